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
    "Invalid Resource": (
        400,
        "The resource submitted could not be validated. For field-specific details, see the 'errors' array.",
    ),
    "Requested Fields Invalid": (422, "The fields requested from this resource are invalid."),
    "Too Many Requests": (429, "You have exceeded the limit of 10 simultaneous connections."),
    "Internal Server Error": (
        500,
        "An unexpected internal error has occurred. Please contact Support for more information.",
    ),
}


def problem(
    title: str, headers: Mapping[str, str] | None = None, errors: Iterable[tuple[str, str]] = (), status: int = 0
) -> Response:
    """The refusal with this title; `errors` are (field, message), `status` is for one that is not its own."""
    usual, detail = TITLES[title]
    body: dict[str, object] = {
        "type": TYPE,
        "title": title,
        "status": status or usual,
        "detail": detail,
        "instance": str(uuid.uuid4()),
    }
    if found := [{"field": name, "message": message} for name, message in errors]:
        body["errors"] = found
    kind = "application/problem+json; charset=utf-8"
    return Response(json.dumps(body), status or usual, headers, content_type=kind)
