"""Everything goes over: a run on demand in one direction, and the first automatic run of a direction."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from falcana_hubspot.deleting import Deleting
from falcana_hubspot.desk import TO_FALCANA, TO_HUBSPOT
from falcana_hubspot.kinds import KINDS
from falcana_hubspot.plan import Way
from falcana_hubspot.scanning import Scanning
from falcana_hubspot.transfer import Transfer
from falcana_hubspot.wishes import Wishes
from renkei import links
from renkei.deliveries import stamp
from renkei.runs import Steps

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
type Phases = list[Callable[[], Steps]]


class Whole:
    """The phases of a whole transfer. From where the next run reads what changed is noted before it begins."""

    def __init__(self, run: Transfer) -> None:
        self._run = run
        self._desk = run.desk
        scanning = Scanning(run)
        wishes = Wishes(run.desk, run, run.settling)
        self._first: Phases = [scanning.index, scanning.look, scanning.clear]
        if not run.dry:
            # What a run in one direction cannot settle in both is left to the automatic run.
            again = [wishes.looked_at_again] if run.ways >= run.desk.ways else []
            self._first = [wishes.granted, *again, *self._first]

    def of_hubspot(self) -> Phases:
        """The phases of HubSpot → falcana."""
        return [self._note_times, *self._first, self._hubspot, self._keep_times]

    def of_falcana(self) -> Phases:
        """The phases of falcana → HubSpot."""
        return [self._note_cursor, *self._first, self._falcana, self._deleted, self._keep_cursor]

    def _note_times(self) -> Steps:
        kept = self._run.kept
        if "times" not in kept:
            newest = {kind.object: self._desk.hubspot.newest(kind.object) for kind in KINDS}
            kept["times"] = {name: stamp(at or _EPOCH) for name, at in newest.items()}
        yield

    def _hubspot(self) -> Steps:
        state = self._run.state
        for kind in KINDS:
            while (after := state.get(f"of.{kind.object}", "")) != "end":
                page, behind = self._desk.hubspot.page(kind.object, self._desk.properties(kind), after)
                self._run.count("seen", len(page))
                self._run.settling.settle(kind, {one.id: one for one in page}, {})
                state[f"of.{kind.object}"] = behind or "end"
                yield

    def _keep_times(self) -> Steps:
        for name, at in self._run.kept.pop("times", {}).items():
            if not self._run.dry and not self._run.load(f"search.{name}"):
                self._run.save(f"late.{name}", {"at": at})  # first: the other one says that both are there
                self._run.save(f"search.{name}", {"at": at})
        yield

    def _note_cursor(self) -> Steps:
        if "cursor" not in self._run.kept:
            self._run.kept["cursor"] = self._desk.falcana.now()
        yield

    def _falcana(self) -> Steps:
        state = self._run.state
        for kind in KINDS:
            while (cursor := state.get(f"of.{kind.entity}", "")) != "end":
                page, behind = self._desk.falcana.page(kind.entity, cursor)
                self._run.count("seen", len(page))
                self._run.settling.settle(kind, {}, {one.id: one for one in page})
                state[f"of.{kind.entity}"] = behind or "end"
                yield

    def _deleted(self) -> Steps:
        """Find what is linked and is not in falcana any more: the feed may not have told of it."""
        state = self._run.state
        for kind in () if self._run.dry else KINDS:
            while (after := state.get(f"gone.{kind.name}", "")) != "end":
                rows, behind = links.page(self._desk.scope, f"{kind.name}#", after)
                linked = [
                    str(row["link"]).partition("#")[2] for row in rows if row.get("with") and not row.get("ended")
                ]
                there = {one.id for one in self._desk.falcana.find(kind.entity, "ids", linked)} if linked else set()
                for id_ in linked:
                    if id_ not in there:
                        self._run.settling.gathering.missing_in_falcana(kind, id_)
                self._run.settling.close()
                state[f"gone.{kind.name}"] = behind or "end"
                yield

    def _keep_cursor(self) -> Steps:
        cursor = self._run.kept.pop("cursor", "")
        if cursor and not self._run.dry and not self._run.load("feed").get("cursor"):
            self._run.save("feed", {"cursor": cursor})
        yield


class Import(Transfer):
    """„Daten von HubSpot in falcana übernehmen“."""

    job = "import"

    def phases(self) -> Sequence[Callable[[], Steps]]:
        """HubSpot's records, all of them."""
        return Whole(self).of_hubspot()


class Export(Transfer):
    """„Daten von falcana an HubSpot übertragen“."""

    job = "export"

    def phases(self) -> Sequence[Callable[[], Steps]]:
        """falcana's records, all of them, and what was deleted there."""
        return [*Whole(self).of_falcana(), *([] if self.dry else [Deleting(self).pages])]


class Duplicates(Transfer):
    """Looks for records that may be the same, and links nothing."""

    job = "duplicates"

    def phases(self) -> Sequence[Callable[[], Steps]]:
        """What falcana's records share, and which of HubSpot's share it."""
        scanning = Scanning(self)
        wishes = Wishes(self.desk, self, self.settling)
        return [wishes.granted, scanning.index, scanning.look, scanning.clear]


WAYS: dict[str, frozenset[Way]] = {
    "import": frozenset({TO_FALCANA}),
    "export": frozenset({TO_HUBSPOT}),
    "duplicates": frozenset(),
}
RUNS: dict[str, type[Transfer]] = {"import": Import, "export": Export, "duplicates": Duplicates}
