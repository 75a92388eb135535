"""Decides what bookings become in Salesforce. Pure: takes tasks and what is known, asks for actions.

    draft      a booking and the settings → a task, or why there is none
    plan       tasks and what is known → the next actions; none when all is done
    verdict    a task and what is known → its delivery's end

Bookings of one batch are decided together and in their order.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from booking_to_salesforce import Rules, Settings, events, leads
from booking_to_salesforce.fields import OWNER, Fact, shaped
from booking_to_salesforce.known import EMAIL, USER, Known, Step, Task
from renkei.actions import Look, Read, Remember, Search
from renkei.bookings import Booking
from renkei.chains import notes
from renkei.errors import Misconfigured, Outcome, Skip
from renkei.integration import Done, Verdict
from renkei.mapping import Reading, Value, Warn, read
from renkei.values import normal_mail

_COMPANY = "Company"


def draft(
    id_: str,
    booking: Booking,
    settings: Settings,
    facts: Mapping[str, Fact],
    digest: Callable[[str, str], str],
    *,
    german: bool = False,
) -> Task:
    """Read a booking by the first rules that fit its calendar. Skip or Misconfigured if it has no task.

    `facts` are those of Lead's fields; `digest` makes keyed digests of (purpose, text); `german`: how numbers are read.
    """
    if booking.kind == "cancelled" and not settings.event:
        raise Skip("rescheduled" if booking.changed else "cancelled")
    if booking.kind == "cancelled":  # whatever its calendar is called by now
        return Task(id_, booking)
    rules = next((rules for rules in settings.calendars if booking.calendar.is_called(rules.calendar)), None)
    if rules is None:
        raise Skip("calendar_not_mapped")
    texts, warns = read(rules.lead, booking, Reading({}, order=settings.name_order))
    values = [one for text in texts for one in _shaped(text, facts, booking, warns, german=german)]
    owned = next((row.policy for row in rules.lead if row.target == OWNER and row.source is not None), None)
    host = normal_mail(booking.hosts[0].email) if booking.hosts and (owned or settings.event) else ""
    email = next((value.value for value in values if value.property == EMAIL), "")
    if not email and any(row.target == EMAIL for row in rules.lead) and _needs_mail(settings):
        raise _blank(EMAIL, rules, warns) if _unasked(EMAIL, warns) else Misconfigured("salesforce_email_missing")
    lacking = _lacking(values, settings, facts, rules, warns)
    kept = tuple(value for value in values if value.property != OWNER or not owned)
    user = f"user#{digest('user', host)}" if host else ""
    guest = f"guest#{digest('guest', email)}" if email and settings.booking_id_field is None else ""
    return Task(id_, booking, kept, email, guest, host, user, owned, lacking, tuple(warns))


def _needs_mail(settings: Settings) -> bool:
    return settings.booking_id_field is None or settings.match != "create"


def _shaped(
    value: Value, facts: Mapping[str, Fact], booking: Booking, warns: list[Warn], *, german: bool
) -> Iterator[Value]:
    """The value as its field takes it, if it does."""
    fact = facts.get(value.property)
    if fact is None or value.property == OWNER:
        yield value
        return
    text, warn = shaped(value.value, fact, booking, german=german)
    warns += [warn] if warn else []
    if text:
        yield Value(value.property, text, value.policy, value.why)


def _lacking(
    values: list[Value], settings: Settings, facts: Mapping[str, Fact], rules: Rules, warns: Sequence[Warn]
) -> Outcome | None:
    """Fill a blank company in; why no lead can be made, if a required field is blank all the same."""
    for fact in facts.values():
        if not fact.required or any(value.property == fact.name for value in values):
            continue
        if fact.name == _COMPANY and settings.blank_company:
            values.append(Value(_COMPANY, shaped(settings.blank_company, fact)[0], "create", "blank_company"))
            continue
        return _blank(fact.name, rules, warns, fact.label)
    return None


def _unasked(name: str, warns: Sequence[Warn]) -> str:
    """The question that the form does not have (any more), if that is why a field is blank."""
    found = (dict(warn.params) for warn in warns if warn.code == "question_missing")
    return next((params["question"] for params in found if params["property"] == name), "")


def _blank(name: str, rules: Rules, warns: Sequence[Warn], label: str = "") -> Misconfigured:
    if question := _unasked(name, warns):
        return Misconfigured("question_missing", question=question, property=name)
    row = next((row for row in rules.lead if row.target == name), None)
    told = {"property": name, "label": label or name, "source": row.why if row else "-"}
    if any(("property", name) in warn.params for warn in warns):
        return Misconfigured("salesforce_unfit", **told)
    return Misconfigured("salesforce_blank", **told)


def plan(tasks: Sequence[Task], known: Known) -> list[Step]:
    """The next actions, each of which is safe to repeat; none when all is done."""
    phases: tuple[Callable[[Sequence[Task], Known], Iterator[Step]], ...] = (
        _chains,
        _look,
        _users,
        lambda live, known: leads.lead_actions(_booked(live), known),
        lambda live, known: leads.changes(_unrefused(_booked(live), known), known),
        lambda live, known: events.event_actions(live, known) if known.settings.event else iter(()),
    )
    return next((actions for phase in phases if (actions := list(phase(tasks, known)))), [])


def _unrefused(tasks: Sequence[Task], known: Known) -> list[Task]:
    return [task for task in tasks if task.id not in known.refused]


def _booked(tasks: Sequence[Task]) -> list[Task]:
    return [task for task in tasks if not task.cancelled]


def _chains(tasks: Sequence[Task], known: Known) -> Iterator[Step]:
    """Note each booking's place in its chain."""
    yield from notes((task.booking for task in tasks), known.links)


def _look(tasks: Sequence[Task], known: Known) -> Iterator[Step]:
    """All that has to be looked at, in one go."""
    live = _unrefused(tasks, known)
    reads: list[Search | Read] = [*leads.looks(_booked(live), known)]
    hosts = {task.host: None for task in live if task.host and known.owner(task) is None}
    if hosts:
        reads.append(Search(USER, {EMAIL: tuple(hosts)}, (EMAIL, "IsActive")))
    if known.settings.event:
        reads += events.looks(live, known)
    if reads:
        yield Look(tuple(reads))


def _users(tasks: Sequence[Task], known: Known) -> Iterator[Step]:
    """Remember which user a host is: it saves a look each time."""
    seen: set[str] = set()
    for task in tasks:
        if task.host and task.user not in seen:
            seen.add(task.user)
            owner = known.owner(task) or ""
            if str(known.links.get(task.user, {}).get("id") or "") != owner:
                yield Remember(task.user, {"id": owner})


def verdict(task: Task, known: Known) -> Verdict:
    """A delivery's end once there is nothing more to do."""
    if task.id in known.refused:
        return known.refused[task.id]
    row, who = known.row(task), known.who(task)
    outcome: dict[str, str | bool] = {}
    if event := str(row.get("event") or ""):
        outcome = {"event": event, "event_was": "created" if events.is_first(row, task, known) else "moved"}
    elif row.get("event_was"):
        outcome = {"event_was": "deleted"}
    if task.cancelled:
        deleted = outcome.get("event_was") == "deleted" and not task.booking.changed
        return Done(outcome) if deleted else Skip("rescheduled" if task.booking.changed else "cancelled")
    if who is None:
        raise RuntimeError("neither a lead nor a reason")
    kind = "lead" if who.startswith("00Q") else "contact"
    taken_only = kind == "contact" or not (known.settings.match == "update" or task.booking.previous_id)
    if not row.get("made") and taken_only and not known.settings.event:
        ruled = known.link(task) in known.duplicates
        return Skip("salesforce_duplicate" if ruled else "salesforce_known", id=who, object=kind)
    was = "created" if (task.id, who) in known.makers else "updated" if who in known.updated else "there"
    if row.get("made") and known.root(task) == task.booking.id:
        was = "created"
    warns = [*task.warns, *([known.warned[task.id]] if task.id in known.warned else [])]
    if task.host and not known.owner(task):
        warns.append(Warn("salesforce_no_owner"))
    return Done({kind: who, f"{kind}_was": was, **outcome}, tuple(warns))
