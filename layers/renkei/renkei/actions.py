"""What a plan can ask for. Plans decide, `vendors` and `links` do; a plan knows neither.

The object actions speak of records in a CRM by object name, key and properties; the key of an item is the
plan's own (a mail address, a digest), so that answers are matched by it and never by position.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from renkei.errors import Outcome

UNIQUE = "renkei_key"
"""The unique property that we put on records which have no unique property of their own."""


@dataclass(frozen=True)
class Record:
    """A record as the vendor holds it; values are text, absent ones are left out. `new`: this call made it."""

    id: str
    properties: Mapping[str, str]
    new: bool = False


@dataclass(frozen=True)
class To:
    """The other end of an association: object, id and the vendor's association type numbers."""

    object: str
    id: str
    types: tuple[int, ...]


@dataclass(frozen=True)
class Item:
    """One record to write. `tasks`: whose values these are, and who fails if they are refused."""

    key: str
    properties: Mapping[str, str]
    to: tuple[To, ...] = ()
    tasks: tuple[str, ...] = ()


@dataclass(frozen=True)
class Search:
    """Look for records with one of these values in one of these properties. May lag behind what was just written.

    `closed`: also those that are done with for good (converted leads), where the vendor has such.
    """

    object: str
    any_of: Mapping[str, tuple[str, ...]]
    properties: tuple[str, ...]
    closed: bool = False


@dataclass(frozen=True)
class Read:
    """Read records by id, or by the unique property `by`. Does not lag.

    What many at once do not find is looked for one by one, where that may find more; not so without `singly`.
    """

    object: str
    keys: tuple[str, ...]
    properties: tuple[str, ...]
    by: str | None = None
    singly: bool = True


@dataclass(frozen=True)
class Look:
    """Several searches and reads, which some vendors answer in one call."""

    reads: tuple[Search | Read, ...]


@dataclass(frozen=True)
class Create:
    """Create records; one whose unique property `by` is taken fails alone as a Conflict. So it is safe to repeat.

    Not so where `by` is empty: who asks for that has to look first. `options` are the vendor's own; see its client.
    """

    object: str
    by: str
    items: tuple[Item, ...]
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Upsert:
    """Create records, or change those whose unique property `by` has the item's key. Safe to repeat."""

    object: str
    by: str
    items: tuple[Item, ...]
    options: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Update:
    """Change records; keys are ids, or values of the unique property `by`.

    `follow`: one alone that was merged into another record changes that one. Else it fails as NotFound.
    """

    object: str
    items: tuple[Item, ...]
    by: str | None = None
    follow: bool = True


@dataclass(frozen=True)
class Delete:
    """Delete records by id; one that is gone already fails alone as NotFound. `tasks`: who wants each."""

    object: str
    keys: tuple[str, ...]
    tasks: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True)
class Remember:
    """Add values to what our own memory holds under a link."""

    link: str
    values: Mapping[str, str | bool]


@dataclass(frozen=True)
class Forget:
    """Drop a link from our own memory."""

    link: str


type Reads = Search | Read
type Writes = Create | Update
type Notes = Remember | Forget
type Action = Reads | Writes | Notes


@dataclass
class Result:
    """What came of an action: records by key (for a Search: by id), and failures by key; of a Look, `each` in order."""

    records: dict[str, Record] = field(default_factory=dict)
    failed: dict[str, Outcome] = field(default_factory=dict)
    each: tuple[Result, ...] = ()

    def add(self, other: Result) -> None:
        """Take in what came of a part."""
        self.records |= other.records
        self.failed |= other.failed
