"""What goes wrong at either vendor: nothing is lost, nothing is made twice, and people read what to do."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from local.sandbox.board.accounts import Tick
from local.sandbox.faults import Fault
from tests.crash.outside import settles
from tests.functions.hubspot_to_board.spoiling import connected, later, new_deal, one_of_each, opened, told_of
from tests.harness import PORTAL, Stack
from tests.office import Office

HOUR = 3600.0


@pytest.fixture
def office(stack: Stack) -> Office:
    return opened(stack)


# Each call of a new deal, spoiled in each way.

CALLS = {
    "the deal": ("hubspot", "GET", "*/deals/*", 1),
    "owners": ("hubspot", "GET", "*/owners/*", 1),
    "the company": ("hubspot", "GET", "*/companies/*", 1),
    "the page": ("hubspot", "PATCH", "*/companies/*", 1),
    "the user": ("board", "GET", "/v1/users", 1),
    "the client": ("board", "GET", "/v1/clients", 1),
    "a new client": ("board", "POST", "/v1/clients", 1),
    "a new project": ("board", "POST", "/v1/projects", 1),
}
SPOILED: dict[str, dict[str, Any]] = {
    "cut before": {"kind": "cut_before"},
    "cut after": {"kind": "cut_after"},
    "timeout after": {"kind": "timeout_after"},
    "junk": {"kind": "junk_body"},
    "500": {"status": 500},
    "429": {"status": 429},
}


@pytest.mark.parametrize("spoiled", SPOILED.values(), ids=SPOILED)
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_a_spoiled_call_of_a_new_deal_ends_with_one_project_and_one_client(
    office: Office, call: tuple[str, str, str, int], spoiled: dict[str, Any]
) -> None:
    vendor, method, path, every = call
    faults = {"board": office.board, "hubspot": office.hubspot}[vendor].faults
    fault = faults.add(Fault(method, path, every=every, **spoiled))
    new_deal(office)
    assert fault.struck == 1
    settles(office.stack)
    one_of_each(office)
    (company,) = office.stack.the("companies")
    assert company["properties"]["address2"].endswith(f"/clients/{office.clients()[0]['id']}/edit")


def test_all_calls_of_a_new_deal_are_in_the_table(office: Office) -> None:
    new_deal(office)
    assert len(office.calls()) == len(CALLS)


@pytest.mark.parametrize("spoiled", SPOILED.values(), ids=SPOILED)
@pytest.mark.parametrize("write", ["PATCH", "GET"])
def test_a_spoiled_call_of_a_stage_change(office: Office, write: str, spoiled: dict[str, Any]) -> None:
    deal = new_deal(office)
    if write == "GET":
        fault = office.hubspot.faults.add(Fault("*", "*/deals/*", **spoiled))
    else:
        fault = office.board.faults.add(Fault("PATCH", "/v1/projects/order_status/*", **spoiled))
    office.move(deal, "失注")
    office.tell()
    assert fault.struck == 1
    settles(office.stack)
    assert one_of_each(office)["order_status_name"] == "失注"


# Permissions of the token.


def _moves(office: Office) -> None:
    deal = new_deal(office)
    office.board.configure({"withheld": ["projects.order_status"]})
    office.move(deal, "受注済")
    office.tell()


def _lost(office: Office) -> None:
    """The answer to the POST was lost, and looking is not allowed."""
    office.board.faults.add(Fault("POST", "/v1/projects", "timeout_after"))
    new_deal(office)
    later(office)


def _heard_late(office: Office) -> None:
    """What is heard late is weighed against what board shows."""
    new_deal(office)
    (deal,) = office.stack.the("deals")
    office.move(deal["id"], "受注済")
    office.wait(600)
    office.tell()


def _by_night(office: Office) -> None:
    office.wait(24 * HOUR)
    assert office.stack.dispatch("hubspot_to_board", "sync") == 1
    office.work()


TICKS: list[tuple[Tick, str, Callable[[Office], object]]] = [
    ("users.list", "ユーザー: リストの取得", new_deal),
    ("clients.list", "顧客: リストの取得", new_deal),
    ("clients.create", "顧客: 登録", new_deal),
    ("projects.create", "案件: 登録", new_deal),
    ("projects.order_status", "案件: 受注ステータス更新", _moves),
    ("projects.list", "案件: リストの取得", _lost),
    ("projects.read", "案件: 取得", _heard_late),
    ("clients.list", "顧客: リストの取得", _by_night),
    ("projects.list", "案件: リストの取得", _by_night),
    ("invoices.list", "請求: リストの取得", _by_night),
]


@pytest.mark.parametrize(("tick", "label", "deed"), TICKS)
def test_a_missing_tick_is_named_and_all_goes_on_when_it_is_set(
    office: Office, tick: Tick, label: str, deed: Callable[[Office], object]
) -> None:
    if deed is not _moves:
        office.board.configure({"withheld": [tick]})
    deed(office)
    waiting = told_of(office, "parked")
    assert waiting
    assert all(label in one["message"] for one in waiting), waiting
    assert {one["reason"] for one in waiting} == {"board_permission"}
    assert not told_of(office, "rejected")
    office.board.configure({"withheld": []})
    assert connected(office)
    settles(office.stack)
    assert not told_of(office, "rejected")
    if deed is not _by_night:
        one_of_each(office)


@pytest.mark.parametrize(
    ("tick", "label", "keep"), [("clients.read", "顧客: 取得", "always"), ("clients.update", "顧客: 更新", "always")]
)
def test_a_missing_tick_for_a_companys_data(office: Office, tick: Tick, label: str, keep: str) -> None:
    office.apply(keep_company=keep)
    new_deal(office)
    office.board.configure({"withheld": [tick]})
    (company,) = office.stack.the("companies")
    office.hubspot.change(PORTAL, "companies", company["id"], {"phone": "0312345678"})
    office.tell()
    (waiting,) = told_of(office, "parked")
    assert label in waiting["message"]
    office.board.configure({"withheld": []})
    assert connected(office)
    settles(office.stack)
    assert office.clients()[0]["tel"] == "03-1234-5678"


# What is refused.


@pytest.mark.parametrize("status", [400, 422])
@pytest.mark.parametrize(("path", "field"), [("/v1/projects", "invoice_date"), ("/v1/clients", "tel")])
def test_a_refused_value_is_told_by_its_field_and_never_quoted(
    office: Office, path: str, field: str, status: int
) -> None:
    body = json.dumps({"message": "青空商事 は不正です", "errors": {field: ["青空商事 は不正な値です"]}})
    office.board.faults.add(Fault("POST", path, status=status, body=body, times=None))
    new_deal(office)
    refused = told_of(office, "rejected")
    assert refused
    assert {one["reason"] for one in refused} == {"board_value"}
    assert all(field in one["message"] for one in refused)
    assert "青空" not in json.dumps(refused, ensure_ascii=False)
    office.board.faults.clear()
    for one in refused:
        assert office.stack.api("POST", f"/api/workspaces/demo/deliveries/{one['id']}/retry")[0] == 200
    settles(office.stack)
    one_of_each(office)
