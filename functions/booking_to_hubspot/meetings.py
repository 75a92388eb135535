"""Bookings as meetings on the timeline: made once, moved on a reschedule, marked on a cancellation. Pure.

A booking and what it was moved to share one meeting, whose unique key is the id of the first booking of the
chain (`renkei.chains`).

The events may come in any order. Where a booking comes after the one that it was moved to, that one has begun a
chain of its own, in which the living meeting is; the meeting of the chain before is then closed: marked cancelled.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from booking_to_hubspot.firms import company_of
from booking_to_hubspot.known import COMPANIES, CONTACTS, MEETINGS, Known, Task
from renkei.actions import UNIQUE, Action, Create, Item, Read, To, Update
from renkei.chains import chain, closes, notes, root

_TO_CONTACT, _TO_COMPANY = (200,), (188,)  # meeting → contact, meeting → company
_CANCELLED = {"hs_meeting_outcome": "CANCELED"}


def meeting_key(task: Task, known: Known) -> str:
    """The unique key of the meeting that a task speaks of: its booking's own, or the one that it closes."""
    booking = task.booking
    return f"{booking.source}-{closes(booking, known.links) or root(booking.source, booking.id, known.links)}"


def meeting_actions(tasks: Sequence[Task], known: Known) -> Iterator[Action]:
    """First note each booking's place in its chain, then make, move or mark the meetings."""
    new = list(notes((task.booking for task in tasks), known.links))
    if new:
        yield from new
        return
    wanted = _wanted(tasks, known)
    ready = {key: want for key, want in wanted.items() if (MEETINGS, key) not in known.updated}
    unread = [key for key in ready if not {(MEETINGS, key)} & (known.records.keys() | known.absent)]
    if unread:
        names = {name for key in unread for name in ready[key][1]}
        yield Read(MEETINGS, tuple(unread), tuple(sorted(names)), by=UNIQUE)
        return
    create, update = [], []
    for key, (task, properties) in ready.items():
        if record := known.records.get((MEETINGS, key)):
            different = {name: text for name, text in properties.items() if record.properties.get(name) != text}
            if different and not record.new:
                update.append(Item(key, different, tasks=(task.id,)))
        elif properties != _CANCELLED and (to := _places(task, known)):
            create.append(Item(key, {**properties, UNIQUE: key}, to, (task.id,)))
    if create:
        yield Create(MEETINGS, UNIQUE, tuple(create))
    if update:
        yield Update(MEETINGS, tuple(update), by=UNIQUE)


def _wanted(tasks: Sequence[Task], known: Known) -> dict[str, tuple[Task, Mapping[str, str]]]:
    """The state in which each meeting should end, by its key; the last word counts."""
    wanted: dict[str, tuple[Task, Mapping[str, str]]] = {}
    for task in tasks:
        place = chain(task.booking, known.links)
        key = meeting_key(task, known)
        if place.get("cancelled") or closes(task.booking, known.links):
            wanted[key] = (task, _CANCELLED)
        elif not place.get("superseded"):
            wanted[key] = (task, _properties(task, known))
    return wanted


def _properties(task: Task, known: Known) -> dict[str, str]:
    """The meeting of a booking. https://developers.hubspot.com/docs/api-reference/latest/crm/activities/meetings"""
    booking = task.booking
    guest = booking.guest.name or " ".join(filter(None, (booking.guest.last, booking.guest.first)))
    owner = next((known.owners[host.email.lower()] for host in booking.hosts if host.email.lower() in known.owners), "")
    properties = {
        "hs_timestamp": booking.start.isoformat(),
        "hs_meeting_title": " – ".join(filter(None, (booking.calendar.name, guest))),
        "hs_meeting_start_time": booking.start.isoformat(),
        "hs_meeting_end_time": booking.end.isoformat(),
        "hs_meeting_location": booking.meeting.join_url or booking.meeting.place,
        "hs_meeting_external_url": booking.meeting.join_url,
        "hs_meeting_outcome": "RESCHEDULED" if booking.previous_id else "SCHEDULED",
        "hubspot_owner_id": owner,
    }
    return {name: text for name, text in properties.items() if text}


def _places(task: Task, known: Known) -> tuple[To, ...]:
    contact = known.contact(task) if task.email else None
    company = company_of(task.firm, known) if task.firm else None
    to = [To(CONTACTS, contact.id, _TO_CONTACT)] if contact else []
    return (*to, *([To(COMPANIES, company.id, _TO_COMPANY)] if company else []))
