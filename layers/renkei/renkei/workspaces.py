"""Workspaces: settings, the sources that may send to them, and short-lived sessions (one table).

Rows of a workspace: `settings` (the workspace file and what was checked), `source#<vendor>` (what the webhook
receiver needs to know, no secret), `session#<digest>` (OAuth tickets and states, ten minutes).
The workspace named `-` is the stack's own: its digest key, and the list of workspaces.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from renkei import config
from renkei.config import Clock, Language
from renkei.dynamo import ConditionFailed, Item, Table
from renkei.vault import Vault

NAME = re.compile(r"[a-z][a-z0-9-]{1,30}")
SESSION = timedelta(minutes=10)
_WAKING = timedelta(minutes=15)
_TABLE = Table("workspaces")
_RECIPIENTS = "recipients"


def names() -> list[str]:
    """All workspaces of the stack."""
    rows = _TABLE.query(("workspace", "-"), sort=("item", "begins_with", "workspace#"))
    return [row["item"].partition("#")[2] for row in rows]


def register(workspace: str) -> None:
    """Put a workspace on the stack's list. ValueError if the name is none."""
    if not NAME.fullmatch(workspace):
        raise ValueError(f"a workspace's name matches {NAME.pattern}")
    _TABLE.put({"workspace": "-", "item": f"workspace#{workspace}"})


def address() -> str:
    """Our own public address: the given one, or as the last admin reached it; "" before the first."""
    if given := config.given_url():
        return given
    row = _TABLE.get({"workspace": "-", "item": "address"})
    return str(row["base"]) if row else ""


def save_address(base: str) -> None:
    """Remember our own public address for mails: what runs by schedule is reached at none."""
    if base != address():
        _TABLE.put({"workspace": "-", "item": "address", "base": base})


def settings(workspace: str) -> Item | None:
    """{`document`: the workspace file but for the recipients of notices, `types`: {object: {property: type or facts}},
    `saved_at`, `named`: the integrations of all files so far, `passed_over`}, or None before the first.

    `passed_over` are integrations that no file ever named although it named another one that takes the same events.
    """
    row = _TABLE.get({"workspace": workspace, "item": "settings"})
    return row | {"document": json.loads(row["document"])} if row else None


def settings_of(names: Iterable[str]) -> dict[str, Item]:
    """The settings of many workspaces, by name; those without a file are left out."""
    rows = _TABLE.get_many({"workspace": name, "item": "settings"} for name in names)
    return {row["workspace"]: row | {"document": json.loads(row["document"])} for row in rows}


def save_settings(
    vault: Vault, workspace: str, document: Mapping[str, Any], types: Mapping[str, Any], saved_at: str, **facts: Any
) -> None:
    """Keep a workspace file that was checked, with the property types it was checked against, and other facts.

    The recipients' addresses are sealed.
    """
    notices = document.get("notices") or {}
    row: Item = {"workspace": workspace, "item": "settings", "types": dict(types), "saved_at": saved_at, **facts}
    if to := notices.get("to"):
        row["recipients"] = vault.seal(
            json.dumps(to).encode(), workspace=workspace, purpose=_RECIPIENTS, place=workspace
        )
    kept = {**document, "notices": {name: value for name, value in notices.items() if name != "to"}}
    _TABLE.put(row | {"document": json.dumps(kept, ensure_ascii=False)})
    register(workspace)


def recipients(workspace: str, vault: Vault) -> list[tuple[str, Language]]:
    """(mail address, language) of everybody who gets a workspace's notices."""
    kept = settings(workspace)
    return [(one["mail"], one["language"] or kept["document"]["language"]) for one in _to(kept, vault)] if kept else []


def export(workspace: str, vault: Vault) -> dict[str, Any] | None:
    """The workspace file as it was applied, with the recipients; None before the first."""
    kept = settings(workspace)
    if kept is None:
        return None
    document: dict[str, Any] = kept["document"]
    return document | {"notices": {**document.get("notices", {}), "to": _to(kept, vault)}}


def _to(kept: Item, vault: Vault) -> list[dict[str, Any]]:
    if "recipients" not in kept:
        return []
    workspace = kept["workspace"]
    opened = vault.open(kept["recipients"], workspace=workspace, purpose=_RECIPIENTS, place=workspace)
    to: list[dict[str, Any]] = json.loads(opened)
    return to


def source(workspace: str, vendor: str) -> Item | None:
    """What the receiver knows of a source: `tokens` (digests), `keys` (sealed, in their order, where it signs bodies),
    `header` (where a token travels), `listeners` (integration → vendor), `off`.
    """
    return _TABLE.get({"workspace": workspace, "item": f"source#{vendor}"})


def save_source(workspace: str, vendor: str, *, had: Sequence[str] | None = None, **facts: Any) -> Item:
    """Change some of what is known of a source. `had`: the digests that were read, else ConditionFailed."""
    key = {"workspace": workspace, "item": f"source#{vendor}"}
    if had is None:
        return _TABLE.update(key, put=facts)
    when = "#tokens = :had" if had else "attribute_not_exists(#tokens) OR #tokens = :had"
    return _TABLE.update(key, put=facts, when=when, given={":had": list(had)})


def wake_later(workspace: str, integration: str, now: datetime) -> None:
    """Note, before something changes, that deliveries parked for want of it are to be looked at for a while."""
    ends = int((now + _WAKING).timestamp())
    _TABLE.put({"workspace": "-", "item": f"wake#{workspace}#{integration}", "ttl": ends})


def waking(now: datetime) -> list[tuple[str, str]]:
    """(workspace, integration) of what is to be looked at."""
    rows = _TABLE.query(("workspace", "-"), sort=("item", "begins_with", "wake#"))
    found = (row["item"].split("#") for row in rows if row["ttl"] >= now.timestamp())
    return [(workspace, integration) for _, workspace, integration in found]


class Sessions:
    """Single-use secrets that a browser carries for ten minutes; stored by digest, their content sealed."""

    def __init__(self, vault: Vault, clock: Clock) -> None:
        self._vault = vault
        self._clock = clock

    def open(self, token: str, content: Mapping[str, Any]) -> None:
        """Keep content under a token that only its holder knows."""
        name = self._name(token)
        sealed = self._vault.seal(json.dumps(content).encode(), workspace="-", purpose="session", place=name)
        ends = int((self._clock() + SESSION).timestamp())
        _TABLE.put({"workspace": "-", "item": name, "sealed": sealed, "ttl": ends})

    def redeem(self, token: str) -> tuple[dict[str, Any] | None, bool]:
        """(content, expired): the content once, and only within ten minutes; (None, False) if unknown or used."""
        name = self._name(token)
        try:
            row = _TABLE.delete({"workspace": "-", "item": name}, if_there="item")
        except ConditionFailed:
            return None, False
        if row is None or row["ttl"] < self._clock().timestamp():
            return None, row is not None
        opened = self._vault.open(row["sealed"], workspace="-", purpose="session", place=name)
        return json.loads(opened), False

    def _name(self, token: str) -> str:
        return f"session#{self._vault.digest('session', token)}"
