"""What a project is to be in HubSpot, and which side follows: tables, without any vendor."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from hubspot_to_board import Settings
from hubspot_to_board.plan import (
    Deal,
    Link,
    Project,
    Step,
    agreed_on,
    amount_text,
    at_once,
    both_changed,
    by_night,
    link_of,
    same_amount,
)
from hubspot_to_board.stages import Bill, Seen, Side, effective, follows
from renkei.errors import Skip
from tests.office import PIPELINE, STAGES, UNMAPPED, settings

BOTH = ("受注済", "請求済", "入金済")
EARLY, LATE = datetime(2026, 11, 21, 1, tzinfo=UTC), datetime(2026, 11, 21, 2, tzinfo=UTC)
SETTINGS = Settings.model_validate(settings())


def bills(*statuses: int) -> list[Bill]:
    """Invoices with these statuses, a month apart."""
    return [Bill(number, status, f"2026-{number:02d}-28") for number, status in enumerate(statuses, 1)]


def digest(what: str, value: str) -> str:
    return f"<{what} {value}>"


def link(status: str = "受注済", stage: str = "", amount: str = "") -> Link:
    """A link that was agreed on in this status (and stage, if that was another's)."""
    agreed = agreed_on(Deal(PIPELINE, STAGES[stage or status]), status, digest)
    return Link(70001, agreed["status"], agreed["stage"], digest("amount", amount) if amount else "")


def deal(status: str, amount: str = "", moved_at: datetime | None = None) -> Deal:
    return Deal(PIPELINE, STAGES.get(status, UNMAPPED), amount, moved_at)


# 請求済 and 入金済 from the invoices.


@pytest.mark.parametrize(
    ("statuses", "first", "all_", "last"),
    [
        ((), "受注済", "受注済", "受注済"),
        ((1,), "受注済", "受注済", "受注済"),
        ((4,), "受注済", "受注済", "受注済"),  # 請求OK is not billed
        ((2,), "請求済", "請求済", "請求済"),
        ((5,), "請求済", "請求済", "請求済"),  # 一部入金済
        ((3,), "入金済", "入金済", "入金済"),
        ((9,), "受注済", "受注済", "受注済"),  # 回収不能
        ((9, 9), "受注済", "受注済", "受注済"),
        ((3, 3), "入金済", "入金済", "入金済"),
        ((3, 1), "入金済", "請求済", "受注済"),
        ((1, 3), "受注済", "請求済", "入金済"),
        ((3, 2), "入金済", "請求済", "請求済"),
        ((2, 4), "請求済", "請求済", "受注済"),
        ((3, 5, 3), "入金済", "請求済", "入金済"),
        ((9, 3), "入金済", "入金済", "入金済"),
        ((3, 9), "入金済", "入金済", "入金済"),
        ((9, 2, 1), "請求済", "請求済", "受注済"),
        ((1, 2, 9), "受注済", "請求済", "請求済"),
    ],
)
def test_invoices_say_what_a_won_project_is(statuses: tuple[int, ...], first: str, all_: str, last: str) -> None:
    found = [effective(5, bills(*statuses), rule, BOTH) for rule in ("first", "all", "last")]
    assert found == [first, all_, last]
    backwards = [effective(5, bills(*statuses)[::-1], rule, BOTH) for rule in ("first", "all", "last")]
    assert backwards == found, "board's order says nothing"


@pytest.mark.parametrize("status", [2, 3, 5])
@pytest.mark.parametrize(
    ("order_status", "label"),
    [(1, "見積中(高)"), (2, "見積中(中)"), (3, "見積中(低)"), (8, "見積中(除)"), (4, "受注確定"), (9, "失注")],
)
def test_what_is_not_won_is_what_it_is_whatever_was_billed(order_status: int, label: str, status: int) -> None:
    assert effective(order_status, bills(status), "all", BOTH) == label


@pytest.mark.parametrize(
    ("mapped", "status", "expected"),
    [
        (("受注済", "請求済"), 3, "請求済"),
        (("受注済", "請求済"), 2, "請求済"),
        (("受注済", "入金済"), 3, "入金済"),
        (("受注済", "入金済"), 2, "受注済"),
        (("受注済", "入金済"), 5, "受注済"),
        (("受注済",), 3, "受注済"),
        ((), 3, "受注済"),
    ],
)
def test_only_what_is_mapped_comes_of_invoices(mapped: tuple[str, ...], status: int, expected: str) -> None:
    assert effective(5, bills(status), "all", mapped) == expected


def test_an_order_status_that_nobody_knows_is_no_status() -> None:
    assert effective(7, bills(3), "all", BOTH) == ""


# Who follows whom.

OF = {stage: status for status, stage in STAGES.items()}
SAME, MOVED = Seen(changed=False), Seen(changed=True)


@pytest.mark.parametrize(
    ("at", "status", "theirs", "ours", "expected"),
    [
        ("受注済", "受注済", SAME, SAME, "agreed"),
        ("受注済", "受注済", MOVED, MOVED, "agreed"),
        ("見積中(高)", "受注済", SAME, MOVED, "deal"),
        ("受注済", "見積中(高)", MOVED, SAME, "board"),
        ("受注済", "見積中(高)", Seen(True, EARLY), Seen(True, LATE), "deal"),
        ("受注済", "見積中(高)", Seen(True, LATE), Seen(True, EARLY), "board"),
        ("受注済", "見積中(高)", SAME, SAME, "deal"),  # nobody knows who moved: board is the one that keeps books
        ("", "受注済", MOVED, MOVED, "left"),
        ("見積中(高)", "見積中(低)", SAME, MOVED, "left"),  # a status that is not mapped
        ("失注", "見積中(低)", MOVED, SAME, "board"),
        ("請求済", "見積中(高)", MOVED, SAME, "deal"),  # by hand; never goes to board
        ("入金済", "受注済", Seen(True, LATE), Seen(True, EARLY), "deal"),
        ("請求済", "見積中(低)", MOVED, SAME, "left"),
        ("失注", "", MOVED, MOVED, "board"),  # a status that we do not know
    ],
)
def test_who_follows(at: str, status: str, theirs: Seen, ours: Seen, expected: Side) -> None:
    stage, order_status = STAGES.get(at, UNMAPPED), {"見積中(高)": 1, "見積中(低)": 3, "受注済": 5}.get(status, 7)
    assert follows(stage, OF, status, theirs, ours, order_status=order_status, locked=False) == expected


def test_what_is_won_is_not_won_again_because_it_is_billed() -> None:
    """A person drags a billed deal back to 受注済: board has nothing to change, so the deal follows."""
    found = follows(STAGES["受注済"], OF, "請求済", MOVED, SAME, order_status=5, locked=False)
    assert found == "deal"


@pytest.mark.parametrize(("theirs", "ours", "expected"), [(MOVED, SAME, "left"), (SAME, MOVED, "deal")])
def test_a_locked_project_is_boards_alone(theirs: Seen, ours: Seen, expected: Side) -> None:
    found = follows(STAGES["失注"], OF, "見積中(高)", theirs, ours, order_status=1, locked=True)
    assert found == expected


# What follows for a pair.


def night(one: Deal, project: Project, known: Link, **changes: object) -> Step:
    return by_night(one, project, known, Settings.model_validate(settings(**changes)), digest)


def test_a_pair_that_is_as_agreed_needs_nothing() -> None:
    step = night(deal("受注済", "100"), Project(5, EARLY, amount="100", bills=()), link(amount="100"))
    assert step == Step("agreed", {}, None, {})


def test_a_deal_follows_its_project_and_that_is_remembered() -> None:
    step = night(deal("見積中(高)"), Project(9, EARLY), link("見積中(高)"))
    assert step == Step("deal", {"dealstage": STAGES["失注"]}, None, agreed_on(deal("失注"), "失注", digest))


def test_a_project_follows_its_deal_and_that_is_remembered() -> None:
    step = night(deal("失注"), Project(1, EARLY), link("見積中(高)"))
    assert step == Step("board", {}, 9, agreed_on(deal("失注"), "失注", digest))


def test_both_moved_to_the_same_is_only_remembered() -> None:
    step = night(deal("失注"), Project(9, EARLY), link("見積中(高)"))
    assert step == Step("agreed", {}, None, agreed_on(deal("失注"), "失注", digest))


@pytest.mark.parametrize("known", ["受注済", "請求済", "入金済"])
def test_without_a_look_at_invoices_a_won_project_is_what_it_was(known: str) -> None:
    step = night(deal(known), Project(5, LATE, bills=None), link(known))
    assert step.properties == {}
    assert step.order_status is None


@pytest.mark.parametrize(
    ("held", "shown", "agreed", "written"),
    [
        ("", "100", "", "100"),
        ("100", "100", "", None),
        ("100.00", "100", "", None),  # equal as numbers
        ("999", "100", "100", None),  # a person typed in HubSpot, board's has not changed
        ("999", "120", "100", "120"),
        ("500000", "0", "0", None),  # the estimate of a new project
        ("500000", "0", "300000", "0"),
        ("abc", "5", "", "5"),
    ],
)
def test_an_amount_comes_when_boards_has_changed(held: str, shown: str, agreed: str, written: str | None) -> None:
    step = night(deal("受注済", held), Project(5, EARLY, amount=shown, bills=()), link(amount=agreed))
    assert step.properties == ({"amount": written} if written is not None else {})
    assert step.agreed == ({} if shown == agreed else {"amount": digest("amount", shown)})


@pytest.mark.parametrize("locked", [False, True])
def test_no_amount_comes_if_it_is_switched_off_hidden_or_the_stage_is_not_mapped(locked: bool) -> None:
    project = Project(5, EARLY, locked, "100", ())
    assert night(deal("受注済"), project, link()).properties == {"amount": "100"}
    assert night(deal("受注済"), project, link(), amount=False).properties == {}
    assert night(deal("受注済"), Project(5, EARLY, locked, None, ()), link()).properties == {}
    assert night(deal(""), project, link()).properties == {}


def test_times_are_asked_for_only_where_both_moved_apart() -> None:
    project = Project(9, EARLY)
    for one, known, expected in (
        (deal("受注済"), link("見積中(高)"), True),
        (deal("見積中(高)"), link("見積中(高)"), False),
        (deal("失注"), link("見積中(高)"), False),
        (deal(""), link("見積中(高)"), False),
        (deal("受注済"), link("失注", stage="見積中(高)"), False),
    ):
        assert both_changed(one, project, known, SETTINGS, digest) is expected


@pytest.mark.parametrize(
    ("total", "tax", "excluded", "included"),
    [
        ("90000.0", "9000.0", "90000", "99000"),
        ("0.0", "0.0", "0", "0"),
        ("1234.50", "123.45", "1234.5", "1357.95"),
        ("1E+6", "1E+5", "1000000", "1100000"),
        ("-500.0", "-50.0", "-500", "-550"),
        ("999999999.0", None, "999999999", "999999999"),
    ],
)
def test_amounts_are_plain_decimals(total: str, tax: str | None, excluded: str, included: str) -> None:
    given = Decimal(total), Decimal(tax) if tax else None
    found = [amount_text(*given, Settings.model_validate(settings(amount_tax=how))) for how in ("excluded", "included")]
    assert found == [excluded, included]
    assert amount_text(None, Decimal(1), SETTINGS) is None


@pytest.mark.parametrize(
    ("one", "other", "same"), [("1", "1.0", True), ("1", "2", False), ("", "0", False), ("", "", False)]
)
def test_amounts_are_compared_as_numbers(one: str, other: str, same: bool) -> None:
    assert same_amount(one, other) is same


# At once.


@pytest.mark.parametrize(
    ("one", "known", "expected"),
    [
        (deal("受注済"), None, "受注済"),
        (deal("失注"), link("受注済"), "失注"),
        (deal("受注済"), link("受注済"), "nothing_changed"),
        (deal("請求済"), link("受注済"), "status_from_board_only"),
        (deal("入金済"), None, "status_from_board_only"),
        (deal("請求済"), link("請求済"), "nothing_changed"),
        (deal(""), link("受注済"), "stage_not_mapped"),
        (Deal("default", STAGES["受注済"]), None, "stage_not_mapped"),
        (Deal("", ""), None, "stage_not_mapped"),
    ],
)
def test_what_a_deal_asks_for_at_once(one: Deal, known: Link | None, expected: str) -> None:
    try:
        found = at_once(one, known, SETTINGS, digest)
    except Skip as skip:
        found = skip.code
    assert found == expected


def test_a_remembered_row_is_a_link_nothing_or_a_project_that_is_gone() -> None:
    assert link_of({}) is None
    assert link_of({"project": "", "sent": "2026-11-22T00:00:00Z"}) is None
    assert link_of({"project": "70001", "status": "a", "stage": "b", "amount": "c"}) == Link(70001, "a", "b", "c")
    assert link_of({"project": "70001"}) == Link(70001)
    with pytest.raises(Skip) as skip:
        link_of({"gone": "70001", "project": ""})
    assert (skip.value.code, skip.value.params) == ("project_gone", {"project": "70001"})
