"""How values are read from a body and written into an answer. A reader raises ValueError with what is wrong."""

import re
from collections.abc import Callable, Collection, Mapping
from datetime import MAXYEAR, date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any
from zoneinfo import ZoneInfo

JST = ZoneInfo("Asia/Tokyo")
DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
DIGITS = re.compile(r"-?\d{1,18}", re.ASCII)
NOTHING = "0.0"
BILLION = 1_000_000_000
LONGEST = 65_535

PREFECTURES = frozenset(
    (
        *("北海道", "青森県", "岩手県", "宮城県", "秋田県", "山形県", "福島県", "茨城県"),
        *("栃木県", "群馬県", "埼玉県", "千葉県", "東京都", "神奈川県", "新潟県", "富山県"),
        *("石川県", "福井県", "山梨県", "長野県", "岐阜県", "静岡県", "愛知県", "三重県"),
        *("滋賀県", "京都府", "大阪府", "兵庫県", "奈良県", "和歌山県", "鳥取県", "島根県"),
        *("岡山県", "広島県", "山口県", "徳島県", "香川県", "愛媛県", "高知県", "福岡県"),
        *("佐賀県", "長崎県", "熊本県", "大分県", "宮崎県", "鹿児島県", "沖縄県"),
    )
)

type Read = Callable[[object], Any]


def stamp(at: datetime) -> str:
    """A time as board shows it: Japanese, with milliseconds. These strings sort as their times do."""
    return at.astimezone(JST).isoformat(timespec="milliseconds")


def today(now: datetime) -> str:
    """The date in Japan."""
    return now.astimezone(JST).date().isoformat()


def amount(value: object) -> str:
    """Money as board shows it, e.g. "90000.0"."""
    try:
        money = Decimal(str(value))
    except InvalidOperation as error:
        raise ValueError("は数値で入力してください") from error
    if not money.is_finite() or abs(money) >= BILLION:
        raise ValueError(f"no amount: {value}")
    shown = f"{money.normalize():f}"
    return shown if "." in shown else f"{shown}.0"


def text(value: object) -> str | None:
    """A text; numbers are taken as they are written."""
    if isinstance(value, str) and len(value.encode()) > LONGEST:  # half a surrogate pair is a ValueError, too
        raise ValueError("は長すぎます")
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise ValueError("は不正な値です")


def number(value: object) -> int | None:
    """A whole number, or one in digits; an empty text is none."""
    if value is None or value == "":
        return None
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    if isinstance(value, str) and DIGITS.fullmatch(value):
        return int(value)
    raise ValueError("は数値で入力してください")


def choice(*allowed: int) -> Read:
    """A reader for one of these numbers."""

    def read(value: object) -> int | None:
        found = number(value)
        if found is not None and found not in allowed:
            raise ValueError("は一覧にありません")
        return found

    return read


flag = choice(0, 1)


def day(value: object) -> str | None:
    """A date, YYYY-MM-DD and nothing else."""
    if value is None or value == "":
        return None
    if not isinstance(value, str) or not DATE.fullmatch(value):
        raise ValueError("は YYYY-MM-DD で入力してください")
    try:
        found = date.fromisoformat(value)
    except ValueError as error:
        raise ValueError("は不正な日付です") from error
    if found.year == MAXYEAR:
        raise ValueError("は不正な日付です")  # an invoice of then would be due later than there are years
    return value


def days(value: object) -> list[str]:
    """A list of dates."""
    found = [day(one) for one in value] if isinstance(value, list) else [None]
    dates = [one for one in found if one is not None]
    if len(dates) != len(found):
        raise ValueError("は日付の配列で入力してください")
    return dates


def names(value: object) -> list[str]:
    """A list of names."""
    if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
        raise ValueError("は文字列の配列で入力してください")
    return list(value)


def prefecture(value: object) -> str | None:
    """One of the 47 by its full name."""
    found = text(value)
    if found and found not in PREFECTURES:
        raise ValueError("は一覧にありません")
    return found


def read_all(
    body: Mapping[str, object], fields: Mapping[str, Read], required: Collection[str] = ()
) -> tuple[dict[str, Any], dict[str, list[str]]]:
    """The known fields of a body, unknown ones left out, and what is wrong by field."""
    found: dict[str, Any] = {}
    errors: dict[str, list[str]] = {}
    for name in fields.keys() & body.keys():
        try:
            found[name] = fields[name](body[name])
        except ValueError as error:
            errors[name] = [str(error)]
    for name in required:
        if name not in errors and found.get(name) in (None, "", []):
            errors[name] = ["を入力してください"]
    return found, errors
