"""Merges on either side: nobody takes them for deletions, and what is left goes on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.firm import Firm

KINDS = pytest.mark.parametrize("kind", ["company", "contact"])
SIDE = {"company": "address", "contact": "person"}


def _makers(firm: Firm, kind: str) -> Callable[[str], str]:
    """What makes a company, or a contact of one company, by its name."""
    if kind == "company":
        return lambda name: firm.company(name, city="Berlin")
    company = firm.company()
    return lambda name: firm.contact(company, email=f"{name.lower()}@muster.example", lastname=name)


def _here(firm: Firm, kind: str) -> dict[str, dict[str, object]]:
    return firm.addresses() if kind == "company" else firm.persons()


def _there(firm: Firm, kind: str) -> dict[str, dict[str, str]]:
    return firm.companies() if kind == "company" else firm.contacts()


def _goes_on(firm: Firm, kind: str, hubspot: str, falcana: str) -> None:
    """What is left goes both ways, and then is quiet."""
    firm.edit(kind, hubspot, phone="030 111222")
    firm.five()
    assert _here(firm, kind)[falcana]["phone"] == "030 111222"
    firm.change(SIDE[kind], falcana, phone="030 333444")
    firm.five()
    assert _there(firm, kind)[hubspot]["phone"] == "030 333444"
    firm.forget_calls()
    firm.later(3)
    assert firm.writes() == []


@pytest.mark.parametrize(("kind", "new"), [("company", False), ("contact", True)])
def test_two_that_are_linked_become_one_in_hubspot(firm: Firm, kind: str, new: bool) -> None:
    firm.hubspot.configure({"merge_gives_new_id": new})
    make = _makers(firm, kind)
    one, two = make("Eins"), make("Zwei")
    firm.five()
    first, second = firm.partner(one), firm.partner(two)
    left = firm.unite(kind, one, two)
    assert (left not in (one, two)) == new
    run = firm.five()
    firm.later()
    assert {first, second} <= set(_here(firm, kind))
    assert _here(firm, kind)[first]["external_ids"] == {"hubspot": left}
    (told,) = run["warnings"]
    params = {"kind": SIDE[kind], "kept": first, "left": second, "hubspot": left}
    assert (told["code"], told["params"]) == ("falcana_merged_in_hubspot", params)
    assert [(row["id"], row["code"]) for row in firm.waiting("ended")] == [(second, "merged_twice")]
    _goes_on(firm, kind, left, first)
    before = _there(firm, kind)
    firm.change(SIDE[kind], second, phone="030 999999")
    firm.press("export")
    assert _there(firm, kind) == before  # what is left over in falcana is not transferred


@pytest.mark.parametrize(
    ("kind", "new", "linked"),
    [
        ("company", True, "first"),
        ("company", False, "first"),
        ("company", False, "second"),
        ("contact", True, "second"),
    ],
)
def test_one_that_is_linked_and_one_that_is_not_yet(firm: Firm, kind: str, new: bool, linked: str) -> None:
    firm.hubspot.configure({"merge_gives_new_id": new})
    make = _makers(firm, kind)
    old = make("Eins")
    firm.five()
    address = firm.partner(old)
    fresh = make("Neu")
    left = firm.unite(kind, *((old, fresh) if linked == "first" else (fresh, old)))
    run = firm.five()
    assert list(_here(firm, kind)) == [address]
    assert _here(firm, kind)[address]["external_ids"] == {"hubspot": left}
    assert _there(firm, kind)[left]["renkei_falcana_id"] == address
    assert not run.get("warnings")
    _goes_on(firm, kind, left, address)


def test_three_become_one_in_two_steps_between_runs(firm: Firm) -> None:
    kind = "contact"
    make = _makers(firm, kind)
    three = [make(name) for name in ("Eins", "Zwei", "Drei")]
    firm.five()
    addresses = [firm.partner(one) for one in three]
    left = firm.unite(kind, three[2], firm.unite(kind, three[0], three[1]))
    firm.later()
    kept = firm.partner(left)
    assert kept in addresses
    assert set(addresses) <= set(_here(firm, kind))
    assert {row["id"] for row in firm.waiting("ended")} == set(addresses) - {kept}
    _goes_on(firm, kind, left, kept)


@pytest.mark.parametrize(
    ("kind", "new", "between"), [("company", True, False), ("company", False, True), ("contact", True, False)]
)
def test_merged_and_then_deleted_in_hubspot_all_stay_in_falcana(
    firm: Firm, kind: str, new: bool, between: bool
) -> None:
    firm.hubspot.configure({"merge_gives_new_id": new})
    make = _makers(firm, kind)
    one, two = make("Eins"), make("Zwei")
    firm.five()
    addresses = {firm.partner(one), firm.partner(two)}
    left = firm.unite(kind, one, two)
    if between:
        firm.five()
    firm.delete(kind, left)
    firm.later()
    for number, address in enumerate(addresses):
        firm.change(SIDE[kind], address, phone=f"030 {number}")
    firm.later(2)
    assert addresses <= set(_here(firm, kind))
    assert _there(firm, kind) == {}
    assert {row["id"] for row in firm.waiting("ended")} == addresses


def test_a_merge_before_the_first_run_leaves_one(firm: Firm) -> None:
    left = firm.unite("company", firm.company("Eins"), firm.company("Zwei"))
    address, loser = firm.address("Drei AG"), firm.address("Vier AG")
    person = firm.person(loser, "Schulze")
    firm.merge("address", address, loser)
    firm.five()
    assert len(firm.companies()) == len(firm.addresses()) == 2
    assert firm.partner(left)
    (contact,) = firm.contacts().values()
    assert contact["associatedcompanyid"] == firm.addresses()[address]["external_ids"]["hubspot"]
    assert list(firm.persons()) == [person]


def test_contacts_follow_their_companies_that_become_one(firm: Firm) -> None:
    one, two = firm.company("Eins"), firm.company("Zwei")
    contact = firm.contact(two)
    firm.five()
    kept, person = firm.partner(one), firm.partner(contact)
    left = firm.unite("company", one, two)
    firm.later()
    assert firm.contacts()[contact]["associatedcompanyid"] == left
    assert firm.persons()[person]["address_id"] == int(kept)


# falcana's merges.


@KINDS
def test_two_that_are_linked_become_one_in_falcana(firm: Firm, kind: str) -> None:
    make = _makers(firm, kind)
    one, two = make("Eins"), make("Zwei")
    contact = firm.contact(two, email="rita@zwei.example") if kind == "company" else ""
    firm.five()
    winner, loser = firm.partner(one), firm.partner(two)
    firm.merge(SIDE[kind], winner, loser)
    run = firm.five()
    assert {one, two} <= set(_there(firm, kind))  # merged is not deleted
    assert _here(firm, kind)[winner]["external_ids"] == {"hubspot": one}
    (told,) = run["warnings"]
    params = {"kind": SIDE[kind], "kept": winner, "left": loser, "hubspot": two}
    assert (told["code"], told["params"]) == ("falcana_merged", params)
    if contact:  # its contact persons belong to the winner now
        assert firm.contacts()[contact]["associatedcompanyid"] == one
    firm.edit(kind, two, phone="030 999999")
    firm.later()
    firm.press("import")
    assert list(_here(firm, kind)) == [winner]  # what is left over in HubSpot is not transferred
    _goes_on(firm, kind, one, winner)


@pytest.mark.parametrize(("kind", "seen"), [("company", True), ("contact", False)])
def test_a_linked_one_goes_into_one_that_has_no_partner(firm: Firm, kind: str, seen: bool) -> None:
    make = _makers(firm, kind)
    company = make("Eins")
    firm.five()
    loser = firm.partner(company)
    home = next(iter(firm.addresses()))
    if seen:
        firm.apply(directions={"hubspot_to_falcana": True})
    winner = firm.address("Neu AG") if kind == "company" else firm.person(home, "Neu", phone="040 1")
    if seen:
        firm.five()
        firm.apply()
    firm.merge(SIDE[kind], winner, loser)
    firm.five()
    assert list(_there(firm, kind)) == [company]
    assert list(_here(firm, kind)) == [winner]
    assert _here(firm, kind)[winner]["external_ids"] == {"hubspot": company}
    assert _there(firm, kind)[company]["renkei_falcana_id"] == winner
    _goes_on(firm, kind, company, winner)


def test_one_without_a_partner_goes_into_a_linked_one(firm: Firm) -> None:
    kind = "contact"
    make = _makers(firm, kind)
    company = make("Eins")
    firm.five()
    winner, home = firm.partner(company), next(iter(firm.addresses()))
    loser = firm.address("Neu AG", phone="040 7") if kind == "company" else firm.person(home, "Neu", phone="040 7")
    firm.merge(SIDE[kind], winner, loser)
    run = firm.five()
    assert (list(_there(firm, kind)), list(_here(firm, kind))) == ([company], [winner])
    assert _there(firm, kind)[company]["phone"] == "040 7"  # what the winner got of it goes over
    assert not run.get("warnings")
    _goes_on(firm, kind, company, winner)


def test_three_become_one_in_falcana(firm: Firm) -> None:
    kind = "company"
    make = _makers(firm, kind)
    three = [make(name) for name in ("Eins", "Zwei", "Drei")]
    firm.five()
    one, two, last = (firm.partner(each) for each in three)
    firm.merge(SIDE[kind], one, two)
    firm.merge(SIDE[kind], last, one)
    firm.later()
    assert set(three) <= set(_there(firm, kind))
    assert list(_here(firm, kind)) == [last]
    assert {row["code"] for row in firm.waiting("ended")} == {"merged_twice"}
    _goes_on(firm, kind, three[2], last)


@pytest.mark.parametrize(
    ("kind", "linked", "between"),
    [("company", True, False), ("contact", True, True), ("company", False, False), ("contact", False, True)],
)
def test_merged_and_then_deleted_in_falcana(firm: Firm, kind: str, linked: bool, between: bool) -> None:
    """What belongs to the one that was deleted goes; what a merge left over is nobody's to delete."""
    make = _makers(firm, kind)
    one, two = make("Eins"), make("Zwei") if linked else ""
    firm.five()
    firm.many_others()
    loser = firm.partner(one)
    home = next(iter(firm.addresses()))
    new = "" if linked else firm.address("Neu AG") if kind == "company" else firm.person(home, "Neu")
    winner = new or firm.partner(two)
    firm.merge(SIDE[kind], winner, loser)
    if between:
        firm.five()
    firm.remove(SIDE[kind], winner)
    firm.later()
    assert (list(_there(firm, kind)), list(_here(firm, kind))) == ([one] if linked else [], [])


@pytest.mark.parametrize(
    ("kind", "crossed", "first", "new"),
    [
        ("company", True, "both", True),
        ("company", True, "hubspot", False),
        ("company", True, "falcana", True),
        ("company", True, "falcana", False),
        ("contact", False, "falcana", True),
        ("contact", True, "both", True),
    ],
)
def test_both_sides_make_one_of_the_same_two(firm: Firm, kind: str, crossed: bool, first: str, new: bool) -> None:
    """At once, or one after the other because a message of ours asked for it; and whichever they keep."""
    firm.hubspot.configure({"merge_gives_new_id": new})
    make = _makers(firm, kind)
    one, two = make("Eins"), make("Zwei")
    firm.five()
    kept, lost = firm.partner(one), firm.partner(two)
    if first == "falcana":
        firm.merge(SIDE[kind], kept, lost)
        firm.five()
    left = firm.unite(kind, *((two, one) if crossed else (one, two)))
    if first == "hubspot":
        firm.five()
    if first != "falcana":
        firm.merge(SIDE[kind], kept, lost)
    firm.later()
    assert (list(_there(firm, kind)), list(_here(firm, kind))) == ([left], [kept])
    assert _here(firm, kind)[kept]["external_ids"] == {"hubspot": left}
    _goes_on(firm, kind, left, kept)
