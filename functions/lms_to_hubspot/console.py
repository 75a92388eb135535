"""What the admin's door needs of this integration: checking its settings, rehearsing, and its tools.

A tool gets (parts, workspace, what was given, language) and gives JSON. ACTS change something.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from typing import Any

from console import lists
from lms_to_hubspot import INTEGRATION, Settings, checks
from lms_to_hubspot.known import CONTACTS, DEALS, LINE_ITEMS, Known, Step
from lms_to_hubspot.office import Office
from renkei import workspaces
from renkei.actions import UNIQUE, Create, Delete, Record, Remember, Result, Update
from renkei.config import Language
from renkei.errors import Outcome, Reconnect, state_after
from renkei.integration import Done, Job, Verdict
from renkei.runtime import Platform, Work, prepare
from renkei.settings import Problem
from renkei.texts import text
from renkei.vendors.hubspot_deals import HubSpotDeals
from renkei.vendors.hubspot_schema import HubSpotSchema
from renkei.vendors.hubspot_shapes import LMS_PURCHASE, OURS
from renkei.waking import bring_back
from renkei.workers import account_of

type Given = Mapping[str, Any]
type Tool = Callable[[Platform, str, Given, Language], dict[str, Any]]

OBJECTS: tuple[str, ...] = ()
_ROWS = 1000
"""Lines in a part of a list: ten batches of each kind, and at most one more for what is left over of two kinds."""


def check(
    parts: Platform, workspace: str, given: Mapping[str, Any], language: Language
) -> tuple[dict[str, dict[str, str]], list[Problem]]:
    """({object: {property: type}} to keep with the settings, what is wrong with them) against the portal."""
    settings = Settings.model_validate(given)
    try:
        token = account_of(parts, workspace, INTEGRATION.vendor)
    except Reconnect:
        remedy = "HubSpot is not connected, so the settings cannot be checked; run: renkei connect hubspot"
        return {}, [Problem((), remedy)]
    hubspot = HubSpotDeals(parts.session, token, parts.sleep, parts.budget(token.connection, live=True))
    portal = {name: hubspot.properties(name, language) for name in checks.wanted(settings)}
    problems = list(checks.problems(settings, portal, hubspot.pipelines() if settings.deals else ()))
    names = {column.name for column in checks.wanted(settings)[CONTACTS]}
    return {CONTACTS: {prop.name: prop.type for prop in portal[CONTACTS] if prop.name in names}}, problems


def properties(parts: Platform, workspace: str, object_name: str, language: Language) -> list[dict[str, Any]]:  # noqa: ARG001
    """What rows may name: it has none."""
    return []


def prepare_hubspot(parts: Platform, workspace: str, given: Given, language: Language) -> dict[str, Any]:
    """Make the properties that are missing: {made, there, wrong}. With {dry_run: true} it only says what it would make.

    What waits for a property goes on.
    """
    token = account_of(parts, workspace, INTEGRATION.vendor)
    hubspot = HubSpotSchema(parts.session, token, parts.sleep, parts.budget(token.connection, live=True))
    settings = _settings(workspace, token.connection.scopes)
    portal = {name: hubspot.properties(name, language) for name in checks.wanted(settings)}
    lacking = list(checks.missing(settings, portal))
    made = [{"object": name, "property": column.name} for name, column in lacking]
    ours = ((DEALS, LMS_PURCHASE), (LINE_ITEMS, UNIQUE)) if settings.deals else ()
    new = [(name, unique) for name, unique in ours if not hubspot.has(name, unique)]
    made += [{"object": name, "property": unique} for name, unique in new]
    if given.get("dry_run") is not True:
        for name, column in lacking:
            hubspot.create_property(name, checks.definition(column, language))
        for name, unique in new:
            hubspot.ensure(name, unique, OURS[unique])
        bring_back(parts, workspace, INTEGRATION)
        if lacking:  # one that comes out of the archive has the type that it had
            portal = {name: hubspot.properties(name, language) for name in portal}
    there = [
        {"object": name, "property": column.name}
        for name, columns in checks.wanted(settings).items()
        for column in columns
        if (name, column) not in lacking
    ]
    wrong = [
        {"object": one.object, "property": one.name, "type": one.type, "fits": list(one.fits)}
        for one in checks.wrong(settings, portal)
    ]
    return {"made": made, "there": there, "wrong": wrong}


def _settings(workspace: str, scopes: Collection[str]) -> Settings:
    """The settings to prepare for: of the file that was applied, else the usual ones; deals where they are allowed."""
    kept = workspaces.settings(workspace)
    given = (kept["document"].get("integrations") or {}).get(INTEGRATION.key) if kept else None
    deals = {"deals": "crm.schemas.deals.write" in scopes} if scopes else {}
    return Settings.model_validate({**(given or {}), **deals})


class Rehearsal(Office):
    """The work with its writes only noted; what they would answer is made up."""

    def __init__(self, work: Work) -> None:
        super().__init__(work)
        self.writes: list[Create | Update] = []

    def apply(self, step: Step) -> Result:
        """Read for real; note what would be written."""
        match step:
            case Create() | Update():
                self.writes.append(step)
                new = isinstance(step, Create)
                made = sum(len(one.items) for one in self.writes[:-1])
                ids = [f"new {made + number}" if new else item.key for number, item in enumerate(step.items, 1)]
                return Result({item.key: Record(id_, {}) for item, id_ in zip(step.items, ids, strict=True)})
            case Remember() | Delete():
                return Result()
        return super().apply(step)

    def note(self, rows: Mapping[str, Mapping[str, str]]) -> None:
        """Remember nothing."""

    def wait(self, key: str, other: str, known: Known) -> None:
        """Nobody waits for anything."""

    def bring_back(self) -> None:
        """Bring nothing back."""


def preview(parts: Platform, workspace: str, payload: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """{would, fields, warnings, outcome, reason} of a payload ({source, body}). Outcome as a delivery's."""
    run = Rehearsal(prepare(parts, workspace, INTEGRATION))
    end = run.events([Job("preview", payload)])["preview"]
    if isinstance(end, Outcome):
        reason = text(end.code, language, end.params)
        return {"would": [], "fields": [], "warnings": [], "outcome": state_after(end), "reason": reason}
    fields = [
        {"object": write.object, "property": name, "value": value, "why": "", "policy": "overwrite"}
        for write in run.writes
        for item in write.items
        for name, value in item.properties.items()
    ]
    warns = end.warnings if isinstance(end, Done) else ()
    warnings = [{"code": warn.code, "message": text(warn.code, language, dict(warn.params))} for warn in warns]
    would = list(_would(run, language))
    return {"would": would, "fields": fields, "warnings": warnings, "outcome": "delivered", "reason": ""}


def _would(run: Rehearsal, language: Language) -> Iterator[dict[str, str]]:
    for write in run.writes:
        verb = "update" if isinstance(write, Update) else "create"
        for item in write.items:
            params = {"id": item.key, "names": ", ".join(item.properties), "object": write.object}
            yield {"action": verb, "text": text(f"preview_{verb}", language, params)}


def _rehearse(parts: Platform, workspace: str, job: Job, _language: Language) -> Verdict:
    return Rehearsal(prepare(parts, workspace, INTEGRATION)).part(job)


def _part(parts: Platform, workspace: str, given: Given, language: Language) -> dict[str, Any]:
    return lists.part(parts, workspace, INTEGRATION, given, _rehearse, language=language, most=_ROWS)


def _size(_parts: Platform, _workspace: str, _given: Given, _language: Language) -> dict[str, Any]:
    """How many lines a part of a list may have."""
    return {"rows": _ROWS}


TOOLS: dict[str, Tool] = {"prepare": prepare_hubspot, "part": _part, "size": _size}
ACTS = ("prepare", "part")
