"""How the sandbox falcana refuses: problems (RFC 9457), and what the token endpoint says (RFC 6749, 5.2)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from werkzeug.wrappers import Response

from local.sandbox.vendor import json_response

TITLES = {
    400: "Bad Request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not Found",
    405: "Method Not Allowed",
    409: "Conflict",
    410: "Gone",
    412: "Precondition Failed",
    422: "Unprocessable Content",
    428: "Precondition Required",
    429: "Too Many Requests",
    500: "Internal Server Error",
    503: "Service Unavailable",
}
CODES = {401: "invalid_token", 403: "api_disabled", 404: "not_found", 429: "rate_limited", 503: "unavailable"}
MESSAGES = {
    "required": "must not be blank",
    "invalid_option": "is not one of the options",
    "too_long": "is too long",
    "read_only": "cannot be written by the API",
    "unknown_reference": "names nothing that is there",
    "invalid": "is not a value of this field",
}


@dataclass(eq=False)
class Problem(Exception):
    """A refusal with a code; `more` are members that only some have."""

    status: int
    code: str
    headers: Mapping[str, str] = field(default_factory=dict)
    more: Mapping[str, object] = field(default_factory=dict)

    def response(self) -> Response:
        """The answer."""
        body = {
            "type": "about:blank",
            "title": TITLES.get(self.status, "Error"),
            "status": self.status,
            "code": self.code,
            **self.more,
        }
        response = json_response(self.status, body, self.headers)
        response.mimetype = "application/problem+json"
        return response


@dataclass(eq=False)
class Told(Exception):
    """A refusal of the token endpoint."""

    status: int
    error: str
    description: str

    def response(self) -> Response:
        """The answer."""
        headers = {"WWW-Authenticate": 'Basic realm="falcana"'} if self.status == 401 else {}  # noqa: PLR2004
        return json_response(self.status, {"error": self.error, "error_description": self.description}, headers)


def bad_request() -> Problem:
    """What was sent cannot be understood."""
    return Problem(400, "bad_request")


def invalid(errors: Sequence[tuple[str, str]]) -> Problem:
    """Fields and the code of what is wrong with each, all of them together."""
    told = [{"field": name, "code": code, "message": MESSAGES[code]} for name, code in errors]
    return Problem(422, "invalid", more={"errors": told})


def duplicate(existing: int, name: str) -> Problem:
    """Another living record has this value, which only one may have."""
    return Problem(409, "duplicate", more={"existing_id": existing, "field": name})


def forbidden(record: int | None) -> Problem:
    """The client may not write into this record's sales group; None for an address that is to be made."""
    return Problem(403, "forbidden", more={"id": record})


def gone(into: int | None) -> Problem:
    """The record was deleted, or merged into another."""
    return Problem(410, "gone", more={"merged_into": into})


def not_found() -> Problem:
    """There never was such a record."""
    return Problem(404, "not_found")
