"""What a person asked for at the admin's door, and what is to be looked at again: the first that a run does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

from falcana_hubspot.desk import TO_HUBSPOT, Desk
from falcana_hubspot.gathering import InFalcana, InHubSpot
from falcana_hubspot.kinds import BY_NAME, KINDS, Kind
from falcana_hubspot.pairs import Notes, end, join, look_again, unpark
from falcana_hubspot.settling import Settling
from renkei import links
from renkei.actions import Item, Read, Update
from renkei.errors import NotFound
from renkei.vendors.hubspot_sync import FALCANA_ID

_KEY = {"scope", "link"}


class Wishes:
    """Does what rows ask for; each row is dropped with what was done about it."""

    def __init__(self, desk: Desk, notes: Notes, settling: Settling) -> None:
        self._desk = desk
        self._book = desk.book
        self._notes = notes
        self._settling = settling

    def granted(self) -> Iterator[None]:
        """Link, keep apart, and begin anew, as people said."""
        while rows := links.page(self._desk.scope, "wish#")[0]:
            for row in rows:
                _, name, id_ = str(row["link"]).split("#")[:3]  # a pair that is kept apart has the other id, too
                self._grant(BY_NAME[name], id_, str(row.get("do")), str(row.get("with") or ""))
                self._notes.count("wishes")
            self._book.flush()
            self._drop_granted(rows)
            yield

    def _drop_granted(self, rows: list[dict[str, Any]]) -> None:
        """Drop the rows of wishes, but not one that says something else by now."""
        told = {str(row["link"]): {name: text for name, text in row.items() if name not in _KEY} for row in rows}
        self._book.recall(told)
        for link, row in told.items():
            if self._book[link] == row:
                self._book.drop(link)
        self._book.flush()

    def _grant(self, kind: Kind, falcana: str, do: str, hubspot: str) -> None:
        book = self._book
        row = book[f"{kind.name}#{falcana}"]
        if do == "link":
            self._link(kind, falcana, hubspot)
        elif do == "apart" and hubspot and row.get("with") == hubspot:
            end(book, kind, "kept_apart", falcana=falcana, hubspot=hubspot)
            return
        elif do == "apart":
            self._forget_alike(kind, falcana, hubspot)
            self._look_again(f"{kind.other}#{hubspot}")
        elif do == "again":
            self._anew(kind, falcana, str(row.get("with") or ""))
        self._look_again(f"{kind.name}#{falcana}")

    def _link(self, kind: Kind, falcana: str, hubspot: str) -> None:
        book = self._book
        before, other = book[f"{kind.name}#{falcana}"].get("with"), book[f"{kind.other}#{hubspot}"].get("with")
        if before and before != hubspot:
            self._unmark_hubspot(kind, str(before))
            end(book, kind, "kept_apart", hubspot=str(before))
        if other and other != falcana:
            self._unmark_falcana(kind, str(other), hubspot)
            end(book, kind, "kept_apart", falcana=str(other))
        for link, partner in ((f"{kind.name}#{falcana}", hubspot), (f"{kind.other}#{hubspot}", falcana)):
            unpark(book, link)
            book.replace(link, **{"with": partner})
        for link in (f"alike#{kind.name}#{falcana}", f"alike#{kind.other}#{hubspot}"):
            book.put(link, **{"with": None})
        book.drop(f"delete#{kind.name}#{falcana}")
        self._notes.count("linked")

    def _unmark_hubspot(self, kind: Kind, hubspot: str) -> None:
        """Take our mark off a record that has no partner any more: it is unique, and another one's now."""
        if TO_HUBSPOT in self._desk.ways:
            self._desk.hubspot.do(Update(kind.object, (Item(hubspot, {FALCANA_ID: ""}),)))

    def _unmark_falcana(self, kind: Kind, falcana: str, hubspot: str) -> None:
        for one in self._desk.falcana.find(kind.entity, "ids", [falcana]):
            if one.external_id == hubspot:
                with suppress(NotFound):
                    self._desk.falcana.update(kind.entity, falcana, one.version, {}, external_id="")

    def _anew(self, kind: Kind, falcana: str, partner: str) -> None:
        """Let a record begin anew: with the partner that it had, or, if one of the two is gone, without."""
        book, desk = self._book, self._desk
        if partner and book[f"{kind.other}#{partner}"].get("with") != falcana:
            partner = ""  # it is another one's by now
        links_ = [f"{kind.name}#{falcana}", *([f"{kind.other}#{partner}"] if partner else [])]
        there = partner and desk.hubspot.do(Read(kind.object, (partner,), (kind.modified,))).records.get(partner)
        alive = there and there.id == partner and desk.falcana.find(kind.entity, "ids", [falcana])
        for link in links_:
            unpark(book, link)
            book.drop(link)
        if alive:
            join(book, kind, falcana, partner)
        elif partner:
            self._look_again(f"{kind.other}#{partner}")
        book.drop(f"delete#{kind.name}#{falcana}")

    def _forget_alike(self, kind: Kind, falcana: str, hubspot: str) -> None:
        """Take a candidate out of the rows of both."""
        for link, other in ((f"alike#{kind.name}#{falcana}", hubspot), (f"alike#{kind.other}#{hubspot}", falcana)):
            left = [one for one in json.loads(self._book[link].get("with") or "[]") if str(one[0]) != other]
            self._book.put(link, **{"with": json.dumps(left, separators=(",", ":")) if left else None})

    def _look_again(self, link: str) -> None:
        unpark(self._book, link)
        self._book.put(link, v=None, at=None)
        look_again(self._book, link, self._desk.now)

    # What is to be looked at again.

    def looked_at_again(self) -> Iterator[None]:
        """Settle what waited for something that is there now; addresses and companies first."""
        for kind in KINDS:
            after, first = "", True
            while first or after:
                first = False
                rows, after = links.page(self._desk.scope, "again#", after)
                self._again(kind, [row for row in rows if BY_NAME[str(row["link"]).split("#")[1]] is kind])
                yield

    def _again(self, kind: Kind, rows: list[dict[str, Any]]) -> None:
        if not rows:
            return
        named = [str(row["link"]).split("#")[1:] for row in rows]
        hubspot: InHubSpot = {id_: None for name, id_ in named if name == kind.other}
        falcana: InFalcana = {id_: None for name, id_ in named if name == kind.name}
        self._settling.settle(kind, hubspot, falcana)
        before = {str(row["link"]): {name: row[name] for name in ("at", "n") if name in row} for row in rows}
        self._book.recall(before)
        for link, row in before.items():
            if self._book[link] == row:  # else it is to be looked at once more
                self._book.drop(link)
        self._settling.close()

    def parked(self) -> Iterator[None]:
        """Have all that is parked looked at again: a setting changed, or somebody asked for it."""
        after, first = "", True
        while first or after:
            first = False
            rows, after = links.page(self._desk.scope, "parked#", after)
            for row in rows:
                self._look_again(str(row["link"]).removeprefix("parked#"))
            self._book.flush()
            yield
