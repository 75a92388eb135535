"""lms_to_slack, killed before and after every effect of every story."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lms_to_slack.app import Run
from local.sandbox.faults import Kind
from tests.crash.lives import Lives, Mode, Story, in_modes, named, report
from tests.crash.slack_stories import STORIES
from tests.harness import Stack

_NO_ANSWER: tuple[Kind, ...] = ("timeout_before", "timeout_after", "cut_after")
_LATER = ("a purchase by a hook",)


@pytest.mark.parametrize(("story", "mode"), in_modes(STORIES, _LATER), ids=named)
def test_no_death_loses_anything_or_repeats_it_silently(
    stack: Stack, story: Story, mode: Mode, record_property: Callable[[str, object], None]
) -> None:
    lives = Lives(stack, story)
    steps = lives.die_everywhere(mode)
    assert steps >= 10
    report(steps, record_property)


@pytest.mark.parametrize("story", STORIES, ids=named)
def test_no_unknown_outcome_loses_anything_or_repeats_it_silently(stack: Stack, story: Story) -> None:
    lives = Lives(stack, story)
    assert lives.lose_every_answer(stack.slack, "/*", _NO_ANSWER) >= len(_NO_ANSWER)


def test_it_catches_who_posts_without_noting_it_before(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    note = Run._note
    monkeypatch.setattr(
        Run, "_note", lambda run, noted, **values: note(run, [] if "by" not in values else noted, **values)
    )
    with pytest.raises(AssertionError, match="silently again"):
        Lives(stack, STORIES[0]).die_everywhere("at once")
