"""The sandbox HubSpot between its specification and the tests: every exchange is checked in passing."""

import io
import json
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from werkzeug.wrappers import Request

from tests.local.sandbox.openapi import ContractBroken, Document, OpenApiChecker

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

# Beside the repository, not in it: the documents are the vendor's.
FOLDER = Path(__file__).parents[4] / "shared" / "specs" / "hubspot"


@cache
def hubspot_checker() -> OpenApiChecker | None:
    """The checker; None where the documents are not at hand."""
    return OpenApiChecker(FOLDER, amend) if FOLDER.is_dir() else None


def amend(schemas: Document) -> None:
    """Correct the documents where HubSpot is known to do otherwise."""
    for name in ("SimplePublicObject", "SimplePublicObjectWithAssociations", "SimplePublicUpsertObject"):
        if name in schemas:  # empty properties come as null
            schemas[name]["properties"]["properties"]["additionalProperties"]["nullable"] = True
    if "PublicObjectSearchRequest" in schemas:  # sorts are objects, and only filters are needed
        schemas["PublicObjectSearchRequest"]["properties"]["sorts"]["items"] = {}
        schemas["PublicObjectSearchRequest"]["required"] = ["filterGroups"]
    if "AssociationSpecWithLabel" in schemas:  # unlabelled is null
        schemas["AssociationSpecWithLabel"]["properties"]["label"]["nullable"] = True
    if "StandardError" in schemas:
        schemas["StandardError"]["properties"]["subCategory"] = {"type": "string"}
    if "Error" in schemas:  # every error says so
        schemas["Error"]["properties"]["status"] = {"type": "string"}
    # 2026-09 names one field of it only; 2026-03 names them all.
    if "properties" in schemas.get("TokenInfoResponseBaseIF", {}):
        schemas["TokenInfoResponseBaseIF"]["additionalProperties"] = True
    if "PublicOwner" in schemas:  # archived owners have no user
        schemas["PublicOwner"]["properties"]["userId"]["nullable"] = True


class Checked:
    """A WSGI app whose every exchange is checked; what is wrong is kept in `problems`."""

    def __init__(self, app: "WSGIApplication", checker: OpenApiChecker | None) -> None:
        self._app, self._checker = app, checker
        self.problems: list[str] = []

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        length = int(environ.get("CONTENT_LENGTH") or 0)
        sent = environ["wsgi.input"].read(length) if length else b""
        environ["wsgi.input"] = io.BytesIO(sent)
        started: list[str] = []

        def started_with(status: str, *more: object) -> object:
            started.append(status)
            return start_response(status, *more)  # type: ignore[arg-type]

        answer = b"".join(self._app(environ, started_with))  # type: ignore[arg-type]
        environ["wsgi.input"] = io.BytesIO(sent)
        self._check(Request(environ), int(started[0].split()[0]), answer)
        return [answer]

    def _check(self, request: Request, status: int, answer: bytes) -> None:
        # 429, 477 and 5xx are not described, and refusals of OAuth are those of RFC 6749.
        if self._checker is None or status in (429, 477) or status >= 500:
            return
        if request.path.startswith("/oauth") and status >= 400:
            return
        try:
            body = json.loads(answer) if answer else None
            self._checker.check(request.method, request.path, _sent(request), status, body)
        except (ContractBroken, json.JSONDecodeError) as error:
            if not answer.startswith(b"<"):
                self.problems.append(str(error))


def _sent(request: Request) -> object:
    if request.mimetype == "application/x-www-form-urlencoded":
        return request.form.to_dict()
    text = request.get_data(as_text=True)
    try:
        return json.loads(text) if text else None
    except json.JSONDecodeError:
        return None
