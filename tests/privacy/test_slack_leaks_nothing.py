"""Nothing personal and nothing secret gets out on the way from a school's event to a channel, whatever happens."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from local.sandbox.faults import Fault
from local.sandbox.slack import DEMO
from tests.functions.lms_to_slack.steps import applied, bought, deliver, event, later, left, posts, states
from tests.harness import ADMIN, LMS_SECRET, Stack
from tests.privacy.ears import Ears, listening

PERSON = {
    "佐々木花子",
    "hanako@gakusei.example.jp",
    "hanako",
    "Python入門",
    "月額プラン",
    "aozora-school.example",
    "49801723",
}


@pytest.fixture(params=["hook", "token"])
def ears(
    stack: Stack, request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> Iterator[Ears]:
    hook = request.param == "hook"
    with listening(stack, caplog, capfd) as open_ears:
        open_ears.secrets |= {*PERSON, ADMIN, LMS_SECRET, LMS_SECRET[6:], DEMO.bot_token, DEMO.hook}
        open_ears.expected |= {("table links", "told#"), ("log", '"drained"'), ("bells", '"connection": "slack"')}
        assert stack.connect_slack(hook=hook)[0] == 200
        assert stack.connect_lms()[0] == 200
        assert applied(stack, show_name=True, channel="" if hook else "C0DEMO")[0] == 200
        yield open_ears
        open_ears.hear("ledger", json.dumps(stack.deliveries(), ensure_ascii=False))
    assert open_ears.leaks() == []
    assert open_ears.missed() == []


def test_whatever_slack_answers(stack: Stack, ears: Ears) -> None:
    deliver(stack, bought(1), left(2, amount=49801723), event("user.created", 3))
    assert states(stack) == ["delivered", "delivered", "skipped"]
    assert any("佐々木花子" in repr(message) for message in posts(stack))
    quoted = " ".join(sorted(PERSON))
    for number, body in enumerate(
        (quoted, json.dumps({"ok": False, "error": quoted, "needed": quoted}), f"invalid_{quoted}", "<html>" + quoted)
    ):
        stack.slack.faults.add(Fault(status=(400, 403, 500, 200)[number], body=body, headers={"X-Echo": "1"}))
        deliver(stack, bought(10 + number))
        applied(stack, show_name=True, channel=_channel(stack))
    stack.slack.faults.add(Fault(kind="cut_after"))
    deliver(stack, *(bought(number) for number in range(20, 27)))
    for _ in range(3):
        later(stack)
    assert "pending" not in states(stack)


def _channel(stack: Stack) -> str:
    """As it was."""
    found = stack.api("GET", "/api/workspaces/demo")[1]
    return str(found["integrations"]["lms_to_slack"]["channel"])
