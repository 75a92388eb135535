"""What follows at once when somebody moves a deal in HubSpot."""

from __future__ import annotations

from tests.office import Office


def test_a_deal_that_enters_a_mapped_stage_becomes_a_project_of_its_company(office: Office) -> None:
    company = office.company(zip="1050001", phone="0312345678", state="東京", city="港区虎ノ門1-1")
    deal = office.deal(company)
    office.move(deal, "見積中(中)")
    office.tell()
    (client,), (project,) = office.clients(), office.projects()
    shown = ("name", "name_disp", "zip", "tel", "pref", "address1")
    assert [client[name] for name in shown] == [
        "株式会社青空商事", "青空商事", "105-0001", "03-1234-5678", "東京都", "港区虎ノ門1-1",
    ]  # fmt: skip
    assert (project["name"], project["client"]["id"]) == ("基幹システム刷新", client["id"])
    assert (project["order_status_name"], project["invoice_dates"]) == ("見積中(中)", ["2026-12-31"])


def test_a_stage_goes_to_board_at_once_and_boards_status_comes_back_at_three(office: Office) -> None:
    deal = office.deal(office.company(), status="見積中(中)")
    office.tell()
    office.move(deal, "受注済")
    office.tell()
    (project,) = office.projects()
    assert project["order_status_name"] == "受注済"
    office.wait(60)
    office.board.change("projects", project["id"], {"order_status": 9})
    office.night()
    assert office.status(deal) == "失注"
    office.tell()
    office.forget_calls()
    office.night()
    assert office.writes() == []
