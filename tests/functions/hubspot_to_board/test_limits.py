"""Limits that are used up, vendors that are down, and connections that break: all waits, and goes on by itself."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local.sandbox.board import DEMO
from local.sandbox.faults import Fault
from tests import mails
from tests.crash.outside import settles
from tests.functions.hubspot_to_board.spoiling import connected, later, new_deal, one_of_each, opened, told_of
from tests.harness import PORTAL, Stack
from tests.office import Office

HOUR = 3600.0
TOO_FAST, USED_UP = '{"message": "Too Many Requests"}', '{"message": "Limit Exceeded"}'


@pytest.fixture
def office(stack: Stack) -> Office:
    return opened(stack)


# Limits.


@pytest.mark.parametrize("headers", [{}, {"Retry-After": "7"}], ids=["", "told when"])
@pytest.mark.parametrize("path", ["/v1/users", "/v1/clients", "/v1/projects"])
def test_too_many_calls_a_second_are_made_later(office: Office, path: str, headers: dict[str, str]) -> None:
    fault = office.board.faults.add(Fault("*", path, status=429, headers=headers, body=TOO_FAST, times=3))
    new_deal(office)
    assert fault.struck >= 1
    settles(office.stack)
    one_of_each(office)


@pytest.mark.parametrize("headers", [{}, {"Retry-After": "3600"}], ids=["", "told when"])
@pytest.mark.parametrize("path", ["/v1/users", "/v1/clients", "/v1/projects"])
def test_a_used_up_day_is_waited_out(office: Office, path: str, headers: dict[str, str]) -> None:
    """Others use the key too: board says so before our own count does."""
    fault = office.board.faults.add(Fault("*", path, status=429, headers=headers, body=USED_UP, times=None))
    new_deal(office)
    assert fault.struck == 1
    later(office, 60)
    later(office, 1800)
    assert fault.struck == 1
    assert told_of(office, "pending")
    fault.times = fault.struck
    later(office, 22 * HOUR)
    settles(office.stack)
    one_of_each(office)


def test_boards_own_count_of_the_day(office: Office) -> None:
    """The account has two calls left today: what was begun with them goes on tomorrow, and nothing is made twice."""
    used = next(iter(office.board._today.values()))
    office.board.configure({"daily_limit": used + 2})
    new_deal(office)
    assert told_of(office, "pending")
    office.wait(22 * HOUR)
    settles(office.stack)
    one_of_each(office)


@pytest.mark.parametrize("policy", ["DAILY", "TEN_SECONDLY_ROLLING"])
@pytest.mark.parametrize("headers", [{}, {"Retry-After": "7"}], ids=["", "told when"])
def test_hubspots_limits(office: Office, policy: str, headers: dict[str, str]) -> None:
    body = json.dumps({"status": "error", "errorType": "RATE_LIMIT", "policyName": policy, "message": "limit"})
    fault = office.hubspot.faults.add(Fault("*", "*/companies/*", status=429, headers=headers, body=body))
    new_deal(office)
    assert fault.struck == 1
    later(office, 25 * HOUR)
    settles(office.stack)
    one_of_each(office)


def test_a_vendor_that_is_down_for_an_hour(office: Office) -> None:
    for vendor in (office.board, office.hubspot):
        vendor.faults.add(Fault(status=503, path="^/(v1|crm)/", times=None))
    new_deal(office)
    for _ in range(12):
        later(office, 300)
    assert told_of(office, "pending")
    assert not told_of(office, "rejected")
    for vendor in (office.board, office.hubspot):
        vendor.faults.clear()
    later(office, HOUR)
    settles(office.stack)
    one_of_each(office)


# Connections.


@pytest.mark.parametrize(
    "broken",
    [{"withdrawn": [DEMO.api_token]}, {"withdrawn": [DEMO.api_token], "unknown_token": 401}, {"paid_plan": False}],
)
def test_keys_that_are_no_longer_good_break_the_connection_once(office: Office, broken: dict[str, Any]) -> None:
    office.board.configure(broken)
    new_deal(office)
    new_deal(office)
    assert len(told_of(office, "parked")) >= 4
    assert office.stack.api("GET", "/api/workspaces/demo/connections")[1]
    for _ in range(3):
        office.stack.tell()
        later(office, 120)
    assert [mail.cause.partition(".")[0] for mail in mails.sent()] == ["broken"]
    assert office.clients() == []
    office.board.configure({"withdrawn": [], "paid_plan": True})
    assert connected(office)
    settles(office.stack)
    assert [one["order_status_name"] for one in office.projects()] == ["見積中(中)"] * 2
    assert not told_of(office, "rejected")


def test_a_hubspot_app_that_was_removed(office: Office) -> None:
    company = office.company()
    office.deal(company, status="見積中(中)")
    events = office.hubspot.take_events()
    office.hubspot.uninstall(PORTAL)
    assert office.stack.hear(events)[0] == 200
    office.work()
    assert told_of(office, "parked")
    for _ in range(3):
        office.stack.tell()
        later(office, 120)
    assert [mail.cause.partition(".")[0] for mail in mails.sent()] == ["broken"]
    assert office.stack.connect()["statusCode"] == 200
    settles(office.stack)
    one_of_each(office)


@pytest.mark.parametrize("path", ["*/deals/*", "*/owners/*", "*/companies/*"])
def test_scopes_that_hubspot_misses(office: Office, path: str) -> None:
    body = json.dumps(
        {
            "status": "error",
            "category": "MISSING_SCOPES",
            "errors": [{"message": "x", "context": {"requiredGranularScopes": ["crm.objects.deals.read"]}}],
        }
    )
    office.hubspot.faults.add(Fault("*", path, status=403, body=body, times=None))
    new_deal(office)
    waiting = told_of(office, "parked")
    assert waiting
    assert all("crm.objects.deals.read" in one["message"] for one in waiting)
    office.hubspot.faults.clear()
    assert office.stack.connect()["statusCode"] == 200
    settles(office.stack)
    one_of_each(office)
