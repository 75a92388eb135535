"""What is in an org: its objects' fields, its records, and how to take changes back."""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from local.sandbox.salesforce.errors import Refused
from local.sandbox.salesforce.fields import PREFIXES, Facts, standard
from local.sandbox.salesforce.ids import record_id, whole_id
from local.sandbox.salesforce.orgs import Org

type Record = dict[str, Any]

ROOM = 100_000  # no two orgs share an id, so that a mix-up shows
HOST_MAIL, GONE_MAIL = "tanaka@example.co.jp", "gone@example.co.jp"


def stamp(moment: datetime) -> str:
    """A time as Salesforce keeps and writes it: to the second."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")


@dataclass
class Store:
    """The data of one org."""

    org: Org
    now: datetime
    number: int
    fields: dict[str, dict[str, Facts]] = field(default_factory=lambda: {name: standard(name) for name in PREFIXES})
    records: dict[str, dict[str, Record]] = field(default_factory=lambda: {name: {} for name in PREFIXES})
    pages: dict[str, tuple[list[Record], int]] = field(default_factory=dict)
    refusals: list[str] = field(default_factory=list)
    last_id: int = 0

    def __post_init__(self) -> None:
        """Start with the org's own record and three users: who connects, a host, and one who left."""
        self.last_id, self.described_at = self.number * ROOM, self.now
        org, user = self.org, self.org.user
        self.add(
            "Organization",
            self.now,
            Id=org.id,
            Name=org.name,
            OrganizationType=org.edition,
            IsSandbox=org.sandbox,
            TimeZoneSidKey=user.time_zone,
        )
        for given, family, mail, record, active in (
            (user.first_name, user.last_name, user.username, user.id, True),
            ("Ichiro", "Tanaka", HOST_MAIL, self.new_id("User"), True),
            ("Gone", "Away", GONE_MAIL, self.new_id("User"), False),
        ):
            self.add(
                "User",
                self.now,
                Id=record,
                Username=mail if record == user.id else f"{self.number}.{mail}",
                LastName=family,
                FirstName=given,
                Email=mail,
                IsActive=active,
                TimeZoneSidKey=user.time_zone,
                LanguageLocaleKey={"en": "en_US"}.get(user.language, user.language),
            )

    # Reading.

    def find(self, name: str, key: object) -> Record | None:
        """A record by an id of 15 or 18 characters, deleted or not."""
        whole = whole_id(key) if isinstance(key, str) else None
        return self.records.get(name, {}).get(whole or "")

    def living(self, name: str) -> Iterator[Record]:
        """The records that are not deleted, oldest first."""
        return (record for record in self.records[name].values() if not record.get("IsDeleted"))

    def having(self, name: str, column: str, value: object) -> list[Record]:
        """The living records with a value, without regard to case unless the field is case-sensitive."""
        exact = self.fields[name][column]["caseSensitive"]
        wanted = value if exact else _folded(value)
        return [
            record
            for record in self.living(name)
            if record.get(column) is not None and (record[column] if exact else _folded(record[column])) == wanted
        ]

    # Writing.

    def new_id(self, name: str) -> str:
        """An id that nothing had before."""
        self.last_id += 1
        return record_id(PREFIXES[name], self.last_id)

    def add(self, name: str, now: datetime, **values: object) -> Record:
        """Put a record there as it is; what is not given has its default."""
        record: Record = {column: _default(facts) for column, facts in self.fields[name].items()}
        by = {"CreatedById": self.org.user.id, "LastModifiedById": self.org.user.id, "OwnerId": self.org.user.id}
        at = dict.fromkeys(("CreatedDate", "LastModifiedDate", "SystemModstamp"), stamp(now))
        record |= {column: value for column, value in (by | at).items() if column in record}
        record |= {"Id": values.get("Id") or self.new_id(name)} | values
        self.records[name][record["Id"]] = record
        _name(record)
        return record

    def write(self, record: Record, values: Record, now: datetime) -> None:
        """Change a record."""
        record |= values
        at = {"LastModifiedDate": stamp(now), "SystemModstamp": stamp(now), "LastModifiedById": self.org.user.id}
        record |= {column: value for column, value in at.items() if column in record}
        _name(record)

    def delete(self, record: Record, now: datetime) -> None:
        """Put a record into the recycle bin, and the events that are about it."""
        self.write(record, {"IsDeleted": True}, now)
        for event in [one for one in self.living("Event") if one.get("WhoId") == record["Id"]]:
            self.write(event, {"IsDeleted": True}, now)

    def keep(self, found: list[Record], size: int) -> str:
        """Keep the rest of a query's records; the locator's name."""
        name = f"01g{secrets.token_hex(6)}"
        self.pages[name] = found, size
        return name

    @contextmanager
    def all_or_nothing(self) -> Iterator[None]:
        """Take back what was written inside when it ends in a refusal."""
        before = {name: {key: dict(one) for key, one in records.items()} for name, records in self.records.items()}
        try:
            yield
        except Refused:
            self.records = before
            raise


def _default(facts: Facts) -> object:
    if facts["type"] == "boolean":
        return bool(facts["defaultValue"])
    return next((one["value"] for one in facts["picklistValues"] if one["defaultValue"]), None)


def _name(record: Record) -> None:
    """The compound name follows its parts: family name last."""
    if "LastName" in record:
        record["Name"] = " ".join(str(record[part]) for part in ("FirstName", "LastName") if record.get(part))


def _folded(value: object) -> object:
    return value.casefold() if isinstance(value, str) else value
