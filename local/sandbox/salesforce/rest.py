"""The data API: versions, limits, a described object, and single records of the org itself.

https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_list.htm
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from werkzeug.wrappers import Request

from local.sandbox.salesforce import describe
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
from local.sandbox.salesforce.tokens import Tokens

OLDEST, NEWEST = 41, 68
SEASONS = ("Spring", "Summer", "Winter")
WINDOW = timedelta(hours=24)


@dataclass
class Ask:
    """A request of somebody who is signed in. `version` is a number, `path` the object's own path."""

    request: Request
    org: Org
    settings: Settings
    version: int
    used: int


@dataclass
class Rest:
    """Who asks, whether they may, and how often they did."""

    tokens: Tokens
    orgs: Mapping[str, Org]
    settings: Settings
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

    def allow(self, request: Request, org: Org, version: str, now: datetime) -> Ask:
        """Count a call; 403 where the API is off or the calls are used up, 404 or 410 for a version that is not."""
        if not self.settings.api_enabled:
            raise api_disabled()
        if self.used(org, now) >= self.settings.daily_limit:
            raise limit_exceeded()
        self.seen[org.id].append(now)
        number, dot, rest = version.partition(".")
        if not number.isdecimal() or (dot, rest) != (".", "0") or int(number) > NEWEST:
            raise not_found()
        if int(number) < OLDEST:
            raise Refused(410, "UNSUPPORTED_API_VERSION", "The requested API version is no longer supported")
        return Ask(request, org, self.settings, int(number), self.used(org, now))

    def limit_info(self, org: Org, now: datetime) -> str:
        """The `Sforce-Limit-Info` header of every answer."""
        return f"api-usage={self.used(org, now)}/{self.settings.daily_limit}"


def versions() -> list[dict[str, str]]:
    """GET /services/data, which needs no session."""
    return [
        {"label": _label(number), "url": f"/services/data/v{number}.0", "version": f"{number}.0"}
        for number in range(OLDEST, NEWEST + 1)
    ]


def resources(ask: Ask) -> object:
    """GET /services/data/vXX.X: what is below it, and who asks."""
    start = f"/services/data/v{ask.version}.0"
    login = OAuth.instance_url(ask.request, ask.org)
    found = {name: f"{start}/{name}" for name in ("limits", "sobjects")}
    return found | {"identity": f"{login}/id/{ask.org.id}/{ask.org.user.id}"}


def limits(ask: Ask) -> object:
    """GET …/limits."""
    most = ask.settings.daily_limit
    return {
        "DailyApiRequests": {"Max": most, "Remaining": max(most - ask.used, 0)},
        "DataStorageMB": {"Max": 10240, "Remaining": 10240},
    }


def describe_object(ask: Ask, name: str) -> object:
    """GET …/sobjects/{name}/describe."""
    if name != "Lead" or not ask.settings.lead_visible:
        raise not_found()
    path = f"/services/data/v{ask.version}.0/sobjects/Lead"
    return describe.lead(path, createable=ask.settings.lead_createable)


def record(ask: Ask, name: str, key: str) -> object:
    """GET …/sobjects/{name}/{id}?fields=…: the org's own record, or its user's."""
    known = _records(ask.org).get(name)
    if known is None or (name == "Organization" and not ask.settings.organization_visible):
        raise not_found()
    if key not in (known["Id"], str(known["Id"])[:15]):
        raise Refused(404, "NOT_FOUND", "Provided external ID field does not exist or is not accessible: " + key)
    asked = [one for one in ask.request.args.get("fields", "").split(",") if one] or list(known)
    unknown = [one for one in asked if one not in known]
    if unknown:
        message = f"No such column '{unknown[0]}' on sobject of type {name}"
        raise Refused(400, "INVALID_FIELD", message)
    url = f"/services/data/v{ask.version}.0/sobjects/{name}/{known['Id']}"
    return {"attributes": {"type": name, "url": url}} | {one: known[one] for one in (*asked, "Id")}


def _records(org: Org) -> dict[str, dict[str, object]]:
    return {
        "Organization": {
            "Id": org.id,
            "Name": org.name,
            "OrganizationType": org.edition,
            "IsSandbox": org.sandbox,
            "TimeZoneSidKey": org.user.time_zone,
        },
        "User": {
            "Id": org.user.id,
            "Name": org.user.name,
            "Username": org.user.username,
            "IsActive": True,
            "TimeZoneSidKey": org.user.time_zone,
        },
    }


def _label(number: int) -> str:
    """Version 66 is Spring '26; there are three a year, and the winter's carries the next year's number."""
    year, season = divmod(number - 66, 3)
    return f"{SEASONS[season]} '{26 + year + (season == len(SEASONS) - 1)}"
