"""TimeRex's events as canonical bookings."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from renkei.bookings import FIELDS, Booking, field
from renkei.vendors.timerex import booking, receive
from tests.harness import event


def test_a_confirmed_booking() -> None:
    found = booking(event("timerex/event_confirmed"))
    assert (found.source, found.id, found.kind) == ("timerex", "6f1c0a9be35d47218b0c", "confirmed")
    assert found.start == datetime(2026, 12, 1, 1, tzinfo=UTC)
    assert found.start.utcoffset() == timedelta(hours=9), "as the calendar shows it"
    assert (found.calendar.key, found.calendar.name) == ("sales-online", "オンライン商談")
    assert (found.guest.company, found.guest.name) == ("株式会社青空商事", "佐々木　花子")
    assert found.hosts[0].email == "tanaka@example.co.jp"
    assert found.meeting.join_url.startswith("https://zoom.example.com/")
    assert found.utm == {"utm_source": "newsletter", "utm_campaign": "2026-autumn"}
    assert next(answer.values for answer in found.answers if answer.type == "checkboxes") == ("会計", "請求")


@pytest.mark.parametrize("name", ["event_confirmed", "event_confirmed_rescheduled", "event_cancelled"])
def test_capability_links_are_left_behind(name: str) -> None:
    assert "capability" not in booking(event(f"timerex/{name}")).model_dump_json()


def test_the_two_halves_of_a_reschedule() -> None:
    new, old = (
        booking(event("timerex/event_confirmed_rescheduled")),
        booking(event("timerex/event_cancelled_rescheduled")),
    )
    assert (new.kind, new.changed, new.previous_id, new.next_id) == ("confirmed", True, old.id, None)
    assert (old.kind, old.changed, old.previous_id, old.next_id) == ("cancelled", True, None, new.id)


@pytest.mark.parametrize("spelling", ["new_event_id", "new_evnet_id"])
def test_both_spellings_of_the_new_id(spelling: str) -> None:
    payload = event("timerex/event_cancelled")
    payload["event"] |= {"is_changed": True, spelling: "abc"}
    assert booking(payload).next_id == "abc"


def test_a_plain_cancellation() -> None:
    found = booking(event("timerex/event_cancelled"))
    assert (found.kind, found.changed, found.next_id, found.reason) == (
        "cancelled",
        False,
        None,
        "都合がつかなくなりました。",
    )


@pytest.mark.parametrize(
    ("provider", "key"),
    [("google_meet", "google_meet_meeting"), ("microsoft_teams", "microsoft_teams_meeting"), (None, "zoom_meeting")],
)
def test_online_meetings(provider: str | None, key: str) -> None:
    payload = event("timerex/event_confirmed")
    del payload["event"]["zoom_meeting"]
    payload["event"] |= {"online_meeting_provider": provider, key: {"join_url": "https://join.example"}}
    assert booking(payload).meeting.join_url == ("https://join.example" if provider else "")


def test_an_unknown_kind_of_question_passes_as_text() -> None:
    payload = event("timerex/event_confirmed")
    payload["event"]["form"].append({"field_type": "hologram", "label": "何か", "value": 5})
    assert booking(payload).answers[-1].values == ("5",)


def test_every_field_of_a_mapping_is_readable() -> None:
    found = booking(event("timerex/event_confirmed"))
    values = {name: field(found, name) for name in FIELDS}
    empty = {name for name, value in values.items() if not value}
    assert empty == {"guest_phone", "place", "utm_medium", "utm_term", "utm_content"}
    assert (values["guest_last_name"], values["guest_first_name"]) == ("佐々木", "花子")
    assert (values["host_name"], values["timezone"]) == ("田中 一郎", "Asia/Tokyo")


def test_first_and_last_name_where_the_scheduler_asks_for_them_apart() -> None:
    guest = {"name": "", "first": "花子", "last": "佐々木"}
    found = Booking.model_validate(booking(event("timerex/event_confirmed")).model_dump() | {"guest": guest})
    assert [field(found, name) for name in ("guest_last_name", "guest_first_name", "guest_name")] == [
        "佐々木",
        "花子",
        "佐々木 花子",
    ]


@pytest.mark.parametrize(
    ("name", "key", "known"),
    [
        ("event_confirmed", "event_confirmed.6f1c0a9be35d47218b0c", True),
        ("event_cancelled", "event_cancelled.6f1c0a9be35d47218b0c", True),
        ("unknown_type", "event_reminded.6f1c0a9be35d47218b0f", False),
    ],
)
def test_what_makes_an_event_one(name: str, key: str, known: bool) -> None:
    assert receive(event(f"timerex/{name}")) == (key, known)


@pytest.mark.parametrize("change", [{"start_datetime": None}, {"hosts": [5]}, {"form": {}}])
def test_what_the_receiver_lets_in_the_worker_can_read(change: dict[str, Any]) -> None:
    payload = event("timerex/event_confirmed")
    payload["event"] |= change
    with pytest.raises(ValueError, match="event"):
        receive(payload)
