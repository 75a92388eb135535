"""Telling a vendor that a connection is over: take the app out, revoke the token, as far as the vendor lets us."""

from __future__ import annotations

from dataclasses import replace

from renkei import workspaces
from renkei.accounts import vendor_of
from renkei.connections import Connection
from renkei.errors import Outcome
from renkei.http import Brief
from renkei.runtime import Platform
from renkei.tokens import TokenSource
from renkei.workers import access_of, tokens_of


def granted(connection: Connection) -> bool:
    """Whether a person agreed to it in the browser: then something was granted. Else its keys were entered."""
    return bool(connection.scopes)


def shared(parts: Platform, account: str, vendor: str, but: str = "", *, by_consent: bool = True) -> bool:
    """Whether a workspace (but one) is connected to an account in the same way: keys need no grant, nor it them."""
    others = (parts.connections.get(name, vendor) for name in workspaces.names() if name != but)
    return any(
        other and other.account == account and granted(other) is by_consent and "sealed" in other.row
        for other in others
    )


def tell(parts: Platform, connection: Connection) -> list[str]:
    """Tell the vendor; gives codes of texts for what it could not be told. AWS errors are botocore's.

    A vendor has a few seconds for each call, because our own secret is destroyed afterwards and a person waits.
    An account that another workspace uses too stays connected there.
    """
    vendor = vendor_of(connection.vendor)
    if "sealed" not in connection.row:
        return ["end_no_secret"]
    if shared(parts, connection.account, vendor.key, but=connection.workspace, by_consent=granted(connection)):
        return ["end_shared"]
    brief = replace(parts, session=Brief(parts.session))
    access, source = access_of(brief, connection)
    failed = vendor.end(access)
    return failed + _revoke(brief, source) if source else failed


def replaced(parts: Platform, before: Connection) -> list[str]:
    """End what consent gave where keys took its place in the same account, and the other way round, as far as we can.

    The app stays in the account. Gives codes of texts for what a person has to do.
    """
    brief = replace(parts, session=Brief(parts.session))
    access, source = access_of(brief, before)
    if source is None:
        return vendor_of(before.vendor).end(access)
    return [] if shared(parts, before.account, before.vendor, but=before.workspace) else _revoke(brief, source)


def _revoke(parts: Platform, source: TokenSource) -> list[str]:
    try:
        tokens_of(source.connection.vendor, parts.session, source.secrets).revoke(source.secrets["refresh_token"])
    except Outcome:
        return ["end_revoke"]
    return []
