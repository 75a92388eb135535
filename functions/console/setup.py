"""Setting a workspace up: its file, its sources, its connections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any

from booking_to_hubspot import Settings, checks
from console.answers import Wrong
from integrations import INTEGRATIONS
from renkei import config, workspaces
from renkei.config import Language
from renkei.connecting import Ticket, disconnect, issue, wake
from renkei.errors import Reconnect
from renkei.runtime import Platform
from renkei.settings import Problem, check
from renkei.vendors import hubspot, timerex
from renkei.workers import OAUTH, token_source

_TOKENS = 2  # valid at once, for rotation
_SHORTEST_TOKEN = 16


def apply(parts: Platform, workspace: str, document: Mapping[str, Any]) -> dict[str, Any]:
    """Check a workspace file and keep it; deliveries that waited for a setting go on. Wrong with all problems."""
    filled, problems = check(document, workspace, INTEGRATIONS)
    types: dict[str, Any] = {}
    if not problems:
        types, problems = _against_portal(parts, filled)
    if problems:
        message = "the workspace file was not saved"
        raise Wrong(HTTPStatus.UNPROCESSABLE_ENTITY, "invalid", message, problems)
    workspaces.save_settings(workspace, filled, types)
    _tell_receivers(workspace, filled)
    for key, integration in INTEGRATIONS.items():
        if key in filled["integrations"]:
            wake(parts, workspace, integration, "setting")
    return {"saved": True, "warnings": []}


def _against_portal(parts: Platform, filled: Mapping[str, Any]) -> tuple[dict[str, Any], list[Problem]]:
    """(property types to keep, problems): each integration's rows against the account that they write to."""
    key = "booking_to_hubspot"
    given = filled["integrations"].get(key)
    if given is None:
        return {}, []
    try:
        found = portal(parts, filled["workspace"], filled["language"], meeting=given["meeting"])
    except Reconnect:
        remedy = "HubSpot is not connected, so the rows cannot be checked; run: renkei connect hubspot"
        return {}, [Problem(("integrations", key), remedy)]
    settings = Settings.model_validate(given)
    problems = [
        Problem(("integrations", key, *one.path), one.message, one.allowed) for one in checks.problems(settings, found)
    ]
    return checks.types_of(found), problems


def portal(
    parts: Platform, workspace: str, language: Language, *, meeting: bool = False
) -> dict[str, Sequence[hubspot.Property]]:
    """The portal's properties of companies and contacts. Reconnect if there is no living connection.

    `meeting` also makes sure that meetings have our unique property.
    """
    connection = parts.connections.get(workspace, hubspot.KEY)
    if connection is None or connection.state != "connected":
        raise Reconnect("not_connected", vendor=hubspot.KEY)
    account = hubspot.HubSpot(parts.session, token_source(parts, connection))
    if meeting:
        account.ensure_unique("meetings")
    return {name: account.properties(name, language) for name in ("companies", "contacts")}


def _tell_receivers(workspace: str, filled: Mapping[str, Any]) -> None:
    """What the webhook receiver needs to know of the file: header, listeners, and which are off."""
    listening = [integration.key for integration in INTEGRATIONS.values() if timerex.KEY in integration.sources]
    off = [key for key in listening if filled["integrations"].get(key, {}).get("enabled") is False]
    header = filled["sources"]["timerex"]["header"].lower()
    workspaces.save_source(workspace, timerex.KEY, header=header, listeners=listening, off=off)


def connect(parts: Platform, workspace: str, vendor: str, body: Mapping[str, Any], domain_name: str) -> dict[str, Any]:
    """Start a connection (OAuth vendors), or keep a source's token (as a keyed digest)."""
    base = config.public_url(domain_name)
    if not workspaces.NAME.fullmatch(workspace):
        raise Wrong(HTTPStatus.BAD_REQUEST, "bad_name", f"a workspace's name matches {workspaces.NAME.pattern}")
    if vendor == timerex.KEY:
        workspaces.register(workspace)
        return _keep_token(parts, workspace, body, base)
    if vendor not in OAUTH:
        allowed = ", ".join((*OAUTH, timerex.KEY))
        raise Wrong(HTTPStatus.NOT_FOUND, "unknown_vendor", f"there is no vendor {vendor}; allowed: {allowed}")
    own = str(body.get("client_id") or ""), str(body.get("client_secret") or "")
    ticket = Ticket(workspace, vendor, body.get("switch_account") is True, *own)
    token = issue(parts, ticket)
    workspaces.register(workspace)
    ends = parts.clock() + workspaces.SESSION
    return {"url": f"{base}/oauth/{vendor}/start?ticket={token}", "expires_at": ends.isoformat(timespec="seconds")}


def _keep_token(parts: Platform, workspace: str, body: Mapping[str, Any], base: str) -> dict[str, Any]:
    token = body.get("token")
    if not isinstance(token, str) or len(token) < _SHORTEST_TOKEN or token != token.strip():
        message = f"the token is a text of at least {_SHORTEST_TOKEN} characters without outer space"
        raise Wrong(HTTPStatus.BAD_REQUEST, "bad_token", message)
    source = workspaces.source(workspace, timerex.KEY) or {}
    old = source.get("tokens", []) if body.get("keep_old") is True else []
    digest = parts.vault.digest(f"token {timerex.KEY}", token)
    tokens = list(dict.fromkeys([digest, *old]))[:_TOKENS]
    listening = [integration.key for integration in INTEGRATIONS.values() if timerex.KEY in integration.sources]
    header = source.get("header") or timerex.TOKEN_HEADER
    off = source.get("off", [])
    workspaces.save_source(workspace, timerex.KEY, tokens=tokens, listeners=listening, header=header, off=off)
    url = f"{base}/webhooks/{timerex.KEY}/{workspace}"
    return {"webhook_url": url, "header": header, "tokens": len(tokens)}


def sources(workspace: str) -> list[dict[str, Any]]:
    """The sources that may send to a workspace, as the list of connections shows them."""
    source = workspaces.source(workspace, timerex.KEY)
    tokens = len((source or {}).get("tokens", ()))
    return [{"vendor": timerex.KEY, "state": "connected", "account": "", "tokens": tokens}] if tokens else []


def end(parts: Platform, workspace: str, vendor: str) -> list[str] | None:
    """End a connection, or a source's right to send. Gives what the vendor could not be told; None if there is none."""
    if vendor != timerex.KEY:
        return disconnect(parts, workspace, vendor)
    if not sources(workspace):
        return None
    workspaces.save_source(workspace, vendor, tokens=[])
    return []
