"""Every refusal that Salesforce knows: what becomes of the booking, and what a person reads of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import requests

from local.sandbox.faults import Fault
from local.sandbox.inprocess import WsgiAdapter
from local.sandbox.salesforce.errors import limit_exceeded
from local.sandbox.salesforce.rest import Rest
from renkei.config import Language
from renkei.errors import Retry
from renkei.http import Answer, outcome
from renkei.texts import text
from renkei.vendors.salesforce_errors import classify, partial
from tests.crash.world import rows
from tests.functions.booking_to_salesforce.steps import (
    KEY,
    MAIL,
    ORG,
    calls,
    change,
    deliver,
    events,
    later,
    leads,
    ready,
)
from tests.harness import SANDBOXES, Stack, booking

REMEDIES = {
    "api_disabled": ("Professional Edition as an extra", "Professional", "Professional Edition"),
    "grant_refused": ("renkei connect salesforce",) * 3,
    "salesforce_ambiguous": ("Make the booking-id field unique", "一意にし", "eindeutig"),
    "salesforce_automation": ("Correct it there", "Salesforce側で直し", "Beheben Sie das dort"),
    "salesforce_duplicate": ("no lead was made", "リードは登録していません", "kein Lead angelegt"),
    "salesforce_duplicate_value": ("Correct the row or the record", "レコードを直し", "Korrigieren Sie"),
    "salesforce_email": ("enter the lead by hand", "手動で登録", "von Hand ein"),
    "salesforce_field": ("Check the field and the row", "項目と行を確認", "Prüfen Sie Feld und Zeile"),
    "salesforce_host": ("connect again", "接続し直して", "verbinden Sie dann neu"),
    "salesforce_locked": ("tried again", "自動で再試行", "erneut versucht"),
    "salesforce_permission": ("Give it read, create and edit", "許可し", "Geben Sie ihm"),
    "salesforce_quota": ("by itself", "自動で再開", "von selbst weiter"),
    "salesforce_refused": ("Correct the cause", "原因を直し", "Beheben Sie die Ursache"),
    "salesforce_required": ("Add a row", "行を追加", "Ergänzen Sie eine Zeile"),
    "salesforce_storage": ("Free some", "空きを作るか", "Schaffen Sie Platz"),
    "salesforce_unseen": ("give the user the permission", "権限を付けて", "geben Sie ihm das Recht"),
    "salesforce_validation": ("Change the rule or the rows", "入力規則または行を直し", "Ändern Sie die Regel"),
    "salesforce_value": ("Apply the workspace file again", "もう一度適用", "erneut an"),
    "salesforce_version": ("Update Renkei", "Renkeiを更新", "Aktualisieren Sie Renkei"),
    "vendor_busy": ("by itself", "自動", "von selbst"),
    "vendor_refused": ("log", "ログ", "Protokoll"),
}
"""Words of each text's remedy, in the order of _ORDER."""
_ORDER: tuple[Language, ...] = ("en", "ja", "de")


type Deed = Callable[[Stack], object]


@dataclass(frozen=True)
class Case:
    """A refusal: how the org comes to it after the settings were saved, what becomes of the delivery, and the cure.

    `cure`: what the text tells people to do in Salesforce; None where only the booking or a row can be changed.
    """

    code: str
    cause: Deed
    cure: Deed | None
    state: str
    reason: str
    names: str = ""
    rows: tuple[Mapping[str, str], ...] = ()
    guest: str = MAIL
    shapes: tuple[str, ...] = ("creates",)


def field(name: str, **facts: Any) -> Deed:
    """The org's admin changes a field."""
    return lambda stack: stack.salesforce.change_field(name, **facts)


def switched(**changes: Any) -> Deed:
    return lambda stack: stack.salesforce.configure(changes)


def refused(code: str) -> Deed:
    """The next records that are saved are refused."""
    return lambda stack: stack.salesforce.refuse_next(*[code] * 30)


def agreed(stack: Stack) -> None:
    """Nothing is refused any more."""
    stack.salesforce.stores[ORG].refusals.clear()


def nothing(_: Stack) -> None:
    """The settings or the booking alone are the cause; or connecting again is the cure."""


def _first_name_goes(stack: Stack) -> None:
    stack.salesforce.drop_field("FirstName")


def _first_name_comes_back(stack: Stack) -> None:
    stack.salesforce.add_field(None, "Lead", name="FirstName", type="string", length=40)


def _member_taken(stack: Stack) -> None:
    stack.salesforce.change_field("Fax", unique=True)
    stack.salesforce.seed(ORG, "Lead", {"LastName": "Other", "Company": SEEDED, "Fax": "123"})


def _same_key_twice(stack: Stack) -> None:
    stack.salesforce.change_field(KEY, unique=False)
    for key in (f"timerex-{number:020x}" for number in range(3)):
        for _ in range(2):
            stack.salesforce.seed(ORG, "Lead", {"LastName": "Double", "Company": SEEDED, KEY: key})


def _no_doubles(stack: Stack) -> None:
    for lead in leads(stack):
        stack.salesforce.delete(lead["Id"])


PARKED, REJECTED, PENDING = "parked", "rejected", "pending"
SEEDED = "Seeded"
_UPSERTS = ("upsert", "upserts")
_BOTH = ("upsert", "creates")
_NOBODY = {"property": "OwnerId", "text": "005000000000000AAA"}
_NO_OWNER = {"property": "OwnerId", "text": "00Q000000000000AAA"}
_SOURCE = {"property": "LeadSource", "text": "TimeRex"}
_MEMBER = {"property": "Fax", "text": "123"}

CASES = (
    Case(
        "REQUIRED_FIELD_MISSING",
        field("Phone", nillable=False), field("Phone", nillable=True),
        PARKED, "salesforce_required", "Phone", shapes=_BOTH,
    ),
    Case(
        "STRING_TOO_LONG",
        field("Company", length=3), field("Company", length=255),
        PARKED, "salesforce_field", "Company",
    ),
    Case("INVALID_EMAIL_ADDRESS", nothing, None, REJECTED, "salesforce_email", "Email", guest="a..b@example.jp"),
    Case(
        "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
        field("LeadSource", restrictedPicklist=True, picklistValues=["Web"]),
        field("LeadSource", picklistValues=["Web", "TimeRex"]),
        PARKED, "salesforce_field", "LeadSource", (_SOURCE,),
    ),
    Case(
        "FIELD_CUSTOM_VALIDATION_EXCEPTION",
        switched(validation_field="Phone"), switched(validation_field=""),
        REJECTED, "salesforce_validation", "Phone",
    ),
    Case("INVALID_FIELD", _first_name_goes, _first_name_comes_back, PARKED, "salesforce_field", "FirstName"),
    Case(
        "INVALID_FIELD_FOR_INSERT_UPDATE",
        field("FirstName", createable=False), field("FirstName", createable=True),
        PARKED, "salesforce_field", "FirstName",
    ),
    Case("INVALID_CROSS_REFERENCE_KEY", nothing, None, PARKED, "salesforce_field", "OwnerId", (_NOBODY,)),
    Case("MALFORMED_ID", nothing, None, PARKED, "salesforce_field", "OwnerId", (_NO_OWNER,)),
    Case(
        "JSON_PARSER_ERROR",
        field("FirstName", type="int", length=0, digits=8), field("FirstName", type="string", length=40),
        REJECTED, "salesforce_value", shapes=_BOTH,
    ),
    Case(
        "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY",
        refused("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY"), agreed,
        REJECTED, "salesforce_automation", "CANNOT_INSERT",
    ),
    Case(
        "CANNOT_EXECUTE_FLOW_TRIGGER",
        refused("CANNOT_EXECUTE_FLOW_TRIGGER"), agreed,
        REJECTED, "salesforce_automation", "FLOW",
    ),
    Case(
        "DUPLICATE_VALUE",
        _member_taken, field("Fax", unique=False),
        REJECTED, "salesforce_duplicate_value", "Fax", (_MEMBER,), shapes=_BOTH,
    ),
    Case("DUPLICATE_EXTERNAL_ID", _same_key_twice, _no_doubles, PARKED, "salesforce_ambiguous", shapes=_UPSERTS),
    Case("UNABLE_TO_LOCK_ROW", refused("UNABLE_TO_LOCK_ROW"), agreed, PENDING, "salesforce_locked", shapes=_BOTH),
    Case(
        "INSUFFICIENT_ACCESS_OR_READONLY",
        switched(leads_read_only=True), switched(leads_read_only=False),
        PARKED, "salesforce_permission", "INSUFFICIENT_ACCESS",
    ),
    Case(
        "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
        refused("INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY"), agreed,
        PARKED, "salesforce_permission", "CROSS_REFERENCE",
    ),
    Case("STORAGE_LIMIT_EXCEEDED", refused("STORAGE_LIMIT_EXCEEDED"), agreed, PARKED, "salesforce_storage"),
    Case(
        "NOT_FOUND",
        lambda stack: stack.salesforce.drop_field(KEY), lambda stack: stack.salesforce.add_field(),
        PARKED, "salesforce_unseen", KEY, shapes=_UPSERTS,
    ),
    Case(
        "UNSUPPORTED_API_VERSION",
        switched(oldest_version=68), switched(oldest_version=41),
        PARKED, "salesforce_version",
    ),
    Case(
        "API_DISABLED_FOR_ORG",
        switched(api_enabled=False), switched(api_enabled=True),
        PARKED, "api_disabled", shapes=_BOTH,
    ),
    Case(
        "REQUEST_LIMIT_EXCEEDED",
        switched(daily_limit=0), switched(daily_limit=9999),
        PENDING, "salesforce_quota", shapes=_BOTH,
    ),
    Case("INVALID_SESSION_ID", lambda stack: stack.salesforce.revoke(), nothing, PARKED, "grant_refused", shapes=_BOTH),
)  # fmt: skip


def bookings(shape: str, guest: str = MAIL) -> list[dict[str, Any]]:
    """One booking, or three of different guests."""
    count = 3 if shape.endswith("s") else 1
    return [booking(number, guest_email=guest if number == 0 else f"g{number}.{guest}") for number in range(count)]


def by(shape: str) -> dict[str, str]:
    return {"booking_id_field": KEY} if shape.startswith("upsert") else {}


def made(stack: Stack) -> list[str]:
    """The addresses of the leads that we made."""
    return sorted(lead["Email"] for lead in leads(stack) if lead["Company"] != SEEDED)


@pytest.mark.parametrize(
    ("case", "shape"),
    [pytest.param(case, shape, id=f"{case.code}-{shape}") for case in CASES for shape in case.shapes],
)
def test_each_refusal_ends_as_it_must_and_its_text_names_the_cure(
    stack: Stack, case: Case, shape: str, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    ready(stack, *case.rows, **by(shape))
    case.cause(stack)
    sent = bookings(shape, case.guest)
    found = deliver(stack, *sent)
    assert {(one["state"], one["reason"]) for one in found} == {(case.state, case.reason)}
    for row in rows("deliveries"):
        _told(row["reason"], row["params"])
        assert case.names in text(row["reason"], "en", row["params"])
    _silent(stack, caplog, capfd)
    assert made(stack) == []
    if case.cure:
        case.cure(stack)
        _follow(stack, case, shape)
        assert {one["state"] for one in stack.deliveries()} == {"delivered"}
        assert made(stack) == sorted({MAIL, *(f"g{number}.{MAIL}" for number in range(1, len(sent)))})


def _follow(stack: Stack, case: Case, shape: str) -> None:
    """Do what the text asks for."""
    told = text(case.reason, "en", {}).lower()
    if "connect again" in told:
        assert stack.consented("salesforce", {})["statusCode"] == 200
    if "apply the workspace file" in told:
        change(stack, *case.rows, **by(shape))
    if "then retry" in told:
        for one in stack.deliveries():
            assert stack.api("POST", f"/api/workspaces/demo/deliveries/{one['id']}/retry")[0] == 200
    stack.work()
    later(stack, 30 * 60 + 2)


def _told(reason: str, params: Mapping[str, str]) -> None:
    """The text is whole and names the remedy, in each language."""
    for language, words in zip(_ORDER, REMEDIES[reason], strict=True):
        told = text(reason, language, params)
        assert words in told, language
        assert "$" not in told


def _silent(stack: Stack, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> None:
    """Nothing of a guest came out: not in what the ledger shows, not in a log."""
    printed = capfd.readouterr()
    shown = json.dumps(stack.deliveries(), ensure_ascii=False) + printed.out + printed.err + caplog.text
    for secret in ("hanako", "aozora-shoji", "青空", "佐々木", "花子"):
        assert secret not in shown


# The same code in each place where it can stand.

_CODES = {
    "Misconfigured": (
        "REQUIRED_FIELD_MISSING", "STRING_TOO_LONG", "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST", "INVALID_FIELD",
        "INVALID_FIELD_FOR_INSERT_UPDATE", "INVALID_CROSS_REFERENCE_KEY", "MALFORMED_ID", "INACTIVE_OWNER_OR_USER",
        "INSUFFICIENT_ACCESS", "INSUFFICIENT_ACCESS_OR_READONLY", "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
        "INVALID_TYPE", "STORAGE_LIMIT_EXCEEDED", "DUPLICATE_EXTERNAL_ID",
    ),
    "Rejected": (
        "INVALID_EMAIL_ADDRESS", "FIELD_CUSTOM_VALIDATION_EXCEPTION", "JSON_PARSER_ERROR", "DUPLICATE_VALUE",
        "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "CANNOT_EXECUTE_FLOW_TRIGGER", "CANNOT_UPDATE_CONVERTED_LEAD",
        "SOMETHING_NEW",
    ),
    "Retry": (
        "UNABLE_TO_LOCK_ROW", "QUERY_TIMEOUT", "SERVER_UNAVAILABLE", "REQUEST_LIMIT_EXCEEDED", "UNKNOWN_EXCEPTION",
    ),
    "NotFound": ("NOT_FOUND", "ENTITY_IS_DELETED"),
    "Reconnect": ("INVALID_SESSION_ID", "API_DISABLED_FOR_ORG", "API_CURRENTLY_DISABLED"),
    "Conflict": ("DUPLICATES_DETECTED",),
}  # fmt: skip
CLASSES = {code: kind for kind, codes in _CODES.items() for code in codes}
QUOTING = "Hanako Sasaki <hanako@aozora-shoji.example.jp>: value too large: Hanako"


@pytest.mark.parametrize("code", CLASSES)
def test_a_code_means_the_same_wherever_it_stands_and_quotes_nothing(code: str) -> None:
    error = {"message": QUOTING, "fields": ["Company", "Hanako Sasaki", 5]}
    single = classify(Answer(400, [{**error, "errorCode": code}], {}))
    in_collection = partial({"success": False, "errors": [{**error, "statusCode": code}]})
    assert single
    assert type(single).__name__ == type(in_collection).__name__ == CLASSES[code]
    assert (single.code, single.params) == (in_collection.code, in_collection.params)
    assert "Hanako" not in repr(single) + repr(single.params)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
@pytest.mark.parametrize("code", CLASSES)
def test_an_answer_of_5xx_refuses_nothing_whatever_it_says(code: str, status: int) -> None:
    answer = Answer(status, [{"message": QUOTING, "errorCode": code}], {"retry-after": "90"})
    end = classify(answer) or outcome("salesforce", answer)
    assert isinstance(end, Retry)
    assert (end.code, end.after) == ("vendor_busy", timedelta(seconds=90))


# What an event or a change is refused, once the lead is there.

_LATER_ON = {
    "UNABLE_TO_LOCK_ROW": (PENDING, "salesforce_locked"),
    "CANNOT_EXECUTE_FLOW_TRIGGER": (REJECTED, "salesforce_automation"),
    "INSUFFICIENT_ACCESS_OR_READONLY": (PARKED, "salesforce_permission"),
}


@pytest.mark.parametrize("code", _LATER_ON)
@pytest.mark.parametrize("shape", ["create", "upserts"])
def test_a_refused_event_leaves_the_lead_and_comes_with_the_cure(stack: Stack, code: str, shape: str) -> None:
    ready(stack, event=True, **by(shape))
    sent = bookings(shape)
    stack.salesforce.refuse_next(*[""] * len(sent), *[code] * 30)
    found = deliver(stack, *sent)
    assert {(one["state"], one["reason"]) for one in found} == {_LATER_ON[code]}
    assert (len(leads(stack)), events(stack)) == (len(sent), [])
    agreed(stack)
    _go_on(stack)
    assert {one["state"] for one in stack.deliveries()} == {"delivered"}
    assert len(leads(stack)) == len(sent)
    assert sorted(one["WhoId"] for one in events(stack)) == sorted(lead["Id"] for lead in leads(stack))


@pytest.mark.parametrize("code", _LATER_ON)
@pytest.mark.parametrize("shape", ["create", "creates"])
def test_a_refused_change_is_made_with_the_cure(stack: Stack, code: str, shape: str) -> None:
    ready(stack, {"property": "Title", "text": "New", "policy": "overwrite"}, match="update")
    sent = bookings(shape)
    for number in range(len(sent)):
        mail = MAIL if number == 0 else f"g{number}.{MAIL}"
        stack.salesforce.seed(ORG, "Lead", {"LastName": "Old", "Company": "Old", "Title": "Old", "Email": mail})
    stack.salesforce.refuse_next(*[code] * 30)
    found = deliver(stack, *sent)
    assert {(one["state"], one["reason"]) for one in found} == {_LATER_ON[code]}
    assert {lead["Title"] for lead in leads(stack)} == {"Old"}
    agreed(stack)
    _go_on(stack)
    assert {one["state"] for one in stack.deliveries()} == {"delivered"}
    assert [lead["Title"] for lead in leads(stack)] == ["New"] * len(sent)


def _go_on(stack: Stack) -> None:
    """A person retries what waits for one; the rest goes on by itself."""
    for one in (*stack.deliveries(REJECTED), *stack.deliveries(PARKED)):
        assert stack.api("POST", f"/api/workspaces/demo/deliveries/{one['id']}/retry")[0] == 200
    stack.work()
    later(stack, 60)


# What a look is refused: two queries in one call.

_PARTS = {
    "QUERY_TIMEOUT": (400, PENDING, "salesforce_locked"),
    "SERVER_UNAVAILABLE": (503, PENDING, "vendor_busy"),
    "REQUEST_LIMIT_EXCEEDED": (403, PENDING, "salesforce_quota"),
    "INVALID_FIELD": (400, PARKED, "salesforce_field"),
    "INSUFFICIENT_ACCESS": (403, PARKED, "salesforce_permission"),
    "NOT_FOUND": (404, PARKED, "salesforce_unseen"),
    "API_DISABLED_FOR_ORG": (403, PARKED, "api_disabled"),
    "INVALID_SESSION_ID": (401, PARKED, "grant_refused"),
}


@pytest.mark.parametrize("code", _PARTS)
def test_a_refused_part_of_a_look_ends_as_a_refused_call(stack: Stack, code: str) -> None:
    status, state, reason = _PARTS[code]
    ready(stack, match="skip")
    error = {"message": "No such column 'Lost__c' on entity 'Lead'", "errorCode": code}
    parts = [
        {"referenceId": "q0", "httpStatusCode": 200, "httpHeaders": {}, "body": {"done": True, "records": []}},
        {"referenceId": "q1", "httpStatusCode": status, "httpHeaders": {}, "body": [error]},
    ]
    body = json.dumps({"compositeResponse": parts})
    stack.salesforce.faults.add(Fault("POST", "*/composite", status=200, body=body, times=None))
    (found,) = deliver(stack, booking())
    assert (found["state"], found["reason"]) == (state, reason)
    (row,) = rows("deliveries")
    _told(reason, row["params"])
    assert made(stack) == []


@pytest.mark.parametrize("shape", ["create", "creates", "upsert"])
@pytest.mark.parametrize("status", [405, 412, 414, 415, 428, 431])
def test_a_status_that_no_retry_helps_is_told(stack: Stack, status: int, shape: str) -> None:
    ready(stack, **by(shape))
    fault = stack.salesforce.faults.add(Fault("*", "^/services/data/v[0-9.]+/(sobjects|composite)", status=status))
    fault.times, fault.body = None, "<h1>Bad Message</h1>"
    found = deliver(stack, *bookings(shape))
    assert {(one["state"], one["reason"]) for one in found} == {(REJECTED, "vendor_refused")}
    for row in rows("deliveries"):
        _told("vendor_refused", row["params"])


# What holds for the whole connection.


def test_used_up_calls_pause_the_whole_connection_and_then_all_goes_through(stack: Stack) -> None:
    ready(stack)
    stack.salesforce.configure({"daily_limit": 0})
    (first,) = deliver(stack, booking(1))
    assert (first["state"], first["reason"]) == (PENDING, "salesforce_quota")
    assert len(calls(stack)) == 1
    for number in range(2, 5):
        stack.clock.sleep(8 * 60)
        (waiting,) = deliver(stack, booking(number, guest_email=f"g{number}@one.example.jp"))
        assert (waiting["state"], waiting["reason"]) == (PENDING, "budget_used")
        stack.sweep()
        stack.work()
    assert calls(stack) == []
    stack.salesforce.configure({"daily_limit": 9999})
    later(stack, 6 * 60 + 5)
    later(stack, 60)
    assert {one["state"] for one in stack.deliveries()} == {"delivered"}
    assert made(stack) == sorted([MAIL, *(f"g{number}@one.example.jp" for number in range(2, 5))])


@pytest.mark.parametrize("shape", ["create", "creates"])
def test_calls_that_run_out_between_look_and_creation_cost_no_booking(stack: Stack, shape: str) -> None:
    ready(stack)
    refusal = json.dumps(limit_exceeded().body())
    path = "^/services/data/v[0-9.]+/(sobjects/Lead|composite/sobjects)"
    stack.salesforce.faults.add(Fault("POST", path, status=403, body=refusal))
    found = deliver(stack, *bookings(shape))
    assert {(one["state"], one["reason"]) for one in found} == {(PENDING, "salesforce_quota")}
    later(stack, 30 * 60 + 2)
    assert {one["state"] for one in stack.deliveries()} == {"delivered"}
    assert len(made(stack)) == len(found)


def test_a_session_that_is_over_is_renewed_once_and_the_booking_sent_once(stack: Stack) -> None:
    ready(stack)
    stack.salesforce.tokens.sessions.clear()
    (found,) = deliver(stack, booking())
    assert found["state"] == "delivered"
    assert [call.path for call in stack.salesforce.calls if call.path.endswith("/token")] == ["/services/oauth2/token"]
    assert [call.status for call in stack.salesforce.calls] == [401, 200, 200, 201]
    assert made(stack) == [MAIL]


def test_a_session_that_is_refused_again_is_for_a_person(stack: Stack) -> None:
    ready(stack)
    stack.salesforce.faults.add(Fault("*", "/services/data/*", status=401, times=None))
    (found,) = deliver(stack, booking())
    assert (found["state"], found["reason"]) == (PARKED, "grant_refused")
    assert [call.status for call in stack.salesforce.calls] == [401, 200, 401]
    assert deliver(stack, booking(1))[0]["reason"] == "not_connected"
    stack.salesforce.faults.clear()
    assert stack.consented("salesforce", {})["statusCode"] == 200
    stack.work()
    later(stack)
    assert {one["state"] for one in stack.deliveries()} == {"delivered"}


@pytest.fixture
def moving(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Stack:
    """An org whose address may become http://localhost:3001/salesforce."""
    monkeypatch.setenv("RENKEI_SALESFORCE_HOSTS", "127.0.0.1,localhost")
    ready(stack)
    stack.platform.session.mount(MOVED, WsgiAdapter(stack.salesforce, "/salesforce"))
    return stack


MOVED = "http://localhost:3001/salesforce"


def test_an_address_that_changes_with_a_new_token_is_used_from_then_on(
    moving: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    send = requests.Session.send

    def noted(session: requests.Session, request: requests.PreparedRequest, **how: Any) -> requests.Response:
        asked.append(f"{request.method} {(request.url or '').partition('?')[0].partition('v67.0')[0]}")
        return send(session, request, **how)

    monkeypatch.setattr(requests.Session, "send", noted)
    moving.salesforce.configure({"instance_url": MOVED})
    moving.salesforce.tokens.sessions.clear()
    assert deliver(moving, booking(1))[0]["state"] == "delivered"
    assert deliver(moving, booking(2, guest_email="second@one.example.jp"))[0]["state"] == "delivered"
    old, moved = f"{SANDBOXES}/salesforce/services", f"{MOVED}/services/data/"
    assert asked == [
        f"GET {old}/data/", f"POST {old}/oauth2/token",
        f"GET {moved}", f"POST {moved}", f"GET {moved}", f"POST {moved}",
    ]  # fmt: skip
    assert len(made(moving)) == 2


@pytest.mark.parametrize(
    "address",
    ["https://evil.example.com", "http://kaisha-one.my.salesforce.com", "https://127.0.0.1.evil.example", "file:///x"],
)
def test_an_address_outside_the_allow_list_gets_no_token(moving: Stack, address: str) -> None:
    moving.salesforce.configure({"instance_url": address})
    moving.salesforce.tokens.sessions.clear()
    (found,) = deliver(moving, booking(1))
    assert (found["state"], found["reason"]) == (PARKED, "salesforce_host")
    (row,) = rows("deliveries")
    _told("salesforce_host", row["params"])
    assert [call.path.rpartition("/")[2] for call in moving.salesforce.calls] == ["query", "token"]
    moving.salesforce.configure({"instance_url": ""})
    assert moving.consented("salesforce", {})["statusCode"] == 200
    moving.work()
    assert moving.deliveries()[0]["state"] == "delivered"


@pytest.mark.parametrize(
    "header",
    ["", "api-usage=", "api-usage=1/0", "api-usage=-1/x", f"api-usage={'9' * 5000}/1", "api-bursts=1/750", ";;==,/"],
)
def test_odd_words_on_the_limits_harm_nothing(stack: Stack, header: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ready(stack)
    monkeypatch.setattr(Rest, "limit_info", lambda *_: header)
    assert stack.api("POST", "/api/workspaces/demo/connections/salesforce/test", {})[0] == 200
    assert deliver(stack, booking())[0]["state"] == "delivered"


def test_longer_words_on_the_limits_are_read_all_the_same(stack: Stack) -> None:
    ready(stack)
    stack.salesforce.configure({"usage_per_app": True})
    status, told = stack.api("POST", "/api/workspaces/demo/connections/salesforce/test", {})
    assert status == 200
    assert "/ 100000" in json.dumps(told)
    assert deliver(stack, booking())[0]["state"] == "delivered"
