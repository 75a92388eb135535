"""Whether settings fit the org: what is wrong with each row, before a booking meets with it. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from booking_to_salesforce import BOOKING_ID, Rules, Settings
from booking_to_salesforce.fields import NUMBERS, OWNER, TIMES, Fact, offered, shaped
from renkei.mapping import Row
from renkei.settings import Path, Problem

_COMPANY = "Company"
_LIKELY = {"LastName": "guest_last_name", _COMPANY: "company_name", "Email": "guest_email"}
_MOMENTS = {"start", "end"}
_ID = re.compile(r"[a-zA-Z0-9]{15}([a-zA-Z0-9]{3})?", re.ASCII)
_ID_LENGTH = 80  # a scheduler's name and its booking's id


def problems(
    settings: Settings, facts: Mapping[str, Fact], *, events: bool, contacts: bool = True, german: bool = False
) -> Iterator[Problem]:
    """What is wrong with settings.

    `events`, `contacts`: whether the user may create events, and see contacts; `german`: how numbers are read.
    """
    yield from _key(settings.booking_id_field, facts)
    if settings.event and not events:
        yield Problem(("event",), "the connected Salesforce user may not create events; it needs Edit Events")
    if settings.match != "create" and not contacts:
        yield Problem(
            ("match",), "the connected Salesforce user may not see contacts; give it Read on Contact", ("create",)
        )
    for position, rules in enumerate(settings.calendars):
        place: Path = ("calendars", position, "lead")
        for index, row in enumerate(rules.lead):
            if row.target == settings.booking_id_field:
                yield Problem((*place, index, "property"), f"{row.target} is the booking_id_field: Renkei fills it in")
            else:
                yield from _row(row, facts, (*place, index), german=german)
        yield from _missing(rules, settings, facts, place)
    company = facts.get(_COMPANY)
    if settings.blank_company and company and not _kept(settings.blank_company, company):
        yield Problem(("blank_company",), f"{_shown(company)} takes 1 to {company.length} characters")


def _key(name: str | None, facts: Mapping[str, Fact]) -> Iterator[Problem]:
    """The booking-id field has to be unique, or it would not keep a lead from being made twice."""
    if name is None:
        return
    place, fact = ("booking_id_field",), facts.get(name)
    allowed = tuple(fact.name for fact in facts.values() if fact.key)
    if fact is None:
        made = f"Lead has no field {name}, or the connected user may not see it"
        yield Problem(place, f"{made}; docs/salesforce-app shows how {BOOKING_ID} is made", allowed)
    elif not fact.key:
        yield Problem(place, f"{name} is not marked as External ID and Unique in Salesforce", allowed)
    elif fact.type != "string" or fact.length < _ID_LENGTH:
        yield Problem(place, f"{name} is no text of at least {_ID_LENGTH} characters", allowed)
    elif not (fact.createable and fact.updateable):
        yield Problem(place, f"the connected user may not write {name}", allowed)


def _row(row: Row, facts: Mapping[str, Fact], place: Path, *, german: bool) -> Iterator[Problem]:
    fact = facts.get(row.target)
    if fact is None or not fact.mappable:
        why = "Lead has no such field" if fact is None else f"{fact.name} ({fact.label}) cannot be written by a mapping"
        yield Problem((*place, "property"), f"{why}: {row.target}", tuple(map(_shown, offered(facts))))
        return
    if row.policy != "create" and not fact.updateable:
        yield Problem((*place, "policy"), f"{_shown(fact)} can only be written on a new lead", ("create",))
    if row.text is not None:
        yield from _text(row.text, fact, place, german=german)
    elif row.source is not None and not _fits(row.source, fact):
        yield Problem((*place, "from"), f"{_shown(fact)} is of type {fact.type}; {row.source} does not fit")
    elif row.question is not None and fact.type == "reference":
        yield Problem((*place, "question"), f"{_shown(fact)} holds the id of a record; give it as text")


def _text(text: str, fact: Fact, place: Path, *, german: bool) -> Iterator[Problem]:
    if fact.type == "reference":
        if not _ID.fullmatch(text):
            yield Problem((*place, "text"), f"{_shown(fact)} takes the id of a record, of 15 or 18 characters")
        return
    if _kept(text, fact, german=german):
        return
    allowed = tuple(value for value, _ in fact.options or ())
    wants = f"1 to {fact.length} characters" if fact.length and not allowed else f"a {fact.type}"
    yield Problem((*place, "text"), f"{_shown(fact)} takes {'one of its options' if allowed else wants}", allowed)


def _kept(text: str, fact: Fact, *, german: bool = False) -> bool:
    """Whether a field takes a text whole."""
    value, warn = shaped(text.strip(), fact, german=german)
    return bool(value) and warn is None


def _fits(source: str, fact: Fact) -> bool:
    """Whether a booking field can ever fill a field of this type."""
    if fact.type == "reference":
        return fact.name == OWNER and source == "host_email"
    if fact.type in TIMES:
        return source in _MOMENTS
    if fact.type == "email":
        return source in {"guest_email", "host_email"}
    return fact.type not in {*NUMBERS, "boolean"}


def _missing(rules: Rules, settings: Settings, facts: Mapping[str, Fact], place: Path) -> Iterator[Problem]:
    """What Salesforce requires has a row."""
    mapped = {row.target for row in rules.lead}
    for fact in facts.values():
        if not fact.required or fact.name in mapped or (fact.name == _COMPANY and settings.blank_company):
            continue
        likely = likely_row(fact).get("from")
        example = f"{{property: {fact.name}, {f'from: {likely}' if likely else 'text: …'}}}"
        yield Problem(place, f"{_shown(fact)} is required in Salesforce; add a row, for example {example}")


def likely_row(fact: Fact) -> dict[str, str]:
    """The row that a required field most likely gets, as an admin starts from; a question where nothing is likely."""
    likely = _LIKELY.get(fact.name)
    return {"property": fact.name, **({"from": likely} if likely else {"question": fact.label})}


def _shown(fact: Fact) -> str:
    return f"{fact.name} ({fact.label})"


def kept(settings: Settings, facts: Mapping[str, Fact]) -> list[str]:
    """The names of the fields that deliveries need to know: what rows name, and what is required."""
    mapped = {row.target for rules in settings.calendars for row in rules.lead}
    return [fact.name for fact in facts.values() if fact.required or fact.name in mapped]
