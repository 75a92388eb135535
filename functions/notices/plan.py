"""Decides what people are told by mail, what is held back and why. Pure: rows and times in, steps out.

What a person should know (`Standing`) comes from connection rows and from what workers noted. Of each cause a
recipient gets at most one mail in seven days (rejected deliveries: one digest a day).
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from renkei.causes import NOBODY, Cause, Mail

WEEK, DAY = timedelta(days=7), timedelta(days=1)
CLAIMED = timedelta(minutes=5)
"""How long one who wanted to send may be silent, before we take it that nobody knows whether the mail went out."""
SETTLING = timedelta(minutes=3)
"""A worker notes a cause before the delivery changes; by then the delivery has."""
DIGEST = Cause("rejected", "all")
TRIES = 2
"""How often a mail is tried of which we do not know whether it went out."""
_ORDER = ("broken", "expired", "parked", "late", "noticed", "idle7", "idle30", "rejected", "recovered")
_REMEMBERED = timedelta(days=30)  # how long an expired connection that nobody misses is spoken of
_DRAINING = timedelta(days=1)  # how long a recovery waits for what it brings back
_FIRST_PAUSE, _LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=6)
_FAILING = timedelta(hours=1)


@dataclass(frozen=True)
class Facts:
    """What is known of a workspace at a moment.

    `connections` are rows; `idle` tells after how long a vendor's connection expires (None: it is kept alive).
    `woken` counts, for vendors that work again, what became of the deliveries that waited; `wanted` are the
    vendors whose expired connection something waits for.
    """

    now: datetime
    connections: Sequence[Mapping[str, Any]] = ()
    noted: Sequence[tuple[Cause, datetime]] = ()
    mails: Sequence[Mail] = ()
    idle: Mapping[str, timedelta | None] = field(default_factory=dict)
    woken: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    wanted: Collection[str] = ()


@dataclass(frozen=True)
class Standing:
    """Something that people should know, and since when it is so.

    `repeats`: it is told again while it lasts. What was noted up to `lag` before a mail may be missing in it.
    """

    cause: Cause
    since: datetime
    window: timedelta = WEEK
    repeats: bool = False
    lag: timedelta = timedelta()


@dataclass(frozen=True)
class Person:
    """A recipient by digest, and why they get no mail (a code), if so."""

    who: str
    barred: str = ""


@dataclass(frozen=True)
class Send:
    """Send a mail."""

    standing: Standing
    mail: Mail


@dataclass(frozen=True)
class Hold:
    """Note that no mail goes out, and why."""

    standing: Standing
    mail: Mail
    why: str


@dataclass(frozen=True)
class Close:
    """End a mail that was still to be sent. `unknown`: it may have gone out; else what it was about has passed."""

    mail: Mail
    why: str
    unknown: bool = False


@dataclass(frozen=True)
class Told:
    """Everybody knows that a vendor's connection works again (since `healed_at`, as in its row)."""

    vendor: str
    healed_at: str


type Step = Send | Hold | Close | Told


def healing(row: Mapping[str, Any]) -> bool:
    """Whether a connection works again, and people are still to be told."""
    return row["state"] == "connected" and "healed_at" in row


def standing(facts: Facts) -> list[Standing]:
    """What people should know now, the most urgent first."""
    found = [one for row in facts.connections for one in _of_connection(row, facts)]
    rejected = []
    for cause, at in facts.noted:
        if facts.now - at >= WEEK:
            continue
        if cause.kind == "rejected":
            rejected.append(at)
        else:
            found.append(Standing(cause, at))
    if rejected:
        found.append(Standing(DIGEST, max(rejected), window=DAY, lag=SETTLING))
    return sorted(found, key=lambda one: (_ORDER.index(one.cause.kind), one.cause.key))


def plan(found: Sequence[Standing], mails: Sequence[Mail], people: Sequence[Person], now: datetime) -> list[Step]:
    """What is to be done: of each thing that people should know, for each of them; and of what is left over."""
    known = {(mail.cause.key, mail.who): mail for mail in mails}
    people = people or [Person(NOBODY, "no_recipient")]
    steps: list[Step] = []
    for one in found:
        theirs = [(person, known.pop((one.cause.key, person.who), Mail(one.cause, person.who))) for person in people]
        for person, mail in theirs:
            if step := _step(one, mail, person.barred, now):
                steps.append(step)
        if one.cause.kind == "recovered" and all(mail.done(one.since) for _, mail in theirs):
            steps.append(Told(one.cause.about, one.since.isoformat(timespec="microseconds")))
    present = {person.who for person in people}
    for mail in known.values():
        if mail.open and not _claimed(mail, now):
            why = "passed" if mail.who in present else "removed"
            steps.append(Close(mail, why, unknown=mail.state == "claimed" or mail.unclear > 0))
    return steps


def outdated(facts: Facts) -> list[Told]:
    """Recoveries that are too old to be told any more."""
    rows = [row for row in facts.connections if healing(row)]
    return [Told(row["vendor"], row["healed_at"]) for row in rows if facts.now - _time(row, "healed_at") >= WEEK]


def failing(mails: Sequence[Mail], now: datetime) -> int:
    """How many mails SES has refused for an hour."""
    since = [mail.refused_at for mail in mails if mail.state == "refused"]
    return sum(at is not None and now - at >= _FAILING for at in since)


def pause(refused: int, dice: float) -> timedelta:
    """How long to wait after so many refusals: doubling, with jitter (dice in 0..1), up to six hours."""
    doubled: timedelta = _FIRST_PAUSE * 2 ** min(refused - 1, 12)
    return min(doubled, _LONGEST_PAUSE) * (0.5 + dice / 2)


def told_up_to(mail: Mail, now: datetime) -> datetime:
    """Up to which moment rejected deliveries stood in the last digest."""
    return mail.told_at - SETTLING if mail.told_at else now - WEEK


def settled(one: Standing, now: datetime) -> bool:
    """Whether every delivery that it was noted for shows it by now; if none does, it has passed."""
    return now - one.since >= 2 * SETTLING


def _of_connection(row: Mapping[str, Any], facts: Facts) -> Iterator[Standing]:
    vendor, now = row["vendor"], facts.now
    match row["state"]:
        case "reconnect":
            cause = Cause("broken", vendor, row.get("cause", ""), row.get("cause_params", {}))
            yield Standing(cause, _time(row, "broken_at"), repeats=True)
        case "expired":
            at, wanted = _time(row, "expired_at"), vendor in facts.wanted
            if wanted or now - at < _REMEMBERED:
                yield Standing(Cause("expired", vendor), at, repeats=wanted)
        case "connected":
            yield from _recovered(row, facts)
            idle = facts.idle.get(vendor)
            if idle is not None:
                yield from _idle(vendor, _time(row, "last_used_at"), idle, now)


def _recovered(row: Mapping[str, Any], facts: Facts) -> Iterator[Standing]:
    if not healing(row):
        return
    since, ends = _time(row, "healed_at"), facts.woken.get(row["vendor"], {})
    if facts.now - since >= WEEK or (ends.get("pending") and facts.now - since < _DRAINING):
        return
    counts = {
        "delivered": ends.get("delivered", 0),
        "skipped": ends.get("skipped", 0),
        "rejected": ends.get("rejected", 0),
        "waiting": ends.get("pending", 0) + ends.get("parked", 0),
    }
    params = {name: str(count) for name, count in counts.items()}
    yield Standing(Cause("recovered", row["vendor"], _healed_from(row, since, facts.mails), params), since)


def _healed_from(row: Mapping[str, Any], healed_at: datetime, mails: Sequence[Mail]) -> str:
    """The trouble that people were last told of: the end of another one is news again."""
    told = [
        (mail.told_at, mail.cause.code or mail.cause.kind)
        for mail in mails
        if mail.cause.kind in {"broken", "expired"} and mail.cause.about == row["vendor"]
        if mail.told_at is not None and mail.told_at <= healed_at
    ]
    return max(told)[1] if told else str(row.get("healed_from", ""))


def _idle(vendor: str, used: datetime, idle: timedelta, now: datetime) -> Iterator[Standing]:
    """The last warning that is due; where connections live shorter than a warning's lead, there is none."""
    ends = used + idle
    for kind, lead in (("idle7", WEEK), ("idle30", timedelta(days=30))):
        if used < ends - lead <= now:
            cause = Cause("idle7" if kind == "idle7" else "idle30", vendor, params={"until": ends.date().isoformat()})
            yield Standing(cause, ends - lead)
            return


def _step(one: Standing, mail: Mail, barred: str, now: datetime) -> Step | None:
    """What is to be done about one thing for one recipient."""
    if mail.open:
        return _again(one, mail, barred, now)
    if mail.told_at:
        news = one.since > mail.told_at - one.lag
        if now - mail.told_at < one.window:
            why = "digest_waits" if one.cause == DIGEST else "told_already"
            return Hold(one, mail, why) if news and mail.held_since != one.since else None
        if not news and not one.repeats:
            return None
    if mail.state == "held" and mail.held_since == one.since and mail.why in {barred, "passed"}:
        return None
    return Hold(one, mail, barred) if barred else Send(one, mail)


def _again(one: Standing, mail: Mail, barred: str, now: datetime) -> Step | None:
    """What is to be done about a mail that was begun."""
    if _claimed(mail, now) or (mail.next_at and now < mail.next_at):
        return None
    if mail.state == "claimed":  # it was to be sent, and nobody said what came of it
        mail = replace(mail, unclear=mail.unclear + 1)
        if mail.unclear >= TRIES:
            return Close(mail, "no_answer", unknown=True)
    if barred:
        return Close(mail, barred, unknown=True) if mail.unclear else Hold(one, mail, barred)
    return Send(one, mail)


def _claimed(mail: Mail, now: datetime) -> bool:
    """Whether somebody is just sending it."""
    return mail.state == "claimed" and mail.at is not None and now - mail.at < CLAIMED


def _time(row: Mapping[str, Any], name: str) -> datetime:
    return datetime.fromisoformat(row[name])
