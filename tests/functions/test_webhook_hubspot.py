"""The webhook receiver and HubSpot: signature v3, and a portal's events for the workspaces that are connected to it."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

import console.sources
import webhooks.app
from local.sandbox.hubspot.webhooks import SUBSCRIPTIONS
from local.stack.template import parsed
from renkei import aws, portals, workspaces
from renkei.dynamo import Table
from renkei.vault import Vault
from renkei.vendors.hubspot_webhooks import KINDS, PATH, events, kind_of, portals_in, signed
from tests import rights
from tests.harness import PORTAL, PUBLIC, ROOT, Context, Stack, event, http_event

URL = f"{PUBLIC}/webhooks/hubspot"
BOX = "demo#booking_to_hubspot"
OWN = "client-secret-of-an-app-of-our-own"
STAGE = f"hubspot.deal.propertyChange.{PORTAL}-50001-dealstage-1795316396000"
HEARD = {"booking_to_hubspot": "hubspot"}  # any integration with a queue
NOBODY = {"error": "not signed by an app that we know, or too long ago"}
type Answer = tuple[int, dict[str, Any]]


def batch(name: str) -> list[dict[str, Any]]:
    found: Any = event(f"hubspot/{name}")
    return list(found)


def sign(raw: bytes, at: datetime, secret: str, uri: str = URL) -> dict[str, str]:
    """The headers that HubSpot sends, the old signature among them."""
    sent_at = f"{at.timestamp() * 1000:.0f}"
    made = hmac.digest(secret.encode(), b"POST" + uri.encode() + raw + sent_at.encode(), hashlib.sha256)
    old = hashlib.sha256(secret.encode() + raw).hexdigest()
    headers = {"X-HubSpot-Signature-v3": base64.b64encode(made).decode(), "X-HubSpot-Request-Timestamp": sent_at}
    return headers | {"X-HubSpot-Signature": old, "X-HubSpot-Signature-Version": "v1"}


def ask(raw: bytes, headers: dict[str, str], *, packed: bool = False) -> Answer:
    request = http_event("POST", "/webhooks/hubspot", raw.decode(), headers)
    if packed:
        request |= {"body": base64.b64encode(raw).decode(), "isBase64Encoded": True}
    with rights.acting("WebhooksRole"):
        answer = webhooks.app.handler(request, Context())  # type: ignore[arg-type]
    return answer["statusCode"], json.loads(answer["body"])


def send(stack: Stack, content: object, secret: str = "", *, packed: bool = False) -> Answer:
    raw = json.dumps(content, ensure_ascii=False).encode()
    return ask(raw, sign(raw, stack.clock(), secret or stack.hubspot.app.client_secret), packed=packed)


def told(accepted: int = 0, repeated: int = 0, skipped: int = 0) -> Answer:
    return 200, {"accepted": accepted, "repeated": repeated, "skipped": skipped}


def connected(stack: Stack, workspace: str = "demo", portal: int = PORTAL, secret: str = "", **row: Any) -> None:
    """A workspace that is connected to a portal, as far as the receiver knows, and listens."""
    portals.note(Vault(stack.clock), "hubspot", str(portal), workspace, secret)
    workspaces.save_source(workspace, "hubspot", **({"listeners": HEARD, "off": []} | row))


def stored(box: str = BOX) -> list[dict[str, Any]]:
    return list(Table("deliveries").query(("box", box)))


def opened(stack: Stack, row: dict[str, Any]) -> Any:
    return json.loads(stack.platform.deliveries.open(row))


@pytest.fixture
def ready(stack: Stack) -> Stack:
    connected(stack)
    return stack


# --- the signature, pure ---

SECRET = b"yyyyyyyy-yyyy-yyyy-yyyy-yyyyyyyyyyyy"
EXAMPLE, BODY = "https://www.example.com/webhook_uri", b"{'example_field':'example_value'}"
VECTORS = [
    (1693657560000, "K36dawei4A+QBNolUOqo7s91KQDWQ5MXZ/QufNYuk/Y="),
    (1700000300000, "RnbPH7+UMKVkbV32P8bz450N4M56aPmcru1+D3kSDtw="),
]


def headers(signature: str, sent_at: object) -> dict[str, str]:
    return {"x-hubspot-signature-v3": signature, "x-hubspot-request-timestamp": str(sent_at)}


@pytest.mark.parametrize(("sent_at", "signature"), VECTORS)
def test_hubspots_own_examples_fit(sent_at: int, signature: str) -> None:
    now, shown = datetime.fromtimestamp(sent_at / 1000, UTC), headers(signature, sent_at)
    assert signed(shown, BODY, [b"another", SECRET], now, EXAMPLE)
    assert not signed(shown, BODY + b" ", [SECRET], now, EXAMPLE)
    assert not signed(shown, BODY, [SECRET], now, EXAMPLE + "/")
    assert not signed(shown, BODY, [SECRET[:-1]], now, EXAMPLE)
    assert not signed(headers(signature, sent_at + 1), BODY, [SECRET], now, EXAMPLE)
    assert not signed(shown, BODY, [], now, EXAMPLE)


@pytest.mark.parametrize(("off", "fits"), [(300_000, True), (300_001, False), (-300_000, True), (-300_001, False)])
def test_a_signature_holds_for_five_minutes(off: int, fits: bool) -> None:
    sent_at, signature = VECTORS[0]
    now = datetime.fromtimestamp(sent_at / 1000, UTC) + timedelta(milliseconds=off)
    assert signed(headers(signature, sent_at), BODY, [SECRET], now, EXAMPLE) is fits


@pytest.mark.parametrize(
    "shown",
    [
        {},
        {"x-hubspot-signature-v3": VECTORS[0][1]},
        {"x-hubspot-request-timestamp": str(VECTORS[0][0])},
        headers(VECTORS[0][1].strip("="), VECTORS[0][0]),
        headers(VECTORS[0][1] + "=", VECTORS[0][0]),
        headers("\ud83d" * 44, VECTORS[0][0]),
        headers(VECTORS[0][1], f" {VECTORS[0][0]}"),
        headers(VECTORS[0][1], f"{VECTORS[0][0]}.0"),
        headers(VECTORS[0][1], "１６９３６５７５６００００"),
        headers(VECTORS[0][1], "9" * 5000),
    ],
)
def test_headers_of_another_form_fit_nothing(shown: dict[str, str]) -> None:
    now = datetime.fromtimestamp(VECTORS[0][0] / 1000, UTC)
    assert not signed(shown, BODY, [SECRET], now, EXAMPLE)


def test_an_app_without_a_secret_signs_nothing() -> None:
    raw, now = b"[]", datetime(2026, 11, 22, tzinfo=UTC)
    shown = {name.lower(): value for name, value in sign(raw, now, "").items()}
    assert not signed(shown, raw, [b""], now, URL)


# --- the events, pure ---


def keys(content: list[dict[str, Any]]) -> list[str]:
    return [one.key for one in events(content)]


def test_each_type_has_its_key() -> None:
    assert keys(
        [one for name in ("deal_stage_changed", "deal_created", "company_associated") for one in batch(name)]
    ) == [
        "deal.propertyChange.111111-50001-dealstage-1795316396000",
        "deal.creation.111111-50001--1795316391000",
        "deal.associationChange.111111-50001-60001-1795316391500",
    ]
    assert keys(batch("mixed")) == [
        "",
        "deal.propertyChange.111111-50001-dealstage-1795316396000",
        "company.propertyChange.111111-60001-city-1795316397000",
        "",
        "deal.associationChange.111111-50001-60001-removed-1795316397500",
        "deal.deletion.111111-50002--1795316397600",
        "deal.merge.111111-50003--1795316397700",
        "company.merge.111111-60001--1795316397800",
        "company.deletion.111111-60003--1795316397900",
        "deal.propertyChange.222222-50001-dealstage-1795316396000",
    ]


def test_both_kinds_of_subscriptions_give_the_same_key() -> None:
    (one,) = batch("deal_stage_changed")
    other = one | {"subscriptionType": "object.propertyChange", "objectTypeId": "0-3"}
    assert keys([one]) == keys([other])
    assert kind_of(other) == "deal.propertyChange"
    (ends,) = batch("company_associated")
    named = {"subscriptionType": "object.associationChange", "fromObjectTypeId": "0-3", "toObjectTypeId": "0-2"}
    assert keys([ends]) == keys([ends | named])


@pytest.mark.parametrize("changes", [{"objectTypeId": "2-123"}, {"objectTypeId": ["0-3"]}, {}])
def test_other_objects_are_nobodys(changes: dict[str, Any]) -> None:
    (one,) = batch("deal_stage_changed")
    assert keys([one | {"subscriptionType": "object.propertyChange"} | changes]) == [""]


def test_a_merge_is_known_by_the_record_that_is_left_where_it_names_no_other() -> None:
    (merge,) = (one for one in batch("mixed") if one["subscriptionType"] == "deal.merge")
    assert keys([merge]) == keys([{name: value for name, value in merge.items() if name != "objectId"}])


@pytest.mark.parametrize("name", ["portalId", "objectId", "subscriptionType", "occurredAt", "propertyName"])
@pytest.mark.parametrize("value", [None, "", "50001 ", True, 1.5, -1, 2**63, [1], {}])
def test_what_is_missing_or_of_another_type_is_said(name: str, value: object) -> None:
    (one,) = batch("deal_stage_changed")
    if (name, value) == ("subscriptionType", "") or (name, value) == ("subscriptionType", "50001 "):
        assert keys([one | {name: value}]) == [""]
        return
    with pytest.raises(ValueError, match=name):
        events([one | {name: value}])


@pytest.mark.parametrize("name", ["fromObjectId", "toObjectId"])
def test_an_association_has_two_ends(name: str) -> None:
    (one,) = batch("company_associated")
    with pytest.raises(ValueError, match=name):
        events([one | {name: "60001"}])


@pytest.mark.parametrize("content", [None, {}, {"portalId": 1}, "[]", 1, [[]], ["x"], [None]])
def test_what_is_no_list_of_events_is_said(content: object) -> None:
    with pytest.raises(ValueError, match=r"list|object"):
        events(content)
    assert portals_in(content) == []


# --- taking them in ---


def test_an_event_is_stored_sealed_and_the_bell_rung(ready: Stack) -> None:
    assert send(ready, batch("deal_stage_changed")) == told(accepted=1)
    (row,) = stored()
    assert (row["id"], row["state"]) == (STAGE, "pending")
    assert "contractsent" not in repr({name: value for name, value in row.items() if name != "sealed"})
    assert b"contractsent" not in row["sealed"]
    assert opened(ready, row) == {"source": "hubspot", "body": batch("deal_stage_changed")[0]}
    (bell,) = ready.bells()
    assert json.loads(bell["body"]) == {
        "workspace": "demo", "connection": "hubspot", "integration": "booking_to_hubspot",
    }  # fmt: skip


def test_the_bytes_are_signed_however_they_arrive(ready: Stack) -> None:
    assert send(ready, batch("company_changed"), packed=True) == told(accepted=3)
    raw = json.dumps(batch("company_changed"), indent=3).encode()
    assert ask(raw, sign(raw, ready.clock(), ready.hubspot.app.client_secret)) == told(repeated=3)


def test_repeats_are_recognised_also_within_one_batch_and_in_any_order(ready: Stack) -> None:
    whole = batch("company_changed")
    assert send(ready, whole[:2]) == told(accepted=2)
    again = [one | {"attemptNumber": 1, "eventId": 9} for one in reversed(whole)]
    assert send(ready, [*again, *whole]) == told(accepted=1, repeated=5)
    assert len(stored()) == 3


def test_a_mixed_batch_leaves_out_what_nobody_wants_and_whom_nobody_knows(ready: Stack) -> None:
    assert send(ready, batch("mixed")) == told(accepted=7, skipped=3)
    assert len(stored()) == 7
    assert all(opened(ready, row)["body"]["portalId"] == PORTAL for row in stored())
    assert len(ready.bells()) == 1


def test_each_workspace_of_a_portal_gets_its_own(ready: Stack) -> None:
    connected(ready, "other")
    connected(ready, "third", 222222)
    assert send(ready, batch("mixed")) == told(accepted=7 + 7 + 1, skipped=2)
    assert [len(stored(f"{name}#booking_to_hubspot")) for name in ("demo", "other", "third")] == [7, 7, 1]
    assert len(ready.bells()) == 3


def test_each_listening_integration_gets_its_own_and_one_that_is_off_notes_it(ready: Stack) -> None:
    both = HEARD | {"booking_to_salesforce": "salesforce"}
    connected(ready, listeners=both, off=["booking_to_salesforce"])
    assert send(ready, batch("deal_created")) == told(accepted=1, skipped=1)
    (noted,) = stored("demo#booking_to_salesforce")
    assert (noted["state"], noted["reason"], "sealed" in noted) == ("skipped", "integration_off", False)


@pytest.mark.parametrize("listeners", [None, {}])
def test_a_workspace_in_which_nobody_listens_stores_nothing(stack: Stack, listeners: dict[str, str] | None) -> None:
    portals.note(Vault(stack.clock), "hubspot", str(PORTAL), "demo", "")
    if listeners is not None:
        connected(stack, listeners=listeners)
    assert send(stack, batch("mixed")) == told(skipped=10)
    assert stored() == []


def test_an_unknown_portal_and_an_empty_list_are_answered_well(stack: Stack) -> None:
    assert send(stack, batch("deal_created")) == told(skipped=1)
    assert send(stack, []) == told()


def test_a_hundred_are_taken_and_no_more(ready: Stack) -> None:
    (one,) = batch("deal_created")
    many = [one | {"objectId": number} for number in range(101)]
    assert send(ready, many) == (400, {"error": "the body is no list of up to 100 events"})
    assert stored() == []
    assert send(ready, many[:100]) == told(accepted=100)
    assert len(ready.bells()) == 1


def test_one_event_that_is_none_stops_the_whole_batch(ready: Stack) -> None:
    content = [*batch("mixed"), {"subscriptionType": "deal.creation"}]
    assert send(ready, content) == (400, {"error": "portalId is missing or no number"})
    assert stored() == []


def test_a_body_that_is_too_large_is_refused(ready: Stack) -> None:
    assert send(ready, [{"filler": "x" * 270_000}])[0] == 413


# --- who may ---


@pytest.mark.parametrize("without", ["X-HubSpot-Signature-v3", "X-HubSpot-Request-Timestamp"])
def test_the_older_signatures_alone_let_nobody_in(ready: Stack, without: str) -> None:
    raw, secret = json.dumps(batch("deal_created")).encode(), ready.hubspot.app.client_secret
    shown = {name: value for name, value in sign(raw, ready.clock(), secret).items() if name != without}
    v2 = hashlib.sha256(secret.encode() + b"POST" + URL.encode() + raw).hexdigest()
    for more in ({}, {"X-HubSpot-Signature": v2, "X-HubSpot-Signature-Version": "v2"}):
        with mock.patch.object(aws, "client", side_effect=AssertionError("looked at")):
            assert ask(raw, shown | more) == (401, NOBODY)
    assert stored() == []


@pytest.mark.parametrize("late", [timedelta(minutes=5, milliseconds=1), timedelta(minutes=-5, milliseconds=-1)])
def test_a_recording_lets_nobody_in(ready: Stack, late: timedelta) -> None:
    raw = json.dumps(batch("deal_created")).encode()
    assert ask(raw, sign(raw, ready.clock() - late, ready.hubspot.app.client_secret)) == (401, NOBODY)


def test_another_address_or_secret_or_body_lets_nobody_in(ready: Stack) -> None:
    raw, now, secret = json.dumps(batch("deal_created")).encode(), ready.clock(), ready.hubspot.app.client_secret
    for wrong in (sign(raw, now, secret, f"{URL}/demo"), sign(raw, now, "guessed"), sign(raw + b" ", now, secret)):
        assert ask(raw, wrong) == (401, NOBODY)
    assert stored() == []


def test_without_an_address_of_our_own_the_apis_counts(ready: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RENKEI_PUBLIC_URL", "")
    assert send(ready, batch("deal_created")) == told(accepted=1)  # the request's domain name is the same
    monkeypatch.setenv("RENKEI_PUBLIC_URL", "https://elsewhere.example.com")
    assert send(ready, batch("deal_created")) == (401, NOBODY)


def test_hubspot_is_no_source_with_a_token(ready: Stack) -> None:
    request = http_event("POST", "/webhooks/hubspot/demo", "[]", {})
    request["pathParameters"] = {"vendor": "hubspot", "workspace": "demo"}
    assert webhooks.app.handler(request, Context())["statusCode"] == 401  # type: ignore[arg-type]
    shown = ready.api("GET", "/api/workspaces/demo/sources")[1]["sources"]
    assert "hubspot" not in [one["key"] for one in shown]
    body = {"integration": "booking_to_hubspot", "source": "hubspot", "payload": batch("deal_created")[0]}
    assert ready.api("POST", "/api/workspaces/demo/preview", body)[0] == 400


def test_the_deployments_secret_is_tried_before_any_table_is_read(ready: Stack) -> None:
    real, seen = aws.client, list[str]()

    def noting(service: str) -> Any:
        seen.append(service)
        return real(service)

    with mock.patch("webhooks.hubspot.client", noting), mock.patch("renkei.dynamo.client", noting):
        assert send(ready, batch("deal_created")) == told(accepted=1)
        assert seen[:2] == ["secretsmanager", "dynamodb"]
        seen.clear()
        ready.clock.sleep(299)
        assert send(ready, batch("deal_created")) == told(repeated=1)
        assert "secretsmanager" not in seen
        ready.clock.sleep(1)
        assert send(ready, batch("deal_created")) == told(repeated=1)
        assert seen.count("secretsmanager") == 1


def test_a_new_secret_counts_after_five_minutes(ready: Stack) -> None:
    assert send(ready, batch("deal_created")) == told(accepted=1)
    put_secret(json.dumps({"client_id": "x", "client_secret": OWN}))
    assert send(ready, batch("deal_created"), OWN) == (401, NOBODY)
    ready.clock.sleep(300)
    assert send(ready, batch("deal_created"), OWN) == told(repeated=1)
    assert send(ready, batch("deal_created")) == (401, NOBODY)


def put_secret(text: str) -> None:
    aws.client("secretsmanager").put_secret_value(SecretId="renkei/hubspot-app", SecretString=text)


# --- apps that workspaces bring ---


def test_an_own_app_counts_for_its_workspace_alone(ready: Stack) -> None:
    connected(ready, "own", secret=OWN)
    connected(ready, "apart", secret="another-app-of-somebody-else")
    assert send(ready, batch("mixed"), OWN) == told(accepted=7, skipped=3)
    assert [len(stored(f"{name}#booking_to_hubspot")) for name in ("demo", "own", "apart")] == [0, 7, 0]
    assert send(ready, batch("mixed")) == told(accepted=14, repeated=7, skipped=3)


def test_an_own_app_says_nothing_of_other_portals(ready: Stack) -> None:
    connected(ready, "own", 222222, OWN)
    assert send(ready, batch("mixed"), OWN) == told(accepted=1, skipped=9)
    assert send(ready, batch("deal_created"), OWN) == (401, NOBODY)
    assert stored() == []


@pytest.mark.parametrize("text", ["", "{}", "[]", "no json", '{"client_id": "", "client_secret": ""}'])
def test_a_deployment_without_an_app_takes_those_of_own_apps(ready: Stack, text: str) -> None:
    put_secret(text or "null")
    connected(ready, "own", secret=OWN)
    assert send(ready, batch("deal_created"), OWN) == told(accepted=1)
    assert send(ready, batch("deal_created"), "guessed") == (401, NOBODY)


def test_an_own_apps_body_that_is_none_is_said(ready: Stack) -> None:
    connected(ready, "own", secret=OWN)
    content = [*batch("deal_created"), {"subscriptionType": "deal.creation"}]
    assert send(ready, content, OWN) == (400, {"error": "portalId is missing or no number"})


def test_whoever_names_many_portals_has_no_keys_looked_up(ready: Stack) -> None:
    content = [batch("deal_created")[0] | {"portalId": number} for number in range(26)]
    with mock.patch.object(portals, "of", side_effect=AssertionError("looked up")):
        assert send(ready, content, "guessed") == (401, NOBODY)


def test_a_key_that_opens_no_more_takes_nothing_with_it(ready: Stack) -> None:
    connected(ready, "own", secret=OWN)
    row = {"workspace": f"portal#hubspot#{PORTAL}", "item": "apart", "keys": [b"\x01\x00\x02xx" + b"0" * 40]}
    Table("workspaces").put(row)
    assert send(ready, batch("deal_created"), OWN) == told(accepted=1)


# --- what is down ---


@pytest.mark.parametrize(
    ("service", "operation"),
    [
        ("secretsmanager", "get_secret_value"),
        ("dynamodb", "query"),
        ("dynamodb", "get_item"),
        ("dynamodb", "put_item"),
        ("kms", "generate_data_key"),
    ],
)
def test_nothing_is_acknowledged_while_something_is_down(ready: Stack, service: str, operation: str) -> None:
    vault = Vault(ready.clock)
    vault.digest("made", "before")
    for refused in (
        ClientError({"Error": {"Code": "ThrottlingException"}}, operation),
        EndpointConnectionError(endpoint_url="https://aws.example"),
    ):
        ready.restart()
        with mock.patch.object(aws.client(service), operation, side_effect=refused):
            assert send(ready, batch("deal_created"))[0] == 503
    assert stored() == []
    assert send(ready, batch("deal_created")) == told(accepted=1)


def test_nothing_is_refused_while_an_own_apps_key_cannot_be_opened(ready: Stack) -> None:
    connected(ready, "own", secret=OWN)
    ready.restart()
    with mock.patch.object(aws.client("kms"), "decrypt", side_effect=EndpointConnectionError(endpoint_url="x")):
        assert send(ready, batch("deal_created"), OWN)[0] == 503
    assert send(ready, batch("deal_created"), OWN) == told(accepted=1)


def test_a_batch_that_was_cut_off_goes_on_when_it_is_sent_again(ready: Stack) -> None:
    dynamodb, puts = aws.client("dynamodb"), list[str]()
    real = dynamodb.put_item

    def third_fails(**request: Any) -> Any:
        puts.append(request["TableName"])
        if len(puts) == 3:
            raise EndpointConnectionError(endpoint_url="https://aws.example")
        return real(**request)

    with mock.patch.object(dynamodb, "put_item", third_fails):
        assert send(ready, batch("mixed"))[0] == 503
    assert len(stored()) == 2
    assert send(ready, batch("mixed")) == told(accepted=5, repeated=2, skipped=3)


def test_a_bell_that_cannot_be_rung_costs_nothing_but_a_minute(ready: Stack) -> None:
    with mock.patch.object(aws.client("sqs"), "send_message", side_effect=EndpointConnectionError(endpoint_url="x")):
        assert send(ready, batch("deal_created")) == told(accepted=1)
    assert ready.bells() == []


def test_what_a_hundred_events_cost(ready: Stack) -> None:
    (one,) = batch("deal_created")
    send(ready, batch("deal_stage_changed"))  # the data key and the secret are known
    calls: dict[str, int] = {}

    def count(model: Any, **_: Any) -> None:
        calls[model.name] = calls.get(model.name, 0) + 1

    for service in ("dynamodb", "kms", "sqs", "secretsmanager"):
        aws.client(service).meta.events.register("before-call", count, unique_id="count")
    assert send(ready, [one | {"objectId": number} for number in range(100)]) == told(accepted=100)
    for service in ("dynamodb", "kms", "sqs", "secretsmanager"):
        aws.client(service).meta.events.unregister("before-call", unique_id="count")
    assert calls == {"Query": 1, "GetItem": 1, "PutItem": 100, "SendMessage": 1}


def test_the_sandbox_signs_as_hubspot_does(ready: Stack) -> None:
    raw = json.dumps(batch("mixed"), ensure_ascii=False).encode()
    assert ask(raw, ready.hubspot.signed(raw, URL)) == told(accepted=7, skipped=3)


# --- the app that is shipped ---

APP = ROOT / "docs" / "hubspot-app" / "src" / "app" / "webhooks" / "webhooks-hsmeta.json"


def test_the_shipped_app_subscribes_to_what_is_taken_in_and_sends_it_here() -> None:
    shipped = json.loads(APP.read_text("utf-8"))
    assert shipped["type"] == "webhooks"
    assert shipped["config"]["settings"] == {
        "targetUrl": f"https://REPLACE-ME.example.com{PATH}", "maxConcurrentRequests": 10,
    }  # fmt: skip
    lines = shipped["config"]["subscriptions"]["legacyCrmObjects"]
    assert all(line["active"] for line in lines)
    assert {line["subscriptionType"] for line in lines} <= KINDS
    assert all(("propertyName" in line) == line["subscriptionType"].endswith("propertyChange") for line in lines)
    found = {(line["subscriptionType"], line.get("propertyName", "")) for line in lines}
    assert len(found) == len(lines)
    assert found == {(one.type, one.name) for one in SUBSCRIPTIONS}
    assert parsed()["Outputs"]["HubspotWebhookUrl"]["Value"]["Fn::Sub"][0] == f"${{Base}}{PATH}"


# --- who listens, and to which portals ---


def test_connecting_notes_the_portal_and_ending_forgets_it(stack: Stack) -> None:
    stack.set_up()
    (row,) = portals.of("hubspot", str(PORTAL))
    assert (row["item"], row["keys"]) == ("demo", [])
    stack.api("DELETE", "/api/workspaces/demo/connections/hubspot?waiting=keep")
    assert portals.of("hubspot", str(PORTAL)) == []


def bring_app(stack: Stack) -> None:
    app = stack.hubspot.app
    assert stack.connect(client_id=app.client_id, client_secret=app.client_secret)["statusCode"] == 200


def test_an_own_apps_secret_is_kept_sealed_and_goes_with_its_app(stack: Stack) -> None:
    bring_app(stack)
    (row,) = portals.of("hubspot", str(PORTAL))
    secret = stack.hubspot.app.client_secret
    assert secret not in repr(row)
    assert portals.keys(stack.platform.vault, "hubspot", str(PORTAL), row) == [secret.encode()]
    bring_app(stack)
    (row,) = portals.of("hubspot", str(PORTAL))
    assert len(row["keys"]) == 1
    stack.connect()  # with the deployment's
    assert portals.of("hubspot", str(PORTAL))[0]["keys"] == []


def test_switching_the_portal_moves_the_row(stack: Stack) -> None:
    stack.connect()
    assert stack.connect(222222, switch_account=True)["statusCode"] == 200
    assert portals.of("hubspot", str(PORTAL)) == []
    assert [row["item"] for row in portals.of("hubspot", "222222")] == ["demo"]


def test_the_portal_is_noted_before_the_connection_and_dropped_after_it(stack: Stack) -> None:
    bring_app(stack)
    with (
        mock.patch("renkei.connections.Connections.connect", side_effect=KeyboardInterrupt),
        pytest.raises(KeyboardInterrupt),
    ):
        stack.connect(222222, switch_account=True)
    assert len(portals.of("hubspot", "222222")) == 1
    assert len(portals.of("hubspot", str(PORTAL))[0]["keys"]) == 1
    with (
        mock.patch("renkei.connections.Connections.connect", side_effect=KeyboardInterrupt),
        pytest.raises(KeyboardInterrupt),
    ):
        stack.connect()  # a crash before it is sure that the own app is over
    assert len(portals.of("hubspot", str(PORTAL))[0]["keys"]) == 1


def test_who_connects_anew_while_it_is_ended_keeps_the_row(stack: Stack) -> None:
    stack.connect()
    real = portals.drop

    def late(*row: str) -> None:
        stack.clock.sleep(1)
        bring_app(stack)
        real(*row)

    with mock.patch.object(portals, "drop", late):
        stack.api("DELETE", "/api/workspaces/demo/connections/hubspot?waiting=keep")
    (row,) = portals.of("hubspot", str(PORTAL))
    secret = stack.hubspot.app.client_secret.encode()
    assert portals.keys(stack.platform.vault, "hubspot", str(PORTAL), row) == [secret]


@pytest.mark.parametrize("step", ["renkei.portals.drop", "renkei.connections.Connections.disconnected"])
def test_an_end_that_was_cut_off_drops_the_row_the_next_time(stack: Stack, step: str) -> None:
    bring_app(stack)
    end = "/api/workspaces/demo/connections/hubspot?waiting=keep"
    with mock.patch(step, side_effect=KeyboardInterrupt), pytest.raises(KeyboardInterrupt):
        stack.api("DELETE", end)
    assert stack.api("DELETE", end)[0] == 200
    assert portals.of("hubspot", str(PORTAL)) == []


@pytest.mark.parametrize(
    ("settings", "listeners", "off"),
    [
        (None, {}, []),
        ({"document": {}}, {}, []),
        ({"document": {"integrations": {"booking_to_hubspot": {}}}}, {}, []),
        ({"document": {"integrations": {"hubspot_to_board": {}}}}, {"hubspot_to_board": "board"}, []),
        ({"document": {}, "named": ["hubspot_to_board"]}, {"hubspot_to_board": "board"}, []),
        (
            {"document": {"integrations": {"hubspot_to_board": {"enabled": False}}}},
            {"hubspot_to_board": "board"},
            ["hubspot_to_board"],
        ),
    ],
)
def test_only_who_stands_or_ever_stood_in_the_file_listens(
    settings: dict[str, Any] | None, listeners: dict[str, str], off: list[str]
) -> None:
    assert console.sources._listening("hubspot", settings) == {"listeners": listeners, "off": off}


def test_applying_the_file_says_who_listens(stack: Stack) -> None:
    stack.set_up()
    assert (workspaces.source("demo", "hubspot") or {})["listeners"] == {}
    shown = stack.api("GET", "/api/workspaces/demo/connections")[1]["connections"]
    assert [one["vendor"] for one in shown].count("hubspot") == 1
