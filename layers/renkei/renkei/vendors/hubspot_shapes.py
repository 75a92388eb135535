"""How requests to HubSpot look, and its answers: the shapes that the client sends and reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from renkei.actions import UNIQUE, Item, Record, Search, To
from renkei.errors import Retry
from renkei.http import encoded

VERSION = "2026-09"
FALCANA_ID = "renkei_falcana_id"
"""The unique property that says which record of falcana a company or contact is."""
LMS_PURCHASE = "renkei_lms_purchase_id"
"""The unique property that says which purchase or grant of a school a deal is."""
OURS = {UNIQUE: "Renkei key", FALCANA_ID: "Renkei falcana ID", LMS_PURCHASE: "LMS purchase ID"}
"""The unique properties that we put into a portal, with their labels."""

_SEARCH_BODY = 3000  # characters
_SEARCH_PAGE = 200


@dataclass(frozen=True)
class Property:
    """A property of a portal. `mappable`: a text or a number that may be written and is not hidden.

    `options` are (value, label) of those that it knows itself: HubSpot keeps those of owners and pipelines elsewhere.
    """

    name: str
    label: str
    type: str
    mappable: bool
    field: str = ""
    writable: bool = True
    options: tuple[tuple[str, str], ...] = ()


def search_bodies(action: Search) -> Iterator[dict[str, Any]]:
    """The searches that ask for everything in as few bodies of 3,000 characters as possible."""
    groups: dict[str, list[str]] = {}

    def body() -> dict[str, Any]:
        filters = [{"propertyName": name, "operator": "IN", "values": values} for name, values in groups.items()]
        return {
            "filterGroups": [{"filters": [one]} for one in filters],
            "sorts": [],
            "properties": list(action.properties),
            "limit": _SEARCH_PAGE,
            "after": "00000",
        }

    # IN wants lower case; the caller compares what comes back exactly.
    wanted = [(name, value.lower()) for name, values in action.any_of.items() for value in values]
    for name, value in dict.fromkeys(wanted):
        groups.setdefault(name, []).append(value)
        if len(encoded(body()).decode()) > _SEARCH_BODY and sum(map(len, groups.values())) > 1:
            groups[name].pop()
            groups = {key: values for key, values in groups.items() if values}
            yield body()
            groups = {name: [value]}
    if groups:
        yield body()


def write_input(verb: str, by: str | None, item: Item, trace: str) -> dict[str, Any]:
    """One record of a batch write."""
    entry: dict[str, Any] = {"properties": dict(item.properties), "objectWriteTraceId": trace}
    if verb == "create":
        return entry | create_body(item)
    return entry | {"id": item.key} | ({"idProperty": by} if by else {})


def create_body(item: Item) -> dict[str, Any]:
    """What creates one record."""
    return {"properties": dict(item.properties), "associations": [association(to) for to in item.to]}


def association(to: To) -> dict[str, Any]:
    """An association as a write carries it."""
    types = [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": number} for number in to.types]
    return {"to": {"id": to.id}, "types": types}


def unique_body(name: str, label: str) -> dict[str, Any]:
    """What creates a unique property of ours."""
    body = {"name": name, "label": label, "type": "string", "fieldType": "text", "hasUniqueValue": True}
    body |= {"formField": False, "hidden": True}
    return body | {"description": "Set by Renkei so that nothing is made twice. Please leave as it is."}


def property_of(entry: Mapping[str, Any]) -> Property:
    """The property that an answer defines."""
    fixed = (entry.get("modificationMetadata") or {}).get("readOnlyValue") or entry.get("calculated")
    plain = entry["type"] in {"string", "number", "phone_number"} and entry.get("fieldType") != "file"
    mappable = plain and not fixed and not entry.get("hidden")
    label, field = entry.get("label") or entry["name"], str(entry.get("fieldType", ""))
    options = tuple((str(one["value"]), str(one.get("label") or one["value"])) for one in entry.get("options") or ())
    return Property(entry["name"], label, entry["type"], mappable, field, not fixed, options)


def moment_of(text: object) -> datetime:
    """A time of an answer. Retry if it is none."""
    try:
        return datetime.fromisoformat(str(text)).astimezone(UTC)
    except ValueError:
        raise Retry("vendor_garbled", vendor="hubspot") from None


def next_of(answer: Mapping[str, Any]) -> str:
    """Where the next page of a list or search begins; "" at the end."""
    return str(((answer.get("paging") or {}).get("next") or {}).get("after") or "")


def record_of(entry: Mapping[str, Any], *, new: bool = False) -> Record:
    """The record that an answer shows; empty values are left out."""
    values = {name: str(value) for name, value in (entry.get("properties") or {}).items() if value not in (None, "")}
    return Record(str(entry["id"]), values, new=new or bool(entry.get("new")))


def key_of(record: Record, by: str | None) -> str:
    """What a record is matched by: its id, or its unique property."""
    key = record.properties.get(by, "") if by else record.id
    return key.lower() if by == "email" else key
