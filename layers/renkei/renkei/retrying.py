"""What follows from an attempt that did not go through: how long to wait, when to give up, what people are told."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from renkei.causes import Cause
from renkei.errors import Misconfigured, Reconnect, Retry, Skip
from renkei.integration import Done, Integration, Unfinished, Verdict

if TYPE_CHECKING:
    from renkei.dynamo import Item

_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(seconds=5), timedelta(hours=2)
_QUOTA_PAUSE = timedelta(hours=1)  # where nobody says when the day's quota starts anew
_GIVE_UP = timedelta(days=7)
_LATE = timedelta(hours=1)  # of trying in vain, after which people are told


def pause(verdict: Retry, attempts: int, dice: float) -> timedelta:
    """The vendor's word, else a doubling pause with jitter (dice in 0..1) from seconds up to two hours."""
    if verdict.after is not None:
        return verdict.after + timedelta(seconds=dice)
    if verdict.daily:
        return _QUOTA_PAUSE * (1 + dice / 2)
    doubled: timedelta = _FIRST_PAUSE * 2 ** min(attempts, 12)
    return min(doubled, _LONGEST_PAUSE) * (0.5 + dice / 2)


def worth_trying(row: Item, now: datetime) -> bool:
    """Whether a delivery that failed again is still to be tried: for a week."""
    return now - _tried_since(row) < _GIVE_UP


def causes(
    rows: Sequence[Item], verdicts: Mapping[str, Verdict], integration: Integration, now: datetime
) -> Iterator[Cause]:
    """What people are to be told of; to be noted before the deliveries change, so that no death keeps it from them."""
    for row in rows:
        match verdicts[row["id"]]:
            case Done() as end:
                yield from (Cause("noticed", integration.key, warn.code, dict(warn.params)) for warn in end.notices)
            case Unfinished() | Skip() | Reconnect():  # a broken connection tells of itself
                continue
            case Misconfigured() as end:
                yield Cause("parked", integration.key, end.code, end.params)
            case Retry() as end if worth_trying(row, now):
                if now - _tried_since(row) >= _LATE:
                    yield Cause("late", integration.key, end.code, end.params)
            case end:
                yield Cause("rejected", integration.key, end.code, end.params)


def _tried_since(row: Item) -> datetime:
    """Since when a delivery has been tried in vain: since it was accepted, last brought back, or came further."""
    return datetime.fromisoformat(max(row["accepted_at"], row.get("since", ""), row.get("went_on_at", "")))
