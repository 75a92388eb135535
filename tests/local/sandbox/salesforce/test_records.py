import json
from typing import Any

import pytest

from local.sandbox.faults import Fault
from local.sandbox.salesforce import Salesforce
from local.sandbox.salesforce.errors import NOW_AND_THEN, fault_facts
from local.sandbox.salesforce.saves import ASSIGNMENT_RULE
from local.sandbox.salesforce.store import GONE_MAIL
from tests.local.sandbox.conftest import Clock
from tests.local.sandbox.salesforce.conftest import DATA, FIRMA, GOOD, KAISHA, TANAKA, Data

LEADS = "/sobjects/Lead"
KEY = "Renkei_Booking_Id__c"


def test_a_lead_from_its_beginning_to_its_end(data: Data, salesforce: Salesforce, clock: Clock) -> None:
    created = data("POST", LEADS, GOOD | {"FirstName": "花子", "City": "横浜市", "NumberOfEmployees": 1200})
    lead = created.json()["id"]
    assert (created.status_code, created.json()) == (201, {"id": lead, "success": True, "errors": []})
    assert created.headers["Location"] == f"{DATA}{LEADS}/{lead}"
    assert (len(lead), lead[:3]) == (18, "00Q")
    found = data("GET", f"{LEADS}/{lead}").json()
    assert found["attributes"] == {"type": "Lead", "url": f"{DATA}{LEADS}/{lead}"}
    assert (found["Name"], found["Status"], found["OwnerId"]) == ("花子 佐々木", "Open - Not Contacted", KAISHA.user.id)
    assert (found["IsConverted"], found["Email"], found["Address"]["city"]) == (False, None, "横浜市")
    assert found["CreatedDate"] == found["SystemModstamp"] == clock().strftime("%Y-%m-%dT%H:%M:%S.000+0000")
    clock.pass_(60)
    changed = data("PATCH", f"{LEADS}/{lead[:15]}", {"FirstName": None, "Phone": " 045-1 "})
    assert (changed.status_code, changed.content) == (204, b"")
    found = data("GET", f"{LEADS}/{lead[:15]}", fields="Name,Phone,LastModifiedDate").json()
    assert set(found) == {"attributes", "Id", "Name", "Phone", "LastModifiedDate"}
    assert (found["Name"], found["Phone"]) == ("佐々木", "045-1")
    assert found["LastModifiedDate"] == clock().strftime("%Y-%m-%dT%H:%M:%S.000+0000")
    gone = data("DELETE", f"{LEADS}/{lead}")
    assert (gone.status_code, gone.content) == (204, b"")
    for method in ("GET", "PATCH", "DELETE"):
        assert data.errors(method, f"{LEADS}/{lead}", {}) == [(404, "ENTITY_IS_DELETED", [])]
    assert [one["IsDeleted"] for one in salesforce.state()["Lead"]] == [True]


def test_orgs_do_not_share_records(data: Data, salesforce: Salesforce) -> None:
    lead = data.lead()
    other = Data(data.api, salesforce.issue_token(FIRMA.id)[0])
    assert other.errors("GET", f"{LEADS}/{lead}") == [(404, "NOT_FOUND", [])]
    assert salesforce.state(FIRMA.id)["Lead"] == []
    assert other.lead()[3:] != lead[3:]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"Nonsense__c": 1}, [("INVALID_FIELD", [])]),
        ({"lastname": "x"}, [("INVALID_FIELD", [])]),
        ({"Id": "00Q"}, [("INVALID_FIELD", [])]),
        ({"Name": "x", "Summary__c": "x"}, [("INVALID_FIELD_FOR_INSERT_UPDATE", ["Name", "Summary__c"])]),
        ({"LastName": " ", "Company": None}, [("REQUIRED_FIELD_MISSING", ["LastName", "Company"])]),
        ({"LastName": "x" * 81}, [("STRING_TOO_LONG", ["LastName"])]),
        ({"Description": "あ" * 32_001}, [("STRING_TOO_LONG", ["Description"])]),
        ({"Industry": "x" * 41}, [("STRING_TOO_LONG", ["Industry"])]),
        (
            {"Company": "", "Email": "a@b", "City": "x" * 41},
            [
                ("REQUIRED_FIELD_MISSING", ["Company"]),
                ("INVALID_EMAIL_ADDRESS", ["Email"]),
                ("STRING_TOO_LONG", ["City"]),
            ],
        ),
        *(
            ({"Email": mail}, [("INVALID_EMAIL_ADDRESS", ["Email"])])
            for mail in ("a", "a..b@c.jp", "あ@b.jp", "a b@c.jp")
        ),
        ({"Rating": "Tepid"}, [("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", ["Rating"])]),
        ({"Products__c": "会計;猫"}, [("INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", ["Products__c"])]),
        ({"NumberOfEmployees": 10**8}, [("NUMBER_OUTSIDE_VALID_RANGE", ["NumberOfEmployees"])]),
        ({"Score__c": 1000}, [("NUMBER_OUTSIDE_VALID_RANGE", ["Score__c"])]),
        ({"AnnualRevenue": 10**400}, [("NUMBER_OUTSIDE_VALID_RANGE", ["AnnualRevenue"])]),
        ({"OwnerId": "me"}, [("MALFORMED_ID", ["OwnerId"])]),
        ({"OwnerId": "00QSb0000000001MAA"}, [("MALFORMED_ID", ["OwnerId"])]),
        ({"OwnerId": "005Sb0000000099IAA"}, [("INVALID_CROSS_REFERENCE_KEY", ["OwnerId"])]),
        *(({name: value}, [("JSON_PARSER_ERROR", [])]) for name, value in (
            ("LastName", 5), ("LastName", True), ("LastName", {"a": 1}), ("LastName", ["a"]),
            ("NumberOfEmployees", "5"), ("NumberOfEmployees", 5.5), ("NumberOfEmployees", True),
            ("AnnualRevenue", "1"), ("Newsletter__c", "true"), ("Newsletter__c", None), ("Newsletter__c", 1),
            ("Visit_On__c", "22.11.2026"), ("Visit_On__c", "2026-02-30"), ("Visit_On__c", "2026-11-22T00:00:00Z"),
            ("Visit_At__c", "2026-11-22"), ("Visit_At__c", "2026-11-22T10:00:00"), ("Visit_At__c", "2026-11-22 10:00Z"),
            ("Visit_At__c", "0000-11-22T10:00:00Z"),
        )),
    ],
)  # fmt: skip
def test_what_is_refused(data: Data, salesforce: Salesforce, values: dict[str, Any], expected: list[Any]) -> None:
    assert [one[1:] for one in data.errors("POST", LEADS, GOOD | values)] == expected
    lead = data.lead()
    before = salesforce.state()
    assert {one[0] for one in data.errors("PATCH", f"{LEADS}/{lead}", values)} == {400}
    assert salesforce.state() == before


@pytest.mark.parametrize(
    ("values", "stored"),
    [
        ({"LastName": "あ" * 80}, {}),
        ({"Description": "x" * 32_000}, {}),
        ({"Email": "Hanako.O'Neil+x@Mail.Example.JP"}, {}),
        ({"Industry": "Cats"}, {}),
        ({"Rating": "Hot", "Products__c": "会計;請求"}, {}),
        ({"Rating": "", "Phone": "  "}, {"Rating": None, "Phone": None}),
        ({"Score__c": 12.345, "AnnualRevenue": 5, "Chance__c": 7.0}, {"Score__c": 12.35}),
        ({"Newsletter__c": True, "Visit_On__c": "2026-11-22"}, {}),
        ({"Visit_At__c": "2026-11-22T12:00:00.5+09:00"}, {"Visit_At__c": "2026-11-22T03:00:00.000+0000"}),
        ({"Status": None, "OwnerId": None}, {"Status": "Open - Not Contacted", "OwnerId": KAISHA.user.id}),
    ],
)
def test_what_is_stored(data: Data, values: dict[str, Any], stored: dict[str, Any]) -> None:
    found = data("GET", f"{LEADS}/{data.lead(**values)}", fields=",".join(values)).json()
    assert {name: found[name] for name in values} == values | stored


def test_messages_quote_what_was_sent(data: Data) -> None:
    told = {
        error["errorCode"]: error["message"]
        for error in data("POST", LEADS, {"LastName": "x", "Company": "c" * 256, "Email": "a.b"}).json()
    }
    assert told["STRING_TOO_LONG"] == f"Company: data value too large: {'c' * 256} (max length=255)"
    assert told["INVALID_EMAIL_ADDRESS"] == "Email: invalid email address: a.b"


@pytest.mark.parametrize(
    "body",
    [
        "", "{", "[]", "5", "[" * 100_000, '{"Score__c": ' + "9" * 5000 + "}", '{"Title": "\\ud800"}',
        '{"LastName": "a", "LastName": "b"}', '{"Score__c": NaN}', "\ud800",
    ],
    ids=lambda body: repr(body[:20]),
)  # fmt: skip
def test_bodies_that_are_no_record(data: Data, body: str) -> None:
    raw = body.encode("utf-8", "surrogatepass")
    headers = data.headers | {"Content-Type": "application/json"}
    response = data.api.post(f"{DATA}{LEADS}", data=raw, headers=headers)
    assert (response.status_code, response.json()[0]["errorCode"]) == (400, "JSON_PARSER_ERROR")


def test_a_body_of_another_type_is_refused(data: Data) -> None:
    response = data.api.post(f"{DATA}{LEADS}", data=json.dumps(GOOD), headers=data.headers)
    assert (response.status_code, response.json()[0]["errorCode"]) == (415, "UNSUPPORTED_MEDIA_TYPE")


@pytest.mark.parametrize(
    ("method", "path", "expected"),
    [
        ("GET", "/sobjects/Cat/00QSb0000000001MAA", "NOT_FOUND"),
        ("POST", "/sobjects/Cat", "NOT_FOUND"),
        ("GET", f"{LEADS}/00QSb0000000001MAA", "NOT_FOUND"),
        ("PATCH", f"{LEADS}/nonsense", "NOT_FOUND"),
        ("DELETE", f"{LEADS}/003Sb0000000001MAA", "NOT_FOUND"),
    ],
)
def test_records_that_are_not_there(data: Data, method: str, path: str, expected: str) -> None:
    assert data.errors(method, path, {}) == [(404, expected, [])]


def test_owners(data: Data, salesforce: Salesforce) -> None:
    host = salesforce.user(TANAKA)
    assert data("GET", f"{LEADS}/{data.lead(OwnerId=host[:15])}").json()["OwnerId"] == host
    gone = GOOD | {"OwnerId": salesforce.user(GONE_MAIL)}
    assert data.errors("POST", LEADS, gone) == [(400, "INACTIVE_OWNER_OR_USER", ["OwnerId"])]


def test_assignment_rules_run_unless_the_caller_says_no(data: Data, salesforce: Salesforce) -> None:
    host, queue = salesforce.user(TANAKA), "00GSb0000000001AAA"

    def owner(method: str = "POST", path: str = LEADS, **headers: str) -> str:
        body = GOOD | {"OwnerId": host}
        answer = data(method, path, body, headers={name.replace("_", "-"): value for name, value in headers.items()})
        lead = path.rpartition("/")[2] if method == "PATCH" else answer.json()["id"]
        return str(data("GET", f"{LEADS}/{lead}").json()["OwnerId"])

    assert owner() == host
    salesforce.configure({"assignment_owner": queue})
    assert owner() == owner(Sforce_Auto_Assign="true") == owner(Sforce_Auto_Assign=ASSIGNMENT_RULE) == queue
    assert owner(Sforce_Auto_Assign="FALSE") == host
    lead = data.lead()
    assert owner("PATCH", f"{LEADS}/{lead}", Sforce_Auto_Assign="false") == host
    assert owner("PATCH", f"{LEADS}/{lead}") == queue
    unknown = data.errors("POST", LEADS, GOOD, headers={"Sforce-Auto-Assign": "01QSb0000000009AAA"})
    assert unknown == [(400, "INVALID_CROSS_REFERENCE_KEY", [])]


def test_a_converted_lead_is_closed(data: Data, salesforce: Salesforce) -> None:
    lead = data.lead(Email="a@b.jp")
    contact = salesforce.convert(lead)
    assert data.errors("PATCH", f"{LEADS}/{lead}", {"Phone": "1"}) == [(400, "CANNOT_UPDATE_CONVERTED_LEAD", [])]
    [found] = data.find("SELECT ConvertedContactId, ConvertedDate FROM Lead WHERE IsConverted = true")
    assert found["ConvertedContactId"] == contact
    assert data("GET", f"/sobjects/Contact/{contact}").json()["Email"] == "a@b.jp"


def test_what_the_org_asks_beyond_its_fields(data: Data, salesforce: Salesforce) -> None:
    salesforce.configure({"validation_field": "Phone"})
    refused = [(400, "FIELD_CUSTOM_VALIDATION_EXCEPTION", ["Phone"])]
    assert data.errors("POST", LEADS, GOOD) == refused
    lead = data.lead(Phone="1")
    assert data.errors("PATCH", f"{LEADS}/{lead}", {"Phone": ""}) == refused
    salesforce.configure({"leads_read_only": True})
    assert data.errors("PATCH", f"{LEADS}/{lead}", {}) == [(403, "INSUFFICIENT_ACCESS_OR_READONLY", [])]
    salesforce.configure({"leads_read_only": False, "validation_field": "", "lead_createable": False})
    assert data.errors("POST", LEADS, GOOD) == [(400, "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", [])]
    salesforce.configure({"lead_visible": False})
    assert data.errors("POST", LEADS, GOOD) == [(404, "NOT_FOUND", [])]


@pytest.mark.parametrize("code", NOW_AND_THEN)
def test_what_an_org_says_now_and_then(data: Data, salesforce: Salesforce, code: str) -> None:
    salesforce.refuse_next("", code)
    lead, status = data.lead(), NOW_AND_THEN[code][0]
    assert data.errors("PATCH", f"{LEADS}/{lead}", {}) == [(status, code, [])]
    salesforce.faults.add(Fault(path=f"{DATA}{LEADS}", **fault_facts(code)))
    assert data.errors("POST", LEADS, GOOD) == [(status, code, [])]
    assert len(salesforce.state()["Lead"]) == 1
    assert data("PATCH", f"{LEADS}/{lead}", {}).status_code == 204


def test_a_fault_after_the_effect(data: Data, salesforce: Salesforce) -> None:
    salesforce.faults.add(Fault(path="*/sobjects/Lead", kind="junk_body"))
    assert data("POST", LEADS, GOOD).text.startswith("<html>")
    assert len(salesforce.state()["Lead"]) == 1
    with pytest.raises(ValueError, match="unknown"):
        salesforce.refuse_next("NONSENSE")


# Upsert.


def test_upsert_needs_the_field(data: Data, salesforce: Salesforce) -> None:
    missing = data("PATCH", f"{LEADS}/{KEY}/a", GOOD)
    told = f"Provided external ID field does not exist or is not accessible: {KEY}"
    assert (missing.status_code, missing.json()) == (404, [{"message": told, "errorCode": "NOT_FOUND"}])
    salesforce.configure({"booking_id_field": True})
    assert data.errors("PATCH", f"{LEADS}/Email/a@b.jp", GOOD) == [(404, "NOT_FOUND", [])]
    assert data("PATCH", f"{LEADS}/{KEY}/a", GOOD).status_code == 201
    salesforce.configure({"booking_id_field": False})
    assert data.errors("PATCH", f"{LEADS}/{KEY}/a", GOOD) == [(404, "NOT_FOUND", [])]
    assert KEY not in data("GET", f"{LEADS}/{salesforce.state()['Lead'][0]['Id']}").json()


@pytest.mark.parametrize("key", ["%E4%BA%88%E7%B4%84%201", "a%2Fb%3F%26%23+%25", "timerex.5f3e"])
def test_upsert(data: Data, salesforce: Salesforce, key: str) -> None:
    salesforce.add_field()
    path = f"{LEADS}/{KEY}/{key}"
    first = data("PATCH", path, GOOD)
    lead = first.json()["id"]
    assert (first.status_code, first.json()) == (201, {"id": lead, "success": True, "errors": [], "created": True})
    second = data("PATCH", path, {"Phone": "1"})
    assert (second.status_code, second.json()) == (200, {"id": lead, "success": True, "errors": [], "created": False})
    found = data("GET", path, fields=f"Phone,{KEY}").json()
    assert (found["Id"], found["Phone"]) == (lead, "1")
    assert data("GET", path.replace(key, "other")).status_code == 404
    assert data.errors("PATCH", path, GOOD | {KEY: "a"}) == [(400, "INVALID_FIELD", [])]
    salesforce.delete(lead)
    assert data("PATCH", path, GOOD).status_code == 201  # what is deleted is no match


def test_upsert_that_may_only_update(data: Data, salesforce: Salesforce) -> None:
    salesforce.add_field()
    assert data.errors("PATCH", f"{LEADS}/{KEY}/a", GOOD, updateOnly="true") == [(404, "NOT_FOUND", [])]
    assert data("PATCH", f"{LEADS}/{KEY}/a", GOOD).status_code == 201
    assert data("PATCH", f"{LEADS}/{KEY}/A", {}, updateOnly="true").status_code == 200  # in any case


def test_upsert_with_several_matches(data: Data, salesforce: Salesforce) -> None:
    salesforce.add_field(name="Order__c", type="string", length=20, externalId=True)
    leads = [data.lead(Order__c="1") for _ in range(2)]
    response = data("PATCH", f"{LEADS}/Order__c/1", {})
    assert (response.status_code, response.json()) == (300, [f"{DATA}{LEADS}/{lead}" for lead in leads])


def test_a_unique_value_is_there_once(data: Data, salesforce: Salesforce) -> None:
    salesforce.add_field()
    lead, other = data.lead(**{KEY: "B1"}), data.lead()
    told = f"duplicate value found: {KEY} duplicates value on record with id: {lead}"
    for method, path in (("POST", LEADS), ("PATCH", f"{LEADS}/{other}")):
        [error] = data(method, path, GOOD | {KEY: "b1"}).json()
        assert (error["errorCode"], error["message"]) == ("DUPLICATE_VALUE", told)
    assert data("PATCH", f"{LEADS}/{lead}", {KEY: "b1"}).status_code == 204


def test_old_versions_answer_an_update_without_a_body(data: Data, salesforce: Salesforce) -> None:
    salesforce.add_field()
    path = f"/services/data/v45.0{LEADS}/{KEY}/a"
    answers = [data.api.patch(path, json=GOOD, headers=data.headers).status_code for _ in range(2)]
    assert answers == [201, 204]


def test_users_are_there_to_be_found(data: Data) -> None:
    found = data.find("SELECT Id, Name FROM User WHERE Email = 'TANAKA@example.co.jp' AND IsActive = true")
    assert [one["Name"] for one in found] == ["Ichiro Tanaka"]
    assert data.errors("DELETE", f"/sobjects/User/{found[0]['Id']}") == [(400, "INSUFFICIENT_ACCESS_OR_READONLY", [])]
