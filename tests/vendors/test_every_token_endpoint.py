"""What every OAuth vendor's token endpoints must do when they refuse, stall, break off or talk nonsense.

A vendor with OAuth inherits all of this by its record in cases.py.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import pytest

from local.sandbox.faults import Kind
from renkei.errors import Outcome, Reconnect, Retry
from renkei.oauth import App, Grant, Tokens
from tests.vendors.bench import Bench

APP = App("an-app-of-ours", "the-secret-of-our-app")
REFRESH, CODE, VERIFIER = "a-refresh-token-kept-sealed", "a-code-from-a-callback", "a-verifier-nobody-may-see"
VERBS: dict[str, Callable[[Tokens], object]] = {
    "exchange": lambda tokens: tokens.exchange(CODE, VERIFIER, "https://renkei.example.com/oauth/callback"),
    "refresh": lambda tokens: tokens.refresh(REFRESH),
    "revoke": lambda tokens: tokens.revoke(REFRESH),
}
EACH = pytest.mark.parametrize("verb", VERBS)
GRANTS = pytest.mark.parametrize("verb", ["exchange", "refresh"])


def tokens_at(door: Bench) -> Tokens:
    """The token endpoints; from now on all that is sent there is a secret."""
    door.secrets += [APP.client_secret, REFRESH, CODE, VERIFIER]
    return Tokens(door.endpoints.oauth, APP, door.session)


def attempt(door: Bench, verb: str) -> Outcome:
    """Call a token endpoint that goes wrong; neither the outcome nor a log holds a secret."""
    tokens = tokens_at(door)
    with door.silent(), pytest.raises(Outcome) as raised:
        VERBS[verb](tokens)
    door.harmless(raised.value)
    door.clean(repr(tokens))
    return raised.value


def answered(door: Bench, verb: str, answer: Mapping[str, Any]) -> Grant:
    """What is made of an answer."""
    door.fault(status=200, times=1, body=json.dumps(dict(answer)))
    with door.silent():
        granted = VERBS[verb](tokens_at(door))
    assert isinstance(granted, Grant)
    return granted


def echo(error: str) -> str:
    """A refusal that quotes all that was sent."""
    quoted = f"{APP.client_secret} {REFRESH} {CODE} {VERIFIER}"
    return json.dumps({"error": error, "error_description": quoted, "message": quoted, "status": error})


@GRANTS
@pytest.mark.parametrize("status", [400, 401, 403])
@pytest.mark.parametrize(
    ("error", "code"),
    [
        ("invalid_grant", "grant_refused"),
        ("invalid_client", "app_refused"),
        ("invalid_client_id", "app_refused"),
        ("unauthorized_client", "app_refused"),
        ("", "grant_refused"),
    ],
)
def test_a_refused_grant_is_for_a_person(door: Bench, verb: str, status: int, error: str, code: str) -> None:
    fault = door.fault(status=status, body=echo(error))
    end = attempt(door, verb)
    assert isinstance(end, Reconnect)
    assert end.code == code
    assert fault.struck == 1


@EACH
@pytest.mark.parametrize("status", [408, 423, 429, 477, 500, 502, 503, 504])
def test_a_busy_endpoint_is_asked_again_later(door: Bench, verb: str, status: int) -> None:
    fault = door.fault(status=status, body=echo("invalid_grant"), headers={"Retry-After": "7"})
    end = attempt(door, verb)
    assert isinstance(end, Retry)
    assert end.after is not None
    assert end.after.total_seconds() == 7
    assert fault.struck == 1


@EACH
@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_no_redirect_carries_our_secret_elsewhere(door: Bench, verb: str, status: int) -> None:
    door.fault(status=status, headers={"Location": "/elsewhere"})
    assert isinstance(attempt(door, verb), Retry)
    assert len(door.vendor.calls) == 1


@EACH
@pytest.mark.parametrize("kind", ["timeout_before", "timeout_after", "cut_before", "cut_after"])
def test_no_answer_is_no_refusal(door: Bench, verb: str, kind: Kind) -> None:
    fault = door.fault(kind)
    assert isinstance(attempt(door, verb), Retry)
    assert fault.struck == 1


@GRANTS
@pytest.mark.parametrize(
    "answer", ["<html><body>Bad gateway", "", "null", "[]", "{}", '"granted"', '{"access_token": "only this"}']
)
def test_junk_for_an_answer_is_no_grant(door: Bench, verb: str, answer: str) -> None:
    door.fault(status=200, body=answer)
    assert isinstance(attempt(door, verb), Retry)


@GRANTS
def test_a_whole_answer_is_a_grant(door: Bench, verb: str) -> None:
    granted = answered(door, verb, door.endpoints.granted)
    assert (granted.account, granted.access_token) == (door.endpoints.account, "an-access-token")
    assert granted.refresh_token == "a-new-refresh-token"
    assert (granted.lasts is not None) == door.endpoints.oauth.timed
    assert not [secret for secret in ("an-access-token", "a-new-refresh-token") if secret in repr(granted)]


@GRANTS
def test_an_answer_that_lacks_something_is_no_grant(door: Bench, verb: str) -> None:
    whole = door.endpoints.granted
    for name in door.endpoints.needed:
        door.fault(status=200, times=1, body=json.dumps({key: value for key, value in whole.items() if key != name}))
        assert isinstance(attempt(door, verb), Retry), name
    for nothing in (None, "", 5, ["an-access-token"]):
        door.fault(status=200, times=1, body=json.dumps({**whole, "access_token": nothing}))
        assert isinstance(attempt(door, verb), Retry), nothing
    if door.endpoints.oauth.timed:
        door.fault(status=200, times=1, body=json.dumps({**whole, "expires_in": "soon"}))
        assert isinstance(attempt(door, verb), Retry)


def test_a_refresh_token_lives_on_where_the_answer_has_no_new_one(door: Bench) -> None:
    kept = {name: value for name, value in door.endpoints.granted.items() if name != "refresh_token"}
    assert answered(door, "refresh", kept).refresh_token == REFRESH
    door.fault(status=200, body=json.dumps(kept))
    assert isinstance(attempt(door, "exchange"), Retry)  # nothing to refresh with is no connection


@GRANTS
def test_a_grant_that_is_just_being_used_is_asked_for_again(door: Bench, verb: str) -> None:
    body = {"error": "invalid_grant", "error_description": "this request is already being processed"}
    door.fault(status=400, body=json.dumps(body))
    assert isinstance(attempt(door, verb), Retry)


def test_a_token_that_is_gone_needs_no_revoking(door: Bench) -> None:
    door.fault(status=400, body=json.dumps({"error": "invalid_token", "error_description": "invalid token"}))
    with door.silent():
        tokens_at(door).revoke(REFRESH)


@EACH
def test_no_secret_goes_to_an_address_without_tls(door: Bench, verb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in door.case.environment:
        monkeypatch.setenv(name, "http://vendor.example.com")
    tokens = tokens_at(door)
    with pytest.raises(ValueError, match="https") as refused:
        VERBS[verb](tokens)
    door.harmless(refused.value)
    assert not door.vendor.calls
