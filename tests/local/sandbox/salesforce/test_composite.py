from typing import Any

import pytest

from local.sandbox.salesforce import Salesforce
from tests.local.sandbox.salesforce.conftest import DATA, GOOD, Data

LEAD: dict[str, object] = {"method": "POST", "url": f"{DATA}/sobjects/Lead", "referenceId": "lead", "body": GOOD}
EVENT = {"Subject": "x", "StartDateTime": "2026-11-25T01:00:00Z", "DurationInMinutes": 30}


def part(name: str, method: str, path: str, body: object = None, **more: object) -> dict[str, object]:
    return {"method": method, "url": DATA + path, "referenceId": name, **({"body": body} if body else {}), **more}


def sent(data: Data, *parts: object, **more: object) -> dict[str, Any]:
    response = data("POST", "/composite", {"compositeRequest": list(parts), **more})
    assert response.status_code == 200, response.text
    return {one["referenceId"]: one for one in response.json()["compositeResponse"]}


def test_a_later_part_uses_an_earlier_answer(data: Data, salesforce: Salesforce) -> None:
    before = data("GET", "/limits").json()["DailyApiRequests"]["Remaining"]
    told = sent(
        data,
        LEAD,
        part("event", "POST", "/sobjects/Event", EVENT | {"WhoId": "@{lead.id}"}),
        part("get", "GET", "/sobjects/Lead/@{lead.id}?fields=LastName"),
        part("found", "GET", "/query?q=SELECT%20Id,+Company%20FROM+Lead"),
        part("change", "PATCH", "/sobjects/Lead/@{found.records[0].Id}", {"Title": "at @{get.LastName}"}),
    )
    [lead], [event] = salesforce.state()["Lead"], salesforce.state()["Event"]
    assert list(told) == ["lead", "event", "get", "found", "change"]
    assert [one["httpStatusCode"] for one in told.values()] == [201, 201, 200, 200, 204]
    assert told["lead"]["httpHeaders"] == {"Location": f"{DATA}/sobjects/Lead/{lead['Id']}"}
    assert (event["WhoId"], lead["Title"], told["change"]["body"]) == (lead["Id"], "at 佐々木", None)
    assert data("GET", "/limits").json()["DailyApiRequests"]["Remaining"] == before - 2  # one for all parts


def test_a_part_fails_alone_with_those_that_need_it(data: Data, salesforce: Salesforce) -> None:
    parts = (
        part("a", "POST", "/sobjects/Lead", {"LastName": "x"}),
        part("b", "POST", "/sobjects/Event", EVENT | {"WhoId": "@{a.id}"}),
        LEAD,
        part("c", "GET", "/nothing"),
        part("d", "POST", "/composite", {"compositeRequest": [LEAD]}),
    )
    told = sent(data, *parts)
    assert [one["httpStatusCode"] for one in told.values()] == [400, 400, 201, 404, 404]
    assert told["a"]["body"][0]["errorCode"] == "REQUIRED_FIELD_MISSING"
    assert told["b"]["body"][0]["errorCode"] == "PROCESSING_HALTED"
    assert len(salesforce.state()["Lead"]) == 1
    told = sent(data, LEAD, parts[0], allOrNone=True)
    assert [one["body"][0]["errorCode"] for one in told.values()] == ["PROCESSING_HALTED", "REQUIRED_FIELD_MISSING"]
    assert len(salesforce.state()["Lead"]) == 1


def test_headers_are_each_parts_own(data: Data, salesforce: Salesforce) -> None:
    salesforce.configure({"duplicate_rule": "alert"})
    data.lead(Email="a@b.jp")
    body = GOOD | {"Email": "a@b.jp"}
    header = {"Sforce-Duplicate-Rule-Header": "allowSave=true"}
    request = {"compositeRequest": [part("a", "POST", "/sobjects/Lead", body)]}
    [told] = data("POST", "/composite", request, headers=header).json()["compositeResponse"]
    assert told["body"][0]["errorCode"] == "DUPLICATES_DETECTED"
    assert "duplicateResut" in told["body"][0]
    [own] = sent(data, part("a", "POST", "/sobjects/Lead", body, httpHeaders=header)).values()
    assert own["httpStatusCode"] == 201


QUERY = part("q", "GET", "/query?q=SELECT+Id+FROM+Lead")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "JSON_PARSER_ERROR"),
        ({"compositeRequest": [5]}, "JSON_PARSER_ERROR"),
        ({"compositeRequest": [LEAD], "allOrNone": 1}, "JSON_PARSER_ERROR"),
        ({"compositeRequest": [LEAD, LEAD]}, "INVALID_INPUT"),
        ({"compositeRequest": [LEAD | {"referenceId": "a-b"}]}, "INVALID_INPUT"),
        ({"compositeRequest": [LEAD | {"url": "/sobjects/Lead"}]}, "INVALID_INPUT"),
        ({"compositeRequest": [LEAD | {"method": "LOOK"}]}, "INVALID_INPUT"),
        ({"compositeRequest": [LEAD | {"referenceId": f"a{n}"} for n in range(26)]}, "LIMIT_EXCEEDED"),
        ({"compositeRequest": [QUERY | {"referenceId": f"a{n}"} for n in range(6)]}, "LIMIT_EXCEEDED"),
    ],
)
def test_what_is_no_composite_request(data: Data, salesforce: Salesforce, body: object, code: str) -> None:
    assert data.errors("POST", "/composite", body) == [(400, code, [])]
    assert salesforce.state()["Lead"] == []


def test_as_many_as_there_may_be(data: Data) -> None:
    parts = [QUERY | {"referenceId": f"q{number}"} for number in range(5)]
    parts += [LEAD | {"referenceId": f"l{number}"} for number in range(20)]
    assert len(sent(data, *parts)) == 25
