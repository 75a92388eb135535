"""The rules through the whole stack: what is said where, once, and what waits for whom."""

from __future__ import annotations

import copy
from datetime import timedelta
from itertools import permutations

import pytest

from local.sandbox.faults import Fault
from local.sandbox.slack import DEMO
from tests.crash.world import keep, return_to
from tests.functions.lms_to_slack.steps import (
    applied,
    bought,
    deliver,
    event,
    later,
    left,
    posts,
    ready,
    send,
    states,
    words,
)
from tests.harness import SANDBOXES, Stack

HOOK = f"{SANDBOXES}/slack{DEMO.hook}"
AGAIN = "前回の送信結果を確認できなかったため、同じお知らせがすでに届いている可能性があります。"


def test_purchases_and_cancellations_are_said_and_nothing_else_is(stack: Stack) -> None:
    ready(stack)
    ends = deliver(stack, bought(1), left(2), event("user.created", 3), event("user.deleted", 4))
    assert [one["state"] for one in ends] == ["delivered", "delivered", "skipped", "skipped"]
    assert [one["outcome"] for one in ends[:2]] == [{"message": "single", "of": "1"}] * 2
    assert "user.created" in ends[2]["message"]
    one, two = posts(stack)
    assert words(one)[:3] == ["コースが購入されました", "*コース*\nPython入門", "*金額*\n1,200円"]
    assert words(two)[:3] == ["有料会員が解約されました", "*プラン*\n月額プラン", "*金額*\n980円"]
    assert one.links == ["https://aozora-school.example/courses/31"]
    assert "佐々木" not in repr((one, two)), "nobody allowed the name"
    assert "@gakusei" not in repr((one, two))
    assert two.at - one.at >= timedelta(seconds=0.5)
    assert (one.channel, one.by, len(stack.slack.calls)) == ("C0DEMO", "B0DEMO", 2)


def test_a_bot_posts_into_the_channel_of_the_settings(stack: Stack) -> None:
    ready(stack, hook=False, channel="C0DEMO", show_name=True, language="de")
    title = "<!channel> <@U123> <https://evil.example|hier> https://evil.example"
    (end,) = deliver(stack, bought(1, title=title, url="https://s.example/a|<!here>b"))
    assert end["state"] == "delivered"
    (message,) = posts(stack)
    assert (message.channel, message.by) == ("C0DEMO", "B0DEMOBOT")
    assert "*Name*\n佐々木花子" in words(message)
    assert (message.mentions, message.links) == ([], ["https://s.example/a%7C%3C!here%3Eb"])


def test_a_hundred_at_once_are_one_message(stack: Stack) -> None:
    ready(stack, show_name=True)
    ends = deliver(stack, *(bought(number, title=f"コース{number % 40}") for number in range(99)), left(99))
    assert {one["state"] for one in ends} == {"delivered"}
    assert {one["outcome"]["of"] for one in ends} == {"100"}
    (message,) = posts(stack)
    assert words(message)[:2] == ["お知らせ100件", "コース購入: 99件、有料会員の解約: 1件"]
    assert "• コース39 · 1,200円 · 佐々木花子 × 2" in words(message)[2]
    assert len(stack.slack.calls) == 1
    deliver(stack, *(bought(number) for number in range(200, 205)))
    assert len(posts(stack)) == 6, "five are said one by one"


def test_the_same_purchase_in_another_event_is_said_once(stack: Stack) -> None:
    ready(stack)
    ends = deliver(stack, bought(1, "order-1"), bought(2, "order-1"))
    later_ends = deliver(stack, bought(3, "order-1"), bought(4, "order-1", id=32))
    assert [one["state"] for one in ends + later_ends] == ["delivered", "skipped", "skipped", "delivered"]
    assert later_ends[0]["reason"] == ends[1]["reason"]
    assert [words(message)[0] for message in posts(stack)] == ["コースが購入されました"] * 2


def test_order_and_repetition_do_not_matter(stack: Stack) -> None:
    ready(stack)
    world, ends = keep(stack), set()
    events = (bought(1, "order-1"), bought(2, "order-1"), left(3), left(4, id="member-3"))
    for number, order in enumerate(permutations(events)):
        if number % 3 == 0:
            return_to(stack, world, bells=False)
            deliver(stack, *order[:2])
            deliver(stack, *order[2:], *order)
            said = frozenset(tuple(words(message)) for message in posts(stack))
            assert len(said) == len(posts(stack)) == 2
            ends.add(said)
    assert len(ends) == 1


def test_too_many_messages_wait_as_long_as_slack_says(stack: Stack) -> None:
    ready(stack)
    stack.slack.faults.add(Fault(status=429, headers={"Retry-After": "40"}))
    began = stack.clock()
    deliver(stack, bought(1), bought(2))
    assert states(stack) == ["pending", "pending"]
    assert len(stack.slack.calls) == 1, "who is told to wait does not go on with the next"
    later(stack, 60)
    assert states(stack) == ["delivered", "delivered"]
    assert not any(AGAIN in words(message) for message in posts(stack)), "a refused message did not come before"
    assert posts(stack)[0].at - began >= timedelta(seconds=40)


@pytest.mark.parametrize("hook", [True, False])
def test_a_hook_or_a_token_that_ended_parks_all_until_somebody_connects_again(stack: Stack, hook: bool) -> None:
    ready(stack, hook=hook, channel="" if hook else "C0DEMO")
    stack.slack.configure({"archived": ["C0DEMO"]} if hook else {"revoked": [DEMO.bot_token]})
    ends = deliver(stack, bought(1), left(2))
    assert [one["state"] for one in ends] == ["parked", "parked"]
    assert [one["reason"] for one in ends] == ["slack_channel_gone" if hook else "slack_token_revoked"] * 2
    assert len(stack.slack.calls) == 1
    send(stack, bought(3))
    stack.slack.configure({"archived": [], "revoked": []})
    assert stack.connect_slack(hook=hook)[0] == 200
    later(stack, 60)
    assert states(stack) == ["delivered"] * 3
    assert len(posts(stack)) == 3
    assert not any(AGAIN in words(message) for message in posts(stack))


def test_a_channel_that_the_bot_is_not_in_parks_until_the_settings_are_applied(stack: Stack) -> None:
    ready(stack, hook=False, channel="#general")
    ends = deliver(stack, bought(1), bought(2))
    assert [one["state"] for one in ends] == ["parked", "parked"]
    assert all(word in ends[0]["message"] for word in ("#general", "not_in_channel", "chat:write.public"))
    assert stack.api("GET", "/api/workspaces/demo/connections")[1]["connections"][0]["state"] == "connected"
    assert applied(stack, channel="#sales")[0] == 200
    later(stack, 60)
    assert states(stack) == ["delivered", "delivered"]
    assert {message.channel for message in posts(stack)} == {"C0DEMO"}


def test_another_kind_of_connection_than_the_settings_are_for_parks(stack: Stack) -> None:
    ready(stack, hook=False, channel="C0DEMO")
    assert stack.connect_slack(hook=True)[0] == 409, "it is another account"
    told = stack.api(
        "POST", "/api/workspaces/demo/connections/slack", {"secrets": {"hook_url": HOOK}, "switch_account": True}
    )
    assert told[0] == 200, told
    (end,) = deliver(stack, bought(1))
    assert (end["state"], end["reason"]) == ("parked", "slack_hook_channel")
    assert posts(stack) == []
    assert applied(stack)[0] == 200
    later(stack, 60)
    assert [message.by for message in posts(stack)] == ["B0DEMO"]


@pytest.mark.parametrize("kind", ["timeout_before", "cut_after", "timeout_after"])
def test_an_answer_that_never_came_loses_nothing_and_a_repeat_says_so(stack: Stack, kind: str) -> None:
    ready(stack)
    stack.slack.faults.add(Fault(kind=kind, path="/services/*"))  # type: ignore[arg-type]
    ends = deliver(stack, bought(1), left(2))
    assert [(one["state"], one["attempts"]) for one in ends] == [("delivered", 2)] * 2
    assert [[warning["code"] for warning in one["warnings"]] for one in ends] == [["slack_maybe_again"], []]
    *before, again, other = posts(stack)
    assert len(before) == (kind != "timeout_before")
    assert [AGAIN in words(message) for message in (*before, again, other)] == [False] * len(before) + [True, False]


def test_a_folded_message_without_an_answer_says_how_many_may_be_repeats(stack: Stack) -> None:
    ready(stack)
    stack.slack.faults.add(Fault(kind="cut_after", path="/services/*"))
    stack.slack.faults.add(Fault(status=429, headers={"Retry-After": "40"}, path="/services/*"))
    deliver(stack, *(bought(number) for number in range(6)))
    send(stack, bought(7))
    later(stack, 60)
    assert states(stack) == ["delivered"] * 7
    first, second = posts(stack)
    assert (words(first)[0], words(second)[0]) == ("お知らせ6件", "お知らせ7件")
    assert words(second)[-1].startswith("このうち6件は")


def test_a_message_that_slack_calls_malformed_is_rejected_alone(stack: Stack) -> None:
    ready(stack)
    stack.slack.faults.add(Fault(status=400, body="invalid_blocks", path="/services/*"))
    ends = deliver(stack, bought(1), bought(2))
    assert [one["state"] for one in ends] == ["rejected", "delivered"]
    assert (ends[0]["reason"], "invalid_blocks" in ends[0]["message"]) == ("slack_message", True)


@pytest.mark.parametrize(
    ("status", "said", "reason"),
    [(404, "<html>", "hook_gone"), (410, "", "hook_gone"), (400, "user_not_found", "slack_hook_unclear")],
)
def test_what_a_hook_says_of_no_message_parks_all(stack: Stack, status: int, said: str, reason: str) -> None:
    ready(stack)
    stack.slack.faults.add(Fault(status=status, body=said, path="/services/*"))
    (end,) = deliver(stack, bought(1))
    assert (end["state"], end["reason"]) == ("parked", reason)
    assert stack.connect_slack()[0] == 200
    stack.work()
    assert (states(stack), len(posts(stack))) == (["delivered"], 1)


def test_a_folded_message_that_slack_calls_malformed_is_said_in_single_ones(stack: Stack) -> None:
    ready(stack, fold_above=2)
    stack.slack.faults.add(Fault(status=400, body="invalid_blocks", path="/services/*"))
    stack.slack.faults.add(Fault(status=400, body="invalid_blocks", path="/services/*"))
    deliver(stack, bought(1), bought(2), left(3))
    later(stack)
    assert sorted(states(stack)) == ["delivered", "delivered", "rejected"], "one of them was really malformed"
    assert len(posts(stack)) == 2


@pytest.mark.parametrize(
    ("hook", "channel", "switch", "wrong"),
    [
        (True, "C0DEMO", {}, "its own channel only"),
        (False, "", {}, "give the channel's id"),
        (False, "C0NONE", {"scopes": ["chat:write", "channels:read"]}, "no channel C0NONE"),
        (False, "C0DEMO", {"scopes": ["chat:write", "channels:read"], "archived": ["C0DEMO"]}, "is archived"),
        (False, "C0DEMO2", {"scopes": ["chat:write", "channels:read"]}, "is not in the channel"),
        (False, "C0DEMO2", {"scopes": ["chat:write", "channels:read", "chat:write.public"]}, ""),
        (False, "C0NONE", {}, ""),  # nobody may look
        (False, "sales", {}, "#name"),
    ],
)
def test_settings_are_held_against_the_connection(
    stack: Stack, hook: bool, channel: str, switch: dict[str, object], wrong: str
) -> None:
    stack.begin(f"slack alone {hook}", lambda: stack.connect_slack(hook=hook))
    stack.slack.configure(switch)
    status, told = applied(stack, channel=channel)
    assert status == (422 if wrong else 200), told
    if wrong:
        (problem,) = told["error"]["problems"]
        assert problem["path"] == ["integrations", "lms_to_slack", "channel"]
        assert wrong in problem["message"]
    assert posts(stack) == []


def test_a_token_that_ended_is_told_when_the_channel_is_looked_at(stack: Stack) -> None:
    ready(stack, hook=False, channel="C0DEMO")
    stack.slack.configure({"revoked": [DEMO.bot_token]})
    status, told = applied(stack, channel="C0DEMO")
    assert (status, told["error"]["code"]) == (409, "slack_token_revoked")


def test_without_a_connection_nothing_is_checked(stack: Stack) -> None:
    status, told = applied(stack)
    assert (status, told["error"]["problems"][0]["message"].partition(",")[0]) == (422, "Slack is not connected")


def test_a_preview_says_what_would_be_said_and_says_nothing(stack: Stack) -> None:
    ready(stack, hook=False, channel="C0DEMO", show_name=True)

    def preview(payload: object) -> dict[str, object]:
        body = {"integration": "lms_to_slack", "source": "lms", "payload": payload}
        status, told = stack.api("POST", "/api/workspaces/demo/preview", body, **{"accept-language": "en"})
        assert status == 200, told
        return told

    told = preview(bought(1))
    assert (told["outcome"], told["would"]) == (
        "delivered",
        [{"action": "slack_message", "text": "This message would be posted into C0DEMO."}],
    )
    fields = {(field["property"], field["value"]) for field in copy.deepcopy(told["fields"])}  # type: ignore[attr-defined]
    assert fields >= {
        ("header", "コースが購入されました"),
        ("section", "*金額* 1,200円"),
        ("section", "*氏名* 佐々木花子"),
    }
    assert (posts(stack), stack.deliveries(), len(stack.slack.calls)) == ([], [], 0)
    skipped = preview(event("user.created", 2))
    assert (skipped["outcome"], skipped["would"]) == ("skipped", [])
    deliver(stack, bought(1))
    assert (preview(bought(2, "order-1"))["outcome"], preview(bought(3))["outcome"]) == ("skipped", "delivered")
