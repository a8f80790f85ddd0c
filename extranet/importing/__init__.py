"""Bringing people and their discussions over from a former system: the part that knows no feature."""
