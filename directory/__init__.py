"""Who is here: the contact cards of members and the organisations they come from."""
