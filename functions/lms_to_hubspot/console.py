"""What the admin's door needs of this integration: checking its settings, and rehearsing an event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lms_to_hubspot import INTEGRATION
from renkei.config import Language
from renkei.runtime import Platform
from renkei.settings import Problem
from renkei.texts import text

OBJECTS: tuple[str, ...] = ()


def check(
    parts: Platform,  # noqa: ARG001 - as every integration's
    workspace: str,  # noqa: ARG001
    given: Mapping[str, Any],  # noqa: ARG001
    language: Language,  # noqa: ARG001
) -> tuple[dict[str, dict[str, Any]], list[Problem]]:
    """({} to keep with the settings, what is wrong with them)."""
    return {}, []


def properties(parts: Platform, workspace: str, object_name: str, language: Language) -> list[dict[str, Any]]:  # noqa: ARG001
    """What rows may name: it has none."""
    return []


def preview(parts: Platform, workspace: str, payload: Mapping[str, Any], language: Language) -> dict[str, Any]:  # noqa: ARG001
    """{would, fields, warnings, outcome, reason} of a payload ({source, body}). Outcome as a delivery's."""
    reason = text("integration_off", language, {"integration": INTEGRATION.key})
    return {"would": [], "fields": [], "warnings": [], "outcome": "skipped", "reason": reason}
