"""Every scheduler's event as the canonical booking: what the booking integrations read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from renkei.bookings import Booking
from renkei.errors import Rejected
from renkei.vendors import calcom, calendly, timerex

_BOOKINGS = {timerex.KEY: timerex.booking, calendly.KEY: calendly.booking, calcom.KEY: calcom.booking}


def booking_of(payload: Mapping[str, Any]) -> Booking:
    """The canonical booking in a delivery's payload: {`source`, `body`}. Rejected where it cannot be read."""
    try:
        return _BOOKINGS[payload["source"]](payload["body"])
    except (AttributeError, KeyError, TypeError, ValueError):
        raise Rejected("payload_unreadable") from None
