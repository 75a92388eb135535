"""A mail address that changes: the link decides, not the address; nobody's contact becomes another's."""

from __future__ import annotations

from typing import Any

import pytest

from tests.functions.lms_to_hubspot.steps import (
    HANAKO,
    NEW,
    by_mail,
    calls,
    end,
    ends,
    later,
    opened,
    outcome,
    seeded,
)
from tests.harness import PORTAL, Stack
from tests.school import HUBSPOT, School

DONE = ("delivered", "")
STALE = ("skipped", "lms_stale")
PARKED = ("parked", "lms_address_taken")
A: dict[str, Any] = {"id": "a", "nickname": "A"}
B: dict[str, Any] = {"id": "b", "nickname": "B"}


def told(school: School, event: dict[str, Any]) -> str:
    """What people are told of an event's delivery."""
    return str(school.ended()[event["id"]]["message"])


def retry(school: School, event: dict[str, Any]) -> None:
    """`renkei retry`, and the worker."""
    id_ = school.ended()[event["id"]]["id"]
    assert school.stack.api("POST", f"/api/workspaces/demo/deliveries/{id_}/retry", {})[0] == 200
    school.stack.work()


@pytest.mark.parametrize("more", [{}, {"previous": {"email": HANAKO}}, {"previous": {"email": "wrong@example.jp"}}])
def test_a_new_address_follows_the_link_by_one_call(stack: Stack, more: dict[str, Any]) -> None:
    school = opened(stack)
    made = outcome(school, school.tell("user.created"))["contact"]
    seeded(school, "wrong@example.jp", nickname="人違い")
    calls(school)
    moved = school.tell("user.updated", {"email": NEW}, **more)
    assert (outcome(school, moved)["contact"], len(calls(school))) == (made, 1)
    assert by_mail(school) == {NEW: "佐々木 花子", "wrong@example.jp": "人違い"}
    bought = school.bought({"email": NEW})
    school.send(bought)
    assert outcome(school, bought)["contact"] == made


def test_who_is_not_linked_yet_is_found_by_the_address_before(stack: Stack) -> None:
    school = opened(stack)
    there = seeded(school)
    moved = school.tell("user.updated", {"email": NEW}, previous={"email": HANAKO})
    assert outcome(school, moved) == {"contact": there, "contact_was": "there"}
    assert by_mail(school) == {NEW: "佐々木 花子"}
    school.tell("user.updated", {**A, "email": "a@new.example.jp"}, previous={"email": "a@example.jp"})
    assert by_mail(school) == {NEW: "佐々木 花子", "a@new.example.jp": "A"}, "and where there is none, one is made"


def test_only_its_capitals_are_no_change(stack: Stack) -> None:
    school = opened(stack)
    school.tell("user.created")
    event = school.tell("user.updated", {"email": "Hanako@Example.CO.JP"}, previous={"email": HANAKO})
    assert (end(school, event), by_mail(school)) == (DONE, {HANAKO: "佐々木 花子"})


def test_two_contacts_of_one_unlinked_user_are_named_both(stack: Stack) -> None:
    school = opened(stack)
    old, new = seeded(school), seeded(school, NEW)
    moved = school.tell("user.updated", {"email": NEW}, previous={"email": HANAKO})
    assert end(school, moved) == PARKED
    assert (old in told(school, moved), new in told(school, moved)) == (True, True)
    assert by_mail(school) == {HANAKO: "", NEW: ""}, "nothing is written into either"
    school.hubspot.merge(PORTAL, "contacts", new, old)
    retry(school, moved)
    assert (end(school, moved), by_mail(school)) == (DONE, {NEW: "佐々木 花子"})


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("batch", [1, 3])
def test_an_address_that_a_contact_has_parks_with_both_ids_and_nobody_else(
    stack: Stack, batch: int, *, whole: bool
) -> None:
    school = opened(stack)
    mine = outcome(school, school.tell("user.created"))["contact"]
    school.send(
        school.event("user.created", {**A, "email": "a@example.jp"}),
        school.event("user.created", {**B, "email": "b@example.jp"}),
    )
    taken = seeded(school, NEW, nickname="他人")
    school.hubspot.settings.change({"conflicts_fail_whole_batch": whole})
    moved = school.event("user.updated", {"email": NEW}, previous={"email": HANAKO})
    bought = school.bought({"email": NEW})
    others = [
        school.event("user.updated", {**one, "email": f"{one['id']}@example.jp", "nickname": "新"}) for one in (A, B)
    ]
    school.send(*[moved, *others][:batch])
    later(school)
    assert end(school, moved) == PARKED
    assert (mine in told(school, moved), taken in told(school, moved)) == (True, True)
    assert NEW not in str(school.ended())
    assert [end(school, one) for one in others[: batch - 1]] == [DONE] * (batch - 1)
    assert by_mail(school)[HANAKO] == "佐々木 花子"
    school.send(bought)
    assert (end(school, bought), school.deals()) == (PARKED, []), "what comes after it waits, too"
    school.hubspot.change(PORTAL, "contacts", taken, {"email": "other@example.jp"})
    retry(school, moved)
    school.stack.work()
    assert {end(school, moved), end(school, bought)} <= {DONE, STALE}
    assert (by_mail(school)[NEW], len(school.deals())) == ("佐々木 花子", 1)


def test_a_parked_one_is_done_with_once_the_user_has_an_address_that_is_free(stack: Stack) -> None:
    school = opened(stack)
    school.tell("user.created")
    other = seeded(school, NEW)
    moved = school.tell("user.updated", {"email": NEW})
    assert end(school, moved) == PARKED
    again = school.tell("user.updated", {"email": "third@example.jp"}, previous={"email": NEW})
    school.stack.work()
    assert (end(school, again), end(school, moved)) == (DONE, DONE)
    assert by_mail(school) == {"third@example.jp": "佐々木 花子", NEW: ""}
    (warning,) = school.ended()[moved["id"]]["warnings"]
    assert (warning["code"], other in warning["message"]) == ("lms_other_contact", True), "it may be the same person's"


# Addresses that go from one user to another.


def test_an_address_of_another_user_waits_until_that_one_gives_it_up(stack: Stack) -> None:
    school = opened(stack)
    school.tell("user.created")
    school.tell("user.created", {**A, "email": "a@example.jp"})
    linked = school.tell("user.updated", {**A, "email": HANAKO}, previous={"email": "a@example.jp"})
    unlinked = school.tell("user.created", {**B, "email": HANAKO})
    assert end(school, linked) == end(school, unlinked) == PARKED
    assert by_mail(school) == {HANAKO: "佐々木 花子", "a@example.jp": "A"}
    school.tell("user.updated", {"email": NEW}, previous={"email": HANAKO})
    school.stack.work()
    assert by_mail(school) == {NEW: "佐々木 花子", HANAKO: "A"}
    assert (end(school, linked), end(school, unlinked)) == (DONE, PARKED)
    school.tell("user.deleted", {**A, "email": HANAKO})
    school.stack.work()
    assert (end(school, unlinked), by_mail(school)) == (DONE, {NEW: "佐々木 花子", HANAKO: "B"})


@pytest.mark.parametrize("turned", [False, True])
@pytest.mark.parametrize("together", [False, True])
def test_an_address_is_handed_on(stack: Stack, *, turned: bool, together: bool) -> None:
    school = opened(stack)
    school.send(
        school.event("user.created", A | {"email": "a@example.jp"}), school.event("user.created", B | {"email": HANAKO})
    )
    frees = school.event("user.updated", {**B, "email": NEW}, previous={"email": HANAKO})
    takes = school.event("user.updated", {**A, "email": HANAKO}, previous={"email": "a@example.jp"})
    batch = [takes, frees] if turned else [frees, takes]
    for events in [batch] if together else [[one] for one in batch]:
        school.send(*events)
    later(school)
    assert by_mail(school) == {NEW: "B", HANAKO: "A"}
    assert set(ends(school).values()) == {DONE}


@pytest.mark.parametrize("together", [False, True])
def test_two_users_who_exchange_addresses_go_on_once_one_gives_way(stack: Stack, *, together: bool) -> None:
    school = opened(stack)
    a, b = "a@example.jp", "b@example.jp"
    made = [
        outcome(school, school.tell("user.created", {**one, "email": mail}))["contact"]
        for one, mail in ((A, a), (B, b))
    ]
    crossed = [
        school.event("user.updated", {**A, "email": b}, previous={"email": a}),
        school.event("user.updated", {**B, "email": a}, previous={"email": b}),
    ]
    for events in [crossed] if together else [[one] for one in crossed]:
        school.send(*events)
    later(school)
    if {end(school, one) for one in crossed} != {DONE}:
        assert {end(school, one) for one in crossed} == {PARKED}
        assert all(id_ in told(school, one) for one in crossed for id_ in made)
        assert by_mail(school) == {a: "A", b: "B"}, "nobody's record is mixed up"
        school.tell("user.updated", {**A, "email": NEW}, previous={"email": b})
        school.stack.work()
        assert by_mail(school) == {NEW: "A", a: "B"}
        school.tell("user.updated", {**A, "email": b}, previous={"email": NEW})
    assert {one["email"]: one["id"] for one in school.contacts()} == {b: made[0], a: made[1]}
    assert not school.stack.deliveries("parked")


def test_two_new_users_of_one_address_share_no_contact(stack: Stack) -> None:
    school = opened(stack)
    for number in (1, 2):
        one = school.event("user.created", {"id": f"one-{number}", "email": f"same{number}@example.jp"})
        two = school.event("user.created", {"id": f"two-{number}", "email": f"same{number}@example.jp"})
        if number == 2:
            seeded(school, "same2@example.jp")
        school.send(one, two)
        later(school)
        assert sorted([end(school, one), end(school, two)]) == [DONE, PARKED]
    assert len(school.contacts()) == 2


@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize("new_id", [False, True])
def test_two_users_whose_contacts_somebody_merged_do_not_overwrite_each_other(
    stack: Stack, *, new_id: bool, together: bool
) -> None:
    school = opened(stack)
    school.hubspot.settings.change({"merge_gives_new_id": new_id})
    mine, theirs = (school.tell("user.created", {**one, "email": f"{one['id']}@example.jp"}) for one in (A, B))
    school.hubspot.merge(PORTAL, "contacts", outcome(school, mine)["contact"], outcome(school, theirs)["contact"])
    first, second = (school.event("user.updated", {**one, "email": f"{one['id']}@example.jp"}) for one in (A, B))
    for events in [[first, second]] if together else [[first], [second]]:
        school.send(*events)
    (contact,) = school.contacts()
    assert (contact["email"], contact["nickname"]) == ("a@example.jp", "A")
    assert (end(school, first), end(school, second)) == (DONE, DONE)
    (warning,) = school.ended()[second["id"]]["warnings"]
    assert (warning["code"], contact["id"] in warning["message"]) == ("lms_shared_contact", True)
    assert school.ended()[first["id"]]["warnings"] == []


def test_a_first_state_and_a_late_one_before_a_move_leave_one_contact(stack: Stack) -> None:
    school = opened(stack)
    created = school.event("user.created")
    moved = school.event("user.updated", {"email": NEW}, previous={"email": HANAKO})
    school.send(moved)
    school.send(created)
    assert (by_mail(school), end(school, created)) == ({NEW: "佐々木 花子"}, STALE)


def test_a_school_of_another_id_has_other_users(stack: Stack) -> None:
    school = opened(stack)
    school.tell("user.created")
    other = school.event("user.created", {"email": NEW, "nickname": "別校"}) | {"school_id": "osaka"}
    school.send(other)
    assert by_mail(school) == {HANAKO: "佐々木 花子", NEW: "別校"}
    assert school.ended(HUBSPOT)[other["id"]]["state"] == "delivered"
