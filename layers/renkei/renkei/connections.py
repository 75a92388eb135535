"""Connections: a workspace's link to one vendor account. Secrets are sealed; the rest is ids, codes, times, states.

The row has one writer at a time: a refresh takes a lease (owner and end) and stores its result only onto the
version it started from, so a slow owner never overwrites a newer token. `expired` and `disconnected` rows hold
no secret: the change of state and the end of the secret are one write.
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
from renkei.errors import Reconnect
from renkei.vault import Vault

type State = Literal["connected", "reconnect", "expired", "disconnected"]

LEASE = timedelta(seconds=60)
_TABLE = Table("connections")
_PURPOSE = "connection"
_REFRESHING = ("owner", "lease_until", "in_doubt")
_TROUBLE = ("broken_at", "cause", "cause_params", "expired_at", "disconnected_at")
_HEALED = ("healed_at", "healed_from", "waiting_since")


@dataclass(frozen=True)
class Lease:
    """The right to refresh. `doubtful`: the last one who had it never said what came of it."""

    owner: str
    doubtful: bool


@dataclass(frozen=True)
class Connection:
    """A connection as it was read. `secrets` is opened only when asked for (`Connections.secrets`).

    `expires_at` is the access token's end; None where it has none, or none that the vendor tells.
    """

    workspace: str
    vendor: str
    state: State
    account: str
    version: int
    expires_at: datetime | None
    scopes: tuple[str, ...]
    row: Item = field(repr=False)

    @classmethod
    def of(cls, row: Item) -> Self:
        """The connection that a row holds."""
        ends = datetime.fromisoformat(row["expires_at"]) if row.get("expires_at") else None
        return cls(
            row["workspace"], row["vendor"], row["state"], row["account"], row["version"], ends,
            tuple(row["scopes"]), row,
        )  # fmt: skip

    @property
    def last_used_at(self) -> datetime:
        """When it was last used with success, or made."""
        return datetime.fromisoformat(self.row["last_used_at"])


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
        before: Connection | None,
        lasts: timedelta | None = None,
        scopes: tuple[str, ...] = (),
        timezone: str = "UTC",
        waiting_since: str = "",
        site: str = "",
    ) -> Connection:
        """Store a newly made connection over the one there was. ConditionFailed if somebody else was faster.

        `waiting_since`: when the oldest delivery that waits for it was accepted, "" if none does.
        """
        now = stamp(self._clock())
        row: Item = {
            "state": "connected",
            "account": account,
            "scopes": list(scopes),
            "timezone": timezone,
            "site": site,
        }
        row |= dict.fromkeys(("connected_at", "last_used_at", "refreshed_at"), now)
        row |= {"version": before.version + 1 if before else 1, "sealed": self._seal(workspace, vendor, secrets)}
        row |= {"expires_at": self._end(lasts), **_healing(before, now, waiting_since)}
        row = _TABLE.update(
            {"workspace": workspace, "vendor": vendor},
            put=row,
            remove=[name for name in (*_REFRESHING, *_TROUBLE) if name not in row],
            when="#version = :before" if before else "attribute_not_exists( #version )",
            given={":before": before.version} if before else None,
        )
        return Connection.of(row)

    def secrets(self, connection: Connection) -> dict[str, Any]:
        """The opened secrets of a connection. Reconnect if it holds none any more."""
        if "sealed" not in connection.row:
            raise Reconnect("not_connected", vendor=connection.vendor)
        place = f"{connection.workspace}/{connection.vendor}"
        opened = self._vault.open(
            connection.row["sealed"], workspace=connection.workspace, purpose=_PURPOSE, place=place
        )
        secrets: dict[str, Any] = json.loads(opened)
        return secrets

    def lease(self, connection: Connection) -> Lease | None:
        """Become the one who refreshes this version of the token. None: somebody else is at it, or was."""
        now, owner = self._clock(), uuid4().hex
        put = {"owner": owner, "lease_until": stamp(now + LEASE)}
        seen = {":seen": connection.version}
        for when, given in (
            ("#version = :seen AND attribute_not_exists( #owner )", seen),
            ("#version = :seen AND #lease_until < :now", {**seen, ":now": stamp(now)}),
        ):
            try:
                row = _TABLE.update(_key(connection), put=put, when=when, given=given)
            except ConditionFailed:
                continue
            return Lease(owner, doubtful=":now" in given or row.get("in_doubt") is True)
        return None

    def release(self, connection: Connection, lease: Lease, *, doubtful: bool = False) -> None:
        """Give a lease back without a result, so that the next one need not wait for its end.

        `doubtful`: the vendor may have given a new token that we never saw.
        """
        self._update_if_owner(connection, lease, {"in_doubt": True} if doubtful or lease.doubtful else {})

    def refreshed(
        self, connection: Connection, lease: Lease, secrets: Mapping[str, Any], lasts: timedelta | None
    ) -> Connection | None:
        """Store a refreshed token before anybody uses it. None: the lease was lost meanwhile."""
        put: Item = {"sealed": self._seal(connection.workspace, connection.vendor, secrets)}
        put |= {"expires_at": self._end(lasts), "version": connection.version + 1}
        return self._update_if_owner(connection, lease, put | {"refreshed_at": stamp(self._clock())})

    def broken(self, connection: Connection, cause: Reconnect) -> bool:
        """Note that a person must act, and why. False: it works, because it changed since it was read."""
        put: Item = {"state": "reconnect", "broken_at": stamp(self._clock())}
        put |= {"cause": cause.code, "cause_params": dict(cause.params)}
        if self._update(connection, put, remove=_HEALED, when="#state = :works", given={":works": "connected"}):
            return True
        now = self.get(connection.workspace, connection.vendor)
        return now is None or now.state != "connected"

    def healed(self, connection: Connection, waiting_since: str) -> None:
        """Note that a broken connection works again as it is (an API was switched on again, say)."""
        now = stamp(self._clock())
        put: Item = {"state": "connected", "connected_at": now, "last_used_at": now}
        put |= _healing(connection, now, waiting_since)
        self._update(connection, put, remove=_TROUBLE, when="#state = :broken", given={":broken": "reconnect"})

    def recovery_told(self, connection: Connection) -> None:
        """Note that people know that it works again."""
        healed = {":healed": connection.row["healed_at"]}
        self._update(connection, {}, remove=_HEALED, when="#healed_at = :healed", given=healed)

    def used(self, connection: Connection) -> None:
        """Note a successful use, at most once an hour."""
        now = self._clock()
        if now - connection.last_used_at > timedelta(hours=1):
            self._update(connection, {"last_used_at": stamp(now)})

    def expire(self, connection: Connection) -> bool:
        """Destroy the secret of a connection that nobody uses. False if somebody did since it was read."""
        put = {"state": "expired", "expired_at": stamp(self._clock()), "version": connection.version + 1}
        gone = ("sealed", *_REFRESHING, *_HEALED, "broken_at", "cause", "cause_params")
        given = {":used": connection.row["last_used_at"]}
        return self._update(connection, put, remove=gone, when="#last_used_at = :used", given=given)

    def disconnected(self, connection: Connection) -> bool:
        """Destroy the sealed secret; the row stays, so that links into the account keep their meaning.

        False: somebody made the connection anew since it was read.
        """
        put = {"state": "disconnected", "disconnected_at": stamp(self._clock()), "version": connection.version + 1}
        gone = [name for name in ("sealed", *_REFRESHING, *_TROUBLE, *_HEALED) if name not in put]
        try:  # not the version: a refresh meanwhile changes nothing
            _TABLE.update(
                _key(connection), put=put, remove=gone,
                when="#connected_at = :made", given={":made": connection.row["connected_at"]},
            )  # fmt: skip
        except ConditionFailed:
            return False
        return True

    def forget(self, connection: Connection) -> None:
        """Drop the row of a connection that holds no secret any more: nothing points into its account."""
        _TABLE.delete(_key(connection))

    def _end(self, lasts: timedelta | None) -> str:
        return "" if lasts is None else stamp(self._clock() + lasts)

    def _seal(self, workspace: str, vendor: str, secrets: Mapping[str, Any]) -> bytes:
        text, place = json.dumps(secrets).encode(), f"{workspace}/{vendor}"
        return self._vault.seal(text, workspace=workspace, purpose=_PURPOSE, place=place)

    def _update(
        self, connection: Connection, put: Item, remove: tuple[str, ...] = (), when: str = "", given: Item | None = None
    ) -> bool:
        """Change the row unless its version, or what `when` says, changed since it was read. Whether it did."""
        condition = f"#version = :seen AND {when}" if when else "#version = :seen"
        seen = {":seen": connection.version, **(given or {})}
        try:
            _TABLE.update(_key(connection), put=put, remove=remove, when=condition, given=seen)
        except ConditionFailed:
            return False
        return True

    def _update_if_owner(self, connection: Connection, lease: Lease, put: Item) -> Connection | None:
        try:
            row = _TABLE.update(
                _key(connection),
                put=put,
                remove=[name for name in _REFRESHING if name not in put],
                when="#version = :seen AND #owner = :me",
                given={":seen": connection.version, ":me": lease.owner},
            )
        except ConditionFailed:
            return None
        return Connection.of(row)


def _healing(before: Connection | None, now: str, waiting_since: str) -> Item:
    """What a connection that works again notes, so that people are told how it went on."""
    if before is None or before.state not in {"reconnect", "expired"}:
        return {}
    return {"healed_at": now, "healed_from": before.state, "waiting_since": waiting_since or now}


def _key(connection: Connection) -> dict[str, str]:
    return {"workspace": connection.workspace, "vendor": connection.vendor}
