"""What HubSpot tells of: one event of a webhook batch, and which deal or company it is about. Pure.

https://developers.hubspot.com/docs/api-reference/latest/webhooks/guide
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

type Kind = Literal["deal_moved", "deal_changed", "company_changed", "merged", "gone", "other"]

STAGE = "dealstage"
_OBJECTS = {"0-2": "company", "0-3": "deal"}
_KINDS: dict[tuple[str, str], Kind] = {
    ("deal", "creation"): "deal_moved",
    ("deal", "propertyChange"): "deal_changed",
    ("deal", "associationChange"): "deal_changed",
    ("company", "propertyChange"): "company_changed",
    ("deal", "deletion"): "gone",
    ("company", "deletion"): "gone",
}


@dataclass(frozen=True)
class Event:
    """One event, and when it happened. `old` and `id`: of a merge, which records became which one."""

    kind: Kind
    object: str
    id: str
    portal: str
    at: datetime
    old: tuple[str, ...] = ()


def event_of(body: Mapping[str, Any]) -> Event:
    """The event in a body that the receiver took."""
    name, _, what = str(body["subscriptionType"]).partition(".")
    name = _OBJECTS.get(str(body.get("objectTypeId")), name) if name == "object" else name
    id_, portal = str(body.get("objectId") or body.get("fromObjectId") or ""), str(body["portalId"])
    at = datetime.fromtimestamp(int(body["occurredAt"]) / 1000, UTC)
    if name in _OBJECTS.values() and what == "merge":
        new = str(body.get("newObjectId") or id_)
        old = (str(one) for one in (body.get("primaryObjectId") or id_, *(body.get("mergedObjectIds") or ())))
        return Event("merged", name, new, portal, at, tuple(one for one in old if one != new))
    staged = what == "propertyChange" and body.get("propertyName") == STAGE
    return Event(
        "deal_moved" if name == "deal" and staged else _KINDS.get((name, what), "other"), name, id_, portal, at
    )


def deal_in(key: str, portal: str) -> str | None:
    """The deal that a delivery's key is of an event of; None where it is of something else."""
    source, _, rest = key.partition(".")
    kind, _, ids = rest.rpartition(".")
    of, _, about = ids.partition("-")
    return about.partition("-")[0] if source == "hubspot" and kind.startswith("deal.") and of == portal else None
