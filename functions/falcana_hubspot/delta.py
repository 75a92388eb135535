"""What changed since the last run: falcana's feed, HubSpot's search, and what a search does not show.

HubSpot's index lags and comes out of order. So a search begins a little before the latest change that was seen, a
second one follows an hour behind, and some of what no search shows (the recycle bin, who belongs to which company) is
looked through in turns. A checkpoint stands for what was applied, and holds the latest time that was seen, never ours.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta

from falcana_hubspot.book import unpacked
from falcana_hubspot.desk import company_of
from falcana_hubspot.gathering import InFalcana, InHubSpot
from falcana_hubspot.kinds import ADDRESS, BY_ENTITY, BY_NAME, COMPANY_OF, KINDS, PARENT, PERSON, Kind
from falcana_hubspot.pairs import linked_ids
from falcana_hubspot.transfer import Transfer
from renkei import links
from renkei.actions import Read
from renkei.deliveries import stamp
from renkei.runs import Steps
from renkei.vendors.falcana import Change, CursorExpired
from renkei.vendors.hubspot_sync import Place, Seen

OVERLAP = timedelta(minutes=2)
SETTLED = timedelta(minutes=15)  # after that, the index has what was changed before the latest change that was seen
BEHIND = timedelta(hours=1)
_STEP = timedelta(milliseconds=1)
_ONE_BY_ONE = 5
_FOUND = 200  # in a page of a search


class Delta:
    """The phases of a run that reads what changed."""

    def __init__(self, run: Transfer) -> None:
        self._run = run
        self._desk = run.desk
        self._book = run.desk.book

    # falcana.

    def feed(self) -> Steps:
        """Settle what changed in falcana. Where the feed does not reach back, the next run takes everything."""
        cursor, more = str(self._run.load("feed").get("cursor") or ""), True
        while more and cursor:
            try:
                page = self._desk.falcana.changes(cursor)
            except CursorExpired:
                self._run.save("feed", {})
                self._run.count("read_anew")
                return
            last = {(change.entity, change.id): change for change in page.changes}
            for kind in KINDS:
                self._changed(kind, [change for change in last.values() if BY_ENTITY[change.entity] is kind])
            if page.cursor != cursor:
                self._run.save("feed", {"cursor": page.cursor})
            cursor, more = page.cursor, page.more
            yield

    def _changed(self, kind: Kind, changes: list[Change]) -> None:
        self._book.recall(f"{kind.name}#{change.id}" for change in changes)
        falcana: InFalcana = {}
        for change in changes:
            if change.op == "upsert":
                if change.version > int(self._book[f"{kind.name}#{change.id}"].get("v") or 0):
                    falcana[change.id] = None
            else:
                self._run.settling.gathering.gone_from_falcana(kind, change.id, change.into)
                if change.into:
                    falcana[change.into] = None
        self._run.count("changed", len(falcana))
        self._run.settling.settle(kind, {}, falcana)

    # HubSpot.

    def search(self) -> Steps:
        """Settle what changed in HubSpot."""
        for kind in KINDS:
            yield from self._search(kind)

    def _search(self, kind: Kind) -> Steps:
        state, name = self._run.state, f"search.{kind.object}"
        if state.get(name) == "end":
            return
        newest = self._run.moment(name, self._desk.now)
        settled = self._desk.now - newest > SETTLED
        place: Place | None = Place(newest + _STEP if settled else newest - OVERLAP)
        if name in state:
            place = Place.of(state[name])
        while place is not None:
            begin = place.begin
            page, place = self._desk.hubspot.modified(kind.object, place)
            new = self._settle(kind, page)
            if place and not new and begin < newest:  # many were changed together, and all of them were seen
                place = Place(newest + _STEP)
            newest = max([newest, *(one.at for one in page)])
            if page:
                self._run.save(name, {"at": stamp(newest)})
            state[name] = place.text() if place else "end"
            yield

    def late(self) -> Steps:
        """Read what changed until an hour ago once more; companies and contacts take turns."""
        if self._busy():
            return
        kind = KINDS[self._turn() % 2]
        saved = self._run.load(f"late.{kind.object}")
        newest, until = datetime.fromisoformat(saved["at"]), self._desk.now - BEHIND
        place: Place | None = Place.of(saved["place"]) if saved.get("place") else Place(newest + _STEP)
        pages = 1 + self._run.counts.get("changed", 0) // 100
        while place is not None and place.begin <= until and pages:
            page, place = self._desk.hubspot.modified(kind.object, place, until)
            self._settle(kind, page)
            newest, pages = max([newest, *(one.at for one in page)]), pages - 1
            self._run.save(f"late.{kind.object}", {"at": stamp(newest), **({"place": place.text()} if place else {})})
            yield

    def _settle(self, kind: Kind, page: Iterable[Seen]) -> int:
        """Settle what was changed since it was looked at last; gives how many that are."""
        found = {one.id: one.at for one in page}
        self._book.recall(f"{kind.other}#{id_}" for id_ in found)
        new: InHubSpot = {id_: None for id_, at in found.items() if not self._seen(kind, id_, at)}
        self._run.count("changed", len(new))
        self._run.settling.settle(kind, new, {})
        return len(new)

    def _seen(self, kind: Kind, id_: str, at: datetime) -> bool:
        row = self._book[f"{kind.other}#{id_}"]
        if row.get("ended"):
            return True
        known = str(row.get("at") or "")
        return bool(known) and datetime.fromisoformat(known) == at

    # What no search shows.

    def look(self) -> Steps:
        """Look through a page of one recycle bin, or of who belongs to which company; each has its turn."""
        if full := self._run.load("bin").get("kind"):  # the last run left some of it
            self._archived(BY_NAME[full])
            yield
            return
        if self._busy():
            return
        match self._turn() % 3:
            case 0:
                self._archived(ADDRESS)
            case 1:
                self._archived(PERSON)
            case _:
                self._belonging()
        yield

    def _archived(self, kind: Kind) -> None:
        name = f"archived.{kind.object}"
        page, behind = self._desk.hubspot.archived(kind.object, str(self._run.load(name).get("after") or ""))
        self._book.recall(f"{kind.other}#{one.id}" for one in page)
        rows = {one.id: self._book[f"{kind.other}#{one.id}"] for one in page}
        known = [id_ for id_, row in rows.items() if (row.get("with") or row.get("parked")) and not row.get("ended")]
        # Read one by one, because a merged record is archived, too: so a few in a run, and the rest in the next ones.
        self._run.settling.settle(kind, dict.fromkeys(known[:_ONE_BY_ONE]), {})
        self._run.count("changed", len(known[:_ONE_BY_ONE]))
        if len(known) > _ONE_BY_ONE:
            self._run.save("bin", {"kind": kind.name})
            return
        self._run.save("bin", {})
        self._run.save(name, {"after": behind})

    def _belonging(self) -> None:
        """Settle contacts whose company is another than was agreed on: that need not show in when they changed."""
        name, desk, book = f"{PERSON.other}#", self._desk, self._book
        rows, behind = links.page(desk.scope, name, str(self._run.load("belonging").get("after") or ""))
        linked = linked_ids(row for row in rows if not row.get("parked"))
        read = Read(PERSON.object, tuple(linked), (COMPANY_OF,))
        belongs = (
            {id_: company_of(one.properties) for id_, one in desk.hubspot.do(read).records.items()} if linked else {}
        )
        book.recall(f"{name}{id_}" for id_ in belongs)
        book.recall(f"{PERSON.name}#{book[f'{name}{id_}'].get('with')}" for id_ in belongs)
        book.recall(f"{ADDRESS.other}#{company}" for company in belongs.values() if company)
        moved: InHubSpot = {id_: None for id_, company in belongs.items() if company and self._moved(id_, company)}
        self._run.settling.settle(PERSON, moved, {})
        self._run.save("belonging", {"after": behind})

    def _moved(self, contact: str, company: str) -> bool:
        row = self._book[f"{PERSON.name}#{self._book[f'{PERSON.other}#{contact}'].get('with')}"]
        address = self._book[f"{ADDRESS.other}#{company}"].get("with")
        told = self._desk.agreed(PERSON, PARENT, str(row.get("of") or ""), str(address))
        return bool(address) and not row.get("parked") and unpacked(row, "agreed").get(PARENT) != told

    def _busy(self) -> bool:
        """Whether the run had a little to do: then all but one in five leave the calls to it."""
        return 0 < self._run.counts.get("changed", 0) <= _FOUND and self._turn() % 5 != 0

    def _turn(self) -> int:
        """Whose turn it is: the number of this run."""
        if "turn" not in self._run.kept:
            number = int(self._run.load("turn").get("n") or 0) + 1
            self._run.save("turn", {"n": number})
            self._run.kept["turn"] = number
        return int(self._run.kept["turn"])
