"""Workspaces and their discussions from a former system."""
