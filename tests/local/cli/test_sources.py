"""The schedulers and the school: what to enter there, their secrets, and playing them."""

import getpass
import hashlib
import hmac
import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from local.cli.schedulers import SOURCES
from local.cli.texts import LANGUAGES
from renkei.vendors.lms import secret_of, signed
from tests.local.cli.conftest import Run, Terminal
from tests.local.cli.fake_stack import FakeStack

CONNECTIONS = "/api/workspaces/demo/connections"
BASE = "https://renkei.example.com/webhooks"
HEADERS = {
    "timerex": "x-timerex-authorization",
    "calendly": "calendly-webhook-signature",
    "calcom": "x-cal-signature-256",
    "lms": "webhook-signature",
}
TITLES = {"timerex": "TimeRex", "calendly": "Calendly", "calcom": "Cal.com", "lms": "LMS"}
VARIABLES = {
    "calendly": "RENKEI_CALENDLY_SIGNING_KEY",
    "calcom": "RENKEI_CALCOM_SECRET",
    "lms": "RENKEI_LMS_SECRET",
}
KEY = "s3cret-signing-key-0001"
SCHOOL_KEYS = [f"whsec_{letter * 32}" for letter in "ABC"]
CALENDLY: dict[str, Any] = {
    "event": "invitee.created",
    "created_at": "2026-11-22T02:59:00.000000Z",
    "payload": {
        "uri": "https://api.calendly.com/scheduled_events/EVENT1/invitees/INVITEE1",
        "scheduled_event": {
            "uri": "https://api.calendly.com/scheduled_events/EVENT1",
            "start_time": "2026-12-01T01:00:00.000000Z",
            "end_time": "2026-12-01T01:30:00.000000Z",
        },
    },
}
CALCOM: dict[str, Any] = {
    "triggerEvent": "BOOKING_CREATED",
    "createdAt": "2026-11-22T02:59:00.000Z",
    "payload": {
        "uid": "bookingUid1",
        "startTime": "2026-12-01T01:00:00Z",
        "endTime": "2026-12-01T01:30:00Z",
        "organizer": {"email": "host@example.com", "name": "Host", "timeZone": "Asia/Tokyo"},
        "attendees": [{"email": "guest@example.com", "name": "Guest"}],
    },
}
LMS: dict[str, Any] = {
    "id": "evt_1",
    "type": "user.created",
    "occurred_at": "2026-11-22T12:00:00+09:00",
    "school_id": 7,
    "schema_version": 1,
    "data": {"user": {"id": 1, "email": "花子@aozora.example", "updated_at": "2026-11-22T12:00:00+09:00"}},
}


def told(source: str, tokens: int = 0) -> dict[str, object]:
    named = {"key": source, "title": TITLES[source], "webhook_url": f"{BASE}/{source}/demo", "connected": tokens > 0}
    proof = "token" if source == "timerex" else "signature"
    return {**named, "tokens": tokens, "proof": proof, "header": HEADERS[source]}


@pytest.fixture(autouse=True)
def offered(stack: FakeStack) -> None:
    every = [told("timerex"), told("calendly", 1), told("calcom", 2), told("lms")]
    stack.on("GET", "/api/workspaces/demo/sources", (200, {"sources": every}))
    for source in SOURCES:
        answer = {"webhook_url": f"{BASE}/{source}/demo", "header": HEADERS[source], "tokens": 1}
        stack.on("POST", f"{CONNECTIONS}/{source}", (200, answer))
        stack.on("POST", f"/webhooks/{source}/demo", (200, {"accepted": 1, "repeated": 0, "skipped": 0}))


@pytest.mark.parametrize("language", LANGUAGES)
def test_sources_say_the_steps_and_fields_of_each(run: Run, stack: FakeStack, language: str) -> None:
    result = run("sources", "--language", language)
    assert (result.code, result.err) == (0, "")
    timerex, calendly, calcom, school = result.out.split("\n\n")
    for source, part in zip(SOURCES, (timerex, calendly, calcom, school), strict=True):
        assert part.startswith(f"{TITLES[source]}: ")
        assert f"  URL  {BASE}/{source}/demo\n" in part
        assert HEADERS[source] in part
        assert [f"  {number}. " in part for number in (1, 2, 3)] == [True] * 3
    assert "renkei --workspace demo connect timerex" in timerex
    assert "https://calendly.com/integrations/api_webhooks" in calendly
    assert "renkei --workspace demo sources calendly --create" in calendly
    assert "Settings > Developer > Webhooks > New" in calcom
    for word in ("BOOKING_CREATED", "BOOKING_RESCHEDULED", "BOOKING_CANCELLED", "Secret", "Payload template"):
        assert word in calcom
    for word in (
        "connect lms --generate",
        "docs/lms-events.yaml",
        "user.created, ",
        ", membership.cancelled",
        "events/lms",
    ):
        assert word in school


def test_sources_say_what_is_connected(run: Run) -> None:
    lines = run("sources").out.splitlines()
    assert lines[0] == "TimeRex: not connected"
    assert "Calendly: connected, valid secrets: 1" in lines
    assert "Cal.com: connected, valid secrets: 2" in lines


def test_one_source_as_json(run: Run) -> None:
    (one,) = json.loads(run("sources", "calcom", "--json").out)["sources"]
    assert {name: one[name] for name in told("calcom", 2)} == told("calcom", 2)
    assert one["fields"] == {
        "Subscriber URL": f"{BASE}/calcom/demo",
        "Event Triggers": "BOOKING_CREATED, BOOKING_RESCHEDULED, BOOKING_CANCELLED",
        "Secret": "",
        "Payload Template": "default",
    }
    assert [step[:2] for step in one["steps"]][:6] == ["1.", "2.", "3.", "4.", "5.", "6."]


@pytest.mark.parametrize(
    "argv",
    [
        ("nitte",),
        ("calcom", "--create"),
        ("--create",),
        ("calendly", "--replace"),
        ("calendly", "--scope", "user"),
        ("calendly", "--create", "--scope", "group"),
    ],
)
def test_sources_refuse_what_does_not_go_together(run: Run, stack: FakeStack, argv: tuple[str, ...]) -> None:
    assert run("sources", *argv).code == 2
    assert stack.calls == []


def test_a_stack_that_knows_no_such_source(run: Run, stack: FakeStack) -> None:
    stack.on("GET", "/api/workspaces/demo/sources", (200, {"sources": [told("timerex"), {"key": "nitte"}]}))
    assert run("sources").code == 0
    assert "does not understand" in run("sources", "calcom").err


@pytest.mark.parametrize("source", list(VARIABLES))
def test_connect_hands_a_signing_key_over(
    run: Run, stack: FakeStack, monkeypatch: pytest.MonkeyPatch, source: str
) -> None:
    prompts: list[str] = []
    typed, filed, environ = SCHOOL_KEYS if source == "lms" else (f"{KEY}-typed", f"{KEY}-file", f"{KEY}-env")

    def hidden(prompt: str) -> str:
        prompts.append(prompt)
        return typed

    monkeypatch.setattr(getpass, "getpass", hidden)
    monkeypatch.setattr(sys, "stdin", Terminal())
    results = [run("connect", source)]
    Path("key").write_text(f"{filed}\n", encoding="utf-8")
    results.append(run("connect", source, "--token-file", "key", "--keep-old"))
    monkeypatch.setenv(VARIABLES[source], environ)
    results.append(run("connect", source, "--json"))
    assert [call.json for call in stack.of("POST", f"{CONNECTIONS}/{source}")] == [
        {"token": typed, "keep_old": False},
        {"token": filed, "keep_old": True},
        {"token": environ, "keep_old": False},
    ]
    assert [TITLES[source] in prompt for prompt in prompts] == [True]
    assert f"{BASE}/{source}/demo" in results[0].out
    assert f"renkei sources {source}" in results[0].out
    answer = {"webhook_url": f"{BASE}/{source}/demo", "header": HEADERS[source], "tokens": 1}
    assert json.loads(results[2].out) == answer
    said = "".join(each.out + each.err for each in results)
    assert not [secret for secret in (typed, filed, environ) if secret in said]


@pytest.mark.parametrize("source", list(VARIABLES))
def test_a_made_secret_is_shown_once_it_is_saved(run: Run, stack: FakeStack, source: str) -> None:
    path = f"{CONNECTIONS}/{source}"
    first, second = run("connect", source, "--generate"), run("connect", source, "--generate", "--json")
    made = [call.json["token"] for call in stack.of("POST", path)]
    assert len(set(made)) == 2
    assert all(len(one) >= 43 for one in made)
    assert source != "lms" or [len(secret_of(one) or b"") for one in made] == [32, 32]
    assert first.out.endswith(f"\n  {made[0]}\n")
    assert made[0] not in first.err
    assert json.loads(second.out)["token"] == made[1]
    stack.on("POST", path, (503, b"down"))
    failed = run("connect", source, "--generate")
    assert failed.code == 1
    assert stack.of("POST", path)[-1].json["token"] not in failed.out + failed.err


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_school_s_secret_has_a_form(
    run: Run, stack: FakeStack, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    put("event.json", LMS)
    for wrong in (KEY, "whsec_", f"whsec_{'A' * 30}-_"):
        monkeypatch.setenv("RENKEI_LMS_SECRET", wrong)
        for argv in (("connect", "lms"), ("send", "event.json")):
            result = run(*argv, "--language", language)
            assert result.code == 2
            assert "`renkei connect lms --generate`" in result.err
            assert wrong == "whsec_" or wrong not in result.err
    assert {call.method for call in stack.calls} == {"GET"}  # whose workspace it is


def test_what_does_not_go_with_a_source(run: Run, stack: FakeStack) -> None:
    Path("key").write_text(KEY, encoding="utf-8")
    for argv in (
        ("timerex", "--generate"),
        ("calcom", "--generate", "--token-file", "key"),
        ("calcom", "--secrets-file", "key"),
        ("hubspot", "--generate"),
    ):
        assert run("connect", *argv).code == 2
    for argv in (("calcom", "--keep"), ("calendly", "--discard"), ("calendly", "--forget")):
        assert run("disconnect", *argv, "--yes").code == 2
    assert stack.calls == []


@pytest.mark.parametrize("source", SOURCES)
def test_disconnecting_a_source(run: Run, stack: FakeStack, monkeypatch: pytest.MonkeyPatch, source: str) -> None:
    stack.on("DELETE", f"{CONNECTIONS}/{source}", (200, {"disconnected": True, "more": False}))
    monkeypatch.setattr(sys, "stdin", Terminal("y\n"))
    result = run("disconnect", source)
    assert (result.code, result.out) == (0, f"Disconnected: {source}\n")
    assert result.err.startswith(f"End the right of {source} to send to workspace demo?")
    assert f"{TITLES[source]} still has the address" in result.err


def put(path: str, event: object) -> bytes:
    body = json.dumps(event, indent=3).encode() + b"\n"
    Path(path).parent.mkdir(exist_ok=True)
    Path(path).write_bytes(body)
    return body


def signature(message: bytes) -> str:
    return hmac.digest(KEY.encode(), message, hashlib.sha256).hex()


def test_send_signs_as_calendly_does(run: Run, stack: FakeStack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RENKEI_CALENDLY_SIGNING_KEY", KEY)
    body = put("event.json", CALENDLY)
    result = run("--workspace", "demo", "send", "event.json")
    assert (result.code, result.out) == (0, "Accepted: 1, repeated: 0, skipped: 0\n"), result.err
    (call,) = stack.calls
    assert (call.path, call.body) == ("/webhooks/calendly/demo", body)
    assert call.headers["calendly-webhook-signature"] == f"t=1795316400,v1={signature(b'1795316400.' + body)}"
    assert KEY not in result.out + result.err + str(call.headers)


def test_send_signs_as_calcom_does(run: Run, stack: FakeStack) -> None:
    body = put("event.json", CALCOM)
    Path("secret").write_text(KEY, encoding="utf-8")
    assert run("--workspace", "demo", "send", "event.json", "--token-file", "secret").code == 0
    (call,) = stack.calls
    assert (call.path, call.body) == ("/webhooks/calcom/demo", body)
    assert call.headers["x-cal-signature-256"] == signature(body)
    assert call.headers["x-cal-webhook-version"] == "2021-10-20"


def test_send_signs_as_standard_webhooks_has_it(run: Run, stack: FakeStack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RENKEI_LMS_SECRET", SCHOOL_KEYS[0])
    body = put("event.json", LMS)
    results = [run("--workspace", "demo", "send", "event.json") for _ in range(2)]
    assert [result.code for result in results] == [0, 0], results[0].err
    first, second = stack.calls
    assert (first.path, first.body) == ("/webhooks/lms/demo", body)
    shown = [{name.lower(): value for name, value in call.headers.items()} for call in (first, second)]
    assert [one["webhook-timestamp"] for one in shown] == ["1795316400"] * 2
    assert len({one["webhook-id"] for one in shown}) == 2
    now = datetime.fromtimestamp(1795316400, UTC)
    assert [signed(one, body, [SCHOOL_KEYS[0].encode()], now) for one in shown] == [True, True]
    assert [signed(one, body, [SCHOOL_KEYS[1].encode()], now) for one in shown] == [False, False]


@pytest.mark.parametrize(
    ("argv", "event", "source"),
    [
        (("event.json",), CALENDLY, "calendly"),
        (("event.json",), LMS, "lms"),
        (("event.json",), CALCOM, "calcom"),
        (("event.json",), {"webhook_type": "event_confirmed", "event": {}}, "timerex"),
        (("calcom/custom.json",), {"mine": 1}, "calcom"),
        (("calendly/odd.json",), {"mine": 1}, "calendly"),
        (("calendly/odd.json", "--source", "timerex"), {"mine": 1}, "timerex"),
    ],
)
def test_send_knows_whose_event_it_is(
    run: Run, stack: FakeStack, argv: tuple[str, ...], event: object, source: str
) -> None:
    Path("secret").write_text(SCHOOL_KEYS[0], encoding="utf-8")
    put(argv[0], event)
    stack.on("GET", "/api/workspaces/demo", (200, {}))
    assert run("send", *argv, "--token-file", "secret").code == 0
    assert stack.calls[-1].path == f"/webhooks/{source}/demo"


def test_send_asks_whose_event_it_is(run: Run, stack: FakeStack) -> None:
    put("event.json", {"mine": 1})
    for command in ("send", "preview"):
        result = run(command, "event.json")
        assert result.code == 2
        assert "--source: timerex, calendly, calcom, lms" in result.err
    put("event.json", CALCOM)
    assert run("send", "event.json", "--header", "x-other").code == 2
    assert stack.calls == []


@pytest.mark.parametrize(
    ("event", "id_"),
    [
        (CALENDLY, "calendly.invitee_created.INVITEE1"),
        (CALCOM, "calcom.booking_created.bookingUid1"),
        (LMS, "lms.user_created.7.evt_1"),
    ],
)
def test_send_waits_for_the_deliveries_of_this_event(
    run: Run, stack: FakeStack, monkeypatch: pytest.MonkeyPatch, event: dict[str, Any], id_: str
) -> None:
    source = id_.partition(".")[0]
    monkeypatch.setenv(VARIABLES[source], SCHOOL_KEYS[0])
    put("event.json", event)
    mine = {"id": f"booking_to_hubspot.{id_}", "state": "delivered"}
    other = {"id": f"booking_to_hubspot.{id_}0", "state": "rejected"}
    stack.on("GET", "/api/workspaces/demo/deliveries", (200, {"deliveries": [other, mine], "next": None}))
    result = run("send", "event.json", "--wait", "--json")
    assert (result.code, json.loads(result.out)["deliveries"]) == (0, [mine]), result.err
    put(f"{source}/odd.json", {"mine": 1})
    unknown = run("send", f"{source}/odd.json", "--wait")
    assert (unknown.code, "there is no delivery to wait for" in unknown.err) == (2, True)


def test_send_refused_names_the_source(run: Run, stack: FakeStack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RENKEI_CALCOM_SECRET", KEY)
    put("event.json", CALCOM)
    stack.on("POST", "/webhooks/calcom/demo", (401, {"error": "unknown workspace or wrong signature"}))
    result = run("send", "event.json")
    assert result.code == 1
    assert "`renkei connect calcom`" in result.err


def test_preview_in_every_integration_of_the_file(run: Run, stack: FakeStack) -> None:
    put("event.json", CALCOM)
    both: dict[str, object] = {"booking_to_hubspot": {}, "booking_to_salesforce": {}}
    stack.on("GET", "/api/workspaces/demo", (200, {"integrations": both}))
    stack.on("POST", "/api/workspaces/demo/preview", (200, {"outcome": "delivered"}))
    result = run("preview", "event.json")
    assert (result.code, result.out.splitlines()[::3]) == (0, ["booking_to_hubspot:", "booking_to_salesforce:"])
    sent = [call.json for call in stack.of("POST", "/api/workspaces/demo/preview")]
    assert [(one["integration"], one["source"]) for one in sent] == [(name, "calcom") for name in both]
    previews = json.loads(run("preview", "event.json", "--json").out)["previews"]
    assert [one["integration"] for one in previews] == list(both)
    one = json.loads(run("preview", "event.json", "--json", "--integration", "booking_to_salesforce").out)
    assert one == {"integration": "booking_to_salesforce", "outcome": "delivered"}
    stack.on("GET", "/api/workspaces/demo", (200, {"integrations": {}}))
    assert "--integration" in run("preview", "event.json").err
