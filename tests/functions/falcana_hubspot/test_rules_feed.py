"""falcana's feed: a cursor that is too old, rows that come again, and what falcana does not tell of."""

from __future__ import annotations

from datetime import timedelta

import pytest

from renkei import checkpoints
from tests.firm import KEY, TENANT, Firm


def _pairs(firm: Firm, number: int) -> list[str]:
    """So many addresses that are transferred."""
    addresses = [firm.address(f"Firma {one}", city="Berlin") for one in range(number)]
    firm.five()
    return addresses


def test_a_cursor_that_is_too_old_has_everything_read_and_finds_what_was_deleted(firm: Firm) -> None:
    one, gone, merged, winner = _pairs(firm, 4)
    company = firm.company("Fünf GmbH")
    person = firm.person(winner, "Schulze")
    firm.five()
    partners = {id_: row["external_ids"]["hubspot"] for id_, row in firm.addresses().items()}
    firm.change("address", one, city="Potsdam")
    firm.remove("address", gone)
    firm.merge("address", winner, merged)
    new = firm.address("Neu AG")
    firm.wait(86400)
    firm.falcana.forget_changes(TENANT, firm.clock() - timedelta(seconds=1))
    firm.edit("company", partners[winner], phone="030 1")
    run = firm.five()
    assert run["state"] == "delivered"
    assert firm.addresses()[winner]["phone"] == "030 1"  # HubSpot's side does not wait for it
    firm.later(2)
    companies = firm.companies()
    assert companies[partners[one]]["city"] == "Potsdam"
    assert partners[gone] not in companies
    assert partners[merged] in companies  # merged, not deleted
    assert firm.addresses()[new]["external_ids"]["hubspot"] in companies
    assert company in companies
    assert len(firm.contacts()) == 1
    assert person in firm.persons()
    firm.forget_calls()
    firm.later(3)
    assert firm.writes() == []
    firm.change("address", one, city="Werder")  # and from there on the feed is followed again
    firm.forget_calls()
    firm.five()
    assert firm.companies()[partners[one]]["city"] == "Werder"
    assert not [call for call in firm.calls() if call == "GET /v1/addresses"]


@pytest.mark.parametrize("cursor", ["", "no cursor of yours"])
def test_a_cursor_that_is_lost_or_garbled(firm: Firm, cursor: str) -> None:
    one, two = _pairs(firm, 2)
    partners = {id_: row["external_ids"]["hubspot"] for id_, row in firm.addresses().items()}
    checkpoints.save(firm.stack.workspace, KEY, "feed", {"cursor": cursor} if cursor else {})
    firm.change("address", one, city="Potsdam")
    firm.remove("address", two)
    firm.later()
    assert list(firm.companies()) == [partners[one]]
    assert firm.companies()[partners[one]]["city"] == "Potsdam"


def test_rows_that_come_again_and_in_small_pages_change_nothing(firm: Firm) -> None:
    addresses = _pairs(firm, 3)
    partners = {id_: row["external_ids"]["hubspot"] for id_, row in firm.addresses().items()}
    firm.falcana.configure({"repeat_changes": 50, "feed_page": 2})
    firm.change("address", addresses[0], city="Potsdam")
    firm.change("address", addresses[0], city="Werder")
    firm.remove("address", addresses[1])
    firm.five()
    firm.edit("company", partners[addresses[0]], city="Caputh")
    firm.forget_calls()
    firm.later(3)
    assert firm.companies()[partners[addresses[0]]]["city"] == firm.addresses()[addresses[0]]["city"] == "Caputh"
    assert [one for one in firm.writes() if "/crm/" in one] == []
    assert set(firm.companies()) == {partners[addresses[0]], partners[addresses[2]]}


def test_a_kind_of_address_that_is_no_company_stays_in_falcana(firm: Firm) -> None:
    club = firm.address("Turnverein e.V.", kind="association")
    for kind in ("family", "private"):
        firm.address(f"{kind} Berg", kind=kind)
    firm.five()
    assert list(firm.companies()) == [firm.addresses()[club]["external_ids"]["hubspot"]]
    firm.apply(kinds=["company"])
    other = firm.address("Chor e.V.", kind="association")
    firm.change("address", club, city="Bonn")
    firm.five()
    assert not firm.addresses()[other]["external_ids"].get("hubspot")
