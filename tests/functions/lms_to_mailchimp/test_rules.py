"""A school's users as members of an audience, through the whole stack."""

from __future__ import annotations

from local.sandbox.faults import Fault
from local.sandbox.mailchimp import DEMO
from tests.functions.lms_to_mailchimp.steps import (
    HANAKO,
    NEW,
    calls,
    ends,
    members,
    opened,
    seeded,
    statuses,
    warned,
)
from tests.harness import Stack
from tests.school import School


def test_a_new_user_is_a_member_by_one_call_and_each_event_heals(stack: Stack) -> None:
    school = opened(stack)
    school.tell("user.created")
    assert calls(school) == [("PUT", "200")]
    assert members(school) == {
        HANAKO: {
            "status": "transactional",
            "language": "ja",
            "USERNAME": "hanako",
            "NICKNAME": "佐々木 花子",
            "VERIFIED": "true",
            "ACCTYPE": "free",
            "GROUP": "2026年春, 営業部",
            "SIGNUP": "2026-11-20T00:00:00Z",
            "LASTUSAGE": "2026-11-21T01:00:00Z",
        }
    }
    school.send(school.bought())
    school.send(school.granted({"course_ids": ["101", "102"], "nickname": None}))
    school.send(school.cancelled({"course_ids": ["101", "102"], "account_type": "free"}))
    assert calls(school)[1:] == [("PATCH", "200")] * 3
    assert members(school)[HANAKO]["COURSES"] == "101, 102"
    assert "佐々木 花子" in members(school)[HANAKO]["NICKNAME"], "the cancellation's state is the newest"
    assert set(ends(school).values()) == {("delivered", "written")}


def test_order_and_repeats_do_not_matter(stack: Stack) -> None:
    school = opened(stack, status_if_new="subscribed")
    old, new = school.event("user.created"), school.event("user.updated", {"nickname": "新"})
    school.send(new)
    school.send(old)
    school.send(new)
    assert members(school)[HANAKO]["NICKNAME"] == "新"
    assert ends(school) == {new["id"]: ("delivered", "written"), old["id"]: ("skipped", "lms_stale")}
    both = school.event("user.updated", {"nickname": "後"}), school.event("user.updated", {"nickname": "最後"})
    school.forget_calls()
    school.send(*reversed(both))
    assert calls(school) == [("PATCH", "200")], "a batch writes a user once"
    assert members(school)[HANAKO]["NICKNAME"] == "最後"


def test_consent_is_nobodys_but_the_persons(stack: Stack) -> None:
    school = opened(stack, status_if_new="subscribed")
    for number, status in enumerate(("unsubscribed", "cleaned", "pending", "transactional", "archived")):
        seeded(school, f"{status}@example.jp", status)
        told = school.tell("user.created", {"id": f"u{number}", "email": f"{status}@example.jp"})
        said = ["mailchimp_not_subscribed"] if status not in {"pending", "transactional"} else []
        assert warned(school, told) == said
        school.tell("user.updated", {"id": f"u{number}", "email": f"{status}@example.jp", "nickname": "新"})
    assert {f"{status}@example.jp" for status in statuses(school).values()} == set(statuses(school))
    assert {one["NICKNAME"] for one in members(school).values()} == {"新"}
    school.tell("user.created")
    assert statuses(school)[HANAKO] == "subscribed"


def test_a_new_address_follows_the_member(stack: Stack) -> None:
    school = opened(stack, status_if_new="subscribed")
    school.tell("user.created")
    school.mailchimp.unsubscribe(HANAKO)
    school.tell("user.updated", {"email": NEW}, previous={"email": HANAKO})
    assert statuses(school) == {NEW: "unsubscribed"}
    assert calls(school) == [("PUT", "200"), ("PATCH", "200")]


def test_a_new_address_of_somebody_not_linked_yet_is_looked_for_by_the_old_one(stack: Stack) -> None:
    school = opened(stack, status_if_new="subscribed")
    contact = seeded(school, HANAKO, "unsubscribed")
    school.send(school.event("user.updated", {"email": NEW}, previous={"email": HANAKO}), school.bought({"email": NEW}))
    assert statuses(school) == {NEW: "unsubscribed"}
    assert school.mailchimp.state()["members"][0]["contact_id"] == contact
    school.tell("user.updated", {"id": "u-2", "email": "b@example.jp"}, previous={"email": "a@example.jp"})
    assert statuses(school) == {NEW: "unsubscribed", "b@example.jp": "subscribed"}


def test_a_new_address_that_is_a_member_goes_on_there_with_its_own_consent(stack: Stack) -> None:
    school = opened(stack, status_if_new="subscribed")
    school.tell("user.created")
    seeded(school, NEW, "unsubscribed")
    told = school.tell("user.updated", {"email": NEW}, previous={"email": HANAKO})
    assert statuses(school) == {HANAKO: "archived", NEW: "unsubscribed"}
    assert (ends(school)[told["id"]], warned(school, told)) == (("delivered", "moved"), ["mailchimp_not_subscribed"])
    school.forget_calls()
    school.tell("user.updated", {"email": NEW, "nickname": "新"})
    assert (calls(school), members(school)[NEW]["NICKNAME"]) == ([("PATCH", "200")], "新")


def test_an_address_of_another_user_waits_until_that_one_gives_it_up(stack: Stack) -> None:
    school = opened(stack)
    taro, before = {"id": "u-2", "nickname": "太郎"}, "taro@example.jp"
    school.tell("user.created")
    school.tell("user.created", {**taro, "email": before})
    waits = school.tell("user.updated", {**taro, "email": HANAKO}, previous={"email": before})
    other = school.tell("user.created", {"id": "u-3", "nickname": "三郎", "email": HANAKO})
    assert ends(school)[waits["id"]] == ends(school)[other["id"]] == ("parked", "mailchimp_address_taken")
    assert members(school)[HANAKO]["NICKNAME"] == "佐々木 花子", "nobody writes into another's member"
    school.tell("user.updated", {"email": NEW}, previous={"email": HANAKO})
    school.stack.work()
    assert {email: one["NICKNAME"] for email, one in members(school).items()} == {NEW: "佐々木 花子", HANAKO: "太郎"}
    assert ends(school)[waits["id"]] == ("delivered", "written")
    assert ends(school)[other["id"]] == ("parked", "mailchimp_address_taken")
    school.tell("user.deleted", {**taro, "email": HANAKO})
    school.stack.work()
    assert ends(school)[other["id"]] == ("delivered", "written")
    assert (members(school)[HANAKO]["NICKNAME"], statuses(school)[HANAKO]) == ("三郎", "transactional")


def test_who_waits_for_an_address_and_gets_another_waits_no_more(stack: Stack) -> None:
    school = opened(stack)
    school.tell("user.created")
    waits = school.tell("user.created", {"id": "u-2"})
    assert ends(school)[waits["id"]] == ("parked", "mailchimp_address_taken")
    school.tell("user.updated", {"id": "u-2", "email": NEW})
    school.stack.work()
    assert ends(school)[waits["id"]] == ("skipped", "lms_stale")
    assert statuses(school).keys() == {HANAKO, NEW}


def test_addresses_handed_on_in_one_batch(stack: Stack) -> None:
    school = opened(stack)
    a, b = {"id": "a", "nickname": "A"}, {"id": "b", "nickname": "B"}
    school.send(school.event("user.created", a), school.event("user.created", {**b, "email": "b@example.jp"}))
    school.send(school.event("user.updated", {**b, "email": HANAKO}), school.event("user.updated", {**a, "email": NEW}))
    assert {email: one["NICKNAME"] for email, one in members(school).items()} == {NEW: "A", HANAKO: "B"}
    assert {state for state, _ in ends(school).values()} == {"delivered"}


def test_a_deleted_user_is_archived_and_comes_back_as_before(stack: Stack) -> None:
    school = opened(stack, status_if_new="subscribed")
    for status in ("subscribed", "pending", "unsubscribed", "cleaned"):
        seeded(school, f"{status}@example.jp", status)
        user = {"id": status, "email": f"{status}@example.jp"}
        school.tell("user.created", user)
        gone = school.tell("user.deleted", user)
        assert statuses(school)[user["email"]] == ("cleaned" if status == "cleaned" else "archived")
        assert ends(school)[gone["id"]] == ("delivered", "archived")
        assert warned(school, gone) == (["mailchimp_not_archived"] if status == "cleaned" else [])
        school.tell("user.updated", user)
    assert list(statuses(school).values()) == ["subscribed", "pending", "archived", "cleaned"]
    late = school.event("user.created")
    school.tell("user.deleted")
    school.send(late)
    assert statuses(school)[HANAKO] == "archived"
    assert members(school)[HANAKO]["USERNAME"] == "hanako", "what is late is written, and stays out of the audience"
    school.tell("user.created")
    assert statuses(school)[HANAKO] == "subscribed"


def test_a_deletion_makes_nobody(stack: Stack) -> None:
    school = opened(stack)
    told = school.tell("user.deleted")
    assert (members(school), ends(school)[told["id"]]) == ({}, ("skipped", "lms_unknown_user"))
    seeded(school, NEW)
    school.tell("user.deleted", {"id": "u-2", "email": NEW})
    assert statuses(school) == {NEW: "archived"}, "who was a member before we came, too"


def test_deleted_for_ever_if_wished(stack: Stack) -> None:
    school = opened(stack, on_delete="permanent", status_if_new="subscribed")
    late = school.event("user.updated")
    school.tell("user.created")
    school.tell("user.deleted")
    assert members(school) == {}
    school.send(late)
    assert ends(school)[late["id"]] == ("skipped", "lms_stale")
    back = school.tell("user.created")
    assert ends(school)[back["id"]] == ("rejected", "mailchimp_forgotten")
    assert members(school) == {}


def test_a_deleted_user_is_kept_if_wished(stack: Stack) -> None:
    school = opened(stack, on_delete="keep", status_if_new="subscribed")
    school.tell("user.created")
    school.forget_calls()
    school.tell("user.deleted")
    assert (statuses(school), calls(school)) == ({HANAKO: "subscribed"}, [])


def test_a_member_that_somebody_deleted_is_made_anew_and_one_taken_back_is_left_so(stack: Stack) -> None:
    school = opened(stack)
    school.tell("user.created")
    school.mailchimp.reset()
    school.tool("lms_to_mailchimp", "prepare", {})
    school.tell("user.updated", {"nickname": "新"})
    assert members(school)[HANAKO]["NICKNAME"] == "新"
    assert calls(school)[-2:] == [("PATCH", "404"), ("PUT", "200")]


def test_missing_fields_and_what_was_cut_are_told(stack: Stack) -> None:
    school = opened(stack)
    courses = [f"course-{number:03}" for number in range(40)]
    told = school.tell("user.created", {"course_ids": courses})
    assert warned(school, told) == ["mailchimp_cut"]
    assert members(school)[HANAKO]["COURSES"] == ", ".join(courses[:21]) + "…"
    school.mailchimp.reset()
    told = school.tell("user.updated")
    assert warned(school, told) == ["mailchimp_fields_missing"]
    (warning,) = school.ended("lms_to_mailchimp")[told["id"]]["warnings"]
    assert "renkei lms prepare-mailchimp" in warning["message"]
    assert "LECTURES" in warning["message"]


def test_an_audience_that_takes_our_fields_not_waits_until_it_does(stack: Stack) -> None:
    school = School(stack)
    assert stack.connect_mailchimp()[0] == stack.connect_lms()[0] == 200
    assert stack.apply(integrations={"lms_to_mailchimp": {}})[0] == 200
    school.mailchimp.configure({"unknown_tags": "refused"})
    told = school.tell("user.created")
    assert ends(school)[told["id"]] == ("parked", "mailchimp_fields")
    assert school.tool("lms_to_mailchimp", "prepare", {})[0] == 200
    stack.work()
    assert ends(school)[told["id"]] == ("delivered", "written")
    assert members(school)[HANAKO]["USERNAME"] == "hanako"


def test_who_is_refused_harms_nobody_else(stack: Stack) -> None:
    school = opened(stack)
    good = school.event("user.created")
    bad = school.event("user.created", {"id": "u-2", "email": "somebody@nowhere"})
    school.send(bad, good)
    assert ends(school) == {bad["id"]: ("rejected", "mailchimp_address"), good["id"]: ("delivered", "written")}


def test_what_is_done_is_done_when_mailchimp_asks_for_a_pause(stack: Stack) -> None:
    school = opened(stack)
    users = [{"id": f"u{number}", "email": f"u{number}@example.jp"} for number in range(3)]
    school.mailchimp.faults.add(Fault(status=429, every=2, headers={"Retry-After": "40"}))
    school.send(*(school.event("user.created", user) for user in users))
    assert [state for state, _ in ends(school).values()].count("delivered") == 1
    assert len(calls(school)) == 2, "and the rest are not tried"
    stack.clock.sleep(120)
    stack.sweep()
    stack.work()
    assert set(ends(school).values()) == {("delivered", "written")}
    assert len(members(school)) == 3


def test_a_key_that_was_withdrawn_parks_all_until_somebody_connects_again(stack: Stack) -> None:
    school = opened(stack)
    school.mailchimp.configure({"withdrawn": [DEMO.api_key]})
    told = school.tell("user.created")
    assert ends(school)[told["id"]] == ("parked", "key_refused")
    school.mailchimp.configure({"withdrawn": [], "deleted_audiences": [DEMO.audience]})
    assert stack.connect_mailchimp()[0] != 200, "without its audience there is nothing to connect"
    school.mailchimp.configure({"deleted_audiences": []})
    assert stack.connect_mailchimp()[0] == 200
    stack.work()
    assert ends(school)[told["id"]] == ("delivered", "written")
    school.mailchimp.configure({"deleted_audiences": [DEMO.audience]})
    told = school.tell("user.updated")
    assert ends(school)[told["id"]] == ("parked", "mailchimp_no_audience")
