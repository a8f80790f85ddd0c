"""Who sees what is written: how many people of which organisations."""
