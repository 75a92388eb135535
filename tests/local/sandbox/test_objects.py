import pytest
import requests

from local.sandbox.hubspot import HubSpot
from local.sandbox.inprocess import WsgiAdapter
from tests.local.sandbox.conftest import OTHER, PORTAL, Api, Clock

OBJECTS = "/crm/objects/2026-09"
COMPANIES, CONTACTS, MEETINGS = (f"{OBJECTS}/{kind}" for kind in ("companies", "contacts", "meetings"))


def _create(api: Api, path: str, **properties: object) -> requests.Response:
    return api.post(path, json={"properties": properties, "associations": []})


def _refused(response: requests.Response) -> list[str]:
    assert response.status_code == 400
    body = response.json()
    assert body["category"] == "VALIDATION_ERROR"
    assert body["correlationId"]
    return [error["code"] for error in body["errors"]]


def test_create_read_update_archive(api: Api, clock: Clock) -> None:
    made = _create(api, COMPANIES, name="Kaisha", numberofemployees="1200", is_public="true").json()
    assert made["properties"]["numberofemployees"] == "1200"
    assert made["properties"]["is_public"] == "true"
    assert made["properties"]["domain"] is None
    assert made["properties"]["hs_object_id"] == made["id"]
    assert made["createdAt"] == made["properties"]["createdate"] == "2026-11-22T01:02:03.456Z"
    clock.pass_(5)
    path = f"{COMPANIES}/{made['id']}"
    changed = api.patch(path, json={"properties": {"domain": "kaisha.jp", "numberofemployees": ""}}).json()
    assert changed["properties"]["hs_lastmodifieddate"] == changed["updatedAt"] == "2026-11-22T01:02:08.456Z"
    read = api.get(path, params={"properties": "numberofemployees,nonsense,city"}).json()["properties"]
    assert (read["domain"], read["numberofemployees"], read["city"]) == ("kaisha.jp", None, None)
    assert "nonsense" not in read
    assert [api.delete(path).status_code for _ in range(2)] == [204, 204]
    gone = api.get(path)
    assert (gone.status_code, gone.json()["category"]) == (404, "OBJECT_NOT_FOUND")
    assert api.patch(path, json={"properties": {}}).status_code == 404
    archived = api.get(path, params={"archived": "true"}).json()
    assert (archived["archived"], archived["archivedAt"]) == (True, "2026-11-22T01:02:08.456Z")
    assert api.delete(f"{COMPANIES}/1").status_code == 404


def test_scalars_become_strings(hubspot: HubSpot) -> None:
    api = Api(WsgiAdapter(hubspot, "/hubspot"), hubspot.issue_token(PORTAL)[0])
    made = _create(api, COMPANIES, name="Kaisha", numberofemployees=1200, is_public=True, city=None).json()
    assert made["properties"]["numberofemployees"] == "1200"
    assert made["properties"]["is_public"] == "true"
    assert made["properties"]["city"] is None


def test_type_ids_and_older_paths_lead_to_the_same(api: Api) -> None:
    made = _create(api, f"{OBJECTS}/0-2", name="Kaisha").json()["id"]
    for path in ("/crm/objects/2026-03/companies", "/crm/v3/objects/companies", f"{OBJECTS}/company"):
        assert api.get(f"{path}/{made}").json()["properties"]["name"] == "Kaisha"
    for unserved in ("unicorns", "tickets", "0-5"):
        assert api.get(f"{OBJECTS}/{unserved}").status_code == 400


def test_portals_are_apart(api: Api, hubspot: HubSpot) -> None:
    theirs = hubspot.seed(OTHER, "companies", {"name": "Firma"})
    assert api.get(f"{COMPANIES}/{theirs}").status_code == 404
    assert int(theirs) > 10 * PORTAL


def test_lists_are_paged_and_either_live_or_archived(api: Api, hubspot: HubSpot) -> None:
    ids = [hubspot.seed(PORTAL, "companies", {"name": str(n)}) for n in range(5)]
    hubspot.archive(PORTAL, "companies", ids[1])
    first = api.get(COMPANIES, params={"limit": 3}).json()
    assert [r["id"] for r in first["results"]] == [ids[0], ids[2], ids[3]]
    rest = api.get(COMPANIES, params={"limit": 3, "after": first["paging"]["next"]["after"]}).json()
    assert [r["id"] for r in rest["results"]] == [ids[4]]
    assert "paging" not in rest
    archived = api.get(COMPANIES, params={"archived": "true"}).json()["results"]
    assert [r["id"] for r in archived] == [ids[1]]
    with_history = {"limit": "51", "propertiesWithHistory": "name"}
    for wrong in ({"limit": "101"}, {"limit": "0"}, {"after": "x"}, with_history):
        assert api.get(COMPANIES, params=wrong).status_code == 400


def test_history(api: Api, clock: Clock) -> None:
    made = _create(api, COMPANIES, name="Old").json()["id"]
    clock.pass_(1)
    api.patch(f"{COMPANIES}/{made}", json={"properties": {"name": "New"}})
    past = api.get(f"{COMPANIES}/{made}", params={"propertiesWithHistory": "name"}).json()["propertiesWithHistory"]
    assert [entry["value"] for entry in past["name"]] == ["New", "Old"]


def test_an_unknown_property_in_the_vendors_words(api: Api) -> None:
    response = _create(api, COMPANIES, name="Kaisha", nonsense="1")
    assert _refused(response) == ["PROPERTY_DOESNT_EXIST"]
    body = response.json()
    assert body["message"].startswith('Property values were not valid: [{"isValid":false,')
    assert body["errors"][0]["context"] == {"propertyName": ["nonsense"]}


@pytest.mark.parametrize(
    ("path", "name", "value", "code"),
    [
        (COMPANIES, "industry", "computer_software", "INVALID_OPTION"),
        (COMPANIES, "numberofemployees", "1,200", "INVALID_INTEGER"),
        (COMPANIES, "numberofemployees", "１２００", "INVALID_INTEGER"),
        (COMPANIES, "is_public", "yes", "INVALID_OPTION"),
        (COMPANIES, "closedate", "tomorrow", "INVALID_DATE"),
        (COMPANIES, "createdate", "2026-01-01", "READ_ONLY_VALUE"),
        (COMPANIES, "total_revenue", "1", "READ_ONLY_VALUE"),
        (COMPANIES, "web_technologies", "shopify;nonsense", "INVALID_OPTION"),
        (COMPANIES, "hubspot_owner_id", "51001", "INVALID_OPTION"),
        (COMPANIES, "description", "x" * 65_537, "VALUE_TOO_LONG"),
        (CONTACTS, "email", "taro@example", "INVALID_EMAIL"),
        (CONTACTS, "email", "taro example.jp", "INVALID_EMAIL"),
        (CONTACTS, "numemployees", "1200", "INVALID_OPTION"),
        (MEETINGS, "hs_meeting_outcome", "canceled", "INVALID_OPTION"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_bad_values(api: Api, path: str, name: str, value: str, code: str) -> None:
    assert _refused(_create(api, path, **{name: value})) == [code]
    assert api.get(path).json()["results"] == []


def test_all_problems_of_a_record_come_together(api: Api) -> None:
    response = _create(api, COMPANIES, nonsense="1", industry="2", name="Kaisha")
    assert _refused(response) == ["PROPERTY_DOESNT_EXIST", "INVALID_OPTION"]


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("hubspot_owner_id", "41001", "41001"),
        ("web_technologies", "shopify;salesforce", "shopify;salesforce"),
        ("closedate", "2026-11-22", "2026-11-22T00:00:00.000Z"),
        ("closedate", "1795309323456", "2026-11-22T01:02:03.456Z"),
        ("closedate", "2026-11-22T10:02:03+09:00", "2026-11-22T01:02:03.000Z"),
        ("annualrevenue", "-1.5", "-1.5"),
        ("industry", "COMPUTER_SOFTWARE", "COMPUTER_SOFTWARE"),
    ],
)
def test_good_values(api: Api, name: str, value: str, kept: str) -> None:
    assert _create(api, COMPANIES, **{"name": "Kaisha", name: value}).json()["properties"][name] == kept


def test_a_leading_semicolon_appends(api: Api) -> None:
    made = _create(api, COMPANIES, name="Kaisha", web_technologies="shopify").json()["id"]
    body = {"properties": {"web_technologies": ";salesforce"}}
    changed = api.patch(f"{COMPANIES}/{made}", json=body).json()
    assert changed["properties"]["web_technologies"] == "shopify;salesforce"


@pytest.mark.parametrize(
    ("path", "properties"),
    [(COMPANIES, {"city": "東京"}), (CONTACTS, {"phone": "03"}), (MEETINGS, {"hs_meeting_title": "x"})],
)
def test_what_a_new_record_needs(api: Api, path: str, properties: dict[str, str]) -> None:
    assert _refused(_create(api, path, **properties)) == ["MISSING_REQUIRED_PROPERTY"]


def test_a_meeting_starts_when_it_starts(api: Api) -> None:
    made = _create(api, MEETINGS, hs_meeting_start_time="2026-11-22T10:00:00+09:00").json()
    read = api.get(f"{MEETINGS}/{made['id']}", params={"properties": "hs_timestamp"}).json()
    assert read["properties"]["hs_timestamp"] == "2026-11-22T01:00:00.000Z"


def test_an_address_belongs_to_one_contact(api: Api, hubspot: HubSpot) -> None:
    made = _create(api, CONTACTS, email="Taro@Example.jp").json()
    assert made["properties"]["email"] == "taro@example.jp"
    second = hubspot.seed(PORTAL, "contacts", {"email": "b@example.jp", "hs_additional_emails": "c@d.jp;old@e.jp"})
    for email, owner in (("TARO@example.jp", made["id"]), ("old@E.jp", second)):
        again = _create(api, CONTACTS, email=email)
        assert again.status_code == 409
        assert again.json()["message"] == f"Contact already exists. Existing ID: {owner}"
        assert again.json()["category"] == "CONFLICT"
    taken = api.patch(f"{CONTACTS}/{second}", json={"properties": {"email": "taro@example.jp"}})
    assert taken.status_code == 409
    own = api.patch(f"{CONTACTS}/{second}", json={"properties": {"email": "B@example.jp"}})
    assert own.status_code == 200
    hubspot.archive(PORTAL, "contacts", made["id"])
    assert _create(api, CONTACTS, email="taro@example.jp").status_code == 201


def test_companies_may_share_a_domain(api: Api) -> None:
    assert [_create(api, COMPANIES, domain="kaisha.jp").status_code for _ in range(2)] == [201, 201]


def test_by_a_unique_property(api: Api) -> None:
    made = _create(api, CONTACTS, email="taro@example.jp").json()["id"]
    by = {"idProperty": "email"}
    assert api.get(f"{CONTACTS}/Taro@example.jp", params=by).json()["id"] == made
    changed = api.patch(f"{CONTACTS}/taro@example.jp", params=by, json={"properties": {"lastname": "田中"}})
    assert changed.json()["properties"]["lastname"] == "田中"
    assert api.get(f"{CONTACTS}/nobody@example.jp", params=by).status_code == 404
    api.patch(f"{CONTACTS}/{made}", json={"properties": {"email": "new@example.jp"}})
    assert api.get(f"{CONTACTS}/taro@example.jp", params=by).status_code == 404
    for name in ("lastname", "hs_object_id", "nonsense"):
        refused = api.get(f"{CONTACTS}/x", params={"idProperty": name})
        assert (refused.status_code, "non-unique 0-1 property" in refused.json()["message"]) == (400, True)


def test_a_second_address_leads_to_its_contact_alone_only(api: Api, hubspot: HubSpot) -> None:
    made = hubspot.seed(PORTAL, "contacts", {"email": "a@x.jp", "hs_additional_emails": "b@x.jp"})
    by = {"idProperty": "email"}
    assert api.get(f"{CONTACTS}/B@x.jp", params=by).json()["id"] == made
    many = {"inputs": [{"id": "b@x.jp"}], "properties": [], "propertiesWithHistory": []} | by
    assert api.post(f"{CONTACTS}/batch/read", json=many).json()["results"] == []
    hubspot.configure({"second_addresses_resolve": False})
    assert api.get(f"{CONTACTS}/b@x.jp", params=by).status_code == 404


def test_bodies_of_another_shape(api: Api) -> None:
    assert api.post(COMPANIES, data="{").status_code == 400
    bodies: tuple[object, ...] = ([], {}, {"properties": []}, {"properties": {"name": ["x"]}})
    for body in bodies:
        assert api.post(COMPANIES, json=body).status_code == 400
    assert api.get(COMPANIES).json()["results"] == []


def test_dates_are_normalised_and_say_so_since_2026_09(api: Api) -> None:
    body = {"name": "due", "label": "Due", "type": "date", "fieldType": "date", "groupName": "companyinformation"}
    assert api.post("/crm/properties/2026-09/companies", json=body).status_code == 201
    made = _create(api, COMPANIES, name="Kaisha", due="2026-11-22T10:00:00Z").json()
    assert made["properties"]["due"] == "2026-11-22"
    assert made["warnings"][0]["category"] == "PROPERTY_VALUE_NORMALIZED"
    assert "warnings" not in _create(api, "/crm/objects/2026-03/companies", name="K", due="1795305600000").json()


@pytest.mark.parametrize("new_id", [True, False])
def test_merge(api: Api, hubspot: HubSpot, new_id: bool) -> None:
    hubspot.configure({"merge_gives_new_id": new_id})
    kept = hubspot.seed(PORTAL, "companies", {"name": "Kaisha", "domain": "kaisha.jp"})
    lost = hubspot.seed(PORTAL, "companies", {"name": "Kaisha KK", "domain": "kaisha.co.jp", "city": "東京"})
    contact = hubspot.seed(PORTAL, "contacts", {"email": "taro@kaisha.co.jp"})
    hubspot.associate(PORTAL, "contacts", contact, "companies", lost, 1)
    body = {"primaryObjectId": kept, "objectIdToMerge": lost}
    left = api.post(f"{COMPANIES}/merge", json=body).json()["id"]
    assert (left == kept) is not new_id
    for old in (kept, lost):
        read = api.get(f"{COMPANIES}/{old}", params={"properties": "city,hs_additional_domains"}).json()
        assert (read["id"], read["properties"]["name"], read["properties"]["domain"]) == (left, "Kaisha", "kaisha.jp")
        assert (read["properties"]["city"], read["properties"]["hs_additional_domains"]) == ("東京", "kaisha.co.jp")
    assert api.patch(f"{COMPANIES}/{lost}", json={"properties": {"zip": "1"}}).json()["id"] == left
    many = {"inputs": [{"id": lost}], "properties": [], "propertiesWithHistory": []}
    assert api.post(f"{COMPANIES}/batch/read", json=many).json()["results"] == []
    found = api.get(f"{CONTACTS}/{contact}", params={"associations": "companies", "properties": "associatedcompanyid"})
    assert {r["id"] for r in found.json()["associations"]["companies"]["results"]} == {left}
    assert found.json()["properties"]["associatedcompanyid"] == left


def test_merged_contacts_keep_both_addresses(api: Api, hubspot: HubSpot) -> None:
    one, two = (hubspot.seed(PORTAL, "contacts", {"email": email}) for email in ("a@x.jp", "b@x.jp"))
    left = hubspot.merge(PORTAL, "contacts", one, two)
    read = api.get(f"{CONTACTS}/{left}", params={"properties": "hs_additional_emails,hs_merged_object_ids"}).json()
    assert (read["properties"]["email"], read["properties"]["hs_additional_emails"]) == ("a@x.jp", "b@x.jp")
    assert read["properties"]["hs_merged_object_ids"] == f"{one};{two}"
    assert _create(api, CONTACTS, email="b@x.jp").json()["message"].endswith(left)
    assert api.post(f"{CONTACTS}/merge", json={"primaryObjectId": left, "objectIdToMerge": two}).status_code == 400
    assert api.post(f"{CONTACTS}/merge", json={"primaryObjectId": left, "objectIdToMerge": "1"}).status_code == 404
