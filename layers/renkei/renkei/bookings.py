"""The canonical booking: what every scheduler's event becomes before any CRM sees it.

It holds no capability links (cancel, reschedule): who has those can act as the guest.
"""

from __future__ import annotations

from typing import Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from renkei.values import NameOrder, split_name

type Kind = Literal["confirmed", "cancelled", "rescheduled"]

SCHEDULERS = ("timerex", "calendly", "calcom")
"""The sources whose events become bookings (`renkei.schedulers` reads them)."""


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Calendar(_Model):
    """The calendar that was booked; `key` is the name in its URL (Calendly tells none)."""

    id: str = ""
    key: str = ""
    name: str = ""
    url: str = ""

    def is_called(self, wanted: str) -> bool:
        """Whether settings for `wanted` are for this calendar; `*` is for all."""
        return wanted in {"*", self.key, self.id, self.name}


class Host(_Model):
    """Somebody of the firm who meets the guest."""

    name: str = ""
    email: str = ""


class Guest(_Model):
    """Who booked. `first` and `last` only where the scheduler asks for them apart."""

    email: str = ""
    name: str = ""
    first: str = ""
    last: str = ""
    company: str = ""
    phone: str = ""
    comment: str = ""
    locale: str = ""


class Answer(_Model):
    """A question of the booking form and what was answered; several values for check boxes."""

    label: str
    type: str
    values: tuple[str, ...]


class Meeting(_Model):
    """Where to meet: online by a link, or at a `place` that is none (an address, a room, a number to call)."""

    provider: str = ""
    join_url: str = ""
    place: str = ""


class Booking(_Model):
    """One event of one booking. `previous_id` and `next_id` chain the two halves of a reschedule."""

    source: str
    id: str
    kind: Kind
    occurred_at: AwareDatetime | None = None
    start: AwareDatetime
    end: AwareDatetime
    timezone: str = ""
    calendar: Calendar = Calendar()
    hosts: tuple[Host, ...] = ()
    guest: Guest = Guest()
    answers: tuple[Answer, ...] = ()
    meeting: Meeting = Meeting()
    utm: dict[str, str] = {}
    changed: bool = False
    previous_id: str | None = None
    next_id: str | None = None
    reason: str = ""


FIELDS = (
    "company_name", "guest_name", "guest_last_name", "guest_first_name", "guest_email", "guest_phone",
    "guest_comment", "calendar_name", "calendar_url", "start", "end", "timezone", "host_name", "host_email",
    "join_url", "meeting_provider", "place", "utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content",
)  # fmt: skip
"""The booking fields that a mapping row can take from."""


def field(booking: Booking, name: str, order: NameOrder = "family_first") -> str:  # noqa: C901, PLR0911 - a table
    """The text of a booking field (one of FIELDS); empty where the booking has none."""
    guest = booking.guest
    host = booking.hosts[0] if booking.hosts else Host()
    match name:
        case "company_name":
            return guest.company
        case "guest_last_name" | "guest_first_name":
            return _names(guest, order)[name == "guest_first_name"]
        case "guest_name":
            return guest.name or " ".join(filter(None, (guest.last, guest.first)))
        case "guest_email" | "guest_phone" | "guest_comment":
            return str(getattr(guest, name.removeprefix("guest_")))
        case "calendar_name" | "calendar_url":
            return str(getattr(booking.calendar, name.removeprefix("calendar_")))
        case "start" | "end":
            return booking.start.isoformat() if name == "start" else booking.end.isoformat()
        case "timezone":
            return booking.timezone
        case "host_name" | "host_email":
            return host.name if name == "host_name" else host.email
        case "join_url":
            return booking.meeting.join_url
        case "meeting_provider" | "place":
            return booking.meeting.provider if name == "meeting_provider" else booking.meeting.place
    return booking.utm.get(name, "")


def _names(guest: Guest, order: NameOrder) -> tuple[str, str]:
    """(last name, first name) of a guest. One name alone is the last name, which CRMs require."""
    if guest.last:
        return guest.last, guest.first
    if not guest.first:
        return split_name(guest.name, order)
    rest = " ".join(word for word in guest.name.split() if word not in guest.first.split())
    return (rest, guest.first) if rest else (guest.first, "")
