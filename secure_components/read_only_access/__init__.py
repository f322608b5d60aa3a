"""Read-only access without data: a role and a permission set, and what they are held to."""
