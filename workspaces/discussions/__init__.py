"""What is said in a workspace: threads, messages, and what each member has read."""
