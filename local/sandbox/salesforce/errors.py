"""Salesforce's refusals: a list from the data API, an object from OAuth, a bare word from the identity service.

https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm
https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_flow_errors.htm
"""

import json
from dataclasses import dataclass

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
    """A request that the data API refuses."""

    status: int
    code: str
    message: str

    def response(self) -> Response:
        """The answer: a list, whatever was asked."""
        return json_response(self.status, [{"message": self.message, "errorCode": self.code}])


@dataclass(eq=False)
class Told(Exception):
    """A refusal of an OAuth endpoint."""

    error: str
    description: str

    def response(self) -> Response:
        """The answer; always 400."""
        return json_response(400, {"error": self.error, "error_description": self.description})


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
