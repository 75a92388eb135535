"""The JSON API: setting a workspace up, looking after its deliveries, previews."""

from __future__ import annotations

import json
from typing import Any
from unittest import mock

import pytest

import console.app
from renkei.dynamo import Table
from tests.harness import PORTAL, SETTINGS, TOKEN, Context, Stack, booking, event, http_event


def put(stack: Stack, document: object) -> tuple[int, dict[str, Any]]:
    return stack.api("PUT", "/api/workspaces/demo", document)


def test_what_was_applied_is_exported_and_applies_again(ready: Stack) -> None:
    status, exported = ready.api("GET", "/api/workspaces/demo")
    assert status == 200
    row = exported["integrations"]["booking_to_hubspot"]["calendars"][0]["company"][2]
    assert row == {"property": "numberofemployees", "question": "従業員数", "policy": "create"}
    assert put(ready, exported)[0] == 200
    assert ready.api("GET", "/api/workspaces/demo")[1] == exported
    assert ready.api("GET", "/api/workspaces")[1] == {"workspaces": ["demo"]}


@pytest.mark.parametrize(
    ("document", "path", "words"),
    [
        ({}, ["workspace"], "required"),
        ({"workspace": "Demo!"}, ["workspace"], "match"),
        ({"workspace": "other"}, ["workspace"], "this file is for other"),
        ({"workspace": "demo", "language": "fr"}, ["language"], "'ja', 'en' or 'de'"),
        ({"workspace": "demo", "surprise": 1}, ["surprise"], "not permitted"),
        ({"workspace": "demo", "integrations": {"else": {}}}, ["integrations", "else"], "no such integration"),
        ({"workspace": "demo", "sources": {"timerex": {"header": "a b"}}}, ["sources", "timerex", "header"], "match"),
    ],
)
def test_a_wrong_file_names_the_place(ready: Stack, document: object, path: list[str], words: str) -> None:
    status, told = put(ready, document)
    (problem,) = told["error"]["problems"]
    assert (status, problem["path"]) == (422, path)
    assert words in problem["message"]


@pytest.mark.parametrize(
    ("row", "below", "words"),
    [
        ({"property": "city"}, [], "exactly one of from, question and text"),
        ({"property": "city", "from": "company_name", "text": "x"}, [], "exactly one"),
        ({"property": "city", "from": "age"}, [], "unknown booking field; allowed: company_name"),
        ({"property": "city", "text": "x", "policy": "merge"}, ["policy"], "'create', 'fill' or 'overwrite'"),
        ({"property": "name", "text": "x"}, None, "mapped twice"),
        ({"property": "numberofemployees", "text": "many"}, None, "mapped twice"),
        ({"property": "annualrevenue", "text": "many"}, ["text"], "takes a number"),
    ],
)
def test_a_wrong_row_names_the_place(ready: Stack, row: dict[str, str], below: list[str] | None, words: str) -> None:
    settings = json.loads(json.dumps(SETTINGS))
    settings["calendars"][0]["company"].append(row)
    status, told = ready.apply(settings)
    (problem,) = told["error"]["problems"]
    place = ["integrations", "booking_to_hubspot", "calendars", 0]
    assert (status, problem["path"]) == (422, place if below is None else [*place, "company", 3, *below])
    assert words in problem["message"]


def test_company_rows_need_a_name_or_a_domain(ready: Stack) -> None:
    settings = {"calendars": [{"company": [{"property": "city", "text": "東京"}]}]}
    assert "name or for domain" in ready.apply(settings)[1]["error"]["problems"][0]["message"]


def test_rows_cannot_be_checked_without_a_connection(stack: Stack) -> None:
    status, told = stack.apply()
    assert (status, "renkei connect hubspot" in told["error"]["problems"][0]["message"]) == (422, True)


def test_what_is_refused_changes_nothing(ready: Stack) -> None:
    before = ready.api("GET", "/api/workspaces/demo")[1]
    assert ready.apply({"calendars": []})[0] == 422
    assert ready.api("GET", "/api/workspaces/demo")[1] == before


@pytest.mark.parametrize("body", ["", "[]", "{", '"x"'])
def test_a_body_that_is_no_object(ready: Stack, body: str) -> None:
    request = http_event("PUT", "/api/workspaces/demo", body, {})
    answer = console.app.handler(request, Context())  # type: ignore[arg-type]
    assert (answer["statusCode"], json.loads(answer["body"])["error"]["code"]) == (400, "no_json")


@pytest.mark.parametrize("token", [None, "", "short", " padded-security-token-0001", 5])
def test_a_token_that_is_none(ready: Stack, token: object) -> None:
    status, told = ready.api("POST", "/api/workspaces/demo/connections/timerex", {"token": token})
    assert (status, told["error"]["code"]) == (400, "bad_token")


def test_connecting_what_is_unknown(ready: Stack) -> None:
    assert ready.api("POST", "/api/workspaces/demo/connections/else", {})[0] == 404
    assert ready.api("POST", "/api/workspaces/Not%20One/connections/hubspot", {})[0] == 400
    assert ready.api("GET", "/api/workspaces/nobody")[0] == 404
    assert ready.api("GET", "/api/nothing")[0] == 404


def test_the_connections_show_no_secret(ready: Stack) -> None:
    _, told = ready.api("GET", "/api/workspaces/demo/connections")
    hubspot, timerex = told["connections"]
    assert (hubspot["vendor"], hubspot["state"], hubspot["account"]) == ("hubspot", "connected", str(PORTAL))
    assert (timerex["vendor"], timerex["tokens"]) == ("timerex", 1)
    assert TOKEN not in json.dumps(told)
    assert "sealed" not in json.dumps(told)


def test_deliveries_come_newest_first_and_in_pages(ready: Stack) -> None:
    for number in range(7):
        ready.post(booking(number) if number % 2 else booking(number, kind="cancelled"))
        ready.clock.sleep(1)
    ready.work()
    seen: list[str] = []
    after: str | None = ""
    while after is not None:
        _, told = ready.api(
            "GET", f"/api/workspaces/demo/deliveries?limit=3&after={after}".replace("#", "%23").replace("+", "%2B")
        )
        seen += [delivery["accepted_at"] for delivery in told["deliveries"]]
        after = told["next"]
    assert len(seen) == 7
    assert seen == sorted(seen, reverse=True)
    assert {delivery["state"] for delivery in ready.deliveries("skipped")} == {"skipped"}
    assert len(ready.deliveries("skipped")) == 4
    assert ready.api("GET", "/api/workspaces/demo/deliveries?state=gone")[0] == 400
    assert ready.api("GET", "/api/workspaces/demo/deliveries?limit=1000")[0] == 400


def test_one_delivery(ready: Stack) -> None:
    ready.post(booking(5))
    (delivery,) = ready.deliveries()
    assert ready.api("GET", f"/api/workspaces/demo/deliveries/{delivery['id']}")[1] == delivery
    assert ready.api("GET", "/api/workspaces/demo/deliveries/booking_to_hubspot.timerex.event_confirmed.0")[0] == 404


def test_a_settled_delivery_has_nothing_to_retry(ready: Stack) -> None:
    ready.post(booking(5))
    ready.work()
    (delivery,) = ready.deliveries()
    assert ready.api("POST", f"/api/workspaces/demo/deliveries/{delivery['id']}/retry")[0] == 409
    assert ready.api("POST", "/api/workspaces/demo/deliveries/else.x/retry")[0] == 404


def preview(stack: Stack, payload: object, **headers: str) -> tuple[int, dict[str, Any]]:
    body = {"integration": "booking_to_hubspot", "source": "timerex", "payload": payload}
    return stack.api("POST", "/api/workspaces/demo/preview", body, **headers)


def test_a_preview_says_what_it_would_do_and_does_nothing(ready: Stack) -> None:
    status, told = preview(ready, event("timerex/event_confirmed"))
    assert (status, told["outcome"]) == (200, "delivered")
    assert [step["action"] for step in told["would"]] == ["company_created", "contact_created", "associated"]
    fields = {(field["object"], field["property"]): field for field in told["fields"]}
    assert fields["company", "domain"]["why"] == "from guest_email"
    assert fields["company", "numberofemployees"]["value"] == "1200"
    assert (ready.the("companies"), ready.the("contacts"), ready.deliveries()) == ([], [], [])
    assert {call.method + call.path[-6:] for call in ready.hubspot.calls} == {"POSTsearch", "GETple.jp"}


def test_a_preview_of_what_is_there_already(ready: Stack) -> None:
    ready.post(event("timerex/event_confirmed"))
    ready.work()
    _, told = preview(ready, event("timerex/event_confirmed"), **{"accept-language": "de"})
    assert [step["action"] for step in told["would"]] == ["company_there", "contact_there"]
    assert "ist schon da" in told["would"][0]["text"]


@pytest.mark.parametrize(
    ("payload", "status", "words"),
    [
        ({}, 400, "webhook_type"),
        (event("timerex/unknown_type"), 200, "使わない"),
        (event("timerex/event_cancelled"), 200, "キャンセル"),
        (booking(guest_email=""), 200, "メールアドレス"),
    ],
)
def test_a_preview_of_what_will_not_be_delivered(ready: Stack, payload: object, status: int, words: str) -> None:
    code, told = preview(ready, payload)
    assert code == status
    assert words in (told.get("reason") or told["error"]["message"])


def test_a_preview_without_a_connection_says_what_to_do(stack: Stack) -> None:
    stack.set_up()
    stack.api("DELETE", "/api/workspaces/demo/connections/hubspot")
    status, told = preview(stack, booking(), **{"accept-language": "en"})
    assert (status, told["error"]["message"][:25]) == (409, "HubSpot is not connected.")


def test_the_store_being_down_is_said(ready: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RENKEI_WORKSPACES_TABLE", "no-such-table")
    assert ready.api("GET", "/api/workspaces/demo")[0] == 503


def test_a_bug_of_ours_is_told_without_what_it_quotes(
    ready: Stack, monkeypatch: pytest.MonkeyPatch, capsys: Any
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("佐々木 花子")

    monkeypatch.setattr("booking_to_hubspot.app.plan", broken)
    status, told = preview(ready, booking())
    assert (status, told["error"]["code"]) == (500, "bug")
    printed = capsys.readouterr()
    assert "佐々木" not in printed.out + printed.err
    assert '"Bugs":[1' in printed.out.replace(" ", "")


def test_a_delivery_that_changes_its_state_while_it_is_listed_is_shown_once(ready: Stack) -> None:
    ready.post(booking(5))
    ready.bells()
    (row,), _ = ready.platform.deliveries.due("demo", "booking_to_hubspot", 1)
    asked = Table.query

    def settled_meanwhile(self: Table, *args: Any, **kwargs: Any) -> Any:
        yield from list(asked(self, *args, **kwargs))
        ready.platform.deliveries.settle(row, "delivered", outcome={})

    with mock.patch.object(Table, "query", settled_meanwhile):
        assert len(ready.deliveries()) == 1
