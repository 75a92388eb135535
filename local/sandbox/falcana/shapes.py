"""How the API shows things."""

from datetime import datetime

from local.sandbox.falcana.changes import Row
from local.sandbox.falcana.fields import FIELDS
from local.sandbox.falcana.records import EXTERNAL, Entity, Record
from local.sandbox.falcana.values import CUSTOM


def instant(at: datetime) -> str:
    """A time in UTC, to the millisecond."""
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def record_shape(entity: Entity, record: Record) -> dict[str, object]:
    """A record; blank fields are null, blank fields of the tenant's own are not there."""
    values = record.values
    custom = {name.removeprefix(CUSTOM): value for name, value in values.items() if name.startswith(CUSTOM)}
    return {
        "id": record.id,
        "version": record.version,
        "created_at": instant(record.created_at),
        "updated_at": instant(record.updated_at),
        "updated_by": record.updated_by.shown(),
        "external_ids": {"hubspot": values[EXTERNAL]} if EXTERNAL in values else {},
        "custom": custom,
        **{name: values.get(name) for name in FIELDS[entity]},
    }


def change_shape(row: Row) -> dict[str, object]:
    """A row of the feed."""
    return {
        "seq": row.seq,
        "entity": row.entity,
        "id": row.id,
        "op": row.op,
        "version": row.version,
        "changed_at": instant(row.at),
        "changed_by": row.by.shown(),
        "changed_fields": list(row.fields),
        "merged_into": row.into,
    }
