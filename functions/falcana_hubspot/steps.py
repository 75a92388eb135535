"""What is to be written for one pair."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from falcana_hubspot.pairs import Pair
from falcana_hubspot.plan import Merge
from renkei.vendors.hubspot_sync import FALCANA_ID


@dataclass
class Step:
    """A pair, and what is to be written: `hubspot` by property, `falcana` by field.

    `done`: it was made in falcana; `gone`: there is nothing to remember; `new`: nothing was ever agreed on.
    """

    pair: Pair
    merge: Merge
    hubspot: dict[str, str]
    falcana: dict[str, str]
    of: str
    agreed: dict[str, str]
    trail: dict[str, Any] = field(default_factory=dict)
    done: bool = False
    gone: bool = False
    new: bool = False

    @property
    def going(self) -> bool:
        """Whether nothing has gone wrong with it so far."""
        return not (self.pair.failed or self.gone)

    @property
    def would(self) -> list[str]:
        """What a dry run says of it."""
        if not self.pair.falcana:
            needed = "last_name" if self.pair.kind.name == "person" else "name"
            return ["create_in_falcana"] if self.falcana.get(needed) else ["skipped"]
        if not self.pair.hubspot:
            return ["create_in_hubspot"]
        told = ["update_in_falcana"] if self.falcana else []
        told += ["update_in_hubspot"] if self.hubspot.keys() - {FALCANA_ID} else []
        return told or ["same"]
