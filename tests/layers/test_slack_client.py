"""Slack's client against its sandbox: what is posted where, and what each refusal means for what waits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
import requests

from local.sandbox.faults import Fault
from local.sandbox.inprocess import WsgiAdapter
from local.sandbox.slack import DEMO
from local.sandbox.slack import Slack as Sandbox
from renkei.errors import Misconfigured, Outcome, Reconnect, Rejected, Retry
from renkei.vendors.slack import Channel, Message, Slack
from tests.harness import Clock
from tests.layers.telling import told

HOOK, TOKEN = {"hook_url": f"https://hooks.slack.com{DEMO.hook}"}, {"bot_token": DEMO.bot_token}
MESSAGE = Message("コース購入", ({"type": "divider"},))


@pytest.fixture
def sandbox() -> Sandbox:
    return Sandbox(Clock())


@pytest.fixture
def client(sandbox: Sandbox) -> Callable[[dict[str, str]], Slack]:
    session = requests.Session()
    for address in ("https://hooks.slack.com/", "https://slack.com/"):
        session.mount(address, WsgiAdapter(sandbox))
    return lambda secrets: Slack(session, secrets)


def refused(deed: Callable[[], object]) -> Outcome:
    with pytest.raises(Outcome) as caught:
        deed()
    assert caught.value.params["vendor"] == "slack"
    told(caught.value.code, caught.value.params)
    return caught.value


@pytest.mark.parametrize(("secrets", "by"), [(HOOK, "B0DEMO"), (TOKEN, "B0DEMOBOT")])
def test_one_call_posts_a_message(
    client: Callable[..., Slack], sandbox: Sandbox, secrets: dict[str, str], by: str
) -> None:
    slack = client(secrets)
    slack.post(MESSAGE, "C0DEMO" if secrets == TOKEN else "")
    (message,) = sandbox.messages()
    assert (message.channel, message.by, slack.hooks, slack.calls) == ("C0DEMO", by, secrets == HOOK, 1)
    assert message.payload == {
        "text": "コース購入",
        "blocks": [{"type": "divider"}],
        "unfurl_links": False,
        "unfurl_media": False,
    }


@pytest.mark.parametrize(
    ("switch", "end", "code"),
    [
        ({"archived": ["C0DEMO"]}, Reconnect, "slack_channel_gone"),
        ({"deleted_hooks": ["B0DEMO"]}, Reconnect, "hook_gone"),
        ({"hook_error": "invalid_token"}, Reconnect, "hook_gone"),
        ({"hook_error": "action_prohibited"}, Reconnect, "slack_prohibited"),
        ({"hook_limit": 0}, Retry, "vendor_rate"),
        ({"hook_error": "rollup_error"}, Retry, "vendor_busy"),
    ],
)
def test_what_a_hook_refuses(
    client: Callable[..., Slack], sandbox: Sandbox, switch: dict[str, object], end: type[Outcome], code: str
) -> None:
    sandbox.configure(switch)
    found = refused(lambda: client(HOOK).post(MESSAGE))
    assert (type(found), found.code) == (end, code)
    assert not isinstance(found, Retry) or found.after == (timedelta(seconds=1) if code == "vendor_rate" else None)


@pytest.mark.parametrize(
    ("channel", "switch", "end", "params"),
    [
        ("C0NONE", {}, Misconfigured, {"channel": "C0NONE", "problem": "channel_not_found"}),
        ("C0DEMO2", {}, Misconfigured, {"channel": "C0DEMO2", "problem": "not_in_channel"}),
        ("#sales", {"archived": ["C0DEMO"]}, Misconfigured, {"channel": "#sales", "problem": "is_archived"}),
        ("C0DEMO", {"restricted": ["C0DEMO"]}, Misconfigured, {"channel": "C0DEMO", "problem": "restricted_action"}),
        ("C0DEMO", {"scopes": ["channels:read"]}, Reconnect, {}),
        ("C0DEMO", {"revoked": [DEMO.bot_token]}, Reconnect, {}),
        ("C0DEMO", {"token_error": "something_new"}, Reconnect, {"problem": "something_new"}),
        ("C0DEMO", {"token_error": "internal_error"}, Retry, {"status": "internal_error"}),
        ("C0DEMO", {"post_limit": 0}, Retry, {}),
        ("C0DEMO", {"token_error": "msg_blocks_too_long"}, Rejected, {"problem": "msg_blocks_too_long"}),
    ],
)
def test_what_a_bot_is_refused(
    client: Callable[..., Slack],
    sandbox: Sandbox,
    *,
    channel: str,
    switch: dict[str, object],
    end: type[Outcome],
    params: dict[str, str],
) -> None:
    sandbox.configure(switch)
    found = refused(lambda: client(TOKEN).post(MESSAGE, channel))
    assert (type(found), found.params) == (end, {"vendor": "slack", **params})
    assert sandbox.messages() == []


@pytest.mark.parametrize("secrets", [HOOK, TOKEN])
def test_a_message_that_is_none_is_rejected_alone(
    client: Callable[..., Slack], sandbox: Sandbox, secrets: dict[str, str]
) -> None:
    wrong = Message("x", ({"type": "nonsense"},))
    found = refused(lambda: client(secrets).post(wrong, "C0DEMO"))
    assert (type(found), found.code, found.params["problem"]) == (Rejected, "slack_message", "invalid_blocks")
    assert sandbox.messages() == []


@pytest.mark.parametrize(
    ("secrets", "code"),
    [({"hook_url": "https://evil.example/"}, "slack_hook_form"), ({"bot_token": "x"}, "slack_token_form")],
)
def test_what_is_no_secret_of_slacks_never_leaves(
    client: Callable[..., Slack], sandbox: Sandbox, secrets: dict[str, str], code: str
) -> None:
    assert refused(lambda: client(secrets)).code == code
    assert sandbox.calls == []


def test_what_a_channel_is(client: Callable[..., Slack], sandbox: Sandbox) -> None:
    slack = client(TOKEN)
    assert slack.channel("C0DEMO") is None  # it may not look
    sandbox.configure({"scopes": ["chat:write", "channels:read"], "archived": ["C0DEMO"]})
    assert slack.channel("C0DEMO") == Channel(archived=True, open=True)
    assert slack.channel("C0DEMO2") == Channel(archived=False, open=False)
    sandbox.configure({"scopes": ["chat:write.public", "channels:read"], "archived": []})
    assert slack.channel("C0DEMO2") == Channel(archived=False, open=True)
    assert refused(lambda: slack.channel("C0NONE")).code == "slack_channel"
    sandbox.faults.add(Fault(status=200, body='{"ok": true, "channel": 5}'))
    assert refused(lambda: slack.channel("C0DEMO")).code == "vendor_garbled"
    sandbox.configure({"revoked": [DEMO.bot_token]})
    assert refused(lambda: slack.channel("C0DEMO")).code == "slack_token_revoked"
