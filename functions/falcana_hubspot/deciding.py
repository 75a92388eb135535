"""What a person decides at the admin's door: which records are the same, which are not. The next run does it."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from http import HTTPStatus
from typing import Any

from console.answers import Wrong
from falcana_hubspot.desk import HUBSPOT, scope_of
from falcana_hubspot.kinds import KINDS, Kind
from falcana_hubspot.pairs import kept_apart
from renkei import links
from renkei.actions import Read
from renkei.config import Language
from renkei.connections import Connection
from renkei.errors import Reconnect, Rejected
from renkei.runtime import Platform
from renkei.texts import text
from renkei.vendors.falcana import Falcana
from renkei.vendors.hubspot_sync import HubSpotSync
from renkei.workers import token_source

type Given = Mapping[str, Any]

_LONGEST = 20  # digits of an id
_SHOWN = {"address": ("name", "city"), "person": ("first_name", "last_name", "email")}
_SHOWN_OF = {"companies": ("name", "city"), "contacts": ("firstname", "lastname", "email")}
"""What people know a record by, in falcana and in HubSpot."""


def falcana_of(parts: Platform, workspace: str) -> Falcana:
    """falcana's client. Reconnect if there is no living connection."""
    connection = _connection(parts, workspace, "falcana")
    return Falcana(parts.session, parts.connections.secrets(connection), parts.budget(connection, live=True))


def portal_of(parts: Platform, workspace: str) -> HubSpotSync:
    """HubSpot's client. Reconnect if there is no living connection."""
    token = token_source(parts, _connection(parts, workspace, HUBSPOT))
    return HubSpotSync(parts.session, token, parts.sleep, parts.budget(token.connection, live=True))


def scope(parts: Platform, workspace: str, *, living: bool = True) -> str:
    """The scope of the links. Without both connections: Reconnect, or "" where they need not be `living`."""
    if living:
        tenant, portal = (_connection(parts, workspace, vendor) for vendor in ("falcana", HUBSPOT))
        return scope_of(workspace, tenant.account, portal.account)
    found = [parts.connections.get(workspace, vendor) for vendor in ("falcana", HUBSPOT)]
    accounts = [one.account for one in found if one]
    return scope_of(workspace, *accounts) if len(accounts) == len(found) else ""


def link(parts: Platform, workspace: str, given: Given, language: Language) -> dict[str, Any]:
    """Say that an {address} is a {company}, or a {person} a {contact}; both must be there."""
    return _said(parts, workspace, given, "link", language)


def keep_apart(parts: Platform, workspace: str, given: Given, language: Language) -> dict[str, Any]:
    """Say that two records are not the same, however alike they are; both must be there."""
    return _said(parts, workspace, given, "apart", language)


def unlink(parts: Platform, workspace: str, given: Given, language: Language) -> dict[str, Any]:
    """End the link of an {address}, {person}, {company} or {contact}; with {again}, let an ended one begin anew.

    Rejected if there is no link.
    """
    again, named = given.get("again", False), [one for one in _names() if one in given]
    if len(named) != 1 or not isinstance(again, bool):
        raise bad(f"name one of {', '.join(_names())}; again is true or false")
    kind, id_ = next(kind for kind in KINDS if named[0] in {kind.name, kind.other}), _id(given, named[0])
    in_scope = scope(parts, workspace)
    row = links.recall(in_scope, [f"{named[0]}#{id_}"]).get(f"{named[0]}#{id_}", {})
    ours, theirs = (id_, str(row.get("with", ""))) if named[0] == kind.name else (str(row.get("with", "")), id_)
    if not ours or not row or (not again and (not theirs or row.get("ended"))):
        raise Rejected("falcana_tool_not_linked", kind=named[0], id=id_)
    links.replace(in_scope, f"wish#{kind.name}#{ours}", {"do": "again"} if again else {"do": "apart", "with": theirs})
    code = "falcana_tool_again" if again else "falcana_tool_unlinked"
    return {kind.name: ours, kind.other: theirs, "message": text(code, language, {"kind": named[0], "id": id_})}


def name(parts: Platform, workspace: str, pairs: Sequence[dict[str, Any]]) -> None:
    """Put what people know the records of pairs by beside their ids: `name` and `with_name`, "" where it is gone."""
    falcana, portal = falcana_of(parts, workspace), portal_of(parts, workspace)
    for kind in KINDS:
        mine = [pair for pair in pairs if pair["kind"] == kind.name]
        if not mine:
            continue
        found = {one.id: one.values for one in falcana.find(kind.entity, "ids", [pair["id"] for pair in mine])}
        shown = _SHOWN_OF[kind.object]
        theirs = portal.do(Read(kind.object, tuple(dict.fromkeys(pair["with"] for pair in mine)), shown)).records
        for pair in mine:
            there = theirs[pair["with"]].properties if pair["with"] in theirs else {}
            pair["name"] = _named(found.get(pair["id"], {}), _SHOWN[kind.name])
            pair["with_name"] = _named(there, shown)


def bad(message: str) -> Wrong:
    """The answer to a call that cannot be understood."""
    return Wrong(HTTPStatus.BAD_REQUEST, "bad_tool_call", message)


def _said(parts: Platform, workspace: str, given: Given, do: str, language: Language) -> dict[str, Any]:
    kind = next((kind for kind in KINDS if {kind.name, kind.other} <= given.keys()), None)
    if kind is None or len({*_names()} & given.keys()) > 2:  # noqa: PLR2004 - a pair
        raise bad("name an address and a company, or a person and a contact")
    ours, theirs, in_scope = _id(given, kind.name), _id(given, kind.other), scope(parts, workspace)
    record = falcana_of(parts, workspace).get(kind.entity, ours)
    shown = _SHOWN_OF[kind.object]
    read = portal_of(parts, workspace).do(Read(kind.object, (theirs,), shown))
    if theirs in read.failed:
        raise read.failed[theirs]
    there = read.records[theirs]  # a merged one answers with the id of the one that is left
    _wish(in_scope, kind, record.id, there.id, do)
    names = {
        "ours": _named(record.values, _SHOWN[kind.name]) or record.id,
        "theirs": _named(there.properties, shown) or there.id,
    }
    code = "falcana_tool_linked" if do == "link" else "falcana_tool_apart"
    return {kind.name: record.id, kind.other: there.id, "message": text(code, language, names)}


def _wish(in_scope: str, kind: Kind, ours: str, theirs: str, do: str) -> None:
    """Note what the next run is to do: a record is linked to one other, and may be kept apart from several.

    The last word counts. Who is kept apart stands in the rows of both, too, so that nobody is asked again.
    """
    one, pair = f"wish#{kind.name}#{ours}", f"wish#{kind.name}#{ours}#{theirs}"
    wish = {"do": do, "with": theirs}
    if do == "link":
        for row in list(links.rows(in_scope, f"wish#{kind.name}#")):  # the last word on either of the two counts
            if row.get("do") == "link" and row.get("with") == theirs and row["link"] != one:
                links.forget(in_scope, str(row["link"]))
        links.replace(in_scope, one, wish)
        links.forget(in_scope, pair)
    else:
        links.replace(in_scope, pair, wish)
        if links.recall(in_scope, [one]).get(one, {}).get("with") == theirs:
            links.forget(in_scope, one)
    for link_, other in ((f"alike#{kind.name}#{ours}", theirs), (f"alike#{kind.other}#{theirs}", ours)):
        before = kept_apart(links.recall(in_scope, [link_]).get(link_, {}))
        now = before - {other} if do == "link" else before | {other}
        if now != before:
            links.remember(in_scope, link_, {"apart": json.dumps(sorted(now), separators=(",", ":"))})


def _connection(parts: Platform, workspace: str, vendor: str) -> Connection:
    found = parts.connections.get(workspace, vendor)
    if found is None or found.state != "connected":
        raise Reconnect("board_tool_not_connected", vendor=vendor)
    return found


def _named(values: Mapping[str, str], shown: Iterable[str]) -> str:
    return " ".join(value for one in shown if (value := values.get(one, "")))


def _names() -> list[str]:
    return [one for kind in KINDS for one in (kind.name, kind.other)]


def _id(given: Given, name: str) -> str:
    found = str(given.get(name, ""))
    if not (found.isascii() and found.isdecimal() and len(found) <= _LONGEST):
        raise bad(f"{name} is the id of a record, in digits")
    return found
