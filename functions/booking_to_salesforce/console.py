"""What the admin's door needs of this integration: checking its settings, and rehearsing a booking."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from booking_to_salesforce import INTEGRATION, Settings, checks
from booking_to_salesforce.app import Run, client_of
from booking_to_salesforce.fields import OWNER, facts_of, offered
from booking_to_salesforce.known import CONTACT, EMAIL, EVENT, LEAD, Step, Task
from renkei.actions import Create, Delete, Item, Look, Record, Remember, Result, Update, Upsert
from renkei.config import Language
from renkei.errors import NotFound, Reconnect, state_after
from renkei.integration import Done, Job
from renkei.mapping import Value
from renkei.runtime import Platform, prepare
from renkei.settings import Problem
from renkei.texts import text
from renkei.vendors.salesforce import Salesforce
from renkei.vendors.salesforce_account import instance
from renkei.workers import account_of, token_source

OBJECTS = (LEAD,)


def _org(parts: Platform, workspace: str) -> Salesforce:
    """The workspace's org. Reconnect if there is no living connection."""
    token = account_of(parts, workspace, INTEGRATION.vendor)
    budget = parts.budget(token.connection, live=True)
    return Salesforce(parts.session, token, lambda: instance(token.secrets), budget=budget)


def check(
    parts: Platform,
    workspace: str,
    given: Mapping[str, Any],
    language: Language,
) -> tuple[dict[str, dict[str, Any]], list[Problem]]:
    """({object: {field: fact}} to keep with the settings, what is wrong with them) against the org."""
    settings = Settings.model_validate(given)
    try:
        org = _org(parts, workspace)
    except Reconnect:
        remedy = "Salesforce is not connected, so the rows cannot be checked; run: renkei connect salesforce"
        return {}, [Problem((), remedy)]
    try:
        may, fields = org.describe(LEAD)
    except NotFound:
        may, fields = False, []
    if not may:
        return {}, [Problem((), "the connected Salesforce user may not create leads; give it Create on Lead")]
    described = {field["name"]: field for field in fields}
    facts = facts_of(described)
    rights = {
        "events": not settings.event or _seen(org, EVENT, to_create=True),
        "contacts": settings.match == "create" or _seen(org, CONTACT),
    }
    problems = list(checks.problems(settings, facts, **rights, german=language == "de"))
    return {LEAD: {name: described[name] for name in checks.kept(settings, facts)}}, problems


def _seen(org: Salesforce, object_name: str, *, to_create: bool = False) -> bool:
    """Whether the user may see records of an object, or create some."""
    try:
        return org.describe(object_name)[0] or not to_create
    except NotFound:
        return False


def properties(parts: Platform, workspace: str, object_name: str, language: Language) -> list[dict[str, Any]]:  # noqa: ARG001
    """What a row may name; what Salesforce requires comes first, with the `row` to start from."""
    facts = facts_of({field["name"]: field for field in _org(parts, workspace).describe(object_name)[1]})
    return [
        {"name": one.name, "label": one.label, "type": one.type, "required": one.required, "changeable": one.updateable}
        | ({"row": checks.likely_row(one)} if one.required or one.name == EMAIL else {})
        for one in offered(facts)
    ]


class Rehearsal(Run):
    """A run whose writes are only noted; what they would answer is made up from what is really there."""

    def noted(self, jobs: Sequence[Job]) -> tuple[Mapping[str, Any], list[Create | Upsert | Update]]:
        """The verdicts, and what would be written."""
        self.writes: list[Create | Upsert | Update] = []
        return self.all(jobs), self.writes

    def apply(self, action: Step) -> Result:
        """Read for real; note what would be written."""
        match action:
            case Look():
                return super().apply(action)
            case Create() | Upsert() | Update():
                self.writes.append(action)
                return Result({one.key: _made(action, one) for one in action.items})
            case Delete():
                return Result({key: Record(key, {}) for key in action.keys})
            case Remember():
                return Result()


def _made(action: Create | Upsert | Update, item: Item) -> Record:
    """The record that a write would answer."""
    if isinstance(action, Update):
        return Record(item.key, item.properties)
    return Record(f"{'00Q ' if action.object == LEAD else ''}new {item.key}", item.properties, new=True)


def preview(parts: Platform, workspace: str, payload: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """{would, fields, warnings, outcome, reason} of a payload ({source, body}). Outcome as a delivery's."""
    work = prepare(parts, workspace, INTEGRATION)
    token = token_source(parts, work.connection)
    run = Rehearsal(work, client_of(work, token, facts_of(work.types.get(LEAD, {}))), str(token.secrets["user"]))
    job = Job("preview", payload)
    task = run.task(job)
    verdicts, writes = run.noted([job])
    end = verdicts[job.id]
    if not isinstance(task, Task) or not isinstance(end, Done):
        reason = text(end.code, language, end.params)
        return {"would": [], "fields": [], "warnings": [], "outcome": state_after(end), "reason": reason}
    fields = [
        {"object": "lead", "property": value.property, "value": value.value, "why": value.why, "policy": value.policy}
        for value in (*task.values, *_owner(task, writes))
    ]
    warnings = [{"code": warn.code, "message": text(warn.code, language, dict(warn.params))} for warn in end.warnings]
    would = list(_would(end, writes, language))
    return {"would": would, "fields": fields, "warnings": warnings, "outcome": "delivered", "reason": ""}


def _owner(task: Task, writes: Sequence[Create | Upsert | Update]) -> Iterator[Value]:
    """The host's user, where that is written on the lead."""
    given = (item.properties.get(OWNER) for write in writes if write.object == LEAD for item in write.items)
    if task.owned and (owner := next(filter(None, given), None)):
        yield Value(OWNER, owner, task.owned, "from host_email")


def _would(end: Done, writes: Sequence[Create | Upsert | Update], language: Language) -> Iterator[dict[str, str]]:
    """The steps in words, from the outcome and the writes that it would take."""
    made = {write.object.lower() for write in writes if not isinstance(write, Update)}
    for name in ("lead", "contact", "event"):
        was = end.outcome.get(f"{name}_was")
        if was == "created" and name not in made:  # when it was delivered
            was = "there" if name == "lead" else None
        if was:
            yield _step(f"{name}_{was}", language, id=str(end.outcome.get(name, "")))
    for write in writes:
        if isinstance(write, Update) and write.object == LEAD:
            for item in write.items:
                yield _step("update", language, id=item.key, names=", ".join(item.properties))


def _step(action: str, language: Language, **params: str) -> dict[str, str]:
    return {"action": action, "text": text(f"preview_{action}", language, params)}
