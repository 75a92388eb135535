import json
from collections.abc import Callable

import pytest

from local.sandbox.hubspot import HubSpot
from tests.local.sandbox.conftest import OTHER, PORTAL, Api, Clock

OBJECTS, MANY = "/crm/objects/2026-09", "/crm/associations/2026-09"
DEALS, PIPELINES = f"{OBJECTS}/deals", "/crm/pipelines/2026-09/deals"
OWN = "8001000"


def _deal(api: Api, *links: dict[str, object], **values: str) -> str:
    properties = {"dealname": "案件", "dealstage": "contractsent"} | values
    made = api.post(DEALS, json={"properties": properties, "associations": list(links)})
    assert made.status_code == 201, made.text
    found: str = made.json()["id"]
    return found


def _read(api: Api, deal: str, *names: str) -> dict[str, str | None]:
    found: dict[str, str | None] = api.get(f"{DEALS}/{deal}", params={"properties": ",".join(names)}).json()[
        "properties"
    ]
    return found


def _spec(type_id: int) -> dict[str, object]:
    return {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_id}


def _to(object_id: str, *types: int) -> dict[str, object]:
    return {"to": {"id": object_id}, "types": [_spec(t) for t in types]}


def _types(api: Api, kind: str, object_id: str, to_kind: str) -> dict[str, list[int]]:
    found = api.get(f"{OBJECTS}/{kind}/{object_id}/associations/{to_kind}").json()["results"]
    return {r["toObjectId"]: [t["typeId"] for t in r["associationTypes"]] for r in found}


@pytest.fixture
def companies(hubspot: HubSpot) -> list[str]:
    return [hubspot.seed(PORTAL, "companies", {"name": name}) for name in ("甲", "乙")]


def test_a_deal_is_made(api: Api) -> None:
    more = {"amount": "1200000.50", "closedate": "2026-11-30", "dealtype": "newbusiness", "hubspot_owner_id": "41001"}
    deal = _deal(api, **more, deal_currency_code="JPY", description="説明")
    assert _read(api, deal, "dealtype", "hs_is_closed", "amount_in_home_currency") == {
        "dealname": "案件",
        "amount": "1200000.50",
        "closedate": "2026-11-30T00:00:00.000Z",
        "pipeline": "default",
        "dealstage": "contractsent",
        "createdate": "2026-11-22T01:02:03.456Z",
        "hs_lastmodifieddate": "2026-11-22T01:02:03.456Z",
        "hs_object_id": deal,
        "dealtype": "newbusiness",
        "hs_is_closed": "false",
        "amount_in_home_currency": "1200000.50",
    }


@pytest.mark.parametrize("missing", ["dealname", "dealstage"])
@pytest.mark.parametrize("version", ["2026-09", "2026-03", "v3"])
def test_a_deal_needs_a_name_and_a_stage(api: Api, missing: str, version: str) -> None:
    properties = {"dealname": "案件", "dealstage": "contractsent"}
    del properties[missing]
    path = "/crm/v3/objects/deals" if version == "v3" else f"/crm/objects/{version}/0-3"
    refused = api.post(path, json={"properties": properties, "associations": []})
    assert (refused.status_code, refused.json()["category"]) == (400, "VALIDATION_ERROR")
    assert refused.json()["errors"][0]["context"] == {"propertyName": [missing]}


@pytest.mark.parametrize(
    ("values", "name"),
    [
        ({"dealstage": "nonsense"}, "dealstage"),
        ({"dealstage": "8001001"}, "dealstage"),  # of the other pipeline, which must be named
        ({"dealstage": "closedwon", "pipeline": OWN}, "dealstage"),
        ({"dealstage": "9002001", "pipeline": OWN}, "dealstage"),  # of another account
        ({"dealstage": "closedwon", "pipeline": "9002000"}, "pipeline"),
        ({"dealtype": "new"}, "dealtype"),
        ({"deal_currency_code": "EUR"}, "deal_currency_code"),
        ({"hubspot_owner_id": "41004"}, "hubspot_owner_id"),
    ],
    ids=str,
)
def test_a_value_that_is_no_option(api: Api, hubspot: HubSpot, values: dict[str, str], name: str) -> None:
    properties = {"dealname": "案件", "dealstage": "contractsent"} | values
    refused = api.post(DEALS, json={"properties": properties, "associations": []})
    assert refused.status_code == 400
    body = refused.json()
    assert [(e["code"], e["context"]["propertyName"]) for e in body["errors"]] == [("INVALID_OPTION", [name])]
    told = json.loads(body["message"].removeprefix("Property values were not valid: "))
    assert (told[0]["error"], told[0]["name"]) == ("INVALID_OPTION", name)
    assert list(hubspot.portals[PORTAL].live("deals")) == []


def test_a_stage_moves_within_the_deals_own_pipeline(api: Api) -> None:
    deal = _deal(api, pipeline=OWN, dealstage="8001001")
    for stage, closed, won in (
        ("8001005", "true", "true"),
        ("8001006", "true", "false"),
        ("8001004", "false", "false"),
    ):
        assert api.patch(f"{DEALS}/{deal}", json={"properties": {"dealstage": stage}}).status_code == 200
        found = _read(api, deal, "hs_is_closed", "hs_is_closed_won")
        assert (found["dealstage"], found["hs_is_closed"], found["hs_is_closed_won"]) == (stage, closed, won)
    for wrong in ({"dealstage": "closedwon"}, {"pipeline": "default"}, {"dealstage": ""}, {"pipeline": ""}):
        refused = api.patch(f"{DEALS}/{deal}", json={"properties": wrong})
        assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, "INVALID_OPTION"), wrong
    both = {"dealstage": "closedwon", "pipeline": "default"}
    assert api.patch(f"{DEALS}/{deal}", json={"properties": both}).status_code == 200
    assert _read(api, deal)["pipeline"] == "default"
    for name in ("hs_is_closed", "hs_is_closed_won", "createdate", "amount_in_home_currency"):
        refused = api.patch(f"{DEALS}/{deal}", json={"properties": {name: "1"}})
        assert refused.json()["errors"][0]["code"] == "READ_ONLY_VALUE"


def test_a_batch_is_judged_deal_by_deal(api: Api) -> None:
    own, usual = _deal(api, pipeline=OWN, dealstage="8001001"), _deal(api)
    inputs = [
        {"id": deal, "properties": {"dealstage": "8001005", "amount": "10"}, "objectWriteTraceId": deal}
        for deal in (own, usual)
    ]
    answer = api.post(f"{DEALS}/batch/update", json={"inputs": inputs})
    assert answer.status_code == 207
    assert [r["id"] for r in answer.json()["results"]] == [own]
    assert answer.json()["errors"][0]["context"] == {"objectWriteTraceId": [usual]}
    assert (_read(api, own)["amount"], _read(api, usual)["amount"]) == ("10", None)


def test_definitions_do_not_list_stages(api: Api) -> None:
    found = {p["name"]: p for p in api.get("/crm/properties/2026-09/deals").json()["results"]}
    for name in ("dealstage", "pipeline"):
        shown = (found[name]["type"], found[name]["externalOptions"], found[name]["options"])
        assert shown == ("enumeration", True, [])
        assert "referencedObjectType" not in found[name]
    assert found["hs_is_closed"]["modificationMetadata"]["readOnlyValue"] is True
    assert found["amount"]["type"] == "number"


def test_a_date_property_of_ones_own(api: Api) -> None:
    made = {
        "name": "billing_day",
        "label": "請求日",
        "type": "date",
        "fieldType": "date",
        "groupName": "dealinformation",
    }
    assert api.post("/crm/properties/2026-09/deals", json=made).status_code == 201
    assert _read(api, _deal(api, billing_day="2026-12-31"), "billing_day")["billing_day"] == "2026-12-31"


def test_history_is_newest_first_and_says_who(api: Api, hubspot: HubSpot, clock: Clock) -> None:
    deal = _deal(api)
    clock.pass_(60)
    hubspot.change(PORTAL, "deals", deal, {"dealstage": "closedlost"})
    wanted = [
        {
            "value": "closedlost",
            "timestamp": "2026-11-22T01:03:03.456Z",
            "sourceType": "CRM_UI",
            "sourceId": "userId:51001",
        },
        {
            "value": "contractsent",
            "timestamp": "2026-11-22T01:02:03.456Z",
            "sourceType": "INTEGRATION",
            "sourceId": "7000001",
        },
    ]
    read = api.get(f"{DEALS}/{deal}", params={"propertiesWithHistory": "dealstage,amount"}).json()
    assert read["propertiesWithHistory"] == {"dealstage": wanted, "amount": []}
    body = {"inputs": [{"id": deal}], "properties": [], "propertiesWithHistory": ["dealstage"]}
    many = api.post(f"{DEALS}/batch/read", json=body).json()["results"]
    assert many[0]["propertiesWithHistory"] == {"dealstage": wanted}


def test_history_halves_the_batch(api: Api) -> None:
    inputs = [{"id": str(number)} for number in range(1, 52)]
    body = {"inputs": inputs, "properties": ["dealname"], "propertiesWithHistory": []}
    assert api.post(f"{DEALS}/batch/read", json=body).status_code == 207
    body["propertiesWithHistory"] = ["dealstage"]
    assert api.post(f"{DEALS}/batch/read", json=body).status_code == 400
    body["inputs"] = inputs[:50]
    assert api.post(f"{DEALS}/batch/read", json=body).status_code == 207


def test_search_by_time_stage_and_company(api: Api, clock: Clock, companies: list[str]) -> None:
    old = _deal(api, _to(companies[0], 341))
    clock.pass_(100)
    since = clock.now.isoformat()
    late = _deal(api, pipeline=OWN, dealstage="8001005")
    clock.pass_(5)
    _deal(api)  # the index does not know it yet
    clock.pass_(7)

    def ids(**filter_: object) -> list[str]:
        sorts = [{"propertyName": "hs_lastmodifieddate", "direction": "DESCENDING"}]
        body = {"filterGroups": [{"filters": [filter_]}] if filter_ else [], "sorts": sorts}
        return [r["id"] for r in api.post(f"{DEALS}/search", json=body).json()["results"]]

    assert ids() == [late, old]
    assert ids(propertyName="hs_lastmodifieddate", operator="GTE", value=since) == [late]
    assert ids(propertyName="dealstage", operator="IN", values=["8001005"]) == [late]
    clock.pass_(1)
    assert ids(propertyName="associations.company", operator="EQ", value=companies[0]) == [old]
    beyond = {"filterGroups": [], "limit": 200, "after": "9900"}
    clock.pass_(1)
    assert api.post(f"{DEALS}/search", json=beyond).status_code == 400


def test_a_search_shows_a_deal_as_the_index_last_saw_it(api: Api, hubspot: HubSpot, clock: Clock) -> None:
    deal = hubspot.seed(PORTAL, "deals", {"dealname": "案件", "dealstage": "8001001"})
    clock.pass_(60)
    since = str(round(clock.now.timestamp() * 1000))
    hubspot.change(PORTAL, "deals", deal, {"dealstage": "8001005"})
    changed = {"propertyName": "hs_lastmodifieddate", "operator": "GTE", "value": since}
    found = []
    for _ in range(2):
        body = {"filterGroups": [{"filters": [changed]}], "properties": ["dealstage"]}
        found.append([r["properties"]["dealstage"] for r in api.post(f"{DEALS}/search", json=body).json()["results"]])
        clock.pass_(10)
    assert found == [[], ["8001005"]]


def test_a_search_ends_at_ten_thousand(api: Api, hubspot: HubSpot, clock: Clock) -> None:
    for number in range(10_001):
        hubspot.seed(PORTAL, "deals", {"dealname": str(number)})
    clock.pass_(11)
    last = api.post(f"{DEALS}/search", json={"filterGroups": [], "limit": 200, "after": "9800"}).json()
    assert (last["total"], len(last["results"]), last["paging"]["next"]["after"]) == (10_001, 200, "10000")
    refused = api.post(f"{DEALS}/search", json={"filterGroups": [], "limit": 1, "after": "10000"})
    assert refused.status_code == 400


def test_scopes(hubspot: HubSpot, caller: Callable[..., Api]) -> None:
    deal = hubspot.seed(PORTAL, "deals", {"dealname": "案件"})
    reads = caller("crm.objects.deals.read")
    assert reads.get(f"{DEALS}/{deal}").status_code == 200
    assert reads.get(PIPELINES).status_code == 200
    refused = reads.patch(f"{DEALS}/{deal}", json={"properties": {}})
    assert refused.json()["errors"][0]["context"]["requiredGranularScopes"] == ["crm.objects.deals.write"]
    assert caller("crm.schemas.deals.read").get(PIPELINES).status_code == 200
    for path in (PIPELINES, f"{PIPELINES}/default", DEALS, f"{DEALS}/{deal}", "/crm/properties/2026-09/deals"):
        assert caller("crm.objects.contacts.read").get(path).status_code == 403
    both = caller("crm.objects.deals.read", "crm.objects.companies.read")
    assert both.get(f"{DEALS}/{deal}/associations/companies").status_code == 200
    assert reads.get(f"{DEALS}/{deal}/associations/companies").status_code == 403
    assert reads.get(f"{DEALS}/{deal}", params={"associations": "companies"}).status_code == 403


def test_pipelines(api: Api, caller: Callable[..., Api]) -> None:
    paths = (PIPELINES, "/crm/pipelines/2026-03/0-3", "/crm/v3/pipelines/deals")
    found = [api.get(path).json()["results"] for path in paths]
    usual, own = found[0]
    assert found == [[usual, own]] * 3
    assert (usual["id"], own["id"], own["label"]) == ("default", OWN, "新規案件")
    assert usual["stages"][-2]["metadata"] == {"probability": "1.0", "isClosed": "true"}
    assert [s["id"] for s in usual["stages"]][:2] == ["appointmentscheduled", "qualifiedtobuy"]
    assert [s["label"] for s in own["stages"]] == [
        "提案",
        "見積(中)",
        "見積(高)",
        "受注確定",
        "受注",
        "失注",
        "請求済",
        "入金済",
    ]
    assert [s["id"] for s in own["stages"]] == [f"800100{number}" for number in range(1, 9)]
    assert own["stages"][5]["metadata"] == {"probability": "0.0", "isClosed": "true"}
    assert own["stages"][3]["metadata"] == {"probability": "0.9", "isClosed": "false"}
    assert api.get(f"{PIPELINES}/{OWN}").json() == own
    assert api.get(f"{PIPELINES}/nonsense").status_code == 404
    assert api.get("/crm/pipelines/2026-09/unicorns").status_code == 400
    other = caller("crm.objects.deals.read", portal=OTHER).get(PIPELINES).json()["results"]
    assert [p["id"] for p in other] == ["default", "9002000"]
    assert not {s["id"] for s in other[1]["stages"]} & {s["id"] for s in own["stages"]}


def test_associations_at_creation(api: Api, hubspot: HubSpot, companies: list[str]) -> None:
    contact = hubspot.seed(PORTAL, "contacts", {"email": "taro@kaisha.jp"})
    deal = _deal(api, _to(companies[0], 341), _to(companies[1], 341, 5), _to(contact, 3))
    assert _types(api, "deals", deal, "companies") == {companies[0]: [341], companies[1]: [5, 341]}
    assert _types(api, "companies", companies[1], "deals") == {deal: [6, 342]}
    assert _types(api, "contacts", contact, "deals") == {deal: [4]}
    shown = api.get(f"{DEALS}/{deal}", params={"associations": "companies,contacts"}).json()["associations"]
    assert {r["id"] for r in shown["companies"]["results"]} == set(companies)
    assert [r["id"] for r in shown["contacts"]["results"]] == [contact]
    read = {"inputs": [{"id": deal}]}
    many = api.post(f"{MANY}/deals/companies/batch/read", json=read).json()["results"]
    assert [to["toObjectId"] for to in many[0]["to"]] == companies


def test_one_primary_company(api: Api, companies: list[str]) -> None:
    one, two = companies
    deal = _deal(api, _to(one, 5))
    path = f"{DEALS}/{deal}/associations/companies"
    assert api.put(f"{path}/{two}", json=[_spec(5)]).json()["labels"] == ["Primary"]
    assert _types(api, "deals", deal, "companies") == {one: [341], two: [5, 341]}
    assert _types(api, "companies", one, "deals") == {deal: [342]}
    assert api.put(f"{OBJECTS}/companies/{one}/associations/deals/{deal}", json=[_spec(6)]).status_code == 201
    assert _types(api, "deals", deal, "companies") == {one: [5, 341], two: [341]}
    ends = {"from": {"id": deal}, "to": {"id": two}, "types": [_spec(5)]}
    assert api.post(f"{MANY}/deals/companies/batch/create", json={"inputs": [ends]}).status_code == 201
    assert _types(api, "deals", deal, "companies") == {one: [341], two: [5, 341]}
    assert api.put(f"{path}/{two}", json=[_spec(341)]).status_code == 201  # labels are replaced
    assert _types(api, "deals", deal, "companies") == {one: [341], two: [341]}
    assert api.delete(f"{path}/{two}").status_code == 204
    assert _types(api, "deals", deal, "companies") == {one: [341]}
    assert api.put(f"{path}/{two}", json=[_spec(1)]).status_code == 400  # a contact's type


def test_the_first_company_may_become_primary_by_itself(api: Api, hubspot: HubSpot, companies: list[str]) -> None:
    one, two = companies
    left = _deal(api, _to(one, 341))
    hubspot.configure({"first_company_is_primary": True})
    put = _deal(api)
    api.put(f"{DEALS}/{put}/associations/default/companies/{one}")
    inline, by_hand = _deal(api, _to(one, 341), _to(two, 341)), _deal(api)
    hubspot.associate(PORTAL, "companies", one, "deals", by_hand)
    hubspot.associate(PORTAL, "deals", by_hand, "companies", two)
    assert _types(api, "deals", left, "companies") == {one: [341]}
    assert _types(api, "deals", put, "companies") == {one: [5, 341]}
    for deal in (inline, by_hand):
        assert _types(api, "deals", deal, "companies") == {one: [5, 341], two: [341]}


def test_a_merge_of_companies_keeps_a_deals_primary_one(api: Api, hubspot: HubSpot, companies: list[str]) -> None:
    one, two = companies
    deal = _deal(api, _to(one, 5), _to(two, 341))
    left = hubspot.merge(PORTAL, "companies", two, one)
    assert _types(api, "deals", deal, "companies") == {left: [5, 341]}


def test_a_merge_of_deals(api: Api, companies: list[str]) -> None:
    one, two = companies
    kept = _deal(api, _to(one, 5))
    lost = _deal(api, _to(two, 5), pipeline=OWN, dealstage="8001005", amount="5")
    left = api.post(f"{DEALS}/merge", json={"primaryObjectId": kept, "objectIdToMerge": lost}).json()
    assert (left["properties"]["dealstage"], left["properties"]["amount"]) == ("contractsent", "5")
    assert _types(api, "deals", left["id"], "companies") == {one: [5, 341], two: [341]}
    assert api.get(f"{DEALS}/{lost}").json()["id"] == left["id"]


def test_a_person_seeds_and_moves_deals(api: Api, hubspot: HubSpot) -> None:
    deal = hubspot.seed(PORTAL, "deals", {"dealname": "案件", "dealstage": "8001002"})
    assert _read(api, deal)["pipeline"] == OWN
    hubspot.change(PORTAL, "deals", deal, {"dealstage": "closedwon", "amount": ""})
    assert (_read(api, deal)["pipeline"], _read(api, deal)["dealstage"]) == ("default", "closedwon")
    first = hubspot.seed(PORTAL, "deals", {"dealname": "案件"})
    assert _read(api, first)["dealstage"] == "appointmentscheduled"
    for wrong in ({"dealstage": "nonsense"}, {"nonsense": "1"}, {"pipeline": OWN}, {"amount": "many"}):
        with pytest.raises(ValueError, match=r"nonsense|allowed|number"):
            hubspot.change(PORTAL, "deals", deal, wrong)
    with pytest.raises(ValueError, match="no such stage"):
        hubspot.seed(PORTAL, "deals", {"dealname": "案件", "dealstage": "9002001"})
    with pytest.raises(KeyError):
        hubspot.change(OTHER, "deals", deal, {"amount": "1"})
