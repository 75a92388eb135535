"""What was said in the sandbox Slack, and our own memory of it: the same in every life.

After a death nobody knows whether a message came, so it may come again; but then it says so. What counts is that each
fact was said, and that nothing was said a second time as if it were the first.
"""

from __future__ import annotations

from typing import Any

from renkei.config import LANGUAGES
from renkei.texts import text
from tests.crash.world import rows
from tests.functions.lms_to_slack.steps import words
from tests.harness import Stack

_ONE = {text("slack_say_maybe_again", language) for language in LANGUAGES}
_SOME = {text("slack_say_some_again", language, {"count": ""})[-12:] for language in LANGUAGES}


def picture(stack: Stack) -> dict[str, Any]:
    """The courses that were told of, those told of twice without a word of it, and what became of our notes."""
    said, silently = set[str](), set[str]()
    for message in stack.slack.messages():
        told = {course for part in words(message) for course in _courses(part)}
        if not _repeating(words(message)):
            silently |= told & said
        said |= told
    notes = sorted((row["link"], row.get("state")) for row in rows("links") if row["link"].startswith("told#"))
    return {"said": sorted(said), "silently again": sorted(silently), "notes": notes}


def _courses(part: str) -> list[str]:
    """The courses of the stories in a piece of text: they are called 〔…〕."""
    return [rest.partition("〕")[0] for rest in part.split("〔")[1:]]


def _repeating(parts: list[str]) -> bool:
    return any(part in _ONE or part.endswith(tuple(_SOME)) for part in parts)
