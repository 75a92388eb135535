"""An audience's members, found by hash, address or contact id, and in the shape the API gives them.

https://mailchimp.com/developer/marketing/api/list-members/
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import md5
from itertools import islice
from typing import Literal, get_args

type Json = dict[str, object]
type Status = Literal["subscribed", "unsubscribed", "cleaned", "pending", "transactional", "archived"]

STATUSES: tuple[Status, ...] = get_args(Status.__value__)


def subscriber(email: str) -> str:
    """The hash under which a member is found: MD5 of the address in lower case."""
    return md5(email.lower().encode(), usedforsecurity=False).hexdigest()


@dataclass
class Member:
    """One member. `before` is the status from before the archive; `values` are by the merge fields' numbers."""

    contact_id: str
    web_id: int
    email: str
    status: Status
    signed_up: datetime
    changed: datetime
    language: str = ""
    before: Status | None = None
    opted_in: datetime | None = None
    values: dict[int, object] = field(default_factory=dict)

    @property
    def id(self) -> str:
        """The hash of the address."""
        return subscriber(self.email)

    def shape(self, audience: str, values: Json) -> Json:
        """As the API gives it, with these values by tag."""
        names = [str(values[tag]) for tag in ("FNAME", "LNAME") if values.get(tag)]
        return {
            "id": self.id,
            "email_address": self.email,
            "unique_email_id": subscriber(f"unique {self.email.lower()}")[:10],
            "contact_id": self.contact_id,
            "full_name": " ".join(names),
            "web_id": self.web_id,
            "email_type": "html",
            "status": self.status,
            "consents_to_one_to_one_messaging": True,
            "merge_fields": values,
            "interests": {},
            "stats": {"avg_open_rate": 0, "avg_click_rate": 0},
            "ip_signup": "",
            "timestamp_signup": _instant(self.signed_up),
            "ip_opt": "",
            **({"timestamp_opt": _instant(self.opted_in)} if self.opted_in else {}),
            "member_rating": 2,
            "last_changed": _instant(self.changed),
            "language": self.language,
            "vip": False,
            "email_client": "",
            "location": {"latitude": 0, "longitude": 0, "gmtoff": 0, "dstoff": 0, "country_code": "", "timezone": ""},
            "source": "API - Generic",
            "tags_count": 0,
            "tags": [],
            "list_id": audience,
            "_links": [],
        }


@dataclass
class Members:
    """The members of an audience, in the order they came; finding one takes the same time with any number of them."""

    audience: str
    first_web_id: int
    by_hash: dict[str, Member] = field(default_factory=dict)
    by_contact: dict[str, Member] = field(default_factory=dict)
    forgotten: set[str] = field(default_factory=set)
    counts: Counter[Status] = field(default_factory=Counter)
    made: int = 0

    def find(self, key: str) -> Member | None:
        """By hash, contact id or address."""
        return self.by_hash.get(key) or self.by_contact.get(key) or self.by_hash.get(subscriber(key))

    def add(self, email: str, status: Status, now: datetime) -> Member:
        """A new member."""
        self.made += 1
        contact = subscriber(f"{self.audience} {self.made}")
        member = Member(contact, self.first_web_id + self.made, email, status, now, now)
        member.opted_in = now if status == "subscribed" else None
        self.by_hash[member.id] = self.by_contact[contact] = member
        self.counts[status] += 1
        return member

    def rename(self, member: Member, email: str) -> None:
        """Give a member another address, which is nobody else's."""
        del self.by_hash[member.id]
        member.email = email
        self.by_hash[member.id] = member

    def turn(self, member: Member, status: Status, now: datetime) -> None:
        """Give a member another status."""
        self.counts[member.status] -= 1
        self.counts[status] += 1
        if status == "subscribed" != member.status:
            member.opted_in = now
        member.before = member.status if status == "archived" else None
        member.status, member.changed = status, now

    def forget(self, member: Member) -> None:
        """Delete a member for good: the address may never be imported again."""
        self.counts[member.status] -= 1
        del self.by_hash[member.id], self.by_contact[member.contact_id]
        self.forgotten.add(member.id)

    def listed(self, status: str, offset: int, count: int) -> tuple[list[Member], int]:
        """A page of those with a status, and how many there are; without a status all who are not archived."""
        fits: Callable[[Member], bool] = lambda one: one.status == status if status else one.status != "archived"  # noqa: E731
        total = self.counts.total() - self.counts["archived"] if not status else self.counts[status]  # type: ignore[index]
        found: Iterator[Member] = filter(fits, self.by_contact.values())
        return list(islice(found, offset, offset + count)), total


def _instant(time: datetime) -> str:
    return time.isoformat(timespec="seconds")
