"""Rule 9 of booking_to_salesforce: many bookings at once, and what they cost."""

from __future__ import annotations

from typing import Any

import pytest

from tests.functions.booking_to_salesforce.steps import KEY, ORG, calls, deliver, later, leads, ready
from tests.harness import Stack, booking

OWNER = {"property": "OwnerId", "from": "host_email"}


def crowd(count: int, start: int = 10) -> list[dict[str, Any]]:
    return [booking(number, guest_email=f"guest.number{number}@example.jp") for number in range(start, start + count)]


@pytest.mark.parametrize(
    ("count", "changes", "most"),
    [
        (1, {}, 2),
        (1, {"booking_id_field": KEY}, 1),
        (1, {"booking_id_field": KEY, "match": "skip"}, 2),
        (1, {"match": "update"}, 2),
        (2, {}, 2),
        (2, {"booking_id_field": KEY}, 1),
        (100, {}, 4),
        (20, {"match": "skip"}, 4),
        (100, {"match": "update", "event": True}, 4),
    ],
)
def test_9_vendor_calls(stack: Stack, count: int, changes: dict[str, Any], most: int) -> None:
    ready(stack, OWNER, **changes) if changes.get("event") else ready(stack, **changes)
    found = deliver(stack, *crowd(count))
    assert {delivery["state"] for delivery in found} == {"delivered"}
    assert len(leads(stack)) == count
    assert len(calls(stack)) <= most


def test_9_long_addresses_do_not_make_more_calls_than_allowed(stack: Stack) -> None:
    ready(stack)
    sent = [booking(number, guest_email=f"{number:03}{'+' * 61}@example.jp") for number in range(80)]
    assert {delivery["state"] for delivery in deliver(stack, *sent)} == {"delivered"}
    assert len(calls(stack)) <= 4


def test_9_changing_many_leads(stack: Stack) -> None:
    ready(stack, {"property": "Title", "text": "部長", "policy": "overwrite"}, match="update")
    for payload in crowd(20):
        old = {"LastName": "旧", "Company": "旧社", "Email": payload["event"]["form"][2]["value"]}
        stack.salesforce.seed(ORG, "Lead", old)
    found = deliver(stack, *crowd(20))
    assert {delivery["outcome"]["lead_was"] for delivery in found} == {"updated"}
    assert len(calls(stack)) <= 4


def test_9_a_backlog_of_more_than_a_hundred(stack: Stack) -> None:
    ready(stack, booking_id_field=KEY)
    found = deliver(stack, *crowd(130))
    assert {delivery["state"] for delivery in found} == {"delivered"}
    assert sorted(lead[KEY] for lead in leads(stack)) == [f"timerex-{number:020x}" for number in range(10, 140)]
    assert len(calls(stack)) <= 4 * 2


def test_9_one_bad_booking_of_a_hundred_fails_alone(stack: Stack) -> None:
    ready(stack)
    sent = crowd(20)
    sent[7]["event"]["form"][2]["value"] = "a..b@example.jp"
    found = deliver(stack, *sent)
    assert [delivery["state"] for delivery in found] == ["delivered"] * 7 + ["rejected"] + ["delivered"] * 12
    assert len(calls(stack)) <= 4


def test_9_many_bookings_of_one_guest_are_worked_off(stack: Stack) -> None:
    ready(stack)
    found = deliver(stack, *[booking(number) for number in range(25)])
    assert {delivery["state"] for delivery in found} == {"delivered"}
    assert len(leads(stack)) == 25


def test_a_locked_record_is_tried_again_alone(stack: Stack) -> None:
    ready(stack)
    stack.salesforce.refuse_next("", "UNABLE_TO_LOCK_ROW")
    found = deliver(stack, *crowd(3))
    assert {delivery["state"] for delivery in found} == {"delivered"}
    assert len(leads(stack)) == 3
    stack.salesforce.refuse_next("UNABLE_TO_LOCK_ROW", "UNABLE_TO_LOCK_ROW", "UNABLE_TO_LOCK_ROW")
    (locked,) = deliver(stack, booking(99))
    assert (locked["state"], locked["reason"]) == ("pending", "salesforce_locked")
    later(stack)
    assert {delivery["state"] for delivery in stack.deliveries()} == {"delivered"}
    assert len(leads(stack)) == 4
