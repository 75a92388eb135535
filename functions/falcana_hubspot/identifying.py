"""The partner of a record that has none: by the marks that we set, then by an exact mail address or customer number.

Whatever else two records share is for a person to decide on (`scanning`); until then the record is held back.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence

from falcana_hubspot.desk import TO_FALCANA, TO_HUBSPOT, Desk
from falcana_hubspot.kinds import NUMBER, Kind
from falcana_hubspot.pairs import OWN, Notes, Pair, end, ended, join, kept_apart, nobody_else, park, seen
from falcana_hubspot.plan import Way
from falcana_hubspot.values import canonical
from renkei.actions import Read, Record, Search
from renkei.errors import Rejected
from renkei.vendors.falcana import By
from renkei.vendors.falcana import Record as FalcanaRecord
from renkei.vendors.hubspot_sync import FALCANA_ID

_BY: Mapping[str, By] = {"email": "emails", NUMBER: "customer_numbers"}
_FORMS = {"email": "mail", NUMBER: "text"}
_NAMED = 5  # others that a message names
_NOBODY = "?"


class Identifying:
    """Finds partners. What is found is remembered at once, so that no second record takes it."""

    def __init__(self, desk: Desk, notes: Notes, ways: frozenset[Way]) -> None:
        self._desk = desk
        self._book = desk.book
        self._notes = notes
        self._ways = ways

    # Records of HubSpot.

    def of_hubspot(self, kind: Kind, alone: Sequence[Record]) -> list[Pair]:
        """Pairs of records of HubSpot that have no partner yet; those without one are to be made in falcana."""
        if not alone or TO_FALCANA not in self._ways:
            return []
        found: dict[str, FalcanaRecord] = {}
        self._marked(kind, alone, found)
        rest = [one for one in alone if one.id not in found]
        wanted = {one.id for one in rest}
        there = self._desk.falcana.find(kind.entity, "external_ids", sorted(wanted)) if wanted else []
        self._book.recall(f"{kind.name}#{one.id}" for one in there)
        passed = {one.external_id for one in there if ended(self._book, kind, one.id)}
        marks = {one.id: one.properties.get(FALCANA_ID, "") for one in rest}
        for one in there:
            ours = marks.get(one.external_id) == one.id or self._book[f"{kind.other}#{one.external_id}"].get("sent")
            if ours and one.external_id in wanted - passed and self._free(kind, one.id, one.external_id):
                found[one.external_id] = one
                join(self._book, kind, one.id, one.external_id)
        rest = [one for one in rest if one.id not in found and one.id not in passed]
        held = self._same_in_falcana(kind, rest, found)
        pairs = [Pair(kind, one, found[one.id]) for one in alone if one.id in found]
        pairs += [Pair(kind, one) for one in self._not_held(kind, rest, found, held)]
        return pairs

    def _marked(self, kind: Kind, alone: Sequence[Record], found: dict[str, FalcanaRecord]) -> None:
        """Those that bear the id of their partner: whoever made them died before it was remembered.

        A mark alone may be of another tenant: its partner has to bear the other mark, or we noted that we make it.
        """
        marks = {mark: one.id for one in alone if (mark := one.properties.get(FALCANA_ID, "")) and mark.isdecimal()}
        self._book.recall(f"{kind.name}#{mark}" for mark in marks)
        wanted = [mark for mark, id_ in marks.items() if self._free(kind, mark, id_)]
        for one in self._desk.falcana.find(kind.entity, "ids", wanted) if wanted else ():
            if one.external_id == marks[one.id] or self._book[f"{kind.name}#{one.id}"].get("sent"):
                found[marks[one.id]] = one
                join(self._book, kind, one.id, marks[one.id])

    def _same_in_falcana(self, kind: Kind, rest: Sequence[Record], found: dict[str, FalcanaRecord]) -> set[str]:
        """Look for the rest by what is certain. Gives those that it is not certain of."""
        held: set[str] = set()
        by_id = {one.id: one for one in rest}
        for field, name in self._desk.matched(kind).items():
            given = {one.id: value for one in rest if (value := self._value(field, one.properties.get(name, "")))}
            given = {id_: value for id_, value in given.items() if id_ not in found}
            if not given:
                continue
            there = self._find(kind, field, given.values())
            self._book.recall(f"{kind.name}#{one.id}" for one in there)
            for id_, value in given.items():
                same = {one.id: one for one in there if self._value(field, one.values.get(field, "")) == value}
                chosen = self._choose(kind, by_id[id_], same.keys())
                if chosen in same:
                    found[id_] = same[chosen]
                    join(self._book, kind, chosen, id_)
                    self._notes.count("linked")
                    self._notes.example("linked", chosen, id_)
                elif chosen:
                    held.add(id_)
        return held

    # Records of falcana.

    def of_falcana(self, kind: Kind, alone: Sequence[FalcanaRecord]) -> list[Pair]:
        """The same for records of falcana; those without a partner are to be made in HubSpot."""
        alone = [one for one in alone if kind.name != "address" or self._is_company(kind, one)]
        if not alone or TO_HUBSPOT not in self._ways:
            return []
        found: dict[str, Record] = {}
        desk, book = self._desk, self._book
        marks = {one.external_id: one.id for one in alone if one.external_id.isdecimal()}
        book.recall(f"{kind.other}#{mark}" for mark in marks)
        wanted = tuple(mark for mark, id_ in marks.items() if self._lone(kind, mark, id_))
        if wanted:
            there = desk.hubspot.do(Read(kind.object, wanted, desk.properties(kind))).records
            for mark in wanted:
                record = there.get(mark)
                if not record and book[f"{kind.other}#{mark}"].get("sent"):  # made for one that is gone since
                    end(book, kind, "hubspot_deleted", falcana=marks[mark], hubspot=mark)
                elif record and record.id != mark and not self._lone(kind, record.id, marks[mark]):  # or was merged
                    end(book, kind, "merged_twice", falcana=marks[mark])
                    kept = str(book[f"{kind.other}#{record.id}"].get("with"))
                    told = {"kept": kept, "left": marks[mark], "hubspot": record.id}
                    self._notes.tell("falcana_merged_in_hubspot", kind=kind.name, **told)
            alone = [one for one in alone if not ended(book, kind, one.id)]
            for mark, record in there.items():
                ours = record.properties.get(FALCANA_ID) == marks[mark] or book[f"{kind.other}#{mark}"].get("sent")
                if ours and self._lone(kind, record.id, marks[mark]):
                    found[marks[mark]] = record
                    join(book, kind, marks[mark], record.id)
        rest = [one for one in alone if one.id not in found]
        held = self._same_in_hubspot(kind, rest, found)
        pairs = [Pair(kind, found[one.id], one) for one in alone if one.id in found]
        pairs += [Pair(kind, None, one) for one in self._not_held(kind, rest, found, held)]
        return pairs

    def _same_in_hubspot(self, kind: Kind, rest: Sequence[FalcanaRecord], found: dict[str, Record]) -> set[str]:
        names = self._desk.matched(kind)
        held = self._twice(kind, rest) if "email" in names and kind.name == "person" else set()
        by_id = {one.id: one for one in rest}
        given: dict[str, dict[str, str]] = {
            field: {one.id: value for one in rest if (value := self._value(field, one.values.get(field, "")))}
            for field in names
        }
        there = self._look(kind, {names[field]: tuple(values.values()) for field, values in given.items() if values})
        self._book.recall(f"{kind.other}#{one.id}" for one in there)
        rivals = self._rivals(kind, given) if there else {}
        for field, values in given.items():
            for id_, value in values.items():
                if id_ in found or id_ in held:
                    continue
                same = {
                    one.id: one for one in there if self._value(field, one.properties.get(names[field], "")) == value
                }
                others = rivals.get((field, value), set()) - {id_} if same else set()
                if others:
                    self._hold(kind, by_id[id_], self._taken(kind, id_, others))
                    held.add(id_)
                    continue
                chosen = self._choose(kind, by_id[id_], same.keys())
                if chosen in same:
                    found[id_] = same[chosen]
                    join(self._book, kind, id_, chosen)
                    self._notes.count("linked")
                    self._notes.example("linked", id_, chosen)
                elif chosen:
                    held.add(id_)
        return held

    def _rivals(self, kind: Kind, given: Mapping[str, Mapping[str, str]]) -> dict[tuple[str, str], set[str]]:
        """Who else in falcana has the same address or number, and could as well be the record in HubSpot."""
        found: dict[tuple[str, str], set[str]] = {}
        for field, values in given.items():
            for one in self._find(kind, field, values.values()):
                found.setdefault((field, self._value(field, one.values.get(field, ""))), set()).add(one.id)
        self._book.recall(f"{kind.name}#{id_}" for ids in found.values() for id_ in ids)
        rows = {id_: self._book[f"{kind.name}#{id_}"] for ids in found.values() for id_ in ids}
        return {key: {id_ for id_ in ids if not rows[id_].get("with")} for key, ids in found.items()}

    def _find(self, kind: Kind, field: str, values: Iterable[str]) -> list[FalcanaRecord]:
        """falcana's records with these values; it knows addresses in any case, and numbers as they are written."""
        wanted = {way for text in values for way in ((text,) if field == "email" else (text, text.upper()))}
        return self._desk.falcana.find(kind.entity, _BY[field], sorted(wanted)) if wanted else []

    def _taken(self, kind: Kind, id_: str, others: Iterable[str]) -> Rejected:
        return Rejected("falcana_taken", kind=kind.name, id=id_, others=" ".join(sorted(others)[:_NAMED]))

    def _twice(self, kind: Kind, rest: Sequence[FalcanaRecord]) -> set[str]:
        """Those with the mail address of another one of these: a contact's is its own."""
        first, held = dict[str, str](), set[str]()
        for one in rest:
            mail = self._value("email", one.values.get("email", ""))
            if mail and first.setdefault(mail, one.id) != one.id:
                self._hold(kind, one, Rejected("falcana_taken", kind=kind.name, id=one.id, others=first[mail]))
                held.add(one.id)
        return held

    def _look(self, kind: Kind, wanted: Mapping[str, tuple[str, ...]]) -> list[Record]:
        desk = self._desk
        if not wanted:
            return []
        if kind.name == "person":  # contacts are unique by their mail address, which does not lag
            mails = tuple(sorted(set(wanted[desk.property_of(kind, "email")])))
            return list(desk.hubspot.having(kind.object, "email", mails, desk.properties(kind)).values())
        return list(desk.hubspot.do(Search(kind.object, wanted, desk.properties(kind))).records.values())

    # Both.

    def _choose(self, kind: Kind, me: Record | FalcanaRecord, same: Iterable[str]) -> str:
        """The one that is the same; "" if none is, and no id if that is not certain.

        One that belongs to another record already, or several that could be it, are for a person.
        """
        mine, theirs = (kind.other, kind.name) if isinstance(me, Record) else (kind.name, kind.other)
        apart = kept_apart(self._book[f"alike#{mine}#{me.id}"])
        rows = {id_: self._book[f"{theirs}#{id_}"] for id_ in same if id_ not in apart}
        rows = {id_: row for id_, row in rows.items() if not row.get("out")}
        free = [id_ for id_, row in rows.items() if not row.get("with") and not row.get("ended")]
        if len(free) == 1 and len(rows) == 1:
            return free[0]
        if rows:
            self._hold(kind, me, self._taken(kind, me.id, rows))
            return _NOBODY
        return ""

    def _not_held[T: (Record, FalcanaRecord)](
        self, kind: Kind, rest: Sequence[T], found: Mapping[str, object], held: set[str]
    ) -> list[T]:
        """Those to be made: not found, and nobody has to decide on them first."""
        left = [one for one in rest if one.id not in found and one.id not in held]
        self._book.recall(f"alike#{_link(kind, one)}" for one in left)
        self._let_go(kind, left)
        free = []
        for one in left:
            if self._book[f"alike#{_link(kind, one)}"].get("with"):
                self._hold(kind, one, Rejected("falcana_undecided", kind=kind.name, id=one.id))
            else:
                free.append(one)
        return free

    def _let_go(self, kind: Kind, held: Sequence[Record | FalcanaRecord]) -> None:
        """Take out candidates that are gone: nobody could decide on them any more."""
        rows = [self._book[f"alike#{_link(kind, one)}"] for one in held]
        ids = {str(one[0]) for row in rows for one in json.loads(row.get("with") or "[]")}
        if not ids:
            return
        if isinstance(held[0], Record):
            there = {one.id for one in self._desk.falcana.find(kind.entity, "ids", sorted(ids))}
        else:
            read = self._desk.hubspot.do(Read(kind.object, tuple(sorted(ids)), (kind.modified,))).records
            there = {asked for asked, one in read.items() if one.id == asked}
        name = kind.name if isinstance(held[0], Record) else kind.other
        for gone in ids - there:
            nobody_else(self._book, name, gone, self._desk.now)

    def _hold(self, kind: Kind, one: Record | FalcanaRecord, why: Rejected) -> None:
        looked_at = seen(kind, hubspot=one) if isinstance(one, Record) else seen(kind, falcana=one)
        park(self._book, _link(kind, one), why, self._desk.now, looked_at)
        self._notes.count("undecided")
        self._notes.example("undecided", one.id)

    def _is_company(self, kind: Kind, one: FalcanaRecord) -> bool:
        """Whether an address is of a kind that is a company; remembered, for those who belong to it."""
        # One that we made for a contact without a company is none.
        mine = one.values.get("kind", "company") in self._desk.settings.kinds and not one.external_id.startswith(OWN)
        if not mine or self._book[f"{kind.name}#{one.id}"].get("out"):
            self._book.put(f"{kind.name}#{one.id}", out=not mine)
        return mine

    def _free(self, kind: Kind, falcana: str, hubspot: str) -> bool:
        row = self._book[f"{kind.name}#{falcana}"]
        return row.get("with", hubspot) == hubspot and not row.get("ended")

    def _lone(self, kind: Kind, hubspot: str, falcana: str) -> bool:
        row = self._book[f"{kind.other}#{hubspot}"]
        return row.get("with", falcana) == falcana and not row.get("ended")

    def _value(self, field: str, text: str) -> str:
        return canonical(_FORMS[field], text, self._desk.settings.region)  # type: ignore[arg-type]


def _link(kind: Kind, one: Record | FalcanaRecord) -> str:
    return f"{kind.other if isinstance(one, Record) else kind.name}#{one.id}"
