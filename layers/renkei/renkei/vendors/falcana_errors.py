"""What falcana's error answers mean: problems with a `code` (RFC 9457), as docs/falcana-api.yaml has them.

**The contract is ours, not falcana's.** An answer without one of its codes is none of falcana's: what stands in front
of it spoke. A record is taken for missing, gone or refused only where the code says so, because deletions follow.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from renkei.errors import Conflict, NotFound, Outcome, Reconnect, Rejected, Retry
from renkei.http import Answer, outcome, retry_after

KEY = "falcana"
SCOPES = ("addresses:read", "addresses:write", "contact-persons:read", "contact-persons:write")
CURSOR_REFUSED = "falcana_cursor_refused"
_BAD_REQUEST, _UNAUTHORIZED, _NOT_FOUND, _TOO_MANY = 400, 401, 404, 429
_OF_RECORDS = {404, 409, 410, 412}
_WHY = {"required", "invalid_option", "too_long", "read_only", "unknown_reference", "invalid"}
_FIELD = re.compile(r"((custom|external_ids)\.)?[A-Za-z][A-Za-z0-9_-]{0,63}")
_ID = re.compile(r"[0-9]{1,18}")
_MOST = 20  # fields that are told


class CursorExpired(Exception):
    """falcana cannot go on from this cursor: it is too old, or of no feed or list of its own. Read everything."""


class Stale(Conflict):
    """The record was changed since the version that was read (412): read it again, merge, and write once more."""


class Gone(NotFound):
    """The record was deleted (410). `into`: the id of the record that it was merged into, `""` for none."""

    def __init__(self, code: str, into: str = "", **params: str) -> None:
        super().__init__(code, **params)
        self.into = into


def refusal(answer: Answer) -> Outcome:
    """What an error answer says about the connection."""
    body = _body(answer)
    if body.get("code") == "api_disabled":
        return Reconnect("falcana_api_off", vendor=KEY)
    if answer.status == _UNAUTHORIZED or (answer.status == _BAD_REQUEST and body.get("error")):
        return Reconnect("key_refused", vendor=KEY)
    if answer.status == _TOO_MANY:
        return Retry("vendor_rate", after=retry_after(answer.headers), vendor=KEY)
    if answer.status == _NOT_FOUND and "code" not in body:
        return Reconnect("falcana_not_there", vendor=KEY)
    return outcome(KEY, answer)


def classify(answer: Answer) -> Outcome | None:
    """The outcome of an error answer about records; None where the shared table says it as well."""
    body = _body(answer)
    meaning = _MEANINGS.get((answer.status, str(body.get("code"))))
    if meaning:
        return meaning(body)
    if answer.status in {_UNAUTHORIZED, _TOO_MANY}:
        return refusal(answer)
    if answer.status in _OF_RECORDS:
        return Retry("vendor_busy", after=retry_after(answer.headers), vendor=KEY, status=str(answer.status))
    return None


def _scope(body: Mapping[str, Any]) -> Outcome:
    scope = body.get("scope")
    return Reconnect("falcana_scope", vendor=KEY, scope=scope if scope in SCOPES else "-")


def _cursor(_: Mapping[str, Any]) -> Outcome:
    return Rejected(CURSOR_REFUSED, vendor=KEY)


def _gone(body: Mapping[str, Any]) -> Outcome:
    return Gone("falcana_gone", into=_id(body, "merged_into") or "", vendor=KEY)


def _exists(body: Mapping[str, Any]) -> Outcome:
    field = _named(body.get("field"))
    return Conflict("falcana_exists", record_id=_id(body, "existing_id"), vendor=KEY, field=field)


def _invalid(body: Mapping[str, Any]) -> Outcome:
    """Which fields are complained of, and why: nothing of what was sent or said."""
    told = list(_complaints(body.get("errors")))[:_MOST] or [("-", "invalid")]
    field, why = (", ".join(part) for part in zip(*told, strict=True))
    return Rejected("falcana_value", vendor=KEY, field=field, why=why)


def _complaints(errors: object) -> Iterator[tuple[str, str]]:
    for error in errors if isinstance(errors, list) else ():
        if isinstance(error, dict):
            why = error.get("code")
            yield _named(error.get("field")), why if isinstance(why, str) and why in _WHY else "invalid"


def _named(field: object) -> str:
    return field if isinstance(field, str) and _FIELD.fullmatch(field) else "-"


def _id(body: Mapping[str, Any], name: str) -> str | None:
    found = body.get(name)
    return str(found) if type(found) is int and _ID.fullmatch(str(found)) else None


def _body(answer: Answer) -> Mapping[str, Any]:
    return answer.body if isinstance(answer.body, dict) else {}


_MEANINGS: dict[tuple[int, str], Callable[[Mapping[str, Any]], Outcome]] = {
    (400, "invalid_cursor"): _cursor,
    (403, "api_disabled"): lambda _: Reconnect("falcana_api_off", vendor=KEY),
    (403, "forbidden"): lambda _: Rejected("falcana_forbidden", vendor=KEY),
    (403, "missing_scope"): _scope,
    (404, "not_found"): lambda _: NotFound("falcana_not_found", vendor=KEY),
    (409, "duplicate"): _exists,
    (410, "cursor_expired"): _cursor,
    (410, "gone"): _gone,
    (412, "version_conflict"): lambda _: Stale("falcana_stale", vendor=KEY),
    (422, "idempotency_mismatch"): _exists,
    (422, "invalid"): _invalid,
}
