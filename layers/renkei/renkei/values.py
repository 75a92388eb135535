"""What people write, made comparable: names, domains, numbers. Pure; standard library and `idna` only."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation
from typing import Literal

import idna

type NameOrder = Literal["family_first", "given_first"]

_CJK = "\u3005\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_CJK_GAP = re.compile(rf"(?<=[{_CJK}]) (?=[{_CJK}])")
_LEGAL = re.compile(r"^(株式会社|合同会社|有限会社)(?=\S)|(?<=\S)(株式会社|合同会社|有限会社)$")
_SCHEME = re.compile(r"^[a-z][a-z0-9+.-]*://")
_ERA = ("明治", "大正", "昭和", "平成", "令和")
_ABOUT = re.compile(
    r"^(?:約|およそ|おおよそ|大体|だいたい|概ね|ca\.?|circa|etwa|rund|approx\.?|about|around|~|〜|"
    r"us\$|[$€£¥]|usd|eur|jpy|円|\s|[:：])*",
    re.IGNORECASE,
)
_SCALES = {"兆": Decimal(10) ** 12, "億": Decimal(10) ** 8, "万": Decimal(10) ** 4, "千": Decimal(1000)}
_PART = re.compile(r"([0-9][0-9,.']*)\s*([兆億万千]?)")


def fold_name(name: str) -> str:
    """A firm's name for comparing: NFKC (so width does not count) and white space folded; case stays.

    White space between two Japanese characters is dropped: 株式会社 山田 and 株式会社山田 are one firm.
    """
    return _CJK_GAP.sub("", " ".join(unicodedata.normalize("NFKC", name).split()))


def name_spellings(name: str) -> list[str]:
    """The ways in which an equal name (by `fold_name`) is likely to stand in a CRM, most likely first."""
    folded = fold_name(name)
    wide = "".join(chr(ord(char) + 0xFEE0) if "!" <= char <= "~" else char for char in folded)
    apart = _LEGAL.sub(lambda form: f"{form[1]} " if form[1] else f" {form[2]}", folded)
    spaced = [apart, apart.replace(" ", "\u3000")] if apart != folded else []
    return list(dict.fromkeys([name.strip(), folded, " ".join(name.split()), wide, *spaced]))


def normal_domain(text: str) -> str | None:
    """A domain for comparing and sending: no scheme, user, `www.`, port, path or trailing dot; lower case, IDNA.

    None where the text holds no domain.
    """
    host = _SCHEME.sub("", unicodedata.normalize("NFKC", text).strip().lower())
    host = re.split(r"[/?#\s]", host, maxsplit=1)[0].rpartition("@")[2].partition(":")[0].strip(".")
    host = host.removeprefix("www.") if host.count(".") > 1 else host
    try:
        host = idna.encode(host, uts46=True).decode() if not host.isascii() else host
    except idna.IDNAError:
        return None
    return host if re.fullmatch(r"(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*", host) else None


def normal_mail(text: str) -> str:
    """A mail address for comparing and sending: no outer space, full-width letters narrowed, lower case."""
    return unicodedata.normalize("NFKC", text).strip().lower()


def split_name(name: str, order: NameOrder = "family_first") -> tuple[str, str]:
    """(last name, first name) from one string; what cannot be split is all last name. No word is lost.

    Japanese order is the default; a comma always means "last, first"; a closing 様 is an honorific.
    """
    text = re.sub(r"(?<=\S)\s*様$", "", name.strip())
    last, comma, first = text.partition(",")
    if comma and last.strip() and first.strip():
        return " ".join(last.split()), " ".join(first.split())
    words = text.split()
    if len(words) < 2:  # noqa: PLR2004
        return text, ""
    if order == "given_first":
        return words[-1], " ".join(words[:-1])
    return words[0], " ".join(words[1:])


def number(text: str, *, german: bool = False) -> str | None:
    """The number that a text states, as digits with a decimal point (`1,200名` → `1200`), else None.

    Takes full-width digits, thousands separators, 万/億 and words around it; `german` reads `1.200,5` as
    1200.5. Two numbers (a range, a date) or a year of an era are no number.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if any(era in plain for era in _ERA):
        return None
    body = _ABOUT.sub("", plain)
    sign, body = ("-", body[1:]) if body[:1] in {"-", "−", "▲", "△"} else ("", body.removeprefix("+"))
    body = _ABOUT.sub("", body)
    total, end, above = Decimal(0), 0, Decimal("Infinity")
    while (part := _PART.match(body, end)) and (end == 0 or above > 1):
        value, scale = _separated(part[1], german=german), _SCALES.get(part[2], Decimal(1))
        if value is None or scale >= above:
            return None
        total, end, above = total + value * scale, part.end(), scale
    if end == 0 or re.search(r"[0-9]", body[end:]):
        return None
    digits = format(total, "f")
    return sign + (digits.rstrip("0").rstrip(".") if "." in digits else digits)


def _separated(digits: str, *, german: bool) -> Decimal | None:
    """The value of digits with separators; None where the separators make no sense."""
    digits = digits.rstrip(",.'")
    point = "," if german else "."
    comma = "." if german else ","
    if "," in digits and "." in digits:
        point, comma = (",", ".") if digits.rfind(",") > digits.rfind(".") else (".", ",")
    elif german and "." in digits and not re.fullmatch(r"\d{1,3}(\.\d{3})+", digits):
        point, comma = ".", ","
    whole, _, fraction = digits.partition(point)
    whole = whole.replace("'", comma)
    if comma in whole and not re.fullmatch(rf"\d{{1,3}}({re.escape(comma)}\d{{3,4}})+", whole):
        return None
    try:
        return Decimal(whole.replace(comma, "") + ("." + fraction if fraction else ""))
    except InvalidOperation:
        return None
