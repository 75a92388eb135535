"""Lists: https://developers.the-board.jp/doc/ (parameters of each list).

Filters have Ransack's suffixes, and nobody is told of a wrong one: a parameter that is none of a list's, a blank one
and one whose value cannot be read are left out of account, so that the whole list comes. Several values stand in one
parameter with commas; of a repeated one only the first counts.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from operator import ge, le
from typing import Any

from werkzeug.wrappers import Response

from local.sandbox.board.accounts import Account, Row
from local.sandbox.board.ask import Ask, Settings
from local.sandbox.board.projects import LOST
from local.sandbox.board.refused import BAD, UNPROCESSABLE, Refused
from local.sandbox.board.values import DATE, JST, stamp
from local.sandbox.vendor import json_response

MOST, USUAL = 100, 10
TIME = re.compile(r"(\d{4}-\d{2}-\d{2})(?: (\d{2}:\d{2}:\d{2}))?", re.ASCII)
DAY = timedelta(days=1) - timedelta(milliseconds=1)

type Value = Callable[[Account, Row], Any]
type Test = Callable[[Any], bool]


@dataclass(frozen=True)
class Filter:
    """Which value of a record a parameter looks at, and how: eq, cont, in, tags, mail, day or time."""

    how: str
    value: Value


def _own(name: str) -> Value:
    return lambda _, row: row[name]


def _of(kind: str, key: str, name: str) -> Value:
    """A value of the record that another one names by its id."""

    def value(account: Account, row: Row) -> Any:
        found = account.find(kind, row[key])
        return found[name] if found else None

    return value


def _of_client(name: str) -> Value:
    """A value of the client of an invoice's project."""

    def value(account: Account, row: Row) -> Any:
        return _of("clients", "client_id", name)(account, account.records["projects"][row["project_id"]])

    return value


def _invoice_dates(account: Account, row: Row) -> list[str]:
    return [one["invoice_date"] for one in account.invoices_of(row)]


def _range(name: str, filter_: Filter) -> dict[str, Filter]:
    return {f"{name}_{end}": filter_ for end in ("gteq", "lteq")}


def _project(name: str) -> Value:
    return _of("projects", "project_id", name)


_UPDATED = _range("updated_at", Filter("time", _own("updated_at")))
FILTERS: Mapping[str, Mapping[str, Filter]] = {
    "users": {"email_eq": Filter("mail", _own("email"))},
    "clients": {
        "name_cont": Filter("cont", _own("name")),
        "name_disp_cont": Filter("cont", _own("name_disp")),
        "invoice_system_number_eq": Filter("eq", _own("invoice_system_number")),
        "custom_no_eq": Filter("eq", _own("custom_no")),
        "tags[]": Filter("tags", _own("tags")),
        **_UPDATED,
    },
    "projects": {
        "name_cont": Filter("cont", _own("name")),
        "client_id_eq": Filter("eq", _own("client_id")),
        "client_name_cont": Filter("cont", _of("clients", "client_id", "name")),
        "client_name_disp_cont": Filter("cont", _of("clients", "client_id", "name_disp")),
        "order_status_in[]": Filter("in", _own("order_status")),
        "delivery_status_in[]": Filter("in", _own("delivery_status")),
        "invoice_timing_kbn_in[]": Filter("in", _own("invoice_timing_kbn")),
        "project_no_eq": Filter("eq", _own("project_no")),
        "management_no_eq": Filter("eq", _own("management_no")),
        "tags[]": Filter("tags", _own("tags")),
        **_range("delivery_date", Filter("day", lambda _, row: [row["delivery_date"]])),
        **_range("invoice_date", Filter("day", _invoice_dates)),
        **_range("created_at", Filter("time", _own("created_at"))),
        **_UPDATED,
    },
    "invoices": {
        "invoice_status_in[]": Filter("in", _own("invoice_status")),
        "project_order_status_in[]": Filter("in", _project("order_status")),
        "project_project_no_eq": Filter("eq", _project("project_no")),
        "project_management_no_eq": Filter("eq", _project("management_no")),
        "project_name_cont": Filter("cont", _project("name")),
        "project_client_id_eq": Filter("eq", _project("client_id")),
        "project_client_name_cont": Filter("cont", _of_client("name")),
        "project_client_name_disp_cont": Filter("cont", _of_client("name_disp")),
        "project_tags[]": Filter("tags", _project("tags")),
        **_range("invoice_date", Filter("day", lambda _, row: [row["invoice_date"]])),
        **_range("invoice_payment_limit_date", Filter("day", lambda _, row: [row["payment_limit_date"]])),
        **_UPDATED,
    },
}


def listed(ask: Ask, kind: str, show: Callable[[Row], object]) -> Response:
    """One page of a list: a bare array, the rest in headers."""
    page, size = _page(ask)
    rows = list(_fitting(ask, kind))
    if kind == "projects":
        rows.sort(key=lambda row: (row["created_at"], row["id"]), reverse=True)
    start = (page - 1) * size
    headers = {"X-Total-Count": str(len(rows)), "X-Page": str(page), "X-Per-Page": str(size)}
    return json_response(200, [show(row) for row in rows[start : start + size]], headers)


def _page(ask: Ask) -> tuple[int, int]:
    page, size = ask.request.args.get("page", "1"), ask.request.args.get("per_page", str(USUAL))
    if not (re.fullmatch("[0-9]{1,9}", page) and re.fullmatch("[0-9]{1,9}", size) and int(page) and int(size)):
        raise Refused(BAD, "page, per_page が不正です。")
    if int(size) > MOST and ask.settings.per_page_over == "refused":
        raise Refused(UNPROCESSABLE, f"per_page は {MOST} 以下で指定してください。")
    return int(page), min(int(size), MOST)


def _fitting(ask: Ask, kind: str) -> Iterable[Row]:
    """The records that every filter lets through; lost and archived ones only where they are asked for."""
    given = ask.request.args  # of a repeated parameter: the first
    tests = [
        (FILTERS[kind][name].value, test)
        for name, text in given.items()
        if name in FILTERS[kind] and (test := _test(FILTERS[kind][name].how, name, text, ask.settings))
    ]
    if kind in ("clients", "projects") and given.get("include_archive_flg") != "1":
        tests.append((_own("archive_flg"), lambda flag: not flag))
    if kind == "projects" and given.get("include_lost_flg") != "1":
        tests.append((_own("order_status"), lambda status: status != LOST))
    rows = ask.account.records[kind].values()
    return (row for row in rows if all(test(value(ask.account, row)) for value, test in tests))


def _test(how: str, name: str, text: str, settings: Settings) -> Test | None:
    """What a value has to be; None where the parameter says nothing."""
    if not text.strip():
        return None
    if how in ("time", "day"):
        return _time(name, text, settings) if how == "time" else _day(name, text)
    if how == "cont":
        return lambda value: value is not None and text.casefold() in value.casefold()
    if how in ("in", "tags"):
        wanted = {one.strip() for one in text.split(",")}
        return lambda value: bool(wanted & ({str(value)} if how == "in" else set(value)))
    if how == "mail" and not settings.mail_case_matters:
        return lambda value: value.lower() == text.lower()
    return lambda value: value is not None and str(value) == text


def _time(name: str, text: str, settings: Settings) -> Test | None:
    """Inclusive, and to the millisecond: what changed within a second is later than that second."""
    limit = _limit(text, whole=settings.lteq_day_whole and name.endswith("_lteq"))
    if limit is None and settings.iso_times == "refused":
        raise Refused(BAD, f"{name} が不正です。")
    compare = _compare(name)
    return None if limit is None else lambda value: compare(value, limit)


def _limit(text: str, *, whole: bool) -> str | None:
    """A time of a filter as records have theirs; None for what board does not understand. `whole`: a day's end."""
    found = TIME.fullmatch(text)
    if found is None:
        return None
    try:
        at = datetime.fromisoformat(text).replace(tzinfo=JST)
        return stamp(at + DAY if whole and not found[2] else at)
    except (ValueError, OverflowError):
        return None


def _day(name: str, text: str) -> Test | None:
    if not DATE.fullmatch(text[:10]):
        return None
    compare, limit = _compare(name), text[:10]
    return lambda values: any(value is not None and compare(value, limit) for value in values)


def _compare(name: str) -> Callable[[str, str], bool]:
    return ge if name.endswith("_gteq") else le
