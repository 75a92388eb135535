"""The sandbox board: both keys on every call, lists, and limits per key.

https://developers.the-board.jp/doc/ (API) and https://the-board.jp/helps/help_common_api (keys and tokens)

What it answers to a key that is wrong, or whose account has no API, and to too many calls is what an Amazon API
Gateway with a usage plan answers: board does not write it down, but its key header and its day, which starts at
00:00 UTC, are those of one. What it answers to an unknown token is not known either, so it can be switched.
"""

from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from local.sandbox.board.accounts import DEMO, OTHER, TICKS, Account, Tick, fresh
from local.sandbox.showing import Table, page
from local.sandbox.vendor import Clock, Vendor, json_response, wall_clock

SECOND = timedelta(seconds=1)
MOST, USUAL = 100, 10
FORBIDDEN, TOO_MANY = 403, 429
NOT_ALLOWED = "許可されていません。"

# The kind of record, and the tick that is needed.
ROUTES = Map(
    [
        Rule("/v1/users", endpoint=("users", "users.list"), methods=["GET"]),
        Rule("/v1/clients", endpoint=("clients", "clients.list"), methods=["GET"]),
        Rule("/v1/clients/<int:number>", endpoint=("clients", "clients.read"), methods=["GET"]),
        Rule("/v1/projects", endpoint=("projects", "projects.list"), methods=["GET"]),
        Rule("/v1/projects/<int:number>", endpoint=("projects", "projects.read"), methods=["GET"]),
        Rule("/v1/invoices", endpoint=("invoices", "invoices.list"), methods=["GET"]),
    ]
)


class Settings(BaseModel):
    """What can be switched. A limit of None is no limit; `withheld` ticks are taken from every token."""

    model_config = ConfigDict(extra="forbid", strict=True)

    paid_plan: bool = True
    withdrawn: list[str] = []
    withheld: list[Tick] = []
    unknown_token: Literal[401, 403] = 401
    burst_limit: int | None = 3
    daily_limit: int | None = 3000
    retry_after: int | None = None


class Board(Vendor):
    """The sandbox, with two accounts: the demo's and another."""

    name = "board"

    def __init__(self, clock: Clock = wall_clock, sleep: Callable[[float], None] | None = None) -> None:
        """`clock` is the only time it knows."""
        super().__init__(clock, sleep)
        self.reset()

    # For tests: look at it, and change it behind the API's back.

    def issue_token(self, api_key: str = DEMO.api_key, ticks: frozenset[Tick] = TICKS) -> str:
        """A new token of an account, as a person makes it."""
        with self._lock:
            return self.accounts[api_key].new_token(ticks)

    def seed(self, kind: str, values: dict[str, object], api_key: str = DEMO.api_key) -> int:
        """Put a record into an account as a person would; gives its id."""
        with self._lock:
            return self.accounts[api_key].add(kind, values, self.clock())

    # What a vendor brings.

    def answer(self, request: Request) -> tuple[Response, str | None]:
        """Answer a request of the API: first the gate, then the token and its ticks."""
        account = self.accounts.get(request.headers.get("x-api-key", ""))
        if account is None or not self.settings.paid_plan:
            return _message(FORBIDDEN, "Forbidden"), None
        return self._too_many(account.api_key) or self._let_in(request, account), account.api_key

    def fault_response(self, status: int) -> Response:
        """board's own answer with a status it was told to give."""
        return _message(status, "Too Many Requests" if status == TOO_MANY else "Internal Server Error")

    def page(self) -> str:
        """The accounts as HTML; tokens are not shown, as on board's own page."""
        rows = [
            (account.api_key, len(account.tokens), *(len(account.records.get(kind, {})) for kind in _kinds()))
            for account in self.accounts.values()
        ]
        return page("Sandbox board", [Table("Accounts", ("API key", "Tokens", *_kinds()), rows)], self.calls)

    def whole_state(self) -> dict[str, object]:
        """The accounts' records as JSON, and the switches."""
        records = {
            key: {kind: list(rows.values()) for kind, rows in account.records.items()}
            for key, account in self.accounts.items()
        }
        return {"accounts": records, "settings": self.settings.model_dump()}

    def reset(self) -> None:
        """Accounts, tokens and switches as at the start."""
        super().reset()
        with self._lock:
            self.settings = Settings()
            self.accounts: dict[str, Account] = {keys.api_key: fresh(keys, self.clock()) for keys in (DEMO, OTHER)}
            self._lately: dict[str, deque[datetime]] = {}
            self._today: dict[tuple[str, str], int] = {}

    def configure(self, changes: Mapping[str, object]) -> dict[str, object]:
        """Change switches."""
        self.settings = Settings.model_validate(self.settings.model_dump() | dict(changes))
        return self.settings.model_dump()

    # The way of a request.

    def _let_in(self, request: Request, account: Account) -> Response:
        try:
            (kind, tick), parts = ROUTES.bind("sandbox").match(request.path, request.method)
        except HTTPException as error:
            return _message(error.code or 404, error.name)
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        ticks = account.tokens.get(token) if scheme == "Bearer" and token not in self.settings.withdrawn else None
        if ticks is None:
            return self._unknown_token()
        if tick not in ticks or tick in self.settings.withheld:
            return _message(FORBIDDEN, NOT_ALLOWED)
        rows = account.records.get(kind, {})
        if "number" not in parts:
            return _listed(request, list(rows.values()))
        row = rows.get(parts["number"])
        return json_response(200, row) if row else _message(404, "Not Found")

    def _too_many(self, api_key: str) -> Response | None:
        """Count a call: the 429 if it is one too many for the second, or for the day (UTC).

        Refused ones do not count.
        """
        now, settings = self.clock(), self.settings
        lately = self._lately.setdefault(api_key, deque())
        while lately and lately[0] <= now - SECOND:
            lately.popleft()
        day = (api_key, now.date().isoformat())
        used = self._today.get(day, 0)
        headers = {} if settings.retry_after is None else {"Retry-After": str(settings.retry_after)}
        if settings.daily_limit is not None and used >= settings.daily_limit:
            return _message(TOO_MANY, "Limit Exceeded", headers)
        if settings.burst_limit is not None and len(lately) >= settings.burst_limit:
            return _message(TOO_MANY, "Too Many Requests", headers)
        lately.append(now)
        self._today[day] = used + 1
        return None

    def _unknown_token(self) -> Response:
        status = self.settings.unknown_token
        return _message(status, NOT_ALLOWED if status == FORBIDDEN else "認証に失敗しました。")


def _listed(request: Request, rows: list[dict[str, object]]) -> Response:
    """One page of a list, newest first: a bare array, the rest in headers. Unknown parameters are ignored."""
    pages, size = request.args.get("page", "1"), request.args.get("per_page", str(USUAL))
    if not (pages.isdecimal() and size.isdecimal() and int(pages) >= 1 and 1 <= int(size) <= MOST):
        return _message(400, "page, per_page が不正です。")
    start = (int(pages) - 1) * int(size)
    headers = {"X-Total-Count": str(len(rows)), "X-Page": pages, "X-Per-Page": size}
    return json_response(200, rows[::-1][start : start + int(size)], headers)


def _message(status: int, text: str, headers: Mapping[str, str] | None = None) -> Response:
    return json_response(status, {"message": text}, headers)


def _kinds() -> tuple[str, ...]:
    return ("users", "clients", "projects", "invoices")
