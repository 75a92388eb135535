"""What the admin's door needs of this integration. Its checks and tools come next."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from renkei.config import Language
from renkei.runtime import Platform
from renkei.settings import Problem

OBJECTS = ()
DRY_RUNS = ("import", "export")


def check(
    parts: Platform,  # noqa: ARG001
    workspace: str,  # noqa: ARG001
    given: Mapping[str, Any],  # noqa: ARG001
    language: Language,  # noqa: ARG001
) -> tuple[dict[str, Any], list[Problem]]:
    """(what a run needs to know of the fields, problems): nothing is looked at yet."""
    return {}, []
