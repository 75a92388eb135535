"""請求済 and 入金済 come from the invoices of projects that are 受注済, and from nowhere else."""

from __future__ import annotations

from typing import Any

import pytest

from tests.functions.hubspot_to_board.nights import (
    bills,
    in_board,
    invoices,
    lose_events,
    order_status,
    others_go_on,
    project_of,
    quiet,
)
from tests.office import PIPELINE, STAGES, Office


def won(office: Office, **changes: Any) -> str:
    """A won deal that both sides agree on since a night ago."""
    if changes:
        office.apply(**changes)
    deal = office.linked("受注済")
    office.night()
    others_go_on(office)
    return deal


def without(*statuses: str) -> list[dict[str, Any]]:
    """The map without some statuses."""
    stages = [{"status": one, "stage": stage} for one, stage in STAGES.items() if one not in statuses]
    return [{"pipeline": PIPELINE, "stages": stages}]


@pytest.mark.parametrize("bumps", [False, True])
@pytest.mark.parametrize(
    ("status", "expected"),
    [(1, "受注済"), (4, "受注済"), (2, "請求済"), (5, "請求済"), (3, "入金済"), (9, "受注済")],
)
def test_what_an_invoice_is_comes_as_the_stage(office: Office, status: int, expected: str, bumps: bool) -> None:
    """Whether board counts a change of an invoice as one of its project or not."""
    office.board.configure({"invoice_bumps_project": bumps})
    deal = won(office)
    bills(office, deal, status)
    office.night()
    assert (office.status(deal), order_status(office, deal)) == (expected, "受注済")


def test_from_billed_to_paid_and_back(office: Office) -> None:
    deal = won(office)
    for status, expected in ((2, "請求済"), (5, "請求済"), (3, "入金済"), (2, "請求済"), (1, "受注済")):
        bills(office, deal, status)
        office.night()
        assert office.status(deal) == expected
        others_go_on(office)
    quiet(office)
    assert office.status(deal) == "受注済"


@pytest.mark.parametrize(
    ("statuses", "expected"),
    [
        ((3, 1, 1), ("入金済", "請求済", "受注済")),
        ((3, 3, 2), ("入金済", "請求済", "請求済")),
        ((3, 3, 3), ("入金済", "入金済", "入金済")),
        ((9, 3, 3), ("入金済", "入金済", "入金済")),
        ((4, 4, 1), ("受注済", "受注済", "受注済")),
    ],
)
@pytest.mark.parametrize("rule", ["first", "all", "last"])
def test_of_several_invoices_the_setting_says_which_count(
    office: Office, rule: str, statuses: tuple[int, ...], expected: tuple[str, str, str]
) -> None:
    deal = won(office, invoices=rule)
    bills(office, deal, *statuses)
    office.night()
    assert office.status(deal) == dict(zip(("first", "all", "last"), expected, strict=True))[rule]


def test_the_bills_of_a_project_that_is_billed_in_parts(office: Office) -> None:
    """分割請求, by the default rule."""
    changes = {"invoice_timing": "分割請求", "invoice_dates": [{"property": "closedate"}, {"property": "createdate"}]}
    deal = won(office, **changes)
    first, second = invoices(office, deal)
    for invoice, status, expected in ((first, 2, "請求済"), (first, 3, "請求済"), (second, 3, "入金済")):
        office.wait(60)
        office.board.bill(invoice, status)
        office.night()
        assert office.status(deal) == expected
        others_go_on(office)
    quiet(office)


@pytest.mark.parametrize(
    ("missing", "billed", "paid"),
    [("請求済", "受注済", "入金済"), ("入金済", "請求済", "請求済")],
)
def test_only_one_of_both_is_mapped(office: Office, missing: str, billed: str, paid: str) -> None:
    deal = won(office, pipelines=without(missing))
    bills(office, deal, 2)
    office.night()
    assert office.status(deal) == billed
    others_go_on(office)
    bills(office, deal, 3)
    office.night()
    assert office.status(deal) == paid
    quiet(office)


def test_where_neither_is_mapped_no_invoice_is_asked_for_by_project(office: Office) -> None:
    deal = won(office, pipelines=without("請求済", "入金済"))
    bills(office, deal, 3)
    office.forget_calls()
    office.night()
    assert (office.status(deal), office.writes()) == ("受注済", [])


@pytest.mark.parametrize("order", [1, 4, 9])
def test_what_is_not_won_is_not_billed_in_hubspot(office: Office, order: int) -> None:
    """受注ステータスが「受注済」以外の場合は反映されません。"""
    deal = won(office)
    in_board(office, deal, order_status=order)
    bills(office, deal, 3)
    office.night()
    assert office.status(deal) == order_status(office, deal) != "受注済"
    quiet(office)


def test_hubspot_goes_back_when_a_billed_project_is_not_won_any_more(office: Office) -> None:
    deal = won(office)
    bills(office, deal, 3)
    office.night()
    assert office.status(deal) == "入金済"
    in_board(office, deal, order_status=4)
    others_go_on(office)
    office.night()
    assert office.status(deal) == "受注確定"
    in_board(office, deal, order_status=5)
    others_go_on(office)
    office.night()
    assert office.status(deal) == "入金済"
    quiet(office)


# Billed last week, won only now.


def billed_before_won(office: Office) -> str:
    """A deal whose project has been billed for a week, and is not won."""
    deal = office.linked("見積中(中)")
    bills(office, deal, 2)
    others_go_on(office)
    for _ in range(2):
        office.night()
        others_go_on(office)
    assert office.status(deal) == "見積中(中)"
    return deal


def test_billed_last_week_and_won_in_board_only_now(office: Office) -> None:
    deal = billed_before_won(office)
    in_board(office, deal, order_status=5)
    office.night()
    assert office.status(deal) == "請求済"
    quiet(office)


@pytest.mark.parametrize("heard", [True, False])
def test_billed_last_week_and_won_in_hubspot_only_now(office: Office, heard: bool) -> None:
    deal = billed_before_won(office)
    office.move(deal, "受注済")
    office.tell() if heard else lose_events(office)
    office.night()
    others_go_on(office)
    office.night()
    assert (office.status(deal), order_status(office, deal)) == ("請求済", "受注済")
    quiet(office)


# HubSpotで「請求済」「入金済」に値するステージに移動させても連携はされません。


@pytest.mark.parametrize("heard", [True, False])
@pytest.mark.parametrize("status", ["請求済", "入金済"])
def test_a_deal_moved_by_hand_to_a_stage_of_invoices_changes_nothing_in_board(
    office: Office, status: str, heard: bool
) -> None:
    deal = won(office)
    before = project_of(office, deal)
    office.move(deal, status)
    office.tell() if heard else lose_events(office)
    office.night()
    assert project_of(office, deal) == before
    assert office.status(deal) == "受注済", "as board has it"
    quiet(office)


@pytest.mark.parametrize("heard", [True, False])
def test_a_billed_deal_that_is_moved_back_by_hand_is_billed_all_the_same(office: Office, heard: bool) -> None:
    deal = won(office)
    bills(office, deal, 2)
    office.night()
    others_go_on(office)
    office.night()
    office.move(deal, "受注済")
    office.tell() if heard else lose_events(office)
    office.night()
    assert (office.status(deal), order_status(office, deal)) == ("請求済", "受注済")
    quiet(office)


@pytest.mark.parametrize("heard", [True, False])
def test_a_billed_deal_can_be_lost_in_hubspot(office: Office, heard: bool) -> None:
    deal = won(office)
    bills(office, deal, 2)
    office.night()
    others_go_on(office)
    office.move(deal, "失注")
    office.tell() if heard else lose_events(office)
    office.night()
    assert (office.status(deal), order_status(office, deal)) == ("失注", "失注")
    quiet(office)
