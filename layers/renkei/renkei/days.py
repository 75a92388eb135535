"""Moments as numbers, and where a day begins."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta, tzinfo

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def milliseconds(moment: datetime) -> int:
    """A moment as milliseconds since 1970."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def midnight(now: datetime, zone: tzinfo, days: int = 0) -> datetime:
    """When today began in a zone, or begins so many days later."""
    day = now.astimezone(zone).date() + timedelta(days=days)
    return datetime.combine(day, time(), zone).astimezone(UTC)


def until_midnight(now: datetime, zone: tzinfo) -> timedelta:
    """The time until the next day begins in a zone."""
    return midnight(now, zone, 1) - now


def zone_of(name: str) -> tzinfo:
    """A time zone by its IANA name; UTC if it is not known here."""
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - few workers need it

    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return UTC
