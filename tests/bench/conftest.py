"""Prints the figures of the run as one table."""

import pytest

from tests.bench import table


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The table, if something was measured."""
    if table.rows:
        terminalreporter.section("figures")
        for line in table.drawn():
            terminalreporter.write_line(line)
