"""Cal.com: webhooks. https://cal.com/docs/developing/guides/automation/webhooks

`receive` and `signed` are what the webhook function needs, and import nothing beyond the standard library; `booking`
is for the workers, who have pydantic anyway. A reschedule is one event, with the old booking's uid. Of an event with
seats every guest is a booking of their own.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from renkei.webhooks import hmac_fits, moment, shown_in, text

if TYPE_CHECKING:
    from renkei.bookings import Booking, Guest, Kind, Meeting

KEY = "calcom"
SIGNATURE_HEADER = "x-cal-signature-256"
UNSIGNED = "no-secret-provided"
"""What Cal.com sends as the signature where its webhook has no secret."""
EVENTS: Mapping[str, Kind] = {
    "BOOKING_CREATED": "confirmed",
    "BOOKING_RESCHEDULED": "rescheduled",
    "BOOKING_CANCELLED": "cancelled",
}
_TYPE = re.compile(r"[A-Z][A-Z0-9_]{0,63}")
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_TEMPLATE = "use Cal.com's default payload template"
_PLACEHOLDER = "@sms.cal.com"  # the address that Cal.com makes up for a guest who left a phone number only
_PHONES = ("attendeePhoneNumber", "phone", "smsReminderNumber")
_COMPANY = ("company", "companyname")  # Cal.com asks for none, so this is what a question's identifier is called
_KINDS = ("attendeeInPerson", "conferencing", "inPerson", "link", "phone", "somewhereElse", "userPhone")
"""What stands for a location whose place nobody has entered."""
_PROVIDERS = {
    "daily": "cal_video",
    "google": "google_meet",
    "google_meet": "google_meet",
    "office365": "microsoft_teams",
}


def receive(body: object) -> tuple[str, bool]:
    """A delivery's key (`<trigger>.<booking id>`) and whether we know the type. ValueError says what is wrong."""
    if not isinstance(body, dict):
        raise ValueError(f"the body is no JSON object: {_TEMPLATE}")  # noqa: TRY004 - one error for what is wrong
    trigger, payload = body.get("triggerEvent"), body.get("payload")
    if not isinstance(trigger, str) or not _TYPE.fullmatch(trigger):
        raise ValueError(f"triggerEvent is missing or no name: {_TEMPLATE}")
    if trigger not in EVENTS:
        return f"{trigger.lower()}.{_other_id(body)}", False
    if not isinstance(payload, dict):
        raise ValueError(f"payload is missing or no object: {_TEMPLATE}")  # noqa: TRY004 - as above
    _check(payload)
    # A moved event with seats may keep its uid: then the time of the event tells one move from the next.
    again = trigger == "BOOKING_RESCHEDULED" and payload.get("rescheduleUid") in (None, payload["uid"])
    revision = re.sub(r"[^0-9]", "", text(body.get("createdAt")))[:20] if again else ""
    return ".".join(filter(None, (trigger.lower(), _id(payload), revision))), not _whole(trigger, payload)


def _whole(trigger: str, payload: Mapping[str, Any]) -> bool:
    """Whether a host has moved an event with all its seats: it names no seat, so it is no guest's booking."""
    seated = payload.get("seatsPerTimeSlot") is not None and not _is_id(payload.get("attendeeSeatId"))
    return trigger == "BOOKING_RESCHEDULED" and seated


def _check(payload: Mapping[str, Any]) -> None:
    if not _is_id(payload.get("uid")):
        raise ValueError(f"payload.uid is missing or no identifier: {_TEMPLATE}")
    for name in ("startTime", "endTime"):
        if moment(payload.get(name)) is None:
            raise ValueError(f"payload.{name} is missing or no ISO 8601 time with an offset: {_TEMPLATE}")
    if not isinstance(payload.get("organizer"), dict):
        raise ValueError(f"payload.organizer is missing or no object: {_TEMPLATE}")  # noqa: TRY004 - as above
    attendees = payload.get("attendees")
    if not isinstance(attendees, list) or not all(isinstance(one, dict) for one in attendees):
        raise ValueError(f"payload.attendees is missing or no list of objects: {_TEMPLATE}")


def signed(headers: Mapping[str, str], body: bytes, keys: Sequence[bytes], now: datetime) -> bool:  # noqa: ARG001
    """Whether a raw body is signed with one of the keys: bare hex, and no time to hold against a repetition."""
    shown = headers.get(SIGNATURE_HEADER, "").strip()
    return shown != UNSIGNED and hmac_fits(keys, body, [shown])


def booking(body: Mapping[str, Any]) -> Booking:
    """The canonical booking of a webhook's body. ValueError (pydantic's) where it does not fit."""
    from renkei.bookings import Answer, Booking, Calendar, Host  # noqa: PLC0415 - see above

    payload, kind = body["payload"], EVENTS[body["triggerEvent"]]
    organizer, members = payload["organizer"], _list(_dict(payload.get("team")).get("members"))
    hosts: dict[str, str] = {}
    for one in (organizer, *members):
        hosts.setdefault(text(one.get("email")), text(one.get("name")))
    person, responses = _guest_of(payload, set(hosts))
    zone, before = text(organizer.get("timeZone")), payload.get("rescheduleUid")
    moved = kind != "cancelled" and _is_id(before) and before != payload["uid"]
    guest = _guest(payload, person, responses)
    return Booking(
        source=KEY,
        id=_id(payload),
        kind=kind,
        occurred_at=moment(body.get("createdAt")),
        start=shown_in(zone, payload["startTime"]),
        end=shown_in(zone, payload["endTime"]),
        timezone=zone,
        calendar=Calendar(
            id=text(payload.get("eventTypeId")), key=text(payload.get("type")), name=text(payload.get("eventTitle"))
        ),
        hosts=tuple(Host(name=name, email=email) for email, name in hosts.items()),
        guest=guest,
        answers=tuple(
            Answer(label=text(one.get("label")), type=slug, values=_values(one.get("value")))
            for slug, one in responses.items()
        ),
        meeting=_meeting(payload, guest.phone),
        utm=dict(_utm(payload, responses)),
        changed=kind == "rescheduled" or moved,
        previous_id=_id(payload, "rescheduleUid") if moved else None,
        reason=text(payload.get("cancellationReason")) or _told(responses, "rescheduleReason"),
    )


def _guest_of(payload: Mapping[str, Any], hosts: set[str]) -> tuple[dict[str, Any], dict[str, Any]]:
    """(the attendee who is the guest, what this guest answered).

    The list has everybody: colleagues of the host, further guests, and who took the other seats. The answers name
    the guest; only where a seat is given back they may be somebody else's.
    """
    responses = {text(slug): one for slug, one in _dict(payload.get("responses")).items() if isinstance(one, dict)}
    for slug, one in _dict(payload.get("userFieldsResponses")).items():
        if isinstance(one, dict):
            responses.setdefault(text(slug), one)
    guests = [one for one in payload["attendees"] if text(one.get("email")) not in hosts] or payload["attendees"]
    mail, seat = _told(responses, "email").casefold(), payload.get("attendeeSeatId")
    seated = [one for one in guests if _is_id(seat) and _dict(one.get("bookingSeat")).get("referenceUid") == seat]
    named = [one for one in guests if mail and text(one.get("email")).casefold() == mail]
    person: dict[str, Any] = next(iter((*seated, *named, *guests)), {})
    theirs = not mail or not guests or person in named
    return person, responses if theirs else {}


def _guest(payload: Mapping[str, Any], person: Mapping[str, Any], responses: Mapping[str, Any]) -> Guest:
    from renkei.bookings import Guest  # noqa: PLC0415

    name = _dict(responses.get("name")).get("value")
    parts = name if isinstance(name, dict) else {}
    first, last = text(parts.get("firstName")), text(parts.get("lastName"))
    called = [_told(responses, slug) for slug in _PHONES]
    place = _dict(_dict(responses.get("location")).get("value"))
    spoken = text(place.get("optionValue")) if place.get("value") == "phone" else ""
    phones = (text(person.get("phoneNumber")), *called, text(payload.get("smsReminderNumber")), spoken)
    mail = _told(responses, "email") or text(person.get("email"))
    return Guest(
        email="" if mail.casefold().endswith(_PLACEHOLDER) else mail,
        name=text(name) if isinstance(name, str) else " ".join(filter(None, (first, last))) or text(person.get("name")),
        first=first,
        last=last,
        company=next((_told(responses, one) for one in responses if re.sub(r"[ _-]", "", one).lower() in _COMPANY), ""),
        phone=next(filter(None, phones), ""),
        comment=_told(responses, "notes") or (text(payload.get("additionalNotes")) if responses else ""),
        locale=text(_dict(person.get("language")).get("locale")),
    )


# What is optional is read leniently: an odd extra must not cost a booking.


def _meeting(payload: Mapping[str, Any], phone: str) -> Meeting:
    """Where to meet: the link by which guests join, else the room's, else the location if it is one, else the place.

    Whom the host calls is at no place: then the location is the phone number of a guest.
    """
    from renkei.bookings import Meeting  # noqa: PLC0415

    video, place = _dict(payload.get("videoCallData")), text(payload.get("location")).strip()
    told = (_dict(payload.get("metadata")).get("videoCallUrl"), video.get("url"), place)
    url = next((one for one in map(text, told) if one.startswith(("https://", "http://"))), "")
    kind = text(video.get("type")) or (place.removeprefix("integrations:") if place.startswith("integrations:") else "")
    kind = kind.removesuffix("_video").replace(":", "_")
    if url:
        return Meeting(provider=_PROVIDERS.get(kind, kind), join_url=url)
    chosen = _dict(_dict(_dict(payload.get("responses")).get("location")).get("value")).get("value")
    nowhere = place in (*_KINDS, phone) or place.startswith("integrations:") or chosen == "phone"
    return Meeting(place="" if nowhere else place)


def _utm(payload: Mapping[str, Any], responses: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Cal.com sends none by itself: they come as metadata of an embedded page, or as hidden questions."""
    for name, value in _dict(payload.get("metadata")).items():
        if name.startswith("utm_"):
            yield name, text(value)
    for slug in responses:
        if slug.startswith("utm_") and (told := _told(responses, slug)):
            yield slug, told


def _id(payload: Mapping[str, Any], name: str = "uid") -> str:
    """A booking's id: its uid, and the seat where it has seats."""
    seat = payload.get("attendeeSeatId")
    return f"{payload[name]}.{seat}" if _is_id(seat) else str(payload[name])


def _other_id(body: Mapping[str, Any]) -> str:
    """What tells an event apart that we do nothing about: its booking, else all that it says."""
    payload = _dict(body.get("payload"))
    named = [one for one in (payload.get("uid"), payload.get("bookingUid"), body.get("uid")) if _is_id(one)]
    return str(named[0]) if named else hashlib.sha256(json.dumps(body, sort_keys=True).encode()).hexdigest()[:32]


def _is_id(value: object) -> bool:
    return isinstance(value, str) and bool(_ID.fullmatch(value))


def _told(responses: Mapping[str, Any], slug: str) -> str:
    return ", ".join(_values(_dict(responses.get(slug)).get("value")))


def _values(value: object) -> tuple[str, ...]:
    """An answer as texts: one for each of a list; of a choice with its own text that text, of a name its parts."""
    if value in (None, ""):
        return ()
    if isinstance(value, list):
        return tuple(told for one in value for told in _values(one))
    if isinstance(value, dict):
        if "optionValue" in value:
            return _values(value["optionValue"]) or _values(value.get("value"))
        return (" ".join(told for one in value.values() for told in _values(one)),)
    return (str(value).lower() if isinstance(value, bool) else text(value),)


def _dict(value: object) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[dict[str, Any]]:
    return [one for one in value if isinstance(one, dict)] if isinstance(value, list) else []
