"""HubSpot: webhooks. https://developers.hubspot.com/docs/api-reference/latest/webhooks/guide

HubSpot sends to one address what happens in all accounts (portals) where an app is installed: lists of events, in no
order, some of them twice. The webhook function starts on this, so nothing beyond the standard library is imported.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

KEY = "hubspot"
PATH = "/webhooks/hubspot"
MOST = 100
"""Events in one request."""
TOLERANCE = 300_000
"""Milliseconds that a signature may be old, or ahead of our clock."""
KINDS = frozenset(
    f"{kind}.{what}"
    for kind, changes in {
        "deal": ("creation", "deletion", "merge", "propertyChange", "associationChange"),
        "company": ("deletion", "merge", "propertyChange"),
    }.items()
    for what in changes
)
"""What somebody here may want to know of."""
_SHOWN, _SENT_AT = "x-hubspot-signature-v3", "x-hubspot-request-timestamp"
_OBJECTS = {"0-2": "company", "0-3": "deal"}
_SIGNATURE = re.compile(r"[A-Za-z0-9+/]{43}=")
_MILLISECONDS = re.compile(r"[0-9]{1,15}")
_PROPERTY = re.compile(r"[A-Za-z0-9_]{1,200}")
_LARGEST = 2**63


@dataclass(frozen=True)
class Event:
    """One event. `key` is a delivery's, without its source; "" if nobody here wants to know of such events."""

    portal: str
    key: str
    body: Mapping[str, Any]


# https://developers.hubspot.com/docs/apps/developer-platform/build-apps/authentication/request-validation
def signed(headers: Mapping[str, str], body: bytes, keys: Sequence[bytes], now: datetime, uri: str) -> bool:
    """Whether a raw body that was posted to a URI is signed with one of the keys, in the last (or next) five minutes.

    Version 3 only: nothing holds the older ones against a repetition. Header names are in lower case.
    """
    if not fresh(headers, now):
        return False
    shown, sent_at = headers[_SHOWN], headers[_SENT_AT]
    message = b"POST" + uri.encode() + body + sent_at.encode()
    made = [base64.b64encode(hmac.digest(key, message, hashlib.sha256)) for key in keys if key]
    matches = [hmac.compare_digest(one, shown.encode()) for one in made]  # all, always
    return any(matches)


def fresh(headers: Mapping[str, str], now: datetime) -> bool:
    """Whether there is a signature (version 3) at all, of the last (or next) five minutes: the part without a key."""
    shown, sent_at = headers.get(_SHOWN, ""), headers.get(_SENT_AT, "")
    if not _SIGNATURE.fullmatch(shown) or not _MILLISECONDS.fullmatch(sent_at):
        return False
    return abs(round(now.timestamp() * 1000) - int(sent_at)) <= TOLERANCE


def portals_in(content: object) -> list[str]:
    """The portals that a body names, each once, whatever else is in it: nobody has proved it yet."""
    found = [one.get("portalId") for one in content if isinstance(one, dict)] if isinstance(content, list) else []
    return list(dict.fromkeys(str(portal) for portal in found if _is_number(portal)))


def events(content: object) -> list[Event]:
    """The events of a body. ValueError says what is wrong."""
    if not isinstance(content, list) or len(content) > MOST:
        raise ValueError(f"the body is no list of up to {MOST} events")
    return [_event(one) for one in content]


def kind_of(body: Mapping[str, Any]) -> str:
    """The type of an event (`deal.propertyChange`), whichever kind of subscription it came by."""
    kind = body.get("subscriptionType")
    if not isinstance(kind, str) or not kind.startswith("object."):
        return kind if isinstance(kind, str) else ""
    named = body.get("objectTypeId") or body.get("fromObjectTypeId")
    return kind.replace("object", _OBJECTS.get(named, "other") if isinstance(named, str) else "other", 1)


def _event(one: object) -> Event:
    if not isinstance(one, dict):
        raise ValueError("an event is no JSON object")  # noqa: TRY004 - one error for what is wrong
    if not isinstance(one.get("subscriptionType"), str):
        raise ValueError("subscriptionType is missing or no text")  # noqa: TRY004 - as above
    portal, occurred_at, kind = _number(one, "portalId"), _number(one, "occurredAt"), kind_of(one)
    if kind not in KINDS:
        return Event(str(portal), "", one)
    about = "-".join(str(part) for part in (portal, *_about(one, kind.partition(".")[2]), occurred_at))
    return Event(str(portal), f"{kind}.{about}", one)


def _about(one: Mapping[str, Any], change: str) -> tuple[object, ...]:
    """What tells an event from the others of its portal and moment: the record, and what of it."""
    if change == "associationChange":
        ends = (_number(one, "fromObjectId"), _number(one, "toObjectId"))
        return (*ends, "removed") if one.get("associationRemoved") is True else ends
    if change == "merge" and "objectId" not in one:
        return (_number(one, "primaryObjectId"), "")
    if change != "propertyChange":
        return (_number(one, "objectId"), "")
    name = one.get("propertyName")
    if not isinstance(name, str) or not _PROPERTY.fullmatch(name):
        raise ValueError("propertyName is missing or no name")
    return (_number(one, "objectId"), name)


def _number(one: Mapping[str, Any], name: str) -> int:
    value = one.get(name)
    if not isinstance(value, int) or not _is_number(value):
        raise ValueError(f"{name} is missing or no number")
    return value


def _is_number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value < _LARGEST
