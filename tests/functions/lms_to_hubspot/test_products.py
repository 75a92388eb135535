"""A course is one product, found by its SKU: also where HubSpot's search has not seen it yet."""

from __future__ import annotations

from typing import Any

import pytest

from local.sandbox.faults import Fault
from tests.functions.lms_to_hubspot.steps import calls, end, later, opened, outcome
from tests.harness import PORTAL, Stack
from tests.school import School

DONE = ("delivered", "")
SEARCH = "POST /products/search"


def ready(stack: Stack) -> School:
    """A school of which a user is known."""
    school = opened(stack)
    school.tell("user.created")
    school.forget_calls()
    return school


def product(school: School, **values: str) -> str:
    """A product that a person made, long enough ago to be found."""
    made = school.hubspot.seed(PORTAL, "products", {"name": "手製", **values})
    school.stack.clock.sleep(60)
    return made


@pytest.mark.parametrize("sku", ["101", "Kurs-A/7 ü"])
def test_a_product_that_is_there_is_used_as_it_is(stack: Stack, sku: str) -> None:
    school = ready(stack)
    product(school, hs_sku=sku.lower() + "x")
    there = product(school, hs_sku=sku, price="1")
    bought = school.bought(id=sku)
    school.send(bought)
    assert outcome(school, bought)["product"] == there
    found = {one["id"]: one for one in school.records("products")}
    assert (len(found), found[there]["name"], found[there]["price"]) == (2, "手製", "1"), "people may name it otherwise"
    (line,) = school.records("line_items")
    assert (line["hs_product_id"], line["price"]) == (there, "12000"), "what was paid"
    assert calls(school).count(SEARCH) == 1


def test_of_several_with_one_sku_the_first_is_used_always(stack: Stack) -> None:
    school = ready(stack)
    first, second = product(school, hs_sku="101"), product(school, hs_sku="101")
    assert int(first) < int(second)
    for number in range(3):
        bought = school.bought(order=f"o-{number}")
        school.send(bought)
        assert outcome(school, bought)["product"] == first
    assert calls(school).count(SEARCH) == 1


def test_another_title_makes_no_second_product(stack: Stack) -> None:
    school = ready(stack)
    school.send(school.bought())
    again = school.bought(order="o-2", title="はじめての簿記 第二版", url="https://school.example/new", price=15000)
    school.send(again)
    (only,) = school.records("products")
    deals = {deal["id"]: deal for deal in school.deals()}
    assert deals[outcome(school, again)["deal"]]["dealname"].startswith("はじめての簿記 第二版")
    assert outcome(school, again)["product"] == only["id"]


def test_many_new_courses_of_one_batch_are_a_product_each(stack: Stack) -> None:
    school = ready(stack)
    there = product(school, hs_sku="c-3")
    sold = [school.bought(order=f"o-{number}", id=f"c-{number % 5}") for number in range(10)]
    school.send(*sold)
    assert {end(school, one) for one in sold} == {DONE}
    products = {one["hs_sku"]: one["id"] for one in school.records("products")}
    assert (sorted(products), products["c-3"]) == ([f"c-{number}" for number in range(5)], there)
    assert [outcome(school, one)["product"] for one in sold] == [products[f"c-{number % 5}"] for number in range(10)]
    made = calls(school)
    assert (made.count(SEARCH), made.count("POST /products"), made.count("POST /deals/batch/create")) == (1, 4, 1)
    assert len(made) == 8


@pytest.mark.parametrize("kind", ["timeout_after", "cut_after", "junk_body"])
@pytest.mark.parametrize("others", [0, 120])
def test_a_product_whose_making_was_cut_off_is_not_made_twice(stack: Stack, kind: Any, others: int) -> None:
    school = ready(stack)
    school.hubspot.settings.change({"search_lag_seconds": 86_400})
    for number in range(others):
        school.hubspot.seed(PORTAL, "products", {"name": "x", "hs_sku": f"x-{number}"})
    school.hubspot.faults.add(Fault("POST", "*/products", kind))
    bought, second = school.bought(), school.bought(order="o-2")
    school.send(bought)
    (made,) = [one["id"] for one in school.records("products") if one.get("hs_sku") == "101"]
    school.stack.restart()
    later(school)
    school.send(second)
    later(school, 600)
    assert [end(school, one) for one in (bought, second)] == [DONE, DONE]
    assert {outcome(school, one)["product"] for one in (bought, second)} == {made}
    assert len(school.records("products")) == others + 1
    assert (len(school.deals()), len(school.records("line_items"))) == (2, 2)


@pytest.mark.parametrize("kind", ["timeout_before", "status"])
def test_a_product_that_was_not_made_is_made_at_the_next_attempt(stack: Stack, kind: Any) -> None:
    school = ready(stack)
    school.hubspot.settings.change({"search_lag_seconds": 86_400})
    school.hubspot.faults.add(Fault("POST", "*/products", kind, status=503))
    bought = school.bought()
    school.send(bought)
    later(school)
    assert (end(school, bought), len(school.records("products"))) == (DONE, 1)


@pytest.mark.parametrize("path", ["*/deals", "*/line_items"])
@pytest.mark.parametrize("kind", ["timeout_after", "timeout_before"])
def test_a_deal_and_a_line_item_are_not_made_twice(stack: Stack, path: str, kind: Any) -> None:
    school = ready(stack)
    school.hubspot.faults.add(Fault("POST", path, kind))
    bought = school.bought()
    school.send(bought)
    school.stack.restart()
    later(school)
    later(school, 600)
    assert end(school, bought) == DONE
    assert [len(school.records(kind)) for kind in ("products", "deals", "line_items")] == [1, 1, 1]


def test_a_product_that_was_deleted_in_hubspot_is_made_again(stack: Stack) -> None:
    school = ready(stack)
    school.send(school.bought())
    (old,) = school.records("products")
    school.hubspot.archive(PORTAL, "products", old["id"])
    school.stack.clock.sleep(60)
    alone = school.bought(order="o-2")
    school.send(alone)
    later(school)
    assert end(school, alone) == DONE
    more = [school.bought(order=f"o-{number}") for number in (3, 4)]
    school.send(*more)
    (new,) = school.records("products")
    assert {outcome(school, one)["product"] for one in (alone, *more)} == {new["id"]}
    assert (new["hs_sku"], new["id"] != old["id"], len(school.deals())) == ("101", True, 4)


@pytest.mark.parametrize(
    ("kind", "name"), [("deals", "renkei_lms_purchase_id"), ("line_items", "renkei_key"), ("deals", "course_type")]
)
def test_a_property_that_somebody_deleted(stack: Stack, kind: str, name: str) -> None:
    school = ready(stack)
    school.send(school.bought())
    del school.hubspot.portals[PORTAL].properties[kind][name]
    sold = [school.bought(order="o-2"), school.bought(order="o-3")]
    school.send(*sold)
    ends = {end(school, one) for one in sold}
    if name == "course_type":
        assert ends == {("parked", "lms_property_missing")}
        assert name in school.ended()[sold[0]["id"]]["message"]
        assert school.tool("lms_to_hubspot", "prepare", {})[1]["made"] == [{"object": "deals", "property": name}]
        school.stack.work()
    assert {end(school, one) for one in sold} == {DONE}
    assert (len(school.deals()), len(school.records("line_items"))) == (3, 3)
    made = school.hubspot.portals[PORTAL].properties[kind][name]
    assert made.unique == (name != "course_type")
