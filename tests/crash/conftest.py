"""Says at the end of a run how many deaths the code survived."""

from __future__ import annotations

import pytest

STEPS, EFFECTS = "crash_steps", "crash_effects"


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Add up what the tests reported."""
    reports = [report for report in terminalreporter.stats.get("passed", ()) if hasattr(report, "user_properties")]
    told = [pair for report in reports if report.when == "call" for pair in report.user_properties]
    steps, effects = (sum(int(value) for name, value in told if name == wanted) for wanted in (STEPS, EFFECTS))
    if steps:
        terminalreporter.write_line(f"crash harness: {steps} steps killed and resumed ({effects} effects)")
