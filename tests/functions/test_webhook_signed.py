"""The webhook receiver and the sources that sign: Calendly, which is never told of an error, Cal.com, and a school."""

from __future__ import annotations

import base64
import hmac
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from unittest import mock

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

import webhooks.app
from renkei import aws, workspaces
from renkei.dynamo import Table
from renkei.sources import open_keys, seal_key
from renkei.vault import Vault
from renkei.workspaces import save_source
from tests import rights
from tests.harness import Context, Stack, event, http_event

KEY, NEXT, OTHER = (f"whsec_{letter * 32}" for letter in "ABC")  # fit for every source
SIGNED = ("calendly", "calcom", "lms")
NAMES = {"calendly": "invitee_created", "calcom": "booking_created", "lms": "user_created"}
Headers = dict[str, str]


def sign(vendor: str, raw: bytes, now: float, key: str = KEY) -> Headers:
    """The header with which a vendor proves a body."""
    if vendor == "calcom":
        return {"x-cal-signature-256": hmac.digest(key.encode(), raw, "sha256").hex()}
    if vendor == "lms":
        secret = base64.b64decode(key.removeprefix("whsec_"))
        digest = base64.b64encode(hmac.digest(secret, f"msg_1.{now:.0f}.".encode() + raw, "sha256")).decode()
        return {"webhook-id": "msg_1", "webhook-timestamp": f"{now:.0f}", "webhook-signature": f"v1,{digest}"}
    made = hmac.digest(key.encode(), f"{now:.0f}.".encode() + raw, "sha256").hex()
    return {"calendly-webhook-signature": f"t={now:.0f},v1={made}"}


class Sender:
    """A scheduler that sends to a workspace whose row holds our keys."""

    def __init__(self, stack: Stack, vendor: str) -> None:
        self.stack = stack
        self.vendor = vendor
        self.keep(KEY)

    def keep(self, *keys: str, sealed: tuple[bytes, ...] = ()) -> None:
        vault = Vault(self.stack.clock)
        kept = [seal_key(vault, "demo", self.vendor, key) for key in keys]
        digests = [vault.digest(f"token {self.vendor}", key) for key in keys]
        listeners = {"booking_to_hubspot": "hubspot"}
        save_source("demo", self.vendor, keys=[*sealed, *kept], tokens=digests, listeners=listeners, off=[])

    def raw(self, raw: bytes, headers: Headers, workspace: str = "demo", vendor: str = "") -> tuple[int, Any]:
        vendor = vendor or self.vendor
        made = http_event("POST", f"/webhooks/{vendor}/{workspace}", base64.b64encode(raw).decode(), headers)
        made |= {"isBase64Encoded": True, "pathParameters": {"vendor": vendor, "workspace": workspace}}
        with rights.acting("WebhooksRole"):
            answer = webhooks.app.handler(made, Context())  # type: ignore[arg-type]
        return answer["statusCode"], json.loads(answer["body"])

    def send(self, body: object, key: str = KEY, late: float = 0) -> tuple[int, Any]:
        raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        return self.raw(raw, sign(self.vendor, raw, self.stack.clock.now.timestamp() - late, key))

    @property
    def event(self) -> dict[str, Any]:
        return event(f"{self.vendor}/{NAMES[self.vendor]}")


@pytest.fixture(params=SIGNED)
def sender(stack: Stack, request: pytest.FixtureRequest) -> Sender:
    return Sender(stack, request.param)


@pytest.fixture
def calendly(stack: Stack) -> Sender:
    return Sender(stack, "calendly")


@pytest.fixture
def calcom(stack: Stack) -> Sender:
    return Sender(stack, "calcom")


def rows() -> list[dict[str, Any]]:
    return list(Table("deliveries").query(("box", "demo#booking_to_hubspot")))


def counts(*numbers: int) -> tuple[int, dict[str, int]]:
    return 200, dict(zip(("accepted", "repeated", "skipped"), numbers, strict=True))


def test_a_booking_is_stored_sealed_once_and_the_bell_rung(sender: Sender) -> None:
    assert [sender.send(sender.event) for _ in range(2)] == [counts(1, 0, 0), counts(0, 1, 0)]
    (row,) = rows()
    assert row["id"].startswith(f"{sender.vendor}.{NAMES[sender.vendor]}.")
    unsealed = repr({name: value for name, value in row.items() if name != "sealed"})
    for told in ("佐々木", "花子", "aozora", "青空", "zoom", "newsletter", "会議", "Hanako"):
        assert told not in unsealed
        assert told.encode() not in row["sealed"]
    (bell,) = sender.stack.bells()
    assert json.loads(bell["body"])["integration"] == "booking_to_hubspot"


@pytest.mark.parametrize("form", [str.title, str.upper, str.lower])
def test_headers_come_in_any_case_and_bodies_as_they_are(sender: Sender, form: Callable[[str], str]) -> None:
    raw = json.dumps(sender.event, ensure_ascii=False, indent=3).encode() + b"\n"
    proof = {form(name): value for name, value in sign(sender.vendor, raw, sender.stack.clock.now.timestamp()).items()}
    made = http_event("POST", f"/webhooks/{sender.vendor}/demo", raw.decode(), proof)
    made |= {"pathParameters": {"vendor": sender.vendor, "workspace": "demo"}}
    assert webhooks.app.handler(made, Context())["statusCode"] == 200  # type: ignore[arg-type]
    assert sender.raw(raw, proof) == counts(0, 1, 0)


def test_whoever_cannot_prove_a_body_gets_one_answer(sender: Sender) -> None:
    raw = json.dumps(sender.event).encode()
    proof = sign(sender.vendor, raw, sender.stack.clock.now.timestamp())
    other = "calcom" if sender.vendor == "calendly" else "calendly"
    answers = [
        sender.raw(raw, {}),
        sender.raw(raw, dict.fromkeys(proof, "no-secret-provided")),
        sender.raw(raw, dict.fromkeys(proof, KEY)),
        sender.raw(raw, {"x-timerex-authorization": KEY}),
        sender.raw(raw + b" ", proof),
        sender.raw(raw, proof, workspace="elsewhere"),
        sender.raw(raw, proof, workspace="../demo"),
        sender.raw(raw, proof, vendor=other),
        sender.raw(raw, proof, vendor="timerex"),
        sender.raw(raw, proof, vendor="hubspot"),
        sender.send(sender.event, OTHER),
        sender.send(b"no JSON", OTHER),
    ]
    assert answers == [(401, {"error": "unknown workspace or wrong token"})] * len(answers)
    assert rows() == []


@pytest.mark.parametrize(("vendor", "late"), [("calendly", 181), ("calendly", -181), ("lms", 301), ("lms", -301)])
def test_an_old_signature_is_none(stack: Stack, vendor: str, late: float) -> None:
    sender = Sender(stack, vendor)
    assert sender.send(sender.event, late=late)[0] == 401
    assert sender.send(sender.event, late=late - late / abs(late)) == counts(1, 0, 0)


def test_a_source_without_keys_lets_nobody_in(sender: Sender) -> None:
    sender.keep()
    assert sender.send(sender.event)[0] == sender.send(sender.event, "")[0] == 401
    sender.keep("")
    assert sender.send(sender.event, "")[0] == 401
    workspaces.save_source(
        "demo", sender.vendor, tokens=[Vault(sender.stack.clock).digest(f"token {sender.vendor}", KEY)]
    )
    Table("workspaces").update({"workspace": "demo", "item": f"source#{sender.vendor}"}, remove=["keys"])
    assert sender.send(sender.event)[0] == 401


def test_keys_change_without_a_gap(sender: Sender) -> None:
    sender.keep(NEXT, KEY)
    assert [sender.send(sender.event, key)[0] for key in (KEY, NEXT, OTHER)] == [200, 200, 401]
    sender.keep(NEXT)
    assert [sender.send(sender.event, key)[0] for key in (KEY, NEXT)] == [401, 200]


def test_a_key_that_opens_no_more_leaves_the_other_alone(sender: Sender, caplog: pytest.LogCaptureFixture) -> None:
    vault = Vault(sender.stack.clock)
    elsewhere = seal_key(vault, "elsewhere", sender.vendor, NEXT)
    broken = seal_key(vault, "demo", sender.vendor, NEXT)[:-1] + b"\0"
    for odd in (elsewhere, broken, b"", b"\x01", b"\x01\x00\x05abc", b"nothing sealed"):
        sender.keep(KEY, sealed=(odd,))
        assert sender.send(sender.event)[0] == 200
        assert sender.send(sender.event, NEXT)[0] == 401
    assert KEY not in caplog.text


def test_the_row_holds_no_key(sender: Sender) -> None:
    kept = workspaces.source("demo", sender.vendor) or {}
    assert KEY not in repr(kept)
    assert open_keys(Vault(sender.stack.clock), "demo", sender.vendor, kept) == [KEY.encode()]


@pytest.mark.parametrize("error", ["ThrottlingException", "KMSInternalException", "AccessDeniedException"])
def test_a_vault_that_is_down_is_no_answer(sender: Sender, error: str) -> None:
    refused = ClientError({"Error": {"Code": error}}, "Decrypt")
    for down in (refused, EndpointConnectionError(endpoint_url="x")):
        sender.stack.restart()
        with mock.patch.object(aws.client("kms"), "decrypt", side_effect=down):
            assert sender.send(sender.event)[0] == 503
    assert rows() == []
    assert sender.send(sender.event)[0] == 200


def test_a_store_that_is_down_is_no_answer(sender: Sender) -> None:
    assert sender.send(sender.event, OTHER)[0] == 401
    with mock.patch.object(aws.client("dynamodb"), "put_item", side_effect=EndpointConnectionError(endpoint_url="x")):
        assert sender.send(sender.event)[0] == 503
    assert sender.send(sender.event) == counts(1, 0, 0)


def test_the_vault_is_asked_once_for_a_key(sender: Sender) -> None:
    with mock.patch.object(aws.client("kms"), "decrypt", wraps=aws.client("kms").decrypt) as decrypt:
        assert [sender.send(sender.event)[0] for _ in range(3)] == [200] * 3
    assert decrypt.call_count <= 1


@pytest.mark.parametrize("vendor", ["calcom", "lms"])
def test_a_body_over_256_kilobytes_is_too_large_for_others(stack: Stack, vendor: str) -> None:
    sender = Sender(stack, vendor)
    large = {**sender.event, "filler": "x" * (256 * 1024)}
    with mock.patch.object(workspaces, "source", side_effect=AssertionError):
        assert [sender.send(large, key)[0] for key in (KEY, OTHER)] == [413, 413]
    assert sender.send({**sender.event, "filler": "x" * (240 * 1024)}) == counts(1, 0, 0)


@pytest.mark.parametrize("more", [256 * 1024, 6 * 1024 * 1024])
def test_calendly_is_never_told_that_its_event_is_too_large(calendly: Sender, more: int) -> None:
    large = {**calendly.event, "filler": "x" * more}
    assert calendly.send(large, OTHER)[0] == 401
    with mock.patch.object(webhooks.app, "parsed", side_effect=AssertionError):
        assert [calendly.send(large) for _ in range(2)] == [counts(0, 0, 1), counts(0, 1, 0)]
    (row,) = rows()
    told = (row["state"], row["reason"], row["params"], "sealed" in row)
    assert told == ("skipped", "unmappable", {"problem": "the body is larger than 262144 bytes"}, False)
    assert calendly.send({**calendly.event, "filler": "x" * (240 * 1024)}) == counts(1, 0, 0)


UNMAPPABLE = {
    b"no JSON": "the body is no JSON object",
    b"\xff\xfe\x00": "the body is no JSON object",
    b"": "the body is no JSON object",
    b"[" * 9998 + b"]" * 9998: "the body is no JSON object",
    b'{"event": "invitee.created", "payload": {"email": "hanako@aozora.example.jp"}}': "payload.uri is missing",
}


@pytest.mark.parametrize("raw", UNMAPPABLE)
def test_calendly_is_never_told_that_its_event_is_unreadable(calendly: Sender, raw: bytes) -> None:
    assert [calendly.send(raw) for _ in range(2)] == [counts(0, 0, 1), counts(0, 1, 0)]
    (row,) = rows()
    assert (row["state"], row["reason"]) == ("skipped", "unmappable")
    assert row["params"]["problem"].startswith(UNMAPPABLE[raw])
    assert row["id"].startswith("calendly.unreadable.")
    assert "aozora" not in repr(row)
    assert "sealed" not in row
    assert calendly.stack.bells() == []


def test_what_python_could_read_but_not_write_again_is_unreadable(sender: Sender) -> None:
    """Where that is depends on what else is on the stack."""
    for depth in range(9_900, 9_999):
        deep = json.dumps(sender.event)[:-1].encode() + b', "filler": ' + b"[" * depth + b"]" * depth + b"}"
        assert sender.send(deep)[0] == (200 if sender.vendor == "calendly" else 400)


def test_another_unreadable_body_is_another_delivery(calendly: Sender) -> None:
    assert [calendly.send(raw) for raw in (b"one", b"two")] == [counts(0, 0, 1)] * 2


def test_an_admin_reads_why(calendly: Sender) -> None:
    calendly.send(b"no JSON")
    (told,) = calendly.stack.deliveries()
    assert (told["state"], told["reason"]) == ("skipped", "unmappable")
    assert "the body is no JSON object" in json.dumps(told)


@pytest.mark.parametrize(
    "raw", [*UNMAPPABLE, b'{"title": "Gespr\xc3\xa4ch"}', b"name=Hanako&triggerEvent=BOOKING_CREATED"]
)
def test_cal_com_is_told_to_use_the_default_template(calcom: Sender, raw: bytes) -> None:
    status, told = calcom.send(raw)
    assert (status, told["error"].rpartition(": ")[2]) == (400, "use Cal.com's default payload template")
    assert rows() == []


def test_a_school_is_told_what_to_mend_and_sends_again(stack: Stack) -> None:
    school = Sender(stack, "lms")
    body = school.event
    body["data"]["user"]["email"] = "佐々木"
    assert school.send(body) == (400, {"error": "data.user.email is missing or not a mail address"})
    assert [school.send(raw) for raw in UNMAPPABLE][:2] == [(400, {"error": "the body is no JSON object"})] * 2
    assert rows() == []
    assert [school.send(school.event) for _ in range(2)] == [counts(1, 0, 0), counts(0, 1, 0)]


def test_a_school_may_sign_with_both_secrets_while_they_change(stack: Stack) -> None:
    school, raw = Sender(stack, "lms"), json.dumps(event("lms/user_created")).encode()
    proofs = [sign("lms", raw, stack.clock.now.timestamp(), key) for key in (NEXT, KEY)]
    both = proofs[0] | {"webhook-signature": " ".join(one["webhook-signature"] for one in proofs)}
    joined = proofs[0] | {"webhook-signature": ",".join(one["webhook-signature"] for one in proofs)}
    assert school.raw(raw, joined)[0] == 401
    assert school.raw(raw, both) == counts(1, 0, 0)


@pytest.mark.parametrize(
    ("vendor", "name"),
    [
        ("lms", "unknown_type"),
        ("calendly", "invitee_no_show"),
        ("calcom", "ping"),
        ("calcom", "booking_requested"),
        ("calcom", "booking_rescheduled_seats"),
    ],
)
def test_what_we_do_not_use_is_noted_without_its_content(stack: Stack, vendor: str, name: str) -> None:
    assert Sender(stack, vendor).send(event(f"{vendor}/{name}")) == counts(0, 0, 1)
    (row,) = rows()
    assert (row["state"], row["reason"], "sealed" in row) == ("skipped", "unknown_event", False)


def test_the_second_guest_of_an_event_with_seats_is_no_repetition(calcom: Sender) -> None:
    first, second = event("calcom/booking_created_seat"), event("calcom/booking_created_seat")
    first["payload"]["attendeeSeatId"] = first["payload"]["attendees"][0]["bookingSeat"]["referenceUid"]
    assert [calcom.send(one) for one in (first, second, second)] == [counts(1, 0, 0)] * 2 + [counts(0, 1, 0)]


def test_a_reschedule_is_two_deliveries_of_calendly_and_one_of_cal_com(stack: Stack) -> None:
    calendly, calcom = Sender(stack, "calendly"), Sender(stack, "calcom")
    for name in ("invitee_created", "invitee_created_rescheduled", "invitee_canceled_rescheduled"):
        assert calendly.send(event(f"calendly/{name}")) == counts(1, 0, 0)
    for name in ("booking_created", "booking_rescheduled"):
        assert calcom.send(event(f"calcom/{name}")) == counts(1, 0, 0)
    assert len(rows()) == 5


def test_an_integration_that_is_off_notes_what_it_passes_over(sender: Sender) -> None:
    workspaces.save_source("demo", sender.vendor, off=["booking_to_hubspot"])
    assert sender.send(sender.event) == counts(0, 0, 1)
    assert rows()[0]["reason"] == "integration_off"


def test_a_signature_is_looked_at_before_the_body_is_read(sender: Sender) -> None:
    raw = json.dumps(sender.event).encode()
    with mock.patch.object(webhooks.app, "parsed", side_effect=AssertionError):
        assert sender.raw(raw, {})[0] == 401


def test_the_clock_that_counts_is_ours(calendly: Sender) -> None:
    raw = json.dumps(calendly.event).encode()
    proof = sign("calendly", raw, calendly.stack.clock.now.timestamp())
    calendly.stack.clock.now += timedelta(minutes=4)
    assert calendly.raw(raw, proof)[0] == 401
