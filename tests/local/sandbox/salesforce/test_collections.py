from typing import Any

import pytest

from local.sandbox.salesforce import Salesforce
from tests.local.sandbox.salesforce.conftest import GOOD, Data

MANY = "/composite/sobjects"
KEY = "Renkei_Booking_Id__c"
UPSERT = f"{MANY}/Lead/{KEY}"


def record(kind: str = "Lead", **values: object) -> dict[str, object]:
    return {"attributes": {"type": kind}, **(GOOD if kind == "Lead" else {}), **values}


def sent(data: Data, method: str, *records: object, path: str = MANY, **more: Any) -> list[Any]:
    response = data(method, path, {"records": list(records), **more})
    assert response.status_code == 200, response.text
    results = response.json()
    assert len(results) == len(records)
    return list(results)


def codes(results: list[Any]) -> list[str]:
    """The first error of each result, "" for none."""
    assert all(set(error) == {"statusCode", "message", "fields"} for one in results for error in one["errors"])
    return [one["errors"][0]["statusCode"] if one["errors"] else "" for one in results]


def test_each_record_has_its_result_in_order(data: Data, salesforce: Salesforce) -> None:
    results = sent(data, "POST", record(LastName="a"), record(LastName="b" * 81, Company=""), record(LastName="c"))
    assert [one["success"] for one in results] == [True, False, True]
    assert set(results[0]) == {"id", "success", "errors"}
    assert results[1] == {
        "success": False,
        "errors": [
            {
                "statusCode": "REQUIRED_FIELD_MISSING",
                "message": "Required fields are missing: [Company]",
                "fields": ["Company"],
            },
            {
                "statusCode": "STRING_TOO_LONG",
                "message": f"Last Name: data value too large: {'b' * 81} (max length=80)",
                "fields": ["LastName"],
            },
        ],
    }
    assert [one["LastName"] for one in salesforce.state()["Lead"]] == ["a", "c"]
    assert [results[0]["id"], results[2]["id"]] == [one["Id"] for one in salesforce.state()["Lead"]]


def test_all_or_none(data: Data, salesforce: Salesforce) -> None:
    lead = data.lead()
    before = salesforce.state()
    results = sent(data, "PATCH", record(id=lead, Phone="1"), record(id="00Q"), allOrNone=True)
    assert codes(results) == ["ALL_OR_NONE_OPERATION_ROLLED_BACK", "MALFORMED_ID"]
    assert codes(sent(data, "POST", record(), record(Company=None), allOrNone=True))[0].startswith("ALL_OR_NONE")
    response = data("DELETE", MANY, ids=f"{lead},00QSb0000000009MAA", allOrNone="true")
    assert codes(response.json()) == ["ALL_OR_NONE_OPERATION_ROLLED_BACK", "INVALID_CROSS_REFERENCE_KEY"]
    assert salesforce.state() == before
    assert codes(sent(data, "PATCH", record(Id=lead, Phone="1"), allOrNone=True)) == [""]


def test_updates(data: Data, salesforce: Salesforce) -> None:
    one, two, gone, closed = (data.lead() for _ in range(4))
    salesforce.delete(gone)
    salesforce.convert(closed)
    records = [record(id=key, Phone="1") for key in (one, gone, closed, two, two, "00QSb0000000009MAA", "x")]
    expected = ["", "ENTITY_IS_DELETED", "CANNOT_UPDATE_CONVERTED_LEAD", *["DUPLICATE_VALUE"] * 2]
    expected += ["INVALID_CROSS_REFERENCE_KEY", "MALFORMED_ID", "MISSING_ARGUMENT"]
    assert codes(sent(data, "PATCH", *records, record(Phone="1"))) == expected
    assert data("GET", f"/sobjects/Lead/{one}").json()["Phone"] == "1"


def test_deletes(data: Data) -> None:
    one, two = data.lead(), data.lead()
    response = data("DELETE", MANY, ids=f"{two},00QSb0000000009MAA,{one},x")
    assert codes(response.json()) == ["", "INVALID_CROSS_REFERENCE_KEY", "", "MALFORMED_ID"]
    assert [found.get("id") for found in response.json()] == [two, None, one, None]
    assert codes(data("DELETE", MANY, ids=one).json()) == ["ENTITY_IS_DELETED"]


def test_upserts(data: Data, salesforce: Salesforce) -> None:
    assert data.errors("PATCH", UPSERT, {"records": [record(**{KEY: "1"})]}) == [(404, "NOT_FOUND", [])]
    salesforce.add_field()
    results = sent(data, "PATCH", *(record(**{KEY: key}) for key in ("1", "2", "2")), record(), path=UPSERT)
    assert codes(results) == ["", "DUPLICATE_VALUE", "DUPLICATE_VALUE", "MISSING_ARGUMENT"]
    assert [one["created"] for one in results] == [True, False, False, False]
    again = sent(data, "PATCH", record(**{KEY: "1", "Phone": "1"}), record(**{KEY: "3"}), path=UPSERT)
    assert [(one["success"], one["created"]) for one in again] == [(True, False), (True, True)]
    assert again[0]["id"] == results[0]["id"]


@pytest.mark.parametrize("path", [MANY, UPSERT])
def test_upserts_and_updates_in_an_order_of_types(data: Data, salesforce: Salesforce, path: str) -> None:
    salesforce.add_field()
    contact = {"attributes": {"type": "Contact"}, "LastName": "x"}
    mixed = {"records": [record(**{KEY: "1"}), contact]}
    if path == UPSERT:
        assert data.errors("PATCH", path, mixed) == [(400, "INVALID_TYPE", [])]
        return
    assert codes(data("POST", path, mixed).json()) == ["", ""]
    alternating = {"records": [record(), contact] * 5 + [record()]}
    assert data.errors("POST", path, alternating) == [(400, "LIMIT_EXCEEDED", [])]


def test_at_most_200(data: Data, salesforce: Salesforce) -> None:
    assert len(sent(data, "POST", *[record()] * 200)) == 200
    assert data.errors("POST", MANY, {"records": [record()] * 201}) == [(400, "EXCEEDED_ID_LIMIT", [])]
    ids = ",".join(f"00QSb{number:010d}" for number in range(201))
    assert data.errors("DELETE", MANY, ids=ids) == [(400, "EXCEEDED_ID_LIMIT", [])]
    assert len(salesforce.state()["Lead"]) == 200
    assert data("GET", "/limits").json()["DailyApiRequests"]["Remaining"] == 100_000 - 4


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "JSON_PARSER_ERROR"),
        ({"records": ["x"]}, "JSON_PARSER_ERROR"),
        ({"records": []}, "INVALID_INPUT"),
        ({"records": [GOOD]}, "INVALID_INPUT"),
        ({"records": [record("Cat")]}, "INVALID_TYPE"),
        ({"records": [record()], "allOrNone": "yes"}, "JSON_PARSER_ERROR"),
        ({"records": [record(), record(Nonsense=1)]}, "INVALID_FIELD"),
        ({"records": [record(), record(NumberOfEmployees="5")]}, "JSON_PARSER_ERROR"),
    ],
)
def test_what_spoils_all(data: Data, salesforce: Salesforce, body: object, code: str) -> None:
    assert data.errors("POST", MANY, body) == [(400, code, [])]
    assert salesforce.state()["Lead"] == []


def test_what_cannot_be_read_fails_alone_if_so_switched(data: Data, salesforce: Salesforce) -> None:
    salesforce.configure({"unreadable_fails_whole_collection": False})
    results = sent(data, "POST", record(), record(Nonsense=1), record(NumberOfEmployees="5"))
    assert codes(results) == ["", "INVALID_FIELD", "JSON_PARSER_ERROR"]


def test_an_id_in_a_creation(data: Data) -> None:
    assert codes(sent(data, "POST", record(Id="00QSb0000000009MAA"))) == ["INVALID_FIELD_FOR_INSERT_UPDATE"]


def test_one_record_is_locked(data: Data, salesforce: Salesforce) -> None:
    salesforce.refuse_next("", "UNABLE_TO_LOCK_ROW")
    assert codes(sent(data, "POST", record(), record(), record())) == ["", "UNABLE_TO_LOCK_ROW", ""]


def test_reading_many(data: Data) -> None:
    lead, gone = data.lead(), data.lead()
    data("DELETE", f"/sobjects/Lead/{gone}")
    found = data("GET", f"{MANY}/Lead", ids=f"{gone},{lead}", fields="LastName").json()
    assert (found[0], found[1]["Id"]) == (None, lead)
    assert data.errors("GET", f"{MANY}/Lead", ids=lead, fields="Nonsense") == [(400, "INVALID_FIELD", [])]
