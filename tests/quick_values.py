"""Rows and values of moto's DynamoDB, turned into and out of DynamoDB's notation without copies in between."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from moto.dynamodb.models.dynamo_type import DynamoType, Item
from moto.dynamodb.models.utilities import dynamo_to_dict

from tests.quick_dynamo import sized

type Row = dict[str, Any]
"""In DynamoDB's notation."""

_PLAIN_NUMBER = re.compile(r"-?\d{1,30}(\.\d{1,6})?", re.ASCII)


class NotPlain(Exception):
    """moto is to answer."""


def only(*facts: bool) -> None:
    """NotPlain unless all of them are so."""
    if not all(facts):
        raise NotPlain


def typed(value: Any) -> DynamoType:
    """A value as moto keeps it; NotPlain if moto looks at it more closely."""
    ((kind, inner),) = value.items()
    made: DynamoType = DynamoType.__new__(DynamoType)
    made.type, made.value = kind, inner
    match kind:
        case "S" | "B" | "BOOL":
            pass
        case "N":
            only(_PLAIN_NUMBER.fullmatch(inner) is not None)
        case "NULL":
            only(inner is True)
        case "L":
            made.value = [typed(one) for one in inner]
        case "M":
            made.value = {name: typed(one) for name, one in inner.items()}
        case _:
            raise NotPlain
    return made


def told(item: Item, wanted: set[str] | None = None) -> Row:
    """A row, or some attributes of it, as an answer has it."""
    return {name: _told(value) for name, value in item.attrs.items() if wanted is None or name in wanted}


def _told(value: DynamoType) -> Row:
    match value.type:
        case "S" | "N" | "BOOL" | "NULL":
            return {value.type: value.value}
        case "L":
            return {"L": [_told(one) for one in value.value]}
        case "M":
            return {"M": {name: _told(one) for name, one in value.value.items()}}
    plain: Row = dynamo_to_dict(value)
    return plain


def size(attributes: Mapping[str, DynamoType]) -> int:
    """Bytes, as moto counts them."""
    return sum([len(name.encode()) + sized(value) for name, value in attributes.items()])
