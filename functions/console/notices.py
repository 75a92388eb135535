"""What people were told of a workspace, as the API shows it."""

from __future__ import annotations

from typing import Any

from renkei.config import Language
from renkei.runtime import Platform


def notice_views(parts: Platform, workspace: str, language: Language) -> list[dict[str, Any]]:
    """Notices sent and held back, newest first, in words."""
    raise KeyError(workspace, language, parts)
