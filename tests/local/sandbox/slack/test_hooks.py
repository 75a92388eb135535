"""Incoming hooks: plain text, the exact words, and nothing posted unless it says ok."""

import json

import pytest
import requests

from local.sandbox.slack import DEMO, OTHER, Slack
from local.sandbox.slack.hooks import STATUSES
from tests.local.sandbox.callers import Caller
from tests.local.sandbox.conftest import Clock


def _end(answer: requests.Response) -> tuple[int, str]:
    return answer.status_code, answer.text


def test_a_message_is_posted_into_the_hooks_channel(api: Caller, slack: Slack, clock: Clock) -> None:
    assert _end(api.post(DEMO.hook, json={"text": "コース購入"})) == (200, "ok")
    (message,) = slack.messages()
    assert (message.channel, message.by, message.payload) == ("C0DEMO", "B0DEMO", {"text": "コース購入"})
    assert message.at == clock.now
    assert slack.messages("T0OTHER") == []


def test_the_form_field_payload_does_too(api: Caller, slack: Slack) -> None:
    assert _end(api.post(DEMO.hook, data={"payload": json.dumps({"text": "hello"})})) == (200, "ok")
    assert [message.payload for message in slack.messages()] == [{"text": "hello"}]


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("", "invalid_payload"),
        ("nonsense", "invalid_payload"),
        ("[]", "invalid_payload"),
        ("{}", "no_text"),
        ('{"text": ""}', "missing_text_or_fallback_or_attachments"),
        ('{"message": "hello"}', "missing_text_or_fallback_or_attachments"),
        ('{"blocks": [1]}', "invalid_blocks"),
        (json.dumps({"blocks": [{"type": "divider"}] * 51}), "invalid_blocks"),
        (json.dumps({"attachments": [{"text": "x"}] * 101}), "too_many_attachments"),
    ],
)
def test_what_is_no_message_is_refused_and_not_posted(api: Caller, slack: Slack, body: str, said: str) -> None:
    answer = api.post(DEMO.hook, data=body, headers={"content-type": "application/json"})
    assert _end(answer) == (400, said)
    assert slack.messages() == []


def test_blocks_alone_are_a_message(api: Caller, slack: Slack) -> None:
    assert api.post(DEMO.hook, json={"blocks": [{"type": "divider"}] * 50}).text == "ok"
    assert len(slack.messages()) == 1


@pytest.mark.parametrize(
    ("path", "end"),
    [
        ("/services/T0NONE/B0DEMO/demoHookSecret", (404, "no_team")),
        ("/services/T0DEMO/B0NONE/demoHookSecret", (404, "no_service")),
        ("/services/T0DEMO/B0OTHER/otherHookSecret", (404, "no_service")),
        ("/services/T0DEMO/B0DEMO/wrongSecret", (403, "invalid_token")),
    ],
)
def test_a_hook_that_is_none_is_told_before_the_message_is_looked_at(
    api: Caller, path: str, end: tuple[int, str]
) -> None:
    assert _end(api.post(path, json={})) == end
    assert _end(api.post(path, json={"text": "hello"})) == end


@pytest.mark.parametrize(("error", "status"), list(STATUSES.items()))
def test_every_refusal_with_its_status(api: Caller, slack: Slack, error: str, status: int) -> None:
    slack.configure({"hook_error": error})
    assert _end(api.post(DEMO.hook, json={"text": "hello"})) == (status, error)
    assert slack.messages() == []


def test_a_deleted_hook_and_a_removed_app(api: Caller, slack: Slack) -> None:
    slack.configure({"deleted_hooks": ["B0DEMO"]})
    assert _end(api.post(DEMO.hook, json={})) == (404, "no_service")
    assert api.post(OTHER.hook, json={"text": "hello"}).text == "ok"
    slack.configure({"app_removed": True})
    assert _end(api.post(OTHER.hook, json={})) == (404, "no_service")


def test_a_hook_takes_posts_only(api: Caller) -> None:
    assert api.get(DEMO.hook).status_code == 405
    assert api.post("/services/T0DEMO/B0DEMO", json={}).status_code == 404


def test_about_a_message_a_second_and_channel(api: Caller, slack: Slack, clock: Clock) -> None:
    assert {api.post(DEMO.hook, json={"text": "x"}).status_code for _ in range(9)} == {200}
    clock.pass_(4)
    assert api.post(DEMO.hook, json={"text": "x"}).status_code == 200
    refused = api.post(DEMO.hook, json={"text": "x"})
    assert (_end(refused), refused.headers["Retry-After"]) == ((429, "rate_limited"), "6")
    assert len(slack.messages()) == 10
    assert api.post(OTHER.hook, json={"text": "x"}).status_code == 200
    clock.pass_(6)
    assert api.post(DEMO.hook, json={"text": "x"}).status_code == 200
