"""Rows of a workspace file: which stage of HubSpot is which status of board, guessed by what they are called."""

import json
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Final

from local.cli.screen import Screen, printable
from local.cli.shapes import Json, rows, text

STATUSES: Final = (
    *("見積中(高)", "見積中(中)", "見積中(低)", "見積中(除)", "受注確定", "受注済", "請求済", "入金済", "失注"),
)
_CALLED: Final[Mapping[str, tuple[str, ...]]] = {
    **{f"見積中({sure})": (f"見積({sure})", f"見積もり({sure})", f"見積もり中({sure})") for sure in "高中低除"},
    "受注済": (
        *("受注", "受注済み", "成約", "契約成立", "クローズ(受注)", "クローズ(成約)"),
        *("won", "closed won", "gewonnen", "abgeschlossen und gewonnen"),
    ),
    "失注": (
        *("クローズ(失注)", "不成約", "不成立"),
        *("lost", "closed lost", "verloren", "abgeschlossen und verloren"),
    ),
    "請求済": ("請求済み", "billed", "invoiced", "in rechnung gestellt"),
    "入金済": ("入金済み", "paid", "bezahlt"),
}
"""What else people call the statuses, in full: `受注見込` is none of them."""


def likely(pipelines: list[Json]) -> list[Json]:
    """Give each pipeline with its stages, and each of these with the status it has or most clearly is ("" for none)."""
    return [
        {"pipeline": text(one.get("id")), "label": text(one.get("label")), "stages": _stages(rows(one.get("stages")))}
        for one in pipelines
    ]


def as_yaml(screen: Screen, guessed: list[Json]) -> Iterator[str]:
    """Give the lines to put into a workspace file; what is not clear is left as a comment."""
    yield f"# {screen.text('board_rows_said', statuses=' | '.join(STATUSES))}"
    yield "pipelines:"
    for one in guessed:
        yield f"  - pipeline: {_quoted(one)}{_comment(one)}"
        yield "    stages:"
        for stage in rows(one.get("stages")):
            known, name = text(stage.get("status")), _quoted(stage, "stage")
            yield f"      {'' if known else '# '}- {{status: {known or '…'}, stage: {name}}}{_comment(stage)}"


def _stages(found: list[Json]) -> list[Json]:
    given = {text(stage.get("id")): text(stage.get("status")) for stage in found}
    taken = set(given.values())
    guesses = {text(stage.get("id")): _guess(text(stage.get("label"))) for stage in found}
    often = Counter(guesses.values())  # two that are called so: neither is clear
    shown: list[Json] = []
    for stage in found:
        name = text(stage.get("id"))
        guess = "" if guesses[name] in taken or often[guesses[name]] > 1 else guesses[name]
        shown.append({"status": given[name] or guess, "stage": name, "label": text(stage.get("label"))})
    return shown


def _guess(label: str) -> str:
    folded = _folded(label)
    return next((status for status in STATUSES if folded in map(_folded, (status, *_CALLED.get(status, ())))), "")


def _folded(label: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", label)).casefold()


def _quoted(row: Json, name: str = "pipeline") -> str:
    """Quote an id: one of digits would be a number else."""
    return json.dumps(text(row.get(name)))


def _comment(row: Json) -> str:
    return f"  # {label}" if (label := printable(text(row.get("label"))).strip()) else ""
