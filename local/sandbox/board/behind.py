"""What tests and demos do to an account behind the API's back: as its people would, and unchecked."""

from abc import ABC, abstractmethod
from collections.abc import Mapping
from decimal import Decimal
from threading import RLock
from typing import Any

from local.sandbox.board import clients, invoices, projects, shapes
from local.sandbox.board.accounts import DEMO, KINDS, TICKS, Account, Row, Tick, write
from local.sandbox.board.ask import Settings
from local.sandbox.board.values import Read, amount, day, flag, number, read_all, text
from local.sandbox.vendor import Clock

USER: Mapping[str, object] = {
    "email": "",
    "last_name": "",
    "first_name": "",
    "role_id": 2,
    "role_name": "一般",
    "last_sign_in_at": None,
    "valid_flg": 1,
}
SUMS = ("total", "tax")
FIELDS: Mapping[str, Mapping[str, Read]] = {
    "users": {**dict.fromkeys(USER, text), "role_id": number, "valid_flg": flag},
    "clients": {**clients.FIELDS, "pref": text},
    "projects": {**projects.FIELDS, "lock_flg": flag, "hubspot_deal_id": text, **dict.fromkeys(SUMS, amount)},
    "invoices": {
        **invoices.FIELDS,
        **dict.fromkeys(("project_id",), number),
        **dict.fromkeys(("invoice_date", "payment_limit_date"), day),
        **dict.fromkeys(SUMS, amount),
        "lock_flg": flag,
    },
}
"""What can be put into a record by hand. A project's `total` and `tax` are its estimate's."""
NEEDED = frozenset({"order_status", "invoice_timing_kbn", "invoice_status", "name", "name_disp"})


class Behind(ABC):
    """The sandbox's doors for tests."""

    accounts: dict[str, Account]
    settings: Settings
    clock: Clock
    _lock: RLock

    @abstractmethod
    def late_effects(self) -> None:
        """Let what is due by now take effect."""

    def issue_token(self, api_key: str = DEMO.api_key, ticks: frozenset[Tick] = TICKS) -> str:
        """A new token of an account, as a person makes it."""
        with self._lock:
            return self.accounts[api_key].new_token(ticks)

    def seed(self, kind: str, values: Mapping[str, object], api_key: str = DEMO.api_key) -> int:
        """Put a record into an account as a person would, what is left out as board fills it in; gives its id.

        A project brings its invoices. Raises ValueError for a field that does not exist.
        """
        known = _known(kind, values)
        with self._lock:
            self.late_effects()
            return int(self._put(kind, known, self.accounts[api_key])["id"])

    def change(self, kind: str, record: int, values: Mapping[str, object], api_key: str = DEMO.api_key) -> None:
        """Change a record as a person would; KeyError where there is none, ValueError for what is no field or value."""
        known = _known(kind, values)
        with self._lock:
            account, row = self._record(kind, record, api_key)
            if kind == "projects":
                projects.change(account, row, _without_sums(known), self.clock())
                self._sums(row, known)
            elif kind == "invoices":
                self._bill(account, row, known)
            else:
                write(row, known, self.clock())

    def remove(self, kind: str, record: int, api_key: str = DEMO.api_key) -> None:
        """Delete a record as a person would; ValueError for a client that has projects, as board has it."""
        with self._lock:
            account, row = self._record(kind, record, api_key)
            if kind == "projects":
                projects.remove(account, row)
                return
            if kind == "clients" and clients.used(account, row):
                raise ValueError("a project uses this client")
            if kind == "invoices":
                account.records["projects"][row["project_id"]]["invoice_ids"].remove(record)
            del account.records[kind][record]

    def set_estimate(
        self, project: int, total: Decimal | int | str, tax: Decimal | int | str = 0, api_key: str = DEMO.api_key
    ) -> None:
        """Write a project's estimate: its sum before tax, and the tax."""
        self.change("projects", project, {"total": total, "tax": tax}, api_key)

    def bill(self, invoice: int, status: int, api_key: str = DEMO.api_key) -> None:
        """Give an invoice a status, e.g. 2 請求済 or 3 入金済."""
        if status not in invoices.STATUSES:
            raise ValueError(f"no such status: {status}")
        self.change("invoices", invoice, {"invoice_status": status}, api_key)

    def state(self, api_key: str = DEMO.api_key) -> dict[str, list[dict[str, Any]]]:
        """All records of an account by kind, as the API shows them at its most talkative."""
        with self._lock:
            self.late_effects()
            account = self.accounts[api_key]
            rows = {kind: list(account.records[kind].values()) for kind in KINDS}
            return {
                "users": [dict(row) for row in rows["users"]],
                "clients": [clients.shape(row, whole=True) for row in rows["clients"]],
                "projects": [shapes.project(account, row, "all", whole=True) for row in rows["projects"]],
                "invoices": [shapes.invoice(account, row) for row in rows["invoices"]],
            }

    def by_hand(self, page: str, body: Mapping[str, object]) -> Mapping[str, object] | None:
        """POST /_sandbox/seed {"kind", "values"}, /change {"kind", "id", "values"}, /remove {"kind", "id"}."""
        kind, record, values = body.get("kind"), body.get("id"), body.get("values", {})
        api_key = body.get("api_key", DEMO.api_key)
        if page not in ("seed", "change", "remove"):
            return None
        if not isinstance(kind, str) or not isinstance(values, dict) or api_key not in self.accounts:
            raise ValueError('{"kind": "projects", "id": 1, "values": {...}} is expected')
        account = str(api_key)
        try:
            if page == "seed":
                return {"id": self.seed(kind, values, account)}
            if not isinstance(record, int):
                raise ValueError("id is expected")  # noqa: TRY004 - the caller's mistake
            if page == "change":
                self.change(kind, record, values, account)
            else:
                self.remove(kind, record, account)
        except KeyError as error:
            raise ValueError(str(error)) from error
        return {"id": record}

    def _put(self, kind: str, values: Mapping[str, Any], account: Account) -> Row:
        now = self.clock()
        match kind:
            case "users":
                return account.add("users", dict(USER) | dict(values), now)
            case "clients":
                return clients.bring(account, {"name_disp": values.get("name")} | dict(values), now)
            case "projects":
                timing = values.get("invoice_timing_kbn", 1)
                if missing := [name for name in projects.TIMINGS[timing] if timing != 1 and not values.get(name)]:
                    raise ValueError(f"expected: {', '.join(missing)}")
                first = next(iter(account.records["users"]), None)
                row = projects.bring(account, {"user_id": first} | _without_sums(values), now)
                self._sums(row, values)
                return row
        project = account.find("projects", values.get("project_id"))
        if project is None:
            raise ValueError("project_id is expected")
        invoices.bring(account, project, [str(values.get("invoice_date") or project["estimate_date"])], now)
        row = account.invoices_of(project)[-1]
        self._bill(account, row, values)
        return row

    def _bill(self, account: Account, row: Row, values: Mapping[str, Any]) -> None:
        status = values.get("invoice_status", row["invoice_status"])
        changes = {**values, **invoices.billed(row, status, self.clock())}
        bumps = self.settings.invoice_bumps_project
        invoices.change(account, row, changes, self.clock(), bumps=bumps)

    def _sums(self, row: Row, values: Mapping[str, Any]) -> None:
        total, tax = (values.get(name, row["estimate"][name]) for name in SUMS)
        projects.estimate(row, total, tax, self.clock(), bumps=self.settings.estimate_bumps_project)

    def _record(self, kind: str, record: int, api_key: str) -> tuple[Account, Row]:
        self.late_effects()
        account = self.accounts[api_key]
        row = account.find(kind, record)
        if row is None:
            raise KeyError(f"no record {record} in {kind}")
        return account, row


def _known(kind: str, values: Mapping[str, object]) -> dict[str, Any]:
    """The values as they are kept."""
    if kind not in FIELDS:
        raise ValueError(f"no such kind: {kind}; allowed: {', '.join(FIELDS)}")
    unknown = sorted(set(values) - FIELDS[kind].keys())
    if unknown:
        raise ValueError(f"no such fields: {', '.join(unknown)}")
    found, errors = read_all(values, FIELDS[kind], NEEDED & values.keys())
    if errors:
        raise ValueError(f"{kind}: {errors}")
    return found


def _without_sums(values: Mapping[str, object]) -> dict[str, object]:
    return {name: value for name, value in values.items() if name not in SUMS}
