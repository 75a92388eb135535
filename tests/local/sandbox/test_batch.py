import pytest
import requests

from local.sandbox.hubspot import HubSpot
from tests.local.sandbox.conftest import PORTAL, Api

OBJECTS = "/crm/objects/2026-09"
KEY = {
    "name": "renkei_key",
    "label": "Renkei",
    "type": "string",
    "fieldType": "text",
    "groupName": "companyinformation",
    "hasUniqueValue": True,
}


def _batch(api: Api, what: str, inputs: list[dict[str, object]], **more: object) -> requests.Response:
    return api.post(f"{OBJECTS}/{what}", json={"inputs": inputs} | more)


def _new(trace: str | None = None, associations: list[object] | None = None, **properties: str) -> dict[str, object]:
    made: dict[str, object] = {"properties": properties, "associations": associations or []}
    return made | ({"objectWriteTraceId": trace} if trace else {})


def _upsert(key: str, trace: str | None = None, by: str = "renkei_key", **properties: str) -> dict[str, object]:
    made: dict[str, object] = {"id": key, "idProperty": by, "properties": properties}
    return made | ({"objectWriteTraceId": trace} if trace else {})


@pytest.fixture
def keyed(api: Api) -> Api:
    """A caller in a portal whose companies have a unique property."""
    assert api.post("/crm/properties/2026-09/companies", json=KEY).status_code == 201
    return api


def _live(hubspot: HubSpot, kind: str) -> list[dict[str, str]]:
    return [record.properties for record in hubspot.portals[PORTAL].live(kind)]


def test_results_are_complete_and_never_in_the_order_of_the_inputs(api: Api) -> None:
    inputs = [_new(str(n), name=f"Kaisha {n}") for n in range(9)]
    for count in (2, 9):
        body = _batch(api, "companies/batch/create", inputs[:count]).json()
        names = [r["properties"]["name"] for r in body["results"]]
        assert sorted(names) == [f"Kaisha {n}" for n in range(count)] != names
        assert body["status"] == "COMPLETE"
        assert {r["objectWriteTraceId"]: r["properties"]["name"] for r in body["results"]}["1"] == "Kaisha 1"


def test_a_hundred_and_no_more(api: Api, hubspot: HubSpot) -> None:
    inputs = [_new(name=f"Kaisha {n}") for n in range(101)]
    assert _batch(api, "companies/batch/create", inputs).status_code == 400
    assert _live(hubspot, "companies") == []
    assert _batch(api, "companies/batch/create", inputs[:100]).status_code == 201
    assert _batch(api, "companies/batch/create", []).status_code == 400


@pytest.mark.parametrize("traces", [(None, None, None), ("a", "b", None), ("a", "a", "b")], ids=str)
def test_one_bad_record_rejects_all_without_a_trace_id_for_each(
    api: Api, hubspot: HubSpot, traces: tuple[str | None, ...]
) -> None:
    inputs = [_new(traces[0], name="A"), _new(traces[1], name="B", nonsense="1"), _new(traces[2], name="C")]
    response = _batch(api, "companies/batch/create", inputs)
    assert response.status_code == 400
    assert response.json()["errors"][0]["code"] == "PROPERTY_DOESNT_EXIST"
    assert _live(hubspot, "companies") == []


def test_one_bad_record_fails_alone_with_trace_ids(api: Api, hubspot: HubSpot) -> None:
    inputs = [_new("a", name="A"), _new("b", name="B", nonsense="1"), _new("c", name="C"), _new("d")]
    response = _batch(api, "companies/batch/create", inputs)
    assert response.status_code == 207
    body = response.json()
    assert {r["objectWriteTraceId"] for r in body["results"]} == {"a", "c"}
    assert body["numErrors"] == 2
    assert [e["context"] for e in body["errors"]] == [{"objectWriteTraceId": ["b"]}, {"objectWriteTraceId": ["d"]}]
    assert "PROPERTY_DOESNT_EXIST" in body["errors"][0]["message"]
    assert body["errors"][0]["errors"] == []
    assert {properties["name"] for properties in _live(hubspot, "companies")} == {"A", "C"}


def test_a_bad_association_makes_nothing(api: Api, hubspot: HubSpot) -> None:
    company = hubspot.seed(PORTAL, "companies", {"name": "Kaisha"})
    gone = hubspot.seed(PORTAL, "companies", {"name": "Gone"})
    hubspot.archive(PORTAL, "companies", gone)

    def to(target: str, type_id: int = 279) -> list[object]:
        return [
            {"to": {"id": target}, "types": [{"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_id}]}
        ]

    inputs = [
        _new("a", to(company), email="a@x.jp"),
        _new("b", to(gone), email="b@x.jp"),
        _new("c", to("1"), email="c@x.jp"),
        _new("d", to(company, 188), email="d@x.jp"),
    ]
    response = _batch(api, "contacts/batch/create", inputs)
    assert response.status_code == 207
    assert {properties["email"] for properties in _live(hubspot, "contacts")} == {"a@x.jp"}
    linked = api.get(f"{OBJECTS}/companies/{company}", params={"associations": "contacts"}).json()
    assert [r["id"] for r in linked["associations"]["contacts"]["results"]] == [response.json()["results"][0]["id"]]


def test_conflicts_fail_alone_with_trace_ids(api: Api, hubspot: HubSpot) -> None:
    there = hubspot.seed(PORTAL, "contacts", {"email": "a@x.jp"})
    body = _batch(api, "contacts/batch/create", [_new("a", email="A@x.jp"), _new("b", email="b@x.jp")]).json()
    assert [r["properties"]["email"] for r in body["results"]] == ["b@x.jp"]
    assert body["errors"][0]["category"] == "CONFLICT"
    assert body["errors"][0]["message"] == f"Contact already exists. Existing ID: {there}"
    assert body["errors"][0]["context"] == {"objectWriteTraceId": ["a"]}


def test_conflicts_fail_the_whole_batch_when_told_and_without_trace_ids(api: Api, hubspot: HubSpot) -> None:
    hubspot.seed(PORTAL, "contacts", {"email": "b@x.jp"})
    assert _batch(api, "contacts/batch/create", [_new(email="a@x.jp"), _new(email="b@x.jp")]).status_code == 409
    hubspot.configure({"conflicts_fail_whole_batch": True})
    traced = _batch(api, "contacts/batch/create", [_new("a", email="a@x.jp"), _new("b", email="b@x.jp")])
    assert (traced.status_code, traced.json()["category"]) == (409, "CONFLICT")
    assert [properties["email"] for properties in _live(hubspot, "contacts")] == ["b@x.jp"]


def test_upsert_by_a_unique_property(keyed: Api, hubspot: HubSpot) -> None:
    first = _batch(keyed, "companies/batch/upsert", [_upsert("k1", "a", name="A"), _upsert("k2", "b", domain="b.jp")])
    assert first.status_code == 200
    assert {r["objectWriteTraceId"]: r["new"] for r in first.json()["results"]} == {"a": True, "b": True}
    inputs = [_upsert("K2", name="B", renkei_key="k2"), _upsert("k3", name="C", renkei_key="k3")]
    second = _batch(keyed, "companies/batch/upsert", inputs).json()["results"]
    assert {r["properties"]["renkei_key"]: r["new"] for r in second} == {"k2": False, "k3": True}
    assert {r["properties"]["renkei_key"]: r["properties"]["domain"] for r in second}["k2"] == "b.jp"
    assert {p["renkei_key"]: p.get("name") for p in _live(hubspot, "companies")} == {"k1": "A", "k2": "B", "k3": "C"}


def test_the_key_comes_back_only_when_it_was_written(keyed: Api) -> None:
    (result,) = _batch(keyed, "companies/batch/upsert", [_upsert("k1", name="A")]).json()["results"]
    assert "renkei_key" not in result["properties"]


def test_upsert_by_id_changes_only(keyed: Api, hubspot: HubSpot) -> None:
    there = hubspot.seed(PORTAL, "companies", {"name": "A"})
    inputs: list[dict[str, object]] = [{"id": there, "properties": {"city": "東京"}}]
    assert _batch(keyed, "companies/batch/upsert", inputs).json()["results"][0]["new"] is False
    assert _batch(keyed, "companies/batch/upsert", [{"id": "1", "properties": {"name": "x"}}]).status_code == 404


def test_a_bad_upsert_fails_alone_with_trace_ids(keyed: Api, hubspot: HubSpot) -> None:
    inputs = [_upsert("k1", "a", name="A"), _upsert("k2", "b"), _upsert("k3", "c", name="C", industry="x")]
    body = _batch(keyed, "companies/batch/upsert", inputs).json()
    assert [e["context"]["objectWriteTraceId"] for e in body["errors"]] == [["b"], ["c"]]
    assert [properties["name"] for properties in _live(hubspot, "companies")] == ["A"]


def test_contacts_by_email_upsert_all_or_none(api: Api, hubspot: HubSpot) -> None:
    good, bad = _upsert("a@x.jp", "a", "email"), _upsert("b@x.jp", "b", "email", nonsense="1")
    assert _batch(api, "contacts/batch/upsert", [good, bad]).status_code == 400
    assert _live(hubspot, "contacts") == []
    assert _batch(api, "contacts/batch/upsert", [good]).json()["results"][0]["properties"]["email"] == "a@x.jp"


@pytest.mark.parametrize("verb", ["upsert", "update"])
@pytest.mark.parametrize("by", ["domain", "name", "hs_object_id", "nonsense"])
def test_only_unique_properties_address_records(keyed: Api, verb: str, by: str) -> None:
    response = _batch(keyed, f"companies/batch/{verb}", [_upsert("x", "t", by, name="A")])
    assert response.status_code == 400
    assert response.json()["message"] == f"Unable to perform update/upsert by non-unique 0-2 property {by}"


@pytest.mark.parametrize("verb", ["upsert", "update"])
def test_the_same_key_twice_refuses_the_batch(keyed: Api, hubspot: HubSpot, verb: str) -> None:
    inputs = [_upsert("k1", "a", name="A"), _upsert("k1", "b", name="B")]
    response = _batch(keyed, f"companies/batch/{verb}", inputs)
    assert response.status_code == 400
    assert response.json()["message"] == "Duplicate IDs found in batch input: [k1]"
    assert response.json()["context"] == {"ids": ["k1"]}
    assert _live(hubspot, "companies") == []


def test_a_unique_value_is_taken_once(keyed: Api) -> None:
    assert _batch(keyed, "companies/batch/create", [_new(name="A", renkei_key="k1")]).status_code == 201
    again = keyed.post(f"{OBJECTS}/companies", json=_new(name="B", renkei_key="k1"))
    assert (again.status_code, again.json()["category"]) == (400, "VALIDATION_ERROR")
    assert "already has that value" in again.json()["message"]


def test_read(api: Api, hubspot: HubSpot) -> None:
    ids = [hubspot.seed(PORTAL, "contacts", {"email": f"{n}@x.jp", "lastname": str(n)}) for n in range(3)]
    hubspot.archive(PORTAL, "contacts", ids[2])
    more = {"properties": ["phone", "nonsense"], "propertiesWithHistory": []}
    body = _batch(api, "contacts/batch/read", [{"id": i} for i in ids[:2]], **more)
    assert body.status_code == 200
    assert [r["id"] for r in body.json()["results"]] != ids[:2]
    assert body.json()["results"][0]["properties"]["phone"] is None
    partly = _batch(api, "contacts/batch/read", [{"id": i} for i in (ids[0], ids[2], "1", "x")], **more)
    assert partly.status_code == 207
    error = partly.json()["errors"][0]
    assert (error["category"], error["context"]["ids"]) == ("OBJECT_NOT_FOUND", [ids[2], "1", "x"])
    archived = api.post(
        f"{OBJECTS}/contacts/batch/read", params={"archived": "true"}, json={"inputs": [{"id": ids[2]}]} | more
    )
    assert [r["id"] for r in archived.json()["results"]] == [ids[2]]


def test_read_by_email(api: Api, hubspot: HubSpot) -> None:
    there = hubspot.seed(PORTAL, "contacts", {"email": "a@x.jp"})
    more = {"properties": [], "propertiesWithHistory": [], "idProperty": "email"}
    body = _batch(api, "contacts/batch/read", [{"id": "A@x.jp"}, {"id": "b@x.jp"}], **more)
    assert (body.status_code, [r["id"] for r in body.json()["results"]]) == (207, [there])
    assert _batch(api, "contacts/batch/read", [{"id": "A@x.jp"}, {"id": "a@x.jp"}], **more).status_code == 400
    assert _batch(api, "contacts/batch/read", [{"id": "x"}], **(more | {"idProperty": "phone"})).status_code == 400


def test_update_and_archive(api: Api, hubspot: HubSpot) -> None:
    ids = [hubspot.seed(PORTAL, "companies", {"name": str(n)}) for n in range(3)]
    inputs: list[dict[str, object]] = [{"id": i, "properties": {"city": "東京"}} for i in ids[:2]]
    assert _batch(api, "companies/batch/update", inputs).status_code == 200
    assert _batch(api, "companies/batch/update", [*inputs, {"id": "1", "properties": {}}]).status_code == 404
    assert [properties.get("city") for properties in _live(hubspot, "companies")] == ["東京", "東京", None]
    assert _batch(api, "companies/batch/archive", [{"id": i} for i in (*ids[:2], "1")]).status_code == 204
    assert [properties["name"] for properties in _live(hubspot, "companies")] == ["2"]
