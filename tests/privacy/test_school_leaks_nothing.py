"""Nothing personal and nothing secret gets out on the way from a school to HubSpot, Mailchimp and Slack.

User ids, order ids and the like may be anything to a school, mail addresses too: they are searched for as well. So is
the hash by which Mailchimp knows an address: it is no secret to who has a list of addresses.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from local.sandbox.faults import Fault
from local.sandbox.mailchimp import DEMO as MAILCHIMP_KEYS
from local.sandbox.slack import DEMO as SLACK_KEYS
from renkei.vendors.mailchimp import subscriber
from tests import mails
from tests.functions.notices.steps import visit
from tests.harness import ADMIN, LMS_SECRET, Stack
from tests.privacy.ears import Ears, listening
from tests.privacy.test_a_life_leaks_nothing import hear_mails
from tests.school import HUBSPOT, MAILCHIMP, SLACK, School

ALL = (HUBSPOT, MAILCHIMP, SLACK)
EMAIL, NEW = "hanako@gakusei.example.jp", "hanako.neu@gakusei.example.jp"
ID = "hanako.id@gakusei.example.jp"
PERSON: dict[str, Any] = {
    "id": ID,
    "username": "hanako_geheim",
    "nickname": "佐々木秘密子",
    "email": EMAIL,
    "groups": ["夜間部クラス"],
    "auth_type": "geheim-sso",
    "signup_page": "https://aozora-school.example/join",
    "status": "休会中です",
    "custom_forms": {"1": "青空商事株式会社", "9": "03-9876-5432"},
}
COURSE: dict[str, Any] = {
    "id": "kurs-geheim",
    "title": "ひみつの簿記",
    "url": "https://aozora-school.example/courses/31",
    "price": 48123771,
}
SECRETS = {
    ID,
    EMAIL,
    NEW,
    "hanako_geheim",
    "佐々木秘密子",
    "夜間部クラス",
    "geheim-sso",
    "aozora-school.example",
    "休会中です",
    "青空商事株式会社",
    "03-9876-5432",
    "kurs-geheim",
    "ひみつの簿記",
    "48123771",
    "order-geheim",
    "grant-geheim",
    "member-geheim",
    "プレミアム",
    subscriber(EMAIL),
    subscriber(NEW),
}


@pytest.fixture
def ears(stack: Stack, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> Iterator[Ears]:
    """Ears that are open from the first connection of a school to all three on."""
    with listening(stack, caplog, capfd) as open_ears:
        open_ears.secrets |= {*SECRETS, ADMIN, LMS_SECRET, LMS_SECRET[6:], MAILCHIMP_KEYS.api_key, SLACK_KEYS.hook}
        open_ears.expected |= {("log", '"drained"'), ("table deliveries", "lms.")}
        open_ears.expected |= {("bells", f'"connection": "{name}"') for name in ("hubspot", "mailchimp", "slack")}
        School(stack).open(*ALL, **{SLACK: {"show_name": True}})
        yield open_ears
        stack.tell()
        hear_mails(open_ears)
        open_ears.hear("pages", repr([visit(mail.link) for mail in mails.sent()]))
        open_ears.hear("ledger", json.dumps(stack.deliveries(), ensure_ascii=False))
        open_ears.hear("connections", repr(stack.api("GET", "/api/workspaces/demo/connections")))
    assert open_ears.leaks() == []
    assert open_ears.missed() == []


def later(stack: Stack, times: int = 3) -> None:
    """Let time pass, with the sweep, the workers and the notices."""
    for _ in range(times):
        stack.clock.sleep(1800)
        stack.sweep()
        stack.work()
        stack.tell()


def everything(school: School) -> list[dict[str, Any]]:
    """One event of each kind."""
    moved = {**PERSON, "email": NEW}
    return [
        school.event("user.created", PERSON),
        school.bought(PERSON, "order-geheim", **COURSE),
        school.event("user.updated", moved, previous={"email": EMAIL}),
        school.granted(moved, "grant-geheim", **COURSE),
        school.cancelled(moved, "member-geheim"),
        school.event("user.deleted", moved),
    ]


def states(stack: Stack) -> set[str]:
    """In what all deliveries ended so far."""
    return {row["state"] for row in stack.deliveries()}


def test_a_whole_life(stack: Stack, ears: Ears) -> None:
    school = School(stack)
    told = everything(school)
    for event in (*told, told[1], {**told[1], "id": "evt_again"}):
        school.send(event)
    later(stack)
    assert states(stack) == {"delivered", "skipped"}
    assert school.deals()[0]["amount"] == "48123771"
    assert "佐々木秘密子" in repr(stack.slack.messages())
    assert "佐々木秘密子" in repr(stack.mailchimp.state())
    ears.expected |= {("table links", f"'link': '{kind}#") for kind in ("user", "owner", "course", "purchase", "told")}


def test_a_list_with_lines_that_are_wrong(stack: Stack, ears: Ears) -> None:
    school = School(stack)
    lines = [
        PERSON,
        {**PERSON, "email": "佐々木秘密子"},
        {**PERSON, "email": EMAIL, "updated_at": "休会中です"},
        {**PERSON, "custom_forms": {"青空商事株式会社": "03-9876-5432"}},
        {**PERSON, "id": {"hanako_geheim": ID}, "佐々木秘密子": 5},
        {**PERSON, "id": "another", "email": EMAIL.upper()},
    ]
    rows = [{"number": number, "user": user} for number, user in enumerate(lines, 1)]
    body = {"import": "0123456789abcdef", "part": 1, "school_id": "demo", "as_of": "2026-11-22T02:00:00Z", "rows": rows}
    for key in (HUBSPOT, MAILCHIMP):
        answers = [school.tool(key, "part", body | more) for more in ({"dry_run": True}, {}, {}, {"as_of": EMAIL})]
        assert [status for status, _ in answers] == [200, 200, 200, 400], answers
        ears.hear("answers", repr(answers))
        stack.work()
    later(stack)
    refused = [row["outcome"]["rejected"] for row in stack.deliveries()]
    assert [int(count) >= 4 for count in refused] == [True, True]
    school.send(school.bought(PERSON))  # Slack takes no lists
    ears.expected |= {("ledger", "lms_payload (email:"), ("answers", "lms_payload")}


def test_an_address_that_is_somebody_elses(stack: Stack, ears: Ears) -> None:
    school = School(stack)
    school.tell("user.created", PERSON)
    school.tell("user.created", {**PERSON, "id": "another", "email": NEW})
    school.tell("user.updated", {**PERSON, "id": "another"}, previous={"email": NEW})
    later(stack)
    assert sorted(row["state"] for row in stack.deliveries()).count("parked") == 2
    ears.expected |= {("ledger", "lms_address_taken"), ("ledger", "mailchimp_address_taken")}


def test_what_is_refused_at_the_door(stack: Stack, ears: Ears) -> None:
    school = School(stack)
    whole = school.bought(PERSON, "order-geheim", **COURSE)
    data = whole["data"]
    wrong = [
        {**whole, "id": EMAIL},
        {**whole, "type": "佐々木秘密子"},
        {**whole, "occurred_at": "休会中です"},
        {**whole, "data": EMAIL},
        {**whole, "data": {**data, "user": {**PERSON, "updated_at": EMAIL}}},
        {**whole, "data": {**data, "user": data["user"] | {"email": "佐々木秘密子"}}},
        {**whole, "data": {**data, "order": {**data["order"], "amount": "ひみつの簿記"}}},
        {**whole, "data": {**data, "order": {**data["order"], "currency": "プレミアム"}}},
    ]
    answers = [stack.lms(one) for one in wrong]
    answers += [stack.lms(whole, "whsec_" + "A" * 44), stack.lms(whole | {"data": {"user": ID * 20_000}})]
    assert {status for status, _ in answers} <= {200, 400, 401, 413}, answers
    assert [status for status, _ in answers].count(200) <= 1, answers
    ears.hear("answers", repr(answers))
    school.send(whole)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 429, 500])
def test_vendors_that_quote_what_they_were_sent(stack: Stack, ears: Ears, status: int) -> None:
    school = School(stack)
    quoted = " ".join(sorted(SECRETS))
    problem = {"message": quoted, "code": "INVALID_OPTION", "context": {"propertyName": ["nickname", quoted]}}
    body: dict[str, Any] = {"status": "error", "ok": False, "error": quoted, "message": quoted, "title": quoted}
    body |= {"detail": quoted, "instance": quoted, "category": "VALIDATION_ERROR"}
    body["errors"] = [problem | {"field": quoted}]
    answer: dict[str, Any] = {"body": json.dumps(body, ensure_ascii=False), "headers": {"Retry-After": "600"}}
    faults = [
        vendor.faults.add(Fault(status=status, times=None, **answer))
        for vendor in (stack.hubspot, stack.mailchimp, stack.slack)
    ]
    school.send(*everything(school))
    later(stack)
    assert all(fault.struck for fault in faults)
    assert states(stack) & {"parked", "pending", "rejected"}
    for vendor in (stack.hubspot, stack.mailchimp, stack.slack):
        vendor.faults.clear()
    later(stack, 2)


@pytest.mark.parametrize("kind", ["timeout_after", "cut_before", "junk_body"])
def test_vendors_that_do_not_answer(stack: Stack, ears: Ears, kind: Any) -> None:
    school = School(stack)
    faults = [
        vendor.faults.add(Fault(kind=kind, times=4, every=2))
        for vendor in (stack.hubspot, stack.mailchimp, stack.slack)
    ]
    school.send(*everything(school))
    later(stack, 8)
    assert all(fault.struck for fault in faults)
    assert states(stack) <= {"delivered", "skipped"}
