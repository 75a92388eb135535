"""Posting by a bot: which channel, which blocks, how often, and what Slack makes of what is in a text."""

from __future__ import annotations

from typing import Any

import pytest

from local.sandbox.slack import DEMO, Slack
from local.sandbox.slack.blocks import HEADER, LONGEST, TEXT, meaning, refused
from tests.local.sandbox.callers import Caller
from tests.local.sandbox.conftest import Clock
from tests.local.sandbox.slack.conftest import ADDRESS


@pytest.fixture
def bot(slack: Slack) -> Caller:
    return Caller(slack, ADDRESS, authorization=f"Bearer {DEMO.bot_token}")


def post(bot: Caller, channel: str = "C0DEMO", **payload: object) -> dict[str, Any]:
    answer = bot.post("/api/chat.postMessage", json={"channel": channel, **(payload or {"text": "コース購入"})})
    assert answer.status_code == 200
    told: dict[str, Any] = answer.json()
    return told


def test_a_message_by_id_or_name(bot: Caller, slack: Slack, clock: Clock) -> None:
    told = post(bot)
    assert (told["ok"], told["channel"], told["message"]["text"]) == (True, "C0DEMO", "コース購入")
    clock.pass_(1)
    assert post(bot, "#sales", blocks=[{"type": "divider"}])["channel"] == "C0DEMO"
    clock.pass_(1)
    form = bot.post("/api/chat.postMessage", data={"channel": "sales", "blocks": '[{"type": "divider"}]'})
    assert form.json()["ok"] is True
    assert [(message.channel, message.by) for message in slack.messages()] == [("C0DEMO", "B0DEMOBOT")] * 3
    assert slack.messages()[2].payload == {"blocks": [{"type": "divider"}]}


@pytest.mark.parametrize(
    ("channel", "switch", "error"),
    [
        ("C0NONE", {}, "channel_not_found"),
        ("", {}, "channel_not_found"),
        ("C0OTHER", {}, "channel_not_found"),
        ("C0DEMO3", {"scopes": ["chat:write", "chat:write.public"]}, "channel_not_found"),
        ("C0DEMO2", {}, "not_in_channel"),
        ("C0DEMO", {"archived": ["C0DEMO"]}, "is_archived"),
        ("C0DEMO", {"restricted": ["C0DEMO"]}, "restricted_action"),
        ("C0DEMO", {"scopes": ["incoming-webhook"]}, "missing_scope"),
        ("C0DEMO", {"revoked": [DEMO.bot_token]}, "token_revoked"),
        ("C0DEMO2", {"scopes": ["chat:write", "chat:write.public"]}, None),
        ("C0DEMO3", {"joined": ["C0DEMO3"]}, None),
    ],
)
def test_where_a_bot_may_post(
    bot: Caller, slack: Slack, channel: str, switch: dict[str, object], error: str | None
) -> None:
    slack.configure(switch)
    assert post(bot, channel).get("error") == error
    assert len(slack.messages()) == (error is None)


def test_one_a_second_and_channel(bot: Caller, slack: Slack, clock: Clock) -> None:
    slack.configure({"scopes": ["chat:write", "chat:write.public"]})
    assert post(bot)["ok"] is True
    refused_one = bot.post("/api/chat.postMessage", json={"channel": "C0DEMO", "text": "x"})
    assert (refused_one.status_code, refused_one.headers["Retry-After"]) == (429, "1")
    assert post(bot, "C0DEMO2")["ok"] is True
    clock.pass_(1)
    assert post(bot)["ok"] is True
    assert len(slack.messages()) == 3


def text(length: int = 5, **more: object) -> dict[str, object]:
    return {"type": "mrkdwn", "text": "x" * length, **more}


def plain(length: int) -> dict[str, object]:
    return {"type": "plain_text", "text": "x" * length, "emoji": False}


BLOCKS: list[tuple[object, str | None]] = [
    ([{"type": "header", "text": plain(HEADER)}], None),
    ([{"type": "header", "text": plain(HEADER + 1)}], "invalid_blocks"),
    ([{"type": "header", "text": text()}], "invalid_blocks"),
    ([{"type": "section", "text": text(TEXT)}], None),
    ([{"type": "section", "text": text(TEXT + 1)}], "invalid_blocks"),
    ([{"type": "section", "text": text(0)}], "invalid_blocks"),
    ([{"type": "section", "text": "x"}], "invalid_blocks"),
    ([{"type": "section", "text": text(emoji=True)}], "invalid_blocks"),
    ([{"type": "section", "text": text(verbatim=True)}], None),
    ([{"type": "section"}], "invalid_blocks"),
    ([{"type": "section", "fields": [text(1000)] * 10}], None),
    ([{"type": "section", "fields": [text()] * 11}], "invalid_blocks"),
    ([{"type": "section", "fields": [text(2001)]}], "invalid_blocks"),
    ([{"type": "context", "elements": [text()] * 10}], None),
    ([{"type": "context", "elements": [text()] * 11}], "invalid_blocks"),
    ([{"type": "context", "elements": []}], "invalid_blocks"),
    ([{"type": "divider"}] * 50, None),
    ([{"type": "divider"}] * 51, "invalid_blocks"),
    ([{"type": "divider", "colour": "red"}], "invalid_blocks"),
    ([{"type": "nonsense"}], "invalid_blocks"),
    (["divider"], "invalid_blocks"),
    ({"type": "divider"}, "invalid_blocks_format"),
    ([{"type": "section", "text": text(2600)}] * 5, None),
    ([{"type": "section", "text": text(2601)}] * 5, "msg_blocks_too_long"),
]


@pytest.mark.parametrize(("blocks", "error"), BLOCKS)
def test_blocks(blocks: object, error: str | None) -> None:
    found = refused({"blocks": blocks})
    assert (found[0] if found else None) == error


def test_a_bot_is_told_where_a_block_is_wrong_and_a_hook_is_not(bot: Caller, slack: Slack) -> None:
    slack.configure({"post_limit": None})
    wrong = [{"type": "divider"}, {"type": "section", "text": text(TEXT + 1)}]
    told = post(bot, text="x", blocks=wrong)
    where = ["[ERROR] must be less than 3001 characters [json-pointer:/blocks/1/text/text]"]
    assert (told["error"], told["response_metadata"]["messages"]) == ("invalid_blocks", where)
    answer = bot.post(DEMO.hook, json={"text": "x", "blocks": wrong})
    assert (answer.status_code, answer.text) == (400, "invalid_blocks")
    assert post(bot, text="x" * (LONGEST + 1))["error"] == "msg_too_long"
    assert post(bot, text="")["error"] == "no_text"
    assert slack.messages() == []


@pytest.mark.parametrize(
    ("text", "mentions", "links"),
    [
        ("<!channel> <!here|x> <!everyone> <!subteam^S1>", ["!channel", "!here|x", "!everyone", "!subteam^S1"], []),
        ("<@U123> <@W1|boss>", ["@U123", "@W1|boss"], []),
        ("&lt;!channel&gt; @channel !here <!date^1^{date}|x> <#C1>", [], []),
        ("<https://evil.example|Click> <mailto:a@b.example>", [], ["https://evil.example", "mailto:a@b.example"]),
        ("see https://auto.example/x now", [], ["https://auto.example/x"]),
    ],
)
def test_what_slack_makes_of_a_text(
    bot: Caller, slack: Slack, text: str, mentions: list[str], links: list[str]
) -> None:
    bot.post(DEMO.hook, json={"text": text})
    (message,) = slack.messages()
    assert (message.mentions, message.links) == (mentions, links)
    quoted = {"type": "section", "text": {"type": "plain_text", "text": text}}
    assert meaning({"text": "x", "blocks": [quoted]}).mentions == []
    found = meaning({"blocks": [{"type": "section", "text": {"type": "mrkdwn", "text": text, "verbatim": True}}]})
    assert (found.mentions, found.links) == (mentions, [link for link in links if "auto" not in link])


@pytest.mark.parametrize(
    ("channel", "scopes", "end"),
    [
        ("C0DEMO", ["channels:read"], (False, True)),
        ("C0DEMO2", ["channels:read"], (False, False)),
        ("C0DEMO", ["chat:write"], "missing_scope"),
        ("#sales", ["channels:read"], "channel_not_found"),
        ("C0DEMO3", ["groups:read"], "channel_not_found"),
    ],
)
def test_what_a_channel_is(bot: Caller, slack: Slack, channel: str, scopes: list[str], end: object) -> None:
    slack.configure({"scopes": scopes})
    told = bot.get("/api/conversations.info", params={"channel": channel}).json()
    found = told.get("channel", {})
    assert (told["error"] if "error" in told else (found["is_archived"], found["is_member"])) == end


def test_a_body_that_is_no_json(bot: Caller) -> None:
    for body in ("nonsense", "[]"):
        answer = bot.post("/api/chat.postMessage", data=body, headers={"content-type": "application/json"})
        assert answer.json()["error"] == "invalid_json"
