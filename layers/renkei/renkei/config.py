"""What comes from outside the code: the environment and the clock.

Read when asked, never at import, so that a test or another stack sets them freely.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Literal

type Clock = Callable[[], datetime]
"""Gives the present moment as an aware UTC datetime."""

type Language = Literal["ja", "en", "de"]
LANGUAGES: tuple[Language, ...] = ("ja", "en", "de")


def utc_now() -> datetime:
    """The machine's clock; the only place that reads it."""
    return datetime.now(UTC)


def table(name: str) -> str:
    """The real name of one of our tables: connections, links, deliveries or workspaces."""
    return os.environ[f"RENKEI_{name.upper()}_TABLE"]


def queue_url(integration: str) -> str:
    """The URL of an integration's queue."""
    return os.environ[f"RENKEI_QUEUE_{integration.upper()}"]


def key_id() -> str:
    """The KMS key that seals secrets and payloads."""
    return os.environ["RENKEI_KEY_ID"]


def vendor_url(name: str, default: str) -> str:
    """A vendor's address: `RENKEI_<NAME>_URL`, or the vendor's own. Comes without a trailing slash."""
    return (os.environ.get(f"RENKEI_{name.upper()}_URL") or default).rstrip("/")


def idle_days() -> int:
    """After how many days without a successful use a connection expires, where the workspace says nothing else."""
    return int(os.environ.get("RENKEI_IDLE_CONNECTION_DAYS") or 180)


def notice_from() -> str:
    """The mail address that notices come from; "" if none was given, and then none go out."""
    return os.environ.get("RENKEI_NOTICE_FROM", "")


def hosts(vendor: str, default: str) -> str:
    """The hosts, comma-separated, that a vendor's address may be on: `RENKEI_<VENDOR>_HOSTS`, or the vendor's own."""
    return os.environ.get(f"RENKEI_{vendor.upper()}_HOSTS") or default


def app_secret(vendor: str) -> str:
    """The Secrets Manager name of our app's credentials at a vendor."""
    return os.environ[f"RENKEI_{vendor.upper()}_APP_SECRET"]


def given_url() -> str:
    """Our own address, `RENKEI_PUBLIC_URL`; "" if none was given."""
    return os.environ.get("RENKEI_PUBLIC_URL", "").rstrip("/")


def public_url(domain_name: str) -> str:
    """Our own address as browsers and vendors see it: the given one, or the API's domain name."""
    return given_url() or f"https://{domain_name}"
