"""What the conformance suite must know of a vendor: one record each. A new vendor adds one to CASES."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import requests

from local.sandbox.hubspot import HubSpot as HubSpotSandbox
from local.sandbox.inprocess import WsgiAdapter
from local.sandbox.vendor import Vendor
from renkei.actions import Create, Item, Read, Result
from renkei.errors import Outcome
from renkei.oauth import OAuthVendor
from renkei.vendors import hubspot, hubspot_account
from tests.harness import PORTAL, Clock

PERSON = "personal.value@secret-guest.example.jp"
"""Stands for what a guest told us: it is in the path or the body of every verb's call."""
NAME = "山田秘密子"


@dataclass(frozen=True)
class VendorCase:
    """A vendor as the suite sees it.

    `read` and `write` make one call each that carries PERSON, and give the Outcome that the client put into its
    result, if it did not raise one. `pause`: how long a 429 without Retry-After is to wait; None: the platform says.
    """

    name: str
    environment: Mapping[str, str]
    base: str
    sandbox: Callable[[Clock], Vendor]
    token: Callable[[Any], str]
    client: Callable[[requests.Session, Callable[[bool], str]], Any]
    read: Callable[[Any], Outcome | None]
    write: Callable[[Any], Outcome | None]
    oauth: OAuthVendor | None
    pause: timedelta | None

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
    client=hubspot.HubSpot,
    read=_hubspot_read,
    write=_hubspot_write,
    oauth=hubspot_account.ACCOUNT.oauth,
    pause=timedelta(seconds=10),
)

CASES = (HUBSPOT,)
