"""The sandbox Slack: incoming hooks, and of the Web API who a token is, its end, a channel, and posting into it.

https://docs.slack.dev/apis/web-api/ and https://docs.slack.dev/apis/web-api/rate-limits
"""

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import datetime, timedelta
from math import ceil

from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from local.sandbox.showing import Table, page
from local.sandbox.slack import hooks, methods
from local.sandbox.slack.blocks import meaning
from local.sandbox.slack.switches import Settings
from local.sandbox.slack.teams import Hook, Message, Team, teams
from local.sandbox.vendor import Clock, Vendor, json_response, wall_clock

HOOK_WINDOW, METHOD_WINDOW, POST_WINDOW = timedelta(seconds=10), timedelta(minutes=1), timedelta(seconds=1)
ROUTES = Map(
    [
        Rule("/services/<team>/<hook>/<secret>", endpoint="hook", methods=["POST"]),
        Rule("/api/<method>", endpoint="method", methods=["GET", "POST"]),
    ]
)


class Slack(Vendor):
    """The sandbox, with two teams: the demo's and another."""

    name = "slack"

    def __init__(self, clock: Clock = wall_clock, sleep: Callable[[float], None] | None = None) -> None:
        """`clock` is the only time it knows."""
        super().__init__(clock, sleep)
        self.reset()

    # For tests: look at it, and change it behind the API's back.

    def messages(self, team: str = "T0DEMO") -> list[Message]:
        """What was posted in a team, oldest first."""
        return list(self.teams[team].messages)

    def issue_token(self, team: str = "T0DEMO") -> str:
        """A new bot token of a team, as after installing the app anew."""
        with self._lock:
            return self.teams[team].new_token()

    # What a vendor brings.

    def answer(self, request: Request) -> tuple[Response, str | None]:
        """Answer a hook's message or a call of a method."""
        try:
            endpoint, parts = ROUTES.bind("sandbox").match(request.path, request.method)
        except HTTPException as error:
            return hooks.told(error.name, error.code or 404), None
        if endpoint == "method":
            return self._method(request, parts["method"])
        return self._hook(request, parts), parts["team"] if parts["team"] in self.teams else None

    def fault_response(self, status: int) -> Response:
        """Slack's own answer with a status it was told to give."""
        if status == 429:  # noqa: PLR2004
            return _limited(30)
        return hooks.told("rollup_error", status)

    def page(self) -> str:
        """The teams and what was posted as HTML; tokens and hooks' secrets are not shown."""
        known = [
            (
                team.id,
                team.name,
                len(team.tokens),
                ", ".join(f"{hook.id} → {hook.channel}" for hook in team.hooks.values()),
                ", ".join(f"{one.id} #{one.name}" for one in team.channels.values()),
            )
            for team in self.teams.values()
        ]
        posted = [
            (message.at.isoformat(timespec="seconds"), team.name, message.channel, message.by, message.payload)
            for team in self.teams.values()
            for message in reversed(team.messages)
        ]
        tables = (
            Table("Teams", ("ID", "Name", "Tokens", "Hooks", "Channels"), known),
            Table("Messages", ("At", "Team", "Channel", "By", "Message"), posted),
        )
        return page("Sandbox Slack", tables, self.calls)

    def whole_state(self) -> dict[str, object]:
        """The messages of the teams as JSON, and the switches."""
        posted = {
            team.id: [asdict(message) | {"at": message.at.isoformat()} for message in team.messages]
            for team in self.teams.values()
        }
        return {"messages": posted, "settings": self.settings.model_dump()}

    def reset(self) -> None:
        """Teams and switches as at the start, nothing posted."""
        super().reset()
        with self._lock:
            self.settings = Settings()
            self.teams: dict[str, Team] = teams()
            self._seen: dict[str, deque[datetime]] = {}

    def configure(self, changes: Mapping[str, object]) -> dict[str, object]:
        """Change switches."""
        self.settings = Settings.model_validate(self.settings.model_dump() | dict(changes))
        return self.settings.model_dump()

    # Hooks.

    def _hook(self, request: Request, parts: Mapping[str, str]) -> Response:
        known = hooks.found(self.teams, parts["team"], parts["hook"], parts["secret"])
        if isinstance(known, Response):
            return known
        team, hook = known
        if error := self._ended(hook):
            return hooks.told(error, hooks.STATUSES[error])
        if wait := self._too_many(hook.channel, HOOK_WINDOW, self.settings.hook_limit):
            return hooks.told("rate_limited", 429, wait)
        payload = hooks.read(request)
        if isinstance(payload, Response):
            return payload
        meant = meaning(payload)
        team.messages.append(Message(hook.channel, hook.id, payload, self.clock(), meant.mentions, meant.links))
        return hooks.told("ok", 200)

    def _ended(self, hook: Hook) -> hooks.HookError | None:
        if hook.id in self.settings.deleted_hooks or self.settings.app_removed:
            return "no_service"
        archived = hook.channel in self.settings.archived
        return self.settings.hook_error or ("channel_is_archived" if archived else None)

    # Methods of the Web API.

    def _method(self, request: Request, method: str) -> tuple[Response, str | None]:
        token = _token(request)
        team = next((team for team in self.teams.values() if token in team.tokens), None)
        if method not in methods.METHODS:
            return json_response(200, methods.no("unknown_method", req_method=method)), None
        if team is None:
            return json_response(200, methods.no("invalid_auth" if token else "not_authed")), None
        if wait := self._too_many(token, METHOD_WINDOW, self.settings.method_limit):
            return _limited(wait), team.id
        if error := self._refused(token):
            return json_response(200, methods.no(error)), team.id
        given = methods.asked(request)
        if given is None:
            return json_response(200, methods.no("invalid_json")), team.id
        return self._done(method, team, token, given), team.id

    def _done(self, method: str, team: Team, token: str, given: Mapping[str, object]) -> Response:
        told: dict[str, object]
        match method:
            case "auth.test":
                told = methods.test(team)
            case "auth.revoke":
                told = methods.revoke(self.settings, token, given)
            case "conversations.info":
                told = methods.info(self.settings, team, given)
            case _:
                channel = methods.addressed(self.settings, team, given)
                if isinstance(channel, dict):
                    told = channel
                elif wait := self._too_many(f"posts {channel.id}", POST_WINDOW, self.settings.post_limit):
                    return _limited(wait)
                else:
                    told = methods.post(team, channel, given, self.clock())
        return json_response(200, told, {"x-oauth-scopes": ",".join(self.settings.scopes)})

    def _refused(self, token: str) -> str:
        if self.settings.app_removed:
            return "account_inactive"
        return "token_revoked" if token in self.settings.revoked else self.settings.token_error

    def _too_many(self, whose: str, window: timedelta, most: int | None) -> int:
        """Count a call; how many seconds to wait if it is one too many, else 0. Refused ones do not count."""
        now, seen = self.clock(), self._seen.setdefault(whose, deque())
        while seen and seen[0] <= now - window:
            seen.popleft()
        if most is not None and len(seen) >= most:
            return ceil((seen[0] + window - now).total_seconds()) if seen else 1
        seen.append(now)
        return 0


def _token(request: Request) -> str:
    """The token of a call: a bearer token, or a field of the form; not of the query, where Slack stopped taking it."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token if scheme == "Bearer" else request.form.get("token", "")


def _limited(seconds: int) -> Response:
    return json_response(429, {"ok": False, "error": "ratelimited"}, {"Retry-After": str(seconds)})
