"""What runs cost in calls: quiet ones, and those that take changes over."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.firm import ENTITIES, OBJECTS, TENANT, Firm
from tests.functions.falcana_hubspot.pace import ended
from tests.harness import PORTAL

FEW, EACH = 8, 3
OTHER = {"address": "company", "person": "contact"}
CHANGED_THERE = {"address": "city", "person": "jobtitle"}
CHANGED_HERE = {"address": "city", "person": "position"}


def _most(number: int) -> int:
    """The calls to HubSpot that so many changed records are worth."""
    return FEW + EACH * -(-number // 100)


def _to_hubspot(firm: Firm) -> list[str]:
    return [f"{one.method} {one.path}" for one in firm.hubspot.calls]


def _run_within(firm: Firm, number: int) -> None:
    """A run that takes so many changes over, for no more calls to HubSpot than they are worth."""
    firm.forget_calls()
    run = ended(firm, firm.five())  # falcana's rate may make it pause
    assert run["state"] == "delivered", run
    assert len(_to_hubspot(firm)) <= _most(number), _to_hubspot(firm)


def _settles(firm: Firm, number: int) -> None:
    """The run after one that wrote: it looks at what that wrote once more, for its price, and writes nothing."""
    firm.forget_calls()
    assert ended(firm, firm.five())["state"] in {"delivered", "skipped"}
    assert firm.writes() == []
    assert len(_to_hubspot(firm)) <= _most(number), _to_hubspot(firm)


def _quiet(firm: Firm, runs: int = 1) -> int:
    """Runs that find nothing: eight calls at most each, none writes. Gives how often HubSpot was asked for a token."""
    tokens = 0
    for turn in range(runs):
        firm.forget_calls()
        run = firm.five()
        assert (run["state"], run["reason"]) == ("skipped", "nothing_new"), (turn, run)
        assert len(firm.calls()) <= FEW, (turn, firm.calls())
        assert firm.writes() == []
        tokens += sum("/oauth/" in one for one in _to_hubspot(firm))
    return tokens


def test_a_quiet_run_costs_eight_calls_at_most_whatever_its_turn_is(firm: Firm) -> None:
    company = firm.company()
    firm.contact(company)
    firm.person(firm.address(), email="hans@schulze.example")
    firm.five()
    firm.delete("company", firm.company("Alt GmbH"))
    firm.delete("contact", firm.contact(email="alt@muster.example"))
    firm.five()
    firm.five()
    assert _quiet(firm, 13), "no token was refreshed, which belongs to the price"


def _addresses(firm: Firm, number: int) -> None:
    for one in range(number):
        firm.falcana.seed(TENANT, "addresses", {"name": f"Anschrift {one}"})


def _companies(firm: Firm, number: int) -> None:
    for one in range(number):
        firm.hubspot.seed(PORTAL, "companies", {"name": f"Firma {one}"})


def _persons(firm: Firm, number: int) -> None:
    address = int(next(iter(firm.addresses())))
    for one in range(number):
        values = {"address_id": address, "last_name": f"L{one}", "email": f"l{one}@muster.example"}
        firm.falcana.seed(TENANT, "contact-persons", values)


def _contacts(firm: Firm, number: int) -> None:
    company = next(iter(firm.companies()))
    for one in range(number):
        made = firm.hubspot.seed(PORTAL, "contacts", {"email": f"c{one}@muster.example", "lastname": f"C{one}"})
        firm.hubspot.associate(PORTAL, "contacts", made, "companies", company, 1)


MADE: dict[str, tuple[str, Callable[[Firm, int], None]]] = {
    "companies": ("address", _companies),
    "addresses": ("address", _addresses),
    "contacts": ("person", _contacts),
    "contact persons": ("person", _persons),
}


@pytest.mark.parametrize(
    ("what", "number"),
    [*((what, 1) for what in MADE), ("companies", 101), ("addresses", 100), ("contacts", 99), ("contact persons", 101)],
)
def test_new_and_changed_records_cost_hubspot_three_calls_a_hundred(firm: Firm, what: str, number: int) -> None:
    firm.company("Die erste GmbH")
    firm.five()
    firm.wait(60)
    kind, make = MADE[what]
    make(firm, number)
    _run_within(firm, number)
    ours = {"address": firm.addresses, "person": firm.persons}[kind]
    theirs = {"address": firm.companies, "person": firm.contacts}[kind]
    partners = {id_: one["external_ids"]["hubspot"] for id_, one in ours().items()}
    assert sorted(partners.values()) == sorted(theirs())
    assert len(partners) == number + (kind == "address")
    firm.wait(60)
    for id_ in theirs():
        firm.hubspot.change(PORTAL, OBJECTS[OTHER[kind]], id_, {CHANGED_THERE[kind]: "Potsdam"})
    _run_within(firm, len(partners))
    assert [one[CHANGED_HERE[kind]] for one in ours().values()] == ["Potsdam"] * len(partners)
    firm.wait(60)
    for id_ in partners:
        firm.falcana.change(TENANT, ENTITIES[kind], int(id_), {CHANGED_HERE[kind]: "Werder"})  # type: ignore[arg-type]
    _run_within(firm, len(partners))
    assert [one[CHANGED_THERE[kind]] for one in theirs().values()] == ["Werder"] * len(partners)
    _settles(firm, len(partners))
    _quiet(firm, 2)


def test_changes_on_both_sides_at_once_cost_no_more_than_their_number(firm: Firm) -> None:
    """250 in all: new and changed ones of both kinds, people of firms that are new, too."""
    old = [firm.company(f"Alte Firma {one}") for one in range(20)]
    firm.five()
    firm.wait(60)
    for number in range(65):
        name = {"name": f"Firma {number}"}
        company = firm.hubspot.seed(PORTAL, "companies", name)
        contact = firm.hubspot.seed(PORTAL, "contacts", {"email": f"c{number}@muster.example", "lastname": "C"})
        firm.hubspot.associate(PORTAL, "contacts", contact, "companies", company, 1)
    for number in range(50):
        address = firm.falcana.seed(TENANT, "addresses", {"name": f"Anschrift {number}"})
        person = {"address_id": address, "last_name": "L", "email": f"l{number}@muster.example"}
        firm.falcana.seed(TENANT, "contact-persons", person)
    for number, id_ in enumerate(old):
        if number % 2:
            firm.hubspot.change(PORTAL, "companies", id_, {"city": "Potsdam"})
        else:
            firm.falcana.change(TENANT, "addresses", int(firm.partner(id_)), {"city": "Potsdam"})
    _run_within(firm, 250)
    assert (len(firm.addresses()), len(firm.persons())) == (135, 115)
    assert (len(firm.companies()), len(firm.contacts())) == (135, 115)
    assert [firm.companies()[id_]["city"] for id_ in old] == ["Potsdam"] * 20
    at = {one["external_ids"]["hubspot"]: str(one["address_id"]) for one in firm.persons().values()}
    partner = {one["external_ids"]["hubspot"]: id_ for id_, one in firm.addresses().items()}
    assert all(partner[one["associatedcompanyid"]] == at[id_] for id_, one in firm.contacts().items())
    _settles(firm, 250)
    _quiet(firm, 2)
    firm.wait(3600)
    _quiet(firm, 4)  # also when the late reading comes by
