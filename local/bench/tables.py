"""What a measurement gives, and how it is printed."""

import unicodedata
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

type Cell = str | int | float | None


@dataclass(frozen=True)
class Table:
    """One measured table; `missed` names the targets that were not met."""

    title: str
    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    notes: Sequence[str] = ()
    missed: Sequence[str] = field(default_factory=list)

    def json(self) -> dict[str, Any]:
        """Give the table as plain data, one dictionary a row."""
        rows = [dict(zip(self.columns, row, strict=True)) for row in self.rows]
        return asdict(self) | {"columns": list(self.columns), "rows": rows}

    def text(self) -> str:
        """Give the table as aligned text: the first column to the left, the others to the right."""
        lines = [list(self.columns), *([_shown(cell) for cell in row] for row in self.rows)]
        widths = [max(_width(line[index]) for line in lines) for index in range(len(self.columns))]
        body = [_line(line, widths) for line in lines]
        rule = "  ".join("-" * width for width in widths)
        missed = [f"NOT MET: {target}" for target in self.missed]
        return "\n".join([self.title, "", body[0], rule, *body[1:], "", *self.notes, *missed])


def _shown(cell: Cell) -> str:
    if cell is None:
        return "-"
    return f"{cell:.2f}" if isinstance(cell, float) else str(cell)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    first, *others = zip(cells, widths, strict=True)
    return "  ".join([_padded(*first, left=True), *(_padded(*other, left=False) for other in others)])


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _padded(text: str, width: int, *, left: bool) -> str:
    space = " " * (width - _width(text))
    return text + space if left else space + text
