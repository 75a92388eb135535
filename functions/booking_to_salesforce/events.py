"""Bookings as events on their leads: made once, moved on a reschedule, deleted on a cancellation. Pure.

A booking and what it was moved to share one event, which bears the chain's key in its description: a creation whose
answer was lost is looked for by that. https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_event.htm
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from booking_to_salesforce.fields import OWNER, Fact, shaped, utc
from booking_to_salesforce.known import EVENT, LEAD, WHO, Known, Step, Task
from booking_to_salesforce.unclear import under_way
from renkei.actions import Create, Delete, Item, Remember, Search, Update
from renkei.bookings import field
from renkei.chains import booking_link, chain, closes

_FACTS = {
    "Subject": Fact("Subject", "Subject", "textarea", 255),
    "Location": Fact("Location", "Location", "textarea", 255),
    "Description": Fact("Description", "Description", "textarea", 32_000),
}
_LINK = Fact("Location", "Location", "url", 255)
"""A link that was cut would lead nowhere."""


def looks(tasks: Sequence[Task], known: Known) -> Iterator[Search]:
    """The events to look at before it is clear whether one was made already."""
    wanted = {
        who: None for link in _wanted(tasks, known) if known.unclear(link, "event_sent") and (who := _who(link, known))
    }
    if new := tuple(who for who in wanted if (EVENT, WHO, who) not in known.looked):
        yield Search(EVENT, {WHO: new}, (WHO, "Description"))


def event_actions(tasks: Sequence[Task], known: Known) -> Iterator[Step]:
    """Note what is about to be made and what was; make, move and delete the events."""
    steps = [
        step for link, (task, wanted) in _wanted(tasks, known).items() if (step := _next(link, task, wanted, known))
    ]
    steps += _taken_back(tasks, known)
    if notes := [step for step in steps if isinstance(step, Remember)]:
        yield from notes
        return
    if create := [item for step in steps if isinstance(step, Create) for item in step.items]:
        yield Create(EVENT, "", tuple(create))
    if update := [item for step in steps if isinstance(step, Update) for item in step.items]:
        yield Update(EVENT, tuple(update))
    if delete := {key: ids for step in steps if isinstance(step, Delete) for key, ids in step.tasks.items()}:
        yield Delete(EVENT, tuple(delete), delete)


def _next(link: str, task: Task, wanted: Mapping[str, str], known: Known) -> Step | None:  # noqa: PLR0911 - a table
    """The next step for one event."""
    row, held = known.links.get(link, {}), _held(link, known)
    if held is None and (found := _found(link, known)):
        made_for = _stamp(task) if (task.id, found) in known.makers else "-"
        return Remember(link, {"event": found, "event_for": made_for, "event_sent": ""})
    if held is None and (wait := under_way(link, "event_sent", known)):
        known.refused[task.id] = wait
        return None
    if not wanted:
        if held:
            return Delete(EVENT, (held,), {held: (task.id,)})
        return Remember(link, {"event": "", "event_was": "deleted"}) if row.get("event") else None
    if held:
        if _has_the_times_of(row, task):
            return None
        if held in known.updated:
            return Remember(link, {"event_for": _stamp(task)})
        return Update(EVENT, (Item(held, wanted, tasks=(task.id,)),))
    who = _who(link, known)
    if who is None:
        return None
    if (link, "event_sent") not in known.noted:
        return Remember(link, {"event_sent": known.now.isoformat()})
    return Create(EVENT, "", (Item(_key(link), {**wanted, WHO: who}, tasks=(task.id,)),))


def _stamp(task: Task) -> str:
    """The booking whose times an event has, and these times: a booking may be moved without getting a new id."""
    return f"{task.booking.id}@{utc(task.booking.start)}"


def _has_the_times_of(row: Mapping[str, object], task: Task) -> bool:
    """Whether an event needs no change; a booking's first event that comes late moves nothing back."""
    held = str(row.get("event_for") or "")
    return held == _stamp(task) or (held.startswith(f"{task.booking.id}@") and not task.booking.changed)


def is_first(row: Mapping[str, object], task: Task, known: Known) -> bool:
    """Whether an event is where its chain's first booking put it."""
    return str(row.get("event_for") or "").startswith(f"{known.root(task)}@") and not task.booking.changed


def _held(link: str, known: Known) -> str | None:
    """The id of an event that is remembered and was not found to be gone."""
    found = str(known.links.get(link, {}).get("event") or "")
    return found if found and found not in known.gone else None


def _wanted(tasks: Sequence[Task], known: Known) -> dict[str, tuple[Task, Mapping[str, str]]]:
    """How each event should be in the end, by the link of its chain (nothing: away with it); the last word counts."""
    wanted: dict[str, tuple[Task, Mapping[str, str]]] = {}
    for task in tasks:
        if task.id in known.refused:
            continue
        place, booking = chain(task.booking, known.links), task.booking
        if before := closes(booking, known.links):
            wanted[booking_link(booking.source, before)] = (task, {})
        elif place.get("cancelled"):
            wanted[known.link(task)] = (task, {})
        elif not place.get("superseded") and not task.cancelled:
            wanted[known.link(task)] = (task, _values(task, known))
    return wanted


def _who(link: str, known: Known) -> str | None:
    """The lead that an event is about; what it became, if it was converted."""
    id_ = str(known.links.get(link, {}).get("who") or "")
    lead = known.records.get(LEAD, {}).get(id_)
    if lead and lead.properties.get("IsConverted") == "true":
        return lead.properties.get("ConvertedContactId")
    return id_ if id_ and id_ not in known.gone else None


def _key(link: str) -> str:
    """A chain's key, as an event bears it."""
    _, source, root = link.split("#", 2)
    return f"{source}-{root}"


def _mark(key: str) -> str:
    return f"[renkei:{key}]"


def _found(link: str, known: Known) -> str | None:
    """The id of an event that was made: just now, or by an attempt that never heard of it."""
    if made := known.created.get((EVENT, link)):
        return made.id if made.id not in known.gone else None
    mark = _mark(_key(link))
    for id_, event in known.records.get(EVENT, {}).items():
        if mark in event.properties.get("Description", "") and id_ not in known.gone:
            return id_
    return None


def _taken_back(tasks: Sequence[Task], known: Known) -> list[Remember]:
    """Notes of creations that were refused: there is nothing to look for."""
    links = dict.fromkeys(known.link(task) for task in tasks if (EVENT, known.link(task)) in known.returned)
    return [Remember(link, {"event_sent": ""}) for link in links if known.links.get(link, {}).get("event_sent")]


def _values(task: Task, known: Known) -> dict[str, str]:
    """The event of a booking: who, when, where, and how to join."""
    booking = task.booking
    guest = field(booking, "guest_name", known.settings.name_order)
    hosts = ", ".join(filter(None, (host.name or host.email for host in booking.hosts)))
    lines = (
        " ".join(filter(None, (guest, f"<{booking.guest.email}>" if booking.guest.email else ""))),
        booking.guest.company,
        booking.guest.phone,
        hosts,
        booking.meeting.join_url,
        booking.meeting.place,
        _mark(known.key(task)),
    )
    values = {
        "Subject": " – ".join(filter(None, (booking.calendar.name, guest))) or booking.source,
        "StartDateTime": utc(booking.start),
        "EndDateTime": utc(booking.end),
        "Location": shaped(booking.meeting.join_url, _LINK)[0] or booking.meeting.place,
        "Description": "\n".join(dict.fromkeys(filter(None, lines))),
        OWNER: known.owner(task) or "",
    }
    fitting = {name: shaped(text, _FACTS[name])[0] if name in _FACTS else text for name, text in values.items()}
    return {name: text for name, text in fitting.items() if text or name == "Location"}  # the old link goes, too
