"""What a preview says a booking would become, in three languages; and that it does nothing."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from local.sandbox.salesforce.store import HOST_MAIL
from tests.functions.booking_to_hubspot.test_meetings import payload as moving
from tests.functions.booking_to_salesforce.steps import KEY, MAIL, ORG, ROWS, calls, deliver, leads, living, ready
from tests.harness import Stack, booking, event

LANGUAGES = ("ja", "en", "de")
OWNER = {"property": "OwnerId", "from": "host_email"}
PHONE = {"property": "Description", "from": "guest_comment", "policy": "overwrite"}


def preview(stack: Stack, payload: object, language: str = "en", source: str = "timerex") -> dict[str, Any]:
    body = {"integration": "booking_to_salesforce", "source": source, "payload": payload}
    status, told = stack.api("POST", "/api/workspaces/demo/preview", body, **{"accept-language": language})
    assert status == 200, told
    return told


def previewed(stack: Stack, payload: object, source: str = "timerex") -> dict[str, Any]:
    """A preview that left everything as it was, and that says the same in other words in each language."""
    before = copy.deepcopy([stack.salesforce.state(ORG), stack.deliveries()])
    calls(stack)
    told = [preview(stack, payload, language, source) for language in LANGUAGES]
    assert {call.partition(" ")[0] for call in calls(stack)} <= {"GET", "POST"}
    assert [stack.salesforce.state(ORG), stack.deliveries()] == before
    words = {(one["reason"], *(step["text"] for step in one["would"])) for one in told}
    assert len(words) == len(LANGUAGES), words
    assert all("$" not in text and "preview_" not in text for each in words for text in each)
    for one in told:
        assert (one["outcome"], one["fields"]) == (told[0]["outcome"], told[0]["fields"])
        assert actions(one) == actions(told[0])
    return told[1]


def actions(told: dict[str, Any]) -> list[str]:
    return [step["action"] for step in told["would"]]


def lead(stack: Stack, **fields: object) -> str:
    return stack.salesforce.seed(ORG, "Lead", {"LastName": "旧", "Company": "旧社", "Email": MAIL, **fields})


@pytest.mark.parametrize("by", [KEY, None])
@pytest.mark.parametrize("match", ["create", "skip", "update"])
def test_a_new_lead_with_its_event(stack: Stack, by: str | None, match: str) -> None:
    ready(stack, OWNER, booking_id_field=by, match=match, event=True)
    told = previewed(stack, booking())
    assert (told["outcome"], actions(told)) == ("delivered", ["lead_created", "event_created"])
    fields = {field["property"]: (field["value"], field["why"], field["policy"]) for field in told["fields"]}
    assert fields == {
        "LastName": ("佐々木", "from guest_last_name", "create"),
        "FirstName": ("花子", "from guest_first_name", "create"),
        "Company": ("株式会社青空商事", "from company_name", "create"),
        "Email": (MAIL, "from guest_email", "create"),
        "OwnerId": (stack.salesforce.user(HOST_MAIL), "from host_email", "create"),
    }
    (delivery,) = deliver(stack, booking())
    assert delivery["outcome"]["lead_was"] == "created", "and so it is"


def test_what_is_cut_or_left_out(stack: Stack) -> None:
    count = {"property": "NumberOfEmployees", "question": "従業員数"}
    ready(stack, count, OWNER, booking_id_field=KEY)
    payload = booking(1, paragraph="ひみつ", guest_name="佐々木 " + "花" * 41)
    payload["event"]["hosts"] = [{"name": "x", "email": "nobody@example.co.jp"}]
    codes, messages = ["salesforce_cut", "no_number", "salesforce_no_owner"], set()
    for language in LANGUAGES:
        warnings = preview(stack, payload, language)["warnings"]
        assert [warning["code"] for warning in warnings] == codes
        messages |= {warning["message"] for warning in warnings}
    assert len(messages) == 9
    assert leads(stack) == []


@pytest.mark.parametrize("by", [KEY, None])
def test_a_lead_that_would_be_changed(stack: Stack, by: str | None) -> None:
    ready(stack, PHONE, booking_id_field=by, match="update")
    id_ = lead(stack)
    told = previewed(stack, booking())
    assert actions(told) == ["lead_updated", "update"]
    assert id_ in told["would"][0]["text"]
    assert "Description" in told["would"][1]["text"]


def test_a_lead_that_would_be_taken_as_it_is(stack: Stack) -> None:
    ready(stack, match="update", event=True)
    id_ = lead(stack)
    told = previewed(stack, booking())
    assert actions(told) == ["lead_there", "event_created"]
    assert id_ in told["would"][0]["text"]


@pytest.mark.parametrize("kind", ["Lead", "Contact"])
def test_a_guest_who_is_known(stack: Stack, kind: str) -> None:
    ready(stack, match="skip")
    more = {"Company": "x"} if kind == "Lead" else {}
    id_ = stack.salesforce.seed(ORG, kind, {"LastName": "x", "Email": MAIL, **more})
    told = previewed(stack, booking())
    assert (told["outcome"], told["would"], told["fields"]) == ("skipped", [], [])
    assert id_ in told["reason"]


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({"company_name": ""}, ["Company", "会社名", "blank_company"]),
        ({"guest_name": ""}, ["LastName", "姓", "renkei discard"]),
        ({"guest_email": ""}, ["booking_id_field"]),
    ],
)
def test_a_booking_that_would_wait(stack: Stack, changes: dict[str, str], names: list[str]) -> None:
    ready(stack)
    told = previewed(stack, booking(1, **changes))
    assert (told["outcome"], told["would"]) == ("parked", [])
    assert all(name in told["reason"] for name in names)


@pytest.mark.parametrize("payload", [event("timerex/event_cancelled"), event("timerex/event_cancelled_rescheduled")])
def test_what_would_be_skipped(stack: Stack, payload: dict[str, Any]) -> None:
    ready(stack)
    told = previewed(stack, payload)
    assert (told["outcome"], told["would"]) == ("skipped", [])


def test_a_move_and_a_cancellation(stack: Stack) -> None:
    ready(stack, PHONE, booking_id_field=KEY, event=True)
    deliver(stack, moving("confirmed", 0))
    stack.salesforce.edit(leads(stack)[0]["Id"], Description="旧")
    told = previewed(stack, moving("confirmed", 1))
    assert actions(told) == ["lead_updated", "event_moved", "update"]
    assert living(stack, "Event")[0]["Id"] in told["would"][1]["text"]
    assert actions(previewed(stack, moving("cancelled", 0))) == ["event_deleted"]
    deliver(stack, moving("confirmed", 1))
    assert len(leads(stack)) == len(living(stack, "Event")) == 1


def test_a_booking_that_was_delivered_already(stack: Stack) -> None:
    ready(stack, booking_id_field=KEY, event=True)
    deliver(stack, booking())
    told = previewed(stack, booking())
    assert actions(told) == ["lead_there"]
    assert leads(stack)[0]["Id"] in told["would"][0]["text"]


@pytest.mark.parametrize(("source", "name"), [("calendly", "invitee_created"), ("calcom", "booking_created")])
def test_every_scheduler(stack: Stack, source: str, name: str) -> None:
    rows = [*(row for row in ROWS if row["property"] != "Company"), {"property": "Company", "question": "会社名"}]
    ready(stack, lead=rows)
    assert actions(previewed(stack, event(f"{source}/{name}"), source)) == ["lead_created"]


def test_without_a_connection_it_says_what_to_do(stack: Stack) -> None:
    ready(stack)
    stack.api("DELETE", "/api/workspaces/demo/connections/salesforce")
    body = {"integration": "booking_to_salesforce", "source": "timerex", "payload": booking()}
    status, told = stack.api("POST", "/api/workspaces/demo/preview", body, **{"accept-language": "en"})
    assert (status, told["error"]["message"][:28]) == (409, "Salesforce is not connected.")
