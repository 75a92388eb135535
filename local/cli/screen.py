"""What is written where: results to standard output, notes and problems to standard error, JSON for scripts."""

import json
import sys
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from local.cli.texts import Language, translate

_WIDE = "WF"
_GAP = "  "
_MARKS = {True: "✓", False: "✗", None: "–"}
_PLAIN_MARKS = {True: "OK", False: "NO", None: "--"}


@dataclass(frozen=True)
class Screen:
    """Speaks to the person (or, with `as_json`, to the script) that called."""

    language: Language
    as_json: bool = False

    def text(self, key: str, **values: object) -> str:
        """Give the text of `key` in the person's language, with nothing in `values` that could steer the terminal."""
        return translate(self.language, key, {name: printable(str(value)) for name, value in values.items()})

    def say(self, key: str, **values: object) -> None:
        """Tell a result; a script gets JSON instead."""
        self.line(self.text(key, **values))

    def line(self, line: str) -> None:
        """Print a line of a result; a script gets JSON instead."""
        if not self.as_json:
            print(line)

    def note(self, key: str, **values: object) -> None:
        """Tell progress, a warning or a problem, beside the result."""
        print(self.text(key, **values), file=sys.stderr, flush=True)

    def data(self, value: object) -> None:
        """Print the result for a script."""
        if self.as_json:
            print(json.dumps(value, ensure_ascii=False, indent=2))

    def table(self, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
        """Print a table with a heading for each column (keys of texts); the last column is not padded."""
        lines = [[self.text(heading) for heading in headings], *([printable(cell) for cell in row] for row in rows)]
        widths = [max(width(line[column]) for line in lines) for column in range(len(headings))]
        for line in lines:
            padded = [cell + " " * (size - width(cell)) for cell, size in zip(line, widths, strict=True)]
            self.line(_GAP.join(padded).rstrip())


def mark(ok: bool | None) -> str:
    """Give the sign for good, bad, or not looked at; plain ASCII where standard output has no such signs."""
    encoding = getattr(sys.stdout, "encoding", None) or "ascii"
    try:
        "".join(_MARKS.values()).encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return _PLAIN_MARKS[ok]
    return _MARKS[ok]


def width(value: str) -> int:
    """Give the columns that `value` takes on a terminal: two for each East Asian wide character."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in _WIDE else 1 for char in value
    )


def printable(value: str) -> str:
    """Give `value` without control characters: what guests typed must not steer the terminal."""
    return "".join("·" if unicodedata.category(char) in ("Cc", "Cf") else char for char in value)


def local_time(value: str) -> str:
    """Give an ISO 8601 time as the clock on this machine's wall shows it; what is none of those as it is."""
    try:
        return datetime.fromisoformat(value).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    except ValueError:
        return value
