"""What the tests of this folder begin with and look at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from local.sandbox.mailchimp import DEMO
from tests.harness import Stack
from tests.school import MAILCHIMP, School

HANAKO = "hanako@example.co.jp"
NEW = "hanako@new.example.jp"


def opened(stack: Stack, **settings: Any) -> School:
    """A school whose people go to Mailchimp."""
    school = School(stack)
    stack.begin(f"school_mailchimp {sorted(settings.items())}", lambda: school.open(MAILCHIMP, **{MAILCHIMP: settings}))
    school.forget_calls()
    return school


def members(school: School) -> dict[str, dict[str, Any]]:
    """By address: status, language and the fields that hold anything, of each member."""
    found: dict[str, dict[str, Any]] = {}
    for one in school.mailchimp.state()["members"]:
        fields: Any = one["merge_fields"]
        held = {tag: value for tag, value in fields.items() if value and isinstance(value, str)}
        found[str(one["email_address"])] = {"status": one["status"], "language": one["language"], **held}
    return found


def statuses(school: School) -> dict[str, str]:
    """By address: each member's status."""
    return {email: one["status"] for email, one in members(school).items()}


def seeded(school: School, email: str = HANAKO, status: Any = "subscribed", **fields: str) -> str:
    """Somebody who is a member already; gives the contact id."""
    return school.mailchimp.seed(DEMO.api_key, DEMO.audience, email, status, fields)


def calls(school: School) -> list[tuple[str, str]]:
    """The calls since they were last forgotten: method, and what came of it."""
    return [(call.method, str(call.status)) for call in school.mailchimp.calls]


def ends(school: School) -> dict[str, tuple[str, str]]:
    """By event: the state of its delivery, and its reason or what became of the member."""
    rows = school.ended(MAILCHIMP)
    return {id_: (row["state"], _why(row)) for id_, row in rows.items()}


def warned(school: School, event: Mapping[str, Any]) -> list[str]:
    """The codes of an event's warnings."""
    return [one["code"] for one in school.ended(MAILCHIMP)[str(event["id"])].get("warnings", ())]


def _why(row: Mapping[str, Any]) -> str:
    return str(row.get("reason") or row.get("outcome", {}).get("member_was", ""))
