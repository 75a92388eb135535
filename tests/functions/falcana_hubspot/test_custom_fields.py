"""Individualfelder and HubSpot's properties: dropdowns with equal options, switches, texts, numbers and days."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from local.sandbox.falcana import Custom
from local.sandbox.falcana import Option as Choice
from local.sandbox.hubspot.definitions import Option, Property
from tests.firm import ENTITIES, OBJECTS, TENANT, Firm, settings
from tests.harness import PORTAL

KEY = "falcana_hubspot"
BRANCHES = (Option("handel", "Wholesale"), Option("IND", "Industrie"), Option("SERVICES", "services "))
"""Equal to falcana's by key, by German label, and by English label."""
SAME = {"handel": "handel", "industrie": "IND", "dienstleistung": "SERVICES"}
OTHER = {"address": "company", "person": "contact"}
ROWS = {"address": "address_fields", "person": "contact_fields"}
NAMED = {"address": ("name", "name"), "person": ("last_name", "lastname")}
TOWN = {"address": ("city", "city"), "person": ("position", "jobtitle")}


CHOICE, SWITCH, DAY = ("enumeration", "select"), ("bool", "booleancheckbox"), ("date", "date")


def _offer(firm: Firm, kind: str, name: str, form: tuple[str, str], options: tuple[Option, ...] = ()) -> None:
    """A property that somebody made in HubSpot, or changed."""
    found = Property(name, *form, "group", {"en": name.title()}, options, hubspot_defined=False)
    firm.hubspot.portals[PORTAL].properties[OBJECTS[OTHER[kind]]][name] = found


def _rows(kind: str, *more: tuple[str, str]) -> list[dict[str, str]]:
    return [{"falcana": one, "hubspot": other} for one, other in (NAMED[kind], TOWN[kind], *more)]


@pytest.fixture(params=["address", "person"])
def kind(request: pytest.FixtureRequest, firm: Firm) -> str:
    """A kind whose Branche is mapped to a choice of HubSpot's, and that has a linked pair."""
    found = str(request.param)
    _branches(firm, found)
    return found


def _branches(firm: Firm, kind: str) -> None:
    _offer(firm, kind, "branch", CHOICE, BRANCHES)
    firm.apply(**{ROWS[kind]: _rows(kind, ("custom.branche", "branch"))})


def _pair(firm: Firm, kind: str, **properties: str) -> tuple[str, str]:
    company = firm.company()
    made = company if kind == "address" else firm.contact(company)
    if properties:
        firm.edit(OTHER[kind], made, **properties)
    firm.five()
    return firm.partner(made), made


def _ours(firm: Firm, kind: str, id_: str) -> dict[str, Any]:
    return (firm.addresses() if kind == "address" else firm.persons())[id_]


def _theirs(firm: Firm, kind: str, id_: str) -> dict[str, str]:
    return (firm.companies() if kind == "address" else firm.contacts())[id_]


def _told(run: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["code"], one["params"].get("field", "")) for one in run.get("warnings") or ()]


def _quiet(firm: Firm) -> None:
    """Runs that write nothing and tell nothing. Before them one may look once more at what was written in HubSpot."""
    firm.five()
    for _ in range(4):
        firm.forget_calls()
        run = firm.five()
        assert firm.writes() == []
        assert _told(run) == [], run


def test_options_that_are_equal_by_key_or_label_go_both_ways(firm: Firm, kind: str) -> None:
    ours, theirs = _pair(firm, kind, branch="IND")
    assert _ours(firm, kind, ours)["custom"]["branche"] == "industrie"
    for key, value in SAME.items():
        firm.change(kind, ours, custom={"branche": key})
        firm.five()
        assert _theirs(firm, kind, theirs)["branch"] == value
    for key, value in SAME.items():
        firm.edit(OTHER[kind], theirs, branch=value)
        firm.five()
        assert _ours(firm, kind, ours)["custom"]["branche"] == key
    _quiet(firm)


FARM = Option("FARM", "Farming")
LACKS_FARM = ("falcana", "HubSpot: Farming (FARM)")


@pytest.mark.parametrize(
    ("there", "expected"),
    [
        ((*BRANCHES, FARM), [LACKS_FARM]),
        (BRANCHES[:2], [("hubspot", "falcana: Dienstleistung (dienstleistung)")]),
        ((*BRANCHES[1:], FARM), [LACKS_FARM, ("hubspot", "falcana: Handel (handel)")]),
    ],
    ids=["one of HubSpot's", "one of falcana's", "one of each"],
)
def test_each_option_that_one_side_lacks_is_named_at_saving(
    firm: Firm, there: tuple[Option, ...], expected: list[tuple[str, str]]
) -> None:
    _offer(firm, "address", "branch", CHOICE, there)
    rows = _rows("address", ("custom.branche", "branch"))
    status, told = firm.stack.apply(integrations={KEY: settings(address_fields=rows)})
    assert status == 422
    problems = told["error"]["problems"]
    assert [(one["path"][-1], one["message"].partition("options of ")[2]) for one in problems] == expected
    assert "bergbau" not in str(problems), "nobody can choose it any more"


@pytest.mark.parametrize("way", ["hubspot", "falcana"])
def test_an_unknown_option_is_the_fields_warning_and_the_record_goes_on(firm: Firm, kind: str, way: str) -> None:
    ours, theirs = _pair(firm, kind, branch="handel")
    if way == "hubspot":
        _offer(firm, kind, "branch", CHOICE, (*BRANCHES, FARM))
        firm.edit(OTHER[kind], theirs, branch="FARM", **{TOWN[kind][1]: "Ulm"})
    else:
        _customs(firm, kind, Choice("forst", "Forst", "Forestry"))
        firm.change(kind, ours, custom={"branche": "forst"}, **{TOWN[kind][0]: "Ulm"})
    run = firm.five()
    assert run["state"] == "delivered", run
    assert _told(run) == [("falcana_option_unknown", "custom.branche")]
    assert _ours(firm, kind, ours)[TOWN[kind][0]] == _theirs(firm, kind, theirs)[TOWN[kind][1]] == "Ulm"
    branch = _ours(firm, kind, ours)["custom"]["branche"], _theirs(firm, kind, theirs)["branch"]
    assert branch == (("handel", "FARM") if way == "hubspot" else ("forst", "handel"))
    assert firm.waiting("parked") == []
    _quiet(firm)
    # Somebody makes the options equal, and applies the file, as the message says.
    if way == "hubspot":
        _customs(firm, kind, Choice("farm", "Farming", "Farming"))
    else:
        _offer(firm, kind, "branch", CHOICE, (*BRANCHES, Option("FOREST", "Forestry")))
    firm.apply(**{ROWS[kind]: _rows(kind, ("custom.branche", "branch"))})
    firm.five()
    branch = _ours(firm, kind, ours)["custom"]["branche"], _theirs(firm, kind, theirs)["branch"]
    assert branch == (("farm", "FARM") if way == "hubspot" else ("forst", "FOREST"))


def _customs(firm: Firm, kind: str, *more: Choice, without: str = "") -> None:
    """falcana's Branche gets options, or one can no longer be chosen."""
    known = firm.falcana.tenants[TENANT].customs[ENTITIES[kind]]["branche"]  # type: ignore[index]
    kept = tuple(replace(one, active=one.active and one.key != without) for one in known.options)
    firm.falcana.define(TENANT, ENTITIES[kind], replace(known, options=(*kept, *more)))  # type: ignore[arg-type]


def test_a_new_record_with_an_unknown_option_is_made_without_it(firm: Firm) -> None:
    _branches(firm, "address")
    _offer(firm, "address", "branch", CHOICE, (*BRANCHES, FARM))
    _customs(firm, "address", Choice("forst", "Forst", "Forestry"))
    company, address = firm.company(branch="FARM", city="Ulm"), firm.address(custom={"branche": "forst"}, city="Kiel")
    run = firm.five()
    assert (run["state"], set(_told(run))) == ("delivered", {("falcana_option_unknown", "custom.branche")})
    assert {one["params"]["side"] for one in run["warnings"]} == {"hubspot", "falcana"}
    made = firm.addresses()[firm.partner(company)]
    assert (made["city"], made["custom"].get("branche")) == ("Ulm", None)
    there = firm.companies()[firm.addresses()[address]["external_ids"]["hubspot"]]
    assert (there["city"], there.get("branch")) == ("Kiel", None)


@pytest.mark.parametrize("way", ["hubspot", "falcana"])
def test_an_option_that_was_taken_away_since_saving_keeps_back_only_its_field(firm: Firm, kind: str, way: str) -> None:
    """The vendor refuses what our settings still know."""
    ours, theirs = _pair(firm, kind, branch="handel")
    if way == "hubspot":
        _customs(firm, kind, without="industrie")
        firm.edit(OTHER[kind], theirs, branch="IND", **{TOWN[kind][1]: "Ulm"})
    else:
        _offer(firm, kind, "branch", CHOICE, BRANCHES[:1])
        firm.change(kind, ours, custom={"branche": "industrie"}, **{TOWN[kind][0]: "Ulm"})
    run = firm.five()
    assert run["state"] == "delivered", run
    assert _told(run) == [("falcana_field_refused", "custom.branche")]
    assert _ours(firm, kind, ours)[TOWN[kind][0]] == _theirs(firm, kind, theirs)[TOWN[kind][1]] == "Ulm"
    assert firm.waiting("parked") == []
    _quiet(firm)
    if way == "hubspot":
        firm.edit(OTHER[kind], theirs, branch="SERVICES")
    else:
        firm.change(kind, ours, custom={"branche": "handel"}, **{TOWN[kind][0]: "Kiel"})
    firm.five()
    branch = _ours(firm, kind, ours)["custom"]["branche"], _theirs(firm, kind, theirs)["branch"]
    assert branch == (("dienstleistung", "SERVICES") if way == "hubspot" else ("handel", "handel"))


def test_a_renamed_label_changes_nothing(firm: Firm) -> None:
    _branches(firm, "address")
    address, company = _pair(firm, "address", branch="IND")
    _offer(firm, "address", "branch", CHOICE, (BRANCHES[0], Option("IND", "Industry"), BRANCHES[2]))
    firm.change("address", address, custom={"branche": "dienstleistung"})
    firm.five()
    firm.change("address", address, custom={"branche": "industrie"})
    firm.five()
    assert firm.companies()[company]["branch"] == "IND"


def test_switches_texts_numbers_and_days_go_both_ways(firm: Firm) -> None:
    firm.falcana.define(TENANT, "addresses", Custom("seit", "text", "Kunde seit"))
    firm.falcana.define(TENANT, "addresses", Custom("umsatz", "text", "Umsatz"))
    firm.falcana.define(TENANT, "addresses", Custom("lang", "textarea", "Beschreibung"))
    _offer(firm, "address", "news", SWITCH, (Option("true", "Yes"), Option("false", "No")))
    _offer(firm, "address", "since", DAY)
    pairs = (
        ("custom.newsletter", "news"), ("custom.seit", "since"), ("custom.umsatz", "annualrevenue"),
        ("custom.lang", "description"),
    )  # fmt: skip
    firm.apply(address_fields=_rows("address", *pairs))
    given = {"news": "true", "since": "2019-05-22", "annualrevenue": "1200.5", "description": "Zeile 1\nZeile 2"}
    address, company = _pair(firm, "address", **given)
    here = {"newsletter": "true", "seit": "2019-05-22", "umsatz": "1200,5", "lang": "Zeile 1\nZeile 2"}
    assert {name: firm.addresses()[address]["custom"][name] for name in here} == here
    _quiet(firm)
    firm.change("address", address, custom={"newsletter": "false", "seit": "1.6.2020", "umsatz": "2.400,75 €"})
    firm.five()
    there = firm.companies()[company]
    assert (there["news"], there["since"], there["annualrevenue"]) == ("false", "2020-06-01", "2400.75")
    assert firm.addresses()[address]["custom"]["seit"] == "1.6.2020", "as somebody wrote it"
    firm.change("address", address, custom={"umsatz": "viel", "seit": "Sommer"}, city="Ulm")
    run = firm.five()
    assert sorted(_told(run)) == [
        ("falcana_option_unknown", "custom.seit"),
        ("falcana_option_unknown", "custom.umsatz"),
    ]
    assert (firm.companies()[company]["annualrevenue"], firm.companies()[company]["city"]) == ("2400.75", "Ulm")
    _quiet(firm)
