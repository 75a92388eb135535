"""Fixtures that every test may use."""

from __future__ import annotations

import gc
from collections.abc import Generator, Iterator

import hypothesis
import pytest

from tests.crash.lives import EFFECTS, STEPS
from tests.harness import Stack, running

# How long an example takes is the machine's, not ours to assert.
hypothesis.settings.register_profile("renkei", deadline=None)
hypothesis.settings.load_profile("renkei")


LONG = ("tests/crash/", "tests/life/", "/test_long_runs.py", "/test_interleavings.py")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect the tests; that they, and all modules, are still in use is not looked at again and again after it."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.set_threshold(50_000)
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Begin with what takes long: at the end, one processor would do it while the others have nothing to do."""
    items.sort(key=lambda item: not any(part in item.nodeid for part in LONG))


@pytest.fixture
def stack() -> Iterator[Stack]:
    """A fresh stack in process."""
    with running() as fresh:
        yield fresh


@pytest.fixture
def ready(stack: Stack) -> Stack:
    """A stack with a connected workspace that has its rules."""
    stack.begin("set_up", stack.set_up)
    return stack


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Add up what the tests reported."""
    reports = [report for report in terminalreporter.stats.get("passed", ()) if hasattr(report, "user_properties")]
    told = [pair for report in reports if report.when == "call" for pair in report.user_properties]
    steps, effects = (sum(int(value) for name, value in told if name == wanted) for wanted in (STEPS, EFFECTS))
    if steps:
        terminalreporter.write_line(f"crash harness: {steps} steps killed and resumed ({effects} effects)")
