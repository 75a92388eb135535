"""Which bookings belong together: a booking, what it was moved to, and so on are one chain. Pure.

What is remembered of a booking, under `booking_link`: `root` (the id of the chain's first booking; its own unless
noted), `superseded` (moved on) and `cancelled`. The events may come in any order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from renkei.actions import Remember
from renkei.bookings import Booking

type Links = Mapping[str, Mapping[str, object]]
"""What is remembered, by link."""


def booking_link(source: str, id_: str) -> str:
    """The link under which a booking's place in its chain is remembered."""
    return f"booking#{source}#{id_}"


def link_of(booking: Booking) -> str:
    """The link of a booking."""
    return booking_link(booking.source, booking.id)


def root(source: str, id_: str, links: Links) -> str:
    """The id of the first booking of a booking's chain, as far as it is known."""
    return str(links.get(booking_link(source, id_), {}).get("root") or id_)


def chain(booking: Booking, links: Links) -> Mapping[str, object]:
    """What is remembered of a booking."""
    return links.get(link_of(booking), {})


def closes(booking: Booking, links: Links) -> str | None:
    """The root of the chain before, if a booking came so late that its successor began another chain."""
    known = chain(booking, links)
    if not (booking.previous_id and known.get("superseded") and known.get("root")):
        return None
    before = root(booking.source, booking.previous_id, links)
    return before if before != known["root"] else None


def notes(bookings: Iterable[Booking], links: Links) -> Iterator[Remember]:
    """What bookings tell of chains and is not noted yet, in their order."""
    seen: dict[str, dict[str, object]] = {}

    def note(link: str, **facts: str | bool) -> Iterator[Remember]:
        known = seen.setdefault(link, dict(links.get(link, {})))
        new = {name: fact for name, fact in facts.items() if name not in known}
        known.update(new)
        if new:
            yield Remember(link, new)

    for booking in bookings:
        if booking.kind == "cancelled":
            yield from note(link_of(booking), **({"superseded": True} if booking.changed else {"cancelled": True}))
        elif booking.previous_id:
            before = booking_link(booking.source, booking.previous_id)
            first = str(seen.get(before, links.get(before, {})).get("root") or booking.previous_id)
            yield from note(before, root=first, superseded=True)
            yield from note(link_of(booking), root=first)
