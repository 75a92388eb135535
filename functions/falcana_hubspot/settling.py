"""Settles a page of records: who belongs together, what is to be written, the writes; then all of it is remembered."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import batched

from falcana_hubspot.applying import Applying
from falcana_hubspot.desk import Desk
from falcana_hubspot.gathering import Gathering, InFalcana, InHubSpot
from falcana_hubspot.kinds import ADDRESS, PERSON, Kind
from falcana_hubspot.pairs import Notes, Pair, look_again
from falcana_hubspot.parents import Parents
from falcana_hubspot.plan import Way

_AT_ONCE = 100


class Settling:
    """What settles the pages of a run in its directions; `dry` only counts, and remembers nothing."""

    def __init__(self, desk: Desk, notes: Notes, ways: frozenset[Way], *, dry: bool = False) -> None:
        self.gathering = Gathering(desk, notes, ways)
        self._desk = desk
        self._notes = notes
        self._dry = dry
        self._parents = Parents(desk, ways, self._addresses, dry=dry)
        self._applying = Applying(desk, notes, ways, self._parents, self.gathering.gone_from_falcana)

    def settle(self, kind: Kind, hubspot: InHubSpot, falcana: InFalcana) -> None:
        """Settle these records and their partners. Outcomes that are not of one record pass; repeating is safe."""
        for left, right in _parts(hubspot, falcana):
            self._settle_part(kind, left, right)
        self.close()

    def _settle_part(self, kind: Kind, hubspot: InHubSpot, falcana: InFalcana) -> None:
        stale = self._settle(kind, hubspot, falcana)
        if stale:  # changed in falcana at this very moment: once more with what stands there now
            left: InHubSpot = {pair.hubspot.id: None for pair in stale if pair.hubspot}
            for pair in self._settle(kind, left, {}):
                look_again(self._desk.book, pair.link, self._desk.now)
        self.close()

    def close(self) -> None:
        """Remember it."""
        if self._dry:
            self._desk.book.close()
        else:
            self._desk.book.flush()

    def _settle(self, kind: Kind, hubspot: InHubSpot, falcana: InFalcana) -> list[Pair]:
        pairs = self.gathering.pairs(kind, hubspot, falcana)
        if kind is PERSON:
            self._parents.prepare(pairs)
        steps = self._applying.plan(pairs)
        if self._dry:
            for step in steps:
                for what in step.would:
                    self._notes.count(what)
                    self._notes.example(what, step.pair.link.partition("#")[2])
            return []
        stale = self._applying.apply(steps)
        self._desk.book.flush()
        return stale

    def _addresses(self, hubspot: InHubSpot, falcana: InFalcana) -> None:
        self._settle(ADDRESS, hubspot, falcana)


def _parts(hubspot: InHubSpot, falcana: InFalcana) -> Iterator[tuple[InHubSpot, InFalcana]]:
    """The records in parts of a hundred: falcana takes one at a time, and a step has to end in time."""
    for left in batched(hubspot.items(), _AT_ONCE, strict=False):
        yield dict(left), {}
    for right in batched(falcana.items(), _AT_ONCE, strict=False):
        yield {}, dict(right)
