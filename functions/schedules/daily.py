"""Each day: refresh what a vendor would let lapse, and let expire what nobody uses."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from renkei import config, workspaces
from renkei.accounts import vendor_of
from renkei.connections import Connection
from renkei.errors import Outcome, Reconnect
from renkei.runtime import Platform, bugs_told, logger, platform
from renkei.workers import token_source

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

_REFRESH_AFTER = timedelta(days=30)  # of a connection to be kept alive, where the vendor names no time


@logger.inject_lambda_context
def handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, int]:  # noqa: ARG001
    """{"job": "daily"} → how many connections were looked at, kept alive and expired."""
    with bugs_told():
        return dict(look_at_all(platform()))


def look_at_all(parts: Platform) -> Counter[str]:
    """Look at every connection that holds a secret. One that fails keeps no other from its turn."""
    ends: Counter[str] = Counter(seen=0, kept_alive=0, expired=0, failed=0)
    for workspace in workspaces.names():
        kept = workspaces.settings(workspace)
        lives = kept["document"].get("connections", {}) if kept else {}
        for connection in parts.connections.of(workspace):
            if "sealed" not in connection.row:
                continue
            ends["seen"] += 1
            try:
                with bugs_told(workspace):
                    ends[look_at(parts, connection, lives.get(connection.vendor) or {})] += 1
            except Outcome as end:
                ends["failed"] += 1
                logger.warning("not kept", workspace=workspace, vendor=connection.vendor, reason=end.code)
    logger.info("connections", extra=dict(ends))
    return ends


def look_at(parts: Platform, connection: Connection, life: Mapping[str, Any]) -> str:
    """Expire or refresh one connection if it is time; gives what was done ("" if nothing).

    `life` is what the workspace file says of it; until that lets it expire, no vendor's own limit does. A refresh
    that is refused breaks it, as any use would; an Outcome, then or when the vendor does not answer.
    """
    now, kept = parts.clock(), life.get("keep_alive") is True
    if not kept and now - connection.last_used_at >= timedelta(days=life.get("idle_days") or config.idle_days()):
        return "expired" if parts.connections.expire(connection) else ""
    oauth = vendor_of(connection.vendor).oauth
    if oauth is None or connection.state != "connected" or not (kept or oauth.lapses):
        return ""
    # Half of what the vendor allows: a day on which it does not answer costs nothing.
    every = oauth.lapses / 2 if oauth.lapses else _REFRESH_AFTER
    if now - datetime.fromisoformat(connection.row["refreshed_at"]) < every:
        return ""
    source = token_source(parts, connection)
    try:
        source.renew()
    except Reconnect as refused:
        parts.connections.broken(source.connection, refused)
        raise
    return "kept_alive"
