"""Whatever the order, the repeats and the batches of one user's events: the audience ends the same."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import cache
from hashlib import sha256
from random import Random
from types import SimpleNamespace
from typing import Any, cast

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from lms_to_mailchimp import Settings
from lms_to_mailchimp.app import of_events
from lms_to_mailchimp.run import Row, Run
from local.sandbox.inprocess import WsgiAdapter
from local.sandbox.mailchimp import DEMO
from local.sandbox.mailchimp import Mailchimp as Sandbox
from renkei.errors import Misconfigured, Rejected
from renkei.integration import Job
from renkei.runtime import Work
from renkei.vendors.mailchimp import Mailchimp
from tests.harness import Clock

ADDRESS = "http://127.0.0.1:3001/mailchimp"
KEYS = {"api_key": DEMO.api_key, "audience": DEMO.audience}
_BEGINS = datetime(2026, 11, 22, tzinfo=UTC)
EMAILS = ("a@example.jp", "b@example.jp", "c@example.jp")


class Remembering(Run):
    """A run whose links are only in memory."""

    def __init__(self, sandbox: Sandbox, rules: Settings, rows: dict[str, Row]) -> None:
        session = requests.Session()
        session.mount(ADDRESS, WsgiAdapter(sandbox, "/mailchimp"))
        vault = SimpleNamespace(digest=lambda purpose, text: sha256(f"{purpose}\n{text}".encode()).hexdigest())
        work = SimpleNamespace(
            settings=rules,
            workspace="demo",
            platform=SimpleNamespace(vault=vault, clock=Clock()),
            connection=SimpleNamespace(account="account"),
        )
        super().__init__(cast("Work", work), Mailchimp(session, KEYS))
        self.kept = rows

    def _recall(self, wanted: list[str]) -> None:
        self._rows |= {link: dict(self.kept.get(link, {})) for link in wanted}

    def _note(self, rows: Any) -> None:
        self._rows |= rows
        self.kept |= rows

    def _forget(self, stale: list[str]) -> None:
        for link in stale:
            self._rows[link] = {}
            self.kept.pop(link, None)

    def _bring_back(self) -> None:
        """Nobody waits here."""


@cache
def sandbox() -> Sandbox:
    return Sandbox(Clock())


def audience(
    batches: Sequence[Sequence[dict[str, Any]]], rules: Settings, before: Mapping[str, Any]
) -> list[tuple[object, ...]]:
    """What the members are in the end: address, status, language, fields. `before`: who is there first, with status."""
    vendor, rows = sandbox(), cast("dict[str, Row]", {})
    vendor.reset()
    client = Remembering(vendor, rules, rows).mailchimp
    client.add_merge_field("NICKNAME", "Name")
    for email, status in before.items():
        vendor.seed(DEMO.api_key, DEMO.audience, email, status)
    for batch in batches:
        run = Remembering(vendor, rules, rows)
        jobs = [Job(f"{number}", {"source": "lms", "body": event}) for number, event in enumerate(batch)]
        verdicts = of_events(run, jobs)
        assert not [end for end in verdicts.values() if isinstance(end, Rejected | Misconfigured)], verdicts
    found = vendor.state()["members"]
    return sorted((one["email_address"], one["status"], one["language"], str(one["merge_fields"])) for one in found)


@st.composite
def histories(draw: st.DrawFn, *, back: bool) -> list[dict[str, Any]]:
    """A user's events in the order in which they happened."""
    events: list[dict[str, Any]] = []
    before = ""
    for number in range(draw(st.integers(1, 6))):
        last = bool(events) and events[-1]["type"] == "user.deleted"
        if last and not back:
            break
        deleted = bool(events) and not last and draw(st.integers(0, 3)) == 0
        email = before if deleted else draw(st.sampled_from(EMAILS))
        at = (_BEGINS + timedelta(seconds=number // draw(st.sampled_from((1, 2))), microseconds=number)).isoformat()
        user = {"id": "u", "email": email, "updated_at": at, "version": number, "nickname": f"N{number}"}
        kind = "user.deleted" if deleted else "user.updated" if events else "user.created"
        data: dict[str, Any] = {"user": user}
        if before and email != before:
            data["previous"] = {"email": before}
        event = {"id": f"e{number}", "type": kind, "occurred_at": at, "school_id": "s", "schema_version": 1}
        events.append(event | {"data": data})
        before = email
    return events


@pytest.fixture(autouse=True, scope="module")
def _address() -> Iterator[None]:
    """Once for all examples."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RENKEI_MAILCHIMP_URL", f"{ADDRESS}/3.0")
        yield


@settings(max_examples=40)
@given(data=st.data(), on_delete=st.sampled_from(("archive", "permanent", "keep")))
def test_any_order_ends_the_same(data: st.DataObject, on_delete: Any) -> None:
    status = data.draw(st.sampled_from(("transactional", "pending", "subscribed")), label="status")
    rules = Settings(on_delete=on_delete, status_if_new=status)
    # Who is deleted for ever cannot come back, so there an order is of consequence: it is Mailchimp that remembers.
    events = data.draw(histories(back=on_delete != "permanent"), label="events")
    repeated = events + data.draw(st.lists(st.sampled_from(events), max_size=3), label="repeats")
    mixed = data.draw(st.permutations(repeated), label="mixed")
    cuts = data.draw(st.lists(st.integers(1, 3), min_size=len(mixed), max_size=len(mixed)), label="cuts")
    batches, rest = [], list(mixed)
    for cut in cuts:
        batches.append(rest[:cut])
        rest = rest[cut:]
    assert audience([batch for batch in batches if batch], rules, {}) == audience([[one] for one in events], rules, {})


@settings(max_examples=40)
@given(data=st.data(), status=st.sampled_from(("unsubscribed", "subscribed", "transactional", "pending", "cleaned")))
def test_who_was_a_member_before_keeps_their_choice_in_any_order(data: st.DataObject, status: str) -> None:
    events = [one for one in data.draw(histories(back=True), label="events") if one["type"] != "user.deleted"]
    before = {events[0]["data"]["user"]["email"]: status}
    rules = Settings(status_if_new="subscribed")
    mixed = data.draw(st.permutations(events + events[:1]), label="mixed")
    once = audience([[one] for one in events], rules, before)
    found = audience([[one] for one in mixed], rules, before)
    gone = {"archived", "cleaned", "unsubscribed"}
    told, wanted = ({one[0]: one[1] for one in some if one[1] not in gone} for some in (found, once))
    assert told == wanted, "who is in the audience, and how, is the same; who left is not in it"


def _told(dice: Random) -> tuple[list[dict[str, Any]], dict[str, tuple[str, str]]]:
    """What three users do who hand a few addresses on, and by user who lives in the end: address and name."""
    events, users = [], dict[str, tuple[str, str]]()
    known = dict[str, str]()
    for number in range(dice.randint(3, 12)):
        user = dice.choice("abc")
        free = [email for email in EMAILS if email not in {held for key, (held, _) in users.items() if key != user}]
        deleted = user in users and dice.random() < 0.2
        email = known[user] if deleted else dice.choice(free)
        event = _event(number, "user.deleted" if deleted else "user.updated", user, email, known.get(user, ""))
        known[user] = email
        users.pop(user, None)
        users |= {} if deleted else {user: (email, f"{user}{number}")}
        events.append(event)
    return events, users


def _event(number: int, kind: str, user: str, email: str, before: str) -> dict[str, Any]:
    at = (_BEGINS + timedelta(seconds=number)).isoformat()
    data: dict[str, Any] = {"user": {"id": user, "email": email, "updated_at": at, "nickname": f"{user}{number}"}}
    if before not in {"", email}:
        data["previous"] = {"email": before}
    event = {"id": f"e{number}", "type": kind, "occurred_at": at, "school_id": "s", "schema_version": 1}
    return event | {"data": data}


@pytest.mark.parametrize("seed", [*range(12), 409, 517])
def test_addresses_that_are_handed_on_end_with_whom_they_belong_to(seed: int) -> None:
    dice = Random(seed)  # noqa: S311 - for a test
    events, users = _told(dice)
    dice.shuffle(events)
    vendor, rows = sandbox(), cast("dict[str, Row]", {})
    vendor.reset()
    rules = Settings(status_if_new="subscribed", on_delete=dice.choice(("archive", "keep")))
    Remembering(vendor, rules, rows).mailchimp.add_merge_field("NICKNAME", "Name")
    gone, waiting = set[str](), list[dict[str, Any]]()
    while events or waiting:
        batch, events = waiting + events[:3], events[3:]
        jobs = [Job(event["id"], {"source": "lms", "body": event}) for event in batch]
        ends = of_events(Remembering(vendor, rules, rows), jobs)
        parked = [event for event in batch if isinstance(ends[event["id"]], Misconfigured)]
        if not events and len(parked) == len(waiting):
            break  # two who exchanged their addresses wait for a person
        waiting = parked
        if (there := vendor.state()["members"]) and dice.random() < 0.2:
            vendor.unsubscribe(str(there[0]["email_address"]))
            gone.add(str(there[0]["contact_id"]))
    there = vendor.state()["members"]
    assert not [one for one in there if one["contact_id"] in gone and one["status"] == "subscribed"]
    names = {str(one["email_address"]): cast("dict[str, str]", one["merge_fields"])["NICKNAME"] for one in there}
    assert waiting or {email: names.get(email) for email, _ in users.values()} == dict(users.values())
