"""A record that fails is parked alone with its reason; it is not hammered, and comes when it or a setting changes."""

from __future__ import annotations

import pytest

from local.sandbox.falcana import Custom
from local.sandbox.faults import Fault
from tests.firm import TENANT, Firm
from tests.harness import PORTAL

ROWS = [
    {"falcana": "name", "hubspot": "name"},
    {"falcana": "city", "hubspot": "city"},
    {"falcana": "custom.steuer", "hubspot": "description"},
]


def _quiet(firm: Firm, runs: int = 4) -> None:
    """The next runs try nothing of what is parked, and are as cheap as quiet ones."""
    for _ in range(runs):
        firm.forget_calls()
        run = firm.five()
        assert (run["state"], firm.writes()) == ("skipped", []), run
        assert len(firm.calls()) <= 8, firm.calls()
    firm.forget_calls()


def _parked(firm: Firm) -> list[tuple[str, str, str]]:
    return [(row["kind"], row["id"], row["code"]) for row in firm.waiting("parked")]


def _require(firm: Firm) -> None:
    """falcana's admins want a field of each address that no row of ours brings."""
    firm.falcana.define(TENANT, "addresses", Custom("steuer", "text", "Steuernummer", "Tax number", required=True))


def test_what_falcana_requires_parks_the_record_and_a_setting_wakes_it(firm: Firm) -> None:
    _require(firm)
    company = firm.company("Müller GmbH", description="DE 123")
    plain = firm.company("Leer GmbH")
    address = firm.address("Schulze AG", custom={"steuer": "DE 9"})
    run = firm.five()
    assert run["state"] == "delivered"
    assert firm.addresses()[address]["external_ids"]["hubspot"] in firm.companies()  # the run goes on
    assert set(_parked(firm)) == {("company", one, "falcana_value") for one in (company, plain)}
    told = next(row for row in firm.waiting("parked") if row["id"] == company)
    assert "custom.steuer" in told["message"]
    assert {one["code"] for one in run["warnings"]} == {"falcana_parked"}
    _quiet(firm)
    firm.apply(address_fields=ROWS)
    firm.five()
    assert firm.addresses()[firm.partner(company)]["custom"]["steuer"] == "DE 123"
    assert _parked(firm) == [("company", plain, "falcana_value")]
    _quiet(firm)
    firm.edit("company", plain, description="DE 456")
    firm.five()
    assert firm.addresses()[firm.partner(plain)]["custom"]["steuer"] == "DE 456"
    assert _parked(firm) == []
    _quiet(firm, 1)


def test_a_change_that_does_not_help_is_tried_once_and_parked_again(firm: Firm) -> None:
    _require(firm)
    company = firm.company()
    firm.five()
    _quiet(firm, 1)
    firm.edit("company", company, city="Potsdam")
    firm.five()
    assert len([one for one in firm.writes() if one == "POST /v1/addresses"]) == 1
    assert _parked(firm) == [("company", company, "falcana_value")]
    _quiet(firm)
    firm.delete("company", company)
    firm.later()
    firm.apply(address_fields=ROWS)
    firm.five()
    assert (_parked(firm), firm.addresses()) == ([], {})  # what is gone waits no longer


def test_a_sales_group_that_is_closed_parks_its_records_only(firm: Firm) -> None:
    company, open_one = firm.company("Zu GmbH", city="Berlin"), firm.company("Offen GmbH", city="Berlin")
    contact = firm.contact(company)
    firm.five()
    closed, other, person = firm.partner(company), firm.partner(open_one), firm.partner(contact)
    firm.change("address", closed, sales_group_id=22)
    firm.five()
    firm.falcana.restrict(TENANT, 22)
    for one in (company, open_one):
        firm.edit("company", one, city="Potsdam")
    firm.edit("contact", contact, jobtitle="Chefin")
    firm.five()
    addresses = firm.addresses()
    assert (addresses[closed]["city"], addresses[other]["city"]) == ("Berlin", "Potsdam")
    assert set(_parked(firm)) == {
        ("address", closed, "falcana_forbidden"),
        ("person", person, "falcana_forbidden"),
    }
    _quiet(firm)
    firm.change("address", closed, phone="030 1")  # a change on the other side is tried, too
    firm.five()
    assert firm.addresses()[closed]["city"] == "Berlin"
    firm.falcana.restrict(TENANT, 22, restricted=False)
    _quiet(firm, 1)  # nobody tells us of that
    firm.edit("company", company, phone="030 2")
    firm.edit("contact", contact, phone="030 3")
    firm.five()
    there = firm.addresses()[closed]
    assert (there["city"], there["phone"]) == ("Potsdam", "030 2")
    assert firm.companies()[company]["phone"] == "030 2"
    assert (firm.persons()[person]["position"], firm.persons()[person]["phone"]) == ("Chefin", "030 3")
    assert _parked(firm) == []


@pytest.mark.parametrize("side", ["falcana", "hubspot"])
def test_an_address_that_a_side_does_not_take_is_left_out_and_told(firm: Firm, side: str) -> None:
    """A field that a record can do without does not keep the rest of it back."""
    company = firm.company()
    contact = firm.contact(company)
    firm.five()
    person = firm.partner(contact)
    if side == "falcana":
        bad = "erika@" + "m" * 95 + ".example"  # longer than falcana takes
        firm.edit("contact", contact, email=bad, jobtitle="Chefin")
    else:
        bad = "erika,x@muster.example"  # falcana takes it, HubSpot does not
        firm.change("person", person, email=bad, position="Chefin")
    run = firm.five()
    here, there = firm.persons()[person], firm.contacts()[contact]
    assert (here["position"], there["jobtitle"]) == ("Chefin", "Chefin")
    assert (here["email"], there["email"]) == (
        ("erika@muster.example", bad) if side == "falcana" else (bad, "erika@muster.example")
    )
    told = {one["code"]: one["params"] for one in run["warnings"]}
    assert told == {
        "falcana_field_refused": {"kind": "person", "field": "email", "falcana": person, "hubspot": contact}
    }
    firm.five()  # what we wrote in HubSpot is looked at once more
    _quiet(firm)
    if side == "falcana":
        firm.edit("contact", contact, email="neu@muster.example")
    else:
        firm.change("person", person, email="neu@muster.example")
    firm.five()
    assert firm.persons()[person]["email"] == firm.contacts()[contact]["email"] == "neu@muster.example"


def _refusal(*names: str) -> str:
    """HubSpot's word for a record that lacks what the account requires."""
    error = '{"message": "missing", "code": "MISSING_REQUIRED_PROPERTY", "context": {"propertyName": [%s]}}'
    listed = ", ".join(f'"{name}"' for name in names)
    return '{"status": "error", "category": "VALIDATION_ERROR", "message": "no", "errors": [%s]}' % (error % listed)


def test_what_hubspot_requires_parks_the_record_alone(firm: Firm) -> None:
    """HubSpot refuses a whole batch for one of them: the others are written one by one."""
    first = firm.address("Erste AG")
    firm.five()
    good, bad = firm.address("Gut AG"), firm.address("Schlecht AG")
    path, word = "/crm/objects/2026-09/companies", _refusal("industry")
    faults = [
        Fault("POST", f"{path}/batch/create", "status", 400, body=word),
        Fault("POST", path, "status", 400, body=word, every=2),
    ]
    for fault in faults:  # the two together, then the second of them alone
        firm.hubspot.faults.add(fault)
    run = firm.five()
    assert [one.struck for one in faults] == [1, 1]
    there = firm.addresses()
    assert set(firm.companies()) == {there[one]["external_ids"]["hubspot"] for one in (first, good)}
    ((kind, id_, _),) = _parked(firm)
    assert (kind, id_) == ("address", bad)
    assert run["state"] == "delivered"
    _quiet(firm)
    firm.change("address", bad, city="Potsdam")
    firm.five()
    assert firm.addresses()[bad]["external_ids"]["hubspot"] in firm.companies()
    assert (len(firm.companies()), _parked(firm)) == (3, [])


def test_a_mail_address_that_two_share_in_falcana_parks_the_second(firm: Firm) -> None:
    """A contact has a mail address of its own in HubSpot; in falcana two people may share one."""
    address = firm.address("Familie & Söhne")
    one = firm.person(address, "Eins", email="info@familie.example")
    two = firm.person(address, "Zwei", email="INFO@familie.example")
    firm.five()
    (contact,) = firm.contacts()
    assert firm.persons()[one]["external_ids"] == {"hubspot": contact}
    assert _parked(firm) == [("person", two, "falcana_taken")]
    _quiet(firm)
    firm.change("person", two, email="zwei@familie.example")
    firm.five()
    assert len(firm.contacts()) == 2
    assert firm.persons()[two]["external_ids"]["hubspot"] in firm.contacts()
    assert _parked(firm) == []


def test_by_hand_everything_that_is_parked_is_tried_again(firm: Firm) -> None:
    """A permission that was given back is nothing that a run can see: a person says so by asking for one."""
    firm.falcana.restrict(TENANT, 21)
    company = firm.hubspot.seed(PORTAL, "companies", {"name": "Müller GmbH"})
    firm.five()
    assert _parked(firm) == [("company", company, "falcana_forbidden")]
    firm.falcana.restrict(TENANT, 21, restricted=False)
    firm.press("sync")
    assert firm.partner(company)
    assert _parked(firm) == []
