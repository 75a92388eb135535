"""It works with two accounts: when either ends, deals wait, the other connection lives on, and then all goes on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from local.sandbox.board import DEMO
from tests.harness import PORTAL
from tests.office import Office

AT = "/api/workspaces/demo/connections"


def live(office: Office) -> dict[str, str]:
    """The connections and their states."""
    return {one.vendor: one.state for one in office.stack.platform.connections.of("demo")}


def connect_board(office: Office, **keys: str) -> None:
    given = {"api_key": DEMO.api_key, "api_token": DEMO.api_token, **keys}
    status, told = office.stack.api("POST", f"{AT}/board", {"secrets": given})
    assert status == 200, told


def later(office: Office, seconds: float = 60) -> None:
    """Let the minute's sweep run."""
    for _ in range(3):
        office.wait(seconds)
        office.stack.sweep()
        office.work()


def withdrawn(office: Office) -> None:
    office.board.configure({"withdrawn": [DEMO.api_token]})


def withdrawn_otherwise(office: Office) -> None:
    office.board.configure({"withdrawn": [DEMO.api_token], "unknown_token": 403})


def no_plan(office: Office) -> None:
    office.board.configure({"paid_plan": False})


def uninstalled(office: Office) -> None:
    office.hubspot.uninstall(PORTAL)


def paid_again(office: Office) -> None:
    office.board.configure({"paid_plan": True})
    connect_board(office)


def new_token(office: Office) -> None:
    connect_board(office, api_token=office.board.issue_token())


def installed_again(office: Office) -> None:
    assert office.stack.connect()["statusCode"] == 200


ENDS = [
    pytest.param(withdrawn, new_token, "board", id="board token"),
    pytest.param(no_plan, paid_again, "board", id="board plan"),
    pytest.param(uninstalled, installed_again, "hubspot", id="hubspot"),
]


@pytest.mark.parametrize(("end", "again", "vendor"), ENDS)
@pytest.mark.parametrize("linked", [True, False])
def test_a_refused_account_breaks_its_own_connection_alone(
    office: Office, end: Callable[[Office], None], again: Callable[[Office], None], vendor: str, linked: bool
) -> None:
    other = {"board": "hubspot", "hubspot": "board"}[vendor]
    deal = office.linked("見積中(中)") if linked else office.deal(office.company())
    office.tell()
    office.move(deal, "受注済")
    end(office)
    office.tell()
    assert live(office) == {vendor: "reconnect", other: "connected"}
    assert office.ended("parked")
    assert (office.ended("rejected"), office.ended("pending")) == ({}, {})
    again(office)
    later(office)
    assert live(office) == {vendor: "connected", other: "connected"}
    assert [one["order_status_name"] for one in office.projects()] == ["受注済"]
    assert (office.ended("parked"), office.ended("pending"), office.ended("rejected")) == ({}, {}, {})


def test_a_token_that_was_withdrawn_may_look_as_one_without_ticks(office: Office) -> None:
    """board may answer 403 to both: deals wait either way, and HubSpot's connection lives."""
    withdrawn_otherwise(office)
    office.deal(office.company(), status="見積中(中)")
    office.tell()
    assert live(office)["hubspot"] == "connected"
    assert office.ended("parked")
    new_token(office)
    later(office)
    assert len(office.projects()) == 1
    assert office.ended("parked") == {}


@pytest.mark.parametrize(("end", "again", "vendor"), ENDS)
def test_a_run_of_the_night_waits_too(
    office: Office, end: Callable[[Office], None], again: Callable[[Office], None], vendor: str
) -> None:
    deal = office.linked("見積中(中)")
    office.wait(60)
    office.board.change("projects", office.projects()[0]["id"], {"order_status": 5})
    end(office)
    assert office.night()["state"] == "parked"
    assert live(office) == {"board": "connected", "hubspot": "connected"} | {vendor: "reconnect"}
    assert office.status(deal) == "見積中(中)"
    again(office)
    later(office)
    assert office.status(deal) == "受注済"


@pytest.mark.parametrize(("vendor", "again"), [("board", connect_board), ("hubspot", installed_again)])
def test_without_a_connection_deals_wait_for_it(office: Office, vendor: str, again: Callable[[Office], None]) -> None:
    office.deal(office.company(), status="見積中(中)")
    office.stack.hear()
    assert office.stack.api("DELETE", f"{AT}/{vendor}?waiting=keep")[0] == 200
    office.work()
    (message,) = office.ended("parked").values()
    assert f"renkei connect {vendor}" in message or vendor in message.lower()
    assert office.projects() == []
    again(office)
    later(office)
    assert (len(office.projects()), office.ended("parked"), office.ended("pending")) == (1, {}, {})


@pytest.mark.parametrize("first", ["board", "hubspot"])
def test_both_may_end_and_come_back_in_any_order(office: Office, first: str) -> None:
    deal = office.linked("見積中(中)")
    office.move(deal, "受注済")
    withdrawn(office)
    uninstalled(office)
    office.tell()
    steps = [new_token, installed_again]
    for again in steps if first == "board" else reversed(steps):
        again(office)
        later(office)
    if "reconnect" in live(office).values():  # what was not looked at while the other one was broken
        installed_again(office)
        new_token(office)
        later(office)
    assert [one["order_status_name"] for one in office.projects()] == ["受注済"]
    assert office.ended("parked") == {}


@pytest.mark.parametrize(
    ("tick", "label"),
    [
        ("projects.create", "案件: 登録"),
        ("clients.create", "顧客: 登録"),
        ("clients.list", "顧客: リストの取得"),
        ("users.list", "ユーザー: リストの取得"),
    ],
)
def test_a_missing_tick_is_named_and_nothing_is_broken(office: Office, tick: str, label: str) -> None:
    office.board.configure({"withheld": [tick]})
    office.deal(office.company(), status="見積中(中)")
    office.tell()
    (message,) = office.ended("parked").values()
    assert label in message
    assert live(office) == {"board": "connected", "hubspot": "connected"}
    assert office.projects() == []
    office.board.configure({"withheld": []})
    new_token(office)
    later(office, 200)
    assert (len(office.projects()), len(office.clients())) == (1, 1)
    assert office.ended("parked") == {}


def test_a_tick_that_is_set_later_is_enough(office: Office) -> None:
    """The parked delivery says that it goes on by itself once the tick is set."""
    office.board.configure({"withheld": ["projects.create"]})
    office.deal(office.company(), status="見積中(中)")
    office.tell()
    assert "自動で再開" in office.ended("parked")["board_permission"]
    office.board.configure({"withheld": []})
    later(office)
    office.night()
    office.stack.daily()
    later(office, 600)
    assert len(office.projects()) == 1


def test_the_status_tick_of_its_own(office: Office) -> None:
    deal = office.linked("見積中(中)")
    office.board.configure({"withheld": ["projects.order_status"]})
    office.move(deal, "受注済")
    office.tell()
    (message,) = office.ended("parked").values()
    assert "受注ステータス更新" in message
    assert office.projects()[0]["order_status_name"] == "見積中(中)"


# The test of the connection.


def checks(office: Office) -> dict[str, Any]:
    office.wait(5)
    status, told = office.stack.api("POST", f"{AT}/board/test")
    assert status == 200, told
    return {one["message"]: one for one in told["checks"]}


@pytest.mark.parametrize(
    ("tick", "words"),
    [
        ("clients.list", ("顧客", "リスト")),
        ("clients.read", ("顧客", "取得")),
        ("projects.list", ("案件", "リスト")),
        ("projects.read", ("案件", "取得")),
        ("invoices.list", ("請求", "リスト")),
        ("users.list", ("ユーザー", "リスト")),
    ],
)
def test_the_test_names_each_missing_tick(office: Office, tick: str, words: tuple[str, str]) -> None:
    office.linked()
    assert not [one for one in checks(office).values() if one["ok"] is False]
    office.board.configure({"withheld": [tick]})
    (missing,) = [one for one in checks(office).values() if one["ok"] is False]
    assert all(word in missing["message"] for word in words)
    assert all(word in missing["remedy"] for word in words)


def test_what_only_writing_could_tell_is_said_to_be_unknown(office: Office) -> None:
    unknown = " ".join(message for message, one in checks(office).items() if one["ok"] is None)
    assert all(word in unknown for word in ("登録", "更新", "受注ステータス更新"))
    assert office.projects() == []


def test_boards_own_link_is_warned_of(office: Office) -> None:
    office.linked()
    assert not [one for one in checks(office).values() if one["ok"] is False]
    office.board.change("projects", office.projects()[0]["id"], {"hubspot_deal_id": "12345"})
    (warned,) = [one for one in checks(office).values() if one["ok"] is False]
    assert "2つの連携が同時に動いています" in warned["remedy"]


def test_company_data_waits_as_deals_do(office: Office) -> None:
    office.apply(keep_company="always")
    office.linked(city="港区")
    (company,) = office.stack.the("companies")
    withdrawn(office)
    office.wait(1)
    office.hubspot.change(PORTAL, "companies", company["id"], {"city": "千代田区"})
    office.tell()
    assert live(office) == {"board": "reconnect", "hubspot": "connected"}
    assert [one["address1"] for one in office.clients()] == ["港区"]
    new_token(office)
    later(office)
    assert [one["address1"] for one in office.clients()] == ["千代田区"]
    assert office.ended("parked") == {}


def test_a_found_client_that_may_not_be_filled_waits_for_the_tick(office: Office) -> None:
    there = office.board.seed("clients", {"name": "株式会社青空商事"})
    office.board.configure({"withheld": ["clients.update"]})
    office.deal(office.company(city="港区"), status="見積中(中)")
    office.tell()
    (message,) = office.ended("parked").values()
    assert "顧客: 更新" in message
    office.board.configure({"withheld": []})
    new_token(office)
    later(office)
    assert [(one["id"], one["address1"]) for one in office.clients()] == [(there, "港区")]
    assert (len(office.projects()), office.ended("parked")) == (1, {})
