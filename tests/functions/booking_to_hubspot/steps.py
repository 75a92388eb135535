"""What the tests of booking_to_hubspot share: settings, sending, and looking at what came of it."""

from __future__ import annotations

import copy
from typing import Any

from tests.harness import SETTINGS, Stack

COMPANY = {"name": "株式会社青空商事", "domain": "aozora-shoji.example.jp"}
MAIL = "hanako.sasaki@aozora-shoji.example.jp"


def settings(**changes: Any) -> dict[str, Any]:
    """The usual settings with changes; `company` and `contact` replace the rows."""
    changed = copy.deepcopy(SETTINGS)
    for part in ("company", "contact"):
        if part in changes:
            changed["calendars"][0][part] = changes.pop(part)
    return changed | changes


def deliver(stack: Stack, *payloads: dict[str, Any]) -> list[dict[str, Any]]:
    """Send bookings, let the worker run, and give their deliveries, oldest first."""
    before = stack.ids()
    for payload in payloads:
        assert stack.post(payload)[0] == 200
        stack.clock.sleep(0.001)
    stack.work()
    return [delivery for delivery in reversed(stack.deliveries()) if delivery["id"] not in before]


def calls(stack: Stack) -> list[str]:
    """The vendor calls so far, as `METHOD path`, forgotten afterwards."""
    found = [f"{call.method} {call.path.replace('/crm/objects/2026-09', '')}" for call in stack.hubspot.calls]
    stack.hubspot.calls.clear()
    return found


def values(record: dict[str, Any], *names: str) -> list[Any]:
    return [record["properties"].get(name) for name in names]


def company_of(contact: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = contact["associations"].get("companies", {})
    return found
