"""Telling a vendor that a connection is over: take the app out, revoke the token, as far as the vendor lets us."""

from __future__ import annotations

from dataclasses import replace

from renkei import workspaces
from renkei.accounts import vendor_of
from renkei.connections import Connection
from renkei.errors import Outcome
from renkei.http import Brief
from renkei.runtime import Platform
from renkei.workers import access_of, tokens_of


def shared(parts: Platform, account: str, vendor: str, but: str = "") -> bool:
    """Whether a workspace (but one) is connected to an account."""
    others = (parts.connections.get(name, vendor) for name in workspaces.names() if name != but)
    return any(other and other.account == account and "sealed" in other.row for other in others)


def tell(parts: Platform, connection: Connection) -> list[str]:
    """Tell the vendor; gives codes of texts for what it could not be told. AWS errors are botocore's.

    A vendor has a few seconds for each call, because our own secret is destroyed afterwards and a person waits.
    An account that another workspace uses too stays connected there.
    """
    vendor = vendor_of(connection.vendor)
    if "sealed" not in connection.row:
        return ["end_no_secret"]
    if shared(parts, connection.account, vendor.key, but=connection.workspace):
        return ["end_shared"]
    brief = replace(parts, session=Brief(parts.session))
    access, source = access_of(brief, connection)
    failed = vendor.end(access)
    if source:
        try:
            tokens_of(vendor.key, brief.session, source.secrets).revoke(source.secrets["refresh_token"])
        except Outcome:
            failed.append("end_revoke")
    return failed
