"""Newer wins, field by field: each rule, blanks, two changes at once, and a change between reading and writing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest

from renkei.vendors.falcana import Falcana
from tests.firm import TENANT, Firm
from tests.harness import PORTAL

RULES = [
    {"falcana": "name", "hubspot": "name"},
    {"falcana": "street", "hubspot": "address", "rule": "→"},
    {"falcana": "zip", "hubspot": "zip", "rule": "←"},
    {"falcana": "city", "hubspot": "city", "rule": "fill"},
    {"falcana": "phone", "hubspot": "phone", "rule": "off"},
    {"falcana": "custom.notiz", "hubspot": "description", "clear": True},
]
OF = {"name": "name", "street": "address", "zip": "zip", "city": "city", "phone": "phone"}


def _pair(firm: Firm, **properties: str) -> tuple[str, str]:
    """A company and the address that was made of it."""
    company = firm.company(**properties)
    firm.five()
    return company, firm.partner(company)


def _both(firm: Firm, company: str, address: str, *fields: str) -> list[tuple[str | None, str | None]]:
    """What falcana and HubSpot have in fields."""
    ours, theirs = firm.addresses()[address], firm.companies()[company]
    return [(ours[field] or None, theirs.get(OF[field]) or None) for field in fields]


def test_each_field_goes_by_its_own_rule(firm: Firm) -> None:
    firm.apply(address_fields=RULES)
    company, address = _pair(firm, name="Müller GmbH", address="Weg 1", zip="10115", city="Berlin", phone="030 1")
    assert _both(firm, company, address, "street", "zip", "city", "phone") == [
        ("Weg 1", "Weg 1"),
        (None, "10115"),  # only falcana's goes over, and it has none
        ("Berlin", "Berlin"),
        (None, "030 1"),
    ]
    firm.edit("company", company, name="Müller SE", address="Weg 2", zip="10116", city="Bernau", phone="030 2")
    firm.five()
    assert _both(firm, company, address, *OF) == [
        ("Müller SE", "Müller SE"),
        ("Weg 2", "Weg 2"),
        (None, "10116"),
        ("Berlin", "Bernau"),  # filled on both sides, so both stay
        (None, "030 2"),
    ]
    values = {"name": "Müller KG", "street": "Weg 3", "zip": "10117", "city": "Buch", "phone": "030 3"}
    firm.change("address", address, **values)
    firm.five()
    assert _both(firm, company, address, *OF) == [
        ("Müller KG", "Müller KG"),
        ("Weg 2", "Weg 2"),  # HubSpot's holds
        ("10117", "10117"),
        ("Buch", "Bernau"),
        ("030 3", "030 2"),
    ]
    firm.edit("company", company, city="")
    firm.five()
    assert _both(firm, company, address, "city") == [("Buch", "Buch")]
    firm.forget_calls()
    firm.five()
    assert firm.writes() == []


def test_a_blank_overwrites_only_where_the_rule_says_so(firm: Firm) -> None:
    firm.apply(address_fields=RULES)
    company, address = _pair(firm, name="Müller GmbH", address="Weg 1", description="Stammkunde")
    assert firm.addresses()[address]["custom"]["notiz"] == "Stammkunde"
    firm.edit("company", company, address="", description="")
    firm.five()
    assert firm.addresses()[address]["street"] == "Weg 1"
    assert not firm.addresses()[address]["custom"].get("notiz")
    firm.change("address", address, custom={"notiz": "Neukunde"})
    firm.five()
    assert firm.companies()[company]["description"] == "Neukunde"
    firm.change("address", address, custom={"notiz": None}, zip=None)
    firm.five()
    assert not firm.companies()[company].get("description")
    firm.forget_calls()
    firm.five()
    assert firm.writes() == []


@pytest.mark.parametrize("last", ["hubspot", "falcana"])
def test_of_two_changes_of_a_field_the_later_one_stays_and_others_beside_it_do_too(firm: Firm, last: str) -> None:
    company, address = _pair(firm, city="Berlin", phone="030 123456")

    def there() -> None:
        firm.edit("company", company, city="Potsdam", phone="0331 778899")

    def here() -> None:
        firm.change("address", address, city="Werder", street="Am Markt 1")

    for deed in (there, here) if last == "falcana" else (here, there):
        deed()
    run = firm.five()
    city = "Werder" if last == "falcana" else "Potsdam"
    assert _both(firm, company, address, "city", "phone", "street") == [
        (city, city),
        ("0331 778899", "0331 778899"),
        ("Am Markt 1", "Am Markt 1"),
    ]
    assert (run["state"], run["outcome"]["conflicts"]) == ("delivered", "1")
    firm.forget_calls()
    firm.five()
    assert firm.writes() == []


@pytest.mark.parametrize("side", ["hubspot", "falcana"])
def test_changes_of_the_same_moment_go_by_the_setting(firm: Firm, side: str) -> None:
    firm.apply(on_tie=side)
    company, address = _pair(firm, city="Berlin")
    firm.wait(1)
    firm.hubspot.change(PORTAL, "companies", company, {"city": "Potsdam"})
    firm.falcana.change(TENANT, "addresses", int(address), {"city": "Werder"})
    firm.five()
    city = {"hubspot": "Potsdam", "falcana": "Werder"}[side]
    assert _both(firm, company, address, "city") == [(city, city)]


def test_the_same_change_on_both_sides_is_no_change(firm: Firm) -> None:
    company, address = _pair(firm, city="Berlin", phone="030 123456")
    firm.edit("company", company, city="Potsdam", phone="+49 30 555666")
    firm.change("address", address, city="POTSDAM", phone="030/555666")
    firm.forget_calls()
    firm.five()
    assert firm.writes() == []
    firm.change("address", address, city="Werder")  # and what was agreed on then is what counts from there
    firm.five()
    assert _both(firm, company, address, "city") == [("Werder", "Werder")]
    assert firm.companies()[company]["phone"] == "+49 30 555666"


@pytest.mark.parametrize("later", ["hubspot", "falcana"])
def test_at_the_first_meeting_the_later_record_wins_and_blanks_are_filled(firm: Firm, later: str) -> None:
    address = firm.address("Muster AG", phone="040 112233")
    deeds: list[Callable[[], Any]] = [
        lambda: firm.person(address, "Muster", email="erika@muster.example", position="Chefin"),
        lambda: firm.contact("", firstname="Erika", lastname="Mustermann", phone="0171 2233445"),
    ]
    for deed in deeds if later == "hubspot" else reversed(deeds):
        deed()
    firm.five()
    (person,), (contact,) = firm.persons().values(), firm.contacts().values()
    name = "Mustermann" if later == "hubspot" else "Muster"
    assert (person["last_name"], contact["lastname"]) == (name, name)
    assert (person["first_name"], contact["firstname"]) == ("Erika", "Erika")
    assert (person["position"], contact["jobtitle"]) == ("Chefin", "Chefin")
    assert (person["phone"], contact["phone"]) == ("0171 2233445", "0171 2233445")
    assert contact["associatedcompanyid"] == firm.addresses()[address]["external_ids"]["hubspot"]


def _meanwhile(firm: Firm, deed: Callable[[], None], times: int = 1) -> Any:
    """Have somebody do something in falcana just before our next writes there."""
    write, left = Falcana.update, iter(range(times))

    def late(client: Falcana, *given: Any, **named: Any) -> Any:
        if next(left, None) is not None:
            deed()
        return write(client, *given, **named)

    firm.forget_calls()
    return mock.patch.object(Falcana, "update", late)


def _patches(firm: Firm) -> list[int]:
    return [one.status for one in firm.falcana.calls if one.method == "PATCH"]


def test_a_change_between_reading_and_writing_is_merged_and_written_once_more(firm: Firm) -> None:
    company, address = _pair(firm, city="Berlin", phone="030 123456")
    firm.edit("company", company, city="Potsdam", phone="0331 778899")
    with _meanwhile(firm, lambda: firm.change("address", address, phone="0331 111", street="Am Markt 1")):
        run = firm.five()
    assert (run["state"], _patches(firm)) == ("delivered", [412, 200])
    assert _both(firm, company, address, "city", "phone", "street") == [
        ("Potsdam", "Potsdam"),
        ("0331 111", "0331 111"),  # the later one
        ("Am Markt 1", "Am Markt 1"),
    ]
    firm.forget_calls()
    firm.five()
    assert firm.writes() == []


def test_a_record_that_is_changed_at_each_try_is_left_to_the_next_run(firm: Firm) -> None:
    company, address = _pair(firm, city="Berlin")
    other = firm.company("Andere GmbH")
    firm.five()
    firm.edit("company", company, city="Potsdam")
    firm.edit("company", other, city="Bonn")
    numbers = iter(range(100))
    busy = _meanwhile(firm, lambda: firm.change("address", address, phone=f"0331 10{next(numbers)}"), times=9)
    with busy:
        firm.five()
    assert _patches(firm).count(412) >= 2
    assert len(_patches(firm)) <= 5  # twice for what HubSpot's search shows, twice for what falcana's feed shows
    assert firm.addresses()[firm.partner(other)]["city"] == "Bonn"
    firm.five()
    phone = firm.addresses()[address]["phone"]
    assert _both(firm, company, address, "city", "phone") == [("Potsdam", "Potsdam"), (phone, phone)]
    assert firm.waiting("parked") == []


@pytest.mark.parametrize("into", [False, True], ids=["deleted", "merged"])
def test_a_record_that_goes_between_reading_and_writing(firm: Firm, into: bool) -> None:
    company, address = _pair(firm, city="Berlin")
    winner = firm.address("Sieger AG") if into else ""
    firm.edit("company", company, city="Potsdam")
    gone = (lambda: firm.merge("address", winner, address)) if into else (lambda: firm.remove("address", address))
    with _meanwhile(firm, gone):
        firm.five()
    firm.five()
    firm.five()
    if into:  # the company goes on with the address that is left
        assert firm.partner(company) == winner
        assert list(firm.companies()) == [company]
        assert _both(firm, company, winner, "city")[0] == ("Potsdam", "Potsdam")
    else:
        assert (firm.companies(), firm.addresses()) == ({}, {})
