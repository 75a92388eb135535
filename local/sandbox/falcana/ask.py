"""What a request of the API brings to what answers it, and the switches."""

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from pydantic import BaseModel, ConfigDict, NonNegativeInt, PositiveInt
from werkzeug.wrappers import Request

from local.sandbox.falcana.accounts import Client, Scope, Tenant
from local.sandbox.falcana.records import By, Commit, Entity, Record
from local.sandbox.falcana.refusals import Problem, bad_request
from local.sandbox.falcana.writes import living

MOST, USUAL = 200, 100


class Settings(BaseModel):
    """What can be switched, for all tenants. A `revoked` client's tokens end; `withheld` scopes are not granted.

    `repeat_changes`: each page of the feed begins with the last so many rows again, as far as its limit lets it.
    `feed_page`: so many rows at most on a page of the feed, whatever limit is asked for.
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    api_enabled: bool = True
    minute_limit: NonNegativeInt | None = 600
    retry_after: NonNegativeInt | None = 30
    revoked: list[str] = []
    withheld: list[Scope] = []
    repeat_changes: NonNegativeInt = 0
    feed_page: PositiveInt | None = None


@dataclass(frozen=True)
class Ask:
    """One request: whose it is, what its token may do, when, and what its path names (0 where no record)."""

    request: Request
    client: Client
    scopes: tuple[Scope, ...]
    tenant: Tenant
    settings: Settings
    now: datetime
    entity: Entity = "addresses"
    number: int = 0

    @property
    def commit(self) -> Commit:
        """What is written: by whom, and when."""
        return Commit(By(self.client.client_id), self.now)

    def need(self, right: str, entity: Entity | None = None) -> None:
        """403 where the token has no right to read, or to write, an entity: the path's, or another."""
        scope = f"{entity or self.entity}:{right}"
        if scope not in self.scopes:
            raise Problem(403, "missing_scope", more={"scope": scope})

    def body(self) -> Mapping[str, object]:
        """The JSON object that was sent; 400 for anything else."""
        try:
            found = json.loads(self.request.get_data(as_text=True))
            json.dumps(found, ensure_ascii=False).encode()  # half a surrogate pair is no text
        except (ValueError, RecursionError):
            raise bad_request() from None
        if not isinstance(found, dict):
            raise bad_request()
        return found

    def query(self, *names: str) -> Mapping[str, str]:
        """The parameters; 400 for one that there is not, or that comes twice."""
        given = self.request.args
        if not set(given) <= set(names) or any(len(values) > 1 for values in given.listvalues()):
            raise bad_request()
        return given.to_dict()

    def record(self) -> Record:
        """The record of the path; 410 where there was one, else 404."""
        return living(self.tenant, self.entity, self.number)

    def expected(self, record: Record) -> None:
        """428 where no version is named that a write is for, 412 where it is another than the record's."""
        version = self.request.headers.get("If-Match")
        if version is None:
            raise Problem(428, "precondition_required")
        if version != etag(record):
            raise Problem(412, "version_conflict", more={"current_version": record.version})

    def cursor(self, place: int, *, of: str) -> str:
        """A place in one of the tenant's lists, for nobody to read."""
        return base64.urlsafe_b64encode(f"{self.client.tenant} {of} {place}".encode()).decode().rstrip("=")

    def place(self, cursor: str, *, of: str) -> int:
        """The place that a cursor of that list names; 400 for any other text."""
        try:
            told = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode()
        except (binascii.Error, ValueError):
            raise unreadable() from None
        found = re.fullmatch(rf"{re.escape(self.client.tenant)} {of} ([0-9]{{1,18}})", told)
        if found is None:
            raise unreadable()
        return int(found[1])


def limit(query: Mapping[str, str]) -> int:
    """How many items are asked for; 400 for what is no number from 1 to 200."""
    told = query.get("limit", str(USUAL))
    if not re.fullmatch("[0-9]{1,3}", told) or not 1 <= int(told) <= MOST:
        raise bad_request()
    return int(told)


def etag(record: Record) -> str:
    """A record's version as a header."""
    return f'"{record.version}"'


def unreadable() -> Problem:
    """A cursor that was not given out for this."""
    return Problem(400, "invalid_cursor")
