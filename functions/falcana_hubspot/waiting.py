"""What waits for a person, or was ended: counted, and shown page by page. Rows hold ids and codes, never values."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from falcana_hubspot.kinds import KINDS, Kind
from renkei import links
from renkei.config import Language
from renkei.texts import text

type Row = Mapping[str, Any]

MOST_COUNTED = 10_000
_LOOKED_AT = 5_000  # rows, for a page of the few among them that are ended
_PREFIXES: Mapping[str, tuple[str, ...]] = {
    "parked": ("parked#",),
    "undecided": ("alike#",),
    "ended": tuple(f"{name}#" for kind in KINDS for name in (kind.name, kind.other)),
    "deletes": ("delete#",),
}
_ROWS = {"ended": 500}  # read at once; else 50
WAITS = tuple(_PREFIXES)
_KIND: Mapping[str, Kind] = {name: kind for kind in KINDS for name in (kind.name, kind.other)}


@dataclass(frozen=True)
class Pair:
    """Two records that may be the same, by their ids in falcana and HubSpot: a score up to 100, and codes of why."""

    kind: Kind
    ours: str
    theirs: str
    score: int = 0
    why: tuple[str, ...] = ()

    @property
    def key(self) -> tuple[str, str, str]:
        """What tells it from others."""
        return self.kind.name, self.ours, self.theirs


def counted(in_scope: str) -> dict[str, dict[str, Any]]:
    """{what: {count, more}} of linked addresses and persons and of what waits. `more`: there we stopped counting."""
    wishes = _Wishes(in_scope)
    found = {str(kind.name): _count(links.rows(in_scope, f"{kind.name}#"), _linked) for kind in KINDS}
    found["parked"] = _count(links.rows(in_scope, "parked#"))
    found["undecided"] = _count(links.rows(in_scope, "alike#"), lambda row: any(map(wishes.leave, _pairs(row))))
    ended = [_count(links.rows(in_scope, f"{kind.name}#"), _over) for kind in KINDS]
    found["ended"] = {"count": sum(one["count"] for one in ended), "more": any(one["more"] for one in ended)}
    found["deletes"] = _count(links.rows(in_scope, "delete#"))
    return found


def page(in_scope: str, what: str, after: str, language: Language) -> tuple[list[dict[str, Any]], str]:
    """(some of what waits, where to go on, "" at the end). `after` is what the last page gave, at first ""."""
    prefixes, shown, seen = _PREFIXES[what], list[dict[str, Any]](), 0
    number = next((index for index, prefix in enumerate(prefixes) if after.startswith(prefix)), 0)
    while number < len(prefixes) and not shown and seen < _LOOKED_AT:
        rows, after = links.page(in_scope, prefixes[number], after, _ROWS.get(what, 50))
        seen += len(rows)
        shown += _shown(in_scope, what, rows, language)
        if not after:
            number += 1
            after = prefixes[number] if number < len(prefixes) else ""  # it comes before all that begin with it
    return shown, after


def _shown(in_scope: str, what: str, rows: Sequence[Row], language: Language) -> Iterator[dict[str, Any]]:
    if what == "undecided":
        yield from (_pair_view(pair, language) for pair in _undecided(in_scope, rows))
    elif what == "ended":
        yield from _ended(in_scope, rows, language)
    else:
        for row in rows:
            name, id_ = _named(row)
            told = {"kind": name, "id": id_, "with": row.get("with", ""), "at": row.get("at", "")}
            if code := row.get("code"):
                told |= {"code": code, "message": text(code, language, json.loads(row.get("params") or "{}"))}
            yield told


def _pair_view(pair: Pair, language: Language) -> dict[str, Any]:
    told = {"kind": pair.kind.name, "id": pair.ours, "with": pair.theirs, "score": pair.score}
    return told | {"why": [_reason(code, language) for code in pair.why]}


def _undecided(in_scope: str, rows: Sequence[Row]) -> Iterator[Pair]:
    """The pairs in these rows. They may stand in the rows of both sides: of HubSpot's, what falcana's do not tell."""
    wishes = _Wishes(in_scope)
    found = [(row, [pair for pair in _pairs(row) if wishes.leave(pair)]) for row in rows]
    across = {f"alike#{pair.kind.name}#{pair.ours}" for row, pairs in found if _of_hubspot(row) for pair in pairs}
    told = {pair.key for row in links.recall(in_scope, across).values() for pair in _pairs(row)}
    for row, pairs in found:
        yield from (pair for pair in pairs if not (_of_hubspot(row) and pair.key in told))


def _pairs(row: Row) -> Iterator[Pair]:
    """Who may be the same as the record of a row; those that a person keeps apart are left out."""
    name, id_ = _named(row)
    apart = set(map(str, json.loads(row.get("apart") or "[]")))
    for other, score, why in json.loads(row.get("with") or "[]"):
        if str(other) not in apart:
            ours, theirs = (str(other), id_) if _of_hubspot(row) else (id_, str(other))
            yield Pair(_KIND[name], ours, theirs, int(score), tuple(why))


def _ended(in_scope: str, rows: Sequence[Row], language: Language) -> Iterator[dict[str, Any]]:
    """Ended links: of HubSpot's rows only those whose partner in falcana does not tell the same."""
    over = [row for row in rows if _over(row)]
    partners = {_partner(row) for row in over if _of_hubspot(row)}
    told = {link for link, row in links.recall(in_scope, partners).items() if _over(row)}
    for row in over:
        if not (_of_hubspot(row) and _partner(row) in told):
            name, id_ = _named(row)
            message = text(f"falcana_ended_{row['ended']}", language)
            yield {"kind": name, "id": id_, "with": row.get("with", ""), "code": row["ended"], "message": message}


class _Wishes:
    """What people asked for already, and the next run does."""

    def __init__(self, in_scope: str) -> None:
        rows = [(*row["link"].split("#")[1:3], row) for row in islice(links.rows(in_scope, "wish#"), MOST_COUNTED)]
        taken = [(kind, id_, str(row.get("with", ""))) for kind, id_, row in rows if row.get("do") == "link"]
        self._ours = {(kind, ours) for kind, ours, _ in taken}
        self._theirs = {(kind, theirs) for kind, _, theirs in taken}
        self._apart = {(kind, id_, str(row.get("with", ""))) for kind, id_, row in rows if row.get("do") == "apart"}

    def leave(self, pair: Pair) -> bool:
        """Whether they leave a pair undecided."""
        kind = pair.kind.name
        linked = (kind, pair.ours) in self._ours or (kind, pair.theirs) in self._theirs
        return not linked and pair.key not in self._apart


def _named(row: Row) -> tuple[str, str]:
    """(kind, id) of the record that a row tells of: its link ends with them."""
    _, name, id_ = f"#{row['link']}".rsplit("#", 2)
    return name, id_


def _of_hubspot(row: Row) -> bool:
    name, _ = _named(row)
    return name == _KIND[name].other


def _partner(row: Row) -> str:
    return f"{_KIND[_named(row)[0]].name}#{row.get('with', '')}"


def _reason(code: str, language: Language) -> str:
    """Why two are alike, in words; the code where we have none."""
    known = f"falcana_alike_{code}"
    said = text(known, language)
    return code if said == known else said


def _linked(row: Row) -> bool:
    return bool(row.get("with")) and not row.get("ended")


def _over(row: Row) -> bool:
    return bool(row.get("ended"))


def _count(rows: Iterable[Row], wanted: Callable[[Row], bool] = bool) -> dict[str, Any]:
    """How many of the first rows are wanted, and whether there are more rows than we count."""
    first = list(islice(map(wanted, rows), MOST_COUNTED + 1))
    return {"count": sum(first[:MOST_COUNTED]), "more": len(first) > MOST_COUNTED}
