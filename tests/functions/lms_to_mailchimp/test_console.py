"""Checking settings, preparing the audience, rehearsing an event."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from local.sandbox.mailchimp import DEMO
from tests.functions.lms_to_mailchimp.steps import HANAKO, NEW, calls, ends, members, opened, seeded, statuses
from tests.functions.lms_to_mailchimp.test_fields import TABLE
from tests.harness import Stack
from tests.school import MAILCHIMP, School

TAGS = {tag.upper() for tag, _ in TABLE.values()}


def preview(school: School, event: dict[str, Any]) -> dict[str, Any]:
    body = {"integration": MAILCHIMP, "source": "lms", "payload": event}
    status, told = school.stack.api("POST", f"/api/workspaces/{school.stack.workspace}/preview", body)
    assert status == 200, told
    return told


def test_the_audience_is_prepared_once_and_says_what_does_not_fit(stack: Stack) -> None:
    school = School(stack)
    assert stack.connect_mailchimp()[0] == 200
    school.forget_calls()
    status, told = school.tool(MAILCHIMP, "prepare", {"dry_run": True})
    assert (status, {one["tag"] for one in told["made"]}, told["there"], told["wrong"]) == (200, TAGS, [], [])
    assert calls(school) == [("GET", "200")]
    _, told = school.tool(MAILCHIMP, "prepare", {})
    assert {one["tag"] for one in told["made"]} == TAGS
    made = {one["tag"]: (one["name"], one["type"]) for one in school.mailchimp.state()["merge_fields"]}
    assert made["COURSES"] == ("Course IDs", "text"), "in English as long as there is no workspace file"
    _, told = school.tool(MAILCHIMP, "prepare", {})
    assert (told["made"], {one["tag"] for one in told["there"]}, told["wrong"]) == ([], TAGS, [])


def test_an_audience_that_is_full_is_told_of(stack: Stack) -> None:
    school = School(stack)
    assert stack.connect_mailchimp()[0] == 200
    school.mailchimp.configure({"merge_field_limit": 12})
    status, told = school.tool(MAILCHIMP, "prepare", {})
    assert status >= 400
    assert "SIGNUP, LASTUSAGE" in str(told)
    school.mailchimp.configure({"merge_field_limit": 30})
    assert [one["tag"] for one in school.tool(MAILCHIMP, "prepare", {})[1]["made"]] == ["SIGNUP", "LASTUSAGE"]


def test_a_field_of_another_type_is_named_and_left(stack: Stack) -> None:
    school = opened(stack)
    fields = school.mailchimp.accounts[DEMO.api_key].audiences[DEMO.audience].fields
    fields.by_tag["SIGNUP"] = replace(fields.by_tag["SIGNUP"], type="date")
    _, told = school.tool(MAILCHIMP, "prepare", {})
    assert told["wrong"] == [{"tag": "SIGNUP", "type": "date", "fits": ["text"]}]
    assert "SIGNUP" not in {one["tag"] for one in told["made"]}
    status, told = stack.apply(integrations={MAILCHIMP: {}})
    assert status >= 400
    assert "SIGNUP must be of type text" in str(told)


def test_settings_are_checked_against_a_living_connection(stack: Stack) -> None:
    integrations: dict[str, Any] = {MAILCHIMP: {}}
    status, told = stack.apply(integrations=integrations)
    assert status != 200
    assert "renkei connect mailchimp" in str(told)
    assert stack.connect_mailchimp()[0] == 200
    assert stack.apply(integrations=integrations)[0] == 200
    stack.mailchimp.configure({"deleted_audiences": [DEMO.audience]})
    assert "renkei connect mailchimp" in str(stack.apply(integrations=integrations)[1])
    assert stack.apply(integrations={MAILCHIMP: {"status_if_new": "unsubscribed"}})[0] != 200


def test_a_rehearsal_writes_nothing(stack: Stack) -> None:
    school = opened(stack)
    told = preview(school, school.event("user.created"))
    assert (told["outcome"], [one["action"] for one in told["would"]]) == ("delivered", ["mailchimp_put"])
    assert {one["property"]: one["value"] for one in told["fields"]}["NICKNAME"] == "佐々木 花子"
    assert members(school) == {}
    school.tell("user.created")
    seeded(school, NEW, "unsubscribed")
    told = preview(school, school.event("user.updated", {"email": NEW}))
    assert [one["action"] for one in told["would"]] == ["mailchimp_put", "mailchimp_archive"]
    assert [one["code"] for one in told["warnings"]] == ["mailchimp_not_subscribed"]
    told = preview(school, school.event("user.deleted"))
    assert [one["action"] for one in told["would"]] == ["mailchimp_archive"]
    told = preview(school, school.event("user.created", {"id": "u-2"}))
    assert (told["outcome"], told["would"]) == ("parked", [])
    assert statuses(school) == {HANAKO: "transactional", NEW: "unsubscribed"}
    late = school.tell("user.updated", {"nickname": "後"})
    assert ends(school)[late["id"]] == ("delivered", "written"), "what was rehearsed is not remembered"
