"""Shows what a booking would become: gathers for real, plans, and says it in words without doing it."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from booking_to_hubspot import INTEGRATION
from booking_to_hubspot.app import Run
from booking_to_hubspot.known import CONTACTS, Task
from console.answers import Wrong
from renkei.actions import Action, Create, Forget, Read, Record, Remember, Result, Search, Update, Upsert
from renkei.config import Language
from renkei.errors import Conflict, Outcome
from renkei.integration import Done, Job
from renkei.mapping import Value
from renkei.runtime import Platform, Work, prepare
from renkei.texts import text
from renkei.vendors import timerex
from renkei.vendors.hubspot import HubSpot
from renkei.workers import token_source


class Rehearsal(Run):
    """A run whose writes are only noted; what they would answer is made up from what is really there."""

    def __init__(self, work: Work, hubspot: HubSpot) -> None:
        super().__init__(work, hubspot)
        self.writes: list[Create | Upsert | Update] = []

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

    def _note(self, action: Create | Upsert | Update) -> Result:
        self.writes.append(action)
        new = not isinstance(action, Update)
        return Result({item.key: Record(f"new {item.key}", item.properties, new=new) for item in action.items})


def preview(parts: Platform, workspace: str, body: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """{would, fields, warnings, outcome, reason} for an event's body. Wrong if it is none; Outcome as a delivery's."""
    if body.get("integration") != INTEGRATION.key or body.get("source") != timerex.KEY:
        message = f"allowed: integration {INTEGRATION.key}, source {timerex.KEY}"
        raise Wrong(HTTPStatus.BAD_REQUEST, "unknown_source", message)
    payload = body.get("payload")
    try:
        _, known = timerex.receive(payload)
    except ValueError as wrong:
        raise Wrong(HTTPStatus.BAD_REQUEST, "no_event", str(wrong)) from None
    if not known:
        return _answer([], [], [], "skipped", text("unknown_event", language))
    work = prepare(parts, workspace, INTEGRATION)
    run = Rehearsal(work, HubSpot(parts.session, token_source(parts, work.connection)))
    job = Job("preview", {"source": timerex.KEY, "body": payload})
    task = run.task(job)
    end = run.all([job])[job.id]
    if not isinstance(end, Done):
        return _answer([], [], [], type(end).__name__.lower(), text(end.code, language, end.params))
    fields = [
        {"object": name, "property": value.property, "value": value.value, "why": value.why, "policy": value.policy}
        for name, values in _values(task)
        for value in values
    ]
    warnings = [{"code": warn.code, "message": text(warn.code, language, dict(warn.params))} for warn in end.warnings]
    return _answer(_would(end, run.writes, language), fields, warnings, "delivered", "")


def _values(task: Task | Outcome) -> list[tuple[str, tuple[Value, ...]]]:
    return [("company", task.company), ("contact", task.contact)] if isinstance(task, Task) else []


def _would(end: Done, writes: list[Create | Upsert | Update], language: Language) -> list[dict[str, str]]:
    """The steps in words, from the outcome and the writes that it would take."""
    steps = [
        (f"preview_{name}_{was}", {"id": str(end.outcome.get(name, ""))})
        for name in ("company", "contact", "meeting")
        if (was := end.outcome.get(f"{name}_was"))
    ]
    if end.outcome.get("associated"):
        steps.append(("preview_associated", {}))
    for write in writes:
        if isinstance(write, Update):
            steps += [("preview_update", {"id": item.key, "names": ", ".join(item.properties)}) for item in write.items]
    return [{"action": code.removeprefix("preview_"), "text": text(code, language, params)} for code, params in steps]


def _answer(
    would: list[dict[str, str]], fields: list[dict[str, str]], warnings: list[dict[str, str]], outcome: str, reason: str
) -> dict[str, Any]:
    return {"would": would, "fields": fields, "warnings": warnings, "outcome": outcome, "reason": reason}
