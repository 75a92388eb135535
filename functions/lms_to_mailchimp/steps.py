"""What planning speaks of: what it asks for, and what comes of that. Pure data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, Protocol

from renkei.lms_users import Standing
from renkei.mapping import Warn

ARCHIVED, CLEANED, PENDING, UNSUBSCRIBED = "archived", "cleaned", "pending", "unsubscribed"
BACK = frozenset({"subscribed", PENDING, "transactional"})
"""With these somebody is taken out of the archive; the others have left, or have no working address."""
TAKEN, FIELDS = "mailchimp_address_taken", "mailchimp_fields"
WAS, WROTE, AT, PAST, WAITED, LAST = "was", "wrote", "at", "past", "waited", "last"
"""What a user's link also holds: the status before we archived, digests of what was last written and of its address,
short ones of those that were looked at, whether somebody waits for the address, and what an import did last."""


class Member(Protocol):
    """A member as Mailchimp shows it."""

    @property
    def contact_id(self) -> str:
        """It outlives the address."""

    @property
    def email(self) -> str:
        """The address, as Mailchimp has it."""

    @property
    def status(self) -> str:
        """Also `archived`."""

    @property
    def tags(self) -> frozenset[str]:
        """The merge tags that the audience has."""


@dataclass(frozen=True)
class Aim:
    """What a member is to hold. `mark` and `at` are keyed digests, of all of it and of the address.

    `cut`: the tags whose text was too long.
    """

    email: str = field(repr=False)
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)
    language: str = ""
    cut: tuple[str, ...] = ()
    mark: str = ""
    at: str = ""


@dataclass(frozen=True)
class Put:
    """Make the member with this address, or change it → Member."""

    aim: Aim
    status_if_new: str


@dataclass(frozen=True)
class Change:
    """Change a member; a status only to take it out of the archive, or into it → Member."""

    contact: str
    aim: Aim
    status: str = ""


@dataclass(frozen=True)
class Look:
    """See a member, by contact id or address → Member."""

    key: str


@dataclass(frozen=True)
class Archive:
    """Take a member out of the audience."""

    contact: str


@dataclass(frozen=True)
class Delete:
    """Delete a member for ever, by address."""

    email: str


@dataclass(frozen=True)
class Owner:
    """Ask whose a member is → another user who has it, or None."""

    contact: str


@dataclass(frozen=True)
class Holder:
    """Ask who was last written with an address, by its digest → another user, or None."""

    at: str


@dataclass(frozen=True)
class Await:
    """Remember at a user that another one waits for the address, and at that one that it waits."""

    user: str


@dataclass(frozen=True)
class Note:
    """Remember which status the user's member has, before it is archived."""

    was: str


type Write = Put | Change | Archive | Delete
type Step = Write | Look | Owner | Holder | Await | Note


@dataclass(frozen=True)
class Other:
    """Another user who has a member, and what is remembered of that user."""

    key: str
    standing: Standing


type Word = Literal["created", "written", "moved", "archived", "deleted", "left", "gone", "same", "met"]


@dataclass(frozen=True)
class End:
    """What became of a user: `after` is to be remembered; `taken` is the deleted user who had the member."""

    word: Word
    after: Standing
    warnings: tuple[Warn, ...] = ()
    taken: Other | None = None
