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
    seen: dict[int, int] = {}
    kept: list[object] = []
    invocations: list[int] = []

    def left(context: object) -> int:
        if id(context) not in seen:
            kept.append(context)  # so that no other one gets its id
            invocations.append(1)
        seen[id(context)] = seen.get(id(context), 0) + 1
        return ENOUGH if seen[id(context)] <= looks else TOO_LITTLE

    with mock.patch.object(harness.Context, "get_remaining_time_in_millis", left):
        yield invocations
