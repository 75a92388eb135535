"""The feed of changes: rows in the order of commits, one for each version of a record, kept for 90 days."""

from bisect import bisect_left
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from local.sandbox.falcana.records import By, Commit, Entity

KEPT = timedelta(days=90)
type Op = Literal["upsert", "delete", "merge"]


@dataclass(frozen=True, slots=True)
class Row:
    """One commit of one record."""

    seq: int
    entity: Entity
    id: int
    op: Op
    version: int
    at: datetime
    by: By
    fields: tuple[str, ...]
    into: int | None


@dataclass(frozen=True)
class Page:
    """A part of the feed; `last` is the row after which to go on."""

    rows: list[Row]
    last: int
    more: bool


class Expired(Exception):
    """A row that should come next is no longer kept."""


class Feed:
    """The rows that are kept. Their numbers have no gaps, so that a row's place follows from its number."""

    def __init__(self) -> None:
        """Begin before the first row."""
        self._rows: list[Row] = []
        self._forgotten = 0

    def add(
        self,
        entity: Entity,
        record: int,
        op: Op,
        version: int,
        commit: Commit,
        *,
        fields: Collection[str] = (),
        into: int | None = None,
    ) -> None:
        """The next row."""
        self._rows.append(Row(self.last + 1, entity, record, op, version, commit.at, commit.by, tuple(fields), into))

    @property
    def last(self) -> int:
        """The number of the newest row; 0 before there is one."""
        return self._forgotten + len(self._rows)

    @property
    def earliest(self) -> int:
        """The number before the oldest row that is kept."""
        return self._forgotten

    def forget(self, before: datetime) -> None:
        """Keep only what was committed at this time or later."""
        # Clocks of tests may stand still or jump; commits stay in order all the same.
        count = bisect_left(self._rows, before, key=lambda row: row.at)
        del self._rows[:count]
        self._forgotten += count

    def read(self, after: int, entities: Collection[Entity], most: int, *, again: int = 0) -> Page:
        """At most so many rows after a number; `again`: how many rows before it come once more.

        Raises Expired where a row after that number is no longer kept.
        """
        if after < self._forgotten:
            raise Expired
        start = max(after - self._forgotten - again, 0)
        old = [row for row in self._rows[start : after - self._forgotten] if row.entity in entities]
        rows, last = old[: most - 1], after
        for place in range(after - self._forgotten, len(self._rows)):
            if len(rows) == most:
                break
            row = self._rows[place]
            last = row.seq
            if row.entity in entities:
                rows.append(row)
        return Page(rows, last, last < self.last)
