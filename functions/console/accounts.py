"""A workspace's connections as the API makes, tests, shows and ends them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from console import sources
from console.answers import Wrong, check_views, connection_view, delivery_view
from integrations import INTEGRATIONS, through
from renkei import checking, config, ending, scopes, workspaces
from renkei.accounts import VENDORS, AccountVendor, Check, Report, vendor_of
from renkei.connecting import Refusal, Ticket, hand_over, issue
from renkei.connections import Connection
from renkei.errors import Outcome, Reconnect, Retry
from renkei.idling import ends_at
from renkei.integration import Integration
from renkei.oauth import no_site
from renkei.parting import granted
from renkei.runtime import Platform
from renkei.settings import check
from renkei.sources import SOURCES
from renkei.texts import text
from renkei.waking import bring_back, wake

_SHOWN = 20


def vendors() -> list[dict[str, Any]]:
    """Every vendor that can be connected, and what is entered for it."""
    return [
        {
            "key": vendor.key,
            "title": vendor.title,
            "kind": "oauth" if vendor.oauth else "keys",
            "fields": [vars(field) for field in vendor.fields],
            "either": [list(group) for group in vendor.either],
            "site": bool(vendor.oauth and _has_sites(vendor)),
        }
        for vendor in map(vendor_of, VENDORS)
    ]


def connect(
    parts: Platform,
    workspace: str,
    vendor: str,
    body: Mapping[str, Any],
    domain_name: str,
    *,
    language: config.Language,
) -> dict[str, Any]:
    """Start a connection (OAuth), make one of keys, or keep a source's token or signing key.

    By OAuth it asks for what the integrations need that are on: by the workspace file in `body`, else by the one that
    was applied last. A vendor that takes either is connected by keys if there are `secrets`.
    """
    base = config.public_url(domain_name)
    if not workspaces.NAME.fullmatch(workspace):
        raise Wrong(HTTPStatus.BAD_REQUEST, "bad_name", f"a workspace's name matches {workspaces.NAME.pattern}")
    if vendor not in SOURCES and vendor not in VENDORS:
        allowed = ", ".join((*VENDORS, *SOURCES))
        raise Wrong(HTTPStatus.NOT_FOUND, "unknown_vendor", f"there is no vendor {vendor}; allowed: {allowed}")
    workspaces.save_address(base)
    if vendor in SOURCES:
        kept = sources.keep_secret(parts, workspace, vendor, body, base)
        workspaces.register(workspace)
        return kept
    wanted = vendor_of(vendor)
    ticket = _ticket(workspace, wanted, body)
    given = _to_be_applied(workspace, body["file"]) if wanted.oauth and "file" in body else None
    if wanted.oauth is None or (wanted.fields and "secrets" in body):
        given = scopes.given(workspace) if given is None else given
        ticket = replace(ticket, scopes=scopes.needed(vendor, INTEGRATIONS, given, otherwise=()))
        return _by_keys(parts, ticket, wanted, body, beside=_unheard(wanted, given), language=language)
    if given is not None:
        ticket = replace(ticket, scopes=scopes.needed(vendor, INTEGRATIONS, given))
    token = issue(parts, ticket)
    workspaces.register(workspace)
    ends = parts.clock() + workspaces.SESSION
    return {"url": f"{base}/oauth/{vendor}/start?ticket={token}", "expires_at": ends.isoformat(timespec="seconds")}


def _ticket(workspace: str, vendor: AccountVendor, body: Mapping[str, Any]) -> Ticket:
    own = {name: str(body.get(name) or "") for name in ("client_id", "client_secret")}
    if bool(own["client_id"]) != bool(own["client_secret"]):
        raise Wrong(HTTPStatus.BAD_REQUEST, "bad_app", "an app of your own needs client_id and client_secret")
    site = ""
    if vendor.oauth:
        try:
            site = vendor.oauth.site(str(body.get("site") or ""))
        except ValueError as wrong:
            raise Wrong(HTTPStatus.BAD_REQUEST, "bad_site", str(wrong)) from None
    return Ticket(
        workspace, vendor.key, body.get("switch_account") is True, own["client_id"], own["client_secret"], site
    )


def _to_be_applied(workspace: str, file: object) -> Mapping[str, Any]:
    """The integrations' settings in a workspace file that is to be applied afterwards. Wrong with all its problems."""
    filled, problems = check(file, workspace, INTEGRATIONS)
    if problems:
        raise Wrong(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", "the workspace file is wrong", problems)
    settings: Mapping[str, Any] = filled["integrations"]
    return settings


def _unheard(vendor: AccountVendor, given: Mapping[str, Any]) -> tuple[Check, ...]:
    """What to say of keys where events come with consent only, and an integration waits for them."""
    if vendor.oauth is None or not scopes.heard(vendor.key, INTEGRATIONS, given):
        return ()
    params = {"vendor": vendor.key}
    return (Check("check_no_events", ok=None, params=params, remedy="remedy_no_events", needed=False),)


def _by_keys(
    parts: Platform,
    ticket: Ticket,
    vendor: AccountVendor,
    body: Mapping[str, Any],
    *,
    beside: tuple[Check, ...],
    language: config.Language,
) -> dict[str, Any]:
    """Make a connection of entered keys; `beside` is told with what a look at it found."""
    entered = body.get("secrets")
    if not isinstance(entered, dict) or not all(isinstance(value, str) for value in entered.values()):
        fields = ", ".join(field.name for field in vendor.fields)
        raise Wrong(HTTPStatus.BAD_REQUEST, "bad_secrets", f"secrets is an object of texts; fields: {fields}")
    writing = through(vendor.key)
    try:
        made = hand_over(parts, ticket, entered, [one.key for one in writing])
    except Refusal as refused:
        message = text(refused.code, language, refused.params)
        checks = check_views(refused.report, language) if refused.report else []
        raise Wrong(HTTPStatus.CONFLICT, refused.code, message, more={"checks": checks}) from None
    except Outcome as end:  # of what was entered: it says nothing about the connection that there is
        message = text("try_again" if isinstance(end, Retry) else end.code, language, end.params)
        raise Wrong(HTTPStatus.CONFLICT, end.code, message) from None
    workspaces.register(ticket.workspace)
    _wake(parts, ticket.workspace, writing)
    message = text("connection_works", language)
    shown = {"connected": True, "message": message, "account": made.report.account, "name": made.report.name}
    left = _not_revoked(made.not_revoked, vendor.key, language)
    return shown | {"checks": _views(made.report, beside, language), "not_revoked": left}


def test(parts: Platform, workspace: str, vendor: str, language: config.Language) -> dict[str, Any]:
    """Try a connection, and say of each thing whether it works, and what to do if not."""
    connection, writing = existing(parts, workspace, vendor), through(vendor)
    needed = scopes.of_workspace(vendor, INTEGRATIONS.values(), workspace, connection.scopes)
    tested = checking.check(parts, connection, [one.key for one in writing], needed)
    if tested.healed:
        _wake(parts, workspace, writing)
    elif tested.ok:  # a permission that was missing may be there now: no event tells of that
        for integration in writing:
            bring_back(parts, workspace, integration)
    now = parts.connections.get(workspace, vendor) or connection
    by_keys = tested.ok and not granted(connection)
    beside = _unheard(vendor_of(vendor), scopes.given(workspace)) if by_keys else ()
    message = text("connection_works" if tested.ok else "connection_fails", language, {"vendor": vendor})
    shown = {"ok": tested.ok, "message": message, "state": now.state, "account": now.account}
    return shown | {"name": tested.report.name, "checks": _views(tested.report, beside, language)}


def end(
    parts: Platform, workspace: str, vendor: str, query: Mapping[str, str], language: config.Language
) -> dict[str, Any]:
    """End a connection, or a source's right to send. Wrong if it is not clear what to do with what waits."""
    if vendor in SOURCES:
        if not sources.end(workspace, vendor):
            raise _not_connected(vendor)
        return {"disconnected": True, "not_revoked": [], "waiting": 0, "discarded": 0, "forgotten": 0, "more": False}
    connection, keys = existing(parts, workspace, vendor), [one.key for one in through(vendor)]
    decision = query.get("waiting", "")
    if decision not in {"", "keep", "discard"}:
        raise Wrong(HTTPStatus.BAD_REQUEST, "bad_waiting", "waiting is keep or discard")
    forget = query.get("forget") == "true"
    if connection.state == "disconnected" and decision != "discard" and not forget:
        raise _not_connected(vendor)
    if not decision and (waiting := _waiting(parts, workspace, keys)):
        raise _undecided(parts, workspace, keys, waiting, language)
    ended = ending.end(parts, connection, keys, discard=decision == "discard", forget=forget)
    left = _not_revoked(ended.not_revoked, vendor, language)
    counts = {"waiting": _waiting(parts, workspace, keys), "discarded": ended.discarded, "forgotten": ended.forgotten}
    return {"disconnected": True, "not_revoked": left, **counts, "more": ended.more}


def note_broken(parts: Platform, path: str, end: Reconnect) -> None:
    """Note that a connection is refused, whoever met with it: an admin at the API, as a worker would."""
    workspace = path.split("/")[3]
    connection = parts.connections.get(workspace, end.params.get("vendor", ""))
    if connection and connection.state == "connected" and end.code != "not_connected":
        parts.connections.broken(connection, end)


def existing(parts: Platform, workspace: str, vendor: str) -> Connection:
    """A connection in whatever state. Wrong if there is none."""
    found = parts.connections.get(workspace, vendor)
    if found is None:
        raise _not_connected(vendor)
    return found


def shown(parts: Platform, workspace: str, language: config.Language) -> list[dict[str, Any]]:
    """The connections and the sources of a workspace."""
    kept = workspaces.settings(workspace)
    found = parts.connections.of(workspace)
    return [
        *(connection_view(one, ends_at(one.row, kept), language) for one in found),
        *sources.shown(workspace),
    ]


def _views(report: Report, beside: tuple[Check, ...], language: config.Language) -> list[dict[str, Any]]:
    return check_views(replace(report, checks=(*report.checks, *beside)), language)


def _not_revoked(codes: Iterable[str], vendor: str, language: config.Language) -> list[dict[str, str]]:
    return [{"code": code, "message": text(code, language, {"vendor": vendor})} for code in codes]


def _waiting(parts: Platform, workspace: str, keys: Iterable[str]) -> int:
    return sum(parts.deliveries.waiting(workspace, key) for key in keys)


def _undecided(parts: Platform, workspace: str, keys: list[str], count: int, language: config.Language) -> Wrong:
    rows = parts.deliveries.newest(workspace, keys, ("pending", "parked"), _SHOWN)
    waiting = {"count": count, "deliveries": [delivery_view(row, language) for row in rows]}
    message = text("decision_needed", language, {"count": str(count)})
    return Wrong(HTTPStatus.CONFLICT, "decision_needed", message, more={"waiting": waiting})


def _wake(parts: Platform, workspace: str, writing: Iterable[Integration]) -> None:
    for integration in writing:
        wake(parts, workspace, INTEGRATIONS[integration.key])


def _has_sites(vendor: AccountVendor) -> bool:
    return vendor.oauth is not None and vendor.oauth.site is not no_site


def _not_connected(vendor: str) -> Wrong:
    return Wrong(HTTPStatus.NOT_FOUND, "not_connected", f"{vendor} is not connected")
