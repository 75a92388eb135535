"""What every webhook receiver needs: raw bodies, tokens compared in constant time, plain JSON answers.

The receiver starts on this, so it imports no more than the standard library.
"""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from collections.abc import Iterable, Mapping
from http import HTTPStatus
from typing import Any

MAX_BODY = 256 * 1024
"""Bytes of a body that are taken."""


class Refused(Exception):
    """The request is answered with a status and a reason, and nothing is stored."""

    def __init__(self, status: HTTPStatus, reason: str) -> None:
        super().__init__(status, reason)
        self.status = status
        self.reason = reason


def raw_body(event: Mapping[str, Any]) -> bytes:
    """The body as the sender sent it, from an HTTP API event (payload 2.0). Refused if too large or garbled."""
    text = event.get("body") or ""
    try:
        body = base64.b64decode(text, validate=True) if event.get("isBase64Encoded") else text.encode()
    except (binascii.Error, ValueError):
        raise Refused(HTTPStatus.BAD_REQUEST, "the body is not readable") from None
    if len(body) > MAX_BODY:
        raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"the body is larger than {MAX_BODY} bytes")
    return body


def parsed(body: bytes) -> Any:
    """The JSON of a body. Refused if it is none."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise Refused(HTTPStatus.BAD_REQUEST, "the body is no JSON") from None


def one_of(digest: str, digests: Iterable[str]) -> bool:
    """Whether a digest is among those that are valid, compared with all of them in constant time."""
    matches = [hmac.compare_digest(digest.encode(), known.encode()) for known in digests]  # all, always
    return any(matches)


def answer(status: HTTPStatus, body: Mapping[str, Any]) -> dict[str, Any]:
    """An HTTP API answer with a JSON body."""
    headers = {"content-type": "application/json", "cache-control": "no-store"}
    return {"statusCode": int(status), "headers": headers, "body": json.dumps(body)}
