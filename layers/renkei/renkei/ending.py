"""Ending a connection from our side: tell the vendor, destroy the secret, and deal with what is left.

Each step may be cut off and done again. The secret goes whatever the vendor says, because a vendor that does
not answer must not keep a secret alive.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import chain

from renkei import checkpoints, links, portals
from renkei.connections import Connection
from renkei.dynamo import Item
from renkei.errors import Retry
from renkei.parting import tell
from renkei.runtime import Platform

_AT_ONCE = timedelta(seconds=15)  # of an API call's 29


@dataclass
class Ended:
    """What became of it. `not_revoked`: codes of texts; `more`: call again, there is more to discard or forget."""

    not_revoked: list[str] = field(default_factory=list)
    discarded: int = 0
    forgotten: int = 0
    more: bool = False


def end(parts: Platform, connection: Connection, integrations: Iterable[str], *, discard: bool, forget: bool) -> Ended:
    """End a connection. `discard`: what waits for it too; `forget`: the links into its account too.

    Retry if somebody made it anew meanwhile: that one stays.
    """
    ended, until = Ended(), parts.clock() + _AT_ONCE
    if connection.state != "disconnected":
        gone = False
        try:
            ended.not_revoked = tell(parts, connection)
        finally:
            # First, because nobody would come back for it: a connection that is over cannot be ended again.
            portals.drop(connection.vendor, connection.account, connection.workspace)
            gone = parts.connections.disconnected(connection)
        _note_portal(parts, connection)
        if not gone:
            raise Retry("refresh_busy", vendor=connection.vendor)
    for integration in integrations if discard else ():
        for row in _waiting(parts, connection.workspace, integration):
            ended.discarded += parts.deliveries.discard(row)
            if parts.clock() > until:
                ended.more = True
                return ended
    if forget:
        for link in chain.from_iterable(map(links.each, _scopes(parts, connection))):
            links.forget(*link)
            ended.forgotten += 1
            if parts.clock() > until:
                ended.more = True
                return ended
        _begin_anew(connection.workspace, integrations)
        parts.connections.forget(connection)
    return ended


def _begin_anew(workspace: str, integrations: Iterable[str]) -> None:
    """Let integrations that say of which accounts their checkpoints are begin from the start."""
    for integration in integrations:
        if checkpoints.load(workspace, integration, checkpoints.ACCOUNTS):
            checkpoints.save(workspace, integration, checkpoints.ACCOUNTS, {"forgotten": True})


def _scopes(parts: Platform, ended: Connection) -> Iterable[str]:
    """The scopes of what is remembered of an account: into it, and between it and the accounts of other vendors."""
    yield links.scope(ended.workspace, ended.vendor, ended.account)
    for other in parts.connections.of(ended.workspace):
        for one, two in ((ended, other), (other, ended)):
            yield links.pair_scope(ended.workspace, one.vendor, one.account, two.account)


def _note_portal(parts: Platform, ended: Connection) -> None:
    """Note whose the account's events are if somebody connected it anew meanwhile."""
    now = parts.connections.get(ended.workspace, ended.vendor)
    if now and now.account == ended.account and "sealed" in now.row:
        secret = parts.connections.secrets(now).get("client_secret", "")
        portals.note(parts.vault, now.vendor, now.account, now.workspace, secret)


def _waiting(parts: Platform, workspace: str, integration: str) -> Iterable[Item]:
    yield from parts.deliveries.each(workspace, integration, "parked")
    yield from parts.deliveries.each(workspace, integration, "pending")
