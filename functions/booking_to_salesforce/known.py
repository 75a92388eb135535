"""What planning speaks of: a booking's task, and what was found out so far. Pure data.

What is remembered of a lead stands under the link of the first booking of its chain: `sent` (when a creation was
sent, for as long as its end is not known), `by` (as which user), `keyed` (with the booking's id on it), `seen` (the
leads with the address that were there before), `who` (the lead, or the record that is taken for it) and `made`
(whether we made it). And of its event: `event_sent` (when), `event`, `event_for` (the booking whose times it has).

Under the link of a guest stands which lead is which booking's, and what is under way: `sent` and `sent_for` (a link).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from booking_to_salesforce import Settings
from booking_to_salesforce.fields import OWNER
from renkei.actions import (
    Create,
    Delete,
    Item,
    Look,
    Read,
    Record,
    Remember,
    Result,
    Search,
    Update,
    Upsert,
)
from renkei.bookings import Booking
from renkei.chains import booking_link
from renkei.chains import root as chain_root
from renkei.errors import Conflict, Misconfigured, NotFound, Outcome, Rejected, Retry
from renkei.mapping import Policy, Value, Warn

LEAD, CONTACT, EVENT, USER = "Lead", "Contact", "Event", "User"
EMAIL, WHO = "Email", "WhoId"
DUPLICATE, EXISTS = "salesforce_duplicate", "salesforce_exists"
_UNCHANGED = {"salesforce_converted": "salesforce_unchanged_converted", DUPLICATE: "salesforce_unchanged_duplicate"}
_OWNERS = {"INVALID_CROSS_REFERENCE_KEY", "INACTIVE_OWNER_OR_USER"}

type Step = Look | Create | Upsert | Update | Delete | Remember


@dataclass(frozen=True)
class Task:
    """A booking with the values its rows take.

    `guest`: the link under which the guest's leads are remembered, where leads are told apart by address.
    `host`: the mail address of whose user is looked for, remembered under the link `user`; `owned`: when
    that user is to own the lead (a row's policy). `lacking`: why a new lead cannot be made of the values.
    """

    id: str
    booking: Booking
    values: tuple[Value, ...] = ()
    email: str = ""
    guest: str = ""
    host: str = ""
    user: str = ""
    owned: Policy | None = None
    lacking: Outcome | None = None
    warns: tuple[Warn, ...] = ()

    @property
    def cancelled(self) -> bool:
        """Whether the booking was called off."""
        return self.booking.kind == "cancelled"


@dataclass
class Known:
    """What was found out so far. `now` is when this attempt began."""

    settings: Settings
    now: datetime
    me: str
    """The id of the user we are in the org."""
    links: dict[str, dict[str, object]] = field(default_factory=dict)
    looked: set[tuple[str, str, str]] = field(default_factory=set)
    """(object, property, value) of what was asked for."""
    records: dict[str, dict[str, Record]] = field(default_factory=dict)
    """By object and id, newest first."""
    noted: set[tuple[str, str]] = field(default_factory=set)
    """(link, `sent` or `event_sent`) noted in this attempt: so what they are about was not sent before it."""
    created: dict[tuple[str, str], Record] = field(default_factory=dict)
    """By (object, link): what this attempt made, or met with."""
    makers: set[tuple[str, str]] = field(default_factory=set)
    """(task, record) of what this attempt made of a task's values."""
    returned: set[tuple[str, str]] = field(default_factory=set)
    """(object, link) whose creation was refused, so that it had no effect."""
    duplicates: dict[str, str | None] = field(default_factory=dict)
    """By link: the record that a duplicate rule found, where it told."""
    refused: dict[str, Outcome] = field(default_factory=dict)
    """By task."""
    warned: dict[str, Warn] = field(default_factory=dict)
    """By task: why its lead stays as it is."""
    updated: set[str] = field(default_factory=set)
    gone: set[str] = field(default_factory=set)
    """Ids that are there no more."""
    inactive: set[str] = field(default_factory=set)
    """Users who can own nothing any more."""

    def link(self, task: Task) -> str:
        """Where a task's lead is remembered."""
        return booking_link(task.booking.source, self.root(task))

    def root(self, task: Task) -> str:
        """The id of the first booking of the task's chain."""
        return chain_root(task.booking.source, task.booking.id, self.links)

    def key(self, task: Task) -> str:
        """What stands for a task's chain in Salesforce: in the booking-id field of its lead, in its event's text."""
        return f"{task.booking.source}-{self.root(task)}"

    def row(self, task: Task) -> Mapping[str, object]:
        """What is remembered of a task's lead."""
        return self.links.get(self.link(task), {})

    def who(self, task: Task) -> str | None:
        """The id of a task's lead, or of the record that is taken for it."""
        found = str(self.row(task).get("who") or "")
        return found if found and found not in self.gone else None

    def unclear(self, link: str, what: str) -> bool:
        """Whether a creation (`sent`, `event_sent`) of an earlier attempt may have taken effect."""
        return bool(self.links.get(link, {}).get(what)) and (link, what) not in self.noted

    def having(self, object_name: str, email: str, *, closed: bool = False) -> list[Record]:
        """The records of an object with a mail address, newest first; converted leads only if asked for."""
        found = (record for id_, record in self.records.get(object_name, {}).items() if id_ not in self.gone)
        return [
            record
            for record in found
            if record.properties.get(EMAIL, "").lower() == email
            and (closed or record.properties.get("IsConverted") != "true")
        ]

    def owner(self, task: Task) -> str | None:
        """The id of the host's user, once it was looked for; "" if there is none."""
        remembered = str(self.links.get(task.user, {}).get("id") or "")
        if remembered and remembered not in self.inactive:
            return remembered
        if (USER, EMAIL, task.host) not in self.looked:
            return None
        users = (one for one in self.having(USER, task.host) if one.properties.get("IsActive") == "true")
        return next((user.id for user in users if user.id not in self.inactive), "")

    def absorb(self, action: Step, result: Result) -> None:
        """Take in what came of an action."""
        match action:
            case Remember():
                self.links[action.link] = {**self.links.get(action.link, {}), **action.values}
                for object_name, what in ((LEAD, "sent"), (EVENT, "event_sent")):
                    self._note(action, object_name, what)
            case Look():
                for read, found in zip(action.reads, result.each, strict=True):
                    self._looked(read, found)
            case Create() | Upsert() | Update():
                inactive = frozenset(self.inactive)
                for item in action.items:
                    if end := result.failed.get(item.key):
                        self._refuse(action, item, end, inactive)
                    else:
                        self._wrote(action, item, result.records[item.key])
            case Delete():
                self.gone |= {key for key in action.keys if isinstance(result.failed.get(key), NotFound | None)}
                for key, end in result.failed.items():
                    self.refused |= dict.fromkeys(action.tasks[key] if key not in self.gone else (), end)

    def _note(self, action: Remember, object_name: str, what: str) -> None:
        """Take in that a creation is about to be sent, or that there is none to wait for."""
        if action.values.get(what):
            self.noted.add((action.link, what))
        elif what in action.values:
            self.noted.discard((action.link, what))
            self.returned.discard((object_name, action.link))

    def _looked(self, read: Search | Read, found: Result) -> None:
        if isinstance(read, Read):
            asked = {(read.object, read.by or "Id", key) for key in read.keys}
            if read.by is None:
                self.gone |= set(read.keys) - found.records.keys()
        else:
            asked = {(read.object, name, value) for name, values in read.any_of.items() for value in values}
        self.looked |= asked
        held = self.records.setdefault(read.object, {})
        for record in found.records.values():
            before = held.get(record.id)
            held[record.id] = Record(record.id, {**(before.properties if before else {}), **record.properties})

    def _wrote(self, action: Create | Upsert | Update, item: Item, record: Record) -> None:
        held = self.records.setdefault(action.object, {})
        before = held.pop(record.id, None)
        whole = Record(record.id, {**(before.properties if before else {}), **item.properties}, new=record.new)
        self.records[action.object] = {record.id: whole, **held}
        if isinstance(action, Update):
            self.updated.add(record.id)
        else:
            self.created[action.object, _link(item)] = record
            self.makers |= {(task, record.id) for task in item.tasks}

    def _refuse(self, action: Create | Upsert | Update, item: Item, end: Outcome, inactive: frozenset[str]) -> None:
        owner, ours = item.properties.get(OWNER, ""), None
        if isinstance(end, Conflict) and end.code == EXISTS:
            ours = end.record_id if self._ours(end) else None
            end = Rejected("salesforce_duplicate_value", property=end.params.get("property", "-"))
        if isinstance(action, Update):
            if isinstance(end, NotFound):
                self.gone.add(item.key)
            elif owner and owner not in inactive and _about_owner(end):
                self.inactive.add(owner)  # worth another try without
            elif end.code in _UNCHANGED:
                self.warned |= dict.fromkeys(item.tasks, Warn(_UNCHANGED[end.code]))
            else:
                self.refused |= dict.fromkeys(item.tasks, end)
            return
        link = _link(item)
        if ours:
            self.created[action.object, link] = Record(ours, {}, new=True)
            return
        self.returned.add((action.object, link))
        if action.object == EVENT and _about_who(end):
            end = Retry("record_gone", vendor="salesforce")  # the lead went meanwhile: it is looked at anew
        if isinstance(end, Conflict) and end.code == DUPLICATE and action.object == LEAD:
            self.duplicates[link] = end.record_id
        elif owner and owner not in inactive and _about_owner(end):
            self.inactive.add(owner)
        else:
            self.refused |= dict.fromkeys(item.tasks, end)

    def _ours(self, end: Conflict) -> bool:
        """Whether it is the booking's id that stands on a record already, and no other unique value."""
        return end.params.get("property") == self.settings.booking_id_field


def _link(item: Item) -> str:
    """The link that a creation's key stands for."""
    source, _, root = item.key.partition("-")
    return booking_link(source, root)


def _about_who(end: Outcome) -> bool:
    gone = isinstance(end, NotFound) or end.code == "salesforce_converted"
    return gone or (end.code == "salesforce_field" and WHO in end.params.get("property", ""))


def _about_owner(end: Outcome) -> bool:
    return (
        isinstance(end, Misconfigured)
        and OWNER in end.params.get("property", "")
        and end.params.get("problem") in _OWNERS
    )
