"""The webhook receiver: what it takes, what it refuses, and that nothing is acknowledged before it is stored."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from typing import Any
from unittest import mock

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from cryptography.exceptions import InvalidTag
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

import webhooks.app
from renkei import aws, bells, deliveries, workspaces
from renkei.dynamo import Table
from renkei.vault import Vault
from tests.harness import ROOT, TOKEN, Context, Stack, booking, event, http_event


def handle(request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
    answer = webhooks.app.handler(request, Context())  # type: ignore[arg-type]
    return answer["statusCode"], json.loads(answer["body"])


def rows() -> list[dict[str, Any]]:
    return list(Table("deliveries").query(("box", "demo#booking_to_hubspot")))


def request(body: str, headers: dict[str, str], workspace: str = "demo", vendor: str = "timerex") -> dict[str, Any]:
    made = http_event("POST", f"/webhooks/{vendor}/{workspace}", body, headers)
    return made | {"pathParameters": {"vendor": vendor, "workspace": workspace}}


def test_health() -> None:
    assert handle(http_event("GET", "/healthz", None, {})) == (200, {"ok": True})


def test_a_booking_is_stored_sealed_and_the_bell_rung(ready: Stack) -> None:
    assert ready.post(booking()) == (200, {"accepted": 1, "repeated": 0, "skipped": 0})
    (row,) = rows()
    assert row["state"] == "pending"
    assert "佐々木".encode() not in row["sealed"]
    (bell,) = ready.bells()
    wanted = {"workspace": "demo", "connection": "hubspot", "integration": "booking_to_hubspot"}
    assert json.loads(bell["body"]) == wanted


def test_a_repeat_is_recognised_by_the_write(ready: Stack) -> None:
    ready.post(booking())
    assert ready.post(booking()) == (200, {"accepted": 0, "repeated": 1, "skipped": 0})
    ready.work()
    assert ready.post(booking()) == (200, {"accepted": 0, "repeated": 1, "skipped": 0})
    assert len(rows()) == 1


@pytest.mark.parametrize("token", ["", "x", TOKEN + " ", TOKEN.upper(), "é", "0" * 10_000, "\ud83d"])
def test_a_wrong_token_and_an_unknown_workspace_answer_the_same(ready: Stack, token: str) -> None:
    wrong = ready.post(booking(), token)
    unknown = handle(request(json.dumps(booking()), {"x-timerex-authorization": TOKEN}, workspace="elsewhere"))
    vendor = handle(request(json.dumps(booking()), {"x-timerex-authorization": TOKEN}, vendor="other"))
    assert wrong == unknown == vendor
    assert wrong[0] == 401
    assert rows() == []


def test_without_any_token_configured_nothing_is_let_in(ready: Stack) -> None:
    ready.api("DELETE", "/api/workspaces/demo/connections/timerex")
    assert ready.post(booking(), "")[0] == ready.post(booking())[0] == 401


def test_two_tokens_are_valid_while_they_rotate(ready: Stack) -> None:
    path, new, newest = "/api/workspaces/demo/connections/timerex", "second-security-token", "third-security-token"
    ready.api("POST", path, {"token": new, "keep_old": True})
    assert [ready.post(booking(n), token)[0] for n, token in enumerate((TOKEN, new))] == [200, 200]
    ready.api("POST", path, {"token": newest, "keep_old": True})
    assert [ready.post(booking(n), token)[0] for n, token in enumerate((TOKEN, new, newest))] == [401, 200, 200]
    ready.api("POST", path, {"token": newest})
    assert [ready.post(booking(n), token)[0] for n, token in enumerate((new, newest))] == [401, 200]


def test_the_tokens_header_is_a_setting(ready: Stack) -> None:
    assert ready.apply(sources={"timerex": {"header": "Authorization"}})[0] == 200
    assert ready.post(booking())[0] == 401
    assert ready.post(booking(), "", Authorization=TOKEN)[0] == 200


def test_a_base64_body_is_decoded(ready: Stack) -> None:
    text = base64.b64encode(json.dumps(booking()).encode()).decode()
    made = request(text, {"x-timerex-authorization": TOKEN}) | {"isBase64Encoded": True}
    assert handle(made)[0] == 200
    assert handle(made | {"body": "no base64!"})[0] == 400


def test_a_body_over_256_kilobytes_is_too_large(ready: Stack) -> None:
    whole = booking(guest_comment="x" * (256 * 1024))
    assert ready.post(whole)[0] == 413
    assert ready.post(booking(guest_comment="x" * (250 * 1024)))[0] == 200


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        ("", "no JSON"),
        ("{", "no JSON"),
        ("[" * 100_000, "no JSON"),
        ("[" * 9_998 + "]" * 9_998, "no JSON"),
        ("[]", "no JSON object"),
        ('"text"', "no JSON object"),
        ("{}", "webhook_type"),
        ('{"webhook_type": 1}', "webhook_type"),
        ('{"webhook_type": "event_confirmed"}', "event is missing"),
        ('{"webhook_type": "event_confirmed", "event": {}}', "event.id"),
        ('{"webhook_type": "event_confirmed", "event": {"id": "../x"}}', "event.id"),
        ('{"webhook_type": "event_confirmed", "event": {"id": "a"}}', "event.start_datetime"),
    ],
)
def test_what_is_no_event_is_refused_with_a_reason(ready: Stack, body: str, reason: str) -> None:
    status, told = ready.post(body)
    assert (status, reason in told["error"]) == (400, True), told
    assert rows() == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"start_datetime": "2026-12-01T10:00:00"}, "event.start_datetime"),
        ({"end_datetime": 5}, "event.end_datetime"),
        ({"form": None}, "event.form"),
        ({"form": ["x"]}, "event.form"),
        ({"hosts": {"a": 1}}, "event.hosts"),
    ],
)
def test_an_event_of_another_shape_is_refused(ready: Stack, change: dict[str, Any], reason: str) -> None:
    payload = booking()
    payload["event"] |= change
    status, told = ready.post(payload)
    assert (status, reason in told["error"]) == (400, True)


def test_an_unknown_type_is_taken_and_noted_as_skipped(ready: Stack) -> None:
    assert ready.post(event("timerex/unknown_type")) == (200, {"accepted": 0, "repeated": 0, "skipped": 1})
    (delivery,) = ready.deliveries()
    assert (delivery["state"], delivery["reason"]) == ("skipped", "unknown_event")
    assert "sealed" not in rows()[0]
    assert ready.bells() == []


def test_an_integration_that_is_off_notes_what_it_passes_over(ready: Stack) -> None:
    document = ready.api("GET", "/api/workspaces/demo")[1]
    document["integrations"]["booking_to_hubspot"]["enabled"] = False
    assert ready.api("PUT", "/api/workspaces/demo", document)[0] == 200
    assert ready.post(booking()) == (200, {"accepted": 0, "repeated": 0, "skipped": 1})
    assert ready.deliveries()[0]["reason"] == "integration_off"


def test_a_store_that_is_down_answers_503_so_that_the_sender_tries_again(ready: Stack) -> None:
    refusal = ClientError({"Error": {"Code": "InternalServerError"}}, "PutItem")
    for down in (refusal, EndpointConnectionError(endpoint_url="x")):
        with mock.patch.object(aws.client("dynamodb"), "put_item", side_effect=down):
            assert ready.post(booking())[0] == 503
    assert rows() == []
    assert ready.post(booking())[0] == 200


def test_a_bell_that_cannot_be_rung_costs_a_minute_and_no_booking(ready: Stack) -> None:
    with mock.patch.object(bells, "client", side_effect=EndpointConnectionError(endpoint_url="x")):
        assert ready.post(booking())[0] == 200
    assert ready.bells() == []
    assert ready.sweep() == 1
    ready.work()
    assert ready.deliveries()[0]["state"] == "delivered"


def test_half_of_a_surrogate_pair_harms_nobody(ready: Stack) -> None:
    text = json.dumps(booking(guest_comment="\ud83d broken"))
    assert ready.post(text)[0] == 200
    ready.work()
    assert ready.deliveries()[0]["state"] == "delivered"


def test_the_receiver_imports_only_what_it_needs() -> None:
    code = "import sys, webhooks.app; print(*sorted(name.partition('.')[0] for name in sys.modules))"
    path = {"PYTHONPATH": f"{ROOT / 'functions'}:{ROOT / 'layers/renkei'}", "AWS_DEFAULT_REGION": "ap-northeast-1"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=path, capture_output=True, text=True, check=True, timeout=60
    )
    assert not {"boto3", "requests", "pydantic", "aws_xray_sdk", "aws_lambda_powertools"} & set(done.stdout.split())


_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
_event = st.fixed_dictionaries(
    {"webhook_type": st.sampled_from(["event_confirmed", "event_cancelled", "x"]) | _json},
    optional={
        "event": st.fixed_dictionaries(
            {"id": st.from_regex(r"\A[0-9a-f]{1,20}\Z") | _json},
            optional={
                "start_datetime": st.just("2026-12-01T01:00:00+00:00") | _json,
                "end_datetime": st.just("2026-12-01T02:00:00+00:00") | _json,
                "form": st.lists(st.dictionaries(st.sampled_from(["field_type", "label", "value"]), _json)) | _json,
                "hosts": _json,
                "url_params": _json,
                "zoom_meeting": _json,
                "online_meeting_provider": st.just("zoom") | _json,
                "is_changed": _json,
                "created_at": _json,
            },
        )
        | _json
    },
)


@hypothesis_settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(body=st.one_of(_event.map(json.dumps), _json.map(json.dumps), st.text()))
def test_whatever_is_sent_nothing_breaks(ready: Stack, body: str) -> None:
    status, _ = ready.post(body)
    assert status in {200, 400, 413}
    assert ready.post(body, "wrong token")[0] in {401, 413}
    ready.work()
    assert not [row for row in ready.deliveries() if row["reason"] == "bug"]


def test_a_ledger_row_holds_ids_and_codes_only(ready: Stack) -> None:
    ready.post(booking())
    ready.work()
    (row,) = rows()
    assert set(row) == {
        "box", "id", "state", "state_at", "accepted_at", "settled_at", "attempts", "outcome", "warnings",
        "vendor_calls", "batch", "ttl",
    }  # fmt: skip


def test_what_is_sealed_opens_only_in_its_place(ready: Stack) -> None:
    ready.post(booking(1))
    ready.post(booking(2))
    ledger = deliveries.Deliveries(Vault(ready.clock), ready.clock)
    one, other = rows()
    assert json.loads(ledger.open(one))["body"]["event"]["id"] == one["id"].rpartition(".")[2]
    with pytest.raises(InvalidTag):
        ledger.open(one | {"sealed": other["sealed"]})


def test_the_source_row_holds_no_token(ready: Stack) -> None:
    kept = workspaces.source("demo", "timerex")
    assert kept is not None
    assert TOKEN not in json.dumps(kept)
