"""What every vendor's client must do when the vendor refuses, stalls, breaks off or talks nonsense.

A vendor inherits all of this by its record in cases.py.
"""

from __future__ import annotations

from datetime import timedelta

import pytest
import requests

from local.sandbox.faults import Kind
from renkei.errors import Conflict, Misconfigured, NotFound, Outcome, Reconnect, Rejected, Retry
from renkei.http import TIMEOUT
from tests.vendors.bench import Bench

BOTH = pytest.mark.parametrize("verb", ["read", "write"])
JUNK = {
    "html": "<html><body>Bad gateway",
    "half": '{"id": "1", "prop',
}
OTHER_JSON = {
    "empty": "",
    "null": "null",
    "list": "[]",
    "text": '"ok"',
    "number": "1",
    "empty object": "{}",
    "other object": '{"hello": ["world"]}',
}


def test_the_verbs_work(bench: Bench) -> None:
    assert bench.attempt("read") is None
    there = bench.attempt("write")  # that person is there already
    assert isinstance(there, Conflict) if bench.verbs.taken else there is None
    assert bench.asked == ([False, False] if bench.verbs.renews else [])
    assert [call.status for call in bench.vendor.calls] == [200, bench.verbs.taken or bench.verbs.made]


@BOTH
def test_401_is_answered_once_with_a_fresh_token(bench: Bench, verb: str) -> None:
    before = bench.attempt(verb)
    bench.asked.clear()
    bench.fault(status=401, times=1)
    if not bench.verbs.renews:  # then there is no other token to ask with
        assert isinstance(bench.attempt(verb), Reconnect)
        assert [call.status for call in bench.vendor.calls][1:] == [401]
        return
    assert type(bench.attempt(verb)) is type(before)
    assert bench.asked == [False, True]


@BOTH
def test_401_with_a_fresh_token_too_is_for_a_person(bench: Bench, verb: str) -> None:
    fault = bench.fault(status=401)
    assert isinstance(bench.attempt(verb), Reconnect)
    assert bench.asked == ([False, True] if bench.verbs.renews else [])
    assert fault.struck == (2 if bench.verbs.renews else 1)


@BOTH
@pytest.mark.parametrize(
    ("status", "end"), [(400, Rejected), (403, Misconfigured), (404, NotFound), (409, Retry), (422, Rejected)]
)
def test_refusals_end_as_they_must(bench: Bench, verb: str, status: int, end: type[Outcome]) -> None:
    bench.fault(status=status)
    vendors = {NotFound: bench.verbs.missing[verb], Misconfigured: bench.verbs.forbidden["told"]}
    assert isinstance(bench.attempt(verb), vendors.get(end, end))
    calls = [(call.method, call.path) for call in bench.vendor.calls]
    assert len(calls) == len(set(calls))  # a refusal is looked into, and never just repeated


@BOTH
def test_429_waits_as_long_as_the_vendor_says(bench: Bench, verb: str) -> None:
    fault = bench.fault(status=429, headers={"Retry-After": "7"})
    retry = bench.attempt(verb)
    assert isinstance(retry, Retry)
    assert retry.after == timedelta(seconds=7)
    assert fault.struck == 1


@BOTH
@pytest.mark.parametrize("header", [{}, {"Retry-After": "Wed, 21 Oct 2026 07:28:00 GMT"}, {"Retry-After": "-3"}])
def test_429_without_a_usable_word_waits_by_default(bench: Bench, verb: str, header: dict[str, str]) -> None:
    bench.fault(status=429, headers=header)
    retry = bench.attempt(verb)
    assert isinstance(retry, Retry)
    assert retry.after == bench.verbs.pause


@BOTH
@pytest.mark.parametrize("status", [408, 423, 425, 477, 500, 502, 503, 504, 521, 524])
def test_what_passes_is_tried_again(bench: Bench, verb: str, status: int) -> None:
    fault = bench.fault(status=status)
    assert isinstance(bench.attempt(verb), Retry)
    assert fault.struck == 1  # later, and not at once


@BOTH
def test_a_busy_vendor_is_given_the_time_it_asks_for(bench: Bench, verb: str) -> None:
    bench.fault(status=503, headers={"Retry-After": "120"})
    retry = bench.attempt(verb)
    assert isinstance(retry, Retry)
    assert retry.after == timedelta(minutes=2)


@BOTH
@pytest.mark.parametrize("status", [300, 301, 302, 303, 304, 307, 308])
@pytest.mark.parametrize("where", ["https://elsewhere.example.com/", "/elsewhere"])
def test_no_redirect_is_followed(bench: Bench, verb: str, status: int, where: str) -> None:
    bench.fault(status=status, headers={"Location": where})
    assert isinstance(bench.attempt(verb), Retry)
    assert len(bench.vendor.calls) == 1


@BOTH
@pytest.mark.parametrize("kind", ["timeout_before", "timeout_after", "cut_before", "cut_after"])
def test_an_unknown_outcome_is_tried_again(bench: Bench, verb: str, kind: Kind) -> None:
    fault = bench.fault(kind)
    retry = bench.attempt(verb)
    assert isinstance(retry, Retry)
    assert retry.after is None
    assert fault.struck == 1  # never blindly a second time


@BOTH
@pytest.mark.parametrize("junk", [*JUNK.values(), *OTHER_JSON.values()], ids=[*JUNK, *OTHER_JSON])
def test_junk_for_an_answer_is_tried_again(bench: Bench, verb: str, junk: str) -> None:
    bench.fault(status=200, body=junk)
    assert isinstance(bench.attempt(verb), Retry)


@BOTH
@pytest.mark.parametrize("junk", [*JUNK.values(), *OTHER_JSON.values()], ids=[*JUNK, *OTHER_JSON])
@pytest.mark.parametrize(
    ("status", "end"),
    [
        (400, Rejected),
        (401, Reconnect),
        (403, Misconfigured),
        (404, NotFound),
        (409, Retry),
        (429, Retry),
        (500, Retry),
    ],
)
def test_junk_for_a_refusal_means_what_its_status_says(
    bench: Bench, verb: str, junk: str, status: int, end: type[Outcome]
) -> None:
    bench.fault(status=status, body=junk)
    vendors = {NotFound: bench.verbs.missing[verb], Misconfigured: bench.verbs.forbidden["junk"]}
    assert isinstance(bench.attempt(verb), vendors.get(end, end))


@pytest.mark.parametrize(
    "address",
    [
        "http://vendor.example.com",
        "http://127.0.0.1.example.com",
        "http://localhost@example.com",
        "http://127.0.0.1:80@example.com",
        "ftp://127.0.0.1",
        "//127.0.0.1",
        "vendor.example.com",
    ],
)
def test_no_secret_goes_to_an_address_without_tls(bench: Bench, monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    for name, value in bench.case.environment.items():
        if value.startswith("http"):
            monkeypatch.setenv(name, address)
    with pytest.raises((ValueError, Reconnect), match=r"https|_address") as refused:
        bench.verbs.read(bench.verbs.client(bench.session, bench.give_token))
    bench.harmless(refused.value)
    assert not bench.vendor.calls


@BOTH
def test_every_call_has_time_outs(bench: Bench, verb: str, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[object] = []
    send = requests.Session.send

    def noted(session: requests.Session, request: requests.PreparedRequest, **how: object) -> requests.Response:
        seen.append((how["timeout"], how["allow_redirects"]))
        return send(session, request, **how)  # type: ignore[arg-type]

    monkeypatch.setattr(requests.Session, "send", noted)
    bench.attempt(verb)
    assert seen == [(TIMEOUT, False)]
