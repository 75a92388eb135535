"""Nothing personal and nothing secret gets out on the way from a signed webhook to a lead, whatever happens."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from local.sandbox.faults import Fault
from tests.functions.booking_to_salesforce.steps import KEY, later, leads, settings
from tests.harness import ADMIN, Stack, event
from tests.privacy.ears import Ears, listening
from tests.privacy.guest import states

SIGNING = {
    "calendly": "calendly-signing-key-0001",
    "calcom": "calcom-signing-key-0001",
    "timerex": "timerex-token-0000001",
}
GUEST = {
    "佐々木", "花子", "Hanako.Sasaki@aozora-shoji.example.jp", "hanako.sasaki", "aozora-shoji.example.jp", "青空商事",
    "9012345678", "90-1234-5678", "田中 一郎", "tanaka@example.co.jp", "zoom.example.com/j/", "cal.example.com/video/",
    "会議が入ったため", "１,２００名", "よろしくお願いいたします",
}  # fmt: skip
MADE = {"timerex": "event_confirmed", "calendly": "invitee_created", "calcom": "booking_created"}
MOVED = {
    "timerex": "event_confirmed_rescheduled",
    "calendly": "invitee_created_rescheduled",
    "calcom": "booking_rescheduled",
}
OWNER = {"property": "OwnerId", "from": "host_email"}


@pytest.fixture(params=["by address", "by booking id"])
def ears(
    stack: Stack, request: pytest.FixtureRequest, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> Iterator[Ears]:
    by = {"booking_id_field": KEY} if request.param == "by booking id" else {}
    with listening(stack, caplog, capfd) as open_ears:
        open_ears.secrets |= {*GUEST, ADMIN, *SIGNING.values()}
        open_ears.expected |= {("log", '"connected"'), ("table workspaces", "keys")}
        stack.salesforce.configure({"booking_id_field": True})
        assert stack.consented("salesforce", {})["statusCode"] == 200
        for source, key in SIGNING.items():
            stack.api("POST", f"/api/workspaces/{stack.workspace}/connections/{source}", {"token": key})
        rules = settings(OWNER, event=True, blank_company="?", **by)
        assert stack.apply(integrations={"booking_to_salesforce": rules})[0] == 200
        yield open_ears
        open_ears.hear("ledger", json.dumps(stack.deliveries(), ensure_ascii=False))
    assert open_ears.leaks() == []
    assert open_ears.missed() == []


@pytest.mark.parametrize("source", SIGNING)
def test_bookings_that_are_delivered(stack: Stack, ears: Ears, source: str) -> None:
    for name in (MADE[source], MOVED[source]):
        assert stack.send(source, event(f"{source}/{name}"), SIGNING[source])[0] == 200
        stack.work()
    assert states(stack) == ["delivered"] * 2
    assert len(leads(stack)) == 1
    ears.expected |= {("log", '"drained"'), ("bells", '"connection": "salesforce"')}


@pytest.mark.parametrize("source", ["calendly", "calcom"])
def test_webhooks_that_are_refused_or_unreadable(stack: Stack, ears: Ears, source: str) -> None:
    whole = event(f"{source}/{MADE[source]}")
    answers = [
        stack.send(source, whole, "another-key-" + SIGNING[source]),
        stack.send(source, {"payload": whole["payload"]}, SIGNING[source]),
        stack.send(source, [whole], SIGNING[source]),
        stack.send(source, {**whole, "payload": str(whole["payload"])}, SIGNING[source]),
    ]
    bad = 200 if source == "calendly" else 400
    assert [status for status, _ in answers] == [401, bad, bad, bad]
    ears.hear("answers", repr(answers))


@pytest.mark.parametrize(
    "code",
    [
        "STRING_TOO_LONG",
        "INVALID_EMAIL_ADDRESS",
        "FIELD_CUSTOM_VALIDATION_EXCEPTION",
        "DUPLICATE_VALUE",
        "WHATEVER_ELSE",
    ],
)
def test_a_vendor_that_quotes_what_it_was_sent(stack: Stack, ears: Ears, code: str) -> None:
    told = " ".join(sorted(GUEST))
    body = json.dumps([{"message": told, "errorCode": code, "fields": ["LastName", told]}])
    stack.salesforce.faults.add(Fault(path="*/sobjects/Lead*", status=400, body=body, times=None))
    stack.send("calcom", event("calcom/booking_created"), SIGNING["calcom"])
    stack.work()
    assert states(stack)[0] in {"rejected", "parked"}


def test_a_vendor_that_does_not_answer(stack: Stack, ears: Ears) -> None:
    stack.salesforce.faults.add(Fault(kind="timeout_after", path="*/sobjects/Lead*"))
    stack.salesforce.faults.add(Fault(kind="junk_body", path="*/sobjects/Event"))
    stack.send("calcom", event("calcom/booking_created"), SIGNING["calcom"])
    stack.work()
    for _ in range(4):
        later(stack)
    assert states(stack) == ["delivered"]
    assert len(leads(stack)) == 1
