"""Make and undo associations; what the endpoints for records and for associations share.

https://developers.hubspot.com/docs/api-reference/latest/crm/associations/overview
"""

from collections.abc import Iterable
from datetime import datetime

from local.sandbox.hubspot.ask import Ask
from local.sandbox.hubspot.errors import invalid
from local.sandbox.hubspot.kinds import (
    ASSOCIATIONS,
    PRIMARY_COMPANY,
    PRIMARY_TYPES,
    SINGULAR,
    association_type,
    association_types,
    kind_of,
)
from local.sandbox.hubspot.lines import add_up
from local.sandbox.hubspot.shapes import Json, items, mapping, needed, number
from local.sandbox.hubspot.store import Portal, Record

CATEGORY, PRIMARY_NAME = "HUBSPOT_DEFINED", "associatedcompanyid"
SHOWN = {"line_items": "line items"}  # seen: with a record that is read they have another name

Wanted = list[tuple[Record, list[int]]]


def inline(ask: Ask, kind: str, given: object) -> Wanted:
    """The associations asked for with a new record; 400 when one cannot be made."""
    wanted: Wanted = []
    for entry in given if isinstance(given, list) else []:
        to_id = needed(mapping(mapping(entry).get("to"), "to"), "id")
        types = [type_id(spec) for spec in items(mapping(entry), "types")]
        to_kind = _target_kind(kind, types) if types else None
        if to_kind is None:
            raise invalid(f"Association types {types} are not valid for {kind}")
        ask.need_objects("write", to_kind)
        target = ask.portal.find(to_kind, to_id)
        if target is None:
            raise invalid(
                f"Unable to create association to {to_id}: no {SINGULAR[to_kind]} with this id exists",
                ids=[to_id],
            )
        wanted.append((target, types))
    return wanted


def link(
    portal: Portal,
    record: Record,
    other: Record,
    types: Iterable[int],
    now: datetime,
    *,
    first_is_primary: bool = False,
) -> None:
    """Associate two records, in both directions. The unlabelled type is always among the types.

    With `first_is_primary` a record's first company is its primary one without being asked for.
    """
    default = association_types(record.kind, other.kind)[0].type_id
    _one_deal(portal, record, other)
    chosen = {association_type(record.kind, other.kind, t) for t in {default, *types}}
    here, there = (record.kind, record.id), (other.kind, other.id)
    for one, company in ((record, other), (other, record)):
        primary = PRIMARY_COMPANY.get(one.kind) if company.kind == "companies" else None
        if primary is None:
            continue
        if first_is_primary and not portal.linked((one.kind, one.id), "companies"):
            chosen |= {t for t in association_types(record.kind, other.kind) if primary in (t.type_id, t.inverse)}
        if any(primary in (t.type_id, t.inverse) for t in chosen):
            _make_primary(portal, one, company, now)
    portal.set_link(here, there, {t.type_id for t in chosen}, now)
    portal.set_link(there, here, {t.inverse for t in chosen}, now)
    for line, deal in ((record, other), (other, record)):
        if line.kind == "line_items":
            add_up(portal, deal, now)


def _one_deal(portal: Portal, record: Record, other: Record) -> None:
    """A line item belongs to one deal; 400 for another one."""
    for line, deal in ((record, other), (other, record)):
        if line.kind == "line_items" and set(portal.linked((line.kind, line.id), deal.kind)) - {deal.id}:
            raise invalid(f"Line item {line.id} belongs to another deal", ids=[line.id])


def follow(portal: Portal, record: Record, before: str | None, now: datetime) -> None:
    """Make a contact's primary company the one that its property names since a write; none takes it away."""
    company = record.properties.get(PRIMARY_NAME)
    if record.kind != "contacts" or company == before:
        return
    if company is None:
        portal.unlink(("contacts", record.id), ("companies", str(before)), now)
    elif target := portal.find("companies", company):
        link(portal, record, target, [PRIMARY_COMPANY["contacts"]], now)


def move(portal: Portal, record: Record, end: tuple[str, str], types: set[int], now: datetime) -> None:
    """Give a record an association that one merged into it had; it keeps its own primary one."""
    other = portal.find(*end)
    if other is None or other is record:
        return
    primary = PRIMARY_COMPANY.get(record.kind)
    if any(primary in found for found in portal.linked((record.kind, record.id), "companies").values()):
        types = {found for found in types if found != primary}
    before = portal.linked((record.kind, record.id), other.kind).get(other.id, set())
    link(portal, record, other, types | before, now)


def summary(ask: Ask, record: Record, names: Iterable[str]) -> Json:
    """The `associations` of a record that is read: ids by object type."""
    found: Json = {}
    for name in names:
        kind = kind_of(name)
        ask.need_objects("read", kind)
        label = f"{SINGULAR[record.kind]}_to_{SINGULAR[kind]}"
        results = [
            {"id": other, "type": label if t.label is None else f"{label}_primary"}
            for other, types in ask.portal.linked((record.kind, record.id), kind).items()
            for t in association_types(record.kind, kind)
            if t.type_id in types
        ]
        if results:
            found[SHOWN.get(kind, kind)] = {"results": results}
    return found


def _make_primary(portal: Portal, record: Record, company: Record, now: datetime) -> None:
    """A contact or deal has one primary company: take the label from the one before."""
    here = (record.kind, record.id)
    for other, types in portal.linked(here, "companies").items():
        if types & PRIMARY_TYPES and other != company.id:
            there = ("companies", other)
            portal.set_link(here, there, types - PRIMARY_TYPES, now)
            portal.set_link(there, here, portal.links[there][here] - PRIMARY_TYPES, now)
    if record.kind == "contacts":
        unseen = not portal.association_bumps_modified
        portal.write(record, {PRIMARY_NAME: company.id}, now, unseen=unseen)


def drop_primary(portal: Portal, record: Record, other: Record, now: datetime) -> None:
    """Take the primary company off a contact, if it is this one. Other records keep it in the link alone."""
    contact, company = (record, other) if record.kind == "contacts" else (other, record)
    if contact.properties.get(PRIMARY_NAME) == company.id:
        portal.write(contact, {PRIMARY_NAME: ""}, now, unseen=not portal.association_bumps_modified)


def type_id(spec: Json) -> int:
    """The type id of an association spec; 400 for a category this account does not have."""
    if needed(spec, "associationCategory") != CATEGORY:
        raise invalid("Only HUBSPOT_DEFINED association types exist in this account")
    return number(spec, "associationTypeId", 0)


def _target_kind(kind: str, types: list[int]) -> str | None:
    for (from_kind, to_kind), known in ASSOCIATIONS.items():
        if from_kind == kind and {t.type_id for t in known} >= set(types):
            return to_kind
    return None
