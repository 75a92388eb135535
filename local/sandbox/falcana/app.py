"""The sandbox falcana: a token for a client, addresses and contact persons, and a feed of their changes.

**The contract is ours, not falcana's.** falcana has no public API; the smallest REST API that the integration needs
was written down by us, in `docs/falcana-api.yaml`, to be agreed on with the vendor or put in front of whatever the
vendor has. Refusals of the token endpoint are as RFC 6749 (5.2) has them; elsewhere they are problems (RFC 9457,
which follows RFC 7807) with a `code`. `X-Request-Id` comes back as it was sent.
"""

import hmac
import secrets
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.wrappers import Request, Response

from local.sandbox.falcana import pages
from local.sandbox.falcana.accounts import DEMO, OTHER, SCOPES, TENANTS_APART, Client, Scope, Tenant
from local.sandbox.falcana.ask import Ask, Settings
from local.sandbox.falcana.behind import Behind
from local.sandbox.falcana.refusals import CODES, Problem, Told
from local.sandbox.falcana.routes import ROUTES, Endpoint
from local.sandbox.vendor import Clock, Vendor, json_response, wall_clock

__all__ = ["SCOPES", "Falcana"]

TOKEN_LIFE, MINUTE = timedelta(hours=1), timedelta(minutes=1)


@dataclass(frozen=True)
class Token:
    """What a token stands for, and until when."""

    client_id: str
    scopes: tuple[Scope, ...]
    until: datetime


class Falcana(Behind, Vendor):
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
            endpoint, parts = _route(request)
            if endpoint is None:
                client = self._client(request)
                tenant = client.tenant
                response = self._token(request, client)
            else:
                client, token = self._bearer(request)
                tenant = client.tenant
                scopes = tuple(scope for scope in token.scopes if scope in self._scopes)
                known = self.tenants[tenant]
                response = endpoint(Ask(request, client, scopes, known, self.settings, self.clock(), **parts))
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
        found = [(one, self.tenants[one.tenant], one.client_id in self.settings.revoked) for one in self._all]
        return pages.state(found, self.settings.model_dump(), self.calls)

    def whole_state(self) -> dict[str, object]:
        """The tenants with their records, and the switches as JSON; no secret."""
        tenants = {client.tenant: {"name": client.tenant_name, "client": client.client_id} for client in self._all}
        records = {tenant: self.state(tenant) for tenant in self.tenants}
        return {"tenants": tenants, "records": records, "settings": self.settings.model_dump()}

    def reset(self) -> None:
        """No tokens, no records, nothing counted, switches as at the start."""
        super().reset()
        with self._lock:
            self.settings = Settings()
            self.tenants = {one.tenant: Tenant(place * TENANTS_APART) for place, one in enumerate(self._all)}
            self._tokens: dict[str, Token] = {}
            self._seen: dict[str, deque[datetime]] = {}

    def configure(self, changes: Mapping[str, object]) -> dict[str, object]:
        """Change switches."""
        self.settings = Settings.model_validate(self.settings.model_dump() | dict(changes))
        return self.settings.model_dump()

    # The way of a request.

    @property
    def _all(self) -> list[Client]:
        return list(self.clients.values())

    @property
    def _scopes(self) -> tuple[Scope, ...]:
        return tuple(scope for scope in SCOPES if scope not in self.settings.withheld)

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

    def _bearer(self, request: Request) -> tuple[Client, Token]:
        """The client whose token is shown."""
        _, _, shown = request.headers.get("Authorization", "").partition("Bearer ")
        token = self._tokens.get(shown)
        if token is None or token.until <= self.clock() or token.client_id in self.settings.revoked:
            raise Problem(401, "invalid_token", {"WWW-Authenticate": 'Bearer error="invalid_token"'})
        client = self.clients[token.client_id]
        self._allow(client)
        return client, token

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
        """POST /v1/token: an hour for the scopes that are asked for, or for all that the client has."""
        if request.form.get("grant_type") != "client_credentials":
            raise Told(400, "unsupported_grant_type", "grant_type must be client_credentials")
        asked = set(request.form.get("scope", "").split())
        if not asked <= set(self._scopes):
            raise Told(400, "invalid_scope", "the client does not have all of these scopes")
        granted = tuple(scope for scope in self._scopes if not asked or scope in asked)
        name = secrets.token_urlsafe(32)
        self._tokens[name] = Token(client.client_id, granted, self.clock() + TOKEN_LIFE)
        body = {
            "access_token": name,
            "token_type": "Bearer",
            "expires_in": int(TOKEN_LIFE.total_seconds()),
            "scope": " ".join(granted),
        }
        return json_response(200, body, {"Cache-Control": "no-store"})


def _route(request: Request) -> tuple[Endpoint | None, Mapping[str, Any]]:
    """What answers a path, and what the path names."""
    try:
        endpoint, parts = ROUTES.bind("sandbox").match(request.path, request.method)
    except MethodNotAllowed as error:
        allowed = sorted(set(error.valid_methods or ()) - {"HEAD"})
        raise Problem(405, "method_not_allowed", {"Allow": ", ".join(allowed)}) from None
    except NotFound:
        raise Problem(404, "not_found") from None
    return endpoint, parts
