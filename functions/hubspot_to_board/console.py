"""What the admin's door needs of this integration: checking its settings, and its tools. Nothing here is stored.

A tool gets (parts, workspace, what was given, language) and gives JSON. ACTS change something.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from itertools import chain
from typing import Any

from pydantic import ValidationError

from console.answers import Wrong, delivery_view
from console.runs import last
from hubspot_to_board import INTEGRATION, Settings, checks
from hubspot_to_board.desk import HUBSPOT, scope_of, since
from renkei import jobs, links, portals, workspaces
from renkei.actions import Read
from renkei.config import Language
from renkei.connections import Connection
from renkei.dynamo import Table
from renkei.errors import Reconnect, Rejected
from renkei.runtime import Platform
from renkei.settings import Problem
from renkei.texts import text
from renkei.vendors.board import Board
from renkei.vendors.hubspot_deals import COMPANIES, DEALS, HubSpotDeals
from renkei.waking import bring_back
from renkei.workers import token_source

type Given = Mapping[str, Any]
type Tool = Callable[[Platform, str, Given, Language], dict[str, Any]]

OBJECTS = (DEALS,)
DRY_RUNS = ("push_clients",)
"""The jobs that can also only say what they would do."""
_SHOWN = 5
_LONGEST = 20  # digits of an id


def _connection(parts: Platform, workspace: str, vendor: str) -> Connection:
    """A workspace's connection to a vendor. Reconnect if it does not live."""
    found = parts.connections.get(workspace, vendor)
    if found is None or found.state != "connected":
        raise Reconnect("board_tool_not_connected", vendor=vendor)
    return found


def _board(parts: Platform, workspace: str) -> Board:
    connection = _connection(parts, workspace, "board")
    return Board(parts.session, parts.connections.secrets(connection), parts.budget(connection, live=True))


def _portal(parts: Platform, workspace: str) -> HubSpotDeals:
    token = token_source(parts, _connection(parts, workspace, "hubspot"))
    return HubSpotDeals(parts.session, token, parts.sleep, parts.budget(token.connection, live=True))


def check(
    parts: Platform, workspace: str, given: Mapping[str, Any], language: Language
) -> tuple[dict[str, dict[str, Any]], list[Problem]]:
    """({object: {property: type}} to keep with the settings, what is wrong with them) against portal and account.

    The first time that nothing is wrong is noted: deals that sat in a stage before are left alone.
    """
    settings = Settings.model_validate(given)
    found = {one.vendor: one for one in parts.connections.of(workspace) if one.state == "connected"}
    if missing := [vendor for vendor in INTEGRATION.vendors if vendor not in found]:
        say = "is not connected, so the settings cannot be checked; run: renkei connect"
        return {}, [Problem((), f"{vendor} {say} {vendor}") for vendor in missing]
    portal = _portal(parts, workspace)
    deals, companies = (portal.properties(name, language) for name in (DEALS, COMPANIES))
    users = _board(parts, workspace).users() if settings.fallback_user is not None else []
    problems = list(checks.problems(settings, portal.pipelines(), deals, companies, users))
    if settings.enabled and (other := _twin(parts, workspace, found[HUBSPOT].account, found["board"].account)):
        twice = "links the same HubSpot account and the same board account: each deal would become two projects"
        problems.append(Problem((), f"the workspace {other} {twice}; switch one of them off (enabled: false)"))
    if not problems:
        since(workspace, found[HUBSPOT].account, parts.clock())
    return checks.kept(settings, deals, companies), problems


def properties(parts: Platform, workspace: str, object_name: str, language: Language) -> list[dict[str, Any]]:
    """The dates that settings may name. Reconnect if there is no living connection."""
    found = _portal(parts, workspace).properties(object_name, language)
    return [{"name": one.name, "label": one.label, "type": one.type} for one in found if one.type in checks.DATES]


def pipelines(parts: Platform, workspace: str, _given: Given, _language: Language) -> dict[str, Any]:
    """The portal's deal pipelines, each stage with the status that it is mapped to now."""
    mapped = _stage_map(workspace)
    return {
        "pipelines": [
            {
                "id": one.id,
                "label": one.label,
                "stages": [
                    {"id": stage.id, "label": stage.label, "status": mapped.get(one.id, {}).get(stage.id, "")}
                    for stage in one.stages
                ],
            }
            for one in _portal(parts, workspace).pipelines()
        ]
    }


def users(parts: Platform, workspace: str, _given: Given, _language: Language) -> dict[str, Any]:
    """Who uses board."""
    found = _board(parts, workspace).users()
    return {"users": [{"id": one.id, "name": one.name, "mail": one.mail, "valid": one.valid} for one in found]}


def status(parts: Platform, workspace: str, _given: Given, language: Language) -> dict[str, Any]:
    """How it goes: connections, board's calls of today as we counted them, how far it is, what is linked, last runs."""
    found = {vendor: parts.connections.get(workspace, vendor) for vendor in INTEGRATION.vendors}
    connections = [
        {"vendor": vendor, "state": one.state if one else "disconnected", "account": one.account if one else ""}
        for vendor, one in found.items()
    ]
    board, portal = found["board"], found["hubspot"]
    left = parts.budget(board, live=True).left() if board else None
    calls = {"used": left.limit - left.live, "left": left.live, "left_for_bulk": left.bulk} if left else None
    in_scope = scope_of(workspace, board.account, portal.account) if board and portal else ""
    linked = {
        name: sum(1 for row in links.rows(in_scope, prefix) if row.get(by) and not row.get("gone")) if in_scope else 0
        for name, prefix, by in (("deals", "deal#", "project"), ("companies", "company#", "client"))
    }
    ran = chain.from_iterable(last(workspace, INTEGRATION.key, job, _SHOWN) for job in INTEGRATION.jobs)
    newest = sorted(ran, key=lambda row: str(row["accepted_at"]), reverse=True)[:_SHOWN]
    return {
        "connections": connections,
        "calls": calls,
        "checkpoints": _checkpoints(workspace),
        "linked": linked,
        "runs": [delivery_view(row, language) for row in newest],
    }


def link(parts: Platform, workspace: str, given: Given, language: Language) -> dict[str, Any]:
    """Say that a company ({company}) is a client ({client}) of board; both must be there. What waited goes on."""
    company, client = _id(given, "company"), _id(given, "client")
    board, portal = (_connection(parts, workspace, vendor) for vendor in INTEGRATION.vendors)
    there = _board(parts, workspace).client(int(client))
    read = _portal(parts, workspace).do(Read(COMPANIES, (company,), ("name",)))
    if company in read.failed:
        raise read.failed[company]
    record = read.records[company]  # a merged company answers with the id of the one that is left
    name = f"company#{record.id}"
    in_scope = scope_of(workspace, board.account, portal.account)
    before = links.recall(in_scope, [name]).get(name, {}).get("client")
    links.replace(in_scope, name, {"client": str(there.id)})  # what was agreed on does not hold any more
    woken = bring_back(parts, workspace, INTEGRATION)
    names = {"company": record.properties.get("name", record.id), "client": there.name}
    return {
        "company": {"id": record.id, "name": names["company"]},
        "client": {"id": str(there.id), "name": names["client"]},
        "before": before if before != str(there.id) else None,
        "woken": woken,
        "message": text("board_tool_linked", language, {**names, "woken": str(woken)}),
    }


def unlink(parts: Platform, workspace: str, given: Given, language: Language) -> dict[str, Any]:
    """End a link, of a {company} or of a {deal}. A deal stays without a project; with {again} it may get a new one."""
    kind, again = ("company" if "company" in given else "deal"), given.get("again", False)
    if len({"company", "deal"} & given.keys()) != 1 or not isinstance(again, bool) or (again and kind == "company"):
        raise _bad("name a company or a deal; again is true or false, and for a deal only")
    record = _id(given, kind)
    board, portal = (_connection(parts, workspace, vendor) for vendor in INTEGRATION.vendors)
    in_scope, name = scope_of(workspace, board.account, portal.account), f"{kind}#{record}"
    row = links.recall(in_scope, [name]).get(name, {})
    was = row.get("client" if kind == "company" else "project") or row.get("gone")
    if not was:
        raise Rejected("board_tool_not_linked", kind=kind, id=record)
    if kind == "deal" and not again:
        links.replace(in_scope, name, {"gone": str(was)})
        code = "board_tool_unlinked_deal"
    else:
        links.forget(in_scope, name)
        if kind == "deal":
            links.replace(in_scope, name, {"given_up": str(was)})  # not to be taken for the new one
        code = "board_tool_unlinked_again" if kind == "deal" else "board_tool_unlinked_company"
    return {kind: record, "was": str(was), "message": text(code, language, {"id": record, "was": str(was)})}


TOOLS: dict[str, Tool] = {
    "pipelines": pipelines,
    "users": users,
    "status": status,
    "link": link,
    "unlink": unlink,
}
ACTS = {"link", "unlink"}


def _twin(parts: Platform, workspace: str, portal: str, board: str) -> str:
    """Another workspace that links the same accounts; empty if there is none."""
    for other in (row["item"] for row in portals.of(HUBSPOT, portal) if row["item"] != workspace):
        connection = parts.connections.get(other, INTEGRATION.vendor)
        if connection and connection.account == board and jobs.switched_on(other, INTEGRATION):
            return str(other)
    return ""


def _stage_map(workspace: str) -> dict[str, dict[str, str]]:
    """The stages of the settings that are kept, if there are any."""
    kept = workspaces.settings(workspace)
    given = (kept["document"].get("integrations") or {}).get(INTEGRATION.key) if kept else None
    try:
        return Settings.model_validate(given).stage_map if given else {}
    except ValidationError:  # saved by an older version
        return {}


def _checkpoints(workspace: str) -> dict[str, Any]:
    prefix = f"checkpoint#{INTEGRATION.key}#"
    rows = Table("workspaces").query(("workspace", workspace), sort=("item", "begins_with", prefix))
    return {row["item"].removeprefix(prefix): row.get("facts", {}) for row in rows}


def _id(given: Given, name: str) -> str:
    found = str(given.get(name, ""))
    if not (found.isascii() and found.isdecimal() and len(found) <= _LONGEST):
        raise _bad(f"{name} is the id of a record, in digits")
    return found


def _bad(message: str) -> Wrong:
    return Wrong(HTTPStatus.BAD_REQUEST, "bad_tool_call", message)
