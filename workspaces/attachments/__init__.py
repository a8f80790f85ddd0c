"""Files that belong to messages: taken in, looked at, made safe, kept and given out."""
