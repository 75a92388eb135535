"""What stands in the cells of a list of users: texts, yes or no, times, lists, in the ways that schools write them."""

import re
import unicodedata
from datetime import datetime, tzinfo
from typing import Final

_YES: Final = {"true", "1", "yes", "y", "ja", "wahr", "はい", "有", "有り", "あり", "済", "済み", "○"}
_NO: Final = {"false", "0", "no", "n", "nein", "falsch", "いいえ", "無", "無し", "なし", "未", "×"}
_BETWEEN: Final = re.compile(r"[,;|\n、\uff0c\uff1b\uff5c]")
_DAY: Final = re.compile(
    r"(\d{4})[/.年-](\d{1,2})[/.月-](\d{1,2})日?(?:[ T]+(\d{1,2})[:時](\d{1,2})(?:[:分](\d{1,2})秒?|分)?)?"
)


class BadCellError(Exception):
    """A cell that cannot be understood; `key` names the text that says why."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


class NoZoneError(Exception):
    """A time without a zone, where nobody said which one is meant."""


def yes_or_no(cell: str) -> bool | None:
    """Give whether it says yes; None if it is empty. Raises BadCellError for anything else."""
    word = unicodedata.normalize("NFKC", cell).casefold()
    if word in _YES:
        return True
    if word in _NO:
        return False
    if word:
        raise BadCellError("lms_cell_yes_no")
    return None


def moment(cell: str, zone: tzinfo | None) -> str | None:
    """Give a time as ISO 8601 with its zone (`zone` if it names none); None if it is empty.

    Raises BadCellError if it is none, NoZoneError if it has no zone and there is no `zone`.
    """
    if not cell:
        return None
    at = _read(unicodedata.normalize("NFKC", cell))
    if at.tzinfo is None and zone is None:
        raise NoZoneError
    return (at if at.tzinfo else at.replace(tzinfo=zone)).isoformat()


def items(cell: str) -> list[str]:
    """Give the entries of a cell that lists several."""
    return [entry for part in _BETWEEN.split(cell) if (entry := part.strip())]


def number(cell: str) -> int:
    """Give a whole number from 0. Raises BadCellError if it is none."""
    if not (cell.isascii() and cell.isdecimal()):
        raise BadCellError("lms_cell_number")
    return int(cell)


def _read(cell: str) -> datetime:
    try:
        if found := _DAY.fullmatch(cell):
            year, month, day, hour, minute, second = (int(part or 0) for part in found.groups())
            return datetime(year, month, day, hour, minute, second)  # noqa: DTZ001 - whoever calls knows the zone
        return datetime.fromisoformat(cell)
    except ValueError:
        raise BadCellError("lms_cell_time") from None
