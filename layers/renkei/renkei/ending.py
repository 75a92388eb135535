"""Ending a connection from our side: tell the vendor, destroy the secret, and deal with what is left.

Each step may be cut off and done again. The secret goes whatever the vendor says, because a vendor that does
not answer must not keep a secret alive.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from renkei import links
from renkei.accounts import vendor_of
from renkei.connecting import shared
from renkei.connections import Connection
from renkei.dynamo import Item
from renkei.errors import Outcome
from renkei.runtime import Platform
from renkei.workers import access_of, tokens_of

_AT_ONCE = timedelta(seconds=15)  # of an API call's 29


@dataclass
class Ended:
    """What became of it. `not_revoked`: codes of texts; `more`: call again, there is more to discard or forget."""

    not_revoked: list[str] = field(default_factory=list)
    discarded: int = 0
    forgotten: int = 0
    more: bool = False


def end(parts: Platform, connection: Connection, integrations: Iterable[str], *, discard: bool, forget: bool) -> Ended:
    """End a connection. `discard`: what waits for it too; `forget`: the links into its account too."""
    ended, until = Ended(), parts.clock() + _AT_ONCE
    if "sealed" in connection.row:
        try:
            ended.not_revoked = _told(parts, connection)
        finally:  # a refresh may have made a newer version meanwhile
            parts.connections.disconnected(parts.connections.get(connection.workspace, connection.vendor) or connection)
    elif connection.state != "disconnected":
        parts.connections.disconnected(connection)
    for integration in integrations if discard else ():
        for row in _waiting(parts, connection.workspace, integration):
            ended.discarded += parts.deliveries.discard(row)
            if parts.clock() > until:
                ended.more = True
                return ended
    if forget:
        for link in links.each(links.scope(connection.workspace, connection.vendor, connection.account)):
            links.forget(*link)
            ended.forgotten += 1
            if parts.clock() > until:
                ended.more = True
                return ended
        parts.connections.forget(connection)
    return ended


def _waiting(parts: Platform, workspace: str, integration: str) -> Iterable[Item]:
    yield from parts.deliveries.each(workspace, integration, "parked")
    yield from parts.deliveries.each(workspace, integration, "pending")


def _told(parts: Platform, connection: Connection) -> list[str]:
    """Tell the vendor that it is over; gives what it could not be told.

    An account that another workspace uses too stays connected there.
    """
    vendor = vendor_of(connection.vendor)
    if shared(parts, connection.account, vendor.key, but=connection.workspace):
        return ["end_shared"]
    access, source = access_of(parts, connection)
    failed = vendor.end(access)
    if source:
        try:
            tokens_of(vendor.key, parts.session, source.secrets).revoke(source.secrets["refresh_token"])
        except Outcome:
            failed.append("end_revoke")
    return failed
