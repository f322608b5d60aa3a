"""A GitHub repository that changes by reviewed pull requests: component, arguments and plans."""
