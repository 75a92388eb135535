"""One request to the CRM as the endpoints see it, and the switches they look at."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime

from werkzeug.wrappers import Request

from local.sandbox.hubspot.errors import bad_json, missing_scopes
from local.sandbox.hubspot.kinds import object_scope
from local.sandbox.hubspot.shapes import Json, mapping
from local.sandbox.hubspot.store import Portal

# A status and a JSON body; None is an answer without a body.
type Answer = tuple[int, Json | None]


@dataclass
class Settings:
    """What can be switched. A limit of None is no limit."""

    search_lag_seconds: float = 10.0
    burst_limit: int | None = 110
    search_limit: int | None = 5
    daily_limit: int | None = None
    retry_after: int | None = None
    rotate_refresh_tokens: bool = False
    omit_hub_id: bool = False
    key_info: bool = True
    conflicts_fail_whole_batch: bool = False
    merge_gives_new_id: bool = True
    second_addresses_resolve: bool = True
    first_company_is_primary: bool = False
    association_bumps_modified: bool = True
    restore_bumps_modified: bool = True
    search_hides: list[str] = field(default_factory=list)
    search_lag_per_record: dict[str, float] = field(default_factory=dict)
    lines_make_amount: bool = False
    additional_currencies: list[str] = field(default_factory=list)
    webhook_target: str = ""

    def change(self, changes: Mapping[str, object]) -> None:
        """Set some of them; raises ValueError for an unknown name or a value of another kind."""
        first = asdict(Settings())
        for name, value in changes.items():
            if name not in first:
                raise ValueError(f"unknown: {name}; allowed: {', '.join(first)}")
            before = first[name]
            if isinstance(before, bool):
                fits = isinstance(value, bool)
            elif isinstance(before, list):
                fits = isinstance(value, list) and all(isinstance(one, str) for one in value)
            elif isinstance(before, dict):
                fits = isinstance(value, dict) and all(_is_lag(one) for one in value.values())
            elif isinstance(before, str):
                fits = isinstance(value, str) and (not value or value.startswith(("http://", "https://")))
            else:
                fits = _is_limit(name, value)
            if not fits:
                raise ValueError(f"{name} cannot be {value!r}")
        for name, value in changes.items():
            setattr(self, name, value)


def _is_lag(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value >= 0


def _is_limit(name: str, value: object) -> bool:
    if value is None:
        return name != "search_lag_seconds"
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return number and (name == "search_lag_seconds" or isinstance(value, int))


@dataclass
class Ask:
    """A request with everything that was found out about it. `version` is a date or "legacy"."""

    request: Request
    portal: Portal
    scopes: frozenset[str]
    settings: Settings
    now: datetime
    version: str

    def body(self) -> Json:
        """The JSON object in the body; 400 when there is none."""
        return mapping(self.json())

    def json(self) -> object:
        """The JSON in the body; 400 when it is none."""
        try:
            return json.loads(self.raw())
        except json.JSONDecodeError as error:
            raise bad_json(error.msg) from error

    def raw(self) -> str:
        """The body as text."""
        return self.request.get_data(as_text=True)

    def query(self, name: str) -> str | None:
        """A query parameter."""
        return self.request.args.get(name)

    def names(self, name: str) -> list[str]:
        """A query parameter that is a list: comma separated, or given several times."""
        return [part for value in self.request.args.getlist(name) for part in value.split(",") if part]

    def flag(self, name: str) -> bool:
        """A query parameter that is true or false."""
        return (self.query(name) or "").lower() == "true"

    def limit(self, default: int, most: int) -> int:
        """The page size; 400 when it is out of bounds."""
        value = self.query("limit") or str(default)
        if not value.isdecimal() or not 1 <= int(value) <= most:
            raise bad_json(f"limit must be between 1 and {most}")
        return int(value)

    def need(self, *scopes: str) -> None:
        """403 unless one of the scopes was granted."""
        if not self.scopes & set(scopes):
            raise missing_scopes(scopes)

    def need_objects(self, verb: str, *kinds: str) -> None:
        """403 unless records of all these types may be read or written."""
        for kind in kinds:
            self.need(object_scope(kind, verb))
