"""What lies in the sandbox Mailchimp and in our own memory of it, without ids and times: the same in every life."""

from __future__ import annotations

from typing import Any

from tests.crash.world import rows
from tests.harness import Stack

_FLEETING = {"scope", "link", "last"}


def picture(stack: Stack) -> dict[str, Any]:
    """All members with what they hold; whose they are, as far as we remember."""
    members = stack.mailchimp.state()["members"]
    names = {str(one["contact_id"]): str(one["email_address"]) for one in members}
    shown = [(one["email_address"], one["status"], one["language"], str(one["merge_fields"])) for one in members]
    links = {_link(str(row["link"]), names): _row(row, names) for row in rows("links")}
    return {"members": sorted(shown), "links": links}


def _link(link: str, names: dict[str, str]) -> str:
    kind, _, key = link.partition("#")
    return f"{kind}#{names.get(key, key)}"


def _row(row: dict[str, Any], names: dict[str, str]) -> dict[str, Any]:
    return {name: names.get(str(value), value) for name, value in row.items() if name not in _FLEETING and value}
