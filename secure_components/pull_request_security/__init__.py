"""Security workflows of a repository: component, arguments, and what each workflow says."""
