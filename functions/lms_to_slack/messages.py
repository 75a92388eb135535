"""What is said in the channel: one purchase or cancellation, or many of them together. Pure; Block Kit.

https://docs.slack.dev/reference/block-kit/blocks
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from lms_to_slack.wording import link, moment, plain, price
from renkei.config import Language

type Block = Mapping[str, Any]
type Say = Callable[..., str]
"""Gives one of our own texts, in the workspace's language, by its code and what fills it in."""

_TITLE, _NAME, _ID = 300, 100, 128
_SHORT_TITLE, _SHORT_NAME = 100, 50
_SECTION, _SECTIONS = 2900, 3  # Slack takes 3,000 characters in one, and about 13,000 in all


@dataclass(frozen=True)
class Fact:
    """A purchase or a cancellation. `what`: the course, or the plan; `name`: "" unless it may be shown."""

    kind: Literal["bought", "cancelled"]
    id: str
    what: str
    at: datetime
    url: str = ""
    amount: Decimal | None = None
    currency: str | None = None
    name: str = ""
    ends_at: datetime | None = None


@dataclass(frozen=True)
class Said:
    """A message: the text of its notification, and its blocks."""

    text: str
    blocks: tuple[Block, ...]


def single(fact: Fact, say: Say, language: Language, *, again: bool) -> Said:
    """One fact. `again`: nobody knows whether it was said before."""
    headline = say(f"slack_say_{fact.kind}")
    what, cost, name = plain(fact.what, _TITLE), price(fact.amount, fact.currency, language), plain(fact.name, _NAME)
    told = {
        "course" if fact.kind == "bought" else "plan": what,
        "price": cost,
        "name": name,
        "until": moment(fact.ends_at) if fact.ends_at else "",
    }
    fields = [_text(f"*{say(f'slack_say_{label}')}*\n{value}") for label, value in told.items() if value]
    more = link(fact.url, say("slack_say_open"))
    notes = [f"{say('slack_say_number')} {plain(fact.id, _ID)} · {moment(fact.at)}"]
    notes += [say("slack_say_maybe_again")] if again else []
    blocks = [
        _header(headline),
        *([{"type": "section", "fields": fields}] if fields else []),
        *([{"type": "section", "text": _text(more)}] if more else []),
        _context(notes),
    ]
    return Said(": ".join(filter(None, (headline, " · ".join(filter(None, (what, cost, name)))))), tuple(blocks))


def summary(facts: Sequence[Fact], say: Say, language: Language, *, again: int) -> Said:
    """Many facts in one message: how many of each, and as many of them as there is room for.

    `again`: of so many of them nobody knows whether they were said before.
    """
    kinds = Counter(fact.kind for fact in facts)
    headline = say("slack_say_many", count=str(len(facts)))
    counts = say("slack_say_counts", bought=str(kinds["bought"]), cancelled=str(kinds["cancelled"]))
    lines = Counter(_line(fact, say, language) for fact in facts)
    notes = [say("slack_say_some_again", count=str(again))] if again else []
    blocks = [
        _header(headline),
        {"type": "section", "text": _text(counts)},
        *({"type": "section", "text": _text(part)} for part in _packed(lines, say)),
        *([_context(notes)] if notes else []),
    ]
    return Said(f"{headline}: {counts}", tuple(blocks))


def _line(fact: Fact, say: Say, language: Language) -> str:
    what = plain(fact.what, _SHORT_TITLE) or plain(fact.id, _SHORT_TITLE)
    first = what if fact.kind == "bought" else say("slack_say_left", plan=what)
    return " · ".join(filter(None, (first, price(fact.amount, fact.currency, language), plain(fact.name, _SHORT_NAME))))


def _packed(lines: Mapping[str, int], say: Say) -> Iterator[str]:
    """The lines, equal ones together, in sections; the last one says for how many facts there was no room."""
    parts, left = [""], sum(lines.values())
    for line, times in lines.items():
        shown = f"• {line} × {times}" if times > 1 else f"• {line}"
        if len(parts[-1]) + 1 + len(shown) > _SECTION:
            if len(parts) == _SECTIONS:
                break
            parts.append("")
        parts[-1] += f"\n{shown}" if parts[-1] else shown
        left -= times
    yield from parts
    if left:
        yield say("slack_say_more", count=str(left))


def _header(text: str) -> Block:
    return {"type": "header", "text": {"type": "plain_text", "text": text, "emoji": False}}


def _context(notes: Sequence[str]) -> Block:
    return {"type": "context", "elements": [_text(note) for note in notes]}


def _text(text: str) -> Block:
    """A formatted text in which Slack makes nothing of what only looks like an address or a name."""
    return {"type": "mrkdwn", "text": text, "verbatim": True}
