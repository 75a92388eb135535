"""What schedulers and people do to bookings that few would think of."""

from __future__ import annotations

from typing import Any

import pytest

from tests.functions.booking_to_salesforce.steps import (
    KEY,
    MAIL,
    ORG,
    change,
    deliver,
    events,
    leads,
    problems,
    ready,
    settings,
)
from tests.harness import TOKEN, Stack, booking, event

TITLE = {"property": "Title", "from": "start", "policy": "overwrite"}
SIZE = {"property": "Rating", "question": "従業員数"}


@pytest.fixture
def cal(stack: Stack) -> Stack:
    """A workspace that takes Cal.com's bookings, with events."""
    ready(stack, TITLE, event=True)
    stack.api("POST", "/api/workspaces/demo/connections/calcom", {"token": TOKEN})
    return stack


def moved_in_place(hour: str, at: str) -> dict[str, Any]:
    """A booking that Cal.com moved without giving it another id."""
    payload = event("calcom/booking_created")
    payload |= {"triggerEvent": "BOOKING_RESCHEDULED", "createdAt": at}
    times = {"startTime": f"2026-12-05T{hour}:00:00Z", "endTime": f"2026-12-05T{hour}:30:00Z"}
    payload["payload"] |= {**times, "rescheduleUid": payload["payload"]["uid"]}
    return payload


def test_a_move_that_keeps_the_booking_id_moves_the_event_each_time(cal: Stack) -> None:
    (made,) = deliver(cal, event("calcom/booking_created"), source="calcom")
    assert made["outcome"]["event_was"] == "created"
    for number, hour in enumerate(("01", "02")):
        (delivery,) = deliver(cal, moved_in_place(hour, f"2026-11-2{number + 3}T01:00:00.000Z"), source="calcom")
        assert (delivery["state"], delivery["outcome"]["event_was"]) == ("delivered", "moved")
        assert [one["StartDateTime"][:13] for one in events(cal)] == [f"2026-12-05T{hour}"]
        assert [one["Title"][:10] for one in leads(cal)] == ["2026-12-05"]


@pytest.mark.parametrize("source", ["calcom", "calendly"])
def test_a_place_that_is_no_link_is_told(stack: Stack, source: str) -> None:
    ready(stack, event=True, blank_company="-")
    stack.api("POST", f"/api/workspaces/demo/connections/{source}", {"token": TOKEN})
    where = "東京都港区芝公園4-2-8 3階"
    payload = event({"calcom": "calcom/booking_created", "calendly": "calendly/invitee_created"}[source])
    if source == "calendly":
        payload["payload"]["scheduled_event"]["location"] = {"type": "physical", "location": where}
    else:
        payload["payload"] |= {"location": where, "metadata": {}, "videoCallData": None}
    assert deliver(stack, payload, source=source)[0]["state"] == "delivered"
    (found,) = events(stack)
    assert found["Location"] == where
    assert where in found["Description"]


def test_a_cancellation_finds_its_event_whatever_the_calendar_is_called_by_now(stack: Stack) -> None:
    ready(stack, event=True)
    deliver(stack, booking(1))
    other = settings(event=True)
    other["calendars"][0]["calendar"] = "another"
    assert stack.apply(integrations={"booking_to_salesforce": other})[0] == 200
    (gone,) = deliver(stack, booking(1, kind="cancelled"))
    assert (gone["state"], events(stack)) == ("delivered", [])


def test_an_answer_that_does_not_fit_a_required_field_is_told_as_such(stack: Stack) -> None:
    stack.salesforce.change_field("Rating", nillable=False, restrictedPicklist=True, picklistValues=["Hot", "Cold"])
    ready(stack, SIZE)
    (waiting,) = deliver(stack, booking())
    assert (waiting["state"], waiting["reason"]) == ("parked", "salesforce_unfit")
    assert "Rating" in waiting["message"]
    change(stack, {"property": "Rating", "text": "Hot"})
    stack.work()
    assert [one["state"] for one in stack.deliveries()] == ["delivered"]
    assert [one["Rating"] for one in leads(stack)] == ["Hot"]


def test_another_unique_value_refuses_a_change_with_its_own_words(stack: Stack) -> None:
    member = {"label": "会員番号", "type": "string", "length": 20, "unique": True, "externalId": False}
    stack.salesforce.add_field(None, "Lead", name="Member_No__c", **member)
    ready(stack, {"property": "Member_No__c", "text": "7", "policy": "overwrite"}, match="update")
    stack.salesforce.seed(ORG, "Lead", {"LastName": "旧", "Company": "旧社", "Email": MAIL})
    stack.salesforce.seed(ORG, "Lead", {"LastName": "他", "Company": "他社", "Member_No__c": "7"})
    (refused,) = deliver(stack, booking())
    assert (refused["state"], refused["reason"]) == ("rejected", "salesforce_duplicate_value")


def test_matching_needs_a_look_at_contacts(stack: Stack) -> None:
    ready(stack, booking_id_field=KEY)
    stack.salesforce.configure({"contact_visible": False})
    assert [place for place, _ in problems(stack, match="skip")] == ["match"]
    change(stack, match="create")
