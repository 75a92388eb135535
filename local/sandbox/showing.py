"""A plain page that shows a sandbox vendor's state to a person."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from local.sandbox.vendor import Call

LATEST = 200
FRAME = Markup(
    "<!doctype html><html lang='en'><meta charset='utf-8'><title>{title}</title><style>"
    "body{{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:72rem;padding:0 1rem}}"
    "table{{border-collapse:collapse;margin:.5rem 0 1.5rem}}"
    "td,th{{border:1px solid #ccc;padding:.25rem .6rem;text-align:left;vertical-align:top}}</style>"
    "<h1>{title}</h1>{body}</html>"
)


@dataclass(frozen=True)
class Table:
    """A table with a heading; every cell is escaped."""

    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[object]]


def page(title: str, tables: Iterable[Table], calls: Sequence[Call]) -> str:
    """The tables, and below them the latest calls, newest first."""
    rows = [(c.at.isoformat(timespec="seconds"), c.method, c.path, c.status or "cut", c.fault) for c in calls[-LATEST:]]
    called = Table(f"Calls ({len(calls)})", ("At", "Method", "Path", "Status", "Fault"), rows[::-1])
    return str(FRAME.format(title=title, body=Markup("").join(_table(table) for table in (*tables, called))))


def _table(table: Table) -> Markup:
    heading = Markup("<h2>{}</h2>").format(table.title)
    if not table.rows:
        return heading + Markup("<p>None.")
    return heading + Markup("<table>{}{}</table>").format(
        _row("th", table.heads), Markup("").join(_row("td", row) for row in table.rows)
    )


def _row(kind: str, cells: Iterable[object]) -> Markup:
    shown = [Markup("<{0}>{1}</{0}>").format(kind, cell) for cell in cells]
    return Markup("<tr>{}</tr>").format(Markup("").join(shown))
