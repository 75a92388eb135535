import pytest

from local.sandbox.hubspot import HubSpot
from tests.local.sandbox.conftest import PORTAL, Api

OBJECTS, MANY = "/crm/objects/2026-09", "/crm/associations/2026-09"


def _spec(type_id: int) -> dict[str, object]:
    return {"associationCategory": "HUBSPOT_DEFINED", "associationTypeId": type_id}


@pytest.fixture
def pair(hubspot: HubSpot) -> tuple[str, str]:
    """A contact and a company."""
    contact = hubspot.seed(PORTAL, "contacts", {"email": "taro@kaisha.jp"})
    return contact, hubspot.seed(PORTAL, "companies", {"name": "Kaisha"})


def _types(api: Api, kind: str, object_id: str, to_kind: str) -> dict[str, list[tuple[int, str | None]]]:
    found = api.get(f"{OBJECTS}/{kind}/{object_id}/associations/{to_kind}").json()["results"]
    return {r["toObjectId"]: [(t["typeId"], t["label"]) for t in r["associationTypes"]] for r in found}


def _primary(api: Api, contact: str) -> str | None:
    read = api.get(f"{OBJECTS}/contacts/{contact}", params={"properties": "associatedcompanyid"})
    found: str | None = read.json()["properties"]["associatedcompanyid"]
    return found


def test_default(api: Api, pair: tuple[str, str]) -> None:
    contact, company = pair
    made = api.put(f"{OBJECTS}/contacts/{contact}/associations/default/companies/{company}").json()["results"]
    assert [(r["from"]["id"], r["associationSpec"]["associationTypeId"]) for r in made] == [
        (contact, 279),
        (company, 280),
    ]
    assert _types(api, "contacts", contact, "companies") == {company: [(279, None)]}
    assert _types(api, "companies", company, "contacts") == {contact: [(280, None)]}
    assert _primary(api, contact) is None


def test_labels_replace(api: Api, pair: tuple[str, str]) -> None:
    contact, company = pair
    path = f"{OBJECTS}/contacts/{contact}/associations/companies/{company}"
    made = api.put(path, json=[_spec(1)])
    assert (made.status_code, made.json()["labels"]) == (201, ["Primary"])
    assert _types(api, "contacts", contact, "companies") == {company: [(1, "Primary"), (279, None)]}
    assert _types(api, "companies", company, "contacts") == {contact: [(2, "Primary"), (280, None)]}
    assert _primary(api, contact) == company
    assert api.put(path, json=[_spec(279)]).json()["labels"] == []
    assert _types(api, "contacts", contact, "companies") == {company: [(279, None)]}
    assert _primary(api, contact) is None


def test_a_default_association_keeps_labels(api: Api, pair: tuple[str, str], hubspot: HubSpot) -> None:
    contact, company = pair
    hubspot.associate(PORTAL, "contacts", contact, "companies", company, 1)
    assert api.put(f"{OBJECTS}/contacts/{contact}/associations/default/companies/{company}").status_code == 200
    assert _types(api, "contacts", contact, "companies") == {company: [(1, "Primary"), (279, None)]}


def test_one_primary_company(api: Api, pair: tuple[str, str], hubspot: HubSpot) -> None:
    contact, first = pair
    second = hubspot.seed(PORTAL, "companies", {"name": "Firma"})
    hubspot.associate(PORTAL, "contacts", contact, "companies", first, 1)
    assert api.put(f"{OBJECTS}/companies/{second}/associations/contacts/{contact}", json=[_spec(2)]).status_code == 201
    assert _types(api, "contacts", contact, "companies") == {
        first: [(279, None)],
        second: [(1, "Primary"), (279, None)],
    }
    assert _types(api, "companies", first, "contacts") == {contact: [(280, None)]}
    assert _primary(api, contact) == second


def test_inline(api: Api, pair: tuple[str, str]) -> None:
    company = pair[1]
    to = {"to": {"id": company}, "types": [_spec(279), _spec(1)]}
    body = {"properties": {"email": "b@kaisha.jp"}, "associations": [to]}
    made = api.post(f"{OBJECTS}/contacts", json=body)
    assert made.status_code == 201
    assert _primary(api, made.json()["id"]) == company
    meeting = {
        "properties": {"hs_timestamp": "2026-11-22T01:00:00Z"},
        "associations": [
            {"to": {"id": made.json()["id"]}, "types": [_spec(200)]},
            {"to": {"id": company}, "types": [_spec(188)]},
        ],
    }
    met = api.post(f"{OBJECTS}/meetings", json=meeting).json()["id"]
    assert _types(api, "companies", company, "meetings") == {met: [(187, None)]}
    assert _types(api, "contacts", made.json()["id"], "meetings") == {met: [(199, None)]}


@pytest.mark.parametrize(
    "what", ["unknown", "archived", "merged", "wrong type", "wrong category", "contact", "no type"]
)
def test_a_bad_inline_association_makes_nothing(api: Api, pair: tuple[str, str], hubspot: HubSpot, what: str) -> None:
    contact, company = pair
    spec, target = _spec(188 if what == "wrong type" else 279), company
    if what == "unknown":
        target = "1"
    elif what == "contact":
        target = contact
    elif what == "archived":
        hubspot.archive(PORTAL, "companies", company)
    elif what == "merged":
        hubspot.merge(PORTAL, "companies", company, hubspot.seed(PORTAL, "companies", {"name": "Firma"}))
    elif what == "wrong category":
        spec["associationCategory"] = "USER_DEFINED"
    to = {"to": {"id": target}, "types": [] if what == "no type" else [spec]}
    body = {"properties": {"email": "b@kaisha.jp"}, "associations": [to]}
    response = api.post(f"{OBJECTS}/contacts", json=body)
    assert (response.status_code, response.json()["category"]) == (400, "VALIDATION_ERROR")
    assert [record.id for record in hubspot.portals[PORTAL].live("contacts")] == [contact]


def test_delete_and_archive_end_both_directions(api: Api, pair: tuple[str, str], hubspot: HubSpot) -> None:
    contact, company = pair
    hubspot.associate(PORTAL, "contacts", contact, "companies", company, 1)
    assert api.delete(f"{OBJECTS}/companies/{company}/associations/contacts/{contact}").status_code == 204
    assert _types(api, "contacts", contact, "companies") == {}
    assert _types(api, "companies", company, "contacts") == {}
    assert _primary(api, contact) is None
    hubspot.associate(PORTAL, "contacts", contact, "companies", company, 1)
    hubspot.archive(PORTAL, "companies", company)
    assert _types(api, "contacts", contact, "companies") == {}
    assert _primary(api, contact) is None


def test_batches(api: Api, pair: tuple[str, str], hubspot: HubSpot) -> None:
    contact, company = pair
    lonely = hubspot.seed(PORTAL, "contacts", {"email": "b@kaisha.jp"})
    ends = {"from": {"id": contact}, "to": {"id": company}}
    base = f"{MANY}/contacts/companies/batch"
    assert len(api.post(f"{base}/associate/default", json={"inputs": [ends]}).json()["results"]) == 2
    made = api.post(f"{base}/create", json={"inputs": [ends | {"types": [_spec(1)]}]})
    assert (made.status_code, made.json()["results"][0]["labels"]) == (201, ["Primary"])
    read = api.post(f"{base}/read", json={"inputs": [{"id": contact}, {"id": lonely}]})
    assert read.status_code == 207
    assert read.json()["results"][0]["to"][0]["toObjectId"] == company
    assert read.json()["errors"][0]["subCategory"] == "crm.associations.NO_ASSOCIATIONS_FOUND"
    gone = {"from": {"id": contact}, "to": [{"id": company}]}
    assert api.post(f"{base}/archive", json={"inputs": [gone]}).status_code == 200
    assert _types(api, "contacts", contact, "companies") == {}
    for verb, most in (("read", 1000), ("archive", 100), ("create", 2000)):
        inputs = [{"id": "1", **gone, "types": []}] * (most + 1)
        refused = api.post(f"{base}/{verb}", json={"inputs": inputs})
        assert (refused.status_code, str(most) in refused.json()["message"]) == (400, True)


def test_a_bad_pair_takes_the_whole_batch_back(api: Api, pair: tuple[str, str]) -> None:
    contact, company = pair
    inputs = [{"from": {"id": contact}, "to": {"id": company}}, {"from": {"id": contact}, "to": {"id": "1"}}]
    response = api.post(f"{MANY}/contacts/companies/batch/associate/default", json={"inputs": inputs})
    assert response.status_code == 404
    assert _types(api, "contacts", contact, "companies") == {}


def test_labels(api: Api) -> None:
    found = api.get(f"{MANY}/contacts/companies/labels").json()["results"]
    assert [(r["typeId"], r["label"]) for r in found] == [(279, None), (1, "Primary")]
    assert api.get(f"{MANY}/meetings/meetings/labels").status_code == 400


def test_pages(api: Api, hubspot: HubSpot, pair: tuple[str, str]) -> None:
    contact = pair[0]
    for number in range(3):
        company = hubspot.seed(PORTAL, "companies", {"name": str(number)})
        hubspot.associate(PORTAL, "contacts", contact, "companies", company)
    path = f"{OBJECTS}/contacts/{contact}/associations/companies"
    first = api.get(path, params={"limit": 2}).json()
    assert (len(first["results"]), first["paging"]["next"]["after"]) == (2, "2")
    assert len(api.get(path, params={"limit": "2", "after": "2"}).json()["results"]) == 1
    assert api.get(f"{OBJECTS}/contacts/1/associations/companies").status_code == 404
