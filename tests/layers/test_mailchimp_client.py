"""The thin client of Mailchimp, against its sandbox and its description: what it sends, reads and refuses."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
import requests

from local.sandbox.faults import Fault
from local.sandbox.inprocess import WsgiAdapter
from local.sandbox.mailchimp import DEMO
from local.sandbox.mailchimp import Mailchimp as Sandbox
from renkei.errors import Conflict, NotFound, Outcome, Reconnect, Rejected, Retry
from renkei.http import Answer
from renkei.vendors.mailchimp import Mailchimp, Member, Values, subscriber
from renkei.vendors.mailchimp_errors import classify, of_batch
from tests.harness import Clock
from tests.layers.telling import told
from tests.local.sandbox.contract import Checked
from tests.local.sandbox.mailchimp.contract import mailchimp_checker

ADDRESS = "http://127.0.0.1:3001/mailchimp"
KEYS = {"api_key": DEMO.api_key, "audience": DEMO.audience}
HANAKO = "Hanako@Example.co.jp"
LECTURES = "LECTURES"


@pytest.fixture
def sandbox(monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    monkeypatch.setenv("RENKEI_MAILCHIMP_URL", f"{ADDRESS}/3.0")
    return Sandbox(Clock())


@pytest.fixture
def mailchimp(sandbox: Sandbox) -> Iterator[Mailchimp]:
    """Whatever breaks Mailchimp's description fails the test in the end."""
    checked, session = Checked(sandbox, mailchimp_checker()), requests.Session()
    session.mount(ADDRESS, WsgiAdapter(checked, "/mailchimp"))
    client = Mailchimp(session, KEYS)
    yield client
    assert checked.problems == []


@pytest.fixture
def unchecked(sandbox: Sandbox) -> Mailchimp:
    """For answers that are none of Mailchimp's."""
    session = requests.Session()
    session.mount(ADDRESS, WsgiAdapter(sandbox, "/mailchimp"))
    return Mailchimp(session, KEYS)


def asked(sandbox: Sandbox) -> list[tuple[str, str, int]]:
    return [(call.method, call.path.partition(DEMO.audience)[2], call.status) for call in sandbox.calls]


def member(sandbox: Sandbox, email: str = HANAKO) -> dict[str, Any]:
    return next(one for one in sandbox.state()["members"] if one["email_address"] == email)


def refused(call: Callable[[], object]) -> Outcome:
    with pytest.raises(Outcome) as raised:
        call()
    return raised.value


def test_an_address_is_named_by_the_digest_of_its_lower_case() -> None:
    assert subscriber("Urist.McVankab@freddiesjokes.com") == "62eeb292278cc15f5817cb78f7790b08"
    assert subscriber("Ä@Example.com") == subscriber("ä@example.COM")


def test_a_member_is_made_changed_seen_and_keeps_its_status(sandbox: Sandbox, mailchimp: Mailchimp) -> None:
    first = mailchimp.put(Values(HANAKO, {"FNAME": "花子", "NOPE": "x"}, "ja"), "subscribed")
    assert (first.email, first.status, "FNAME" in first.tags, "NOPE" in first.tags) == (
        HANAKO,
        "subscribed",
        True,
        False,
    )
    assert (member(sandbox)["language"], member(sandbox)["merge_fields"]["FNAME"]) == ("ja", "花子")
    sandbox.unsubscribe(HANAKO)
    again = mailchimp.put(Values(HANAKO.lower(), {"FNAME": "", "LNAME": "山田"}), "subscribed")
    assert (again.contact_id, again.status) == (first.contact_id, "unsubscribed"), "nobody is subscribed again"
    assert member(sandbox, HANAKO.lower())["merge_fields"]["FNAME"] == ""
    assert member(sandbox, HANAKO.lower())["language"] == "ja", "left alone where it is not told"
    moved = mailchimp.change(first.contact_id, Values("hanako@neu.example.de", {}))
    assert (moved.contact_id, moved.status) == (first.contact_id, "unsubscribed")
    assert mailchimp.member(first.contact_id) == mailchimp.member(subscriber("hanako@neu.example.de")) == moved
    assert asked(sandbox)[0] == ("PUT", f"/members/{subscriber(HANAKO)}", 200)
    assert mailchimp.calls == len(sandbox.calls) == 5


def test_required_fields_of_the_sign_up_form_keep_nobody_out(sandbox: Sandbox, mailchimp: Mailchimp) -> None:
    sandbox.configure({"required_fields": ["LNAME"]})
    mailchimp.put(Values(HANAKO, {"FNAME": "花子"}), "transactional")
    made, _ = mailchimp.subscribe([Values("taro@example.co.jp", {})], "transactional")
    mailchimp.change(made["taro@example.co.jp"].contact_id, Values("taro@example.co.jp", {"FNAME": "太郎"}))
    assert {call[2] for call in asked(sandbox)} == {200}


def test_out_of_the_audience_and_back(sandbox: Sandbox, mailchimp: Mailchimp) -> None:
    for status in ("subscribed", "transactional"):
        email = f"{status}@example.co.jp"
        made = mailchimp.put(Values(email, {}), status)
        mailchimp.archive(made.contact_id)
        mailchimp.archive(made.contact_id)  # 405
        assert mailchimp.member(made.contact_id).status == "archived"
        assert mailchimp.put(Values(email, {}), "subscribed").status == "archived", "an upsert takes nobody out of it"
        assert mailchimp.change(made.contact_id, Values(email, {}), status).status == status
    mailchimp.archive("0" * 32)  # 404
    assert [call[2] for call in asked(sandbox)].count(405) == 2


def test_deleted_for_ever(mailchimp: Mailchimp) -> None:
    mailchimp.put(Values(HANAKO, {}), "subscribed")
    mailchimp.delete(subscriber(HANAKO))
    mailchimp.delete(subscriber(HANAKO))
    assert isinstance(refused(lambda: mailchimp.member(subscriber(HANAKO))), NotFound)
    assert refused(lambda: mailchimp.put(Values(HANAKO, {}), "subscribed")).code == "mailchimp_forgotten"


def test_refusals_of_one_member(sandbox: Sandbox, mailchimp: Mailchimp) -> None:
    key = mailchimp.put(Values(HANAKO, {}), "subscribed").contact_id
    mailchimp.put(Values("taro@example.co.jp", {}), "subscribed")
    sandbox.unsubscribe("taro@example.co.jp")
    taro = subscriber("taro@example.co.jp")
    ends = [
        refused(lambda: mailchimp.change(key, Values("taro@example.co.jp", {}))),
        refused(lambda: mailchimp.change(taro, Values("taro@example.co.jp", {}), "subscribed")),
        refused(lambda: mailchimp.put(Values("hanako@nowhere", {}), "subscribed")),
        refused(lambda: mailchimp.change(key, Values(HANAKO, {"FNAME": "あ" * 256}))),
        refused(lambda: mailchimp.change("f" * 32, Values(HANAKO, {}))),
    ]
    assert [(type(end), end.code) for end in ends] == [
        (Conflict, "mailchimp_member_exists"),
        (Rejected, "mailchimp_compliance"),
        (Rejected, "mailchimp_address"),
        (Rejected, "mailchimp_value"),
        (NotFound, "mailchimp_not_found"),
    ]
    assert ends[3].params["field"] == "FNAME"
    assert all(all(told(end.code, end.params)) for end in ends)
    assert not [end for end in ends if "example" in str(end.params) or "あ" in str(end.params)]


@pytest.mark.parametrize(
    ("said", "end"),
    [
        ({"title": "Member Exists"}, "mailchimp_member_exists"),
        ({"title": "Forgotten Email Not Subscribed", "detail": "x was permanently deleted"}, "mailchimp_forgotten"),
        ({"title": "Invalid Resource", "detail": "x looks fake or invalid, please …"}, "mailchimp_address"),
        ({"title": "Invalid Resource", "detail": "Please provide a valid email address."}, "mailchimp_address"),
        ({"title": "Invalid Resource", "errors": [{"field": "email_address", "message": "no"}]}, "mailchimp_address"),
        ({"title": "Invalid Resource", "errors": [{"field": "GROUP", "message": "long"}]}, "mailchimp_value"),
        ({"title": ["Member Exists"], "errors": {"field": "GROUP"}}, "vendor_refused"),
        ({"title": "Something New", "errors": [None, {"field": "x@y.example", "message": None}]}, "vendor_refused"),
        (None, "vendor_refused"),
    ],
)
def test_what_a_400_says(said: object, end: str) -> None:
    found = classify(Answer(400, said, {}))
    assert (found.code if found else "vendor_refused") == end


@pytest.mark.parametrize(
    ("entry", "end"),
    [
        ({"error": "x is already a list member", "error_code": "ERROR_CONTACT_EXISTS"}, "mailchimp_exists"),
        (
            {"error": "x is in a compliance state due to unsubscribe", "error_code": "ERROR_GENERIC"},
            "mailchimp_compliance",
        ),
        ({"error": "x was permanently deleted and cannot be re-imported."}, "mailchimp_forgotten"),
        ({"error": "x looks fake or invalid"}, "mailchimp_address"),
        (
            {"error": "Your merge fields were invalid.", "field": "LECTURES", "field_message": "too long"},
            "mailchimp_value",
        ),
        ({"error": None}, "vendor_refused"),
    ],
)
def test_what_a_batch_says_of_one(entry: dict[str, object], end: str) -> None:
    assert of_batch(entry).code == end


def test_many_new_members_in_one_call(sandbox: Sandbox, mailchimp: Mailchimp) -> None:
    mailchimp.put(Values(HANAKO, {"FNAME": "花子"}), "subscribed")
    mailchimp.put(Values("gone@example.co.jp", {}), "subscribed")
    mailchimp.delete(subscriber("gone@example.co.jp"))
    emails = [HANAKO.upper(), "gone@example.co.jp", "fake@nowhere", "long@example.co.jp"]
    rows = [Values(email, {"FNAME": "あ" * 256} if "long" in email else {}) for email in emails]
    rows += [Values(f"u{number}@example.co.jp", {"FNAME": f"{number}"}, "de") for number in range(496)]
    made, ends = mailchimp.subscribe(rows, "pending")
    assert len(made) == 496
    assert {key: end.code for key, end in ends.items()} == {
        HANAKO.lower(): "mailchimp_exists",
        "gone@example.co.jp": "mailchimp_forgotten",
        "fake@nowhere": "mailchimp_address",
        "long@example.co.jp": "mailchimp_value",
    }
    assert made["u7@example.co.jp"] == mailchimp.member(subscriber("u7@example.co.jp"))
    assert member(sandbox)["status"] == "subscribed", "who is there is left alone"
    assert asked(sandbox)[3] == ("POST", "", 200)


def test_merge_fields_are_read_page_by_page_and_made(sandbox: Sandbox, mailchimp: Mailchimp) -> None:
    assert {(one.tag, one.type) for one in mailchimp.merge_fields()} >= {("FNAME", "text"), ("BIRTHDAY", "birthday")}
    mailchimp.add_merge_field(LECTURES, "受講完了レクチャー")
    mailchimp.add_merge_field(LECTURES, "受講完了レクチャー")  # there already
    assert [one.name for one in mailchimp.merge_fields() if one.tag == LECTURES] == ["受講完了レクチャー"]
    sandbox.configure({"merge_field_limit": len(mailchimp.merge_fields())})
    assert isinstance(refused(lambda: mailchimp.add_merge_field("ONEMORE", "x")), Rejected)


def test_without_its_audience_a_connection_is_broken(sandbox: Sandbox, mailchimp: Mailchimp) -> None:
    sandbox.configure({"deleted_audiences": [DEMO.audience]})
    calls: Sequence[Callable[[], object]] = (
        lambda: mailchimp.put(Values(HANAKO, {}), "subscribed"),
        lambda: mailchimp.subscribe([Values(HANAKO, {})], "subscribed"),
        mailchimp.merge_fields,
        lambda: mailchimp.add_merge_field(LECTURES, "x"),
    )
    for call in calls:
        end = refused(call)
        assert (type(end), end.code, end.params["audience"]) == (Reconnect, "mailchimp_no_audience", DEMO.audience)


@pytest.mark.parametrize(
    ("body", "call"),
    [
        ('{"contact_id": 1, "email_address": "a@b.example"}', "put"),
        ('{"contact_id": "1"}', "put"),
        ("[]", "put"),
        ('{"new_members": {}}', "subscribe"),
        ('{"new_members": [1]}', "subscribe"),
        ('{"errors": []}', "subscribe"),
        ('{"merge_fields": "FNAME"}', "fields"),
    ],
)
def test_what_is_no_answer(sandbox: Sandbox, unchecked: Mailchimp, body: str, call: str) -> None:
    calls: dict[str, Callable[[], object]] = {
        "put": lambda: unchecked.put(Values(HANAKO, {}), "subscribed"),
        "subscribe": lambda: unchecked.subscribe([Values(HANAKO, {})], "subscribed"),
        "fields": unchecked.merge_fields,
    }
    sandbox.faults.add(Fault(kind="junk_body", body=body))
    assert isinstance(refused(calls[call]), Retry)


def test_who_is_in_no_part_of_a_batchs_answer_is_tried_again(sandbox: Sandbox, unchecked: Mailchimp) -> None:
    answer = '{"new_members": [{"id": "abc", "email_address": "A@b.example", "merge_fields": {"FNAME": ""}}]}'
    sandbox.faults.add(Fault(kind="junk_body", body=answer))
    made, ends = unchecked.subscribe([Values("a@b.example", {}), Values(HANAKO, {})], "subscribed")
    assert made == {"a@b.example": Member("abc", "A@b.example", "", frozenset({"FNAME"}))}
    assert isinstance(ends[HANAKO.lower()], Retry)


@pytest.mark.parametrize(
    ("fault", "end", "code"),
    [
        (Fault(status=401), Reconnect, "key_refused"),
        (Fault(status=403), Reconnect, "mailchimp_forbidden"),
        (Fault(status=403, body="<html>busy"), Retry, "vendor_rate"),
        (Fault(status=429, headers={"Retry-After": "9"}), Retry, "vendor_rate"),
    ],
)
def test_refusals_of_the_account(sandbox: Sandbox, unchecked: Mailchimp, fault: Fault, end: type, code: str) -> None:
    sandbox.faults.add(fault)
    found = refused(lambda: unchecked.member("f" * 32))
    assert (type(found), found.code) == (end, code)
    assert not fault.headers or getattr(found, "after", None) == timedelta(seconds=9)
