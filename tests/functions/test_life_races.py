"""A connection's life when things cross: what a person does while a worker, the vendor or another person does too."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from local.sandbox.faults import Fault
from local.sandbox.salesforce.orgs import ORGS
from renkei import ending
from renkei.accounts import Access
from renkei.errors import Reconnect, Retry
from renkei.http import BRIEF, Brief
from renkei.integration import Verdict
from renkei.runtime import Work
from renkei.workers import token_source
from tests import mails
from tests.functions.test_life import DAY, KEYS, at, kept, states
from tests.harness import PORTAL, Stack, booking

OTHER = 222222


def test_a_mistyped_key_leaves_a_working_connection_alone(stack: Stack) -> None:
    at(stack, "board", body={"secrets": KEYS["board"]})
    status, told = at(stack, "board", body={"secrets": {**KEYS["board"], "api_key": "mistyped"}})
    assert (status, told["error"]["code"]) == (409, "board_key_refused")
    assert kept(stack, "board").state == "connected"
    stack.board.faults.add(Fault(status=503, times=None))
    assert at(stack, "board", body={"secrets": KEYS["board"]})[1]["error"]["code"] == "vendor_busy"
    assert kept(stack, "board").state == "connected"


def test_a_vendor_that_hangs_at_the_end_has_seconds(ready: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    session = ready.platform.session
    real = session.request

    def request(method: str, url: str, **named: Any) -> Any:
        asked.append(named["timeout"])
        return real(method, url, **named)

    monkeypatch.setattr(session, "request", request)
    ready.hubspot.faults.add(Fault(kind="timeout_before", times=None))
    told = at(ready, "hubspot", "DELETE")[1]
    assert [one["code"] for one in told["not_revoked"]] == ["end_uninstall", "end_revoke"]
    assert set(asked) == {BRIEF}
    assert sum(map(sum, asked)) < 29, "an API call's time"
    assert isinstance(Brief(session), type(session))


def test_a_test_heals_only_what_can_renew_its_token(ready: Stack) -> None:
    found = kept(ready)
    ready.hubspot.tokens.refresh.clear()
    ready.platform.connections.broken(found, Reconnect("grant_refused", vendor="hubspot"))
    assert at(ready, "hubspot", path="/test", body={})[1]["state"] == "reconnect", "its access token lives on"


@pytest.mark.parametrize("life", [{"idle_days": 60}, {}])
def test_a_change_of_the_file_warns_before_it_ends_anything(ready: Stack, life: dict[str, Any]) -> None:
    ready.apply(connections={"hubspot": {"keep_alive": True}})
    ready.clock.sleep(200 * DAY)
    ready.daily()
    ready.apply(connections={"hubspot": life})
    assert ready.daily()["expired"] == 0
    ready.tell()
    (warning,) = mails.sent()
    assert warning.cause == "idle7.hubspot"
    assert f"{ready.clock():%Y-%m-%d}" not in warning.text
    ready.clock.sleep(7 * DAY)
    assert ready.daily()["expired"] == 1


def test_what_was_refused_to_an_old_token_is_tried_with_the_new_one(ready: Stack) -> None:
    """Somebody renews the token while a worker is at work with the old one."""

    def slow(jobs: Any, work: Work) -> Mapping[str, Verdict]:
        token_source(ready.platform, kept(ready)).renew()
        raise Reconnect("api_disabled", vendor="hubspot")

    ready.post(booking())
    ready.bells()
    from booking_to_hubspot import INTEGRATION  # noqa: PLC0415 - as the worker has it
    from renkei.bells import Bell  # noqa: PLC0415
    from renkei.runtime import _attempt  # noqa: PLC0415

    rows, _ = ready.platform.deliveries.due("demo", "booking_to_hubspot", 10)
    bell = Bell("demo", "hubspot", "booking_to_hubspot")
    _attempt(rows, bell, INTEGRATION, slow, ready.platform, left=lambda: timedelta(minutes=2))
    assert (kept(ready).state, states(ready)) == ("connected", ["pending"])


def test_an_expired_connection_says_what_the_vendor_was_not_told(ready: Stack) -> None:
    ready.clock.sleep(181 * DAY)
    ready.daily()
    told = at(ready, "hubspot", "DELETE")[1]
    assert [one["code"] for one in told["not_revoked"]] == ["end_no_secret"]
    assert kept(ready).state == "disconnected"


def test_a_connection_made_anew_meanwhile_is_not_ended(ready: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    found = kept(ready)
    ready.clock.sleep(1)

    def slow(*_: Any) -> list[str]:
        assert ready.connect()["statusCode"] == 200
        return []

    monkeypatch.setattr(ending, "tell", slow)
    with pytest.raises(Retry):
        ending.end(ready.platform, found, [], discard=False, forget=False)
    assert (kept(ready).state, "sealed" in kept(ready).row) == ("connected", True)


def test_the_old_account_is_ended_when_it_is_left_on_purpose(ready: Stack) -> None:
    old = ready.platform.connections.secrets(kept(ready))["refresh_token"]
    page = ready.connect(OTHER, switch_account=True)
    assert page["statusCode"] == 200
    assert old not in ready.hubspot.tokens.refresh
    assert kept(ready).account == str(OTHER)


def test_an_old_account_that_could_not_be_told_is_named(ready: Stack) -> None:
    ready.hubspot.faults.add(Fault("DELETE", "*/external-install", status=500))
    page = ready.connect(OTHER, switch_account=True)
    assert page["statusCode"] == 200
    assert "could not be taken out" in page["body"]


def test_a_vendor_that_says_no_for_now_gave_no_token(stack: Stack) -> None:
    assert stack.consented("salesforce", {}, org=ORGS[0].id)["statusCode"] == 200
    stack.clock.sleep(3 * 3600)
    stack.salesforce.faults.add(Fault("POST", "*/token", status=429))
    at(stack, "salesforce", path="/test", body={})
    assert "in_doubt" not in kept(stack, "salesforce").row
    stack.salesforce.revoke()
    at(stack, "salesforce", path="/test", body={})
    assert kept(stack, "salesforce").row["cause"] == "grant_refused"


def test_a_shared_bot_token_outlives_one_of_its_workspaces(stack: Stack) -> None:
    for name in ("demo", "osaka"):
        stack.workspace = name
        at(stack, "slack", body={"secrets": KEYS["slack"]})
    told = at(stack, "slack", "DELETE")[1]
    assert [one["code"] for one in told["not_revoked"]] == ["end_shared"]
    stack.workspace = "demo"
    assert at(stack, "slack", path="/test", body={})[1]["ok"]


def test_what_was_parked_is_brought_back_in_pieces_where_it_is_much(ready: Stack) -> None:
    ready.hubspot.uninstall(PORTAL)
    for number in range(4):
        ready.post(booking(number))
        ready.clock.sleep(1)
    ready.work()
    now, box = ready.clock(), ("demo", "booking_to_hubspot")
    assert ready.platform.deliveries.unpark(*box, now, now - timedelta(seconds=1)) == (0, False)
    assert ready.platform.deliveries.unpark(*box, now, now) == (4, True)


def test_access_shows_no_secret() -> None:
    access = Access(None, {"api_key": "very-secret"}, lambda *_: "")  # type: ignore[arg-type]
    assert "very-secret" not in repr(access)
