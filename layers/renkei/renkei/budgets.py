"""How often a vendor account may be called."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from renkei.errors import Retry

type Kind = Literal["call", "search"]
"""What is counted apart. A search counts as a call where the vendor has no limit of its own for searches."""


@dataclass(frozen=True)
class Rate:
    """Never more than `calls` in any window of `per`."""

    calls: int
    per: timedelta


@dataclass(frozen=True)
class Limits:
    """What a vendor allows an account: at once, of searches, and a day (None: it names no limit)."""

    burst: Rate | None = None
    search: Rate | None = None
    daily: int | None = None


class Budget:
    """Calls of a vendor account that names no limits."""

    def take(self, kind: Kind) -> None:
        """Take one call."""

    def refused(self, end: Retry) -> Retry:
        """Hear that the vendor refused a call for now. Gives the outcome to raise."""
        return end


FREE = Budget()
"""For calls that nobody counts."""
