"""The JSON API: who may send events to a workspace."""

from __future__ import annotations

import json
from typing import Any
from unittest import mock

import pytest

from integrations import INTEGRATIONS
from renkei import workspaces
from renkei.bookings import SCHEDULERS
from renkei.dynamo import ConditionFailed, Table
from renkei.sources import SOURCES, open_keys
from tests.harness import PUBLIC, SETTINGS, TOKEN, Stack

CONNECTIONS = "/api/workspaces/demo/connections"
SIGNED = [source.key for source in SOURCES.values() if source.signed]
FIRST, SECOND, THIRD = (f"whsec_{letter * 32}" for letter in "ABC")  # fit for every source


def everybody(source: str) -> dict[str, str]:
    return {one.key: one.vendor for one in INTEGRATIONS.values() if source in one.sources}


def named(source: str) -> dict[str, str]:
    """Who listens where the file names booking_to_hubspot only."""
    return {"booking_to_hubspot": "hubspot"} if source in SCHEDULERS else everybody(source)


def give(stack: Stack, source: str, token: object, **more: object) -> tuple[int, dict[str, Any]]:
    return stack.api("POST", f"{CONNECTIONS}/{source}", {"token": token, **more})


def row(source: str) -> dict[str, Any]:
    return dict(workspaces.source("demo", source) or {})


def keys(stack: Stack, source: str) -> list[str]:
    return [key.decode() for key in open_keys(stack.platform.vault, "demo", source, row(source))]


@pytest.mark.parametrize(
    ("source", "header"),
    [
        ("timerex", "x-timerex-authorization"),
        ("calendly", "calendly-webhook-signature"),
        ("calcom", "x-cal-signature-256"),
        ("lms", "webhook-signature"),
    ],
)
def test_a_secret_is_kept_and_the_address_is_told(stack: Stack, source: str, header: str) -> None:
    told = {"webhook_url": f"{PUBLIC}/webhooks/{source}/demo", "header": header, "tokens": 1}
    assert give(stack, source, FIRST) == (200, told)
    assert row(source)["tokens"] == [stack.platform.vault.digest(f"token {source}", FIRST)]
    assert row(source)["listeners"] == everybody(source)
    assert FIRST not in repr(row(source))
    assert stack.api("GET", "/api/workspaces")[1] == {"workspaces": ["demo"]}
    (shown,) = stack.api("GET", CONNECTIONS)[1]["connections"]
    assert shown == {"vendor": source, "state": "connected", "account": "", "tokens": 1}


@pytest.mark.parametrize("source", SIGNED)
def test_signing_keys_are_sealed_beside_their_digests(stack: Stack, source: str) -> None:
    give(stack, source, FIRST)
    assert keys(stack, source) == [FIRST]
    assert give(stack, source, SECOND, keep_old=True)[1]["tokens"] == 2
    assert keys(stack, source) == [SECOND, FIRST]
    assert give(stack, source, THIRD, keep_old=True)[1]["tokens"] == 2
    assert keys(stack, source) == [THIRD, SECOND]
    assert give(stack, source, SECOND, keep_old=True)[1]["tokens"] == 2
    assert keys(stack, source) == [SECOND, THIRD]
    assert give(stack, source, FIRST)[1]["tokens"] == 1
    assert keys(stack, source) == [FIRST]
    digests = [stack.platform.vault.digest(f"token {source}", key) for key in keys(stack, source)]
    assert row(source)["tokens"] == digests


@pytest.mark.parametrize("source", list(SOURCES))
def test_a_secret_that_was_of_no_use_is_taken_back_alone(stack: Stack, source: str) -> None:
    give(stack, source, FIRST)
    give(stack, source, SECOND, keep_old=True)
    assert give(stack, source, SECOND, take_back=True)[1]["tokens"] == 1
    assert row(source)["tokens"] == [stack.platform.vault.digest(f"token {source}", FIRST)]
    assert give(stack, source, THIRD, take_back=True)[1]["tokens"] == 1
    assert give(stack, source, FIRST, take_back=True)[1]["tokens"] == 0
    assert stack.api("GET", CONNECTIONS)[1]["connections"] == []


@pytest.mark.parametrize("source", list(SOURCES))
def test_two_admins_at_once_lose_no_secret(stack: Stack, monkeypatch: pytest.MonkeyPatch, source: str) -> None:
    read = workspaces.source
    others = [FIRST]

    def meanwhile(*key: str) -> Any:
        row = read(*key)
        if others:
            give(stack, source, others.pop(), keep_old=True)
        return row

    monkeypatch.setattr(workspaces, "source", meanwhile)
    assert give(stack, source, SECOND, keep_old=True)[1]["tokens"] == 2
    digests = [stack.platform.vault.digest(f"token {source}", key) for key in (SECOND, FIRST)]
    assert row(source)["tokens"] == digests


def test_who_is_always_too_late_is_told(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workspaces, "save_source", mock.Mock(side_effect=ConditionFailed))
    status, told = give(stack, "calcom", FIRST)
    assert (status, told["error"]["code"]) == (409, "busy")


@pytest.mark.parametrize("source", list(SOURCES))
@pytest.mark.parametrize(
    "token",
    [
        *(None, 5, "", "fifteen-letters", " outer-space-0000001", "outer-space-0000001\n"),
        *("a-control\x00-character", "half-a-pair-\ud800-of-it", "x" * 1025, "no-secret-provided"),
    ],
)
def test_a_secret_that_is_none(stack: Stack, source: str, token: object) -> None:
    status, told = give(stack, source, token)
    assert (status, told["error"]["code"]) == (400, "bad_token")
    assert row(source) == {}
    assert stack.api("GET", "/api/workspaces")[1] == {"workspaces": []}


def test_a_school_s_secret_has_24_to_64_bytes_and_is_said_how_to_be_made(stack: Stack) -> None:
    coded = "A" * 32
    wrong = [f"{coded}-no-prefix", "whsec_", "whsec_" + "A" * 28, "whsec_" + "A" * 88, f"WHSEC_{coded}", "whsec_é" * 9]
    wrong += [f"whsec_{coded[:-1]}{odd}" for odd in ("-", "_", "A=", " A", "AA")]
    for secret in wrong:
        status, told = give(stack, "lms", secret)
        assert (status, told["error"]["code"]) == (400, "bad_token"), secret
        assert "24 to 64 random bytes" in told["error"]["message"]
        assert "`renkei connect lms --generate`" in told["error"]["message"]
    assert row("lms") == {}
    for secret in (FIRST, f"whsec_{'/+' * 42}Ag==", f"whsec_{'A' * 34}", f"whsec_{'A' * 34}=="):
        assert give(stack, "lms", secret)[1]["tokens"] == 1, secret
        assert keys(stack, "lms") == [secret]


@pytest.mark.parametrize("source", list(SOURCES))
def test_disconnecting_ends_the_right_to_send(ready: Stack, source: str) -> None:
    give(ready, source, FIRST)
    status, told = ready.api("DELETE", f"{CONNECTIONS}/{source}")
    assert (status, told["disconnected"]) == (200, True)
    assert (row(source)["tokens"], row(source).get("keys") or []) == ([], [])
    assert ready.api("DELETE", f"{CONNECTIONS}/{source}")[0] == 404
    others = [one["vendor"] for one in ready.api("GET", CONNECTIONS)[1]["connections"]]
    assert source not in others
    assert others == ["hubspot", *(["timerex"] if source != "timerex" else [])]


def test_what_every_source_is_and_whether_it_is_connected(stack: Stack) -> None:
    stack.api("PUT", "/api/workspaces/demo", {"workspace": "demo", "sources": {"timerex": {"header": "Authorization"}}})
    give(stack, "calcom", FIRST)
    give(stack, "calcom", SECOND, keep_old=True)
    status, told = stack.api("GET", "/api/workspaces/demo/sources")
    assert status == 200
    assert [(one["key"], one["title"], one["webhook_url"]) for one in told["sources"]] == [
        ("timerex", "TimeRex", f"{PUBLIC}/webhooks/timerex/demo"),
        ("calendly", "Calendly", f"{PUBLIC}/webhooks/calendly/demo"),
        ("calcom", "Cal.com", f"{PUBLIC}/webhooks/calcom/demo"),
        ("lms", "LMS", f"{PUBLIC}/webhooks/lms/demo"),
    ]
    assert [(one["proof"], one["header"], one["connected"], one["tokens"]) for one in told["sources"]] == [
        ("token", "authorization", False, 0),
        ("signature", "calendly-webhook-signature", False, 0),
        ("signature", "x-cal-signature-256", True, 2),
        ("signature", "webhook-signature", False, 0),
    ]
    assert FIRST not in json.dumps(told)


def test_names_that_are_none(stack: Stack) -> None:
    assert stack.api("GET", "/api/workspaces/Not%20One/sources")[1]["error"]["code"] == "bad_name"
    status, told = give(stack, "nitte", FIRST)
    assert (status, told["error"]["code"]) == (404, "unknown_vendor")
    assert told["error"]["message"].endswith("timerex, calendly, calcom, lms")
    assert stack.api("POST", "/api/workspaces/Not%20One/connections/calcom", {"token": FIRST})[0] == 400


def test_a_workspace_file_tells_every_receiver_who_listens(ready: Stack) -> None:
    for source in SOURCES:
        assert row(source)["listeners"] == named(source)
        assert row(source)["off"] == []
    assert ready.apply(SETTINGS | {"enabled": False})[0] == 200
    assert [row(source)["off"] for source in SCHEDULERS] == [["booking_to_hubspot"]] * len(SCHEDULERS)
    assert row("lms")["off"] == []
    assert row("timerex")["tokens"] == [ready.platform.vault.digest("token timerex", TOKEN)]


def test_who_stands_in_no_file_waits_rather_than_losing_a_booking(stack: Stack) -> None:
    assert stack.api("PUT", "/api/workspaces/demo", {"workspace": "demo"})[0] == 200
    assert {source: row(source)["listeners"] for source in SOURCES} == {source: everybody(source) for source in SOURCES}


def test_who_was_taken_out_of_the_file_waits_too(ready: Stack) -> None:
    assert ready.api("PUT", "/api/workspaces/demo", {"workspace": "demo"})[0] == 200
    assert {source: row(source)["listeners"] for source in SOURCES} == {source: named(source) for source in SOURCES}


@pytest.mark.parametrize("source", list(SOURCES))
def test_a_source_that_comes_later_finds_what_the_file_says(ready: Stack, source: str) -> None:
    ready.apply(SETTINGS | {"enabled": False})
    Table("workspaces").delete({"workspace": "demo", "item": f"source#{source}"})
    give(ready, source, FIRST)
    off = ["booking_to_hubspot"] if source in SCHEDULERS else []
    assert (row(source)["listeners"], row(source)["off"]) == (named(source), off)
