"""Who is a member under several addresses, and who goes from one to another."""

from __future__ import annotations

from tests.functions.lms_to_mailchimp.steps import HANAKO, NEW, calls, ends, members, opened, seeded, statuses, warned
from tests.harness import Stack


def test_who_was_a_member_under_an_older_address_is_found_whichever_state_comes_first(stack: Stack) -> None:
    school = opened(stack, status_if_new="subscribed")
    for number, status in enumerate(("unsubscribed", "cleaned", "transactional", "subscribed")):
        old, mid, new = (f"{status}{step}@example.jp" for step in "abc")
        seeded(school, old, status)
        user = {"id": f"u-{number}"}
        states = [
            school.event("user.created", {**user, "email": old}),
            school.event("user.updated", {**user, "email": mid}, previous={"email": old}),
            school.event("user.updated", {**user, "email": new}, previous={"email": mid}),
        ]
        for one in reversed(states):
            school.send(one)
        found = statuses(school)
        assert mid not in found
        assert found[new] == ("unsubscribed" if status == "cleaned" else status)
        assert found[old] == ("cleaned" if status == "cleaned" else "archived")
        assert "mailchimp_other_member" in warned(school, states[1])
        again = school.event("user.updated", {**user, "email": old, "updated_at": "2026-11-21T00:00:00Z"})
        school.forget_calls()
        school.send(again)
        assert (ends(school)[again["id"]], calls(school)) == (("skipped", "lms_stale"), []), "it was looked at once"


def test_who_goes_back_to_an_old_address_stays_in_the_audience(stack: Stack) -> None:
    school = opened(stack, status_if_new="subscribed")
    seeded(school, NEW, "transactional")
    school.tell("user.created")
    school.tell("user.updated", {"email": NEW}, previous={"email": HANAKO})
    assert statuses(school) == {HANAKO: "archived", NEW: "transactional"}
    back = school.tell("user.updated", previous={"email": NEW})
    assert statuses(school) == {HANAKO: "transactional", NEW: "archived"}
    assert (ends(school)[back["id"]], warned(school, back)) == (("delivered", "moved"), [])
    seeded(school, "left@example.jp", "unsubscribed")
    school.tell("user.created", {"id": "u-2", "email": "left@example.jp"})
    seeded(school, "b@example.jp", "subscribed")
    school.tell("user.updated", {"id": "u-2", "email": "b@example.jp"}, previous={"email": "left@example.jp"})
    back = school.tell("user.updated", {"id": "u-2", "email": "left@example.jp"}, previous={"email": "b@example.jp"})
    assert statuses(school)["left@example.jp"] == statuses(school)["b@example.jp"] == "archived", "nobody resubscribes"
    assert warned(school, back) == ["mailchimp_not_subscribed"]


def test_who_left_under_an_older_address_does_not_come_back_by_being_deleted(stack: Stack) -> None:
    school = opened(stack, status_if_new="subscribed")
    seeded(school, HANAKO, "unsubscribed")
    first = school.event("user.created")
    school.tell("user.updated", {"email": NEW})
    school.tell("user.deleted", {"email": NEW})
    school.send(first)
    assert statuses(school) == {HANAKO: "archived", NEW: "archived"}
    back = school.tell("user.updated", {"email": NEW})
    assert statuses(school)[NEW] == "archived"
    assert warned(school, back) == ["mailchimp_not_subscribed"]


def test_a_late_state_of_who_was_deleted_waits_for_nobody(stack: Stack) -> None:
    school = opened(stack, on_delete="keep")
    late = school.event("user.updated", {"nickname": "前"})
    school.tell("user.deleted")
    school.tell("user.created", {"id": "u-2", "nickname": "後"})
    school.send(late)
    assert ends(school)[late["id"]] == ("skipped", "lms_stale")
    assert members(school)[HANAKO]["NICKNAME"] == "後"
