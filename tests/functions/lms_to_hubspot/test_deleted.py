"""Users who are deleted, come back, or cannot be written, through the whole stack."""

from __future__ import annotations

from typing import Any

import pytest

from local.sandbox.faults import Fault
from tests.functions.lms_to_hubspot.steps import HANAKO, NEW, by_mail, calls, end, ends, later, listed, opened, outcome
from tests.harness import PORTAL, Stack

DONE = ("delivered", "")
STALE = ("skipped", "lms_stale")


def test_a_deleted_users_contact_stays_and_late_states_do_not_revive_it(stack: Stack) -> None:
    school = opened(stack)
    school.tell("user.created")
    late = school.event("user.updated", {"nickname": "遅"})
    gone = school.tell("user.deleted", {"nickname": "別"})
    assert (end(school, gone), by_mail(school, "status")) == (DONE, {HANAKO: "deleted"})
    school.send(late)
    assert (by_mail(school, "status"), by_mail(school)) == ({HANAKO: "deleted"}, {HANAKO: "遅"})
    again = {**gone, "id": "again"}
    school.send(again)
    back = school.tell("user.updated", {"nickname": "戻"})
    assert (end(school, back), by_mail(school, "status")) == (DONE, {HANAKO: "active"})
    late = {**gone, "id": "late"}
    school.send(late)
    assert (end(school, late), by_mail(school, "status")) == (STALE, {HANAKO: "active"})


def test_who_comes_back_without_telling_a_status_is_not_shown_as_deleted(stack: Stack) -> None:
    school = opened(stack)
    user = {"id": "u-1", "email": HANAKO}
    school.tell("user.created")
    school.tell("user.deleted")
    for number, at in (("u-1", "2026-11-23T00:00:00Z"), ("u-2", "2026-11-24T00:00:00Z")):
        event = school.event("user.created")
        event["data"] = {"user": {**user, "id": number, "updated_at": at}}
        school.send(event)
        assert by_mail(school, "status") == {HANAKO: ""}, number
        school.tell("user.deleted", {"id": number, "updated_at": at.replace("00:00:00", "01:00:00")})
        assert by_mail(school, "status") == {HANAKO: "deleted"}
    assert len(school.contacts()) == 1


def test_who_registers_anew_takes_over_the_contact_and_the_deleted_one_is_out(stack: Stack) -> None:
    school = opened(stack)
    first = school.tell("user.created")
    gone = school.event("user.deleted")
    new = school.event("user.created", {"id": "u-2", "nickname": "新"})
    school.send(new)
    assert end(school, new) == ("parked", "lms_address_taken")
    school.send(gone)
    school.stack.work()
    assert (end(school, new), by_mail(school), by_mail(school, "status")) == (DONE, {HANAKO: "新"}, {HANAKO: "active"})
    assert outcome(school, new)["contact"] == outcome(school, first)["contact"]
    late = {**gone, "id": "late"}
    school.send(late)
    assert by_mail(school, "status") == {HANAKO: "active"}, "it was the other who was deleted"


def test_archive_puts_a_deleted_users_contact_into_the_recycle_bin(stack: Stack) -> None:
    school = opened(stack, deleted="archive")
    school.tell("user.created")
    school.send(school.bought())
    calls(school)
    gone = school.tell("user.deleted")
    assert (end(school, gone), school.contacts(), len(calls(school))) == (DONE, [], 2)
    (bin_,) = [one for one in school.hubspot.state(PORTAL)["contacts"] if one["archived"]]  # type: ignore[attr-defined]
    assert bin_["properties"]["status"] == "deleted"
    school.send({**gone, "id": "again"})
    assert (school.contacts(), len(school.deals()), calls(school)) == ([], 1, [])
    back = school.tell("user.updated", {"nickname": "戻"})
    assert (end(school, back), by_mail(school)) == (DONE, {HANAKO: "戻"})


@pytest.mark.parametrize("deleted", ["keep", "archive"])
def test_a_late_purchase_of_a_deleted_user_still_has_its_deal(stack: Stack, deleted: str) -> None:
    school = opened(stack, deleted=deleted)
    school.tell("user.created")
    late = school.bought()
    school.tell("user.deleted")
    school.send(late)
    later(school)
    assert (end(school, late), len(school.deals())) == (DONE, 1)
    assert by_mail(school, "status") == ({HANAKO: "deleted"} if deleted == "keep" else {})


@pytest.mark.parametrize("turned", [False, True])
def test_deleted_and_registered_anew_in_one_batch(stack: Stack, *, turned: bool) -> None:
    school = opened(stack)
    first = outcome(school, school.tell("user.created"))["contact"]
    both = [school.event("user.deleted"), school.event("user.created", {"id": "u-2", "nickname": "新"})]
    school.send(*(both[::-1] if turned else both))
    assert {end(school, one) for one in both} == {DONE}
    assert outcome(school, both[1])["contact"] == first
    assert (by_mail(school), by_mail(school, "status")) == ({HANAKO: "新"}, {HANAKO: "active"})


@pytest.mark.parametrize("deleted", ["keep", "archive"])
@pytest.mark.parametrize("batch", [1, 2])
def test_a_deleted_user_whose_contact_is_gone_already(stack: Stack, deleted: str, batch: int) -> None:
    school = opened(stack, deleted=deleted)
    made = outcome(school, school.tell("user.created"))["contact"]
    taro: dict[str, Any] = {"id": "u-2", "email": "taro@example.jp"}
    school.tell("user.created", taro)
    school.hubspot.archive(PORTAL, "contacts", made)
    gone = [school.event("user.deleted"), school.event("user.deleted", taro)][:batch]
    school.send(*gone)
    later(school)
    assert end(school, gone[0]) == ("skipped", "lms_unknown_user")
    if batch > 1:
        assert end(school, gone[1]) == DONE
    left = "active" if batch == 1 else "deleted"
    assert by_mail(school, "status") == ({} if deleted == "archive" and batch > 1 else {"taro@example.jp": left})


def test_a_list_from_before_the_deletion_does_not_revive(stack: Stack) -> None:
    school = opened(stack)
    school.tell("user.created")
    gone = school.event("user.deleted") | {"occurred_at": "2026-11-24T00:00:00Z"}
    school.send(gone)
    mine = {"number": 1, "user": {"id": "u-1", "email": HANAKO, "status": "active", "nickname": "表"}}
    assert listed(school, [mine], as_of="2026-11-23T00:00:00Z") == {"updated": "1"}
    assert (by_mail(school, "status"), by_mail(school)) == ({HANAKO: "deleted"}, {HANAKO: "表"})
    assert listed(school, [mine], 2, as_of="2026-11-25T00:00:00Z") == {"updated": "1"}
    assert by_mail(school, "status") == {HANAKO: "active"}


# What HubSpot does not take.


def test_a_bad_address_is_the_users_own_trouble(stack: Stack) -> None:
    school = opened(stack)
    bad = school.event("user.created", {"id": "u-2", "email": "taro@localhost"})
    school.send(bad, school.event("user.created"))
    assert (end(school, bad), by_mail(school)) == (("rejected", "lms_email_invalid"), {HANAKO: "佐々木 花子"})
    alone = school.tell("user.created", {"id": "u-3", "email": "jiro@localhost"})
    assert end(school, alone) == ("rejected", "lms_email_invalid")


def test_a_portal_that_is_down_costs_time_and_nothing_else(stack: Stack) -> None:
    school = opened(stack)
    school.hubspot.faults.add(Fault("*", "/crm/*", "timeout_after", every=2, times=6))
    school.send(school.event("user.created"), school.bought(), school.event("user.updated", {"nickname": "新"}))
    for _ in range(12):
        later(school, 3600)
    assert set(ends(school).values()) <= {DONE, STALE}
    assert (by_mail(school), len(school.deals()), len(school.records("products"))) == ({HANAKO: "新"}, 1, 1)


def test_a_new_address_in_one_batch_with_its_deletion(stack: Stack) -> None:
    school = opened(stack)
    created = school.event("user.created")
    moved = school.event("user.updated", {"email": NEW}, previous={"email": HANAKO})
    school.send(moved, created, school.event("user.deleted", {"email": NEW}))
    assert by_mail(school, "status") == {NEW: "deleted"}
