"""Clients (顧客): https://developers.the-board.jp/doc/ (顧客), https://the-board.jp/helps/help_register_client."""

from collections.abc import Mapping
from datetime import datetime

from local.sandbox.board.accounts import Account, Row, write
from local.sandbox.board.ask import Settings
from local.sandbox.board.refused import UNPROCESSABLE, Refused, wrong
from local.sandbox.board.values import Read, choice, flag, names, number, prefecture, read_all, text

REQUIRED = ("name", "name_disp")
FIELDS: Mapping[str, Read] = {
    **dict.fromkeys(("name", "name_disp", "title", "zip", "address1", "address2", "tel", "fax", "note"), text),
    **dict.fromkeys(("company_number", "invoice_system_number", "custom_no", "to", "cc", "accounting_code"), text),
    **dict.fromkeys(("nda_flg", "basic_agreement_flg", "wareki_flg", "bank_charge_to_client_flg", "archive_flg"), flag),
    **dict.fromkeys(("payment_term_id", "document_send_type", "company_bank_id"), number),
    "pref": prefecture,
    "tags": names,
    "invoice_system_issuer_type": choice(0, 1, 2),
}
FIRST: Mapping[str, object] = {
    **dict.fromkeys(FIELDS),
    **{name: 0 for name, read in FIELDS.items() if read is flag},
    "payment_term_id": 1,
    "payment_term_name": "月末締め翌月末払い",
    "document_send_type": 1,
    "invoice_system_issuer_type": 0,
    "invoice_system_number_validated": False,
}
SMALL = (
    *("id", "name", "name_disp", "title", "zip", "pref", "address1", "address2", "tel", "fax", "payment_term_id"),
    *("payment_term_name", "company_number", "invoice_system_number", "invoice_system_number_validated"),
    *("invoice_system_issuer_type", "created_at", "updated_at"),
)


def shape(row: Row, *, whole: bool) -> dict[str, object]:
    """A client as the API shows it; in lists most of it only with response_group=large."""
    return dict(row) if whole else {name: row[name] for name in SMALL}


def bring(account: Account, values: Mapping[str, object], now: datetime) -> Row:
    """Put a client there, unchecked."""
    return account.add("clients", dict(FIRST) | {"tags": []} | dict(values), now)


def create(account: Account, body: Mapping[str, object], now: datetime, settings: Settings) -> Row:
    """A new client; 422 without both names, or with what is no value of a field. The same name twice is fine."""
    found, errors = read_all(body, _fields(settings), REQUIRED)
    if errors:
        raise wrong(errors)
    return bring(account, found, now)


def update(row: Row, body: Mapping[str, object], now: datetime, settings: Settings) -> None:
    """Change the fields that are named."""
    found, errors = read_all(body, _fields(settings), [name for name in REQUIRED if name in body])
    if errors:
        raise wrong(errors)
    write(row, found, now)


def delete(account: Account, row: Row) -> None:
    """Delete a client for good; 422 while a project uses it."""
    if used(account, row):
        raise Refused(UNPROCESSABLE, "案件で使用されているため、削除できません。")
    del account.records["clients"][row["id"]]


def used(account: Account, row: Row) -> bool:
    """Whether a project is a client's."""
    return any(project["client_id"] == row["id"] for project in account.records["projects"].values())


def _fields(settings: Settings) -> Mapping[str, Read]:
    return FIELDS if settings.pref == "refused" else {**FIELDS, "pref": text}
