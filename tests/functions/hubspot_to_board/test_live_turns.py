"""Records that go, are merged or are completed while a deal is on its way to board."""

from __future__ import annotations

import pytest

from tests.functions.hubspot_to_board.admin import tool
from tests.harness import PORTAL, Stack
from tests.office import Office


def later(office: Office) -> None:
    """Let the minute's sweep run."""
    for _ in range(3):
        office.wait(200)
        office.stack.sweep()
        office.work()


def projects(office: Office) -> list[tuple[str, str]]:
    """(client, status) of each project."""
    return [(one["client"]["name"], one["order_status_name"]) for one in office.projects()]


def quiet(office: Office) -> bool:
    """Whether nothing waits, and nothing failed."""
    return not any(office.stack.deliveries(state) for state in ("parked", "pending", "rejected"))


# The deal.


def test_a_deal_that_was_deleted_meanwhile_is_nothing(office: Office) -> None:
    deal = office.deal(office.company(), status="見積中(中)")
    office.hubspot.archive(PORTAL, "deals", deal)
    office.tell()
    assert (office.projects(), office.clients(), quiet(office)) == ([], [], True)
    assert "deal_gone" in office.ended("skipped")


def test_a_deleted_deal_leaves_its_project(office: Office) -> None:
    deal = office.linked("受注確定")
    office.hubspot.archive(PORTAL, "deals", deal)
    office.tell()
    office.night()
    assert (projects(office), quiet(office)) == ([("株式会社青空商事", "受注確定")], True)


def test_a_waiting_deal_that_left_the_stage_goes_nowhere(office: Office) -> None:
    deal = office.deal(status="見積中(中)")
    office.tell()
    office.move(deal, "")
    office.hubspot.associate(PORTAL, "deals", deal, "companies", office.company(), 5)
    office.tell()
    later(office)
    assert (office.projects(), office.clients(), quiet(office)) == ([], [], True)


def test_a_waiting_deal_that_is_deleted_waits_no_longer(office: Office) -> None:
    deal = office.deal(status="見積中(中)")
    office.tell()
    office.hubspot.archive(PORTAL, "deals", deal)
    office.tell()
    office.night()
    later(office)
    assert (office.projects(), quiet(office)) == ([], True)


def test_an_association_that_does_not_help_leaves_it_waiting(office: Office) -> None:
    deal = office.deal(status="見積中(中)")
    office.tell()
    contact = office.hubspot.seed(PORTAL, "contacts", {"email": "hanako@example.jp"})
    office.hubspot.associate(PORTAL, "deals", deal, "contacts", contact)
    office.tell()
    assert (office.projects(), list(office.ended("parked"))) == ([], ["deal_without_company"])


@pytest.mark.parametrize("linked_first", [True, False])
def test_a_merged_deal_keeps_the_project(office: Office, linked_first: bool) -> None:
    linked = office.linked("見積中(中)")
    (company,) = office.stack.the("companies")
    other = office.deal(company["id"])
    pair = (linked, other) if linked_first else (other, linked)
    office.tell()
    office.wait(1)
    left = office.hubspot.merge(PORTAL, "deals", *pair)
    office.tell()
    office.move(left, "受注済")
    office.tell()
    office.night()
    assert projects(office) == [("株式会社青空商事", "受注済")]
    assert office.status(left) == "受注済"


def test_a_deleted_project_is_told_of_and_not_made_again(office: Office) -> None:
    deal = office.linked("見積中(中)")
    (project,) = office.projects()
    office.board.remove("projects", project["id"])
    for status in ("受注済", "失注", "見積中(中)"):
        office.move(deal, status)
        office.tell()
    office.night()
    assert (office.projects(), office.status(deal), quiet(office)) == ([], "見積中(中)", True)
    told = [one["code"] for row in office.stack.deliveries("delivered") for one in row["warnings"]]
    assert told == ["board_project_gone"]
    answer, _ = tool(office.stack, "POST", "unlink", {"deal": deal, "again": True})
    assert answer == 200
    office.move(deal, "受注済")
    office.tell()
    assert projects(office) == [("株式会社青空商事", "受注済")]


@pytest.mark.parametrize("name", ["", " ", "長い名前" * 200])
def test_any_name_makes_a_project(office: Office, name: str) -> None:
    deal = office.deal(office.company(), status="見積中(中)", dealname=name)
    office.tell()
    (project,) = office.projects()
    assert project["name"] == (name.strip() or f"hubspot-{PORTAL}-{deal}")


@pytest.mark.parametrize(("where", "field"), [(None, "management_no"), ("memo", "in_house_memo")])
def test_a_project_bears_our_key(office: Office, where: str | None, field: str) -> None:
    office.apply(project_key=where)
    deal = office.linked()
    (project,) = office.projects()
    assert f"hubspot-{PORTAL}-{deal}" in project[field]
    assert not project[{"management_no": "in_house_memo", "in_house_memo": "management_no"}[field]]


# What was there before.


def test_deals_that_sat_in_a_stage_before_are_left_until_they_move(stack: Stack) -> None:
    office = Office(stack)
    deal = office.deal(office.company(), status="見積中(中)")
    office.hubspot.take_events()
    office.wait(3600)
    office.open()
    office.night()
    assert (office.projects(), quiet(office)) == ([], True)
    office.move(deal, "受注確定")
    office.tell()
    assert projects(office) == [("株式会社青空商事", "受注確定")]


def test_while_it_is_off_nothing_goes_over(office: Office) -> None:
    office.apply(enabled=False)
    deal = office.deal(office.company(), status="見積中(中)")
    office.tell()
    assert (office.projects(), quiet(office)) == ([], True)
    office.apply()
    office.move(deal, "受注確定")
    office.tell()
    assert projects(office) == [("株式会社青空商事", "受注確定")]


# The company and its client.


def test_a_company_that_was_deleted_is_none(office: Office) -> None:
    company = office.company()
    deal = office.deal(company, status="見積中(中)")
    office.hubspot.archive(PORTAL, "companies", company)
    office.tell()
    assert (office.clients(), list(office.ended("parked"))) == ([], ["deal_without_company"])
    office.hubspot.associate(PORTAL, "deals", deal, "companies", office.company(name="みどり"), 5)
    office.tell()
    assert projects(office) == [("みどり", "見積中(中)")]


def test_a_merged_company_keeps_its_client(office: Office) -> None:
    office.linked(name="株式会社青空商事")
    (company,) = office.stack.the("companies")
    other = office.company(name="みどり有限会社")
    office.wait(1)
    left = office.hubspot.merge(PORTAL, "companies", other, company["id"])
    office.deal(left, status="受注済")
    office.tell()
    assert projects(office) == [("株式会社青空商事", "見積中(中)"), ("株式会社青空商事", "受注済")]
    assert quiet(office)


def test_a_client_that_was_deleted_is_made_again(office: Office) -> None:
    office.linked()
    (project,), (client,), (company,) = office.projects(), office.clients(), office.stack.the("companies")
    office.board.remove("projects", project["id"])
    office.board.remove("clients", client["id"])
    office.deal(company["id"], status="受注確定")
    office.tell()
    later(office)
    assert projects(office) == [("株式会社青空商事", "受注確定")]
    assert office.clients()[0]["id"] != client["id"]
    assert quiet(office)


def test_a_client_that_was_deleted_is_told_of_when_its_company_changes(office: Office) -> None:
    office.apply(keep_company="always")
    office.linked()
    (project,), (client,), (company,) = office.projects(), office.clients(), office.stack.the("companies")
    office.board.remove("projects", project["id"])
    office.board.remove("clients", client["id"])
    office.wait(1)
    office.hubspot.change(PORTAL, "companies", company["id"], {"city": "港区"})
    office.tell()
    told = [one["code"] for row in office.stack.deliveries("delivered") for one in row["warnings"]]
    assert told == ["board_client_gone"]
    assert (office.clients(), quiet(office)) == ([], True)
