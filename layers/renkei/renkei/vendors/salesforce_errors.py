"""What Salesforce's error answers mean.

https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm
https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_calls_concepts_core_data_objects.htm

A body is a list of errors, each with a code, names of fields and a message. Messages quote what was sent, so nothing
of them goes on but ids.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from renkei.errors import Conflict, Misconfigured, NotFound, Outcome, Reconnect, Rejected, Retry
from renkei.http import Answer, outcome
from renkei.vendors.salesforce_shapes import ID

KEY = "salesforce"
LOCKED = "salesforce_locked"
"""Of a Retry: the write was refused, so it had no effect."""
DUPLICATE, EXISTS = "salesforce_duplicate", "salesforce_exists"
"""Of a Conflict: a duplicate rule found a record; our booking's id stands on one already."""
_QUOTA = "salesforce_quota"
_USED_UP_PAUSE = timedelta(minutes=30)
_SEVERAL, _UNAUTHORIZED, _FORBIDDEN, _NOT_FOUND, _CONFLICT, _GONE = 300, 401, 403, 404, 409, 410
_REFUSED = range(400, 500)
_API_OFF = {"API_DISABLED_FOR_ORG", "API_CURRENTLY_DISABLED"}  # the edition's, or the user's permission
_BUSY = {
    "UNABLE_TO_LOCK_ROW",
    "QUERY_TIMEOUT",
    "SERVER_UNAVAILABLE",
    "CONCURRENT_REQUESTS_LIMIT_EXCEEDED",
    "TXN_SECURITY_METERING_ERROR",
    "UNKNOWN_EXCEPTION",
    "INVALID_QUERY_LOCATOR",
    "ALL_OR_NONE_OPERATION_ROLLED_BACK",
}
_FIELDS = {
    "INVALID_FIELD",
    "INVALID_FIELD_FOR_INSERT_UPDATE",
    "STRING_TOO_LONG",
    "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST",
    "INVALID_CROSS_REFERENCE_KEY",
    "INACTIVE_OWNER_OR_USER",
    "MALFORMED_ID",
    "NUMBER_OUTSIDE_VALID_RANGE",
    "MALFORMED_QUERY",
}
_NO_ACCESS = "INSUFFICIENT_ACCESS"  # and what begins with it
_AUTOMATION = {"CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", "CANNOT_EXECUTE_FLOW_TRIGGER"}
_MISSING = {"NOT_FOUND", "ENTITY_IS_DELETED"}
_REJECTED = {
    "INVALID_EMAIL_ADDRESS": "salesforce_email",
    "FIELD_CUSTOM_VALIDATION_EXCEPTION": "salesforce_validation",
    "CANNOT_UPDATE_CONVERTED_LEAD": "salesforce_converted",
    "JSON_PARSER_ERROR": "salesforce_value",
    "DUPLICATE_VALUE": "salesforce_duplicate_value",
}
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.]{0,79}", re.ASCII)
_COLUMN = re.compile(r"No such column '([A-Za-z0-9_.]{1,80})'", re.ASCII)
_UNIQUE = re.compile(r"duplicate value found: (\w+) duplicates value on record with id: (\w{15,18})", re.ASCII)


def classify(answer: Answer) -> Outcome | None:
    """The outcome of an error answer; None where the shared table says it as well.

    An answer of 5xx is no refusal, whatever code it bears: what was asked for may have happened.
    """
    if answer.status == _SEVERAL and _addresses(answer.body):
        return Misconfigured("salesforce_ambiguous", vendor=KEY)
    if answer.status == _GONE:
        return Misconfigured("salesforce_version", vendor=KEY)
    if answer.status == _CONFLICT:
        return Retry(LOCKED, vendor=KEY)
    if answer.status not in _REFUSED:
        return None
    found = [end for error in _errors(answer.body) if (end := _read(error, answer.status))]
    # What holds for the whole connection goes before what holds for a record.
    found.sort(key=lambda end: not isinstance(end, Reconnect | Retry))
    if not found and answer.status == _UNAUTHORIZED:
        return Reconnect("grant_refused", vendor=KEY)
    if isinstance(outcome(KEY, answer), Retry):  # of a status that passes: no word on one record is the last
        found = [end for end in found if isinstance(end, Reconnect) or end.code == _QUOTA]
    return found[0] if found else None


def partial(entry: Mapping[str, Any]) -> Outcome:
    """The outcome of one result that is no success, of a collection or a composite part."""
    return classify(Answer(400, entry.get("errors"), {})) or Rejected("vendor_refused", vendor=KEY, status="400")


def _addresses(body: object) -> bool:
    """Whether a body is what an upsert says that would fit several records: their addresses."""
    return isinstance(body, list) and bool(body) and all(isinstance(one, str) for one in body)


def _errors(body: object) -> Iterator[Mapping[str, Any]]:
    for error in body if isinstance(body, list) else [body]:
        if isinstance(error, dict):
            yield error


def _read(error: Mapping[str, Any], status: int) -> Outcome | None:  # noqa: C901, PLR0911, PLR0912 - a table
    """The outcome of one error; `errorCode` in most answers, `statusCode` in a collection's."""
    code = str(error.get("errorCode") or error.get("statusCode") or "")
    message, names = str(error.get("message") or ""), _names(error)
    if code in _API_OFF:
        return Reconnect("api_disabled", vendor=KEY)
    if code == "INVALID_SESSION_ID" or status == _UNAUTHORIZED:
        return Reconnect("grant_refused", vendor=KEY)
    if code == "REQUEST_LIMIT_EXCEEDED":
        # The calls of an org are counted over the last 24 hours, so some come free all the time.
        return Retry(_QUOTA, after=_USED_UP_PAUSE, vendor=KEY)
    if code in _BUSY or (code in _AUTOMATION and "UNABLE_TO_LOCK_ROW" in message):
        return Retry(LOCKED, vendor=KEY)
    if code == "DUPLICATES_DETECTED":
        return Conflict(DUPLICATE, record_id=_match(error))
    if code == "DUPLICATE_VALUE" and (found := _UNIQUE.search(message)):
        return Conflict(EXISTS, record_id=found[2], property=found[1])
    if code == "REQUIRED_FIELD_MISSING":
        return Misconfigured("salesforce_required", property=names)
    if code in _FIELDS:
        return Misconfigured("salesforce_field", property=names, problem=code)
    if code.startswith(_NO_ACCESS) or code == "INVALID_TYPE":
        return Misconfigured("salesforce_permission", property=names, problem=code)
    if code == "DUPLICATE_EXTERNAL_ID":
        return Misconfigured("salesforce_ambiguous", vendor=KEY)
    if code == "STORAGE_LIMIT_EXCEEDED":
        return Misconfigured("salesforce_storage", vendor=KEY)
    if code in _AUTOMATION and "entity type cannot be" in message:
        return Misconfigured("salesforce_permission", property=names, problem=code)
    if code in _AUTOMATION:
        return Rejected("salesforce_automation", property=names, problem=code)
    if code in _MISSING:
        return NotFound("salesforce_not_found", vendor=KEY, problem=code)
    if code in _REJECTED:
        return Rejected(_REJECTED[code], property=names)
    return _unknown(code, names, status) if _NAME.fullmatch(code) else None


def _unknown(code: str, names: str, status: int) -> Outcome:
    """The outcome of a code that nobody told us of."""
    if status == _FORBIDDEN:
        return Misconfigured("salesforce_permission", property=names, problem=code)
    if status == _NOT_FOUND:
        return NotFound("salesforce_not_found", vendor=KEY, problem=code)
    return Rejected("salesforce_refused", property=names, problem=code)


def _names(error: Mapping[str, Any]) -> str:
    """The fields that an error speaks of; names only."""
    listed = error.get("fields")
    names = [str(name) for name in listed] if isinstance(listed, list) else []
    names += _COLUMN.findall(str(error.get("message") or ""))
    return ", ".join(dict.fromkeys(name for name in names if _NAME.fullmatch(name))) or "-"


# https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/headers_duplicaterules.htm
def _match(error: Mapping[str, Any]) -> str | None:
    """The id of the record that a duplicate rule found, a lead before another; None where the user may not see it."""
    told = error.get("duplicateResult") or error.get("duplicateResut")  # so misspelt in answers
    matches = [match for result in _parts(told, "matchResults") for match in _parts(result, "matchRecords")]
    records = [record for match in matches if isinstance(record := match.get("record"), dict)]
    ids = [str(record.get("Id") or record.get("id") or "") for record in records]
    return min(filter(ID.fullmatch, ids), key=lambda id_: not id_.startswith("00Q"), default=None)


def _parts(whole: object, name: str) -> Iterator[Mapping[str, Any]]:
    """The objects in a list within an answer, if they are there."""
    listed = whole.get(name) if isinstance(whole, dict) else None
    yield from (one for one in listed if isinstance(one, dict)) if isinstance(listed, list) else ()
