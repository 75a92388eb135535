import json

import pytest
import requests

from local.sandbox.hubspot import HubSpot
from tests.local.sandbox.conftest import PORTAL, Api, Clock

COMPANIES = "/crm/objects/2026-09/companies"
LAG = 10


def _filter(name: str, operator: str, value: object = None, **more: object) -> dict[str, object]:
    given: dict[str, object] = {"propertyName": name, "operator": operator} | more
    if isinstance(value, list):
        given["values"] = value
    elif value is not None:
        given["value"] = value
    return given


def _search(api: Api, *filters: dict[str, object], **more: object) -> requests.Response:
    groups = [{"filters": list(filters)}] if filters else []
    return api.post(f"{COMPANIES}/search", json={"filterGroups": groups} | more)


def _names(response: requests.Response) -> list[str]:
    assert response.status_code == 200, response.text
    return [result["properties"]["name"] for result in response.json()["results"]]


@pytest.fixture
def filled(api: Api, hubspot: HubSpot, clock: Clock) -> Api:
    """Three companies that the index has seen, and no limit on how often to look."""
    rows = [
        {"name": "Alpha KK", "domain": "alpha.jp", "numberofemployees": "9", "industry": "BANKING"},
        {"name": "Beta", "domain": "beta.jp", "numberofemployees": "100", "hs_additional_domains": "b1.jp;b2.jp"},
        {"name": "Gamma 株式会社", "closedate": "2026-11-01T00:00:00.000Z"},
    ]
    for row in rows:
        hubspot.seed(PORTAL, "companies", row)
    hubspot.configure({"search_limit": None})
    clock.pass_(LAG)
    return api


@pytest.mark.parametrize(
    ("given", "found"),
    [
        (_filter("name", "EQ", "ALPHA kk"), ["Alpha KK"]),
        (_filter("domain", "NEQ", "alpha.jp"), ["Beta"]),
        (_filter("domain", "IN", ["alpha.jp", "gamma.jp"]), ["Alpha KK"]),
        (_filter("name", "IN", ["alpha kk"]), ["Alpha KK"]),
        (_filter("name", "IN", ["Alpha KK"]), []),
        (_filter("domain", "NOT_IN", ["alpha.jp"]), ["Beta"]),
        (_filter("hs_additional_domains", "IN", ["b2.jp", "x.jp"]), ["Beta"]),
        (_filter("hs_additional_domains", "EQ", "b1.jp"), ["Beta"]),
        (_filter("industry", "EQ", "BANKING"), ["Alpha KK"]),
        (_filter("industry", "EQ", "banking"), []),
        (_filter("numberofemployees", "GT", "9"), ["Beta"]),
        (_filter("numberofemployees", "GTE", "9"), ["Alpha KK", "Beta"]),
        (_filter("numberofemployees", "LT", "100"), ["Alpha KK"]),
        (_filter("numberofemployees", "LTE", "100"), ["Alpha KK", "Beta"]),
        (_filter("numberofemployees", "BETWEEN", "10", highValue="200"), ["Beta"]),
        (_filter("numberofemployees", "EQ", "100.0"), ["Beta"]),
        (_filter("closedate", "GTE", "1793491200000"), ["Gamma 株式会社"]),
        (_filter("closedate", "LT", "2026-11-01T00:00:00Z"), []),
        (_filter("domain", "HAS_PROPERTY"), ["Alpha KK", "Beta"]),
        (_filter("domain", "NOT_HAS_PROPERTY"), ["Gamma 株式会社"]),
        (_filter("name", "CONTAINS_TOKEN", "alpha"), ["Alpha KK"]),
        (_filter("name", "CONTAINS_TOKEN", "alp"), []),
        (_filter("domain", "CONTAINS_TOKEN", "*.jp"), ["Alpha KK", "Beta"]),
        (_filter("domain", "NOT_CONTAINS_TOKEN", "alpha*"), ["Beta"]),
    ],
    ids=lambda value: json.dumps(value)[:90],
)
def test_operators(filled: Api, given: dict[str, object], found: list[str]) -> None:
    assert _names(_search(filled, given)) == found


def test_filters_are_anded_and_groups_ored(filled: Api) -> None:
    employees, bank = _filter("numberofemployees", "GT", "1"), _filter("industry", "EQ", "BANKING")
    assert _names(_search(filled, employees, bank)) == ["Alpha KK"]
    groups = [{"filters": [bank]}, {"filters": [_filter("name", "EQ", "beta")]}]
    response = filled.post(f"{COMPANIES}/search", json={"filterGroups": groups})
    assert _names(response) == ["Alpha KK", "Beta"]
    assert response.json()["total"] == 2


def test_query_sort_and_properties(filled: Api) -> None:
    assert _names(_search(filled, query="GAMMA")) == ["Gamma 株式会社"]
    down = [{"propertyName": "name", "direction": "DESCENDING"}]
    assert _names(_search(filled, sorts=down)) == ["Gamma 株式会社", "Beta", "Alpha KK"]
    assert _names(_search(filled, sorts=["-numberofemployees"], limit=1)) == ["Gamma 株式会社"]
    read = _search(filled, query="alpha", properties=["industry", "nonsense"]).json()["results"][0]["properties"]
    assert read["industry"] == "BANKING"
    assert "nonsense" not in read


def test_what_the_index_has_not_seen_yet(api: Api, hubspot: HubSpot, clock: Clock) -> None:
    made = api.post(COMPANIES, json={"properties": {"name": "Old"}, "associations": []}).json()["id"]
    clock.pass_(LAG - 0.001)
    assert _names(_search(api)) == []
    clock.pass_(0.001)
    assert _names(_search(api)) == ["Old"]
    api.patch(f"{COMPANIES}/{made}", json={"properties": {"name": "New"}})
    assert api.get(f"{COMPANIES}/{made}").json()["properties"]["name"] == "New"
    assert _names(_search(api, _filter("name", "EQ", "old"))) == ["Old"]
    clock.pass_(LAG)
    assert _names(_search(api, _filter("name", "EQ", "old"))) == []
    assert _names(_search(api)) == ["New"]
    hubspot.archive(PORTAL, "companies", made)
    assert _names(_search(api)) == []
    hubspot.configure({"search_lag_seconds": 0})
    hubspot.seed(PORTAL, "companies", {"name": "Now"})
    assert _names(_search(api)) == ["Now"]


def test_pages_and_ten_thousand(filled: Api, hubspot: HubSpot, clock: Clock) -> None:
    first = _search(filled, limit=2).json()
    assert (first["total"], first["paging"]) == (3, {"next": {"after": "2"}})
    rest = _search(filled, limit=2, after="2").json()
    assert len(rest["results"]) == 1
    assert "paging" not in rest
    for number in range(10_050):
        hubspot.seed(PORTAL, "companies", {"name": str(number)})
    clock.pass_(LAG)
    last = _search(filled, limit=200, after="9800").json()
    assert (last["total"], len(last["results"])) == (10_053, 200)
    assert _search(filled, limit=200, after=last["paging"]["next"]["after"]).status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        {"filterGroups": [], "limit": 201},
        {"filterGroups": [], "after": "x"},
        {"filterGroups": [{"filters": []}] * 6},
        {"filterGroups": [{"filters": [_filter("name", "EQ", "x")] * 7}]},
        {"filterGroups": [{"filters": [_filter("name", "EQ", "x")] * 5}] * 4},
        {"filterGroups": [{"filters": [_filter("nonsense", "EQ", "x")]}]},
        {"filterGroups": [{"filters": [_filter("name", "LIKE", "x")]}]},
        {"filterGroups": [{"filters": [_filter("name", "EQ")]}]},
        {"filterGroups": [{"filters": [_filter("name", "IN", "x")]}]},
        {"filterGroups": [{"filters": [_filter("numberofemployees", "BETWEEN", "1")]}]},
        {"filterGroups": [{"filters": [_filter("numberofemployees", "GT", "many")]}]},
        {"filterGroups": [], "sorts": ["name", "domain"]},
        {"filterGroups": [], "sorts": ["nonsense"]},
    ],
    ids=lambda body: json.dumps(body)[:80],
)
def test_what_search_refuses(filled: Api, body: dict[str, object]) -> None:
    response = filled.post(f"{COMPANIES}/search", json=body)
    assert (response.status_code, response.json()["category"]) == (400, "VALIDATION_ERROR")


def test_three_thousand_characters(filled: Api) -> None:
    body = json.dumps({"filterGroups": [], "properties": ["name"]})
    assert filled.post(f"{COMPANIES}/search", data=body.ljust(3000)).status_code == 200
    assert filled.post(f"{COMPANIES}/search", data=body.ljust(3001)).status_code == 400
    wide = json.dumps({"filterGroups": [], "query": "会" * 2900}, ensure_ascii=False)
    assert filled.post(f"{COMPANIES}/search", data=wide.encode()).status_code == 200


def test_by_association(filled: Api, hubspot: HubSpot) -> None:
    company = hubspot.seed(PORTAL, "companies", {"name": "Delta"})
    contact = hubspot.seed(PORTAL, "contacts", {"email": "a@x.jp"})
    hubspot.associate(PORTAL, "companies", company, "contacts", contact)
    hubspot.configure({"search_lag_seconds": 0})
    assert _names(_search(filled, _filter("associations.contact", "EQ", contact))) == ["Delta"]
    assert _search(filled, _filter("associations.contact", "IN", [contact])).status_code == 400
