"""The Web API's methods that need a living token: every answer is 200 with `ok`, but for too many calls.

auth.test             https://docs.slack.dev/reference/methods/auth.test
auth.revoke           https://docs.slack.dev/reference/methods/auth.revoke
chat.postMessage      https://docs.slack.dev/reference/methods/chat.postMessage
conversations.info    https://docs.slack.dev/reference/methods/conversations.info
"""

import json
from collections.abc import Mapping
from datetime import datetime

from werkzeug.wrappers import Request

from local.sandbox.slack.blocks import meaning, refused
from local.sandbox.slack.switches import Settings
from local.sandbox.slack.teams import Channel, Message, Team

METHODS = ("auth.test", "auth.revoke", "chat.postMessage", "conversations.info")
TRUE = {"1", "true"}
type Told = dict[str, object]


def no(error: str, **more: object) -> Told:
    """A refusal."""
    return {"ok": False, "error": error} | more


def asked(request: Request) -> dict[str, object] | None:
    """What a call says: JSON, or a form or query in which `blocks` is JSON. None if the body is no JSON object."""
    if request.mimetype == "application/json":
        try:
            told = json.loads(request.get_data(as_text=True) or "{}")
        except json.JSONDecodeError:
            return None
        return told if isinstance(told, dict) else None
    told = dict(request.values.items())
    try:
        return told | ({"blocks": json.loads(told["blocks"])} if "blocks" in told else {})
    except json.JSONDecodeError:
        return told


def test(team: Team) -> Told:
    """Who a token is."""
    return {
        "ok": True,
        "url": f"https://{team.domain}.slack.com/",
        "team": team.name,
        "user": "renkei",
        "team_id": team.id,
        "user_id": f"U{team.id[1:]}",
        "bot_id": f"B{team.id[1:]}BOT",
        "is_enterprise_install": False,
    }


def revoke(switches: Settings, token: str, given: Mapping[str, object]) -> Told:
    """The end of a token."""
    if str(given.get("test", "")).lower() in TRUE:
        return {"ok": True, "revoked": False}
    switches.revoked.append(token)
    return {"ok": True, "revoked": True}


def info(switches: Settings, team: Team, given: Mapping[str, object]) -> Told:
    """What a channel is. It takes an id and no name."""
    if not {"channels:read", "groups:read"} & set(switches.scopes):
        return _lacks(switches, "channels:read")
    channel = team.channels.get(str(given.get("channel")))
    if channel is None or _hidden(switches, channel):
        return no("channel_not_found")
    scope = "groups:read" if channel.private else "channels:read"
    if scope not in switches.scopes:
        return _lacks(switches, scope)
    told = {
        "id": channel.id,
        "name": channel.name,
        "is_channel": not channel.private,
        "is_group": channel.private,
        "is_private": channel.private,
        "is_archived": channel.id in switches.archived,
        "is_member": channel.id in switches.joined,
    }
    return {"ok": True, "channel": told}


def addressed(switches: Settings, team: Team, given: Mapping[str, object]) -> Channel | Told:
    """The channel that a message is for, or why the app may not post there."""
    if "chat:write" not in switches.scopes:
        return _lacks(switches, "chat:write")
    channel = team.channel(given.get("channel"))
    if channel is None or _hidden(switches, channel):
        return no("channel_not_found")
    if channel.id in switches.archived:
        return no("is_archived")
    if channel.id not in switches.joined and "chat:write.public" not in switches.scopes:
        return no("not_in_channel")
    return no("restricted_action") if channel.id in switches.restricted else channel


def post(team: Team, channel: Channel, given: Mapping[str, object], now: datetime) -> Told:
    """A message into a channel."""
    if not given.get("text") and not given.get("blocks") and not given.get("attachments"):
        return no("no_text")
    if wrong := refused(given):
        error, complaints = wrong
        return no(error, errors=complaints, response_metadata={"messages": complaints})
    payload = {name: value for name, value in given.items() if name not in {"channel", "token"}}
    meant = meaning(payload)
    team.messages.append(Message(channel.id, f"B{team.id[1:]}BOT", payload, now, meant.mentions, meant.links))
    stamp = f"{int(now.timestamp())}.{len(team.messages):06d}"
    shown = {"type": "message", "ts": stamp, "text": payload.get("text", ""), "blocks": payload.get("blocks", [])}
    return {"ok": True, "channel": channel.id, "ts": stamp, "message": shown | {"bot_id": f"B{team.id[1:]}BOT"}}


def _hidden(switches: Settings, channel: Channel) -> bool:
    return channel.private and channel.id not in switches.joined


def _lacks(switches: Settings, scope: str) -> Told:
    return no("missing_scope", needed=scope, provided=",".join(switches.scopes))
