"""The records of one entity, quick to find however many there are. Nothing here knows HTTP or fields' meanings."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

type Entity = Literal["addresses", "contact-persons"]
ENTITIES: tuple[Entity, ...] = ("addresses", "contact-persons")
type Value = str | int
type Values = dict[str, Value]
"""By field, and flat: `custom.<key>`, `external_ids.hubspot`. Blank ones are not there."""

EXTERNAL, NUMBER, MAIL, PARENT = "external_ids.hubspot", "customer_number", "email", "address_id"
INDEXED = (EXTERNAL, NUMBER, MAIL, PARENT)


@dataclass(frozen=True, slots=True)
class By:
    """Who wrote: a person in falcana, or a client of the API."""

    client_id: str | None = None

    @property
    def type(self) -> Literal["user", "api"]:
        """As the API says it."""
        return "user" if self.client_id is None else "api"

    def shown(self) -> dict[str, str | None]:
        """As the API shows it."""
        return {"type": self.type, "client_id": self.client_id}


USER = By()


@dataclass(frozen=True, slots=True)
class Commit:
    """Who writes, and when."""

    by: By
    at: datetime


@dataclass(slots=True)
class Record:
    """A living record."""

    id: int
    values: Values
    version: int
    created_at: datetime
    updated_at: datetime
    updated_by: By


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What stays of a record: its last version, and what it was merged into."""

    version: int
    into: int | None = None


class Table:
    """Living records by id, by their values in `INDEXED`, and the tombstones of the others."""

    def __init__(self, first: int) -> None:
        """`first` is the first id that is given out."""
        self.rows: dict[int, Record] = {}
        self.tombstones: dict[int, Tombstone] = {}
        self._ids: list[int] = []
        self._next = first
        self._by: dict[str, dict[Value, list[int]]] = {name: {} for name in INDEXED}

    def add(self, values: Values, commit: Commit) -> Record:
        """A new record, its version 1."""
        record = Record(self._next, values, 1, commit.at, commit.at, commit.by)
        self._next += 1
        self.rows[record.id] = record
        self._ids.append(record.id)
        self._index(record.id, {}, values)
        return record

    def write(self, record: Record, changes: Mapping[str, Value | None], commit: Commit) -> None:
        """The next version of a record; None takes a value away."""
        values = {**record.values, **changes}
        kept: Values = {name: value for name, value in values.items() if value is not None}
        self._index(record.id, record.values, kept)
        record.values, record.version = kept, record.version + 1
        record.updated_at, record.updated_by = commit.at, commit.by

    def bury(self, record: Record, into: int | None = None) -> Tombstone:
        """A tombstone in the place of a record."""
        self._index(record.id, record.values, {})
        del self.rows[record.id]
        del self._ids[bisect_left(self._ids, record.id)]
        self.tombstones[record.id] = Tombstone(record.version + 1, into)
        return self.tombstones[record.id]

    def after(self, record: int, count: int) -> list[Record]:
        """So many living records with later ids, in order of these."""
        start = bisect_right(self._ids, record)
        return [self.rows[one] for one in self._ids[start : start + count]]

    def having(self, name: str, value: Value) -> Sequence[int]:
        """The ids of the records with this value in one of `INDEXED`, in order."""
        return tuple(self._by[name].get(_key(name, value), ()))

    def _index(self, record: int, before: Values, after: Values) -> None:
        for name, known in self._by.items():
            old, new = before.get(name), after.get(name)
            if old == new:
                continue
            if old is not None:
                known[_key(name, old)].remove(record)
                if not known[_key(name, old)]:
                    del known[_key(name, old)]
            if new is not None:
                insort(known.setdefault(_key(name, new), []), record)


def _key(name: str, value: Value) -> Value:
    return value.casefold() if name == MAIL and isinstance(value, str) else value
