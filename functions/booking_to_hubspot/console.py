"""What the admin's door needs of this integration: checking its settings, and rehearsing a booking."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from booking_to_hubspot import INTEGRATION, Settings
from booking_to_hubspot.app import Run
from booking_to_hubspot.known import COMPANIES, CONTACTS, MEETINGS, Task
from renkei.actions import Action, Create, Forget, Read, Record, Remember, Result, Search, Update
from renkei.config import Language
from renkei.errors import Conflict, Reconnect, state_after
from renkei.integration import Done, Job
from renkei.mapping import Row
from renkei.runtime import Platform, prepare
from renkei.settings import Problem
from renkei.texts import text
from renkei.values import number
from renkei.vendors.hubspot import HubSpot, Property
from renkei.workers import account_of, token_source

OBJECTS = (COMPANIES, CONTACTS)
_LIKELY = {
    COMPANIES: {"name": "company_name", "domain": "guest_email"},
    CONTACTS: {"email": "guest_email", "lastname": "guest_last_name", "firstname": "guest_first_name"},
}

type Portal = Mapping[str, Sequence[Property]]


def check(
    parts: Platform, workspace: str, given: Mapping[str, Any], language: Language
) -> tuple[dict[str, dict[str, str]], list[Problem]]:
    """({object: {property: type}} to keep with the settings, what is wrong with the rows) against the portal."""
    settings = Settings.model_validate(given)
    try:
        token = account_of(parts, workspace, INTEGRATION.vendor)
    except Reconnect:
        remedy = "HubSpot is not connected, so the rows cannot be checked; run: renkei connect hubspot"
        return {}, [Problem((), remedy)]
    hubspot = HubSpot(parts.session, token, parts.sleep, parts.budget(token.connection, live=True))
    portal = {name: hubspot.properties(name, language) for name in (COMPANIES, CONTACTS)}
    problems = list(_problems(settings, portal))
    if not problems:
        # Also heals: somebody may have deleted ours since the connection was made.
        wanted = {COMPANIES: any(rules.company for rules in settings.calendars), MEETINGS: settings.meeting}
        for object_name in (name for name, needed in wanted.items() if needed):
            hubspot.ensure_unique(object_name)
    return {name: {prop.name: prop.type for prop in found if prop.mappable} for name, found in portal.items()}, problems


def properties(parts: Platform, workspace: str, object_name: str, language: Language) -> list[dict[str, Any]]:
    """What a row may name, with the portal's labels, and the `row` to start from where there is a likely one.

    Reconnect if there is no living connection.
    """
    token = account_of(parts, workspace, INTEGRATION.vendor)
    hubspot = HubSpot(parts.session, token, parts.sleep, parts.budget(token.connection, live=True))
    found = (prop for prop in hubspot.properties(object_name, language) if prop.mappable)
    return [
        {"name": prop.name, "label": prop.label, "type": prop.type}
        | ({"row": {"property": prop.name, "from": likely}} if (likely := _LIKELY[object_name].get(prop.name)) else {})
        for prop in found
    ]


def _problems(settings: Settings, portal: Portal) -> Iterator[Problem]:
    for position, rules in enumerate(settings.calendars):
        for part, rows, object_name in (("company", rules.company, COMPANIES), ("contact", rules.contact, CONTACTS)):
            known = {prop.name: prop for prop in portal[object_name]}
            allowed = tuple(f"{prop.name} ({prop.label})" for prop in portal[object_name] if prop.mappable)
            for index, row in enumerate(rows):
                yield from _row(row, known.get(row.target), allowed, ("calendars", position, part, index))


def _row(row: Row, prop: Property | None, allowed: tuple[str, ...], place: tuple[str | int, ...]) -> Iterator[Problem]:
    if prop is None:
        yield Problem((*place, "property"), f"HubSpot has no property {row.target}", allowed)
    elif not prop.mappable:
        message = f"{row.target} ({prop.label}) is read-only, hidden, or neither a text nor a number"
        yield Problem((*place, "property"), message, allowed)
    elif prop.type == "number" and row.text is not None and number(row.text) is None:
        yield Problem((*place, "text"), f"{row.target} ({prop.label}) takes a number")


class Rehearsal(Run):
    """A run whose writes are only noted; what they would answer is made up from what is really there."""

    def noted(self, jobs: Sequence[Job]) -> tuple[Mapping[str, Any], list[Create | Update]]:
        """The verdicts, and what would be written."""
        self.writes: list[Create | Update] = []
        return self.all(jobs), self.writes

    def apply(self, action: Action) -> Result:
        """Read for real; note what would be written."""
        match action:
            case Search() | Read():
                return super().apply(action)
            case Remember() | Forget():
                return Result()
            case Create() if action.object == CONTACTS:
                there = super().apply(Read(CONTACTS, tuple(item.key for item in action.items), (), by="email"))
                taken = {key: Conflict("hubspot_exists", record.id) for key, record in there.records.items()}
                rest = tuple(item for item in action.items if item.key not in taken)
                made = self._note(Create(CONTACTS, action.by, rest)) if rest else Result()
                return Result(made.records, {**taken})
        return self._note(action)

    def _note(self, action: Create | Update) -> Result:
        self.writes.append(action)
        new = not isinstance(action, Update)
        return Result({item.key: Record(f"new {item.key}", item.properties, new=new) for item in action.items})


def preview(parts: Platform, workspace: str, payload: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """{would, fields, warnings, outcome, reason} of a payload ({source, body}). Outcome as a delivery's."""
    work = prepare(parts, workspace, INTEGRATION)
    run = Rehearsal(work, HubSpot(parts.session, token_source(parts, work.connection), parts.sleep, work.budget))
    job = Job("preview", payload)
    task = run.task(job)
    verdicts, writes = run.noted([job])
    end = verdicts[job.id]
    if not isinstance(task, Task) or not isinstance(end, Done):
        reason = text(end.code, language, end.params)
        return {"would": [], "fields": [], "warnings": [], "outcome": state_after(end), "reason": reason}
    fields = [
        {"object": name, "property": value.property, "value": value.value, "why": value.why, "policy": value.policy}
        for name, values in (("company", task.company if task.firm else ()), ("contact", task.contact))
        for value in values
    ]
    warnings = [{"code": warn.code, "message": text(warn.code, language, dict(warn.params))} for warn in end.warnings]
    would = list(_would(end, writes, language))
    return {"would": would, "fields": fields, "warnings": warnings, "outcome": "delivered", "reason": ""}


def _would(end: Done, writes: Sequence[Create | Update], language: Language) -> Iterator[dict[str, str]]:
    """The steps in words, from the outcome and the writes that it would take."""
    for name in ("company", "contact", "meeting"):
        if was := end.outcome.get(f"{name}_was"):
            yield _step(f"{name}_{was}", language, id=str(end.outcome.get(name, "")))
    if end.outcome.get("associated"):
        yield _step("associated", language)
    for write in writes:
        if isinstance(write, Update):
            for item in write.items:
                yield _step("update", language, id=item.key, names=", ".join(item.properties))


def _step(action: str, language: Language, **params: str) -> dict[str, str]:
    return {"action": action, "text": text(f"preview_{action}", language, params)}
