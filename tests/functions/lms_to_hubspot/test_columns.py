"""The table of a user's properties, and what a portal must have for it. Pure."""

from __future__ import annotations

from typing import Any

import pytest

from lms_to_hubspot import INTEGRATION, Settings
from lms_to_hubspot.checks import definition, missing, problems, wanted, wrong
from lms_to_hubspot.columns import COLUMNS, MOST, values_of
from renkei.lms import User
from renkei.vendors.hubspot_deals import Pipeline, Stage
from renkei.vendors.hubspot_shapes import Property
from tests.school import USER

# As the product writes it for people: what the property is of, its name, the event's field.
TABLE = {
    "アカウント名": ("username", "username"),
    "氏名": ("nickname", "nickname"),
    "パスワード設定": ("has_password", "has_password"),
    "権限": ("admin_role", "admin_role"),
    "グループ": ("group", "groups"),
    "登録日時": ("created_at", "created_at"),
    "認証タイプ": ("auth_type", "auth_type"),
    "新規登録ページ": ("signup_page", "signup_page"),
    "受講コースID": ("purchased_courses", "course_ids"),
    "状態": ("status", "status"),
    **{f"カスタムフォーム{number}": (f"custom_form_{number}", "custom_forms") for number in range(1, 10)},
}
BARE = {"id": "u-1", "email": "hanako@example.co.jp", "updated_at": "2026-11-22T00:00:00Z"}
JOINED = "2026-11-20T09:00:00.125+09:00"


def values(types: dict[str, str] | None = None, **told: Any) -> dict[str, str]:
    """What a user's contact gets, but for the address."""
    found, _ = values_of(User.model_validate(BARE | told), types or {})
    assert found.pop("email") == BARE["email"]
    return found


def test_the_table_is_the_products() -> None:
    assert {column.label["ja"]: (column.name, column.told) for column in COLUMNS} == TABLE
    assert all(label for column in COLUMNS for label in (column.label["en"], column.label["de"]))


@pytest.mark.parametrize(
    ("told", "name", "text"),
    [
        ({"username": "hanako"}, "username", "hanako"),
        ({"username": 4711}, "username", "4711"),
        ({"nickname": "佐々木 花子"}, "nickname", "佐々木 花子"),
        ({"has_password": True}, "has_password", "true"),
        ({"has_password": False}, "has_password", "false"),
        ({"admin_role": "owner"}, "admin_role", "owner"),
        ({"groups": ["春", "営業部"]}, "group", "春, 営業部"),
        ({"created_at": JOINED}, "created_at", "2026-11-20T00:00:00.125Z"),
        ({"created_at": "2026-11-20T00:00:00Z"}, "created_at", "2026-11-20T00:00:00.000Z"),
        ({"auth_type": "google"}, "auth_type", "google"),
        ({"signup_page": "https://school.example/?a=1"}, "signup_page", "https://school.example/?a=1"),
        ({"course_ids": ["101", 102]}, "purchased_courses", "101, 102"),
        ({"status": "active"}, "status", "active"),
        ({"custom_forms": {"1": "紹介"}}, "custom_form_1", "紹介"),
        ({"custom_forms": {"9": 5}}, "custom_form_9", "5"),
    ],
)
def test_what_was_told_stands_in_its_property_alone(told: dict[str, Any], name: str, text: str) -> None:
    assert values(**told) == {name: text}


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.name)
def test_absent_is_left_alone_and_empty_clears(column: Any) -> None:
    assert values() == {}
    number = column.name.rpartition("_")[2]
    empties: list[Any] = [None, [], ()] if column.told in {"groups", "course_ids"} else [None, ""]
    if column.told in {"has_password", "created_at"}:
        empties = [None]
    for empty in empties:
        told = {number: empty} if column.told == "custom_forms" else empty
        assert values(**{column.told: told}) == {column.name: ""}
    nothings: list[Any] = [{}, None]
    for nothing in nothings:
        assert values(custom_forms=nothing) == {}, "of the forms only those are told that are named"


@pytest.mark.parametrize(
    ("name", "told", "kind", "text"),
    [
        ("has_password", True, "string", "true"),
        ("has_password", False, "bool", "false"),
        ("created_at", JOINED, "date", "2026-11-20"),
        ("created_at", JOINED, "datetime", "2026-11-20T00:00:00.125Z"),
        ("created_at", JOINED, "string", "2026-11-20T00:00:00.125Z"),
    ],
)
def test_a_value_has_the_shape_of_the_portals_type(name: str, told: object, kind: str, text: str) -> None:
    assert values({name: kind}, **{name: told}) == {name: text}
    assert kind in next(column.fits for column in COLUMNS if column.name == name)


def test_what_is_too_long_ends_after_a_whole_one_and_is_named() -> None:
    courses = [f"course-{number:05d}" for number in range(10_000)]
    found, cut = values_of(User.model_validate(BARE | {"course_ids": courses, "groups": ["x"]}), {})
    text = found["purchased_courses"]
    assert (cut, MOST - 20 < len(text) <= MOST, text[-1]) == (("purchased_courses",), True, "…")
    assert text.removesuffix("…").split(", ") == courses[: text.count(",") + 1]


# What a portal must have.


def prop(name: str, kind: str, *, writable: bool = True) -> Property:
    return Property(name, name, kind, mappable=True, writable=writable)


def portal(**changed: Property | None) -> dict[str, list[Property]]:
    """A portal that has all, but for what is changed: another property, or none."""
    whole = {name: {one.name: prop(one.name, one.fits[0]) for one in of} for name, of in wanted(Settings()).items()}
    return {
        of: [one for one in (changed.get(name, usual) for name, usual in found.items()) if one]
        for of, found in whole.items()
    }


PIPELINES = (
    Pipeline("default", "Sales", (Stage("new", "New"), Stage("closedwon", "Won"))),
    Pipeline("8001", "School", (Stage("8002", "Sold"), Stage("8003", "Given"))),
)


def test_what_is_missing_is_made_with_the_type_that_fits() -> None:
    bare: dict[str, list[Property]] = {"contacts": [], "deals": []}
    made = {
        (object_name, one.name): (definition(one, "ja").type, definition(one, "ja").field)
        for object_name, one in missing(Settings(), bare)
    }
    text, long = ("string", "text"), ("string", "textarea")
    assert made == {
        **{("contacts", name): text for name, _ in TABLE.values()},
        **{("contacts", f"custom_form_{number}"): long for number in range(1, 10)},
        ("contacts", "purchased_courses"): long,
        ("contacts", "has_password"): ("bool", "booleancheckbox"),
        ("contacts", "created_at"): ("datetime", "date"),
        ("deals", "course_type"): text,
    }
    assert {name for name, _ in missing(Settings(deals=False), bare)} == {"contacts"}
    assert not list(missing(Settings(), portal()))
    columns = {one.name: one for one in COLUMNS}
    shown = [definition(columns["has_password"], language) for language in ("ja", "en", "de")]
    assert [one.label for one in shown] == ["パスワード設定", "Has a password", "Hat ein Passwort"]
    assert shown[2].options == (("true", "Ja"), ("false", "Nein"))


@pytest.mark.parametrize("column", COLUMNS, ids=lambda column: column.name)
def test_every_type_is_right_or_named(column: Any) -> None:
    for kind in ("string", "number", "bool", "date", "datetime", "enumeration", "phone_number"):
        found = list(wrong(Settings(), portal(**{column.name: prop(column.name, kind)})))
        if kind in column.fits:
            assert not found
            continue
        (one,) = found
        assert (one.object, one.name, one.type, one.fits) == ("contacts", column.name, kind, column.fits)
    (fixed,) = wrong(Settings(), portal(**{column.name: prop(column.name, column.fits[0], writable=False)}))
    assert fixed.type == f"{column.fits[0]}, read-only"


@pytest.mark.parametrize(
    ("given", "changed", "path", "words", "allowed"),
    [
        ({}, {}, None, "", ()),
        ({"stage": "new", "grant_stage": "new"}, {}, None, "", ()),
        ({"pipeline": "8001", "stage": "8002", "grant_stage": "8003"}, {}, None, "", ()),
        ({"pipeline": "none"}, {}, ("pipeline",), "no pipeline none", ("default", "8001")),
        ({"pipeline": "8001"}, {}, ("stage",), "has no stage closedwon", ("8002", "8003")),
        ({"stage": "8002"}, {}, ("stage",), "has no stage 8002", ("new", "closedwon")),
        ({"grant_stage": "8003"}, {}, ("grant_stage",), "has no stage 8003", ("new", "closedwon")),
        ({"deals": False, "pipeline": "none"}, {}, None, "", ()),
        ({"deals": False}, {"course_type": None}, None, "", ()),
        ({}, {"custom_form_3": None}, None, "", ()),
        ({}, {"username": None}, (), "no property username; run: renkei lms prepare-hubspot", ()),
        ({}, {"course_type": None}, (), "no property course_type", ()),
        ({}, {"group": prop("group", "enumeration")}, (), "group of contacts is of type enumeration; it has", ()),
        ({}, {"custom_form_3": prop("custom_form_3", "number")}, (), "custom_form_3 of contacts is of type number", ()),
        ({}, {"course_type": prop("course_type", "bool")}, (), "course_type of deals is of type bool", ()),
        ({}, {"created_at": prop("created_at", "number")}, (), "it has to be datetime or date or string", ()),
    ],
)  # fmt: skip
def test_what_settings_need(
    given: dict[str, Any],
    changed: dict[str, Property | None],
    path: tuple[str, ...] | None,
    words: str,
    allowed: tuple[str, ...],
) -> None:
    found = list(problems(Settings.model_validate(given), portal(**changed), PIPELINES))
    if path is None:
        assert not found
        return
    (one,) = found
    assert (one.path, words in one.message, one.allowed) == (path, True, allowed)


def test_only_what_is_done_is_asked_for() -> None:
    contacts = {"oauth", "crm.objects.contacts.read", "crm.objects.contacts.write", "crm.schemas.contacts.write"}
    shop = {f"crm.objects.{kind}.{verb}" for kind in ("deals", "products", "line_items") for verb in ("read", "write")}
    assert set(INTEGRATION.scopes({})["hubspot"]) == contacts | shop | {"crm.schemas.deals.write", "e-commerce"}
    assert set(INTEGRATION.scopes({"deals": False})["hubspot"]) == contacts


def test_the_tests_user_tells_all_that_the_table_has() -> None:
    assert {column.told for column in COLUMNS} <= set(USER)
