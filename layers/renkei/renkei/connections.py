"""Connections: a workspace's link to one vendor account. Tokens are sealed; the rest is ids, times and states.

The token row has one writer at a time: a refresh takes a lease (owner and end) and stores its result only
onto the version it started from, so a slow owner never overwrites a newer token.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Literal, Self
from uuid import uuid4

from renkei.config import Clock
from renkei.deliveries import stamp
from renkei.dynamo import ConditionFailed, Item, Table
from renkei.vault import Vault

type State = Literal["connected", "reconnect", "expired", "disconnected"]

LEASE = timedelta(seconds=60)
_TABLE = Table("connections")
_PURPOSE = "connection"


@dataclass(frozen=True)
class Connection:
    """A connection as it was read. `secrets` is opened only when asked for (`Connections.secrets`)."""

    workspace: str
    vendor: str
    state: State
    account: str
    version: int
    expires_at: datetime
    scopes: tuple[str, ...]
    row: Item = field(repr=False)

    @classmethod
    def of(cls, row: Item) -> Self:
        """The connection that a row holds."""
        return cls(
            row["workspace"], row["vendor"], row["state"], row["account"], row["version"],
            datetime.fromisoformat(row["expires_at"]), tuple(row["scopes"]), row,
        )  # fmt: skip


class Connections:
    """The connections of one stack."""

    def __init__(self, vault: Vault, clock: Clock) -> None:
        self._vault = vault
        self._clock = clock

    def get(self, workspace: str, vendor: str) -> Connection | None:
        """A workspace's connection to a vendor, in whatever state."""
        row = _TABLE.get({"workspace": workspace, "vendor": vendor})
        return Connection.of(row) if row else None

    def of(self, workspace: str) -> Iterator[Connection]:
        """All connections of a workspace."""
        return map(Connection.of, _TABLE.query(("workspace", workspace)))

    def connect(
        self,
        workspace: str,
        vendor: str,
        account: str,
        secrets: Mapping[str, Any],
        *,
        lasts: timedelta,
        scopes: tuple[str, ...],
        before: Connection | None,
    ) -> None:
        """Store a newly made connection over the one there was. ConditionFailed if somebody else was faster."""
        now = self._clock()
        row: Item = {"state": "connected", "account": account, "scopes": list(scopes), "connected_at": stamp(now)}
        row |= {"expires_at": stamp(now + lasts), "last_used_at": stamp(now), "version": 1}
        if before:
            row["version"] = before.version + 1
        row["sealed"] = self._seal(workspace, vendor, secrets)
        _TABLE.update(
            {"workspace": workspace, "vendor": vendor},
            put=row,
            remove=["owner", "lease_until"],
            when="#version = :before" if before else "attribute_not_exists( #version )",
            given={":before": before.version} if before else None,
        )

    def secrets(self, connection: Connection) -> dict[str, Any]:
        """The opened secrets of a connection."""
        place = f"{connection.workspace}/{connection.vendor}"
        opened = self._vault.open(
            connection.row["sealed"], workspace=connection.workspace, purpose=_PURPOSE, place=place
        )
        secrets: dict[str, Any] = json.loads(opened)
        return secrets

    def lease(self, connection: Connection) -> str | None:
        """Become the one who refreshes this version of the token. None: somebody else is at it, or was."""
        now, owner = self._clock(), uuid4().hex
        try:
            _TABLE.update(
                _key(connection),
                put={"owner": owner, "lease_until": stamp(now + LEASE)},
                when="#version = :seen AND ( attribute_not_exists( #owner ) OR #lease_until < :now )",
                given={":seen": connection.version, ":now": stamp(now)},
            )
        except ConditionFailed:
            return None
        return owner

    def release(self, connection: Connection, owner: str) -> None:
        """Give a lease back without a result, so that the next one need not wait for its end."""
        self._update_if_owner(connection, owner, {})

    def refreshed(
        self, connection: Connection, owner: str, secrets: Mapping[str, Any], lasts: timedelta
    ) -> Connection | None:
        """Store a refreshed token before anybody uses it. None: the lease was lost meanwhile."""
        put: Item = {"sealed": self._seal(connection.workspace, connection.vendor, secrets)}
        put |= {"expires_at": stamp(self._clock() + lasts), "version": connection.version + 1}
        return self._update_if_owner(connection, owner, put)

    def broken(self, connection: Connection) -> None:
        """Note that a person must connect again, unless somebody just did."""
        self._update(connection, {"state": "reconnect", "broken_at": stamp(self._clock())})

    def used(self, connection: Connection) -> None:
        """Note a successful use, at most once an hour."""
        now = self._clock()
        if now - datetime.fromisoformat(connection.row["last_used_at"]) > timedelta(hours=1):
            self._update(connection, {"last_used_at": stamp(now)})

    def disconnected(self, connection: Connection) -> None:
        """Destroy the sealed secret; the row stays, so that links into the account keep their meaning."""
        put = {"state": "disconnected", "version": connection.version + 1}
        _TABLE.update(_key(connection), put=put, remove=["sealed", "owner", "lease_until"])

    def _seal(self, workspace: str, vendor: str, secrets: Mapping[str, Any]) -> bytes:
        text, place = json.dumps(secrets).encode(), f"{workspace}/{vendor}"
        return self._vault.seal(text, workspace=workspace, purpose=_PURPOSE, place=place)

    def _update(self, connection: Connection, put: Item) -> None:
        try:
            _TABLE.update(_key(connection), put=put, when="#version = :seen", given={":seen": connection.version})
        except ConditionFailed:
            return

    def _update_if_owner(self, connection: Connection, owner: str, put: Item) -> Connection | None:
        try:
            row = _TABLE.update(
                _key(connection),
                put=put,
                remove=["owner", "lease_until"],
                when="#version = :seen AND #owner = :me",
                given={":seen": connection.version, ":me": owner},
            )
        except ConditionFailed:
            return None
        return Connection.of(row)


def _key(connection: Connection) -> dict[str, str]:
    return {"workspace": connection.workspace, "vendor": connection.vendor}
