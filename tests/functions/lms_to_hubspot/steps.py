"""What the tests of this folder begin with and look at."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.harness import PORTAL, Stack
from tests.school import HUBSPOT, School

HANAKO = "hanako@example.co.jp"
NEW = "hanako@new.example.jp"
AS_OF = "2026-11-22T00:00:00Z"  # a second before the school's first event


def opened(stack: Stack, **settings: Any) -> School:
    """A school whose people and purchases go to HubSpot."""
    school = School(stack)
    stack.begin(f"school_hubspot {sorted(settings.items())}", lambda: school.open(HUBSPOT, **{HUBSPOT: settings}))
    school.forget_calls()
    return school


def calls(school: School) -> list[str]:
    """The calls since they were last forgotten, as `METHOD path`; forgets them."""
    found = [f"{call.method} {call.path.replace('/crm/objects/2026-09', '')}" for call in school.hubspot.calls]
    school.forget_calls()
    return found


def ends(school: School) -> dict[str, tuple[str, str]]:
    """By event: the state of its delivery, and its reason."""
    return {id_: (row["state"], row["reason"] or "") for id_, row in school.ended().items()}


def end(school: School, event: Mapping[str, Any]) -> tuple[str, str]:
    """How an event's delivery ended."""
    return ends(school)[str(event["id"])]


def outcome(school: School, event: Mapping[str, Any]) -> dict[str, str]:
    """What an event's delivery made or found."""
    found: dict[str, str] = school.ended()[str(event["id"])]["outcome"]
    return found


def by_mail(school: School, name: str = "nickname") -> dict[str, str]:
    """By address: a property of each contact."""
    return {one["email"]: one.get(name, "") for one in school.contacts()}


def seeded(school: School, email: str = HANAKO, **values: str) -> str:
    """Somebody who is a contact already; gives the id."""
    return school.hubspot.seed(PORTAL, "contacts", {"email": email, **values})


def linked(school: School, kind: str, id_: str, to: str) -> list[str]:
    """The ids of what a record is associated with."""
    (record,) = [one for one in school.stack.the(kind) if one["id"] == id_]
    return sorted(record["associations"].get(to, {}))


def later(school: School, seconds: float = 60) -> None:
    """Let time pass, and the sweep and the workers run."""
    school.stack.clock.sleep(seconds)
    school.stack.sweep()
    school.stack.work()


def row(number: int, **user: Any) -> dict[str, Any]:
    """A line of a list."""
    return {"number": number, "user": {"id": f"u-{number}", "email": f"user{number}@example.jp", **user}}


def part(
    school: School, rows: list[dict[str, Any]], number: int = 1, name: str = "0123456789abcdef", **given: Any
) -> tuple[int, dict[str, Any]]:
    """Hand in a part of a list."""
    body = {"import": name, "part": number, "school_id": "demo", "as_of": AS_OF, "rows": rows}
    return school.tool(HUBSPOT, "part", body | given)


def listed(school: School, rows: list[dict[str, Any]], number: int = 1, **given: Any) -> dict[str, str]:
    """Hand in a part of a list and have it worked off; gives what came of it."""
    status, told = part(school, rows, number, **given)
    assert status == 200, told
    school.stack.work()
    path = f"/api/workspaces/{school.stack.workspace}/deliveries/{told['delivery']}"
    shown = school.stack.api("GET", path)[1]
    assert shown["state"] == "delivered", shown
    found: dict[str, str] = shown["outcome"]
    return found
