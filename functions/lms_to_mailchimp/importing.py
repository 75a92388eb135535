"""A part of a list of users: who is new is added together with others, the rest one by one. Begun again, it goes on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import get_args

from lms_to_mailchimp.plan import at_once, joined, unchanged
from lms_to_mailchimp.run import Run
from lms_to_mailchimp.steps import FIELDS, LAST, Aim, End, Word
from renkei.errors import Misconfigured, Outcome
from renkei.integration import Done, Job, Unfinished, Verdict
from renkei.lms_list import Part, part_of
from renkei.lms_users import Wish, tasks_of
from renkei.mapping import Warn

MOST = 500
"""Lines of a part: as many as Mailchimp takes at once."""
_ENOUGH = timedelta(seconds=30)  # what is left of the time in which nothing new is begun
_FATES = {"created": "created", "same": "unchanged", "met": "stale"} | dict.fromkeys(
    ("archived", "gone", "left", "deleted"), "deleted"
)


def take_in(job: Job, run: Run) -> Verdict:
    """The verdict on a part of a list: what became of its lines, unless something ended them all."""
    try:
        part = part_of(job.payload["body"], run.now)
        found = _fates(part, run)
        return _told(part, *found) if found else Unfinished()
    except Outcome as whole:
        return whole


def _fates(part: Part, run: Run) -> tuple[dict[str, str | Outcome], tuple[Warn, ...]] | None:
    """By line: a word, or why it was not taken; and the warnings. None if the time is up before all are done."""
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
            if isinstance(end := ends[wish.key], Misconfigured) and end.code == FIELDS:
                raise end  # no line of it would get through
    fates = {
        task.id: _fate(ends[wish.key]) if task is (wish.write or wish.tasks[-1]) else "stale"
        for wish, _ in wished
        for task in wish.tasks
    }
    return fates, _joined(warn for end in ends.values() if isinstance(end, End) for warn in end.warnings)


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


def _joined(warnings: Iterable[Warn]) -> tuple[Warn, ...]:
    """Each kind of warning once, with all that any of its lines names."""
    named: dict[str, dict[str, set[str]]] = {}
    for warn in warnings:
        params = named.setdefault(warn.code, {})
        for name, text in warn.params:
            params.setdefault(name, set()).update(text.split(", "))
    return tuple(
        Warn(code, tuple((name, ", ".join(sorted(texts))) for name, texts in params.items()))
        for code, params in sorted(named.items())
    )


def _told(part: Part, fates: Mapping[str, str | Outcome], warnings: tuple[Warn, ...]) -> Done:
    told = [f"{row.number} lms_payload ({row.problem})" for row in part.rows if row.user is None]
    counts = Counter({"rejected": len(told)} if told else {})
    for number, fate in fates.items():
        stale = isinstance(fate, Outcome) and fate.code == "lms_stale"
        counts["stale" if stale else "rejected" if isinstance(fate, Outcome) else fate] += 1
        if isinstance(fate, Outcome) and not stale:
            told.append(f"{number} {_words(fate)}")
    outcome = {name: str(count) for name, count in counts.items()}
    return Done(outcome | ({"rows": "; ".join(told)} if told else {}), warnings)


def _words(end: Outcome) -> str:
    """A code, and what fills it in."""
    params = ", ".join(f"{name} {value}" for name, value in end.params.items())
    return f"{end.code} ({params})" if params else end.code
