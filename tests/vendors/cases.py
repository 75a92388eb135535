"""What the conformance suite must know of a vendor: one record each. A new vendor adds one to CASES."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import requests

from local.sandbox.hubspot import HubSpot as HubSpotSandbox
from local.sandbox.inprocess import WsgiAdapter
from local.sandbox.salesforce import Salesforce as SalesforceSandbox
from local.sandbox.salesforce.orgs import ORGS
from local.sandbox.vendor import Vendor
from renkei.accounts import oauth_of
from renkei.actions import Create, Item, Read, Result
from renkei.errors import Outcome
from renkei.oauth import OAuthVendor
from renkei.vendors import hubspot
from tests.harness import PORTAL, Clock

PERSON = "personal.value@secret-guest.example.jp"
"""Stands for what a guest told us: it is in the path or the body of every verb's call."""
NAME = "山田秘密子"


@dataclass(frozen=True)
class Verbs:
    """A vendor's client as the suite sees it.

    `read` and `write` make one call each that carries PERSON, and give the Outcome that the client put into its
    result, if it did not raise one. `pause`: how long a 429 without Retry-After is to wait; None: the platform says.
    """

    client: Callable[[requests.Session, Callable[[bool], str]], Any]
    read: Callable[[Any], Outcome | None]
    write: Callable[[Any], Outcome | None]
    pause: timedelta | None


@dataclass(frozen=True)
class Endpoints:
    """A vendor's token endpoints as the suite sees them.

    `granted` is a whole token answer, `account` whose it is; without each of `needed` it is no grant.
    """

    oauth: OAuthVendor
    granted: Mapping[str, Any]
    account: str
    needed: tuple[str, ...]


@dataclass(frozen=True)
class VendorCase:
    """A vendor as the suite sees it: with verbs if we have a client, with endpoints if it connects by OAuth."""

    name: str
    environment: Mapping[str, str]
    base: str
    sandbox: Callable[[Clock], Vendor]
    token: Callable[[Any], str]
    verbs: Verbs | None = None
    endpoints: Endpoints | None = None

    def session(self, vendor: Vendor) -> requests.Session:
        """A session whose vendor is the sandbox."""
        session = requests.Session()
        session.mount(self.base, WsgiAdapter(vendor, self.base.partition("3001")[2]))
        return session


def _hubspot_read(client: hubspot.HubSpot) -> Outcome | None:
    return _failed(client.do(Read("contacts", (PERSON,), ("email",), by="email")))


def _hubspot_write(client: hubspot.HubSpot) -> Outcome | None:
    item = Item(PERSON, {"email": PERSON, "lastname": NAME})
    return _failed(client.do(Create("contacts", "email", (item,))))


def _hubspot_sandbox(clock: Clock) -> Vendor:
    vendor = HubSpotSandbox(clock)
    vendor.seed(PORTAL, "contacts", {"email": PERSON})
    return vendor


def _failed(result: Result) -> Outcome | None:
    return next(iter(result.failed.values()), None)


HUBSPOT = VendorCase(
    name="hubspot",
    environment={"RENKEI_HUBSPOT_URL": "http://127.0.0.1:3001/hubspot"},
    base="http://127.0.0.1:3001/hubspot",
    sandbox=_hubspot_sandbox,
    token=lambda vendor: str(vendor.issue_token(PORTAL)[0]),
    verbs=Verbs(hubspot.HubSpot, _hubspot_read, _hubspot_write, pause=timedelta(seconds=10)),
    endpoints=Endpoints(
        oauth_of("hubspot"),
        granted={
            "access_token": "an-access-token",
            "refresh_token": "a-new-refresh-token",
            "expires_in": 1800,
            "hub_id": PORTAL,
            "scopes": ["oauth"],
        },
        account=str(PORTAL),
        needed=("access_token", "expires_in"),
    ),
)

SALESFORCE = VendorCase(
    name="salesforce",
    environment={"RENKEI_SALESFORCE_LOGIN_URL": "http://127.0.0.1:3001/salesforce"},
    base="http://127.0.0.1:3001/salesforce",
    sandbox=SalesforceSandbox,
    token=lambda vendor: str(vendor.issue_token()[0]),
    endpoints=Endpoints(
        oauth_of("salesforce"),
        granted={
            "access_token": "an-access-token",
            "refresh_token": "a-new-refresh-token",
            "id": f"https://login.salesforce.com/id/{ORGS[0].id}/{ORGS[0].user.id}",
            "instance_url": "https://aozora.my.salesforce.com",
            "scope": "api refresh_token",
        },
        account=ORGS[0].id,
        needed=("access_token", "id", "instance_url"),
    ),
)

CASES = (HUBSPOT, SALESFORCE)
