"""The sandbox Mailchimp: keys with their data centre, the account, its audiences, ten connections at once.

https://mailchimp.com/developer/marketing/docs/fundamentals/ and https://mailchimp.com/developer/marketing/api/
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from threading import Lock
from typing import TYPE_CHECKING

from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.wrappers import Request, Response

from local.sandbox.mailchimp.accounts import Account, accounts
from local.sandbox.mailchimp.ask import Ask, shown
from local.sandbox.mailchimp.behind import Behind
from local.sandbox.mailchimp.pages import state, tables
from local.sandbox.mailchimp.problems import problem
from local.sandbox.mailchimp.routes import ROUTES, answer
from local.sandbox.mailchimp.settings import Settings
from local.sandbox.showing import page
from local.sandbox.vendor import Clock, Vendor, json_response, wall_clock

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

OPEN = "sandbox.mailchimp.open"
HOST = ".api.mailchimp.com"


class Mailchimp(Behind, Vendor):
    """The sandbox, with two accounts in two data centres: the demo's and another."""

    name = "mailchimp"

    def __init__(self, clock: Clock = wall_clock, sleep: Callable[[float], None] | None = None) -> None:
        """`clock` is the only time it knows."""
        super().__init__(clock, sleep)
        self._gate = Lock()
        self.reset()

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Answer one request, and know how many of the same key are open: also those that a fault delays."""
        key = _key(Request(environ))
        with self._gate:
            self._open[key] += 1
            environ[OPEN] = self._open[key]
        try:
            return super().__call__(environ, start_response)
        finally:
            with self._gate:
                self._open[key] -= 1

    # What a vendor brings.

    def answer(self, request: Request) -> tuple[Response, str | None]:
        """Answer a request of the API."""
        key = _key(request)
        account = self.accounts.get(key)
        if not key:
            return problem("API Key Missing"), None
        if account is None or key in self.settings.withdrawn or not _right_place(request, account):
            return problem("API Key Invalid"), None
        if self.settings.deactivated:
            return problem("User Disabled"), account.id
        limit = self.settings.connections
        if limit is not None and request.environ.get(OPEN, 1) > limit:
            return problem("Too Many Requests"), account.id
        return self._routed(request, account), account.id

    def fault_response(self, status: int) -> Response:
        """Mailchimp's own answer with a status it was told to give."""
        titles = {401: "API Key Invalid", 403: "Forbidden", 404: "Resource Not Found", 429: "Too Many Requests"}
        return problem(titles.get(status, "Internal Server Error"), status=status)

    def page(self) -> str:
        """The accounts, audiences and members as HTML."""
        return page("Sandbox Mailchimp", tables(self.accounts.values()), self.calls)

    def whole_state(self) -> dict[str, object]:
        """The accounts as JSON, and the switches."""
        return {"accounts": state(self.accounts.values()), "settings": self.settings.model_dump()}

    def reset(self) -> None:
        """Accounts and switches as at the start."""
        super().reset()
        with self._lock:
            self.settings = Settings()
            self.accounts = accounts(self.clock())
            self._open: Counter[str] = Counter()

    def configure(self, changes: Mapping[str, object]) -> dict[str, object]:
        """Change switches."""
        self.settings = Settings.model_validate(self.settings.model_dump() | dict(changes))
        return self.settings.model_dump()

    # The way of a request.

    def _routed(self, request: Request, account: Account) -> Response:
        try:
            endpoint, parts = ROUTES.bind("sandbox").match(request.path, request.method)
        except MethodNotAllowed as error:
            return problem("Method Not Allowed", {"Allow": ", ".join(sorted(error.valid_methods or ()))})
        except HTTPException:
            return problem("Resource Not Found")
        if endpoint == "ping":
            return json_response(200, {"health_status": "Everything's Chimpy!"})
        if endpoint == "root":
            return shown(request, account.shape())
        audience = account.audiences.get(parts["audience"])
        if audience is None or audience.id in self.settings.deleted_audiences:
            return problem("Resource Not Found")
        return answer(endpoint, Ask(request, audience, self.settings, self.clock(), parts))


def _key(request: Request) -> str:
    """The key of a request: the password of basic authentication with any user, or a bearer token."""
    given = request.authorization
    if given is None:
        return ""
    return (given.password if given.type == "basic" else given.token) or ""


def _right_place(request: Request, account: Account) -> bool:
    """Whether a request to Mailchimp's own host names went to the account's data centre."""
    host = request.host.partition(":")[0]
    return not host.endswith(HOST) or host.removesuffix(HOST) == account.data_centre
