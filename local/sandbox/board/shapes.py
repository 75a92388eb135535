"""Projects and invoices as the API shows them: other records nested, more of it with a response_group."""

from decimal import Decimal

from local.sandbox.board.accounts import Account, Row
from local.sandbox.board.invoices import STATUSES
from local.sandbox.board.projects import ORDER_STATUSES
from local.sandbox.board.values import NOTHING, amount

DELIVERY_STATUSES = {1: "未着手", 2: "着手中", 3: "納品済", 4: "検収済"}
TIMING_NAMES = {1: "一括請求", 2: "定期請求", 3: "分割請求"}
# What lists are known to leave out unless the response_group is a larger one.
LARGE = (
    *("archive_flg", "cc", "client_branch_id", "contract_end_date", "contract_start_date", "delivery_date"),
    *("delivery_date_text", "in_house_memo", "invoice_timing_kbn", "lock_flg", "ordered_date", "payment_method_kbn"),
    *("payment_term_id", "tags", "tax_rule_kbn", "to"),
)
MEMO = "in_house_memo"


def project(account: Account, row: Row, group: str, *, whole: bool) -> dict[str, object]:
    """A project. `whole`: what GET by id shows without any response_group."""
    client, user = _client(account, row), _user(account, row)
    shown: dict[str, object] = {
        "id": row["id"],
        "project_no": row["project_no"],
        "management_no": row["management_no"],
        "name": row["name"],
        "client": client,
        "contact": _contact(row),
        "user": user,
        "total": row["estimate"]["total"],
        "tax": row["estimate"]["tax"],
        "estimate_date": row["estimate_date"],
        "invoice_dates": [invoice["invoice_date"] for invoice in account.invoices_of(row)],
        **{name: row[name] for name in ("group_id", "project_type_id", "project_type2_id", "project_type3_id")},
        "order_status": row["order_status"],
        "order_status_name": ORDER_STATUSES[row["order_status"]],
        "delivery_status": row["delivery_status"],
        "delivery_status_name": DELIVERY_STATUSES.get(row["delivery_status"]),
    }
    if whole or group in ("large", "all"):
        shown |= _large(account, row)
    shown |= _documents(account, row, group)
    return shown | {"created_at": row["created_at"], "updated_at": row["updated_at"]}


def without_memo(shown: dict[str, object]) -> dict[str, object]:
    """A project in a list that shows all but the memo."""
    return {name: value for name, value in shown.items() if name != MEMO}


def invoice(account: Account, row: Row) -> dict[str, object]:
    """An invoice in a list."""
    of = account.records["projects"][row["project_id"]]
    return {
        "id": row["id"],
        "project_id": of["id"],
        "project_no": of["project_no"],
        "management_no": of["management_no"],
        "name": of["name"],
        "client": _client(account, of),
        "contact": _contact(of),
        "user": _user(account, of),
        **{name: row[name] for name in ("total", "tax", "cost_total", "invoice_date", "payment_limit_date")},
        "order_status": of["order_status"],
        "order_status_name": ORDER_STATUSES[of["order_status"]],
        "invoice_status": row["invoice_status"],
        "invoice_status_name": STATUSES[row["invoice_status"]],
        **{name: row[name] for name in ("paid_date", "lock_flg", "created_at", "updated_at")},
    }


def _large(account: Account, row: Row) -> dict[str, object]:
    invoices = account.invoices_of(row)
    return {
        **{name: row[name] for name in LARGE},
        "invoice_timing_kbn_name": TIMING_NAMES[row["invoice_timing_kbn"]],
        "cost_total": 0,
        "cost_tax": 0,
        "invoice_total": amount(sum((Decimal(one["total"]) for one in invoices), Decimal(0))),
        "invoice_tax": amount(sum((Decimal(one["tax"]) for one in invoices), Decimal(0))),
        "hubspot": {"hubspot_deal_id": row["hubspot_deal_id"]},
    }


def _documents(account: Account, row: Row, group: str) -> dict[str, object]:
    """The documents that the response_group asks for. An invoice's document has another id than the invoice."""
    estimate = _document(row["estimate"]["id"], row["estimate"]["total"], row["estimate"]["tax"])
    found: dict[str, object] = {
        "estimate": estimate | {"valid_period": None},
        "order": _document(row["order_id"], NOTHING, NOTHING),
        "delivery": [],
        "invoice": [
            _document(one["id"] + 600_000, one["total"], one["tax"]) | {"invoice_date": one["invoice_date"]}
            for one in account.invoices_of(row)
        ],
        "receipt": [],
        "project_cost": [],
    }
    keys = {name: name if isinstance(value, dict) else _plural(name) for name, value in found.items()}
    return {keys[name]: value for name, value in found.items() if group in (name, "all")}


def _plural(name: str) -> str:
    return "deliveries" if name == "delivery" else f"{name}s"


def _document(number: int, total: str, tax: str) -> dict[str, object]:
    return {"id": number, "message": None, "total": total, "tax": tax, "tax_withholding": NOTHING, "lock_flg": 0}


def _client(account: Account, row: Row) -> dict[str, object] | None:
    found = account.find("clients", row["client_id"])
    return {name: found[name] for name in ("id", "name", "name_disp", "custom_no")} if found else None


def _user(account: Account, row: Row) -> dict[str, object] | None:
    found = account.find("users", row["user_id"])
    return {name: found[name] for name in ("id", "last_name", "first_name")} if found else None


def _contact(row: Row) -> dict[str, object] | None:
    return {"id": row["contact_id"]} if row["contact_id"] else None
