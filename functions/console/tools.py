"""The tools that an integration brings to the admin's door beside its settings."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from console.answers import Wrong
from integrations import INTEGRATIONS, console_of
from renkei.config import Language
from renkei.runtime import Platform


def use(
    parts: Platform,
    workspace: str,
    key: str,
    tool: str,
    given: Mapping[str, Any],
    *,
    language: Language,
    acting: bool,
) -> dict[str, Any]:
    """What a tool answers. Wrong if there is no such tool; one that changes something is for who is `acting`."""
    bringing = {one: console for one in INTEGRATIONS if hasattr(console := console_of(one), "TOOLS")}
    if key not in bringing or tool not in bringing[key].TOOLS:
        pairs = "; ".join(f"{one}: {', '.join(console.TOOLS)}" for one, console in bringing.items())
        raise Wrong(HTTPStatus.NOT_FOUND, "unknown_tool", f"there is no such tool; allowed: {pairs}")
    if acting != (tool in bringing[key].ACTS):
        method = "GET" if acting else "POST"
        raise Wrong(HTTPStatus.METHOD_NOT_ALLOWED, "other_method", f"{tool} is called by {method}")
    answer: dict[str, Any] = bringing[key].TOOLS[tool](parts, workspace, given, language)
    return answer
