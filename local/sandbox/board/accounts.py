"""board's accounts, their tokens and what these may do. Nothing here knows HTTP."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

type Tick = Literal[
    "clients.create",
    "clients.update",
    "clients.read",
    "clients.list",
    "projects.create",
    "projects.update",
    "projects.read",
    "projects.list",
    "projects.order_status",
    "invoices.list",
    "users.list",
]
"""One box that can be ticked for a token on board's API page."""
TICKS: frozenset[Tick] = frozenset(Tick.__value__.__args__)

JST = ZoneInfo("Asia/Tokyo")


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
    records: dict[str, dict[int, dict[str, object]]] = field(default_factory=dict)

    def new_token(self, ticks: frozenset[Tick]) -> str:
        """A token as a person makes it: shown once."""
        token = secrets.token_hex(20)
        self.tokens[token] = ticks
        return token

    def add(self, kind: str, values: dict[str, object], now: datetime) -> int:
        """Put a record there as if a person had; gives its id."""
        rows = self.records.setdefault(kind, {})
        number = max(rows, default=0) + 1
        at = now.astimezone(JST).isoformat(timespec="milliseconds")
        rows[number] = {"id": number} | values | {"created_at": at, "updated_at": at}
        return number


def fresh(keys: Keys, now: datetime) -> Account:
    """An account with one token that may do everything, and one user."""
    account = Account(keys.api_key, {keys.api_token: TICKS})
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
