"""A living access token of one connection, refreshed ahead of its end by one worker at a time.

Where a person entered the token itself there is nothing to refresh: it works, or another one is entered.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from renkei.config import Clock
from renkei.connections import LEASE, Connection, Connections, Lease
from renkei.errors import Misconfigured, Reconnect, Retry
from renkei.oauth import Grant, Tokens

_AHEAD = timedelta(minutes=5)
_UNCLEAR = {"vendor_unreachable", "vendor_garbled"}
_POLL = 0.2  # seconds between two looks at a token that somebody else refreshes


def fixed(vendor: str, keys: Mapping[str, Any]) -> Callable[[bool], str]:
    """The token among keys that a person entered ("": there is none). Reconnect if another one is asked for."""

    def token(fresh: bool) -> str:
        if fresh:
            raise Reconnect("key_refused", vendor=vendor)
        return str(keys.get("access_token", ""))

    return token


class TokenSource:
    """Gives the access token. `connection` is the connection as it is now: a refresh makes a new version of it."""

    def __init__(
        self,
        connection: Connection,
        connections: Connections,
        tokens: Callable[[Mapping[str, Any]], Tokens],
        clock: Clock,
        sleep: Callable[[float], None],
    ) -> None:
        self.connection = connection
        self._connections = connections
        self._tokens = tokens
        self._clock = clock
        self._sleep = sleep
        self.secrets = connections.secrets(connection)

    def __call__(self, fresh: bool = False) -> str:
        """The token; `fresh` after the vendor refused the last one. Retry or Reconnect if there is none to be had."""
        if not self.renews:
            return self._entered(fresh)
        ends = self.connection.expires_at
        left = ends - self._clock() if ends else _AHEAD
        if fresh or left < _AHEAD:
            self.renew(must=fresh or left <= timedelta())
        return str(self.secrets["access_token"])

    @property
    def renews(self) -> bool:
        """Whether the vendor gives new tokens for the connection."""
        return "refresh_token" in self.secrets

    def renew(self, *, must: bool = True) -> None:
        """Refresh, or see that somebody else did. `must`: wait for it, because the token at hand is of no use.

        A token that a person entered stays as it is.
        """
        if not self.renews:
            return None
        seen = self.connection.version
        for _ in range(int(LEASE.total_seconds() / _POLL) + 1):
            if lease := self._connections.lease(self.connection):
                return self._refresh(lease)
            self._reload()
            if self.connection.version != seen or not must:
                return None
            self._sleep(_POLL)
        raise Retry("refresh_busy", vendor=self.connection.vendor)

    def _entered(self, refused: bool) -> str:
        """The token that a person entered. If it was `refused`: what was connected since; Reconnect if nothing was."""
        if refused:
            seen = self.connection.version
            self._reload()
            if self.connection.version == seen:
                raise Reconnect("key_refused", vendor=self.connection.vendor)
            return self()
        return str(self.secrets["access_token"])

    def _refresh(self, lease: Lease) -> None:
        grant = self._granted(lease)
        kept = {**self.secrets, **grant.secrets}
        stored = self._connections.refreshed(self.connection, lease, kept, grant.lasts)
        if stored is None:
            return self._reload()
        self.connection, self.secrets = stored, kept
        return None

    def _granted(self, lease: Lease) -> Grant:
        """Ask the vendor. Whatever comes of it: nobody else need wait for the lease's end.

        A refusal after somebody's refresh was cut off most likely means that the vendor had given a new refresh
        token that never reached us: that is worth other words to the person who has to connect again.
        """
        doubtful: bool | None = True
        try:
            grant = self._tokens(self.secrets).refresh(self.secrets["refresh_token"])
            doubtful = None
        except Reconnect as refused:
            doubtful = False
            if lease.doubtful and refused.code == "grant_refused":
                raise Reconnect("refresh_cut_off", vendor=self.connection.vendor) from None
            raise
        except Retry as end:  # a vendor that says no gave nothing; one that says nothing may have
            doubtful = end.code in _UNCLEAR or end.params.get("status", "").startswith("5")
            raise
        except Misconfigured:
            doubtful = False
            raise
        finally:
            if doubtful is not None:
                self._connections.release(self.connection, lease, doubtful=doubtful)
        return grant

    def _reload(self) -> None:
        found = self._connections.get(self.connection.workspace, self.connection.vendor)
        if found is None or found.state != "connected":
            raise Reconnect("not_connected", vendor=self.connection.vendor)
        self.connection, self.secrets = found, self._connections.secrets(found)
