"""From a ticket or from keys to a stored connection: the effects behind the OAuth routes and the API.

A person who may use `/api` gets a ticket (single use, ten minutes); its holder's browser is sent to the vendor
with a state that is bound to that browser by a cookie; the callback trades the code for tokens. Keys are handed
over at once. Both are looked at live before anything is stored, and both heal what was broken before.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any

from renkei import portals, workspaces
from renkei.accounts import Access, AccountVendor, Report, oauth_of, vendor_of
from renkei.connections import Connection
from renkei.dynamo import ConditionFailed
from renkei.errors import Outcome, Rejected, Retry
from renkei.oauth import Grant, authorize_url, pkce
from renkei.parting import granted, replaced, shared, tell
from renkei.runtime import Platform
from renkei.tokens import fixed
from renkei.workers import app_of, tokens_of

_TRIES = 3


@dataclass(frozen=True)
class Ticket:
    """What a person with access to `/api` asked for. `site` is the vendor's, where it has several.

    `scopes` is what the vendor is to allow; empty where that is to be seen when the browser comes, and where keys are
    entered before anybody said what they are for.
    """

    workspace: str
    vendor: str
    switch_account: bool = False
    client_id: str = ""
    client_secret: str = field(default="", repr=False)
    site: str = ""
    scopes: tuple[str, ...] = ()

    @property
    def kept(self) -> dict[str, str]:
        """What the connection keeps of it: its own app, if it brings one, and its site."""
        kept = {"client_id": self.client_id, "client_secret": self.client_secret} if self.client_id else {}
        return kept | ({"site": self.site} if self.site else {})


class Refusal(Rejected):
    """Why nothing was stored; `code` is a text's. `report` is what was found, if it came to that."""

    def __init__(self, code: str, report: Report | None = None, **params: str) -> None:
        super().__init__(code, **params)
        self.report = report


@dataclass(frozen=True)
class Made:
    """A connection that was stored, and what was found when it was looked at.

    `not_revoked`: codes of texts for what the vendor could not be told of what there was before.
    """

    connection: Connection
    report: Report
    not_revoked: tuple[str, ...] = ()


def issue(parts: Platform, ticket: Ticket) -> str:
    """A ticket's token, for the start URL. Misconfigured if there is no app to connect with."""
    app_of(ticket.vendor, ticket.kept)
    token = secrets.token_urlsafe(32)
    parts.sessions.open(token, {"kind": "ticket", **vars(ticket)})
    return token


def start(
    parts: Platform, vendor: str, token: str, redirect_uri: str, needed: Callable[[str], tuple[str, ...]]
) -> tuple[str, str]:
    """(the vendor's authorize URL, the cookie that binds its state to the browser) for a ticket. Refusal else.

    `needed` tells which scopes a workspace needs, for a ticket that does not say.
    """
    content, _ = parts.sessions.redeem(token)
    if not content or content.pop("kind") != "ticket" or content["vendor"] != vendor:
        raise Refusal("state_expired", vendor=vendor)
    ticket, state, cookie = _ticket(content), secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    ticket = replace(ticket, scopes=ticket.scopes or needed(ticket.workspace))
    verifier, challenge = pkce()
    bound = {"kind": "state", "cookie": cookie, "verifier": verifier, "redirect_uri": redirect_uri}
    parts.sessions.open(state, bound | {"ticket": vars(ticket)})
    app = app_of(vendor, ticket.kept)
    oauth = oauth_of(vendor)
    url = authorize_url(oauth, app, redirect_uri, state, challenge, site=ticket.site, scopes=ticket.scopes)
    return url, cookie


def _ticket(content: Mapping[str, Any]) -> Ticket:
    return Ticket(**{**content, "scopes": tuple(content.get("scopes", ()))})


def finish(
    parts: Platform, vendor: str, query: dict[str, str], cookie: str, waiting: Iterable[str]
) -> tuple[Ticket, Made]:
    """Trade a callback for a stored connection. Refusal or Outcome if not.

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
    ticket = _ticket(content["ticket"])
    if ticket.vendor != vendor:
        raise Refusal("state_wrong", vendor=vendor)
    if query.get("error") or not query.get("code"):
        raise Refusal("denied", vendor=vendor)
    tokens = tokens_of(vendor, parts.session, ticket.kept)
    grant = tokens.exchange(query["code"], content["verifier"], content["redirect_uri"])
    try:
        return ticket, _granted(parts, ticket, grant, waiting)
    except Refusal:
        if not shared(parts, grant.account, vendor):  # leave no living grant behind that nobody holds
            with contextlib.suppress(Outcome):
                tokens.revoke(grant.refresh_token)
        raise


def _granted(parts: Platform, ticket: Ticket, grant: Grant, waiting: Iterable[str]) -> Made:
    vendor = vendor_of(ticket.vendor)
    needed = ticket.scopes or oauth_of(vendor.key).scopes
    missing = sorted(set(needed).difference(grant.scopes))
    if missing:
        raise Refusal("missing_scopes", vendor=vendor.key, scopes=", ".join(missing))
    _same_account(parts, ticket, grant.account)
    kept = {**ticket.kept, **grant.secrets}
    access = Access(
        parts.session,
        kept,
        parts.vault.digest,
        lambda _: grant.access_token,
        grant.scopes,
        bool(ticket.client_id),
        parts.sleep,
        needed=needed,
    )
    report = _looked_at(vendor, access)
    return _store(parts, ticket, grant.account, kept, report, waiting=waiting, lasts=grant.lasts, scopes=grant.scopes)


def hand_over(parts: Platform, ticket: Ticket, entered: Mapping[str, str], waiting: Iterable[str]) -> Made:
    """Make a connection of the keys that a person entered. Refusal, or the vendor's Outcome, and nothing is stored."""
    vendor = vendor_of(ticket.vendor)
    kept = checked_fields(vendor, entered)
    token = fixed(vendor.key, kept)
    access = Access(parts.session, kept, parts.vault.digest, token, sleep=parts.sleep, needed=ticket.scopes)
    report = _looked_at(vendor, access)
    _same_account(parts, ticket, report.account)
    return _store(parts, ticket, report.account, kept, report, waiting=waiting)


def checked_fields(vendor: AccountVendor, entered: Mapping[str, str]) -> dict[str, str]:
    """The entered fields, if they are the vendor's and complete. Refusal naming the first that is not."""
    kept = {name: value.strip() for name, value in entered.items() if value.strip()}
    names = [field.name for field in vendor.fields]
    if odd := sorted(kept.keys() - set(names)):
        raise Refusal("field_unknown", vendor=vendor.key, field=odd[0], fields=", ".join(names))
    choices = [group for group in vendor.either if set(group) <= kept.keys()]
    chosen = {name for group in vendor.either for name in group if name in kept}
    if vendor.either and (len(choices) != 1 or chosen != set(choices[0])):
        groups = " / ".join(" + ".join(group) for group in vendor.either)
        raise Refusal("field_either", vendor=vendor.key, fields=groups)
    for one in vendor.fields:
        of_a_group = any(one.name in group for group in vendor.either)
        if one.name not in kept and not one.optional and not of_a_group:
            raise Refusal("field_missing", vendor=vendor.key, field=one.name)
    return kept


def _looked_at(vendor: AccountVendor, access: Access) -> Report:
    """What a live look found; Refusal if something that is needed is missing."""
    vendor.prepare(access)
    report = vendor.probe(access)
    if report.missing:
        raise Refusal("check_failed", report, vendor=vendor.key)
    return report


def _same_account(parts: Platform, ticket: Ticket, account: str) -> Connection | None:
    """The connection there was. Refusal if it led to another account and nobody asked to switch."""
    before = parts.connections.get(ticket.workspace, ticket.vendor)
    if before and before.account != account and not ticket.switch_account:
        raise Refusal("already_connected_elsewhere", vendor=ticket.vendor, account=account, before=before.account)
    return before


def _store(
    parts: Platform,
    ticket: Ticket,
    account: str,
    kept: Mapping[str, Any],
    report: Report,
    *,
    waiting: Iterable[str],
    lasts: timedelta | None = None,
    scopes: tuple[str, ...] = (),
) -> Made:
    workspace, vendor, waiting = ticket.workspace, ticket.vendor, list(waiting)
    for integration in waiting:
        workspaces.wake_later(workspace, integration, parts.clock())
    since = waiting_since(parts.deliveries.oldest_parked, workspace, waiting)
    left: list[str] = []
    # Noted first: between the two writes, events of the account would be lost. What holds is known afterwards.
    events = (parts.vault, vendor, account, workspace, kept.get("client_secret", ""))
    portals.note(*events, beside=True)
    for _ in range(_TRIES):  # a worker may refresh the old token at this very moment
        before = _same_account(parts, ticket, account)
        if before and before.account != account and "sealed" in before.row:
            left = tell(parts, before)  # nobody else holds that grant, and nobody could end it later
            before = parts.connections.get(workspace, vendor)
        try:
            stored = parts.connections.connect(
                workspace, vendor, account, kept, before=before, lasts=lasts,
                scopes=scopes, timezone=report.timezone, waiting_since=since, site=ticket.site,
            )  # fmt: skip
        except ConditionFailed:
            continue
        portals.note(*events)
        if before and before.account != account:
            portals.drop(vendor, before.account, workspace)
        elif before and "sealed" in before.row and granted(before) is not granted(stored):
            left = replaced(parts, before)
        return Made(stored, report, tuple(left))
    raise Retry("refresh_busy", vendor=vendor)


def waiting_since(oldest_parked: Callable[[str, str], str], workspace: str, waiting: Iterable[str]) -> str:
    """When the oldest delivery that waits for a person was accepted; "" if none does."""
    return min(filter(None, (oldest_parked(workspace, integration) for integration in waiting)), default="")
