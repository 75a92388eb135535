"""Vendors as accounts that a workspace connects to: what is entered, looked at, and told when it is over.

A vendor says this of itself in `renkei/vendors/<vendor>_account.py`, as `ACCOUNT`. There are two kinds: by OAuth
(a person agrees in a browser) and by keys (a person enters them). One that has both `oauth` and `fields` takes either;
its bearer token is then the field `access_token`.
"""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, get_args

import requests

from renkei.budgets import Left, Limits

if TYPE_CHECKING:
    from renkei.oauth import OAuthVendor

Vendor = Literal["hubspot", "salesforce", "board", "mailchimp", "slack", "falcana"]
VENDORS: tuple[str, ...] = get_args(Vendor)


@dataclass(frozen=True)
class Field:
    """What an admin enters for a connection by keys. `hidden`: asked for without echo."""

    name: str
    hidden: bool = True
    optional: bool = False


@dataclass(frozen=True)
class Check:
    """One thing that was looked at; `name` and `remedy` are codes of texts, filled in with `params`.

    `ok` is None where it cannot be looked at without changing something, or is only for information.
    A `needed` one that is not ok refuses the connection. `params` may name the account: shown, never stored.
    """

    name: str
    ok: bool | None
    params: Mapping[str, str] = field(default_factory=dict)
    remedy: str = ""
    needed: bool = True


@dataclass(frozen=True)
class Report:
    """What a probe found. `account` is the vendor's id of it, `name` is for people and never stored.

    `timezone` (IANA) tells where the vendor's quota of the day starts anew.
    """

    account: str
    name: str
    checks: tuple[Check, ...]
    timezone: str = "UTC"

    @property
    def missing(self) -> tuple[Check, ...]:
        """The needed checks that failed."""
        return tuple(check for check in self.checks if check.needed and check.ok is False)


def no_token(fresh: bool) -> str:  # noqa: ARG001 - as a token source
    """The bearer token of a vendor that has none."""
    return ""


def untold() -> None:
    """What is left of the day, where nobody counts."""


@dataclass(frozen=True)
class Access:
    """What a probe or an end may use: for keys the entered fields, for OAuth the tokens and what came with them.

    `digest` gives a keyed digest (purpose, text) as the id of an account that has none of its own; `sleep` passes
    seconds where a vendor is slow to allow the next call; `left` tells what our own count leaves of the day.
    `scopes` are what was granted (none: keys were entered), `needed` those that the workspace needs (none: nobody
    said; then all of the vendor's are to be granted).
    """

    session: requests.Session
    secrets: Mapping[str, str] = field(repr=False)
    digest: Callable[[str, str], str]
    token: Callable[[bool], str] = no_token
    scopes: tuple[str, ...] = ()
    own_app: bool = False
    sleep: Callable[[float], None] = time.sleep
    left: Callable[[], Left | None] = untold
    needed: tuple[str, ...] = ()


def nothing(access: Access) -> None:
    """What most vendors need to be prepared."""


@dataclass(frozen=True)
class AccountVendor:
    """A vendor's accounts as data, and the few calls that a connection's life takes.

    `probe` makes the cheapest real calls; Reconnect where the secrets are refused, Retry where nobody answers.
    `prepare` makes in the account what its uses need, as far as it is allowed to. `end` tells the vendor that it
    is over; it gives the codes of texts for what could not be told, and raises nothing. `either`: exactly one of
    these groups of fields is entered. `manage_url` is where a person makes or mends a key.
    """

    key: str
    title: str
    probe: Callable[[Access], Report]
    end: Callable[[Access], list[str]]
    prepare: Callable[[Access], None] = nothing
    fields: tuple[Field, ...] = ()
    either: tuple[tuple[str, ...], ...] = ()
    oauth: OAuthVendor | None = None
    limits: Limits = field(default_factory=Limits)
    manage_url: str = ""


def vendor_of(key: str) -> AccountVendor:
    """The vendor of that key; KeyError if there is none. Imported when asked for: each costs a little."""
    if key not in VENDORS:
        raise KeyError(key)
    vendor: AccountVendor = importlib.import_module(f"renkei.vendors.{key}_account").ACCOUNT
    return vendor


def oauth_of(key: str) -> OAuthVendor:
    """The OAuth of a vendor; KeyError if there is no such vendor, or it connects by keys alone."""
    found = vendor_of(key).oauth
    if found is None:
        raise KeyError(key)
    return found
