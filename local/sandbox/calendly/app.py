"""The sandbox Calendly: who a token is, and webhook subscriptions.

https://developer.calendly.com/api-docs and https://developer.calendly.com/api-docs/overview/rate-limits

Not known, so taken strictly: an address is unique in an organization whatever the scope. What is sent to it is not
played here: tests and `renkei send` sign recorded events themselves.
"""

import json
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from math import ceil
from urllib.parse import urlencode, urlsplit

from pydantic import BaseModel, ConfigDict
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from local.sandbox.calendly.accounts import API, SCOPES, USERS, Scope, Subscription, User, new_key, stamp
from local.sandbox.calendly.refusals import UPGRADE, Refusal, denied, lacking, refused, wrong
from local.sandbox.showing import Table, page
from local.sandbox.vendor import Clock, Vendor, json_response, wall_clock

MINUTE = timedelta(minutes=1)
MOST, USUAL = 100, 20
INVITEE = ("invitee.created", "invitee.canceled", "invitee_no_show.created", "invitee_no_show.deleted")
NEEDED: Mapping[str, Scope] = {
    **dict.fromkeys(INVITEE, "scheduled_events:read"),
    "routing_form_submission.created": "routing_forms:read",
}
"""The events that can be subscribed to, each with the scope that a token needs for it."""
ROUTES = Map(
    [
        Rule("/users/me", endpoint="me", methods=["GET"]),
        Rule("/webhook_subscriptions", endpoint="list", methods=["GET"]),
        Rule("/webhook_subscriptions", endpoint="create", methods=["POST"]),
        Rule("/webhook_subscriptions/<key>", endpoint="get", methods=["GET"]),
        Rule("/webhook_subscriptions/<key>", endpoint="delete", methods=["DELETE"]),
    ],
    strict_slashes=False,
)


class Settings(BaseModel):
    """What can be switched. `scopes`: what every token was made for. A limit of None is no limit."""

    model_config = ConfigDict(extra="forbid", strict=True)

    webhooks_in_plan: bool = True
    scopes: list[Scope] = sorted(SCOPES)
    revoked: list[str] = []
    minute_limit: int | None = 500


class Calendly(Vendor):
    """The sandbox, with two organizations: the demo's, of an owner and a member, and another."""

    name = "calendly"

    def __init__(self, clock: Clock = wall_clock, sleep: Callable[[float], None] | None = None) -> None:
        """`clock` is the only time it knows."""
        super().__init__(clock, sleep)
        self.reset()

    # For tests: look at it, and change it behind the API's back.

    def disable(self, callback_url: str) -> None:
        """What a day of failing does to an address's subscriptions. They cannot be brought back."""
        with self._lock:
            for one in self.subscriptions.values():
                if one.callback_url == callback_url:
                    one.state, one.retry_started_at = "disabled", self.clock() - timedelta(days=1)

    # What a vendor brings.

    def answer(self, request: Request) -> tuple[Response, str | None]:
        """Answer a request of the API: first the token, then its limit, then the request."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        user = next((one for one in USERS if one.token == token), None)
        if scheme != "Bearer" or user is None or token in self.settings.revoked:
            return refused(401).response(), None
        over, headers = self._counted(user)
        response = refused(429).response() if over else self._answered(request, user)
        response.headers.update(headers)
        return response, user.organization_key

    def fault_response(self, status: int) -> Response:
        """Calendly's own answer with a status it was told to give."""
        response = refused(status).response()
        if status == 429:  # noqa: PLR2004
            response.headers["X-RateLimit-Reset"] = "60"
        return response

    def page(self) -> str:
        """Users and subscriptions as HTML; tokens and signing keys are not shown."""
        users = [(user.key, user.name, user.role, user.organization_key) for user in USERS]
        made = [
            (one.callback_url, one.state, one.scope, ", ".join(one.events), stamp(one.created_at))
            for one in self.subscriptions.values()
        ]
        tables = (
            Table("Users", ("ID", "Name", "Role", "Organization"), users),
            Table("Webhook subscriptions", ("URL", "State", "Scope", "Events", "Created"), made),
        )
        return page("Sandbox Calendly", tables, self.calls)

    def whole_state(self) -> dict[str, object]:
        """The subscriptions as JSON, and the switches."""
        made = [one.shown() for one in self.subscriptions.values()]
        return {"webhook_subscriptions": made, "settings": self.settings.model_dump(exclude={"revoked"})}

    def reset(self) -> None:
        """Switches as at the start, nothing subscribed to."""
        super().reset()
        with self._lock:
            self.settings = Settings()
            self.subscriptions: dict[str, Subscription] = {}
            self._seen: dict[str, deque[datetime]] = {}

    def configure(self, changes: Mapping[str, object]) -> dict[str, object]:
        """Change switches."""
        self.settings = Settings.model_validate(self.settings.model_dump() | dict(changes))
        return self.settings.model_dump()

    # The way of a request.

    def _counted(self, user: User) -> tuple[bool, dict[str, str]]:
        """Count a call: whether it is one too many for the minute, and what every answer says of the limit."""
        now, seen, most = self.clock(), self._seen.setdefault(user.key, deque()), self.settings.minute_limit
        while seen and seen[0] <= now - MINUTE:
            seen.popleft()
        if most is None:
            return False, {}
        over = len(seen) >= most
        if not over:
            seen.append(now)
        reset = ceil((seen[0] + MINUTE - now).total_seconds()) if seen else 60
        left = {"X-RateLimit-Remaining": str(most - len(seen)), "X-RateLimit-Reset": str(reset)}
        return over, {"X-RateLimit-Limit": str(most), **left}

    def _answered(self, request: Request, user: User) -> Response:
        try:
            endpoint, parts = ROUTES.bind("sandbox").match(request.path, request.method)
        except HTTPException as error:
            return refused(error.code or 404).response()
        try:
            match endpoint:
                case "me":
                    return self._me(user)
                case "list":
                    return self._list(request, user)
                case "create":
                    return self._create(request, user)
            return self._one(request.method, parts["key"], user)
        except Refusal as refusal:
            return refusal.response()

    def _need(self, *scopes: Scope) -> None:
        if missing := [scope for scope in scopes if scope not in self.settings.scopes]:
            raise lacking(*missing)

    def _me(self, user: User) -> Response:
        """https://developer.calendly.com/api-docs/calendly-api/users/get-current-user"""
        self._need("users:read")
        slug = user.email.partition("@")[0]
        told = {
            "uri": user.uri,
            "name": user.name,
            "slug": slug,
            "email": user.email,
            "scheduling_url": f"https://calendly.com/{slug}",
            "timezone": "Asia/Tokyo",
            "avatar_url": None,
            "created_at": "2026-01-05T01:23:45.678123Z",
            "updated_at": "2026-01-05T01:23:45.678123Z",
            "current_organization": user.organization,
            "resource_type": "User",
            "locale": "en",
        }
        return json_response(200, {"resource": told})

    def _list(self, request: Request, user: User) -> Response:
        """https://developer.calendly.com/api-docs/calendly-api/webhooks/list-webhook-subscriptions"""
        self._need("webhooks:read")
        asked = request.args
        scope, whose = self._owner(asked.get("organization"), asked.get("scope"), asked.get("user"), user)
        count, after = asked.get("count", str(USUAL)), asked.get("page_token", "")
        if not count.isdecimal() or not 1 <= int(count) <= MOST:
            raise wrong("count", f"must be between 1 and {MOST}")
        found = [
            one
            for one in self.subscriptions.values()
            if (one.organization, one.scope) == (user.organization, scope) and whose in (None, one.user)
        ]
        keys = [one.key for one in found]
        if after and after not in keys:
            raise wrong("page_token", "is invalid")
        start = keys.index(after) if after else 0
        end = start + int(count)
        token = keys[end] if end < len(keys) else None
        query = urlencode([(name, value) for name, value in asked.items() if name != "page_token"])
        pages = {
            "count": len(found[start:end]),
            "next_page": f"{API}/webhook_subscriptions?{query}&page_token={token}" if token else None,
            "previous_page": None,
            "next_page_token": token,
            "previous_page_token": None,
        }
        return json_response(200, {"collection": [one.shown() for one in found[start:end]], "pagination": pages})

    def _create(self, request: Request, user: User) -> Response:
        """https://developer.calendly.com/api-docs/calendly-api/webhooks/create-webhook-subscription"""
        self._need("webhooks:write")
        body = _object(request)
        url, events, key = body.get("url"), body.get("events"), body.get("signing_key")
        if not isinstance(url, str) or urlsplit(url).scheme not in ("https", "http") or not urlsplit(url).netloc:
            raise wrong("url", "is not a valid URL")
        if not isinstance(events, list) or not events or not all(one in NEEDED for one in events):
            raise wrong("events", "must be present, and each must be one of: " + ", ".join(NEEDED))
        if key is not None and not (isinstance(key, str) and key):
            raise wrong("signing_key", "must be a string")
        scope, whose = self._owner(body.get("organization"), body.get("scope"), body.get("user"), user)
        if scope == "user" and "routing_form_submission.created" in events:
            raise wrong("events", "routing_form_submission.created needs the organization scope")
        self._need(*{NEEDED[one] for one in events})
        if not self.settings.webhooks_in_plan:
            raise denied(UPGRADE)
        mine = (one for one in self.subscriptions.values() if one.organization == user.organization)
        if any(one.callback_url == url for one in mine):
            raise refused(409)
        made = Subscription(
            new_key(), url, events, scope, user.organization, whose, user.uri, self.clock(), signing_key=key
        )
        self.subscriptions[made.key] = made
        return json_response(201, {"resource": made.shown()})

    def _one(self, method: str, key: str, user: User) -> Response:
        """https://developer.calendly.com/api-docs/calendly-api/webhooks/delete-webhook-subscription"""
        self._need("webhooks:write" if method == "DELETE" else "webhooks:read")
        found = self.subscriptions.get(key)
        if found is None or found.organization != user.organization:
            raise refused(404)
        if not user.leads and found.user != user.uri:
            raise denied()
        if method == "DELETE":
            del self.subscriptions[key]
            return Response(status=204)
        return json_response(200, {"resource": found.shown()})

    def _owner(self, organization: object, scope: object, whose: object, user: User) -> tuple[str, str | None]:
        """Whose subscriptions are meant: the scope, and in that of a user the user."""
        if not isinstance(organization, str) or not organization:
            raise wrong("organization", "must be present")
        if scope not in ("organization", "user"):
            raise wrong("scope", "must be one of: organization, user, group")
        if scope == "user" and not whose:
            raise wrong("user", "must be present")
        if organization != user.organization or (scope == "organization" and not user.leads):
            raise denied()
        if scope == "user" and whose != user.uri:
            raise denied()
        return ("user", user.uri) if scope == "user" else ("organization", None)


def _object(request: Request) -> dict[str, object]:
    try:
        body = json.loads(request.get_data(as_text=True))
    except json.JSONDecodeError:
        body = None
    if not isinstance(body, dict):
        raise wrong("body", "is not a JSON object")
    return body
