"""HubSpot's refusals, in the shape its API gives them.

https://developers.hubspot.com/docs/api-reference/error-handling
"""

import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Problem:
    """One property value that is refused."""

    name: str
    code: str
    message: str


@dataclass(eq=False)
class Refused(Exception):
    """A request that HubSpot refuses; becomes its error body."""

    status: int
    category: str
    message: str
    sub_category: str | None = None
    context: Mapping[str, Sequence[str]] = field(default_factory=dict)
    errors: Sequence[Mapping[str, object]] = ()

    def body(self) -> dict[str, object]:
        """The body of the answer."""
        body: dict[str, object] = {
            "status": "error",
            "message": self.message,
            "correlationId": correlation_id(),
            "category": self.category,
        }
        if self.sub_category:
            body["subCategory"] = self.sub_category
        if self.context:
            body["context"] = {key: list(values) for key, values in self.context.items()}
        if self.errors:
            body["errors"] = list(self.errors)
        return body

    def batch_error(self, context: Mapping[str, Sequence[str]]) -> dict[str, object]:
        """The same as an entry of a partly successful batch: the text only, no details inside."""
        return {
            "status": "error",
            "category": self.category,
            "message": self.message,
            "context": {key: list(values) for key, values in (context or self.context).items()},
            "errors": [],
            "links": {},
        }


def correlation_id() -> str:
    """A new id as HubSpot puts it into every error."""
    return str(uuid.uuid4())


def invalid(message: str, **context: Sequence[str]) -> Refused:
    """400 VALIDATION_ERROR."""
    return Refused(400, "VALIDATION_ERROR", message, context=context)


def bad_json(what: str) -> Refused:
    """400 for a body of another shape than asked for."""
    return invalid(f"Invalid input JSON on line 1, column 1: {what}")


def not_found(object_id: str) -> Refused:
    """404 for a record."""
    return Refused(
        404,
        "OBJECT_NOT_FOUND",
        "Object not found.  objectId are usually numeric.",
        context={"id": [object_id]},
    )


def missing_scopes(needed: Sequence[str]) -> Refused:
    """403 with the scopes of which one is needed."""
    message = (
        "This app hasn't been granted all required scopes to make this call. "
        "Read more about required scopes here: https://developers.hubspot.com/scopes."
    )
    detail = {
        "message": "One or more of the following scopes are required.",
        "context": {"requiredGranularScopes": list(needed)},
    }
    return Refused(403, "MISSING_SCOPES", message, errors=[detail])


def unauthorized() -> Refused:
    """401 for an access token that is unknown, expired or ended."""
    message = (
        "Authentication credentials not found. This API supports OAuth 2.0 authentication and "
        "you can find more details at https://developers.hubspot.com/docs/methods/auth/oauth-overview"
    )
    return Refused(401, "INVALID_AUTHENTICATION", message)


def contact_exists(object_id: str) -> Refused:
    """409 for an e-mail address that a contact already has."""
    return Refused(409, "CONFLICT", f"Contact already exists. Existing ID: {object_id}")


def bad_values(problems: Sequence[Problem], portal: int) -> Refused:
    """400 for property values, with the details as JSON inside the message as HubSpot does it."""
    details = [
        {
            "isValid": False,
            "message": problem.message,
            "error": problem.code,
            "name": problem.name,
            "localizedErrorMessage": problem.message,
            "portalId": portal,
        }
        for problem in problems
    ]
    text = json.dumps(details, ensure_ascii=False, separators=(",", ":"))
    errors = [{"message": p.message, "code": p.code, "context": {"propertyName": [p.name]}} for p in problems]
    return Refused(400, "VALIDATION_ERROR", f"Property values were not valid: {text}", errors=errors)


def rate_limited(policy: str, kind: str) -> dict[str, object]:
    """The body of a 429, which has other fields than all the rest."""
    return {
        "status": "error",
        "message": f"You have reached your {kind} limit.",
        "errorType": "RATE_LIMIT",
        "correlationId": correlation_id(),
        "policyName": policy,
        "requestId": correlation_id(),
    }
