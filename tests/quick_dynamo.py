"""moto's DynamoDB, without what it does again and again for nothing. What it answers, stores and refuses stays."""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any
from unittest import mock

from moto.dynamodb import models
from moto.dynamodb.exceptions import ItemSizeTooLarge, MockValidationException
from moto.dynamodb.models.dynamo_type import DynamoType, Item, LimitedSizeDict
from moto.dynamodb.models.table import GlobalSecondaryIndex, Table
from moto.dynamodb.parsing import ast_nodes
from moto.dynamodb.parsing.executors import UpdateExpressionExecutor
from moto.dynamodb.parsing.validators import ActionCountValidator, UpdateExpressionValidator

MOST = 405_000
"""Bytes of an item, as moto counts them."""
_AS_IT_IS = {"S", "B", "BOOL"}
"""Types whose values compare as they are written."""
_nodes: Any = vars(ast_nodes)
_PLAIN = {_nodes["UpdateExpressionSetAction"], _nodes["UpdateExpressionRemoveAction"]}
_ACTIONS = {*_PLAIN, _nodes["UpdateExpressionAddAction"], _nodes["UpdateExpressionDeleteAction"]}
_LEAVES = (_nodes["ExpressionAttributeName"], _nodes["ExpressionAttributeValue"])
_cast_value: Any = vars(DynamoType)["cast_value"].fget
_size, _project, _query, _all_items = DynamoType.size, Item.project, Table.query, Table.all_items
_partitions: list[Any] = []
"""The rows that the query under way can find."""


@contextmanager
def quick() -> Iterator[None]:
    """Patch moto while this lasts."""
    with ExitStack() as stack:
        for owner, name, ours in (
            (models, "UpdateExpressionValidator", _Validator),
            (models, "UpdateExpressionExecutor", _executor),
            (DynamoType, "cast_value", property(_cast)),
            (DynamoType, "size", sized),
            (Item, "__init__", _made),
            (Item, "project", _projected),
            (Table, "query", _queried),
            (Table, "all_items", _found),
        ):
            stack.enter_context(mock.patch.object(owner, name, ours))
        yield


def _cast(value: DynamoType) -> Any:
    return value.value if value.type in _AS_IT_IS else _cast_value(value)


def sized(value: DynamoType) -> int:
    """As moto's; it asks for five types before it comes to text."""
    inner: Any = value.value
    match value.type:
        case "S" if inner.isascii():
            return len(inner)
        case "L":
            return sum([sized(one) for one in inner])
        case "M":
            return sum([len(name.encode()) + sized(one) for name, one in inner.items()])
    return _size(value)


def _made(item: Item, hash_key: DynamoType, range_key: DynamoType | None, attrs: dict[str, Any]) -> None:
    """As moto's, which counts the bytes of all attributes so far at each one."""
    item.hash_key, item.range_key, item.attrs = hash_key, range_key, LimitedSizeDict()
    values = {name: DynamoType(value) for name, value in attrs.items()}
    if sum([len(name.encode()) + sized(value) for name, value in values.items()]) > MOST:
        raise ItemSizeTooLarge
    dict.update(item.attrs, values)


def _projected(item: Item, expressions: list[list[str]]) -> Item:
    """As moto's, which turns the whole item into plain values for each attribute that is wanted."""
    if all(len(path) == 1 for path in expressions):
        wanted = {path[0] for path in expressions}
        small: Any = Item.__new__(Item)
        small.hash_key, small.range_key = item.hash_key, item.range_key
        small.attrs = {name: value for name, value in item.attrs.items() if name in wanted}
        item = small
    return _project(item, expressions)


def _queried(table: Table, hash_key: DynamoType | None, *told: Any, **named: Any) -> Any:
    """As moto's, which sorts the whole table and looks through it, where only one partition's rows can be found."""
    index = told[6]
    if hash_key is None or (index and isinstance(table.get_index(index), GlobalSecondaryIndex)):
        return _query(table, hash_key, *told, **named)
    _partitions.append(table.items.get(hash_key, {}))
    try:
        return _query(table, hash_key, *told, **named)
    finally:
        _partitions.pop()


def _found(table: Table) -> list[Item]:
    return list(_partitions[-1].values()) if _partitions else _all_items(table)


# Updates of whole attributes, `SET #name = :value, ... REMOVE #name, ...`: for each, moto copies the tree of the
# expression and walks through it ten times.

type Change = tuple[str, str | None]
"""The placeholders of an attribute, and of the value to set it to."""


@functools.cache
def _changes(tree: Any) -> tuple[Change, ...] | None:
    """What an expression asks for; None if it is more than to set and remove whole attributes by placeholders."""
    try:
        ActionCountValidator().verify_action_counts(tree)
    except MockValidationException:
        return None
    found: list[Change] = []
    for action in tree.find_clauses(_ACTIONS):
        path, *values = action.children
        inner = [value.children[0] for value in values if len(value.children) == 1]
        if type(action) not in _PLAIN or len(path.children) != 1 or len(inner) != len(values):
            return None
        if any(type(node) is not kind for node, kind in zip((path.children[0], *inner), _LEAVES, strict=False)):
            return None
        found.append((path.children[0].children[0], inner[0].children[0] if inner else None))
    return tuple(found)


class _Validator:
    """In the place of moto's, which is asked where an update is not plain or not allowed."""

    def __init__(self, expression: Any, **given: Any) -> None:
        self._expression, self._given = expression, given

    def validate(self) -> Any:
        """What is to be executed: `_Update`, or moto's tree. Raises what moto raises."""
        return self._plain(**self._given) or UpdateExpressionValidator(self._expression, **self._given).validate()

    def _plain(
        self, *, expression_attribute_names: Any, expression_attribute_values: Any, item: Item, table: Table
    ) -> _Update | None:
        names, values = expression_attribute_names or {}, expression_attribute_values or {}
        changes = _changes(self._expression)
        if changes is None or not all(name in names and (not value or value in values) for name, value in changes):
            return None
        attributes = [names[name] for name, _ in changes]
        if len({*attributes, *table.table_key_attrs}) < len(attributes) + len(table.table_key_attrs):
            return None
        news = [DynamoType(values[value]) if value else None for _, value in changes]
        return _Update(item, tuple(zip(attributes, news, strict=True)))


@dataclass(frozen=True)
class _Update:
    """Attributes of an item, and their new values (None: to be removed)."""

    item: Item
    changes: tuple[tuple[str, DynamoType | None], ...]

    def normalize(self) -> None:
        """Is in order already."""

    def execute(self) -> None:
        """Change the item; ItemSizeTooLarge if it becomes too large."""
        for name, value in self.changes:
            if value is None:
                self.item.attrs.pop(name, None)
            else:
                self.item.attrs[name] = value


def _executor(tree: Any, item: Item, names: Any) -> Any:
    return tree if isinstance(tree, _Update) else UpdateExpressionExecutor(tree, item, names)
