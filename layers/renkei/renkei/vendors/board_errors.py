"""What board's error answers mean.

board writes down the statuses only. A wrong key, an account whose plan has no API, and too many calls never reach it:
what is in front of it answers then, and that is an Amazon API Gateway by its key header, its texts and its day.
https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
"""

from __future__ import annotations

import re
from datetime import timedelta

from renkei.errors import Misconfigured, NotFound, Outcome, Reconnect, Rejected, Retry
from renkei.http import Answer, retry_after

KEY = "board"
_UNAUTHORIZED = 401
_UNKNOWN_KEY, _USED_UP = "Forbidden", "Limit Exceeded"
_FIELD = re.compile(r"[a-z][a-z0-9_]{0,39}")


def classify(answer: Answer) -> Outcome | None:
    """The outcome of an error answer; None where the shared table says it as well.

    Of a missing permission the answer does not tell which: the caller knows.
    """
    body = answer.body if isinstance(answer.body, dict) else {}
    match answer.status:
        case 401 | 403:
            return _not_let_in(answer.status, body.get("message"))
        case 404:
            return NotFound("board_not_found", vendor=KEY)
        case 400 | 422:
            return Rejected("board_value", vendor=KEY, field=_fields(body.get("errors")))
        case 409:  # board knows no conflicts, so it is none of a record
            return Retry("vendor_busy", after=retry_after(answer.headers), vendor=KEY, status="409")
        case 429:
            return _too_many(body.get("message"), retry_after(answer.headers))
    return None


def _not_let_in(status: int, message: object) -> Outcome:
    if status == _UNAUTHORIZED:
        return Reconnect("board_token_refused", vendor=KEY)
    if message == _UNKNOWN_KEY:
        return Reconnect("board_key_refused", vendor=KEY)
    return Misconfigured("board_permission", vendor=KEY)


def _too_many(message: object, told: timedelta | None) -> Retry:
    if message == _USED_UP:
        return Retry("vendor_quota", daily=True, vendor=KEY)
    return Retry("vendor_rate", after=told, vendor=KEY)


def _fields(errors: object) -> str:
    """The names of the fields that are complained of: nothing of what was sent or said."""
    names = errors if isinstance(errors, dict) else ()
    return ", ".join(name for name in names if _FIELD.fullmatch(name)) or "-"
