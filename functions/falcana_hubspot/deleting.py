"""What was deleted in falcana goes from HubSpot, too: in the end of a run, and never many without a person's word."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any

from falcana_hubspot.kinds import BY_NAME, KINDS, Kind
from falcana_hubspot.pairs import end
from falcana_hubspot.transfer import Transfer
from renkei import links
from renkei.actions import Read

MOST, ONE_IN = 20, 20
"""More records than that, or than one in so many of all that are linked, wait until a person confirms it."""


class Deleting:
    """The deletions of a run. People confirm what waits until a moment: the checkpoint `confirmed`."""

    def __init__(self, run: Transfer) -> None:
        self._run = run
        self._desk = run.desk
        self._wanted = run.desk.settings.on_falcana_delete == "archive"
        self._confirmed = str(run.load("confirmed").get("at") or "")

    def pages(self) -> Iterator[None]:
        """Archive what is allowed, page by page; tell of what waits."""
        held = self._held() if self._wanted else 0
        if held != self._run.load("deletes").get("waiting", 0):  # told once, not every five minutes
            self._run.save("deletes", {"waiting": held})
            if held:
                self._run.count("deletes_waiting", held)
                self._run.tell("falcana_deletes_wait", number=str(held))
        after, first = "", True
        while first or after:
            first = False
            rows, after = links.page(self._desk.scope, "delete#", after)
            self._archive([row for row in rows if not held or self._allowed(row)])
            yield

    def _held(self) -> int:
        """How many deletions wait for a person; 0 if none has to."""
        new = sum(1 for row in links.rows(self._desk.scope, "delete#") if not self._allowed(row))
        if new <= 1:
            return 0
        if new > MOST:
            return new
        linked = (row for kind in KINDS for row in links.rows(self._desk.scope, f"{kind.name}#") if _linked(row))
        return new if sum(1 for _ in islice(linked, new * ONE_IN)) < new * ONE_IN else 0

    def _allowed(self, row: Mapping[str, Any]) -> bool:
        return bool(self._confirmed) and str(row.get("at", "")) <= self._confirmed

    def _archive(self, rows: Sequence[Mapping[str, Any]]) -> None:
        for kind in KINDS:
            mine = {str(row["link"]).rpartition("#")[2]: row for row in rows if _kind_of(row) is kind}
            if mine:
                self._archive_these(kind, mine)
        self._desk.book.flush()

    def _archive_these(self, kind: Kind, rows: Mapping[str, Mapping[str, Any]]) -> None:
        """Archive the partners of these records of falcana; whose partner was merged into another one is let go."""
        book, desk = self._desk.book, self._desk
        book.recall(f"{kind.name}#{id_}" for id_ in rows)
        book.recall(f"{kind.other}#{row.get('with')}" for row in rows.values())
        wanted: dict[str, str] = {}
        for id_, row in rows.items():
            pair = book[f"{kind.name}#{id_}"]
            book.put(f"{kind.name}#{id_}", gone=None)
            partner = str(pair.get("with") or "")
            if not partner or pair.get("ended") or book[f"{kind.other}#{partner}"].get("with") != id_:
                continue
            if partner == row.get("with"):
                wanted[partner] = id_
            else:  # merged since into one with a new id
                end(book, kind, "merged_twice", falcana=id_, hubspot=partner)
        if not self._wanted:  # the settings were changed since
            for hubspot, id_ in wanted.items():
                end(book, kind, "falcana_deleted", falcana=id_, hubspot=hubspot)
            wanted = {}
        there = desk.hubspot.do(Read(kind.object, tuple(wanted), (kind.modified,))).records if wanted else {}
        living = [id_ for id_ in wanted if id_ in there and there[id_].id == id_]
        if living:
            desk.hubspot.archive(kind.object, living)
            self._run.count("archived_in_hubspot", len(living))
        for hubspot, id_ in wanted.items():
            merged = hubspot in there and there[hubspot].id != hubspot
            end(book, kind, "merged_twice" if merged else "archived_by_us", falcana=id_, hubspot=hubspot)
        for id_ in rows:
            book.drop(f"delete#{kind.name}#{id_}")


def _linked(row: Mapping[str, Any]) -> bool:
    return bool(row.get("with")) and not row.get("ended")


def _kind_of(row: Mapping[str, Any]) -> Kind:
    return BY_NAME[str(row["link"]).split("#")[1]]
