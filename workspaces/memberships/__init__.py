"""Who is in a workspace, and how they came in."""
