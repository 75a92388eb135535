"""Connecting through the real routes: the good way, and every way in which a callback changes nothing."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

import oauth.app
from local.sandbox.faults import Fault
from renkei.accounts import oauth_of
from renkei.connections import LEASE, Connections
from tests.harness import PORTAL, PUBLIC, Context, Stack, booking, http_event

OTHER = 222222


def start(stack: Stack, **asked: object) -> tuple[str, str]:
    """(authorize URL, cookie) of a fresh start."""
    _, told = stack.api("POST", "/api/workspaces/demo/connections/hubspot", asked)
    answer = stack.browse(told["url"])
    assert answer["statusCode"] == 302
    return answer["headers"]["location"], answer["cookies"][0]


def state(stack: Stack) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = stack.api("GET", "/api/workspaces/demo/connections")[1]["connections"]
    return found


def test_the_authorize_url_asks_for_what_we_need(stack: Stack) -> None:
    url, cookie = start(stack)
    query = {name: values[0] for name, values in parse_qs(urlsplit(url).query).items()}
    assert query["redirect_uri"] == f"{PUBLIC}/oauth/hubspot/callback"
    assert query["scope"].split() == list(oauth_of("hubspot").scopes)
    assert (query["code_challenge_method"], len(query["code_challenge"])) == ("S256", 43)
    assert all(part in cookie for part in ("HttpOnly", "Secure", "SameSite=Lax", "Path=/oauth/hubspot"))
    assert "+" not in urlsplit(url).query


def test_a_connection_is_stored_sealed(stack: Stack) -> None:
    answer = stack.connect()
    assert answer["statusCode"] == 200
    assert "HubSpot is connected (account 111111)" in answer["body"]
    (connection,) = state(stack)
    assert (connection["state"], connection["account"]) == ("connected", "111111")
    found = stack.platform.connections.get("demo", "hubspot")
    assert found
    secrets = stack.platform.connections.secrets(found)
    assert secrets["access_token"].encode() not in found.row["sealed"]
    assert "renkei_key" in stack.hubspot.state()["custom_properties"]["companies"]  # type: ignore[index]


def test_without_a_ticket_nothing_starts(stack: Stack) -> None:
    for url in ("/oauth/hubspot/start", "/oauth/hubspot/start?ticket=guessed"):
        assert stack.browse(PUBLIC + url)["statusCode"] == 400


def test_a_ticket_works_once_and_for_ten_minutes(stack: Stack) -> None:
    path = "/api/workspaces/demo/connections/hubspot"
    url = stack.api("POST", path, {})[1]["url"]
    assert stack.browse(url)["statusCode"] == 302
    assert stack.browse(url)["statusCode"] == 400
    url = stack.api("POST", path, {})[1]["url"]
    stack.clock.sleep(601)
    assert "ten minutes" in stack.browse(url)["body"]


def test_a_ticket_is_no_state(stack: Stack) -> None:
    ticket = parse_qs(urlsplit(stack.api("POST", "/api/workspaces/demo/connections/hubspot", {})[1]["url"]).query)
    answer = stack.browse(f"{PUBLIC}/oauth/hubspot/callback?code=x&state={ticket['ticket'][0]}", "renkei-oauth=")
    assert answer["statusCode"] == 400


def test_denied(stack: Stack) -> None:
    url, cookie = start(stack)
    answer = stack.browse(stack.consent(url, answer="deny"), cookie.partition(";")[0])
    assert (answer["statusCode"], "was not allowed" in answer["body"]) == (400, True)
    assert state(stack) == []


@pytest.mark.parametrize("cookie", ["", "renkei-oauth=", "renkei-oauth=another", "renkei-oauth=é", "else=1"])
def test_another_browsers_callback_is_refused(stack: Stack, cookie: str) -> None:
    url, _ = start(stack)
    answer = stack.browse(stack.consent(url), cookie)
    assert (answer["statusCode"], "does not belong" in answer["body"]) == (400, True)
    assert state(stack) == []


def test_an_expired_state_a_used_one_and_a_made_up_one(stack: Stack) -> None:
    url, cookie = start(stack)
    back, cookie = stack.consent(url), cookie.partition(";")[0]
    stack.clock.sleep(601)
    assert "ten minutes" in stack.browse(back, cookie)["body"]
    assert "does not belong" in stack.browse(back, cookie)["body"]
    assert stack.browse(f"{PUBLIC}/oauth/hubspot/callback?code=x&state=made-up", cookie)["statusCode"] == 400
    assert state(stack) == []


def test_missing_scopes_are_named(stack: Stack) -> None:
    url, cookie = start(stack)
    less = url.replace("crm.objects.owners.read", "").replace("%20%20", "%20")
    answer = stack.browse(stack.consent(less), cookie.partition(";")[0])
    assert (answer["statusCode"], "crm.objects.owners.read" in answer["body"]) == (400, True)
    assert state(stack) == []


def test_another_portal_than_before_needs_to_be_meant(stack: Stack) -> None:
    stack.connect()
    answer = stack.connect(OTHER)
    assert (answer["statusCode"], "another account (222222)" in answer["body"]) == (400, True)
    assert state(stack)[0]["account"] == str(PORTAL)
    assert stack.connect(OTHER, switch_account=True)["statusCode"] == 200
    assert state(stack)[0]["account"] == str(OTHER)


def test_without_hub_id_the_account_is_looked_up(stack: Stack) -> None:
    stack.hubspot.configure({"omit_hub_id": True})
    assert stack.connect()["statusCode"] == 200
    assert state(stack)[0]["account"] == str(PORTAL)


def test_a_busy_token_endpoint_says_so_and_changes_nothing(stack: Stack) -> None:
    stack.hubspot.faults.add(Fault("POST", "*/token", status=503))
    answer = stack.connect()
    assert (answer["statusCode"], state(stack)) == (502, [])


@pytest.mark.parametrize(
    ("accept", "words"), [("ja-JP,en", "HubSpot に接続しました"), ("de", "erfolgreich hergestellt")]
)
def test_pages_speak_the_browsers_language(stack: Stack, accept: str, words: str) -> None:
    url, cookie = start(stack)
    back = urlsplit(stack.consent(url))
    request = http_event(
        "GET", back.path, None, {"accept-language": accept, "cookie": cookie.partition(";")[0]}, back.query
    )
    answer = oauth.app.handler(request | {"pathParameters": {"vendor": "hubspot"}}, Context())  # type: ignore[arg-type]
    assert words in answer["body"]


def test_an_app_of_the_connections_own(stack: Stack) -> None:
    assert stack.connect(client_id="renkei-demo-app", client_secret="renkei-demo-secret")["statusCode"] == 200
    found = stack.platform.connections.get("demo", "hubspot")
    assert found
    assert stack.platform.connections.secrets(found)["client_id"] == "renkei-demo-app"
    refused = stack.connect(client_id="renkei-demo-app", client_secret="wrong")
    assert "does not accept our app" in refused["body"]


def test_tokens_are_refreshed_ahead_of_their_end_and_once(ready: Stack) -> None:
    ready.clock.sleep(1800 - 200)
    ready.post(booking(1))
    ready.post(booking(2, guest_email="b@aozora-shoji.example.jp"))
    ready.work()
    paths = [call.path for call in ready.hubspot.calls if "oauth" in call.path]
    assert paths == ["/oauth/2026-09/token"]
    assert {delivery["state"] for delivery in ready.deliveries()} == {"delivered"}


def test_a_rotated_refresh_token_is_kept(ready: Stack) -> None:
    ready.hubspot.configure({"rotate_refresh_tokens": True})
    for number in range(3):
        ready.clock.sleep(3600)
        ready.post(booking(number))
        ready.work()
    assert {delivery["state"] for delivery in ready.deliveries()} == {"delivered"}


def test_a_token_refused_before_its_end_is_renewed_once(ready: Stack) -> None:
    ready.hubspot.tokens.access.clear()
    ready.post(booking())
    ready.work()
    assert ready.deliveries()[0]["state"] == "delivered"


def test_a_busy_refresh_waits_and_does_not_break_the_connection(ready: Stack) -> None:
    ready.clock.sleep(3600)
    ready.hubspot.faults.add(Fault("POST", "*/token", status=429, headers={"Retry-After": "30"}))
    ready.post(booking())
    ready.work()
    assert ready.deliveries()[0]["state"] == "pending"
    assert state(ready)[0]["state"] == "connected"
    ready.clock.sleep(31)
    ready.sweep()
    ready.work()
    assert ready.deliveries()[0]["state"] == "delivered"


def test_disconnecting_uninstalls_revokes_and_destroys(ready: Stack) -> None:
    status, told = ready.api("DELETE", "/api/workspaces/demo/connections/hubspot")
    assert (status, told["disconnected"], told["not_revoked"]) == (200, True, [])
    found = ready.platform.connections.get("demo", "hubspot")
    assert found
    assert (found.state, "sealed" in found.row) == ("disconnected", False)
    assert not ready.hubspot.tokens.refresh
    assert ready.api("DELETE", "/api/workspaces/demo/connections/hubspot")[0] == 404


def test_disconnecting_works_when_hubspot_does_not_answer(ready: Stack) -> None:
    ready.hubspot.faults.add(Fault(kind="timeout_before", times=None))
    _, told = ready.api("DELETE", "/api/workspaces/demo/connections/hubspot")
    assert told["disconnected"] is True
    assert [one["code"] for one in told["not_revoked"]] == ["end_uninstall", "end_revoke"]
    found = ready.platform.connections.get("demo", "hubspot")
    assert found
    assert "sealed" not in found.row


def test_a_slow_owner_cannot_overwrite_a_newer_token(ready: Stack) -> None:
    connections: Connections = ready.platform.connections
    found = connections.get("demo", "hubspot")
    assert found
    slow = connections.lease(found)
    assert slow
    assert connections.lease(found) is None, "one at a time"
    ready.clock.sleep(LEASE.total_seconds() + 1)
    fast = connections.lease(found)
    assert fast
    secrets = connections.secrets(found)
    assert connections.refreshed(found, fast, secrets | {"access_token": "new"}, LEASE)
    assert connections.refreshed(found, slow, secrets | {"access_token": "stale"}, LEASE) is None
    newest = connections.get("demo", "hubspot")
    assert newest
    assert connections.secrets(newest)["access_token"] == "new"


def test_a_portal_that_another_workspace_uses_stays_installed(ready: Stack) -> None:
    ready.workspace = "osaka"
    ready.set_up()
    told = ready.api("DELETE", "/api/workspaces/osaka/connections/hubspot")[1]
    assert [one["code"] for one in told["not_revoked"]] == ["end_shared"]
    ready.workspace = "demo"
    ready.post(booking())
    ready.work()
    assert ready.deliveries()[0]["state"] == "delivered"
