"""What is looked up in a portal's records of a type without going through all of them."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

EPOCH, STEP = datetime(1970, 1, 1, tzinfo=UTC), timedelta(milliseconds=1)

type Key = tuple[int, int]
"""When a record changed (milliseconds), and its id."""


class Entry(NamedTuple):
    """What the index holds of a record."""

    changed: int
    archived: bool
    values: frozenset[tuple[str, str]]


def milliseconds(moment: datetime) -> int:
    """A time in milliseconds, as precise as HubSpot keeps it."""
    return (moment - EPOCH) // STEP


@dataclass
class Index:
    """Ids in their order, live ones by when they changed, and live ones by the values of unique properties."""

    live: list[int] = field(default_factory=list)
    archived: list[int] = field(default_factory=list)
    changed: list[Key] = field(default_factory=list)
    _values: dict[tuple[str, str], set[int]] = field(default_factory=dict)
    _entries: dict[int, Entry] = field(default_factory=dict)

    def put(self, object_id: str, changed: datetime, values: Iterable[tuple[str, str]], *, archived: bool) -> None:
        """Take in a record as it is now."""
        number = int(object_id)
        folded = {(name, value.strip().casefold()) for name, value in values if value.strip()}
        entry = Entry(milliseconds(changed), archived, frozenset(folded))
        before = self._entries.get(number)
        if entry == before:
            return
        if before:
            self._take_out(number, before)
        self._entries[number] = entry
        insort(self.archived if archived else self.live, number)
        if not archived:
            insort(self.changed, (entry.changed, number))
            for value in entry.values:
                self._values.setdefault(value, set()).add(number)

    def drop(self, object_id: str) -> None:
        """Forget a record."""
        number = int(object_id)
        if before := self._entries.pop(number, None):
            self._take_out(number, before)

    def first(self, name: str, value: str) -> str:
        """The oldest live record with this value of a unique property, whatever the case; "" if none has it."""
        found = self._values.get((name, value.strip().casefold()))
        return str(min(found)) if found else ""

    def page(self, after: int, limit: int, *, archived: bool) -> tuple[Sequence[int], bool]:
        """The next ids behind one, and whether there are more."""
        ids = self.archived if archived else self.live
        start = bisect_right(ids, after)
        return ids[start : start + limit], start + limit < len(ids)

    def changed_at(self, object_id: str) -> int | None:
        """When a live record changed; None if there is none."""
        entry = self._entries.get(int(object_id)) if object_id.isdecimal() else None
        return entry.changed if entry and not entry.archived else None

    def span(self, low: Key, high: Key) -> tuple[int, int]:
        """Where in `changed` the keys from one to another (and with it) are: the first, and behind the last."""
        first = bisect_left(self.changed, low)
        return first, max(first, bisect_right(self.changed, high))

    def _take_out(self, number: int, entry: Entry) -> None:
        ids = self.archived if entry.archived else self.live
        del ids[bisect_left(ids, number)]
        if entry.archived:
            return
        del self.changed[bisect_left(self.changed, (entry.changed, number))]
        for value in entry.values:
            self._values[value].discard(number)
            if not self._values[value]:
                del self._values[value]
