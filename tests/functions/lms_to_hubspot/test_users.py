"""A school's users as contacts in HubSpot, through the whole stack."""

from __future__ import annotations

from itertools import permutations
from typing import Any

import pytest

from tests.functions.lms_to_hubspot.steps import (
    HANAKO,
    by_mail,
    calls,
    end,
    ends,
    opened,
    outcome,
    seeded,
)
from tests.harness import PORTAL, Stack
from tests.school import HUBSPOT

DONE = ("delivered", "")
STALE = ("skipped", "lms_stale")
WHOLE = {
    "email": HANAKO,
    "username": "hanako",
    "nickname": "佐々木 花子",
    "has_password": "true",
    "admin_role": "member",
    "group": "2026年春, 営業部",
    "created_at": "2026-11-20T00:00:00.000Z",
    "auth_type": "email",
    "signup_page": "https://school.example/join",
    "status": "active",
    "custom_form_1": "紹介",
}
HUBSPOTS = {"id", "hs_object_id", "createdate", "lastmodifieddate", "hs_email_domain"}


def theirs(contact: dict[str, str]) -> dict[str, str]:
    """What of a contact is not HubSpot's own."""
    return {name: value for name, value in contact.items() if name not in HUBSPOTS}


def test_a_new_user_is_a_contact_with_the_whole_table_by_two_calls(stack: Stack) -> None:
    school = opened(stack)
    event = school.tell("user.created")
    (contact,) = school.contacts()
    assert theirs(contact) == WHOLE
    assert calls(school) == ["GET /contacts/hanako@example.co.jp", "POST /contacts"]
    assert outcome(school, event) == {"contact": contact["id"], "contact_was": "created"}


def test_each_kind_of_event_brings_the_properties(stack: Stack) -> None:
    school = opened(stack, deals=False)
    school.tell("user.created")
    held = {"course_ids": ["101", "102"]}
    for event, name, text in (
        (school.event("user.updated", {"nickname": "新", "custom_forms": {"9": "九"}}), "custom_form_9", "九"),
        (school.bought(held), "purchased_courses", "101, 102"),
        (school.granted({"course_ids": ["101", "102", "103"]}), "purchased_courses", "101, 102, 103"),
        (school.cancelled({"status": "free"}), "status", "free"),
        (school.event("user.updated", {"nickname": None, "groups": [], "has_password": None}), "nickname", ""),
        (school.event("user.deleted", {"status": "active"}), "status", "deleted"),
    ):
        calls(school)
        school.send(event)
        assert (by_mail(school, name), end(school, event)) == ({HANAKO: text}, DONE)
        assert len(calls(school)) == 1
    (contact,) = school.contacts()
    assert contact["custom_form_1"] == "紹介"
    assert "group" not in contact
    assert "has_password" not in contact
    assert not school.deals()
    assert outcome(school, event) == {"contact": contact["id"], "contact_was": "there", "status": "deleted"}


def test_what_was_not_told_stays(stack: Stack) -> None:
    school = opened(stack)
    school.tell("user.created")
    at = "2026-11-23T00:00:00Z"
    bare = school.event("user.updated") | {"data": {"user": {"id": "u-1", "email": HANAKO, "updated_at": at}}}
    school.send(bare)
    (contact,) = school.contacts()
    assert (theirs(contact), end(school, bare)) == (WHOLE, DONE)


# Order and repeats.


@pytest.mark.parametrize("order", list(permutations(range(3))), ids=str)
def test_no_order_lets_an_older_state_win(stack: Stack, order: tuple[int, ...]) -> None:
    school = opened(stack)
    first = school.event("user.created", {"nickname": "一", "custom_forms": {}})
    second = school.bought({"nickname": "二", "custom_forms": {}})
    third = school.event("user.updated", {"nickname": "三", "course_ids": ["101"], "custom_forms": {"2": ""}})
    told = (first, second, third)
    for number in order:
        school.send(told[number])
    (contact,) = school.contacts()
    assert (contact["nickname"], contact["purchased_courses"]) == ("三", "101")
    assert [deal["amount"] for deal in school.deals()] == ["12000"]
    newest = -1
    for number in order:
        fresh, newest = number > newest, max(number, newest)
        assert end(school, told[number]) == (DONE if fresh or number == 1 else STALE)


def test_of_one_time_the_version_decides_and_after_it_the_later_event(stack: Stack) -> None:
    school = opened(stack)
    at = "2026-11-22T01:00:00Z"
    high = school.tell("user.updated", {"updated_at": at, "version": 2, "nickname": "二版"})
    low = school.tell("user.updated", {"updated_at": "2026-11-22T10:00:00+09:00", "version": 1, "nickname": "一版"})
    assert (end(school, high), end(school, low), by_mail(school)) == (DONE, STALE, {HANAKO: "二版"})
    earlier = school.event("user.updated", {"updated_at": at, "version": 3, "nickname": "先"})
    after = school.event("user.updated", {"updated_at": at, "version": 3, "nickname": "後"})
    school.send(after)
    school.send(earlier)
    assert (end(school, after), end(school, earlier), by_mail(school)) == (DONE, STALE, {HANAKO: "後"})
    older = school.tell("user.updated", {"updated_at": "2026-11-22T00:59:59Z", "version": 9, "nickname": "古"})
    assert (end(school, older), by_mail(school)) == (STALE, {HANAKO: "後"}), "the time comes before the version"


def test_a_repeat_writes_nothing_under_the_same_id_and_another(stack: Stack) -> None:
    school = opened(stack)
    event = school.tell("user.created")
    bought = school.bought()
    school.send(bought)
    calls(school)
    school.send(event, bought)
    again, twice = {**event, "id": "again_1"}, {**bought, "id": "again_2"}
    school.send(twice)
    assert calls(school) == []
    school.send(again)
    assert {call.split()[0] for call in calls(school)} <= {"GET"}, "an older state may speak of an older contact"
    assert (end(school, again), end(school, twice)) == (STALE, DONE)
    assert outcome(school, twice) == outcome(school, bought) | {"deal_was": "there"}
    assert (len(school.contacts()), len(school.deals()), len(school.records("line_items"))) == (1, 1, 1)


def test_a_users_events_of_one_batch_are_written_once(stack: Stack) -> None:
    school = opened(stack)
    told = [school.event("user.updated", {"nickname": f"{number}"}) for number in range(5)]
    school.send(*reversed(told))
    assert by_mail(school) == {HANAKO: "4"}
    assert len(calls(school)) == 2
    assert [end(school, one) for one in told] == [STALE] * 4 + [DONE]


# Contacts that are there already.


@pytest.mark.parametrize("values", [{"email": HANAKO}, {"email": "old@example.jp", "hs_additional_emails": HANAKO}])
@pytest.mark.parametrize("others", [0, 3])
def test_an_existing_contact_is_linked_and_updated(stack: Stack, values: dict[str, str], others: int) -> None:
    school = opened(stack)
    there = school.hubspot.seed(PORTAL, "contacts", {**values, "firstname": "花子"})
    new = [school.event("user.created", {"id": f"n-{one}", "email": f"n{one}@example.jp"}) for one in range(others)]
    event = school.event("user.created", {"email": HANAKO.upper()})
    school.send(event, *new)
    assert outcome(school, event) == {"contact": there, "contact_was": "there"}
    assert {end(school, one) for one in new} <= {DONE}
    (contact, *rest) = school.contacts()
    assert (contact["email"], contact["firstname"], contact["nickname"]) == (HANAKO, "花子", "佐々木 花子")
    assert len(rest) == others
    assert len(calls(school)) <= (2 if not others else 3 if values["email"] == HANAKO else 8)


@pytest.mark.parametrize("whole", [False, True])
def test_second_addresses_are_linked_where_hubspot_does_not_look_them_up(stack: Stack, *, whole: bool) -> None:
    school = opened(stack)
    school.hubspot.settings.change({"second_addresses_resolve": False, "conflicts_fail_whole_batch": whole})
    there = [
        school.hubspot.seed(
            PORTAL, "contacts", {"email": f"old{one}@x.example", "hs_additional_emails": f"n{one}@x.example"}
        )
        for one in range(3)
    ]
    alone = school.tell("user.created", {"id": "n-0", "email": "n0@x.example"})
    more = [school.event("user.created", {"id": f"n-{one}", "email": f"n{one}@x.example"}) for one in range(1, 9)]
    school.send(*more)
    assert [outcome(school, one)["contact"] for one in (alone, *more)][:3] == there
    assert set(ends(school).values()) == {DONE}
    assert (len(school.contacts()), set(by_mail(school).values())) == (9, {"佐々木 花子"})


def test_a_number_and_its_text_are_one_id(stack: Stack) -> None:
    school = opened(stack)
    school.tell("user.created", {"id": 7})
    school.send(school.bought({"id": "7"}, "1", id=101), school.bought({"id": 7}, "1", id="101"))
    assert (len(school.contacts()), len(school.deals()), len(school.records("products"))) == (1, 1, 1)


def test_another_portal_has_contacts_of_its_own(stack: Stack) -> None:
    school = opened(stack)
    school.tell("user.created")
    assert stack.connect(222222, switch_account=True)["statusCode"] == 200
    bought = school.bought()
    school.send(bought)
    assert end(school, bought)[1] == "lms_property_missing"
    assert school.tool(HUBSPOT, "prepare", {})[0] == 200
    stack.work()
    assert end(school, bought) == DONE
    assert [len(stack.the(kind, 222222)) for kind in ("contacts", "deals", "products", "line_items")] == [1] * 4
    assert (len(school.contacts()), school.deals()) == (1, [])


@pytest.mark.parametrize("kind", ["user.updated", "user.deleted", "course.purchased"])
def test_whatever_comes_first_makes_or_links_the_contact(stack: Stack, kind: str) -> None:
    school = opened(stack)
    event = school.bought() if kind == "course.purchased" else school.event(kind)
    if kind == "user.deleted":
        school.send(event)
        assert (end(school, event), school.contacts()) == (("skipped", "lms_unknown_user"), [])
        there = seeded(school)
        event = school.tell(kind, {"id": "u-2"})
        assert outcome(school, event) == {"contact": there, "contact_was": "there", "status": "deleted"}
        assert by_mail(school, "status") == {HANAKO: "deleted"}
        return
    school.send(event)
    assert (end(school, event), by_mail(school)) == (DONE, {HANAKO: "佐々木 花子"})


@pytest.mark.parametrize("batch", [1, 2])
def test_a_contact_that_was_merged_in_hubspot_is_followed(stack: Stack, batch: int) -> None:
    school = opened(stack)
    first = school.tell("user.created")
    other = seeded(school, "other@example.jp")
    taro: dict[str, Any] = {"id": "u-2", "email": "taro@example.jp"}
    school.tell("user.created", taro)
    left = school.hubspot.merge(PORTAL, "contacts", other, outcome(school, first)["contact"])
    event, more = school.event("user.updated", {"nickname": "新"}), school.event("user.updated", taro)
    calls(school)
    school.send(*(event, more)[:batch])
    assert (outcome(school, event)["contact"], by_mail(school)[HANAKO]) == (left, "新")
    assert len(calls(school)) <= 3
    school.tell("user.updated", {"nickname": "更に"})
    assert (len(calls(school)), by_mail(school)[HANAKO]) == (1, "更に")


@pytest.mark.parametrize("batch", [1, 2])
def test_a_contact_that_was_deleted_in_hubspot_is_made_again_whole(stack: Stack, batch: int) -> None:
    school = opened(stack)
    first = school.tell("user.created")
    taro: dict[str, Any] = {"id": "u-2", "email": "taro@example.jp"}
    school.tell("user.created", taro)
    school.hubspot.archive(PORTAL, "contacts", outcome(school, first)["contact"])
    event, more = school.event("user.updated"), school.event("user.updated", taro)
    school.send(*(event, more)[:batch])
    made = {one["email"]: one for one in school.contacts()}[HANAKO]
    assert theirs(made) == WHOLE
    assert outcome(school, event) == {"contact": made["id"], "contact_was": "created"}
    school.hubspot.archive(PORTAL, "contacts", made["id"])
    again = seeded(school)
    bought = school.bought()
    school.send(bought)
    assert outcome(school, bought)["contact"] == again, "who has the address now"
