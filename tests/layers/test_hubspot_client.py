"""What purchases write to HubSpot, and how properties are made there, against its sandbox."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

import pytest
import requests

from local.sandbox.faults import Fault, Kind
from local.sandbox.hubspot import HubSpot as Sandbox
from local.sandbox.inprocess import WsgiAdapter
from renkei.actions import UNIQUE, Create, Item, Read, Result, Search, To, Update
from renkei.errors import Conflict, Misconfigured, NotFound, Outcome, Rejected, Retry
from renkei.vendors.hubspot import base_url
from renkei.vendors.hubspot_schema import Definition, HubSpotSchema
from renkei.vendors.hubspot_shapes import LMS_PURCHASE

PORTAL = 111111
COURSE = {"name": "簿記入門", "price": "12000", "hs_sku": "C-1"}
DEAL = {"dealname": "購入", "dealstage": "closedwon", "amount": "12000", "deal_currency_code": "JPY"}


@pytest.fixture
def sandbox() -> Sandbox:
    sandbox = Sandbox(lambda: datetime(2026, 11, 22, 1, 2, 3, 456000, tzinfo=UTC))
    sandbox.configure({"search_limit": None, "burst_limit": None, "search_lag_seconds": 0})
    return sandbox


def client_of(sandbox: Sandbox, scopes: frozenset[str] | None = None) -> HubSpotSchema:
    session, (token, _) = requests.Session(), sandbox.issue_token(PORTAL, scopes)
    session.mount(base_url(), WsgiAdapter(sandbox))
    return HubSpotSchema(session, lambda _: token, lambda _: None)


@pytest.fixture
def client(sandbox: Sandbox) -> HubSpotSchema:
    return client_of(sandbox)


@pytest.fixture
def contact(sandbox: Sandbox) -> str:
    return sandbox.seed(PORTAL, "contacts", {"email": "a@x.example"})


def deals(keys: Iterable[str], contact: str, **more: str) -> Create:
    to = (To("contacts", contact, (3,)),)
    return Create("deals", LMS_PURCHASE, tuple(Item(key, DEAL | {LMS_PURCHASE: key} | more, to) for key in keys))


def lines(keys: Iterable[str], deal: str, product: str) -> Create:
    to = (To("deals", deal, (20,)),)
    return Create(
        "line_items",
        UNIQUE,
        tuple(Item(key, {UNIQUE: key, "hs_product_id": product, "quantity": "1"}, to) for key in keys),
    )


def live(sandbox: Sandbox, kind: str) -> list[str]:
    return [record.id for record in sandbox.portals[PORTAL].live(kind)]


def conflicts(result: Result) -> dict[str, str | None]:
    assert all(isinstance(end, Conflict) for end in result.failed.values())
    return {key: end.record_id for key, end in result.failed.items() if isinstance(end, Conflict)}


# Reading.


def test_many_are_read_without_looking_for_each(sandbox: Sandbox, client: HubSpotSchema, contact: str) -> None:
    other = sandbox.seed(PORTAL, "contacts", {"email": "b@x.example"})
    mails = ("a@x.example", "c@x.example", "d@x.example")
    for keys, by, records in ((mails, "email", {mails[0]: contact}), ((contact, "1", other), None, None)):
        before = client.calls
        found = client.do(Read("contacts", keys, ("email",), by, singly=False))
        wanted = records or {contact: contact, other: other}
        assert {key: record.id for key, record in found.records.items()} == wanted
        assert client.calls == before + 1
        assert found.failed.keys() == set(keys) - wanted.keys()
        assert all(isinstance(end, NotFound) for end in found.failed.values())
        assert client.do(Read("contacts", keys, ("email",), by)).records == found.records
        assert client.calls == before + 2 + len(found.failed)


def test_one_alone_is_read_as_it_always_is(sandbox: Sandbox, client: HubSpotSchema, contact: str) -> None:
    new = sandbox.merge(PORTAL, "contacts", contact, sandbox.seed(PORTAL, "contacts", {"email": "b@x.example"}))
    for key, by in ((contact, None), ("b@x.example", "email")):
        assert client.do(Read("contacts", (key,), (), by, singly=False)).records[key].id == new
    assert client.do(Read("contacts", ("1",), (), singly=False)).failed.keys() == {"1"}


# Purchases.


def test_a_product_is_made_without_a_key(sandbox: Sandbox, client: HubSpotSchema) -> None:
    (record,) = client.do(Create("products", "", (Item("C-1", COURSE),))).records.items()
    assert (record[0], record[1].new, client.calls) == ("C-1", True, 1)
    assert client.do(Search("products", {"hs_sku": ("C-1",)}, ())).records.keys() == {record[1].id}
    several = client.do(Create("products", "", (Item("C-2", COURSE | {"hs_sku": "C-2"}), Item("C-3", {"price": "-"}))))
    assert several.records.keys() == {"C-2"}
    assert several.failed["C-3"].code == "hubspot_value"
    assert len(live(sandbox, "products")) == 2
    with pytest.raises(Misconfigured, match="hubspot_property"):
        client.do(Create("products", "", (Item("C-4", COURSE | {"course_type": "x"}),)))


@pytest.mark.parametrize("count", [1, 3, 150])
def test_a_purchase_is_one_deal_however_often_it_is_told(
    sandbox: Sandbox, client: HubSpotSchema, contact: str, count: int
) -> None:
    keys = [f"order-{at}" for at in range(count)]
    made = client.do(deals(keys, contact)).records  # makes the property, too
    assert made.keys() == set(keys)
    assert all(record.new for record in made.values())
    ids = {key: record.id for key, record in made.items()}
    assert sandbox.portals[PORTAL].linked(("contacts", contact), "deals") == {id_: {4} for id_ in ids.values()}
    before = client.calls
    again = client.do(deals([*keys, "new"], contact))
    assert conflicts(again) == ids
    assert again.records.keys() == {"new"}
    assert client.calls - before <= 2 * (count // 100 + 1)
    assert len(live(sandbox, "deals")) == count + 1


@pytest.mark.parametrize("count", [1, 3])
def test_a_line_item_is_one_however_often_it_is_written(
    sandbox: Sandbox, client: HubSpotSchema, contact: str, count: int
) -> None:
    deal = client.do(deals(["order"], contact)).records["order"].id
    product = client.do(Create("products", "", (Item("C-1", COURSE),))).records["C-1"].id
    keys = [f"order#{at}" for at in range(count)]
    ids = {key: record.id for key, record in client.do(lines(keys, deal, product)).records.items()}
    assert ids.keys() == set(keys)
    assert conflicts(client.do(lines(keys, deal, product))) == ids
    assert sandbox.portals[PORTAL].linked(("deals", deal), "line_items") == {id_: {19} for id_ in ids.values()}
    found = client.do(Read("line_items", (keys[0],), ("name", "price", "amount"), UNIQUE)).records[keys[0]]
    assert {found.properties[name] for name in ("price", "amount")} == {"12000"}
    assert found.properties["name"] == COURSE["name"]


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("cut", ["cut_before", "cut_after"])
def test_a_cut_connection_makes_no_second_deal(
    sandbox: Sandbox, client: HubSpotSchema, contact: str, count: int, cut: Kind
) -> None:
    client.ensure("deals", LMS_PURCHASE, "LMS purchase ID")
    keys = [f"order-{at}" for at in range(count)]
    sandbox.faults.add(Fault(method="POST", path="*/deals*", kind=cut))
    with pytest.raises(Retry):
        client.do(deals(keys, contact))
    again = client.do(deals(keys, contact))
    assert again.records.keys() | again.failed.keys() == set(keys)
    assert bool(conflicts(again)) == (cut == "cut_after")
    assert len(live(sandbox, "deals")) == count


WRONG = {"deal_currency_code": "EUR", "dealstage": "gone", "course_type": "video"}


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_with_a_deal_is_named(
    sandbox: Sandbox, client: HubSpotSchema, contact: str, count: int, name: str
) -> None:
    client.ensure("deals", LMS_PURCHASE, "LMS purchase ID")
    told = ("hubspot_value", "INVALID_OPTION")
    if name == "course_type":
        told = ("hubspot_property", "PROPERTY_DOESNT_EXIST")
    try:
        ends = list(client.do(deals(map(str, range(count)), contact, **{name: WRONG[name]})).failed.values())
    except Misconfigured as wrong:
        ends = [wrong] * count
    assert [(end.code, end.params) for end in ends] == [(told[0], {"property": name, "problem": told[1]})] * count
    assert live(sandbox, "deals") == []


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize("what", ["archived", "merged"])
def test_a_contact_that_is_gone_is_looked_up_again(
    sandbox: Sandbox, client: HubSpotSchema, contact: str, count: int, what: str
) -> None:
    if what == "archived":
        sandbox.archive(PORTAL, "contacts", contact)
    else:
        sandbox.merge(PORTAL, "contacts", contact, sandbox.seed(PORTAL, "contacts", {"email": "b@x.example"}))
    with pytest.raises(Retry, match="record_gone"):
        client.do(deals(map(str, range(count)), contact))
    assert live(sandbox, "deals") == []


@pytest.mark.parametrize(
    "missing", ["crm.schemas.deals.write", "crm.objects.deals.write", "crm.objects.contacts.write"]
)
def test_a_right_that_is_missing_is_named(sandbox: Sandbox, contact: str, missing: str) -> None:
    client = client_of(sandbox, (sandbox.app.required_scopes | sandbox.app.optional_scopes) - {missing})
    with pytest.raises(Misconfigured) as caught:
        client.do(deals(["order"], contact))
    assert (caught.value.code, caught.value.params["scopes"]) == ("hubspot_scopes", missing)


# Properties for people.


def test_a_property_is_made_where_hubspot_s_own_is(sandbox: Sandbox, client: HubSpotSchema) -> None:
    options = (("true", "はい"), ("false", "いいえ"))
    wanted = Definition("has_password", "パスワード設定", "bool", "booleancheckbox", "学校から", options)
    assert client.create_property("contacts", wanted)
    assert not client.create_property("contacts", wanted)
    text = Definition("has_password", "Other", "string", "text")
    assert not client.create_property("contacts", text)  # whoever made it, and whatever it is like
    (found,) = (one for one in client.properties("contacts", "ja") if one.name == "has_password")
    assert (found.label, found.type, found.field, found.options) == (wanted.label, "bool", "booleancheckbox", options)
    kept = sandbox.portals[PORTAL].properties["contacts"]
    assert (kept["has_password"].group, kept["has_password"].description) == (kept["email"].group, "学校から")
    assert (kept["has_password"].unique, kept["has_password"].hidden) == (False, False)
    for kind in ("companies", "deals", "line_items", "meetings", "products"):
        assert client.create_property(kind, Definition("course_type", "Course type", "string", "text"))


def test_an_archived_property_comes_back_as_it_was(sandbox: Sandbox, client: HubSpotSchema) -> None:
    client.create_property("deals", Definition("course_type", "Course type", "number", "number"))
    requests_ = client._client.call("DELETE", "/crm/properties/2026-09/deals/course_type")
    assert requests_.status == 204
    assert not client.has("deals", "course_type")
    assert client.create_property("deals", Definition("course_type", "コースタイプ", "string", "text"))
    (found,) = (one for one in client.properties("deals", "en") if one.name == "course_type")
    assert (found.label, found.type) == ("Course type", "number")


@pytest.mark.parametrize(
    ("kind", "definition", "end"),
    [
        ("contacts", Definition("Upper", "x", "string", "text"), Rejected),
        ("contacts", Definition("choice", "x", "enumeration", "select"), Rejected),
        ("deals", Definition("course_type", "x", "string", "text"), Misconfigured),  # may not
    ],
)
def test_a_definition_that_is_not_taken(
    sandbox: Sandbox, kind: str, definition: Definition, end: type[Outcome]
) -> None:
    scopes = {"crm.objects.deals.read", "crm.objects.contacts.read", "crm.schemas.contacts.write"}
    with pytest.raises(end):
        client_of(sandbox, frozenset(scopes)).create_property(kind, definition)


def test_products_get_no_key_of_ours(sandbox: Sandbox, client: HubSpotSchema) -> None:
    with pytest.raises(Rejected):
        client.ensure_unique("products")
    client.ensure_unique("line_items")
    assert client.has_unique("line_items")
    updated = client.do(Update("products", (Item("1", {"price": "1"}),)))
    assert isinstance(updated.failed["1"], NotFound)
