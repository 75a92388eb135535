"""Every served operation of HubSpot's own specification, spoken once and checked both ways."""

import re

import pytest
import requests
from werkzeug.exceptions import HTTPException

from local.sandbox.hubspot import HubSpot
from local.sandbox.hubspot.routes import ROUTES
from local.sandbox.inprocess import WsgiAdapter
from tests.local.sandbox.conftest import PORTAL, Api, Clock
from tests.local.sandbox.contract import FOLDER, Checked, amend
from tests.local.sandbox.openapi import Document, OpenApiChecker, Operation

KEYS = {"contacts": "email", "products": ""}  # what an upsert goes by, where it is not a property of ours
NOTHING = "nothing-checked-no-specification-here"


def _served(operation: Operation) -> bool:
    path = re.sub(r"\{\w+\}", "contacts", operation.path).replace("-beta", "")
    try:
        ROUTES.bind("sandbox").match(path, operation.method)
    except HTTPException:
        return False
    return "definitions" not in path


def _ids() -> list[str]:
    found = OpenApiChecker(FOLDER, amend).operations if FOLDER.is_dir() else []
    return [operation.id for operation in found if _served(operation)] or [NOTHING]


@pytest.fixture(scope="module")
def checker() -> OpenApiChecker:
    """The checker after every served operation was called, in both versions."""
    found = OpenApiChecker(FOLDER, amend)
    hubspot = HubSpot(clock := Clock())
    hubspot.configure({"burst_limit": None, "search_limit": None})
    checked = Checked(hubspot, found)
    api = Api(WsgiAdapter(checked, "/hubspot"), hubspot.issue_token(PORTAL)[0])
    for date in ("2026-09", "2026-03"):
        for kind in ("contacts", "companies", "meetings", "0-3", "products", "line_items"):
            _objects(api, clock, date, kind, KEYS.get(kind, "ours"))
        _associations(api, hubspot, date)
        _properties(api, date)
        _rest(api, hubspot, date)
    assert checked.problems == []
    return found


@pytest.mark.parametrize("operation", [pytest.param(name, id=name) for name in _ids()])
def test_the_sandbox_keeps_to_the_specification(operation: str, request: pytest.FixtureRequest) -> None:
    if operation == NOTHING:
        assert not FOLDER.is_dir()
        return
    checker = request.getfixturevalue("checker")
    assert checker.checked.get(operation, 0) > 0


def _objects(api: Api, clock: Clock, date: str, kind: str, key: str) -> None:
    base = f"/crm/objects/{date}/{kind}"
    if key == "ours":
        _ok(api.post(f"/crm/properties/{date}/{kind}", json=_property(kind, "ours", hasUniqueValue=True)), 201, 409)
    made = _ok(api.post(base, json=_new(kind, f"one-{date}")), 201)
    both = [_new(kind, f"{word}-{date}") | {"objectWriteTraceId": word} for word in ("two", "three")]
    batch = _ok(api.post(f"{base}/batch/create", json={"inputs": both}), 201)
    bad = {"properties": {"nonsense": "1"}, "associations": [], "objectWriteTraceId": "bad"}
    good = _new(kind, f"four-{date}") | {"objectWriteTraceId": "good"}
    _ok(api.post(f"{base}/batch/create", json={"inputs": [good, bad]}), 207)
    ids = [made["id"], *(result["id"] for result in batch["results"])]
    _ok(api.get(base, params={"limit": 1}), 200)
    _ok(api.get(f"{base}/{ids[0]}", params={"propertiesWithHistory": "hs_object_id"}), 200)
    _ok(api.patch(f"{base}/{ids[0]}", json={"properties": {}}), 200)
    read = {"inputs": [{"id": i} for i in ids], "properties": [], "propertiesWithHistory": []}
    _ok(api.post(f"{base}/batch/read", json=read), 200)
    read["inputs"].append({"id": "1"})
    _ok(api.post(f"{base}/batch/read", json=read), 207)
    change = {"id": ids[0], "properties": {}, "objectWriteTraceId": "a"}
    _ok(api.post(f"{base}/batch/update", json={"inputs": [change]}), 200)
    missing = {"id": "1", "properties": {}, "objectWriteTraceId": "b"}
    _ok(api.post(f"{base}/batch/update", json={"inputs": [change, missing]}), 207)
    name = f"five-{date}@example.jp"
    upsert: dict[str, object] = {"id": name, "properties": _new(kind, f"five-{date}")["properties"]}
    upsert |= {"idProperty": key} if key else {"id": ids[0]}
    _ok(api.post(f"{base}/batch/upsert", json={"inputs": [upsert]}), 200)
    clock.pass_(60)
    _ok(api.post(f"{base}/search", json={"filterGroups": [], "limit": 1}), 200)
    merged = {"primaryObjectId": ids[0], "objectIdToMerge": ids[1]}
    left = _ok(api.post(f"{base}/merge", json=merged), 200)
    _ok(api.delete(f"{base}/{left['id']}"), 204)
    _ok(api.get(f"{base}/{left['id']}", params={"archived": "true"}), 200)
    _ok(api.post(f"{base}/batch/archive", json={"inputs": [{"id": ids[2]}]}), 204)
    _ok(api.get(f"{base}/1"), 404)


def _associations(api: Api, hubspot: HubSpot, date: str) -> None:
    contact = hubspot.seed(PORTAL, "contacts", {"email": f"link-{date}@example.jp"})
    company = hubspot.seed(PORTAL, "companies", {"name": date})
    pair = f"/crm/objects/{date}/contacts/{contact}/associations"
    many = f"/crm/associations/{date}/contacts/companies"
    primary = {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": 1}
    ends = {"from": {"id": contact}, "to": {"id": company}}
    _ok(api.post(f"{many}/batch/read", json={"inputs": [{"id": contact}]}), 207)
    _ok(api.put(f"{pair}/default/companies/{company}"), 200)
    _ok(api.put(f"{pair}/companies/{company}", json=[primary]), 201)
    _ok(api.get(f"{pair}/companies"), 200)
    _ok(api.get(f"/crm/objects/{date}/companies/{company}/associations/contacts"), 200)
    _ok(api.put(f"/crm/objects/{date}/companies/{company}/associations/default/contacts/{contact}"), 200)
    _ok(api.get(f"/crm/objects/{date}/contacts/{contact}", params={"associations": "companies"}), 200)
    _ok(api.post(f"{many}/batch/associate/default", json={"inputs": [ends]}), 200)
    _ok(api.post(f"{many}/batch/create", json={"inputs": [ends | {"types": [primary]}]}), 201)
    _ok(api.post(f"{many}/batch/read", json={"inputs": [{"id": contact}]}), 200)
    gone = {"from": {"id": contact}, "to": [{"id": company}]}
    _ok(api.post(f"{many}/batch/archive", json={"inputs": [gone]}), 200)
    _ok(api.delete(f"{pair}/companies/{company}"), 204)
    _ok(api.get(f"{many}/labels"), 200)
    deal = hubspot.seed(PORTAL, "deals", {"dealname": date})
    hubspot.associate(PORTAL, "deals", deal, "companies", company, 5)
    _ok(api.get(f"/crm/objects/{date}/0-3/{deal}", params={"associations": "companies"}), 200)
    _ok(api.get(f"/crm/objects/{date}/0-3/{deal}/associations/companies"), 200)
    _ok(api.get(f"/crm/objects/{date}/companies/{company}", params={"associations": "deals"}), 200)
    line = hubspot.seed(PORTAL, "line_items", {"name": date})
    hubspot.associate(PORTAL, "line_items", line, "deals", deal)
    _ok(api.get(f"/crm/objects/{date}/line_items/{line}/associations/deals"), 200)
    _ok(api.get(f"/crm/objects/{date}/0-3/{deal}", params={"associations": "line_items"}), 200)
    product = hubspot.seed(PORTAL, "products", {"name": date})
    _ok(api.get(f"/crm/objects/{date}/products/{product}/associations/deals"), 400)


def _properties(api: Api, date: str) -> None:
    base = f"/crm/properties/{date}/companies"
    name = f"p_{date.replace('-', '_')}"
    _ok(api.post(base, json=_property("companies", name)), 201)
    _ok(api.post(base, json=_property("companies", name)), 409)
    _ok(api.get(base, params={"locale": "ja"}), 200)
    _ok(api.get(f"{base}/{name}"), 200)
    _ok(api.patch(f"{base}/{name}", json={"label": "New"}), 200)
    _ok(api.delete(f"{base}/{name}"), 204)
    _ok(api.get(f"{base}/{name}", params={"archived": "true"}), 200)
    _ok(api.post(f"{base}/batch/create", json={"inputs": [_property("companies", f"{name}_b")]}), 201)
    asked = {"archived": False, "dataSensitivity": "non_sensitive", "inputs": [{"name": "name"}]}
    _ok(api.post(f"{base}/batch/read", json=asked), 200)
    asked["inputs"] = [{"name": "nonsense"}]
    _ok(api.post(f"{base}/batch/read", json=asked), 207)
    _ok(api.post(f"{base}/batch/archive", json={"inputs": [{"name": f"{name}_b"}]}), 204)
    _ok(api.get(f"{base}/groups"), 200)
    _ok(api.post(f"{base}/groups", json={"name": f"g_{name}", "label": "G"}), 201)


def _rest(api: Api, hubspot: HubSpot, date: str) -> None:
    pipelines = f"/crm/pipelines/{date}/deals"
    first = _ok(api.get(pipelines), 200)["results"][0]["id"]
    _ok(api.get(f"{pipelines}/{first}"), 200)
    _ok(api.get(f"{pipelines}/{first}/stages"), 200)
    _ok(api.get(f"{pipelines}/1"), 404)
    _ok(api.get(f"/crm/owners/{date}"), 200)
    _ok(api.get(f"/crm/owners/{date}", params={"archived": "true"}), 200)
    _ok(api.get(f"/crm/owners/{date}/41001"), 200)
    _ok(api.get(f"/account-info/{date}/details"), 200)
    access, refresh = hubspot.issue_token(PORTAL)
    app = {"client_id": "renkei-demo-app", "client_secret": "renkei-demo-secret"}
    token = f"/oauth/{date}/token"
    _ok(api.post(token, data=app | {"grant_type": "refresh_token", "refresh_token": refresh}), 200)
    _ok(api.post(f"{token}/introspect", data=app | {"token": access}), 200)
    _ok(api.post(f"{token}/introspect", data=app | {"token": refresh}), 200)
    _ok(api.post(f"{token}/revoke", data=app | {"token": refresh}), 200)
    ended = hubspot.issue_token(222222)[0]
    authorization = {"Authorization": f"Bearer {ended}"}
    _ok(api.delete(f"/appinstalls/{date}/external-install", headers=authorization), 204)
    _ok(api.get(f"/account-info/{date}/details", headers=authorization), 401)


def _new(kind: str, word: str) -> dict[str, object]:
    properties = {
        "contacts": {"email": f"{word}@example.jp"},
        "companies": {"name": word},
        "0-3": {"dealname": word, "dealstage": "closedwon"},
        "products": {"name": word, "price": "1000", "hs_sku": word},
        "line_items": {"name": word, "price": "1000", "quantity": "1"},
        "meetings": {"hs_timestamp": "2026-11-22T01:00:00Z", "hs_meeting_title": word},
    }
    return {"properties": properties[kind], "associations": []}


def _property(kind: str, name: str, **more: object) -> dict[str, object]:
    group = {
        "companies": "companyinformation",
        "contacts": "contactinformation",
        "0-3": "dealinformation",
        "line_items": "lineiteminformation",
        "meetings": "meeting",
    }[kind]
    return {"name": name, "label": name, "type": "string", "fieldType": "text", "groupName": group} | more


def _ok(response: requests.Response, *statuses: int) -> Document:
    assert response.status_code in statuses, response.text
    found: Document = response.json() if response.content else {}
    return found
