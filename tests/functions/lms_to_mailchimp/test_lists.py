"""A list of users on its way into an audience: together where it can be, and again from where it was cut off."""

from __future__ import annotations

from typing import Any

from local.sandbox.faults import Fault
from renkei.vendors.mailchimp import subscriber
from tests.functions.lms_to_mailchimp.steps import HANAKO, calls, members, opened, seeded, statuses
from tests.harness import Stack
from tests.school import MAILCHIMP, School

_AS_OF = "2026-11-22T02:00:00Z"


def users(many: int, **told: Any) -> list[dict[str, Any]]:
    return [{"id": f"u-{number}", "email": f"user{number}@example.jp", **told} for number in range(1, many + 1)]


def taken(school: School, people: list[dict[str, Any]], part: int = 1, as_of: str = _AS_OF, **asked: Any) -> Any:
    """Take a part of a list; gives its delivery's outcome, or what a rehearsal says."""
    rows = [{"number": number, "user": user} for number, user in enumerate(people, 1)]
    body = {"import": "0123456789abcdef", "part": part, "school_id": "demo", "as_of": as_of, "rows": rows}
    status, told = school.tool(MAILCHIMP, "part", body | asked)
    assert status == 200, told
    school.stack.work()
    return told["outcome"] if asked else school.ended(MAILCHIMP)[f"0123456789abcdef-{part}"].get("outcome")


def test_five_hundred_new_ones_by_one_call(stack: Stack) -> None:
    school = opened(stack, status_if_new="subscribed")
    assert school.tool(MAILCHIMP, "size")[1] == {"rows": 500}
    people = users(500, nickname="新")
    assert taken(school, people, dry_run=True) == {"created": "500"}
    assert members(school) == {}
    school.forget_calls()
    assert taken(school, people) == {"created": "500"}
    assert calls(school) == [("POST", "200")]
    assert members(school)["user7@example.jp"] == {"status": "subscribed", "language": "", "NICKNAME": "新"}
    school.forget_calls()
    assert taken(school, people, 2, "2026-11-22T02:10:00Z") == {"unchanged": "500"}
    assert calls(school) == []
    people[3]["nickname"] = "後"
    assert taken(school, people[:20], 3, "2026-11-22T02:20:00Z") == {"unchanged": "19", "updated": "1"}
    assert calls(school) == [("PATCH", "200")]
    assert taken(school, people[:5], 4, "2026-11-22T02:00:30Z") == {"stale": "5"}
    school.tell("user.updated", {**people[0], "nickname": "知らせ", "updated_at": "2026-11-22T02:30:00Z"})
    assert taken(school, people[:1], 5, "2026-11-22T02:25:00Z") == {"stale": "1"}
    assert members(school)["user1@example.jp"]["NICKNAME"] == "知らせ"


def test_each_line_has_its_own_end(stack: Stack) -> None:
    school = opened(stack)
    seeded(school, "user1@example.jp", "unsubscribed")
    school.tell("user.created", {"id": "u-2", "email": "user2@example.jp"})
    school.tell("user.deleted", {"id": "u-2", "email": "user2@example.jp", "updated_at": "2026-11-22T03:00:00Z"})
    people = users(4)
    people += [{"id": "u-5", "email": "no address"}, {"id": "u-6", "email": "somebody@nowhere"}]
    people += [{"id": "u-7", "email": "USER4@example.jp"}]
    told = taken(school, people)
    assert {name: count for name, count in told.items() if name != "rows"} == {
        "created": "2",
        "updated": "1",
        "deleted": "1",
        "rejected": "3",
    }
    assert [line.partition(" (")[0] for line in told["rows"].split("; ")] == [
        "5 lms_payload",
        "6 mailchimp_address",
        "7 mailchimp_address_taken",
    ]
    assert statuses(school)["user1@example.jp"] == "unsubscribed"
    assert "example" not in told["rows"]


def test_a_part_that_was_cut_off_goes_on_and_says_what_was_done(stack: Stack) -> None:
    school = opened(stack)
    people = users(6)
    for user in people[:3]:
        seeded(school, user["email"])
    school.mailchimp.faults.add(Fault(method="PUT", kind="timeout_after", every=2))
    assert taken(school, people) == {"created": "3", "updated": "3"}
    first = [("POST", "200"), ("PUT", "200"), ("PUT", "0")]
    assert calls(school) == [*first, ("POST", "200"), ("PUT", "200"), ("PUT", "200")], "who is done is not asked again"


def test_events_do_not_wait_for_lists(stack: Stack) -> None:
    school = opened(stack)
    event = school.event("user.created")
    for user in (people := users(40)):
        seeded(school, user["email"])
    for part in range(3):
        rows = [{"number": 1, "user": user} for user in people[part::3]]
        body = {"import": "0123456789abcdef", "part": part + 1, "school_id": "demo", "as_of": _AS_OF, "rows": rows}
        assert school.tool(MAILCHIMP, "part", body)[0] == 200
    school.send(event)
    assert school.mailchimp.calls[0].path.endswith(subscriber(HANAKO)), "it came first"
    assert len(members(school)) == 41
    assert all(row["state"] == "delivered" for row in school.ended(MAILCHIMP).values())
    assert members(school)[HANAKO]["USERNAME"] == "hanako"


def test_what_was_left_out_is_told_and_comes_with_the_next_list(stack: Stack) -> None:
    school = School(stack)
    assert stack.connect_mailchimp()[0] == stack.connect_lms()[0] == 200
    assert stack.apply(integrations={MAILCHIMP: {}})[0] == 200
    people = users(2, nickname="新", course_ids=[f"course-{number:03}" for number in range(40)])
    seeded(school, "user2@example.jp", "unsubscribed")
    assert taken(school, people) == {"created": "1", "updated": "1"}
    told = {one["code"]: one["message"] for one in school.ended(MAILCHIMP)["0123456789abcdef-1"]["warnings"]}
    assert told.keys() == {"mailchimp_cut", "mailchimp_fields_missing", "mailchimp_not_subscribed"}
    assert "COURSES, NICKNAME" in told["mailchimp_fields_missing"]
    assert school.tool(MAILCHIMP, "prepare", {})[0] == 200
    assert taken(school, people, 2) == {"updated": "2"}
    assert {one["NICKNAME"] for one in members(school).values()} == {"新"}
    assert taken(school, people, 3) == {"unchanged": "2"}


def test_who_was_deleted_and_is_on_the_list_again_is_not_unchanged(stack: Stack) -> None:
    school = opened(stack, status_if_new="subscribed")
    joined = school.event("user.created", {"nickname": None})
    school.send(joined, school.event("user.deleted"))
    assert statuses(school) == {HANAKO: "archived"}
    user = {name: told for name, told in joined["data"]["user"].items() if name != "updated_at"}
    assert taken(school, [user], as_of="2026-11-24T00:00:00Z") == {"updated": "1"}
    assert statuses(school) == {HANAKO: "subscribed"}


def test_every_line_that_was_refused_is_named(stack: Stack) -> None:
    school = opened(stack)
    told = taken(school, [{"id": f"u-{number}", "email": "none"} for number in range(150)])
    assert len(told["rows"].split("; ")) == int(told["rejected"]) == 150
