"""What runs by the clock: the minute's sweep rings for what is due, the dispatcher puts runs of integrations' jobs."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from botocore.exceptions import EndpointConnectionError

import schedules.app
import schedules.dispatch
from integrations import INTEGRATIONS
from local.sandbox.faults import Fault
from renkei import aws, jobs, workspaces
from renkei.bells import Bell, ring
from renkei.deliveries import State, stamp
from renkei.integration import Done, Job, Unfinished, Verdict, Worker
from renkei.runtime import Work, drain
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


# The dispatcher: work by the clock.

BOARD, FALCANA = "hubspot_to_board", "falcana_hubspot"


@pytest.fixture
def nightly(stack: Stack) -> Stack:
    """A stack with three workspaces, of which `demo` and `osaka` bring board home at three."""
    for workspace, given in (("demo", {BOARD: {}}), ("osaka", {BOARD: {"enabled": True}}), ("tokyo", {})):
        wanting(stack, workspace, given)
    return stack


def wanting(stack: Stack, workspace: str, integrations: dict[str, Any]) -> None:
    """Keep a workspace file with these integrations."""
    document = {"workspace": workspace, "language": "en", "integrations": integrations}
    workspaces.save_settings(stack.platform.vault, workspace, document, {}, stamp(stack.clock()))


def box(stack: Stack, workspace: str = "demo", state: State = "pending") -> list[str]:
    """The keys of a workspace's deliveries, oldest first."""
    return [row["id"] for row in stack.platform.deliveries.each(workspace, BOARD, state)]


def test_each_workspace_that_has_it_on_gets_a_run_and_a_bell(nightly: Stack) -> None:
    wanting(nightly, "kobe", {BOARD: {"enabled": False}})
    assert nightly.dispatch(BOARD, "sync") == 2
    assert [box(nightly, name) for name in ("demo", "osaka", "tokyo", "kobe")] == [
        ["schedule.sync.20261122T030000Z"], ["schedule.sync.20261122T030000Z"], [], [],
    ]  # fmt: skip
    rung = [json.loads(bell["body"]) for bell in nightly.bells(BOARD)]
    assert rung == [
        {"workspace": name, "connection": "board", "integration": BOARD} for name in ("demo", "osaka")
    ]  # one group for each connection: who is at work there is not disturbed


def test_a_run_is_a_delivery_that_says_what_to_do(nightly: Stack) -> None:
    nightly.dispatch(BOARD, "sync")
    ((row,), _) = nightly.platform.deliveries.due("demo", BOARD, 1)
    assert json.loads(nightly.platform.deliveries.open(row)) == {
        "source": "schedule", "body": {"job": "sync", "dry_run": False},
    }  # fmt: skip


@pytest.mark.parametrize("ended", [False, True])
def test_the_same_time_is_dispatched_once_whatever_became_of_it(nightly: Stack, ended: bool) -> None:
    nightly.dispatch(BOARD, "sync")
    if ended:
        end(nightly, "demo")
        end(nightly, "osaka")
    assert nightly.dispatch(BOARD, "sync") == 0


def end(stack: Stack, workspace: str) -> None:
    """Let what is due have gone through."""
    for row in stack.platform.deliveries.due(workspace, BOARD, 100)[0]:
        stack.platform.deliveries.settle(row, "delivered", outcome={})


def test_the_next_night_goes_on_with_the_run_that_has_not_ended(nightly: Stack) -> None:
    nightly.dispatch(BOARD, "sync")
    end(nightly, "osaka")
    nightly.clock.sleep(24 * 3600)
    assert nightly.dispatch(BOARD, "sync") == 1
    assert box(nightly) == ["schedule.sync.20261122T030000Z"]
    assert box(nightly, "osaka") == ["schedule.sync.20261123T030000Z"]


def test_a_run_that_waits_for_a_person_is_tried_each_night_and_no_other_is_piled_on_it(nightly: Stack) -> None:
    """What it waited for may be there by now, and nothing tells of that: a permission, say."""
    nightly.dispatch(BOARD, "sync")
    ((row,), _) = nightly.platform.deliveries.due("demo", BOARD, 1)
    nightly.platform.deliveries.park(row, nightly.clock(), reason="not_connected", params={"vendor": "board"})
    nightly.clock.sleep(24 * 3600)
    nightly.dispatch(BOARD, "sync")
    assert (box(nightly), box(nightly, state="parked")) == (["schedule.sync.20261122T030000Z"], [])


@pytest.mark.parametrize(("seconds", "tried"), [(300, False), (3300, False), (3600, True)])
def test_a_run_of_every_five_minutes_that_waits_for_a_person_is_tried_each_hour(
    stack: Stack, seconds: int, tried: bool
) -> None:
    wanting(stack, "demo", {FALCANA: {"directions": {"hubspot_to_falcana": True}}})
    stack.dispatch(FALCANA, "sync")
    ((row,), _) = stack.platform.deliveries.due("demo", FALCANA, 1)
    stack.platform.deliveries.park(row, stack.clock(), reason="not_connected", params={"vendor": "falcana"})
    stack.bells(FALCANA)
    stack.clock.sleep(seconds)
    assert stack.dispatch(FALCANA, "sync") == 0
    assert len(stack.bells(FALCANA)) == tried
    assert len(stack.platform.deliveries.due("demo", FALCANA, 1)[0]) == tried


def test_events_that_wait_are_no_run(nightly: Stack) -> None:
    for key in ("hubspot.deal.creation.111111-1--1", "schedule.other.20261122T030000Z", "hubspot.sync.1"):
        nightly.platform.deliveries.accept("demo", BOARD, key, b"{}")
    assert nightly.dispatch(BOARD, "sync") == 2


def test_one_workspace_that_fails_keeps_no_other_from_its_turn_and_all_is_tried_again(nightly: Stack) -> None:
    def unlucky(bell: Bell) -> None:
        if bell.workspace == "demo":
            raise EndpointConnectionError(endpoint_url="https://sqs")
        ring(bell)

    with mock.patch("renkei.jobs.ring", unlucky), pytest.raises(EndpointConnectionError):
        nightly.dispatch(BOARD, "sync")
    assert len(nightly.bells(BOARD)) == 1
    assert nightly.dispatch(BOARD, "sync") == 0, "both are in the ledger"
    assert nightly.sweep() == 2, "which is all that the sweep needs"


def test_a_run_that_is_asked_for_has_an_id_and_does_not_start_twice(nightly: Stack) -> None:
    parts, board = nightly.platform, INTEGRATIONS[BOARD]
    assert jobs.running(parts, "demo", board, "push_clients") is None
    put = jobs.accept(parts, "demo", board, "push_clients", nightly.clock(), source="manual")
    assert put == f"{BOARD}.manual.push_clients.20261122T030000Z"
    nightly.clock.sleep(60)
    assert jobs.accept(parts, "demo", board, "push_clients", nightly.clock(), source="manual") is None
    assert jobs.running(parts, "demo", board, "push_clients") == put
    assert jobs.running(parts, "demo", board, "sync") is None
    assert jobs.accept(parts, "tokyo", board, "push_clients", nightly.clock(), source="manual") is None


def test_a_dry_run_keeps_no_real_one_waiting(nightly: Stack) -> None:
    parts, board, now = nightly.platform, INTEGRATIONS[BOARD], nightly.clock()
    dry = jobs.accept(parts, "demo", board, "sync", now, source="manual", dry_run=True)
    assert dry == f"{BOARD}.manual.sync-dry.20261122T030000Z"
    assert jobs.accept(parts, "demo", board, "sync", now, source="manual", dry_run=True) is None
    assert nightly.dispatch(BOARD, "sync") == 2


def test_dispatching_is_cheap(nightly: Stack) -> None:
    """Thousands of workspaces every five minutes: a look at the ledger, a put, a bell; all their files at once."""
    with counted() as calls:
        nightly.dispatch(BOARD, "sync")
    assert calls == {"Query": 1 + 2, "BatchGetItem": 1, "PutItem": 2, "SendMessage": 2}
    with counted() as calls:
        nightly.dispatch(FALCANA, "sync")
    assert calls == {"Query": 1, "BatchGetItem": 1}, "whoever does not want it costs nothing more"


@contextmanager
def counted() -> Iterator[Counter[str]]:
    """The calls to AWS meanwhile."""
    calls: Counter[str] = Counter()

    def count(model: Any, **_: Any) -> None:
        calls[model.name] += 1

    services = ("dynamodb", "kms", "sqs")
    for service in services:
        aws.client(service).meta.events.register("before-call", count, unique_id="cheap")
    try:
        yield calls
    finally:
        for service in services:
            aws.client(service).meta.events.unregister("before-call", unique_id="cheap")


@pytest.mark.parametrize(
    ("given", "put"),
    [
        ({}, 0),
        ({"directions": {"hubspot_to_falcana": False, "falcana_to_hubspot": False}}, 0),
        ({"directions": {"hubspot_to_falcana": True}}, 1),
        ({"directions": {"hubspot_to_falcana": False, "falcana_to_hubspot": True}}, 1),
        ({"enabled": False, "directions": {"hubspot_to_falcana": True}}, 0),
    ],
)
def test_who_wants_no_run_by_itself_gets_none_and_may_still_ask_for_one(
    stack: Stack, given: dict[str, Any], put: int
) -> None:
    wanting(stack, "demo", {FALCANA: given})
    assert stack.dispatch(FALCANA, "sync") == put
    falcana, asked = INTEGRATIONS[FALCANA], given.get("enabled") is not False
    made = jobs.accept(stack.platform, "demo", falcana, "import", stack.clock(), source="manual")
    assert (made is not None) == asked
    assert (jobs.accept(stack.platform, "demo", falcana, "export", stack.clock()) is not None) == bool(put)


@pytest.fixture
def crowd(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Seven workspaces that bring board home, looked at by two."""
    monkeypatch.setattr("schedules.spread._PIECE", 2)
    names = [f"w{number}" for number in range(7)]
    for name in names:
        wanting(stack, name, {BOARD: {}})
    return names


def test_many_are_looked_at_side_by_side(stack: Stack, crowd: list[str]) -> None:
    with counted() as calls:
        assert stack.dispatch(BOARD, "sync") == 7
    assert calls == {"Query": 1 + 7, "BatchGetItem": 4, "PutItem": 7, "SendMessage": 7}
    assert sorted(json.loads(bell["body"])["workspace"] for bell in stack.bells(BOARD)) == crowd
    assert all(len(box(stack, name)) == 1 for name in crowd)
    assert stack.sweep() == 7
    assert stack.dispatch(BOARD, "sync") == 0


def test_what_there_was_no_time_for_is_told_and_done_by_the_next_try(stack: Stack, crowd: list[str]) -> None:
    times, board = iter([60, 60, 5, 5]), INTEGRATIONS[BOARD]
    at = stack.clock()
    with pytest.raises(TimeoutError):
        schedules.dispatch.dispatch(stack.platform, board, "sync", at, lambda: timedelta(seconds=next(times)))
    assert sum(len(box(stack, name)) for name in crowd) in {3, 4}, "the last piece is one"
    assert schedules.dispatch.dispatch(stack.platform, board, "sync", at) in {3, 4}
    assert all(len(box(stack, name)) == 1 for name in crowd)


def test_files_that_cannot_be_read_keep_no_other_from_its_turn(stack: Stack, crowd: list[str]) -> None:
    real = workspaces.settings_of

    def unlucky(names: Sequence[str]) -> dict[str, Any]:
        if "w0" in names:
            raise EndpointConnectionError(endpoint_url="https://dynamodb")
        return real(names)

    with mock.patch.object(workspaces, "settings_of", unlucky), pytest.raises(EndpointConnectionError):
        stack.dispatch(BOARD, "sync")
    assert [len(box(stack, name)) for name in crowd] == [0, 0, 1, 1, 1, 1, 1]


# Long work.


def drained(stack: Stack, worker: Worker, seconds: int = 120) -> None:
    """Let a worker answer one bell; each of its turns takes half a minute of its time."""
    bell = Bell(**json.loads(stack.bells()[0]["body"]))
    turns = [seconds]

    def slow(batch: Sequence[Job], work: Work) -> Mapping[str, Verdict]:
        turns.append(turns[-1] - 30)
        return worker(batch, work)

    drain(bell, INTEGRATIONS[bell.integration], slow, stack.platform, lambda: timedelta(seconds=turns[-1]))


def test_long_work_goes_on_at_once_and_rings_when_its_time_is_nearly_up(ready: Stack) -> None:
    bookings, seen = INTEGRATIONS["booking_to_hubspot"], []
    put = jobs.accept(ready.platform, "demo", bookings, "sync", ready.clock())
    assert put

    def worker(batch: Sequence[Job], work: Work) -> Mapping[str, Verdict]:
        seen.append((len(batch), work.left()))
        return {job.id: Unfinished({"page": len(seen)}) for job in batch}

    drained(ready, worker)
    assert seen == [(1, timedelta(seconds=left)) for left in (90, 60, 30)]
    row = ready.platform.deliveries.one("demo", bookings.key, put.partition(".")[2])
    assert row
    assert (row["state"], row["progress"]) == ("pending", {"page": 3})
    assert row["due_at"] == stamp(ready.clock())
    drained(ready, worker)
    assert len(seen) == 6, "the bell that it rang itself"
    assert ready.sweep() == 1, "whoever is killed is rung for"


def test_what_comes_meanwhile_does_not_wait_for_the_end_of_long_work(ready: Stack) -> None:
    bookings, batches = INTEGRATIONS["booking_to_hubspot"], []
    jobs.accept(ready.platform, "demo", bookings, "sync", ready.clock())

    def worker(batch: Sequence[Job], _: Work) -> Mapping[str, Verdict]:
        batches.append(sorted(job.payload["source"] for job in batch))
        if len(batches) == 1:
            ready.post(booking())
        return {job.id: Unfinished() if job.payload["source"] == "schedule" else Done({}) for job in batch}

    drained(ready, worker)
    assert batches == [["schedule"], ["schedule", "timerex"], ["schedule"]]
    assert [row["state"] for row in ready.deliveries()].count("delivered") == 1
