"""Calendly's events as canonical bookings, and who may send them."""

from __future__ import annotations

import hmac
import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given

from renkei.bookings import Booking, field
from renkei.vendors.calendly import booking, receive, signed
from tests.harness import ROOT, event
from tests.layers.mutated import mutated

NAMES = sorted(path.stem for path in (ROOT / "events/calendly").iterdir())
OLD, NEW = "3e5a7c90-1b2d-4c6e-9f80-00000000b001", "3e5a7c90-1b2d-4c6e-9f80-00000000b002"


def read(name: str) -> Booking:
    return booking(event(f"calendly/{name}"))


def changed(name: str, **changes: Any) -> dict[str, Any]:
    """A recorded payload with other values in `payload`, or in its event for names that begin with `event_`."""
    whole = event(f"calendly/{name}")
    for key, value in changes.items():
        inner = whole["payload"]["scheduled_event"] if key.startswith("event__") else whole["payload"]
        inner[key.removeprefix("event__")] = value
    return whole


@pytest.mark.parametrize(
    ("name", "key", "known"),
    [
        ("invitee_created", f"invitee_created.{OLD}", True),
        ("invitee_created_rescheduled", f"invitee_created.{NEW}", True),
        ("invitee_canceled_rescheduled", f"invitee_canceled.{OLD}", True),
        ("invitee_no_show", "invitee_no_show_created.7f3c2b1a-0000-4000-8000-00000000c001", False),
    ],
)
def test_what_makes_an_event_one(name: str, key: str, known: bool) -> None:
    assert receive(event(f"calendly/{name}")) == (key, known)


def test_a_booking() -> None:
    found = read("invitee_created")
    assert (found.source, found.id, found.kind, found.changed) == ("calendly", OLD, "confirmed", False)
    assert found.occurred_at == datetime(2026, 11, 22, 3, 15, tzinfo=UTC)
    assert (found.start, found.end) == (
        datetime(2026, 11, 30, 23, 30, tzinfo=UTC),
        datetime(2026, 12, 1, 0, 30, tzinfo=UTC),
    )
    assert (found.start.day, found.start.utcoffset()) == (1, timedelta(hours=9)), "as the guest sees it"
    assert found.timezone == "Asia/Tokyo"
    assert (found.calendar.id, found.calendar.name) == ("0b8f6d2a-7c31-4e0e-8a55-00000000e001", "オンライン商談")
    assert [(host.name, host.email) for host in found.hosts] == [
        ("田中 一郎", "tanaka@example.co.jp"),
        ("森 美咲", "mori@example.co.jp"),
    ]
    guest = found.guest
    assert (guest.email, guest.name) == ("Hanako.Sasaki@aozora-shoji.example.jp", "佐々木 花子")
    assert (guest.last, guest.first, guest.phone) == ("佐々木", "花子", "+81 90-1234-5678")
    assert [(one.label, one.values) for one in found.answers] == [
        ("会社名", ("株式会社青空商事",)),
        ("ご関心のある製品", ("会計\n請求",)),
        ("ご相談内容", ("従業員は1,200名です。\nよろしくお願いいたします。",)),
    ], "in the order in which they were asked"
    assert (found.meeting.provider, found.meeting.join_url) == (
        "zoom",
        "https://zoom.example.com/j/84512349871?pwd=abc",
    )
    assert found.utm == {"utm_source": "newsletter", "utm_campaign": "2026-autumn"}


def test_the_two_halves_of_a_reschedule() -> None:
    new, old = read("invitee_created_rescheduled"), read("invitee_canceled_rescheduled")
    assert (new.kind, new.id, new.changed, new.previous_id, new.next_id) == ("confirmed", NEW, True, OLD, None)
    assert (old.kind, old.id, old.changed, old.previous_id, old.next_id) == ("cancelled", OLD, True, None, NEW)


def test_a_cancellation() -> None:
    found = read("invitee_canceled")
    assert (found.kind, found.changed, found.next_id, found.reason) == ("cancelled", False, None, "Something came up.")
    assert found.occurred_at == datetime(2026, 11, 24, 15, tzinfo=UTC)


def test_a_guest_who_is_called() -> None:
    found = read("invitee_created_call")
    assert (found.guest.phone, found.meeting.join_url, found.meeting.provider) == ("+49 89 1234567", "", "")
    assert [field(found, name) for name in ("guest_last_name", "guest_first_name")] == ["Jürgen", "Groß"]
    assert [field(found, name, "given_first") for name in ("guest_last_name", "guest_first_name")] == ["Groß", "Jürgen"]


@pytest.mark.parametrize(
    ("location", "provider", "url", "place", "phone"),
    [
        ({"type": "zoom", "join_url": "https://z.example"}, "zoom", "https://z.example", "", ""),
        ({"type": "zoom_conference", "join_url": "https://z.example"}, "zoom", "https://z.example", "", ""),
        ({"type": "google_conference", "join_url": "https://g.example"}, "google_meet", "https://g.example", "", ""),
        (
            {"type": "microsoft_teams_conference", "join_url": "https://t.example"},
            "microsoft_teams",
            "https://t.example",
            "",
            "",
        ),
        ({"type": "webex_conference", "join_url": "https://w.example"}, "webex", "https://w.example", "", ""),
        ({"type": "custom", "location": "https://meet.example.com/x"}, "custom", "https://meet.example.com/x", "", ""),
        ({"type": "custom", "location": "Lobby"}, "", "", "Lobby", ""),
        ({"type": "google_conference", "status": "processing"}, "", "", "", ""),
        ({"type": "outbound_call", "location": "+1 404-555-0100"}, "", "", "", "+1 404-555-0100"),
        ({"type": "outbound_call", "location": None}, "", "", "", ""),
        ({"type": "inbound_call", "location": "+81 3-0000-0000"}, "", "", "+81 3-0000-0000", ""),
        ({"type": "physical", "location": "東京都千代田区", "additional_info": ""}, "", "", "東京都千代田区", ""),
        ({"type": "ask_invitee", "location": " Guest's office "}, "", "", "Guest's office", ""),
        (None, "", "", "", ""),
    ],
)
def test_where_to_meet(location: object, provider: str, url: str, place: str, phone: str) -> None:
    found = booking(changed("invitee_created", event__location=location, text_reminder_number=None))
    assert (found.meeting.provider, found.meeting.join_url, found.guest.phone) == (provider, url, phone)
    assert found.meeting.place == field(found, "place") == place


NAMED = ("guest_last_name", "guest_first_name")


@pytest.mark.parametrize(
    ("name", "first", "last", "names"),
    [
        ("Madonna", "Madonna", None, ("Madonna", "")),
        ("Mary Ann", "Mary Ann", None, ("Mary Ann", "")),
        ("佐々木　花子", "花子", None, ("佐々木", "花子")),
        ("Hanako Sasaki", "Hanako", None, ("Sasaki", "Hanako")),
        ("", "Madonna", "", ("Madonna", "")),
        ("Sasaki", None, "Sasaki", ("Sasaki", "")),
        ("佐々木", None, None, ("佐々木", "")),
    ],
)
def test_a_guest_with_one_name_has_a_last_name(name: str, first: str | None, last: str | None, names: object) -> None:
    whole = event("calendly/invitee_created")
    whole["payload"] |= {"name": name, "first_name": first, "last_name": last}
    found = booking(whole)
    assert tuple(field(found, one) for one in NAMED) == names
    assert tuple(field(found, one, "given_first") for one in NAMED) == names


def test_a_zone_that_nobody_knows_leaves_the_time_in_utc() -> None:
    for zone in ("Mars/Olympus", "../etc/passwd", "", None, "Asia", "x" * 5000, "\0"):
        assert booking(changed("invitee_created", timezone=zone)).start.utcoffset() == timedelta(0)


def test_what_was_not_asked_is_empty() -> None:
    whole = changed("invitee_created", first_name=None, last_name=None, tracking=None, questions_and_answers=None)
    found = booking(whole)
    assert (found.guest.first, found.guest.last, found.guest.company, found.answers, found.utm) == ("", "", "", (), {})


@pytest.mark.parametrize("name", [name for name in NAMES if name != "invitee_no_show"])
def test_capability_links_are_left_behind(name: str) -> None:
    assert "capability" in json.dumps(event(f"calendly/{name}"))
    assert "capability" not in read(name).model_dump_json()


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (None, "no JSON object"),
        ([], "no JSON object"),
        ({}, "event is missing"),
        ({"event": "invitee created", "payload": {}}, "event is missing"),
        ({"event": "invitee.created"}, "payload is missing"),
        ({"event": "invitee.created", "payload": {}}, "payload.uri"),
        ({"event": "invitee_no_show.created", "payload": {}}, "payload.uri"),
        (changed("invitee_created", uri="https://api.calendly.com/users/abc"), "payload.uri"),
        (changed("invitee_created", uri="https://api.calendly.com/scheduled_events/a/invitees/b c"), "payload.uri"),
        (changed("invitee_created", scheduled_event=None), "payload.scheduled_event is"),
        (changed("invitee_created", event__start_time="2026-12-01T10:00:00"), "scheduled_event.start_time"),
        (changed("invitee_created", event__end_time="0001-01-01T00:00:00+14:00"), "scheduled_event.end_time"),
        (changed("invitee_created", questions_and_answers=["x"]), "questions_and_answers"),
        (changed("invitee_created", event__event_memberships={}), "event_memberships"),
    ],
)
def test_what_is_no_event_is_named(body: object, problem: str) -> None:
    with pytest.raises(ValueError, match=re.escape(problem)):
        receive(body)


@given(body=mutated([event(f"calendly/{name}") for name in NAMES]))
def test_what_the_receiver_lets_in_the_worker_can_read(body: Any) -> None:
    try:
        key, known = receive(body)
    except ValueError:
        return
    assert re.fullmatch(r"[a-z0-9_]+\.[A-Za-z0-9_-]+", key)
    assert not known or booking(body).id == key.partition(".")[2]


# printf '%s' "$T.$BODY" | openssl dgst -sha256 -hmac calendly-signing-key-1 (and -2), with T and BODY as here.
T = 1795316400
BODY = '{"event":"invitee.created","payload":{"name":"佐々木 花子"}}'.encode()
KEYS = (b"calendly-signing-key-1", b"calendly-signing-key-2")
ONE = "e06ad01aa33b626e1dbb063fc405e3024ee17696149385f43e6ccc739b87aa12"
TWO = "0145507ae305ab4da57af2e580c10000099450c4b77daab178e5ee551ad77af1"


def accepted(header: str | None, *, late: float = 0, body: bytes = BODY, keys: tuple[bytes, ...] = KEYS) -> bool:
    headers = {} if header is None else {"calendly-webhook-signature": header}
    return signed(headers, body, keys, datetime.fromtimestamp(T, UTC) + timedelta(seconds=late))


@pytest.mark.parametrize("late", [0, 179, 180, -180])
@pytest.mark.parametrize(
    "header",
    [
        f"t={T},v1={ONE}",
        f"t={T},v1={TWO}",
        f"v1={ONE},t={T}",
        f"t={T}, v1={ONE}",
        f"t={T},v1={'0' * 64},v1={TWO}",
        f"t={T},v0={'0' * 64},v1={ONE}",
    ],
)
def test_a_signature_fits(header: str, late: float) -> None:
    assert accepted(header, late=late)


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        "t",
        ONE,
        f"v1={ONE}",
        f"t={T}",
        f"t={T},v1=",
        f"t={T},v1={ONE[:-1]}",
        f"t={T},v1={ONE}0",
        f"t={T},v1={ONE.upper()}",
        f"t={T},v1={'0' * 64}",
        f"t={T},v0={ONE}",
        f"t={T},V1={ONE}",
        f"t={T};v1={ONE}",
        f"t={T},v1={ONE},",
        f"t={T},{ONE}",
        f"t={T},t={T},v1={ONE}",
        f"t={T}.0,v1={ONE}",
        f"t=0{T},v1={ONE}",
        f"t=-{T},v1={ONE}",
        f"t={T + 1},v1={ONE}",
        f"t=１７９５３１６４００,v1={ONE}",
        f"t={'9' * 5000},v1={ONE}",
        f"t=nan,v1={ONE}",
        f"t={T},v1={'é' * 64}",
        f"t={T},v1=\ud83d",
    ],
)
def test_another_header_does_not(header: str | None) -> None:
    assert not accepted(header)


@pytest.mark.parametrize("late", [181, -181, 86_400, -86_400])
def test_an_old_one_and_one_of_the_future_do_not(late: float) -> None:
    assert not accepted(f"t={T},v1={ONE}", late=late)


def test_another_body_and_another_key_do_not() -> None:
    header = f"t={T},v1={ONE}"
    assert not accepted(header, body=BODY + b" ")
    assert not accepted(header, body=json.dumps(json.loads(BODY)).encode()), "the raw bytes count"
    assert not accepted(header, keys=KEYS[1:])
    assert not accepted(header, keys=())


def test_an_empty_key_signs_nothing() -> None:
    made = hmac.digest(b"", f"{T}.".encode() + BODY, "sha256").hex()
    assert not accepted(f"t={T},v1={made}", keys=(b"",))
