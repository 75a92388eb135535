"""What is remembered of the records of one page: read together, changed here, written together.

Rows are links (`renkei.links`): ids, versions, times, codes and digests only. `docs/architecture.md` lists them.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

from renkei import links

type Row = Mapping[str, Any]


class Book:
    """The rows of a scope, as far as they were looked at."""

    def __init__(self, scope: str) -> None:
        self.scope = scope
        self._rows: dict[str, dict[str, Any]] = {}
        self._changed: set[str] = set()

    def recall(self, wanted: Iterable[str]) -> None:
        """Read what is remembered under these links, at once."""
        new = [link for link in dict.fromkeys(wanted) if link not in self._rows]
        if new:
            found = links.recall(self.scope, new)
            self._rows |= {link: _values(found.get(link, {})) for link in new}

    def __getitem__(self, link: str) -> Row:
        """What is remembered under a link; empty if nothing is."""
        self.recall([link])
        return self._rows[link]

    def put(self, link: str, **values: str | bool | None) -> None:
        """Add values to a row; None or "" takes one away, and the last one the row."""
        old = self[link]
        row = {name: value for name, value in {**old, **values}.items() if value not in (None, "", False)}
        if row != old:
            self._rows[link] = row
            self._changed.add(link)

    def replace(self, link: str, **values: str | bool | None) -> None:
        """Put values in a row's place."""
        self.put(link, **{**dict.fromkeys(self[link]), **values})

    def drop(self, link: str) -> None:
        """Remember nothing under a link."""
        if self[link]:
            self._rows[link] = {}
            self._changed.add(link)

    def save(self) -> None:
        """Write what was changed."""
        kept = {link: self._rows[link] for link in self._changed if self._rows[link]}
        gone = [link for link in self._changed if not self._rows[link]]
        if kept:
            links.put_many(self.scope, kept)
        if gone:
            links.forget_many(self.scope, gone)
        self._changed.clear()

    def flush(self) -> None:
        """Write what was changed, and keep nothing: memory is for one page."""
        self.save()
        self.close()

    def close(self) -> None:
        """Keep nothing of what was read, and drop what was not written."""
        self._changed.clear()
        self._rows.clear()


def _values(row: Row) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name not in {"scope", "link"}}


def unpacked(row: Row, name: str) -> dict[str, Any]:
    """An object that a row keeps as JSON; empty if it keeps none."""
    found: dict[str, Any] = json.loads(row.get(name) or "{}")
    return found


def packed(value: Mapping[str, Any]) -> str:
    """An object as a row keeps it."""
    return json.dumps(value, separators=(",", ":"), sort_keys=True) if value else ""
