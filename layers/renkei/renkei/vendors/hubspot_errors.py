"""What HubSpot's error answers mean.

https://developers.hubspot.com/docs/api-reference/error-handling: every field is optional, texts may change;
so decide by status, category and code, and read a text only where nothing else carries the fact.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from renkei.errors import Conflict, Misconfigured, NotFound, Outcome, Rejected, Retry
from renkei.http import Answer, outcome, retry_after

_KEY = "hubspot"
_CODE, _NAME = re.compile(r"[A-Z][A-Z0-9_]{0,63}"), re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,99}")
_PAUSES = {"TEN_SECONDLY_ROLLING": 10, "SECONDLY": 1}
_ABSENT = "PROPERTY_DOESNT_EXIST"
_SETTINGS = {
    _ABSENT,
    "READ_ONLY_VALUE",
    "MISSING_REQUIRED_PROPERTY",
    "MISSING_CONDITIONAL_REQUIRED_PROPERTY",
}
_TAKEN = {"CONFLICT", "OBJECT_ALREADY_EXISTS"}
_STATUS = {"OBJECT_NOT_FOUND": 404} | dict.fromkeys(_TAKEN, 409)


def classify(answer: Answer) -> Outcome | None:
    """The outcome of an error answer; None where the shared table says it as well."""
    body = answer.body if isinstance(answer.body, dict) else {}
    match answer.status:
        case 429:
            return _too_many(str(body.get("policyName")), retry_after(answer.headers))
        case 403 if body.get("category") == "MISSING_SCOPES":
            return Misconfigured("hubspot_scopes", scopes=", ".join(_contexts(body, "requiredGranularScopes")))
        case 404:
            return NotFound("hubspot_not_found")
        case 409:
            found = re.search(r"Existing ID:\s*(\d+)", str(body.get("message")))
            return Conflict("hubspot_exists", record_id=found[1] if found else None)
        case 400:
            return _invalid(body)
    return None


def _too_many(policy: str, told: timedelta | None) -> Retry:
    if policy == "DAILY":
        return Retry("vendor_quota", after=told, daily=True, vendor=_KEY)
    return Retry("vendor_rate", after=told or timedelta(seconds=_PAUSES.get(policy, 10)), vendor=_KEY)


def partial(entry: Mapping[str, Any]) -> Outcome:
    """The outcome of one entry in the `errors` of a batch answer (207)."""
    status = _STATUS.get(str(entry.get("category")), 400)
    answer = Answer(status, dict(entry), {})
    return classify(answer) or outcome(_KEY, answer)


def missing(end: Outcome) -> str:
    """The property that is not there, says a refusal; "" if it says something else."""
    return str(end.params.get("property", "")) if end.params.get("problem") == _ABSENT else ""


def trace_ids(entry: Mapping[str, Any]) -> list[str]:
    """The `objectWriteTraceId`s that an entry of a batch answer's `errors` speaks of."""
    return list(_contexts(entry, "objectWriteTraceId"))


def _invalid(body: Mapping[str, Any]) -> Outcome:
    for code, name in _problems(body):
        if code in _SETTINGS:
            return Misconfigured("hubspot_property", property=name, problem=code)
        if code == "INVALID_EMAIL":
            return Rejected("guest_email_invalid")
        return Rejected("hubspot_value", property=name, problem=code)
    return Rejected("vendor_refused", vendor=_KEY, status="400")


def _problems(body: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(code, property) of each complaint; `-` for what looks like none, because these are stored and shown."""
    for code, names in _complaints(body):
        shown = (name if _NAME.fullmatch(name) else "-" for name in names)
        yield code if _CODE.fullmatch(code) else "-", ", ".join(shown)


def _complaints(body: Mapping[str, Any]) -> Iterator[tuple[str, list[str]]]:
    """From `errors`, else from the JSON list inside the message."""
    for error in body.get("errors") or ():
        if isinstance(error, dict) and error.get("code"):
            yield str(error["code"]), list(_contexts(error, "propertyName"))
    _, bracket, rest = str(body.get("message")).partition("[")
    try:
        listed = json.loads(bracket + rest)
    except ValueError:
        return
    for entry in listed:
        if isinstance(entry, dict):
            yield str(entry.get("error")), [str(entry["name"])] if entry.get("name") else []


def _contexts(body: Mapping[str, Any], name: str) -> Iterator[str]:
    for part in (body, *(body.get("errors") or ())):
        context = part.get("context") if isinstance(part, dict) else None
        yield from map(str, (context or {}).get(name) or ())
