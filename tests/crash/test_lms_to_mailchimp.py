"""lms_to_mailchimp, killed before and after every effect of every story."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from lms_to_mailchimp.run import Run
from local.sandbox.faults import Kind
from tests.crash.lives import Lives, Mode, Story, in_modes, named, report
from tests.crash.mailchimp_stories import STORIES
from tests.harness import Stack

_NO_ANSWER: tuple[Kind, ...] = ("timeout_after",)
_LATER = ("a new user",)
_MANY_CALLS = ("a new address that is a member", "deleted while asked, and back", "deleted for ever", "a list")


@pytest.mark.parametrize(("story", "mode"), in_modes(STORIES, _LATER), ids=named)
def test_no_death_loses_or_doubles_anything(
    stack: Stack, story: Story, mode: Mode, record_property: Callable[[str, object], None]
) -> None:
    lives = Lives(stack, story)
    steps = lives.die_everywhere(mode)
    assert steps >= 10
    report(steps, record_property)


@pytest.mark.parametrize("story", [one for one in STORIES if one.name in _MANY_CALLS], ids=named)
def test_no_unknown_outcome_loses_or_doubles_anything(stack: Stack, story: Story) -> None:
    """Mailchimp did it and the answer never came: at each call in turn."""
    lives = Lives(stack, story)
    assert lives.lose_every_answer(stack.mailchimp, "/*", _NO_ANSWER) >= len(_NO_ANSWER)


def test_it_catches_who_archives_without_noting_the_status_before(
    stack: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    add = Run._add
    monkeypatch.setattr(Run, "_add", lambda run, *what: None if "was" in what else add(run, *what))
    (story,) = [one for one in STORIES if one.name == "deleted while asked, and back"]
    with pytest.raises(AssertionError):
        Lives(stack, story).die_everywhere("at once")
