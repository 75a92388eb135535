from typing import Any

import pytest

from local.sandbox.salesforce import Salesforce
from local.sandbox.salesforce.fields import TYPES
from tests.local.sandbox.conftest import Clock
from tests.local.sandbox.salesforce.conftest import FIRMA, GOOD, KAISHA, Data

KEYS = [
    "name",
    "label",
    "type",
    "length",
    "createable",
    "updateable",
    "nillable",
    "defaultedOnCreate",
    "restrictedPicklist",
    "picklistValues",
    "calculated",
    "externalId",
    "idLookup",
    "unique",
    "compoundFieldName",
    "digits",
    "precision",
    "scale",
    "referenceTo",
]


def fields(data: Data, name: str = "Lead") -> dict[str, Any]:
    return {one["name"]: one for one in data("GET", f"/sobjects/{name}/describe").json()["fields"]}


@pytest.mark.parametrize("name", ["Lead", "Contact", "Event", "User", "Organization"])
def test_every_field_has_every_key(data: Data, name: str) -> None:
    for field in fields(data, name).values():
        assert set(KEYS) <= set(field)
        assert field["type"] in TYPES
        assert not (field["calculated"] and field["createable"])


def test_the_types_of_a_lead(data: Data) -> None:
    lead = fields(data)
    kinds = {field["type"] for field in lead.values()}
    assert kinds == TYPES - {"combobox"}
    assert (lead["Score__c"]["precision"], lead["Score__c"]["scale"], lead["NumberOfEmployees"]["digits"]) == (5, 2, 8)
    assert lead["Products__c"]["restrictedPicklist"]
    assert [one["value"] for one in lead["Products__c"]["picklistValues"]] == ["会計", "請求", "勤怠"]
    assert (lead["OwnerId"]["referenceTo"], lead["Summary__c"]["calculated"]) == (["Group", "User"], True)
    assert fields(data, "Event")["WhoId"]["referenceTo"] == ["Contact", "Lead"]


def test_labels_are_in_the_users_language(data: Data, salesforce: Salesforce) -> None:
    lead = fields(data)
    assert [lead[name]["label"] for name in ("LastName", "Company", "Email")] == ["姓", "会社名", "メール"]
    other = Data(data.api, salesforce.issue_token(FIRMA.id)[0])
    assert fields(other)["LastName"]["label"] == "Last Name"
    salesforce.change_field("Company", label="お勤め先")
    assert fields(data)["Company"]["label"] == "お勤め先"


def test_what_was_not_changed_is_not_told_again(data: Data, salesforce: Salesforce, clock: Clock) -> None:
    path = "/sobjects/Lead/describe"
    first = data("GET", path)
    since = {"If-Modified-Since": first.headers["Last-Modified"]}
    again = data("GET", path, headers=since)
    assert (again.status_code, again.content) == (304, b"")
    clock.pass_(60)
    salesforce.add_field()
    assert data("GET", path, headers=since).status_code == 200
    assert data("GET", path, headers={"If-Modified-Since": "yesterday"}).status_code == 200


def test_a_field_is_added(data: Data, salesforce: Salesforce) -> None:
    assert "Renkei_Booking_Id__c" not in fields(data)
    lead = data.lead()
    salesforce.add_field()
    added = fields(data)["Renkei_Booking_Id__c"]
    assert (added["externalId"], added["unique"], added["length"], added["custom"]) == (True, True, 255, True)
    assert data("GET", f"/sobjects/Lead/{lead}").json()["Renkei_Booking_Id__c"] is None
    other = Data(data.api, salesforce.issue_token(FIRMA.id)[0])
    salesforce.add_field(FIRMA.id, "Event", name="Seats__c", type="int", digits=3)
    assert "Seats__c" in fields(other, "Event")
    assert "Seats__c" not in fields(data, "Event")
    body = {"Subject": "x", "StartDateTime": "2026-11-25T01:00:00Z", "DurationInMinutes": 30, "Seats__c": 1000}
    assert other.errors("POST", "/sobjects/Event", body) == [(400, "NUMBER_OUTSIDE_VALID_RANGE", ["Seats__c"])]


@pytest.mark.parametrize(
    ("change", "values", "code"),
    [
        ({"nillable": False}, {}, "REQUIRED_FIELD_MISSING"),
        ({"length": 5}, {"Title": "123456"}, "STRING_TOO_LONG"),
        ({"createable": False}, {"Title": "x"}, "INVALID_FIELD_FOR_INSERT_UPDATE"),
        (
            {"type": "picklist", "restrictedPicklist": True, "picklistValues": ["A", {"value": "B", "active": False}]},
            {"Title": "B"},
            "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
        ),
    ],
)
def test_a_field_changes(data: Data, salesforce: Salesforce, change: dict[str, Any], values: Any, code: str) -> None:
    lead = data.lead(Title="1234567")
    salesforce.change_field("Title", **change)
    assert data.errors("POST", "/sobjects/Lead", GOOD | values) == [(400, code, ["Title"])]
    assert data("PATCH", f"/sobjects/Lead/{lead}", {"Phone": "1"}).status_code == 204
    found = fields(data)["Title"]
    assert all(found[name] == value for name, value in change.items() if name != "picklistValues")


def test_a_field_is_only_for_creation(data: Data, salesforce: Salesforce) -> None:
    salesforce.change_field("Title", updateable=False)
    lead = data.lead(Title="x")
    refused = [(400, "INVALID_FIELD_FOR_INSERT_UPDATE", ["Title"])]
    assert data.errors("PATCH", f"/sobjects/Lead/{lead}", {"Title": "y"}) == refused


def test_a_field_is_taken_away(data: Data, salesforce: Salesforce) -> None:
    salesforce.drop_field("Title", KAISHA.id)
    assert "Title" not in fields(data)
    assert data.errors("POST", "/sobjects/Lead", GOOD | {"Title": "x"}) == [(400, "INVALID_FIELD", [])]
    assert data.errors("GET", "/query", q="SELECT Title FROM Lead") == [(400, "INVALID_FIELD", [])]


@pytest.mark.parametrize("facts", [{"length": "5"}, {"nonsense": 1}, {"type": "cat"}])
def test_facts_are_checked(salesforce: Salesforce, facts: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"cannot be|unknown|no such"):
        salesforce.change_field("Title", **facts)
    with pytest.raises(ValueError, match=r"cannot be|unknown|no such"):
        salesforce.add_field(**({"name": "A__c", "type": "string"} | facts))


def test_all_objects(data: Data, salesforce: Salesforce) -> None:
    assert [one["name"] for one in data("GET", "/sobjects").json()["sobjects"]][:3] == ["Lead", "Contact", "Event"]
    assert data("GET", "/sobjects/Event").json()["objectDescribe"]["keyPrefix"] == "00U"
    salesforce.configure({"lead_visible": False})
    assert "Lead" not in [one["name"] for one in data("GET", "/sobjects").json()["sobjects"]]


def test_seeding(data: Data, salesforce: Salesforce) -> None:
    lead = salesforce.seed(KAISHA.id, "Lead", {"LastName": "x", "Email": "not checked"})
    salesforce.edit(lead, Title="boss")
    assert data("GET", f"/sobjects/Lead/{lead}", fields="Title,Name").json()["Title"] == "boss"
    with pytest.raises(ValueError, match="Nonsense"):
        salesforce.seed(KAISHA.id, "Lead", {"Nonsense": 1})
    with pytest.raises(KeyError):
        salesforce.edit("00QSb0000000009MAA", Title="x")


def test_the_page_shows_what_arrived(data: Data, salesforce: Salesforce) -> None:
    lead = data.lead(Email="a@b.jp", Company="<b>Inc</b>")
    body = {"Subject": "打ち合わせ", "StartDateTime": "2026-11-25T01:00:00Z", "DurationInMinutes": 30, "WhoId": lead}
    data("POST", "/sobjects/Event", body)
    salesforce.convert(lead)
    page = data.api.get("/_sandbox/").text
    for text in (lead, "a@b.jp", "&lt;b&gt;Inc&lt;/b&gt;", "Hanako Yamada", "打ち合わせ", "converted"):
        assert text in page
    shown = data.api.get("/_sandbox/state.json").json()["orgs"][KAISHA.id]["records"]
    assert [one["Subject"] for one in shown["Event"]] == ["打ち合わせ"]
