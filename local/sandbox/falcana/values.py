"""What the body of a write says, read and checked as a whole."""

from collections.abc import Iterator, Mapping

from local.sandbox.falcana.accounts import Tenant
from local.sandbox.falcana.fields import FIELDS, READ_ONLY, Bad, own
from local.sandbox.falcana.records import EXTERNAL, NUMBER, Entity, Record, Value
from local.sandbox.falcana.refusals import invalid

PARTS = ("custom", "external_ids")
CUSTOM = "custom."
type Changes = dict[str, Value | None]
"""What a write changes, flat as `Values`; None is blank."""


def read(
    tenant: Tenant, entity: Entity, body: Mapping[str, object], record: Record | None, *, by_hand: bool = False
) -> Changes:
    """The values for a new record (`record` is None) or for one that is there; 422 with each field that is wrong.

    `by_hand`: falcana itself writes, to whom fields that are read-only for the API are open.
    """
    found: Changes = {}
    errors: list[tuple[str, str]] = []
    given = dict(_flat(body))
    for name, value in given.items():
        try:
            found[name] = _one(tenant, entity, name, value, record, by_hand=by_hand)
        except Bad as bad:
            errors.append((name, bad.code))
    if record is None:
        errors += [(name, "required") for name in _required(tenant, entity) if name not in given]
    if errors:
        raise invalid(errors)
    return found


def _flat(body: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    for name, value in body.items():
        if name in PARTS and isinstance(value, dict):
            yield from ((f"{name}.{key}", one) for key, one in value.items())
        else:
            yield name, value


def _required(tenant: Tenant, entity: Entity) -> list[str]:
    customs = [CUSTOM + custom.key for custom in tenant.customs[entity].values() if custom.required]
    return [name for name, field in FIELDS[entity].items() if field.required] + customs


def _one(
    tenant: Tenant, entity: Entity, name: str, value: object, record: Record | None, *, by_hand: bool
) -> Value | None:
    blank = value is None or (isinstance(value, str) and not value.strip())
    before = record.values.get(name) if record else None
    if name.startswith(CUSTOM):
        custom = tenant.customs[entity].get(name.removeprefix(CUSTOM))
        if custom is None:
            raise Bad("invalid")
        if (custom.read_only or custom.type == "file") and not by_hand:
            raise Bad("read_only")
        if blank and custom.required:
            raise Bad("required")
        return None if blank else custom.read(value, before)
    field = own(entity, name)
    if field is None or (name == EXTERNAL and by_hand and record):
        raise Bad("read_only" if name in READ_ONLY or name == EXTERNAL else "invalid")
    if blank:
        # A customer number is given out with the record; there is never none afterwards.
        if field.required or (name == NUMBER and record):
            raise Bad("required")
        return None
    found = field.read(value)
    if found != before and field.refers and not _there(tenant, field.refers, found):
        raise Bad("unknown_reference")
    return found


def _there(tenant: Tenant, refers: str, value: Value) -> bool:
    """Whether an id names something; a user who has left is nobody to whom a record can be given."""
    if not isinstance(value, int):
        return False
    if refers == "user":
        return value in tenant.users and tenant.users[value].active
    return value in (tenant.groups if refers == "group" else tenant.tables["addresses"].rows)
