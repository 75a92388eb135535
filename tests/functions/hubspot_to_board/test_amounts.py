"""見積額 comes to the deal's amount."""

from __future__ import annotations

import pytest

from tests.functions.hubspot_to_board.nights import in_board, others_go_on, project_of, quiet
from tests.harness import PORTAL
from tests.office import Office


def estimate(office: Office, deal: str, total: str, tax: str = "0") -> None:
    """Somebody writes a project's estimate."""
    office.wait(1)
    office.board.set_estimate(project_of(office, deal)["id"], total, tax)


def types(office: Office, deal: str, amount: str) -> None:
    """A person types an amount in HubSpot."""
    office.wait(1)
    office.hubspot.change(PORTAL, "deals", deal, {"amount": amount})


def amount(office: Office, deal: str) -> str:
    return office.held(deal).get("amount", "")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "120000"),
        ({"amount": True}, "120000"),
        ({"amount_tax": "included"}, "132000"),
        ({"amount_tax": "excluded"}, "120000"),
        ({"amount": False}, ""),
    ],
)
def test_the_estimate_is_the_amount_unless_it_is_switched_off(
    office: Office, changes: dict[str, object], expected: str
) -> None:
    """※「連携」がデフォルト設定されています。"""
    office.apply(**changes)
    deal = office.linked()
    estimate(office, deal, "120000", "12000")
    run = office.night()
    assert (amount(office, deal), run["outcome"].get("amounts_written")) == (expected, "1" if expected else None)
    assert office.status(deal) == "見積中(中)"
    quiet(office)


@pytest.mark.parametrize(
    ("total", "tax", "excluded", "included"),
    [("1234.5", "123.45", "1234.5", "1357.95"), ("0.1", "0.2", "0.1", "0.3"), ("999999999", "0", *["999999999"] * 2)],
)
def test_amounts_are_exact(office: Office, total: str, tax: str, excluded: str, included: str) -> None:
    deal = office.linked()
    estimate(office, deal, total, tax)
    office.night()
    assert amount(office, deal) == excluded
    office.apply(amount_tax="included")
    in_board(office, deal, name="別の案件名")
    office.night()
    assert amount(office, deal) == included


def test_an_amount_that_a_person_typed_stays_until_boards_changes(office: Office) -> None:
    deal = office.linked()
    estimate(office, deal, "120000")
    office.night()
    types(office, deal, "98765")
    in_board(office, deal, order_status=5)
    office.night()
    assert (office.status(deal), amount(office, deal)) == ("受注済", "98765")
    quiet(office)
    assert amount(office, deal) == "98765"
    estimate(office, deal, "130000")
    office.night()
    assert amount(office, deal) == "130000"


@pytest.mark.parametrize("answers", ["whole", "id"])
def test_the_estimate_of_a_new_project_does_not_wipe_the_deals_amount(office: Office, answers: str) -> None:
    office.board.configure({"write_answers": answers})
    deal = office.deal(office.company(), status="見積中(中)", amount="500000")
    office.tell()
    office.night()
    assert amount(office, deal) == "500000"
    in_board(office, deal, order_status=5)
    office.night()
    assert (office.status(deal), amount(office, deal)) == ("受注済", "500000")
    for total in ("300000", "0"):
        estimate(office, deal, total)
        office.night()
        assert amount(office, deal) == total, "this is board's word"
    quiet(office)


def test_an_equal_amount_is_not_written(office: Office) -> None:
    deal = office.linked()
    types(office, deal, "120000.00")
    estimate(office, deal, "120000")
    office.forget_calls()
    office.night()
    assert office.writes() == []
    assert amount(office, deal) == "120000.00"


@pytest.mark.parametrize("order_status", [5, 9])
def test_status_and_amount_come_together(office: Office, order_status: int) -> None:
    deal = office.linked()
    in_board(office, deal, order_status=order_status, total="45000")
    office.night()
    assert (office.status(deal), amount(office, deal)) == ({5: "受注済", 9: "失注"}[order_status], "45000")
    quiet(office)


def test_the_amount_comes_also_where_the_project_follows_the_deal(office: Office) -> None:
    deal = office.linked()
    estimate(office, deal, "45000")
    office.move(deal, "受注済")
    office.hubspot.take_events()
    office.night()
    assert project_of(office, deal)["order_status_name"] == "受注済"
    others_go_on(office)
    office.night()
    assert amount(office, deal) == "45000"
    quiet(office)


def test_an_estimate_of_a_locked_project_comes_too(office: Office) -> None:
    deal = office.linked()
    in_board(office, deal, lock_flg=1, total="45000")
    office.night()
    assert amount(office, deal) == "45000"
    quiet(office)
