"""What every OAuth vendor's token endpoints must do when they refuse, stall, break off or talk nonsense.

A vendor with OAuth inherits all of this by its record in cases.py.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from local.sandbox.faults import Kind
from renkei.errors import Outcome, Reconnect, Retry
from renkei.oauth import App, Tokens
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


def attempt(bench: Bench, verb: str) -> Outcome:
    """Call a token endpoint that goes wrong; neither the outcome nor a log holds a secret."""
    assert bench.case.oauth
    bench.secrets += [APP.client_secret, REFRESH, CODE, VERIFIER]
    tokens = Tokens(bench.case.oauth, APP, bench.session)
    with bench.silent(), pytest.raises(Outcome) as raised:
        VERBS[verb](tokens)
    bench.harmless(raised.value)
    bench.clean(repr(tokens))
    return raised.value


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
        ("unauthorized_client", "app_refused"),
        ("", "grant_refused"),
    ],
)
def test_a_refused_grant_is_for_a_person(bench: Bench, verb: str, status: int, error: str, code: str) -> None:
    fault = bench.fault(status=status, body=echo(error))
    end = attempt(bench, verb)
    assert isinstance(end, Reconnect)
    assert end.code == code
    assert fault.struck == 1


@EACH
@pytest.mark.parametrize("status", [408, 423, 429, 477, 500, 502, 503, 504])
def test_a_busy_endpoint_is_asked_again_later(bench: Bench, verb: str, status: int) -> None:
    fault = bench.fault(status=status, body=echo("invalid_grant"), headers={"Retry-After": "7"})
    end = attempt(bench, verb)
    assert isinstance(end, Retry)
    assert end.after is not None
    assert end.after.total_seconds() == 7
    assert fault.struck == 1


@EACH
@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_no_redirect_carries_our_secret_elsewhere(bench: Bench, verb: str, status: int) -> None:
    bench.fault(status=status, headers={"Location": "/elsewhere"})
    assert isinstance(attempt(bench, verb), Retry)
    assert len(bench.vendor.calls) == 1


@EACH
@pytest.mark.parametrize("kind", ["timeout_before", "timeout_after", "cut_before", "cut_after"])
def test_no_answer_is_no_refusal(bench: Bench, verb: str, kind: Kind) -> None:
    fault = bench.fault(kind)
    assert isinstance(attempt(bench, verb), Retry)
    assert fault.struck == 1


@GRANTS
@pytest.mark.parametrize(
    "answer",
    [
        "<html><body>Bad gateway",
        "",
        "null",
        "[]",
        "{}",
        {"access_token": "only this"},
        {"access_token": "a", "expires_in": "soon"},
        {"access_token": None, "refresh_token": "b", "expires_in": 1800},
    ],
)
def test_an_answer_without_a_token_is_no_grant(bench: Bench, verb: str, answer: Any) -> None:
    bench.fault(status=200, body=answer if isinstance(answer, str) else json.dumps(answer))
    assert isinstance(attempt(bench, verb), Retry)


@EACH
def test_no_secret_goes_to_an_address_without_tls(bench: Bench, verb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert bench.case.oauth
    for name in bench.case.environment:
        monkeypatch.setenv(name, "http://vendor.example.com")
    tokens = Tokens(bench.case.oauth, APP, bench.session)
    with pytest.raises(ValueError, match="https") as refused:
        VERBS[verb](tokens)
    bench.secrets += [APP.client_secret, REFRESH, CODE, VERIFIER]
    bench.harmless(refused.value)
    assert not bench.vendor.calls
