"""A short way to the rows of moto's DynamoDB, for calls of the forms that `renkei.dynamo` makes.

Rows are kept as moto keeps them, and conditions are moto's. Whatever is not plain, is refused, or comes near a limit is
left to moto, before anything was changed.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from moto.dynamodb.comparisons import get_comparison_func, get_filter_expression
from moto.dynamodb.models import dynamodb_backends
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.table import Table

from tests.quick_dynamo import MOST
from tests.quick_values import NotPlain, Row, only, size, told, typed

_KEY_MOST = 256
"""Characters of a key: so many are allowed in any script."""
_MOST_KEYS = 100
_PAGE, _BATCH = 1_000_000, 16_000_000
"""Bytes of an answer."""
_EXPRESSIONS = ("ConditionExpression", "KeyConditionExpression", "UpdateExpression")
_PLACEHOLDER = re.compile(r"[#:]\w+")
_UPDATE = re.compile(r"(?:SET (#\w+ = :\w+(?:, #\w+ = :\w+)*))?(?:^| |$)(?:REMOVE (#\w+(?:, #\w+)*))?")
_QUERY = re.compile(r"#p = :p(?: AND (?:#s (<=?|>=?|=) :s|(begins_with)\(#s, :s\)|#s (BETWEEN) :s AND :t))?")


def answer(operation: str, params: Row, account: str, region: str) -> Row | None:
    """What moto would answer; None if it is to be asked."""
    tables = dynamodb_backends[account][region].tables
    try:
        if batch := _BATCHES.get(operation):
            ((name, asked),) = params["RequestItems"].items()
            return batch(tables[name], asked) if len(params) == 1 else None
        act, known = _OPERATIONS[operation]
        rest = {name: value for name, value in params.items() if name != "TableName"}
        return act(tables[params["TableName"]], rest) if rest.keys() <= known else None
    except (NotPlain, KeyError, TypeError, ValueError):  # what is not there, or not of the form that is foreseen
        return None


def _get(table: Table, asked: Row) -> Row:
    item = _at(table, asked["Key"])[2]
    return {"Item": told(item)} if item else {}


def _put(table: Table, asked: Row) -> Row:
    item, before = _new(table, asked["Item"])
    _hold(asked, before)
    table.items[item.hash_key][item.range_key] = item
    return {}


def _delete(table: Table, asked: Row) -> Row:
    partition, sort, item = _at(table, asked["Key"])
    only(asked["ReturnValues"] == "ALL_OLD")
    _hold(asked, item)
    if item is None:
        return {}
    del table.items[partition][sort]
    return {"Attributes": told(item)}


def _update(table: Table, asked: Row) -> Row:
    names, values = asked["ExpressionAttributeNames"], asked.get("ExpressionAttributeValues", {})
    partition, sort, item = _at(table, asked["Key"])
    changes = _changes(asked["UpdateExpression"])
    news = {names[name]: values[value] for name, value in changes if value}
    gone = [names[name] for name, value in changes if not value]
    only(asked["ReturnValues"] == "ALL_NEW", len({*news, *gone, *asked["Key"]}) == len(changes) + len(asked["Key"]))
    _hold(asked, item)
    _indexed(table, news)
    made = {name: typed(value) for name, value in news.items()}
    old: Any = item.attrs if item else {name: typed(value) for name, value in asked["Key"].items()}
    only(size(old) + size(made) <= MOST)
    if item is None:
        item = table.items[partition][sort] = _item(partition, sort, old)
    for name in gone:
        item.attrs.pop(name, None)
    dict.update(item.attrs, made)
    return {"Attributes": told(item), "ConsumedCapacity": {"TableName": table.name, "CapacityUnits": 0.5}}


def _query(table: Table, asked: Row) -> Row:
    names, values = asked["ExpressionAttributeNames"], asked["ExpressionAttributeValues"]
    found = _QUERY.fullmatch(asked["KeyConditionExpression"])
    index = table.get_index(asked["IndexName"]) if "IndexName" in asked else None
    keys = _keys(table)
    hashed, by = [key["AttributeName"] for key in index.schema] if index else keys
    only(found is not None, hashed == keys[0] == names["#p"], names.get("#s", by) == by, _used(asked))
    only(all(map(_is_text, values.values())))
    rows: list[Any] = list(table.items.get(_key(values[":p"]), {}).values())
    rows = [row for row in rows if by in row.attrs]
    only(all(row.attrs[by].type == "S" for row in rows))
    rows.sort(key=lambda row: (row.attrs[by].value, row.range_key.value), reverse=not asked["ScanIndexForward"])
    chosen, more = _chosen(rows, by, _comparison(found, values), asked.get("Limit"))
    only(sum(size(row.attrs) for row in chosen) + MOST <= _PAGE)
    wanted = None if index is None else _projected(index.projection, {*keys, by})
    items = [told(row, wanted) for row in chosen]
    last = {"LastEvaluatedKey": told(chosen[-1], {*keys, by})} if more else {}
    return {"Count": len(items), "ScannedCount": len(items), "Items": items, **last}


def _get_batch(table: Table, asked: Row) -> Row:
    only(set(asked) <= {"Keys", "ConsistentRead"}, len(asked["Keys"]) <= _MOST_KEYS)
    places = [_at(table, key) for key in asked["Keys"]]
    items = [item for _, _, item in places if item is not None]
    only(len({(partition, sort) for partition, sort, _ in places}) == len(places))
    only(sum(size(item.attrs) for item in items) <= _BATCH)
    capacity = [{"CapacityUnits": len(places), "TableName": table.name}]
    return {"ConsumedCapacity": capacity, "Responses": {table.name: list(map(told, items))}, "UnprocessedKeys": {}}


def _write_batch(table: Table, asked: list[Row]) -> Row:
    pairs = [pair for request in asked for pair in request.items()]
    puts = [_new(table, inner["Item"])[0] for kind, inner in pairs if kind == "PutRequest"]
    gone = [_at(table, inner["Key"]) for kind, inner in pairs if kind == "DeleteRequest"]
    places = {(item.hash_key, item.range_key) for item in puts} | {(partition, sort) for partition, sort, _ in gone}
    only(len(places) == len(pairs) == len(asked))
    for item in puts:
        table.items[item.hash_key][item.range_key] = item
    for partition, sort, old in gone:
        if old is not None:
            del table.items[partition][sort]
    capacity = [{"TableName": table.name, "CapacityUnits": 1.0, "Table": {"CapacityUnits": 1.0}}]
    return {"ConsumedCapacity": capacity, "ItemCollectionMetrics": {}, "UnprocessedItems": {}}


_UNDER = {"ConditionExpression", "ExpressionAttributeNames"}
_OPERATIONS: dict[str, tuple[Callable[[Table, Any], Row], set[str]]] = {
    "GetItem": (_get, {"Key", "ConsistentRead"}),
    "PutItem": (_put, {"Item", *_UNDER}),
    "DeleteItem": (_delete, {"Key", "ReturnValues", *_UNDER}),
    "UpdateItem": (_update, {"Key", "ReturnValues", "UpdateExpression", "ExpressionAttributeValues", *_UNDER}),
    "Query": (
        _query,
        {"KeyConditionExpression", "ExpressionAttributeNames", "ExpressionAttributeValues", "ScanIndexForward"}
        | {"ConsistentRead", "IndexName", "Limit"},
    ),
}
"""How an operation on one table is answered, and the parameters that it may have."""
_BATCHES: dict[str, Callable[[Table, Any], Row]] = {"BatchGetItem": _get_batch, "BatchWriteItem": _write_batch}


def _keys(table: Table) -> list[str]:
    """The attributes of a row's key: text, and no streams or indexes of other partitions hang on them."""
    only(not table.global_indexes, table.stream_shard is None, table.hash_key_type == table.range_key_type == "S")
    return [table.hash_key_attr, table.range_key_attr or ""]


def _is_text(value: Any) -> bool:
    return set(value) == {"S"} and 0 < len(value["S"]) <= _KEY_MOST


def _key(value: Any) -> DynamoType:
    only(_is_text(value))
    return DynamoType(value)


def _at(table: Table, key: Row) -> tuple[DynamoType, DynamoType, Item | None]:
    """A key, and the row under it."""
    keys = _keys(table)
    only(set(key) == set(keys))
    partition, sort = _key(key[keys[0]]), _key(key[keys[1]])
    rows: Any = table.items.get(partition, {})
    return partition, sort, rows.get(sort)


def _new(table: Table, row: Row) -> tuple[Item, Item | None]:
    """A row to be put, and the one that is there."""
    partition, sort, before = _at(table, {name: row[name] for name in _keys(table)})
    _indexed(table, row)
    item = _item(partition, sort, {name: typed(value) for name, value in row.items()})
    only(size(item.attrs) <= MOST)
    return item, before


def _indexed(table: Table, row: Row) -> None:
    only(all(_is_text(row[name]) for name in table.attribute_keys if name in row))


def _item(partition: DynamoType, sort: DynamoType, attributes: Mapping[str, DynamoType]) -> Item:
    item: Any = Item.__new__(Item)
    item.hash_key, item.range_key, item.attrs = partition, sort, LimitedSizeDict()
    dict.update(item.attrs, attributes)
    made: Item = item
    return made


@functools.cache
def _placeholders(expression: str) -> set[str]:
    return set(_PLACEHOLDER.findall(expression))


@functools.cache
def _changes(expression: str) -> tuple[tuple[str, str | None], ...]:
    """The placeholders of attributes, and of the values to set them to; None where they are to be removed."""
    found = _UPDATE.fullmatch(expression)
    only(found is not None and any(found.groups()))
    sets, removes = found.groups() if found else ("", "")
    pairs: Iterator[list[str]] = (part.split(" = ") for part in (sets or "").split(", ") if part)
    return (*((name, value) for name, value in pairs), *((name, None) for name in (removes or "").split(", ") if name))


def _used(asked: Row) -> bool:
    """Whether just the placeholders that are given are used."""
    used = [_placeholders(asked[name]) for name in _EXPRESSIONS if name in asked]
    names, values = asked.get("ExpressionAttributeNames", ()), asked.get("ExpressionAttributeValues", ())
    return set().union(*used) == {*names, *values}


def _hold(asked: Row, item: Item | None) -> None:
    """Go on only where the condition holds; one that does not is moto's to tell."""
    only(_used(asked))
    if expression := asked.get("ConditionExpression"):
        wanted = _placeholders(expression)
        names = tuple(pair for pair in asked["ExpressionAttributeNames"].items() if pair[0] in wanted)
        values = asked.get("ExpressionAttributeValues", {})
        given = tuple((name, *pair) for name in values if name in wanted for pair in values[name].items())
        only(_condition(expression, names, given).expr(item))


@functools.lru_cache(4096)
def _condition(expression: str, names: tuple[tuple[str, str], ...], values: tuple[tuple[str, str, Any], ...]) -> Any:
    given = {name: {kind: inner} for name, kind, inner in values}
    return get_filter_expression(expression, dict(names), given)


def _comparison(found: re.Match[str] | None, values: Row) -> Callable[[str], bool]:
    operator = next((one for one in found.groups() if one), "") if found else ""
    if not operator:
        return lambda _: True
    compare: Any = get_comparison_func(operator.upper())
    bounds = [values[name]["S"] for name in (":s", ":t") if name in values]
    return lambda text: bool(compare(text, *bounds))


def _chosen(rows: list[Item], sort: str, fits: Callable[[str], bool], limit: int | None) -> tuple[list[Item], bool]:
    """The rows of an answer, and whether it was full before the end of the partition."""
    chosen: list[Item] = []
    for row in rows:
        if limit and len(chosen) == limit:
            return chosen, True
        if fits(row.attrs[sort].value):
            chosen.append(row)
    return chosen, False


def _projected(projection: Mapping[str, Any], keys: set[str]) -> set[str] | None:
    kind = projection.get("ProjectionType")
    only(kind in ("ALL", "KEYS_ONLY"))
    return keys if kind == "KEYS_ONLY" else None
