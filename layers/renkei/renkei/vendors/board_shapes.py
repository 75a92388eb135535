"""What board's answers show: records, read or refused as garbled. Amounts are Decimal, moments aware."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from renkei.errors import Retry
from renkei.vendors.board_errors import KEY

type Row = Mapping[str, Any]
_AMOUNT = re.compile(r"-?[0-9]{1,15}(\.[0-9]{1,6})?")
_STAMPS = {"created_at", "updated_at"}


@dataclass(frozen=True)
class Project:
    """A project (案件). `total` and `tax` are the estimate's where it is shown, `total` being before tax.

    `hubspot_deal` is what board's own HubSpot link put there, `""` for nothing. It, `locked` and `memo` are shown for a
    project alone and by `whole` lists; elsewhere they are `""` and False.
    """

    id: int
    number: int
    order_status: int
    total: Decimal | None
    tax: Decimal | None
    updated_at: datetime
    locked: bool
    management_no: str
    memo: str
    hubspot_deal: str


@dataclass(frozen=True)
class Invoice:
    """A bill to be sent (請求); a project may have many."""

    id: int
    project: int
    project_number: int
    order_status: int
    status: int
    date: str
    updated_at: datetime


@dataclass(frozen=True)
class Client:
    """A client (顧客). `values` are the texts that were shown and are not blank, by board's names.

    `archived`: put away by its people; shown only where all fields are.
    """

    id: int
    name: str
    updated_at: datetime
    values: Mapping[str, str]
    archived: bool = False


@dataclass(frozen=True)
class User:
    """A person who uses board."""

    id: int
    mail: str
    name: str
    valid: bool


@dataclass(frozen=True)
class Page[T]:
    """One page of a list. `total` is of the whole list; `more`: another page follows."""

    rows: tuple[T, ...]
    total: int
    more: bool


def garbled() -> Retry:
    """An answer that is none: what was asked for may have happened all the same."""
    return Retry("vendor_garbled", vendor=KEY)


def deal_of(row: Row) -> str:
    """The deal that board's own HubSpot link has for a project; `""` if it has none."""
    link = row.get("hubspot")
    deal = link.get("hubspot_deal_id") if isinstance(link, dict) else None
    return str(deal) if deal else ""


def project_of(row: Row) -> Project:
    """A project, of a list or alone."""
    shown = row.get("estimate")
    amounts = shown if isinstance(shown, dict) and shown.get("total") is not None else row
    return Project(
        id=number_of(row, "id"),
        number=number_of(row, "project_no"),
        order_status=number_of(row, "order_status"),
        total=_amount(amounts, "total"),
        tax=_amount(amounts, "tax"),
        updated_at=_moment(row),
        locked=row.get("lock_flg") == 1,
        management_no=_text(row, "management_no"),
        memo=_text(row, "in_house_memo"),
        hubspot_deal=deal_of(row),
    )


def invoice_of(row: Row) -> Invoice:
    """A bill to be sent."""
    return Invoice(
        id=number_of(row, "id"),
        project=number_of(row, "project_id"),
        project_number=number_of(row, "project_no"),
        order_status=number_of(row, "order_status"),
        status=number_of(row, "invoice_status"),
        date=_text(row, "invoice_date"),
        updated_at=_moment(row),
    )


def client_of(row: Row) -> Client:
    """A client, of a list or alone."""
    texts = {name: text for name, text in row.items() if isinstance(text, str) and text.strip()}
    if "name" not in texts:
        raise garbled()
    values = {name: text for name, text in texts.items() if name not in _STAMPS}
    return Client(number_of(row, "id"), texts["name"], _moment(row), values, row.get("archive_flg") == 1)


def user_of(row: Row) -> User:
    """A user."""
    name = f"{_text(row, 'last_name')} {_text(row, 'first_name')}".strip()
    return User(number_of(row, "id"), _text(row, "email"), name, row.get("valid_flg") == 1)


def number_of(row: object, name: str) -> int:
    """A whole number that must be there."""
    found = row.get(name) if isinstance(row, dict) else None
    if not isinstance(found, int) or isinstance(found, bool):
        raise garbled()
    return found


def _text(row: Row, name: str) -> str:
    """A text that may be missing or null."""
    found = row.get(name)
    return "" if found is None else str(found)


def _amount(row: Row, name: str) -> Decimal | None:
    shown = row.get(name)
    if shown is None:
        return None
    if not _AMOUNT.fullmatch(str(shown)):
        raise garbled()
    return Decimal(str(shown))


def _moment(row: Row) -> datetime:
    try:
        moment = datetime.fromisoformat(row["updated_at"])
    except (KeyError, TypeError, ValueError):
        raise garbled() from None
    if moment.tzinfo is None:
        raise garbled()
    return moment
