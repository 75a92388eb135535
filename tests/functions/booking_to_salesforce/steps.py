"""What the tests of booking_to_salesforce share: settings, sending, and looking at what came of it."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from local.sandbox.salesforce.orgs import ORGS
from tests.harness import TOKEN, Stack

ORG = ORGS[0].id
MAIL = "hanako.sasaki@aozora-shoji.example.jp"
KEY = "Renkei_Booking_Id__c"
ROWS: list[dict[str, str]] = [
    {"property": "LastName", "from": "guest_last_name"},
    {"property": "FirstName", "from": "guest_first_name"},
    {"property": "Company", "from": "company_name"},
    {"property": "Email", "from": "guest_email"},
]


def settings(*more: Mapping[str, str], **changes: Any) -> dict[str, Any]:
    """The usual settings with more rows and changes; `lead` replaces the rows."""
    rows = [*copy.deepcopy(changes.pop("lead", ROWS)), *more]
    return {"calendars": [{"calendar": "*", "lead": rows}], **changes}


def ready(stack: Stack, *more: Mapping[str, str], **changes: Any) -> None:
    """A workspace that is connected to Salesforce, listens to TimeRex and has its rules."""
    stack.begin(f"salesforce {more} {changes}", lambda: _ready(stack, *more, **changes))


def _ready(stack: Stack, *more: Mapping[str, str], **changes: Any) -> None:
    if changes.get("booking_id_field"):
        stack.salesforce.configure({"booking_id_field": True})
    assert stack.consented("salesforce", {})["statusCode"] == 200
    stack.api("POST", f"/api/workspaces/{stack.workspace}/connections/timerex", {"token": TOKEN})
    change(stack, *more, **changes)


def change(stack: Stack, *more: Mapping[str, str], **changes: Any) -> None:
    """Apply other settings."""
    status, told = applied(stack, *more, **changes)
    assert status == 200, told
    stack.salesforce.calls.clear()


def applied(stack: Stack, *more: Mapping[str, str], **changes: Any) -> tuple[int, dict[str, Any]]:
    """What applying these settings answers; `language` is the workspace's."""
    language = changes.pop("language", "en")
    return stack.apply(integrations={"booking_to_salesforce": settings(*more, **changes)}, language=language)


def problems(stack: Stack, *more: Mapping[str, str], **changes: Any) -> list[tuple[str, str]]:
    """What is wrong with settings: (place, message)."""
    status, told = applied(stack, *more, **changes)
    assert status == 422, told
    start = "integrations.booking_to_salesforce."
    found = [(".".join(map(str, one["path"])), one["message"]) for one in told["error"]["problems"]]
    return [(place.removeprefix(start), message) for place, message in found]


def deliver(stack: Stack, *payloads: dict[str, Any], source: str = "timerex") -> list[dict[str, Any]]:
    """Send bookings, let the worker run, and give their deliveries, oldest first."""
    before = stack.ids()
    for payload in payloads:
        status, told = stack.send(source, payload)
        assert status == 200, told
        stack.clock.sleep(0.001)
    stack.work()
    return [delivery for delivery in reversed(stack.deliveries()) if delivery["id"] not in before]


def later(stack: Stack, seconds: float = 600) -> None:
    """Let time pass, and the sweep ring for what is due then."""
    stack.clock.sleep(seconds)
    stack.sweep()
    stack.work()


def calls(stack: Stack) -> list[str]:
    """The vendor calls so far, as `METHOD path`, forgotten afterwards."""
    found = [f"{call.method} {call.path.partition('/v67.0')[2] or call.path}" for call in stack.salesforce.calls]
    stack.salesforce.calls.clear()
    return found


def leads(stack: Stack) -> list[dict[str, Any]]:
    """The living leads of the org, oldest first."""
    return living(stack, "Lead")


def events(stack: Stack) -> list[dict[str, Any]]:
    """The living events of the org, oldest first."""
    return living(stack, "Event")


def living(stack: Stack, name: str) -> list[dict[str, Any]]:
    """The living records of an object."""
    return [record for record in stack.salesforce.state(ORG)[name] if not record["IsDeleted"]]


def values(record: Mapping[str, Any], *names: str) -> list[Any]:
    return [record[name] for name in names]
