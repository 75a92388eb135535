"""Which records belong together: links, then marks on the records themselves, then what is certainly the same."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from falcana_hubspot.book import Book, packed
from falcana_hubspot.kinds import OTHER, Kind
from renkei.actions import Record
from renkei.deliveries import stamp
from renkei.errors import Outcome
from renkei.vendors.falcana import Record as FalcanaRecord

OWN = "contact-"
"""What the external id of an address begins with that was made for a contact without a company."""


class Notes(Protocol):
    """Where a run counts what it did, and what people are to be told of."""

    def count(self, what: str, number: int = 1, /) -> None:
        """Count something."""

    def example(self, what: str, *ids: str) -> None:
        """Keep a few ids of what was counted, for a dry run to show."""

    def tell(self, code: str, /, **params: str) -> None:
        """Note what people are to be told of."""


@dataclass
class Pair:
    """A record of HubSpot and one of falcana that are to be the same; one that is None is to be made.

    `refused`: fields that a vendor refused, and that are left alone this time. `failed`: why the pair did not go
    through. `waits`: the link of the record that it has to wait for.
    """

    kind: Kind
    hubspot: Record | None = None
    falcana: FalcanaRecord | None = None
    refused: set[str] = field(default_factory=set)
    failed: Outcome | None = None
    waits: str = ""

    @property
    def link(self) -> str:
        """The row that tells of the pair, or of the one that has no partner yet."""
        if self.falcana:
            return f"{self.kind.name}#{self.falcana.id}"
        return f"{self.kind.other}#{self.hubspot.id if self.hubspot else ''}"


def join(book: Book, kind: Kind, falcana: str, hubspot: str) -> None:
    """Remember that two records belong together."""
    for link, partner in ((f"{kind.name}#{falcana}", hubspot), (f"{kind.other}#{hubspot}", falcana)):
        unpark(book, link)
        book.put(link, **{"with": partner})


def end(book: Book, kind: Kind, code: str, *, falcana: str = "", hubspot: str = "") -> None:
    """Remember that these are not transferred any more, until a person links them again."""
    if falcana:
        unpark(book, f"{kind.name}#{falcana}")
        book.put(f"{kind.name}#{falcana}", ended=code, agreed=None, trail=None)
    if hubspot:
        unpark(book, f"{kind.other}#{hubspot}")
        book.put(f"{kind.other}#{hubspot}", ended=code)


def ended(book: Book, kind: Kind, falcana: str) -> bool:
    """Whether a record of falcana is not transferred any more."""
    return bool(book[f"{kind.name}#{falcana}"].get("ended"))


def seen(kind: Kind, hubspot: Record | None = None, falcana: FalcanaRecord | None = None) -> dict[str, str]:
    """What of a record was looked at: when it was changed, or its version."""
    told = {"v": str(falcana.version)} if falcana else {}
    return told | ({"at": hubspot.properties.get(kind.modified, "")} if hubspot else {})


def named(falcana: FalcanaRecord | None, hubspot: Record | None) -> dict[str, str]:
    """The ids of a pair as a message names them."""
    return {"falcana": falcana.id if falcana else "–", "hubspot": hubspot.id if hubspot else "–"}


def park(book: Book, link: str, why: Outcome, now: datetime, looked_at: Mapping[str, str]) -> None:
    """Remember why a record waits, and what of it was `looked_at`: it waits until it, or a setting, changes."""
    book.put(link, parked=why.code, **looked_at)
    book.replace(f"parked#{link}", code=why.code, params=packed(why.params), at=stamp(now))


def unpark(book: Book, link: str) -> None:
    """Remember that a record does not wait any more."""
    if book[link].get("parked"):
        book.put(link, parked=None)
        book.drop(f"parked#{link}")


def look_again(book: Book, link: str, now: datetime) -> None:
    """Have a record looked at again by the next run. Each time it is another row, so that none is dropped unseen."""
    number = int(book[f"again#{link}"].get("n") or 0) + 1
    book.put(f"again#{link}", at=stamp(now), n=str(number))


def nobody_else(book: Book, name: str, id_: str, now: datetime) -> None:
    """A record has a partner, or is gone: nobody has to decide any more whether it is the same as its candidates.

    Those of them that have no other candidate are looked at again. `name`: address, person, company or contact.
    """
    link, other_name = f"alike#{name}#{id_}", OTHER[name]
    found = [str(one[0]) for one in json.loads(book[link].get("with") or "[]")]
    book.put(link, **{"with": None})
    for other in found:
        theirs = f"alike#{other_name}#{other}"
        left = [one for one in json.loads(book[theirs].get("with") or "[]") if str(one[0]) != id_]
        book.put(theirs, **{"with": json.dumps(left, separators=(",", ":")) if left else None})
        if not left and not book[f"{other_name}#{other}"].get("with"):
            unpark(book, f"{other_name}#{other}")
            look_again(book, f"{other_name}#{other}", now)


def linked_ids(rows: Iterable[Mapping[str, object]]) -> list[str]:
    """The ids of the records in these rows that are linked."""
    return [str(row["link"]).partition("#")[2] for row in rows if row.get("with") and not row.get("ended")]


def kept_apart(row: Mapping[str, object]) -> set[str]:
    """The ids in a row of `alike` that a person decided to keep apart."""
    return set(json.loads(str(row.get("apart") or "[]")))
