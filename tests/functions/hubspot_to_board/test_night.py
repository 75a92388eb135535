"""The run of 03:00: 受注ステータス comes to the stage, and the newest change wins."""

from __future__ import annotations

import pytest

from tests.functions.hubspot_to_board.nights import (
    in_board,
    lose_events,
    meanwhile,
    order_status,
    others_go_on,
    project_of,
    quiet,
)
from tests.harness import PORTAL
from tests.office import PIPELINE, STAGES, UNMAPPED, Office

NUMBERS = {"見積中(高)": 1, "見積中(中)": 2, "見積中(低)": 3, "見積中(除)": 8, "受注確定": 4, "受注済": 5, "失注": 9}
ORDERED = [status for status in STAGES if status in NUMBERS]


# Board's status comes by the map, of projects that are linked through us.


@pytest.mark.parametrize("status", [one for one in ORDERED if one != "見積中(中)"])
def test_a_status_comes_as_the_stage_that_it_is_mapped_to(office: Office, status: str) -> None:
    deal = office.linked("見積中(中)")
    in_board(office, deal, order_status=NUMBERS[status])
    assert office.status(deal) == "見積中(中)", "by night, not at once"
    run = office.night()
    assert (run["state"], run["outcome"]["stages_moved"]) == ("delivered", "1")
    assert office.status(deal) == status
    assert order_status(office, deal) == status
    quiet(office)


@pytest.mark.parametrize("status", ["見積中(低)", "見積中(除)"])
def test_a_status_that_is_not_mapped_moves_no_deal(office: Office, status: str) -> None:
    deal = office.linked("見積中(中)")
    in_board(office, deal, order_status=NUMBERS[status])
    office.night()
    assert (office.status(deal), order_status(office, deal)) == ("見積中(中)", status)
    quiet(office)
    in_board(office, deal, order_status=NUMBERS["受注済"])
    office.night()
    assert office.status(deal) == "受注済"


def test_projects_that_were_not_linked_through_us_are_nobodys_business(office: Office) -> None:
    """HubSpot→boardの連携を一度も通ってない取引は受注ステータス更新の対象外となります。"""
    linked = office.linked()
    other = office.deal(office.company(name="合同会社みどり"))
    client = project_of(office, linked)["client"]["id"]
    values = {"name": "基幹システム刷新", "client_id": client, "order_status": 2}
    by_hand = office.board.seed("projects", values)
    same_key = office.board.seed("projects", values | {"management_no": f"hubspot-{PORTAL}-{other}"})
    office.wait(60)
    for project in (by_hand, same_key):
        office.board.change("projects", project, {"order_status": 5, "total": "100000"})
    office.forget_calls()
    office.night()
    assert office.writes() == []
    assert office.held(other)["dealstage"] == UNMAPPED
    assert "amount" not in office.held(other)


@pytest.mark.parametrize("pipeline", [PIPELINE, "default"])
def test_a_deal_in_a_stage_that_is_not_mapped_is_left_alone(office: Office, pipeline: str) -> None:
    deal = office.linked()
    stage = UNMAPPED if pipeline == PIPELINE else "contractsent"
    office.wait(5)
    office.hubspot.change(PORTAL, "deals", deal, {"pipeline": pipeline, "dealstage": stage})
    office.tell()
    in_board(office, deal, order_status=5, total="77000")
    office.forget_calls()
    office.night()
    assert office.writes() == []
    assert (office.held(deal)["dealstage"], order_status(office, deal)) == (stage, "受注済")
    assert "amount" not in office.held(deal)


@pytest.mark.parametrize("heard", [True, False])
def test_a_deal_that_comes_back_to_its_stage_agrees_with_board_again(office: Office, heard: bool) -> None:
    """What happened in board while it was away is not forgotten."""
    deal = office.linked("見積中(中)")
    office.move(deal, "")
    office.tell()
    in_board(office, deal, order_status=9, total="77000")
    office.night()
    assert office.status(deal) == ""
    others_go_on(office)
    office.night()
    office.move(deal, "見積中(中)")
    office.tell() if heard else lose_events(office)
    office.night()
    office.night()
    assert office.status(deal) == order_status(office, deal)
    assert office.held(deal)["amount"] == "77000"
    quiet(office)


def test_a_status_of_an_archived_project_comes_too(office: Office) -> None:
    deal = office.linked()
    in_board(office, deal, order_status=5, archive_flg=1)
    office.night()
    assert office.status(deal) == "受注済"
    in_board(office, deal, order_status=9)
    office.night()
    assert office.status(deal) == "失注"
    quiet(office)


# The newest change wins, by what was last agreed.


@pytest.mark.parametrize("heard", [True, False])
def test_a_deal_that_a_person_moved_today_is_not_moved_back(office: Office, heard: bool) -> None:
    deal = office.linked("見積中(中)")
    office.night()
    in_board(office, deal, name="別の案件名")  # so that board's list shows it, with its old status
    office.move(deal, "受注確定")
    office.tell() if heard else lose_events(office)
    office.night()
    assert (office.status(deal), order_status(office, deal)) == ("受注確定", "受注確定")
    quiet(office)


@pytest.mark.parametrize("heard", [True, False])
@pytest.mark.parametrize("newest", ["board", "HubSpot"])
def test_where_both_moved_the_newest_wins(office: Office, newest: str, heard: bool) -> None:
    deal = office.linked("見積中(中)")
    for side in ("board", "HubSpot") if newest == "HubSpot" else ("HubSpot", "board"):
        office.wait(3600)
        if side == "board":
            in_board(office, deal, order_status=9)
        else:
            office.move(deal, "受注済")
            office.tell() if heard else lose_events(office)
    office.night()
    expected = "失注" if newest == "board" else "受注済"
    assert (office.status(deal), order_status(office, deal)) == (expected, expected)
    quiet(office)


def test_both_moved_to_the_same_needs_no_write(office: Office) -> None:
    deal = office.linked("見積中(中)")
    in_board(office, deal, order_status=5)
    office.move(deal, "受注済")
    lose_events(office)
    office.forget_calls()
    office.night()
    assert office.writes() == []
    in_board(office, deal, order_status=9)
    office.night()
    assert office.status(deal) == "失注", "and that it is agreed is remembered"


def test_a_deal_that_moves_while_the_run_reads_board_is_not_moved_back(office: Office) -> None:
    deal = office.linked("見積中(中)")
    office.night()
    in_board(office, deal, name="別の案件名")
    meanwhile(office, "/v1/projects", lambda: office.move(deal, "受注済"))
    office.night()
    office.tell()
    assert (office.status(deal), order_status(office, deal)) == ("受注済", "受注済")
    quiet(office)


def test_a_move_there_and_back_within_a_day_is_no_change(office: Office) -> None:
    deal = office.linked("見積中(中)")
    office.move(deal, "受注済")
    office.move(deal, "見積中(中)")
    lose_events(office)
    in_board(office, deal, order_status=9)
    in_board(office, deal, order_status=2)
    office.forget_calls()
    office.night()
    assert office.writes() == []


# A project that may not be changed; a project that is un-won.


@pytest.mark.parametrize("heard", [True, False])
def test_a_locked_project_is_left_as_it_is_and_followed_when_it_changes(office: Office, heard: bool) -> None:
    deal = office.linked("見積中(中)")
    in_board(office, deal, lock_flg=1)
    office.move(deal, "受注済")
    if heard:
        office.tell()
        assert "project_locked" in office.ended("skipped")
    else:
        lose_events(office)
    office.night()
    assert (office.status(deal), order_status(office, deal)) == ("受注済", "見積中(中)"), "nobody fights a person"
    quiet(office)
    in_board(office, deal, order_status=9)
    office.night()
    assert office.status(deal) == "失注"
    quiet(office)


@pytest.mark.parametrize("heard", [True, False])
def test_what_was_left_of_a_locked_project_is_made_good_when_it_is_unlocked(office: Office, heard: bool) -> None:
    deal = office.linked("見積中(中)")
    in_board(office, deal, lock_flg=1)
    office.move(deal, "受注済")
    office.tell() if heard else lose_events(office)
    office.night()
    others_go_on(office)
    office.night()
    in_board(office, deal, lock_flg=0)
    office.night()
    assert (office.status(deal), order_status(office, deal)) == ("受注済", "受注済")
    quiet(office)


def test_a_project_that_is_un_won_takes_its_deal_back(office: Office) -> None:
    deal = office.linked("受注済")
    in_board(office, deal, order_status=1)
    office.night()
    assert office.status(deal) == "見積中(高)"
    office.tell()
    office.move(deal, "受注済")
    office.tell()
    assert order_status(office, deal) == "受注済"
    quiet(office)


def test_many_pipelines_each_by_its_own_map(office: Office) -> None:
    own = {"pipeline": PIPELINE, "stages": [{"status": one, "stage": STAGES[one]} for one in ("見積中(中)", "受注済")]}
    default = {"pipeline": "default", "stages": [{"status": "受注済", "stage": "closedwon"}]}
    office.apply(pipelines=[own, default])
    first = office.linked("見積中(中)")
    office.wait(1)
    second = office.deal(office.company(), pipeline="default", dealstage="closedwon")
    office.tell()
    assert order_status(office, second) == "受注済"
    in_board(office, first, order_status=5)
    in_board(office, second, order_status=2)  # not mapped there
    office.night()
    assert (office.status(first), office.held(second)["dealstage"]) == ("受注済", "closedwon")
    quiet(office)
