"""What tests and demos do behind the API's back: as people in falcana would, and its admins."""

from abc import ABC
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from threading import RLock
from typing import Any, cast, get_args

from local.sandbox.falcana import writes
from local.sandbox.falcana.accounts import DEMO, Tenant, User
from local.sandbox.falcana.fields import Custom
from local.sandbox.falcana.records import ENTITIES, USER, Commit, Entity, Record
from local.sandbox.falcana.refusals import Problem
from local.sandbox.falcana.shapes import record_shape
from local.sandbox.falcana.values import read
from local.sandbox.vendor import Clock

DEFAULTS: Mapping[Entity, Mapping[str, object]] = {
    "addresses": {"kind": "company", "owner_user_id": 11, "sales_group_id": 21},
    "contact-persons": {},
}


class Behind(ABC):
    """The sandbox's doors for tests. What falcana would not let a person do raises ValueError, KeyError: no record."""

    tenants: dict[str, Tenant]
    clock: Clock
    _lock: RLock

    def seed(self, tenant: str, entity: Entity, values: Mapping[str, object]) -> int:
        """Put a record there as a person would (an import may bring external ids with it); gives its id.

        `values` are as the API has them, `custom` in an object of its own; kind, user and sales group of an address
        need not be told.
        """
        with self._lock:
            one = self.tenants[tenant]
            try:
                read_values = read(one, entity, {**DEFAULTS[entity], **values}, None, by_hand=True)
                return writes.create(one, entity, read_values, self._commit()).id
            except Problem as problem:
                raise _wrong(problem) from None

    def change(self, tenant: str, entity: Entity, record: int, values: Mapping[str, object]) -> None:
        """Change a record as a person would: everything but its external id."""
        with self._lock:
            one, row = self._row(tenant, entity, record)
            try:
                writes.update(one, entity, row, read(one, entity, values, row, by_hand=True), self._commit())
            except Problem as problem:
                raise _wrong(problem) from None

    def remove(self, tenant: str, entity: Entity, record: int) -> None:
        """Delete a record as a person would; an address with its contact persons."""
        with self._lock:
            one, row = self._row(tenant, entity, record)
            writes.remove(one, entity, row, self._commit())

    def merge(self, tenant: str, entity: Entity, winner: int, loser: int) -> None:
        """Make one of two records as a person would after the search for duplicates; the winner stays."""
        if winner == loser:
            raise ValueError("a record is not merged with itself")
        with self._lock:
            one, kept = self._row(tenant, entity, winner)
            _, lost = self._row(tenant, entity, loser)
            writes.merge(one, entity, kept, lost, self._commit())

    def restrict(self, tenant: str, group: int, *, restricted: bool = True) -> None:
        """Take the client's right to write into a sales group, or give it back."""
        with self._lock:
            closed = self.tenants[tenant].closed
            (closed.add if restricted else closed.discard)(group)

    def define(self, tenant: str, entity: Entity, custom: Custom) -> None:
        """Make a field of the tenant's own, or change one; what records have in it stays as it is."""
        with self._lock:
            self.tenants[tenant].customs[entity][custom.key] = custom

    def employ(self, tenant: str, user: User) -> None:
        """Bring a user, or change one."""
        with self._lock:
            self.tenants[tenant].users[user.id] = user

    def dismiss(self, tenant: str, user: int) -> None:
        """A user leaves; records stay theirs, and no others become theirs."""
        with self._lock:
            users = self.tenants[tenant].users
            users[user] = replace(users[user], active=False)

    def forget_changes(self, tenant: str, before: datetime) -> None:
        """Let the feed begin at this time."""
        with self._lock:
            self.tenants[tenant].feed.forget(before)

    def state(self, tenant: str = DEMO.tenant) -> dict[str, list[dict[str, Any]]]:
        """All living records by entity, as the API shows them."""
        with self._lock:
            tables = self.tenants[tenant].tables
            return {one: [record_shape(one, row) for row in tables[one].rows.values()] for one in ENTITIES}

    def by_hand(self, page: str, body: Mapping[str, object]) -> Mapping[str, object] | None:
        """POST /_sandbox/seed {"entity", "values"}, /change {…, "id"}, /remove {"entity", "id"} and
        /merge {"entity", "winner", "loser"}; each may name a "tenant".
        """
        if page not in ("seed", "change", "remove", "merge"):
            return None
        tenant, told, values = body.get("tenant", DEMO.tenant), body.get("entity"), body.get("values", {})
        if tenant not in self.tenants or told not in get_args(Entity.__value__) or not isinstance(values, dict):
            raise ValueError('{"entity": "addresses", "id": 1000001, "values": {...}} is expected')
        tenant, entity = str(tenant), cast("Entity", told)
        try:
            if page == "seed":
                return {"id": self.seed(tenant, entity, values)}
            if page == "merge":
                winner = _number(body, "winner")
                self.merge(tenant, entity, winner, _number(body, "loser"))
                return {"id": winner}
            record = _number(body, "id")
            if page == "change":
                self.change(tenant, entity, record, values)
            else:
                self.remove(tenant, entity, record)
        except KeyError as error:
            raise ValueError(str(error)) from error
        return {"id": record}

    def _commit(self) -> Commit:
        return Commit(USER, self.clock())

    def _row(self, tenant: str, entity: Entity, record: int) -> tuple[Tenant, Record]:
        one = self.tenants[tenant]
        if record not in one.tables[entity].rows:
            raise KeyError(f"no record {record} in {entity}")
        return one, one.tables[entity].rows[record]


def _wrong(problem: Problem) -> ValueError:
    return ValueError(f"{problem.code}: {dict(problem.more)}")


def _number(body: Mapping[str, object], name: str) -> int:
    found = body.get(name)
    if not isinstance(found, int):
        raise ValueError(f"{name} is expected")  # noqa: TRY004 - the caller's mistake
    return found
