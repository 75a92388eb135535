"""Rule 7: a booking as an event on its lead, through moves and cancellations in any order."""

from __future__ import annotations

import itertools
import random
from collections.abc import Sequence
from typing import Any

import pytest

from local.sandbox.salesforce.store import HOST_MAIL
from tests.functions.booking_to_hubspot.test_meetings import chain, day
from tests.functions.booking_to_hubspot.test_meetings import payload as sent_of
from tests.functions.booking_to_salesforce.steps import (
    KEY,
    MAIL,
    ORG,
    ROWS,
    calls,
    deliver,
    events,
    leads,
    ready,
    values,
)
from tests.harness import Stack, booking, event

LATER = [
    {"property": "Visit_At__c", "from": "start", "policy": "overwrite"},
    {"property": "Title", "from": "start"},
    {"property": "City", "text": "大阪", "policy": "fill"},
]
BY = pytest.mark.parametrize("by", [KEY, None])


def payload(happened: str, number: int, *, chain_id: str = "b", mail: str = MAIL) -> dict[str, Any]:
    """What TimeRex sends of it; booking 0 is on December 10th, 1 on the 11th and so on."""
    sent = sent_of(happened, number)
    for name in ("id", "old_event_id", "new_event_id"):
        if name in sent["event"]:
            sent["event"][name] = sent["event"][name].replace("b", chain_id)
    for item in sent["event"]["form"]:
        if item["field_type"] == "guest_email":
            item["value"] = mail
    return sent


CONFIRMED, GONE, MOVED = payload("confirmed", 0), payload("moved", 0), payload("confirmed", 1)
CANCELLED, LAST = payload("cancelled", 0), payload("cancelled", 1)


def begins(stack: Stack) -> list[str]:
    """On which days the living events are."""
    return [one["StartDateTime"][:10] for one in events(stack)]


def only_event(stack: Stack) -> dict[str, Any]:
    (found,) = events(stack)
    return found


# Made, moved, deleted.


@BY
def test_7_an_event_says_who_when_where_and_how_to_join(stack: Stack, by: str | None) -> None:
    ready(stack, booking_id_field=by, event=True)
    (delivery,) = deliver(stack, booking())
    (lead,), found = leads(stack), only_event(stack)
    join = "https://zoom.example.com/j/84512349876?pwd=abc"
    assert delivery["outcome"] == {
        "lead": lead["Id"], "lead_was": "created", "event": found["Id"], "event_was": "created"
    }  # fmt: skip
    assert values(found, "WhoId", "Subject", "StartDateTime", "EndDateTime", "Location", "OwnerId") == [
        lead["Id"],
        "オンライン商談 – 佐々木　花子",
        "2026-12-01T01:00:00.000+0000",
        "2026-12-01T02:00:00.000+0000",
        join,
        stack.salesforce.user(HOST_MAIL),
    ]
    for part in (MAIL, "株式会社青空商事", "田中 一郎", join):
        assert part in found["Description"].replace("Hanako.Sasaki", "hanako.sasaki")
    assert "guest-capability" not in str(found)


def test_7_without_the_option_there_is_none_and_a_cancellation_is_nothing(stack: Stack) -> None:
    ready(stack, booking_id_field=KEY)
    found = deliver(stack, CONFIRMED, CANCELLED)
    assert [delivery["state"] for delivery in found] == ["delivered", "skipped"]
    assert events(stack) == []


def test_7_half_a_link_is_no_place(stack: Stack) -> None:
    """Links to Microsoft Teams are longer than Salesforce's Location."""
    ready(stack, event=True)
    long = payload("confirmed", 0)
    long["event"]["zoom_meeting"]["join_url"] = "https://teams.example.com/l/meetup-join/" + "x" * 300
    deliver(stack, long)
    assert only_event(stack)["Location"] is None
    assert "x" * 300 in only_event(stack)["Description"]


def test_7_a_move_takes_the_old_link_away(stack: Stack) -> None:
    ready(stack, event=True)
    moved = payload("confirmed", 1)
    moved["event"] |= {"online_meeting_provider": None, "zoom_meeting": None}
    deliver(stack, CONFIRMED)
    deliver(stack, moved)
    (found,) = events(stack)
    assert (found["Location"], "zoom" in found["Description"]) == (None, False)


ORDERS = {
    "as it happened": ([CONFIRMED, GONE, MOVED], [1]),
    "the other way": ([CONFIRMED, MOVED, GONE], [1]),
    "moved before it was made": ([MOVED, CONFIRMED, GONE], [1]),
    "gone before it was made": ([GONE, MOVED, CONFIRMED], [1]),
    "gone, made, moved": ([GONE, CONFIRMED, MOVED], [1]),
    "never seen made": ([MOVED, GONE], [1]),
    "cancelled": ([CONFIRMED, CANCELLED], []),
    "cancelled before it was made": ([CANCELLED, CONFIRMED], []),
    "moved and cancelled": ([CONFIRMED, GONE, MOVED, LAST], []),
    "cancelled before it was moved": ([CONFIRMED, LAST, MOVED, GONE], []),
    "all the wrong way": ([LAST, MOVED, GONE, CONFIRMED], []),
}


@BY
@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize("order", ORDERS)
def test_7_one_lead_and_the_event_of_the_last_word(stack: Stack, order: str, by: str | None, *, together: bool) -> None:
    ready(stack, booking_id_field=by, event=True)
    sent, days = ORDERS[order]
    for batch in [sent] if together else [[one] for one in sent]:
        for delivery in deliver(stack, *batch):
            assert delivery["state"] in {"delivered", "skipped"}, delivery
    assert begins(stack) == [day(number) for number in days]
    assert len(leads(stack)) == 1
    assert all(one["WhoId"] == leads(stack)[0]["Id"] for one in events(stack))


def test_7_what_the_deliveries_say(stack: Stack) -> None:
    ready(stack, event=True)
    deliver(stack, CONFIRMED)
    id_, lead = only_event(stack)["Id"], leads(stack)[0]["Id"]
    gone, moved = deliver(stack, GONE, MOVED)
    assert (gone["state"], gone["reason"]) == ("skipped", "rescheduled")
    assert moved["outcome"] == {"lead": lead, "lead_was": "there", "event": id_, "event_was": "moved"}
    (last,) = deliver(stack, LAST)
    assert (last["state"], last["outcome"]) == ("delivered", {"event_was": "deleted"})


def test_7_calcom_moves_a_booking_by_one_event(stack: Stack) -> None:
    rows = [row for row in ROWS if row["property"] != "Company"]
    ready(stack, {"property": "Company", "question": "会社名"}, lead=rows, event=True)
    stack.api("POST", "/api/workspaces/demo/connections/calcom", {"token": "calcom-secret-00000001"})
    for name in ("booking_created", "booking_rescheduled"):
        assert stack.send("calcom", event(f"calcom/{name}"), "calcom-secret-00000001")[0] == 200
        stack.work()
    assert begins(stack) == ["2026-12-03"]
    assert len(leads(stack)) == 1


def untold(order: Sequence[tuple[str, int]], *, together: bool) -> bool:
    """Whether a booking's first half may come when nothing tells yet that a later one is the same booking.

    `together`: guests are not looked for where they book anew, so a later half in the same batch does not see it.
    """
    halves = [number for happened, number in order if happened == "confirmed"]
    seen = halves if together else halves[: halves.index(0)]
    return 2 in seen and (1 not in seen or (together and seen.index(2) < seen.index(1)))


@BY
@pytest.mark.parametrize(("length", "cancelled"), [(2, True), (3, False), (3, True)])
def test_7_chains_in_any_order_and_batches(stack: Stack, length: int, by: str | None, *, cancelled: bool) -> None:
    """Many guests' chains in one org, each in an order and in batches of its own."""
    ready(stack, booking_id_field=by, event=True)
    dice = random.Random(length)  # noqa: S311 - no secret
    whole = chain(length, cancelled=cancelled)
    orders = list(itertools.permutations(whole))
    for number, order in enumerate(dice.sample(orders, 4)):
        mail = f"g{number}@example.jp"
        sent = [payload(*one, chain_id=f"c{number}x", mail=mail) for one in order]
        cut = dice.randrange(len(sent))
        for batch in (sent[:cut], sent[cut:], list(reversed(sent))):
            deliver(stack, *batch)
        found = [one for one in events(stack) if f"c{number}x" in one["Description"]]
        wanted = [] if cancelled else [day(length - 1)]
        assert [one["StartDateTime"][:10] for one in found] == wanted, order
        count = len([one for one in leads(stack) if one["Email"] == mail])
        assert count == 1 or (count == 2 and untold(order, together=by is not None)), order
    assert {delivery["state"] for delivery in stack.deliveries()} <= {"delivered", "skipped"}


@BY
def test_7_a_booking_moved_twice_and_told_backwards_is_one_lead(stack: Stack, by: str | None) -> None:
    ready(stack, booking_id_field=by, event=True)
    for sent in (payload("confirmed", 2), MOVED, CONFIRMED):
        deliver(stack, sent)
    assert (len(leads(stack)), begins(stack)) == (1, [day(2)])


# What people do in the org meanwhile.


def test_7_an_event_deleted_by_hand_is_made_again_where_the_booking_moves(stack: Stack) -> None:
    ready(stack, event=True)
    deliver(stack, CONFIRMED)
    stack.salesforce.delete(only_event(stack)["Id"])
    (_, moved) = deliver(stack, GONE, MOVED)
    assert moved["state"] == "delivered"
    assert begins(stack) == [day(1)]


def test_7_an_event_deleted_by_hand_needs_no_cancelling(stack: Stack) -> None:
    ready(stack, event=True)
    deliver(stack, CONFIRMED)
    stack.salesforce.delete(only_event(stack)["Id"])
    (last,) = deliver(stack, CANCELLED)
    assert last["state"] in {"delivered", "skipped"}
    assert events(stack) == []


@BY
def test_7_on_a_lead_that_was_converted_the_contact_has_the_event(stack: Stack, by: str | None) -> None:
    ready(stack, *LATER, booking_id_field=by, event=True)
    deliver(stack, CONFIRMED)
    who = stack.salesforce.convert(leads(stack)[0]["Id"])
    stack.salesforce.delete(only_event(stack)["Id"])
    (moved,) = deliver(stack, MOVED)
    assert moved["state"] == "delivered"
    assert (begins(stack), only_event(stack)["WhoId"]) == ([day(1)], who)
    assert len(leads(stack)) == 1


@BY
def test_7_a_lead_deleted_by_hand_is_made_again(stack: Stack, by: str | None) -> None:
    ready(stack, booking_id_field=by, event=True)
    deliver(stack, CONFIRMED)
    stack.salesforce.delete(leads(stack)[0]["Id"])
    assert events(stack) == []
    (moved,) = deliver(stack, MOVED)
    assert moved["state"] == "delivered"
    assert begins(stack) == [day(1)]
    assert only_event(stack)["WhoId"] == leads(stack)[0]["Id"] == moved["outcome"]["lead"]
    (last,) = deliver(stack, LAST)
    assert (last["state"], events(stack)) == ("delivered", [])


@BY
def test_7_a_lead_deleted_by_hand_does_not_hold_a_cancellation_up(stack: Stack, by: str | None) -> None:
    ready(stack, booking_id_field=by, event=True)
    deliver(stack, CONFIRMED)
    stack.salesforce.delete(leads(stack)[0]["Id"])
    (last,) = deliver(stack, CANCELLED)
    assert last["state"] in {"delivered", "skipped"}
    assert (leads(stack), events(stack)) == ([], [])


@BY
def test_7_a_lead_merged_into_another_is_followed_by_its_address(stack: Stack, by: str | None) -> None:
    ready(stack, booking_id_field=by, event=True)
    deliver(stack, CONFIRMED)
    (mine,) = leads(stack)
    master = stack.salesforce.seed(ORG, "Lead", {"LastName": "佐々木", "Company": "x", "Email": MAIL})
    stack.salesforce.edit(only_event(stack)["Id"], WhoId=master)
    stack.salesforce.edit(mine["Id"], MasterRecordId=master, IsDeleted=True)
    (moved,) = deliver(stack, MOVED)
    assert (moved["state"], moved["outcome"]["lead"]) == ("delivered", master)
    assert (begins(stack), only_event(stack)["WhoId"]) == ([day(1)], master)
    assert len(leads(stack)) == 1


@pytest.mark.parametrize("many", [1, 2])
def test_7_a_host_who_left_does_not_hold_a_move_up(stack: Stack, many: int) -> None:
    ready(stack, booking_id_field=KEY, event=True)
    guests = [{"chain_id": f"c{number}x", "mail": f"g{number}@example.jp"} for number in range(many)]
    deliver(stack, *[payload("confirmed", 0, **guest) for guest in guests])
    host = stack.salesforce.user(HOST_MAIL)
    stack.salesforce.edit(host, IsActive=False)
    found = deliver(stack, *[payload("confirmed", 1, **guest) for guest in guests])
    assert {delivery["state"] for delivery in found} == {"delivered"}
    assert begins(stack) == [day(1)] * many


@pytest.mark.parametrize("match", ["skip", "update"])
@pytest.mark.parametrize("kind", ["Lead", "Contact"])
def test_7_a_guest_who_is_known_gets_the_event_and_no_new_lead(stack: Stack, match: str, kind: str) -> None:
    ready(stack, match=match, event=True)
    more = {"Company": "x"} if kind == "Lead" else {}
    id_ = stack.salesforce.seed(ORG, kind, {"LastName": "x", "Email": MAIL, **more})
    (delivery,) = deliver(stack, CONFIRMED)
    assert (delivery["state"], only_event(stack)["WhoId"]) == ("delivered", id_)
    assert (delivery["outcome"][kind.lower()], delivery["outcome"]["event_was"]) == (id_, "created")
    deliver(stack, MOVED, LAST)
    assert events(stack) == []
    assert len(leads(stack)) == (kind == "Lead")


@pytest.mark.parametrize("match", ["create", "skip", "update"])
def test_7_a_rule_that_blocks_the_lead_still_lets_the_event_be(stack: Stack, match: str) -> None:
    ready(stack, booking_id_field=KEY, match=match, event=True)
    stack.salesforce.configure({"duplicate_rule": "block"})
    id_ = stack.salesforce.seed(ORG, "Lead", {"LastName": "x", "Company": "x", "Email": MAIL})
    deliver(stack, CONFIRMED, MOVED)
    assert (begins(stack), only_event(stack)["WhoId"]) == ([day(1)], id_)
    assert len(leads(stack)) == 1


# What a move writes on the lead.


@BY
def test_7_a_moved_booking_whose_lead_was_deleted_has_a_new_one(stack: Stack, by: str | None) -> None:
    ready(stack, *LATER, booking_id_field=by)
    deliver(stack, CONFIRMED)
    stack.salesforce.delete(leads(stack)[0]["Id"])
    (moved,) = deliver(stack, MOVED)
    (found,) = leads(stack)
    assert (moved["outcome"]["lead"], found["Visit_At__c"][:10]) == (found["Id"], day(1))


@BY
@pytest.mark.parametrize("match", ["create", "skip", "update"])
def test_7_a_move_overwrites_and_fills_by_the_rows(stack: Stack, by: str | None, match: str) -> None:
    ready(stack, *LATER, booking_id_field=by, match=match)
    deliver(stack, CONFIRMED)
    (lead,) = leads(stack)
    stack.salesforce.edit(lead["Id"], LastName="直した", City=None)
    gone, moved = deliver(stack, GONE, MOVED)
    assert (gone["state"], gone["reason"]) == ("skipped", "rescheduled")
    assert moved["outcome"] == {"lead": lead["Id"], "lead_was": "updated"}
    (found,) = leads(stack)
    assert values(found, "Visit_At__c", "City", "LastName", "Title") == [
        f"{day(1)}T01:00:00.000+0000", "大阪", "直した", f"{day(0)}T01:00:00+00:00",
    ]  # fmt: skip


@BY
def test_7_a_late_first_half_does_not_undo_the_move(stack: Stack, by: str | None) -> None:
    ready(stack, *LATER, booking_id_field=by)
    deliver(stack, MOVED)
    deliver(stack, CONFIRMED)
    assert values(leads(stack)[0], "Visit_At__c") == [f"{day(1)}T01:00:00.000+0000"]
    assert len(leads(stack)) == 1


def test_7_a_moved_booking_whose_first_half_was_never_seen_takes_the_guests_lead(stack: Stack) -> None:
    ready(stack, *LATER)
    id_ = stack.salesforce.seed(ORG, "Lead", {"LastName": "x", "Company": "x", "Email": MAIL})
    (moved,) = deliver(stack, MOVED)
    assert moved["outcome"] == {"lead": id_, "lead_was": "updated"}
    (again,) = deliver(stack, CONFIRMED)
    assert (again["state"], again["reason"]) == ("skipped", "salesforce_known")
    assert len(leads(stack)) == 1


# Vendor calls.


def test_7_a_batch_of_moves_and_cancellations_costs_few_calls(stack: Stack) -> None:
    ready(stack, booking_id_field=KEY, event=True)
    guests = [{"chain_id": f"c{number}x", "mail": f"g{number}@example.jp"} for number in range(40)]
    deliver(stack, *[payload("confirmed", 0, **guest) for guest in guests])
    calls(stack)
    deliver(stack, *[payload("confirmed", 1, **guest) for guest in guests])
    assert len(calls(stack)) <= 3
    deliver(stack, *[payload("cancelled", 1, **guest) for guest in guests])
    assert len(calls(stack)) <= 2
    assert (events(stack), len(leads(stack))) == ([], 40)
