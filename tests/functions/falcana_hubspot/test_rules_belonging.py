"""A contact belongs to its company as the contact person does to its address, both ways."""

from __future__ import annotations

import pytest

from tests.firm import Firm


def _two(firm: Firm) -> tuple[str, str, str, str, str, str]:
    """Two companies and a contact of the first, all transferred: their ids in HubSpot, then in falcana."""
    one, two = firm.company("Eins GmbH"), firm.company("Zwei GmbH")
    contact = firm.contact(one)
    firm.five()
    return one, two, contact, firm.partner(one), firm.partner(two), firm.partner(contact)


def _belongs(firm: Firm, contact: str, person: str) -> tuple[str, str]:
    """The company of a contact, and the address of a contact person."""
    return firm.contacts()[contact].get("associatedcompanyid") or "", str(firm.persons()[person]["address_id"])


@pytest.mark.parametrize("shown", [True, False], ids=["time moves", "time stays"])
def test_another_company_in_hubspot(firm: Firm, shown: bool) -> None:
    """An association need not move the time of change: then it is found when its turn comes."""
    _, two, contact, _, other, person = _two(firm)
    firm.hubspot.configure({"association_bumps_modified": shown})
    firm.belong(contact, two)
    firm.later(1 if shown else 6)
    assert _belongs(firm, contact, person) == (two, other)
    firm.forget_calls()
    firm.later(3)
    assert firm.writes() == []


def test_another_address_in_falcana(firm: Firm) -> None:
    one, two, contact, address, other, person = _two(firm)
    firm.change("person", person, address_id=int(other))
    firm.five()
    assert _belongs(firm, contact, person) == (two, other)
    later = firm.company("Drei GmbH")  # one that is new itself goes over first
    firm.belong(contact, later)
    firm.five()
    assert _belongs(firm, contact, person) == (later, firm.partner(later))
    new = firm.address("Vier AG")
    firm.change("person", person, address_id=int(new))
    firm.five()
    assert _belongs(firm, contact, person) == (firm.addresses()[new]["external_ids"]["hubspot"], new)
    assert firm.persons().keys() == {person}
    assert firm.contacts().keys() == {contact}
    assert {one, two} <= firm.companies().keys()
    assert address in firm.addresses()


@pytest.mark.parametrize("last", ["hubspot", "falcana"])
def test_of_two_changes_of_belonging_the_later_one_stays(firm: Firm, last: str) -> None:
    _, two, contact, _, other, person = _two(firm)
    three = firm.company("Drei GmbH")
    firm.five()
    third = firm.partner(three)
    if last == "hubspot":
        firm.change("person", person, address_id=int(third))
    firm.belong(contact, two)
    if last == "falcana":
        firm.change("person", person, address_id=int(third))
    firm.five()
    assert _belongs(firm, contact, person) == ((three, third) if last == "falcana" else (two, other))


def test_a_company_that_is_taken_away_stays_in_falcana(firm: Firm) -> None:
    """A blank never overwrites; falcana wants an address of each contact person anyway."""
    _, _, contact, address, _, person = _two(firm)
    firm.edit("contact", contact, associatedcompanyid="", jobtitle="Chefin")
    firm.five()
    assert _belongs(firm, contact, person)[1] == address
    assert firm.persons()[person]["position"] == "Chefin"


def test_a_contact_without_a_company_gets_a_private_address_until_it_has_one(firm: Firm) -> None:
    contact = firm.contact("")
    firm.five()
    person = firm.partner(contact)
    (private,) = firm.addresses()
    there = firm.addresses()[private]
    assert (there["kind"], there["name"]) == ("private", "Erika Mustermann")
    assert (there["owner_user_id"], there["sales_group_id"]) == (11, 21)
    assert _belongs(firm, contact, person) == ("", private)
    firm.later()
    assert firm.companies() == {}  # a private address is no company
    firm.edit("contact", contact, jobtitle="Chefin")
    firm.change("person", person, first_name="Erica")
    firm.five()
    assert (firm.persons()[person]["position"], firm.contacts()[contact]["firstname"]) == ("Chefin", "Erica")
    assert list(firm.addresses()) == [private]
    company = firm.company()
    firm.belong(contact, company)
    firm.five()
    assert _belongs(firm, contact, person) == (company, firm.partner(company))


def test_a_contact_without_a_company_waits_if_the_settings_say_so(firm: Firm) -> None:
    firm.apply(without_company="wait")
    contact = firm.contact("")
    firm.five()
    assert (firm.addresses(), firm.persons()) == ({}, {})
    (row,) = firm.waiting("parked")
    assert (row["kind"], row["id"], row["code"]) == ("contact", contact, "falcana_no_company")
    firm.forget_calls()
    run = firm.five()
    assert (run["reason"], firm.writes()) == ("nothing_new", [])
    company = firm.company()
    firm.belong(contact, company)
    firm.five()
    person = firm.partner(contact)
    assert _belongs(firm, contact, person) == (company, firm.partner(company))
    assert firm.waiting("parked") == []


def test_what_waits_for_a_company_comes_when_the_setting_changes(firm: Firm) -> None:
    firm.apply(without_company="wait")
    contact = firm.contact("")
    firm.five()
    firm.apply(without_company="private")
    firm.five()
    person = firm.partner(contact)
    assert firm.addresses()[str(firm.persons()[person]["address_id"])]["kind"] == "private"
    assert firm.waiting("parked") == []


def test_a_contact_waits_for_a_company_that_does_not_go_over(firm: Firm) -> None:
    """The company is parked alone, and its contact behind it: both come once the reason is gone."""
    firm.falcana.restrict("muster-gmbh", 21)
    company = firm.company()
    contact = firm.contact(company)
    firm.five()
    assert (firm.addresses(), firm.persons()) == ({}, {})
    assert {(row["kind"], row["code"]) for row in firm.waiting("parked")} == {
        ("company", "falcana_forbidden"),
        ("contact", "falcana_company_waits"),
    }
    firm.falcana.restrict("muster-gmbh", 21, restricted=False)
    firm.edit("company", company, city="Berlin")
    firm.five()
    firm.five()  # who waited is looked at by the run behind the one that made the company
    assert _belongs(firm, contact, firm.partner(contact)) == (company, firm.partner(company))
    assert firm.waiting("parked") == []


def test_a_contact_person_of_a_private_address_has_no_company_in_hubspot(firm: Firm) -> None:
    home = firm.address("Familie Berg", kind="family")
    person = firm.person(home, "Berg", first_name="Rita", email="rita@berg.example")
    firm.five()
    contact = firm.persons()[person]["external_ids"]["hubspot"]
    assert (firm.companies(), _belongs(firm, contact, person)) == ({}, ("", home))
    firm.edit("contact", contact, jobtitle="Mutter")
    firm.five()
    assert (firm.persons()[person]["position"], list(firm.addresses())) == ("Mutter", [home])
    work = firm.address("Berg GmbH")
    firm.change("person", person, address_id=int(work))
    firm.five()
    company = firm.addresses()[work]["external_ids"]["hubspot"]
    assert _belongs(firm, contact, person) == (company, work)


def test_an_address_that_becomes_a_company_goes_over_and_takes_its_people_with_it(firm: Firm) -> None:
    home = firm.address("Rita Berg", kind="private")
    person = firm.person(home, "Berg", email="rita@berg.example")
    firm.five()
    contact = firm.persons()[person]["external_ids"]["hubspot"]
    assert firm.companies() == {}
    firm.change("address", home, kind="company")
    firm.later()
    company = firm.addresses()[home]["external_ids"]["hubspot"]
    assert firm.companies()[company]["name"] == "Rita Berg"
    assert _belongs(firm, contact, person) == (company, home)


def test_a_contact_of_a_company_that_was_deleted_gets_another(firm: Firm) -> None:
    one, two, contact, address, other, person = _two(firm)
    firm.delete("company", one)
    firm.later()
    assert str(firm.persons()[person]["address_id"]) == address
    firm.belong(contact, two)
    firm.five()
    assert _belongs(firm, contact, person) == (two, other)
