"""The page a person sees: what is in the accounts."""

from collections.abc import Iterable, Sequence

from local.sandbox.board.accounts import KINDS, Account, Row
from local.sandbox.board.invoices import STATUSES
from local.sandbox.board.projects import ORDER_STATUSES
from local.sandbox.showing import Table, page
from local.sandbox.vendor import Call

CLIENTS = ("ID", "顧客名", "顧客略称", "郵便番号", "都道府県", "市区町村・番地", "TEL")
PROJECTS = (
    "ID",
    "案件No",
    "管理番号",
    "案件名",
    "顧客",
    "担当者",
    "受注ステータス",
    "見積額",
    "消費税",
    "請求",
    "更新日時",
)


def state(accounts: Iterable[Account], calls: Sequence[Call]) -> str:
    """The accounts with their clients and projects; tokens are not shown, as on board's own page."""
    found = list(accounts)
    rows = [(one.api_key, len(one.tokens), *(len(one.records[kind]) for kind in KINDS)) for one in found]
    tables = [Table("Accounts", ("API key", "Tokens", *KINDS), rows)]
    for account in found:
        shown = [_client(row) for row in account.records["clients"].values()]
        tables.append(Table(f"{account.api_key}: 顧客", CLIENTS, shown[::-1]))
        shown = [_project(account, row) for row in account.records["projects"].values()]
        tables.append(Table(f"{account.api_key}: 案件", PROJECTS, shown[::-1]))
    return page("Sandbox board", tables, calls)


def _client(row: Row) -> tuple[object, ...]:
    return _cells(row[name] for name in ("id", "name", "name_disp", "zip", "pref", "address1", "tel"))


def _project(account: Account, row: Row) -> tuple[object, ...]:
    client, user = account.find("clients", row["client_id"]), account.find("users", row["user_id"])
    billed = ", ".join(STATUSES[invoice["invoice_status"]] for invoice in account.invoices_of(row))
    return _cells(
        (
            *(row[name] for name in ("id", "project_no", "management_no", "name")),
            client and client["name"],
            user and f"{user['last_name']} {user['first_name']}",
            ORDER_STATUSES[row["order_status"]] + (" (lock)" if row["lock_flg"] else ""),
            row["estimate"]["total"],
            row["estimate"]["tax"],
            billed,
            row["updated_at"],
        )
    )


def _cells(values: Iterable[object]) -> tuple[object, ...]:
    return tuple("" if value is None else value for value in values)
