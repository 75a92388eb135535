"""What people do while a run is at work, in either vendor: nothing is passed over, and nobody waits for the run."""

from __future__ import annotations

from dataclasses import replace
from functools import partialmethod

import pytest

from local.sandbox.hubspot.stages import Pipeline
from renkei.vendors.board import Board
from tests.functions.hubspot_to_board.masses import many
from tests.functions.hubspot_to_board.nights import (
    bills,
    in_board,
    meanwhile,
    order_status,
    others_go_on,
    project_of,
    quiet,
)
from tests.harness import PORTAL, Stack
from tests.office import STAGES, Office


@pytest.fixture
def little(monkeypatch: pytest.MonkeyPatch) -> None:
    """board's pages of projects have one row each."""
    monkeypatch.setattr(Board, "projects", partialmethod(Board.projects, size=1))


@pytest.mark.usefixtures("little")
def test_a_change_behind_the_page_that_is_read_comes_the_next_night(office: Office) -> None:
    """The newest project comes first; it changes when its page was read, and another one later than that."""
    second = office.linked(name="株式会社B")
    office.wait(5)
    first = office.linked(name="株式会社A")
    office.night()
    office.wait(3600)
    for deal in (first, second):
        in_board(office, deal, order_status=1)

    def deed() -> None:
        office.wait(60)
        in_board(office, first, total="9999")
        office.wait(600)
        in_board(office, second, order_status=5)
        office.wait(5)

    meanwhile(office, "/v1/projects", deed)
    office.night()
    office.night()
    assert (office.held(first)["amount"], office.status(second)) == ("9999", "受注済")
    quiet(office)


@pytest.mark.parametrize("call", [1, 2])
def test_a_deal_that_is_moved_while_its_invoices_are_read_stays_where_it_was_put(office: Office, call: int) -> None:
    """The newest change wins on both sides, however long the run takes for its looks."""
    deal = office.linked("受注確定")
    office.night()
    others_go_on(office)
    in_board(office, deal, order_status=5)
    bills(office, deal, 2)
    meanwhile(office, "/v1/invoices", lambda: office.move(deal, "失注"), call=call)
    office.night()
    office.tell()
    assert (office.status(deal), order_status(office, deal)) == ("失注", "失注")
    others_go_on(office)
    quiet(office)


@pytest.mark.usefixtures("little")
def test_a_deal_that_moves_during_a_run_does_not_wait_for_its_end(office: Office) -> None:
    deals = [office.linked(name=f"株式会社{name}") for name in "ABCD"]
    office.night()
    others_go_on(office)
    for deal in deals:
        in_board(office, deal, order_status=5)
    new: list[str] = []

    def deed() -> None:
        new.append(office.deal(office.company(name="株式会社いそぐ"), status="受注済"))
        assert office.stack.hear()[0] == 200

    meanwhile(office, "/v1/projects", deed)
    office.forget_calls()
    run = office.night()
    calls = [f"{one.method} {one.path}" for one in office.board.calls]
    made = calls.index("POST /v1/projects")
    assert calls[made:].count("GET /v1/projects") >= len(deals) - 1, "the other pages come after it"
    assert (run["state"], order_status(office, new[0])) == ("delivered", "受注済")
    assert {office.status(deal) for deal in deals} == {"受注済"}


def _without(pipeline: Pipeline, stage: str) -> Pipeline:
    return replace(pipeline, stages=tuple(one for one in pipeline.stages if one.id != stage))


def test_all_deals_that_hubspot_refused_come_when_it_takes_them(stack: Stack) -> None:
    """Also when there are more of them than a part of a run, and over several nights."""
    office = Office(stack)
    pairs = many(office, 25)
    portal = office.hubspot.portals[PORTAL]
    whole = portal.pipelines
    portal.pipelines = [_without(one, STAGES["失注"]) for one in whole]
    for part in (pairs[:22], pairs[22:]):
        for _, project in part:
            office.board.change("projects", project, {"order_status": 9})
        office.night()
        others_go_on(office)
    held = portal.records["deals"]
    assert {held[deal].properties["dealstage"] for deal, _ in pairs} == {STAGES["見積中(中)"]}
    portal.pipelines = whole
    office.night()
    assert {held[deal].properties["dealstage"] for deal, _ in pairs} == {STAGES["失注"]}
    others_go_on(office)
    office.forget_calls()
    run = office.night()
    assert (office.writes(), run["warnings"]) == ([], [])


@pytest.mark.parametrize("heard", [True, False])
def test_a_deal_that_went_away_and_came_back_to_its_stage_is_the_newest(office: Office, heard: bool) -> None:
    """It left the mapped stages, somebody changed the project in board, and then it was put back."""
    deal = office.linked("見積中(中)")
    office.night()
    office.wait(60)
    office.move(deal, "")
    office.tell()
    office.wait(3600)
    in_board(office, deal, order_status=9)
    office.wait(3600)
    office.move(deal, "見積中(中)")
    if heard:
        office.tell()
        assert project_of(office, deal)["order_status_name"] == "見積中(中)", "at once"
    else:
        office.hubspot.take_events()
    office.night()
    assert (office.status(deal), order_status(office, deal)) == ("見積中(中)", "見積中(中)")
    quiet(office)


def test_a_project_that_changed_after_its_deal_came_back_is_the_newest(office: Office) -> None:
    deal = office.linked("見積中(中)")
    office.night()
    office.wait(60)
    for status in ("", "見積中(中)"):
        office.move(deal, status)
        office.tell()
        office.wait(3600)
    in_board(office, deal, order_status=9)
    office.night()
    assert (office.status(deal), order_status(office, deal)) == ("失注", "失注")
    quiet(office)
