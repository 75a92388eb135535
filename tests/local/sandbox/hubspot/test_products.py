"""Products, the line items that put them into deals, and the currencies of both."""

from collections.abc import Callable

import pytest

from local.sandbox.hubspot import HubSpot
from tests.local.sandbox.conftest import PORTAL, Api, Clock

OBJECTS, PROPERTIES = "/crm/objects/2026-09", "/crm/properties/2026-09"
PRODUCTS, LINES, DEALS = (f"{OBJECTS}/{kind}" for kind in ("products", "line_items", "deals"))
COURSE = {"name": "簿記入門", "price": "12000", "hs_sku": "C-1", "hs_url": "https://school.example/c/1"}
DEAL = {"dealname": "購入", "dealstage": "closedwon"}


def made(api: Api, path: str, properties: dict[str, str], *to: tuple[str, int]) -> str:
    found: str = _post(api, path, properties, *to)["id"]
    return found


def _post(api: Api, path: str, properties: dict[str, str], *to: tuple[str, int]) -> dict[str, str]:
    answer = api.post(path, json={"properties": properties, "associations": _ends(*to)})
    assert answer.status_code == 201, answer.text
    found: dict[str, str] = answer.json()
    return found


def _ends(*to: tuple[str, int]) -> list[dict[str, object]]:
    spec = "HUBSPOT_DEFINED"
    return [{"to": {"id": i}, "types": [{"associationCategory": spec, "associationTypeId": n}]} for i, n in to]


def read(api: Api, path: str, *names: str) -> dict[str, str | None]:
    found: dict[str, str | None] = api.get(path, params={"properties": ",".join(names)}).json()["properties"]
    return {name: found[name] for name in names}


@pytest.fixture
def product(api: Api) -> str:
    return made(api, PRODUCTS, COURSE)


@pytest.fixture
def deal(api: Api) -> str:
    return made(api, DEALS, DEAL)


def test_a_product_is_made_changed_and_found_by_its_sku_a_while_later(api: Api, product: str, clock: Clock) -> None:
    assert read(api, f"{OBJECTS}/0-7/{product}", *COURSE) == COURSE
    twin = made(api, PRODUCTS, COURSE)  # nothing keeps two from having one sku
    wanted = {"filterGroups": [{"filters": [{"propertyName": "hs_sku", "operator": "IN", "values": ["c-1"]}]}]}
    assert api.post(f"{PRODUCTS}/search", json=wanted).json()["results"] == []
    clock.pass_(11)
    assert {r["id"] for r in api.post(f"{PRODUCTS}/search", json=wanted).json()["results"]} == {product, twin}
    assert api.patch(f"{PRODUCTS}/{product}", json={"properties": {"price": "9800"}}).status_code == 200
    assert api.delete(f"{PRODUCTS}/{twin}").status_code == 204
    assert [r["properties"]["price"] for r in api.get(PRODUCTS).json()["results"]] == ["9800"]


@pytest.mark.parametrize(
    ("path", "wrong"),
    [
        (PRODUCTS, {"price": "1", "hs_sku": "C-2"}),  # no name
        (PRODUCTS, COURSE | {"price": "-1"}),
        (PRODUCTS, COURSE | {"price": "¥1"}),
        (PRODUCTS, COURSE | {"course_type": "video"}),
        (LINES, {"name": "x", "price": "-1"}),
        (LINES, {"name": "x", "amount": "5"}),  # HubSpot works it out
        (LINES, {"hs_product_id": "1"}),
        (LINES, {"name": "x", "hs_line_item_currency_code": "EUR"}),
    ],
    ids=str,
)
def test_what_is_refused(api: Api, path: str, wrong: dict[str, str]) -> None:
    refused = api.post(path, json={"properties": wrong, "associations": []})
    assert (refused.status_code, refused.json()["category"]) == (400, "VALIDATION_ERROR")
    assert api.get(path).json()["results"] == []


@pytest.mark.parametrize(
    ("own", "shown"),
    [
        ({}, {"name": "簿記入門", "price": "12000", "amount": "12000"}),
        ({"name": "割引", "price": "100.5", "quantity": "3"}, {"name": "割引", "price": "100.5", "amount": "301.5"}),
        ({"quantity": "2", "discount": "2000"}, {"name": "簿記入門", "price": "12000", "amount": "20000"}),
        ({"hs_discount_percentage": "50"}, {"name": "簿記入門", "price": "12000", "amount": "6000"}),
        ({"price": "0"}, {"name": "簿記入門", "price": "0", "amount": "0"}),
    ],
    ids=str,
)
def test_a_line_item_takes_name_and_price_from_its_product(
    api: Api, product: str, deal: str, own: dict[str, str], shown: dict[str, str]
) -> None:
    line = made(api, LINES, {"hs_product_id": product, "quantity": "1"} | own, (deal, 20))
    assert read(api, f"{OBJECTS}/0-8/{line}", *shown) == shown
    assert api.patch(f"{PRODUCTS}/{product}", json={"properties": {"price": "1"}}).status_code == 200
    assert read(api, f"{LINES}/{line}", "price") == {"price": shown["price"]}


def test_a_line_item_belongs_to_one_deal_and_a_product_to_nothing(
    api: Api, hubspot: HubSpot, product: str, deal: str
) -> None:
    line, other = made(api, LINES, {"name": "x"}, (deal, 20)), made(api, DEALS, DEAL)
    assert api.get(f"{LINES}/{line}", params={"associations": "deals"}).json()["associations"]["deals"] == {
        "results": [{"id": deal, "type": "line_item_to_deal"}]
    }
    found = api.get(f"{DEALS}/{deal}/associations/line_items").json()["results"]
    assert [(r["toObjectId"], [t["typeId"] for t in r["associationTypes"]]) for r in found] == [(line, [19])]
    assert api.put(f"{DEALS}/{deal}/associations/default/line_items/{line}").status_code == 200
    for refused in (
        api.put(f"{DEALS}/{other}/associations/default/line_items/{line}"),
        api.post(DEALS, json={"properties": DEAL, "associations": _ends((line, 19))}),
        api.post(LINES, json={"properties": {"name": "x"}, "associations": _ends((deal, 20), (other, 20))}),
        api.put(f"{DEALS}/{deal}/associations/default/products/{product}"),
        api.post(PRODUCTS, json={"properties": COURSE, "associations": _ends((deal, 20))}),
        api.post(DEALS, json={"properties": DEAL, "associations": _ends((product, 19))}),
        api.post(LINES, json={"properties": {"name": "x"}, "associations": _ends(("1", 20))}),
    ):
        assert refused.status_code == 400, refused.text
    portal = hubspot.portals[PORTAL]
    assert [len(list(portal.live(kind))) for kind in ("products", "line_items", "deals")] == [1, 1, 2]


def test_an_account_may_let_line_items_make_a_deals_amount(api: Api, hubspot: HubSpot, product: str, deal: str) -> None:
    assert api.patch(f"{DEALS}/{deal}", json={"properties": {"amount": "9800"}}).status_code == 200
    made(api, LINES, {"hs_product_id": product}, (deal, 20))
    assert read(api, f"{DEALS}/{deal}", "amount") == {"amount": "9800"}
    hubspot.configure({"lines_make_amount": True})
    made(api, LINES, {"hs_product_id": product, "price": "9800"}, (deal, 20))
    assert read(api, f"{DEALS}/{deal}", "amount") == {"amount": "21800"}


def test_products_have_no_unique_properties_and_line_items_have(api: Api, deal: str) -> None:
    ours = {"name": "ours", "label": "Ours", "type": "string", "fieldType": "text"}
    of = {"products": "productinformation", "line_items": "lineiteminformation"}
    unique = {kind: ours | {"groupName": group, "hasUniqueValue": True} for kind, group in of.items()}
    assert api.post(f"{PROPERTIES}/products", json=unique["products"]).status_code == 400
    assert api.post(f"{PROPERTIES}/products", json=unique["products"] | {"hasUniqueValue": False}).status_code == 201
    assert api.post(f"{PROPERTIES}/line_items", json=unique["line_items"]).status_code == 201
    made(api, LINES, {"ours": "k"}, (deal, 20))
    again = {"properties": {"ours": "k"}, "associations": _ends((deal, 20))}
    assert api.post(LINES, json=again).json()["errors"][0]["code"] == "CONFLICTING_UNIQUE_VALUE"
    by = {"inputs": [{"id": "C-1"}], "properties": [], "propertiesWithHistory": [], "idProperty": "hs_sku"}
    assert api.post(f"{PRODUCTS}/batch/read", json=by).status_code == 400


SHOP = ("crm.objects.products.write", "crm.objects.line_items.write", "crm.objects.deals.write")


@pytest.mark.parametrize("missing", range(3))
def test_each_type_needs_its_own_scopes(caller: Callable[..., Api], product: str, deal: str, missing: int) -> None:
    some = caller(*(scope for at, scope in enumerate(SHOP) if at != missing))
    answers = [
        some.post(path, json={"properties": properties, "associations": ends}).status_code
        for path, properties, ends in (
            (PRODUCTS, COURSE, []),
            (LINES, {"hs_product_id": product}, []),
            (LINES, {"hs_product_id": product}, _ends((deal, 20))),  # deals, too
        )
    ]
    assert answers == [[403, 201, 201], [201, 403, 403], [201, 201, 403]][missing]


@pytest.mark.parametrize(
    ("kind", "scope", "status"),
    [
        ("line_items", "e-commerce", 201),
        ("line_items", "crm.objects.line_items.write", 403),
        ("line_items", "crm.schemas.deals.write", 403),
        ("deals", "crm.schemas.deals.write", 201),
        ("deals", "e-commerce", 403),
    ],
)
def test_who_may_define_properties(caller: Callable[..., Api], kind: str, scope: str, status: int) -> None:
    group = {"line_items": "lineiteminformation", "deals": "dealinformation"}[kind]
    body = {"name": "ours", "label": "Ours", "type": "string", "fieldType": "text", "groupName": group}
    assert caller(scope).post(f"{PROPERTIES}/{kind}", json=body).status_code == status


def test_deals_and_line_items_are_in_a_currency_of_the_account(api: Api, hubspot: HubSpot) -> None:
    told = ("companyCurrency", "additionalCurrencies")
    details = "/account-info/2026-09/details"

    def answers(code: str) -> list[int]:
        bodies = ((DEALS, DEAL | {"deal_currency_code": code}), (LINES, {"hs_line_item_currency_code": code}))
        return [api.post(path, json={"properties": one, "associations": []}).status_code for path, one in bodies]

    assert [api.get(details).json()[name] for name in told] == ["JPY", []]
    assert [answers("JPY"), answers("EUR")] == [[201, 201], [400, 400]]
    hubspot.configure({"additional_currencies": ["EUR", "USD"]})
    assert [api.get(details).json()[name] for name in told] == ["JPY", ["EUR", "USD"]]
    assert [answers("JPY"), answers("EUR"), answers("GBP")] == [[201, 201], [201, 201], [400, 400]]
    shown = api.get(f"{PROPERTIES}/deals/deal_currency_code").json()["options"]
    assert [option["value"] for option in shown] == ["JPY", "EUR", "USD"]
    assert hubspot.page().count("<h3>Products</h3>") == 2
