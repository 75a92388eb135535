"""Decides what becomes of one user in Mailchimp. Pure: it yields what is to be done, and is sent what came of it.

    course    a wish and its aim → steps, and in the end what is to be remembered
    verdict   a task and the end of its user's course → its delivery's end

An Outcome of a step is thrown into the course at that step; what it does not catch ends it. Each step is safe to
repeat, and so is each course from its beginning. Nobody's status is changed but in and out of the archive, and where
one person was two members (`strays`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace

from lms_to_mailchimp import Settings
from lms_to_mailchimp.steps import (
    ARCHIVED,
    AT,
    BACK,
    CLEANED,
    PAST,
    TAKEN,
    UNSUBSCRIBED,
    WAITED,
    WAS,
    WROTE,
    Aim,
    Await,
    Change,
    Delete,
    End,
    Holder,
    Look,
    Member,
    Note,
    Other,
    Owner,
    Put,
)
from lms_to_mailchimp.strays import LEFT, Course, gathered, kept, out, remembering, strays, unmet
from renkei.errors import Conflict, Misconfigured, NotFound, Outcome, Rejected, Skip
from renkei.integration import Done, Verdict
from renkei.lms_users import Standing, Task, Wish
from renkei.mapping import Warn

STALE = "lms_stale"
# For whom a deleted user's state comes first: nobody is told anything by that.
_QUIET = "transactional"


@dataclass(frozen=True)
class Seat:
    """The member that holds a user now; `moved`: from which other one; `other`: the deleted user who had it."""

    member: Member
    moved: str = ""
    other: Other | None = None


def course(wish: Wish, aim: Aim | None, rules: Settings, marks: Mapping[str, str]) -> Course[End]:
    """What is to be done for a user. `aim` is of the state to be written, None where none is; `marks` of addresses."""
    elsewhere, told, wish = unmet(wish, marks), wish, remembering(wish, marks)
    if not wish.news:
        return (yield from _met(wish, elsewhere, rules))
    if wish.after.deleted and rules.on_delete == "permanent":
        return (yield from _deleted(wish))
    if wish.after.deleted and rules.on_delete == "archive":
        return (yield from _archived(wish, aim, rules, elsewhere))
    if aim is None:  # deleted, and kept
        met = elsewhere and wish.before.record
        return (yield from _met(wish, elsewhere, rules)) if met else End("left", _kept(told))
    try:
        return (yield from _living(wish, aim, rules, elsewhere))
    except Misconfigured as end:
        if end.code == TAKEN and wish.after.deleted:  # there is nothing left to wait for
            return End("left", _kept(wish))
        raise


def _met(wish: Wish, elsewhere: Sequence[str], rules: Settings) -> Course[End]:
    """Nothing new is told, but maybe an address under which the person is a member, too."""
    if not elsewhere or not wish.before.record or (wish.after.deleted and rules.on_delete == "permanent"):
        raise Skip(STALE)
    others = yield from strays(elsewhere)
    warnings: tuple[Warn, ...] = ()
    after = _kept(wish)
    if others:
        if _somebody_left(others) and WAS in dict(after.more):
            yield Note(UNSUBSCRIBED)
            after = kept(after, dict(after.more) | {WAS: UNSUBSCRIBED})
        with suppress(NotFound):
            member: Member = yield Look(wish.before.record)
            member, warnings = yield from gathered(member, others)
            warnings += _warnings(Aim(member.email), member) if warnings else ()
    return End("met", after, warnings)


def _somebody_left(others: Sequence[Member]) -> bool:
    """Whether somebody has left under one of these addresses."""
    return any(one.status in LEFT for one in others)


def _living(wish: Wish, aim: Aim, rules: Settings, elsewhere: Sequence[str]) -> Course[End]:
    others = yield from strays(elsewhere)
    seat = yield from _seated(wish, aim, rules.status_if_new, [one.contact_id for one in others])
    member, was = seat.member, _status_back(wish, seat)
    if member.status == ARCHIVED and was in BACK:
        with suppress(Rejected):  # then Mailchimp knows more of this person's wishes than we do
            member = yield Change(member.contact_id, aim, was)
    after = _after(wish, member.contact_id, **{WROTE: _wrote(aim, member), AT: aim.at})
    member, found = yield from gathered(member, [one for one in others if one.contact_id != seat.moved])
    warnings = found + _warnings(aim, member)
    return End("moved" if seat.moved else "written", after, warnings, seat.other)


def _status_back(wish: Wish, seat: Seat) -> str:
    """The status that a member had before we archived it, if we did; "" of one that others archived."""
    before = seat.other.standing if seat.other else wish.before
    ours = before.deleted and (seat.other or not seat.moved)
    return dict(before.more).get(WAS, "") if ours else ""


def _seated(wish: Wish, aim: Aim, status_if_new: str, others: Sequence[str]) -> Course[Seat]:
    """Write a user into the member that is theirs, or into a new one."""
    for own in filter(None, (wish.before.record, *others)):
        try:
            return Seat((yield Change(own, aim)))
        except NotFound:
            continue
        except Conflict:
            return (yield from _moved(wish, aim, own, status_if_new))
    if other := (yield Holder(aim.at)):  # before that one's member is overwritten
        yield from _taken(other, wish)
    member: Member = yield Put(aim, status_if_new)
    return Seat(member, other=(yield from _free(member, wish)))


def _moved(wish: Wish, aim: Aim, old: str, status_if_new: str) -> Course[Seat]:
    """The new address is a member already: that one goes on with its own consent, the old one leaves."""
    there: Member = yield Look(aim.email)
    other = yield from _free(there, wish)
    member: Member = yield Put(aim, status_if_new)
    left: Member = yield Look(old)
    if member.status == ARCHIVED and not other and left.status in BACK:  # who is in the audience stays in it
        with suppress(Rejected):
            member = yield Change(member.contact_id, aim, left.status)
    yield from out(left)
    return Seat(member, moved=old, other=other)


def _free(member: Member, wish: Wish) -> Course[Other | None]:
    """The deleted user who had a member, if there is one. Misconfigured if it is a living one's."""
    other: Other | None = yield Owner(member.contact_id)
    if other:
        yield from _taken(other, wish)
    return other


def _taken(other: Other, wish: Wish) -> Course[None]:
    if not other.standing.deleted:
        if not wish.after.deleted:
            yield Await(other.key)
        record = other.standing.record
        raise Misconfigured(TAKEN, contact=wish.before.record or "-", other=record)


def _archived(wish: Wish, aim: Aim | None, rules: Settings, elsewhere: Sequence[str]) -> Course[End]:
    """A deleted user: the member leaves the audience. A late state may make one, so that the order does not matter."""
    before = wish.before
    noted = dict(before.more).get(WAS, "")
    others = yield from strays(elsewhere)
    try:
        there: Member = yield Look(before.record or (aim.email if aim else wish.email))
    except NotFound:
        if aim is None or (before.record and not others):
            return End("gone", _after(wish, ""))
        if not others:
            yield Note(rules.status_if_new)
            there = yield Put(aim, _QUIET)
            yield from out(there)
            return End("archived", _after(wish, there.contact_id, **{WAS: rules.status_if_new}))
        there = others.pop(0)
    if not before.record and (yield Owner(there.contact_id)):
        return End("left", _kept(wish))
    cut_off = noted and not (before.deleted and before.record)
    was = noted if cut_off or there.status == ARCHIVED else there.status
    was = UNSUBSCRIBED if _somebody_left(others) and was in BACK else was
    if was != noted:
        yield Note(was)  # once it is archived, nobody can tell
    if aim:
        there = yield from _still(there, aim)
    warnings = yield from out(there)
    for other in others:
        warnings += yield from out(other)
    return End("archived", _after(wish, there.contact_id, **{WAS: was}), warnings)


def _still(there: Member, aim: Aim) -> Course[Member]:
    """Write the last state of who is deleted; the address only if nobody else has it."""
    changed: Member
    try:
        changed = yield Change(there.contact_id, aim)
    except Conflict:
        changed = yield Change(there.contact_id, replace(aim, email=there.email))
    return changed


def _deleted(wish: Wish) -> Course[End]:
    """A deleted user: the member is deleted for ever."""
    record = wish.before.record
    if wish.before.deleted and not record:
        raise Skip(STALE)
    try:
        there: Member = yield Look(record or wish.email)
    except NotFound:
        return End("gone", _after(wish, ""))
    if not record and (yield Owner(there.contact_id)):
        return End("left", _kept(wish))
    yield Delete(there.email)
    return End("deleted", _after(wish, ""))


def _kept(wish: Wish) -> Standing:
    """As before, but that nobody waits any more."""
    return replace(wish.after, more=tuple(pair for pair in wish.after.more if pair[0] != WAITED))


def _after(wish: Wish, record: str, **more: str) -> Standing:
    return kept(replace(wish.after, record=record), {PAST: dict(wish.after.more).get(PAST, "")} | more)


def _wrote(aim: Aim, member: Member) -> str:
    """The mark of what a member holds now; "" if something was left out, so that the next list brings it."""
    return aim.mark if aim.fields.keys() <= member.tags else ""


def _warnings(aim: Aim, member: Member) -> tuple[Warn, ...]:
    found = []
    if member.status in {UNSUBSCRIBED, CLEANED, ARCHIVED}:
        found.append(Warn("mailchimp_not_subscribed", (("status", member.status),)))
    if absent := [tag for tag in aim.fields if tag not in member.tags]:
        found.append(Warn("mailchimp_fields_missing", (("fields", ", ".join(absent)),)))
    if aim.cut:
        found.append(Warn("mailchimp_cut", (("fields", ", ".join(aim.cut)),)))
    return tuple(found)


def verdict(task: Task, wish: Wish, end: End | Outcome) -> Verdict:
    """A delivery's end, of the end of its user's course."""
    if isinstance(end, End) and end.word == "met":
        if end.warnings:
            return Done(_outcome("met", end.after), end.warnings)
        end = Skip(STALE)
    if isinstance(end, Outcome):
        return Done(_outcome("there", wish.before)) if end.code == STALE and _repeated(task, wish) else end
    if task.user is None and not wish.before.record and end.word == "gone":
        return Skip("lms_unknown_user")
    told = wish.after.deleted if task.user is None else task is wish.write
    if not told or (task.user is not None and end.word in {"gone", "left", "deleted"}):
        return Skip(STALE)
    return Done(_outcome(end.word, end.after if end.after.record else wish.before), end.warnings)


def _repeated(task: Task, wish: Wish) -> bool:
    """Whether just this was done by an attempt that was cut off."""
    before = wish.before
    return before.deleted and task.gone == before.gone if task.user is None else task.stamp == before.state


def _outcome(word: str, standing: Standing) -> dict[str, str]:
    return {"member_was": word} | ({"member": standing.record} if standing.record else {})


def at_once(wish: Wish, aim: Aim | None) -> bool:
    """Whether a user of a list can be added together with others: nothing was ever heard of them."""
    return aim is not None and wish.before == Standing() and not wish.after.gone and len(wish.emails) == 1


def joined(wish: Wish, aim: Aim, member: Member) -> End:
    """The end of a user who was added together with others."""
    after = _after(wish, member.contact_id, **{WROTE: _wrote(aim, member), AT: aim.at})
    return End("created", after, _warnings(aim, member))


def unchanged(wish: Wish, aim: Aim | None) -> bool:
    """Whether a list tells nothing of a user that was not last written. The member itself is not looked at."""
    before, deleted = wish.before, wish.before.deleted or wish.after.deleted
    return bool(aim and before.record and dict(before.more).get(WROTE) == aim.mark and not deleted)
