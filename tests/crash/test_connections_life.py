"""A connection's life, killed before and after every effect: nothing lost, nothing doubled, no secret left behind."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from local.sandbox.faults import Kind
from renkei import tokens
from tests import mails
from tests.crash.life_stories import DRAIN_STORIES, LIFE_STORIES, MAIL_STORIES
from tests.crash.lives import Lives, Mode, Story, named, report
from tests.crash.world import rows
from tests.harness import Stack

_NO_ANSWER: tuple[Kind, ...] = ("timeout_after", "cut_after")
_API = "^/(?!oauth/authorize)"  # all but the consent page


@pytest.fixture(autouse=True)
def _look_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "_POLL", 5.0)


@pytest.mark.parametrize(
    ("story", "mode"),
    [*((story, "at once") for story in (*LIFE_STORIES[:-1], *DRAIN_STORIES)), (DRAIN_STORIES[-1], "later")],
    ids=named,
)
def test_no_death_loses_doubles_or_leaves_anything(
    stack: Stack, story: Story, mode: Mode, record_property: Callable[[str, object], None]
) -> None:
    lives = Lives(stack, story)
    steps = lives.die_everywhere(mode, each=_no_secret_is_left)
    assert steps >= 2
    report(steps, record_property)


@pytest.mark.parametrize("story", MAIL_STORIES, ids=named)
def test_no_death_keeps_a_mail_back_or_sends_it_thrice(
    stack: Stack, story: Story, record_property: Callable[[str, object], None]
) -> None:
    """Twice it can be sent: nobody can ask SES whether it took the mail that a dead process handed over."""
    lives = Lives(stack, story)
    steps = lives.die_everywhere("at once", each=_at_most_twice)
    report(steps, record_property)


@pytest.mark.parametrize("story", DRAIN_STORIES[::2], ids=named)
def test_no_lost_answer_does_either(stack: Stack, story: Story) -> None:
    lives = Lives(stack, story)
    assert lives.lose_every_answer(stack.hubspot, _API, _NO_ANSWER) >= len(_NO_ANSWER)


def _no_secret_is_left(_: str) -> None:
    assert not [row for row in rows("connections") if row["state"] in {"expired", "disconnected"} and "sealed" in row]


def _at_most_twice(killed: str) -> None:
    told = [(mail.to, mail.cause) for mail in mails.sent()]
    doubled = {one for one in told if told.count(one) > 1}
    assert len(doubled) <= ("SendEmail" in killed)
    assert all(told.count(one) <= 2 for one in told)
