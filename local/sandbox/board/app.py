"""The sandbox board: both keys on every call, clients, projects and invoices, and limits per key.

https://developers.the-board.jp/doc/ (API) and https://the-board.jp/helps/help_common_api (keys and tokens)

What it answers to a key that is wrong, or whose account has no API, and to too many calls is what an Amazon API
Gateway with a usage plan answers: board does not write it down, but its key header and its day, which starts at
00:00 UTC, are those of one. What it answers to an unknown token is not known either, so it can be switched.
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO

from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Request, Response

from local.sandbox.board import pages
from local.sandbox.board.accounts import ACCOUNTS_APART, DEMO, OTHER, Account, fresh
from local.sandbox.board.ask import Ask, Settings
from local.sandbox.board.behind import Behind
from local.sandbox.board.refused import Refused
from local.sandbox.board.routes import ROUTES
from local.sandbox.faults import Fault
from local.sandbox.vendor import Clock, Vendor, json_response, wall_clock

SECOND = timedelta(seconds=1)
FORBIDDEN, TOO_MANY = 403, 429
NOT_ALLOWED = "許可されていません。"


@dataclass(frozen=True)
class Late:
    """A request whose caller gave up, and that takes effect all the same."""

    due: datetime
    request: Request


class Board(Behind, Vendor):
    """The sandbox, with two accounts: the demo's and another."""

    name = "board"

    def __init__(self, clock: Clock = wall_clock, sleep: Callable[[float], None] | None = None) -> None:
        """`clock` is the only time it knows."""
        super().__init__(clock, sleep)
        self.reset()

    # What a vendor brings.

    def answer(self, request: Request) -> tuple[Response, str | None]:
        """Answer a request of the API: first the gate, then the token and its ticks."""
        self.late_effects()
        account = self._account(request)
        if account is None or not self.settings.paid_plan:
            return _message(FORBIDDEN, "Forbidden"), None
        refused = self._too_many(account.api_key)
        return refused or self._let_in(request, account, self.clock()), account.api_key

    def fault_response(self, status: int) -> Response:
        """board's own answer with a status it was told to give."""
        return _message(status, "Too Many Requests" if status == TOO_MANY else "Internal Server Error")

    def page(self) -> str:
        """The accounts as HTML."""
        self.late_effects()
        return pages.state(self.accounts.values(), self.calls)

    def whole_state(self) -> dict[str, object]:
        """The accounts' records as JSON, and the switches."""
        return {"accounts": {key: self.state(key) for key in self.accounts}, "settings": self.settings.model_dump()}

    def reset(self) -> None:
        """Accounts, tokens and switches as at the start."""
        super().reset()
        with self._lock:
            self.settings = Settings()
            self.accounts: dict[str, Account] = {
                keys.api_key: fresh(keys, self.clock(), number * ACCOUNTS_APART)
                for number, keys in enumerate((DEMO, OTHER))
            }
            self._late: list[Late] = []
            self._lately: dict[str, deque[datetime]] = {}
            self._today: dict[tuple[str, str], int] = {}

    def configure(self, changes: Mapping[str, object]) -> dict[str, object]:
        """Change switches."""
        self.settings = Settings.model_validate(self.settings.model_dump() | dict(changes))
        return self.settings.model_dump()

    # What still runs when its caller has gone.

    def late_effects(self) -> None:
        """Let what is due by now take effect."""
        now = self.clock()
        due = [late for late in self._late if late.due <= now]
        self._late = [late for late in self._late if late.due > now]
        for late in due:
            account = self._account(late.request)
            if account is not None:
                self._let_in(late.request, account, late.due)

    def _break_off(self, request: Request, fault: Fault | None, portal: str | None) -> None:
        seconds = self.settings.late_seconds
        if fault is not None and fault.kind == "timeout_before" and request.method == "POST" and seconds:
            environ = {**request.environ, "wsgi.input": BytesIO(request.get_data())}
            self._late.append(Late(self.clock() + timedelta(seconds=seconds), Request(environ)))
        super()._break_off(request, fault, portal)

    # The way of a request.

    def _account(self, request: Request) -> Account | None:
        return self.accounts.get(request.headers.get("x-api-key", ""))

    def _let_in(self, request: Request, account: Account, now: datetime) -> Response:
        try:
            (endpoint, tick), parts = ROUTES.bind("sandbox").match(request.path, request.method)
        except HTTPException as error:
            return _message(error.code or 404, error.name)
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        ticks = account.tokens.get(token) if scheme == "Bearer" and token not in self.settings.withdrawn else None
        if ticks is None:
            return self._unknown_token()
        if tick not in ticks or tick in self.settings.withheld:
            return _message(FORBIDDEN, NOT_ALLOWED)
        try:
            response: Response = endpoint(Ask(request, account, self.settings, now, parts.get("number", 0)))
        except Refused as refusal:
            return refusal.response()
        return response

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


def _message(status: int, text: str, headers: Mapping[str, str] | None = None) -> Response:
    return json_response(status, {"message": text}, headers)
