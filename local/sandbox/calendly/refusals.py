"""What Calendly answers when it refuses: a title, a message, and for a wrong argument where it stands.

https://developer.calendly.com/api-docs/calendly-api/webhooks/create-webhook-subscription (errors)
"""

from collections.abc import Mapping
from dataclasses import dataclass

from werkzeug.wrappers import Response

from local.sandbox.calendly.accounts import Scope
from local.sandbox.vendor import json_response

NO_PERMISSION = "You do not have permission"
UPGRADE = "Please upgrade to a paid Calendly account."
"""Since November 2026 (https://developer.calendly.com/release-notes/2026/11/3), where it named the Standard plan."""
TITLES = {
    401: ("Unauthenticated", "The access token is invalid"),
    404: ("Resource Not Found", "The server could not find the requested resource."),
    405: ("Method Not Allowed", "This method is not allowed."),
    409: ("Already Exists", "Hook with this url already exists"),
    429: ("Too Many Requests", "Rate limit exceeded"),
}
UNEXPECTED = (
    "Internal Server Error",
    "The server encountered an unexpected condition that prevented it from fulfilling the request.",
)


@dataclass(eq=False)
class Refusal(Exception):
    """A request is refused."""

    status: int
    body: Mapping[str, object]

    def response(self) -> Response:
        """The answer."""
        return json_response(self.status, self.body)


def refused(status: int) -> Refusal:
    """The usual refusal with a status."""
    title, message = TITLES.get(status, UNEXPECTED)
    return Refusal(status, {"title": title, "message": message})


def wrong(parameter: str, message: str) -> Refusal:
    """A wrong argument."""
    details = [{"parameter": parameter, "message": message}]
    return Refusal(
        400, {"title": "Invalid Argument", "message": "The supplied parameters are invalid.", "details": details}
    )


def denied(message: str = NO_PERMISSION) -> Refusal:
    """Something that this user, or this plan, may not do."""
    return Refusal(403, {"title": "Permission Denied", "message": message})


def lacking(*scopes: Scope) -> Refusal:
    """A token that was made for less."""
    message = "You do not have the required scope to access this resource."
    return Refusal(403, {"title": "Insufficient scope", "message": message, "required_scopes": list(scopes)})
