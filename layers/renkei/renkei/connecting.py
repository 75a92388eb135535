"""From a ticket to a stored connection, and back: the effects behind the OAuth routes and the API.

A person who may use `/api` gets a ticket (single use, ten minutes); its holder's browser is sent to the vendor
with a state that is bound to that browser by a cookie; the callback trades the code for tokens and seals them.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field

from renkei import workspaces
from renkei.connections import Connection
from renkei.dynamo import ConditionFailed
from renkei.errors import Outcome, Rejected, Retry
from renkei.oauth import Grant, authorize_url, pkce
from renkei.runtime import Platform
from renkei.vendors.hubspot import HubSpot
from renkei.workers import OAUTH, app_of, token_source, tokens_of


@dataclass(frozen=True)
class Ticket:
    """What a person with access to `/api` asked for."""

    workspace: str
    vendor: str
    switch_account: bool = False
    client_id: str = ""
    client_secret: str = field(default="", repr=False)

    @property
    def own_app(self) -> dict[str, str]:
        """The connection's own app, if it brings one."""
        return {"client_id": self.client_id, "client_secret": self.client_secret} if self.client_id else {}


class Refusal(Rejected):
    """Why a callback changes nothing; `code` is a text's."""


def issue(parts: Platform, ticket: Ticket) -> str:
    """A ticket's token, for the start URL. Misconfigured if there is no app to connect with."""
    app_of(ticket.vendor, ticket.own_app)
    token = secrets.token_urlsafe(32)
    parts.sessions.open(token, {"kind": "ticket", **vars(ticket)})
    return token


def start(parts: Platform, vendor: str, token: str, redirect_uri: str) -> tuple[str, str]:
    """(the vendor's authorize URL, the cookie that binds its state to the browser) for a ticket. Refusal else."""
    content, _ = parts.sessions.redeem(token)
    if not content or content.pop("kind") != "ticket" or content["vendor"] != vendor:
        raise Refusal("state_expired", vendor=vendor)
    ticket, state, cookie = Ticket(**content), secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    verifier, challenge = pkce()
    bound = {"kind": "state", "cookie": cookie, "verifier": verifier, "redirect_uri": redirect_uri}
    parts.sessions.open(state, bound | {"ticket": vars(ticket)})
    return authorize_url(OAUTH[vendor], app_of(vendor, ticket.own_app), redirect_uri, state, challenge), cookie


def finish(
    parts: Platform, vendor: str, query: dict[str, str], cookie: str, waiting: Iterable[str]
) -> tuple[Ticket, str]:
    """Trade a callback for a stored connection; gives its ticket and account. Refusal or Outcome if not.

    `waiting` are the integrations whose deliveries may wait for it.
    """
    content, expired = parts.sessions.redeem(query.get("state", ""))
    if expired:
        raise Refusal("state_expired", vendor=vendor)
    if (
        not content
        or content["kind"] != "state"
        or not secrets.compare_digest(content["cookie"].encode(), cookie.encode())
    ):
        raise Refusal("state_wrong", vendor=vendor)
    ticket = Ticket(**content["ticket"])
    if ticket.vendor != vendor:
        raise Refusal("state_wrong", vendor=vendor)
    if query.get("error") or not query.get("code"):
        raise Refusal("denied", vendor=vendor)
    tokens = tokens_of(vendor, parts.session, ticket.own_app)
    grant = tokens.exchange(query["code"], content["verifier"], content["redirect_uri"])
    try:
        _check_scopes(vendor, grant)
        for integration in waiting:
            workspaces.wake_later(ticket.workspace, integration, parts.clock())
        _store(parts, ticket, grant)
    except Refusal:
        if not _shared(parts, grant.account, vendor):  # leave no living grant behind that nobody holds
            with contextlib.suppress(Outcome):
                tokens.revoke(grant.refresh_token)
        raise
    return ticket, grant.account


def _check_scopes(vendor: str, grant: Grant) -> None:
    missing = sorted(set(OAUTH[vendor].scopes).difference(grant.scopes))
    if missing:
        raise Refusal("missing_scopes", scopes=", ".join(missing))


def _store(parts: Platform, ticket: Ticket, grant: Grant) -> None:
    before = parts.connections.get(ticket.workspace, ticket.vendor)
    if before and before.account != grant.account and not ticket.switch_account:
        params = {"vendor": ticket.vendor, "account": grant.account, "before": before.account}
        raise Refusal("already_connected_elsewhere", **params)
    HubSpot(parts.session, lambda _: grant.access_token).ensure_unique("companies")
    kept = {"access_token": grant.access_token, "refresh_token": grant.refresh_token, **ticket.own_app}
    try:
        parts.connections.connect(
            ticket.workspace, ticket.vendor, grant.account, kept, lasts=grant.lasts, scopes=grant.scopes, before=before
        )
    except ConditionFailed:
        raise Retry("refresh_busy", vendor=ticket.vendor) from None


def disconnect(parts: Platform, workspace: str, vendor: str) -> list[str] | None:
    """Uninstall, revoke and destroy. Gives what the vendor could not be told; None if there is no connection.

    Our own copy of the tokens goes in any case: a vendor that does not answer must not keep a secret alive.
    An account that another workspace uses too stays installed there.
    """
    connection = parts.connections.get(workspace, vendor)
    if connection is None or "sealed" not in connection.row:
        return None
    try:
        return [] if _shared(parts, connection.account, vendor, but=workspace) else _told(parts, connection)
    finally:
        parts.connections.disconnected(parts.connections.get(workspace, vendor) or connection)


def _shared(parts: Platform, account: str, vendor: str, but: str = "") -> bool:
    """Whether a workspace (but one) is connected to an account."""
    others = (parts.connections.get(name, vendor) for name in workspaces.names() if name != but)
    return any(other and other.account == account and "sealed" in other.row for other in others)


def _told(parts: Platform, connection: Connection) -> list[str]:
    """Tell the vendor that it is over; gives what it could not be told."""
    workspace, vendor, failed = connection.workspace, connection.vendor, []
    try:
        HubSpot(parts.session, token_source(parts, connection)).uninstall()
    except Outcome:
        failed.append("uninstall")
    try:
        held = parts.connections.secrets(parts.connections.get(workspace, vendor) or connection)
        tokens_of(vendor, parts.session, held).revoke(held["refresh_token"])
    except Outcome:
        failed.append("revoke")
    return failed
