"""Puts what comes from outside into Slack's notation, in which it can do nothing: no mention, no link, no line. Pure.

https://docs.slack.dev/messaging/formatting-message-text
"""

from __future__ import annotations

import string
import unicodedata
from datetime import UTC, datetime
from decimal import Decimal

from renkei.config import Language

_NO_TEXT = {"Cc", "Cs", "Co"}  # controls, halves of characters, private use
_TURNS = set("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # of the writing direction
_IN_URL = set(string.ascii_letters + string.digits + "-._~:/?#[]@!$&'()*+,;=%")
_LONGEST_URL = 2500
_SWAPPED = str.maketrans(",.", ".,")


def plain(text: str, most: int) -> str:
    """A text of others in one line of `most` characters (five times as many once escaped), escaped.

    Escaping &, < and > is enough against mentions and links; that it finds no addresses by itself is up to the text
    object (`verbatim`). A backtick would begin code that goes on into the next line.
    """
    spaced = "".join(" " if letter.isspace() else letter for letter in text.replace("`", "'"))
    kept = "".join(one for one in spaced if one not in _TURNS and unicodedata.category(one) not in _NO_TEXT)
    line = " ".join(kept.split())
    short = line if len(line) <= most else f"{line[: most - 1].rstrip()}…"
    return escaped(short)


def escaped(text: str) -> str:
    """The three characters that mean something in Slack's notation."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def link(url: str, label: str) -> str:
    """A link with a label of ours; "" if the address is none of the web, or too long to be shown."""
    if not url.startswith(("http://", "https://")):
        return ""
    told = "".join(one if one in _IN_URL else _percent(one) for one in url)
    shown = escaped(told)
    return f"<{shown}|{label}>" if len(shown) <= _LONGEST_URL else ""


def _percent(letter: str) -> str:
    return "".join(f"%{byte:02X}" for byte in letter.encode("utf-8", "replace"))


def price(amount: Decimal | None, currency: str | None, language: Language) -> str:
    """An amount with its currency, as a reader of the language writes it; "" where one of the two was not told."""
    if amount is None or not currency:
        return ""
    whole = amount == amount.to_integral_value()
    decimals = 0 if whole else max(2, -int(amount.normalize().as_tuple().exponent))
    digits = f"{amount:,.{decimals}f}"
    if language == "de":
        return f"{digits.translate(_SWAPPED)} {currency}"
    if currency == "JPY":
        return f"{digits}円" if language == "ja" else f"¥{digits}"
    return f"{digits} {currency}" if language == "ja" else f"{currency} {digits}"


def moment(at: datetime) -> str:
    """A moment, which Slack shows each reader in their own zone."""
    otherwise = at.astimezone(UTC).strftime("%Y-%m-%d %H:%M UTC")
    return f"<!date^{int(at.timestamp())}^{{date_num}} {{time}}|{otherwise}>"
