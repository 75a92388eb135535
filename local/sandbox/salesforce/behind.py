"""What tests and demos do to an org behind the API's back: as its people and its admin would."""

from collections.abc import Mapping
from threading import RLock
from typing import Any

from local.sandbox.salesforce.errors import NOW_AND_THEN
from local.sandbox.salesforce.fields import BOOKING_ID, Facts, changed, custom
from local.sandbox.salesforce.orgs import ORGS
from local.sandbox.salesforce.store import Record, Store
from local.sandbox.vendor import Clock

KAISHA = ORGS[0].id


class Behind:
    """The sandbox's doors for tests."""

    stores: dict[str, Store]
    clock: Clock
    _lock: RLock

    def seed(self, org: str, name: str, fields: Mapping[str, object]) -> str:
        """Put a record there as a person would, with any field and unchecked; gives its id."""
        with self._lock:
            store = self.stores[org]
            unknown = sorted(set(fields) - set(store.fields[name]))
            if unknown:
                raise ValueError(f"no such fields: {', '.join(unknown)}")
            return str(store.add(name, self.clock(), **fields)["Id"])

    def state(self, org: str = KAISHA) -> dict[str, list[Record]]:
        """All records of an org, deleted ones too, by object."""
        with self._lock:
            records = self.stores[org].records
            return {name: [dict(one) for one in found.values()] for name, found in records.items()}

    def user(self, mail: str, org: str = KAISHA) -> str:
        """The id of an org's user by the mail address."""
        return str(next(one["Id"] for one in self.stores[org].records["User"].values() if one["Email"] == mail))

    def edit(self, record: str, **fields: object) -> None:
        """Change a record as a person would, unchecked."""
        store, _, found = self._record(record)
        with self._lock:
            store.write(found, dict(fields), self.clock())

    def delete(self, record: str) -> None:
        """Delete a record as a person would."""
        store, _, found = self._record(record)
        with self._lock:
            store.delete(found, self.clock())

    def convert(self, lead: str) -> str:
        """Convert a lead as a person would; gives the id of the contact that it became."""
        store, _, found = self._record(lead)
        with self._lock:
            shared = ("LastName", "FirstName", "Salutation", "Title", "Email", "Phone", "MobilePhone", "OwnerId")
            contact = store.add("Contact", self.clock(), **{column: found[column] for column in shared})["Id"]
            done = {"IsConverted": True, "ConvertedContactId": contact, "Status": "Closed - Converted"}
            done |= {"ConvertedDate": self.clock().date().isoformat()}
            store.write(found, done, self.clock())
        return str(contact)

    def refuse_next(self, *codes: str, org: str = KAISHA) -> None:
        """Refuse the next records that are saved, one for each code of `errors.NOW_AND_THEN`; "" lets one pass."""
        for code in codes:
            if code and code not in NOW_AND_THEN:
                raise ValueError(f"unknown: {code}; allowed: {', '.join(NOW_AND_THEN)}")
        self.stores[org].refusals.extend(codes)

    def add_field(self, org: str | None = None, name: str = "Lead", /, **facts: Any) -> None:
        """Add a custom field, in one org or in all: the one for the booking's id unless told, in describe's words.

        Records that are there have no value in it. Raises ValueError for what is no fact.
        """
        field = custom(**(facts or BOOKING_ID))
        for store in self._in(org):
            store.fields[name][field["name"]] = dict(field)
            for record in store.records[name].values():
                record[field["name"]] = False if field["type"] == "boolean" else None

    def change_field(self, column: str, org: str | None = None, name: str = "Lead", /, **facts: Any) -> None:
        """Change facts of a field, e.g. nillable=False, length=5, createable=False, picklistValues=["A"]."""
        for store in self._in(org):
            store.fields[name][column] = changed(store.fields[name][column], **facts)

    def drop_field(self, column: str, org: str | None = None, name: str = "Lead", /) -> None:
        """Take a field away: deleted, or hidden from the user who connected."""
        for store in self._in(org):
            fields: dict[str, Facts] = store.fields[name]
            fields.pop(column, None)

    def _in(self, org: str | None) -> list[Store]:
        with self._lock:
            stores = [self.stores[org]] if org else list(self.stores.values())
            for store in stores:
                store.described_at = self.clock()
            return stores

    def _record(self, record: str) -> tuple[Store, str, Record]:
        for store in self.stores.values():
            for name in store.records:
                found = store.find(name, record)
                if found is not None:
                    return store, name, found
        raise KeyError(f"no record {record}")
