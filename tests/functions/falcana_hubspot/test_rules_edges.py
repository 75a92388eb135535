"""Where the rules meet: gone and back, needed and missing, parked and then deleted."""

from __future__ import annotations

import pytest

from local.sandbox.falcana import Custom
from local.sandbox.faults import Fault
from tests.firm import TENANT, Firm

KINDS = pytest.mark.parametrize("kind", ["company", "contact"])
SIDE = {"company": "address", "contact": "person"}


def _parked(firm: Firm) -> set[tuple[str, str, str]]:
    return {(row["kind"], row["id"], row["code"]) for row in firm.waiting("parked")}


@KINDS
@pytest.mark.parametrize("bumps", [True, False], ids=["time moves", "time stays"])
def test_deleted_and_restored_in_hubspot_before_a_run_saw_it(firm: Firm, kind: str, bumps: bool) -> None:
    firm.hubspot.configure({"restore_bumps_modified": bumps})
    company = firm.company()
    contact = firm.contact(company)
    firm.five()
    one = company if kind == "company" else contact
    falcana = firm.partner(one)
    firm.delete(kind, one)
    firm.restore(kind, one)
    firm.later()
    assert firm.waiting("ended") == []
    firm.change(SIDE[kind], falcana, phone="030 1")
    firm.five()
    assert {**firm.companies(), **firm.contacts()}[one]["phone"] == "030 1"
    firm.edit(kind, one, phone="030 2")
    firm.five()
    assert {**firm.addresses(), **firm.persons()}[falcana]["phone"] == "030 2"


def test_what_falcana_needs_and_hubspot_has_not_waits_for_it(firm: Firm) -> None:
    """HubSpot knows companies by their domain and contacts by their mail address alone."""
    named, nameless = firm.company("Müller GmbH"), firm.company("", domain="leer.example")
    contact = firm.contact(named, lastname="")
    hidden = firm.contact(nameless, email="max@leer.example")
    firm.five()
    assert len(firm.addresses()) == 1
    assert _parked(firm) == {
        ("company", nameless, "falcana_value"),
        ("contact", contact, "falcana_value"),
        ("contact", hidden, "falcana_company_waits"),
    }
    for row in firm.waiting("parked"):
        wanted = {nameless: "name", contact: "last_name"}.get(row["id"], hidden)
        assert wanted in row["message"]
    firm.forget_calls()
    firm.later(3)
    assert firm.writes() == []
    firm.edit("company", nameless, name="Leer GmbH")
    firm.edit("contact", contact, lastname="Mustermann")
    firm.five()
    firm.five()
    assert _parked(firm) == set()
    assert firm.addresses()[firm.partner(nameless)]["name"] == "Leer GmbH"
    assert firm.persons()[firm.partner(contact)]["last_name"] == "Mustermann"
    assert str(firm.persons()[firm.partner(hidden)]["address_id"]) == firm.partner(nameless)


def test_a_needed_name_that_is_emptied_in_hubspot_is_kept_in_falcana(firm: Firm) -> None:
    firm.apply(address_fields=[{"falcana": "name", "hubspot": "name", "clear": True}])
    company = firm.company("Müller GmbH", domain="mueller.example")
    firm.five()
    address = firm.partner(company)
    firm.edit("company", company, name="")
    firm.five()
    assert firm.addresses()[address]["name"] == "Müller GmbH"
    firm.forget_calls()
    firm.later(3)
    assert firm.writes() == []
    firm.edit("company", company, name="Müller SE")
    firm.five()
    assert firm.addresses()[address]["name"] == "Müller SE"


def test_the_people_of_an_address_that_hubspot_does_not_take_follow_it(firm: Firm) -> None:
    firm.address("Erste AG")
    firm.five()
    address = firm.address("Schulze AG")
    person = firm.person(address, "Schulze", email="hans@schulze.example")
    body = (
        '{"status": "error", "category": "VALIDATION_ERROR", "errors": [{"code": "INVALID_INTEGER", "message": "x"}]}'
    )
    path = "/crm/objects/2026-09/companies"
    fault = firm.hubspot.faults.add(Fault("POST", path, "status", 400, body=body, times=None))
    firm.five()
    assert fault.struck
    assert ("address", address) in {(kind, id_) for kind, id_, _ in _parked(firm)}
    firm.hubspot.faults.clear()
    firm.change("address", address, city="Hamburg")
    firm.five()
    firm.later()
    company = firm.addresses()[address]["external_ids"]["hubspot"]
    contact = firm.persons()[person]["external_ids"]["hubspot"]
    assert firm.contacts()[contact]["associatedcompanyid"] == company
    assert (len(firm.contacts()), _parked(firm)) == (1, set())


def test_what_was_parked_and_is_deleted_waits_no_longer(firm: Firm) -> None:
    firm.falcana.define(TENANT, "addresses", Custom("steuer", "text", "Steuernummer", "Tax number", required=True))
    company = firm.company()
    address = firm.address("Familie & Söhne", custom={"steuer": "DE 1"})
    firm.person(address, "Eins", email="info@familie.example")
    two = firm.person(address, "Zwei", email="info@familie.example")
    firm.five()
    assert _parked(firm) == {("company", company, "falcana_value"), ("person", two, "falcana_taken")}
    firm.remove("person", two)
    firm.delete("company", company)
    firm.later()
    assert _parked(firm) == set()
    assert len(firm.contacts()) == 1  # the other one's


def test_a_mail_address_that_another_contact_has_is_left_out_or_parked_alone(firm: Firm) -> None:
    company = firm.company()
    one = firm.contact(company)
    two = firm.contact(company, email="max@muster.example", firstname="Max")
    firm.five()
    first, second = firm.partner(one), firm.partner(two)
    firm.change("person", second, email="ERIKA@muster.example", position="Chef")
    firm.change("person", first, position="Chefin")
    run = firm.five()
    assert run["state"] == "delivered"
    assert firm.contacts()[one]["jobtitle"] == "Chefin"
    assert firm.contacts()[two]["email"] == "max@muster.example"
    assert {told["code"] for told in run["warnings"]} & {"falcana_parked", "falcana_field_refused"}
    firm.five()  # what we wrote in HubSpot is looked at once more
    firm.forget_calls()
    firm.later(3)
    assert firm.writes() == []
    firm.change("person", second, email="max2@muster.example")
    firm.five()
    assert (firm.contacts()[two]["email"], firm.contacts()[two]["jobtitle"]) == ("max2@muster.example", "Chef")
    assert _parked(firm) == set()


@pytest.mark.parametrize("job", ["sync", "export"])
def test_a_contact_that_two_people_could_be_is_for_a_person(firm: Firm, job: str) -> None:
    address = firm.address("Familie & Söhne")
    one = firm.person(address, "Eins", email="erika@muster.example")
    two = firm.person(address, "Zwei", email="erika@muster.example")
    contact = firm.contact(firm.company("Familie GmbH"))
    if job == "sync":
        firm.five()
    else:
        firm.press(job)
    firm.later(2)
    assert {firm.persons()[each]["last_name"] for each in (one, two)} == {"Eins", "Zwei"}
    assert not any(firm.persons()[each]["external_ids"] for each in (one, two))
    assert {one, two} <= {id_ for _, id_, _ in _parked(firm)}
    assert (list(firm.contacts()), len(firm.persons())) == ([contact], 2)
    firm.tool("link", person=two, contact=contact)
    firm.later(2)
    assert firm.partner(contact) == two
    assert firm.persons()[one]["last_name"] == "Eins"


def test_a_value_that_is_too_long_for_falcana_is_left_out_and_the_rest_goes(firm: Firm) -> None:
    company = firm.company("Müller GmbH", city="B" * 101, zip="10115", phone="0" * 51)
    long = firm.company("N" * 201)
    run = firm.five()
    there = firm.addresses()[firm.partner(company)]
    assert (there["name"], there["city"], there["zip"], there["phone"]) == ("Müller GmbH", None, "10115", None)
    assert _parked(firm) == {("company", long, "falcana_value")}
    told = {one["code"]: one["params"] for one in run["warnings"]}
    assert told["falcana_field_refused"]["field"] == "city, phone"
    assert firm.companies()[company]["city"] == "B" * 101  # and what stands in HubSpot stays
    firm.forget_calls()
    firm.later(3)
    assert firm.writes() == []


@pytest.mark.parametrize("side", ["falcana", "hubspot"])
def test_a_field_that_is_left_out_is_no_flipping_one(firm: Firm, side: str) -> None:
    """However often the rest of the record changes while one of its values is not taken."""
    contact = firm.contact(firm.company())
    firm.five()
    person = firm.partner(contact)
    if side == "hubspot":
        firm.change("person", person, email="erika,x@muster.example")  # falcana takes it, HubSpot does not
    else:
        firm.edit("contact", contact, mobilephone="0" * 51)  # longer than falcana takes
    for number in range(7):
        if side == "hubspot":
            firm.change("person", person, position=f"Chefin {number}")
        else:
            firm.edit("contact", contact, jobtitle=f"Chefin {number}")
        firm.five()
        here, there = firm.persons()[person]["position"], firm.contacts()[contact]["jobtitle"]
        assert (here, there) == (f"Chefin {number}", f"Chefin {number}")
    assert firm.waiting("ended") == []


def test_an_address_that_is_no_company_any_more_stays_linked(firm: Firm) -> None:
    company = firm.company()
    firm.five()
    address = firm.partner(company)
    firm.change("address", address, kind="private", city="Bonn")
    firm.five()
    firm.edit("company", company, zip="53111")
    firm.five()
    assert (firm.companies()[company]["city"], firm.addresses()[address]["zip"]) == ("Bonn", "53111")
    assert (len(firm.companies()), len(firm.addresses())) == (1, 1)
