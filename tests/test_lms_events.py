"""docs/lms-events.yaml, the receiver, the model and the examples say the same."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from functools import cache
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from openapi_spec_validator import OpenAPIV31SpecValidator

from renkei import lms as model
from renkei.currencies import WHOLE
from renkei.errors import Rejected
from renkei.vendors import lms
from renkei.webhooks import MAX_BODY
from tests.harness import ROOT, event

EXAMPLES = sorted((ROOT / "events" / "lms").iterdir())
GONE = object()


@cache
def document() -> dict[str, Any]:
    told: dict[str, Any] = yaml.safe_load((ROOT / "docs" / "lms-events.yaml").read_text("utf-8"))
    return told


@cache
def validator(kind: str) -> Draft202012Validator:
    """Of the bodies of one type, as the document has them."""
    content = document()["webhooks"][kind]["post"]["requestBody"]["content"]["application/json"]
    schema = {**content["schema"], "components": document()["components"]}
    return Draft202012Validator(schema)


def fits(body: Any) -> bool:
    return bool(validator(body["type"]).is_valid(body))


def let_in(body: Any) -> bool:
    try:
        return lms.receive(body)[1]
    except ValueError:
        return False


def read(body: Any) -> bool:
    try:
        return model.event_of(body) is not None
    except Rejected:
        return False


def test_it_is_openapi_and_says_that_it_is_ours() -> None:
    assert document()["openapi"].startswith("3.1.")
    assert [error.message for error in OpenAPIV31SpecValidator(document()).iter_errors()] == []
    assert "This contract is ours." in document()["info"]["description"]


def test_every_member_is_one() -> None:
    """A comma in an unquoted description would make members of its words."""
    odd = [name for holder in _holders(document()) for name in holder if " " in str(name)]
    assert odd == []


def _holders(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict):
        yield value
    for inner in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _holders(inner)


def test_it_has_the_types_headers_and_answers_of_the_receiver() -> None:
    assert list(document()["webhooks"]) == list(lms.EVENTS)
    parameters = document()["components"]["parameters"].values()
    assert [one["name"] for one in parameters] == [lms.ID_HEADER, lms.TIME_HEADER, lms.SIGNATURE_HEADER]
    for told in document()["webhooks"].values():
        assert list(told["post"]["responses"]) == ["200", "400", "401", "413", "503"]
    minutes = {5: "five"}[int(lms.TOLERANCE.total_seconds() / 60)]
    assert f"{minutes} minutes off at most" in document()["components"]["parameters"]["Timestamp"]["description"]
    assert f"at most {MAX_BODY // 1024} KB" in document()["info"]["description"]
    whole = document()["components"]["schemas"]["InWholes"]["properties"]["currency"]["enum"]
    assert set(whole) == WHOLE


def test_it_has_the_members_of_the_model() -> None:
    schemas = document()["components"]["schemas"]
    beside = {"Grant": {"granted_by"}, "Data": {"changed"}}  # told, and used by nobody yet
    for name in ("User", "Course", "Order", "Grant", "Membership", "Event"):
        known = getattr(model, name).model_fields
        assert set(schemas[name]["properties"]) == {*known, *beside.get(name, ())}, name
        assert set(schemas[name]["required"]) == {key for key, one in known.items() if one.is_required()}, name
    assert set(schemas["Event"]["properties"]["data"]["properties"]) == {*model.Data.model_fields, *beside["Data"]}


def test_every_example_is_named_once() -> None:
    named = [
        (kind, example["externalValue"])
        for kind, told in document()["webhooks"].items()
        for example in told["post"]["requestBody"]["content"]["application/json"]["examples"].values()
    ]
    found = [(event(f"lms/{path.stem}")["type"], f"../events/lms/{path.name}") for path in EXAMPLES]
    assert sorted(named) == sorted(one for one in found if one[0] in lms.EVENTS)
    assert len(found) == len(named) + 1  # of a type that nobody knows


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_every_example_fits_and_is_let_in_and_read(path: Any) -> None:
    body = json.loads(path.read_text("utf-8"))
    known = path.stem != "unknown_type"
    assert lms.receive(body)[1] is known
    if known:
        assert [error.message for error in validator(body["type"]).iter_errors(body)] == []
        assert model.event_of(body).id == body["id"]


WRONG: dict[str, list[Any]] = {
    "id": [GONE, None, "", "a b", "a@b", "x" * 65, True, [], {}],
    "occurred_at": [GONE, None, "", "2026-11-22", "2026-11-22T09:00:00", "2026-11-22T09:00:00+09:60", 5],
    "school_id": [GONE, None, "", " ", "x ", "x" * 129, 1.5, True],
    "schema_version": [GONE, None, 2, "1"],
    "data": [GONE, None, [], "x"],
    "data.user": [GONE, None, [], "x"],
    "data.user.id": [GONE, None, "", " x", "x" * 129, 1.5, True, []],
    "data.user.email": [GONE, None, "", "x", "a@b@c", "a b@c", "<a@b>", "a" * 251 + "@b.c", 5],
    "data.user.updated_at": [GONE, None, "", "yesterday", "2026-11-22 09:00:00Z", 1_790_000_000],
    "data.user.version": [None, -1, 10**18, 1.5, "1", True],
    "data.user.nickname": [1.5, True, [], {}, "x" * 65_537],
    "data.user.email_verified": ["true", 1, "", []],
    "data.user.groups": ["x", {}, [1.5], [[]], [True]],
    "data.user.created_at": ["", "2026-11-22", 5, True],
    "data.user.course_ids": ["101", [None], [""], [1.5], {"1": 1}, [101] * 10_001],
    "data.user.custom_forms": ["x", ["x"], {"0": "x"}, {"10": "x"}, {"1": []}, {"1": 1.5}],
    "data.previous": ["x", ["x"], 5],
    "data.previous.email": [5.5, [], True],
    "data.changed": ["email", {}, [1.5]],
    "data.course": [GONE, None, "x", []],
    "data.course.id": [GONE, None, ""],
    "data.course.title": [GONE, None, "", 5, "x" * 1001],
    "data.course.url": ["school.example", "ftp://x", "https://a b", 5, "https://" + "x" * 2000],
    "data.course.price": [-1, "-1", "", "1e3", "1,200", True, 10**14, 49.9, "49.90"],
    "data.course.currency": ["", "yen", "JPYX", 5],
    "data.order": [GONE, None, "x", []],
    "data.order.id": [GONE, None, ""],
    "data.order.amount": [GONE, None, -1, "", "1,200", "１２００", True, 10**14, 1200.5, "1200.50", "1200."],
    "data.order.currency": [GONE, None, "", "jpy"],
    "data.order.purchased_at": [GONE, None, "", "2026-11-22"],
}
RIGHT: dict[str, list[Any]] = {
    "id": [0, 42, "-", "x" * 64],
    "occurred_at": ["2026-11-22T09:00Z", "2026-11-22T09:00:00.123456789-11:30"],
    "school_id": [7, "x", "青い 学校"],
    "data.user.id": [7, -7, "x" * 128, "山田"],
    "data.user.email": ["a@b", " A@b.example ", "a..b.@docomo.example"],
    "data.user.version": [GONE, 0, 10**18 - 1],
    "data.user.nickname": [GONE, None, "", 5, "👩‍🎓", "x" * 65_536, "a\nb"],
    "data.user.email_verified": [GONE, None, True, False],
    "data.user.groups": [GONE, None, [], ["", 5, None]],
    "data.user.created_at": [GONE, None],
    "data.user.course_ids": [GONE, None, [], [1, "x"], [101] * 10_000],
    "data.user.custom_forms": [GONE, None, {}, {"9": None, "1": 5}],
    "data.user.shoe_size": [43],
    "data.previous": [GONE, None, {}, {"email": None}, {"email": ""}],
    "data.changed": [GONE, None, []],
    "data.course.url": [GONE, None, "", "http://x"],
    "data.course.price": [GONE, None, 0, 49.0, "49.00"],
    "data.course.currency": [GONE, None, "EUR"],
    "data.order.amount": [0, 1200.0, "1200", "1200.00", "0"],
    "data.grant": [GONE, None],
    "more": [{}],
}


def changed(place: str, value: Any) -> Any:
    """A purchase that tells of a change, too, with something else in one place."""
    made = event("lms/course_purchased")
    made["data"] |= {name: event("lms/user_updated_email")["data"][name] for name in ("previous", "changed")}
    holder, names = made, place.split(".")
    for name in names[:-1]:
        holder = holder[name]
    holder.pop(names[-1], None)
    if value is not GONE:
        holder[names[-1]] = value
    return made


@pytest.mark.parametrize("place", WRONG)
def test_what_the_document_refuses_is_not_let_in(place: str) -> None:
    for value in WRONG[place]:
        body = changed(place, value)
        assert (fits(body), let_in(body)) == (False, False), value


@pytest.mark.parametrize("place", RIGHT)
def test_what_the_document_has_is_let_in_and_read(place: str) -> None:
    for value in RIGHT[place]:
        body = changed(place, value)
        assert (fits(body), let_in(body), read(copy.deepcopy(body))) == (True, True, True), value


@pytest.mark.parametrize(
    ("name", "place", "value"),
    [
        ("course_granted", "grant", None),
        ("course_granted", "course", None),
        ("membership_cancelled", "membership", None),
        ("membership_cancelled", "membership", {"id": 1}),
        ("course_granted", "grant", {"id": 1, "granted_at": "today"}),
    ],
)
def test_each_type_needs_its_parts(name: str, place: str, value: Any) -> None:
    body = event(f"lms/{name}")
    body["data"][place] = value
    assert (fits(body), let_in(body), read(body)) == (False, False, False)
