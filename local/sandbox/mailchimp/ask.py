"""A request about an audience, and what was sent with it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from werkzeug.wrappers import Request, Response

from local.sandbox.mailchimp.accounts import Audience, Json
from local.sandbox.mailchimp.members import Member
from local.sandbox.mailchimp.problems import Refused, invalid, problem
from local.sandbox.mailchimp.settings import Settings
from local.sandbox.vendor import json_response

USUAL, MOST = 10, 1000


@dataclass(frozen=True)
class Ask:
    """One request with all that its endpoint needs; `parts` are those of the path."""

    request: Request
    audience: Audience
    settings: Settings
    now: datetime
    parts: Mapping[str, Any]

    def body(self) -> Json:
        """The JSON object that was sent. Raises Refused for anything else."""
        try:
            found = json.loads(self.request.get_data())
            json.dumps(found, ensure_ascii=False).encode()
        except ValueError:  # neither JSON nor text: half a surrogate pair is none
            raise Refused("JSON Parse Error") from None
        if not isinstance(found, dict):
            raise invalid([("", "Schema describes object, array found instead")])
        return found

    def page(self) -> tuple[int, int]:
        """The count and offset asked for. Raises Refused."""
        count, offset = self.request.args.get("count", str(USUAL)), self.request.args.get("offset", "0")
        if not count.isdecimal() or int(count) > MOST:
            raise invalid([("count", f"Value must be a number, at most {MOST}")])
        if not offset.isdecimal():
            raise invalid([("offset", "Value must be a number")])
        return int(count), int(offset)

    def flag(self, name: str) -> bool:
        """Whether a query parameter says true."""
        return self.request.args.get(name, "").lower() in ("true", "1")

    def member(self, key: str = "") -> Member:
        """The member of the path, or under another key. Raises Refused where there is none."""
        found = self.audience.members.find(key or self.parts["member"])
        if found is None:
            raise Refused("Resource Not Found")
        return found

    def shape(self, member: Member) -> Json:
        """A member as the API gives it."""
        return member.shape(self.audience.id, self.audience.fields.shown(member.values))

    def shown(self, body: Json) -> Response:
        """The answer with the fields that were asked for; see `shown`."""
        return shown(self.request, body)


def shown(request: Request, body: Json) -> Response:
    """The body with the fields that were asked for, in dot notation; a refusal where there are none."""
    wanted, unwanted = _paths(request.args.get("fields", "")), _paths(request.args.get("exclude_fields", ""))
    if any(path[0] not in body for path in (*wanted, *unwanted)):
        return problem("Requested Fields Invalid")
    kept = _only(body, wanted) if wanted else body
    return json_response(200, _without(kept, unwanted))


def _paths(text: str) -> list[list[str]]:
    return [name.split(".") for name in text.split(",") if name]


def _only(value: object, paths: list[list[str]]) -> object:
    if isinstance(value, list):
        return [_only(item, paths) for item in value]
    if not isinstance(value, dict) or any(not path for path in paths):
        return value
    names = {path[0] for path in paths}
    return {n: _only(v, [p[1:] for p in paths if p[0] == n]) for n, v in value.items() if n in names}


def _without(value: object, paths: list[list[str]]) -> object:
    if isinstance(value, list):
        return [_without(item, paths) for item in value]
    if not isinstance(value, dict) or not paths:
        return value
    gone = {path[0] for path in paths if len(path) == 1}
    return {
        n: _without(v, [p[1:] for p in paths if len(p) > 1 and p[0] == n]) for n, v in value.items() if n not in gone
    }
