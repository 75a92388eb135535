"""The sandbox Salesforce: one WSGI app that is login host and data API of all its orgs.

Mounted at a loopback address it is all hosts at once. Asked under Salesforce's own host names (a session with
`WsgiAdapter`s), each does its own part: login.salesforce.com, test.salesforce.com, <name>.my.salesforce.com.
"""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime
from urllib.parse import quote

from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.wrappers import Request, Response

from local.sandbox.salesforce import pages, rest
from local.sandbox.salesforce.ask import Answer
from local.sandbox.salesforce.behind import Behind
from local.sandbox.salesforce.composite import composite
from local.sandbox.salesforce.errors import Refused, limit_exceeded, not_found, session_over
from local.sandbox.salesforce.fields import BOOKING_ID
from local.sandbox.salesforce.oauth import OAuth
from local.sandbox.salesforce.orgs import ORGS, Org, Settings
from local.sandbox.salesforce.routes import ROUTES, Endpoint
from local.sandbox.salesforce.store import Store
from local.sandbox.salesforce.tokens import App, Tokens
from local.sandbox.vendor import Clock, Vendor, json_response, wall_clock

LONGEST_URL = 16_384
TOLD = {401: session_over, 403: limit_exceeded, 404: not_found}


class Salesforce(Behind, Vendor):
    """The sandbox. `clock` is the only time it knows."""

    name = "salesforce"

    def __init__(
        self,
        clock: Clock = wall_clock,
        sleep: Callable[[float], None] | None = None,
        *,
        app: App | None = None,
    ) -> None:
        """Three orgs (`ORGS`), the last of them a customer's test org, and one app: the demo app unless told."""
        super().__init__(clock, sleep)
        self.app = app or App()
        self.reset()

    # For tests: look at it, and change it behind the API's back.

    def issue_token(self, org: str = ORGS[0].id, scopes: frozenset[str] | None = None) -> tuple[str, str]:
        """An access and a refresh token, as after a person's consent; all the app's scopes unless told."""
        with self._lock:
            approval = self.tokens.approve(org, self.app.scopes if scopes is None else scopes, self.clock())
            return self.tokens.new_session(approval, self.clock()), approval.refresh

    def revoke(self, org: str = ORGS[0].id) -> None:
        """Revoke the app in an org as its admin would: every token ends."""
        with self._lock:
            self.tokens.end_org(org)

    def living(self, org: str = ORGS[0].id) -> tuple[int, int]:
        """How many refresh tokens and sessions of an org are good."""
        approvals = [one for one in self.tokens.approvals if one.org == org and one.refresh]
        return len(approvals), sum(1 for one in self.tokens.sessions.values() if one.approval.org == org)

    # What a vendor brings.

    def answer(self, request: Request) -> tuple[Response, str | None]:
        """Answer a request."""
        if len(quote(request.root_path + request.path)) + 1 + len(request.query_string) > LONGEST_URL:
            page = "<h1>Bad Message 414</h1><pre>reason: URI Too Long</pre>"
            return Response(page, 414, mimetype="text/html"), None
        try:
            endpoint, parts = _match(request)
        except Refused as refusal:
            return refusal.response(), None
        now = self.clock()
        if isinstance(endpoint, str):
            return self._open(endpoint, request, now), None
        try:
            org = self._rest.org(request, now)
        except Refused as refusal:
            return refusal.response(), None
        response = self._data(endpoint, parts, request, org, now)
        response.headers["Sforce-Limit-Info"] = self._rest.limit_info(org, now)
        return response, org.id

    def fault_response(self, status: int) -> Response:
        """Salesforce's own answer with a status it was told to give."""
        if status in TOLD:
            return TOLD[status]().response()
        code = "SERVER_UNAVAILABLE" if status == 503 else "UNKNOWN_EXCEPTION"  # noqa: PLR2004
        return Refused(status, code, "An unexpected error occurred.").response()

    def page(self) -> str:
        """The orgs and the calls as HTML."""
        return pages.state(list(self.orgs.values()), self.tokens, self.settings, self.stores, self.calls)

    def whole_state(self) -> dict[str, object]:
        """All orgs as JSON, and the switches; no tokens."""
        found: dict[str, dict[str, object]] = {}
        for org in self.orgs.values():
            refresh_tokens, sessions = self.living(org.id)
            found[org.id] = {"name": org.name, "refresh_tokens": refresh_tokens, "sessions": sessions}
            found[org.id] |= {"records": self.state(org.id)}
        return {"orgs": found, "settings": asdict(self.settings)}

    def reset(self) -> None:
        """No tokens, nothing counted, switches as at the start."""
        super().reset()
        with self._lock:
            self.settings = Settings()
            self.orgs = {org.id: org for org in ORGS}
            self.tokens = Tokens()
            self._oauth = OAuth(self.app, self.tokens, self.orgs, self.settings)
            self.stores = {org.id: Store(org, self.clock(), number) for number, org in enumerate(ORGS, 1)}
            self._rest = rest.Rest(self.tokens, self.orgs, self.settings, self.stores)

    def configure(self, changes: Mapping[str, object]) -> dict[str, object]:
        """Change switches. `revoke` is none: the admin of that org takes the app's access away, once, now."""
        switches = dict(changes)
        org = switches.pop("revoke", None)
        if org is not None and not (isinstance(org, str) and org in self.orgs):
            raise ValueError(f"no such org: {org!r}")
        had = self.settings.booking_id_field
        self.settings.change(switches)
        if self.settings.booking_id_field and not had:
            self.add_field()
        elif had and not self.settings.booking_id_field:
            self.drop_field(BOOKING_ID["name"])
        if isinstance(org, str):
            self.revoke(org)
        return asdict(self.settings)

    # The way of a request.

    def _open(self, endpoint: str, request: Request, now: datetime) -> Response:
        match endpoint:
            case "authorize":
                return self._oauth.authorize(request, now)
            case "token":
                return self._oauth.token(request, now)
            case "revoke":
                return self._oauth.revoke(request)
            case "userinfo":
                return self._oauth.userinfo(request, now)
        return json_response(200, rest.versions(self.settings.oldest_version))

    def _data(self, endpoint: Endpoint, parts: dict[str, str], request: Request, org: Org, now: datetime) -> Response:
        def again(part: Request) -> Answer:
            """A part of a composite request: not counted, and no composite itself."""
            inner, its_parts = _match(part)
            if isinstance(inner, str) or inner is composite:
                raise not_found()
            return inner(self._rest.ask(part, org, its_parts.pop("version"), now, again), **its_parts)

        try:
            self._rest.allow(org, now)
            answer = endpoint(self._rest.ask(request, org, parts.pop("version"), now, again), **parts)
        except Refused as refusal:
            return refusal.response()
        return json_response(answer.status, answer.body, answer.headers)


def _match(request: Request) -> tuple[Endpoint | str, dict[str, str]]:
    """What answers a request, and the parts of its path."""
    try:
        endpoint, parts = ROUTES.bind("sandbox").match(request.path, request.method)
    except MethodNotAllowed as error:
        allowed = ",".join(sorted(error.valid_methods or ()))
        message = f"HTTP Method '{request.method}' not allowed. Allowed are {allowed}"
        raise Refused(405, "METHOD_NOT_ALLOWED", message) from error
    except HTTPException as error:
        raise not_found() from error
    return endpoint, dict(parts)
