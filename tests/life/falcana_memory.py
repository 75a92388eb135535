"""Tables in memory in DynamoDB's place, and what can be done right before or after anything that is written."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import Any, Literal
from unittest import mock

from renkei.dynamo import Item, Table

WRITTEN_AT_ONCE = 25

type Side = Literal["before", "half", "after"]
type Deed = Callable[[], None]


class Killed(BaseException):
    """The end of a process."""


class Effects:
    """What processes do to the outside, in its order; something can be done around one of them."""

    def __init__(self) -> None:
        """Nothing planned."""
        self.seen, self.place = 0, "table"
        self._at, self._side, self._deed = 0, "before", Effects.seen_of

    @staticmethod
    def seen_of() -> None:
        """Nothing."""

    def plan(self, number: int, side: Side, deed: Deed) -> None:
        """Do this before or after the so-manieth effect from here on, or when half of it is done."""
        self.seen, self._at, self._side, self._deed = 0, number, side, deed

    def clear(self) -> None:
        """Plan nothing."""
        self._at = 0

    def begin(self, place: Literal["table", "wire"]) -> None:
        """An effect is about to be."""
        self.seen, self.place = self.seen + 1, place
        self.now("before")

    def now(self, side: Side) -> None:
        """This side of the present effect."""
        if self.seen == self._at and side == self._side:
            self._at = 0
            self._deed()


class Memory:
    """The tables: name → partition → sort key → row."""

    KEYS: Mapping[str, tuple[str, str]] = {"links": ("scope", "link"), "workspaces": ("workspace", "item")}

    def __init__(self, effects: Effects) -> None:
        """Empty tables."""
        self.rows: dict[str, dict[str, dict[str, Item]]] = {name: {} for name in self.KEYS}
        self._effects = effects

    @contextmanager
    def instead(self) -> Iterator[None]:
        """Stand in for DynamoDB."""
        names = ("get", "get_many", "put", "put_many", "delete_many", "update", "delete", "query")
        with ExitStack() as stack:
            for name in names:
                stack.enter_context(mock.patch.object(Table, name, self._method(name)))
            yield

    def _method(self, name: str) -> Callable[..., Any]:
        mine = getattr(self, f"_{name}")
        return lambda table, *given, **named: mine(table._name, *given, **named)

    def _place(self, table: str, key: Mapping[str, Any]) -> tuple[dict[str, Item], str]:
        partition, sort = self.KEYS[table]
        return self.rows[table].setdefault(key[partition], {}), key[sort]

    def _get(self, table: str, key: Mapping[str, str]) -> Item | None:
        part, sort = self._place(table, key)
        return pickle.loads(pickle.dumps(part[sort])) if sort in part else None  # noqa: S301 - our own

    def _get_many(self, table: str, keys: Iterable[Mapping[str, str]]) -> Iterator[Item]:
        for key in keys:
            part, sort = self._place(table, key)
            if sort in part:
                yield dict(part[sort])

    def _put(self, table: str, item: Item) -> None:
        self._effects.begin("table")
        part, sort = self._place(table, item)
        part[sort] = pickle.loads(pickle.dumps(item))  # noqa: S301 - our own
        self._effects.now("after")

    def _put_many(self, table: str, items: Iterable[Item]) -> None:
        self._many(table, [(item, dict(item)) for item in items])

    def _delete_many(self, table: str, keys: Iterable[Mapping[str, str]]) -> None:
        self._many(table, [(key, None) for key in keys])

    def _many(self, table: str, wanted: list[tuple[Mapping[str, Any], Item | None]]) -> None:
        for first in range(0, len(wanted), WRITTEN_AT_ONCE):
            part = wanted[first : first + WRITTEN_AT_ONCE]
            self._effects.begin("table")
            for number, (key, item) in enumerate(part):
                if number == len(part) // 2:
                    self._effects.now("half")
                rows, sort = self._place(table, key)
                if item is None:
                    rows.pop(sort, None)
                else:
                    rows[sort] = item
            self._effects.now("after")

    def _update(self, table: str, key: Mapping[str, str], *, put: Item | None = None) -> Item:
        self._effects.begin("table")
        part, sort = self._place(table, key)
        part[sort] = {**part.get(sort, {}), **key, **(put or {})}
        self._effects.now("after")
        return dict(part[sort])

    def _delete(self, table: str, key: Mapping[str, str]) -> None:
        self._effects.begin("table")
        part, sort = self._place(table, key)
        part.pop(sort, None)
        self._effects.now("after")

    def _query(
        self,
        table: str,
        partition: tuple[str, str],
        *,
        sort: tuple[str, ...] | None = None,
        limit: int | None = None,
    ) -> Iterator[Item]:
        part = self.rows[table].get(partition[1], {})
        if sort is None:
            wanted = sorted(part)
        elif sort[1] == "begins_with":
            wanted = sorted(key for key in part if key.startswith(sort[2]))
        else:
            wanted = sorted(key for key in part if sort[2] <= key <= sort[3])
        for key in wanted[:limit]:
            if key in part:
                yield dict(part[key])
