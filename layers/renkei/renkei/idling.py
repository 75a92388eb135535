"""When a connection that nobody uses comes to its end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from renkei import config

_NOTICE = timedelta(days=7)


def ends_at(row: Mapping[str, Any], kept: Mapping[str, Any] | None) -> datetime | None:
    """The end of a connection (its row) by what its workspace's settings (as kept) say; None if it has none.

    No change of the settings ends one sooner than in a week, so that the warning comes first.
    """
    if "sealed" not in row:
        return None
    life = ((kept["document"].get("connections") or {}).get(row["vendor"]) or {}) if kept else {}
    if life.get("keep_alive"):
        return None
    ends = datetime.fromisoformat(row["last_used_at"]) + timedelta(days=life.get("idle_days") or config.idle_days())
    return max(ends, datetime.fromisoformat(kept["saved_at"]) + _NOTICE) if kept else ends
