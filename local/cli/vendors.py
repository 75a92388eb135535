"""The vendors as the stack itself tells them: how each is connected, and what has to be entered for it."""

from dataclasses import dataclass
from typing import Final

from local.cli.context import Context
from local.cli.errors import Failure
from local.cli.schedulers import SOURCES
from local.cli.shapes import Json, rows, text, words

ACCOUNTS: Final = ("hubspot", "salesforce", "board", "mailchimp", "slack", "falcana")
"""Vendors with an account that can be tested."""
VENDORS: Final = (*ACCOUNTS, *SOURCES)


@dataclass(frozen=True)
class Field:
    """A value to enter; `hidden`: without echo."""

    name: str
    hidden: bool
    optional: bool


@dataclass(frozen=True)
class Vendor:
    """A vendor: by consent in the browser, or by keys. `either`: exactly one of these groups of fields is entered.

    `site`: the person may choose where to log in (Salesforce: a sandbox, a domain of one's own).
    """

    key: str
    title: str
    by_consent: bool
    fields: tuple[Field, ...]
    either: tuple[tuple[str, ...], ...]
    site: bool


def find_vendor(context: Context, key: str) -> Vendor:
    """Ask the stack about a vendor. Raises Failure if it does not know it."""
    known = rows(context.api.call("GET", "vendors").get("vendors"))
    row = next((row for row in known if row.get("key") == key), None)
    if row is None:
        raise Failure("unknown_vendor", vendor=key, url=context.place.url)
    vendor = Vendor(
        key,
        text(row.get("title")) or key,
        row.get("kind") == "oauth",
        tuple(_field(field) for field in rows(row.get("fields")) if text(field.get("name"))),
        _groups(row.get("either")),
        row.get("site") is True,
    )
    named = {field.name for field in vendor.fields}
    # What can be entered must be known, else something would be left out without a word.
    understood = row.get("kind") in ("oauth", "keys") and all(
        name in named for group in vendor.either for name in group
    )
    if not understood or not (vendor.by_consent or vendor.fields):
        raise Failure("odd_answer", url=context.place.url, status=200)
    return vendor


def _field(row: Json) -> Field:
    # What is not said to be public is not shown.
    return Field(text(row.get("name")), row.get("hidden") is not False, row.get("optional") is True)


def _groups(value: object) -> tuple[tuple[str, ...], ...]:
    groups = (tuple(words(group)) for group in value) if isinstance(value, list) else ()
    return tuple(group for group in groups if group)
