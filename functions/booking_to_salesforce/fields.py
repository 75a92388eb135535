"""What a field of Lead takes, and a booking's text made to fit it. Pure.

A fact is what Salesforce's description says of a field, as it was when the settings were saved
(`renkei.vendors.salesforce_shapes.field_of`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import ROUND_HALF_UP, Context, Decimal
from typing import Any

from renkei.bookings import Booking
from renkei.mapping import Warn
from renkei.values import fold_name, normal_mail, number

TEXTS = {"string", "textarea", "phone", "url", "email", "picklist", "combobox", "encryptedstring"}
NUMBERS = {"int", "double", "currency", "percent"}
TIMES = {"date", "datetime"}
TYPES = TEXTS | NUMBERS | TIMES | {"boolean", "multipicklist", "reference"}
"""The kinds of fields that can be mapped; compound ones and what Salesforce reckons itself cannot."""
OWNER = "OwnerId"
_WHOLE = {"email", "url", "phone"}  # cut, these are no more what they were
_WORDS = {
    True: "true yes y ok on 1 ja j wahr x ✓ ✔ ○ 〇 ◯ はい 有 有り あり する 可 "
    "希望する 希望します 同意する 同意します 承諾する",
    False: "false no n off 0 nein falsch いいえ 無 無し なし しない 希望しない 同意しない 不可 × ✗ -",
}
_BOOLEANS = {word: str(meant).lower() for meant, words in _WORDS.items() for word in words.split()}
_DAY = (
    re.compile(r"(?P<y>\d{4})[-/.年](?P<m>\d{1,2})[-/.月](?P<d>\d{1,2})日?"),
    re.compile(r"(?P<d>\d{1,2})\.(?P<m>\d{1,2})\.(?P<y>\d{4})"),
)
_YEARS = range(1701, 4000)  # Salesforce keeps 1700 to 4000; at the edges the zone decides
_SEPARATOR = re.compile("([,;、\uff0c\uff1b])")
_MAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")


@dataclass(frozen=True)
class Fact:
    """A field as the settings keep it. `options`: (value, label) of a list that takes nothing else."""

    name: str
    label: str
    type: str
    length: int = 0
    digits: int = 0
    precision: int = 0
    scale: int = 0
    createable: bool = True
    updateable: bool = True
    required: bool = False
    key: bool = False
    options: Sequence[Sequence[str]] | None = None

    @property
    def mappable(self) -> bool:
        """Whether a row may name it."""
        return self.createable and self.type in TYPES


def facts_of(kept: Mapping[str, Mapping[str, Any]]) -> dict[str, Fact]:
    """The facts in what the settings keep, by name."""
    return {name: Fact(**fact) for name, fact in kept.items()}


def shaped(  # noqa: PLR0911 - a table
    text: str, fact: Fact, booking: Booking | None = None, *, german: bool = False
) -> tuple[str, Warn | None]:
    """(the text as the field takes it, what a person should know); "" where it cannot be taken.

    Booleans become `true` or `false`, numbers digits with a point (`german` reads 1.200,5 as 1200.5), dates ISO 8601.
    A time without an offset is taken to be in the booking's.
    """
    text = text.encode(errors="replace").decode()  # half a surrogate pair is no text
    match fact.type:
        case "boolean":
            return _boolean(text, fact)
        case "int" | "double" | "currency" | "percent":
            return _number(text, fact, german=german)
        case "date" | "datetime":
            return _moment(text, fact, booking)
        case "picklist" if fact.options is not None:
            return _option(text, fact)
        case "multipicklist":
            return _options(text, fact)
        case "email":
            text = normal_mail(text)
            if text and not _MAIL.fullmatch(text):
                return "", _warn("salesforce_no_mail", fact)
        case "string" | "phone" | "url" | "picklist" | "combobox":
            text = " ".join(text.split())
    return _fitting(text, fact)


def _fitting(text: str, fact: Fact) -> tuple[str, Warn | None]:
    """Cut to the field's length, which counts UTF-16 units as Salesforce does: an emoji has two."""
    if not fact.length or _units(text) <= fact.length:
        return text, None
    if fact.type in _WHOLE:
        return "", _warn("salesforce_too_long", fact, length=str(fact.length))
    kept = text.encode("utf-16-le")[: 2 * fact.length].decode("utf-16-le", errors="ignore")
    return kept.rstrip(), _warn("salesforce_cut", fact, length=str(fact.length))


def _units(text: str) -> int:
    return len(text) + sum(char > "\uffff" for char in text)


def _boolean(text: str, fact: Fact) -> tuple[str, Warn | None]:
    meant = _BOOLEANS.get(_folded(text), "")
    return meant, None if meant else _warn("salesforce_no_boolean", fact)


def _number(text: str, fact: Fact, *, german: bool) -> tuple[str, Warn | None]:
    digits = number(text, german=german)
    if digits is None:
        return "", _warn("no_number", fact)
    value = Decimal(digits).quantize(Decimal(1).scaleb(-fact.scale), ROUND_HALF_UP, Context(prec=99))
    room = fact.digits if fact.type == "int" else fact.precision - fact.scale
    exact = value == Decimal(digits) or fact.type != "int"
    if not exact or (room > 0 and abs(value) >= Decimal(10) ** room) or Decimal(repr(float(value))) != value:
        return "", _warn("no_number", fact)
    plain = format(value, "f") if value else "0"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain, None


def _moment(text: str, fact: Fact, booking: Booking | None) -> tuple[str, Warn | None]:
    text = fold_name(text)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if fact.type == "date":
        day = moment.date() if moment else _day(text)
        return (day.isoformat(), None) if day and day.year in _YEARS else ("", _warn("salesforce_no_date", fact))
    if moment and moment.tzinfo is None and booking and len(text) > len("2026-11-22"):
        moment = moment.replace(tzinfo=booking.start.tzinfo)
    if moment is None or moment.tzinfo is None or moment.year not in _YEARS:
        return "", _warn("salesforce_no_date", fact)
    return utc(moment), None


def utc(moment: datetime) -> str:
    """A moment as Salesforce takes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _day(text: str) -> date | None:
    for form in _DAY:
        if found := form.fullmatch(text.replace(" ", "")):
            try:
                return date(int(found["y"]), int(found["m"]), int(found["d"]))
            except ValueError:
                return None
    return None


def _option(text: str, fact: Fact) -> tuple[str, Warn | None]:
    found = _known(fact.options or ()).get(_folded(text))
    return (found, None) if found else ("", _warn("salesforce_no_option", fact))


def _options(text: str, fact: Fact) -> tuple[str, Warn | None]:
    """Several options, separated as a form's check boxes are; what is no option is left out and told."""
    if fact.options is None:
        found: list[str | None] = [*filter(None, map(str.strip, _SEPARATOR.split(text)[::2]))]
    else:
        found = [*_named(text, _known(fact.options))]
    taken = ";".join(dict.fromkeys(one for one in found if one))
    if _units(taken) > fact.length > 0:
        return "", _warn("salesforce_too_long", fact, length=str(fact.length))
    return taken, _warn("salesforce_no_option", fact) if None in found or not taken else None


def _named(text: str, known: Mapping[str, str]) -> Iterator[str | None]:
    """The options that a text names, None for what is none. One may hold a comma: the longest run of parts counts."""
    longest = max((len(_SEPARATOR.findall(word)) for word in known), default=0)
    parts, place = _SEPARATOR.split(text), 0
    while place < len(parts):
        one, size = None, 1
        for size in range(2 * longest + 1, 0, -2):
            if one := known.get(_folded("".join(parts[place : place + size]))):
                break
        if one or parts[place].strip():
            yield one
        place += size + 1


def _known(options: Sequence[Sequence[str]]) -> dict[str, str]:
    """Each option's value by what may name it: its value, or else its label."""
    by_label = {_folded(label): value for value, label in reversed(options)}
    return by_label | {_folded(value): value for value, _ in reversed(options)}


def _folded(text: str) -> str:
    return fold_name(text).casefold()


def _warn(code: str, fact: Fact, **more: str) -> Warn:
    return Warn(code, (("property", fact.name), *more.items()))


def offered(facts: Mapping[str, Fact]) -> Iterator[Fact]:
    """What a row may name: what has to be filled first, then by label."""
    found = [fact for fact in facts.values() if fact.mappable]
    yield from sorted(found, key=lambda fact: (not fact.required, fact.label, fact.name))
