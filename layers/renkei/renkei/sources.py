"""Who may send events: the explicit list of sources. The webhook receiver starts on this: nothing slow to import.

A source proves itself in one of two ways. TimeRex shows a token, of which we keep a keyed digest (`tokens` of its
row); others sign each body with a key, which we keep sealed (`keys`). Two are valid at once, so that they can be
changed without a gap. What a connected vendor sends for its accounts (`BY_ACCOUNT`) needs no token: its app signs.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from cryptography.exceptions import InvalidTag

from renkei.aws import DOWN, passes
from renkei.vendors import calcom, calendly, hubspot_webhooks, lms, timerex

if TYPE_CHECKING:
    from renkei.vault import Vault

logger = logging.getLogger("renkei")
AT_ONCE = 2
"""Tokens or keys of one source that are valid at the same time."""
_PURPOSE = "source key"


@dataclass(frozen=True)
class Source:
    """One source.

    `receive(body)` gives a delivery's key (`<type>.<id>`) and whether we know the type, or raises ValueError with
    what is wrong. `signed(headers, body, keys, now)` says whether a body is signed with one of the keys (header names
    in lower case; the body raw); None: the source shows a token. `forgiving`: what is signed well but cannot be read
    is answered 200 and noted as skipped, because the source stops sending after errors.
    """

    key: str
    title: str
    receive: Callable[[object], tuple[str, bool]]
    signed: Callable[[Mapping[str, str], bytes, Sequence[bytes], datetime], bool] | None = None
    forgiving: bool = False


SOURCES = {
    source.key: source
    for source in (
        Source(timerex.KEY, "TimeRex", timerex.receive),
        Source(calendly.KEY, "Calendly", calendly.receive, calendly.signed, forgiving=True),
        Source(calcom.KEY, "Cal.com", calcom.receive, calcom.signed),
        Source(lms.KEY, "LMS", lms.receive, lms.signed),
    )
}
BY_ACCOUNT = (hubspot_webhooks.KEY,)
"""Vendors that send what happens in the accounts that workspaces are connected to (renkei/portals.py)."""


def seal_key(vault: Vault, workspace: str, source: str, key: str) -> bytes:
    """A signing key as a source's row keeps it."""
    return vault.seal(key.encode(), workspace=workspace, purpose=_PURPOSE, place=source)


def open_keys(vault: Vault, workspace: str, source: str, row: Mapping[str, Any]) -> list[bytes]:
    """The signing keys in a source's row, but for those that open no more: one must not take the other with it.

    Where KMS is down that is no answer: its error (botocore's) is raised.
    """
    sealed: Sequence[bytes] = row.get("keys") or ()
    found = []
    for one in sealed:
        try:
            found.append(vault.open(bytes(one), workspace=workspace, purpose=_PURPOSE, place=source))
        except (InvalidTag, ValueError):
            logger.warning("key unreadable", extra={"workspace": workspace, "source": source})
        except DOWN as down:
            if passes(down):
                raise
            logger.warning("key unreadable", extra={"workspace": workspace, "source": source})
    return found
