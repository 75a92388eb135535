"""What planning speaks of: a booking's task, and what was found out so far. Pure data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from renkei.actions import Action, Create, Forget, Item, Read, Record, Remember, Result, Search, Update
from renkei.bookings import Booking
from renkei.errors import Conflict, NotFound, Outcome, Retry
from renkei.mapping import Value, Warn

COMPANIES, CONTACTS, MEETINGS = "companies", "contacts", "meetings"


@dataclass(frozen=True)
class Firm:
    """What tells a company from others: its domain and folded name, and a link (keyed digest) for each."""

    domain: str | None
    name: str | None
    links: tuple[str, ...]


@dataclass(frozen=True)
class Task:
    """A booking with the values its rows take. `firm`: None where neither name nor domain is left."""

    id: str
    booking: Booking
    company: tuple[Value, ...] = ()
    contact: tuple[Value, ...] = ()
    firm: Firm | None = None
    email: str = ""
    warns: tuple[Warn, ...] = ()


@dataclass
class Known:
    """What was found out so far, keyed by object name and id, or by the unique key that was asked for."""

    links: dict[str, dict[str, object]] = field(default_factory=dict)
    owners: Mapping[str, str] = field(default_factory=dict)
    records: dict[tuple[str, str], Record] = field(default_factory=dict)
    absent: set[tuple[str, str]] = field(default_factory=set)
    taken: dict[tuple[str, str], str | None] = field(default_factory=dict)
    """What could not be created because it is there: its id, where the vendor told."""
    refused: dict[str, Outcome] = field(default_factory=dict)
    """By task: why its values were not taken."""
    updated: set[tuple[str, str]] = field(default_factory=set)
    candidates: dict[str, Record] = field(default_factory=dict)
    searched: set[str] = field(default_factory=set)

    def absorb(self, action: Action, result: Result) -> None:
        """Take in what came of an action."""
        match action:
            case Remember():
                self.links[action.link] = {**self.links.get(action.link, {}), **action.values}
                return
            case Forget():
                self.links.pop(action.link, None)
                return
            case Search():
                self.candidates |= result.records
                self.searched |= {value for values in action.any_of.values() for value in values}
                return
            case Read():
                self.absent |= {(action.object, key) for key in result.failed}
            case Create() | Update():
                for item in action.items:
                    if end := result.failed.get(item.key):
                        self._refuse(action.object, item, end)
        for key, record in result.records.items():
            if isinstance(action, Update):
                self.updated.add((action.object, key))
            else:
                self.records[action.object, key] = record
                self.records.setdefault((action.object, record.id), record)

    def _refuse(self, object_name: str, item: Item, end: Outcome) -> None:
        if isinstance(end, Conflict):
            self.taken[object_name, item.key] = end.record_id
            self.absent.discard((object_name, item.key))  # it is there by now: worth another look
            return
        gone = Retry("record_gone", vendor="hubspot") if isinstance(end, NotFound) else end
        self.refused |= dict.fromkeys(item.tasks, gone)

    def link_id(self, link: str) -> str | None:
        """The vendor's id that is remembered under a link."""
        found = self.links.get(link, {}).get("id")
        return str(found) if found else None

    def company_key(self, firm: Firm) -> str | None:
        """The unique key under which a company of this firm was, or may have been, created before."""
        keys = (self.links.get(link, {}).get("key") for link in firm.links)
        return next((str(key) for key in keys if key), None)

    def contact(self, task: Task) -> Record | None:
        """The contact of a task as far as it is known; without properties if only its id is."""
        if record := self.records.get((CONTACTS, task.email)):
            return record
        id_ = self.taken.get((CONTACTS, task.email))
        return self.records.get((CONTACTS, id_), Record(id_, {})) if id_ else None

    def contact_there(self, task: Task) -> bool:
        """Whether the contact of a task is in HubSpot, whoever made it."""
        return (CONTACTS, task.email) in self.records or (CONTACTS, task.email) in self.taken
