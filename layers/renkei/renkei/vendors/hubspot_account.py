"""HubSpot as an account: OAuth or a key, what a test looks at, and taking our app out again.

A key is a service key, or the token of a private app or of an app with a static token: each lasts until a person
deletes or rotates it in HubSpot, is for one portal, and brings no webhooks.

https://developers.hubspot.com/docs/api-reference/latest/authentication/manage-oauth-tokens
https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/account-service-keys
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping
from typing import Any

from renkei.accounts import Access, AccountVendor, Check, Field, Report
from renkei.config import vendor_url
from renkei.errors import Misconfigured, Outcome, Reconnect
from renkei.http import Client
from renkei.oauth import OAuthVendor, Told
from renkei.vendors.hubspot import KEY, LIMITS, VERSION, HubSpot, base_url
from renkei.vendors.hubspot_errors import classify

_SCOPES = (
    "oauth",
    "crm.objects.companies.read",
    "crm.objects.companies.write",
    "crm.objects.contacts.read",
    "crm.objects.contacts.write",
    "crm.objects.deals.read",
    "crm.objects.deals.write",
    "crm.objects.line_items.read",
    "crm.objects.line_items.write",
    "crm.objects.owners.read",
    "crm.objects.products.read",
    "crm.objects.products.write",
    "crm.schemas.companies.write",
    "crm.schemas.contacts.write",
    "crm.schemas.deals.write",
    "e-commerce",  # there is no crm.schemas.line_items.write: this one lets us define their properties
)
_MAKES_KEYS = "crm.schemas.companies.write"
_TOKEN = re.compile(r"pat-[a-z]{2,4}[0-9]{0,3}-[0-9A-Za-z-]{8,200}")
_READS = re.compile(r"crm\.objects\.([a-z_]+)\.read")
_DAILY, _BURST = "x-hubspot-ratelimit-daily-remaining", "x-hubspot-ratelimit-remaining"


def _read(body: Mapping[str, Any]) -> Told:
    portal = body.get("hub_id")
    return Told("" if portal is None else str(portal), tuple(body.get("scopes") or ()))


# https://developers.hubspot.com/docs/api-reference/latest/account/account-information/guide
def _probe(access: Access) -> Report:
    """The account's details, and whether our own property is there (if we are to make it); of a key what it may do."""
    by_key = _by_key(access)
    client = Client(KEY, base_url(), access.session, access.token, classify)
    answer = client.call("GET", f"/account-info/{VERSION}/details", needs="portalId")
    told, portal = answer.body, str(answer.body["portalId"])
    needed = access.needed or (() if by_key else _SCOPES)
    name = str(told.get("uiDomain") or "HubSpot")
    checks = [Check("check_account", ok=True, params={"account": portal, "name": f"{told.get('accountType')}, {name}"})]
    checks += _of_key(client, access, needed) if by_key else [_scope(one, one in access.scopes) for one in needed]
    if _MAKES_KEYS in needed and not (by_key and any(check.ok is False for check in checks)):
        there = HubSpot(access.session, access.token).has_unique("companies")
        checks.append(Check("check_unique", ok=there, remedy="remedy_unique", needed=False))
    left = answer.headers.get(_DAILY) or answer.headers.get(_BURST)
    if left:
        checks.append(Check("check_quota", ok=left != "0", params={"left": left}, remedy="remedy_quota", needed=False))
    else:
        checks.append(Check("check_quota_untold", ok=None, needed=False))
    return Report(portal, f"{portal} ({name})", tuple(checks), str(told.get("timeZone") or "UTC"))


def _by_key(access: Access) -> bool:
    """Whether a person entered a key. Reconnect if it cannot be one: nothing else is sent to HubSpot."""
    if "refresh_token" in access.secrets:
        return False
    if not _TOKEN.fullmatch(access.secrets.get("access_token", "")):
        raise Reconnect("hubspot_token_form", vendor=KEY)
    return True


def _scope(name: str, ok: bool | None, remedy: str = "hubspot_scope", *, needed: bool = True) -> Check:
    return Check("check_scope", ok, {"scope": name}, remedy, needed)


def _of_key(client: Client, access: Access, needed: tuple[str, ...]) -> list[Check]:
    """What a key may do, as HubSpot tells it. Where it does not, what can be read shows it, and the rest is open."""
    wanted = [scope for scope in needed if scope != "oauth"]  # that one is an app's
    granted = _told(client, access.secrets["access_token"])
    if granted is None:
        return [_tried(client, scope) for scope in wanted]
    more = sorted(granted.difference(needed))
    return [
        *(_scope(scope, scope in granted, "hubspot_key_scope") for scope in wanted),
        *(_scope(scope, ok=True, needed=False) for scope in more),
    ]


# https://developers.hubspot.com/docs/apps/legacy-apps/private-apps/overview
def _told(client: Client, key: str) -> frozenset[str] | None:
    """The scopes of a key; None where HubSpot does not say.

    The call has no dated version, and is documented for the tokens of private apps only.
    """
    path = "/oauth/v2/private-apps/get/access-token-info"
    try:
        told = client.call("POST", path, json={"tokenKey": key}, needs="scopes").body["scopes"]
    except Outcome:
        return None
    return frozenset(map(str, told)) if isinstance(told, list) else None


def _tried(client: Client, scope: str) -> Check:
    """Whether a key has a scope, by the cheapest call that needs it."""
    reads = _READS.fullmatch(scope)
    if reads is None:
        return _scope(scope, None, "hubspot_key_untold")
    kind = reads[1]
    path = f"/crm/owners/{VERSION}" if kind == "owners" else f"/crm/objects/{VERSION}/{kind}"
    try:
        client.call("GET", path, params={"limit": "1"})
    except Misconfigured:
        return _scope(scope, ok=False, remedy="hubspot_key_scope")
    return _scope(scope, ok=True)


def _prepare(access: Access) -> None:
    if not _by_key(access):
        if _MAKES_KEYS in access.scopes:
            HubSpot(access.session, access.token).ensure_unique("companies")
    elif _MAKES_KEYS in access.needed:
        with contextlib.suppress(Misconfigured):  # the probe says what the key lacks
            HubSpot(access.session, access.token).ensure_unique("companies")


def _end(access: Access) -> list[str]:
    """Take our app out. A key can be deleted by hand only."""
    if _by_key(access):
        return ["hubspot_end_key"]
    try:
        HubSpot(access.session, access.token).uninstall()
    except Outcome:
        return ["end_uninstall"]
    return []


ACCOUNT = AccountVendor(
    key=KEY,
    title="HubSpot",
    probe=_probe,
    end=_end,
    prepare=_prepare,
    fields=(Field("access_token"),),
    oauth=OAuthVendor(
        key=KEY,
        authorize_url=lambda _: vendor_url("hubspot_authorize", "https://app.hubspot.com/oauth/authorize"),
        token_url=lambda _: f"{base_url()}/oauth/{VERSION}/token",
        introspect_url=lambda _: f"{base_url()}/oauth/{VERSION}/token/introspect",
        revoke_url=lambda _: f"{base_url()}/oauth/{VERSION}/token/revoke",
        scopes=_SCOPES,
        read=_read,
    ),
    limits=LIMITS,
)
