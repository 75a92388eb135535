"""Nothing personal and nothing secret is ever logged, measured, rung or stored unsealed, whatever happens.

Each test plays a scenario under open ears; then every log line, metric, bell and unsealed attribute is searched for
the guest, the tokens, the links that give power, and our own secrets.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import pytest
from botocore.exceptions import ClientError

import booking_to_hubspot.app
from booking_to_hubspot.known import Task
from local.sandbox.faults import Fault
from renkei import watch
from renkei.dynamo import Table
from tests.crash.outside import settles, works
from tests.harness import ADMIN, PORTAL, TOKEN, Stack, event
from tests.privacy.ears import Ears, listening
from tests.privacy.guest import COMMENT, GUEST, full, states


def test_ears_hear(stack: Stack, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    with listening(stack, caplog, capfd) as open_ears:
        stack.set_up()
        open_ears.secrets.add(payload_name := "第九商事")
        Table("links").put({"scope": "x", "link": "y", "named": [payload_name]})
        watch.logger.info("booked", guest=payload_name)
        print(json.dumps({"metric": payload_name}))  # noqa: T201
        stack.post(full())
    assert {where for where, _ in open_ears.leaks()} == {"table links", "log", "records", "printed"}


def test_bookings_that_are_delivered(stack: Stack, ears: Ears) -> None:
    stack.post(full())
    works(stack)
    moved = event("timerex/event_confirmed_rescheduled")
    for payload in (event("timerex/event_cancelled_rescheduled"), moved, full("cancelled", 0)):
        stack.post(payload)
        stack.post(payload)
        works(stack)
    assert "pending" not in states(stack)
    assert "delivered" in states(stack)
    ears.expected |= {("log", '"drained"'), ("bells", '"connection": "hubspot"'), ("table links", "booking#timerex#")}


def test_webhooks_that_are_refused(stack: Stack, ears: Ears) -> None:
    whole = json.dumps(full(), ensure_ascii=False)
    broken = full()
    broken["event"]["start_datetime"] = COMMENT
    nameless = full()
    nameless["event"]["id"] = "Hanako.Sasaki@aozora-shoji.example.jp"
    answers = [
        stack.post(whole, token="not-the-token-" + TOKEN),
        stack.post(whole[:-20]),
        stack.post(whole + " " * 300_000),
        stack.post(broken),
        stack.post(nameless),
        stack.post({**full(), "webhook_type": COMMENT}),
        stack.post({**full(), "webhook_type": "event_unheard_of"}),
    ]
    assert [status for status, _ in answers] == [401, 400, 413, 400, 400, 400, 200]
    ears.hear("answers", repr(answers))


def test_a_booking_that_is_rejected(stack: Stack, ears: Ears) -> None:
    ears.secrets.add(wrong := "hanako at aozora")
    stack.post(full(guest_email=wrong))
    works(stack)
    assert states(stack) == ["rejected"]
    ears.expected |= {("printed", '"Rejected"'), ("ledger", '"guest_email_invalid"')}


@pytest.mark.parametrize("status", [400, 403, 404, 409, 429, 500])
def test_a_vendor_that_quotes_what_it_was_sent(stack: Stack, ears: Ears, status: int) -> None:
    told = " ".join(sorted(GUEST))
    problem = {"message": told, "code": "INVALID_EMAIL", "context": {"propertyName": ["email"]}}
    body = json.dumps({"status": "error", "message": told, "category": "VALIDATION_ERROR", "errors": [problem]})
    stack.hubspot.faults.add(Fault(status=status, body=body, path="*/contacts*", times=1))
    stack.post(full())
    stack.work()
    assert len(states(stack)) == 1


def test_a_vendor_that_does_not_answer(stack: Stack, ears: Ears) -> None:
    stack.hubspot.faults.add(Fault(kind="timeout_after", path="*/contacts"))
    stack.hubspot.faults.add(Fault(kind="junk_body", path="*/contacts"))
    stack.post(full())
    works(stack)
    assert states(stack) == ["delivered"]


def test_a_connection_that_breaks_and_comes_back(stack: Stack, ears: Ears) -> None:
    stack.hubspot.uninstall(PORTAL)
    stack.post(full())
    stack.work()
    assert states(stack) == ["parked"]
    assert stack.connect()["statusCode"] == 200
    settles(stack)
    assert states(stack) == ["delivered"]


def test_a_bug_that_quotes_the_payload(stack: Stack, ears: Ears, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(tasks: Sequence[Task], *_: Any, **__: Any) -> None:
        raise ValueError(f"cannot plan {tasks}")

    monkeypatch.setattr(booking_to_hubspot.app, "plan", broken)
    stack.post(full())
    stack.work()
    assert states(stack) == ["rejected"]
    ears.expected |= {("printed", '"Bugs"'), ("log", '"message":"bug"'), ("ledger", "ValueError")}


def test_a_store_that_is_down(stack: Stack, ears: Ears, monkeypatch: pytest.MonkeyPatch) -> None:
    def down(_: Table, item: Any, **__: Any) -> None:
        raise ClientError({"Error": {"Code": "ValidationException", "Message": f"{item} {sorted(GUEST)}"}}, "PutItem")

    monkeypatch.setattr(Table, "put", down)
    status, answer = stack.post(full())
    assert status == 503
    ears.hear("answers", repr(answer))
    ears.expected.add(("log", '"store down"'))


@pytest.mark.parametrize("error", ["invalid_grant", "invalid_client", "server_error"])
def test_a_refresh_that_fails(stack: Stack, ears: Ears, error: str) -> None:
    held = " ".join([*stack.hubspot.tokens.refresh, *stack.hubspot.tokens.access, "renkei-demo-secret"])
    body = json.dumps({"error": error, "error_description": held, "message": held})
    status = 500 if error == "server_error" else 400
    stack.hubspot.faults.add(Fault(status=status, body=body, path="/oauth/*/token", times=None))
    stack.clock.sleep(3600)
    stack.post(full())
    stack.work()
    assert states(stack) == ["pending" if error == "server_error" else "parked"]


@pytest.mark.parametrize("answer", ["allow", "deny", "fails", "wrong browser", "twice"])
def test_connecting(stack: Stack, ears: Ears, answer: str) -> None:
    own = {"client_id": stack.hubspot.app.client_id, "client_secret": stack.hubspot.app.client_secret}
    _, told = stack.api("POST", "/api/workspaces/demo/connections/hubspot", {"switch_account": False, **own})
    ears.learn_url(told["url"])
    started = stack.browse(told["url"])
    cookie = started["cookies"][0].partition(";")[0]
    ears.secrets.add(cookie.partition("=")[2])
    ears.learn_url(started["headers"]["location"])
    back = stack.consent(started["headers"]["location"], answer="deny" if answer == "deny" else "allow")
    ears.learn_url(back)
    if answer == "fails":
        body = json.dumps({"error": "invalid_grant", "message": back})
        stack.hubspot.faults.add(Fault(status=400, body=body, path="/oauth/*/token"))
    page = stack.browse(back, "renkei-oauth=another" if answer == "wrong browser" else cookie)
    assert (page["statusCode"] == 200) == (answer in {"allow", "twice"})
    if answer == "twice":
        page = stack.browse(back, cookie)
        assert page["statusCode"] == 400
    ears.hear("page", repr(page))


def test_disconnecting(stack: Stack, ears: Ears) -> None:
    stack.hubspot.faults.add(Fault(status=500, path="*/external-install"))
    status, told = stack.api("DELETE", "/api/workspaces/demo/connections/hubspot")
    assert status == 200
    ears.hear("answers", repr(told))


def test_tokens_of_sources(stack: Stack, ears: Ears) -> None:
    ears.secrets.add(long := "another-token-of-timerex-0002")
    answers = [
        stack.api("POST", "/api/workspaces/demo/connections/timerex", {"token": long, "keep_old": True}),
        stack.api("POST", "/api/workspaces/demo/connections/timerex", {"token": f" {long}"}),
        stack.api("GET", "/api/workspaces/demo"),
    ]
    assert [status for status, _ in answers] == [200, 400, 200]
    ears.hear("answers", repr(answers).replace(ADMIN, ""))  # whoever may apply the file may read it
