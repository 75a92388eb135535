"""The minute's sweep: rings for what is due, and tells how old the oldest is."""

from __future__ import annotations

import json

import pytest

import schedules.app
from renkei.runtime import metrics
from tests.harness import Stack, booking


def test_nothing_due_rings_nothing(ready: Stack) -> None:
    assert ready.sweep() == 0
    assert ready.bells() == []


def test_a_lost_bell_is_rung_again(ready: Stack) -> None:
    ready.post(booking())
    ready.bells()  # lost
    assert ready.sweep() == 1
    ready.work()
    assert ready.deliveries()[0]["state"] == "delivered"
    assert ready.sweep() == 0


def test_the_oldest_pending_delivery_is_measured(ready: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    ready.post(booking())
    ready.clock.sleep(120)
    metrics.clear_metrics()
    capsys.readouterr()
    ready.sweep()
    found = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "OldestPendingSeconds" in line]
    assert found[0]["OldestPendingSeconds"] == [120.0]


def test_every_workspace_is_looked_at(ready: Stack) -> None:
    ready.workspace = "osaka"
    ready.set_up()
    for name in ("demo", "osaka"):
        ready.workspace = name
        ready.post(booking())
    ready.bells()
    assert schedules.app.sweep(ready.platform) == 2
    metrics.clear_metrics()
