"""What is deleted or merged, on either side: unlinked and told once, and nothing is deleted or made again for it."""

from __future__ import annotations

import pytest

from tests.functions.hubspot_to_board.nights import (
    bills,
    in_board,
    lose_events,
    order_status,
    others_go_on,
    project_of,
    quiet,
)
from tests.harness import PORTAL
from tests.mails import sent
from tests.office import Office


def told_of(office: Office, word: str) -> int:
    """How many mails the notices sent about something by now."""
    office.wait(600)
    office.stack.tell()
    return sum(word in one.text for one in sent())


def unlinked(office: Office) -> int:
    """How many links the last run ended."""
    runs = [one for one in office.stack.deliveries() if ".schedule.sync." in one["id"]]
    newest = max(runs, key=lambda one: str(one["accepted_at"]))
    return int(newest["outcome"].get("unlinked", 0))


# A project that was deleted in board.


def deleted(office: Office) -> tuple[str, int]:
    """A deal whose project was there for a night, and is not any more; another one is."""
    office.linked(name="有限会社のこる")
    deal = office.linked()
    office.night()
    others_go_on(office)
    project = project_of(office, deal)["id"]
    office.board.remove("projects", project)
    return deal, project


def test_a_project_that_was_deleted_is_found_and_told_once(office: Office) -> None:
    deal, project = deleted(office)
    before = office.stack.the("deals"), office.stack.the("companies"), office.clients()
    run = office.night()
    assert (run["state"], unlinked(office)) == ("delivered", 1)
    assert [one["code"] for one in run["warnings"]] == ["board_project_gone"]
    assert str(project) in run["warnings"][0]["message"]
    assert deal in run["warnings"][0]["message"]
    assert (office.stack.the("deals"), office.stack.the("companies"), office.clients()) == before
    assert told_of(office, str(project)) == 1
    quiet(office)
    assert (unlinked(office), told_of(office, str(project))) == (0, 1)


def test_a_deleted_project_is_not_made_again_by_itself_but_when_somebody_says_so(office: Office) -> None:
    deal, _ = deleted(office)
    office.night()
    count = len(office.projects())
    office.move(deal, "受注済")
    office.tell()
    lose = office.deal(office.company())  # anything else
    office.move(lose, "")
    office.tell()
    office.move(deal, "見積中(中)")
    lose_events(office)
    office.night()
    assert len(office.projects()) == count
    assert "project_gone" in office.ended("skipped")
    body = {"deal": deal, "again": True}
    status, _ = office.stack.api(
        "POST", f"/api/workspaces/{office.stack.workspace}/tools/hubspot_to_board/unlink", body
    )
    assert status == 200
    office.move(deal, "受注済")
    office.tell()
    assert len(office.projects()) == count + 1
    assert order_status(office, deal) == "受注済"
    quiet(office)


def test_a_stage_event_finds_the_deletion_at_once(office: Office) -> None:
    deal, project = deleted(office)
    count = len(office.projects())
    office.move(deal, "受注済")
    office.tell()
    assert (len(office.projects()), office.status(deal)) == (count, "受注済")
    assert told_of(office, str(project)) == 1
    office.night()
    assert (unlinked(office), told_of(office, str(project))) == (0, 1)
    quiet(office)


def test_made_and_deleted_on_the_same_day(office: Office) -> None:
    office.linked()
    office.night()
    deal = office.linked(name="有限会社きえる")
    office.wait(3600)
    office.board.remove("projects", project_of(office, deal)["id"])
    office.night()
    assert unlinked(office) == 1


def test_deleted_before_the_first_night_is_found_within_a_week(office: Office) -> None:
    office.linked()
    deal = office.linked(name="有限会社きえる")
    office.board.remove("projects", project_of(office, deal)["id"])
    ended = 0
    for _ in range(8):
        office.night()
        ended += unlinked(office)
    assert ended == 1


def test_one_deleted_and_others_made_meanwhile(office: Office) -> None:
    """The number of all projects does not fall then."""
    deleted(office)
    for number in range(2):
        office.linked(name=f"有限会社あたらしい{number}")
    office.night()
    assert unlinked(office) == 1
    quiet(office)


def test_lost_and_archived_projects_are_not_deleted_ones(office: Office) -> None:
    lost, archived = office.linked(), office.linked(name="有限会社しまう")
    office.night()
    in_board(office, lost, order_status=9)
    in_board(office, archived, archive_flg=1)
    for _ in range(9):  # also over the week's look at all
        others_go_on(office)
        office.night()
        assert unlinked(office) == 0
    assert office.status(lost) == "失注"


# A client that was deleted in board, or archived.


def test_a_client_that_was_deleted_is_unlinked_and_told(office: Office) -> None:
    deal, _ = deleted(office)
    company = next(
        one["id"] for one in office.stack.the("companies") if one["properties"]["name"] == "株式会社青空商事"
    )
    client = next(one["id"] for one in office.clients() if one["name"] == "株式会社青空商事")
    office.night()
    office.board.remove("clients", client)
    run = office.night()
    assert [one["code"] for one in run["warnings"]] == ["board_client_gone"]
    assert (company in run["warnings"][0]["message"], unlinked(office)) == (True, 1)
    assert told_of(office, company) == 1
    quiet(office)
    assert told_of(office, company) == 1
    office.wait(1)
    office.deal(company, status="受注済")
    office.tell()
    again = [one for one in office.clients() if one["name"] == "株式会社青空商事"]
    assert [one["id"] == client for one in again] == [False], "a new one, for a new deal"
    assert office.status(deal) == "見積中(中)"


def test_an_archived_client_is_not_a_deleted_one(office: Office) -> None:
    office.linked()
    office.night()
    office.board.change("clients", office.clients()[0]["id"], {"archive_flg": 1})
    for _ in range(2):
        others_go_on(office)
        office.night()
        assert unlinked(office) == 0


# Deals and companies that were deleted or merged in HubSpot.


@pytest.mark.parametrize("heard", [True, False])
def test_a_deal_that_was_deleted_leaves_its_project_as_it_is(office: Office, heard: bool) -> None:
    deal = office.linked()
    office.night()
    office.hubspot.archive(PORTAL, "deals", deal)
    office.tell() if heard else lose_events(office)
    in_board(office, deal, order_status=5, total="5000")
    bills(office, deal, 2)
    before = office.board.state()
    office.forget_calls()
    run = office.night()
    assert (run["state"], office.writes(), office.board.state()) == ("delivered", [], before)


@pytest.mark.parametrize("heard", [True, False])
@pytest.mark.parametrize("primary", [0, 1])
def test_a_deal_that_was_merged_keeps_its_project(office: Office, primary: int, heard: bool) -> None:
    deal = office.linked()
    project = project_of(office, deal)
    office.night()
    office.wait(60)
    other = office.deal(office.company())
    lose_events(office)
    pair = (deal, other) if primary == 0 else (other, deal)
    left = office.hubspot.merge(PORTAL, "deals", *pair)
    office.hubspot.change(PORTAL, "deals", left, {"dealstage": office.held(left)["dealstage"], "dealname": "併合"})
    office.tell() if heard else lose_events(office)
    office.wait(60)
    office.move(left, "受注済")
    office.tell()
    office.night()
    assert [one["id"] for one in office.projects()] == [project["id"]], "no second one"
    assert office.projects()[0]["order_status_name"] == "受注済"
    office.wait(60)
    office.board.change("projects", project["id"], {"order_status": 9})
    office.night()
    assert office.status(left) == "失注"
    quiet(office)


def test_two_linked_deals_that_are_merged_keep_one_project(office: Office) -> None:
    """The other project stays in board as it is: nobody deletes there."""
    first, second = office.linked(), office.linked(name="有限会社もうひとつ")
    projects = {project_of(office, one)["id"] for one in (first, second)}
    office.night()
    left = office.hubspot.merge(PORTAL, "deals", first, second)
    office.tell()
    office.move(left, "受注済")
    office.tell()
    office.night()
    assert {one["id"] for one in office.projects()} == projects
    assert sorted(one["order_status_name"] for one in office.projects()) == ["受注済", "見積中(中)"]
    quiet(office)


@pytest.mark.parametrize("heard", [True, False])
def test_companies_that_are_merged_keep_the_client(office: Office, heard: bool) -> None:
    deal = office.linked()
    client = project_of(office, deal)["client"]["id"]
    office.board.change("clients", client, {"name": "株式会社青空商事(本社)"})  # found by its link, not by its name
    (company,) = [one["id"] for one in office.stack.the("companies")]
    other = office.company(name="株式会社青空商事 支店")
    left = office.hubspot.merge(PORTAL, "companies", company, other)
    office.tell() if heard else lose_events(office)
    office.wait(60)
    new = office.deal(left, status="受注済")
    office.tell()
    assert [one["id"] for one in office.clients()] == [client]
    assert project_of(office, new)["client"]["id"] == client
    quiet(office)
