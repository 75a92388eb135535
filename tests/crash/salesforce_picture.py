"""What lies in the sandbox Salesforce and in our own memory of it, without ids and times: the same in every life."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.crash.world import rows
from tests.functions.booking_to_salesforce.steps import ORG
from tests.harness import Stack

KINDS = ("Lead", "Event")
_FLEETING = {"Id", "CreatedDate", "LastModifiedDate", "SystemModstamp", "ConvertedDate"}


def picture(stack: Stack) -> dict[str, Any]:
    """All leads and events, deleted ones too; what the ledger's outcomes and our links point to."""
    state = stack.salesforce.state(ORG)
    names = {str(one["Id"]): _name(one) for found in state.values() for one in found}
    shown = {kind: sorted((_record(one, names) for one in state[kind]), key=repr) for kind in KINDS}
    outcomes = {row["id"]: _pointed(row.get("outcome", {}), names) for row in rows("deliveries")}
    links = {row["link"]: _link(row, names) for row in rows("links")}
    return {**shown, "outcomes": outcomes, "links": links}


def _record(record: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    return {name: names.get(str(value), value) for name, value in record.items() if name not in _FLEETING and value}


def _name(record: Mapping[str, Any]) -> str:
    """A name by which a record can be told from others in every life."""
    known = ("Username", "Email", "Subject", "Name")
    return next((str(record[name]) for name in known if record.get(name)), "?")


def _pointed(outcome: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, str | None]:
    return {name: names.get(outcome[name]) for name in ("lead", "contact", "event") if name in outcome}


def _link(row: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """A row of our memory; a lead may be noted in a value, or in the name of one (of a guest)."""
    told = {name: value for name, value in row.items() if name not in {"scope", "link"}}
    return {names.get(name, name): names.get(str(value), value) for name, value in told.items()}
