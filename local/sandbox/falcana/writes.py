"""What can be done to a tenant's records, each with its rows in the feed. Values are checked already."""

from collections.abc import Mapping

from local.sandbox.falcana.accounts import Tenant
from local.sandbox.falcana.records import EXTERNAL, NUMBER, PARENT, Commit, Entity, Record, Value
from local.sandbox.falcana.refusals import duplicate, forbidden, gone, not_found
from local.sandbox.falcana.values import Changes

ONCE = (EXTERNAL, NUMBER)
"""What only one living record of an entity may have."""


def living(tenant: Tenant, entity: Entity, number: int) -> Record:
    """A record; 410 where there was one, else 404."""
    table = tenant.tables[entity]
    if number in table.tombstones:
        raise gone(table.tombstones[number].into)
    if number not in table.rows:
        raise not_found()
    return table.rows[number]


def create(tenant: Tenant, entity: Entity, changes: Changes, commit: Commit) -> Record:
    """A new record; 409 for what another has already. An address without a customer number gets one."""
    _look_for_others(tenant, entity, changes)
    values = {name: value for name, value in changes.items() if value is not None}
    if entity == "addresses" and NUMBER not in values:
        values[NUMBER] = _number(tenant)
    record = tenant.tables[entity].add(values, commit)
    tenant.feed.add(entity, record.id, "upsert", record.version, commit, fields=values)
    return record


def update(tenant: Tenant, entity: Entity, record: Record, changes: Changes, commit: Commit) -> None:
    """Change a record; 409 for what another has already. Nothing happens where nothing is different."""
    different = {name: value for name, value in changes.items() if record.values.get(name) != value}
    if different:
        _look_for_others(tenant, entity, different)
        _write(tenant, entity, record, different, commit)


def remove(tenant: Tenant, entity: Entity, record: Record, commit: Commit) -> None:
    """Leave a tombstone; an address takes its contact persons with it."""
    if entity == "addresses":
        for person in _persons(tenant, record):
            remove(tenant, "contact-persons", person, commit)
    tombstone = tenant.tables[entity].bury(record)
    tenant.feed.add(entity, record.id, "delete", tombstone.version, commit)


def merge(tenant: Tenant, entity: Entity, winner: Record, loser: Record, commit: Commit) -> None:
    """Make one of two records: the winner's blanks are filled, and it gets the loser's contact persons.

    Its external id and its customer number stay its own.
    """
    filled = {name: value for name, value in loser.values.items() if name not in {*winner.values, *ONCE}}
    persons = _persons(tenant, loser) if entity == "addresses" else []
    tombstone = tenant.tables[entity].bury(loser, winner.id)
    tenant.feed.add(entity, loser.id, "merge", tombstone.version, commit, into=winner.id)
    for person in persons:
        _write(tenant, "contact-persons", person, {PARENT: winner.id}, commit)
    _write(tenant, entity, winner, filled, commit)


def look_at_group(tenant: Tenant, entity: Entity, record: Record | None, changes: Changes) -> None:
    """403 where a record is, or would come, into a sales group that the client may not write."""
    before: Mapping[str, Value] = record.values if record else {}
    told = record.id if record else changes.get(PARENT)
    for values in (before, {**before, **changes}):
        if values and _group(tenant, entity, values) in tenant.closed:
            raise forbidden(told if isinstance(told, int) else None)


def _group(tenant: Tenant, entity: Entity, values: Mapping[str, Value | None]) -> Value | None:
    """The sales group: a contact person is in that of the address."""
    if entity == "contact-persons":
        values = tenant.tables["addresses"].rows[int(values[PARENT] or 0)].values
    return values["sales_group_id"]


def _write(tenant: Tenant, entity: Entity, record: Record, changes: Mapping[str, Value | None], commit: Commit) -> None:
    tenant.tables[entity].write(record, changes, commit)
    tenant.feed.add(entity, record.id, "upsert", record.version, commit, fields=changes)


def _persons(tenant: Tenant, address: Record) -> list[Record]:
    table = tenant.tables["contact-persons"]
    return [table.rows[one] for one in table.having(PARENT, address.id)]


def _look_for_others(tenant: Tenant, entity: Entity, changes: Changes) -> None:
    for name in ONCE:
        value = changes.get(name)
        others = () if value is None else tenant.tables[entity].having(name, value)
        if others:
            raise duplicate(others[0], name)


def _number(tenant: Tenant) -> str:
    """The next customer number that nobody entered by hand."""
    while True:
        found = f"K-{tenant.next_number}"
        tenant.next_number += 1
        if not tenant.tables["addresses"].having(NUMBER, found):
            return found
