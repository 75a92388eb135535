"""booking_to_hubspot, killed before and after every effect of every story."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from local.sandbox.faults import Kind
from renkei import tokens
from tests.crash.lives import Lives, Mode, Story, in_modes, named, report
from tests.crash.stories import STORIES
from tests.harness import Stack

_NO_ANSWER: tuple[Kind, ...] = ("timeout_after", "cut_after")
_API = "^/(?!oauth/authorize)"  # all but the consent page


@pytest.fixture(autouse=True)
def _look_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looking for the end of a dead process's lease every few seconds does here; it saves hundreds of looks."""
    monkeypatch.setattr(tokens, "_POLL", 5.0)


_LATER = ("new firm", "firm remembered", "meeting moved")


@pytest.mark.parametrize(("story", "mode"), in_modes(STORIES, _LATER), ids=named)
def test_no_death_loses_or_doubles_anything(
    stack: Stack, story: Story, mode: Mode, record_property: Callable[[str, object], None]
) -> None:
    lives = Lives(stack, story)
    steps = lives.die_everywhere(mode)
    assert steps >= 10
    report(steps, record_property)


@pytest.mark.parametrize("story", STORIES, ids=named)
def test_no_unknown_outcome_loses_or_doubles_anything(stack: Stack, story: Story) -> None:
    """The vendor did it and the answer never came: at each call in turn."""
    lives = Lives(stack, story)
    assert lives.lose_every_answer(stack.hubspot, _API, _NO_ANSWER) >= len(_NO_ANSWER)
