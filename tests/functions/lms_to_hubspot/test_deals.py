"""Purchases and grants: one deal each, whose line item joins it with the course's product."""

from __future__ import annotations

from typing import Any

import pytest

from renkei.errors import Rejected
from renkei.lms import event_of
from tests.functions.lms_to_hubspot.steps import calls, end, later, linked, opened, outcome
from tests.harness import PORTAL, Stack
from tests.school import COURSE, School

DONE = ("delivered", "")
SCHOOLS = {"pipeline": "8001000", "stage": "8001005", "grant_stage": "8001007"}
HUBSPOTS = {
    "id", "hs_object_id", "createdate", "hs_lastmodifieddate",
    "hs_is_closed", "hs_is_closed_won", "hs_is_closed_lost", "amount_in_home_currency",
}  # fmt: skip


def ours(record: dict[str, str]) -> dict[str, str]:
    """What of a record is not HubSpot's own."""
    return {name: value for name, value in record.items() if name not in HUBSPOTS}


def known(stack: Stack, **settings: Any) -> School:
    """A school of which a user is known."""
    school = opened(stack, **settings)
    school.tell("user.created")
    school.forget_calls()
    return school


def test_a_purchase_is_a_deal_a_line_item_and_a_product(stack: Stack) -> None:
    school = known(stack)
    bought = school.bought()
    school.send(bought)
    (contact,), (product,) = school.contacts(), school.records("products")
    (deal,), (line,) = school.deals(), school.records("line_items")
    assert ours(product) == {"name": COURSE["title"], "hs_sku": "101", "hs_url": COURSE["url"], "price": "12000"}
    assert ours(deal) == {
        "renkei_lms_purchase_id": "demo:order:o-1:101:u-1",
        "dealname": "はじめての簿記 – 佐々木 花子",
        "amount": "12000",
        "deal_currency_code": "JPY",
        "course_type": "video",
        "pipeline": "default",
        "dealstage": "closedwon",
        "closedate": "2026-11-22T00:30:00.000Z",
    }
    assert (line["hs_product_id"], line["quantity"], line["price"]) == (product["id"], "1", "12000")
    assert line["name"] == COURSE["title"], "from its product"
    assert linked(school, "deals", deal["id"], "contacts") == [contact["id"]]
    assert linked(school, "deals", deal["id"], "line_items") == [line["id"]]
    ids = {"contact": contact["id"], "deal": deal["id"], "line_item": line["id"], "product": product["id"]}
    assert outcome(school, bought) == ids | {"contact_was": "there", "deal_was": "created"}
    assert contact["purchased_courses"] == "101"
    school.forget_calls()
    school.send(school.bought(order="o-2"))
    made = calls(school)
    assert (len(made), made[1:]) == (3, ["POST /deals", "POST /line_items"])
    assert (len(school.deals()), len(school.records("products"))) == (2, 1)


@pytest.mark.parametrize(
    ("settings", "stage", "amount"),
    [
        ({}, "closedwon", "0"),
        ({"grant_amount": "price"}, "closedwon", "12000"),
        ({"grant_stage": "closedlost"}, "closedlost", "0"),
        ({**SCHOOLS, "grant_amount": "price"}, "8001007", "12000"),
    ],
)
def test_a_grant_goes_by_the_settings(stack: Stack, settings: dict[str, str], stage: str, amount: str) -> None:
    school = known(stack, **settings)
    school.send(school.granted(), school.bought(order="g-1"))
    deals = {deal["renkei_lms_purchase_id"]: deal for deal in school.deals()}
    given, sold = deals["demo:grant:g-1:101:u-1"], deals["demo:order:g-1:101:u-1"]
    assert (given["dealstage"], given["amount"], given["course_type"]) == (stage, amount, "video")
    assert (sold["dealstage"], sold["amount"]) == (settings.get("stage", "closedwon"), "12000")
    assert {deal["pipeline"] for deal in deals.values()} == {settings.get("pipeline", "default")}
    lines = {line["renkei_key"]: line["price"] for line in school.records("line_items")}
    assert lines == {"demo:grant:g-1:101:u-1": amount, "demo:order:g-1:101:u-1": "12000"}


def test_a_grant_of_a_course_without_a_price_is_worth_nothing(stack: Stack) -> None:
    school = known(stack, grant_amount="price")
    school.send(school.granted(price=None, currency=None, type=None, url=None))
    (deal,), (product,) = school.deals(), school.records("products")
    assert (deal["amount"], "deal_currency_code" in deal, "course_type" in deal) == ("0", False, False)
    assert ("hs_url" in product, product["hs_sku"]) == (False, "101")


def test_deals_can_be_left_out(stack: Stack) -> None:
    school = known(stack, deals=False)
    bought, granted = school.bought(), school.granted({"course_ids": ["101", "102"]})
    school.send(bought, granted)
    assert (end(school, granted), len(calls(school))) == (DONE, 1)
    assert [school.records(kind) for kind in ("deals", "products", "line_items")] == [[], [], []]
    assert school.contacts()[0]["purchased_courses"] == "101, 102"
    assert set(outcome(school, granted)) == {"contact", "contact_was"}


def test_an_account_whose_lines_make_the_amount_keeps_it(stack: Stack) -> None:
    school = known(stack)
    school.hubspot.configure({"lines_make_amount": True})
    sold = school.bought()
    sold["data"]["order"]["amount"] = "9800"  # at a discount: the course's price is 12,000
    school.send(sold, school.granted())
    assert sorted(deal["amount"] for deal in school.deals()) == ["0", "9800"]


def test_what_happens_twice_is_there_once(stack: Stack) -> None:
    school = known(stack)
    first, second = school.bought(), school.bought()
    school.send(first, second)
    assert [end(school, one) for one in (first, second)] == [DONE, DONE]
    assert outcome(school, first)["deal"] == outcome(school, second)["deal"]
    school.stack.restart()
    third = school.bought(amount=1)
    school.send(third)
    assert outcome(school, third)["deal_was"] == "there"
    assert (len(school.deals()), len(school.records("line_items"))) == (1, 1)


def test_a_deal_that_was_made_before_we_remember_is_found_by_its_unique_property(stack: Stack) -> None:
    school = known(stack)
    deal = school.hubspot.seed(
        PORTAL,
        "deals",
        {"dealname": "x", "renkei_lms_purchase_id": "demo:order:o-1:101:u-1", "dealstage": "contractsent"},
    )
    more = [school.bought(order=f"o-{number}") for number in (1, 2, 3)]
    school.send(*more)
    assert (outcome(school, more[0])["deal"], outcome(school, more[0])["deal_was"]) == (deal, "there")
    assert (len(school.deals()), len(school.records("line_items"))) == (3, 3)
    assert school.deals()[0]["dealstage"] == "contractsent", "what people did with it stays"


def test_orders_that_differ_in_capitals_only_are_two(stack: Stack) -> None:
    school = known(stack)
    school.send(*(school.bought(order=order) for order in ("ab", "AB", "aB")))
    assert len({deal["renkei_lms_purchase_id"].lower() for deal in school.deals()}) == 3
    school.send(*(school.bought(order=order) for order in ("aB", "AB", "ab")))
    assert len(school.deals()) == 3


def test_an_order_of_several_courses_is_a_deal_for_each(stack: Stack) -> None:
    school = known(stack)
    ids = {"course_ids": ["1", "1:2", "2"]}
    sold = [
        school.bought(ids, order, id=course) for order, course in (("o", "1"), ("o", "2"), ("o", "1:2"), ("o:1", "2"))
    ]
    school.send(*sold)
    assert {end(school, one) for one in sold} == {DONE}
    assert len({outcome(school, one)["deal"] for one in sold}) == 4
    assert sorted(one["hs_sku"] for one in school.records("products")) == ["1", "1:2", "2"]


def test_what_was_deleted_in_hubspot_is_not_made_again_by_a_repeat(stack: Stack) -> None:
    school = known(stack)
    school.send(school.bought())
    school.hubspot.archive(PORTAL, "deals", school.deals()[0]["id"])
    school.send(school.bought())
    assert school.deals() == []


def test_a_deals_name_is_as_long_as_one_may_be(stack: Stack) -> None:
    school = known(stack)
    long, nameless = "題" * 1000, {"nickname": "", "username": ""}
    school.send(school.bought(order="o-1", id="1", title=long))
    school.send(school.bought(nameless, "o-2"), school.bought({"nickname": ""}, "o-3"))
    names = {deal["renkei_lms_purchase_id"].split(":")[2]: deal["dealname"] for deal in school.deals()}
    assert names == {"o-1": "題" * 255, "o-2": COURSE["title"], "o-3": f"{COURSE['title']} – hanako"}
    assert school.records("products")[0]["name"] == long


def test_the_purchases_of_a_sale_are_made_together(stack: Stack) -> None:
    school = known(stack)
    people = [{"id": f"p-{one}", "email": f"p{one}@x.example"} for one in range(40)]
    school.send(*(school.event("user.created", person) for person in people))
    school.send(school.bought(order="o"))
    school.forget_calls()
    school.send(*(school.bought(person, f"o-{number}") for number, person in enumerate(people)))
    assert calls(school) == [
        f"POST /{kind}" for kind in ("contacts/batch/update", "deals/batch/create", "line_items/batch/create")
    ]
    owners = [linked(school, "deals", deal["id"], "contacts") for deal in school.deals()]
    assert len({owner for (owner,) in owners}) == 41


# Money.


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (1200, "JPY", "1200"), ("1200.00", "JPY", "1200"), (0, "JPY", "0"), (1e4, "JPY", "10000"),
        (100_000_000, "JPY", "100000000"), (12.5, "EUR", "12.5"), ("0.30", "EUR", "0.3"), (19.99, "EUR", "19.99"),
    ],
)  # fmt: skip
def test_an_amount_is_written_out(stack: Stack, amount: object, currency: str, text: str) -> None:
    school = known(stack)
    school.hubspot.configure({"additional_currencies": ["EUR"]})
    bought = school.bought()
    bought["data"]["order"] |= {"amount": amount, "currency": currency}
    school.send(bought)
    (deal,) = school.deals()
    assert (deal["amount"], deal.get("deal_currency_code")) == (text, currency if amount else None)
    assert school.records("line_items")[0]["price"] == text


@pytest.mark.parametrize("amount", [1200.5, "1200.50", "0.01", -1, "-1200", "1,200", "NaN", True, None, "1e99"])
def test_no_fraction_of_a_yen_and_nothing_that_is_no_amount(stack: Stack, amount: object) -> None:
    school = School(stack)
    bought = school.bought()
    bought["data"]["order"]["amount"] = amount
    with pytest.raises(Rejected) as refused:
        event_of(bought)
    assert (refused.value.code, "order" in refused.value.params["problem"]) == ("lms_payload", True)
    assert str(amount) not in refused.value.params["problem"]


def test_a_currency_that_the_account_has_not_parks_and_is_named_and_nobody_else_waits(stack: Stack) -> None:
    school = known(stack)
    school.send(school.bought(order="o-0"))
    dollars, yen = school.bought(order="o-1", currency="USD", price="99.90"), school.bought(order="o-2")
    school.send(dollars, yen)
    assert (end(school, dollars), end(school, yen)) == (("parked", "lms_currency"), DONE)
    assert "USD" in school.ended()[dollars["id"]]["message"]
    assert (len(school.deals()), len(school.records("line_items"))) == (2, 2)
    alone = school.bought(order="o-3", currency="USD", price="99.90")
    school.send(alone)
    assert end(school, alone) == ("parked", "lms_currency")
    school.hubspot.configure({"additional_currencies": ["USD"]})
    for event in (dollars, alone):
        path = f"/api/workspaces/demo/deliveries/{school.ended()[event['id']]['id']}/retry"
        assert school.stack.api("POST", path, {})[0] == 200
    school.stack.work()
    assert {end(school, dollars), end(school, alone)} == {DONE}
    assert sorted(deal["amount"] for deal in school.deals()) == ["12000", "12000", "99.9", "99.9"]


def test_a_stage_that_was_taken_away_parks_and_the_settings_bring_it_back(stack: Stack) -> None:
    school = known(stack, **SCHOOLS)
    school.hubspot.portals[PORTAL].pipelines.pop()
    bought = school.bought()
    school.send(bought)
    assert end(school, bought) == ("parked", "lms_stage")
    assert "pipeline" in school.ended()[bought["id"]]["message"]
    assert school.contacts()[0]["purchased_courses"] == "101"
    status, _ = school.stack.apply(integrations={"lms_to_hubspot": {}})
    assert status == 200
    later(school)
    assert (end(school, bought), [deal["dealstage"] for deal in school.deals()]) == (DONE, ["closedwon"])


def test_a_contact_that_went_before_its_deal_was_made(stack: Stack) -> None:
    school = known(stack)
    first = school.tell("user.updated")
    stale = school.event("course.purchased") | {"id": "stale"}
    stale["data"] |= school.bought(order="o-9")["data"] | {"user": {**first["data"]["user"]}}
    there = school.contacts()[0]["id"]
    other = school.hubspot.seed(PORTAL, "contacts", {"email": "other@example.jp"})
    left = school.hubspot.merge(PORTAL, "contacts", other, there)
    school.send(stale)
    later(school)
    assert end(school, stale) == DONE
    (deal,) = school.deals()
    assert linked(school, "deals", deal["id"], "contacts") == [left]


@pytest.mark.parametrize(
    ("email", "order", "course"),
    [
        ("a/b?c#d@x.example", "o/ü 1", "kurs ü/?"),
        ("%40+x@x.example", "o" * 128, "k" * 128),
        ("ü@x.example", "1", '"<&>'),
    ],
)
def test_odd_addresses_and_ids_stay_as_they_are(stack: Stack, email: str, order: str, course: str) -> None:
    school = opened(stack)
    sold = [school.bought({"id": email, "email": email}, order, id=course) for _ in range(2)]
    for bought in sold:
        school.send(bought)
        assert end(school, bought) == DONE
    assert [one["email"] for one in school.contacts()] == [email]
    assert [one["hs_sku"] for one in school.records("products")] == [course]
    assert len(school.deals()) == 1
