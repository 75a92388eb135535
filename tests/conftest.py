"""Fixtures that every test may use."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.harness import Stack, running


@pytest.fixture
def stack() -> Iterator[Stack]:
    """A fresh stack in process."""
    with running() as fresh:
        yield fresh


@pytest.fixture
def ready(stack: Stack) -> Stack:
    """A stack with a connected workspace that has its rules."""
    stack.set_up()
    return stack
