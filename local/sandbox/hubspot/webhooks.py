"""Webhooks: the events that an installed app gets for changes, and how they are signed.

https://developers.hubspot.com/docs/api-reference/latest/webhooks/guide
https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation
"""

import hmac
import re
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from urllib.parse import unquote

from local.sandbox.hubspot.changes import Change
from local.sandbox.hubspot.kinds import SINGULAR, object_scope
from local.sandbox.hubspot.tokens import App

MOST_IN_BATCH, FIRST_SUBSCRIPTION = 100, 3_000_001
ESCAPES = re.compile("%(?:3A|2F|3F|40|21|24|27|28|29|2A|2C|3B)", re.IGNORECASE)
FLAGS = {"creation": "NEW", "deletion": "DELETED"}

type Event = dict[str, object]


@dataclass(frozen=True)
class Subscription:
    """One line of the app's webhooks; `name` is the property whose changes are wanted."""

    type: str
    name: str = ""


# Those of the app file that is shipped.
SUBSCRIPTIONS = (
    Subscription("deal.creation"),
    Subscription("deal.deletion"),
    Subscription("deal.merge"),
    Subscription("deal.propertyChange", "dealstage"),
    Subscription("deal.associationChange"),
    *(
        Subscription("company.propertyChange", name)
        for name in ("name", "phone", "zip", "state", "city", "address", "domain")
    ),
    Subscription("company.merge"),
)


@dataclass
class Webhooks:
    """The events that wait to be sent, oldest first."""

    app: App
    subscriptions: tuple[Subscription, ...] = SUBSCRIPTIONS
    waiting: list[Event] = field(default_factory=list)
    _counts: dict[int, int] = field(default_factory=dict)

    def tell(self, portal: int, changes: Iterable[Change], scopes: frozenset[str]) -> None:
        """Make events of what was changed in a portal, as far as the app may read it there."""
        for change in changes:
            name = str(change.detail.get("propertyName", ""))
            wanted = Subscription(f"{SINGULAR[change.kind]}.{change.what}", name)
            if wanted in self.subscriptions and object_scope(change.kind, "read") in scopes:
                self.waiting.append(self._event(portal, change, wanted))

    def take(self, portal: int | None = None, most: int | None = None) -> list[Event]:
        """Give and remove what waits, for one portal or all."""
        taken = [event for event in self.waiting if portal in (None, event["portalId"])][:most]
        chosen = {id(event) for event in taken}
        self.waiting = [event for event in self.waiting if id(event) not in chosen]
        return taken

    def _event(self, portal: int, change: Change, wanted: Subscription) -> Event:
        # Event ids count per portal: two portals have the same ones.
        self._counts[portal] = self._counts.get(portal, 0) + 1
        event: Event = {
            "eventId": self._counts[portal],
            "subscriptionId": FIRST_SUBSCRIPTION + self.subscriptions.index(wanted),
            "portalId": portal,
            "appId": self.app.app_id,
            "occurredAt": milliseconds(change.at),
            "subscriptionType": wanted.type,
            "attemptNumber": 0,
            "changeSource": change.source.type,
            "sourceId": change.source.id,
        }
        if change.what == "associationChange":
            kinds = (SINGULAR[kind].upper() for kind in (change.kind, change.to_kind))
            return event | {"associationType": "_TO_".join(kinds)} | change.detail
        event |= {"objectId": int(change.id)} | change.detail
        if change.what == "propertyChange":
            event["isSensitive"] = False
        return event | ({"changeFlag": FLAGS[change.what]} if change.what in FLAGS else {})


def milliseconds(moment: datetime) -> int:
    """A time as HubSpot's webhooks count it."""
    return round(moment.timestamp() * 1000)


def signature(secret: str, url: str, body: bytes, timestamp: str, method: str = "POST") -> str:
    """The v3 signature. Some escapes of the address are undone first, once; the rest stays."""
    plain = ESCAPES.sub(lambda found: unquote(found.group()), url)
    message = f"{method}{plain}".encode() + body + timestamp.encode()
    return b64encode(hmac.digest(secret.encode(), message, "sha256")).decode()


def signed(secret: str, url: str, body: bytes, now: datetime) -> dict[str, str]:
    """The headers of a delivery: the signature of today, and the oldest one beside it."""
    timestamp = str(milliseconds(now))
    return {
        "X-HubSpot-Signature-v3": signature(secret, url, body, timestamp),
        "X-HubSpot-Request-Timestamp": timestamp,
        "X-HubSpot-Signature": sha256(secret.encode() + body).hexdigest(),
        "X-HubSpot-Signature-Version": "v1",
    }
