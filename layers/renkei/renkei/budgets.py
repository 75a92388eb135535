"""How often a vendor account may be called: one row for each account, shared by all workers of all workspaces.

A worker buys calls in blocks, one write each, and uses a block within half a window of the rate or not at all. No
more than the rate's calls are bought in one and a half windows, so that whenever its calls are made, the vendor
sees no window with too many. What it refuses all the same, everybody on the account waits for (`refused`).
Live work may take everything; a backlog or a bulk job leaves a fifth of each limit.

Rows are in the table Workspaces: partition `budget#<vendor>#<account>`, item `budget`.
"""

from __future__ import annotations

import math
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Literal

from renkei.config import Clock
from renkei.days import midnight, milliseconds, until_midnight, zone_of
from renkei.dynamo import ConditionFailed, Item, Table
from renkei.errors import Retry

type Kind = Literal["call", "search"]
"""What is counted apart. A search counts as a call where the vendor has no limit of its own for searches."""
_KINDS: tuple[Kind, ...] = ("call", "search")

_TABLE = Table("workspaces")
_MS = timedelta(milliseconds=1)
_RESERVE = 5  # one part in so many is for live work
_PATIENCE = 15_000  # milliseconds that one budget (one batch) waits in all, before deliveries rather wait elsewhere
_TRIES = 4  # to write a row that others write, too
_SCRAMBLE = 200  # milliseconds at most between two rounds of these
_NO_WORD = timedelta(seconds=10)  # that all wait after a refusal which names no time
_LATE = timedelta(hours=1)  # after midnight in which a used-up quota is still yesterday's
_LATE_PAUSE = timedelta(minutes=10)
_KEPT = timedelta(days=7)


@dataclass(frozen=True)
class Rate:
    """Never more than `calls` in any window of `per`."""

    calls: int
    per: timedelta

    @property
    def window(self) -> int:
        """Milliseconds in which no more than `calls` may be bought."""
        return self.life + self.per // _MS

    @property
    def life(self) -> int:
        """Milliseconds in which a block is to be used."""
        return self.per // _MS // 2

    @property
    def block(self) -> int:
        """Calls in a block: about as many as there are blocks in a window."""
        return math.isqrt(self.calls)


_UNNAMED = Rate(1000, timedelta(seconds=10))  # where a vendor names no rate: more than one account ever needs


@dataclass(frozen=True)
class Limits:
    """What a vendor allows an account: at once, of searches, and a day (None: it names no limit)."""

    burst: Rate | None = None
    search: Rate | None = None
    daily: int | None = None

    def rate(self, kind: Kind) -> Rate:
        """The rate that a kind is counted by."""
        return (self.search if kind == "search" else self.burst) or _UNNAMED


@dataclass(frozen=True)
class Ledger:
    """What was bought for an account: of each kind (moment, calls), and of the day; nothing before `held_until`.

    Moments are milliseconds since 1970. `mark` changes with every write.
    """

    bought: Mapping[Kind, tuple[tuple[int, int], ...]] = field(default_factory=dict)
    day: str = ""
    used: int = 0
    held_until: int = 0
    mark: str = ""

    def buy(self, kind: Kind, limits: Limits, now: datetime, zone: tzinfo, *, live: bool) -> tuple[Ledger, int, int]:
        """Buy a block: (the ledger after it, how many calls, milliseconds to wait for any if there are none)."""
        moment, rate = milliseconds(now), limits.rate(kind)
        if self.held_until > moment:
            return self, 0, self.held_until - moment
        living = [block for block in self.bought.get(kind, ()) if block[0] > moment - rate.window]
        most, spent = _share(rate.calls, live=live), sum(calls for _, calls in living)
        calls = min(rate.block, most - spent)
        if calls <= 0:
            return self, 0, _until_room(living, spent - most) + rate.window - moment
        day, used = self.day, self.used
        if limits.daily is not None:
            today = now.astimezone(zone).date().isoformat()
            day, used = today, used if day == today else 0
            calls = min(calls, _share(limits.daily, live=live) - used)
            if calls <= 0:
                return self, 0, -(-until_midnight(now, zone) // _MS)
        bought = {**self.bought, kind: (*living, (moment, calls))}
        return replace(self, bought=bought, day=day, used=used + calls), calls, 0

    def row(self, limits: Limits, now: datetime) -> Item:
        """The row's attributes. From `quiet_at` on, an account without a daily limit is as if never called."""
        ends = [at + limits.rate(kind).window for kind in _KINDS for at, _ in self.bought.get(kind, ())]
        logs = {kind: [list(block) for block in self.bought.get(kind, ())] for kind in _KINDS}
        facts = {"day": self.day, "used": self.used, "held_until": self.held_until, "mark": secrets.token_hex(8)}
        return logs | facts | {"quiet_at": max(self.held_until, *ends, 0), "ttl": int((now + _KEPT).timestamp())}


@dataclass(frozen=True)
class Left:
    """What our own count leaves of a limit of a day: to live work, and how much of it to a backlog or a bulk job."""

    live: int
    bulk: int
    limit: int


def _ledger(row: Item | None) -> Ledger:
    if row is None:
        return Ledger()
    bought = {kind: tuple((at, calls) for at, calls in row[kind]) for kind in _KINDS}
    return Ledger(bought, row["day"], row["used"], row["held_until"], row["mark"])


def _share(limit: int, *, live: bool) -> int:
    """What may be taken of a limit. One call is kept free at least, unless there is only one."""
    return limit if live else max(limit - -(-limit // _RESERVE), 1)


def _until_room(living: list[tuple[int, int]], excess: int) -> int:
    """The moment of the block with whose end there is room for one call."""
    for at, calls in sorted(living):
        excess -= calls
        if excess < 0:
            return at
    raise ValueError("a rate allows no call at all")


_seen: dict[str, Ledger] = {}
"""What this process last saw of each account's row. It may be old: every write is conditional, no wait relies on it."""


class Budget:
    """One worker's access to the budget of a vendor account; made anew for each batch.

    `live`: for a person who waits, not for a backlog or a bulk job. `timezone` (IANA) is the account's. Calls
    raise Retry where the wait is longer than a batch should last; AWS errors are botocore's.
    """

    def __init__(
        self,
        vendor: str,
        account: str,
        limits: Limits,
        clock: Clock,
        sleep: Callable[[float], None],
        *,
        live: bool,
        timezone: str = "UTC",
    ) -> None:
        self._vendor = vendor
        self._partition = f"budget#{vendor}#{account}"
        self._limits = limits
        self._clock = clock
        self._sleep = sleep
        self._live = live
        self._timezone = timezone
        self._patience = _PATIENCE
        self._blocks: dict[Kind, tuple[int, int]] = {}

    def wait_up_to(self, patience: timedelta) -> None:
        """Wait so long in all, instead of the seconds of a batch: for a run that nobody waits for."""
        self._patience = max(patience // _MS, _PATIENCE)

    def take(self, kind: Kind) -> None:
        """Take one call, right before it is made. Waits a little for it, or raises Retry with the time to wait."""
        kind = kind if self._limits.search else "call"
        while not self._use(kind):
            if wait := self._buy(kind):
                self._wait(wait)

    def refused(self, end: Retry) -> Retry:
        """Hear that the vendor refused a call for now: everybody on the account waits. Gives `end` to be raised.

        A quota of the day is waited for until midnight in the account's zone, unless the vendor named a time.
        """
        now = self._clock()
        if end.daily and end.after is None:
            end.after = self._until_reset(now)
        until = milliseconds(now + (end.after or _NO_WORD))
        self._blocks.clear()
        for seen in self._looks(None):
            if seen.held_until >= until or self._write(seen, replace(seen, held_until=until), now):
                break
        return end

    def left(self) -> Left | None:
        """What is left of today, taking nothing of it; None where the vendor names no limit of a day."""
        limit = self._limits.daily
        if limit is None:
            return None
        now, zone, seen = self._clock(), self._zone(), _ledger(_TABLE.get(self._key))
        used = seen.used if seen.day == now.astimezone(zone).date().isoformat() else 0
        if seen.held_until >= milliseconds(now + until_midnight(now, zone)):
            used = limit  # the vendor said so: others use it, too
        live, bulk = (max(_share(limit, live=live) - used, 0) for live in (True, False))
        return Left(live, bulk, limit)

    def _use(self, kind: Kind) -> bool:
        left, until = self._blocks.get(kind, (0, 0))
        self._blocks[kind] = (left - 1, until)
        return left > 0 and milliseconds(self._clock()) < until

    def _buy(self, kind: Kind) -> int:
        """Buy a block. Gives the milliseconds to wait if there is none."""
        guess = Ledger() if self._limits.daily is None else None
        for number, seen in enumerate(self._looks(_seen.get(self._partition, guess))):
            now = self._clock()
            new, calls, wait = seen.buy(kind, self._limits, now, self._zone(), live=self._live)
            if calls and self._write(seen, new, now):
                self._blocks[kind] = (calls, milliseconds(now) + self._limits.rate(kind).life)
                return 0
            if wait and number:
                return wait
        return 1 + secrets.randbelow(_SCRAMBLE)

    def _wait(self, wait: int) -> None:
        if wait > self._patience:
            raise Retry("budget_used", after=wait * _MS, vendor=self._vendor)
        self._patience -= wait
        self._sleep(wait / 1000)

    def _looks(self, believed: Ledger | None) -> Iterator[Ledger]:
        """The ledger a few times: first as it is believed to be, then as it is."""
        if believed:
            yield believed
        for _ in range(_TRIES):
            yield _ledger(_TABLE.get(self._key))

    def _write(self, seen: Ledger, new: Ledger, now: datetime) -> bool:
        given: Item
        when, given = "#mark = :seen", {":seen": seen.mark}
        if not seen.mark:  # no row, or nothing in it that counts
            when, given = "attribute_not_exists(#mark) OR #quiet_at < :now", {":now": milliseconds(now)}
        try:
            row = _TABLE.update(self._key, put=new.row(self._limits, now), when=when, given=given)
        except ConditionFailed:
            _seen.pop(self._partition, None)
            return False
        _seen[self._partition] = _ledger(row)
        return True

    @property
    def _key(self) -> dict[str, str]:
        return {"workspace": self._partition, "item": "budget"}

    def _zone(self) -> tzinfo:
        return UTC if self._limits.daily is None else zone_of(self._timezone)

    def _until_reset(self, now: datetime) -> timedelta:
        """Until midnight; right after one, a little: the vendor's day may begin later than we believe."""
        zone = zone_of(self._timezone)
        began = midnight(now, zone)
        return _LATE_PAUSE if now - began < _LATE else until_midnight(now, zone)


class _Free(Budget):
    def __init__(self) -> None:
        """Nothing is counted, so there is nothing to know."""

    def take(self, kind: Kind) -> None:
        """Take one call."""

    def refused(self, end: Retry) -> Retry:
        """Give the outcome back."""
        return end

    def left(self) -> Left | None:
        """Nobody knows."""
        return None


FREE = _Free()
"""For calls that nobody counts."""
