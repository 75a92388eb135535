"""From ids to pairs: reads both sides, follows merges, and notes what is gone."""

from __future__ import annotations

from collections.abc import Iterable

from falcana_hubspot.desk import MERGED, Desk
from falcana_hubspot.identifying import Identifying
from falcana_hubspot.kinds import Kind
from falcana_hubspot.pairs import Notes, Pair, end, join, look_again, nobody_else, unpark
from falcana_hubspot.plan import Way
from renkei.actions import Read, Record
from renkei.deliveries import stamp
from renkei.errors import NotFound
from renkei.vendors.falcana import Gone
from renkei.vendors.falcana import Record as FalcanaRecord
from renkei.vendors.hubspot_sync import FALCANA_ID

type InHubSpot = dict[str, Record | None]
type InFalcana = dict[str, FalcanaRecord | None]
"""Records by id; None where only the id is known yet."""


class Gathering:
    """Gathers the pairs of a page. `ways`: the directions of this run; a record without a partner that flows
    nowhere is left out.
    """

    def __init__(self, desk: Desk, notes: Notes, ways: frozenset[Way]) -> None:
        self._desk = desk
        self._book = desk.book
        self._notes = notes
        self._identifying = Identifying(desk, notes, ways)

    def pairs(self, kind: Kind, hubspot: InHubSpot, falcana: InFalcana) -> list[Pair]:
        """The pairs that these records are part of, both sides read."""
        left, right = dict(hubspot), dict(falcana)
        self._partners(kind, left, right)
        self._read_hubspot(kind, left)
        self._partners(kind, left, right)  # a merge has others
        self._read_falcana(kind, left, right)
        self._read_hubspot(kind, left)  # those of winners of merges in falcana
        found, alone, lonely = list[Pair](), list[Record](), list[FalcanaRecord]()
        for id_, record in left.items():
            partner = self._book[f"{kind.other}#{id_}"].get("with")
            there = right.get(str(partner)) if partner else None
            if record and there:
                found.append(Pair(kind, record, there))
            elif record and not partner:
                alone.append(record)
        for id_, one in right.items():
            if one and not self._book[f"{kind.name}#{id_}"].get("with"):
                lonely.append(one)
        return [*found, *self._identifying.of_hubspot(kind, alone), *self._identifying.of_falcana(kind, lonely)]

    def _partners(self, kind: Kind, left: InHubSpot, right: InFalcana) -> None:
        """Add the partners that are known, and take out what is not transferred any more."""
        book = self._book
        for _ in range(2):
            for name, side, other in ((kind.other, left, right), (kind.name, right, left)):
                book.recall(f"{name}#{id_}" for id_ in side)
                for id_ in list(side):
                    row = book[f"{name}#{id_}"]
                    if row.get("ended") or row.get("gone"):
                        del side[id_]
                    elif row.get("with"):
                        other.setdefault(str(row["with"]), None)

    def _read_hubspot(self, kind: Kind, left: InHubSpot) -> None:
        desk = self._desk
        if missing := tuple(id_ for id_, record in left.items() if record is None):
            result = desk.hubspot.do(Read(kind.object, missing, desk.properties(kind)))
            for asked, record in result.records.items():
                if asked != record.id:  # merged: it answers with the id of the one that is left
                    left.pop(asked, None)
                    self._rekey(kind, [asked], record)
                left[record.id] = record
            for asked in result.failed:
                del left[asked]
                self.gone_from_hubspot(kind, asked)
        merged = {record.id: olds for record in left.values() if record and (olds := _merged(record))}
        self._book.recall(f"{kind.other}#{old}" for olds in merged.values() for old in olds)
        for id_, olds in merged.items():
            there = left[id_]
            if there and any(self._book[f"{kind.other}#{old}"].get("with") for old in olds):
                self._rekey(kind, olds, there)

    def _rekey(self, kind: Kind, olds: Iterable[str], record: Record) -> None:
        """Let the pairs of records that were merged in HubSpot go on under the id that is left.

        One of several keeps it; the others of falcana are two records with one partner, which a person has to see to.
        """
        book, olds = self._book, [old for old in olds if old != record.id]
        book.recall(f"{kind.other}#{id_}" for id_ in (*olds, record.id))
        rows = [book[f"{kind.other}#{id_}"] for id_ in (record.id, *olds)]
        theirs = list(dict.fromkeys(str(row["with"]) for row in rows if row.get("with") and not row.get("ended")))
        over = next((row for row in rows if row.get("ended")), None)
        for old in olds:
            nobody_else(book, kind.other, old, self._desk.now)
            book.drop(f"{kind.other}#{old}")
        if not theirs:
            if over:  # what is not transferred any more does not come back by a merge
                book.replace(f"{kind.other}#{record.id}", **{"with": over.get("with"), "ended": over["ended"]})
            return
        living = theirs
        if len(theirs) > 1:
            found = {one.id for one in self._desk.falcana.find(kind.entity, "ids", theirs)}
            living = [one for one in theirs if one in found] or theirs
        marked = record.properties.get(FALCANA_ID, "")
        kept = marked if marked in living else living[0]
        for other in theirs:
            if other not in living:  # deleted there, and the record goes on for the other one
                book.drop(f"delete#{kind.name}#{other}")
                end(book, kind, "falcana_deleted", falcana=other)
            elif other != kept:
                end(book, kind, "merged_twice", falcana=other)
                self._notes.count("ended")
                self._notes.tell("falcana_merged_in_hubspot", kind=kind.name, kept=kept, left=other, hubspot=record.id)
        book.put(f"{kind.other}#{record.id}", at=None, ended=None)
        join(book, kind, kept, record.id)

    def gone_from_hubspot(self, kind: Kind, hubspot: str) -> None:
        """Note that a record was deleted in HubSpot: it stays in falcana, and is not transferred any more."""
        link = f"{kind.other}#{hubspot}"
        partner = str(self._book[link].get("with") or "")
        nobody_else(self._book, kind.other, hubspot, self._desk.now)
        if partner:
            end(self._book, kind, "hubspot_deleted", falcana=partner, hubspot=hubspot)
            self._notes.count("ended")
        else:
            unpark(self._book, link)
            self._book.drop(link)

    def _read_falcana(self, kind: Kind, left: InHubSpot, right: InFalcana) -> None:
        desk = self._desk
        missing = [id_ for id_, record in right.items() if record is None]
        if not missing:
            return
        right.update({record.id: record for record in desk.falcana.find(kind.entity, "ids", missing)})
        for id_ in missing:
            if right[id_] is None:
                del right[id_]
                there, into = self.missing_in_falcana(kind, id_)
                if there:
                    right[id_] = there
                elif into and into not in right and not self._book[f"{kind.name}#{into}"].get("ended"):
                    right.update({record.id: record for record in desk.falcana.find(kind.entity, "ids", [into])})
                    if partner := self._book[f"{kind.name}#{into}"].get("with"):
                        left.setdefault(str(partner), None)

    def missing_in_falcana(self, kind: Kind, falcana: str) -> tuple[FalcanaRecord | None, str]:
        """Look once more for a record that was not found: (it, or the id of the one that it was merged into).

        What is gone is noted.
        """
        try:
            return self._desk.falcana.get(kind.entity, falcana), ""
        except Gone as gone:
            self.gone_from_falcana(kind, falcana, gone.into)
            return None, gone.into
        except NotFound:
            self.gone_from_falcana(kind, falcana)
            return None, ""

    def gone_from_falcana(self, kind: Kind, falcana: str, into: str = "") -> None:
        """Note that a record was deleted in falcana, or merged into another.

        What was deleted goes from HubSpot, too, in the end of the run; if the settings want that.
        """
        book = self._book
        row = book[f"{kind.name}#{falcana}"]
        partner = str(row.get("with") or "")
        nobody_else(book, kind.name, falcana, self._desk.now)
        if not partner:
            unpark(book, f"{kind.name}#{falcana}")
            book.drop(f"{kind.name}#{falcana}")
        if not partner or row.get("ended"):
            return
        if into:
            self._merged_in_falcana(kind, falcana, into, partner)
        elif self._desk.settings.on_falcana_delete == "archive":  # by the next run in that direction
            if not book[f"delete#{kind.name}#{falcana}"]:  # looked at itself: a death may leave but one of the two rows
                book.put(f"delete#{kind.name}#{falcana}", **{"with": partner, "at": stamp(self._desk.now)})
                book.put(f"{kind.name}#{falcana}", gone=True)
        else:
            end(book, kind, "falcana_deleted", falcana=falcana, hubspot=partner)
            self._notes.count("ended")

    def _merged_in_falcana(self, kind: Kind, loser: str, winner: str, partner: str) -> None:
        book = self._book
        row = book[f"{kind.name}#{winner}"]
        if row.get("with") == partner and not row.get("ended"):  # done before, but for this
            book.drop(f"{kind.name}#{loser}")
            return
        left_over = row.get("ended") == "merged_twice"  # in HubSpot, the other way round: one pair is left
        if (row.get("with") or row.get("ended")) and not left_over:
            end(book, kind, "merged_twice", falcana=loser, hubspot=partner)
            self._notes.count("ended")
            self._notes.tell("falcana_merged", kind=kind.name, kept=winner, left=loser, hubspot=partner)
            return
        lost = book[f"{kind.name}#{loser}"]
        book.drop(f"{kind.name}#{loser}")
        book.drop(f"{kind.name}#{winner}")
        join(book, kind, winner, partner)
        look_again(book, f"{kind.name}#{winner}", self._desk.now)  # whoever noticed it may not settle this one
        book.put(f"{kind.name}#{winner}", agreed=lost.get("agreed"), of=lost.get("of"))  # that still holds


def _merged(record: Record) -> list[str]:
    return [id_ for id_ in record.properties.get(MERGED, "").split(";") if id_ and id_ != record.id]
