"""Finding things: one analysis of words, one port for engines, one box on one page."""
