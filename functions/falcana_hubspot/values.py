"""What two systems write, made comparable, and as each of them wants it. Pure.

HubSpot writes numbers for machines (1200.5) and dates as YYYY-MM-DD; into falcana people write them as they do in their
country. All else is text that people wrote, and goes over as they wrote it.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Literal

from falcana_hubspot.countries import CODES
from renkei.values import normal_domain, normal_mail, number

type Form = Literal[
    "text",
    "long_text",
    "phone",
    "mail",
    "number",
    "yes_no",
    "date",
    "website",
    "domain",
    "country",
    "option",
    "parent",
]
type System = Literal["hubspot", "falcana"]

_YES = frozenset(["true", "1", "yes", "y", "ja", "j", "wahr", "on", "x", "はい", "有"])
_NO = frozenset(["false", "0", "no", "n", "nein", "falsch", "off", "いいえ", "無"])
# Where a point, and no comma, stands before the cents.
_COUNTRIES = "AU BD CA CH CN EG GB HK IE IL IN JP KE KR LI LK MT MX MY NG NZ PH PK SG TH TW US"
_POINT = frozenset(_COUNTRIES.split())
_MACHINE = re.compile(r"[+-]?(?:[0-9]{1,30}(?:\.[0-9]{0,30})?|\.[0-9]{1,30})(?:[eE][+-]?[0-9]{1,2})?")
_WRITTEN = re.compile(r"([+-]?)([0-9][0-9.,]{0,30})")
# A gap or an apostrophe between groups of three digits.
_GROUPS = re.compile(r"(?<=[0-9])[ '’](?=[0-9]{3}(?![0-9]))")
_CURRENCY = re.compile(r"^(?:[€$£¥]|eur|chf|usd|jpy)\s*|(?<=[0-9])\s*(?:[€$£¥%]|eur|chf|usd|jpy)$", re.IGNORECASE)
_PHONE = re.compile(r"(\+?[0-9]+)(?:(?:extension|ext|x|#|内線)([0-9]{1,7}))?")
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*://", re.IGNORECASE)
_MILLISECONDS = re.compile(r"-?[0-9]{11,14}")
_TIME = re.compile(r"[t ][0-9]{1,2}:[0-9]{2}.*\Z", re.DOTALL)
# 3/4/2026 is March in one country and April in another.
_DATES = (
    re.compile(r"(?P<year>[0-9]{4})[-/.年] ?(?P<month>[0-9]{1,2})[-/.月] ?(?P<day>[0-9]{1,2})日?"),
    re.compile(r"(?P<day>[0-9]{1,2})\. ?(?P<month>[0-9]{1,2})\. ?(?P<year>[0-9]{4})"),
)


def canonical(form: Form, text: str, region: str = "DE") -> str:  # noqa: PLR0911 - one a form
    """A value as it is compared: the same for two ways to write one thing, "" for a blank.

    What is not of its form (a number that is none) is compared as text. `region` is the country (ISO) that telephone
    numbers without one are of, and as in which people write numbers.
    """
    match form:
        case "option" | "parent":
            return text.strip()
        case "mail":
            return _settled(normal_mail, text)
        case "phone":
            return _phone(_folded(text), region)
        case "number":
            value = _number(text, region)
            return _folded(text) if value is None else _local(value, region)
        case "yes_no":
            return _yes_no(text) or _folded(text)
        case "date":
            day = _date(text)
            return day.isoformat() if day else _folded(text)
        case "website":
            return _settled(_website, text)
        case "domain":
            return normal_domain(text) or _folded(text)
        case "country":
            folded = _folded(text)
            return CODES.get(folded.replace(".", ""), folded)
    return _folded(text)


def comparable(form: Form, text: str, options: Mapping[str, str], region: str, side: System) -> str:
    """A side's value, made comparable with the other side's.

    An option is compared by HubSpot's value for it; one without counterpart is like nothing on the other side.
    """
    if _listed(form, options):
        text = text.strip()
        value = text if side == "hubspot" else options.get(text, "")
        return value if value in options.values() else text and f"\0{text}"
    if form == "number" and side == "hubspot":
        value_there = _machine(text)
        return _folded(text) if value_there is None else _local(value_there, region)
    return canonical(form, text, region)


def to_hubspot(form: Form, text: str, options: Mapping[str, str], region: str) -> str | None:
    """falcana's value as HubSpot takes it; None where it has no counterpart there, "" of a blank."""
    text = text.strip()
    if not text:
        return ""
    if _listed(form, options):
        return options.get(text)
    match form:
        case "number":
            value = _number(text, region)
            return None if value is None else _plain(value)
        case "domain":
            return normal_domain(text)
    return _shared(form, text)


def to_falcana(form: Form, text: str, options: Mapping[str, str], region: str) -> str | None:
    """HubSpot's value as it stands in falcana; None where it has no counterpart there, "" of a blank."""
    text = text.strip()
    if not text:
        return ""
    if _listed(form, options):
        return next((key for key, value in options.items() if value == text), None)
    if form == "number":
        value = _machine(text)
        return None if value is None else _local(value, region)
    return _shared(form, text)


def _shared(form: Form, text: str) -> str | None:
    """A value of a form that both systems write in the same way."""
    if form == "yes_no":
        return _yes_no(text)
    if form == "date":
        day = _date(text)
        return day.isoformat() if day else None
    return text


def _listed(form: Form, options: Mapping[str, str]) -> bool:
    return form == "option" or (form == "parent" and bool(options))


def _settled(fold: Callable[[str], str], text: str) -> str:
    """A text folded until that changes nothing more: small letters of wide ones, say, may be wide again."""
    while (folded := fold(text)) != text:
        text = folded
    return text


def _folded(text: str) -> str:
    return _settled(lambda one: " ".join(unicodedata.normalize("NFKC", one).casefold().split()), text)


def _yes_no(text: str) -> str | None:
    word = _folded(text)
    return "true" if word in _YES else "false" if word in _NO else None


def _date(text: str) -> date | None:
    """The day that a text names; HubSpot's milliseconds are of midnight, UTC."""
    plain = _folded(text)
    if _MILLISECONDS.fullmatch(plain):
        try:
            return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(plain))).date()
        except OverflowError:
            return None
    found = next(filter(None, (way.fullmatch(_TIME.sub("", plain)) for way in _DATES)), None)
    try:
        return date(int(found["year"]), int(found["month"]), int(found["day"])) if found else None
    except ValueError:
        return None


def _machine(text: str) -> Decimal | None:
    return Decimal(text.strip()) if _MACHINE.fullmatch(text.strip()) else None


def _number(text: str, region: str) -> Decimal | None:
    """The number that a person wrote. Where one sign may be either, it is what it is in that country."""
    plain = _GROUPS.sub("", unicodedata.normalize("NFKC", text).strip().replace("−", "-"))
    found = _WRITTEN.fullmatch(_CURRENCY.sub("", plain))
    digits = _separated(found[2], "." if region in _POINT else ",") if found else None
    if found and digits:
        return Decimal(found[1] + digits)
    worded = number(plain, german=region not in _POINT)
    return Decimal(worded) if worded else None


def _separated(digits: str, point: str) -> str | None:
    """Digits with a decimal point and nothing else, of digits with separators; None where these make no sense."""
    signs = sorted({sign for sign in digits if not sign.isdigit()}, key=digits.rfind)
    match signs:
        case []:
            return digits
        case [one] if digits.count(one) > 1:
            whole, fraction, comma = digits, "", one
        case [one] if one != point and re.fullmatch(r"[1-9][0-9]{0,2}.[0-9]{3}", digits):
            whole, fraction, comma = digits, "", one
        case [one]:
            (whole, _, fraction), comma = digits.partition(one), ""
        case _:
            (whole, _, fraction), comma = digits.rpartition(signs[-1]), signs[0]
    if not re.fullmatch(r"[0-9]+" if not comma else rf"[1-9][0-9]{{0,2}}(?:\{comma}[0-9]{{3}})+", whole):
        return None
    return whole.replace(comma, "") + f".{fraction}" if fraction.isdigit() or not fraction else None


def _plain(value: Decimal) -> str:
    """A number for machines, without zeros that say nothing."""
    digits = format(value, "f")
    digits = digits.rstrip("0").rstrip(".") if "." in digits else digits
    return "0" if digits in {"-0", ""} else digits


def _local(value: Decimal, region: str) -> str:
    """A number as people write it, without signs between thousands."""
    return _plain(value) if region in _POINT else _plain(value).replace(".", ",")


def _phone(folded: str, region: str) -> str:
    """A telephone number as E.164, `x` and its extension; else its digits and letters.

    https://github.com/daviddrysdale/python-phonenumbers
    """
    # Imported here: it takes some 45 ms.
    import phonenumbers  # noqa: PLC0415

    plain = "".join(char for char in folded if char.isalnum() or char in "+#")
    found = _PHONE.fullmatch(plain)
    if not found:
        return plain
    extension = f"x{found[2]}" if found[2] else ""
    try:
        parsed = phonenumbers.parse(found[1], region)
    except phonenumbers.NumberParseException:
        return found[1] + extension
    possible = phonenumbers.is_possible_number_with_reason(parsed) == phonenumbers.ValidationResult.IS_POSSIBLE
    if not possible:
        return found[1] + extension
    return phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164) + extension


def _website(text: str) -> str:
    """The domain without `www.`, and the path without its last slash; the scheme does not count."""
    plain = _SCHEME.sub("", unicodedata.normalize("NFKC", text).strip())
    host = re.split(r"[/?#]", plain, maxsplit=1)[0]
    domain = None if "@" in host else normal_domain(host)
    return domain + plain[len(host) :].rstrip("/") if domain else _folded(text)
