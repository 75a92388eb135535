"""Finds records without a partner that may be the same: kept for a person to decide on, and held back until then.

Our memory is for one page. So what falcana's records share with others is put into rows by digest, HubSpot's are
looked up in them, and the rows are dropped in the end.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from falcana_hubspot.alike import certain, keys, score
from falcana_hubspot.kinds import ADDRESS, KINDS, Kind
from falcana_hubspot.pairs import kept_apart
from falcana_hubspot.transfer import Transfer
from renkei import links
from renkei.actions import Record
from renkei.runs import Steps
from renkei.vendors.falcana import Record as FalcanaRecord

_ENOUGH = 50  # points that make two records worth a look
_MOST = 5
"""Candidates of a record; and records that may share something before it says nothing (an exchange, a mall)."""


class Scanning:
    """The phases of a look for records that may be the same."""

    def __init__(self, run: Transfer) -> None:
        self._run = run
        self._desk = run.desk
        self._book = run.desk.book

    def index(self) -> Steps:
        """Put what falcana's records share into rows."""
        state = self._run.state
        for kind in KINDS:
            while (cursor := state.get(f"index.{kind.name}", "")) != "end":
                page, behind = self._desk.falcana.page(kind.entity, cursor)
                self._index(kind, page)
                state[f"index.{kind.name}"] = behind or "end"
                yield

    def look(self) -> Steps:
        """Look HubSpot's records up in them."""
        state = self._run.state
        for kind in KINDS if self._run.kept.get("indexed") else ():
            while (after := state.get(f"look.{kind.name}", "")) != "end":
                page, behind = self._desk.hubspot.page(kind.object, self._desk.properties(kind), after)
                self._look(kind, page)
                state[f"look.{kind.name}"] = behind or "end"
                yield

    def clear(self) -> Steps:
        """Drop the rows again."""
        while rows := links.page(self._desk.scope, "index#")[0]:
            links.forget_many(self._desk.scope, [str(row["link"]) for row in rows])
            yield

    def _index(self, kind: Kind, page: Sequence[FalcanaRecord]) -> None:
        self._book.recall(f"{kind.name}#{one.id}" for one in page)
        rows: dict[str, list[str]] = {}
        number = 0
        for one in page:
            row = self._book[f"{kind.name}#{one.id}"]
            if row.get("with") or row.get("ended") or not self._wanted(kind, one):
                continue
            number += 1
            for link in self._links(kind, one.values):
                rows.setdefault(link, []).append(one.id)
        self._book.recall(rows)
        for link, ids in rows.items():
            known = str(self._book[link].get("ids") or "").split()
            self._book.put(link, ids=" ".join(dict.fromkeys([*known, *ids][: _MOST + 1])))
        self._book.flush()
        self._run.kept["indexed"] = self._run.kept.get("indexed", 0) + number

    def _look(self, kind: Kind, page: Sequence[Record]) -> None:
        self._book.recall(f"{kind.other}#{one.id}" for one in page)
        alone = [one for one in page if not self._book[f"{kind.other}#{one.id}"].get("with")]
        alone = [one for one in alone if not self._book[f"{kind.other}#{one.id}"].get("ended")]
        values = {one.id: self._values(kind, one) for one in alone}
        shared = {id_: self._links(kind, held) for id_, held in values.items()}
        self._book.recall(link for found in shared.values() for link in found)
        near: dict[str, set[str]] = {}
        for id_, wanted_links in shared.items():
            for link in wanted_links:
                ids = str(self._book[link].get("ids") or "").split()
                near.setdefault(id_, set()).update(ids if len(ids) <= _MOST else ())
        wanted = sorted({one for ids in near.values() for one in ids})
        there = {one.id: one for one in self._desk.falcana.find(kind.entity, "ids", wanted)} if wanted else {}
        for id_, others in near.items():
            self._compare(kind, id_, values[id_], [there[one] for one in sorted(others) if one in there])
        self._book.flush()  # also of a dry run: it touches neither vendor, and says what would be held back

    def _compare(self, kind: Kind, id_: str, values: Mapping[str, str], others: Iterable[FalcanaRecord]) -> None:
        """Keep the likeliest of the others, unless one is certain: that links by itself."""
        region, free = self._desk.settings.region, self._desk.free_mail
        mine, row = keys(kind.name, values, region, free), self._book[f"alike#{kind.other}#{id_}"]
        found: list[tuple[str, int, tuple[str, ...]]] = []
        for other in others:
            theirs = keys(kind.name, other.values, region, free)
            if certain(mine, theirs):
                return
            points, why = score(mine, theirs)
            if points >= _ENOUGH and other.id not in kept_apart(row):
                found.append((other.id, points, why))
        found = sorted(found, key=lambda one: -one[1])[:_MOST]
        if not found:
            return
        self._run.count("alike", len(found))
        self._book.put(f"alike#{kind.other}#{id_}", **{"with": _packed(found)})
        for other_id, points, why in found:
            link = f"alike#{kind.name}#{other_id}"
            known = [one for one in json.loads(self._book[link].get("with") or "[]") if str(one[0]) != id_]
            self._book.put(link, **{"with": _packed([*known, (id_, points, why)][:_MOST])})

    def _wanted(self, kind: Kind, one: FalcanaRecord) -> bool:
        return kind is not ADDRESS or one.values.get("kind", "company") in self._desk.settings.kinds

    def _values(self, kind: Kind, one: Record) -> dict[str, str]:
        return {rule.field: one.properties.get(rule.property, "") for rule in self._desk.rules[kind.name]}

    def _links(self, kind: Kind, values: Mapping[str, str]) -> list[str]:
        found = keys(kind.name, values, self._desk.settings.region, self._desk.free_mail)
        digest = self._desk.digest
        return [f"index#{digest(f'{kind.name} shared {what}', text)}" for what, text in found.items()]


def _packed(found: Sequence[Any]) -> str:
    return json.dumps(found, separators=(",", ":"))
