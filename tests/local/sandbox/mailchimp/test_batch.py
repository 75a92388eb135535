"""Many members in one request to the sandbox Mailchimp, and how fast it is with many members."""

import time
from typing import Any

import pytest

from local.sandbox.mailchimp import DEMO, Mailchimp
from local.sandbox.mailchimp.members import subscriber
from tests.local.sandbox.callers import Caller

LIST = f"/3.0/lists/{DEMO.audience}"
FORGOTTEN, THERE, GONE, ARCHIVED = (f"{name}@school.example" for name in ("forgotten", "there", "gone", "archived"))


def _row(email: str, status: str = "transactional", **fields: object) -> dict[str, object]:
    return {"email_address": email, "status": status, "merge_fields": fields}


@pytest.fixture
def known(api: Caller, mailchimp: Mailchimp) -> None:
    for email, status in (
        (FORGOTTEN, "subscribed"),
        (THERE, "subscribed"),
        (GONE, "unsubscribed"),
        (ARCHIVED, "archived"),
    ):
        mailchimp.seed(DEMO.api_key, DEMO.audience, email, status)  # type: ignore[arg-type]
    assert api.post(f"{LIST}/members/{subscriber(FORGOTTEN)}/actions/delete-permanent").ok


@pytest.mark.usefixtures("known")
def test_only_new_ones(api: Caller, mailchimp: Mailchimp) -> None:
    rows = [
        _row("One@school.example", FNAME="Ichi", NONE="x"),
        _row(THERE.upper(), FNAME="x"),
        _row(ARCHIVED, FNAME="x"),
        _row(FORGOTTEN),
        _row("two@school.example", "pending"),
        _row("three@localhost"),
        _row("four@school.example", BIRTHDAY="x"),
    ]
    answer = api.post(LIST, json={"members": rows, "update_existing": False}).json()
    assert (answer["total_created"], answer["total_updated"], answer["error_count"]) == (2, 0, 5)
    assert [(one["email_address"], one["status"]) for one in answer["new_members"]] == [
        ("One@school.example", "transactional"),
        ("two@school.example", "pending"),
    ]
    made = {one["email_address"]: one["contact_id"] for one in mailchimp.state()["members"]}
    assert [one["contact_id"] for one in answer["new_members"]] == [
        made["One@school.example"],
        made["two@school.example"],
    ]
    assert answer["new_members"][0]["merge_fields"]["FNAME"] == "Ichi"
    told = [(one["email_address"], one["error_code"], one["field"]) for one in answer["errors"]]
    assert told == [
        (THERE.upper(), "ERROR_CONTACT_EXISTS", ""),
        (ARCHIVED, "ERROR_CONTACT_EXISTS", ""),
        (FORGOTTEN, "ERROR_GENERIC", ""),
        ("three@localhost", "ERROR_GENERIC", ""),
        ("four@school.example", "ERROR_GENERIC", "BIRTHDAY"),
    ]
    assert {one["full_name"] for one in mailchimp.state()["members"]} == {"Ichi", ""}


@pytest.mark.usefixtures("known")
def test_those_that_are_there_too(api: Caller) -> None:
    rows = [_row(THERE, FNAME="San"), _row(GONE, "subscribed"), _row(ARCHIVED, "pending"), _row("new@school.example")]
    answer = api.post(LIST, json={"members": rows, "update_existing": True}).json()
    updated = [(one["email_address"], one["merge_fields"]["FNAME"]) for one in answer["updated_members"][:1]]
    assert (updated, answer["total_updated"], answer["total_created"]) == ([(THERE, "San")], 2, 1)
    assert [one["status"] for one in answer["updated_members"]] == ["transactional", "pending"]
    (error,) = answer["errors"]
    assert (error["email_address"], error["error_code"]) == (GONE, "ERROR_GENERIC")
    assert "compliance state" in error["error"]


@pytest.mark.parametrize(
    ("members", "field"),
    [
        (None, "members"),
        ([], "members"),
        ([_row(f"{n}@school.example") for n in range(501)], "members"),
        ([_row(THERE), _row(THERE.upper())], "members"),
        ([_row("a@b.example"), {"status": "subscribed"}], "members.item:1"),
        ([_row("a@b.example", "archived")], "members.item:0"),
        (["a@b.example"], "members.item:0"),
    ],
    ids=["none", "empty", "501", "twice", "no address", "archived", "text"],
)
def test_refused_as_a_whole(api: Caller, mailchimp: Mailchimp, members: Any, field: str) -> None:
    answer = api.post(LIST, json={"members": members})
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, field)
    assert mailchimp.state()["members"] == []


def test_twice_is_once_where_that_is_told(api: Caller) -> None:
    rows = [_row(THERE, FNAME="first"), _row(THERE.upper(), FNAME="second")]
    answer = api.post(f"{LIST}?skip_duplicate_check=true", json={"members": rows}).json()
    assert [one["merge_fields"]["FNAME"] for one in answer["new_members"]] == ["first"]


def test_twenty_thousand_members_are_no_trouble(mailchimp: Mailchimp) -> None:
    """No call looks at all of them: a hundred take no longer with twenty thousand than they may with one."""
    for number in range(20_000):
        mailchimp.seed(DEMO.api_key, DEMO.audience, f"{number}@school.example")
    members = mailchimp.accounts[DEMO.api_key].audiences[DEMO.audience].members
    start = time.perf_counter()
    for number in range(100):
        member = members.find(f"{number}@school.example")
        assert member is not None
        members.turn(member, "archived", mailchimp.clock())
        members.rename(member, f"new{number}@school.example")
    assert time.perf_counter() - start < 0.5
    assert (members.counts["subscribed"], members.counts["archived"]) == (19_900, 100)
