"""The data API: who may ask, versions, limits.

https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_list.htm
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from werkzeug.wrappers import Request

from local.sandbox.salesforce.ask import Answer, Ask
from local.sandbox.salesforce.errors import (
    Refused,
    api_disabled,
    limit_exceeded,
    not_for_rest,
    not_found,
    session_over,
)
from local.sandbox.salesforce.oauth import OAuth, host_of
from local.sandbox.salesforce.orgs import Org, Settings
from local.sandbox.salesforce.store import Store
from local.sandbox.salesforce.tokens import Tokens

NEWEST = 68
SEASONS = ("Spring", "Summer", "Winter")
WINDOW = timedelta(hours=24)


@dataclass
class Rest:
    """Who asks, whether they may, and how often they did."""

    tokens: Tokens
    orgs: Mapping[str, Org]
    settings: Settings
    stores: Mapping[str, Store]
    seen: dict[str, deque[datetime]] = field(default_factory=dict)

    def org(self, request: Request, now: datetime) -> Org:
        """Whose request it is; 401 unless the session is good here."""
        _, _, token = request.headers.get("Authorization", "").partition("Bearer ")
        session = self.tokens.session(token, now, timedelta(seconds=self.settings.session_seconds))
        if session is None or not self.settings.user_active:
            raise session_over()
        if "api" not in session.approval.scopes:
            raise not_for_rest()
        org = self.orgs[session.approval.org]
        if not org.answers_at(host_of(request)):
            raise session_over()
        return org

    def used(self, org: Org, now: datetime) -> int:
        """How many calls the org made in the last 24 hours."""
        calls = self.seen.setdefault(org.id, deque())
        while calls and calls[0] <= now - WINDOW:
            calls.popleft()
        return len(calls)

    def allow(self, org: Org, now: datetime) -> None:
        """Count a call; 403 where the API is off or the calls are used up."""
        if not self.settings.api_enabled:
            raise api_disabled()
        if self.used(org, now) >= self.settings.daily_limit:
            raise limit_exceeded()
        self.seen[org.id].append(now)

    def ask(self, request: Request, org: Org, version: str, now: datetime, again: Callable[[Request], Answer]) -> Ask:
        """A request with what belongs to it; 404 or 410 for a version that is not."""
        number, dot, rest = version.partition(".")
        if not number.isdecimal() or (dot, rest) != (".", "0") or int(number) > NEWEST:
            raise not_found()
        if int(number) < self.settings.oldest_version:
            raise Refused(410, "UNSUPPORTED_API_VERSION", "The requested API version is no longer supported")
        store, used = self.stores[org.id], self.used(org, now)
        return Ask(request, org, store, self.settings, int(number), used, now, again)

    def limit_info(self, org: Org, now: datetime) -> str:
        """The `Sforce-Limit-Info` header of every answer."""
        used = self.used(org, now)
        own = f"; per-app-api-usage={used}/250(appName=renkei)" if self.settings.usage_per_app else ""
        return f"api-usage={used}/{self.settings.daily_limit}{own}"


def versions(oldest: int) -> list[dict[str, str]]:
    """GET /services/data, which needs no session."""
    return [
        {"label": _label(number), "url": f"/services/data/v{number}.0", "version": f"{number}.0"}
        for number in range(oldest, NEWEST + 1)
    ]


def resources(ask: Ask) -> Answer:
    """GET /services/data/vXX.X: what is below it, and who asks."""
    start = f"/services/data/v{ask.version}.0"
    login = OAuth.instance_url(ask.request, ask.org)
    found = {name: f"{start}/{name}" for name in ("limits", "sobjects", "query", "queryAll", "composite")}
    return Answer(found | {"identity": f"{login}/id/{ask.org.id}/{ask.org.user.id}"})


def limits(ask: Ask) -> Answer:
    """GET …/limits."""
    most = ask.settings.daily_limit
    return Answer(
        {
            "DailyApiRequests": {"Max": most, "Remaining": max(most - ask.used, 0)},
            "DataStorageMB": {"Max": 10240, "Remaining": 10240},
        }
    )


def _label(number: int) -> str:
    """Version 66 is Spring '26; there are three a year, and the winter's carries the next year's number."""
    year, season = divmod(number - 66, 3)
    return f"{SEASONS[season]} '{26 + year + (season == len(SEASONS) - 1)}"
