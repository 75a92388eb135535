"""What people did to each record of either side, and when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from falcana_hubspot.kinds import ADDRESS, Kind
from tests.life.falcana_words import token
from tests.life.falcana_world import World

type Vendor = Literal["hubspot", "falcana"]


@dataclass
class Past:
    """What people did to a record of one vendor. `words`: by field, when which was typed."""

    words: dict[str, list[tuple[datetime, str]]] = field(default_factory=dict)
    touched: datetime | None = None
    merged: bool = False


@dataclass
class Model:
    """All that people did."""

    world: World
    past: dict[tuple[Vendor, str, str], Past] = field(default_factory=dict)
    archived: set[tuple[str, str]] = field(default_factory=set)
    removed: dict[tuple[str, str], str] = field(default_factory=dict)
    """Deleted in falcana, with the partner at that time."""
    merged: set[tuple[Vendor, str, str]] = field(default_factory=set)
    stays: set[tuple[str, str]] = field(default_factory=set)
    """Those of falcana whose partner was deleted in HubSpot."""
    moved: dict[Vendor, datetime] = field(default_factory=dict)
    """When people last did to a firm what also changes those who belong to it."""
    options: bool = False  # whether those of a choice were changed on one side

    def of(self, vendor: Vendor, kind: Kind, id_: str) -> Past:
        """A record's past."""
        return self.past.setdefault((vendor, kind.name, id_), Past())

    def typed(self, vendor: Vendor, kind: Kind, id_: str, values: Mapping[str, str]) -> None:
        """Somebody typed values, by falcana's field names."""
        past, now = self.of(vendor, kind, id_), self.world.clock()
        past.touched = now
        for name, text in values.items():
            past.words.setdefault(name, []).append((now, token(text)))

    def joined(self, vendor: Vendor, kind: Kind, final: str, *others: str) -> None:
        """Records were merged, and `final` is left."""
        past = self.of(vendor, kind, final)
        past.merged, past.touched = True, self.world.clock()
        self.merged |= {(vendor, kind.name, id_) for id_ in (final, *others)}
        for other in others:
            for name, words in self.of(vendor, kind, other).words.items():
                past.words.setdefault(name, []).extend(words)

    def moves(self, vendor: Vendor, kind: Kind) -> None:
        """A second later a record is deleted, restored or merged: if it is a firm, that changes its people, too."""
        self.world.clock.sleep(1)
        if kind is ADDRESS:
            self.moved[vendor] = self.world.clock()

    def mails(self, vendor: Vendor) -> set[str]:
        """The mail addresses that were ever typed on a side."""
        mine = (past for (side, _, _), past in self.past.items() if side == vendor)
        return {text for past in mine for _, text in past.words.get("email", ())}
