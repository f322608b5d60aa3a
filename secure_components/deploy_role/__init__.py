"""The roles of a deployment pipeline: component, arguments, trust, permissions and boundary."""
