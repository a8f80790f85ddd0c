"""Who is here now and who is typing, of those who let it be seen."""
