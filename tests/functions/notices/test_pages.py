"""The pages behind the links in the mails."""

from __future__ import annotations

import base64
import html
import json
from typing import Any

import pytest

import notices.pages
from renkei import notices as ledger
from renkei.causes import Cause
from renkei.config import LANGUAGES, Language
from renkei.errors import Misconfigured, Rejected
from renkei.texts import text
from tests import mails
from tests.crash.world import rows
from tests.functions.notices.steps import (
    ADMIN,
    BOSS,
    BOX,
    DAY,
    broken,
    connected,
    connection,
    parked,
    people,
    row_of,
    run,
    visit,
)
from tests.harness import PUBLIC, ROOT, Context, Stack


@pytest.fixture
def told(stack: Stack) -> Stack:
    """A stack whose HubSpot and Slack connections broke, and whose people were told."""
    people(stack, ADMIN)
    for vendor in ("hubspot", "slack"):
        connected(stack, vendor)
    broken(stack, "hubspot", "grant_refused")
    broken(stack)
    run(stack)
    return stack


def link(cause: str) -> str:
    return next(mail.link for mail in mails.sent() if mail.cause.startswith(cause))


def kept() -> list[dict[str, Any]]:
    return [*rows("workspaces"), *rows("connections")]


def answers(link: str) -> tuple[int, str]:
    answer = visit(link)
    return answer["statusCode"], answer["body"]


def test_a_page_says_what_happened_and_what_to_do(told: Stack) -> None:
    status, body = answers(link("broken.slack"))
    assert status == 200
    assert "The connection to Slack is broken" in body
    assert "renkei connect slack --workspace demo" in body
    assert 'value="connect"' not in body, "keys are entered on the command line"


@pytest.mark.parametrize(("language", "words"), [("ja", "復旧してください"), ("de", "bitte wiederherstellen")])
def test_a_page_speaks_the_mails_language(told: Stack, language: str, words: str) -> None:
    _, body = answers(link("broken.slack").replace("lang=en", f"lang={language}"))
    assert words in body
    assert f'<html lang="{language}">' in body


def test_without_a_language_it_is_the_browsers(told: Stack) -> None:
    assert "bitte wiederherstellen" in visit(link("broken.slack").replace("lang=en", "lang=xx"), accept="de")["body"]


def test_pages_let_nothing_run_load_or_remember(told: Stack) -> None:
    headers = visit(link("broken.slack"))["headers"]
    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert (headers["cache-control"], headers["referrer-policy"]) == ("no-store", "no-referrer")
    assert headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("key=", "key=0"), ("key=", "other="), ("who=", "who=0"), ("who=", "other="), ("demo", "osaka"),
        ("demo", "-"), ("broken.slack", "broken.hubspot"), ("broken.slack", "..%2f"), ("key_refused", "x"),
    ],
)  # fmt: skip
def test_a_wrong_link_leads_nowhere_and_does_nothing(told: Stack, old: str, new: str) -> None:
    wrong = link("broken.slack").replace(old, new, 1)
    assert answers(wrong)[0] == 404
    before = kept()
    for body in ("action=unsubscribe", "List-Unsubscribe=One-Click", "action=connect"):
        assert visit(wrong, "POST", body)["statusCode"] == 404
    assert kept() == before


def test_a_non_ascii_key_is_wrong_and_no_error(told: Stack) -> None:
    assert answers(link("broken.slack").replace("key=", "key=%C3%A9"))[0] == 404


def test_looking_changes_nothing(told: Stack) -> None:
    before = kept()
    for mail in mails.sent():
        answers(mail.link)
        answers(mail.unsubscribe)
    assert kept() == before


def test_connecting_again_starts_with_a_button(told: Stack) -> None:
    page = link("broken.hubspot")
    status, body = answers(page)
    assert (status, 'method="post"' in body, "Connect HubSpot again" in body) == (200, True, True)
    assert "renkei connect hubspot --workspace" not in body
    answer = visit(page, "POST", "action=connect")
    assert answer["statusCode"] == 303
    start = answer["headers"]["location"]
    assert start.startswith(f"{PUBLIC}/oauth/hubspot/start?ticket=")
    assert told.browse(start)["statusCode"] == 302


def test_connecting_again_is_to_the_same_account_only(ready: Stack) -> None:
    people(ready, ADMIN)
    ready.hubspot.uninstall(111111)
    broken(ready, "hubspot", "grant_refused")
    run(ready)
    for portal, status in ((222222, 400), (111111, 200)):
        start = visit(link("broken.hubspot"), "POST", "action=connect")["headers"]["location"]
        started = ready.browse(start)
        cookie = started["cookies"][0].partition(";")[0]
        assert ready.browse(ready.consent(started["headers"]["location"], portal), cookie)["statusCode"] == status
    assert connection(ready, "hubspot").state == "connected"
    assert "This is solved" in answers(link("broken.hubspot"))[1]


def test_a_connections_own_app_is_kept(ready: Stack) -> None:
    made = ready.connect(client_id="renkei-demo-app", client_secret="renkei-demo-secret")
    assert made["statusCode"] == 200
    people(ready, ADMIN)
    broken(ready, "hubspot", "grant_refused")
    run(ready)
    start = visit(link("broken.hubspot"), "POST", "action=connect")["headers"]["location"]
    started = ready.browse(start)
    cookie = started["cookies"][0].partition(";")[0]
    assert ready.browse(ready.consent(started["headers"]["location"]), cookie)["statusCode"] == 200
    assert ready.platform.connections.secrets(connection(ready, "hubspot"))["client_id"] == "renkei-demo-app"


def test_an_expired_connection_can_be_connected_again(told: Stack) -> None:
    connected(told, "hubspot")
    assert told.platform.connections.expire(connection(told, "hubspot"))
    run(told)
    assert visit(link("expired.hubspot"), "POST", "action=connect")["statusCode"] == 303


@pytest.mark.parametrize("how", ["connected", "disconnected"])
def test_what_needs_no_connecting_offers_none(told: Stack, how: str) -> None:
    if how == "connected":
        connected(told, "hubspot")
    else:
        told.platform.connections.disconnected(connection(told, "hubspot"))
    page = link("broken.hubspot")
    assert 'value="connect"' not in answers(page)[1]
    assert visit(page, "POST", "action=connect")["statusCode"] == 200
    assert not [row for row in rows("workspaces") if str(row["item"]).startswith("session#")]


def test_without_an_app_the_page_says_so(told: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RENKEI_HUBSPOT_APP_SECRET", "renkei/none")
    answer = visit(link("broken.hubspot"), "POST", "action=connect")
    assert (answer["statusCode"], "HubSpot" in answer["body"]) == (502, True)


@pytest.mark.parametrize("encoded", [False, True])
def test_one_click_unsubscribes(told: Stack, encoded: bool) -> None:
    """RFC 8058: a POST to the address in the header, with that body, and no redirect."""
    address = mails.sent()[0].unsubscribe
    body = "List-Unsubscribe=One-Click"
    if encoded:
        body = base64.b64encode(body.encode()).decode()
    assert visit(address, "POST", body, encoded=encoded)["statusCode"] == 200
    broken_again(told)
    assert mails.sent() == []


def test_the_button_unsubscribes_and_the_other_one_takes_it_back(told: Stack) -> None:
    people(told, ADMIN, BOSS)
    page = link("broken.slack")
    assert "You will get no more mails" in visit(page, "POST", "action=unsubscribe")["body"]
    assert 'value="subscribe"' in answers(page)[1]
    broken_again(told)
    assert {mail.to for mail in mails.sent()} == {BOSS}
    held = [one for one in ledger.recent("demo", told.platform.vault, "en") if one["why"] == "unsubscribed"]
    assert {one["to"] for one in held} == {ADMIN}
    assert visit(page, "POST", "action=subscribe")["statusCode"] == 200
    run(told)
    assert {mail.to for mail in mails.sent()} == {ADMIN, BOSS}


def test_a_post_of_something_else_changes_nothing(told: Stack) -> None:
    before = kept()
    for body in ("", "action=drop", "List-Unsubscribe=", '{"action": "unsubscribe"}'):
        assert visit(link("broken.slack"), "POST", body)["statusCode"] == 200
    assert kept() == before


def test_the_digests_page_lists_ids_and_reasons(stack: Stack) -> None:
    people(stack, ADMIN)
    for number in range(3):
        parked(stack, number, Rejected("guest_email_invalid"), "rejected")
    stack.clock.sleep(400)
    run(stack)
    _, body = answers(link("rejected"))
    for number in range(3):
        assert f"booking_to_hubspot.timerex.event_confirmed.{number}</code>" in body
    assert body.count("HubSpot does not accept the guest&#x27;s mail address") == 3
    assert "renkei retry ID --workspace demo" in body


def test_what_has_passed_says_so(stack: Stack) -> None:
    people(stack, ADMIN)
    parked(stack, 1, Misconfigured("hubspot_property", property="<b>size</b>", problem="x"))
    run(stack)
    page = link("parked")
    assert "&lt;b&gt;size&lt;/b&gt;" in answers(page)[1]
    stack.platform.deliveries.settle(row_of(stack, 1), "delivered", outcome={})
    assert "nothing waits for it any more" in answers(page)[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_of_what_was_noticed_says_it_as_long_as_it_is_remembered(stack: Stack, language: Language) -> None:
    people(stack, f"{ADMIN}={language}")
    cause = Cause("noticed", BOX, "hubspot_property", {"property": "<b>url</b>", "problem": "NOT_FOUND"})
    ledger.note(stack.workspace, cause, stack.clock())
    run(stack)
    stack.clock.sleep(30 * DAY)
    body = answers(link("noticed"))[1]
    assert text("hubspot_property", language, cause.params).partition("<b>")[0] in html.unescape(body)
    assert "&lt;b&gt;url&lt;/b&gt;" in body
    assert text("notice_passed", language) not in body


@pytest.mark.parametrize("table", ["RENKEI_WORKSPACES_TABLE", "RENKEI_CONNECTIONS_TABLE"])
def test_the_store_being_down_is_said(told: Stack, monkeypatch: pytest.MonkeyPatch, table: str) -> None:
    monkeypatch.setenv(table, "none")
    assert answers(link("broken.slack"))[0] == 503


def test_a_recorded_request_with_a_wrong_key(stack: Stack) -> None:
    request: dict[str, Any] = json.loads((ROOT / "events/apigateway/notice_wrong_key.json").read_text("utf-8"))
    assert notices.pages.handler(request, Context())["statusCode"] == 404  # type: ignore[arg-type]


def broken_again(stack: Stack) -> None:
    """A week later it is still broken."""
    mails.clear()
    stack.clock.sleep(8 * DAY)
    run(stack)
