"""A part of a list of users: who is new is added together with others, the rest one by one. Begun again, it goes on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import get_args

from lms_to_mailchimp.plan import at_once, joined, unchanged
from lms_to_mailchimp.run import Run
from lms_to_mailchimp.steps import LAST, Aim, End, Word
from renkei.errors import Outcome
from renkei.integration import Done, Job, Unfinished, Verdict
from renkei.lms_list import Part, part_of
from renkei.lms_users import Wish, tasks_of

MOST = 500
"""Lines of a part: as many as Mailchimp takes at once."""
_ENOUGH = timedelta(seconds=30)  # what is left of the time in which nothing new is begun
_TOLD = 100
"""Lines of a list that are told of one by one."""
_FATES = {"created": "created", "same": "unchanged"} | dict.fromkeys(("archived", "gone", "left", "deleted"), "deleted")


def take_in(job: Job, run: Run) -> Verdict:
    """The verdict on a part of a list: what became of its lines, unless something ended them all."""
    try:
        part = part_of(job.payload["body"])
        return _told(part, fates) if (fates := _fates(part, run)) is not None else Unfinished()
    except Outcome as whole:
        return whole


def _fates(part: Part, run: Run) -> dict[str, str | Outcome] | None:
    """By line: a word, or why it was not taken. None if the time is up before all are done."""
    wished = [(wish, run.aim(wish)) for wish in run.wishes(tasks_of(part, run.digest))]
    run.work.budget.wait_up_to(run.work.left() - _ENOUGH)
    ends: dict[str, End | Outcome] = _added(wished, run)
    same = [wish for wish, aim in wished if unchanged(wish, aim)]
    run.settle([(wish, End("same", wish.after)) for wish in same])
    ends |= {wish.key: End(_before(wish, run.part), wish.after) for wish in same}
    for wish, _ in wished:
        if wish.key not in ends:
            if run.work.left() < _ENOUGH:
                return None
            _, ends[wish.key] = run.one(wish)
    return {
        task.id: _fate(ends[wish.key]) if task is (wish.write or wish.tasks[-1]) else "stale"
        for wish, _ in wished
        for task in wish.tasks
    }


def _added(wished: Sequence[tuple[Wish, Aim | None]], run: Run) -> dict[str, End | Outcome]:
    """Add who is new together. Whom Mailchimp does not take so is left to be tried alone."""
    new: dict[str, tuple[Wish, Aim]] = {}
    for wish, aim in wished:
        if aim and at_once(wish, aim):
            new.setdefault(aim.email.lower(), (wish, aim))  # an address that stands twice is tried alone, too
    if not new:
        return {}
    made = run.subscribe([aim for _, aim in new.values()])
    ends = [(wish, joined(wish, aim, made[address])) for address, (wish, aim) in new.items() if address in made]
    run.settle(ends)
    return {wish.key: end for wish, end in ends}


def _before(wish: Wish, part: str) -> Word:
    """What an attempt at this part that was cut off did with a user; else nothing."""
    by, _, word = dict(wish.before.more).get(LAST, "").partition(" ")
    return next((known for known in get_args(Word.__value__) if by == part and known == word), "same")


def _fate(end: End | Outcome) -> str | Outcome:
    return _FATES.get(end.word, "updated") if isinstance(end, End) else end


def _told(part: Part, fates: Mapping[str, str | Outcome]) -> Done:
    told = [f"{row.number} lms_payload ({row.problem})" for row in part.rows if row.user is None]
    counts = Counter({"rejected": len(told)} if told else {})
    for number, fate in fates.items():
        stale = isinstance(fate, Outcome) and fate.code == "lms_stale"
        counts["stale" if stale else "rejected" if isinstance(fate, Outcome) else fate] += 1
        if isinstance(fate, Outcome) and not stale:
            told.append(f"{number} {_words(fate)}")
    outcome = {name: str(count) for name, count in counts.items()}
    return Done(outcome | ({"rows": "; ".join(told[:_TOLD])} if told else {}))


def _words(end: Outcome) -> str:
    """A code, and what fills it in."""
    params = ", ".join(f"{name} {value}" for name, value in end.params.items())
    return f"{end.code} ({params})" if params else end.code
