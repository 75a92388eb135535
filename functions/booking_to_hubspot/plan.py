"""Decides what bookings become in HubSpot. Pure: takes tasks and what is known, asks for actions.

    draft      a booking and the settings → a task, or why there is none
    plan       tasks and what is known → the next actions; none when all is done
    verdict    a task and what is known → its delivery's end

Bookings of one batch are decided together and in their order: the second booking of a new firm finds the
company that the first one made.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from booking_to_hubspot import Settings
from booking_to_hubspot.firms import company_actions, company_of, firm_of, look
from booking_to_hubspot.known import COMPANIES, CONTACTS, MEETINGS, Known, Task
from booking_to_hubspot.meetings import meeting_actions, meeting_key
from renkei.actions import Action, Create, Item, Read, Record, To, Update
from renkei.bookings import Booking
from renkei.errors import Misconfigured, Rejected, Skip
from renkei.integration import Done, Verdict
from renkei.mapping import Reading, Value, Warn, read

_TO_COMPANY = (279, 1)  # contact → company: plain, and primary


def draft(
    id_: str,
    booking: Booking,
    settings: Settings,
    readings: Mapping[str, Reading],
    digest: Callable[[str, str], str],
) -> Task:
    """Read a booking by the first rules that fit its calendar. Skip, Misconfigured or Rejected if it has no task.

    `readings` tells for companies and contacts how to read; `digest` makes keyed digests of (purpose, text).
    """
    if booking.kind == "cancelled" and not settings.meeting:
        raise Skip("rescheduled" if booking.changed else "cancelled")
    if booking.kind == "cancelled":  # whatever its calendar is called by now
        return Task(id_, booking)
    rules = next((rules for rules in settings.calendars if booking.calendar.is_called(rules.calendar)), None)
    if rules is None:
        raise Skip("calendar_not_mapped")
    company, company_warns = read(rules.company, booking, readings[COMPANIES])
    contact, contact_warns = read(rules.contact, booking, readings[CONTACTS])
    email = next((value.value for value in contact if value.property == "email"), "")
    if rules.contact and not email:
        _no_email(contact_warns)
    firm = firm_of(company, digest)
    none = [Warn("no_company")] if rules.company and firm is None else []
    warns = (*company_warns, *contact_warns, *none)
    return Task(id_, booking, tuple(company), tuple(contact), firm, email, warns)


def _no_email(warns: Sequence[Warn]) -> None:
    for warn in warns:
        params = dict(warn.params)
        if warn.code == "question_missing" and params["property"] == "email":
            raise Misconfigured("question_missing", **params)
    raise Rejected("guest_email_missing")


def plan(tasks: Sequence[Task], known: Known, *, meeting: bool = False) -> list[Action]:
    """The next actions, each of which is safe to repeat; none when all is done."""
    live = [task for task in tasks if task.id not in known.refused]
    booked = [task for task in live if task.booking.kind != "cancelled"]
    phases: tuple[Callable[[], Iterator[Action]], ...] = (
        lambda: look(booked, known),
        lambda: company_actions(booked, known),
        lambda: _changes(COMPANIES, _old_companies(booked, known), known),
        lambda: _new_contacts(booked, known),
        lambda: _unread_contacts(booked, known, meeting=meeting),
        lambda: _changes(CONTACTS, _old_contacts(booked, known), known),
        lambda: meeting_actions(live, known) if meeting else iter(()),
    )
    return next((actions for phase in phases if (actions := list(phase()))), [])


def _new_contacts(tasks: Sequence[Task], known: Known) -> Iterator[Action]:
    """Create the contacts, each with its company; that an address is taken is an answer, not an error."""
    items: dict[str, Item] = {}
    for task in tasks:
        if task.email and task.email not in items and not known.contact_there(task):
            company = company_of(task.firm, known) if task.firm else None
            to = (To(COMPANIES, company.id, _TO_COMPANY),) if company else ()
            values = {value.property: value.value for value in task.contact}
            items[task.email] = Item(task.email, values, to, (task.id,))
    if items:
        yield Create(CONTACTS, "email", tuple(items.values()))


def _unread_contacts(tasks: Sequence[Task], known: Known, *, meeting: bool) -> Iterator[Action]:
    """Contacts that were there before, whose id HubSpot did not tell and is needed now."""
    emails = {
        task.email: tuple(value.property for value in task.contact)
        for task in tasks
        if task.email
        and (meeting or _changing(task.contact))
        and known.contact(task) is None
        and (CONTACTS, task.email) not in known.absent
    }
    if emails:
        wanted = {name for names in emails.values() for name in names}
        yield Read(CONTACTS, tuple(emails), tuple(sorted(wanted)), by="email")


def _old_contacts(tasks: Sequence[Task], known: Known) -> Iterator[tuple[Record, Task, tuple[Value, ...]]]:
    for task in tasks:
        if task.email and (record := known.contact(task)):
            yield record, task, task.contact


def _old_companies(tasks: Sequence[Task], known: Known) -> Iterator[tuple[Record, Task, tuple[Value, ...]]]:
    for task in tasks:
        if task.firm and (record := company_of(task.firm, known)):
            yield record, task, task.company


def _changing(values: Sequence[Value]) -> bool:
    return any(value.policy != "create" and value.property != "email" for value in values)


def _changes(
    object_name: str, pairs: Iterator[tuple[Record, Task, tuple[Value, ...]]], known: Known
) -> Iterator[Action]:
    """Read what is needed of records that were there before, then fill and overwrite as the rows ask."""
    rows: dict[str, list[tuple[Value, ...]]] = {}
    owners: dict[str, list[str]] = {}
    new: set[str] = set()
    for record, task, values in pairs:
        rows.setdefault(record.id, []).append(values)
        owners.setdefault(record.id, []).append(task.id)
        new |= {record.id} if record.new else set()
    rows = {id_: every for id_, every in rows.items() if any(map(_changing, every[1 if id_ in new else 0 :]))}
    done = known.updated | known.absent
    rows = {id_: every for id_, every in rows.items() if (object_name, id_) not in done}
    wanted = {value.property for every in rows.values() for values in every for value in values}
    unread = [id_ for id_ in rows if id_ not in new and (object_name, id_) not in known.records]
    if unread:
        yield Read(object_name, tuple(unread), tuple(sorted(wanted)))
        return
    items = []
    for id_, every in rows.items():
        held = known.records.get((object_name, id_))
        if held and (changed := _difference(held, every)):
            items.append(Item(id_, changed, tasks=tuple(owners[id_])))
    if items:
        yield Update(object_name, tuple(items))


def _difference(record: Record, every: Sequence[Sequence[Value]]) -> dict[str, str]:
    """What to write so that the record is as the rows of each booking, in their order, want it."""
    wanted = dict(record.properties)
    for number, values in enumerate(every):
        if record.new and number == 0:
            wanted |= {value.property: value.value for value in values}  # the record was made of these
            continue
        for value in values:
            if value.property == "email" or value.policy == "create":
                continue
            if value.policy == "overwrite" or not wanted.get(value.property):
                wanted[value.property] = value.value
    made = {value.property: value.value for value in every[0]} if record.new else {}
    held = {**record.properties, **made}
    return {name: text for name, text in wanted.items() if held.get(name) != text}


def verdict(task: Task, tasks: Sequence[Task], known: Known) -> Verdict:
    """A delivery's end once there is nothing more to do."""
    if task.id in known.refused:
        return known.refused[task.id]
    if task.booking.kind == "cancelled":
        if task.booking.changed:
            return Skip("rescheduled")
        meeting = known.records.get((MEETINGS, meeting_key(task, known)))
        return Done({"meeting": meeting.id, "meeting_was": "cancelled"}) if meeting else Skip("cancelled")
    outcome: dict[str, str | bool] = {}
    company = company_of(task.firm, known) if task.firm else None
    contact = known.contact(task)
    if company:
        outcome |= {"company": company.id, "company_was": "created" if company.new else "there"}
    if task.email:
        first = next(other for other in tasks if other.email == task.email)
        made = contact is not None and contact.new and first is task
        outcome |= {"contact_was": "created" if made else "there", "associated": made and company is not None}
        outcome |= {"contact": contact.id} if contact else {}
    if meeting := known.records.get((MEETINGS, meeting_key(task, known))):
        outcome |= {"meeting": meeting.id, "meeting_was": "created" if meeting.new else "there"}
    return Done(outcome, task.warns)
