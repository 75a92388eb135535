"""The beginning: what is missing is said, and two filled systems become one in the order that the help page names."""

from __future__ import annotations

from typing import Any

import pytest

from tests.firm import BOTH, KEY, Firm
from tests.functions.falcana_hubspot.pace import ended
from tests.harness import PORTAL, Stack

NEITHER = {"hubspot_to_falcana": False, "falcana_to_hubspot": False}
WORKS = "Die Verbindung wurde erfolgreich hergestellt."


def _test(stack: Stack) -> dict[str, Any]:
    path = f"/api/workspaces/{stack.workspace}/tools/{KEY}/test"
    status, told = stack.api("POST", path, {}, **{"accept-language": "de"})
    assert status == 200, told
    return told


def _lacks(told: dict[str, Any]) -> str:
    every = [*(one for found in told["connections"] for one in found["checks"]), *told["checks"]]
    found = [one["message"] + one["remedy"] for one in every if one["ok"] is False]
    return " ".join([*found, *(one["message"] for one in told["connections"] if not one["ok"])])


def test_step_by_step_it_says_what_is_missing_until_it_works(stack: Stack) -> None:
    firm, told = Firm(stack), _test(stack)
    assert (told["ok"], "Administrationsrechte" in told["rights"]) == (False, True)
    assert "renkei connect falcana" in _lacks(told)
    assert "renkei connect hubspot" in _lacks(told)
    assert stack.connect_falcana()[0] == 200
    assert "renkei connect falcana" not in _lacks(_test(stack))
    assert stack.connect()["statusCode"] == 200
    assert "renkei connect" not in _lacks(_test(stack))
    assert _test(stack)["ok"] is False, "no settings yet"
    firm.apply()
    told = _test(stack)
    assert (told["ok"], told["message"]) == (True, WORKS)
    firm.hubspot.uninstall(PORTAL)
    firm.wait(3600)
    told = _test(stack)
    assert (told["ok"], told["message"] != WORKS) == (False, True)
    assert [one["ok"] for one in told["connections"] if one["vendor"] == "hubspot"] == [False]
    assert stack.connect()["statusCode"] == 200
    assert _test(stack)["message"] == WORKS


def _fill(firm: Firm) -> dict[str, tuple[str, str]]:
    """Two systems that were filled apart from each other; gives the pairs that are the same, by what shows it."""
    same: dict[str, tuple[str, str]] = {}
    for number in range(3):
        firm.address(f"Nur hier {number} AG")
        firm.contact(firm.company(f"Nur dort {number} AG"), f"dort{number}@muster.example", lastname=f"D{number}")
    here, there = firm.address("Nordwind GmbH", phone="040 998877"), firm.company("Nordwind AG", phone="+49 40 998877")
    same["alike"] = here, there
    person = firm.person(here, "Meier", first_name="Eva", email="eva@nordwind.example", position="Einkauf")
    contact = firm.contact(there, "EVA@nordwind.example", firstname="Eva", lastname="Meier", mobilephone="0170 1234567")
    same["certain"] = person, contact
    same["apart"] = firm.address("Südwind GmbH", city="Ulm"), firm.company("Südwind KG", city="Kiel")
    firm.wait(60)
    return same


def _decide(firm: Firm, same: dict[str, tuple[str, str]]) -> None:
    found = {(one["id"], one["with"]) for one in firm.waiting("undecided")}
    assert found == {same["alike"], same["apart"]}
    firm.tool("link", address=same["alike"][0], company=same["alike"][1])
    firm.tool("keep_apart", address=same["apart"][0], company=same["apart"][1])


def _is_one(firm: Firm, same: dict[str, tuple[str, str]]) -> None:
    """Both systems have the same, each record once, and nothing is left to do."""
    assert firm.partner(same["alike"][1]) == same["alike"][0]
    assert firm.partner(same["certain"][1]) == same["certain"][0]
    assert len({firm.partner(same["apart"][1]), same["apart"][0]}) == 2
    names = [[one["name"] for one in side.values()] for side in (firm.addresses(), firm.companies())]
    assert len(names[0]) == len(names[1]) == 9
    assert sorted(names[0]) == sorted(names[1])
    assert sorted(one["external_ids"]["hubspot"] for one in firm.addresses().values()) == sorted(firm.companies())
    people, contacts = firm.persons(), firm.contacts()
    assert sorted(one["external_ids"]["hubspot"] for one in people.values()) == sorted(contacts)
    assert len(people) == 4
    person, contact = (people[same["certain"][0]], contacts[same["certain"][1]])
    assert (person["position"], person["mobile"]) == (contact["jobtitle"], contact["mobilephone"])
    assert (person["position"], person["mobile"]) == ("Einkauf", "0170 1234567")
    firm.five()
    for _ in range(3):
        firm.forget_calls()
        run = firm.five()
        assert (run["reason"], firm.writes()) == ("nothing_new", [])
    assert firm.waiting("undecided") == firm.waiting("parked") == []


def test_in_the_recommended_order_two_filled_systems_become_one(firm: Firm) -> None:
    """Take HubSpot's data over, look for duplicates, and only then switch both ways on."""
    firm.apply(directions=NEITHER)
    same = _fill(firm)
    firm.forget_calls()
    run = firm.press("import")
    assert run["state"] == "delivered"
    assert not [one for one in firm.writes() if "/crm/" in one]
    firm.press("duplicates")
    _decide(firm, same)
    firm.press("import")
    assert firm.stack.dispatch(KEY, "sync") == 0, "nothing runs by itself yet"
    firm.apply()
    assert ended(firm, firm.five())["state"] == "delivered"
    _is_one(firm, same)


def test_with_both_ways_switched_on_at_once_nothing_is_doubled_either(firm: Firm) -> None:
    firm.apply(directions=NEITHER)
    same = _fill(firm)
    firm.apply()
    ended(firm, firm.five())
    _decide(firm, same)
    ended(firm, firm.five())
    _is_one(firm, same)


@pytest.mark.parametrize("way", list(BOTH))
def test_one_way_only_makes_and_links_on_its_side_alone(firm: Firm, way: str) -> None:
    firm.apply(directions=NEITHER)
    same = _fill(firm)
    before = (firm.companies(), firm.contacts()) if way == "hubspot_to_falcana" else (firm.addresses(), firm.persons())
    firm.apply(directions={**NEITHER, way: True})
    ended(firm, firm.five())
    ended(firm, firm.five())
    _decide(firm, same)
    ended(firm, firm.five())
    ended(firm, firm.five())
    assert firm.partner(same["alike"][1]) == same["alike"][0]
    assert firm.partner(same["certain"][1]) == same["certain"][0]
    if way == "hubspot_to_falcana":
        assert (firm.companies(), firm.contacts()) == before
        assert len(firm.addresses()) == 5 + 4
    else:
        assert set(firm.addresses()) == set(before[0])
        assert len(firm.companies()) == 5 + 4
        kept = {id_: {**one, **_ignored(firm.addresses()[id_])} for id_, one in before[0].items()}
        assert firm.addresses() == kept, "nothing but the external id changes in falcana"


def _ignored(record: dict[str, Any]) -> dict[str, Any]:
    return {name: record[name] for name in ("external_ids", "version", "updated_at", "updated_by")}
