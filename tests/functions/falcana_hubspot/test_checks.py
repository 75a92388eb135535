"""Settings are held against falcana and the portal when they are applied, before a record meets with them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from falcana_hubspot import INTEGRATION, Settings, checks, deciding
from local.cli.yaml_file import read_workspace_file
from local.sandbox.falcana import DEMO, Custom, User
from local.sandbox.falcana import Option as FalcanaOption
from local.sandbox.hubspot.definitions import Option as HubSpotOption
from local.sandbox.hubspot.definitions import Property as HubSpotProperty
from renkei import workspaces
from renkei.settings import check
from renkei.vendors.falcana import CustomField, Named, Option
from renkei.vendors.hubspot import Property
from tests.firm import BOTH, KEY, NEW, Firm
from tests.harness import PORTAL, Stack

EXAMPLE = Path(__file__).parents[3] / "docs" / "workspace.falcana.example.yaml"
ONE_WAY = {"hubspot_to_falcana": True}
OTHER_WAY = {"falcana_to_hubspot": True}

BRANCHES = (
    Option("handel", ("Handel", "Trade"), active=True),
    Option("industrie", ("Industrie", "Manufacturing"), active=True),
    Option("bergbau", ("Bergbau", "Mining"), active=False),
)


def custom(key: str, kind: str = "text", *, required: bool = False, **more: Any) -> CustomField:
    return CustomField(key, key.title(), kind, required, more.get("read_only", False), more.get("options", ()))


CUSTOM = (
    custom("notiz"),
    custom("lang", "textarea"),
    custom("newsletter", "checkbox"),
    custom("branche", "dropdown", options=BRANCHES),
    custom("ort", "autocomplete"),
    custom("art", "autocomplete", options=BRANCHES),
    custom("datei", "file"),
    custom("summe", read_only=True),
)


def text_property(name: str, **more: Any) -> Property:
    return Property(name, name.title(), "string", mappable=True, field="text", **more)


def choice(name: str, *options: tuple[str, str], field: str = "select", **more: Any) -> Property:
    return Property(name, name.title(), "enumeration", mappable=False, field=field, options=options, **more)


STANDARD = "name address zip city country phone domain salutation firstname lastname email mobilephone jobtitle"
PROPERTIES = [
    *map(text_property, STANDARD.split()),
    text_property("about"),
    text_property("score", writable=False),
    text_property("renkei_falcana_id"),
    Property("upload", "Upload", "string", mappable=False, field="file"),
    Property("employees", "Employees", "number", mappable=True, field="number"),
    Property("since", "Since", "date", mappable=False, field="date"),
    Property("seen", "Seen", "datetime", mappable=False, field="date"),
    choice("news", ("true", "Yes"), ("false", "No"), field="booleancheckbox"),
    Property("flag", "Flag", "bool", mappable=False, field="booleancheckbox", options=(("true", "Yes"),)),
    choice("branch", ("TRADE", "Trade"), ("Industrie ", "Making")),
    choice("narrow", ("handel", "Retail")),
    choice("wide", ("handel", "Handel"), ("industrie", "Industrie"), ("FARM", "Farming")),
    choice("many", ("handel", "Handel"), ("industrie", "Industrie"), field="checkbox"),
    choice("owner"),
]
USERS = (Named("11", "Anna", "anna@example.com"), Named("12", "Bernd", active=False))
GROUPS = (Named("21", "Nord"),)
FACTS = checks.Facts({"address": CUSTOM, "person": ()}, dict.fromkeys(("address", "person"), PROPERTIES), USERS, GROUPS)


def settings(*rows: dict[str, Any], **more: Any) -> Settings:
    """Settings with these rows beside a name."""
    name = {"falcana": "name", "hubspot": "name"}
    whole = {"directions": BOTH, "new_addresses": NEW, "address_fields": [name, *rows], **more}
    return Settings.model_validate(whole)


def row(falcana: str, hubspot: str, rule: str = "newest") -> dict[str, Any]:
    return {"falcana": falcana, "hubspot": hubspot, "rule": rule}


def found(given: Settings, facts: checks.Facts = FACTS) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(".".join(map(str, one.path)), one.message, one.allowed) for one in checks.problems(given, facts)]


FITTING = [
    row("custom.notiz", "about"),
    row("custom.lang", "employees"),
    row("custom.ort", "since"),
    row("custom.newsletter", "news"),
    row("custom.branche", "branch"),
    row("custom.art", "wide", "←"),
    row("custom.summe", "address", "←"),
    row("street", "score", "→"),
]


def test_settings_that_fit_have_no_problem() -> None:
    assert found(settings(*FITTING, customer_number="city")) == []
    assert found(Settings.model_validate({"directions": BOTH, "new_addresses": NEW})) == []


@pytest.mark.parametrize(
    ("one", "place", "words", "allowed"),
    [
        (row("strasse", "address"), "falcana", "no field strasse", "street"),
        (row("custom.x", "address"), "falcana", "no field custom.x", "custom.notiz (Notiz)"),
        (row("street", "adress"), "hubspot", "no property adress", "address (Address)"),
        (row("street", "renkei_falcana_id"), "hubspot", "kept by Renkei itself", ""),
        (row("street", "score"), "hubspot", "score (Score) is calculated or read-only", "address (Address)"),
        (row("custom.summe", "about"), "falcana", "custom.summe (Summe) may not be written", ""),
        (row("custom.datei", "about"), "hubspot", "holds files", ""),
        (row("street", "upload"), "hubspot", "has the type string (file)", "address (Address)"),
        (row("zip", "employees"), "hubspot", "has the type number (number)", "zip (Zip)"),
        (row("custom.notiz", "seen"), "hubspot", "has the type datetime", "since (Since)"),
        (row("custom.newsletter", "about"), "hubspot", "does not fit falcana's custom.newsletter", "news (News)"),
        (row("custom.notiz", "news"), "hubspot", "is a choice in HubSpot", "about (About)"),
        (row("street", "branch"), "hubspot", "is a choice in HubSpot, but street is no dropdown", "address (Address)"),
        (row("custom.branche", "about"), "hubspot", "is a dropdown in falcana", "wide (Wide)"),
        (row("custom.branche", "many"), "hubspot", "is no choice of one", "branch (Branch)"),
        (row("custom.branche", "owner"), "hubspot", "is no choice of one", "branch (Branch)"),
        (row("custom.branche", "wide"), "falcana", "lacks options of HubSpot: Farming (FARM)", ""),
        (row("custom.branche", "narrow"), "hubspot", "lacks options of falcana: Industrie (industrie)", ""),
    ],
)
def test_what_does_not_fit_is_named_with_what_would(one: dict[str, Any], place: str, words: str, allowed: str) -> None:
    ((where, message, offered),) = found(settings(one))
    assert (where, words in message) == (f"address_fields.1.{place}", True), message
    assert allowed in offered if allowed else offered == ()
    assert not {"renkei_falcana_id (Renkei_Falcana_Id)", "custom.datei (Datei)"} & set(offered)


@pytest.mark.parametrize(
    ("one", "directions", "wrong"),
    [
        (row("street", "score"), ONE_WAY, []),
        (row("street", "score"), OTHER_WAY, ["hubspot"]),
        (row("street", "score"), {}, ["hubspot"]),
        (row("custom.summe", "about"), ONE_WAY, ["falcana"]),
        (row("custom.summe", "about"), OTHER_WAY, []),
        (row("custom.branche", "wide"), ONE_WAY, ["falcana"]),
        (row("custom.branche", "wide"), OTHER_WAY, []),
        (row("custom.branche", "wide", "→"), BOTH, ["falcana"]),
        (row("custom.branche", "wide", "←"), BOTH, []),
        (row("custom.branche", "narrow"), ONE_WAY, []),
        (row("custom.branche", "narrow", "fill"), OTHER_WAY, ["hubspot"]),
        (row("custom.branche", "narrow", "off"), BOTH, []),
    ],
)
def test_only_the_sides_that_are_written_to_must_take_it(
    one: dict[str, Any], directions: dict[str, bool], wrong: list[str]
) -> None:
    places = [place for place, *_ in found(settings(one, directions=directions))]
    assert places == [f"address_fields.1.{side}" for side in wrong]


def test_options_are_the_same_by_key_or_label_in_any_case_and_each_once() -> None:
    field = checks.fields("address", CUSTOM)["custom.branche"]
    there = {one.name: one for one in PROPERTIES}
    assert checks.same_options(field, there["branch"]) == {"handel": "TRADE", "industrie": "Industrie "}
    assert checks.same_options(field, there["narrow"]) == {"handel": "handel"}
    both = choice("x", ("1", "HANDEL"), ("handel", "Industrie"))
    assert checks.same_options(field, both) == {"handel": "handel"}, "what is written so wins over what is called so"


def test_what_falcana_requires_is_brought_by_a_row() -> None:
    facts = checks.Facts(
        {"address": (custom("pflicht", required=True),), "person": ()}, FACTS.properties, USERS, GROUPS
    )
    ((place, message, _),) = found(settings(), facts)
    assert (place, "custom.pflicht (Pflicht) of every new one" in message) == ("address_fields", True)
    assert found(settings(row("custom.pflicht", "about", "←")), facts) != []
    assert found(settings(row("custom.pflicht", "about", "fill")), facts) == []
    assert found(settings(directions=OTHER_WAY), facts) == []
    only = Settings.model_validate({"directions": ONE_WAY, "new_addresses": NEW, "contact_fields": []})
    assert [(place, "last_name" in message) for place, message, _ in found(only)] == [("contact_fields", True)]


@pytest.mark.parametrize(
    ("more", "place", "words", "allowed"),
    [
        ({"new_addresses": None}, "new_addresses", "give owner_user and sales_group", ""),
        ({"new_addresses": {**NEW, "owner_user": 9}}, "new_addresses.owner_user", "9 is not there", "11 (Anna)"),
        ({"new_addresses": {**NEW, "owner_user": 12}}, "new_addresses.owner_user", "no longer active", "11 (Anna)"),
        ({"new_addresses": {**NEW, "sales_group": 11}}, "new_addresses.sales_group", "11 is not there", "21 (Nord)"),
        ({"customer_number": "no"}, "customer_number", "make one under Settings", "about (About)"),
        ({"customer_number": "employees"}, "customer_number", "no single-line text", "about (About)"),
        ({"customer_number": "score"}, "customer_number", "no single-line text that may be written", "about (About)"),
    ],
)
def test_what_else_settings_name_is_there(more: dict[str, Any], place: str, words: str, allowed: str) -> None:
    ((where, message, offered),) = found(settings(**more))
    assert (where, words in message) == (place, True), message
    assert allowed in offered if allowed else offered == ()
    assert "12 (Bernd)" not in offered


def test_new_addresses_are_needed_for_that_direction_only() -> None:
    assert found(settings(directions=OTHER_WAY, new_addresses=None)) == []
    assert found(settings(directions={}, new_addresses=None)) == []


def test_forms_and_options_are_kept_of_what_is_there() -> None:
    gone = [row("custom.weg", "city"), row("country", "weg"), row("phone", "many")]
    kept = checks.kept(settings(*FITTING, *gone), FACTS)
    assert kept["address"] == {
        "name": {"form": "text", "property": "name", "options": {}},
        "custom.notiz": {"form": "text", "property": "about", "options": {}},
        "custom.lang": {"form": "number", "property": "employees", "options": {}},
        "custom.ort": {"form": "date", "property": "since", "options": {}},
        "custom.newsletter": {"form": "yes_no", "property": "news", "options": {}},
        "custom.branche": {
            "form": "option",
            "property": "branch",
            "options": {"handel": "TRADE", "industrie": "Industrie "},
        },
        "custom.art": {
            "form": "option",
            "property": "wide",
            "options": {"handel": "handel", "industrie": "industrie"},
        },
        "custom.summe": {"form": "text", "property": "address", "options": {}},
        "street": {"form": "text", "property": "score", "options": {}},
    }
    assert {name: one["form"] for name, one in kept["person"].items()} == {
        "salutation": "text",
        "first_name": "text",
        "last_name": "text",
        "email": "mail",
        "phone": "phone",
        "mobile": "phone",
        "position": "text",
    }


# At `renkei apply`.


def wrong(stack: Stack, **given: Any) -> list[tuple[str, str, list[str]]]:
    status, told = stack.apply(integrations={KEY: given}, language="en")
    assert status == 422, told
    problems = told["error"]["problems"]
    return [(".".join(map(str, one["path"][2:])), one["message"], one.get("allowed", [])) for one in problems]


def test_without_connections_it_says_which_to_make(stack: Stack) -> None:
    said = [message for _, message, _ in wrong(stack)]
    assert [message.rpartition("run: ")[2] for message in said] == ["renkei connect falcana", "renkei connect hubspot"]


def test_what_fits_is_kept_and_what_does_not_is_not_saved(firm: Firm) -> None:
    branch = HubSpotProperty(
        "branch", "enumeration", "select", "companyinformation", {"en": "Branch"},
        options=tuple(HubSpotOption(one, one.title(), number) for number, one in enumerate(("handel", "industrie"))),
    )  # fmt: skip
    firm.hubspot.portals[PORTAL].properties["companies"]["branch"] = branch
    rows = [row("name", "name"), row("custom.branche", "branch")]
    ((place, message, _),) = wrong(firm.stack, directions=BOTH, new_addresses=NEW, address_fields=rows)
    assert (place, message.endswith("falcana: Dienstleistung (dienstleistung)")) == ("address_fields.1.hubspot", True)
    before = workspaces.settings("demo")
    assert before is not None
    assert "custom.branche" not in before["types"][KEY]["address"]
    firm.apply(address_fields=[row("name", "name"), row("custom.branche", "branch", "→")])
    kept = workspaces.settings("demo")
    assert kept is not None
    same = {"form": "option", "property": "branch", "options": {"handel": "handel", "industrie": "industrie"}}
    assert kept["types"][KEY]["address"]["custom.branche"] == same


def test_a_run_may_ask_again_for_what_was_kept_in_four_calls(firm: Firm) -> None:
    firm.apply(address_fields=[row("name", "name"), row("custom.notiz", "description")])
    kept = workspaces.settings("demo")
    assert kept is not None
    given = Settings.model_validate(kept["document"]["integrations"][KEY])
    parts = firm.stack.platform
    falcana, portal = deciding.falcana_of(parts, "demo"), deciding.portal_of(parts, "demo")
    assert checks.definitions(given, falcana, portal, "en") == kept["types"][KEY]
    assert (falcana.calls - 1, portal.calls) == (2, 2), "and one for falcana's token"
    firm.hubspot.portals[PORTAL].properties["companies"].pop("description")
    assert set(checks.definitions(given, falcana, portal, "en")["address"]) == {"name"}


def test_what_falcana_has_counts_not_what_it_had(firm: Firm) -> None:
    given: dict[str, Any] = {"directions": BOTH, "new_addresses": {"owner_user": 12, "sales_group": 22}}
    firm.falcana.dismiss(DEMO.tenant, 12)
    ((place, message, allowed),) = wrong(firm.stack, **given)
    assert (place, "no longer active" in message) == ("new_addresses.owner_user", True)
    assert allowed == ["11 (Anna Vertrieb)"]
    firm.falcana.employ(DEMO.tenant, User(12, "Bernd Innendienst", "bernd@example.com"))
    firm.falcana.define(DEMO.tenant, "addresses", Custom("pflicht", "dropdown", "Pflicht", "Must", required=True,
                        options=(FalcanaOption("a"),)))  # fmt: skip
    ((place, message, _),) = wrong(firm.stack, **given)
    assert (place, "custom.pflicht (Must)" in message) == ("address_fields", True)


def test_two_workspaces_do_not_link_the_same_accounts(firm: Firm) -> None:
    firm.stack.workspace = "other"
    assert firm.stack.connect()["statusCode"] == 200
    assert firm.stack.connect_falcana()[0] == 200
    given: dict[str, Any] = {"directions": BOTH, "new_addresses": NEW}
    ((place, message, _),) = wrong(firm.stack, **given)
    assert (place, message.startswith("the workspace demo links the same")) == ("", True)
    assert firm.stack.apply(integrations={KEY: {**given, "enabled": False}})[0] == 200


def test_the_example_is_valid_and_fits_the_demo_accounts(firm: Firm) -> None:
    document: Any = read_workspace_file(EXAMPLE).data
    filled, problems = check(document, document["workspace"], {KEY: INTEGRATION})
    assert problems == []
    status, told = firm.stack.apply(integrations={KEY: filled["integrations"][KEY]})
    assert status == 200, told
