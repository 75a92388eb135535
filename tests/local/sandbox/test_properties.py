from collections.abc import Callable

import pytest

from local.sandbox.hubspot import HubSpot
from tests.local.sandbox.conftest import PORTAL, Api, Clock

PROPERTIES = "/crm/properties/2026-09"
COMPANIES = f"{PROPERTIES}/companies"
KEY = {
    "name": "renkei_key",
    "label": "Renkei",
    "type": "string",
    "fieldType": "text",
    "groupName": "companyinformation",
    "hasUniqueValue": True,
}


def _all(api: Api, kind: str, **query: str) -> dict[str, dict[str, object]]:
    return {p["name"]: p for p in api.get(f"{PROPERTIES}/{kind}", params=query).json()["results"]}


def test_what_a_portal_has(api: Api) -> None:
    companies, contacts, meetings = (_all(api, kind) for kind in ("companies", "contacts", "meetings"))
    for found, name, kinds in (
        (companies, "founded_year", ("string", "text")),
        (companies, "numberofemployees", ("number", "number")),
        (companies, "annualrevenue", ("number", "number")),
        (companies, "industry", ("enumeration", "select")),
        (companies, "hs_additional_domains", ("enumeration", "checkbox")),
        (contacts, "annualrevenue", ("string", "text")),
        (contacts, "industry", ("string", "text")),
        (contacts, "numemployees", ("enumeration", "select")),
        (contacts, "hs_whatsapp_phone_number", ("string", "phonenumber")),
        (meetings, "hs_timestamp", ("datetime", "date")),
    ):
        assert (found[name]["type"], found[name]["fieldType"]) == kinds, name
    assert "founded_year" not in contacts
    assert contacts["email"]["hasUniqueValue"] is True
    assert companies["hubspot_owner_id"]["externalOptions"] is True
    assert companies["total_revenue"]["calculated"] is True
    assert contacts["associatedcompanyid"]["hidden"] is True
    read_only = [n for n, p in companies.items() if "True" in str(p["modificationMetadata"]["readOnlyValue"])]  # type: ignore[index]
    assert {"createdate", "hs_object_id", "hs_additional_domains", "total_revenue"} <= set(read_only)
    assert not {"name", "domain", "industry"} & set(read_only)


@pytest.mark.parametrize(
    ("locale", "label"),
    [("ja", "会社名"), ("ja-jp", "会社名"), ("de", "Firmenname"), ("en", "Company name"), ("fr", "Company name")],
)
def test_labels_by_locale(api: Api, locale: str, label: str) -> None:
    assert _all(api, "companies", locale=locale)["name"]["label"] == label
    assert api.get(f"{COMPANIES}/name", params={"locale": locale}).json()["label"] == label


def test_create_use_archive_and_restore(api: Api, clock: Clock) -> None:
    made = api.post(COMPANIES, json=KEY)
    assert (made.status_code, made.json()["hasUniqueValue"], made.json()["hubspotDefined"]) == (201, True, False)
    again = api.post(COMPANIES, json=KEY)
    assert (again.status_code, again.json()["category"]) == (409, "OBJECT_ALREADY_EXISTS")
    assert again.json()["subCategory"] == "Properties.PROPERTY_WITH_NAME_EXISTS"
    assert api.post(COMPANIES, json=KEY | {"name": "name"}).status_code == 409
    new = {"properties": {"name": "Kaisha", "renkei_key": "k"}, "associations": []}
    assert api.post("/crm/objects/2026-09/companies", json=new).status_code == 201
    assert api.delete(f"{COMPANIES}/renkei_key").status_code == 204
    assert api.get(f"{COMPANIES}/renkei_key").status_code == 404
    assert "renkei_key" in _all(api, "companies", archived="true")
    assert api.post("/crm/objects/2026-09/companies", json=new).status_code == 400
    assert api.post(COMPANIES, json=KEY).status_code == 201
    assert "renkei_key" in _all(api, "companies")


def test_a_created_enumeration_has_its_options(api: Api) -> None:
    options = [{"label": "Yes", "value": "y", "displayOrder": 0, "hidden": False}]
    body = KEY | {"name": "choice", "type": "enumeration", "fieldType": "select", "hasUniqueValue": False}
    assert api.post(COMPANIES, json=body | {"options": options}).json()["options"][0]["value"] == "y"
    changed = api.patch(f"{COMPANIES}/choice", json={"options": [options[0] | {"value": "n"}], "label": "Choice"})
    assert [o["value"] for o in changed.json()["options"]] == ["n"]
    assert changed.json()["label"] == "Choice"
    assert api.patch(f"{COMPANIES}/name", json={"label": "x"}).status_code == 400


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": "Upper"},
        {"name": "1st"},
        {"name": "x" * 101},
        {"fieldType": "number"},
        {"groupName": "nonsense"},
        {"label": ""},
        {"type": "enumeration", "fieldType": "select"},  # without options
        {"type": "bool", "fieldType": "booleancheckbox"},
    ],
    ids=str,
)
def test_definitions_that_are_refused(api: Api, wrong: dict[str, str]) -> None:
    assert api.post(COMPANIES, json=KEY | wrong).status_code == 400


def test_ten_unique_properties(api: Api) -> None:
    statuses = [api.post(COMPANIES, json=KEY | {"name": f"key_{n}"}).status_code for n in range(11)]
    assert statuses == [201] * 10 + [400]


def test_what_cannot_be_archived(api: Api) -> None:
    assert api.delete(f"{COMPANIES}/name").status_code == 400
    assert api.delete(f"{COMPANIES}/nonsense").json()["category"] == "OBJECT_NOT_FOUND"


def test_groups(api: Api) -> None:
    assert api.post(f"{COMPANIES}/groups", json={"name": "renkei", "label": "Renkei"}).status_code == 201
    assert api.post(f"{COMPANIES}/groups", json={"name": "renkei", "label": "Renkei"}).status_code == 409
    assert "renkei" in [g["name"] for g in api.get(f"{COMPANIES}/groups").json()["results"]]
    assert api.post(COMPANIES, json=KEY | {"groupName": "renkei"}).status_code == 201


def test_scopes(caller: Callable[..., Api]) -> None:
    reader = caller("crm.objects.companies.read")
    assert reader.get(COMPANIES).status_code == 200
    assert reader.get(f"{PROPERTIES}/contacts").status_code == 403
    writer = caller("crm.objects.companies.write")
    refused = writer.post(COMPANIES, json=KEY)
    assert (refused.status_code, refused.json()["category"]) == (403, "MISSING_SCOPES")
    assert refused.json()["errors"][0]["context"]["requiredGranularScopes"] == ["crm.schemas.companies.write"]
    assert caller("crm.schemas.companies.write").post(COMPANIES, json=KEY).status_code == 201
    for scope in ("crm.schemas.contacts.write", "crm.objects.contacts.write"):
        body = KEY | {"groupName": "meeting", "name": scope.replace(".", "_")}
        assert caller(scope).post(f"{PROPERTIES}/meetings", json=body).status_code == 201


def test_owners(api: Api) -> None:
    def emails(**query: str) -> list[str]:
        return [o["email"] for o in api.get("/crm/owners/2026-09", params=query).json()["results"]]

    assert emails(email="Tanaka@example.co.jp") == ["tanaka@example.co.jp"]
    assert emails(email="nobody@example.co.jp") == []
    assert {"tanaka@example.co.jp", "sato@example.co.jp"} < set(emails())
    assert emails(archived="true") == ["gone@example.co.jp"]
    first = api.get("/crm/owners/2026-09", params={"limit": 1}).json()
    assert first["paging"]["next"]["after"] == first["results"][0]["id"]
    assert emails(after=first["results"][0]["id"], limit="1") == ["sato@example.co.jp"]
    by_user = api.get("/crm/owners/2026-09/51002", params={"idProperty": "userId"}).json()
    assert (by_user["id"], by_user["userId"]) == ("41002", 51002)
    assert api.get("/crm/owners/2026-09/1").status_code == 404


def test_account(api: Api, hubspot: HubSpot) -> None:
    found = api.get("/account-info/2026-09/details").json()
    assert (found["portalId"], found["timeZone"], found["utcOffsetMilliseconds"]) == (PORTAL, "Asia/Tokyo", 32_400_000)
    assert found["uiDomain"] == "app.hubspot.com"
    assert hubspot.state(PORTAL)["portal"] == PORTAL
