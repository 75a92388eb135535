"""What an attempt that got no good answer may have left behind, and how the next one finds out. Pure.

A creation whose answer was lost may have taken effect. So it is noted before it is sent, and the next attempt looks
before anything else: by the booking's id on the lead, else for a lead with the address, of ours, that was not there
before. Without the booking's id on the lead it also waits until no such creation can still be under way.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import takewhile

from booking_to_salesforce.known import LEAD, Known, Task
from renkei.actions import Record
from renkei.errors import Retry

_UNDER_WAY = timedelta(minutes=5)  # after which a creation that was sent has ended one way or the other
_CLOCKS = timedelta(minutes=10)  # that ours and Salesforce's may be apart
_MOST_SEEN = 50


def guessed(link: str, known: Known) -> bool:
    """Whether an earlier attempt's creation can be told by address and date only: it was sent without a booking id."""
    keyed = known.settings.booking_id_field and known.links.get(link, {}).get("keyed")
    return known.unclear(link, "sent") and not keyed


def under_way(link: str, what: str, known: Known) -> Retry | None:
    """To wait, while a creation of an earlier attempt (`sent`, `event_sent`) may still be under way at Salesforce."""
    if not known.unclear(link, what):
        return None
    left = datetime.fromisoformat(str(known.links[link][what])) + _UNDER_WAY - known.now
    return Retry("salesforce_unclear", after=left) if left > timedelta() else None


def made_since(task: Task, link: str, known: Known) -> list[Record]:
    """The guest's leads, newest first, that may be what an earlier attempt made: ours, new, and no other booking's.

    Converted ones were not asked for when it was noted what had been there; of those, the date tells.
    """
    row, guest = known.links[link], known.links.get(task.guest, {})
    before = set(str(row.get("seen") or "").split(","))
    since = datetime.fromisoformat(str(row["sent"])) - _CLOCKS
    found = takewhile(lambda one: one.id not in before, known.having(LEAD, task.email, closed=True))
    return [
        one
        for one in found
        if one.properties.get("CreatedById") == row.get("by")
        and guest.get(one.id, link) == link
        and datetime.fromisoformat(one.properties["CreatedDate"]) >= since
    ]


def seen(task: Task, known: Known) -> str:
    """The guest's newest leads, as they are remembered."""
    if known.settings.booking_id_field:
        return ""
    return ",".join(record.id for record in known.having(LEAD, task.email)[:_MOST_SEEN])


def taken_back(tasks: Sequence[Task], known: Known) -> dict[str, dict[str, str | bool]]:
    """Notes of creations that were refused: there is nothing to look for."""
    refused = (known.link(task) for task in tasks if task.id in known.refused)
    links = {link for link in refused if (LEAD, link) in known.returned and known.links.get(link, {}).get("sent")}
    guests = {task.guest for task in tasks if known.links.get(task.guest, {}).get("sent_for") in links}
    notes: dict[str, dict[str, str | bool]] = {link: {"sent": ""} for link in sorted(links)}
    return notes | {guest: {"sent": "", "sent_for": ""} for guest in sorted(guests)}
