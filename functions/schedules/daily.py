"""Each day: let expire what nobody uses, and refresh what a vendor would let lapse."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from renkei import portals, workspaces
from renkei.accounts import vendor_of
from renkei.connections import Connection
from renkei.errors import Outcome, Reconnect
from renkei.idling import ends_at
from renkei.runtime import Platform, platform
from renkei.watch import bugs_told, logger
from renkei.workers import token_source

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

_REFRESH_AFTER = timedelta(days=30)  # of a connection to be kept alive, where the vendor names no time
_ENOUGH = timedelta(seconds=60)  # what one refresh may take, with every call timing out


@logger.inject_lambda_context
def handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, int]:  # noqa: ARG001
    """{"job": "daily"} → how many connections were looked at, kept alive and expired."""
    with bugs_told():
        return look_at_all(platform(), lambda: timedelta(milliseconds=context.get_remaining_time_in_millis()))


def look_at_all(parts: Platform, left: Callable[[], timedelta]) -> dict[str, int]:
    """Look at every connection that holds a secret. One that fails keeps no other from its turn.

    First the ones that end, which asks no vendor; then refreshes, while `left` tells of time.
    """
    ends: Counter[str] = Counter(seen=0, kept_alive=0, expired=0, failed=0)
    rest = []
    for connection, end in _all(parts):
        ends["seen"] += 1
        if end and parts.clock() >= end:
            if parts.connections.expire(connection):
                ends["expired"] += 1
                portals.drop(connection.vendor, connection.account, connection.workspace)
        elif _lapses(connection, parts.clock(), keep_alive=end is None):
            rest.append(connection)
    # The one that waited longest goes first, so that one that hangs holds up no other for days.
    for connection in sorted(rest, key=lambda one: str(one.row["refreshed_at"])):
        if left() < _ENOUGH:
            break
        try:
            with bugs_told(connection.workspace):
                _refresh(parts, connection)
            ends["kept_alive"] += 1
        except Outcome as failed:
            ends["failed"] += 1
            logger.warning("not kept", workspace=connection.workspace, vendor=connection.vendor, reason=failed.code)
    logger.info("connections", extra=dict(ends))
    return dict(ends)


def _all(parts: Platform) -> Iterator[tuple[Connection, datetime | None]]:
    """Every connection that holds a secret, and when it ends if nobody uses it (None: it is to be kept alive)."""
    for workspace in workspaces.names():
        kept = workspaces.settings(workspace)
        for connection in parts.connections.of(workspace):
            if "sealed" in connection.row:
                yield connection, ends_at(connection.row, kept)


def _lapses(connection: Connection, now: datetime, *, keep_alive: bool) -> bool:
    """Whether it is time to refresh: until a connection ends with us, no vendor's own limit is to end it."""
    oauth = vendor_of(connection.vendor).oauth
    if oauth is None or connection.state != "connected" or not (keep_alive or oauth.lapses):
        return False
    # Half of what the vendor allows: a day on which it does not answer costs nothing.
    every = oauth.lapses / 2 if oauth.lapses else _REFRESH_AFTER
    return now - datetime.fromisoformat(connection.row["refreshed_at"]) >= every


def _refresh(parts: Platform, connection: Connection) -> None:
    """Renew its token. A refusal breaks it, as any use would; an Outcome, then or when the vendor does not answer."""
    source = token_source(parts, connection)
    try:
        source.renew()
    except Reconnect as refused:
        parts.connections.broken(source.connection, refused)
        raise
