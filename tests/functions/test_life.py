"""A connection's whole life through the admin's door: made of keys, tested, broken, healed, idle, ended."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from local.sandbox.board import DEMO as BOARD
from local.sandbox.board import OTHER as OTHER_BOARD
from local.sandbox.faults import Fault
from local.sandbox.mailchimp import DEMO as MAILCHIMP
from renkei import tokens
from renkei.connections import Connection
from tests import mails
from tests.crash.outside import settles
from tests.crash.world import all_rows
from tests.harness import ADMIN, PORTAL, SANDBOXES, SETTINGS, TOKEN, Stack, booking

DAY = 24 * 3600
KEYS: dict[str, dict[str, str]] = {
    "board": {"api_key": BOARD.api_key, "api_token": BOARD.api_token},
    "mailchimp": {"api_key": MAILCHIMP.api_key, "audience": MAILCHIMP.audience},
    "slack": {"bot_token": "xoxb-demo-token"},
}
HOOK = f"{SANDBOXES}/slack/services/T0DEMO/B0DEMO/demoHookSecret"


def at(stack: Stack, vendor: str, method: str = "POST", path: str = "", body: object = None, **headers: str) -> Any:
    """(status, answer) of `/api/…/connections/<vendor><path>`."""
    where = f"/api/workspaces/{stack.workspace}/connections/{vendor}{path}"
    return stack.api(method, where, body if method == "POST" else None, **headers)


def listed(stack: Stack) -> list[dict[str, Any]]:
    """The connections as the API shows them."""
    found: list[dict[str, Any]] = stack.api("GET", f"/api/workspaces/{stack.workspace}/connections")[1]["connections"]
    return found


def kept(stack: Stack, vendor: str = "hubspot") -> Connection:
    """The connection as it is stored."""
    found = stack.platform.connections.get(stack.workspace, vendor)
    assert found
    return found


def states(stack: Stack) -> list[str]:
    """The states of the deliveries, oldest first."""
    return [row["state"] for row in reversed(stack.deliveries())]


def moved(stack: Stack, path: str, body: dict[str, str]) -> int:
    """Retry or discard in bulk to the end; gives how many."""
    done, after = 0, ""  # type: int, str | None
    while True:
        asked = body | ({"after": after} if after else {})
        status, told = stack.api("POST", f"/api/workspaces/{stack.workspace}/deliveries/{path}", asked)
        assert status == 200, told
        done, after = done + told["done"], told["next"]
        if after is None:
            return done


# 1. Two kinds of connection


def test_every_vendor_says_what_is_entered(stack: Stack) -> None:
    found = {one["key"]: one for one in stack.api("GET", "/api/vendors")[1]["vendors"]}
    assert {key: one["kind"] for key, one in found.items()} == {
        **dict.fromkeys(("hubspot", "salesforce"), "oauth"),
        **dict.fromkeys(("board", "mailchimp", "slack", "falcana"), "keys"),
    }
    assert [field["name"] for field in found["board"]["fields"] if field["hidden"]] == ["api_key", "api_token"]
    assert found["slack"]["either"] == [["hook_url"], ["bot_token"]]
    assert (found["salesforce"]["site"], found["hubspot"]["site"]) == (True, False)


@pytest.mark.parametrize("vendor", KEYS)
def test_keys_are_looked_at_live_and_kept_sealed(stack: Stack, vendor: str) -> None:
    status, told = at(stack, vendor, body={"secrets": KEYS[vendor]})
    assert (status, told["connected"]) == (200, True)
    assert all(check["message"] for check in told["checks"])
    assert not [check for check in told["checks"] if check["ok"] is False]
    assert kept(stack, vendor).state == "connected"
    stored = [repr({name: value for name, value in row.items() if name != "sealed"}) for _, row in all_rows()]
    hidden = [value for name, value in KEYS[vendor].items() if name != "audience"]
    assert not [value for value in hidden for row in stored if value in row]


def test_a_slack_hook_is_tested_without_a_message(stack: Stack) -> None:
    assert at(stack, "slack", body={"secrets": {"hook_url": HOOK}})[0] == 200
    assert stack.slack.messages() == []


@pytest.mark.parametrize(
    ("vendor", "secrets", "code"),
    [
        ("board", {"api_key": "wrong", "api_token": BOARD.api_token}, "board_key_refused"),
        ("board", {"api_key": BOARD.api_key}, "field_missing"),
        ("board", {**KEYS["board"], "surprise": "x"}, "field_unknown"),
        ("mailchimp", {"api_key": "x-evil.example/", "audience": MAILCHIMP.audience}, "mailchimp_key_form"),
        ("slack", {"hook_url": HOOK, "bot_token": "xoxb-demo-token"}, "field_either"),
        ("slack", {}, "field_either"),
        ("slack", {"hook_url": "https://hooks.slack.com.evil.example/services/T0/B0/x"}, "slack_hook_form"),
    ],
)
def test_what_is_wrong_is_not_saved(stack: Stack, vendor: str, secrets: dict[str, str], code: str) -> None:
    status, told = at(stack, vendor, body={"secrets": secrets})
    assert (status, told["error"]["code"]) == (409, code)
    assert len(told["error"]["message"]) > 20
    assert stack.platform.connections.get("demo", vendor) is None


def test_a_missing_permission_is_named_with_what_to_do(stack: Stack) -> None:
    stack.board.configure({"withheld": ["invoices.list"]})
    status, told = at(stack, "board", body={"secrets": KEYS["board"]})
    assert (status, told["error"]["code"]) == (409, "check_failed")
    (missing,) = [check for check in told["error"]["checks"] if check["ok"] is False]
    assert "請求" in missing["message"]
    assert missing["remedy"]


def test_keys_of_another_account_ask_first(stack: Stack) -> None:
    assert at(stack, "board", body={"secrets": KEYS["board"]})[0] == 200
    other = {"secrets": {"api_key": OTHER_BOARD.api_key, "api_token": OTHER_BOARD.api_token}}
    status, told = at(stack, "board", body=other)
    assert (status, told["error"]["code"]) == (409, "already_connected_elsewhere")
    before = kept(stack, "board").account
    assert at(stack, "board", body={**other, "switch_account": True})[0] == 200
    assert kept(stack, "board").account != before


def test_salesforce_connects_by_consent_with_an_app_of_its_own(stack: Stack) -> None:
    app = stack.salesforce.app
    asked = {"client_id": app.client_id, "client_secret": app.client_secret}
    page = stack.consented("salesforce", asked)
    assert page["statusCode"] == 200, page["body"]
    found = kept(stack, "salesforce")
    assert (found.state, found.expires_at) == ("connected", None)
    assert stack.platform.connections.secrets(found)["client_secret"] == app.client_secret
    assert at(stack, "salesforce", body={"site": "login.salesforce.com.evil.example"})[0] == 400
    assert at(stack, "salesforce", body={"client_id": "only this"})[0] == 400


# 2. Test connection


def test_a_test_names_each_thing_and_what_to_do(ready: Stack) -> None:
    status, told = at(ready, "hubspot", path="/test", body={}, **{"accept-language": "de"})
    assert (status, told["ok"], told["message"]) == (200, True, "Die Verbindung wurde erfolgreich hergestellt.")
    assert [check["name"] for check in told["checks"]].count("check_scope") == 6  # what its bookings need
    assert at(ready, "board", path="/test", body={})[0] == 404


def test_a_test_finds_an_uninstalled_app_and_breaks_the_connection(ready: Stack) -> None:
    ready.hubspot.uninstall(PORTAL)
    _, told = at(ready, "hubspot", path="/test", body={})
    assert (told["ok"], told["state"]) == (False, "reconnect")
    assert told["checks"][-1]["remedy"]
    shown = next(one for one in listed(ready) if one["vendor"] == "hubspot")
    assert (shown["cause"], bool(shown["message"]), bool(shown["broken_at"])) == ("grant_refused", True, True)


def test_a_test_that_gets_no_answer_breaks_nothing(ready: Stack) -> None:
    ready.hubspot.faults.add(Fault(kind="timeout_before", times=None))
    _, told = at(ready, "hubspot", path="/test", body={})
    assert (told["ok"], told["state"]) == (False, "connected")


def test_an_api_that_is_on_again_heals_at_the_next_test(stack: Stack) -> None:
    assert stack.consented("salesforce", {})["statusCode"] == 200
    stack.salesforce.configure({"api_enabled": False})
    assert at(stack, "salesforce", path="/test", body={})[1]["state"] == "reconnect"
    assert kept(stack, "salesforce").row["cause"] == "api_disabled"
    stack.salesforce.configure({"api_enabled": True})
    told = at(stack, "salesforce", path="/test", body={})[1]
    assert (told["ok"], told["state"]) == (True, "connected")
    assert "healed_at" in kept(stack, "salesforce").row


# 3. Refresh


def test_a_refresh_that_was_cut_off_is_told_apart(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Salesforce has rotated the token; the worker died before it could store the new one."""
    monkeypatch.setattr(tokens, "_POLL", 5.0)
    assert stack.consented("salesforce", {})["statusCode"] == 200
    found = kept(stack, "salesforce")
    assert stack.platform.connections.lease(found)  # and dies after this call:
    held = stack.platform.connections.secrets(found)
    grant = stack.session().post(
        f"{SANDBOXES}/salesforce/services/oauth2/token",
        data={
            "grant_type": "refresh_token",
            "refresh_token": held["refresh_token"],
            "client_id": stack.salesforce.app.client_id,
            "client_secret": stack.salesforce.app.client_secret,
        },
        timeout=5,
    )
    assert grant.status_code == 200
    stack.clock.sleep(3 * 3600)
    assert at(stack, "salesforce", path="/test", body={})[1]["state"] == "reconnect"
    assert kept(stack, "salesforce").row["cause"] == "refresh_cut_off"
    calls = len(stack.salesforce.calls)
    stack.clock.sleep(DAY)
    stack.daily()
    assert len(stack.salesforce.calls) == calls, "no silent loop"


def test_an_answer_that_was_lost_is_told_apart(stack: Stack) -> None:
    assert stack.consented("salesforce", {})["statusCode"] == 200
    stack.clock.sleep(3 * 3600)
    stack.salesforce.faults.add(Fault("POST", "*/token", "timeout_after"))
    assert at(stack, "salesforce", path="/test", body={})[1]["state"] == "connected"
    assert at(stack, "salesforce", path="/test", body={})[1]["state"] == "reconnect"
    assert kept(stack, "salesforce").row["cause"] == "refresh_cut_off"


def test_what_would_lapse_is_refreshed_if_it_is_to_be_kept_alive(stack: Stack) -> None:
    stack.set_up()
    assert stack.consented("salesforce", {})["statusCode"] == 200
    assert stack.apply(connections={"salesforce": {"keep_alive": True}})[0] == 200
    for _ in range(20):
        stack.clock.sleep(10 * DAY)
        stack.daily()
    told = at(stack, "salesforce", path="/test", body={})[1]
    assert (told["ok"], told["state"]) == (True, "connected"), "alive after 200 days; Salesforce allows 30"


def test_what_the_vendor_would_let_lapse_lives_until_it_expires_with_us(stack: Stack) -> None:
    stack.set_up()
    assert stack.consented("salesforce", {})["statusCode"] == 200
    for _ in range(17):
        stack.clock.sleep(10 * DAY)
        stack.daily()
    assert at(stack, "salesforce", path="/test", body={})[1]["state"] == "connected", "170 days; Salesforce allows 30"
    stack.clock.sleep(10 * DAY)
    stack.daily()
    assert kept(stack, "salesforce").state == "expired"


# 4. Broken and healed


def test_what_waited_drains_in_its_order(ready: Stack) -> None:
    ready.hubspot.uninstall(PORTAL)
    for number in range(5):
        ready.post(booking(number, guest_email=f"guest{number}@aozora-shoji.example.jp"))
        ready.clock.sleep(1)
        ready.work()
    assert states(ready) == ["parked"] * 5
    assert ready.connect()["statusCode"] == 200
    rows, _ = ready.platform.deliveries.due("demo", "booking_to_hubspot", 100)
    assert [row["accepted_at"] for row in rows] == sorted(row["accepted_at"] for row in rows)
    settles(ready)
    assert states(ready) == ["delivered"] * 5
    ids = [row["outcome"]["contact"] for row in reversed(ready.deliveries())]
    assert ids == sorted(ids, key=int)


def test_healing_notes_what_people_are_to_be_told(ready: Stack) -> None:
    ready.hubspot.uninstall(PORTAL)
    for number in range(3):
        ready.post(booking(number))
        ready.work()
    ready.clock.sleep(600)
    ready.connect()
    settles(ready)
    row = kept(ready).row
    assert row["healed_from"] == "reconnect"
    ends = ready.platform.deliveries.woken("demo", "booking_to_hubspot", row["waiting_since"], row["healed_at"])
    assert ends["delivered"] == 3
    ready.platform.connections.recovery_told(kept(ready))
    assert "healed_at" not in kept(ready).row


def test_what_was_never_connected_is_told_too(stack: Stack) -> None:
    stack.api("POST", "/api/workspaces/demo/connections/timerex", {"token": TOKEN})
    stack.connect()
    stack.apply()
    at(stack, "hubspot", "DELETE")
    stack.post(booking())
    stack.work()
    stack.tell()
    assert states(stack) == ["parked"]
    assert [mail.cause.rpartition(".")[0] for mail in mails.sent()] == ["parked.booking_to_hubspot.not_connected"]


def test_an_admin_who_meets_a_refusal_breaks_the_connection_like_a_worker(ready: Stack) -> None:
    ready.hubspot.uninstall(PORTAL)
    assert ready.api("GET", "/api/workspaces/demo/properties/companies")[0] == 409
    assert (kept(ready).state, kept(ready).row["cause"]) == ("reconnect", "grant_refused")


# 5. Idle


def test_a_connection_that_nobody_uses_expires(ready: Stack) -> None:
    ready.clock.sleep(179 * DAY)
    assert ready.daily()["expired"] == 0
    ready.clock.sleep(DAY)
    assert ready.daily()["expired"] == 1
    found = kept(ready)
    assert (found.state, "sealed" in found.row) == ("expired", False)
    ready.post(booking())
    ready.work()
    assert states(ready) == ["parked"]
    assert ready.connect()["statusCode"] == 200
    settles(ready)
    assert states(ready) == ["delivered"]
    assert kept(ready).row["healed_from"] == "expired"


def test_a_use_starts_the_days_anew(ready: Stack) -> None:
    ready.clock.sleep(179 * DAY)
    ready.post(booking())
    ready.work()
    assert states(ready) == ["delivered"]
    ready.clock.sleep(179 * DAY)
    assert ready.daily()["expired"] == 0


@pytest.mark.parametrize(
    ("life", "days", "expired"),
    [({"idle_days": 10}, 10, 1), ({"idle_days": 400}, 399, 0), ({"keep_alive": True}, 1000, 0)],
)
def test_a_workspace_has_its_own_word(ready: Stack, life: dict[str, Any], days: int, expired: int) -> None:
    assert ready.apply(connections={"hubspot": life})[0] == 200
    ready.clock.sleep(days * DAY)
    assert ready.daily()["expired"] == expired


def test_a_use_at_the_last_moment_wins(ready: Stack) -> None:
    found = kept(ready)
    ready.clock.sleep(181 * DAY)
    ready.platform.connections.used(found)
    assert ready.platform.connections.expire(found) is False
    assert kept(ready).state == "connected"


def test_one_that_fails_keeps_no_other_from_its_turn(stack: Stack) -> None:
    stack.set_up()
    assert stack.consented("salesforce", {})["statusCode"] == 200
    at(stack, "board", body={"secrets": KEYS["board"]})
    stack.apply(connections={"hubspot": {"keep_alive": True}, "salesforce": {"keep_alive": True}})
    stack.hubspot.uninstall(PORTAL)
    stack.clock.sleep(181 * DAY)
    done = stack.daily()
    assert (done["seen"], done["expired"], done["failed"]) == (3, 1, 2)
    assert [kept(stack, name).state for name in ("board", "hubspot")] == ["expired", "reconnect"]


# 6. Disconnect


def test_what_waits_needs_a_decision(ready: Stack) -> None:
    ready.hubspot.uninstall(PORTAL)
    ready.post(booking())
    ready.work()
    status, told = at(ready, "hubspot", "DELETE")
    assert (status, told["error"]["code"]) == (409, "decision_needed")
    assert told["error"]["waiting"]["count"] == 1
    assert len(told["error"]["waiting"]["deliveries"]) == 1
    assert kept(ready).state == "reconnect", "nothing was changed"
    status, told = at(ready, "hubspot?waiting=keep", "DELETE")
    assert (status, told["waiting"], told["discarded"]) == (200, 1, 0)
    assert (kept(ready).state, states(ready)) == ("disconnected", ["parked"])
    assert at(ready, "hubspot", "DELETE")[0] == 404
    status, told = at(ready, "hubspot?waiting=discard", "DELETE")
    assert (status, told["discarded"]) == (200, 1)
    assert (ready.deliveries()[0]["state"], ready.deliveries()[0]["reason"]) == ("skipped", "discarded")


def test_what_is_kept_goes_through_after_connecting_again(ready: Stack) -> None:
    ready.post(booking())
    at(ready, "hubspot?waiting=keep", "DELETE")
    ready.work()
    assert states(ready) == ["parked"]
    ready.clock.sleep(1)
    ready.connect()
    settles(ready)
    assert states(ready) == ["delivered"]


def test_links_are_kept_unless_they_are_to_be_forgotten(ready: Stack) -> None:
    ready.post(booking())
    ready.work()
    at(ready, "hubspot", "DELETE")
    assert [table for table, _ in all_rows()].count("links") > 0
    status, told = at(ready, "hubspot?forget=true", "DELETE")
    assert status == 200
    assert told["forgotten"] > 0
    assert [table for table, _ in all_rows()].count("links") == 0
    assert ready.platform.connections.get("demo", "hubspot") is None
    assert ready.connect(222222)["statusCode"] == 200, "nothing is left that could point into the wrong account"


@pytest.mark.parametrize("vendor", KEYS)
def test_keys_that_cannot_be_revoked_are_named(stack: Stack, vendor: str) -> None:
    at(stack, vendor, body={"secrets": KEYS[vendor]})
    told = at(stack, vendor, "DELETE")[1]
    assert told["disconnected"] is True
    assert all(one["message"] != one["code"] for one in told["not_revoked"])
    assert bool(told["not_revoked"]) == (vendor != "slack"), "Slack's bot token is revoked"
    assert "sealed" not in kept(stack, vendor).row


def test_salesforce_is_revoked(stack: Stack) -> None:
    assert stack.consented("salesforce", {})["statusCode"] == 200
    told = at(stack, "salesforce", "DELETE")[1]
    assert told["not_revoked"] == []
    assert stack.salesforce.living() == (0, 0)


# 8. Retry for days; by hand


def test_a_person_retries_and_discards_by_cause_and_by_connection(ready: Stack) -> None:
    for number in range(3):
        ready.post(booking(number, guest_email="no address"))
    ready.post(booking(9))
    ready.work()
    assert sorted(states(ready)) == ["delivered", "rejected", "rejected", "rejected"]
    assert moved(ready, "retry", {"cause": "no_such_cause", "connection": "hubspot"}) == 0
    assert moved(ready, "retry", {"cause": "guest_email_invalid"}) == 3
    ready.work()
    assert states(ready).count("rejected") == 3
    assert moved(ready, "discard", {"connection": "hubspot", "state": "rejected"}) == 3
    assert states(ready).count("skipped") == 3
    assert not [row for _, row in all_rows() if row.get("state") == "skipped" and "sealed" in row]


def test_more_than_a_page_is_retried_to_the_end(ready: Stack) -> None:
    ready.hubspot.uninstall(PORTAL)
    for number in range(130):
        ready.platform.deliveries.accept(
            "demo", "booking_to_hubspot", f"timerex.event_confirmed.{number:020x}",
            json.dumps({"source": "timerex", "body": booking(number)}).encode(),
        )  # fmt: skip
        ready.clock.sleep(0.001)
    ready.sweep()
    ready.work()
    assert moved(ready, "retry", {"connection": "hubspot", "state": "parked"}) == 130


@pytest.mark.parametrize(
    "body", [{}, {"state": "parked"}, {"cause": 3}, {"cause": "x", "state": "delivered"}, {"connection": "fax"},
             {"cause": "x", "after": "99:"}, {"cause": "x", "colour": "red"}],
)  # fmt: skip
def test_an_unclear_wish_changes_nothing(ready: Stack, body: dict[str, Any]) -> None:
    status, told = ready.api("POST", "/api/workspaces/demo/deliveries/retry", body)
    assert (status, told["error"]["code"]) == (400, "bad_filter")


def test_one_is_discarded_by_hand(ready: Stack) -> None:
    ready.post(booking(1, guest_email="no address"))
    ready.work()
    place = f"/api/workspaces/demo/deliveries/{ready.deliveries()[0]['id']}/discard"
    assert ready.api("POST", place) == (200, {"state": "skipped"})
    assert ready.api("POST", place)[0] == 409


def test_it_is_tried_for_days_with_growing_pauses(ready: Stack) -> None:
    ready.hubspot.faults.add(Fault(path="/crm/*", status=503, times=None))
    ready.post(booking())
    ready.work()
    tried, end = [ready.clock()], ready.clock() + timedelta(hours=72)
    while ready.clock() < end:
        (row,) = ready.deliveries()
        assert (row["state"], row["reason"]) == ("pending", "vendor_busy")
        ready.clock.now = datetime.fromisoformat(row["due_at"])
        ready.sweep()
        ready.work()
        tried.append(ready.clock())
    pauses = [(after - before).total_seconds() for before, after in pairwise(tried)]
    assert states(ready) == ["pending"]
    assert pauses[0] < 30
    assert 3600 <= max(pauses) <= 2 * 3600
    assert len(tried) > 40
    ready.hubspot.faults.clear()
    ready.clock.sleep(2 * 3600)
    settles(ready)
    assert states(ready) == ["delivered"]


def test_a_quota_of_the_day_waits_for_the_vendors_reset(ready: Stack) -> None:
    told = json.dumps({"status": "error", "errorType": "RATE_LIMIT", "policyName": "DAILY", "message": "x"})
    ready.hubspot.faults.add(Fault("POST", "*/search", status=429, body=told))
    ready.post(booking())
    ready.work()
    (row,) = ready.deliveries()
    midnight = ready.clock().replace(hour=15, minute=0)  # of Asia/Tokyo, in UTC
    assert row["reason"] == "vendor_quota"
    assert midnight.isoformat() <= row["due_at"] <= (midnight + timedelta(minutes=30)).isoformat()
    ready.clock.now = midnight + timedelta(minutes=30)
    settles(ready)
    assert states(ready) == ["delivered"]


def test_recipients_are_sealed_and_exported(ready: Stack) -> None:
    to = [{"mail": "berlin@example.de", "language": "de"}, {"mail": "tokyo@example.jp", "language": None}]
    assert ready.apply(SETTINGS, notices={"to": to})[0] == 200
    assert ready.api("GET", "/api/workspaces/demo")[1]["notices"]["to"] == to
    assert not [row for _, row in all_rows() if "example.de" in repr(row)]
    assert ready.apply(SETTINGS, notices={"to": [{"mail": "a@b.jp\nBcc: c@d.jp"}]})[0] == 422


# 7. Notices, as the admin sees them (their rules: tests/functions/notices)


def test_what_was_told_and_held_back_is_shown(ready: Stack) -> None:
    ready.hubspot.uninstall(PORTAL)
    ready.post(booking())
    ready.work()
    ready.tell()
    (shown,) = ready.api("GET", "/api/workspaces/demo/notices")[1]["notices"]
    assert (shown["state"], shown["kind"], shown["to"]) == ("sent", "broken", ADMIN)
    assert "HubSpot" in shown["subject"]
    ready.clock.sleep(DAY)
    ready.connect()
    settles(ready)
    ready.hubspot.uninstall(PORTAL)
    ready.post(booking(1))
    ready.work()
    ready.tell()
    broken = [one for one in ready.api("GET", "/api/workspaces/demo/notices")[1]["notices"] if one["kind"] == "broken"]
    assert [(one["held"], one["why"], bool(one["message"])) for one in broken] == [(1, "told_already", True)]
