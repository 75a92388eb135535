"""Which way changes go: one, both or none; and what a direction takes over when it runs for the first time."""

from __future__ import annotations

from typing import Any

import pytest

from tests.firm import KEY, Firm
from tests.harness import Stack

IN = {"hubspot_to_falcana": True, "falcana_to_hubspot": False}
OUT = {"hubspot_to_falcana": False, "falcana_to_hubspot": True}
NEITHER = {"hubspot_to_falcana": False, "falcana_to_hubspot": False}
_OURS = {"external_ids", "version", "updated_at", "updated_by"}


@pytest.fixture
def fresh(stack: Stack) -> Firm:
    """A firm with both accounts, and no direction on."""
    one = Firm(stack)
    stack.begin("fresh firm", lambda: one.open(directions=NEITHER))
    return one


def _in_hubspot(firm: Firm) -> dict[str, Any]:
    return {**firm.companies(), **firm.contacts()}


def _in_falcana(firm: Firm) -> dict[str, Any]:
    """What falcana's people see: all but the mark that we set, and when that was."""
    there = {**firm.addresses(), **firm.persons()}
    return {id_: {name: one[name] for name in one.keys() - _OURS} for id_, one in there.items()}


def test_with_only_hubspot_to_falcana_nothing_is_ever_written_in_hubspot(fresh: Firm) -> None:
    firm = fresh
    firm.apply(directions=IN)
    company = firm.company("Müller GmbH", city="Berlin", phone="030 123456")
    contact = firm.contact(company)
    ours = firm.address("Schulze AG", city="Hamburg")
    theirs = firm.person(ours, "Schulze", email="hans@schulze.example")
    before = _in_hubspot(firm)
    firm.five()
    address, person = firm.partner(company), firm.partner(contact)
    assert firm.persons()[person]["address_id"] == int(address)
    firm.change("address", address, city="Potsdam", phone="0331 445566")
    firm.change("person", person, first_name="Erica")
    firm.change("address", ours, city="Lübeck")
    firm.five()
    assert firm.addresses()[address]["city"] == "Potsdam"  # only what changed in HubSpot comes from there
    firm.remove("person", theirs)
    firm.remove("person", person)
    firm.later()
    assert _in_hubspot(firm) == before
    assert firm.persons() == {}
    firm.edit("contact", contact, jobtitle="Chefin")
    firm.edit("company", company, phone="030 777888")
    firm.five()
    assert firm.addresses()[address]["phone"] == "030 777888"
    assert firm.persons() == {}  # deleted in falcana, so it does not come back either
    assert not [one for one in firm.writes() if "/crm/" in one]


def test_with_only_falcana_to_hubspot_falcana_gets_nothing_but_the_ids(fresh: Firm) -> None:
    firm = fresh
    firm.apply(directions=OUT)
    company = firm.company("Müller GmbH", city="Berlin")
    contact = firm.contact(company)
    address = firm.address("Schulze AG", city="Hamburg", phone="040 998877")
    person = firm.person(address, "Schulze", email="hans@schulze.example")
    before = _in_falcana(firm)
    firm.five()
    made = firm.addresses()[address]["external_ids"]["hubspot"]
    reached = firm.persons()[person]["external_ids"]["hubspot"]
    assert firm.contacts()[reached]["associatedcompanyid"] == made
    assert set(firm.companies()) == {company, made}
    firm.edit("company", made, city="Lübeck", name="Schulze SE")
    firm.edit("contact", reached, jobtitle="Chef")
    firm.edit("company", company, city="Potsdam")
    firm.later()
    assert _in_falcana(firm) == before
    assert (firm.companies()[made]["city"], firm.companies()[made]["name"]) == ("Lübeck", "Schulze SE")
    firm.change("address", address, phone="040 112233")
    firm.five()
    there = firm.companies()[made]
    assert (there["phone"], there["city"]) == ("040 112233", "Lübeck")  # of what only HubSpot changed, nothing
    firm.delete("contact", reached)
    firm.delete("contact", contact)
    firm.later()
    firm.change("person", person, position="Chef")
    firm.five()
    assert (list(firm.persons()), firm.contacts()) == ([person], {})


def test_without_a_direction_there_is_no_run(fresh: Firm) -> None:
    firm = fresh
    firm.company()
    firm.address()
    firm.wait(300)
    assert firm.stack.dispatch(KEY, "sync") == 0
    assert (len(firm.companies()), len(firm.addresses()), firm.calls()) == (1, 1, [])
    firm.apply(directions=IN)
    firm.wait(300)
    assert firm.stack.dispatch(KEY, "sync") == 1
    at = firm.clock()
    firm.apply(directions=NEITHER)
    firm.forget_calls()
    firm.work()
    run = firm.row(f"schedule.sync.{at:%Y%m%dT%H%M%SZ}")
    assert (run["state"], run["reason"]) == ("skipped", "falcana_no_direction")
    assert (len(firm.addresses()), firm.calls()) == (1, [])


@pytest.mark.parametrize("first", [IN, OUT], ids=["falcana later", "hubspot later"])
def test_the_first_run_of_a_direction_that_comes_later_takes_everything(fresh: Firm, first: dict[str, bool]) -> None:
    firm = fresh
    company = firm.company("Müller GmbH", city="Berlin", phone="030 123456")
    contact = firm.contact(company)
    address = firm.address("Schulze AG", city="Hamburg", phone="040 998877")
    person = firm.person(address, "Schulze", email="hans@schulze.example")
    firm.apply(directions=first)
    firm.five()
    if first is IN:
        pair = firm.partner(company), company
        firm.change("address", pair[0], city="Potsdam")
        firm.change("person", firm.partner(contact), position="Leiterin")
    else:
        pair = address, firm.addresses()[address]["external_ids"]["hubspot"]
        firm.edit("company", pair[1], city="Potsdam")
        firm.edit("contact", firm.persons()[person]["external_ids"]["hubspot"], jobtitle="Leiterin")
    firm.wait(7200)
    firm.five()
    assert (len(firm.addresses()), len(firm.companies())) == ((2, 1) if first is IN else (1, 2))
    firm.apply()
    firm.five()
    assert len(firm.addresses()) == len(firm.companies()) == len(firm.persons()) == len(firm.contacts()) == 2
    # what had been changed while the direction was off goes, too
    assert firm.addresses()[pair[0]]["city"] == firm.companies()[pair[1]]["city"] == "Potsdam"
    assert sorted(one["position"] or "" for one in firm.persons().values()) == ["", "Leiterin"]
    assert sorted(one.get("jobtitle") or "" for one in firm.contacts().values()) == ["", "Leiterin"]
    firm.forget_calls()
    run = firm.five()
    assert (run["state"], firm.writes()) == ("skipped", [])


def test_what_both_sides_change_while_a_direction_is_off_is_decided_by_the_later_change(fresh: Firm) -> None:
    """The side that was not heard did not agree: its change is weighed once it is heard, and not forgotten."""
    firm = fresh
    firm.apply(directions=IN)
    one, two = firm.company("Eins GmbH", city="Berlin", zip="10115"), firm.company("Zwei GmbH", city="Bonn")
    firm.five()
    first, second = firm.partner(one), firm.partner(two)
    firm.change("address", first, city="Potsdam", street="Am Markt 1")
    firm.change("address", second, city="Koblenz")
    firm.edit("company", two, zip="53111")  # another field: falcana's Koblenz stays a change of its own
    firm.five()
    assert firm.addresses()[second]["zip"] == "53111"
    firm.apply()
    firm.five()
    companies, addresses = firm.companies(), firm.addresses()
    assert (companies[one]["city"], companies[one]["address"]) == ("Potsdam", "Am Markt 1")
    assert companies[two]["city"] == addresses[second]["city"] == "Koblenz"
    assert (addresses[first]["zip"], companies[one]["zip"]) == ("10115", "10115")


def test_switched_off_settings_stop_everything(firm: Firm) -> None:
    company = firm.company()
    firm.five()
    firm.apply(enabled=False)
    firm.edit("company", company, city="Potsdam")
    firm.forget_calls()
    firm.wait(300)
    assert firm.stack.dispatch(KEY, "sync") == 0
    assert firm.calls() == []
    firm.apply()
    firm.five()
    assert firm.addresses()[firm.partner(company)]["city"] == "Potsdam"
