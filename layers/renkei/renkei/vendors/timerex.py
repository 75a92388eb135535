"""TimeRex: webhooks only. https://developers.timerex.net/webhook/reference

`receive` is what the webhook function needs, and imports nothing beyond the standard library; `booking` is
for the workers, who have pydantic anyway.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from renkei.bookings import Booking, Meeting

KEY = "timerex"
TOKEN_HEADER = "x-timerex-authorization"  # noqa: S105 - a header's name; older set-ups send `authorization`
EVENTS = ("event_confirmed", "event_cancelled")
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_TYPE = re.compile(r"[a-z][a-z0-9_]{0,63}")
_STANDARD = {
    "company_name": "company",
    "guest_name": "name",
    "guest_email": "email",
    "guest_phone": "phone",
    "guest_comment": "comment",
}


def receive(body: object) -> tuple[str, bool]:
    """A delivery's key (`<webhook type>.<event id>`) and whether we know the type. ValueError says what is wrong."""
    if not isinstance(body, dict):
        raise ValueError("the body is no JSON object")  # noqa: TRY004 - one error for what is wrong
    kind, event = body.get("webhook_type"), body.get("event")
    if not isinstance(kind, str) or not _TYPE.fullmatch(kind):
        raise ValueError("webhook_type is missing or no name")
    if not isinstance(event, dict):
        raise ValueError("event is missing or no object")  # noqa: TRY004 - one error for what is wrong
    if not isinstance(event.get("id"), str) or not _ID.fullmatch(event["id"]):
        raise ValueError("event.id is missing or no identifier")
    if kind in EVENTS:
        _check(event)
    return f"{kind}.{event['id']}", kind in EVENTS


def _check(event: Mapping[str, Any]) -> None:
    for name in ("start_datetime", "end_datetime"):
        try:
            aware = datetime.fromisoformat(event[name]).tzinfo is not None
        except (KeyError, TypeError, ValueError):
            aware = False
        if not aware:
            raise ValueError(f"event.{name} is missing or no ISO 8601 time with an offset")
    form, hosts = event.get("form"), event.get("hosts") or []
    if not isinstance(form, list) or not all(isinstance(item, dict) for item in form):
        raise ValueError("event.form is missing or no list of objects")
    if not isinstance(hosts, list) or not all(isinstance(host, dict) for host in hosts):
        raise ValueError("event.hosts is no list of objects")


def booking(body: Mapping[str, Any]) -> Booking:
    """The canonical booking of a webhook's body. ValueError (pydantic's) where it does not fit."""
    from renkei.bookings import Answer, Booking, Calendar, Guest, Host  # noqa: PLC0415 - see above

    event = body["event"]
    confirmed = body["webhook_type"] == "event_confirmed"
    form = [
        (_str(item.get("field_type")), _str(item.get("label")), _values(item.get("value"))) for item in event["form"]
    ]
    guest = {_STANDARD[kind]: ", ".join(values) for kind, _, values in reversed(form) if kind in _STANDARD}
    changed = event.get("is_changed") is True
    other = event.get("old_event_id") if confirmed else event.get("new_event_id") or event.get("new_evnet_id")
    return Booking(
        source=KEY,
        id=event["id"],
        kind="confirmed" if confirmed else "cancelled",
        occurred_at=_moment(event.get("created_at" if confirmed else "canceled_at")),
        start=event.get("local_start_datetime") or event["start_datetime"],
        end=event.get("local_end_datetime") or event["end_datetime"],
        timezone=_str(event.get("calendar_timezone")),
        calendar=Calendar(
            id=_str(event.get("calendar_id")),
            key=_str(body.get("calendar_url_path")),
            name=_str(body.get("calendar_name")),
            url=_str(body.get("calendar_url")),
        ),
        hosts=tuple(Host(name=_str(h.get("name")), email=_str(h.get("email"))) for h in event.get("hosts") or []),
        guest=Guest(**guest, locale=_str(event.get("guest_locale"))),
        answers=tuple(Answer(label=label, type=kind, values=values) for kind, label, values in form),
        meeting=_meeting(event),
        utm=_parameters(event.get("url_params")),
        changed=changed,
        previous_id=_id(other) if confirmed and changed else None,
        next_id=_id(other) if changed and not confirmed else None,
        reason=_str(event.get("cancellation_reason")),
    )


def _meeting(event: Mapping[str, Any]) -> Meeting:
    from renkei.bookings import Meeting  # noqa: PLC0415

    provider = _str(event.get("online_meeting_provider"))
    key = {"zoom": "zoom_meeting", "google_meet": "google_meet_meeting", "microsoft_teams": "microsoft_teams_meeting"}
    told = event.get(key.get(provider, ""))
    return Meeting(provider=provider, join_url=_str(told.get("join_url")) if isinstance(told, dict) else "")


# What is optional is read leniently: an odd extra must not cost a booking.


def _moment(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(_str(value))
    except ValueError:
        return None
    return moment if moment.tzinfo else None


def _id(value: object) -> str | None:
    return value if isinstance(value, str) and _ID.fullmatch(value) else None


def _parameters(value: object) -> dict[str, str]:
    pairs = value if isinstance(value, list) else [value]
    return {_str(name): _str(text) for pair in pairs if isinstance(pair, dict) for name, text in pair.items()}


def _str(value: object) -> str:
    """Text that can be sent on: half surrogate pairs become question marks."""
    return "" if value is None else str(value).encode(errors="replace").decode()


def _values(value: object) -> tuple[str, ...]:
    return tuple(map(_str, value)) if isinstance(value, list) else (_str(value),) if value is not None else ()
