"""Whatever HubSpot tells of, in whatever order and however often: what stands in board is what the deals say."""

from __future__ import annotations

import random

import pytest

from tests.harness import PORTAL
from tests.office import PIPELINE, STAGES, Office


def states(office: Office) -> list[str]:
    """The projects as (name, status)."""
    return sorted(f"{one['name']} {one['order_status_name']}" for one in office.projects())


# Events.


def test_a_deal_may_be_made_in_a_mapped_stage(office: Office) -> None:
    office.deal(office.company(), status="受注確定", dealname="A")
    office.tell()
    assert states(office) == ["A 受注確定"]


def test_the_creation_alone_is_enough_and_so_is_the_move(office: Office) -> None:
    made = office.deal(office.company(name="一"), status="受注確定", dealname="A")
    moved = office.deal(office.company(name="二"), dealname="B")
    office.move(moved, "見積中(高)")
    events = [one for one in office.hubspot.take_events() if "associationChange" not in str(one["subscriptionType"])]
    wanted = [one for one in events if one["subscriptionType"] == "deal.creation" and str(one["objectId"]) == made]
    wanted += [one for one in events if one.get("propertyValue") == STAGES["見積中(高)"]]
    assert len(wanted) == 2
    office.stack.hear(wanted)
    office.work()
    assert states(office) == ["A 受注確定", "B 見積中(高)"]


def test_a_batch_of_a_hundred_in_any_order_and_repeated(office: Office) -> None:
    company = office.company()
    deals = [office.deal(company, dealname=f"D{number:02}") for number in range(30)]
    for number, deal in enumerate(deals):
        office.move(deal, "見積中(中)")
        office.move(deal, ("見積中(高)", "受注済", "失注")[number % 3])
    events = office.hubspot.take_events()
    assert len(events) > 100
    random.Random(5).shuffle(events)  # noqa: S311 - any order will do
    assert office.stack.hear(events + events)[0] == 200
    office.work()
    for _ in range(20):  # the vendors' limits per second and minute
        office.wait(60)
        office.stack.sweep()
        office.work()
    assert states(office) == [f"D{n:02} {('見積中(高)', '受注済', '失注')[n % 3]}" for n in range(30)]
    assert len(office.clients()) == 1
    assert office.ended("pending") == {}
    office.stack.hear(events)
    office.work()
    assert len(office.projects()) == 30


def test_a_repeat_of_yesterday_does_nothing(office: Office) -> None:
    deal = office.deal(office.company(), status="見積中(中)")
    events = office.hubspot.take_events()
    office.stack.hear(events)
    office.work()
    office.wait(3600)
    before = len(office.stack.ids())
    office.forget_calls()
    office.stack.hear([one | {"attemptNumber": 3} for one in events])
    office.work()
    assert (office.calls(), len(office.stack.ids())) == ([], before)
    assert office.status(deal) == "見積中(中)"


def test_events_of_another_portal_do_nothing(office: Office) -> None:
    deal = office.deal(office.company(), status="見積中(中)")
    events = office.hubspot.take_events()
    office.stack.hear([one | {"portalId": 222222} for one in events])
    office.work()
    assert (office.projects(), office.stack.ids(), office.calls()) == ([], set(), [])
    assert office.status(deal) == "見積中(中)"


@pytest.mark.parametrize("place", [{}, {"pipeline": "default", "dealstage": "closedwon"}])
def test_what_is_not_mapped_is_left_alone(office: Office, place: dict[str, str]) -> None:
    deal = office.deal(office.company(), **place)
    before = office.held(deal)
    office.tell()
    office.night()
    assert (office.projects(), office.clients(), office.held(deal), office.writes()) == ([], [], before, [])
    assert "stage_not_mapped" in office.ended("skipped")


def test_a_linked_deal_in_an_unmapped_stage_leaves_its_project_alone(office: Office) -> None:
    deal = office.linked("見積中(高)")
    office.move(deal, "")
    office.tell()
    before = office.held(deal)
    office.night()
    assert (office.projects()[0]["order_status_name"], office.held(deal)) == ("見積中(高)", before)


def test_a_late_event_of_a_stage_already_left_changes_nothing_back(office: Office) -> None:
    deal = office.linked("見積中(中)")
    office.move(deal, "見積中(高)")
    late = office.hubspot.take_events()
    office.move(deal, "受注済")
    office.tell()
    office.stack.hear(late)
    office.work()
    assert states(office) == ["基幹システム刷新 受注済"]


def test_a_deal_that_left_before_it_was_looked_at_stays_unlinked(office: Office) -> None:
    deal = office.deal(office.company())
    office.move(deal, "見積中(中)")
    office.move(deal, "")
    office.tell()
    assert (office.projects(), office.clients()) == ([], [])


def test_a_deal_that_enters_twice_has_one_project(office: Office) -> None:
    deal = office.linked("見積中(中)")
    for status in ("", "見積中(中)", "", "受注確定"):
        office.move(deal, status)
        office.tell()
    assert states(office) == ["基幹システム刷新 受注確定"]


@pytest.mark.parametrize(
    ("first", "then"),
    [("見積中(中)", "受注済"), ("見積中(中)", "失注"), ("受注済", "失注"), ("失注", "受注済"), ("失注", "見積中(高)")],
)
def test_winning_and_losing_go_over_at_once_and_back(office: Office, first: str, then: str) -> None:
    deal = office.linked(first)
    assert office.board.state()["projects"][0]["order_status_name"] == first
    for status in (then, first, then):
        office.move(deal, status)
        office.tell()
        assert states(office) == [f"基幹システム刷新 {status}"]
    assert office.status(deal) == then


def test_a_move_costs_two_calls(office: Office) -> None:
    deal = office.linked()
    office.move(deal, "受注済")
    office.forget_calls()
    office.tell()
    assert len(office.calls()) == 2, office.calls()


def test_a_locked_project_is_left_and_the_reason_said(office: Office) -> None:
    deal = office.linked("見積中(中)")
    (project,) = office.projects()
    office.board.change("projects", project["id"], {"lock_flg": 1})
    office.move(deal, "受注済")
    office.tell()
    assert states(office) == ["基幹システム刷新 見積中(中)"]
    assert str(project["id"]) in office.ended("skipped")["project_locked"]
    assert not office.ended("rejected")


# What waits for a company.


def waiting(office: Office) -> str:
    """A deal that has no company."""
    deal = office.deal(status="見積中(中)")
    office.tell()
    (message,) = office.ended("parked").values()
    assert "取引に会社が紐づいていません" in message
    return deal


@pytest.mark.parametrize("times", [1, 2])
def test_it_goes_through_when_a_company_is_associated(office: Office, times: int) -> None:
    deal = waiting(office)
    office.hubspot.associate(PORTAL, "deals", deal, "companies", office.company(), 5)
    events = office.hubspot.take_events()
    assert events
    for _ in range(times):
        office.stack.hear(events)
        office.work()
        office.wait(60)
        office.stack.sweep()
        office.work()
    assert states(office) == ["基幹システム刷新 見積中(中)"]
    assert (office.ended("parked"), office.ended("pending")) == ({}, {})


def test_it_goes_through_by_night_when_the_event_is_lost(office: Office) -> None:
    deal = waiting(office)
    office.hubspot.associate(PORTAL, "deals", deal, "companies", office.company(), 5)
    office.hubspot.take_events()
    office.night()
    office.stack.sweep()
    office.work()
    assert states(office) == ["基幹システム刷新 見積中(中)"]
    assert office.ended("parked") == {}


def test_it_goes_with_the_stage_that_it_is_in_then(office: Office) -> None:
    deal = waiting(office)
    office.move(deal, "受注済")
    office.tell()
    office.hubspot.associate(PORTAL, "deals", deal, "companies", office.company(), 5)
    office.tell()
    assert states(office) == ["基幹システム刷新 受注済"]
    assert office.ended("parked") == {}


def test_the_others_of_a_batch_do_not_wait_for_it(office: Office) -> None:
    office.deal(status="見積中(中)", dealname="A")
    office.deal(office.company(), status="見積中(中)", dealname="B")
    office.tell()
    assert states(office) == ["B 見積中(中)"]
    assert list(office.ended("parked")) == ["deal_without_company"]


def test_pipelines_have_their_own_stages(office: Office) -> None:
    own = [{"status": "見積中(中)", "stage": STAGES["見積中(中)"]}, {"status": "受注済", "stage": STAGES["受注済"]}]
    usual = [{"status": "受注済", "stage": "closedwon"}, {"status": "失注", "stage": "closedlost"}]
    office.apply(pipelines=[{"pipeline": PIPELINE, "stages": own}, {"pipeline": "default", "stages": usual}])
    office.deal(office.company(name="一"), status="見積中(中)", dealname="A")
    there = office.deal(office.company(name="二"), dealname="B", pipeline="default", dealstage="closedwon")
    office.deal(office.company(name="三"), status="失注", dealname="C")
    office.tell()
    assert states(office) == ["A 見積中(中)", "B 受注済"]
    office.hubspot.change(PORTAL, "deals", there, {"dealstage": STAGES["見積中(中)"], "pipeline": PIPELINE})
    office.tell()
    assert states(office) == ["A 見積中(中)", "B 見積中(中)"]
