"""What people type: words that are known again by a number of their own, however they are written."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from typing import Any

CHOICES = ("handel", "industrie", "dienstleistung")
FIELDS = {"address": ("name", "city", "phone", "custom.branche"), "person": ("last_name", "email", "phone", "position")}
NEEDED = {"name", "last_name"}
OTHER = {"name": "name", "city": "city", "phone": "phone", "website": "domain", "custom.branche": "branche"}
OTHER |= {"last_name": "lastname", "email": "email", "position": "jobtitle"}
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")


class Words:
    """Gives each word once."""

    def __init__(self) -> None:
        """None was given."""
        self._number = 0

    def new(self, name: str, which: int = 0) -> str:
        """What nobody has typed before; of a choice, one of the few."""
        if name == "custom.branche":
            return CHOICES[which % len(CHOICES)]
        self._number += 1
        n = f"{self._number:06d}"
        forms = {"phone": f"+49 30 1{n}", "email": f"p{n}@x{n}.example", "website": f"firma{n}.example"}
        return forms.get(name, f"{name.title()} {n}")


def token(text: object) -> str:
    """What a word is known by: its number, or itself where there are few to choose from."""
    plain = unicodedata.normalize("NFKC", str(text or ""))
    found = re.sub(r"[^0-9]", "", plain)[-6:]
    return found if len(found) == 6 else plain.strip().casefold()


def otherwise(name: str, text: str) -> str:
    """The same in another way."""
    match name:
        case "phone":
            return text.replace("+49 ", "0").replace(" ", "/") if text.startswith("+49") else text.replace("/", " ")
        case "email" | "website" | "custom.branche":
            return text
        case _:
            return f" {text.upper()} ".translate(WIDE)


def flat(values: Mapping[str, str]) -> dict[str, Any]:
    """Values as falcana takes them."""
    own = {name.removeprefix("custom."): text for name, text in values.items() if name.startswith("custom.")}
    return {name: text for name, text in values.items() if not name.startswith("custom.")} | (
        {"custom": own} if own else {}
    )


def rows(kind: str, special: str, how: str) -> list[dict[str, Any]]:
    """The rows of a kind for the settings; one of the fields has a rule of its own, or is emptied with the other."""
    fields = [*FIELDS[kind], *(["website"] if kind == "address" else [])]
    found: list[dict[str, Any]] = [{"falcana": name, "hubspot": OTHER[name], "rule": "newest"} for name in fields]
    for row in found:
        if row["falcana"] == special:
            row.update({"clear": True} if how == "clear" else {"rule": how})
    return found
