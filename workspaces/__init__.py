"""What people do together: workspaces and their life, who has joined them, and what is said in them."""
