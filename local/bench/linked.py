"""Very many linked pairs of falcana and HubSpot at once: put where both vendors and we keep them, through no API."""

from __future__ import annotations

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from moto.backends import get_backend
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.dynamodb.models.table import Table

from falcana_hubspot import INTEGRATION
from falcana_hubspot.book import packed
from falcana_hubspot.desk import Desk, scope_of
from falcana_hubspot.kinds import ADDRESS, COMPANY_OF, KINDS, PARENT, PERSON, Kind
from falcana_hubspot.plan import BOTH_WAYS, Side, merge
from local.sandbox.hubspot.store import stamp
from renkei import checkpoints
from renkei.runtime import prepare
from renkei.vendors.hubspot_sync import FALCANA_ID
from tests.firm import KEY, TENANT, Firm
from tests.harness import ACCOUNT, PORTAL, REGION

_A_SECOND = 100  # records that are made in the same one
_MOST = 10_000  # rows that no single answer of DynamoDB has room for
type Ids = dict[str, list[str]]
"""Ids by what they are called: company, contact, address, person."""


class Rows(dict[Any, Any]):
    """A partition of moto's that knows the order of its rows; moto's own sorts all of them for each query."""

    def __init__(self) -> None:
        super().__init__()
        self._order: list[str] = []
        self._keys: dict[str, Any] = {}

    def __setitem__(self, key: Any, item: Any) -> None:
        """Put a row."""
        if key not in self:
            insort(self._order, key.value)
            self._keys[key.value] = key
        super().__setitem__(key, item)

    def pop(self, key: Any, *otherwise: Any) -> Any:
        """Take a row out."""
        if key in self:
            del self._order[bisect_left(self._order, key.value)]
            del self._keys[key.value]
        return super().pop(key, *otherwise)

    def between(self, low: str, high: str, most: int) -> dict[Any, Any]:
        """So many rows of a range, the first ones."""
        first = bisect_left(self._order, low)
        found = self._order[first : min(bisect_right(self._order, high), first + most)]
        return {self._keys[text]: self[self._keys[text]] for text in found}


@contextmanager
def quick_links(firm: Firm) -> Iterator[None]:
    """Let moto find the rows of the firm's links without going through all of them, while this lasts."""
    rows, scope = _links().items, DynamoType({"S": scope_of(firm.stack.workspace, TENANT, str(PORTAL))})
    before, rows[scope], moto_s = rows[scope], Rows(), Table.query
    for key, item in before.items():
        rows[scope][key] = item

    def ours(table: Any, hash_key: Any, how: str, *told: Any, **named: Any) -> Any:
        part, (objects, limit, start, *_) = table.items.get(hash_key), told
        if not isinstance(part, Rows) or how not in {"BETWEEN", "BEGINS_WITH"}:
            return moto_s(table, hash_key, how, *told, **named)
        low = max(objects[0].value, start["link"]["S"] if start else "")
        high = objects[1].value if how == "BETWEEN" else f"{objects[0].value}\U0010ffff"
        table.items[hash_key] = part.between(low, high, limit + 2 if limit else _MOST)
        try:
            return moto_s(table, hash_key, how, *told, **named)
        finally:
            table.items[hash_key] = part

    with mock.patch.object(Table, "query", ours):
        yield


def linked(firm: Firm, count: int) -> Ids:
    """Link so many pairs, half of them companies and half of them a contact each, as after many runs."""
    firm.five()  # nothing is there: both directions have begun
    desk = Desk(prepare(firm.stack.platform, firm.stack.workspace, INTEGRATION))
    for kind in KINDS:
        desk.hubspot.ensure(kind.object, FALCANA_ID, "falcana")
    ids: Ids = {"company": [], "contact": [], "address": [], "person": []}
    for number in range(count // 2):
        if number % _A_SECOND == 0:
            firm.wait(1)
        company, address = _pair(firm, desk, ADDRESS, _firm(number))
        contact, person = _pair(firm, desk, PERSON, _guest(number), company, address)
        for name, id_ in zip(ids, (company, contact, address, person), strict=True):
            ids[name].append(id_)
    at = stamp(firm.clock())
    for name in ("search.companies", "search.contacts", "late.companies", "late.contacts"):
        checkpoints.save(firm.stack.workspace, KEY, name, {"at": at})
    checkpoints.save(firm.stack.workspace, KEY, "feed", {"cursor": desk.falcana.now()})
    firm.wait(2 * 3600)
    firm.forget_calls()
    return ids


def _pair(  # noqa: PLR0917 - both of a pair, and whom it belongs to
    firm: Firm, desk: Desk, kind: Kind, values: dict[str, str], company: str = "", address: str = ""
) -> tuple[str, str]:
    """Make two records that are the same, and link them; gives HubSpot's id and falcana's."""
    rules, portal = desk.rules[kind.name], firm.hubspot.portals[PORTAL]
    properties = {rule.property: values[rule.field] for rule in rules if rule.field in values}
    record = portal.create(kind.object, properties, firm.clock())
    portal.changes.clear()  # nobody is told
    if company:
        firm.hubspot.associate(PORTAL, kind.object, record.id, "companies", company, 1)
    parent = {PARENT: int(address)} if address else {}
    made = {**values, **parent, "external_ids": {"hubspot": record.id}}
    one = str(firm.falcana.seed(TENANT, kind.entity, made))
    portal.write(record, {FALCANA_ID: one}, firm.clock())
    held: dict[str, str | None] = {rule.field: record.properties.get(rule.property, "") for rule in rules}
    theirs: dict[str, str | None] = {rule.field: values.get(rule.field, "") for rule in rules}
    if address:
        held[PARENT] = theirs[PARENT] = address
        if record.properties.get(COMPANY_OF) != company:
            raise RuntimeError("a contact is not with its company")
    result = merge(
        rules, Side(held), Side(theirs), {}, lambda field, text: desk.digest(f"{kind.name} {field}", f"{one}\0{text}"),
        BOTH_WAYS,
    )  # fmt: skip
    if result.to_hubspot or result.to_falcana:
        raise RuntimeError(f"not the same: {sorted({*result.to_hubspot, *result.to_falcana})}")
    version = firm.falcana.tenants[TENANT].tables[kind.entity].rows[int(one)].version
    _put(desk, f"{kind.name}#{one}", **{"with": record.id}, of=one, agreed=packed(result.agreed), v=str(version))
    _put(desk, f"{kind.other}#{record.id}", **{"with": one}, at=record.properties[kind.modified])
    return record.id, one


def _put(desk: Desk, link: str, **values: str) -> None:
    _links().put_item({name: {"S": text} for name, text in {"scope": desk.scope, "link": link, **values}.items()})


def _links() -> Any:
    tables: Any = get_backend("dynamodb")[ACCOUNT][REGION].tables
    return tables["renkei-links"]


def _firm(number: int) -> dict[str, str]:
    return {
        "name": f"Werkzeugbau {number} GmbH",
        "street": f"Industriestraße {number % 200}",
        "zip": f"{10000 + number % 80000}",
        "city": "Stuttgart",
        "phone": f"+49 711 {200000 + number}",
        "website": f"werkzeugbau-{number}.example",
    }


def _guest(number: int) -> dict[str, str]:
    return {
        "first_name": "Erika",
        "last_name": f"Muster {number}",
        "email": f"erika@werkzeugbau-{number}.example",
        "mobile": f"+49 171 {2000000 + number}",
        "position": "Einkauf",
    }
