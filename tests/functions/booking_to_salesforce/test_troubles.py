"""What may go wrong on the way into Salesforce, and that nothing is lost or doubled by it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any
from unittest import mock

import pytest
from werkzeug.wrappers import Request, Response

from local.sandbox.faults import Fault, Kind
from local.sandbox.salesforce import Salesforce as Sandbox
from renkei.actions import Create, Item, Result, Update, Upsert
from renkei.texts import text
from renkei.vendors.salesforce import Salesforce
from tests.crash.lives import Lives
from tests.crash.salesforce_stories import STORIES
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
    values,
)
from tests.harness import Stack, booking, event

LEADS, EVENTS = "*/sobjects/Lead*", "*/sobjects/Event*"
MANY = "*/composite/sobjects*"
KEYED = {"booking_id_field": KEY}
BOTH = pytest.mark.parametrize("by", [{}, KEYED], ids=["by address", "by booking id"])
BEFORE_OR_AFTER = pytest.mark.parametrize("kind", ["timeout_before", "timeout_after", "cut_before", "cut_after"])
_WRITE_ONE = Salesforce._write_one
_ANSWER_WITH = Sandbox._answer_with


def goes_wrong(stack: Stack, path: str, kind: Kind = "timeout_after", **more: Any) -> Fault:
    """The next call of a path goes wrong."""
    return stack.salesforce.faults.add(Fault("*", path, kind, **more))


def guests(count: int) -> list[dict[str, Any]]:
    return [booking(number, guest_email=f"g{number}@one.example.jp") for number in range(count)]


def states(stack: Stack) -> dict[str, int]:
    return dict(Counter(one["state"] for one in stack.deliveries()))


def made_by(stack: Stack) -> list[str]:
    """The lead of each delivery, oldest first."""
    return [one["outcome"]["lead"] for one in reversed(stack.deliveries())]


def once_each(stack: Stack, count: int) -> bool:
    """Whether each guest has one lead, and each delivery knows one."""
    mails = sorted(lead["Email"] for lead in leads(stack))
    told = [lead["outcome"]["lead"] for lead in stack.deliveries()]
    right = sorted(f"g{number}@one.example.jp" for number in range(count))
    return mails == right and sorted(told) == sorted(lead["Id"] for lead in leads(stack))


# Every call, every way.


def _happens_first(sandbox: Sandbox, fault: Fault | None, request: Request) -> tuple[Response, str | None]:
    """An answer of 500 comes after the effect."""
    if fault and fault.kind == "status":
        sandbox.answer(request)
    return _ANSWER_WITH(sandbox, fault, request)


_SPOILT = ("new lead", "new lead by the booking's id", "event made", "three bookings of two guests")


@pytest.mark.parametrize("story", [story for story in STORIES if story.name in _SPOILT], ids=lambda story: story.name)
def test_any_call_may_break_off_end_in_500_or_answer_junk(stack: Stack, story: Any) -> None:
    with mock.patch.object(Sandbox, "_answer_with", _happens_first):
        lives = Lives(stack, story)
        kinds: Sequence[Kind] = ("cut_before", "status", "junk_body")
        assert lives.lose_every_answer(stack.salesforce, "/services/data/*", kinds) >= len(kinds)


# One booking whose creation has no known end.


@pytest.mark.parametrize("kind", ["timeout_before", "cut_before"])
def test_without_a_booking_id_a_lost_creation_is_waited_for_and_sent_again(stack: Stack, kind: Kind) -> None:
    ready(stack)
    goes_wrong(stack, LEADS, kind)
    (found,) = deliver(stack, booking())
    assert (found["state"], found["reason"]) == ("pending", "salesforce_unclear")
    calls(stack)
    later(stack, 240)
    assert calls(stack) == []
    later(stack, 60)
    assert calls(stack) == ["GET /query", "POST /sobjects/Lead"]
    assert states(stack) == {"delivered": 1}
    (lead,) = leads(stack)
    assert made_by(stack) == [lead["Id"]]


@pytest.mark.parametrize("kind", ["timeout_after", "cut_after"])
def test_without_a_booking_id_what_was_made_is_found(stack: Stack, kind: Kind) -> None:
    ready(stack)
    goes_wrong(stack, LEADS, kind)
    (found,) = deliver(stack, booking())
    assert found["state"] == "delivered"
    assert calls(stack) == ["GET /query", "POST /sobjects/Lead", "GET /query"]
    (lead,) = leads(stack)
    assert made_by(stack) == [lead["Id"]]


@BEFORE_OR_AFTER
def test_with_a_booking_id_a_lost_creation_is_settled_within_seconds(stack: Stack, kind: Kind) -> None:
    ready(stack, **KEYED)
    goes_wrong(stack, LEADS, kind)
    (found,) = deliver(stack, booking())
    assert found["state"] == "delivered"
    (lead,) = leads(stack)
    assert (made_by(stack), lead[KEY]) == ([lead["Id"]], f"timerex-{0:020x}")


def test_what_is_waited_for_is_told_in_each_language() -> None:
    words = {"en": "and looks", "ja": "確認します", "de": "sieht nach"}
    for language, word in words.items():
        assert word in text("salesforce_unclear", language, {})  # type: ignore[arg-type]


def test_a_creation_that_takes_effect_minutes_later_is_found(stack: Stack) -> None:
    ready(stack)
    goes_wrong(stack, LEADS, "timeout_before")
    deliver(stack, booking())
    stack.clock.sleep(120)
    id_ = stack.salesforce.seed(ORG, "Lead", {"LastName": "佐々木", "Company": "青空商事", "Email": MAIL})
    later(stack, 180)
    assert states(stack) == {"delivered": 1}
    assert [lead["Id"] for lead in leads(stack)] == made_by(stack) == [id_]


def test_the_booking_id_on_a_lead_that_comes_between_look_and_creation_is_our_booking(stack: Stack) -> None:
    """The first creation was still under way: the second meets with what it made."""
    ready(stack, **KEYED)
    goes_wrong(stack, LEADS, "timeout_before")
    id_ = stack.salesforce.seed(ORG, "Lead", {"LastName": "佐々木", "Company": "青空商事", KEY: "other"})
    error = f"duplicate value found: {KEY} duplicates value on record with id: {id_}"
    body = f'[{{"message": "{error}", "errorCode": "DUPLICATE_VALUE", "fields": []}}]'
    goes_wrong(stack, LEADS, "status", status=400, body=body)
    (found,) = deliver(stack, booking())
    assert (found["state"], found["outcome"]["lead"]) == ("delivered", id_)


# What people do meanwhile.


@BOTH
def test_a_lead_that_a_person_edits_meanwhile_stays_as_it_is(stack: Stack, by: dict[str, str]) -> None:
    ready(stack, **by)
    with _then(stack, lambda lead: stack.salesforce.edit(lead, Company="By hand", FirstName="By hand")):
        deliver(stack, booking())
    later(stack, 300)
    assert states(stack) == {"delivered": 1}
    (lead,) = leads(stack)
    assert values(lead, "Company", "FirstName") == ["By hand", "By hand"]


@BOTH
def test_a_lead_that_is_converted_meanwhile_is_not_made_again(stack: Stack, by: dict[str, str]) -> None:
    ready(stack, event=True, **by)
    with _then(stack, stack.salesforce.convert):
        deliver(stack, booking())
    later(stack, 300)
    assert states(stack) == {"delivered": 1}
    (lead,) = leads(stack)
    assert lead["IsConverted"]
    assert [one["WhoId"] for one in events(stack)] == [lead["ConvertedContactId"]]


@BOTH
def test_a_lead_that_is_deleted_meanwhile_was_never_told_of_and_is_made_again(stack: Stack, by: dict[str, str]) -> None:
    ready(stack, **by)
    with _then(stack, stack.salesforce.delete):
        deliver(stack, booking())
    later(stack, 300)
    assert states(stack) == {"delivered": 1}
    (lead,) = leads(stack)
    assert made_by(stack) == [lead["Id"]]


def test_with_a_booking_id_even_a_changed_address_is_no_second_lead(stack: Stack) -> None:
    ready(stack, **KEYED)
    with _then(stack, lambda lead: stack.salesforce.edit(lead, Email="new@one.example.jp")):
        deliver(stack, booking())
    assert states(stack) == {"delivered": 1}
    assert len(leads(stack)) == 1


@pytest.mark.parametrize("kind", ["timeout_before", "timeout_after"])
def test_a_lead_that_somebody_else_enters_meanwhile_is_not_taken_for_ours(stack: Stack, kind: Kind) -> None:
    ready(stack)
    goes_wrong(stack, LEADS, kind)
    deliver(stack, booking())
    other = stack.salesforce.user("tanaka@example.co.jp")
    by_hand = {"LastName": "佐々木", "Company": "By hand", "Email": MAIL, "CreatedById": other}
    id_ = stack.salesforce.seed(ORG, "Lead", by_hand)
    later(stack, 300)
    assert states(stack) == {"delivered": 1}
    assert len(leads(stack)) == 2
    assert made_by(stack) != [id_]


def _then(stack: Stack, deed: Callable[[str], object]) -> Any:
    """The creation of the lead takes effect, its answer is lost, and somebody does something with the lead."""

    def done(client: Salesforce, action: Create | Upsert | Update, item: Item) -> Result:
        if action.object == "Lead" and not leads(stack) and not seen:
            goes_wrong(stack, LEADS, "timeout_after")
            seen.append(item.key)
            try:
                return _WRITE_ONE(client, action, item)
            finally:
                deed(leads(stack)[0]["Id"])
        return _WRITE_ONE(client, action, item)

    seen: list[str] = []
    return mock.patch.object(Salesforce, "_write_one", done)


# What was there before is not taken for what was lost.


@pytest.mark.parametrize("converted", [False, True])
@pytest.mark.parametrize("kind", ["timeout_before", "timeout_after"])
def test_an_old_lead_of_ours_is_not_taken_for_the_new_one(stack: Stack, kind: Kind, converted: bool) -> None:
    ready(stack)
    (old,) = deliver(stack, booking(1))
    if converted:
        stack.salesforce.convert(old["outcome"]["lead"])
    stack.clock.sleep(20 * 24 * 3600)
    goes_wrong(stack, LEADS, kind)
    deliver(stack, booking(2))
    later(stack, 300)
    assert states(stack) == {"delivered": 2}
    assert made_by(stack) == [lead["Id"] for lead in leads(stack)]
    assert len(leads(stack)) == 2


def test_a_guest_with_very_many_leads_gets_just_one_more(stack: Stack) -> None:
    ready(stack)
    for number in range(60):
        stack.salesforce.seed(ORG, "Lead", {"LastName": "佐々木", "Company": str(number), "Email": MAIL})
        stack.clock.sleep(1)
    goes_wrong(stack, LEADS, "timeout_before")
    deliver(stack, booking())
    later(stack, 300)
    assert states(stack) == {"delivered": 1}
    assert len(leads(stack)) == 61


# Two bookings of one guest.


@BOTH
@pytest.mark.parametrize("kind", ["timeout_before", "timeout_after"])
@pytest.mark.parametrize("together", [True, False])
def test_two_bookings_of_one_guest_are_two_leads_whatever_is_lost(
    stack: Stack, by: dict[str, str], kind: Kind, together: bool
) -> None:
    ready(stack, **by)
    goes_wrong(stack, "^/services/data/v[0-9.]+/(sobjects/Lead|composite/sobjects)", kind)
    if together:
        deliver(stack, booking(1), booking(2))
    else:
        deliver(stack, booking(1))
        stack.clock.sleep(20)
        deliver(stack, booking(2))
    for _ in range(3):
        later(stack, 300)
    assert states(stack) == {"delivered": 2}
    assert sorted(made_by(stack)) == [lead["Id"] for lead in leads(stack)]
    assert len(set(made_by(stack))) == 2


@BOTH
@pytest.mark.parametrize("match", ["skip", "update"])
@pytest.mark.parametrize("kind", ["timeout_before", "timeout_after"])
def test_two_bookings_of_one_guest_are_one_lead_where_guests_are_matched(
    stack: Stack, by: dict[str, str], match: str, kind: Kind
) -> None:
    ready(stack, match=match, **by)
    goes_wrong(stack, LEADS, kind)
    deliver(stack, booking(1))
    deliver(stack, booking(2))
    for _ in range(3):
        later(stack, 300)
    assert len(leads(stack)) == 1
    assert sum(states(stack).values()) == 2
    assert set(states(stack)) <= {"delivered", "skipped"}


# Batches.


@pytest.mark.parametrize(
    ("by", "count", "kind"),
    [
        ({}, 40, "timeout_after"), ({}, 9, "timeout_before"), (KEYED, 9, "cut_after"), (KEYED, 9, "timeout_before"),
    ],
)  # fmt: skip
def test_a_batch_whose_answer_is_lost_is_made_once(stack: Stack, by: dict[str, str], count: int, kind: Kind) -> None:
    ready(stack, **by)
    goes_wrong(stack, MANY, kind)
    deliver(stack, *guests(count))
    waits = not by and kind == "timeout_before"
    assert states(stack) == {"pending" if waits else "delivered": count}
    later(stack, 300)
    assert states(stack) == {"delivered": count}
    assert once_each(stack, count)
    assert len(calls(stack)) <= 5


@BOTH
def test_a_batch_of_locked_refused_and_known_ones_loses_none(stack: Stack, by: dict[str, str]) -> None:
    ready(stack, **by)
    for number in (3, 4):
        old = {"LastName": "Old", "Company": "Old", "Email": f"g{number}@one.example.jp"}
        stack.salesforce.seed(ORG, "Lead", old)
    stack.salesforce.configure({"duplicate_rule": "block"})
    lock, flow = "UNABLE_TO_LOCK_ROW", "CANNOT_EXECUTE_FLOW_TRIGGER"
    stack.salesforce.refuse_next("", lock, lock, "", "", flow, "", "")
    found = {one["id"][-1]: one for one in deliver(stack, *guests(8))}
    assert [found[str(number)]["state"] for number in (0, 3, 4, 5, 6, 7)] == [
        "delivered", "skipped", "skipped", "rejected", "delivered", "delivered",
    ]  # fmt: skip
    assert {found[number]["reason"] for number in "34"} == {"salesforce_duplicate"}
    assert found["5"]["reason"] == "salesforce_automation"
    later(stack, 60)
    assert states(stack) == {"delivered": 5, "skipped": 2, "rejected": 1}
    (bad,) = stack.deliveries("rejected")
    assert stack.api("POST", f"/api/workspaces/demo/deliveries/{bad['id']}/retry")[0] == 200
    stack.work()
    assert states(stack) == {"delivered": 6, "skipped": 2}
    assert Counter(lead["Email"] for lead in leads(stack)) == {f"g{n}@one.example.jp": 1 for n in range(8)}


@BOTH
def test_one_record_that_spoils_a_whole_collection_fails_alone(stack: Stack, by: dict[str, str]) -> None:
    ready(stack, **by)
    stack.salesforce.drop_field("FirstName")
    sent = [booking(n, guest_email=f"g{n}@one.example.jp", guest_name="佐々木") for n in range(20)]
    sent[7] = booking(7, guest_email="g7@one.example.jp", guest_name="佐々木 花子")
    found = deliver(stack, *sent)
    assert [one["state"] for one in found] == ["delivered"] * 7 + ["parked"] + ["delivered"] * 12
    assert found[7]["reason"] == "salesforce_field"
    assert len(leads(stack)) == 19
    assert len(calls(stack)) <= 12


@pytest.mark.parametrize(
    "answer",
    [
        "[]", "{}", "null", '[{"success": true, "id": "x"}, {"success": true}, {"success": true}]',
        '[{"success": true, "errors": []}, 1, null]', '[{"success": true, "id": null}]',
    ],
)  # fmt: skip
@BOTH
def test_an_answer_that_does_not_fit_a_collection_is_no_answer(stack: Stack, by: dict[str, str], answer: str) -> None:
    ready(stack, **by)
    goes_wrong(stack, MANY, "junk_body", body=answer)
    deliver(stack, *guests(3))
    later(stack, 300)
    assert states(stack) == {"delivered": 3}
    assert len(leads(stack)) == 3


@pytest.mark.parametrize(
    "answer", ['{"id": null}', '{"id": "None"}', '{"id": 5, "success": true}', '{"id": [], "created": 1}', "[]"]
)
@BOTH
def test_only_an_id_is_remembered_as_one(stack: Stack, by: dict[str, str], answer: str) -> None:
    ready(stack, **by)
    goes_wrong(stack, LEADS, "junk_body", body=answer)
    deliver(stack, booking())
    later(stack, 300)
    (lead,) = leads(stack)
    assert made_by(stack) == [lead["Id"]]


@pytest.mark.parametrize(
    "answer",
    [
        '{"records": null}', '{"records": [1]}', '{"records": [{"Email": "x"}]}', '{"records": {}}',
        '{"records": [], "done": false}', '{"records": [], "done": false, "nextRecordsUrl": "https://evil.example/"}',
    ],
)  # fmt: skip
def test_a_page_that_cannot_be_read_is_asked_for_again(stack: Stack, answer: str) -> None:
    ready(stack)
    goes_wrong(stack, "*/query", "status", status=200, body=answer)
    (found,) = deliver(stack, booking())
    assert found["state"] == "delivered"
    assert len(leads(stack)) == 1


@pytest.mark.parametrize(
    "answer",
    [
        '{"compositeResponse": null}', '{"compositeResponse": [null]}', '{"compositeResponse": []}',
        '{"compositeResponse": [{"referenceId": ["q0"], "httpStatusCode": "abc", "body": 5}]}',
        '{"compositeResponse": [{"referenceId": "q0", "httpStatusCode": 200, "body": {"records": null}}]}',
    ],
)  # fmt: skip
def test_a_look_that_cannot_be_read_is_taken_again(stack: Stack, answer: str) -> None:
    ready(stack, match="skip")
    goes_wrong(stack, "*/composite", "status", status=200, body=answer)
    (found,) = deliver(stack, booking())
    assert found["state"] == "delivered"
    assert len(leads(stack)) == 1


@pytest.mark.parametrize(
    "result",
    ["5", '"x"', '{"matchResults": 5}', '{"matchResults": ["x", null]}', '{"matchResults": [{"matchRecords": [1]}]}',
     '{"matchResults": [{"matchRecords": [{"record": {"Id": "not an id"}}]}]}'],
)  # fmt: skip
def test_a_duplicate_that_is_told_oddly_is_a_hidden_one(stack: Stack, result: str) -> None:
    ready(stack, match="skip")
    body = f'[{{"errorCode": "DUPLICATES_DETECTED", "message": "Use one", "duplicateResut": {result}}}]'
    goes_wrong(stack, LEADS, "status", status=400, body=body)
    (found,) = deliver(stack, booking())
    assert (found["state"], found["reason"]) == ("skipped", "salesforce_duplicate_hidden")


# Chains: a booking and what it was moved to.


def test_a_refused_first_and_a_lost_second_of_one_chain_are_one_lead(stack: Stack) -> None:
    ready(stack)
    stack.salesforce.refuse_next("CANNOT_EXECUTE_FLOW_TRIGGER")
    goes_wrong(stack, LEADS, "timeout_after", every=2)
    chain = ("timerex/event_confirmed", "timerex/event_cancelled_rescheduled", "timerex/event_confirmed_rescheduled")
    deliver(stack, *map(event, chain))
    for _ in range(3):
        later(stack, 300)
    assert len(leads(stack)) == 1
    assert "pending" not in states(stack)


# Events.


def test_a_lost_event_is_waited_for_and_looked_for(stack: Stack) -> None:
    ready(stack, event=True, **KEYED)
    goes_wrong(stack, EVENTS, "timeout_before")
    (found,) = deliver(stack, booking())
    assert (found["state"], found["reason"]) == ("pending", "salesforce_unclear")
    stack.clock.sleep(120)
    (lead,) = leads(stack)
    mark = f"[renkei:timerex-{0:020x}]"
    seeded = {"WhoId": lead["Id"], "Subject": "Late", "Description": mark, "StartDateTime": "2026-01-01T00:00:00Z"}
    id_ = stack.salesforce.seed(ORG, "Event", {**seeded, "DurationInMinutes": 30})
    later(stack, 180)
    assert states(stack) == {"delivered": 1}
    assert [one["Id"] for one in events(stack)] == [id_]


def test_an_event_that_never_came_to_be_is_made_after_the_wait(stack: Stack) -> None:
    ready(stack, event=True, **KEYED)
    goes_wrong(stack, EVENTS, "cut_before")
    deliver(stack, booking())
    assert events(stack) == []
    later(stack, 300)
    assert states(stack) == {"delivered": 1}
    assert len(events(stack)) == 1


@pytest.mark.parametrize("kind", ["timeout_before", "timeout_after"])
def test_a_booking_that_is_cancelled_while_its_event_is_unclear_leaves_none(stack: Stack, kind: Kind) -> None:
    ready(stack, event=True, **KEYED)
    goes_wrong(stack, EVENTS, kind)
    deliver(stack, event("timerex/event_confirmed"))
    deliver(stack, event("timerex/event_cancelled"))
    for _ in range(3):
        later(stack, 300)
    assert events(stack) == []
    assert len(leads(stack)) == 1
    assert "pending" not in states(stack)


@BOTH
@pytest.mark.parametrize("deed", ["delete", "convert"])
def test_a_lead_that_goes_between_its_creation_and_its_event_loses_no_booking(
    stack: Stack, by: dict[str, str], deed: str
) -> None:
    ready(stack, event=True, **by)

    def gone_meanwhile(client: Salesforce, action: Create | Upsert | Update, item: Item) -> Result:
        if action.object == "Event" and not seen:
            seen.append(item.key)
            getattr(stack.salesforce, deed)(leads(stack)[0]["Id"])
        return _WRITE_ONE(client, action, item)

    seen: list[str] = []
    with mock.patch.object(Salesforce, "_write_one", gone_meanwhile):
        deliver(stack, booking())
        for _ in range(3):
            later(stack, 300)
    assert states(stack) == {"delivered": 1}
    (lead,) = leads(stack)
    assert [one["WhoId"] for one in events(stack)] == [lead["ConvertedContactId"] or lead["Id"]]


@pytest.mark.parametrize("match", ["skip", "update"])
def test_a_guest_whose_first_lead_is_still_under_way_is_waited_for(stack: Stack, match: str) -> None:
    ready(stack, match=match)
    goes_wrong(stack, LEADS, "timeout_before")
    deliver(stack, booking(1))
    stack.clock.sleep(20)
    deliver(stack, booking(2))
    stack.clock.sleep(60)
    stack.salesforce.seed(ORG, "Lead", {"LastName": "佐々木", "Company": "青空商事", "Email": MAIL})
    for _ in range(3):
        later(stack, 300)
    assert len(leads(stack)) == 1
    assert "pending" not in states(stack)


def test_a_booking_id_field_that_is_set_while_a_creation_is_unclear_doubles_nothing(stack: Stack) -> None:
    ready(stack)

    def lost_for_a_while(client: Salesforce, action: Create | Upsert | Update, item: Item) -> Result:
        goes_wrong(stack, LEADS)
        goes_wrong(stack, "*/query", "status", status=503, times=None)
        return _WRITE_ONE(client, action, item)

    with mock.patch.object(Salesforce, "_write_one", lost_for_a_while):
        deliver(stack, booking())
    stack.salesforce.faults.clear()
    stack.salesforce.configure({"booking_id_field": True})
    change(stack, **KEYED)
    later(stack, 300)
    assert states(stack) == {"delivered": 1}
    assert len(leads(stack)) == 1
