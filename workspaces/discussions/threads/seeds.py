"""Threads of all kinds in the demo: questions that wait or are answered, and a decision with what it rests on."""


def plant() -> None:
    """Make some of the demo's threads questions and decisions."""
