"""Rule 2: rows are held against what the org says of Lead, before a booking meets with them."""

from __future__ import annotations

from typing import Any

import pytest

from booking_to_salesforce import Settings
from local.sandbox.faults import Fault
from local.sandbox.salesforce.orgs import ORGS
from tests.functions.booking_to_salesforce.steps import KEY, ROWS, applied, calls, problems, settings, values
from tests.harness import Stack

ROW = "calendars.0.lead.4"
FIRST = "calendars.0.lead"


@pytest.fixture
def org(stack: Stack) -> Stack:
    """A workspace that is connected to Salesforce, without rules."""
    assert stack.consented("salesforce", {})["statusCode"] == 200
    return stack


def fields(stack: Stack) -> list[dict[str, Any]]:
    status, told = stack.api("GET", f"/api/workspaces/{stack.workspace}/properties/Lead")
    assert status == 200, told
    found: list[dict[str, Any]] = told["properties"]
    return found


# What is offered.


def test_2_what_is_required_comes_first_and_everything_has_its_label(org: Stack) -> None:
    found = fields(org)
    assert [values(one, "name", "label", "type", "required") for one in found[:2]] == [
        ["Company", "会社名", "string", True],
        ["LastName", "姓", "string", True],
    ]
    assert not any(one["required"] for one in found[2:])
    rest = [one["label"] for one in found[2:]]
    assert rest == sorted(rest)


def test_2_labels_are_in_the_language_of_the_user_who_connected(stack: Stack) -> None:
    assert stack.consented("salesforce", {}, org=ORGS[1].id)["statusCode"] == 200
    assert {one["name"]: one["label"] for one in fields(stack)}["LastName"] == "Last Name"


COMPOUND = ["Name", "Address"]
CALCULATED = ["Summary__c", "Id", "IsDeleted", "CreatedDate", "SystemModstamp", "ConvertedDate", "MasterRecordId"]
HIDDEN = [*COMPOUND, *CALCULATED]


def test_2_what_cannot_be_written_is_not_offered(org: Stack) -> None:
    org.salesforce.change_field("Fax", createable=False, updateable=False)
    names = {one["name"] for one in fields(org)}
    assert not names & {*HIDDEN, "Fax"}
    assert {"LastName", "FirstName", "Email", "OwnerId", "Products__c", "Visit_At__c", "Newsletter__c"} <= names


def test_2_what_the_user_may_not_change_is_told(org: Stack) -> None:
    org.salesforce.change_field("Fax", updateable=False)
    assert [one["changeable"] for one in fields(org) if one["name"] in {"Fax", "Phone"}] == [False, True]


@pytest.mark.parametrize("name", [*HIDDEN, "Fax", "No_Such__c", "lastname"])
def test_2_what_is_not_offered_is_refused(org: Stack, name: str) -> None:
    org.salesforce.change_field("Fax", createable=False)
    status, told = applied(org, {"property": name, "text": "1"})
    assert status == 422
    (problem,) = told["error"]["problems"]
    assert problem["path"][-4:] == [0, "lead", 4, "property"]
    assert name in problem["message"]
    assert problem["allowed"][:2] == ["Company (会社名)", "LastName (姓)"]
    assert org.api("GET", f"/api/workspaces/{org.workspace}")[0] == 404, "nothing was saved"


@pytest.mark.parametrize("policy", ["fill", "overwrite"])
def test_2_what_may_not_be_changed_is_only_for_new_leads(org: Stack, policy: str) -> None:
    org.salesforce.change_field("Fax", updateable=False)
    row = {"property": "Fax", "text": "1"}
    ((place, message),) = problems(org, {**row, "policy": policy})
    assert (place, "new lead" in message) == (f"{ROW}.policy", True)
    assert applied(org, row)[0] == 200
    assert applied(org, {**row, "property": "Phone", "policy": policy})[0] == 200


# Required fields.


def without(*names: str) -> list[dict[str, str]]:
    return [row for row in ROWS if row["property"] not in names]


@pytest.mark.parametrize(
    ("name", "example"),
    [
        ("LastName", "{property: LastName, from: guest_last_name}"),
        ("Company", "{property: Company, from: company_name}"),
    ],
)
def test_2_a_required_field_without_a_row_is_named_with_an_example(org: Stack, name: str, example: str) -> None:
    ((place, message),) = problems(org, lead=without(name))
    assert place == FIRST
    assert message.startswith(f"{name} (")
    assert example in message


def test_2_a_text_for_a_blank_company_stands_in_for_its_row(org: Stack) -> None:
    assert applied(org, lead=without("Company"), blank_company="個人")[0] == 200


def test_2_a_field_of_the_orgs_own_may_be_required(org: Stack) -> None:
    org.salesforce.change_field("Rating", nillable=False)
    ((place, message),) = problems(org)
    assert (place, message.startswith("Rating (")) == (FIRST, True)
    assert applied(org, {"property": "Rating", "text": "Hot"})[0] == 200


def test_2_what_has_a_default_is_not_required(org: Stack) -> None:
    org.salesforce.change_field("Rating", nillable=False, defaultedOnCreate=True)
    assert applied(org)[0] == 200


def test_2_an_org_where_company_is_not_required(org: Stack) -> None:
    org.salesforce.change_field("Company", nillable=True)
    assert applied(org, lead=without("Company"))[0] == 200
    assert applied(org, lead=without("Company"), blank_company="個人")[0] == 200


# Fixed texts.


@pytest.mark.parametrize(
    ("name", "good", "bad", "says"),
    [
        ("FirstName", "x" * 40, "x" * 41, "1 to 40 characters"),
        ("FirstName", "😀" * 20, "😀" * 21, "1 to 40 characters"),
        ("FirstName", "花子", " ", "1 to 40 characters"),
        ("Website", "https://example.jp", "https://example.jp/" + "x" * 255, "1 to 255 characters"),
        ("Email", "a@example.jp", "nobody", "characters"),
        ("NumberOfEmployees", "1,200名", "many", "a int"),
        ("NumberOfEmployees", "99999999", "100000000", "a int"),
        ("AnnualRevenue", "3億", "lots", "a currency"),
        ("Score__c", "120.5", "1000", "a double"),
        ("HasOptedOutOfEmail", "はい", "perhaps", "a boolean"),
        ("Visit_On__c", "2026/11/22", "2026/02/30", "a date"),
        ("Visit_At__c", "2026-11-22T10:00:00+09:00", "2026-11-22T10:00:00", "a datetime"),
        ("Rating", "Hot", "Lukewarm", "one of its options"),
        ("Products__c", "会計;請求", "会計;経費", "one of its options"),
        ("LeadSource", "What nobody listed", " ", "characters"),
        ("OwnerId", "005000000000001", "tanaka@example.co.jp", "the id of a record"),
        ("OwnerId", "00G000000000001AAA", "0050000000000012", "the id of a record"),
    ],
)
def test_2_fixed_texts_have_to_fit(org: Stack, name: str, good: str, bad: str, says: str) -> None:
    rows = without(name)
    number = len(rows)
    ((place, message),) = problems(org, {"property": name, "text": bad}, lead=rows)
    assert (place, message.startswith(f"{name} (")) == (f"{FIRST}.{number}.text", True)
    assert says in message
    assert bad.strip() not in message or not bad.strip()
    assert applied(org, {"property": name, "text": good}, lead=rows)[0] == 200


def test_2_the_options_are_told(org: Stack) -> None:
    _, told = applied(org, {"property": "Rating", "text": "Lukewarm"})
    assert told["error"]["problems"][0]["allowed"] == ["Hot", "Warm", "Cold"]


def test_2_numbers_are_read_as_the_workspaces_language_writes_them(org: Stack) -> None:
    row = {"property": "Score__c", "text": "120,5"}
    assert [applied(org, row, language=language)[0] for language in ("ja", "en", "de")] == [422, 422, 200]


def test_2_the_text_for_a_blank_company_has_to_fit(org: Stack) -> None:
    for bad in ("x" * 256, " "):
        ((place, message),) = problems(org, blank_company=bad)
        assert (place, "1 to 255 characters" in message) == ("blank_company", True)
    assert applied(org, blank_company="個人")[0] == 200


# Booking fields that can never fill a field.


@pytest.mark.parametrize(
    ("name", "good", "bad"),
    [
        ("NumberOfEmployees", {"question": "従業員数"}, {"from": "company_name"}),
        ("HasOptedOutOfEmail", {"question": "メルマガ"}, {"from": "guest_comment"}),
        ("Visit_On__c", {"from": "start"}, {"from": "guest_comment"}),
        ("Visit_At__c", {"from": "end"}, {"from": "timezone"}),
        ("OwnerId", {"from": "host_email"}, {"from": "host_name"}),
        ("OwnerId", {"text": "005000000000001"}, {"question": "担当者"}),
    ],
)
def test_2_a_booking_field_of_another_kind(org: Stack, name: str, good: dict[str, str], bad: dict[str, str]) -> None:
    ((place, message),) = problems(org, {"property": name, **bad})
    assert place == f"{ROW}.{next(iter(bad))}"
    assert message.startswith(f"{name} (")
    assert applied(org, {"property": name, **good})[0] == 200


# The booking-id field.


@pytest.mark.parametrize(
    ("facts", "says"),
    [
        ({"unique": False}, "External ID and Unique"),
        ({"externalId": False}, "External ID and Unique"),
        ({"length": 40}, "at least 80 characters"),
        ({"type": "double"}, "at least 80 characters"),
        ({"createable": False}, "may not write"),
        ({"updateable": False}, "may not write"),
    ],
)
def test_2_the_booking_id_field_has_to_tell_bookings_apart(org: Stack, facts: dict[str, Any], says: str) -> None:
    org.salesforce.add_field()
    org.salesforce.change_field(KEY, **facts)
    ((place, message),) = problems(org, booking_id_field=KEY)
    assert (place, says in message) == ("booking_id_field", True), message


def test_2_a_booking_id_field_that_is_not_there(org: Stack) -> None:
    ((place, message),) = problems(org, booking_id_field=KEY)
    assert (place, KEY in message) == ("booking_id_field", True)
    org.salesforce.add_field()
    assert applied(org, booking_id_field=KEY)[0] == 200
    status, told = applied(org, booking_id_field="Other__c")
    assert (status, told["error"]["problems"][0]["allowed"]) == (422, [KEY])


def test_2_no_row_may_name_the_booking_id_field(org: Stack) -> None:
    org.salesforce.add_field()
    ((place, message),) = problems(org, {"property": KEY, "from": "guest_name"}, booking_id_field=KEY)
    assert (place, KEY in message) == (f"{ROW}.property", True)
    assert applied(org, {"property": KEY, "from": "guest_name"})[0] == 200, "it is a field as any other then"


# The user, the connection, and all at once.


def test_2_a_user_who_may_not_create_leads(org: Stack) -> None:
    for switch in ("lead_createable", "lead_visible"):
        org.salesforce.configure({switch: False})
        ((_, message),) = problems(org)
        assert "may not create leads" in message
        org.salesforce.configure({switch: True})


@pytest.mark.parametrize(("status", "body"), [(404, "[]"), (200, '{"createable": false, "fields": []}')])
def test_2_a_user_who_may_not_create_events(org: Stack, status: int, body: str) -> None:
    org.salesforce.faults.add(Fault("GET", "*/sobjects/Event/describe", status=status, body=body, times=None))
    ((place, message),) = problems(org, event=True)
    assert (place, "Edit Events" in message) == ("event", True)
    assert applied(org, event=False)[0] == 200


def test_2_without_a_connection_nothing_is_saved(stack: Stack) -> None:
    ((_, message),) = problems(stack)
    assert "renkei connect salesforce" in message


def test_2_several_problems_are_told_at_once(org: Stack) -> None:
    rows = [
        {"property": "FirstName", "text": "x" * 41},
        {"property": "Rating", "text": "Lukewarm"},
        {"property": "Email", "from": "guest_email"},
        {"property": "Name", "from": "guest_name"},
    ]
    given = settings(lead=rows, booking_id_field=KEY)
    given["calendars"].insert(0, {"calendar": "sales", "lead": rows})
    _, told = org.apply(integrations={"booking_to_salesforce": given})
    places = [".".join(map(str, one["path"][2:])) for one in told["error"]["problems"]]
    calendar = ["lead.0.text", "lead.1.text", "lead.3.property", "lead", "lead"]
    expected = [f"calendars.{number}.{place}" for number in (0, 1) for place in calendar]
    assert places == ["booking_id_field", *expected]


def test_2_checking_costs_one_call_and_one_more_for_events(org: Stack) -> None:
    for more, count in (({}, 1), ({"event": True}, 2)):
        calls(org)
        assert applied(org, **more)[0] == 200
        assert len(calls(org)) == count


# What the settings alone tell.


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"lead": without("Email")}, "a row for Email is needed"),
        ({"lead": without("Email"), "booking_id_field": KEY, "match": "skip"}, "a row for Email is needed"),
        ({"lead": [*ROWS, ROWS[0]]}, "LastName is mapped twice"),
        ({"lead": []}, "at least 1"),
        ({"assignment": "01Q"}, "pattern"),
        ({"assignment": "sometimes"}, "pattern"),
        ({"match": "merge"}, "'create', 'skip' or 'update'"),
        ({"booking_id_field": "Renkei Booking Id"}, "pattern"),
        ({"calendars": []}, "at least 1"),
    ],
)
def test_2_settings_that_are_none(changes: dict[str, Any], says: str) -> None:
    with pytest.raises(ValueError, match="validation error") as refused:
        Settings.model_validate(settings(**changes))
    assert says in str(refused.value)


def test_2_without_email_a_booking_id_tells_leads_apart() -> None:
    assert Settings.model_validate(settings(lead=without("Email"), booking_id_field=KEY)).match == "create"
