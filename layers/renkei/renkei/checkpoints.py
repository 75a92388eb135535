"""Checkpoints: how far a sync has read. One row each in Workspaces, `checkpoint#<integration>#<name>`.

A checkpoint is saved only after what it stands for was applied: who dies before reads it again.
"""

from __future__ import annotations

from typing import Any

from renkei.dynamo import Table

_TABLE = Table("workspaces")
ACCOUNTS = "accounts"
"""The checkpoint that names the accounts which an integration's others are of, where it keeps one."""


def load(workspace: str, integration: str, name: str) -> dict[str, Any]:
    """What was saved under a name; empty before the first time."""
    row = _TABLE.get(_key(workspace, integration, name)) or {}
    facts: dict[str, Any] = row.get("facts", {})
    return facts


def save(workspace: str, integration: str, name: str, facts: dict[str, Any]) -> None:
    """Keep how far it is: times, ids and counts only."""
    _TABLE.put({**_key(workspace, integration, name), "facts": facts})


def drop(workspace: str, integration: str, name: str) -> None:
    """Forget how far it is: the next time is the first. Nothing saved is no error."""
    _TABLE.delete(_key(workspace, integration, name))


def drop_all(workspace: str, integration: str) -> None:
    """Forget how far an integration is."""
    prefix = _key(workspace, integration, "")["item"]
    rows = _TABLE.query(("workspace", workspace), sort=("item", "begins_with", prefix))
    _TABLE.delete_many({"workspace": workspace, "item": row["item"]} for row in list(rows))


def _key(workspace: str, integration: str, name: str) -> dict[str, str]:
    return {"workspace": workspace, "item": f"checkpoint#{integration}#{name}"}
