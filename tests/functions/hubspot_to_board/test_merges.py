"""Deals and companies that are merged under a new id: what was agreed on goes on, and who is left alone is told of."""

from __future__ import annotations

import pytest

from tests.functions.hubspot_to_board.nights import in_board, lose_events, others_go_on, project_of, quiet
from tests.harness import PORTAL, Stack
from tests.mails import sent
from tests.office import Office

HEARD = pytest.mark.parametrize("heard", [True, False])


def merged(office: Office, *, heard: bool, **properties: str) -> tuple[str, int]:
    """A deal that was linked and a night old when another one was merged into it; gives its new id, and its project."""
    company = office.company()
    linked = office.deal(company, status="見積中(中)", **properties)
    office.tell()
    project = project_of(office, linked)["id"]
    other = office.deal(company, **properties)
    office.tell()
    office.night()
    others_go_on(office)
    left = office.hubspot.merge(PORTAL, "deals", linked, other)
    office.tell() if heard else lose_events(office)
    return left, project


def mails(office: Office) -> list[str]:
    """What the mails say that were sent by now."""
    office.wait(600)
    office.stack.tell()
    return [one.text for one in sent()]


def shown(office: Office, project: int) -> str:
    """A project's 受注ステータス."""
    return str(next(one["order_status_name"] for one in office.projects() if one["id"] == project))


@HEARD
def test_an_amount_that_a_person_entered_outlives_a_merge(office: Office, heard: bool) -> None:
    left, _ = merged(office, heard=heard, amount="5000000")
    office.night()
    others_go_on(office)
    office.night()
    assert office.held(left)["amount"] == "5000000"


@HEARD
def test_a_merge_is_no_change_of_the_project(office: Office, heard: bool) -> None:
    merged(office, heard=heard)
    office.forget_calls()
    office.tell()
    office.night()
    assert office.writes() == []


@HEARD
def test_what_was_won_in_board_before_a_merge_stays_won(office: Office, heard: bool) -> None:
    company = office.company()
    linked, other = office.deal(company, status="見積中(中)"), office.deal(company)
    office.tell()
    office.night()
    others_go_on(office)
    project = project_of(office, linked)["id"]
    in_board(office, linked, order_status=5)
    office.wait(60)
    left = office.hubspot.merge(PORTAL, "deals", linked, other)
    office.wait(5)
    office.tell() if heard else lose_events(office)
    office.night()
    assert (office.status(left), shown(office, project)) == ("受注済", "受注済")
    quiet(office)


@HEARD
def test_what_changes_in_board_after_a_merge_comes(office: Office, heard: bool) -> None:
    left, project = merged(office, heard=heard)
    office.wait(60)
    office.board.change("projects", project, {"order_status": 5})
    office.board.set_estimate(project, "7000.0", 0)
    office.night()
    others_go_on(office)
    office.night()
    assert (office.status(left), office.held(left)["amount"]) == ("受注済", "7000")
    quiet(office)


def test_a_deal_may_be_merged_twice(office: Office) -> None:
    first, project = merged(office, heard=True, amount="5000000")
    office.wait(60)
    other = office.deal(office.company(name="有限会社よこ"), amount="5000000")
    office.tell()
    left = office.hubspot.merge(PORTAL, "deals", first, other)
    office.tell()
    office.night()
    assert office.held(left)["amount"] == "5000000"
    office.wait(60)
    office.board.change("projects", project, {"order_status": 9})
    office.night()
    assert office.status(left) == "失注"
    quiet(office)


def test_a_company_that_was_merged_is_not_pushed_anew(stack: Stack) -> None:
    """With `always` only what a person changes in HubSpot goes over; a merge changes nothing."""
    office = Office(stack)
    stack.begin("office that always pushes", lambda: office.open(keep_company="always"))
    office.linked(phone="0312345678")
    (client,) = office.clients()
    office.wait(60)
    office.board.change("clients", client["id"], {"tel": "06-9999-0000"})
    (company,) = [one["id"] for one in office.stack.the("companies")]
    left = office.hubspot.merge(PORTAL, "companies", company, office.company(phone="0312345678"))
    office.tell()
    office.night()
    assert [one["tel"] for one in office.clients()] == ["06-9999-0000"]
    office.wait(60)
    office.hubspot.change(PORTAL, "companies", left, {"phone": "0387654321"})
    office.tell()
    assert [one["tel"].replace("-", "") for one in office.clients()] == ["0387654321"]


# Two that were linked both.


def orphan(office: Office, left: str) -> int:
    """Of two projects the one that no deal moves any more."""
    office.wait(60)
    office.move(left, "受注済")
    office.tell()
    (alone,) = [one["id"] for one in office.projects() if one["order_status_name"] == "見積中(中)"]
    return int(alone)


@HEARD
def test_a_project_that_a_merge_leaves_alone_is_told_once(office: Office, heard: bool) -> None:
    first, second = office.linked(name="株式会社A"), office.linked(name="株式会社B")
    office.night()
    others_go_on(office)
    left = office.hubspot.merge(PORTAL, "deals", first, second)
    office.tell() if heard else lose_events(office)
    office.night()
    others_go_on(office)
    office.night()
    told = mails(office)
    alone = orphan(office, left)
    assert [str(alone) in text and left in text for text in told] == [True]


def test_it_is_told_too_when_the_merged_deal_moves_before_its_merge_is_heard(office: Office) -> None:
    first, second = office.linked(name="株式会社A"), office.linked(name="株式会社B")
    office.wait(60)
    left = office.hubspot.merge(PORTAL, "deals", first, second)
    lose_events(office)
    office.wait(60)
    alone = orphan(office, left)
    assert [str(alone) in text and left in text for text in mails(office)] == [True]


@HEARD
def test_a_client_that_a_merge_leaves_alone_is_told(office: Office, heard: bool) -> None:
    deals = [office.linked(name=f"株式会社{name}") for name in ("青空", "大海")]
    clients = {project_of(office, deal)["client"]["id"] for deal in deals}
    first, second = [one["id"] for one in office.stack.the("companies")]
    office.wait(60)
    left = office.hubspot.merge(PORTAL, "companies", first, second)
    office.tell() if heard else lose_events(office)
    new = office.deal(left, status="受注済")
    office.tell()
    office.night()
    (alone,) = clients - {project_of(office, new)["client"]["id"]}
    assert len(office.clients()) == 2
    assert [str(alone) in text and left in text for text in mails(office)] == [True]
