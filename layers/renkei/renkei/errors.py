"""Errors are named by what happens next.

    Outcome
    ├── Skip            known, and nothing to do            → delivery `skipped`
    ├── Retry           busy, down, slow, unknown outcome    → stays `pending`, due again later
    ├── Rejected        this record can never pass           → `rejected`, kept sealed for 30 days
    │   ├── NotFound    the vendor has no such record
    │   └── Conflict    the vendor has that record already
    ├── Reconnect       the connection needs a person        → the connection parks, deliveries wait
    └── Misconfigured   a setting or permission is missing   → `parked` until the settings change

Anything else is our bug. `code` names a text in `renkei/texts` (ja, en, de); `params` fill it in and are
stored and logged, so they never hold anything personal or secret: names of properties, settings, codes.
"""

from __future__ import annotations

from datetime import timedelta


class Outcome(Exception):
    """A known end of an attempt. Comes with a text's code and what fills it in."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params


class Skip(Outcome):
    """Known, and nothing to do."""


class Retry(Outcome):
    """Try again: after the time the vendor named, else after a growing pause.

    `daily`: the vendor's quota of the day is used up, so it waits for the vendor's reset (`renkei.budgets`).
    """

    def __init__(self, code: str, after: timedelta | None = None, daily: bool = False, **params: str) -> None:
        super().__init__(code, **params)
        self.after = after
        self.daily = daily


class Rejected(Outcome):
    """This record can never pass as it is."""


class NotFound(Rejected):
    """The vendor has no such record (404)."""


class Conflict(Rejected):
    """The vendor has that record already (409). `record_id` is its id where the vendor tells."""

    def __init__(self, code: str, record_id: str | None = None, **params: str) -> None:
        super().__init__(code, **params)
        self.record_id = record_id


class Reconnect(Outcome):
    """A token was revoked, a key is wrong, an app was uninstalled: a person must connect again."""


class Misconfigured(Outcome):
    """A setting, mapping, property or permission is missing; passes once it is there."""


def state_after(end: Outcome) -> str:
    """The state that a delivery is in after this end of an attempt."""
    match end:
        case Skip():
            return "skipped"
        case Retry():
            return "pending"
        case Reconnect() | Misconfigured():
            return "parked"
    return "rejected"
