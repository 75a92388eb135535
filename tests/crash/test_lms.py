"""lms_to_hubspot, and what users of lms_to_mailchimp wait for: killed before and after every effect of every story."""

from __future__ import annotations

from collections.abc import Callable
from itertools import product

import pytest

from lms_to_hubspot.known import Step
from lms_to_hubspot.office import Office
from local.sandbox.faults import Kind
from local.sandbox.vendor import Vendor
from renkei.actions import Remember, Result
from tests.crash.lives import MODES, Lives, Mode, Story, named, report
from tests.crash.lms_stories import IN_ALL, IN_HUBSPOT, IN_MAILCHIMP
from tests.harness import Stack

_NO_ANSWER: tuple[Kind, ...] = ("timeout_after",)
_LATER = ("a new user buys a new course",)
_ALL = [
    (vendor, story) for vendor, stories in (("hubspot", IN_HUBSPOT), ("mailchimp", IN_MAILCHIMP)) for story in stories
]


@pytest.mark.parametrize(
    ("vendor", "story", "mode"),
    [(*one, mode) for one, mode in product(_ALL, MODES) if mode == "at once" or one[1].name in _LATER],
    ids=named,
)
def test_no_death_loses_or_doubles_anything(
    stack: Stack, vendor: str, story: Story, mode: Mode, record_property: Callable[[str, object], None]
) -> None:
    lives = Lives(stack, story)
    steps = lives.die_everywhere(mode)
    assert steps >= 10
    assert any(kill.vendor for kill in lives.kills), vendor
    report(steps, record_property)


@pytest.mark.parametrize(("vendor", "story"), _ALL, ids=named)
def test_no_unknown_outcome_loses_or_doubles_anything(stack: Stack, vendor: str, story: Story) -> None:
    """The vendor did it and the answer never came: at each call in turn."""
    lives, sandbox = Lives(stack, story), getattr(stack, vendor)
    assert isinstance(sandbox, Vendor)
    assert lives.lose_every_answer(sandbox, "*", _NO_ANSWER) >= 1


def test_no_death_keeps_an_event_from_any_of_the_three(stack: Stack) -> None:
    """Above all not that of the process that takes the event in, and makes three deliveries of it."""
    assert Lives(stack, IN_ALL).die_everywhere("at once") >= 40


def test_it_catches_who_makes_a_product_without_noting_it_before(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    apply = Office.apply

    def forgetful(office: Office, step: Step) -> Result:
        noting = isinstance(step, Remember) and "making" in step.values
        return Result() if noting else apply(office, step)

    monkeypatch.setattr(Office, "apply", forgetful)
    (story,) = [one for one in IN_HUBSPOT if one.name == "a new user buys a new course"]
    with pytest.raises(AssertionError, match="products"):
        Lives(stack, story).die_everywhere("at once")
