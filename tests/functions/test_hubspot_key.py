"""HubSpot by a key: what a person enters works as a consent does, until it is deleted or rotated there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from local.sandbox.hubspot import demo_key
from renkei.accounts import oauth_of
from renkei.workers import account_of
from tests import mails, office
from tests.crash.outside import settles
from tests.crash.world import all_rows
from tests.functions.test_life import DAY, at, kept, listed, states
from tests.functions.test_scopes import DEALS, FIRMS, GUESTS, MAKES, OWNERS, READS, WRITES, document
from tests.harness import PORTAL, TOKEN, Stack, booking

OTHER = 222222
UNKNOWN = "pat-eu1-0f0e0d0c-0000-4000-8000-00000000abcd"
ALL = oauth_of("hubspot").scopes


def enter(stack: Stack, key: str, **asked: object) -> Any:
    """(status, answer) of connecting HubSpot by a key."""
    return at(stack, "hubspot", body={"secrets": {"access_token": key}, **asked})


def oks(told: dict[str, Any]) -> dict[str, bool | None]:
    """Which permissions were looked at, and what was found."""
    found = (check for check in told["checks"] if check["name"] == "check_scope")
    return {check["message"].rpartition(" ")[2]: check["ok"] for check in found}


def scopes(told: dict[str, Any], ok: bool | None) -> set[str]:
    return {name for name, found in oks(told).items() if found is ok}


def paths(stack: Stack) -> set[str]:
    """What HubSpot was asked, without its versions."""
    return {call.path.replace("/2026-09", "") for call in stack.hubspot.calls}


@pytest.fixture(autouse=True)
def no_key_is_said(stack: Stack, capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Whatever a test does: no key that was entered, or could be, stands in a log line."""
    keys = {UNKNOWN, demo_key(PORTAL), demo_key(OTHER), *stack.hubspot.tokens.keys}
    yield
    said = "".join(capfd.readouterr())
    assert not [key for key in keys | set(stack.hubspot.tokens.keys) if key in said]


@pytest.fixture
def by_key(stack: Stack) -> Stack:
    """A workspace with its rules that is connected by a key."""
    assert enter(stack, demo_key(PORTAL))[1]["connected"] is True
    stack.api("POST", "/api/workspaces/demo/connections/timerex", {"token": TOKEN})
    assert stack.apply()[0] == 200
    return stack


def test_a_key_is_kept_sealed_and_is_never_renewed(by_key: Stack) -> None:
    found = kept(by_key)
    assert (found.state, found.account, found.expires_at, found.scopes) == ("connected", str(PORTAL), None, ())
    stored = [repr({name: value for name, value in row.items() if name != "sealed"}) for _, row in all_rows()]
    assert not [row for row in stored if demo_key(PORTAL) in row]
    assert by_key.apply(connections={"hubspot": {"keep_alive": True}})[0] == 200
    for _ in range(3):
        by_key.clock.sleep(70 * DAY)
        by_key.daily()
    by_key.post(booking())
    settles(by_key)
    assert states(by_key) == ["delivered"]
    (told,) = listed(by_key)[:1]
    assert (told["state"], told["idle_until"]) == ("connected", None)
    assert not [path for path in paths(by_key) if path.startswith("/oauth/token")]
    assert by_key.hubspot.tokens.refresh == {}


NO_KEYS = ["pat-", "pat-na1-short", f"Bearer {UNKNOWN}", f"{UNKNOWN}\nx-evil: 1", "eu1-0f0e", "", " "]


@pytest.mark.parametrize("key", NO_KEYS)
def test_what_cannot_be_a_key_is_sent_nowhere(stack: Stack, key: str) -> None:
    status, told = enter(stack, key, file=document(booking_to_hubspot=FIRMS))
    assert (status, told["error"]["code"]) == (409, "hubspot_token_form" if key.strip() else "field_missing")
    assert "renkei connect hubspot --token" in told["error"]["message"] or not key.strip()
    assert stack.hubspot.calls == []
    assert stack.platform.connections.get("demo", "hubspot") is None


def test_a_key_that_hubspot_does_not_know_is_not_saved(stack: Stack) -> None:
    for asked in ({}, {"file": document(booking_to_hubspot=FIRMS)}):
        status, told = enter(stack, UNKNOWN, **asked)
        assert (status, told["error"]["code"]) == (409, "key_refused")
        assert UNKNOWN not in repr(told)
    assert stack.platform.connections.get("demo", "hubspot") is None


@pytest.mark.parametrize(
    ("secrets", "code"),
    [({"access_token": UNKNOWN, "client_id": "a"}, "field_unknown"), ({}, "field_missing"), ("text", "bad_secrets")],
)
def test_nothing_else_is_entered(stack: Stack, secrets: object, code: str) -> None:
    assert at(stack, "hubspot", body={"secrets": secrets})[1]["error"]["code"] == code
    assert stack.hubspot.calls == []


# What a key may do

NEEDED = {*READS[1:], WRITES[0], MAKES[0]}  # for FIRMS; "oauth" is an app's


@pytest.mark.parametrize("told_by", [True, False])
@pytest.mark.parametrize("lacks", [READS[1], WRITES[0], MAKES[0]])
def test_what_a_key_lacks_is_named_as_far_as_hubspot_tells(stack: Stack, lacks: str, *, told_by: bool) -> None:
    stack.hubspot.configure({"key_info": told_by})
    key = stack.hubspot.issue_key(PORTAL, NEEDED - {lacks})
    status, told = enter(stack, key, file=document(booking_to_hubspot=FIRMS))
    if told_by or lacks == READS[1]:
        assert (status, told["error"]["code"]) == (409, "check_failed")
        assert scopes(told["error"], ok=False) == {lacks}
        (missing,) = [check for check in told["error"]["checks"] if check["ok"] is False]
        assert lacks in missing["remedy"]
        assert stack.platform.connections.get("demo", "hubspot") is None
        key = stack.hubspot.issue_key(PORTAL, NEEDED)
        status, told = enter(stack, key, file=document(booking_to_hubspot=FIRMS))
    assert status == 200, told
    assert scopes(told, ok=None) == (set() if told_by else {WRITES[0], MAKES[0]})
    assert scopes(told, ok=True) == (NEEDED if told_by else set(READS[1:]))


def test_before_there_is_a_file_a_key_needs_nothing(stack: Stack) -> None:
    key = stack.hubspot.issue_key(PORTAL, {"crm.objects.contacts.read"})
    assert oks(enter(stack, key)[1]) == {"crm.objects.contacts.read": True}
    stack.hubspot.configure({"key_info": False})
    told = at(stack, "hubspot", path="/test", body={})[1]
    assert (told["ok"], oks(told)) == (True, {})


def test_all_that_can_be_read_is_tried_where_hubspot_does_not_tell(stack: Stack) -> None:
    stack.hubspot.configure({"key_info": False})
    key, file = stack.hubspot.issue_key(PORTAL, ()), document(hubspot_to_board=office.settings())
    status, told = enter(stack, key, file=file)
    assert (status, scopes(told["error"], ok=False)) == (409, {READS[1], DEALS[0], OWNERS})
    assert scopes(told["error"], ok=None) == {WRITES[0], MAKES[0], DEALS[1]}
    told = enter(stack, demo_key(PORTAL), file=file)[1]
    assert scopes(told, ok=True) == {READS[1], DEALS[0], OWNERS}


def test_a_permission_that_is_added_in_hubspot_lets_go_on_what_waits(stack: Stack) -> None:
    stack.hubspot.configure({"key_info": False})
    key = stack.hubspot.issue_key(PORTAL, {*READS[1:], *MAKES})
    assert enter(stack, key)[0] == 200
    stack.api("POST", "/api/workspaces/demo/connections/timerex", {"token": TOKEN})
    assert stack.apply(GUESTS)[0] == 200
    stack.post(booking())
    stack.work()
    (row,) = stack.deliveries()
    assert (row["state"], row["reason"]) == ("parked", "hubspot_scopes")
    held = stack.hubspot.tokens.keys
    held[key] = type(held[key])(PORTAL, frozenset(ALL))
    told = at(stack, "hubspot", path="/test", body={})[1]
    assert told["ok"] is True
    settles(stack)
    assert states(stack) == ["delivered"]


# Its end


def test_what_waits_for_a_key_that_was_deleted_drains_with_a_new_one(by_key: Stack) -> None:
    by_key.hubspot.configure({"drop_keys": PORTAL})
    by_key.post(booking())
    by_key.work()
    assert (states(by_key), kept(by_key).row["cause"]) == (["parked"], "key_refused")
    by_key.tell()
    assert mails.sent()[0].cause == "broken.hubspot.key_refused"
    told = at(by_key, "hubspot", path="/test", body={})[1]
    assert (told["ok"], told["state"]) == (False, "reconnect")
    assert kept(by_key).row["cause"] == "key_refused"
    assert enter(by_key, by_key.hubspot.issue_key(PORTAL))[1]["connected"] is True
    settles(by_key)
    assert (states(by_key), kept(by_key).row["healed_from"]) == (["delivered"], "reconnect")


def test_who_is_at_work_with_the_old_key_goes_on_with_the_new_one(by_key: Stack) -> None:
    token = account_of(by_key.platform, "demo", "hubspot")
    assert token() == demo_key(PORTAL)
    by_key.hubspot.configure({"drop_keys": PORTAL})
    new = by_key.hubspot.issue_key(PORTAL)
    enter(by_key, new)
    assert (token(), token(fresh=True), token()) == (demo_key(PORTAL), new, new)
    assert by_key.connect()["statusCode"] == 200
    assert token(fresh=True) in by_key.hubspot.tokens.access


def test_a_key_is_deleted_by_hand(by_key: Stack) -> None:
    by_key.hubspot.calls.clear()
    status, told = at(by_key, "hubspot", "DELETE")
    assert (status, [one["code"] for one in told["not_revoked"]]) == (200, ["hubspot_end_key"])
    assert by_key.hubspot.calls == []
    assert "sealed" not in kept(by_key).row


# From one to the other


def test_from_consent_to_a_key_and_back_deliveries_go_on(ready: Stack) -> None:
    ready.post(booking(1))
    told = enter(ready, demo_key(PORTAL))[1]
    assert (told["connected"], told["not_revoked"]) == (True, [])
    assert ready.hubspot.tokens.refresh == {}, "nobody holds that grant any more"
    settles(ready)
    assert states(ready) == ["delivered"]
    page = ready.connect()
    assert page["statusCode"] == 200
    assert "Service keys" in page["body"], "the key is still good"
    ready.post(booking(2))
    settles(ready)
    assert states(ready) == ["delivered"] * 2
    assert len(ready.the("companies")) == 1
    assert at(ready, "hubspot", "DELETE")[1]["not_revoked"] == []


def test_a_key_of_another_portal_asks_first(ready: Stack) -> None:
    status, told = enter(ready, demo_key(OTHER))
    assert (status, told["error"]["code"]) == (409, "already_connected_elsewhere")
    told = enter(ready, demo_key(OTHER), switch_account=True)[1]
    assert (told["account"], told["not_revoked"]) == (str(OTHER), [])
    assert ready.hubspot.tokens.refresh == {}
    told = enter(ready, demo_key(PORTAL), switch_account=True)[1]
    assert [one["code"] for one in told["not_revoked"]] == ["hubspot_end_key"]


def test_a_grant_that_another_workspace_uses_stays_but_a_key_needs_none(ready: Stack) -> None:
    ready.workspace = "second"
    assert ready.connect()["statusCode"] == 200
    ready.workspace = "demo"
    assert enter(ready, demo_key(PORTAL))[1]["not_revoked"] == []
    assert ready.hubspot.tokens.refresh, "the second's"
    ready.workspace = "second"
    assert at(ready, "hubspot", "DELETE")[1]["not_revoked"] == []
    assert ready.hubspot.tokens.refresh == {}
    ready.workspace = "demo"
    assert at(ready, "hubspot", path="/test", body={})[1]["ok"] is True


def test_who_waits_for_events_is_told_that_a_key_brings_none(stack: Stack) -> None:
    def told(answer: dict[str, Any]) -> list[dict[str, Any]]:
        return [check for check in answer["checks"] if check["name"] == "check_no_events"]

    file = document(hubspot_to_board=office.settings())
    (events,) = told(enter(stack, demo_key(PORTAL), file=file)[1])
    assert (events["ok"], "renkei connect hubspot" in events["remedy"]) == (None, True)
    assert told(enter(stack, demo_key(PORTAL), file=document(booking_to_hubspot=FIRMS))[1]) == []
    office.Office(stack).open()
    assert told(at(stack, "hubspot", path="/test", body={})[1]) == [], "there is an app"
    enter(stack, demo_key(PORTAL))
    assert len(told(at(stack, "hubspot", path="/test", body={})[1])) == 1
