"""Shows what an event would become, without doing it."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from console.answers import Wrong
from integrations import INTEGRATIONS, console_of
from renkei.config import Language
from renkei.runtime import Platform
from renkei.sources import SOURCES
from renkei.texts import text


def preview(parts: Platform, workspace: str, body: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """{would, fields, warnings, outcome, reason} for {integration, source, payload}. Wrong if that is no event."""
    key, source = body.get("integration"), body.get("source")
    integration = INTEGRATIONS.get(str(key))
    if integration is None or source not in integration.sources or source not in SOURCES:
        able = {one.key: [name for name in one.sources if name in SOURCES] for one in INTEGRATIONS.values()}
        pairs = ", ".join(f"{key} from {'/'.join(names)}" for key, names in able.items() if names)
        raise Wrong(HTTPStatus.BAD_REQUEST, "unknown_source", f"allowed: {pairs}")
    try:
        _, known = SOURCES[source].receive(body.get("payload"))
    except ValueError as wrong:
        raise Wrong(HTTPStatus.BAD_REQUEST, "no_event", str(wrong)) from None
    if not known:
        reason = text("unknown_event", language)
        return {"would": [], "fields": [], "warnings": [], "outcome": "skipped", "reason": reason}
    payload = {"source": source, "body": body["payload"]}
    shown: dict[str, Any] = console_of(integration.key).preview(parts, workspace, payload, language)
    return shown
