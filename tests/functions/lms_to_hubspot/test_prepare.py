"""What HubSpot must have for a school: it is made, or named; nothing fails in silence. Through the real handlers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from lms_to_hubspot import INTEGRATION
from lms_to_hubspot.columns import COLUMNS
from tests.functions.lms_to_hubspot.steps import HANAKO, by_mail, calls, end, later, opened
from tests.harness import PORTAL, Stack
from tests.school import HUBSPOT, School

DONE = ("delivered", "")
PURCHASE, LINE = "renkei_lms_purchase_id", "renkei_key"
NAMES = [column.name for column in COLUMNS]


def connected(stack: Stack, **asked: object) -> School:
    """A school and a HubSpot that are connected; nothing is prepared yet."""
    assert stack.connect(**asked)["statusCode"] == 200  # type: ignore[arg-type]
    assert stack.connect_lms()[0] == 200
    school = School(stack)
    school.forget_calls()
    return school


def prepared(school: School, **given: object) -> dict[str, Any]:
    """What `renkei lms prepare-hubspot` is answered."""
    status, told = school.tool(HUBSPOT, "prepare", given)
    assert status == 200, told
    return told


def named(told: dict[str, Any], part: str, object_name: str) -> list[str]:
    """The properties of an object in a part of that answer."""
    return [one["property"] for one in told[part] if one["object"] == object_name]


def applied(school: School, **settings: object) -> tuple[int, list[dict[str, Any]]]:
    """(status, problems) of a workspace file with these settings."""
    status, told = school.stack.apply(integrations={HUBSPOT: settings})
    return status, told.get("error", {}).get("problems", [])


def property_of(school: School, name: str, kind: str = "contacts") -> Any:
    """A property as the portal has it."""
    return school.hubspot.portals[PORTAL].properties[kind][name]


def change(school: School, name: str, kind: str = "contacts", **values: object) -> None:
    """Somebody changes a property at HubSpot behind our back."""
    found = school.hubspot.portals[PORTAL].properties[kind]
    found[name] = replace(found[name], **values)  # type: ignore[arg-type]


def test_all_that_is_missing_is_made_and_then_there(stack: Stack) -> None:
    school = connected(stack)
    status, (problem,) = applied(school)
    assert (status, "prepare-hubspot" in problem["message"]) == (422, True)
    assert all(name in problem["message"] for name in NAMES if not name.startswith("custom"))
    would = prepared(school, dry_run=True)
    assert named(would, "made", "contacts") == NAMES
    assert (named(would, "made", "deals"), named(would, "made", "line_items")) == (["course_type", PURCHASE], [LINE])
    assert "username" not in school.hubspot.portals[PORTAL].properties["contacts"], "it was only said"
    made = prepared(school)
    assert made == would
    again = prepared(school)
    assert (again["made"], again["wrong"]) == ([], [])
    assert named(again, "there", "contacts") == NAMES
    found = {name: property_of(school, name) for name in NAMES}
    assert {found[name].group for name in NAMES} == {property_of(school, "email").group}
    assert [found[name].type for name in ("username", "has_password", "created_at")] == ["string", "bool", "datetime"]
    assert (property_of(school, PURCHASE, "deals").unique, property_of(school, LINE, "line_items").unique) == (
        True,
        True,
    )
    assert applied(school) == (200, [])


def test_without_deals_contacts_alone_are_enough(stack: Stack) -> None:
    school = connected(stack, file={"workspace": "demo", "integrations": {HUBSPOT: {"deals": False}}})
    status, (problem,) = applied(school, deals=False)
    assert (status, "prepare-hubspot" in problem["message"], "course_type" in problem["message"]) == (422, True, False)
    assert {one["object"] for one in prepared(school)["made"]} == {"contacts"}
    assert applied(school, deals=False) == (200, [])
    bought = school.bought()
    school.send(bought)
    assert end(school, bought) == DONE


def test_deals_can_be_switched_on_later(stack: Stack) -> None:
    school = opened(stack, deals=False)
    del school.hubspot.portals[PORTAL].properties["deals"]["course_type"]
    status, (problem,) = applied(school, deals=True)
    assert (status, "course_type" in problem["message"]) == (422, True)
    assert named(prepared(school), "made", "deals")[:1] == ["course_type"]
    assert applied(school, deals=True) == (200, [])


@pytest.mark.parametrize("language", ["ja", "en"])
def test_the_labels_are_in_the_workspaces_language(stack: Stack, language: str) -> None:
    school = connected(stack)
    assert stack.apply(integrations={}, language=language)[0] == 200
    prepared(school)
    shown = property_of(school, "username").labels["en"], property_of(school, "has_password").options[0].label
    assert shown == {"ja": ("アカウント名", "はい"), "en": ("User name", "Yes")}[language]


def test_what_is_there_with_another_type_is_named_with_the_types_that_fit(stack: Stack) -> None:
    school = connected(stack)
    prepared(school)
    change(school, "has_password", type="number", field_type="number")
    change(school, "group", type="enumeration", field_type="checkbox")
    change(school, "course_type", "deals", calculated=True)
    told = prepared(school)
    assert told["made"] == []
    assert told["wrong"] == [
        {"object": "contacts", "property": "has_password", "type": "number", "fits": ["bool", "string"]},
        {"object": "contacts", "property": "group", "type": "enumeration", "fits": ["string"]},
        {"object": "deals", "property": "course_type", "type": "string, read-only", "fits": ["string"]},
    ]
    status, problems = applied(school)
    assert (status, len(problems)) == (422, 3)
    assert "bool or string" in problems[0]["message"]


def test_a_property_that_comes_out_of_the_archive_with_a_wrong_type_is_named(stack: Stack) -> None:
    school = connected(stack)
    prepared(school)
    change(school, "has_password", type="number", field_type="number", archived=True)
    told = prepared(school)
    assert named(told, "made", "contacts") == ["has_password"]
    assert [one["type"] for one in told["wrong"]] == ["number"]


@pytest.mark.parametrize(("kind", "text"), [("date", "2026-11-20"), ("string", "2026-11-20T00:00:00.000Z")])
def test_the_types_that_fit_are_written_as_they_are(stack: Stack, kind: str, text: str) -> None:
    school = connected(stack)
    prepared(school)
    change(school, "created_at", type=kind, field_type="date" if kind == "date" else "text")
    change(school, "has_password", type="string", field_type="text", options=())
    assert applied(school) == (200, [])
    event = school.tell("user.created")
    (contact,) = school.contacts()
    assert (end(school, event), contact["created_at"], contact["has_password"]) == (DONE, text, "true")


@pytest.mark.parametrize(
    ("given", "path", "allowed"),
    [
        ({"pipeline": "9"}, "pipeline", ["default", "8001000"]),
        ({"pipeline": "8001000"}, "stage", [f"800100{number}" for number in range(1, 9)]),
        ({"stage": "nowhere"}, "stage", None),
        ({"grant_stage": "8001001"}, "grant_stage", None),
        ({"grant_amount": "half"}, "grant_amount", None),
        ({"deleted": "forget"}, "deleted", None),
        ({"stages": "x"}, "stages", None),
    ],
)
def test_wrong_settings_are_refused_with_what_is_allowed(
    stack: Stack, given: dict[str, str], path: str, allowed: list[str] | None
) -> None:
    school = opened(stack)
    status, (problem,) = applied(school, **given)
    assert (status, problem["path"]) == (422, ["integrations", HUBSPOT, path])
    if path in {"stage", "grant_stage"} and "pipeline" not in given:
        assert "closedwon" in problem["allowed"]
    if allowed:
        assert problem["allowed"] == allowed
    assert applied(school, pipeline="8001000", stage="8001005", grant_stage="8001006") == (200, [])


# What is missing when something is to be written.


@pytest.mark.parametrize("batch", [1, 2])
@pytest.mark.parametrize("archived", [True, False])
def test_a_missing_property_parks_is_named_and_goes_on_after_prepare(
    stack: Stack, batch: int, *, archived: bool
) -> None:
    school = opened(stack)
    school.tell("user.created")
    if archived:
        change(school, "nickname", archived=True)
    else:
        del school.hubspot.portals[PORTAL].properties["contacts"]["nickname"]
    told = [school.event("user.updated"), school.event("user.created", {"id": "u-2", "email": "b@example.jp"})][:batch]
    school.send(*told)
    assert {end(school, one) for one in told} == {("parked", "lms_property_missing")}
    assert "nickname" in school.ended()[told[0]["id"]]["message"]
    assert "prepare-hubspot" in school.ended()[told[0]["id"]]["message"]
    assert named(prepared(school), "made", "contacts") == ["nickname"]
    school.stack.work()
    assert {end(school, one) for one in told} == {DONE}
    assert set(by_mail(school).values()) == {"佐々木 花子"}


def test_a_type_that_was_changed_later_parks_naming_it(stack: Stack) -> None:
    school = opened(stack)
    change(school, "username", type="number", field_type="number")
    event = school.tell("user.created")
    assert end(school, event) == ("parked", "lms_property_type")
    assert "username" in school.ended()[event["id"]]["message"]
    assert "hanako" not in str(school.ended())
    assert prepared(school)["wrong"][0]["property"] == "username"
    change(school, "username", type="string", field_type="text")
    assert applied(school) == (200, [])
    later(school)
    assert (end(school, event), by_mail(school, "username")) == (DONE, {HANAKO: "hanako"})


def test_forms_that_the_school_does_not_use_need_not_be_there(stack: Stack) -> None:
    school = opened(stack)
    del school.hubspot.portals[PORTAL].properties["contacts"]["custom_form_7"]
    assert applied(school) == (200, [])
    assert end(school, school.tell("user.created")) == DONE
    used = school.tell("user.updated", {"custom_forms": {"7": "七"}})
    assert end(school, used) == ("parked", "lms_property_missing")
    assert "custom_form_7" in school.ended()[used["id"]]["message"]


# Permissions.


def test_what_is_asked_for_is_enough_for_all_of_it(stack: Stack) -> None:
    file = {"workspace": "demo", "integrations": {HUBSPOT: {"deleted": "archive"}}}
    school = connected(stack, file=file)
    granted = {scope for grant in stack.hubspot.tokens.access.values() for scope in grant.scopes}
    assert granted == set(INTEGRATION.scopes({})["hubspot"])
    prepared(school)
    assert applied(school, deleted="archive") == (200, [])
    events = [school.event("user.created"), school.bought(), school.granted(), school.event("user.deleted")]
    for event in events:
        school.send(event)
        assert end(school, event) == DONE
    assert (len(school.deals()), school.contacts()) == (2, [])


def test_a_portal_that_is_not_connected_is_no_error_of_ours(stack: Stack) -> None:
    school = School(stack)
    assert school.tool(HUBSPOT, "prepare", {})[0] == 409
    assert school.stack.connect_lms()[0] == 200
    status, (problem,) = applied(school)
    assert (status, "renkei connect hubspot" in problem["message"]) == (422, True)


def test_looking_is_no_acting(stack: Stack) -> None:
    school = opened(stack)
    assert school.tool(HUBSPOT, "size") == (200, {"rows": 1000})
    status, told = school.tool(HUBSPOT, "prepare")
    assert (status, "error" in told, calls(school)) == (405, True, [])
