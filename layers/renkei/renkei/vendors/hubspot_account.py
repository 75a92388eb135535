"""HubSpot as an account: OAuth, what a test looks at, and taking our app out again.

https://developers.hubspot.com/docs/api-reference/latest/authentication/manage-oauth-tokens
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from renkei.accounts import Access, AccountVendor, Check, Report
from renkei.config import vendor_url
from renkei.errors import Outcome
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
_DAILY, _BURST = "x-hubspot-ratelimit-daily-remaining", "x-hubspot-ratelimit-remaining"


def _read(body: Mapping[str, Any]) -> Told:
    portal = body.get("hub_id")
    return Told("" if portal is None else str(portal), tuple(body.get("scopes") or ()))


# https://developers.hubspot.com/docs/api-reference/latest/account/account-information/guide
def _probe(access: Access) -> Report:
    """Two calls: the account's details, and whether our own property is there (if we are to make it)."""
    client = Client(KEY, base_url(), access.session, access.token, classify)
    answer = client.call("GET", f"/account-info/{VERSION}/details", needs="portalId")
    told, portal = answer.body, str(answer.body["portalId"])
    needed = access.needed or _SCOPES
    name = str(told.get("uiDomain") or "HubSpot")
    checks = [Check("check_account", ok=True, params={"account": portal, "name": f"{told.get('accountType')}, {name}"})]
    checks += [
        Check("check_scope", ok=scope in access.scopes, params={"scope": scope}, remedy="hubspot_scope")
        for scope in needed
    ]
    if _MAKES_KEYS in needed:
        there = HubSpot(access.session, access.token).has_unique("companies")
        checks.append(Check("check_unique", ok=there, remedy="remedy_unique", needed=False))
    left = answer.headers.get(_DAILY) or answer.headers.get(_BURST)
    if left:
        checks.append(Check("check_quota", ok=left != "0", params={"left": left}, remedy="remedy_quota", needed=False))
    else:
        checks.append(Check("check_quota_untold", ok=None, needed=False))
    return Report(portal, f"{portal} ({name})", tuple(checks), str(told.get("timeZone") or "UTC"))


def _prepare(access: Access) -> None:
    if _MAKES_KEYS in access.scopes:
        HubSpot(access.session, access.token).ensure_unique("companies")


def _end(access: Access) -> list[str]:
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
