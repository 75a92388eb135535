"""booking_to_hubspot, killed before and after every effect of every story."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest

from local.sandbox.faults import Kind
from renkei import tokens
from tests.crash.lives import EFFECTS, MODES, STEPS, Lives, Mode, Story
from tests.crash.stories import STORIES
from tests.harness import Stack

_NO_ANSWER: tuple[Kind, ...] = ("timeout_after", "cut_after")
_API = "^/(?!oauth/authorize)"  # all but the consent page


@pytest.fixture(autouse=True)
def _look_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    """Looking for the end of a dead process's lease every few seconds does here; it saves hundreds of looks."""
    monkeypatch.setattr(tokens, "_POLL", 5.0)


# Lost bells are the sweep's matter, whatever the story: a few tell enough of it.
_LATER = ("new firm", "firm remembered", "meeting moved")


@pytest.mark.parametrize(
    ("story", "mode"),
    [(story, mode) for story, mode in product(STORIES, MODES) if mode == "at once" or story.name in _LATER],
    ids=lambda one: one.name if isinstance(one, Story) else str(one),
)
def test_no_death_loses_or_doubles_anything(
    stack: Stack, story: Story, mode: Mode, record_property: Callable[[str, object], None]
) -> None:
    lives = Lives(stack, story)
    steps = lives.die_everywhere(mode)
    assert steps >= 10
    record_property(STEPS, steps)
    record_property(EFFECTS, steps // 2)


@pytest.mark.parametrize("story", STORIES, ids=lambda story: story.name)
def test_no_unknown_outcome_loses_or_doubles_anything(stack: Stack, story: Story) -> None:
    """The vendor did it and the answer never came: at each call in turn."""
    lives = Lives(stack, story)
    assert lives.lose_every_answer(stack.hubspot, _API, _NO_ANSWER) >= len(_NO_ANSWER)
