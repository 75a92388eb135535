"""Lists of users, in parts through the API and the worker: rows, repeats, calls; and previews of single events."""

from __future__ import annotations

from typing import Any

import pytest

from local.sandbox.faults import Fault
from tests.functions.lms_to_hubspot.steps import (
    AS_OF,
    HANAKO,
    by_mail,
    calls,
    end,
    later,
    listed,
    opened,
    part,
    row,
    seeded,
)
from tests.harness import PORTAL, Stack
from tests.school import HUBSPOT, School

DONE = ("delivered", "")
STALE = ("skipped", "lms_stale")
OTHER = "fedcba9876543210"


def person(number: int, **user: Any) -> dict[str, Any]:
    """A line whose user is not the tests' usual one."""
    return row(number, **{"id": f"r-{number}", "username": f"user{number}", **user})


def stuffed(school: School) -> list[dict[str, str]]:
    """The contacts in the portal without their times."""
    return [{name: text for name, text in one.items() if "modified" not in name} for one in school.contacts()]


def test_rows_become_contacts_and_bad_ones_are_told_by_their_number(stack: Stack) -> None:
    school = opened(stack)
    there = seeded(school, "user3@example.jp", firstname="三")
    rows = [person(number) for number in range(2, 9)]
    rows[3]["user"]["email"] = "no address"
    rows[4]["user"] |= {"email": "taro@localhost"}
    rows[5]["user"] |= {"id": None, "course_ids": "x"}
    rows[6]["user"] |= {"email": "user2@example.jp"}
    found = listed(school, rows)
    told = dict(one.split(" ", 1) for one in found.pop("rows").split("; "))
    assert found == {"created": "2", "updated": "1", "rejected": "4"}
    assert set(told) == {"5", "6", "7", "8"}
    assert told["5"] == "lms_payload (email: string_pattern_mismatch)"
    assert told["6"] == "lms_email_invalid"
    assert told["7"].startswith("lms_payload (id: ")
    assert told["8"].startswith("lms_address_taken (contact -, other ")
    assert by_mail(school, "username") == {f"user{number}@example.jp": f"user{number}" for number in (3, 2, 4)}
    assert school.contacts()[0] | {"firstname": "三", "id": there} == school.contacts()[0]
    assert not any(text in str(school.ended()) for text in ("localhost", "no address", "example.jp"))


def test_a_rehearsal_tells_the_same_and_writes_nothing(stack: Stack) -> None:
    school = opened(stack)
    seeded(school, "user3@example.jp")
    rows = [person(number) for number in range(1, 6)] + [person(6, email="")]
    status, told = part(school, rows, dry_run=True)
    assert status == 200
    assert {call.split()[1] for call in calls(school)} == {"/contacts/batch/read"}
    assert (by_mail(school, "username"), school.ended()) == ({"user3@example.jp": ""}, {})
    assert told["outcome"] == listed(school, rows)


@pytest.mark.parametrize(
    ("given", "status", "code"),
    [
        ({"import": "no"}, 400, "bad_part"),
        ({"number": 0}, 400, "bad_part"),
        ({"rows": []}, 400, "bad_part"),
        ({"rows": [{"number": "1", "user": {}}]}, 400, "bad_part"),
        ({"rows": [person(number) for number in range(1001)]}, 400, "bad_part"),
        ({"rows": [person(1, nickname="あ" * 65_000)] * 9}, 413, "too_large"),
        ({"as_of": "2026-11-22T00:00:00"}, 400, "bad_part"),
        ({"school_id": ""}, 400, "bad_part"),
    ],
)
def test_what_is_no_part_is_refused(stack: Stack, given: dict[str, Any], status: int, code: str) -> None:
    school = opened(stack)
    rows = given.pop("rows", [person(1)])
    refused, told = part(school, rows, **given)
    assert (refused, told["error"]["code"], school.ended()) == (status, code, {})


def test_the_same_part_is_taken_once_and_another_list_mends_what_somebody_changed(stack: Stack) -> None:
    school = opened(stack)
    rows = [person(number) for number in range(1, 4)]
    assert listed(school, rows) == {"created": "3"}
    before = stuffed(school)
    calls(school)
    assert part(school, rows)[1]["already"] is True
    school.stack.work()
    assert calls(school) == []
    school.hubspot.change(PORTAL, "contacts", before[0]["id"], {"username": "もとい"})
    assert listed(school, rows, name=OTHER) == {"updated": "3"}
    assert (stuffed(school), calls(school)) == (before, ["POST /contacts/batch/update"])
    newer = listed(school, [person(2, username="新")], 2, as_of="2026-11-22T00:00:01Z")
    assert (newer, by_mail(school, "username")["user2@example.jp"]) == ({"updated": "1"}, "新")


def test_a_list_does_not_overwrite_what_is_newer_and_is_overwritten_by_it(stack: Stack) -> None:
    school = opened(stack)
    late = school.event("user.updated", {"id": "r-2", "email": "user2@example.jp", "nickname": "後"})
    known = school.tell("user.updated", {"nickname": "事", "username": "事"})
    mine = {"number": 1, "user": {"id": "u-1", "email": HANAKO, "nickname": "表"}}
    fresh = {
        "number": 3,
        "user": {"id": "u-1", "email": HANAKO, "nickname": "知", "updated_at": "2026-11-23T00:00:00Z"},
    }
    assert listed(school, [mine, person(2, nickname="表")]) == {"stale": "1", "created": "1"}
    assert by_mail(school) == {HANAKO: "事", "user2@example.jp": "表"}
    school.send(late)
    assert (end(school, known), end(school, late), by_mail(school)["user2@example.jp"]) == (DONE, DONE, "後")
    assert listed(school, [fresh], 2) == {"updated": "1"}, "a line that knows its time"
    assert (by_mail(school)[HANAKO], by_mail(school, "username")[HANAKO]) == ("知", "事"), "what it does not tell stays"
    again = school.tell("user.updated", {"nickname": "古"})
    assert end(school, again) == STALE


def test_of_two_lines_of_one_user_one_is_written(stack: Stack) -> None:
    school = opened(stack)
    later_one = person(1, username="後", updated_at="2026-11-23T00:00:00Z")
    assert listed(school, [later_one, person(1, username="先") | {"number": 2}]) == {"created": "1", "stale": "1"}
    assert by_mail(school, "username") == {"user1@example.jp": "後"}


def test_a_list_moves_addresses_brings_back_and_never_deletes(stack: Stack) -> None:
    school = opened(stack)
    school.tell("user.created", {"id": "r-1", "email": "before@example.jp"})
    school.tell("user.created", {"id": "r-2", "email": "user2@example.jp"})
    school.tell("user.deleted", {"id": "r-2", "email": "user2@example.jp"})
    rows = [person(1, status="active"), person(2, status="active")]
    assert listed(school, rows, as_of="2026-11-23T00:00:00Z") == {"updated": "2"}
    assert by_mail(school, "status") == {"user1@example.jp": "active", "user2@example.jp": "active"}
    assert listed(school, rows[:1], 2, as_of="2026-11-24T00:00:00Z") == {"updated": "1"}
    assert len(school.contacts()) == 2


@pytest.mark.parametrize("kind", ["timeout_after", "cut_before", "status"])
@pytest.mark.parametrize("path", ["*/batch/create", "*/batch/update", "*/batch/read"])
def test_a_part_that_is_cut_in_the_middle_goes_on(stack: Stack, path: str, kind: Any) -> None:
    school = opened(stack)
    for number in range(50):
        seeded(school, f"user{number}@example.jp")
    school.hubspot.faults.add(Fault("POST", path, kind, status=503))
    assert part(school, [person(number) for number in range(250)])[0] == 200
    school.stack.work()
    school.stack.restart()
    for _ in range(3):
        later(school, 600)
    assert {row["state"] for row in school.ended().values()} == {"delivered"}
    assert by_mail(school, "username") == {f"user{number}@example.jp": f"user{number}" for number in range(250)}
    outcome = next(iter(school.ended().values()))["outcome"]
    assert sum(int(outcome.get(name, 0)) for name in ("created", "updated")) == 250


def test_a_missing_property_parks_the_part_and_prepare_brings_it_on(stack: Stack) -> None:
    school = opened(stack)
    del school.hubspot.portals[PORTAL].properties["contacts"]["username"]
    assert part(school, [person(number) for number in range(3)])[0] == 200
    school.stack.work()
    (waits,) = school.ended().values()
    assert (waits["state"], waits["reason"]) == ("parked", "lms_property_missing")
    school.tool(HUBSPOT, "prepare", {})
    school.stack.work()
    (done,) = school.ended().values()
    assert (done["state"], done["outcome"]) == ("delivered", {"created": "3"})


def test_a_list_needs_what_events_need(stack: Stack) -> None:
    school = School(stack)
    assert part(school, [person(1)])[0] == 409
    school = opened(stack)
    assert stack.apply(integrations={HUBSPOT: {"enabled": False}})[0] == 200
    for dry_run in (True, False):
        status, told = part(school, [person(1)], dry_run=dry_run)
        assert (status, told["error"]["code"]) == (409, "integration_off")
    assert (school.ended(), school.contacts()) == ({}, [])


def test_events_do_not_wait_for_lists(stack: Stack) -> None:
    school = opened(stack)
    for number in range(1, 9):
        assert part(school, [person(number)], number)[0] == 200
    school.stack.clock.sleep(1)
    school.send(school.event("user.created"))
    first = next(call for call in school.hubspot.calls if call.method == "POST")
    school.stack.work()
    later(school)
    assert {row["state"] for row in school.ended().values()} == {"delivered"}
    assert len(school.contacts()) == 9
    assert first.path.endswith("/contacts")
    assert school.contacts()[0]["email"] == HANAKO


def test_a_thousand_users_cost_21_calls_at_most(stack: Stack) -> None:
    school = opened(stack)
    school.hubspot.settings.change({"burst_limit": None})
    rows = [person(number) for number in range(1000)]
    assert listed(school, rows[::30], 9)["created"] == "34"
    for number in range(1, 1000, 3):
        if number % 30:
            seeded(school, f"user{number}@example.jp")
    school.forget_calls()
    found = listed(school, rows, name=OTHER)
    assert (int(found["created"]) + int(found["updated"]), len(school.contacts())) == (1000, 1000)
    made = calls(school)
    assert len(made) <= 21, made
    assert {call.split()[0] for call in made} == {"POST"}


# What an event would become.


def test_a_preview_says_what_would_be_and_does_nothing(stack: Stack) -> None:
    school = opened(stack)

    def shown(event: dict[str, Any]) -> dict[str, Any]:
        asked = {"integration": HUBSPOT, "source": "lms", "payload": event}
        status, told = stack.api("POST", "/api/workspaces/demo/preview", asked)
        assert status == 200, told
        return told

    told = shown(school.bought())
    assert [one["action"] for one in told["would"]] == ["create"] * 4
    fields = {(one["object"], one["property"]): one["value"] for one in told["fields"]}
    assert fields["contacts", "nickname"] == "佐々木 花子"
    assert fields["products", "hs_sku"] == "101"
    assert (fields["deals", "amount"], fields["line_items", "price"]) == ("12000", "12000")
    assert (told["outcome"], told["warnings"]) == ("delivered", [])
    assert [school.records(kind) for kind in ("contacts", "products", "deals", "line_items")] == [[], [], [], []]
    assert (school.ended(), {call.split()[0] for call in calls(school) if "search" not in call}) == ({}, {"GET"})
    seeded(school)
    told = shown(school.event("user.updated", {"course_ids": [f"course-{number:05d}" for number in range(9000)]}))
    assert [one["action"] for one in told["would"]] == ["update"]
    assert [one["code"] for one in told["warnings"]] == ["lms_cut"]
    assert shown(school.event("user.deleted", {"email": "nobody@example.jp"}))["outcome"] == "skipped"
    seeded(school, "taken@example.jp")
    taken = shown(school.event("user.updated", {"email": "taken@example.jp"}, previous={"email": HANAKO}))
    assert (taken["outcome"], taken["would"]) == ("parked", [])
    event = school.tell("user.updated")
    calls(school)
    repeat = shown(event)
    assert (repeat["outcome"], repeat["would"], calls(school)) == ("skipped", [], [])
    assert AS_OF not in str(repeat)
