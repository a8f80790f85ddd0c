"""The desk: where moderators decide who is in."""
