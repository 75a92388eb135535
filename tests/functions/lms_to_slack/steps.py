"""What the tests of lms_to_slack share: events, settings, sending, and looking at what was said."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from local.sandbox.slack.teams import Message
from tests.harness import Stack

AT = "2026-11-22T03:00:00Z"
UNIX = int(datetime(2026, 11, 22, 3, tzinfo=UTC).timestamp())
USER = {"id": 7, "email": "hanako@gakusei.example.jp", "updated_at": AT, "nickname": "佐々木花子", "username": "hana"}
COURSE = {"id": 31, "title": "Python入門", "url": "https://aozora-school.example/courses/31", "price": 1200}


def event(type_: str, number: int, **data: Any) -> dict[str, Any]:
    """An event of the demo school with its own id."""
    return {
        "id": f"evt_{number}",
        "type": type_,
        "occurred_at": AT,
        "school_id": "aozora",
        "schema_version": 1,
        "data": {"user": USER, **data},
    }


def bought(number: int, order: object = None, **course: Any) -> dict[str, Any]:
    """A purchase; `number` makes its own order unless one is given."""
    paid = {"id": order or f"order-{number}", "amount": 1200, "currency": "JPY", "purchased_at": AT}
    return event("course.purchased", number, course={**COURSE, **course}, order=paid)


def left(number: int, **membership: Any) -> dict[str, Any]:
    """A cancelled membership."""
    told = {"id": f"member-{number}", "plan": "月額プラン", "amount": "980", "currency": "JPY", "cancelled_at": AT}
    return event("membership.cancelled", number, membership=told | membership)


def ready(stack: Stack, *, hook: bool = True, language: str = "ja", **settings: Any) -> None:
    """A workspace whose school sends, connected to Slack by a hook or a bot token."""
    stack.begin(f"slack {hook} {language} {settings}", lambda: _ready(stack, settings, hook=hook, language=language))


def _ready(stack: Stack, settings: Mapping[str, Any], *, hook: bool, language: str) -> None:
    assert stack.connect_slack(hook=hook)[0] == 200
    assert stack.connect_lms()[0] == 200
    status, told = applied(stack, language=language, **settings)
    assert status == 200, told
    stack.slack.calls.clear()


def applied(stack: Stack, *, language: str = "ja", **settings: Any) -> tuple[int, dict[str, Any]]:
    """What applying these settings answers."""
    return stack.apply(integrations={"lms_to_slack": settings}, language=language)


def send(stack: Stack, *events: Mapping[str, Any]) -> None:
    """Let the school send; nothing is worked off."""
    for one in events:
        status, told = stack.lms(one)
        assert status == 200, told
        stack.clock.sleep(0.001)


def deliver(stack: Stack, *events: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Send events, let the worker run, and give their deliveries, oldest first."""
    before = stack.ids()
    send(stack, *events)
    stack.work()
    return [delivery for delivery in reversed(stack.deliveries()) if delivery["id"] not in before]


def later(stack: Stack, seconds: float = 600) -> None:
    """Let time pass, and the sweep ring for what is due then."""
    stack.clock.sleep(seconds)
    stack.sweep()
    stack.work()


def states(stack: Stack) -> list[str]:
    """The states of all deliveries, oldest first."""
    return [delivery["state"] for delivery in reversed(stack.deliveries())]


def posts(stack: Stack) -> list[Message]:
    """What was posted, oldest first."""
    return stack.slack.messages()


def words(message: Message) -> list[str]:
    """All that is read in a message, piece by piece."""
    blocks: Any = message.payload["blocks"]
    texts = (
        told for block in blocks for told in (block.get("text"), *block.get("fields", ()), *block.get("elements", ()))
    )
    return [told["text"] for told in texts if told]
