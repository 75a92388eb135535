"""Lives of a school's users: what happens to them, in which order and how often it is told, and what goes wrong then.

A life is made of a number, and is the same whenever it is made of it. It is plain data, so that it can be shown, and
told again with parts left out.
"""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

type Event = dict[str, Any]

_BEGINS = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
ADDRESSES = ("a@example.jp", "b@example.jp", "C@Example.jp", "d@example.jp")
VENDORS = ("hubspot", "mailchimp", "slack")
UNSURE = ("cut_after", "timeout_after", "timeout_before", "cut_before", "junk_body")
"""Faults after which nobody on our side knows whether anything was done."""
FAULTS: tuple[Mapping[str, Any], ...] = (
    {"status": 429, "headers": {"Retry-After": "30"}},
    {"status": 429},
    {"status": 503},
    {"status": 500},
    *({"kind": kind} for kind in UNSURE),
)
_COURSES: Mapping[str, Mapping[str, Any]] = {
    "101": {"title": "簿記", "url": "https://school.example/101", "type": "video", "price": 1200, "currency": "JPY"},
    "102": {"title": "Excel <1>", "type": "text", "price": 80, "currency": "JPY"},
    "103": {"title": "Kalligrafie"},
}
_OPTIONAL: Mapping[str, Sequence[Any]] = {
    "nickname": ("花子", "Hana", "", None),
    "email_verified": (True, False, None),
    "account_type": ("free", "paid"),
    "admin_role": ("member", "owner", ""),
    "groups": (["春"], ["春", "営業"], [], None),
    "has_password": (True, False),
    "language": ("ja", "de", "en-US"),
    "last_used_at": ("2026-11-21T10:00:00+09:00", "2026-11-22T10:00:00+09:00", None),
    "status": ("active", "suspended", ""),
    "completed_lecture_ids": ([], [1], [1, 2]),
    "custom_forms": ({"1": "x", "2": ""}, {"1": "y", "2": "z"}, {"1": None, "2": "z"}),
}


@dataclass(frozen=True)
class Step:
    """A batch of events that come together, and what goes wrong while they are worked off.

    `faults` are (vendor, the number of the call, the fault); `dies`: a process dies at its n-th effect (0: none does).
    """

    events: tuple[Event, ...]
    pause: float = 0.0
    faults: tuple[tuple[str, int, Mapping[str, Any]], ...] = ()
    dies: int = 0
    loses_bells: bool = False

    def __str__(self) -> str:
        """For people."""
        wrong = [f"{vendor} {number}: {dict(fault)}" for vendor, number, fault in self.faults]
        wrong += [f"dies at {self.dies}"] if self.dies else []
        wrong += ["bells lost"] if self.loses_bells else []
        return f"[{' '.join(event['id'] for event in self.events)}] {'; '.join(wrong)}, then {self.pause:g} s"


@dataclass(frozen=True)
class Life:
    """What happens, in order, and how it is told.

    `there`: the vendors that know the first address before, and with which status. `users` are as they are in the end.
    """

    seed: int
    events: tuple[Event, ...]
    steps: tuple[Step, ...]
    there: Mapping[str, str] = field(default_factory=dict)
    users: tuple[User, ...] = ()

    @property
    def in_order(self) -> tuple[Step, ...]:
        """Each event once, when it happens, and nothing goes wrong."""
        return tuple(Step((event,)) for event in self.events)

    @property
    def clear(self) -> bool:
        """Whether the events' times tell their order."""
        times = {event["occurred_at"] for event in self.events}
        return len(times) == len(self.events) and not any(user.coarse for user in self.users)

    @property
    def surely(self) -> bool:
        """Whether our side always knows what Slack did."""
        unsure = [
            vendor == "slack" and fault.get("status") != 429 for step in self.steps for vendor, _, fault in step.faults
        ]
        return not any(unsure) and not any(step.dies for step in self.steps)

    def __str__(self) -> str:
        """For people."""
        happens = "\n  ".join(map(told, self.events))
        return f"seed {self.seed}, there before: {dict(self.there)}\n  {happens}\ntold so:\n  " + "\n  ".join(
            map(str, self.steps)
        )


def told(event: Event) -> str:
    """An event in a line."""
    data = event["data"]
    user = {name: value for name, value in data["user"].items() if name != "id"}
    beside = ((name, value) for name, value in data.items() if name != "user")
    rest = {name: value.get("id", value) if isinstance(value, dict) else value for name, value in beside}
    return f"{event['id']} {event['type']} at {event['occurred_at'][11:]} {data['user']['id']} {user} {rest}"


class User:
    """One user whom things happen to. `events` are told in the order in which they happen."""

    def __init__(self, dice: Random, id_: str, address: str, *, exact: bool = False) -> None:
        """`exact`: each state has a time of its own."""
        self._dice = dice
        self.id, self.address, self.alive = id_, address, False
        fields = [name for name in _OPTIONAL if dice.random() < 0.6]
        self._state: dict[str, Any] = {name: _OPTIONAL[name][0] for name in fields}
        self._versions, self._forgets = dice.random() < 0.5, dice.random() < 0.3
        self.coarse = dice.random() < 0.3 and not exact
        self.courses: list[str] = []
        self.events = self._version = 0
        self._updated = ""

    def happens(self, kind: str, at: datetime, number: int, **data: Any) -> Event:
        """An event, with the state that the user has now."""
        self.events += 1
        user: dict[str, Any] = {
            "id": self.id,
            "email": self.address,
            "updated_at": self._updated,
            "username": f"name-{self.id}",
        }
        user |= copy.deepcopy(self._state) | {"course_ids": list(self.courses)}
        if self._versions:
            user["version"] = self._version
        body: Event = {
            "id": f"e{number}",
            "type": kind,
            "occurred_at": at.isoformat(),
            "school_id": "s",
            "schema_version": 1,
        }
        return body | {"data": {"user": user, **data}}

    def changes(self, at: datetime) -> None:
        """The state becomes another one."""
        self._version += 1
        self._updated = (at.replace(second=0, microsecond=0) if self.coarse else at).isoformat()

    def joins(self, at: datetime, number: int) -> Event:
        """Is new, or comes back."""
        self.alive = True
        self.changes(at)
        return self.happens("user.created", at, number)

    def moves(self, at: datetime, number: int, address: str) -> Event:
        """Has another address."""
        before, self.address = self.address, address
        self.changes(at)
        return self.happens(
            "user.updated", at, number, **({} if self._forgets else {"previous": {"email": before}, "changed": []})
        )

    def types(self, at: datetime, number: int) -> Event:
        """Changes something else."""
        for name in self._state:
            if self._dice.random() < 0.5:
                self._state[name] = self._dice.choice(_OPTIONAL[name])
        self.changes(at)
        return self.happens("user.updated", at, number)

    def leaves(self, at: datetime, number: int) -> Event:
        """Is deleted."""
        self.alive = False
        if self._dice.random() < 0.7:
            self.changes(at)
        return self.happens("user.deleted", at, number)

    def gets(self, at: datetime, number: int, *, paid: bool) -> Event:
        """Buys a course, or is given one."""
        id_ = self._dice.choice(list(_COURSES))
        self.courses = sorted({*self.courses, id_})
        self.changes(at)
        course = {"id": id_, **_COURSES[id_]}
        if paid:
            order = {"id": f"O{number}", "amount": 1000 + number, "currency": "JPY", "purchased_at": at.isoformat()}
            return self.happens("course.purchased", at, number, course=course, order=order)
        grant = {"id": f"g{number}", "granted_at": at.isoformat()}
        return self.happens("course.granted", at, number, course=course, grant=grant)

    def cancels(self, at: datetime, number: int) -> Event:
        """Ends a membership."""
        ended = {"id": f"m{number}", "amount": str(500 + number), "currency": "JPY", "cancelled_at": at.isoformat()}
        return self.happens("membership.cancelled", at, number, membership=ended)


def life_of(seed: int, *, comes_back: bool = True, known: bool = True) -> Life:
    """One user's life. `comes_back`: who is deleted may join again. `known`: HubSpot may have the user before."""
    dice = Random(seed)  # noqa: S311 - no secret
    user = User(dice, f"u{seed % 7}", ADDRESSES[0])
    stays = dice.random() < 0.4  # has one address for ever
    there = {vendor: dice.choice(("subscribed", "unsubscribed", "cleaned")) for vendor in VENDORS[:2]} if stays else {}
    there = {
        vendor: status for vendor, status in there.items() if dice.random() < 0.6 and (known or vendor != VENDORS[0])
    }
    events = tuple(_events(dice, user, stays=stays, comes_back=comes_back))
    return Life(seed, events, tuple(_steps(dice, events)), there, (user,))


def pair_of(seed: int, *, leaves_free: bool) -> Life:
    """Two users' lives: no address is of two living users at one moment.

    `leaves_free`: somebody else may have the address of a deleted user.
    """
    dice = Random(f"pair {seed}")  # noqa: S311 - no secret
    users = tuple(User(dice, f"u{n}", ADDRESSES[n], exact=True) for n in range(2))
    at, events = _BEGINS, list[Event]()
    for number in range(dice.randint(4, 9)):
        at += timedelta(milliseconds=dice.choice((1, 1000, 70_000)))
        user, other = dice.sample(users, 2)
        free = [
            one
            for one in ADDRESSES[:3]
            if one != other.address or not (other.alive or (other.events and not leaves_free))
        ]
        deed = dice.random()
        if not user.alive:
            user.address = user.address if user.address in free and deed < 0.5 else dice.choice(free)
            events.append(user.joins(at, number))
        elif deed < 0.2:
            events.append(user.leaves(at, number))
        elif deed < 0.75 and (others := [one for one in free if one != user.address]):
            events.append(user.moves(at, number, dice.choice(others)))
        else:
            events.append(user.gets(at, number, paid=True))
    return Life(seed, tuple(events), tuple(_steps(dice, events)), {}, users)


def _events(dice: Random, user: User, *, stays: bool, comes_back: bool) -> Iterator[Event]:
    at = _BEGINS
    for number in range(dice.randint(3, 8)):
        at += timedelta(seconds=dice.choice((0, 0, 1, 5, 70)), milliseconds=dice.choice((0, 1)))
        deed = dice.random()
        if not user.alive and number and deed < 0.3:
            yield user.cancels(at, number)  # what is told of somebody who is gone
        elif not user.alive and number and not comes_back:
            return
        elif not user.alive:
            yield user.joins(at, number)
        elif deed < 0.2:
            yield user.leaves(at, number)
        elif deed < 0.45 and not stays:
            yield user.moves(at, number, dice.choice([one for one in ADDRESSES if one != user.address]))
        elif deed < 0.6:
            yield user.types(at, number)
        elif deed < 0.85:
            yield user.gets(at, number, paid=deed < 0.75)
        else:
            yield user.cancels(at, number)


def _steps(dice: Random, events: Sequence[Event]) -> Iterator[Step]:
    """The events in any order, some of them again with the same or another id, in batches."""
    again = dice.choices(events, k=dice.choice((0, 1, 2, 3)))
    mixed = [
        *events,
        *(one if dice.random() < 0.4 else one | {"id": f"{one['id']}r{n}"} for n, one in enumerate(again)),
    ]
    dice.shuffle(mixed)
    while mixed:
        size = dice.choice((1, 1, 1, 2, 3, 9))
        batch, mixed = mixed[:size], mixed[size:]
        yield step_of(dice, batch)


def step_of(dice: Random, batch: Sequence[Event]) -> Step:
    """A batch, and what goes wrong with it."""
    pause = dice.choice((0.0, 0.0, 5.0, 61.0, 700.0, 4000.0))
    trouble = dice.random()
    if trouble < 0.4:
        return Step(tuple(batch), pause, loses_bells=trouble < 0.05)
    if trouble < 0.55:
        return Step(tuple(batch), pause, dies=dice.randint(1, 12 * len(batch) + 40))
    chosen = dice.sample(VENDORS, dice.choice((1, 1, 2, 3)))
    return Step(tuple(batch), pause, tuple((vendor, dice.randint(1, 5), dice.choice(FAULTS)) for vendor in chosen))
