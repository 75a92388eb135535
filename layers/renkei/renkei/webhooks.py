"""What every webhook receiver needs: raw bodies, secrets compared in constant time, plain JSON answers.

The receiver starts on this, so it imports no more than the standard library.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any

MAX_BODY = 256 * 1024
"""Bytes of a body that are taken."""
_DEEPEST = 100  # far beyond any event's nesting, and far from what Python can write and read again
_SHA256 = re.compile(r"[0-9a-f]{64}")


class Refused(Exception):
    """The request is answered with a status and a reason, and nothing is stored."""

    def __init__(self, status: HTTPStatus, reason: str) -> None:
        super().__init__(status, reason)
        self.status = status
        self.reason = reason


def raw_body(event: Mapping[str, Any]) -> bytes:
    """The body as the sender sent it, from an HTTP API event (payload 2.0), of any size. Refused if garbled."""
    text = event.get("body") or ""
    try:
        return base64.b64decode(text, validate=True) if event.get("isBase64Encoded") else text.encode()
    except (binascii.Error, ValueError):
        raise Refused(HTTPStatus.BAD_REQUEST, "the body is not readable") from None


def oversized(body: bytes) -> str:
    """What is wrong with a body that is larger than what is taken; empty if it is not."""
    return f"the body is larger than {MAX_BODY} bytes" if len(body) > MAX_BODY else ""


def parsed(body: bytes) -> Any:
    """The JSON of a body; None if it is none, or nested deeper than any event is."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError):
        return None
    level = [content]
    for _ in range(_DEEPEST):
        if not level:
            return content
        level = [inner for one in level for inner in _inside(one)]
    return None


def _inside(value: object) -> Iterable[object]:
    return value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()


def one_of(digest: str, digests: Iterable[str]) -> bool:
    """Whether a digest is among those that are valid, compared with all of them in constant time."""
    matches = [hmac.compare_digest(digest.encode(), known.encode()) for known in digests]  # all, always
    return any(matches)


def hmac_fits(keys: Sequence[bytes], message: bytes, shown: Sequence[str]) -> bool:
    """Whether one of the shown signatures (small hex) is the HMAC-SHA256 of a message under one of the keys.

    All are compared, in constant time. Nothing fits an empty key.
    """
    ours = [hmac.new(key, message, hashlib.sha256).hexdigest() for key in keys if key]
    theirs = [one for one in shown if _SHA256.fullmatch(one)]
    matches = [hmac.compare_digest(made, one) for made in ours for one in theirs]  # all, always
    return any(matches)


def text(value: object) -> str:
    """A value as text that can be sent on: nothing is empty, half surrogate pairs become question marks."""
    return "" if value is None else str(value).encode(errors="replace").decode()


def moment(value: object) -> datetime | None:
    """An ISO 8601 time with an offset; None if it is none, or so far off that no zone could show it."""
    try:
        found = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found if found and found.tzinfo and 1 < found.year < 9999 else None  # noqa: PLR2004 - datetime's own ends


def shown_in(zone: str, value: object) -> datetime:
    """An event's time as the people in a time zone see it: the day may be another than UTC's. ValueError if it is none.

    Where there is no such zone, the time stays as it was sent.
    """
    from zoneinfo import ZoneInfo  # noqa: PLC0415 - only workers need it

    found = moment(value)
    if found is None:
        raise ValueError("no ISO 8601 time with an offset")
    try:
        return found.astimezone(ZoneInfo(zone))
    except (KeyError, ValueError, OSError):
        return found


def answer(status: HTTPStatus, body: Mapping[str, Any]) -> dict[str, Any]:
    """An HTTP API answer with a JSON body."""
    headers = {"content-type": "application/json", "cache-control": "no-store"}
    return {"statusCode": int(status), "headers": headers, "body": json.dumps(body)}
