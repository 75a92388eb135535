"""Which lead a booking belongs to: remembered, found, or to be made, and what is then changed on it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from booking_to_salesforce.fields import OWNER
from booking_to_salesforce.known import CONTACT, EMAIL, LEAD, Known, Step, Task
from booking_to_salesforce.unclear import guessed, made_since, seen, taken_back, under_way
from renkei.actions import Create, Item, Read, Record, Remember, Search, Update, Upsert
from renkei.chains import booking_link, chain, closes
from renkei.errors import Outcome, Rejected, Retry, Skip

_ALWAYS = (EMAIL, "IsConverted", "ConvertedContactId", "CreatedById", "CreatedDate")


def looks(tasks: Sequence[Task], known: Known) -> Iterator[Search | Read]:
    """What has to be looked at before it is clear what to do with the leads."""
    leads: dict[str, None] = {}
    contacts: dict[str, None] = {}
    keys: dict[str, None] = {}
    ids: dict[str, None] = {}
    lost = False
    by = known.settings.booking_id_field
    for task in tasks:
        if who := known.who(task):
            ids |= {who: None} if who.startswith("00Q") and (_changing(task, known) or known.settings.event) else {}
        elif known.unclear(known.link(task), "sent") and by:
            keys[known.key(task)] = None
        unsure = guessed(known.link(task), known)
        if who is None and task.email and (by is None or unsure or _match(task, known) != "create"):
            leads[task.email] = None
            lost = lost or unsure
            contacts |= {task.email: None} if known.settings.match != "create" else {}
    names = _names(tasks, by)
    asked = known.looked
    if new := tuple(mail for mail in leads if (LEAD, EMAIL, mail) not in asked):
        yield Search(LEAD, {EMAIL: new}, names, closed=lost)
    if new := tuple(mail for mail in contacts if (CONTACT, EMAIL, mail) not in asked):
        yield Search(CONTACT, {EMAIL: new}, (EMAIL,))
    if by and (new := tuple(key for key in keys if (LEAD, by, key) not in asked)):
        yield Read(LEAD, new, names, by=by)
    held = known.records.get(LEAD, {})
    if new := tuple(id_ for id_ in ids if id_ not in held and (LEAD, "Id", id_) not in asked):
        yield Read(LEAD, new, names)


def _names(tasks: Sequence[Task], by: str | None) -> tuple[str, ...]:
    """What is read of a lead: all that any row may want to compare."""
    wanted = {value.property for task in tasks for value in task.values if value.policy != "create"}
    wanted |= {OWNER for task in tasks if task.owned == "overwrite"}
    return tuple(sorted({*_ALWAYS, *wanted, *([by] if by else [])}))


def _match(task: Task, known: Known) -> str:
    """What is done if the guest is known.

    A booking was moved and we never saw it made, or its lead was deleted or merged: then the guest's newest lead is
    taken for it, if there is one.
    """
    if task.booking.previous_id or known.row(task).get("who"):
        return "update"
    return known.settings.match


def lead_actions(tasks: Sequence[Task], known: Known) -> Iterator[Step]:
    """Note which lead each booking has, and make the leads that are missing."""
    notes: dict[str, dict[str, str | bool]] = {}
    items: list[tuple[Item, str]] = []
    for task in _next_in_line(tasks, known):
        link = known.link(task)
        if found := _found(task, known):
            if task.guest and found.new:  # first: whoever comes after a death must not take it for another booking's
                notes[task.guest] = {found.id: link}
            if known.links.get(task.guest, {}).get("sent_for") == link:
                notes[task.guest] = {**notes.get(task.guest, {}), "sent": "", "sent_for": ""}
            notes[link] = {"who": found.id, "made": found.new, "sent": ""}
        elif wait := _waits(task, known):
            known.refused[task.id] = wait
        elif (link, "sent") in known.noted:
            items.append((_item(task, known), _assignment(task, known)))
        else:
            if task.guest and _match(task, known) != "create":  # the guest's other bookings wait for it
                notes[task.guest] = {"sent": known.now.isoformat(), "sent_for": link}
            keyed = known.settings.booking_id_field is not None
            notes[link] = {"sent": known.now.isoformat(), "by": known.me, "keyed": keyed, "seen": seen(task, known)}
    notes |= taken_back(tasks, known) | _joined(tasks, known)
    for link, values in notes.items():
        yield Remember(link, values)
    if not notes:
        yield from _creations(items, known)


def _joined(tasks: Sequence[Task], known: Known) -> dict[str, dict[str, str | bool]]:
    """Leads of chains that turn out to go on another one, whose first booking is still to come."""
    joined: dict[str, dict[str, str | bool]] = {}
    for task in tasks:
        first, who = closes(task.booking, known.links), known.who(task)
        link = booking_link(task.booking.source, first or "")
        row = known.links.get(link, {})
        if first and who and not row.get("who") and not row.get("sent"):
            joined[link] = {"who": who, "made": bool(known.row(task).get("made"))}
    return joined


def _next_in_line(tasks: Sequence[Task], known: Known) -> Iterator[Task]:
    """The tasks whose lead can be seen to now.

    A later booking of the same chain, or of the same guest where guests are looked for, waits for the first one's,
    and with it, if that has to be tried again.
    """
    taken: dict[str, Outcome | None] = {}
    for task in tasks:
        if known.who(task):
            continue
        claims = {known.link(task), *([task.email] if _serial(task, known) else [])}
        before = claims & taken.keys()
        if wait := next((end for claim in before if (end := taken[claim])), None):
            known.refused.setdefault(task.id, wait)
        end = known.refused.get(task.id)
        if end is None and not before:
            yield task
            end = known.refused.get(task.id)
        if end is None or isinstance(end, Retry):
            taken |= dict.fromkeys(claims - before, end)


def _serial(task: Task, known: Known) -> bool:
    """Whether the guest's other bookings wait: what this one makes has to be seen by them."""
    return bool(task.email) and (known.settings.booking_id_field is None or _match(task, known) != "create")


def _found(task: Task, known: Known) -> Record | None:
    """The lead, or the contact, of a task as far as there is one; `new` if we made it."""
    link, by = known.link(task), known.settings.booking_id_field
    if made := known.created.get((LEAD, link)):
        return made
    if link in known.duplicates:
        id_ = known.duplicates[link]
        return Record(id_, {}) if id_ else None
    held = known.records.get(LEAD, {}).values()
    mine = [one for one in held if by and one.properties.get(by) == known.key(task)]
    if not mine and guessed(link, known):
        mine = made_since(task, link, known)
    if mine:
        return Record(mine[-1].id, {}, new=True)  # the oldest: later ones came after ours
    if _match(task, known) == "create":
        return None
    leads, contacts = known.having(LEAD, task.email), known.having(CONTACT, task.email)
    found = leads or (contacts if known.settings.match != "create" else [])
    return Record(found[0].id, {}) if found else None


def _waits(task: Task, known: Known) -> Outcome | None:
    """Why a lead cannot be made now."""
    link = known.link(task)
    if link in known.duplicates:  # of a record that this user may not see
        return (Skip if known.settings.match == "skip" else Rejected)("salesforce_duplicate_hidden")
    if guessed(link, known) and (wait := under_way(link, "sent", known)):
        return wait
    others = known.links.get(task.guest, {}).get("sent_for") not in {None, "", link}
    if others and _match(task, known) != "create" and (wait := under_way(task.guest, "sent", known)):
        return wait
    return task.lacking


def _item(task: Task, known: Known) -> Item:
    values = {value.property: value.value for value in task.values}
    if task.owned and (owner := known.owner(task)):
        values[OWNER] = owner
    return Item(known.key(task), values, tasks=(task.id,))


def _assignment(task: Task, known: Known) -> str:
    """Whether assignment rules run: a rule would take a lead from the owner whom a row gives it."""
    if known.settings.assignment != "auto":
        return known.settings.assignment
    given = any(value.property == OWNER for value in task.values) or (task.owned and known.owner(task))
    return "off" if given else "on"


def _creations(items: Sequence[tuple[Item, str]], known: Known) -> Iterator[Create | Upsert]:
    by = known.settings.booking_id_field
    save = {"duplicates": "save"} if known.settings.match == "create" else {}
    for assignment in dict.fromkeys(one for _, one in items):
        some = tuple(item for item, one in items if one == assignment)
        options = {"assignment": assignment, **save}
        yield Upsert(LEAD, by, some, options) if by else Create(LEAD, "", some, options)


def _changing(task: Task, known: Known) -> bool:
    """Whether a task's rows may change a lead that was there before."""
    changing = task.owned == "overwrite" or any(value.policy != "create" for value in task.values)
    if chain(task.booking, known.links).get("superseded") or not changing:
        return False
    if known.row(task).get("made"):
        return task.booking.changed or known.root(task) != task.booking.id  # else it was made of these values
    return _changes(task, known)


def _changes(task: Task, known: Known) -> bool:
    """Whether what was found for a task is to be changed, and not only taken for it."""
    return known.settings.match == "update" or bool(task.booking.previous_id)


def changes(tasks: Sequence[Task], known: Known) -> Iterator[Step]:
    """Fill and overwrite what the rows ask for on leads that were there before."""
    wanted: dict[str, dict[str, str]] = {}
    owners: dict[str, list[str]] = {}
    for task in tasks:
        lead = known.records.get(LEAD, {}).get(known.who(task) or "")
        if lead is None or lead.id in known.updated or lead.properties.get("IsConverted") == "true":
            continue
        if not _changing(task, known) or (task.id, lead.id) in known.makers or task.id in known.warned:
            continue
        values = wanted.setdefault(lead.id, dict(lead.properties))
        owners.setdefault(lead.id, []).append(task.id)
        for value in task.values:
            if value.policy == "overwrite" or (value.policy == "fill" and not values.get(value.property)):
                values[value.property] = value.value
        if task.owned == "overwrite" and (owner := known.owner(task)):
            values[OWNER] = owner
    items = []
    for id_, values in wanted.items():
        held = known.records[LEAD][id_].properties
        if different := {name: text for name, text in values.items() if _other(name, held.get(name), text)}:
            items.append(Item(id_, different, tasks=tuple(owners[id_])))
    if items:
        yield Update(LEAD, tuple(items))


def _other(name: str, held: str | None, text: str) -> bool:
    """Whether a value is another than the one that Salesforce shows: it writes addresses and times its own way."""
    if name == EMAIL:
        return (held or "").lower() != text.lower()
    if ";" in text:
        return {*(held or "").split(";")} != {*text.split(";")}
    try:
        return held != text and datetime.fromisoformat(held or "") != datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return True
