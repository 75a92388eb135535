"""A portal's records: what is there, what was there, and how to take a change back."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import NamedTuple

from local.sandbox.hubspot.changes import PERSON, Change, Source
from local.sandbox.hubspot.definitions import Property, standard
from local.sandbox.hubspot.errors import Refused
from local.sandbox.hubspot.index import Index
from local.sandbox.hubspot.kinds import PRIMARY_TYPES, created_name, modified_name
from local.sandbox.hubspot.owners import OWNERS, Owner
from local.sandbox.hubspot.stages import Pipeline, amount_of, calculated, pipelines_of

__all__ = ["OWNERS", "Links", "Owner", "Portal", "Record", "Version", "stamp"]


def stamp(moment: datetime) -> str:
    """A time as HubSpot writes it."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + (f"{moment.microsecond // 1000:03d}Z")


class Version(NamedTuple):
    """A record's properties since a moment, and who made them so."""

    at: datetime
    values: dict[str, str]
    source: Source


@dataclass
class Record:
    """One object. `versions` are its properties as they were, for the search index and history."""

    id: str
    kind: str
    properties: dict[str, str]
    created_at: datetime
    updated_at: datetime
    archived_at: datetime | None = None
    versions: list[Version] = field(default_factory=list)

    @property
    def archived(self) -> bool:
        """Whether it is in the recycle bin (or was merged away)."""
        return self.archived_at is not None

    def as_of(self, moment: datetime) -> dict[str, str] | None:
        """The properties as they were at a moment; None when it did not exist."""
        return next((v.values for v in reversed(self.versions) if v.at <= moment), None)


EVERY_ADDRESS = ""  # what a contact's first and further addresses are looked up by
Links = dict[tuple[str, str], dict[tuple[str, str], set[int]]]


@dataclass
class Portal:
    """One HubSpot account. `source` is who acts now; `changes` what was done and not yet told."""

    id: int
    name: str
    domain: str
    time_zone: str = "Asia/Tokyo"
    utc_offset: str = "+09:00"
    currency: str = "JPY"
    additional_currencies: tuple[str, ...] = ()
    lines_make_amount: bool = False
    owners: tuple[Owner, ...] = OWNERS
    properties: dict[str, dict[str, Property]] = field(default_factory=standard)
    groups: dict[str, dict[str, str]] = field(default_factory=dict)
    records: dict[str, dict[str, Record]] = field(default_factory=dict)
    merged: dict[tuple[str, str], str] = field(default_factory=dict)
    links: Links = field(default_factory=dict)
    parted: Links = field(default_factory=dict)
    index: dict[str, Index] = field(default_factory=dict)
    association_bumps_modified: bool = True
    pipelines: list[Pipeline] = field(default_factory=list)
    source: Source = PERSON
    changes: list[Change] = field(default_factory=list)
    last_id: int = 0
    _undo: list[Callable[[], object]] = field(default_factory=list)
    _depth: int = 0

    def __post_init__(self) -> None:
        """Start with the usual pipelines, and the groups that the standard properties are in."""
        self.pipelines = self.pipelines or pipelines_of(self.id)
        for kind, properties in self.properties.items():
            names = {p.group for p in properties.values()}
            self.groups[kind] = {name: name for name in sorted(names)}
            self.records[kind] = {}
            self.index[kind] = Index()

    # Reading.

    def live(self, kind: str) -> Iterator[Record]:
        """The records that are not archived, oldest first."""
        return (record for record in self.records[kind].values() if not record.archived)

    def find(self, kind: str, object_id: str, *, merged: bool = False) -> Record | None:
        """A live record by its id; with `merged` also by an id it had before a merge."""
        while merged and (kind, object_id) in self.merged:
            object_id = self.merged[kind, object_id]
        record = self.records[kind].get(object_id)
        return record if record and not record.archived else None

    def find_by(self, kind: str, name: str, value: str) -> Record | None:
        """A live record by the value of a unique property, without regard to case."""
        return self.records[kind].get(self.index[kind].first(name, value))

    def contact_with(self, email: str) -> Record | None:
        """The contact that has an address, be it as an additional one."""
        return self.records["contacts"].get(self.index["contacts"].first(EVERY_ADDRESS, email))

    # Writing; every step can be taken back.

    @contextmanager
    def all_or_nothing(self) -> Iterator[None]:
        """Take back what was written inside when it ends in a refusal."""
        mark = len(self._undo)
        self._depth += 1
        try:
            yield
        except Refused:
            while len(self._undo) > mark:
                self._undo.pop()()
            raise
        finally:
            self._depth -= 1
            if not self._depth:
                self._undo.clear()

    def _undoable(self, step: Callable[[], object]) -> None:
        if self._depth:
            self._undo.append(step)

    @contextmanager
    def acting(self, source: Source) -> Iterator[None]:
        """Whoever is named here makes the changes inside; else a person does."""
        before, self.source = self.source, source
        try:
            yield
        finally:
            self.source = before

    def note(
        self, what: str, record: Record, now: datetime, detail: dict[str, object] | None = None, to_kind: str = ""
    ) -> None:
        """Keep a change for the webhooks."""
        change = Change(what, record.kind, record.id, now, self.source, detail or {}, to_kind)
        self.changes.append(change)
        self._undoable(lambda: self.changes.remove(change))

    def create(self, kind: str, values: dict[str, str], now: datetime, *, merging: bool = False) -> Record:
        """Add a record; `values` are checked already. What a merge makes is no creation."""
        self.last_id += 1
        object_id = str(self.last_id)
        record = Record(object_id, kind, {}, now, now)
        self.records[kind][object_id] = record

        def drop() -> None:
            del self.records[kind][object_id]
            self.index[kind].drop(object_id)

        self._undoable(drop)
        if not merging:
            self.note("creation", record, now)
        own = {"hs_object_id": object_id, created_name(kind): stamp(now)}
        self.write(record, own | values, now, merging=merging)
        return record

    def write(
        self, record: Record, values: dict[str, str], now: datetime, *, merging: bool = False, unseen: bool = False
    ) -> None:
        """Set properties; "" clears. Nothing happens when nothing changes. `unseen`: its time of change stays."""
        before = record.properties
        after = {n: v for n, v in (before | values).items() if v != ""}
        if after == before:
            return
        if not unseen:
            after[modified_name(record.kind)] = stamp(now)
        if record.kind == "contacts":
            domain = after.get("email", "").partition("@")[2]
            after |= {"hs_email_domain": domain} if domain else {}
        if record.kind == "deals":
            after = {n: v for n, v in (after | calculated(self.pipelines, after)).items() if v != ""}
        if record.kind == "line_items":
            after = {n: v for n, v in (after | {"amount": amount_of(after)}).items() if v != ""}
        updated_at, versions = record.updated_at, list(record.versions)

        def restore() -> None:
            record.properties, record.updated_at, record.versions = before, updated_at, versions
            self._indexed(record)

        self._undoable(restore)
        record.properties, record.updated_at = after, updated_at if unseen else now
        record.versions.append(Version(now, after, self.source))
        self._indexed(record)
        for name in [] if merging else sorted(after.keys() | before.keys()):
            if after.get(name) != before.get(name):
                detail: dict[str, object] = {"propertyName": name, "propertyValue": after.get(name, "")}
                self.note("propertyChange", record, now, detail)

    def archive(self, record: Record, now: datetime, *, merging: bool = False) -> None:
        """Put a record into the recycle bin; its associations go. What a merge loses is no deletion."""
        end = (record.kind, record.id)
        self._bin(record, now)
        if not merging:
            self.parted[end] = dict(self.links.get(end, {}))
            self.note("deletion", record, now)
        for other in list(self.links.get(end, {})):
            self.unlink(end, other, now)

    def restore(self, record: Record, now: datetime) -> None:
        """Take a record out of the recycle bin; its associations are the caller's."""
        self._bin(record, None)
        self.note("restore", record, now)

    def _bin(self, record: Record, at: datetime | None) -> None:
        before, record.archived_at = record.archived_at, at

        def back() -> None:
            record.archived_at = before
            self._indexed(record)

        self._undoable(back)
        self._indexed(record)

    def _indexed(self, record: Record) -> None:
        values = {(name, record.properties[name]) for name in self._unique(record)}
        if record.kind == "contacts":
            more = f"{record.properties.get('email', '')};{record.properties.get('hs_additional_emails', '')}"
            values |= {(EVERY_ADDRESS, address) for address in more.split(";")}
        self.index[record.kind].put(record.id, record.updated_at, values, archived=record.archived)

    def _unique(self, record: Record) -> list[str]:
        known = self.properties[record.kind]
        return [name for name in record.properties if name in known and known[name].unique]

    # Associations: kept in both directions.

    def linked(self, end: tuple[str, str], kind: str) -> dict[str, set[int]]:
        """The records of a type that one is associated with: id → association type ids."""
        found = self.links.get(end, {})
        return {other: types for (of, other), types in found.items() if of == kind}

    def set_link(self, end: tuple[str, str], other: tuple[str, str], types: set[int], now: datetime) -> None:
        """Set the types of one direction; none removes it."""
        mine = self.links.setdefault(end, {})
        before = mine.get(other)

        def restore() -> None:
            if before is None:
                mine.pop(other, None)
            else:
                mine[other] = before

        self._undoable(restore)
        if types:
            mine[other] = types
        else:
            mine.pop(other, None)
        self._note_link(end, other, before or set(), types, now)

    def unlink(self, end: tuple[str, str], other: tuple[str, str], now: datetime) -> None:
        """Remove an association, and with it the contact's primary company."""
        self.set_link(end, other, set(), now)
        self.set_link(other, end, set(), now)
        for (kind, object_id), (_, company) in ((end, other), (other, end)):
            record = self.records[kind].get(object_id)
            is_primary = record and record.properties.get("associatedcompanyid") == company
            if record and kind == "contacts" and is_primary:
                self.write(record, {"associatedcompanyid": ""}, now, unseen=not self.association_bumps_modified)

    def _note_link(
        self, end: tuple[str, str], other: tuple[str, str], before: set[int], types: set[int], now: datetime
    ) -> None:
        """Note what became of one direction: more types or other ones, or less."""
        if before == types:
            return
        changed = types - before or before - types
        (kind, object_id), (to_kind, to_id) = end, other
        detail: dict[str, object] = {
            "fromObjectId": int(object_id),
            "toObjectId": int(to_id),
            "associationRemoved": not types - before,
            "isPrimaryAssociation": bool(changed & PRIMARY_TYPES),
        }
        self.note("associationChange", self.records[kind][object_id], now, detail, to_kind)
