"""Testing a connection: the cheapest real calls, and what follows for the connection's state."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from renkei import workspaces
from renkei.accounts import Access, Check, Report, vendor_of
from renkei.connecting import waiting_since
from renkei.connections import Connection
from renkei.errors import Outcome, Reconnect, Retry
from renkei.runtime import Platform
from renkei.tokens import TokenSource
from renkei.workers import access_of, tokens_of


@dataclass(frozen=True)
class Tested:
    """What a test found. `healed`: it was broken and works again."""

    report: Report
    ok: bool
    healed: bool = False


def check(parts: Platform, connection: Connection, waiting: Iterable[str], needed: tuple[str, ...] = ()) -> Tested:
    """Try a connection. What is refused makes it a broken one, as any use would; what works heals a broken one.

    `waiting` are the integrations whose deliveries may wait for it; `needed` the scopes that the workspace needs
    (none: all of the vendor's).
    """
    vendor, source = vendor_of(connection.vendor), None
    try:
        access, source = access_of(parts, connection)
        access = _with_scopes(parts, access, source, connection.vendor)
        report = vendor.probe(replace(access, needed=needed))
    except Outcome as end:
        now = source.connection if source else connection
        if isinstance(end, Reconnect) and "sealed" in connection.row:
            parts.connections.broken(now, end)
        params = {"vendor": connection.vendor, **end.params}
        remedy = "try_again" if isinstance(end, Retry) else end.code
        failed = Check("check_connection", ok=False, params=params, remedy=remedy)
        return Tested(Report(connection.account, "", (failed,)), ok=False)
    ok = not report.missing
    if not ok or connection.state != "reconnect":
        return Tested(report, ok)
    waiting = list(waiting)
    for integration in waiting:
        workspaces.wake_later(connection.workspace, integration, parts.clock())
    since = waiting_since(parts.deliveries.oldest_parked, connection.workspace, waiting)
    parts.connections.healed(source.connection if source else connection, since)
    return Tested(report, ok, healed=True)


def _with_scopes(parts: Platform, access: Access, source: TokenSource | None, vendor: str) -> Access:
    """With the scopes that the token has now, where the vendor tells: a person may have taken some away.

    A broken connection must show that it can renew its token: the old one may live on for a while.
    """
    if source is None:
        return access
    token = source(source.connection.state != "connected")
    told = tokens_of(vendor, parts.session, source.secrets).introspect(token)
    return replace(access, scopes=told.scopes) if told.scopes else access
