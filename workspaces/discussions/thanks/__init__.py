"""Thanks and quiet reactions to a message."""
