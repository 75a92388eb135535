"""The way out: which addresses are let through, what a call sends, and what it asks of a budget."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
import requests
from requests.adapters import BaseAdapter

from renkei.budgets import Budget, Kind
from renkei.errors import Misconfigured, Outcome, Reconnect, Rejected, Retry
from renkei.http import Answer, Client, checked_host, send

BASE = "https://api.vendor.example/v1"
HOSTS = "vendor.example, Other.Example,127.0.0.1,::1"
PRIVATE = "Tanaka Taro"


@dataclass
class Given:
    """An answer that a vendor gives: status, body, headers."""

    status: int = 200
    body: bytes = b"{}"
    headers: dict[str, str] = field(default_factory=dict)


class Vendor(BaseAdapter):
    """Gives one answer after the other, and keeps what was asked."""

    def __init__(self, answers: Sequence[Given]) -> None:
        super().__init__()
        self.asked: list[requests.PreparedRequest] = []
        self._answers = iter(answers)

    def send(self, request: requests.PreparedRequest, *_: Any, **__: Any) -> requests.Response:
        self.asked.append(request)
        given, response = next(self._answers), requests.Response()
        response.status_code, response._content, response.request = given.status, given.body, request
        response.headers.update(given.headers)
        return response

    def close(self) -> None:
        """Nothing is held open."""


class Spy(Budget):
    """Notes what it is asked, in the order of things."""

    def __init__(self, notes: list[str]) -> None:
        self._notes = notes

    def take(self, kind: Kind) -> None:
        self._notes.append(f"take {kind}")

    def refused(self, end: Retry) -> Retry:
        self._notes.append("refused")
        return Retry("budget_used", after=timedelta(minutes=1), vendor="vendor")


def session(vendor: Vendor) -> requests.Session:
    found = requests.Session()
    found.mount("https://", vendor)
    return found


def client(vendor: Vendor, notes: list[str], classify: Callable[[Answer], Outcome | None] = lambda _: None) -> Client:
    def token(fresh: bool) -> str:
        notes.append("token")
        return "new" if fresh else "old"

    return Client("vendor", BASE, session(vendor), token, classify, budget=Spy(notes))


# Hosts that come from outside.


@pytest.mark.parametrize(
    "url",
    [
        "https://vendor.example",
        "https://vendor.example/",
        "https://vendor.example:443/services/data?page=2",
        "https://my-firm--dev.sandbox.vendor.example/x",
        "HTTPS://API.Vendor.EXAMPLE/v1",
        "https://other.example",
        "https://xn--bcher-kva.vendor.example",
        "http://127.0.0.1:3001/vendor",
        "https://127.0.0.1:3001/vendor",
        "http://[::1]:3001/vendor",
    ],
)
def test_a_listed_host_passes_as_it_is(url: str) -> None:
    assert checked_host(url, HOSTS) == url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "vendor.example",
        "//vendor.example",
        "https://",
        "https:///vendor.example",
        "ftp://vendor.example",
        "http://vendor.example",
        "javascript://vendor.example/%0aalert(1)",
        "https://evilvendor.example",
        "https://vendor.example.evil.test",
        "https://evil.test/vendor.example",
        "https://evil.test#.vendor.example",
        "https://evil.test?.vendor.example",
        "https://evil.test\\.vendor.example",
        "https://evil.test/\\@vendor.example",
        "https://vendor.example\\.evil.test",
        "https://evil.test%2f.vendor.example",
        "https://evil.test%00.vendor.example",
        "https://evil.test .vendor.example",
        "https://evil.test\t.vendor.example",
        "https://evil.test\n.vendor.example",
        " https://vendor.example",
        "https://vendor.example\n",
        "https://user@vendor.example",
        "https://user:password@vendor.example",
        "https://vendor.example@evil.test",
        "https://@vendor.example",
        "https://vendor.example:8443",
        "https://vendor.example:80",
        "https://vendor.example:0",
        "https://vendor.example:",
        "https://vendor.example:99999",
        "https://vendor.example:４４３",
        "https://vendor.example.",
        "https://.vendor.example",
        "https://a..vendor.example",
        "https://-a.vendor.example",
        "https://büro.vendor.example",
        "https://vendor。example",
        "https://ｖendor.example",
        "https://vendor.exampl\u0435",
        "https://[::1",
        "https://[vendor.example]",
        "http://[::1%25lo]:3001",
        "http://[::ffff:127.0.0.1]:3001",
        "http://[0:0:0:0:0:0:0:1]:3001",
        "http://2130706433:3001",
        "http://127.1:3001",
        "http://0x7f.0.0.1",
        "http://localhost:3001",
        "http://127.0.0.1.evil.test",
        "http://169.254.169.254/latest/meta-data",
    ],
)
def test_no_trick_reaches_another_host(url: str) -> None:
    with pytest.raises(ValueError, match=r"address|port|Port|IP|URL|netloc"):
        checked_host(url, HOSTS)


@pytest.mark.parametrize("hosts", ["", " , ,", "evil.test"])
def test_nothing_passes_where_nothing_is_listed(hosts: str) -> None:
    for url in ("https://vendor.example", "http://127.0.0.1", "http://localhost", "http://[::1]"):
        with pytest.raises(ValueError, match="is not at"):
            checked_host(url, hosts)


# Calls.


def test_a_call_is_taken_last_and_for_each_try() -> None:
    notes: list[str] = []
    vendor = Vendor([Given(401), Given()])
    caller = client(vendor, notes)
    caller.call("POST", "/search", json={"name": "田中"}, kind="search")
    assert notes == ["token", "take search", "token", "take search"]
    assert [request.headers["authorization"] for request in vendor.asked] == ["Bearer old", "Bearer new"]
    assert vendor.asked[1].body == '{"name":"田中"}'.encode()
    assert vendor.asked[1].headers["content-type"] == "application/json"
    assert caller.calls == 2


def test_a_vendor_without_tokens_has_headers_of_its_own() -> None:
    vendor = Vendor([Given(), Given(401)])
    headers = {"x-api-key": "key", "accept": "application/vnd.vendor+json"}
    caller = Client("vendor", BASE, session(vendor), None, headers=headers)
    caller.call("GET", "/clients", params={"page": "2"})
    assert vendor.asked[0].url == f"{BASE}/clients?page=2"
    assert vendor.asked[0].headers["x-api-key"] == "key"
    assert vendor.asked[0].headers["accept"] == "application/vnd.vendor+json"
    assert "authorization" not in vendor.asked[0].headers
    assert "content-type" not in vendor.asked[0].headers
    with pytest.raises(Reconnect, match="grant_refused"):
        caller.call("GET", "/clients")
    assert len(vendor.asked) == 2, "the same key again would be refused again"


@pytest.mark.parametrize(
    ("given", "end"),
    [
        (Given(429), None),
        (Given(429, headers={"retry-after": "7"}), None),
        (Given(503, headers={"retry-after": "7"}), None),
        (Given(403), Retry("vendor_quota", daily=True, vendor="vendor")),
        (Given(403), Retry("vendor_rate", after=timedelta(minutes=30), vendor="vendor")),
    ],
)
def test_the_budget_hears_of_every_pause_that_is_meant_for_all(given: Given, end: Outcome | None) -> None:
    notes: list[str] = []
    with pytest.raises(Retry, match="budget_used") as raised:
        client(Vendor([given]), notes, lambda _: end).call("GET", "/")
    assert notes == ["token", "take call", "refused"]
    assert raised.value.after == timedelta(minutes=1)


@pytest.mark.parametrize(("status", "kind"), [(500, Retry), (503, Retry), (400, Rejected), (403, Misconfigured)])
def test_it_does_not_hear_of_other_errors(status: int, kind: type[Outcome]) -> None:
    notes: list[str] = []
    with pytest.raises(kind):
        client(Vendor([Given(status)]), notes).call("GET", "/")
    assert notes == ["token", "take call"]


def test_plain_text_is_an_answer_only_where_it_may_be() -> None:
    vendor = Vendor([Given(200, b"ok"), Given(200, b"ok"), Given(200, b"ok")])
    caller = client(vendor, [])
    assert caller.call("POST", "/hook", json={}, plain=True).text == "ok"
    with pytest.raises(Retry, match="vendor_garbled"):
        caller.call("POST", "/hook", json={})
    with pytest.raises(Retry, match="vendor_garbled"):
        caller.call("POST", "/hook", json={}, plain=True, needs="id")


def test_what_needs_a_field_does_not_take_an_answer_without_it() -> None:
    with pytest.raises(Retry, match="vendor_garbled"):
        client(Vendor([Given(200, b"[]")]), []).call("GET", "/", needs="results")
    assert client(Vendor([Given(200, b'{"results":[]}')]), []).call("GET", "/", needs="results").body == {"results": []}


def test_an_answers_text_is_kept_short_and_shown_nowhere() -> None:
    body = json.dumps({"name": PRIVATE, "rest": "長" * 5000}, ensure_ascii=False).encode()
    answer = send("vendor", session(Vendor([Given(400, body)])), "GET", BASE)
    assert (len(answer.text), answer.text[:10]) == (2000, '{"name": "')
    assert PRIVATE in answer.text
    assert PRIVATE not in repr(answer)
    broken = send("vendor", session(Vendor([Given(500, b"\xff\xfe" + PRIVATE.encode())])), "GET", BASE)
    assert broken.text.endswith(PRIVATE)
    assert PRIVATE not in repr(broken)
