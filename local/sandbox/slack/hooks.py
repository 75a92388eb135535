"""Incoming hooks: plain text comes back, `ok` or what is wrong.

https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks/ and, for the statuses,
https://api.slack.com/changelog/2016-05-17-changes-to-errors-for-incoming-webhooks
"""

import json
from typing import Literal
from urllib.parse import parse_qs

from werkzeug.wrappers import Request, Response

from local.sandbox.slack.blocks import refused
from local.sandbox.slack.teams import Hook, Team

MOST_ATTACHMENTS = 100
type HookError = Literal[
    "action_prohibited",
    "channel_is_archived",
    "channel_not_found",
    "invalid_token",
    "no_active_hooks",
    "no_service",
    "no_team",
    "posting_to_general_channel_denied",
    "rollup_error",
    "team_disabled",
]
STATUSES = {
    "action_prohibited": 403,
    "channel_is_archived": 410,
    "channel_not_found": 404,
    "invalid_token": 403,
    "no_active_hooks": 404,
    "no_service": 404,
    "no_team": 404,
    "posting_to_general_channel_denied": 403,
    "rollup_error": 500,
    "team_disabled": 403,
}


def told(text: str, status: int = 400, retry_after: int = 0) -> Response:
    """An answer of a hook; with the seconds to wait, if any."""
    headers = {"Retry-After": str(retry_after)} if retry_after else None
    return Response(text, status, headers, content_type="text/html")


def found(teams: dict[str, Team], team: str, hook: str, secret: str) -> tuple[Team, Hook] | Response:
    """The hook of an address, or the refusal."""
    if team not in teams:
        return told("no_team", 404)
    known = teams[team].hooks.get(hook)
    if known is None:
        return told("no_service", 404)
    return (teams[team], known) if known.secret == secret else told("invalid_token", 403)


def read(request: Request) -> dict[str, object] | Response:
    """The message in a body, JSON or the form field `payload`, or the refusal."""
    raw = request.get_data(as_text=True)
    if request.mimetype == "application/x-www-form-urlencoded":
        raw = parse_qs(raw).get("payload", [""])[0]
    try:
        payload = json.loads(raw)
    except json.JSONDecodeError:
        return told("invalid_payload")
    if not isinstance(payload, dict):
        return told("invalid_payload")
    attachments = payload.get("attachments") or []
    if wrong := refused(payload):
        return told(wrong[0])
    if not isinstance(attachments, list) or len(attachments) > MOST_ATTACHMENTS:
        return told("too_many_attachments")
    if payload.get("text") or payload.get("blocks") or attachments:
        return payload
    return told("missing_text_or_fallback_or_attachments" if payload else "no_text")
