"""Refusals as Mailchimp words them: problem details, with a title that does not change.

https://mailchimp.com/developer/marketing/docs/errors/
"""

import json
import uuid
from collections.abc import Iterable, Mapping

from werkzeug.wrappers import Response

TYPE = "https://mailchimp.com/developer/marketing/docs/errors/"
TITLES = {
    "API Key Missing": (401, "Your request did not include an API key."),
    "API Key Invalid": (401, "Your API key may be invalid, or you've attempted to access the wrong datacenter."),
    "User Disabled": (403, "This account has been deactivated."),
    "Forbidden": (403, "You are not permitted to access this resource."),
    "Resource Not Found": (404, "The requested resource could not be found."),
    "Method Not Allowed": (
        405,
        (
            "The requested method and resource are not compatible. See the Allow header for this resource's available "
            "methods."
        ),
    ),
    "JSON Parse Error": (400, "We encountered an unspecified JSON parsing error."),
    "Invalid Resource": (
        400,
        "The resource submitted could not be validated. For field-specific details, see the 'errors' array.",
    ),
    "Member Exists": (400, "{email} is already a list member. Use PUT to insert or update list members."),
    "Member In Compliance State": (
        400,
        "{email} is in a compliance state due to unsubscribe, bounce, or compliance review and cannot be subscribed.",
    ),
    "Forgotten Email Not Subscribed": (
        400,
        (
            "{email} was permanently deleted and cannot be re-imported. The contact must re-subscribe to get back on "
            "the list."
        ),
    ),
    "Requested Fields Invalid": (422, "The fields requested from this resource are invalid."),
    "Too Many Requests": (429, "You have exceeded the limit of 10 simultaneous connections."),
    "Internal Server Error": (
        500,
        "An unexpected internal error has occurred. Please contact Support for more information.",
    ),
}

Errors = list[tuple[str, str]]


class Refused(Exception):
    """A refusal of what was sent: its title, what it says of it, and (field, message) for each field at fault."""

    def __init__(self, title: str, detail: str = "", errors: Iterable[tuple[str, str]] = (), email: str = "") -> None:
        """`detail` instead of the usual one, which may name the `email`."""
        super().__init__(title)
        self.title = title
        self.detail = detail or TITLES[title][1].format(email=email)
        self.errors: Errors = list(errors)

    def response(self) -> Response:
        """The answer."""
        return problem(self.title, errors=self.errors, detail=self.detail)


def invalid(errors: Iterable[tuple[str, str]], detail: str = "") -> Refused:
    """What was sent does not fit: (field, message) for each field at fault."""
    return Refused("Invalid Resource", detail, errors)


def missing(*names: str) -> Refused:
    """Fields that must be there are not."""
    return invalid([("", f"Required fields were not provided: {', '.join(names)}")])


def problem(
    title: str,
    headers: Mapping[str, str] | None = None,
    errors: Iterable[tuple[str, str]] = (),
    status: int = 0,
    detail: str = "",
) -> Response:
    """The refusal with this title; `errors` are (field, message), `status` is for one that is not its own."""
    usual, said = TITLES[title]
    body: dict[str, object] = {
        "type": TYPE,
        "title": title,
        "status": status or usual,
        "detail": detail or said,
        "instance": str(uuid.uuid4()),
    }
    if found := [{"field": name, "message": message} for name, message in errors]:
        body["errors"] = found
    kind = "application/problem+json; charset=utf-8"
    return Response(json.dumps(body, ensure_ascii=False), status or usual, headers, content_type=kind)
