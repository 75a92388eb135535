"""Cal.com: webhooks. https://cal.com/docs/developing/guides/automation/webhooks (being written)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from renkei.bookings import Booking

KEY = "calcom"


def receive(body: object) -> tuple[str, bool]:
    """A delivery's key and whether we know the type."""
    raise NotImplementedError


def signed(headers: Mapping[str, str], body: bytes, keys: Sequence[bytes], now: datetime) -> bool:
    """Whether a body is signed with one of the keys."""
    raise NotImplementedError


def booking(body: Mapping[str, Any]) -> Booking:
    """The canonical booking."""
    raise NotImplementedError
