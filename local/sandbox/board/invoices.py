"""Invoices (請求): https://developers.the-board.jp/doc/ (請求).

They come into being with a project; the API can only list them and change their status.
"""

import calendar
from collections.abc import Mapping, Sequence
from datetime import date, datetime

from local.sandbox.board.accounts import Account, Row, write
from local.sandbox.board.ask import Settings
from local.sandbox.board.refused import wrong
from local.sandbox.board.values import NOTHING, choice, read_all, today

STATUSES = {1: "未請求", 4: "請求OK", 2: "請求済", 5: "一部入金済", 3: "入金済", 9: "回収不能"}
PAID = 3
FIELDS = {"invoice_status": choice(*STATUSES)}


def bring(account: Account, project: Row, dates: Sequence[str], now: datetime) -> None:
    """One invoice for each date, not billed."""
    for one in dates:
        values = {
            "project_id": project["id"],
            "total": NOTHING,
            "tax": NOTHING,
            "cost_total": 0,
            "invoice_date": one,
            "payment_limit_date": _next_month_end(one),
            "invoice_status": 1,
            "paid_date": None,
            "lock_flg": 0,
        }
        project["invoice_ids"].append(account.add("invoices", values, now)["id"])


def update_status(account: Account, row: Row, body: Mapping[str, object], now: datetime, settings: Settings) -> None:
    """Change the status; 422 for one that is none."""
    found, errors = read_all(body, FIELDS, FIELDS)
    if errors:
        raise wrong(errors)
    change(account, row, billed(row, found["invoice_status"], now), now, bumps=settings.invoice_bumps_project)


def billed(row: Row, status: int, now: datetime) -> dict[str, object]:
    """What changes with a status: paid ones have a date."""
    paid = (row["paid_date"] or today(now)) if status == PAID else None
    return {"invoice_status": status, "paid_date": paid}


def change(account: Account, row: Row, values: Mapping[str, object], now: datetime, *, bumps: bool) -> None:
    """Write values. `bumps`: this counts as a change of the invoice's project."""
    project = account.find("projects", row["project_id"])
    if write(row, values, now) and bumps and project is not None:
        project["updated_at"] = row["updated_at"]


def month_ends(start: str, end: str) -> list[str]:
    """The last day of each month from one date's to another's."""
    first, last = date.fromisoformat(start), date.fromisoformat(end)
    months = range(first.year * 12 + first.month - 1, last.year * 12 + last.month)
    return [_month_end(month // 12, month % 12 + 1) for month in months]


def _next_month_end(day: str) -> str:
    at = date.fromisoformat(day)
    return _month_end(at.year + at.month // 12, at.month % 12 + 1)


def _month_end(year: int, month: int) -> str:
    return date(year, month, calendar.monthrange(year, month)[1]).isoformat()
