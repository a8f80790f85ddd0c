"""Members who are mentioned in a message."""
