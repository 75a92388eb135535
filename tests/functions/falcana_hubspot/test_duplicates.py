"""Two filled systems meet: what is certainly the same is linked, what may be is for a person, the rest is made once."""

from __future__ import annotations

from typing import Any

import pytest

from local.sandbox.hubspot.definitions import Property
from renkei.texts import text
from tests.firm import Firm
from tests.functions.falcana_hubspot.pace import ended
from tests.harness import PORTAL

NEITHER = {"hubspot_to_falcana": False, "falcana_to_hubspot": False}
MAPPED = [
    {"falcana": "name", "hubspot": "name"},
    {"falcana": "street", "hubspot": "address"},
    {"falcana": "zip", "hubspot": "zip"},
    {"falcana": "city", "hubspot": "city"},
    {"falcana": "phone", "hubspot": "phone"},
    {"falcana": "website", "hubspot": "domain"},
]


@pytest.fixture
def filled(firm: Firm) -> Firm:
    """Both systems have records before anything runs by itself."""
    firm.apply(directions=NEITHER, address_fields=MAPPED)
    return firm


def _settled(firm: Firm) -> None:
    """With both ways on nothing more is written, however often it runs."""
    firm.apply(address_fields=MAPPED)
    for _ in range(4):
        ended(firm, firm.five())
    firm.forget_calls()
    firm.five()
    assert firm.writes() == []


def _names(records: dict[str, dict[str, Any]]) -> list[str]:
    return sorted(str(one["name"]) for one in records.values())


ALIKE = {
    "name without its legal form": ({"name": "Nordwind GmbH & Co. KG"}, {"name": "NORDWIND AG"}, "name"),
    "umlauts": ({"name": "Müller Straßenbau e.K."}, {"name": "Mueller Strassenbau"}, "name"),
    "a Japanese legal form": ({"name": "株式会社青空商事"}, {"name": "青空商事"}, "name"),
    "the phone in another form and the domain": (
        {"name": "A", "phone": "040 998877", "website": "https://www.nord.example/kontakt"},
        {"name": "B", "phone": "+49 (40) 99 88 77", "domain": "nord.example"},
        "domain",
    ),
}


@pytest.mark.parametrize("what", list(ALIKE))
def test_candidates_are_listed_with_a_score_and_why_and_nothing_is_linked(filled: Firm, what: str) -> None:
    here, there, why = ALIKE[what]
    address, company = filled.address(**here), filled.company(**there)
    filled.address("Ganz anders AG", city="Kiel")
    filled.company("Unbeteiligt SE", city="Kiel")
    filled.wait(30)
    filled.forget_calls()
    run = filled.press("duplicates")
    assert (run["state"], run["outcome"]["alike"]) == ("delivered", "1")
    assert filled.writes() == []
    (one,) = filled.waiting("undecided")
    assert (one["id"], one["with"], one["kind"]) == (address, company, "address")
    assert 50 <= one["score"] < 100
    assert (one["name"].split()[0], one["with_name"].split()[0]) == (here["name"].split()[0], there["name"].split()[0])
    assert text(f"falcana_alike_{why}", "ja") in one["why"]
    filled.press("import")
    assert company not in [record["external_ids"].get("hubspot") for record in filled.addresses().values()]
    assert "Unbeteiligt SE" in _names(filled.addresses())


def test_who_shares_nothing_but_free_mail_or_a_town_is_no_candidate(filled: Firm) -> None:
    address = filled.address("Bäckerei Anna", email="anna@gmail.com", city="Kiel", zip="24103")
    filled.company("Schlosserei Bernd", city="Kiel", zip="24103", domain="gmail.com")
    filled.person(address, "Anna", email="anna@gmail.com")
    filled.contact("", "bernd@gmail.com", lastname="Bernd")
    filled.wait(30)
    run = filled.press("duplicates")
    assert "alike" not in run["outcome"]
    assert filled.waiting("undecided") == []


def test_exact_mail_addresses_link_people_by_themselves(filled: Firm) -> None:
    company = filled.company("Nord GmbH")
    address = filled.address("Süd AG")
    contact = filled.contact(company, "Hans.Meier@Nord.example", lastname="Meier")
    person = filled.person(address, "Maier", email="hans.meier@nord.EXAMPLE")
    filled.wait(30)
    run = filled.press("import")
    assert run["outcome"]["linked"] == "1"
    assert filled.partner(contact) == person
    _settled(filled)
    assert (len(filled.persons()), len(filled.contacts())) == (1, 1)


@pytest.mark.parametrize("job", ["import", "export"])
@pytest.mark.parametrize("number", ["K-77", "k-77"])
def test_exact_customer_numbers_link_companies_by_themselves(firm: Firm, number: str, job: str) -> None:
    shown = Property("kundennummer", "string", "text", "companyinformation", {"en": "Number"}, hubspot_defined=False)
    firm.hubspot.portals[PORTAL].properties["companies"]["kundennummer"] = shown
    changes: dict[str, Any] = {"customer_number": "kundennummer", "address_fields": MAPPED}
    firm.apply(directions=NEITHER, **changes)
    same = firm.address("Nord GmbH", customer_number="K-77"), firm.company("Ganz anders", kundennummer=number)
    firm.address("Süd AG", customer_number="K-78")
    firm.company("Süd AG", kundennummer="K-79")  # two branches
    new = firm.company("West GmbH")
    firm.wait(30)
    run = firm.press(job)
    assert run["outcome"]["linked"] == "1"
    assert firm.partner(same[1]) == same[0]
    assert firm.companies()[same[1]]["kundennummer"] == number, "another way to write it is no change"
    firm.apply(**changes)
    for _ in range(2):
        ended(firm, firm.five())
    numbers = {one["external_ids"].get("hubspot"): one["customer_number"] for one in firm.addresses().values()}
    assert numbers[new].startswith("K-")
    assert firm.companies()[new]["kundennummer"] == numbers[new], "falcana's number is shown in HubSpot"
    assert (len(firm.addresses()), len(firm.companies())) == (4, 4)
    assert {one["kundennummer"] for one in firm.companies().values()} == set(numbers.values()) - {"K-77"} | {number}


def test_several_that_match_are_held_back_until_a_person_decides(filled: Firm) -> None:
    address = filled.address("Süd AG")
    persons = [filled.person(address, name, email="info@sued.example") for name in ("Meier", "Schulz")]
    contact = filled.contact(filled.company("Nord GmbH"), "info@sued.example", lastname="Meier")
    filled.wait(30)
    run = filled.press("import")
    assert run["outcome"]["undecided"] == "1"
    assert "linked" not in run["outcome"]
    (parked,) = [one for one in filled.waiting("parked") if one["id"] == contact]
    assert parked["code"] == "falcana_taken"
    assert all(person in parked["message"] for person in persons)
    filled.tool("link", person=persons[1], contact=contact)
    filled.press("import")
    assert filled.partner(contact) == persons[1]
    assert [one for one in filled.waiting("parked") if one["id"] == contact] == []


@pytest.mark.parametrize("job", ["import", "export"])
def test_candidates_are_decided_one_by_one_and_no_record_is_made_twice(filled: Firm, job: str) -> None:
    one = filled.address("Nordwind GmbH", phone="040 998877"), filled.company("Nordwind AG", phone="040 998877")
    two = filled.address("Südwind GmbH", city="Ulm"), filled.company("Südwind AG", city="Kiel")
    three = filled.address("Ostwind GmbH", city="Ulm"), filled.company("Ostwind KG", city="Kiel")
    filled.wait(30)
    filled.press("duplicates")
    assert {(found["id"], found["with"]) for found in filled.waiting("undecided")} == {one, two, three}
    filled.press(job)
    assert (len(filled.addresses()), len(filled.companies())) == (3, 3), "all of them wait"
    filled.tool("link", address=one[0], company=one[1])
    filled.tool("keep_apart", address=two[0], company=two[1])
    assert [(found["id"], found["with"]) for found in filled.waiting("undecided")] == [three]
    filled.press(job)
    assert filled.partner(one[1]) == one[0]
    more = (4, 3) if job == "import" else (3, 4)
    assert (len(filled.addresses()), len(filled.companies())) == more
    filled.press("duplicates")
    assert [(found["id"], found["with"]) for found in filled.waiting("undecided")] == [three], "nobody is asked twice"
    _settled(filled)
    assert _names(filled.addresses()) == ["Nordwind AG", "Ostwind GmbH", "Südwind AG", "Südwind GmbH"]
    assert _names(filled.companies()) == ["Nordwind AG", "Ostwind KG", "Südwind AG", "Südwind GmbH"]
    filled.tool("link", address=three[0], company=three[1])
    filled.five()
    assert filled.partner(three[1]) == three[0]


def test_an_import_looks_for_candidates_before_it_makes_anything(filled: Firm) -> None:
    address, company = filled.address("Nordwind GmbH"), filled.company("Nordwind AG")
    person = filled.person(address, "Meier", first_name="Eva", phone="040 998877")
    contact = filled.contact("", "", firstname="Eva", lastname="Meier", phone="+49 40 998877")
    filled.wait(30)
    run = filled.press("import")
    assert run["outcome"]["undecided"] == "2"
    assert (len(filled.addresses()), len(filled.persons())) == (1, 1)
    found = {(one["kind"], one["id"], one["with"]) for one in filled.waiting("undecided")}
    assert found == {("address", address, company), ("person", person, contact)}


def test_what_waits_for_a_person_is_not_looked_at_by_each_run_and_never_made(firm: Firm) -> None:
    company = firm.company("Nordwind AG")
    address = firm.address("Nordwind GmbH")
    ended(firm, firm.five())
    firm.forget_calls()
    for _ in range(3):
        run = firm.five()
        assert (run["reason"], firm.writes()) == ("nothing_new", [])
    firm.edit("company", company, city="Ulm")
    firm.change("address", address, city="Kiel")
    firm.five()
    assert (len(firm.addresses()), len(firm.companies())) == (1, 1)
    firm.tool("link", address=address, company=company)
    firm.five()
    assert firm.partner(company) == address
    assert firm.addresses()[address]["city"] == firm.companies()[company]["city"] == "Kiel"


def test_a_candidate_whose_other_side_is_gone_waits_no_longer(firm: Firm) -> None:
    firm.apply(directions=NEITHER)
    company, address = firm.company("Nordwind AG"), firm.address("Nordwind GmbH")
    firm.wait(30)
    firm.press("import")
    assert len(firm.waiting("undecided")) == 1
    firm.remove("address", address)
    firm.press("duplicates")
    firm.press("import")
    assert firm.partner(company) != address
    assert firm.waiting("undecided") == []


def test_two_with_one_mail_address_that_are_kept_apart_stay_two(firm: Firm) -> None:
    """falcana takes an address twice, HubSpot does not: what cannot be made there waits, and is told of once."""
    firm.apply(directions=NEITHER)
    person = firm.person(firm.address("Süd AG"), "Meier", email="info@sued.example")
    contact = firm.contact(firm.company("Nord GmbH"), "info@sued.example", lastname="Schulz")
    firm.wait(30)
    firm.tool("keep_apart", person=person, contact=contact)
    firm.press("import")
    assert firm.partner(contact) != person
    firm.apply()
    for _ in range(3):
        ended(firm, firm.five())
    assert firm.persons()[person]["external_ids"].get("hubspot") is None
    (parked,) = [one for one in firm.waiting("parked") if one["kind"] == "person"]
    assert (parked["id"], parked["code"]) == (person, "falcana_taken")
    for _ in range(3):
        firm.forget_calls()
        run = firm.five()
        assert (run["reason"], firm.writes()) == ("nothing_new", [])
    firm.change("person", person, email="meier@sued.example")
    firm.five()
    assert firm.contacts()[firm.persons()[person]["external_ids"]["hubspot"]]["email"] == "meier@sued.example"
