"""Calendly: webhooks. https://developer.calendly.com/api-docs/c1ddc06ce1f1b-webhook-payload

`receive` and `signed` are what the webhook function needs, and import nothing beyond the standard library; `booking`
is for the workers, who have pydantic anyway. A reschedule is two events: the old invitee is cancelled, a new one
created, in no order.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from renkei.webhooks import hmac_fits, moment, shown_in, text

if TYPE_CHECKING:
    from renkei.bookings import Booking, Meeting

KEY = "calendly"
SIGNATURE_HEADER = "calendly-webhook-signature"
TOLERANCE = timedelta(minutes=3)
EVENTS = ("invitee.created", "invitee.canceled")
_TYPE = re.compile(r"[a-z][a-z0-9_]{0,40}\.[a-z][a-z0-9_]{0,40}")
_SECONDS = re.compile(r"[0-9]{1,11}")
_ADDRESS = re.compile(r"https://[^\s?#]+/([a-z_]{1,40})/([A-Za-z0-9_-]{1,64})")
_PROVIDERS = {"google_conference": "google_meet", "microsoft_teams_conference": "microsoft_teams"}


def receive(body: object) -> tuple[str, bool]:
    """A delivery's key (`<type>.<invitee id>`) and whether we know the type. ValueError says what is wrong."""
    if not isinstance(body, dict):
        raise ValueError("the body is no JSON object")  # noqa: TRY004 - one error for what is wrong
    kind, payload = body.get("event"), body.get("payload")
    if not isinstance(kind, str) or not _TYPE.fullmatch(kind):
        raise ValueError("event is missing or no name")
    if not isinstance(payload, dict):
        raise ValueError("payload is missing or no object")  # noqa: TRY004 - one error for what is wrong
    known = kind in EVENTS
    id_ = _id(payload.get("uri"), "invitees" if known else "")
    if id_ is None:
        raise ValueError(f"payload.uri is missing or no {'invitee' if known else 'object'}'s address")
    if known:
        _check(payload)
    return f"{kind.replace('.', '_')}.{id_}", known


def _check(payload: Mapping[str, Any]) -> None:
    event = payload.get("scheduled_event")
    if not isinstance(event, dict):
        raise ValueError("payload.scheduled_event is missing or no object")  # noqa: TRY004 - as above
    for name in ("start_time", "end_time"):
        if moment(event.get(name)) is None:
            raise ValueError(f"payload.scheduled_event.{name} is missing or no ISO 8601 time with an offset")
    lists = {
        "payload.questions_and_answers": payload.get("questions_and_answers"),
        "payload.scheduled_event.event_memberships": event.get("event_memberships"),
    }
    for name, value in lists.items():
        if value is not None and not (isinstance(value, list) and all(isinstance(one, dict) for one in value)):
            raise ValueError(f"{name} is no list of objects")


def signed(headers: Mapping[str, str], body: bytes, keys: Sequence[bytes], now: datetime) -> bool:
    """Whether a raw body is signed with one of the keys, and was within the last (or next) three minutes.

    https://developer.calendly.com/api-docs/4c305798a61d3-webhook-signatures: `t=<seconds>,v1=<hex>`, and several
    `v1` where keys change.
    """
    parts = [part.strip().partition("=") for part in headers.get(SIGNATURE_HEADER, "").split(",")]
    times = [value for name, _, value in parts if name == "t"]
    if len(times) != 1 or not _SECONDS.fullmatch(times[0]) or not all(equals for _, equals, _ in parts):
        return False
    if abs(now.timestamp() - int(times[0])) > TOLERANCE.total_seconds():
        return False
    return hmac_fits(keys, times[0].encode() + b"." + body, [value for name, _, value in parts if name == "v1"])


def booking(body: Mapping[str, Any]) -> Booking:
    """The canonical booking of a webhook's body. ValueError (pydantic's) where it does not fit."""
    from renkei.bookings import Answer, Booking, Calendar, Guest, Host  # noqa: PLC0415 - see above

    payload = body["payload"]
    event, cancelled = payload["scheduled_event"], body["event"] == "invitee.canceled"
    cancellation, location = _dict(payload.get("cancellation")), _dict(event.get("location"))
    other = _id(payload.get("new_invitee" if cancelled else "old_invitee"), "invitees")
    zone = text(payload.get("timezone"))
    return Booking(
        source=KEY,
        id=_id(payload["uri"], "invitees"),
        kind="cancelled" if cancelled else "confirmed",
        occurred_at=moment(cancellation.get("created_at") if cancelled else payload.get("created_at"))
        or moment(body.get("created_at")),
        start=shown_in(zone, event["start_time"]),
        end=shown_in(zone, event["end_time"]),
        timezone=zone,  # the guest's: Calendly tells no other
        calendar=Calendar(id=_id(event.get("event_type"), "event_types") or "", name=text(event.get("name"))),
        hosts=tuple(
            Host(name=text(one.get("user_name")), email=text(one.get("user_email")))
            for one in event.get("event_memberships") or []
        ),
        guest=Guest(
            email=text(payload.get("email")),
            name=text(payload.get("name")),
            first=text(payload.get("first_name")),
            last=text(payload.get("last_name")),
            phone=text(payload.get("text_reminder_number"))
            or (text(location.get("location")) if location.get("type") == "outbound_call" else ""),
        ),
        answers=tuple(
            Answer(label=text(one.get("question")), type="", values=(text(one.get("answer")),))
            for one in sorted(payload.get("questions_and_answers") or [], key=_position)
        ),
        meeting=_meeting(location),
        utm={
            name: text(value)
            for name, value in _dict(payload.get("tracking")).items()
            if name.startswith("utm_") and value is not None
        },
        changed=payload.get("rescheduled") is True if cancelled else other is not None,
        previous_id=None if cancelled else other,
        next_id=other if cancelled else None,
        reason=text(cancellation.get("reason")),
    )


# What is optional is read leniently: an odd extra must not cost a booking.


def _meeting(location: Mapping[str, Any]) -> Meeting:
    """Where to meet: a link, else the place; whom the host calls is at no place (the number is the guest's)."""
    from renkei.bookings import Meeting  # noqa: PLC0415

    kind, place = text(location.get("type")), text(location.get("location")).strip()
    url = text(location.get("join_url")) or (place if place.startswith(("https://", "http://")) else "")
    if url:
        return Meeting(provider=_PROVIDERS.get(kind, kind.removesuffix("_conference")), join_url=url)
    return Meeting(place="" if kind == "outbound_call" else place)


def _id(address: object, kind: str = "") -> str | None:
    """The id at the end of an address of the API, of one kind of object if asked for."""
    found = _ADDRESS.fullmatch(address) if isinstance(address, str) else None
    return found[2] if found and kind in ("", found[1]) else None


def _position(item: Mapping[str, Any]) -> int:
    position = item.get("position")
    return position if isinstance(position, int) else 0


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
