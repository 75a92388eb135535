"""What is remembered of a school's users in a vendor's account, and which of their states is to be written. Pure.

Links are `user#<key>` → the vendor's record, the state that was last written and when the user was deleted, and
`owner#<record>` → the user whose it is. A user's last state is told by what came, in whatever order: what is written
is that of the newest state, and whether the user is deleted is told by the later of deletion and state.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from renkei.lms import Event, User
from renkei.lms_list import Part

type Digest = Callable[[str, str], str]
type Values = dict[str, str]


@dataclass(frozen=True, order=True)
class Stamp:
    """Where a state stands in the order of its user's states. `at` is the sender's time, and its version if it has one.

    Of several states of one `at` the one of the later event is newer, and after that any fixed order will do: `mark`.
    """

    at: str
    rest: str = ""

    @property
    def text(self) -> str:
        """As it is remembered."""
        return f"{self.at}|{self.rest}"

    @classmethod
    def of(cls, text: object) -> Stamp:
        """What was remembered; before everything if nothing was."""
        at, _, rest = str(text or "").partition("|")
        return cls(at, rest)


def stamp_of(user: User, occurred_at: datetime, digest: Digest) -> Stamp:
    """The place of a user's state. `digest` makes keyed digests of (purpose, text)."""
    state = json.dumps(user.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
    return Stamp(
        f"{_moment(user.updated_at)}.{user.version:018d}", f"{_moment(occurred_at)}.{digest('lms state', state)[:8]}"
    )


def gone_at(event: Event) -> str:
    """When a user was deleted, to be compared with `Stamp.at`: a state of a later time is a user who came back."""
    return f"{_moment(max(event.user.updated_at, event.occurred_at))}.{10**18 - 1}"


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%S.%fZ")


def user_key(event_school: str, user_id: str, digest: Digest) -> str:
    """How a user of a school stands in links: a keyed digest, because an id may be anything."""
    return digest("lms user", f"{event_school}\n{user_id}")[:32]


def user_link(key: str) -> str:
    """The link of a user."""
    return f"user#{key}"


def owner_link(record: str) -> str:
    """The link that says whose a record is."""
    return f"owner#{record}"


@dataclass(frozen=True)
class Task:
    """What an event, or a line of a list, tells of a user. `user` is None where it tells that the user was deleted.

    `again`: to be written also if just that was written before (a list mends what somebody else changed).
    """

    id: str
    key: str
    stamp: Stamp
    user: User | None
    email: str
    previous: str = ""
    gone: str = ""
    again: bool = False


def task_of(id_: str, event: Event, digest: Digest) -> Task:
    """The task of an event."""
    user, previous = event.user, event.data.previous.email
    key, stamp = user_key(event.school_id, user.id, digest), stamp_of(user, event.occurred_at, digest)
    if event.type == "user.deleted":
        return Task(id_, key, stamp, None, user.email, gone=gone_at(event))
    return Task(id_, key, stamp, user, user.email, previous if previous != user.email else "")


def tasks_of(part: Part, digest: Digest) -> list[Task]:
    """The tasks of a list's lines, by the lines' numbers. Lines that cannot be read have none."""
    return [
        Task(
            str(row.number),
            user_key(part.school_id, row.user.id, digest),
            stamp_of(row.user, part.as_of, digest),
            row.user,
            row.user.email,
            again=True,
        )
        for row in part.rows
        if row.user
    ]


_NEVER = Stamp("")


@dataclass(frozen=True)
class Standing:
    """What is remembered of a user; `more` are a vendor's own values."""

    record: str = ""
    state: Stamp = _NEVER
    gone: str = ""
    more: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Standing:
        """From a link's row."""
        own = {"scope", "link", "record", "state", "gone"}
        more = tuple(sorted((name, str(value)) for name, value in row.items() if name not in own))
        return cls(str(row.get("record", "")), Stamp.of(row.get("state")), str(row.get("gone", "")), more)

    @property
    def deleted(self) -> bool:
        """Whether the user is deleted, and has not come back since."""
        return bool(self.gone) and self.gone >= self.state.at

    @property
    def row(self) -> Values:
        """As the link keeps it; what is empty is left out."""
        state = self.state.text if self.state.at else ""
        whole = {"record": self.record, "state": state, "gone": self.gone, **dict(self.more)}
        return {name: value for name, value in whole.items() if value}


@dataclass(frozen=True)
class Wish:
    """What is to become of one user: `write` is the state to be written (None: what is there is as new).

    `newest` is the newest state that these tasks tell, written or not. `after` is what will be remembered, but for the
    record. `emails` are all addresses that were told, the present one
    first; `tasks` who asks.
    """

    key: str
    before: Standing
    after: Standing
    write: Task | None
    newest: Task | None
    emails: tuple[str, ...]
    tasks: tuple[Task, ...]

    @property
    def email(self) -> str:
        """The address that the user has now, as far as these tasks tell."""
        return self.emails[0]

    @property
    def news(self) -> bool:
        """Whether anything is to be done."""
        return self.write is not None or self.after.gone != self.before.gone


def wishes(tasks: Iterable[Task], standing: Callable[[str], Standing]) -> dict[str, Wish]:
    """By user: what is to become of each."""
    by_user: dict[str, list[Task]] = {}
    for task in tasks:
        by_user.setdefault(task.key, []).append(task)
    return {key: _wish(key, every, standing(key)) for key, every in by_user.items()}


def _wish(key: str, every: Sequence[Task], before: Standing) -> Wish:
    newest = max((task for task in every if task.user), key=lambda task: (task.stamp, task.again), default=None)
    write = newest if newest and _newer(newest, before) else None
    gone = max([before.gone, *(task.gone for task in every)])
    state = max(before.state, write.stamp) if write else before.state
    last = max(every, key=lambda task: (task.stamp, task.again))
    # Of a list only the newest line counts: one whose ids are all the same would name every address there is.
    events = [task for task in every if not task.again]
    told = [*(task.previous for task in events), *(task.email for task in events)]
    emails = dict.fromkeys([(write or last).email, *told])
    after = Standing(before.record, state, gone, before.more)
    return Wish(key, before, after, write, newest, tuple(filter(None, emails)), tuple(every))


def _newer(task: Task, before: Standing) -> bool:
    return task.stamp > before.state or not before.record or (task.again and task.stamp == before.state)
