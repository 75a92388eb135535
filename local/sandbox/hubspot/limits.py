"""Rate limits, counted by the sandbox's clock.

https://developers.hubspot.com/docs/developer-tooling/platform/usage-guidelines
"""

from collections import deque
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from werkzeug.wrappers import Response

from local.sandbox.hubspot.ask import Settings
from local.sandbox.hubspot.errors import rate_limited
from local.sandbox.hubspot.store import Portal
from local.sandbox.vendor import json_response

BURST_WINDOW, SEARCH_WINDOW = timedelta(seconds=10), timedelta(seconds=1)


class Limits:
    """How often each portal was called lately. Refused calls do not count."""

    def __init__(self) -> None:
        """Start with nothing counted."""
        self._seen: dict[tuple[int, bool], deque[datetime]] = {}
        self._today: dict[int, tuple[date, int]] = {}

    def check(
        self, portal: Portal, now: datetime, settings: Settings, *, search: bool
    ) -> tuple[Response | None, dict[str, str]]:
        """Count a call: the 429 if it is one too many, and the headers for the answer.

        Search has its own limit and no headers. Both count for the day, which begins at the portal's midnight.
        """
        today = now.astimezone(ZoneInfo(portal.time_zone)).date()
        day, used = self._today.get(portal.id, (today, 0))
        used = used if day == today else 0
        if settings.daily_limit is not None and used >= settings.daily_limit:
            return _refused("DAILY", "daily", settings, {})
        refused, headers = self._lately(portal.id, now, settings, search=search)
        if refused is None:
            self._today[portal.id] = today, used + 1
        return refused, headers

    def _lately(
        self, portal: int, now: datetime, settings: Settings, *, search: bool
    ) -> tuple[Response | None, dict[str, str]]:
        most = settings.search_limit if search else settings.burst_limit
        if most is None:
            return None, {}
        window = SEARCH_WINDOW if search else BURST_WINDOW
        seen = self._seen.setdefault((portal, search), deque())
        while seen and seen[0] <= now - window:
            seen.popleft()
        refused = len(seen) >= most
        if not refused:
            seen.append(now)
        headers = {} if search else _headers(most, len(seen))
        if not refused:
            return None, headers
        if search:
            return _refused("SECONDLY", "secondly", settings, headers)
        return _refused("TEN_SECONDLY_ROLLING", "ten_secondly_rolling", settings, headers)


def _refused(policy: str, kind: str, settings: Settings, headers: dict[str, str]) -> tuple[Response, dict[str, str]]:
    if settings.retry_after is not None:
        headers["Retry-After"] = str(settings.retry_after)
    return json_response(429, rate_limited(policy, kind), headers), headers


def _headers(most: int, used: int) -> dict[str, str]:
    return {
        "X-HubSpot-RateLimit-Max": str(most),
        "X-HubSpot-RateLimit-Remaining": str(most - used),
        "X-HubSpot-RateLimit-Interval-Milliseconds": "10000",
    }
