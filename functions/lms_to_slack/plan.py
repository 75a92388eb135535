"""Decides what of a school's events is said in Slack, and whether it is folded into one message. Pure.

    draft      an event and the settings → a notice, or why there is none
    plan       notices and what is remembered → the posts, and who needs none
    ends       what became of a post → the verdicts on its deliveries

Slack tells no id by which a message could be looked for. So that none is lost, and none comes twice without saying
so, what is said is noted twice: `sending` before it is posted, `told` after it; `open` if Slack refused it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lms_to_slack import Settings
from lms_to_slack.messages import Fact
from renkei.errors import Outcome, Rejected, Retry, Skip
from renkei.integration import Done, Verdict
from renkei.lms import Event, event_of
from renkei.mapping import Warn

SENDING, TOLD, OPEN = "sending", "told", "open"
_SURE = {"vendor_rate", "budget_used"}
"""Of what passes: that nothing was posted."""


@dataclass(frozen=True)
class Notice:
    """What a delivery has to say, and the link under which is remembered what became of it."""

    id: str
    link: str
    fact: Fact


@dataclass(frozen=True)
class Post:
    """One message of one or more notices. `again`: links of which nobody knows whether they were posted before.

    `repeats` are deliveries that tell of the same as one of the notices: id → that one's.
    """

    notices: tuple[Notice, ...]
    again: frozenset[str]
    repeats: Mapping[str, str]

    @property
    def singly(self) -> list[Post]:
        """One message for each notice."""
        return [_post((notice,), self.again, self.repeats) for notice in self.notices]

    @property
    def fresh(self) -> list[str]:
        """The links that were surely not posted before."""
        return [notice.link for notice in self.notices if notice.link not in self.again]


def draft(id_: str, body: Mapping[str, Any], settings: Settings, digest: Callable[[str, str], str]) -> Notice:
    """What an event has to say. Skip if Slack is not told of it, Rejected if it cannot be read.

    `digest` makes keyed digests of (purpose, text).
    """
    wanted = {"course.purchased": settings.on_purchase, "membership.cancelled": settings.on_cancel}
    kind = str(body.get("type"))
    if not wanted.get(kind):
        raise Skip("lms_not_told", type=kind)
    event = event_of(body)
    fact, about = _fact(event, settings)
    link = f"told#{digest('lms told', '\n'.join((event.school_id, kind, event.user.id, *about)))[:32]}"
    return Notice(id_, link, fact)


def _fact(event: Event, settings: Settings) -> tuple[Fact, tuple[str, ...]]:
    """The fact, and the ids by which it is the same in another event. An order may be of several courses."""
    data, user = event.data, event.user
    name = (user.nickname or user.username) if settings.show_name else ""
    if data.course and data.order and event.type == "course.purchased":
        order, course = data.order, data.course
        fact = Fact(
            "bought", order.id, course.title, order.purchased_at, course.url, order.amount, order.currency, name
        )
        return fact, (order.id, course.id)
    if data.membership is None:
        raise ValueError("this event has neither")  # its model sees to it that it has
    left = data.membership
    priced = (left.amount, left.currency)
    return Fact("cancelled", left.id, left.plan, left.cancelled_at, left.url, *priced, name, left.ends_at), (left.id,)


def plan(
    notices: Sequence[Notice], remembered: Mapping[str, Mapping[str, Any]], fold_above: int
) -> tuple[list[Post], dict[str, Verdict]]:
    """The posts, in the order in which the facts came, and the verdicts on those of which was told before."""
    verdicts: dict[str, Verdict] = {}
    first: dict[str, Notice] = {}
    repeats: dict[str, str] = {}
    for notice in notices:
        row = remembered.get(notice.link, {})
        if row.get("state") == TOLD:  # by this very delivery, if its process died right after
            verdicts[notice.id] = Done({"message": TOLD}) if row.get("by") == notice.id else Skip("lms_told_before")
        elif first.setdefault(notice.link, notice) is not notice:
            repeats[notice.id] = first[notice.link].id
    again = frozenset(link for link in first if remembered.get(link, {}).get("state") == SENDING)
    whole = tuple(first.values())
    groups = [whole] if len(whole) > fold_above else [(one,) for one in whole]
    return [_post(group, again, repeats) for group in groups], verdicts


def _post(group: tuple[Notice, ...], again: frozenset[str], repeats: Mapping[str, str]) -> Post:
    ids = {notice.id for notice in group}
    unclear = again & {notice.link for notice in group}
    return Post(group, unclear, {id_: one for id_, one in repeats.items() if one in ids})


def ends(post: Post, end: Outcome | None) -> dict[str, Verdict]:
    """The verdicts on a post's deliveries; `end`: why it could not be posted."""
    ids = [notice.id for notice in post.notices]
    if end is not None:
        return dict.fromkeys((*ids, *post.repeats), end)
    told = {"message": "summary" if len(ids) > 1 else "single", "of": str(len(ids))}
    warned = {notice.id for notice in post.notices if notice.link in post.again}
    warnings = (Warn("slack_maybe_again"),)
    done: dict[str, Verdict] = {id_: Done(told, warnings if id_ in warned else ()) for id_ in ids}
    return done | dict.fromkeys(post.repeats, Skip("lms_told_before"))


def surely_not(end: Outcome) -> bool:
    """Whether nothing can have been posted: Slack said no, or was not asked."""
    return not isinstance(end, Retry) or end.code in _SURE


def for_all(end: Outcome) -> bool:
    """Whether the next message would end in the same way: it is about the connection, the channel or the moment."""
    return not isinstance(end, Rejected)
