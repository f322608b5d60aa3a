"""An AWS account's baseline: the component, its arguments, and what it makes by subject."""
