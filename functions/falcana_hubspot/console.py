"""What the admin's door needs of this integration: checking its settings, and its tools.

A tool gets (parts, workspace, what was given, language) and gives JSON. ACTS change something. Names that it shows are
read from the vendors and never stored.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from itertools import chain
from typing import Any

from pydantic import ValidationError

from console import accounts
from console.answers import Wrong, check_views, delivery_view
from console.runs import last
from falcana_hubspot import INTEGRATION, Settings, checks, deciding, waiting
from falcana_hubspot.desk import HUBSPOT
from falcana_hubspot.kinds import KINDS
from renkei import checkpoints, jobs, workspaces
from renkei.accounts import Check, Report
from renkei.config import Language
from renkei.deliveries import parse_id, stamp
from renkei.dynamo import Item, Table
from renkei.errors import Outcome, Rejected
from renkei.runtime import Platform
from renkei.settings import Problem
from renkei.texts import text
from renkei.vendors.hubspot_sync import FALCANA_ID

type Given = Mapping[str, Any]
type Tool = Callable[[Platform, str, Given, Language], dict[str, Any]]

OBJECTS = ()
DRY_RUNS = ("import", "export")
"""The jobs that can also only say what they would do."""
_SHOWN, _READ = 5, 60  # runs
_TWICE = "links the same HubSpot account, or the same falcana: each would undo what the other does"


def check(
    parts: Platform, workspace: str, given: Mapping[str, Any], language: Language
) -> tuple[dict[str, Any], list[Problem]]:
    """({kind: {field: form, property and options}} to keep, what is wrong with settings) against both sides."""
    settings = Settings.model_validate(given)
    found = {one.vendor: one for one in parts.connections.of(workspace) if one.state == "connected"}
    if missing := [vendor for vendor in INTEGRATION.vendors if vendor not in found]:
        say = "is not connected, so the settings cannot be checked; run: renkei connect"
        return {}, [Problem((), f"{vendor} {say} {vendor}") for vendor in missing]
    falcana, portal = deciding.falcana_of(parts, workspace), deciding.portal_of(parts, workspace)
    facts = checks.gather(falcana, portal, language, people=settings.new_addresses is not None)
    problems = list(checks.problems(settings, facts))
    if settings.enabled and (other := _twin(parts, workspace, found[HUBSPOT].account, found["falcana"].account)):
        problems.append(Problem((), f"the workspace {other} {_TWICE}; switch one of them off (enabled: false)"))
    return checks.kept(settings, facts), problems


def test(parts: Platform, workspace: str, _given: Given, language: Language) -> dict[str, Any]:
    """Whether everything is there that a run needs; of each thing that is missing, what to do."""
    tested = [_tested(parts, workspace, vendor, language) for vendor in INTEGRATION.vendors]
    settings = _settings(workspace)
    both = all(one["ok"] for one in tested)
    report = Report("", "", tuple(_of_settings(settings, parts, workspace, look=both)))
    ok = both and not report.missing
    return {
        "ok": ok,
        "message": text("falcana_tool_works" if ok else "falcana_tool_lacks", language),
        "rights": text("falcana_tool_rights", language),
        "connections": tested,
        "checks": check_views(report, language),
    }


def status(parts: Platform, workspace: str, _given: Given, language: Language) -> dict[str, Any]:
    """How it goes: connections, directions, what is linked and what waits, how far it has read, the last runs."""
    found = {vendor: parts.connections.get(workspace, vendor) for vendor in INTEGRATION.vendors}
    settings, in_scope = _settings(workspace), deciding.scope(parts, workspace, living=False)
    return {
        "connections": [
            {"vendor": vendor, "state": one.state if one else "disconnected", "account": one.account if one else ""}
            for vendor, one in found.items()
        ],
        "directions": settings.directions.model_dump() if settings else None,
        "counts": waiting.counted(in_scope) if in_scope else {},
        "checkpoints": _checkpoints(workspace),
        "runs": [delivery_view(row, language) for row in _runs(workspace)],
    }


def users(parts: Platform, workspace: str, _given: Given, _language: Language) -> dict[str, Any]:
    """Who uses falcana."""
    found = deciding.falcana_of(parts, workspace).users()
    return {"users": [{"id": one.id, "name": one.name, "mail": one.mail, "active": one.active} for one in found]}


def sales_groups(parts: Platform, workspace: str, _given: Given, _language: Language) -> dict[str, Any]:
    """falcana's Vertriebsgruppen."""
    found = deciding.falcana_of(parts, workspace).sales_groups()
    return {"sales_groups": [{"id": one.id, "name": one.name} for one in found]}


def fields(parts: Platform, workspace: str, _given: Given, language: Language) -> dict[str, Any]:
    """What rows may name: falcana's fields, and of each the properties of HubSpot that fit."""
    facts = checks.gather(deciding.falcana_of(parts, workspace), deciding.portal_of(parts, workspace), language)
    return {
        "fields": [
            {
                "kind": kind,
                "name": field.name,
                "label": field.label,
                "form": field.form,
                "required": field.required,
                "writable": field.writable,
                "options": [one.key for one in field.options],
                "fitting": [one.name for one in properties if checks.fits(field, one)],
            }
            for kind, properties in facts.properties.items()
            for field in checks.fields(kind, facts.custom[kind]).values()
        ],
        "properties": [
            {"kind": kind, "name": one.name, "label": one.label, "type": one.type, "writable": one.writable}
            for kind, properties in facts.properties.items()
            for one in properties
            if one.name not in checks.KEPT_BY_US
        ],
    }


def what_waits(parts: Platform, workspace: str, given: Given, language: Language) -> dict[str, Any]:
    """A page of what waits for a person ({kind}: parked, undecided, ended or deletes), from {after} on."""
    what, after = given.get("kind", ""), given.get("after", "")
    if what not in waiting.WAITS or not isinstance(after, str):
        raise deciding.bad(f"kind is one of {', '.join(waiting.WAITS)}; after is what the last answer gave as next")
    shown, further = waiting.page(deciding.scope(parts, workspace), what, after, language)
    if what == "undecided":
        deciding.name(parts, workspace, shown)
    return {"waiting": shown, "next": further or None}


def confirm_deletes(parts: Platform, workspace: str, _given: Given, language: Language) -> dict[str, Any]:
    """Let the next run delete what it held back because it was so much."""
    checkpoints.save(workspace, INTEGRATION.key, "confirmed", {"at": stamp(parts.clock())})
    return {"message": text("falcana_tool_confirmed", language)}


def stop(parts: Platform, workspace: str, given: Given, language: Language) -> dict[str, Any]:
    """End the run of a {job} after its present step; what it has done stays. Rejected if none is under way."""
    job = _job(given)
    found = [jobs.running(parts, workspace, INTEGRATION, job, dry_run=dry) for dry in (False, True)]
    if not any(found):
        raise Rejected("falcana_tool_not_running", job=job)
    delivery = next(one for one in found if one)
    checkpoints.save(workspace, INTEGRATION.key, f"stop.{job}", {"id": parse_id(delivery)[1]})
    return {"delivery": delivery, "message": text("falcana_tool_stopped", language, {"job": job})}


def forget_progress(parts: Platform, workspace: str, given: Given, language: Language) -> dict[str, Any]:
    """Let the next run of a {job} begin at the beginning. Rejected while one is under way."""
    job = _job(given)
    if jobs.running(parts, workspace, INTEGRATION, job):
        raise Rejected("falcana_tool_still_running", job=job)
    for name in (job, f"{job}-dry"):
        checkpoints.drop(workspace, INTEGRATION.key, name)
    return {"message": text("falcana_tool_from_start", language, {"job": job})}


TOOLS: dict[str, Tool] = {
    "test": test,
    "status": status,
    "users": users,
    "sales_groups": sales_groups,
    "fields": fields,
    "waiting": what_waits,
    "link": deciding.link,
    "keep_apart": deciding.keep_apart,
    "unlink": deciding.unlink,
    "confirm_deletes": confirm_deletes,
    "stop": stop,
    "forget_progress": forget_progress,
}
ACTS = {"test", "link", "keep_apart", "unlink", "confirm_deletes", "stop", "forget_progress"}


def _tested(parts: Platform, workspace: str, vendor: str, language: Language) -> dict[str, Any]:
    """What a look at a connection found; one that is not there is missing like anything else."""
    connection = parts.connections.get(workspace, vendor)
    if connection and connection.state != "disconnected":
        return {"vendor": vendor, **accounts.test(parts, workspace, vendor, language)}
    lacking = Check("check_connection", ok=False, params={"vendor": vendor}, remedy="board_tool_not_connected")
    views = check_views(Report("", "", (lacking,)), language)
    message = text("connection_fails", language, {"vendor": vendor})
    return {"vendor": vendor, "ok": False, "message": message, "state": "disconnected", "account": "", "checks": views}


def _of_settings(settings: Settings | None, parts: Platform, workspace: str, *, look: bool) -> list[Check]:
    """What settings still lack for runs; `look`: in HubSpot, too, for the property that is ours."""
    found = [Check("falcana_check_settings", ok=settings is not None, remedy="falcana_remedy_settings")]
    if settings is None:
        return found
    ways = checks.ways_of(settings)
    if checks.TO_FALCANA in ways:
        given = settings.new_addresses is not None
        found.append(Check("falcana_check_new_addresses", ok=given, remedy="falcana_remedy_new_addresses"))
    for kind in KINDS if look and checks.TO_HUBSPOT in ways else ():
        try:
            there = deciding.portal_of(parts, workspace).has(kind.object, FALCANA_ID)
        except Outcome:
            there = False
        params, remedy = {"property": FALCANA_ID, "object": kind.object}, "falcana_remedy_property"
        found.append(Check("falcana_check_property", ok=there or None, params=params, remedy=remedy, needed=False))
    return found


def _settings(workspace: str) -> Settings | None:
    """The settings that are kept; None if there are none, or they are an older version's."""
    kept = workspaces.settings(workspace)
    given = (kept["document"].get("integrations") or {}).get(INTEGRATION.key) if kept else None
    try:
        return Settings.model_validate(given) if given is not None else None
    except ValidationError:
        return None


def _twin(parts: Platform, workspace: str, portal: str, tenant: str) -> str:
    """Another workspace that links one of these accounts; empty if there is none."""
    for other in workspaces.names():
        if other == workspace or not jobs.switched_on(other, INTEGRATION):
            continue
        for vendor, account in ((HUBSPOT, portal), (INTEGRATION.vendor, tenant)):
            connection = parts.connections.get(other, vendor)
            if connection and connection.account == account:
                return str(other)
    return ""


def _runs(workspace: str) -> list[Item]:
    """The last runs, newest first: of those that found nothing new, which are most, the last one only."""
    ran = chain.from_iterable(last(workspace, INTEGRATION.key, job, _READ) for job in INTEGRATION.jobs)
    newest = sorted(ran, key=lambda row: str(row["accepted_at"]), reverse=True)
    quiet = [row for row in newest if row.get("reason") == "nothing_new"]
    return [row for row in newest if row not in quiet[1:]][:_SHOWN]


def _checkpoints(workspace: str) -> dict[str, Any]:
    prefix = f"checkpoint#{INTEGRATION.key}#"
    rows = Table("workspaces").query(("workspace", workspace), sort=("item", "begins_with", prefix))
    return {row["item"].removeprefix(prefix): row.get("facts", {}) for row in rows}


def _job(given: Given) -> str:
    job = given.get("job")
    if job not in INTEGRATION.jobs:
        raise Wrong(HTTPStatus.BAD_REQUEST, "bad_tool_call", f"job is one of {', '.join(INTEGRATION.jobs)}")
    return str(job)
