"""One rule a file; the file's stem is the rule's id."""
