"""The minute's sweep: rings for what is due, and tells how old the oldest is."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

import schedules.app
from local.sandbox.faults import Fault
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


def test_what_was_parked_a_moment_before_the_connection_came_is_woken(stack: Stack) -> None:
    stack.set_up()
    stack.api("DELETE", "/api/workspaces/demo/connections/hubspot")
    stack.post(booking())
    looked = stack.clock()
    assert stack.connect()["statusCode"] == 200
    stack.clock.sleep(5)
    ((row,), _) = stack.platform.deliveries.due("demo", "booking_to_hubspot", 1)
    stack.bells()
    stack.platform.deliveries.park(row, looked, reason="not_connected", params={"vendor": "hubspot"})  # the slow worker
    assert stack.deliveries()[0]["state"] == "parked"
    assert stack.sweep() == 1
    stack.work()
    assert stack.deliveries()[0]["state"] == "delivered"


def test_what_stays_parked_is_not_woken_for_ever(ready: Stack) -> None:
    ready.clock.sleep(1)
    ready.api("DELETE", "/api/workspaces/demo/connections/hubspot")
    ready.post(booking())
    ready.work()
    assert ready.deliveries()[0]["state"] == "parked"
    assert ready.sweep() == 0


def test_missing_scopes_go_on_after_reconnecting(ready: Stack) -> None:
    found = ready.platform.connections.get("demo", "hubspot")
    assert found
    less, _ = ready.hubspot.issue_token(111111, {"oauth", "crm.objects.companies.read"})
    ready.platform.connections.connect(
        "demo", "hubspot", "111111", ready.platform.connections.secrets(found) | {"access_token": less},
        lasts=timedelta(hours=1), scopes=found.scopes, before=found,
    )  # fmt: skip
    ready.clock.sleep(1)
    ready.post(booking())
    ready.work()
    assert (ready.deliveries()[0]["state"], ready.deliveries()[0]["reason"]) == ("parked", "hubspot_scopes")
    ready.clock.sleep(1)
    ready.connect()
    ready.work()
    assert ready.deliveries()[0]["state"] == "delivered"


def test_old_deliveries_that_come_back_have_their_week_again(ready: Stack) -> None:
    ready.hubspot.uninstall(111111)
    ready.post(booking())
    ready.work()
    ready.clock.sleep(8 * 24 * 3600)
    ready.hubspot.faults.add(Fault("POST", "*/search", status=429, headers={"Retry-After": "90"}))
    ready.connect()
    ready.work()
    assert ready.deliveries()[0]["state"] == "pending"
