"""Where a member was in a thread, on all their devices, and who has read what where that is shown."""
