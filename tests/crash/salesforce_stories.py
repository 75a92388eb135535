"""The stories of booking_to_salesforce that must survive every death."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.crash.lives import Story
from tests.crash.outside import Deed, sends, works
from tests.crash.salesforce_picture import picture
from tests.functions.booking_to_salesforce.steps import KEY, MAIL, ORG, ROWS, ready
from tests.harness import Stack, booking, event

_KEYED = {"booking_id_field": KEY}
_HOST = "tanaka@example.co.jp"


def _set_up(*before: Callable[[Stack], object], **settings: Any) -> Callable[[Stack], None]:
    """A workspace with its rules, and what was there before the story begins."""

    def prepare(stack: Stack) -> None:
        ready(stack, **settings)
        for deed in before:
            deed(stack)

    return prepare


def _story(name: str, *deeds: Deed, prepare: Callable[[Stack], None], end: Callable[[Any], object]) -> Story:
    return Story(name, prepare, deeds, picture, end)


def _leads(*mails: str) -> Callable[[Any], None]:
    """Just these leads, and no event."""

    def check(left: Any) -> None:
        assert sorted(lead["Email"] for lead in left["Lead"]) == sorted(mails), left
        assert left["Event"] == []

    return check


def _event(day: str, *, deleted: bool = False) -> Callable[[Any], None]:
    """One lead, and one event on it."""

    def check(left: Any) -> None:
        ((lead,), (found,)) = left["Lead"], left["Event"]
        assert (lead["Email"], found["WhoId"]) == (MAIL, MAIL)
        assert found["StartDateTime"].startswith(day)
        assert found.get("IsDeleted", False) is deleted

    return check


def _known_lead(stack: Stack) -> None:
    old = {"LastName": "旧姓", "Company": "前の会社", "Email": MAIL, "FirstName": "花"}
    stack.salesforce.seed(ORG, "Lead", old)


def _changed(left: Any) -> None:
    (lead,) = left["Lead"]
    assert [lead[name] for name in ("LastName", "FirstName", "Company")] == ["佐々木", "花", "前の会社"]


def _updating() -> list[Mapping[str, str]]:
    """Rows that change a lead that is there already."""
    policies = {"LastName": "overwrite", "FirstName": "fill"}
    return [{**row, **({"policy": policies[row["property"]]} if row["property"] in policies else {})} for row in ROWS]


def _owned(left: Any) -> None:
    _leads(MAIL)(left)
    assert left["Lead"][0]["OwnerId"].endswith(_HOST)


def _hosted() -> dict[str, Any]:
    payload = booking()
    payload["event"]["hosts"] = [{"id": "h1", "name": "田中", "email": _HOST}]
    return payload


_MADE = (sends(event("timerex/event_confirmed")), works)
_MOVED = (
    sends(event("timerex/event_cancelled_rescheduled")),
    sends(event("timerex/event_confirmed_rescheduled")),
    works,
)
_BATCH = [sends(booking(number, guest_email=f"guest{number // 2}@one.example.jp")) for number in range(3)]

STORIES = (
    _story("new lead", *_MADE, prepare=_set_up(), end=_leads(MAIL)),
    _story("new lead by the booking's id", *_MADE, prepare=_set_up(**_KEYED), end=_leads(MAIL)),
    _story(
        "known lead, fill and overwrite",
        *_MADE,
        prepare=_set_up(_known_lead, match="update", lead=_updating()),
        end=_changed,
    ),
    _story("event made", *_MADE, prepare=_set_up(event=True), end=_event("2026-12-01")),
    _story(
        "event moved by two events",
        *_MOVED,
        prepare=_set_up(*_MADE, event=True, **_KEYED),
        end=_event("2026-12-03"),
    ),
    _story(
        "event deleted",
        sends(event("timerex/event_cancelled")),
        works,
        prepare=_set_up(*_MADE, event=True, **_KEYED),
        end=_event("2026-12-01", deleted=True),
    ),
    _story(
        "owner by host",
        sends(_hosted()),
        works,
        prepare=_set_up(lead=[*ROWS, {"property": "OwnerId", "from": "host_email"}], **_KEYED),
        end=_owned,
    ),
    _story(
        "three bookings of two guests",
        _BATCH[-1],
        works,
        prepare=_set_up(*_BATCH[:-1]),
        end=_leads(*["guest0@one.example.jp"] * 2, "guest1@one.example.jp"),
    ),
)
