"""Which mail domains say nothing about a person's firm.

The list is the MIT-licensed one that the product we replace names (data/free-email-domains.json); the small
overlay beside it is ours, and a workspace may add and remove. Matched on the whole domain, exactly: a suffix
match would take real firms below `sakura.ne.jp` for free mail.
"""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable
from pathlib import Path

_DATA = Path(__file__).parent / "data"


@functools.cache
def _shared() -> frozenset[str]:
    listed = json.loads((_DATA / "free-email-domains.json").read_bytes())
    overlay = json.loads((_DATA / "free-mail-overlay.json").read_bytes())
    return frozenset(listed).difference(overlay["remove"]).union(overlay["add"])


def free_mail(add: Iterable[str] = (), remove: Iterable[str] = ()) -> frozenset[str]:
    """The free-mail domains (lower case, IDNA-encoded) with a workspace's own additions and removals."""
    add, remove = frozenset(add), frozenset(remove)
    return (_shared() | add) - remove if add or remove else _shared()
