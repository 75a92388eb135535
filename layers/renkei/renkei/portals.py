"""Which workspaces an account's events belong to, for a vendor that sends those of all accounts to one address.

Rows in the table of workspaces: partition `portal#<vendor>#<account>`, one for each workspace that is connected to the
account. A row that is left over does no harm: a worker passes over events that are not of its connection's account.
`keys`: the client secrets, sealed, of an app that the workspace's connection brought; the vendor signs with them.
"""

from __future__ import annotations

from renkei.dynamo import Item, Table
from renkei.sources import AT_ONCE, BY_ACCOUNT, open_keys, seal_key
from renkei.vault import Vault

_TABLE = Table("workspaces")


def note(vault: Vault, vendor: str, account: str, workspace: str, secret: str, *, beside: bool = False) -> None:
    """Note that an account's events belong to a workspace. `secret`: its own app's, "" if it brought none.

    `beside`: what was noted before stays valid too, for the time in which it is not sure which one holds.
    """
    if vendor not in BY_ACCOUNT:
        return
    key = {"workspace": _partition(vendor, account), "item": workspace}
    new = [seal_key(vault, workspace, _place(vendor, account), secret)] if secret else []
    old = (_TABLE.get(key) or {}).get("keys", []) if beside else []
    _TABLE.put({**key, "keys": [*new, *old][:AT_ONCE]})


def drop(vendor: str, account: str, workspace: str) -> None:
    """Forget that an account's events belong to a workspace, and the secret with it."""
    if vendor in BY_ACCOUNT:
        _TABLE.delete({"workspace": _partition(vendor, account), "item": workspace})


def of(vendor: str, account: str) -> list[Item]:
    """The rows of an account; `item` is the workspace."""
    return list(_TABLE.query(("workspace", _partition(vendor, account))))


def keys(vault: Vault, vendor: str, account: str, row: Item) -> list[bytes]:
    """The opened secrets in a row. Where KMS is down that is no answer: its error (botocore's) is raised."""
    return open_keys(vault, row["item"], _place(vendor, account), row)


def _partition(vendor: str, account: str) -> str:
    return f"portal#{_place(vendor, account)}"


def _place(vendor: str, account: str) -> str:
    return f"{vendor}#{account}"
