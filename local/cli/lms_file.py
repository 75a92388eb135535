"""Reading the list of users that a school exports: comma, semicolon or tab; UTF-8, UTF-16 or Shift_JIS."""

import codecs
import csv
import gzip
import io
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import tzinfo
from pathlib import Path
from typing import Final

from local.cli.errors import Misuse
from local.cli.lms_cells import BadCellError, NoZoneError
from local.cli.lms_columns import columns_of, heading_of, put
from local.cli.shapes import Json

ENCODINGS: Final = ("utf-8", "cp932", "shift_jis", "utf-16")
_CODECS: Final = {"utf-8": "utf-8-sig", "shift_jis": "cp932"}
PACKED: Final = 290_000
LARGEST: Final = 2_500_000
"""Bytes of a part of the list, and so of a line: a little less than the stack takes."""
_LONG: Final = {"string_too_long", "too_long"}
_EMPTY: Final = {"string_too_short", "missing"}


@dataclass(frozen=True)
class Line:
    """A user: the line of the file that begins it, and the state as an event tells it."""

    number: int
    user: Json

    @property
    def row(self) -> Json:
        """As the stack takes it."""
        return {"number": self.number, "user": self.user}


@dataclass(frozen=True)
class BadLine:
    """A line that is not sent: where it begins, the column if it is about one, and the text that says why."""

    number: int
    column: str
    key: str


@dataclass(frozen=True)
class UserList:
    """What a file holds; `ignored` are headings that name nothing we know."""

    encoding: str
    ignored: tuple[str, ...]
    lines: list[Line] = field(default_factory=list)
    bad: list[BadLine] = field(default_factory=list)


def read_users(file: Path, encoding: str, zone: tzinfo | None, as_of: str) -> UserList:
    """Read a list: every line is looked at as the stack will, with `as_of` where it has no time of its own.

    Raises Misuse if the file cannot be read, is no table with a heading for id and email, or if a time has no zone.
    """
    text, encoding = _decoded(file, encoding)
    table = _records(file, text)
    first = next(table, None)
    if first is None:
        raise Misuse("lms_empty", file=file)
    header = first[1]
    columns = columns_of(header)
    unknown = tuple(heading.strip() for at, heading in enumerate(header) if at not in columns and heading.strip())
    users = UserList(encoding, unknown)
    reader = _Reader(header, columns, zone, as_of)
    for number, cells in table:
        if not any(cells):
            continue
        found = reader.line(number, cells)
        if isinstance(found, Line):
            users.lines.append(found)
        else:
            users.bad.append(found)
    return users


def _decoded(file: Path, encoding: str) -> tuple[str, str]:
    """Give the text, and the encoding that was told or found out."""
    try:
        content = file.read_bytes()
    except OSError as error:
        raise Misuse("no_file", file=file, reason=error.strerror or error) from error
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        tried = ["utf-16"]
    else:
        tried = [encoding] if encoding else ["utf-8", "cp932"]
    for one in tried:
        try:
            return content.decode(_CODECS.get(one, one)), one
        except UnicodeDecodeError:
            continue
    raise Misuse("lms_encoding", file=file, names=", ".join(tried))


def _records(file: Path, text: str) -> Iterator[tuple[int, list[str]]]:
    """Give the records, with the line that each begins in."""
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    number = 1
    try:
        for cells in reader:
            yield number, [cell.strip() for cell in cells]
            number = reader.line_num + 1
    except csv.Error:
        raise Misuse("lms_no_table", file=file, line=number) from None


def too_large(lines: Sequence[Line]) -> bool:
    """Say whether lines are more than the stack takes in a part: it looks at them packed, as it keeps them."""
    whole = json.dumps([line.row for line in lines]).encode()
    return len(whole) > PACKED and (len(whole) > LARGEST or len(gzip.compress(whole, 5)) > PACKED)


class _Reader:
    """Makes users of records."""

    def __init__(self, header: Sequence[str], columns: dict[int, str], zone: tzinfo | None, as_of: str) -> None:
        # Only here: these take longer than all the rest of the command line.
        from pydantic import ValidationError  # noqa: PLC0415

        from renkei.lms import User  # noqa: PLC0415

        self._refusal, self._user = ValidationError, User
        self._header, self._columns, self._zone, self._as_of = header, columns, zone, as_of
        self._seen: set[tuple[object, ...]] = set()

    def line(self, number: int, cells: Sequence[str]) -> Line | BadLine:
        """Give the user of a record, or what is wrong with it."""
        if len(cells) != len(self._header):
            return BadLine(number, "", "lms_line_cells")
        user: Json = {}
        for place, name in self._columns.items():
            column = self._header[place].strip()
            try:
                put(user, name, cells[place], self._zone)
            except BadCellError as bad:
                return BadLine(number, column, bad.key)
            except NoZoneError:
                raise Misuse("lms_no_zone", line=number, column=column) from None
        return self._whole(Line(number, user))

    def _whole(self, line: Line) -> Line | BadLine:
        try:
            read = self._user.model_validate({"updated_at": self._as_of, **line.user})
        except self._refusal as refusal:
            error = refusal.errors(include_url=False, include_input=False, include_context=False)[0]
            kind = error["type"]
            key = "lms_cell_long" if kind in _LONG else "lms_cell_empty" if kind in _EMPTY else "lms_cell_form"
            if error["loc"][:1] in {("id",), ("email",)} and not line.user[str(error["loc"][0])]:
                key = "lms_cell_empty"
            return BadLine(line.number, heading_of(error["loc"], self._columns, self._header), key)
        if too_large([line]):
            return BadLine(line.number, "", "lms_line_large")
        state = (read.id, read.updated_at, read.version)
        if state in self._seen:
            return BadLine(line.number, "", "lms_line_twice")
        self._seen.add(state)
        return line
