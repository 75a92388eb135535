"""Runs in the ledger: what they are to do is not sealed, and those that found nothing new drown no list."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import pytest

from console.runs import last
from integrations import INTEGRATIONS
from renkei import aws, deliveries, jobs
from renkei.bells import Bell
from renkei.deliveries import STATES, Deliveries
from renkei.dynamo import Item
from renkei.errors import Skip
from renkei.integration import Done, Job, Verdict
from renkei.runtime import Work, drain
from tests.harness import Stack, booking

KEY = "booking_to_hubspot"
RUN, ASKED = "schedule.sync.20261122T030000Z", "manual.sync.20261122T030000Z"
BODY: dict[str, str | bool] = {"job": "sync", "dry_run": False}


@pytest.fixture
def ledger(stack: Stack) -> Deliveries:
    """The ledger of a fresh stack."""
    return stack.platform.deliveries


def put(ledger: Deliveries, key: str = RUN, *, sealed: bool = False) -> Item:
    """A run in the ledger; `sealed` as an older version put it."""
    if sealed:
        payload = {"source": key.partition(".")[0], "body": BODY}
        assert ledger.accept("demo", KEY, key, json.dumps(payload).encode())
    else:
        assert ledger.accept_run("demo", KEY, key, BODY)
    return now(ledger, key)


def now(ledger: Deliveries, key: str = RUN) -> Item:
    """The row as it is."""
    row = ledger.one("demo", KEY, key)
    assert row
    return row


def test_no_key_is_asked_for(stack: Stack) -> None:
    """And the row holds the job's name and no more."""
    asked: list[str] = []
    aws.client("kms").meta.events.register("before-call", lambda model, **_: asked.append(model.name))
    ledger = stack.platform.deliveries
    row = put(ledger)
    assert json.loads(ledger.open(row)) == {"source": "schedule", "body": BODY}
    assert row["run"] == BODY
    assert row.keys() == {"box", "id", "state", "state_at", "due_at", "accepted_at", "attempts", "run"}
    assert asked == []


@pytest.mark.parametrize("sealed", [False, True])
@pytest.mark.parametrize(("key", "source"), [(RUN, "schedule"), (ASKED, "manual")])
def test_what_was_put_is_opened_once_and_put_once(ledger: Deliveries, key: str, source: str, sealed: bool) -> None:
    row = put(ledger, key, sealed=sealed)
    assert json.loads(ledger.open(row)) == {"source": source, "body": BODY}
    assert not ledger.accept_run("demo", KEY, key, BODY)
    assert ledger.due("demo", KEY, 10)[0] == [row]


@pytest.mark.parametrize("sealed", [False, True])
@pytest.mark.parametrize("state", STATES)
def test_every_state_with_and_without_a_seal(stack: Stack, state: deliveries.State, sealed: bool) -> None:
    """What a settled one held is gone, but of a rejected one; what still holds it can be brought back or ended."""
    ledger = stack.platform.deliveries
    row, held = put(ledger, sealed=sealed), state in {"pending", "parked", "rejected"}
    match state:
        case "pending":
            ledger.postpone(row, stack.clock() + timedelta(hours=1), reason="busy", params={})
        case "parked":
            ledger.park(row, stack.clock(), reason="not_connected", params={"vendor": "hubspot"})
        case _:
            ledger.settle(row, state, reason="nothing_changed", params={})
    row = now(ledger)
    assert any(name in row for name in ("sealed", "run")) == held
    assert [one["id"] for one in ledger.newest("demo", [KEY], [state], 10)] == [RUN]
    assert ledger.retry(row) == held
    row = now(ledger)
    assert row["state"] == ("pending" if held else state)
    if held:
        assert json.loads(ledger.open(row))["body"] == BODY
        assert [one["id"] for one in ledger.due("demo", KEY, 10)[0]] == [RUN]
    assert ledger.discard(row) == held
    assert not any(name in now(ledger) for name in ("sealed", "run")), "ended"


def test_runs_and_events_are_due_together(ready: Stack) -> None:
    ready.post(booking())
    put(ready.platform.deliveries)
    rows, _ = ready.platform.deliveries.due("demo", KEY, 10)
    assert sorted(json.loads(ready.platform.deliveries.open(row))["source"] for row in rows) == ["schedule", "timerex"]


# What found nothing new.


@pytest.mark.parametrize(
    ("key", "reason", "quiet"),
    [(RUN, "nothing_new", True), (ASKED, "nothing_new", False), (RUN, "nothing_changed", False)],
)
def test_a_run_by_the_clock_that_found_nothing_is_in_no_list(stack: Stack, key: str, reason: str, quiet: bool) -> None:
    """It is there for two days, so that nobody puts it again, and who asks for the job's last runs sees it."""
    ledger = stack.platform.deliveries
    assert ledger.settle(put(ledger, key), "skipped", reason=reason, params={})
    row = now(ledger, key)
    assert (row["state"], row["reason"]) == ("skipped", reason)
    lives = timedelta(days=2 if quiet else 400)
    assert row["ttl"] == (stack.clock() + lives).timestamp()
    listed = ledger.newest("demo", [KEY], STATES, 10)
    assert [one["id"] for one in listed] == ([] if quiet else [key])
    assert list(ledger.each("demo", KEY, "skipped")) == listed
    assert list(ledger.unsettled("demo", KEY)) == []
    assert not ledger.accept_run("demo", KEY, key, BODY)
    assert [one["id"] for one in last("demo", KEY, "sync", 3)] == [key]


def test_two_days_of_quiet_runs_hide_nothing(stack: Stack) -> None:
    ledger = stack.platform.deliveries
    first = put(ledger, "schedule.sync.20261120T000000Z")
    assert ledger.settle(first, "delivered", outcome={"made": "1"})
    for number in range(30):
        stack.clock.sleep(300)
        row = put(ledger, f"schedule.sync.20261121T{number:06d}Z")
        assert ledger.settle(row, "skipped", reason="nothing_new", params={})
    assert [row["id"] for row in ledger.newest("demo", [KEY], STATES, 20)] == [first["id"]]
    assert [row["id"] for row in stack.deliveries()] == [f"{KEY}.{first['id']}"]


def test_one_that_ends_while_a_list_is_read_disturbs_nobody(ledger: Deliveries) -> None:
    """The index told of it as pending a moment ago."""
    row, get_many = put(ledger), deliveries._TABLE.get_many

    def slow(keys: Any) -> Any:
        ledger.settle(row, "skipped", reason="nothing_new", params={})
        return get_many(keys)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(deliveries._TABLE, "get_many", slow)
        assert ledger.page("demo", KEY, "pending", 10) == ([], None)
        assert ledger.due("demo", KEY, 10) == ([], None)


def test_the_next_run_begins_although_the_last_one_found_nothing(ready: Stack) -> None:
    """As the platform does it: put, worked off, put again, five minutes each."""
    for _ in range(3):
        assert jobs.accept(ready.platform, "demo", INTEGRATIONS[KEY], "sync", ready.clock())
        worked(ready, Skip("nothing_new"))
        ready.clock.sleep(300)
    assert ready.deliveries() == []


@pytest.mark.parametrize(("verdict", "used"), [(Skip("nothing_new"), True), (Done({}), True), (Skip("other"), False)])
def test_who_looked_has_used_its_connection(ready: Stack, verdict: Verdict, used: bool) -> None:
    """Else it would end after half a year of looking every five minutes."""
    begun = ready.clock()
    ready.clock.sleep(7200)
    jobs.accept(ready.platform, "demo", INTEGRATIONS[KEY], "sync", ready.clock())
    worked(ready, verdict)
    found = ready.platform.connections.get("demo", "hubspot")
    assert found
    assert found.last_used_at == (ready.clock() if used else begun)


def worked(stack: Stack, verdict: Verdict) -> None:
    """Let a worker that always comes to this end answer a bell."""

    def worker(batch: Sequence[Job], _: Work) -> Mapping[str, Verdict]:
        return {job.id: verdict for job in batch}

    drain(Bell("demo", "hubspot", KEY), INTEGRATIONS[KEY], worker, stack.platform, lambda: timedelta(minutes=2))
