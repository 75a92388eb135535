"""Slack's own Python clients, over a port: they were written against the real one.

https://github.com/slackapi/python-slack-sdk (3.47.0)
"""

from collections.abc import Iterator
from typing import Any

import pytest
from slack_sdk import WebClient, WebhookClient
from slack_sdk.errors import SlackApiError
from slack_sdk.models.blocks import DividerBlock, MarkdownTextObject, SectionBlock

from local.sandbox.slack import DEMO, Slack
from tests.local.sandbox.ports import on_port


@pytest.fixture
def served(slack: Slack) -> Iterator[str]:
    with on_port(slack=slack) as address:
        yield f"{address}/slack"


def test_the_web_client(served: str, slack: Slack) -> None:
    client = WebClient(DEMO.bot_token, base_url=f"{served}/api/")
    told = client.auth_test()
    assert (told["team_id"], told["bot_id"]) == ("T0DEMO", "B0DEMOBOT")
    assert told.headers["x-oauth-scopes"] == "chat:write,incoming-webhook"
    assert client.auth_revoke(test=True)["revoked"] is False
    slack.configure({"method_limit": 0})
    with pytest.raises(SlackApiError) as caught:
        client.auth_test()
    assert (caught.value.response["error"], caught.value.response.headers["Retry-After"]) == ("ratelimited", "60")
    slack.configure({"method_limit": None})
    assert client.auth_revoke()["revoked"] is True
    with pytest.raises(SlackApiError) as caught:
        client.auth_test()
    assert caught.value.response["error"] == "token_revoked"


def test_the_web_client_without_a_good_token(served: str) -> None:
    with pytest.raises(SlackApiError) as caught:
        WebClient("xoxb-nonsense", base_url=f"{served}/api/").auth_test()
    assert caught.value.response["error"] == "invalid_auth"


def test_the_webhook_client(served: str, slack: Slack) -> None:
    client = WebhookClient(served + DEMO.hook)
    sent = client.send(text="コース購入", blocks=[{"type": "divider"}])
    assert (sent.status_code, sent.body) == (200, "ok")
    refused = client.send(text="")
    assert (refused.status_code, refused.body) == (400, "missing_text_or_fallback_or_attachments")
    assert [message.payload["text"] for message in slack.messages()] == ["コース購入"]
    slack.configure({"deleted_hooks": ["B0DEMO"]})
    gone = client.send(text="hello")
    assert (gone.status_code, gone.body) == (404, "no_service")
    slack.configure({"deleted_hooks": [], "hook_limit": 0})
    assert client.send(text="hello").headers["Retry-After"] == "10"


def test_the_web_client_posts(served: str, slack: Slack) -> None:
    client = WebClient(DEMO.bot_token, base_url=f"{served}/api/")
    blocks = [SectionBlock(text=MarkdownTextObject(text="*コース*", verbatim=True)), DividerBlock()]
    told = client.chat_postMessage(channel="C0DEMO", text="コース購入", blocks=blocks, unfurl_links=False)
    assert (told["ok"], told["channel"]) == (True, "C0DEMO")
    (message,) = slack.messages()
    assert message.payload["blocks"] == [block.to_dict() for block in blocks]
    with pytest.raises(SlackApiError) as caught:
        client.chat_postMessage(channel="C0DEMO", text="x")
    assert caught.value.response.headers["Retry-After"] == "1"
    slack.configure({"post_limit": None, "scopes": ["chat:write", "channels:read"]})
    assert client.conversations_info(channel="C0DEMO")["channel"]["is_member"] is True
    refusals: tuple[tuple[str, dict[str, Any], str], ...] = (
        ("C0DEMO2", {"text": "x"}, "not_in_channel"),
        (
            "C0DEMO",
            {"text": "x", "blocks": [{"type": "header", "text": {"type": "mrkdwn", "text": "x"}}]},
            "invalid_blocks",
        ),
    )
    for channel, more, error in refusals:
        with pytest.raises(SlackApiError) as caught:
            client.chat_postMessage(channel=channel, **more)
        assert caught.value.response["error"] == error
