"""Bookings as meetings on the timeline: made once, moved on a reschedule, marked on a cancellation. Pure.

A booking and what it was moved to share one meeting, whose unique key is the id of the first booking of the
chain. What is remembered of a booking: `root` (that first id), `superseded` (moved on), `cancelled`.

The events may come in any order. Where a booking comes after the one that it was moved to, that one has begun a
chain of its own, in which the living meeting is; the meeting of the chain before is then closed: marked cancelled.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from booking_to_hubspot.firms import company_of
from booking_to_hubspot.known import COMPANIES, CONTACTS, MEETINGS, Known, Task
from renkei.actions import UNIQUE, Action, Create, Item, Read, Remember, To, Update

_TO_CONTACT, _TO_COMPANY = (200,), (188,)  # meeting → contact, meeting → company
_CANCELLED = {"hs_meeting_outcome": "CANCELED"}


def booking_link(source: str, id_: str) -> str:
    """The link under which a booking's place in its chain is remembered."""
    return f"booking#{source}#{id_}"


def meeting_key(task: Task, known: Known) -> str:
    """The unique key of the meeting that a task speaks of: its booking's own, or the one that it closes."""
    booking = task.booking
    return f"{booking.source}-{_closes(task, known) or _root(booking.source, booking.id, known)}"


def _root(source: str, id_: str, known: Known) -> str:
    """The id of the first booking of a booking's chain, as far as it is known."""
    return str(known.links.get(booking_link(source, id_), {}).get("root") or id_)


def _closes(task: Task, known: Known) -> str | None:
    """The root of the chain before, if a task's booking came so late that its successor began another."""
    booking = task.booking
    chain = known.links.get(booking_link(booking.source, booking.id), {})
    if not (booking.previous_id and chain.get("superseded") and chain.get("root")):
        return None
    before = _root(booking.source, booking.previous_id, known)
    return before if before != chain["root"] else None


def meeting_actions(tasks: Sequence[Task], known: Known) -> Iterator[Action]:
    """First note each booking's place in its chain, then make, move or mark the meetings."""
    notes = list(_notes(tasks, known))
    if notes:
        yield from notes
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


def _notes(tasks: Sequence[Task], known: Known) -> Iterator[Remember]:
    """What the tasks tell of chains and is not noted yet, in their order."""
    chains: dict[str, dict[str, object]] = {}

    def note(id_: str, source: str, **facts: str | bool) -> Iterator[Remember]:
        link = booking_link(source, id_)
        chain = chains.setdefault(link, dict(known.links.get(link, {})))
        new = {name: fact for name, fact in facts.items() if name not in chain}
        chain.update(new)
        if new:
            yield Remember(link, new)

    for booking in (task.booking for task in tasks):
        source, before = booking.source, booking.previous_id
        if booking.kind == "cancelled":
            yield from note(booking.id, source, **({"superseded": True} if booking.changed else {"cancelled": True}))
            continue
        root = booking.id
        if before:
            link = booking_link(source, before)
            root = str(chains.get(link, known.links.get(link, {})).get("root") or before)
            yield from note(before, source, root=root, superseded=True)
        yield from note(booking.id, source, root=root)


def _wanted(tasks: Sequence[Task], known: Known) -> dict[str, tuple[Task, Mapping[str, str]]]:
    """The state in which each meeting should end, by its key; the last word counts."""
    wanted: dict[str, tuple[Task, Mapping[str, str]]] = {}
    for task in tasks:
        chain = known.links.get(booking_link(task.booking.source, task.booking.id), {})
        key = meeting_key(task, known)
        if chain.get("cancelled") or _closes(task, known):
            wanted[key] = (task, _CANCELLED)
        elif not chain.get("superseded"):
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
        "hs_meeting_location": booking.meeting.join_url,
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
