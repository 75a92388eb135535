from typing import Any

import pytest

from local.sandbox.salesforce import Salesforce
from tests.local.sandbox.salesforce.conftest import DATA, GOOD, KAISHA, Data

SAVE = {"Sforce-Duplicate-Rule-Header": "includeRecordDetails=false; allowSave=true; runAsCurrentUser=true"}
MAIL = "a@b.jp"


@pytest.fixture(params=["alert", "block"])
def rule(request: pytest.FixtureRequest, salesforce: Salesforce) -> str:
    salesforce.configure({"duplicate_rule": request.param})
    return str(request.param)


def refused(data: Data, method: str = "POST", path: str = "/sobjects/Lead", **more: Any) -> dict[str, Any]:
    response = data(method, path, GOOD | {"Email": "A@B.jp"}, **more)
    assert response.status_code == 400, response.text
    [error] = response.json()
    return dict(error)


def test_the_answer(data: Data, rule: str) -> None:
    lead = data.lead(Email=MAIL)
    assert refused(data) == {
        "duplicateResut": {
            "allowSave": rule == "alert",
            "duplicateRule": "Standard_Lead_Duplicate_Rule",
            "duplicateRuleEntityType": "Lead",
            "errorMessage": "Use one of these records?",
            "matchResults": [
                {
                    "entityType": "Lead",
                    "errors": [],
                    "matchEngine": "FuzzyMatchEngine",
                    "matchRecords": [
                        {
                            "additionalInformation": [],
                            "fieldDiffs": [],
                            "matchConfidence": 100.0,
                            "record": {
                                "attributes": {"type": "Lead", "url": f"{DATA}/sobjects/Lead/{lead}"},
                                "Id": lead,
                            },
                        }
                    ],
                    "rule": "Standard_Lead_Match_Rule_v1_0",
                    "size": 1,
                    "success": True,
                }
            ],
        },
        "errorCode": "DUPLICATES_DETECTED",
        "message": "Use one of these records?",
    }


def test_how_the_answer_can_differ(data: Data, rule: str, salesforce: Salesforce) -> None:
    data.lead(Email=MAIL)
    salesforce.configure({"duplicate_key_misspelt": False})
    assert "duplicateResult" in refused(data)
    told = refused(data, headers={"Sforce-Duplicate-Rule-Header": "includeRecordDetails=true"})["duplicateResult"]
    assert told["matchResults"][0]["matchRecords"][0]["record"]["Email"] == MAIL
    salesforce.configure({"duplicate_matches_visible": False})
    assert refused(data)["duplicateResult"]["matchResults"] == []


def test_only_an_alert_can_be_saved_past(data: Data, rule: str, salesforce: Salesforce) -> None:
    data.lead(Email=MAIL)
    answer = data("POST", "/sobjects/Lead", GOOD | {"Email": MAIL}, headers=SAVE)
    assert answer.status_code == (201 if rule == "alert" else 400)


def test_what_is_a_match(data: Data, rule: str, salesforce: Salesforce) -> None:
    lead = data.lead(Email=MAIL)
    contact = salesforce.convert(lead)
    found = refused(data)["duplicateResut"]["matchResults"]
    assert [(one["entityType"], one["matchRecords"][0]["record"]["Id"]) for one in found] == [("Contact", contact)]
    salesforce.delete(contact)
    data.lead(Email=MAIL)
    for values in ({}, {"Email": None}, {"Email": "c@b.jp"}):
        data.lead(**values)


def test_a_change_counts_where_the_address_changes(data: Data, rule: str) -> None:
    lead, other = data.lead(Email=MAIL), data.lead(Email="c@b.jp")
    assert data("PATCH", f"/sobjects/Lead/{lead}", {"Email": "A@b.jp", "Phone": "1"}).status_code == 204
    assert refused(data, "PATCH", f"/sobjects/Lead/{other}")["errorCode"] == "DUPLICATES_DETECTED"
    assert data("PATCH", f"/sobjects/Lead/{other}", {"Phone": "1"}).status_code == 204


def test_in_collections(data: Data, rule: str, salesforce: Salesforce) -> None:
    data.lead(Email=MAIL)
    record = GOOD | {"attributes": {"type": "Lead"}}
    body = {"records": [record | {"Email": mail} for mail in (MAIL, "new@b.jp", "new@b.jp")]}
    results = data("POST", "/composite/sobjects", body).json()
    # What is saved together is not compared with one another.
    assert [one["success"] for one in results] == [False, True, True]
    told = {"statusCode": "DUPLICATES_DETECTED", "message": "Use one of these records?", "fields": []}
    assert results[0]["errors"] == [told]
    salesforce.configure({"duplicate_details_in_collections": True})
    [error] = data("POST", "/composite/sobjects", {"records": body["records"][:1]}).json()[0]["errors"]
    assert error["duplicateResut"]["matchResults"][0]["size"] == 1
    saved = data("POST", "/composite/sobjects", body, headers=SAVE).json()
    assert saved[0]["success"] is (rule == "alert")


def test_other_objects_have_no_rule(data: Data, rule: str, salesforce: Salesforce) -> None:
    salesforce.seed(KAISHA.id, "Contact", {"LastName": "x", "Email": MAIL})
    assert data("POST", "/sobjects/Contact", {"LastName": "x", "Email": MAIL}).status_code == 201


def test_the_rule_is_one_of_three(salesforce: Salesforce) -> None:
    with pytest.raises(ValueError, match="off, alert, block"):
        salesforce.configure({"duplicate_rule": "on"})
