"""A list of a school's users, as `renkei lms import` sends it: in parts, each of which is a delivery."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from renkei.errors import Rejected
from renkei.lms import AHEAD, TOO_LATE, User, mended, problem_of

IMPORT = "import"
"""The type of a part, where an event has its own."""


@dataclass(frozen=True)
class Row:
    """A line of a list of users: its number there, and the user; or what is wrong with it."""

    number: int
    user: User | None
    problem: str = ""


@dataclass(frozen=True)
class Part:
    """A part of a list of users: as the school had them at `as_of`, unless a line knows better."""

    school_id: str
    as_of: datetime
    rows: tuple[Row, ...]


def part_of(body: Mapping[str, Any], now: datetime) -> Part:
    """The part of an import in a delivery's body. Rejected if it is none; a bad line is only bad itself."""
    try:
        as_of, rows = (
            datetime.fromisoformat(body["as_of"]),
            tuple(_row(one, body["as_of"], now) for one in body["rows"]),
        )
        return Part(str(body["school_id"]), as_of, rows)
    except (KeyError, TypeError, ValueError):
        raise Rejected("lms_payload", problem="import") from None


def _row(entry: Mapping[str, Any], as_of: str, now: datetime) -> Row:
    number = int(entry["number"])
    try:
        user = User.model_validate({"updated_at": as_of, **mended(entry["user"])})
    except ValidationError as error:
        return Row(number, None, problem_of(error))
    return Row(number, None, TOO_LATE) if user.updated_at > now + AHEAD else Row(number, user)
