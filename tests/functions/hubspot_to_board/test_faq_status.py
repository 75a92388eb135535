"""What the help page of the app that this integration replaces promises of statuses and amounts (FAQ and manual)."""

from __future__ import annotations

import pytest

from tests.crash.world import rows
from tests.harness import PORTAL
from tests.office import OWNER, Office


def test_hubspot_to_board_is_at_once_and_back_is_daily(office: Office) -> None:
    """※HubSpotからboardへは即時反映されますが、boardからHubSpotへの反映は日次更新となります。"""
    deal = office.linked()
    office.move(deal, "見積中(高)")
    office.tell()
    (project,) = office.projects()
    assert project["order_status_name"] == "見積中(高)"
    office.board.change("projects", project["id"], {"order_status": 5})
    office.tell()
    assert office.status(deal) == "見積中(高)"
    office.night()
    assert office.status(deal) == "受注済"


def test_the_update_can_be_asked_for_at_any_time(office: Office) -> None:
    """原則デイリートリガー(午前3時)で更新されるが、任意のタイミングで更新が可能。"""
    deal = office.linked()
    office.wait(60)
    office.board.change("projects", office.projects()[0]["id"], {"order_status": 5})
    office.press("sync")
    assert office.status(deal) == "受注済"


@pytest.mark.parametrize("status", ["見積中(高)", "受注確定", "受注済", "失注"])
def test_the_status_is_kept_the_same_on_both_sides(office: Office, status: str) -> None:
    """boardに連携された取引であれば受注ステータスは双方向に同期されます。"""
    there = office.linked()
    here = office.linked(name="みどり有限会社")
    by_name = {one["client"]["name"]: one["id"] for one in office.projects()}
    office.move(there, status)
    office.tell()
    numbers = {"見積中(高)": 1, "受注確定": 4, "受注済": 5, "失注": 9}
    office.board.change("projects", by_name["みどり有限会社"], {"order_status": numbers[status]})
    office.night()
    assert {one["order_status_name"] for one in office.projects()} == {status}
    assert (office.status(there), office.status(here)) == (status, status)


def test_what_never_went_over_is_not_updated(office: Office) -> None:
    """※HubSpot→boardの連携を一度も通ってない取引は受注ステータス更新の対象外となります。"""
    deal = office.deal(office.company())
    office.tell()
    client = office.board.seed("clients", {"name": "株式会社青空商事"})
    project = office.board.seed("projects", {"name": "基幹システム刷新", "client_id": client, "order_status": 1})
    office.wait(60)
    office.board.change("projects", project, {"order_status": 5})
    before = office.held(deal)
    office.forget_calls()
    office.night()
    assert (office.held(deal), office.writes()) == (before, [])


@pytest.mark.parametrize("status", ["請求済", "入金済"])
def test_billed_and_paid_never_go_to_board(office: Office, status: str) -> None:
    """HubSpotで「請求済」「入金済」に値するステージに移動させても連携はされません。"""
    deal, fresh = office.linked("受注確定"), office.deal(office.company(name="みどり"), status=status)
    before = office.board.state()
    office.move(deal, status)
    office.tell()
    assert office.board.state() == before
    assert office.status(fresh) == status
    assert status in office.ended("skipped")["status_from_board_only"]


@pytest.mark.parametrize(("invoice", "status"), [(2, "請求済"), (3, "入金済")])
@pytest.mark.parametrize("won", [True, False])
def test_billed_and_paid_come_of_won_projects_alone(office: Office, invoice: int, status: str, won: bool) -> None:
    """「請求済」と「入金済」が連携されるのは、受注ステータスが「受注済」になっている案件となります。"""
    before = "受注済" if won else "受注確定"
    deal = office.linked(before)
    office.wait(60)
    (bill,) = office.board.state()["invoices"]
    office.board.bill(bill["id"], invoice)
    office.night()
    assert office.status(deal) == (status if won else before)


def test_a_company_is_not_moved(office: Office) -> None:
    """取引ステータスのみの更新となるため、本アプリで会社ステータスを変更することはできない仕様となっております。"""
    office.linked(lifecyclestage="lead")
    (company,) = office.stack.the("companies")
    office.wait(60)
    office.board.change("projects", office.projects()[0]["id"], {"order_status": 5})
    office.night()
    assert office.stack.the("companies") == [company]


# 金額と見積.


@pytest.mark.parametrize(("on", "amount"), [(True, "90000"), (False, "500")])
def test_the_estimate_comes_as_the_amount_unless_it_is_stopped(office: Office, on: bool, amount: str) -> None:
    """・見積額→金額 ※「連携」がデフォルト設定されています。停止させる場合は「停止」を選択し設定をクリック。"""
    if not on:
        office.apply(amount=False)
    deal = office.linked()
    office.hubspot.change(PORTAL, "deals", deal, {"amount": "500"})
    office.wait(60)
    office.board.set_estimate(office.projects()[0]["id"], "90000.0", 9000)
    office.night()
    assert office.held(deal)["amount"] == amount


def test_the_example_of_the_faq(office: Office) -> None:
    """HubSpot上のステージが「リード」になったら、boardへ連携、board上で受注になったらHubSpot上のステージが「受注」になる"""
    rows = [{"status": "見積中(低)", "stage": "appointmentscheduled"}, {"status": "受注済", "stage": "closedwon"}]
    office.apply(pipelines=[{"pipeline": "default", "stages": rows}])
    deal = office.deal(office.company(), pipeline="default", dealstage="appointmentscheduled")
    office.tell()
    (project,) = office.projects()
    assert project["order_status_name"] == "見積中(低)"
    office.wait(60)
    office.board.change("projects", project["id"], {"order_status": 5})
    office.night()
    assert office.held(deal)["dealstage"] == "closedwon"


def test_estimates_themselves_do_not_come(office: Office) -> None:
    """HubSpot上へ見積情報を反映することはできない仕様となっております。"""
    deal = office.linked()
    before = office.held(deal)
    office.wait(60)
    office.board.set_estimate(office.projects()[0]["id"], "90000.0", 9000)
    office.night()
    changed = {name for name, text in office.held(deal).items() if before.get(name) != text}
    assert changed - {"hs_lastmodifieddate", "amount_in_home_currency"} == {"amount"}
    assert not [
        name for name, rows in office.hubspot.state(PORTAL).items() if rows and name in {"quotes", "line_items"}
    ]


def test_nothing_that_says_who_it_is_is_kept(office: Office) -> None:
    """特定できる情報(企業情報、顧客情報、金額等)はアプリ内で保持しておりません。"""
    said = {"name": "株式会社ひみつ商会", "city": "港区秘密町9-9-9", "phone": "0312345678", "zip": "1057777"}
    office.linked(**said)
    office.wait(60)
    office.board.set_estimate(office.projects()[0]["id"], "87654321.0", 9000)
    office.night()
    kept = repr([list(rows(name)) for name in ("connections", "links", "deliveries", "workspaces")])
    words = {*said.values(), "ひみつ商会", "03-1234-5678", "105-7777", "87654321", "基幹システム刷新", OWNER.email}
    assert [word for word in words if word in kept] == []
