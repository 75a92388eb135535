"""Runs that take more than one turn: letting them go on, with little time or with much."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from unittest import mock

from tests import harness
from tests.firm import Firm

ENOUGH, TOO_LITTLE = 120_000, 30_000


def ended(firm: Firm, run: dict[str, Any], turns: int = 40) -> dict[str, Any]:
    """Let a run go on as the sweep would, until it has ended; gives its row then."""
    while run["state"] == "pending":
        turns -= 1
        assert turns, run
        due = datetime.fromisoformat(run["due_at"])
        firm.wait(max((due - firm.clock()).total_seconds(), 0) + 1)
        firm.stack.sweep()
        firm.work()
        run = firm.row(str(run["id"]))
    return run


@contextmanager
def little_time(looks: int) -> Iterator[list[int]]:
    """An invocation may look at its time so often before that is up; gives a list that grows by each invocation."""
    seen: dict[int, tuple[object, int]] = {}  # with the context, so that no other one gets its id
    invocations: list[int] = []

    def left(context: object) -> int:
        _, before = seen.get(id(context), (context, 0))
        seen[id(context)] = context, before + 1
        invocations.extend([1] * (before == 0))
        return ENOUGH if before < looks else TOO_LITTLE

    with mock.patch.object(harness.Context, "get_remaining_time_in_millis", left):
        yield invocations


@contextmanager
def real_time(firm: Firm) -> Iterator[None]:
    """An invocation has two minutes on the firm's clock, which goes on while it waits for its vendors' rates."""
    began: dict[int, tuple[object, datetime]] = {}

    def left(context: object) -> int:
        _, first = began.setdefault(id(context), (context, firm.clock()))
        return ENOUGH - int((firm.clock() - first).total_seconds() * 1000)

    with mock.patch.object(harness.Context, "get_remaining_time_in_millis", left):
        yield
