"""What lies in the sandbox HubSpot and in our own memory of it, without ids and times: the same in every life."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.crash.world import rows
from tests.harness import PORTAL, Stack

KINDS = ("companies", "contacts", "meetings")
_FLEETING = {
    "associatedcompanyid", "createdate", "hs_createdate", "hs_lastmodifieddate", "hs_object_id", "lastmodifieddate",
}  # fmt: skip


def picture(stack: Stack) -> dict[str, Any]:
    """All records by type, with their associations; what the ledger's outcomes and our links point to."""
    state: Any = stack.hubspot.state(PORTAL)
    names = {record["id"]: _name(record["properties"]) for kind in KINDS for record in state[kind]}
    shown = {kind: sorted((_record(record, names) for record in state[kind]), key=repr) for kind in KINDS}
    outcomes = {row["id"]: _pointed(row.get("outcome", {}), names) for row in rows("deliveries")}
    links = {row["link"]: {**row, "scope": "", "id": names.get(row.get("id", ""))} for row in rows("links")}
    return {**shown, "outcomes": outcomes, "links": links}


def _record(record: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    properties: Mapping[str, str] = record["properties"]
    linked = {
        kind: sorted((names[other], types) for other, types in others.items())
        for kind, others in record["associations"].items()
    }
    return {
        "properties": {name: value for name, value in sorted(properties.items()) if name not in _FLEETING},
        "primary company": names.get(properties.get("associatedcompanyid", "")),
        "associations": linked,
        "archived": record["archived"],
    }


def _name(properties: Mapping[str, str]) -> str:
    """A name by which a record can be told from others in every life."""
    known = ("email", "domain", "hs_meeting_title", "name")
    return next((properties[name] for name in known if name in properties), "?")


def _pointed(outcome: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, str | None]:
    return {name: names.get(outcome[name]) for name in ("company", "contact", "meeting") if name in outcome}
