"""The sandbox falcana: a token for a client, and who the client is.

**The contract is ours, not falcana's.** falcana has no public API; the smallest REST API that the integration needs
was written down by us, to be agreed on with the vendor or put in front of whatever the vendor has:

- `POST /v1/token`: OAuth 2 client credentials (RFC 6749, 4.4; the client by HTTP Basic or in the form), an hour's
  bearer token. Refusals as RFC 6749 (5.2) has them: `{"error", "error_description"}`.
- `GET /v1/ping`: the tenant, the version, the server's time, and the scopes of the token, `<entity>:read` or
  `<entity>:write`.
- Refusals elsewhere are problems (RFC 9457, which follows RFC 7807) with a `code`: 401 `invalid_token`,
  403 `api_disabled`, 404 `not_found`, 405 `method_not_allowed`, 429 `rate_limited` with `Retry-After`.
- `X-Request-Id` comes back as it was sent.
"""

import hmac
import secrets
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict, NonNegativeInt
from werkzeug.wrappers import Request, Response

from local.sandbox.showing import Table, page
from local.sandbox.vendor import Clock, Vendor, json_response, wall_clock

type Scope = Literal["addresses:read", "addresses:write", "contact-persons:read", "contact-persons:write"]
SCOPES: tuple[Scope, ...] = ("addresses:read", "addresses:write", "contact-persons:read", "contact-persons:write")
TOKEN_LIFE, MINUTE = timedelta(hours=1), timedelta(minutes=1)
ROUTES = {"/v1/token": ("POST",), "/v1/ping": ("GET",)}
TITLES = {
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    429: "Too Many Requests",
    500: "Internal Server Error",
    503: "Service Unavailable",
}
CODES = {401: "invalid_token", 403: "api_disabled", 404: "not_found", 429: "rate_limited", 503: "unavailable"}


@dataclass(frozen=True)
class Client:
    """An API client as a tenant's admin made it."""

    client_id: str
    client_secret: str = field(repr=False)
    tenant: str
    tenant_name: str


DEMO = Client("demo-client", "demo-secret", "muster-gmbh", "Muster GmbH")
OTHER = Client("other-client", "other-secret", "beispiel-ag", "Beispiel AG")


class Settings(BaseModel):
    """What can be switched, for all tenants. A `revoked` client's tokens end; `withheld` scopes are not granted."""

    model_config = ConfigDict(extra="forbid", strict=True)

    api_enabled: bool = True
    minute_limit: NonNegativeInt | None = 600
    retry_after: NonNegativeInt | None = 30
    revoked: list[str] = []
    withheld: list[Scope] = []


@dataclass(eq=False)
class Problem(Exception):
    """A refusal with a code."""

    status: int
    code: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def response(self) -> Response:
        """The answer."""
        body = {
            "type": "about:blank",
            "title": TITLES.get(self.status, "Error"),
            "status": self.status,
            "code": self.code,
        }
        response = json_response(self.status, body, self.headers)
        response.mimetype = "application/problem+json"
        return response


@dataclass(eq=False)
class Told(Exception):
    """A refusal of the token endpoint."""

    status: int
    error: str
    description: str

    def response(self) -> Response:
        """The answer."""
        headers = {"WWW-Authenticate": 'Basic realm="falcana"'} if self.status == 401 else {}  # noqa: PLR2004
        return json_response(self.status, {"error": self.error, "error_description": self.description}, headers)


class Falcana(Vendor):
    """The sandbox, with two tenants that have a client each."""

    name = "falcana"

    def __init__(self, clock: Clock = wall_clock, sleep: Callable[[float], None] | None = None) -> None:
        """`clock` is the only time it knows."""
        super().__init__(clock, sleep)
        self.clients = {client.client_id: client for client in (DEMO, OTHER)}
        self.reset()

    def answer(self, request: Request) -> tuple[Response, str | None]:
        """Answer a request of the API; the account is the tenant."""
        tenant = None
        try:
            self._look_at_route(request)
            if request.path == "/v1/token":
                client = self._client(request)
                tenant = client.tenant
                response = self._token(request, client)
            else:
                client = self._bearer(request)
                tenant = client.tenant
                response = self._ping(client)
        except (Problem, Told) as refusal:
            response = refusal.response()
        if "X-Request-Id" in request.headers:
            response.headers["X-Request-Id"] = request.headers["X-Request-Id"]
        return response, tenant

    def fault_response(self, status: int) -> Response:
        """The API's own answer with a status it was told to give."""
        return Problem(status, CODES.get(status, "internal")).response()

    def page(self) -> str:
        """The tenants, the switches and the calls as HTML."""
        tenants = [(c.tenant, c.tenant_name, c.client_id, c.client_id in self.settings.revoked) for c in self._all]
        tables = (
            Table("Tenants", ("Id", "Name", "Client", "Revoked"), tenants),
            Table("Switches", ("Name", "Value"), list(self.settings.model_dump().items())),
        )
        return page("Sandbox falcana", tables, self.calls)

    def whole_state(self) -> dict[str, object]:
        """The tenants and the switches as JSON; no secret."""
        tenants = {client.tenant: {"name": client.tenant_name, "client": client.client_id} for client in self._all}
        return {"tenants": tenants, "settings": self.settings.model_dump()}

    def reset(self) -> None:
        """No tokens, nothing counted, switches as at the start."""
        super().reset()
        with self._lock:
            self.settings = Settings()
            self._tokens: dict[str, tuple[str, datetime]] = {}
            self._seen: dict[str, deque[datetime]] = {}

    def configure(self, changes: Mapping[str, object]) -> dict[str, object]:
        """Change switches."""
        self.settings = Settings.model_validate(self.settings.model_dump() | dict(changes))
        return self.settings.model_dump()

    # The way of a request.

    @property
    def _all(self) -> list[Client]:
        return list(self.clients.values())

    def _look_at_route(self, request: Request) -> None:
        allowed = ROUTES.get(request.path)
        if allowed is None:
            raise Problem(404, "not_found")
        if request.method not in allowed:
            raise Problem(405, "method_not_allowed", {"Allow": ", ".join(allowed)})

    def _client(self, request: Request) -> Client:
        """The client that asks for a token, its credentials checked. What stands in the query is ignored."""
        basic = request.authorization if request.authorization and request.authorization.type == "basic" else None
        name = (basic.username if basic else request.form.get("client_id")) or ""
        secret = (basic.password if basic else request.form.get("client_secret")) or ""
        client = self.clients.get(name)
        if client is None or not hmac.compare_digest(secret.encode(), client.client_secret.encode()):
            raise Told(401, "invalid_client", "unknown client or wrong secret")
        if name in self.settings.revoked:
            raise Told(401, "invalid_client", "the client was revoked")
        self._allow(client)
        return client

    def _bearer(self, request: Request) -> Client:
        """The client whose token is shown."""
        _, _, token = request.headers.get("Authorization", "").partition("Bearer ")
        name, until = self._tokens.get(token, ("", self.clock()))
        if until <= self.clock() or name in self.settings.revoked:
            raise Problem(401, "invalid_token", {"WWW-Authenticate": 'Bearer error="invalid_token"'})
        client = self.clients[name]
        self._allow(client)
        return client

    def _allow(self, client: Client) -> None:
        """403 where the tenant's API is off; 429 where the tenant called too often in the last minute."""
        if not self.settings.api_enabled:
            raise Problem(403, "api_disabled")
        now, seen = self.clock(), self._seen.setdefault(client.tenant, deque())
        while seen and seen[0] <= now - MINUTE:
            seen.popleft()
        if self.settings.minute_limit is not None and len(seen) >= self.settings.minute_limit:
            pause = self.settings.retry_after
            raise Problem(429, "rate_limited", {} if pause is None else {"Retry-After": str(pause)})
        seen.append(now)

    def _token(self, request: Request, client: Client) -> Response:
        if request.form.get("grant_type") != "client_credentials":
            raise Told(400, "unsupported_grant_type", "grant_type must be client_credentials")
        if not set(request.form.get("scope", "").split()) <= set(self._scopes):
            raise Told(400, "invalid_scope", "the client does not have all of these scopes")
        token = secrets.token_urlsafe(32)
        self._tokens[token] = (client.client_id, self.clock() + TOKEN_LIFE)
        body = {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": int(TOKEN_LIFE.total_seconds()),
            "scope": " ".join(self._scopes),
        }
        return json_response(200, body, {"Cache-Control": "no-store"})

    def _ping(self, client: Client) -> Response:
        body = {
            "tenant": client.tenant,
            "tenant_name": client.tenant_name,
            "api_version": "1",
            "server_time": self.clock().isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "scopes": self._scopes,
        }
        return json_response(200, body)

    @property
    def _scopes(self) -> list[str]:
        return [scope for scope in SCOPES if scope not in self.settings.withheld]
