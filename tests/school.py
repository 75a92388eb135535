"""A school that tells of its users and courses: the set-up and the deeds its tests begin with."""

from __future__ import annotations

import copy
from datetime import UTC, datetime, timedelta
from typing import Any

from tests.harness import Stack

HUBSPOT, MAILCHIMP, SLACK = "lms_to_hubspot", "lms_to_mailchimp", "lms_to_slack"
USER: dict[str, Any] = {
    "id": "u-1",
    "username": "hanako",
    "nickname": "佐々木 花子",
    "email": "hanako@example.co.jp",
    "email_verified": True,
    "account_type": "free",
    "admin_role": "member",
    "groups": ["2026年春", "営業部"],
    "auth_type": "email",
    "has_password": True,
    "signup_page": "https://school.example/join",
    "language": "ja",
    "currency": "JPY",
    "created_at": "2026-11-20T09:00:00+09:00",
    "last_used_at": "2026-11-21T10:00:00+09:00",
    "status": "active",
    "course_ids": [],
    "completed_lecture_ids": [],
    "custom_forms": {"1": "紹介"},
}
COURSE: dict[str, Any] = {
    "id": "101",
    "title": "はじめての簿記",
    "url": "https://school.example/courses/101",
    "type": "video",
    "price": 12000,
    "currency": "JPY",
}
_BEGINS = datetime(2026, 11, 22, 0, 0, tzinfo=UTC)


class School:
    """The school. Each event is a second later than the last; a user's state is that of the event, unless told."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self.hubspot, self.mailchimp, self.slack = stack.hubspot, stack.mailchimp, stack.slack
        self.number = 0

    def open(self, *keys: str, **settings: dict[str, Any]) -> None:
        """Connect what these integrations write to, prepare it, apply their settings and let the school send."""
        stack = self.stack
        if HUBSPOT in keys:
            assert stack.connect()["statusCode"] == 200
            assert self.tool(HUBSPOT, "prepare", {})[0] == 200
        if MAILCHIMP in keys:
            assert stack.connect_mailchimp()[0] == 200
            assert self.tool(MAILCHIMP, "prepare", {})[0] == 200
        if SLACK in keys:
            assert stack.connect_slack()[0] == 200
        assert stack.connect_lms()[0] == 200
        status, told = stack.apply(integrations={key: settings.get(key, {}) for key in keys})
        assert status == 200, told
        self.forget_calls()

    def forget_calls(self) -> None:
        """Count calls from here."""
        for vendor in (self.hubspot, self.mailchimp, self.slack):
            vendor.calls.clear()

    def tool(self, key: str, tool: str, body: dict[str, Any] | None = None) -> tuple[int, dict[str, Any]]:
        """Use a tool of an integration at the admin's door."""
        path = f"/api/workspaces/{self.stack.workspace}/tools/{key}/{tool}"
        return self.stack.api("GET" if body is None else "POST", path, body)

    def event(self, kind: str, user: dict[str, Any] | None = None, **data: Any) -> dict[str, Any]:
        """An event, with the user's state as the demo's but for what is given."""
        self.number += 1
        at = (_BEGINS + timedelta(seconds=self.number)).isoformat()
        whole = {**copy.deepcopy(USER), "updated_at": at, **(user or {})}
        body = {"id": f"evt_{self.number}", "type": kind, "occurred_at": at, "school_id": "demo", "schema_version": 1}
        return {**body, "data": {"user": whole, **data}}

    def bought(self, user: dict[str, Any] | None = None, order: str = "o-1", **course: Any) -> dict[str, Any]:
        """A purchase of the course (with what is given), whose id the user's state has."""
        held = {**COURSE, **course}
        paid = {"id": order, "amount": held["price"], "currency": held["currency"]}
        paid |= {"purchased_at": "2026-11-22T09:30:00+09:00"}
        return self.event("course.purchased", {"course_ids": [held["id"]], **(user or {})}, course=held, order=paid)

    def granted(self, user: dict[str, Any] | None = None, grant: str = "g-1", **course: Any) -> dict[str, Any]:
        """A grant of the course."""
        held = {**COURSE, **course}
        given = {"id": grant, "granted_at": "2026-11-22T09:30:00+09:00"}
        return self.event("course.granted", {"course_ids": [held["id"]], **(user or {})}, course=held, grant=given)

    def cancelled(self, user: dict[str, Any] | None = None, membership: str = "m-1") -> dict[str, Any]:
        """A membership that was cancelled."""
        ended = {"id": membership, "plan": "プレミアム", "amount": 980, "currency": "JPY"}
        ended |= {"cancelled_at": "2026-11-22T09:45:00+09:00"}
        return self.event("membership.cancelled", user, membership=ended)

    def send(self, *events: dict[str, Any]) -> None:
        """Send events in this order, and let the workers work them off together."""
        for event in events:
            status, told = self.stack.lms(event)
            assert status == 200, told
        self.stack.work()

    def tell(self, kind: str, user: dict[str, Any] | None = None, **data: Any) -> dict[str, Any]:
        """Send one event and have it worked off; gives it."""
        event = self.event(kind, user, **data)
        self.send(event)
        return event

    # What there is.

    def contacts(self) -> list[dict[str, str]]:
        """The contacts in HubSpot, without what is empty, with their ids."""
        return self.records("contacts")

    def deals(self) -> list[dict[str, str]]:
        """The deals in HubSpot."""
        return self.records("deals")

    def records(self, kind: str) -> list[dict[str, str]]:
        """The records of a kind, the oldest first."""
        found = self.stack.the(kind)
        return [{"id": one["id"], **{name: text for name, text in one["properties"].items() if text}} for one in found]

    def ended(self, key: str = HUBSPOT) -> dict[str, dict[str, Any]]:
        """By event id: the deliveries of an integration, as the API shows them."""
        _, told = self.stack.api("GET", f"/api/workspaces/{self.stack.workspace}/deliveries?limit=100")
        rows = [row for row in told["deliveries"] if row["id"].startswith(f"{key}.")]
        return {row["id"].rpartition(".")[2]: row for row in rows}
