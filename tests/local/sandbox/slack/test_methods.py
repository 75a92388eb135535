"""The Web API's two methods: who a token is, and its end. Every answer is 200, but for too many calls."""

import pytest
import requests

from local.sandbox.slack import DEMO, OTHER, Slack
from tests.local.sandbox.callers import Caller
from tests.local.sandbox.conftest import Clock
from tests.local.sandbox.slack.conftest import ADDRESS

BEARER = {"authorization": f"Bearer {DEMO.bot_token}"}


def _error(answer: requests.Response) -> str:
    body = answer.json()
    assert (answer.status_code, body["ok"]) == (200, False)
    return str(body["error"])


@pytest.fixture
def bot(slack: Slack) -> Caller:
    return Caller(slack, ADDRESS, **BEARER)


def test_who_a_token_is_and_its_scopes(bot: Caller) -> None:
    answer = bot.post("/api/auth.test")
    assert answer.json() == {
        "ok": True,
        "url": "https://demo-school.slack.com/",
        "team": "Demo School",
        "user": "renkei",
        "team_id": "T0DEMO",
        "user_id": "U0DEMO",
        "bot_id": "B0DEMOBOT",
        "is_enterprise_install": False,
    }
    assert answer.headers["x-oauth-scopes"] == "chat:write,incoming-webhook"


def test_a_token_in_the_form_but_not_in_the_query(api: Caller) -> None:
    assert api.post("/api/auth.test", data={"token": OTHER.bot_token}).json()["team_id"] == "T0OTHER"
    assert _error(api.post(f"/api/auth.test?token={OTHER.bot_token}")) == "not_authed"


@pytest.mark.parametrize(
    ("headers", "error"),
    [
        ({}, "not_authed"),
        ({"authorization": "Bearer xoxb-nonsense"}, "invalid_auth"),
        ({"authorization": DEMO.bot_token}, "not_authed"),
    ],
    ids=str,
)
def test_tokens_that_are_none(api: Caller, headers: dict[str, str], error: str) -> None:
    for method in ("auth.test", "auth.revoke"):
        assert _error(api.post(f"/api/{method}", headers=headers)) == error


def test_a_method_that_is_none(bot: Caller) -> None:
    answer = bot.post("/api/auth.nonsense")
    assert (_error(answer), answer.json()["req_method"]) == ("unknown_method", "auth.nonsense")


def test_revoking_a_token_ends_it_alone(bot: Caller, slack: Slack) -> None:
    assert bot.post("/api/auth.revoke", data={"test": "true"}).json() == {"ok": True, "revoked": False}
    assert bot.post("/api/auth.test").json()["ok"] is True
    assert bot.post("/api/auth.revoke").json() == {"ok": True, "revoked": True}
    assert _error(bot.post("/api/auth.test")) == "token_revoked"
    assert _error(bot.post("/api/auth.revoke")) == "token_revoked"
    fresh = Caller(slack, ADDRESS, authorization=f"Bearer {slack.issue_token()}")
    assert fresh.post("/api/auth.test").json()["ok"] is True


@pytest.mark.parametrize(
    ("switch", "error"),
    [
        ({"app_removed": True}, "account_inactive"),
        ({"revoked": [DEMO.bot_token]}, "token_revoked"),
        ({"token_error": "token_expired"}, "token_expired"),
    ],
    ids=str,
)
def test_switches(bot: Caller, switch: dict[str, object], error: str) -> None:
    assert bot.post("/_sandbox/settings", json=switch).ok
    assert _error(bot.post("/api/auth.test")) == error
    bot.post("/_sandbox/reset")
    assert bot.post("/api/auth.test").json()["ok"] is True


def test_too_many_calls_a_minute(bot: Caller, slack: Slack, clock: Clock) -> None:
    slack.configure({"method_limit": 2})
    assert [bot.post("/api/auth.test").status_code for _ in range(2)] == [200, 200]
    refused = bot.post("/api/auth.test")
    assert (refused.status_code, refused.json()) == (429, {"ok": False, "error": "ratelimited"})
    assert refused.headers["Retry-After"] == "60"
    clock.pass_(60)
    assert bot.post("/api/auth.test").status_code == 200


@pytest.mark.parametrize("wrong", [{"colour": "red"}, {"hook_error": "nonsense"}, {"scopes": "chat:write"}], ids=str)
def test_a_switch_that_makes_no_sense_is_refused(bot: Caller, wrong: dict[str, object]) -> None:
    assert bot.post("/_sandbox/settings", json=wrong).status_code == 400


def test_pages_show_messages_and_no_secret(bot: Caller) -> None:
    bot.post(DEMO.hook, json={"text": "<b>購入</b>"})
    page, state = bot.get("/_sandbox/").text, bot.get("/_sandbox/state.json")
    assert "&lt;b&gt;購入" in page
    assert "<b>" not in page
    assert state.json()["messages"]["T0DEMO"][0]["payload"] == {"text": "<b>購入</b>"}
    for secret in (DEMO.bot_token, "demoHookSecret"):
        assert secret not in state.text
        assert secret not in page.partition("<h2>Calls")[0]


@pytest.mark.parametrize(("status", "said"), [(429, "ratelimited"), (503, "rollup_error")])
def test_told_to_fail(bot: Caller, status: int, said: str) -> None:
    bot.post("/_sandbox/faults", json={"path": "*", "status": status})
    answer = bot.post("/api/auth.test")
    assert answer.status_code == status
    assert said in answer.text
