"""Deletions that cross something else: a merge, a move, a setting, a new record in the old one's place."""

from __future__ import annotations

import pytest

from tests.firm import TENANT, Firm
from tests.harness import PORTAL

KINDS = pytest.mark.parametrize("kind", ["company", "contact"])
SIDE = {"company": "address", "contact": "person"}


def _two(firm: Firm, kind: str) -> tuple[str, str, str, str]:
    """Two companies or contacts, and what was made of them in falcana."""
    company = firm.company("Eins GmbH")
    if kind == "company":
        two = company, firm.company("Zwei GmbH")
    else:
        two = firm.contact(company), firm.contact(company, email="max@muster.example", lastname="Max")
    firm.five()
    firm.many_others()
    return *two, firm.partner(two[0]), firm.partner(two[1])


@KINDS
@pytest.mark.parametrize("first", ["deleted", "kept"])
def test_one_of_two_is_deleted_in_falcana_and_both_become_one_in_hubspot(firm: Firm, kind: str, first: str) -> None:
    """What is left in HubSpot is the other one's, too: it is not deleted."""
    one, two, gone, kept = _two(firm, kind)
    firm.remove(SIDE[kind], gone)
    left = firm.unite(kind, *((one, two) if first == "deleted" else (two, one)))
    firm.later()
    assert left in {**firm.companies(), **firm.contacts()}
    assert {**firm.addresses(), **firm.persons()}[kept]["external_ids"] == {"hubspot": left}
    firm.edit(kind, left, phone="030 1")
    firm.five()
    assert {**firm.addresses(), **firm.persons()}[kept]["phone"] == "030 1"


@KINDS
def test_one_of_two_is_deleted_in_hubspot_and_both_become_one_in_falcana(firm: Firm, kind: str) -> None:
    one, two, lost, kept = _two(firm, kind)
    firm.delete(kind, one)
    firm.merge(SIDE[kind], kept, lost)
    firm.later()
    there = {**firm.companies(), **firm.contacts()}
    assert two in there
    assert one not in there
    firm.edit(kind, two, phone="030 1")
    firm.five()
    assert {**firm.addresses(), **firm.persons()}[kept]["phone"] == "030 1"


def test_a_person_that_moves_before_its_old_address_is_deleted(firm: Firm) -> None:
    one, two, gone, kept = _two(firm, "company")
    contact = firm.contact(one)
    firm.five()
    person = firm.partner(contact)
    firm.change("person", person, address_id=int(kept))
    firm.remove("address", gone)
    firm.later(2)
    assert list(firm.companies()) == [two]
    assert firm.contacts()[contact]["associatedcompanyid"] == two
    assert str(firm.persons()[person]["address_id"]) == kept


def test_a_new_contact_in_the_place_of_a_deleted_one(firm: Firm) -> None:
    """It is for a person to say that it is the same; then it goes on."""
    company = firm.company()
    old = firm.contact(company)
    firm.five()
    person = firm.partner(old)
    firm.delete("contact", old)
    firm.later()
    new = firm.contact(company, jobtitle="Chefin")
    firm.later(2)
    assert list(firm.persons()) == [person]
    assert [(row["id"], row["code"]) for row in firm.waiting("parked")] == [(new, "falcana_taken")]
    firm.tool("link", person=person, contact=new)
    firm.five()
    assert firm.persons()[person]["position"] == "Chefin"
    assert firm.persons()[person]["external_ids"] == {"hubspot": new}
    assert (firm.waiting("parked"), list(firm.contacts())) == ([], [new])


@KINDS
def test_a_new_record_in_falcana_in_the_place_of_a_deleted_one(firm: Firm, kind: str) -> None:
    one, two, gone, _ = _two(firm, kind)
    firm.remove(SIDE[kind], gone)
    firm.five()
    if kind == "company":
        new = firm.address("Eins GmbH")
    else:
        new = firm.person(next(iter(firm.addresses())), "Mustermann", email="erika@muster.example")
    firm.five()
    there = firm.companies() if kind == "company" else firm.contacts()
    partner = {**firm.addresses(), **firm.persons()}[new]["external_ids"]["hubspot"]
    assert set(there) == {two, partner}
    assert partner != one


def test_deletions_that_wait_are_let_go_when_the_setting_says_so(firm: Firm) -> None:
    for number in range(22):
        firm.hubspot.seed(PORTAL, "companies", {"name": f"Firma {number}"})
    firm.five()
    for address in list(firm.addresses())[:21]:
        firm.falcana.remove(TENANT, "addresses", int(address))
    firm.five()
    assert len(firm.waiting("deletes")) == 21
    firm.apply(on_falcana_delete="unlink")
    firm.five()
    firm.tool("confirm_deletes")
    firm.later()
    assert len(firm.companies()) == 22
    assert firm.waiting("deletes") == []
    assert {row["code"] for row in firm.waiting("ended")} == {"falcana_deleted"}


@KINDS
def test_a_link_that_a_person_ends_stays_ended_until_it_is_to_begin_anew(firm: Firm, kind: str) -> None:
    one, two, first, second = _two(firm, kind)

    def phones() -> tuple[object, object]:
        here, there = {**firm.addresses(), **firm.persons()}, {**firm.companies(), **firm.contacts()}
        return here[first]["phone"], there[one].get("phone")

    firm.tool("unlink", **{kind: one})
    firm.five()
    firm.edit(kind, one, phone="030 1")
    firm.change(SIDE[kind], first, phone="030 2")
    firm.later(2)
    firm.press("import")
    assert phones() == ("030 2", "030 1")
    assert [(row["id"], row["code"]) for row in firm.waiting("ended")] == [(first, "kept_apart")]
    firm.edit(kind, two, phone="030 3")
    firm.remove(SIDE[kind], first)  # it is nothing to HubSpot's any more
    firm.later(2)
    there = {**firm.companies(), **firm.contacts()}
    assert one in there
    assert {**firm.addresses(), **firm.persons()}[second]["phone"] == "030 3"
    firm.tool("unlink", **{kind: one, "again": True})
    firm.five()
    assert {**firm.addresses(), **firm.persons()}[firm.partner(one)]["phone"] == "030 1"
    firm.forget_calls()
    firm.later(3)
    assert [call for call in firm.writes() if "/crm/" in call] == []


def test_a_deletion_that_waited_while_the_partner_was_merged_into_a_new_company_ends_the_pair(firm: Firm) -> None:
    firm.hubspot.configure({"merge_gives_new_id": True})
    first, second = firm.company("Erste GmbH"), firm.company("Zweite GmbH")
    firm.five()
    addresses = {one["external_ids"]["hubspot"]: id_ for id_, one in firm.addresses().items()}
    firm.remove("address", addresses[first])
    firm.remove("address", addresses[second])
    assert firm.five()["outcome"]["deletes_waiting"] == "2"
    third = firm.company("Dritte GmbH")
    final = firm.hubspot.merge(PORTAL, "companies", first, third)
    firm.later()
    firm.tool("confirm_deletes")
    firm.later()
    assert set(firm.companies()) == {final}, "what is of two firms is not deleted for one"
    assert firm.waiting("deletes") == []
    assert {row["code"] for row in firm.waiting("ended")} == {"archived_by_us", "merged_twice"}
