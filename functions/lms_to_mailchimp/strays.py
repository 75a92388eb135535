"""Members that are a user's, too, but that no user is linked with: found under another address. Pure.

A state that overtakes an older one may make a new member, although the person has been one under the older address.
So each address that is told of a user is looked at once, whenever it is told: `unmet`.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from lms_to_mailchimp.steps import (
    ARCHIVED,
    AT,
    BACK,
    CLEANED,
    PAST,
    PENDING,
    UNSUBSCRIBED,
    Aim,
    Archive,
    Change,
    Look,
    Member,
    Owner,
    Step,
)
from renkei.errors import NotFound, Rejected
from renkei.lms_users import Standing, Wish
from renkei.mapping import Warn

type Course[T] = Generator[Step, Any, T]
LEFT = frozenset({UNSUBSCRIBED, CLEANED})
_MOST, _SHORT = 20, 12  # addresses of a user that are remembered, and characters of the digest of each


def unmet(wish: Wish, marks: Mapping[str, str]) -> list[str]:
    """The addresses told of a user under which no member of theirs was looked for yet; `marks` are their digests."""
    known, more = set[str](), dict(wish.before.more)
    if wish.write or not wish.before.record:
        known |= {marks[wish.email][:_SHORT]}
    if wish.before.record:
        known |= {more.get(AT, "")[:_SHORT], *more.get(PAST, "").split()}
    return [email for email in wish.emails if marks[email][:_SHORT] not in known]


def remembering(wish: Wish, marks: Mapping[str, str]) -> Wish:
    """The wish, so that these addresses will be remembered as looked at."""
    more = dict(wish.after.more)
    now = marks[wish.email] if wish.write else more.get(AT, "")
    told = [*more.get(PAST, "").split(), more.get(AT, "")[:_SHORT], *(mark[:_SHORT] for mark in marks.values())]
    past = [mark for mark in dict.fromkeys(told) if mark and mark != now[:_SHORT]][-_MOST:]
    more[PAST] = " ".join(past)
    return replace(wish, after=kept(wish.after, more))


def kept(standing: Standing, more: Mapping[str, str]) -> Standing:
    """A standing with other values of ours; empty ones are left out."""
    return replace(standing, more=tuple(sorted((name, text) for name, text in more.items() if text)))


def strays(emails: Sequence[str]) -> Course[list[Member]]:
    """The members with these addresses that are nobody else's."""
    found: list[Member] = []
    for email in emails:
        with suppress(NotFound):
            there: Member = yield Look(email)
            if not (yield Owner(there.contact_id)):
                found.append(there)
    return found


def gathered(member: Member, others: Sequence[Member]) -> Course[tuple[Member, tuple[Warn, ...]]]:
    """A user's member as it is after taking on what the person chose under other addresses; those leave."""
    warnings: tuple[Warn, ...] = ()
    for stray in others:
        if stray.status == ARCHIVED or stray.contact_id == member.contact_id:
            continue
        chosen = UNSUBSCRIBED if stray.status in LEFT else stray.status
        if member.status in BACK and member.status != chosen:
            # whom Mailchimp does not take back has left as well
            with suppress(*((Rejected,) if chosen in BACK else ())):
                member = yield Change(member.contact_id, Aim(member.email), chosen)
        warnings += (Warn("mailchimp_other_member", (("member", stray.contact_id), ("status", stray.status))),)
        warnings += yield from out(stray)
    return member, warnings


def out(member: Member) -> Course[tuple[Warn, ...]]:
    """Archive a member, unless it is out already."""
    if member.status == ARCHIVED:
        return ()
    if member.status == PENDING:  # who was asked and has not answered cannot be archived
        yield Change(member.contact_id, Aim(member.email), UNSUBSCRIBED)
    yield Archive(member.contact_id)
    if member.status == CLEANED:  # nor, as far as is known, can who bounced
        seen: Member = yield Look(member.contact_id)
        return () if seen.status == ARCHIVED else (Warn("mailchimp_not_archived"),)
    return ()
