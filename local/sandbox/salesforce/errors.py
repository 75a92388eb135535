"""Salesforce's refusals: a list from the data API, an object from OAuth, a bare word from the identity service.

https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm
https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_flow_errors.htm
"""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from werkzeug.wrappers import Response

from local.sandbox.vendor import json_response

# What a second refresh gets while a first one is under way: for the body of a fault with status 400.
BEING_PROCESSED = json.dumps(
    {"error": "invalid_grant", "error_description": "token request is already being processed"}
)
# What the token endpoint says, now and then, when it cannot cope.
UNKNOWN_ERROR = json.dumps({"error": "unknown_error", "error_description": "retry your request"})


@dataclass(eq=False)
class Refused(Exception):
    """A request that the data API refuses. `fields` of None: the answer has no such key; `also`: further errors."""

    status: int
    code: str
    message: str
    fields: Sequence[str] | None = None
    more: Mapping[str, object] = field(default_factory=dict)
    also: Sequence["Refused"] = ()

    def body(self) -> list[dict[str, Any]]:
        """The errors as a request of its own shows them."""
        return [one._single() for one in (self, *self.also)]

    def results(self) -> list[dict[str, Any]]:
        """The errors as a collection shows them for one of its records: `statusCode`, and always `fields`."""
        return [
            {"statusCode": one.code, "message": one.message, "fields": list(one.fields or ())}
            for one in (self, *self.also)
        ]

    def response(self) -> Response:
        """The answer: a list, whatever was asked."""
        return json_response(self.status, self.body())

    def _single(self) -> dict[str, Any]:
        named = {} if self.fields is None else {"fields": list(self.fields)}
        return {**self.more, "message": self.message, "errorCode": self.code, **named}


@dataclass(eq=False)
class Told(Exception):
    """A refusal of an OAuth endpoint."""

    error: str
    description: str

    def response(self) -> Response:
        """The answer; always 400."""
        return json_response(400, {"error": self.error, "error_description": self.description})


def bad(code: str, message: str, *fields: str) -> Refused:
    """400 for values that cannot be stored."""
    return Refused(400, code, message, fields)


def together(flaws: Iterable[Refused]) -> None:
    """Raise all of them as one answer, if there are any."""
    found = list(flaws)
    if found:
        raise replace(found[0], also=found[1:])


def not_json(message: str) -> Refused:
    """400 for a body that cannot be read, or a value of another kind than its field."""
    return Refused(400, "JSON_PARSER_ERROR", message)


def no_column(name: str, owner: str) -> Refused:
    """400 for a field that is not there, or that the user does not see."""
    return Refused(400, "INVALID_FIELD", f"No such column '{name}' on sobject of type {owner}")


def session_over() -> Refused:
    """401 for an access token that is unknown, timed out or ended."""
    return Refused(401, "INVALID_SESSION_ID", "Session expired or invalid")


def not_for_rest() -> Refused:
    """401 for an access token without the scope `api`."""
    return Refused(401, "INVALID_SESSION_ID", "This session is not valid for use with the REST API")


def api_disabled() -> Refused:
    """403 where the edition has no API, or the user no permission "API Enabled"; it does not tell which."""
    return Refused(403, "API_DISABLED_FOR_ORG", "The REST API is not enabled for this Organization.")


def limit_exceeded() -> Refused:
    """403 when the org's calls of 24 hours are used up. Neither a 429 nor a Retry-After."""
    return Refused(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")


def not_found() -> Refused:
    """404 for what is not there, or not for this user."""
    return Refused(404, "NOT_FOUND", "The requested resource does not exist")


def no_external_id(column: str) -> Refused:
    """404 where a field is named that cannot address a record."""
    return Refused(404, "NOT_FOUND", f"Provided external ID field does not exist or is not accessible: {column}")


# What an org says now and then, by code: status and message.
NOW_AND_THEN: Mapping[str, tuple[int, str]] = {
    "UNABLE_TO_LOCK_ROW": (400, "unable to obtain exclusive access to this record or 1 records: 00QSb0000000001"),
    "QUERY_TIMEOUT": (400, "Your query request was running for too long."),
    "SERVER_UNAVAILABLE": (503, "The server is currently unavailable. Please try again later."),
    "CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY": (400, "LeadTrigger: execution of BeforeInsert caused by: null pointer"),
    "CANNOT_EXECUTE_FLOW_TRIGGER": (400, "We can't save this record because the “Lead intake” process failed."),
    "INSUFFICIENT_ACCESS_OR_READONLY": (403, "insufficient access rights on object id"),
    "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY": (400, "insufficient access rights on cross-reference id"),
    "STORAGE_LIMIT_EXCEEDED": (400, "storage limit exceeded"),
}


def now_and_then(code: str) -> Refused:
    """A refusal that has no cause in the sandbox."""
    status, message = NOW_AND_THEN[code]
    return Refused(status, code, message, ())


def fault_facts(code: str) -> dict[str, Any]:
    """Status and body of a fault: `Fault(path="*/sobjects/*", **fault_facts("UNABLE_TO_LOCK_ROW"))`."""
    refusal = now_and_then(code)
    return {"status": refusal.status, "body": json.dumps(refusal.body())}
