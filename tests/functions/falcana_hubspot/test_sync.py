"""Changes go both ways, once."""

from __future__ import annotations

from tests.firm import Firm


def test_the_first_run_takes_everything_and_the_next_ones_nothing(firm: Firm) -> None:
    company = firm.company("Müller GmbH", phone="030 123456", city="Berlin", domain="mueller.example")
    contact = firm.contact(company)
    address = firm.address("Schulze AG", city="Hamburg", phone="040 998877")
    person = firm.person(address, "Schulze", first_name="Hans", email="hans@schulze.example")
    run = firm.five()
    assert run["state"] == "delivered", run
    addresses, companies = firm.addresses(), firm.companies()
    assert len(addresses) == len(companies) == 2
    made = next(one for one in addresses.values() if one["name"] == "Müller GmbH")
    assert made["external_ids"] == {"hubspot": company}
    assert made["city"] == "Berlin"
    assert addresses[address]["external_ids"]["hubspot"] in companies
    there = companies[addresses[address]["external_ids"]["hubspot"]]
    assert (there["name"], there["city"], there["renkei_falcana_id"]) == ("Schulze AG", "Hamburg", address)
    assert companies[company]["renkei_falcana_id"] == str(made["id"])
    persons, contacts = firm.persons(), firm.contacts()
    assert len(persons) == len(contacts) == 2
    one = contacts[persons[person]["external_ids"]["hubspot"]]
    assert one["associatedcompanyid"] == addresses[address]["external_ids"]["hubspot"]
    theirs = next(row for row in persons.values() if row["external_ids"]["hubspot"] == contact)
    assert theirs["address_id"] == made["id"]
    for _ in range(3):
        firm.forget_calls()
        run = firm.five()
        assert (run["state"], run["reason"]) == ("skipped", "nothing_new"), run
        assert firm.writes() == []
        assert len(firm.calls()) <= 8, firm.calls()


def test_a_change_goes_each_way_and_two_of_different_fields_both_stay(firm: Firm) -> None:
    company = firm.company("Müller GmbH", city="Berlin", phone="030 123456")
    firm.five()
    (address,) = firm.addresses()
    firm.edit("company", company, city="Potsdam")
    firm.five()
    assert firm.addresses()[address]["city"] == "Potsdam"
    firm.change("address", address, phone="0331 445566")
    firm.five()
    assert firm.companies()[company]["phone"] == "0331 445566"
    firm.edit("company", company, city="Werder")
    firm.change("address", address, street="Am Markt 1")
    firm.five()
    assert firm.addresses()[address]["city"] == "Werder"
    assert firm.companies()[company]["address"] == "Am Markt 1"
    firm.forget_calls()
    firm.five()
    assert firm.writes() == []


def test_deleted_in_hubspot_stays_in_falcana_and_is_not_transferred_again(firm: Firm) -> None:
    company = firm.company()
    firm.five()
    (address,) = firm.addresses()
    firm.hubspot.archive(111111, "companies", company)
    for _ in range(3):
        firm.five()
    firm.change("address", address, city="Köln")
    firm.five()
    assert list(firm.addresses()) == [address]
    assert firm.companies() == {}


def test_deleted_in_falcana_is_archived_in_hubspot(firm: Firm) -> None:
    company = firm.company()
    firm.five()
    (address,) = firm.addresses()
    firm.remove("address", address)
    firm.five()
    assert company not in firm.companies()
