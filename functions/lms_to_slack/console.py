"""What the admin's door needs of this integration: checking its settings, and rehearsing an event."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lms_to_slack import INTEGRATION, Settings
from lms_to_slack.app import Run
from lms_to_slack.messages import Said
from lms_to_slack.plan import Notice
from renkei.config import Language
from renkei.errors import Misconfigured, Outcome, state_after
from renkei.integration import Job, Verdict
from renkei.runtime import Platform, prepare
from renkei.settings import Problem
from renkei.texts import text
from renkei.vendors.slack import Slack

OBJECTS: tuple[str, ...] = ()


def check(
    parts: Platform,
    workspace: str,
    given: Mapping[str, Any],
    language: Language,  # noqa: ARG001 - as every integration's
) -> tuple[dict[str, dict[str, Any]], list[Problem]]:
    """({} to keep with the settings, what is wrong with them): whether connection and channel fit."""
    settings = Settings.model_validate(given)
    connection = parts.connections.get(workspace, INTEGRATION.vendor)
    if connection is None or connection.state != "connected":
        remedy = "Slack is not connected, so the channel cannot be checked; run: renkei connect slack"
        return {}, [Problem((), remedy)]
    budget = parts.budget(connection, live=True)
    slack = Slack(parts.session, parts.connections.secrets(connection), budget)
    return {}, [Problem(("channel",), message) for message in _wrong(settings.channel, slack)]


def _wrong(channel: str, slack: Slack) -> Iterator[str]:
    """What is wrong with a channel. One that is named cannot be looked at, nor any without the scope channels:read."""
    if slack.hooks:
        if channel:
            yield "the webhook posts into its own channel only: leave this out, or connect with a bot token"
        return
    if not channel:
        yield "a bot token posts into any channel: give the channel's id, such as C0123456789, or its #name"
        return
    if channel.startswith("#"):
        return
    try:
        found = slack.channel(channel)
    except Misconfigured:
        yield f"Slack shows the app no channel {channel}; if it is a private one, invite the app into it first"
        return
    if found and found.archived:
        yield f"the channel {channel} is archived: restore it, or give another one"
    elif found and not found.open:
        yield f"the app is not in the channel {channel}: invite it, or give the app the scope chat:write.public"


def properties(parts: Platform, workspace: str, object_name: str, language: Language) -> list[dict[str, Any]]:  # noqa: ARG001
    """What rows may name: it has none."""
    return []


def preview(parts: Platform, workspace: str, payload: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """{would, fields, warnings, outcome, reason} of a payload ({source, body}). Outcome as a delivery's.

    The message itself is in the workspace's language.
    """
    run = Run(prepare(parts, workspace, INTEGRATION))
    drafted = run.drafted(Job("preview", payload))
    if not isinstance(drafted, Notice):
        return _nothing(drafted, language)
    posts, verdicts = run.planned([drafted])
    if not posts:
        return _nothing(verdicts["preview"], language)
    try:
        channel = run.channel()
    except Outcome as end:
        return _nothing(end, language)
    words = text("preview_slack_message" if channel else "preview_slack_own_channel", language, {"channel": channel})
    fields = [
        {"object": "message", "property": part, "value": value, "why": "", "policy": ""}
        for part, value in _parts(run.said(posts[0]))
    ]
    would = [{"action": "slack_message", "text": words}]
    return {"would": would, "fields": fields, "warnings": [], "outcome": "delivered", "reason": ""}


def _parts(said: Said) -> Iterator[tuple[str, str]]:
    """What of a message is read, piece by piece: (kind of its block, text)."""
    for block in said.blocks:
        texts = (block.get("text"), *block.get("fields", ()), *block.get("elements", ()))
        yield from ((block["type"], told["text"].replace("\n", " ")) for told in texts if told)


def _nothing(end: Verdict, language: Language) -> dict[str, Any]:
    """A preview of an event of which nothing would be said."""
    reason = text(end.code, language, end.params) if isinstance(end, Outcome) else ""
    outcome = state_after(end) if isinstance(end, Outcome) else "delivered"
    return {"would": [], "fields": [], "warnings": [], "outcome": outcome, "reason": reason}
