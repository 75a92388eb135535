"""Slack as an account, against its sandbox: a hook is tested without a word, and its address is Slack's or none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import requests
from requests.adapters import BaseAdapter

from local.sandbox.faults import Fault
from local.sandbox.inprocess import WsgiAdapter
from local.sandbox.slack import DEMO, OTHER, Slack
from renkei.accounts import Access, vendor_of
from renkei.errors import Reconnect, Retry
from tests.harness import Clock
from tests.layers.telling import prober, told

HOOKS, API = "https://hooks.slack.com", "https://slack.com"
probe, refused = prober("slack")


class Nowhere(BaseAdapter):
    """Where nothing may go."""

    def send(self, request: requests.PreparedRequest, *_: object, **__: object) -> requests.Response:
        raise AssertionError(f"a request left for {urlsplit(str(request.url)).netloc}")

    def close(self) -> None:
        """Nothing is held."""


@pytest.fixture
def slack() -> Slack:
    return Slack(Clock())


@pytest.fixture
def access(slack: Slack) -> Callable[..., Access]:
    def made(**secrets: str) -> Access:
        session = requests.Session()
        session.mount("https://", Nowhere())
        session.mount("http://", Nowhere())
        session.mount(f"{HOOKS}/", WsgiAdapter(slack))
        session.mount(f"{API}/", WsgiAdapter(slack))
        return Access(session, secrets, lambda why, what: why + what)

    return made


@pytest.fixture
def hook(access: Callable[..., Access]) -> Access:
    return access(hook_url=HOOKS + DEMO.hook)


@pytest.fixture
def bot(access: Callable[..., Access]) -> Access:
    return access(bot_token=DEMO.bot_token)


# Hooks.


def test_a_hook_is_tested_without_posting(hook: Access, slack: Slack) -> None:
    report = probe(hook)
    assert report.account == "T0DEMO.B0DEMO"
    (check,) = report.checks
    assert (check.name, check.ok, check.params) == ("check_hook", True, {"hook": "B0DEMO", "answer": "no_text"})
    assert slack.messages() == []
    assert [call.method for call in slack.calls] == ["POST"]


@pytest.mark.parametrize("said", ["no_text", "missing_text_or_fallback_or_attachments"])
def test_either_word_for_an_empty_message_means_that_the_hook_lives(hook: Access, slack: Slack, said: str) -> None:
    slack.faults.add(Fault(status=400, body=said))
    assert not probe(hook).missing


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (Fault(status=400, body="invalid_payload"), "invalid_payload"),
        (Fault(status=400, body="<html>Something personal"), "400"),
        (Fault(status=200, body="ok"), "ok"),
    ],
    ids=str,
)
def test_what_does_not_prove_that_the_hook_lives_refuses_it(
    hook: Access, slack: Slack, fault: Fault, told: str
) -> None:
    slack.faults.add(fault)
    (missing,) = probe(hook).missing
    assert (missing.params["answer"], missing.remedy) == (told, "slack_hook_unclear")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ("no_service", "hook_gone"),
        ("no_active_hooks", "hook_gone"),
        ("no_team", "hook_gone"),
        ("invalid_token", "hook_gone"),
        ("channel_not_found", "slack_channel_gone"),
        ("channel_is_archived", "slack_channel_gone"),
        ("action_prohibited", "slack_prohibited"),
        ("posting_to_general_channel_denied", "slack_prohibited"),
        ("team_disabled", "slack_team_disabled"),
    ],
)
def test_what_ends_a_hook(hook: Access, slack: Slack, error: str, code: str) -> None:
    slack.configure({"hook_error": error})
    end = refused(hook)
    assert (type(end), end.code) == (Reconnect, code)


@pytest.mark.parametrize(
    "path",
    [
        "/services/T0NONE/B0DEMO/demoHookSecret",
        "/services/T0DEMO/B0NONE/demoHookSecret",
        "/services/T0DEMO/B0DEMO/wrongSecret",
    ],
)
def test_a_hook_that_never_was(access: Callable[..., Access], path: str) -> None:
    assert refused(access(hook_url=HOOKS + path)).code == "hook_gone"


@pytest.mark.parametrize(
    ("fault", "code", "after"),
    [
        (Fault(status=429), "vendor_rate", timedelta(seconds=30)),
        (Fault(status=500, body="rollup_error"), "vendor_busy", None),
        (Fault(status=302, headers={"location": "https://evil.example/"}), "vendor_busy", None),
        (Fault(kind="timeout_before"), "vendor_unreachable", None),
    ],
    ids=str,
)
def test_slack_does_not_answer(hook: Access, slack: Slack, fault: Fault, code: str, after: timedelta | None) -> None:
    slack.faults.add(fault)
    end = refused(hook)
    assert isinstance(end, Retry)
    assert (end.code, end.after) == (code, after)


TRICKS = [
    "",
    "https://hooks.slack.com",
    "https://hooks.slack.com/services/T0DEMO/B0DEMO",
    "https://hooks.slack.com/services/T0DEMO/B0DEMO/",
    "https://hooks.slack.com/services/T0DEMO/B0DEMO/secret/",
    "https://hooks.slack.com/services/T0DEMO/B0DEMO/secret/more",
    "https://hooks.slack.com/services/T0DEMO/B0DEMO/../../../x",
    "https://hooks.slack.com/services/T0DEMO/B0DEMO/secret?x=1",
    "https://hooks.slack.com/services/T0DEMO/B0DEMO/secret#x",
    "https://hooks.slack.com/services/T0DEMO/B0DEMO/secret\n",
    "https://hooks.slack.com/services/T0DEMO/B0DEMO/sec ret",
    "https://hooks.slack.com/services/t0demo/B0DEMO/secret",
    "https://hooks.slack.com/triggers/T0DEMO/B0DEMO/secret",
    "https://hooks.slack.com:8443/services/T0DEMO/B0DEMO/secret",
    "https://hooks.slack.com@evil.example/services/T0DEMO/B0DEMO/secret",
    "https://me:pw@hooks.slack.com/services/T0DEMO/B0DEMO/secret",
    "https://hooks.slack.com.evil.example/services/T0DEMO/B0DEMO/secret",
    "https://evil.example/services/T0DEMO/B0DEMO/secret",
    "https://evil.example/https://hooks.slack.com/services/T0DEMO/B0DEMO/secret",
    "https://hooksxslack.com/services/T0DEMO/B0DEMO/secret",
    "https://hooks.slack.com\\@evil.example/services/T0DEMO/B0DEMO/secret",
    "https://hooks。slack.com/services/T0DEMO/B0DEMO/secret",
    "http://hooks.slack.com/services/T0DEMO/B0DEMO/secret",
    "http://169.254.169.254/services/T0DEMO/B0DEMO/secret",
    "http://127.0.0.1:3001/slack/services/T0DEMO/B0DEMO/secret",
    "//hooks.slack.com/services/T0DEMO/B0DEMO/secret",
    "file:///etc/passwd",
]


@pytest.mark.parametrize("url", TRICKS)
def test_what_is_no_hook_never_leaves(access: Callable[..., Access], slack: Slack, url: str) -> None:
    end = refused(access(hook_url=url))
    assert (type(end), end.code, end.params) == (Reconnect, "slack_hook_form", {"vendor": "slack"})
    assert slack.calls == []


def test_the_deployments_own_host_for_hooks(
    access: Callable[..., Access], slack: Slack, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RENKEI_SLACK_HOOKS_URL", "http://127.0.0.1:3001/slack")
    made = access(hook_url="http://127.0.0.1:3001/slack" + OTHER.hook)
    made.session.mount("http://127.0.0.1:3001/slack", WsgiAdapter(slack, "/slack"))
    assert probe(made).account == "T0OTHER.B0OTHER"
    assert refused(access(hook_url=HOOKS + DEMO.hook)).code == "slack_hook_form"


def test_a_hook_is_deleted_by_hand(hook: Access, slack: Slack) -> None:
    assert vendor_of("slack").end(hook) == ["slack_end_hook"]
    assert slack.calls == []
    assert all("Incoming Webhooks" in line for line in told("slack_end_hook", {}))


# Bot tokens.


def test_the_team_and_each_scope_are_named(bot: Access, slack: Slack) -> None:
    slack.configure({"scopes": ["chat:write", "channels:read", "chat:write.public"]})
    report = probe(bot)
    assert (report.account, report.name) == ("T0DEMO", "Demo School")
    assert [(check.name, check.ok, check.params.get("scope")) for check in report.checks] == [
        ("check_account", True, None),
        ("check_scope", True, "chat:write"),
        ("check_scope", True, "chat:write.public"),
        ("check_scope", True, "channels:read"),
    ]
    assert not report.missing


def test_the_scope_that_is_needed(bot: Access, slack: Slack) -> None:
    slack.configure({"scopes": ["incoming-webhook", "chat:write.public"]})
    (missing,) = probe(bot).missing
    assert (missing.params["scope"], missing.remedy) == ("chat:write", "slack_scope")
    assert all("chat:write" in line for line in told(missing.remedy, missing.params))


def test_the_scope_that_is_useful_is_not_needed(bot: Access) -> None:
    (useful,) = (check for check in probe(bot).checks if check.params.get("scope") == "chat:write.public")
    assert (useful.ok, useful.needed, useful.remedy) == (None, False, "slack_public_scope")


def test_an_answer_that_tells_no_scopes(bot: Access, slack: Slack) -> None:
    slack.faults.add(Fault(status=200, body='{"ok": true, "team_id": "T0DEMO", "team": "Demo School"}'))
    scopes = [check for check in probe(bot).checks if check.name == "check_scope"]
    assert [(check.ok, check.params) for check in scopes] == [(None, {"scope": "chat:write"})]


@pytest.mark.parametrize(
    ("switch", "code"),
    [
        ({"revoked": [DEMO.bot_token]}, "slack_token_revoked"),
        ({"app_removed": True}, "slack_app_removed"),
        ({"token_error": "token_expired"}, "slack_token_expired"),
        ({"token_error": "org_login_required"}, "slack_token_refused"),
        ({"token_error": "missing_scope"}, "slack_scope_missing"),
    ],
    ids=str,
)
def test_what_ends_a_token(bot: Access, slack: Slack, switch: dict[str, object], code: str) -> None:
    slack.configure(switch)
    end = refused(bot)
    assert (type(end), end.code) == (Reconnect, code)


def test_an_unknown_token(access: Callable[..., Access]) -> None:
    assert refused(access(bot_token="xoxb-nonsense")).code == "key_refused"


@pytest.mark.parametrize(
    ("fault", "code", "after"),
    [
        (Fault(status=429), "vendor_rate", timedelta(seconds=30)),
        (Fault(status=200, body='{"ok": false, "error": "internal_error"}'), "vendor_busy", None),
        (Fault(status=200, body='{"ok": false, "error": "rate_limited"}'), "vendor_rate", None),
        (Fault(status=503), "vendor_busy", None),
        (Fault(status=302, body="{}", headers={"location": "https://evil.example/"}), "vendor_busy", None),
        (Fault(status=200, body='{"ok": false, "error": "Something Personal!"}'), "vendor_garbled", None),
        (Fault(status=200, body='{"ok": true, "team_id": "../x"}'), "vendor_garbled", None),
        (Fault(status=200, body="[]"), "vendor_garbled", None),
        (Fault(kind="junk_body"), "vendor_garbled", None),
        (Fault(kind="cut_before"), "vendor_unreachable", None),
    ],
    ids=str,
)
def test_the_web_api_does_not_answer(
    bot: Access, slack: Slack, fault: Fault, code: str, after: timedelta | None
) -> None:
    slack.faults.add(fault)
    end = refused(bot)
    assert isinstance(end, Retry)
    assert (end.code, end.after) == (code, after)


@pytest.mark.parametrize(
    "token", ["", "xoxp-user-token", "xoxe.xoxb-1-rotated", "xoxb-a b", "xoxb-a\r\nx: 1", "ｘoxb-a"]
)
def test_what_is_no_bot_token_never_leaves(access: Callable[..., Access], slack: Slack, token: str) -> None:
    end = refused(access(bot_token=token))
    assert (type(end), end.code) == (Reconnect, "slack_token_form")
    assert slack.calls == []


def test_a_bot_token_is_revoked_at_the_end(bot: Access, slack: Slack) -> None:
    assert vendor_of("slack").end(bot) == []
    assert DEMO.bot_token in slack.settings.revoked
    assert vendor_of("slack").end(bot) == [], "what is gone already needs nothing"


@pytest.mark.parametrize(
    "fault",
    [
        Fault(status=503),
        Fault(status=429),
        Fault(kind="timeout_after"),
        Fault(status=200, body='{"ok": true, "revoked": false}'),
        Fault(status=200, body='{"ok": false, "error": "internal_error"}'),
        Fault(status=200, body="[]"),
    ],
    ids=str,
)
def test_what_could_not_be_told_is_said(bot: Access, slack: Slack, fault: Fault) -> None:
    slack.faults.add(fault)
    assert vendor_of("slack").end(bot) == ["slack_end_token"]
    told("slack_end_token", {})


def test_what_a_vendor_says_of_itself(bot: Access, hook: Access) -> None:
    vendor = vendor_of("slack")
    assert [(field.name, field.hidden) for field in vendor.fields] == [("hook_url", True), ("bot_token", True)]
    assert vendor.either == (("hook_url",), ("bot_token",))
    assert "xoxb" not in repr(bot)
    assert "demoHookSecret" not in repr(hook)
