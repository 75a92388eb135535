from typing import Any

import pytest

from local.sandbox.salesforce import Salesforce
from tests.local.sandbox.salesforce.conftest import KAISHA, TANAKA, Data

LEADS = "/sobjects/Lead"
START = "2026-11-25T01:00:00Z"
MEETING = {"Subject": "打ち合わせ", "StartDateTime": START, "DurationInMinutes": 30}
EVENTS = "/sobjects/Event"


def test_an_event(data: Data, salesforce: Salesforce) -> None:
    lead = data.lead()
    body = MEETING | {"WhoId": lead, "OwnerId": salesforce.user(TANAKA), "Location": "Zoom", "Description": "x"}
    event = data("POST", EVENTS, body).json()["id"]
    assert event[:3] == "00U"
    found = data("GET", f"{EVENTS}/{event}").json()
    assert (found["EndDateTime"], found["ActivityDateTime"]) == (
        "2026-11-25T01:30:00.000+0000",
        "2026-11-25T01:00:00.000+0000",
    )
    moved = {"StartDateTime": "2026-11-26T01:00:00Z", "EndDateTime": "2026-11-26T02:00:00Z"}
    assert data("PATCH", f"{EVENTS}/{event}", moved).status_code == 204
    assert data.find(f"SELECT DurationInMinutes FROM Event WHERE WhoId = '{lead}'") == [{"DurationInMinutes": 60}]  # noqa: S608
    data("DELETE", f"{LEADS}/{lead}")
    assert data.errors("GET", f"{EVENTS}/{event}") == [(404, "ENTITY_IS_DELETED", [])]


@pytest.mark.parametrize(
    ("values", "code", "fields"),
    [
        ({"DurationInMinutes": None}, "REQUIRED_FIELD_MISSING", ["DurationInMinutes"]),
        (
            {"DurationInMinutes": None, "StartDateTime": None},
            "REQUIRED_FIELD_MISSING",
            ["ActivityDateTime", "DurationInMinutes"],
        ),
        ({"EndDateTime": "2026-11-25T00:59:00Z"}, "FIELD_INTEGRITY_EXCEPTION", ["EndDateTime"]),
        ({"DurationInMinutes": -1}, "FIELD_INTEGRITY_EXCEPTION", ["EndDateTime"]),
        ({"EndDateTime": "2026-11-25T01:31:00Z"}, "FIELD_INTEGRITY_EXCEPTION", ["DurationInMinutes"]),
        ({"DurationInMinutes": 20161}, "FIELD_INTEGRITY_EXCEPTION", ["DurationInMinutes"]),
        ({"ActivityDateTime": "2026-11-25T02:00:00Z"}, "FIELD_INTEGRITY_EXCEPTION", ["ActivityDateTime"]),
        ({"WhoId": "00QSb0000000009MAA"}, "INVALID_CROSS_REFERENCE_KEY", ["WhoId"]),
        ({"WhoId": KAISHA.user.id}, "MALFORMED_ID", ["WhoId"]),
        ({"OwnerId": "00GSb0000000001AAA"}, "MALFORMED_ID", ["OwnerId"]),
        ({"Subject": "x" * 256}, "STRING_TOO_LONG", ["Subject"]),
        ({"Description": "x" * 32_001}, "STRING_TOO_LONG", ["Description"]),
        ({"Location": "x" * 256}, "STRING_TOO_LONG", ["Location"]),
        ({"ShowAs": "Asleep"}, "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", ["ShowAs"]),
    ],
)
def test_events_that_are_refused(data: Data, values: dict[str, Any], code: str, fields: list[str]) -> None:
    assert data.errors("POST", EVENTS, MEETING | values) == [(400, code, fields)]


def test_events_with_leads_that_are_gone(data: Data, salesforce: Salesforce) -> None:
    deleted, converted = data.lead(), data.lead()
    salesforce.delete(deleted)
    contact = salesforce.convert(converted)
    for who, code in ((deleted, "ENTITY_IS_DELETED"), (converted, "CANNOT_UPDATE_CONVERTED_LEAD")):
        assert data.errors("POST", EVENTS, MEETING | {"WhoId": who}) == [(400, code, ["WhoId"])]
    assert data("POST", EVENTS, MEETING | {"WhoId": contact}).status_code == 201


def test_who_moves_only_the_start_keeps_the_end(data: Data) -> None:
    event = data("POST", EVENTS, MEETING).json()["id"]
    assert data("PATCH", f"{EVENTS}/{event}", {"StartDateTime": "2026-11-25T01:10:00Z"}).status_code == 204
    assert data("GET", f"{EVENTS}/{event}").json()["DurationInMinutes"] == 20
    late = {"StartDateTime": "2026-11-25T02:00:00Z"}
    assert data.errors("PATCH", f"{EVENTS}/{event}", late) == [(400, "FIELD_INTEGRITY_EXCEPTION", ["EndDateTime"])]
    assert data("PATCH", f"{EVENTS}/{event}", {"Location": "Zoom"}).status_code == 204


def test_an_event_of_a_whole_day(data: Data) -> None:
    assert data.errors("POST", EVENTS, {"IsAllDayEvent": True}) == [(400, "REQUIRED_FIELD_MISSING", ["ActivityDate"])]
    day = {"IsAllDayEvent": True, "ActivityDate": "2026-11-25"}
    assert data("POST", EVENTS, day).status_code == 201
