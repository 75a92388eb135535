"""What a school left in the sandbox HubSpot, and our own memory of it: the same in every life."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.crash.world import rows
from tests.harness import PORTAL, Stack

KINDS = ("contacts", "deals", "products", "line_items")
_FLEETING = {"createdate", "hs_createdate", "hs_lastmodifieddate", "hs_object_id", "lastmodifieddate", "hs_product_id"}
_COUNTS = {"created", "updated", "unchanged", "deleted"}
_AGAIN = {"told", "last"}
"""What of a link says how it came about, and not what is so."""


def in_hubspot(stack: Stack) -> dict[str, Any]:
    """All records with what they are joined to; what our links point to, and what became of lists."""
    state: Any = stack.hubspot.state(PORTAL)
    every = [(kind, one) for kind in KINDS for one in state[kind]]
    names = {one["id"]: "" if one["archived"] else f"{kind} {_name(one['properties'])}" for kind, one in every}
    shown = {kind: sorted((_record(one, names) for one in state[kind]), key=repr) for kind in KINDS}
    return shown | _memory(names)


def _memory(names: Mapping[str, str]) -> dict[str, Any]:
    """How many lines of a list were taken and how many not, and what is linked; what is gone is linked to nothing."""
    ledger = {row["id"]: row.get("outcome", {}) for row in rows("deliveries")}
    lists = {
        id_: (
            sum(int(outcome[name]) for name in _COUNTS & outcome.keys()),
            outcome.get("rejected"),
            outcome.get("rows"),
        )
        for id_, outcome in ledger.items()
    }
    ours = [row for row in rows("links") if "#hubspot#" in str(row["scope"])]
    return {"lists": lists, "links": {_link(row["link"], names): _values(row, names) for row in ours}}


def _record(record: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    properties: Mapping[str, str] = record["properties"]
    return {
        "properties": {name: value for name, value in sorted(properties.items()) if name not in _FLEETING},
        "product": names.get(properties.get("hs_product_id", "")),
        "joined": {
            kind: sorted((names[other], types) for other, types in others.items())
            for kind, others in record["associations"].items()
        },
        "archived": record["archived"],
    }


def _name(properties: Mapping[str, str]) -> str:
    """A name by which a record can be told from others in every life."""
    known = ("email", "hs_sku", "renkei_lms_purchase_id", "renkei_key")
    return next((properties[name] for name in known if properties.get(name)), "?")


def _link(link: str, names: Mapping[str, str]) -> str:
    """A link's name; a record's id may stand in it."""
    kind, _, key = link.partition("#")
    return f"{kind}#{names.get(key, key)}"


def _values(row: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    told = {name: value for name, value in row.items() if name not in {"scope", "link"} | _AGAIN}
    return {name: names.get(str(value), value) for name, value in told.items() if names.get(str(value), "?")}


def many(found: Mapping[str, Any]) -> dict[str, int]:
    """How many living records there are of each kind that there are any of."""
    living = {kind: sum(not one["archived"] for one in found.get(kind, ())) for kind in KINDS}
    return {kind: count for kind, count in living.items() if count}
