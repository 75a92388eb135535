"""Settings that change while pairs are linked: both sides come to agree by the new ones, whatever came before."""

from __future__ import annotations

from typing import Any

from local.sandbox.board import DEMO
from tests.functions.hubspot_to_board.nights import bills, in_board, order_status, others_go_on, quiet
from tests.harness import Stack
from tests.office import KEY, PIPELINE, STAGES, Office, settings

ONLY_ONE = [{"pipeline": PIPELINE, "stages": [{"status": "見積中(中)", "stage": STAGES["見積中(中)"]}]}]


def opened(stack: Stack, name: str, **changes: Any) -> Office:
    """An office with other settings."""
    office = Office(stack)
    stack.begin(name, lambda: office.open(**changes))
    return office


def nights(office: Office) -> None:
    """Two nights, the second behind the overlap of the first."""
    office.night()
    others_go_on(office)
    office.night()
    others_go_on(office)


def test_a_status_that_is_mapped_later_reaches_what_is_linked_already(stack: Stack) -> None:
    office = opened(stack, "office of one status", pipelines=ONLY_ONE)
    deal = office.linked()
    nights(office)
    in_board(office, deal, order_status=5)
    nights(office)
    assert office.status(deal) == "見積中(中)", "it is not mapped"
    office.apply()
    office.night()
    assert (office.status(deal), order_status(office, deal)) == ("受注済", "受注済")
    quiet(office)


def test_the_amount_that_is_switched_on_later_comes(stack: Stack) -> None:
    office = opened(stack, "office without amounts", amount=False)
    deal = office.linked()
    nights(office)
    in_board(office, deal, total="7000")
    nights(office)
    assert not office.held(deal).get("amount")
    office.apply(amount=True)
    office.night()
    assert office.held(deal)["amount"] == "7000"
    quiet(office)


def test_amounts_with_tax_come_when_that_is_set_later(stack: Stack) -> None:
    office = opened(stack, "office")
    deal = office.linked()
    in_board(office, deal, total="7000", tax="700")
    nights(office)
    assert office.held(deal)["amount"] == "7000"
    office.apply(amount_tax="included")
    office.night()
    assert office.held(deal)["amount"] == "7700"
    quiet(office)


def test_another_rule_of_invoices_counts_for_what_was_billed_before(stack: Stack) -> None:
    office = opened(stack, "office of first invoices", invoices="first")
    deal = office.linked("受注済")
    bills(office, deal, 1, 2)
    nights(office)
    assert office.status(deal) == "受注済", "the first one is not billed"
    office.apply(invoices="last")
    office.night()
    assert (office.status(deal), order_status(office, deal)) == ("請求済", "受注済")
    quiet(office)


def test_the_same_settings_once_more_read_nothing_anew(stack: Stack) -> None:
    office = opened(stack, "office")
    deals = [office.linked(name=f"株式会社{name}") for name in "AB"]
    nights(office)
    office.apply()
    run = office.night()
    assert (run["outcome"].get("pairs_read", "0"), run["state"]) == ("0", "delivered")
    assert {office.status(deal) for deal in deals} == {"見積中(中)"}


# One pair of accounts belongs to one workspace.


def connected(stack: Stack, there: str) -> None:
    """Another workspace that is connected to the same two accounts."""
    stack.workspace = there
    assert stack.connect()["statusCode"] == 200
    secrets = {"api_key": DEMO.api_key, "api_token": DEMO.api_token}
    status, told = stack.api("POST", f"/api/workspaces/{there}/connections/board", {"secrets": secrets})
    assert status == 200, told


def test_two_workspaces_do_not_link_the_same_two_accounts(stack: Stack) -> None:
    """Each deal would become two projects; who is refused learns which workspace is in the way."""
    office = opened(stack, "office")
    first = stack.workspace
    connected(stack, "second")
    status, told = stack.apply(integrations={KEY: settings()})
    assert (status, [first in one["message"] for one in told["error"]["problems"]]) == (422, [True])
    stack.workspace = first
    office.wait(10)
    office.deal(office.company(), status="見積中(中)")
    office.tell()
    assert (len(office.projects()), len(office.clients())) == (1, 1)


def test_the_second_may_link_them_once_the_first_is_switched_off(stack: Stack) -> None:
    office = opened(stack, "office")
    first = stack.workspace
    office.apply(enabled=False)
    connected(stack, "second")
    status, told = stack.apply(integrations={KEY: settings()})
    assert status == 200, told
    office.wait(10)
    office.deal(office.company(), status="見積中(中)")
    office.tell()
    assert (len(office.projects()), len(office.clients())) == (1, 1)
    stack.workspace = first
    status, told = stack.apply(integrations={KEY: settings()})
    assert (status, ["second" in one["message"] for one in told["error"]["problems"]]) == (422, [True])
