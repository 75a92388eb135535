"""One request to the data API as the endpoints see it."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NoReturn

from werkzeug.wrappers import Request

from local.sandbox.salesforce.errors import Refused, not_found, not_json
from local.sandbox.salesforce.fields import Facts
from local.sandbox.salesforce.orgs import Org, Settings
from local.sandbox.salesforce.store import Store

WRITABLE = ("Lead", "Contact", "Event")
ALLOW_SAVE, DETAILS = "allowsave", "includerecorddetails"


@dataclass(frozen=True)
class Answer:
    """What an endpoint answers; a body of None is no body at all."""

    body: object
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Ask:
    """A request of somebody who is signed in. `version` is a number; `again` answers a part of a composite request.

    `mark` is the number of the newest record that was there before the request.
    """

    request: Request
    org: Org
    store: Store
    settings: Settings
    version: int
    used: int
    now: datetime
    again: Callable[[Request], Answer]
    mark: int = 0

    def __post_init__(self) -> None:
        """Note what was there before."""
        self.mark = self.store.last_id

    # The objects, as this user sees them.

    def sees(self, name: str) -> bool:
        """Whether there is such an object, for this user."""
        hidden = {
            "Contact": not self.settings.contact_visible,
            "Lead": not self.settings.lead_visible,
            "Organization": not self.settings.organization_visible,
        }
        return name in self.store.fields and not hidden.get(name, False)

    def fields(self, name: str) -> dict[str, Facts]:
        """The fields of an object; 404 where there is none."""
        if not self.sees(name):
            raise not_found()
        return self.store.fields[name]

    def createable(self, name: str) -> bool:
        """Whether the user may make such records."""
        return name in WRITABLE and (name != "Lead" or self.settings.lead_createable)

    def path(self, name: str, record: str = "") -> str:
        """The address of an object or of a record."""
        return f"/services/data/v{self.version}.0/sobjects/{name}" + (f"/{record}" if record else "")

    # What the request brings.

    def flag(self, name: str) -> bool:
        """A parameter that is true or false, false unless told."""
        return self.request.args.get(name, "").lower() == "true"

    def duplicates(self, name: str) -> bool:
        """A part of the header `Sforce-Duplicate-Rule-Header`, in lower case; false unless told."""
        parts = self.request.headers.get("Sforce-Duplicate-Rule-Header", "").split(";")
        told = {key.strip().lower(): value.strip().lower() for key, _, value in (part.partition("=") for part in parts)}
        return told.get(name) == "true"

    def body(self) -> dict[str, Any]:
        """The JSON object in the body."""
        if self.request.mimetype != "application/json":
            message = f"The HTTP Content-Type '{self.request.mimetype}' is not supported"
            raise Refused(415, "UNSUPPORTED_MEDIA_TYPE", message)
        raw = self.request.get_data()
        if not raw:
            raise not_json("The HTTP entity body is required, but this request has no entity body.")
        try:
            body = json.loads(raw.decode(), object_pairs_hook=_once, parse_constant=_no_constant)
            json.dumps(body, ensure_ascii=False).encode()  # half a character has no place in a text
        except (ValueError, RecursionError) as error:
            where = f"[line:{error.lineno}, column:{error.colno}]" if isinstance(error, json.JSONDecodeError) else "[]"
            raise not_json(f"Unexpected character at {where}") from error
        if not isinstance(body, dict):
            raise not_json("Can not deserialize: START_OBJECT expected at [line:1, column:1]")
        return body


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in pairs:
        if name in found:
            raise not_json(f"Duplicate field '{name}'")
        found[name] = value
    return found


def _no_constant(name: str) -> NoReturn:
    raise not_json(f"Non-standard token '{name}'")
