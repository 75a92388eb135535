"""board's accounts: their tokens, what these may do, and their records. Nothing here knows HTTP."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

from local.sandbox.board.values import stamp

type Tick = Literal[
    "clients.create",
    "clients.update",
    "clients.read",
    "clients.list",
    "clients.delete",
    "projects.create",
    "projects.update",
    "projects.read",
    "projects.list",
    "projects.delete",
    "projects.order_status",
    "projects.lock_flg",
    "invoices.list",
    "invoices.invoice_status",
    "users.list",
]
"""One box that can be ticked for a token on board's API page."""
TICKS: frozenset[Tick] = frozenset(Tick.__value__.__args__)

type Row = dict[str, Any]
"""A record as it is kept: other records by their ids, everything else as the API shows it."""

KINDS = ("users", "clients", "projects", "invoices")
# Numbers of different kinds are far apart, so that a mix-up of an id, an account-wide number and a document's id shows.
FIRST = {"clients": 1, "users": 4_001, "projects": 70_001, "invoices": 300_001, "documents": 900_001, "project_no": 1}
ACCOUNTS_APART = 1_000_000


@dataclass(frozen=True)
class Keys:
    """What an admin enters to connect an account."""

    api_key: str
    api_token: str


DEMO = Keys("demo-board-key", "demo-board-token")
OTHER = Keys("other-board-key", "other-board-token")


@dataclass
class Account:
    """One board account: a key for good, tokens with their ticks, and records by kind in order of their ids."""

    api_key: str
    tokens: dict[str, frozenset[Tick]] = field(default_factory=dict)
    apart: int = 0
    records: dict[str, dict[int, Row]] = field(default_factory=lambda: {kind: {} for kind in KINDS})
    given: dict[str, int] = field(default_factory=dict)

    def new_token(self, ticks: frozenset[Tick]) -> str:
        """A token as a person makes it: shown once."""
        token = secrets.token_hex(20)
        self.tokens[token] = ticks
        return token

    def number(self, of: str) -> int:
        """The next number of an account-wide count; one is never given twice."""
        if of not in self.given:
            self.given[of] = FIRST[of] - 1 + (0 if of == "project_no" else self.apart)
        self.given[of] += 1
        return self.given[of]

    def find(self, kind: str, number: object) -> Row | None:
        """A record by its id, if there is one."""
        return self.records[kind].get(number) if isinstance(number, int) else None

    def add(self, kind: str, values: Mapping[str, object], now: datetime) -> Row:
        """Put a record there; it gets an id and the time."""
        at = stamp(now)
        row: Row = {"id": self.number(kind)} | dict(values) | {"created_at": at, "updated_at": at}
        self.records[kind][row["id"]] = row
        return row

    def invoices_of(self, project: Row) -> list[Row]:
        """A project's invoices in the order in which they came into being."""
        return [self.records["invoices"][number] for number in project["invoice_ids"]]


def write(row: Row, changes: Mapping[str, object], now: datetime) -> bool:
    """Change a record; whether anything is different now. Only then its time of change moves."""
    different = {name: value for name, value in changes.items() if name not in row or row[name] != value}
    if different:
        row |= different | {"updated_at": max(stamp(now), row["updated_at"])}
    return bool(different)


def fresh(keys: Keys, now: datetime, apart: int = 0) -> Account:
    """An account with one token that may do everything, and one user."""
    account = Account(keys.api_key, {keys.api_token: TICKS}, apart)
    account.add(
        "users",
        {
            "email": "tantou@example.co.jp",
            "last_name": "担当",
            "first_name": "一郎",
            "role_id": 1,
            "role_name": "マスター",
            "last_sign_in_at": None,
            "valid_flg": 1,
        },
        now,
    )
    return account
