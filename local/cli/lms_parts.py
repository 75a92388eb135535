"""A list of users on its way to one target: cut into parts that the stack takes, under a name of its own."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from local.cli.lms_file import Line, too_large
from local.cli.shapes import Json

TARGETS: Final = {"hubspot": "lms_to_hubspot", "mailchimp": "lms_to_mailchimp"}
_BATCH: Final = 100


@dataclass(frozen=True)
class Whole:
    """A list as it is sent: whose users, when the school had them so, and the lines."""

    school: str
    as_of: str
    lines: Sequence[Line]


@dataclass
class Sent:
    """An import into one target: its parts, and by part what became of it (`views`: as the API shows a delivery)."""

    target: str
    most: int
    parts: list[list[Line]]
    name: str = ""
    deliveries: list[str] = field(default_factory=list)
    views: dict[int, Json] = field(default_factory=dict)
    before: bool = False
    refused: str = ""

    @property
    def integration(self) -> str:
        """The integration that takes it."""
        return TARGETS[self.target]

    @property
    def rows(self) -> int:
        """How many lines it has."""
        return sum(map(len, self.parts))


def cut(whole: Whole, most: int) -> list[list[Line]]:
    """Give parts of at most `most` lines, and of no more bytes than the stack takes.

    Where bytes end a part, it ends after whole batches of the vendors', so that none goes out half full.
    """
    parts: list[list[Line]] = []
    begin = 0
    while begin < len(whole.lines):
        end = min(len(whole.lines), begin + most)
        while end - begin > 1 and too_large(whole.lines[begin:end]):
            end = begin + (end - begin) * 2 // 3
            if end - begin > _BATCH:
                end -= (end - begin) % _BATCH
        parts.append(list(whole.lines[begin:end]))
        begin = end
    return parts


def name_of(whole: Whole, target: str, most: int, again: int) -> str:
    """Give what tells this import from others: the same list, cut the same way, gets the same name again."""
    told = [whole.school, whole.as_of, target, most, again, [line.row for line in whole.lines]]
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def body_of(whole: Whole, sent: Sent, number: int, *, dry_run: bool) -> Json:
    """Give part `number` (from 1) as the stack takes it."""
    rows: list[object] = [line.row for line in sent.parts[number - 1]]
    told: Json = {"import": sent.name, "part": number, "school_id": whole.school, "as_of": whole.as_of}
    return {**told, "rows": rows, "dry_run": dry_run}
