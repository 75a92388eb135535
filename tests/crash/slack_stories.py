"""The stories of lms_to_slack that must survive every death."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from tests.crash.lives import Story
from tests.crash.outside import Deed, works
from tests.crash.slack_picture import picture
from tests.functions.lms_to_slack.steps import bought, left, ready
from tests.harness import Stack

_REPEATS = 2


def _sends(payload: Mapping[str, Any]) -> Deed:
    """A school sends an event, and repeats it until it gets its 2xx."""

    def deed(stack: Stack) -> None:
        answers = [stack.lms(payload)]
        while answers[-1][0] != 200 and len(answers) <= _REPEATS:
            answers.append(stack.lms(payload))
        assert answers[-1][0] == 200, answers
        stack.clock.sleep(0.001)

    return deed


def _bought(number: int, order: str = "") -> dict[str, Any]:
    return bought(number, order or f"order-{number}", title=f"〔{order or number}〕")


def _set_up(*before: Deed, **settings: Any) -> Callable[[Stack], None]:
    def prepare(stack: Stack) -> None:
        ready(stack, **settings)
        for deed in before:
            deed(stack)

    return prepare


def _said(*courses: str) -> Callable[[Any], None]:
    """Just these were told of, each once."""

    def check(found: Any) -> None:
        assert found["said"] == sorted(courses), found
        assert found["silently again"] == []
        assert {state for _, state in found["notes"]} == {"told"}

    return check


def _story(name: str, *deeds: Deed, prepare: Callable[[Stack], None], end: Callable[[Any], object]) -> Story:
    return Story(name, prepare, deeds, picture, end)


_BOT = {"hook": False, "channel": "C0DEMO"}
_SIX = [_sends(_bought(number)) for number in range(6)]

STORIES = (
    _story("a purchase by a hook", _sends(_bought(1)), works, prepare=_set_up(), end=_said("1")),
    _story(
        "a purchase and a cancellation by a bot",
        _sends(left(2, plan="〔2〕")),
        works,
        prepare=_set_up(_sends(_bought(1)), **_BOT),
        end=_said("1", "2"),
    ),
    _story("six in one message", _SIX[-1], works, prepare=_set_up(*_SIX[:-1]), end=_said(*"012345")),
    _story(
        "a purchase in two events",
        _sends(_bought(2, "same")),
        works,
        prepare=_set_up(_sends(_bought(1, "same"))),
        end=_said("same"),
    ),
)
