"""Projects (案件): https://developers.the-board.jp/doc/ (案件),
https://the-board.jp/helps/help_change_project_status (受注ステータス).
"""

from collections.abc import Mapping
from datetime import date, datetime

from local.sandbox.board import invoices
from local.sandbox.board.accounts import Account, Row, write
from local.sandbox.board.refused import UNPROCESSABLE, Refused, wrong
from local.sandbox.board.values import NOTHING, Read, choice, day, days, flag, names, number, read_all, text, today

ORDER_STATUSES = {
    1: "見積中(高)",
    2: "見積中(中)",
    3: "見積中(低)",
    8: "見積中(除)",
    4: "受注確定",
    5: "受注済",
    9: "失注",
}
LOST = 9
TIMINGS: Mapping[int, tuple[str, ...]] = {
    1: ("invoice_date",),
    2: ("contract_start_date", "contract_end_date"),
    3: ("invoice_dates",),
}
"""What each 請求タイミング needs: 一括請求, 定期請求, 分割請求."""
MOST_YEARS = 50
REQUIRED = ("name", "client_id", "user_id", "order_status", "invoice_timing_kbn")
# What can be changed later. The dates of 分割請求 cannot, nor the timing itself.
CHANGEABLE: Mapping[str, Read] = {
    **dict.fromkeys(("name", "in_house_memo", "management_no", "to", "cc", "delivery_date_text"), text),
    **dict.fromkeys(("client_id", "user_id", "contact_id", "client_branch_id", "payment_term_id", "group_id"), number),
    **dict.fromkeys(("project_type_id", "project_type2_id", "project_type3_id"), number),
    **dict.fromkeys(("estimate_date", "delivery_date", "ordered_date"), day),
    **dict.fromkeys(("invoice_date", "contract_start_date", "contract_end_date"), day),
    "order_status": choice(*ORDER_STATUSES),
    "delivery_status": choice(1, 2, 3, 4),
    "payment_method_kbn": choice(*range(1, 8)),
    "tax_rule_kbn": choice(1, 2, 3),
    "tags": names,
    "archive_flg": flag,
}
FIELDS: Mapping[str, Read] = {**CHANGEABLE, "invoice_timing_kbn": choice(*TIMINGS), "invoice_dates": days}
ORDER_STATUS, LOCK = {"order_status": CHANGEABLE["order_status"]}, {"lock_flg": flag}


def bring(account: Account, values: Mapping[str, object], now: datetime) -> Row:
    """Put a project there, unchecked but for its dates, and with it its documents and invoices."""
    row: Row = {
        **dict.fromkeys(FIELDS),
        "order_status": 1,
        "delivery_status": 1,
        "payment_term_id": 1,
        "payment_method_kbn": 1,
        "tax_rule_kbn": 1,
        "tags": [],
        "archive_flg": 0,
        "lock_flg": 0,
        "invoice_timing_kbn": 1,
        "estimate_date": today(now),
        "hubspot_deal_id": None,
    }
    row |= {name: value for name, value in values.items() if value is not None}
    estimate, order = (account.number("documents") for _ in range(2))
    row |= {"estimate": {"id": estimate, "total": NOTHING, "tax": NOTHING}, "order_id": order, "invoice_ids": []}
    found = account.add("projects", {"project_no": account.number("project_no")} | row, now)
    dates = found.pop("invoice_dates")
    match found["invoice_timing_kbn"]:
        case 1:
            dates = [found["invoice_date"] or today(now)]
        case 2:
            dates = invoices.month_ends(found["contract_start_date"], found["contract_end_date"])
    invoices.bring(account, found, dates or [], now)
    return found


def create(account: Account, body: Mapping[str, object], now: datetime) -> Row:
    """A new project; 422 without what its 請求タイミング needs, or with a client or user that is none."""
    timing = read_all(body, {"invoice_timing_kbn": FIELDS["invoice_timing_kbn"]})[0].get("invoice_timing_kbn")
    found, errors = read_all(body, FIELDS, REQUIRED + TIMINGS.get(timing or 0, ()))
    errors = _unknown(account, found) | errors
    if not errors and timing == 2 and not _a_period(found):  # noqa: PLR2004
        errors["contract_end_date"] = ["は不正な期間です"]
    if errors:
        raise wrong(errors)
    return bring(account, found, now)


def update(account: Account, row: Row, body: Mapping[str, object], now: datetime) -> None:
    """Change the fields that are named; 422 while the project is locked."""
    _unlocked(row)
    needed = [name for name in (*REQUIRED, "invoice_date") if name in body and name in CHANGEABLE]
    found, errors = read_all(body, CHANGEABLE, needed)
    errors = _unknown(account, found) | errors
    if errors:
        raise wrong(errors)
    change(account, row, found, now)


def change(account: Account, row: Row, values: Mapping[str, object], now: datetime) -> None:
    """Write values; the only invoice of 一括請求 moves with its date."""
    if write(row, values, now) and row["invoice_timing_kbn"] == 1 and values.get("invoice_date"):
        for invoice in account.invoices_of(row)[:1]:
            write(invoice, {"invoice_date": values["invoice_date"]}, now)


def update_order_status(row: Row, body: Mapping[str, object], now: datetime) -> None:
    """Change the 受注ステータス alone; 422 while the project is locked."""
    _unlocked(row)
    write(row, _needed(body, ORDER_STATUS), now)


def update_lock(row: Row, body: Mapping[str, object], now: datetime) -> None:
    """Lock or unlock."""
    write(row, _needed(body, LOCK), now)


def delete(account: Account, row: Row) -> None:
    """Delete a project for good, and with it its invoices; 422 while it is locked."""
    _unlocked(row)
    remove(account, row)


def remove(account: Account, row: Row) -> None:
    """Delete a project whatever its state is."""
    for number_ in row["invoice_ids"]:
        del account.records["invoices"][number_]
    del account.records["projects"][row["id"]]


def estimate(row: Row, total: str, tax: str, now: datetime, *, bumps: bool) -> None:
    """Give the estimate its sums, and the project with it. `bumps`: this counts as a change of the project."""
    before = row["updated_at"]
    if write(row, {"estimate": row["estimate"] | {"total": total, "tax": tax}}, now) and not bumps:
        row["updated_at"] = before


def _needed(body: Mapping[str, object], fields: Mapping[str, Read]) -> dict[str, object]:
    found, errors = read_all(body, fields, fields)
    if errors:
        raise wrong(errors)
    return found


def _unlocked(row: Row) -> None:
    # What board says here is not known; that a locked project refuses changes is.
    if row["lock_flg"]:
        raise Refused(UNPROCESSABLE, "案件がロックされているため、更新できません。")


def _unknown(account: Account, found: Mapping[str, object]) -> dict[str, list[str]]:
    """The client and the user, where they are not there; a user has to be valid, too."""
    errors: dict[str, list[str]] = {}
    if found.get("client_id") is not None and account.find("clients", found["client_id"]) is None:
        errors["client_id"] = ["は存在しません"]
    user = account.find("users", found.get("user_id"))
    if found.get("user_id") is not None and (user is None or not user["valid_flg"]):
        errors["user_id"] = ["は存在しません"]
    return errors


def _a_period(found: Mapping[str, str]) -> bool:
    start, end = date.fromisoformat(found["contract_start_date"]), date.fromisoformat(found["contract_end_date"])
    return start <= end and end.year - start.year <= MOST_YEARS
