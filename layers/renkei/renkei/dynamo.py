"""DynamoDB in plain values: the few calls that our four tables need."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from botocore.exceptions import ClientError

from renkei import config
from renkei.aws import client

_WRITTEN_AT_ONCE = 25  # all that BatchWriteItem takes
_FIRST_PAUSE, _LONGEST_PAUSE, _PATIENCE = 0.05, 1.0, 8

type Item = dict[str, Any]
"""One row: str, bytes, bool, None, int and Decimal, and lists and dicts of these."""


class ConditionFailed(Exception):
    """The row is not as the condition wants it."""


class Table:
    """One of our tables, by its short name (connections, links, deliveries, workspaces)."""

    def __init__(self, name: str) -> None:
        self._name = name

    def get(self, key: Mapping[str, str]) -> Item | None:
        """The row under a key, read consistently; None if there is none."""
        answer = client("dynamodb").get_item(TableName=self.name, Key=_pack(key), ConsistentRead=True)
        return _unpack(answer["Item"]) if "Item" in answer else None

    def get_many(self, keys: Iterable[Mapping[str, str]]) -> Iterator[Item]:
        """The rows under up to any number of keys, in no order; missing ones are left out."""
        rest = [_pack(key) for key in keys]
        while rest:
            request = {self.name: {"Keys": rest[:100], "ConsistentRead": True}}
            answer = client("dynamodb").batch_get_item(RequestItems=request)
            yield from map(_unpack, answer["Responses"].get(self.name, []))
            rest = rest[100:] + answer.get("UnprocessedKeys", {}).get(self.name, {}).get("Keys", [])

    def put(self, item: Item, *, unless: str | None = None) -> None:
        """Write a whole row. `unless`: an attribute that must not be there yet, else ConditionFailed."""
        extra = _condition("attribute_not_exists", unless)
        _guarded("put_item", TableName=self.name, Item=_pack(item), **extra)

    def put_many(self, items: Iterable[Item], *, sleep: Callable[[float], None] = time.sleep) -> None:
        """Write any number of whole rows, each key once, whatever was there. AWS errors are botocore's.

        Not all at one moment: who dies meanwhile has written some of them.
        """
        self._write_many([{"PutRequest": {"Item": _pack(item)}} for item in items], sleep)

    def delete_many(self, keys: Iterable[Mapping[str, str]], *, sleep: Callable[[float], None] = time.sleep) -> None:
        """Delete the rows under any number of keys, each once; missing ones are no error. AWS errors are botocore's."""
        self._write_many([{"DeleteRequest": {"Key": _pack(key)}} for key in keys], sleep)

    def _write_many(self, rest: list[dict[str, Any]], sleep: Callable[[float], None]) -> None:
        """What DynamoDB leaves undone for being busy is asked for again; ClientError if it stays so for some seconds.

        https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchWriteItem.html
        """
        refused = 0
        while rest:
            now = rest[:_WRITTEN_AT_ONCE]
            left = client("dynamodb").batch_write_item(RequestItems={self.name: now})["UnprocessedItems"]
            undone = left.get(self.name, [])
            rest = undone + rest[_WRITTEN_AT_ONCE:]
            refused = refused + 1 if len(undone) == len(now) else 0
            if refused == _PATIENCE:
                raise ClientError({"Error": {"Code": "ProvisionedThroughputExceededException"}}, "BatchWriteItem")
            if undone:
                sleep(min(_FIRST_PAUSE * 2**refused, _LONGEST_PAUSE))

    def update(
        self,
        key: Mapping[str, str],
        *,
        put: Item | None = None,
        remove: Iterable[str] = (),
        when: str | None = None,
        given: Item | None = None,
    ) -> Item:
        """Change attributes of a row and answer it as it is now.

        `when` is a DynamoDB condition over `#attribute` names and `:value`s from `given`; ConditionFailed
        if it does not hold.
        """
        put, remove = put or {}, list(remove)
        names = {f"#{name}": name for name in (*put, *remove)}
        if when:
            names |= {word: word[1:] for word in when.replace("(", " ").replace(")", " ").split() if word[0] == "#"}
        values = {f":{name}": value for name, value in put.items()} | (given or {})
        steps = []
        if put:
            steps.append("SET " + ", ".join(f"#{name} = :{name}" for name in put))
        if remove:
            steps.append("REMOVE " + ", ".join(f"#{name}" for name in remove))
        request: dict[str, Any] = {"TableName": self.name, "Key": _pack(key), "UpdateExpression": " ".join(steps)}
        request |= {"ExpressionAttributeNames": names, "ReturnValues": "ALL_NEW"}
        if values:
            request["ExpressionAttributeValues"] = _pack(values)
        if when:
            request["ConditionExpression"] = when
        return _unpack(_guarded("update_item", **request)["Attributes"])

    def delete(self, key: Mapping[str, str], *, if_there: str | None = None) -> Item | None:
        """Delete a row and answer what it held. `if_there`: an attribute it must have, else ConditionFailed."""
        extra = _condition("attribute_exists", if_there)
        answer = _guarded("delete_item", TableName=self.name, Key=_pack(key), ReturnValues="ALL_OLD", **extra)
        return _unpack(answer["Attributes"]) if answer.get("Attributes") else None

    def query(
        self,
        partition: tuple[str, str],
        *,
        sort: tuple[str, ...] | None = None,
        index: str | None = None,
        limit: int | None = None,
        newest_first: bool = False,
    ) -> Iterator[Item]:
        """Rows of a partition in the order of the sort key, read consistently, page by page.

        `partition` is (attribute, value); `sort` (attribute, `begins_with`, `BETWEEN` or an operator, value,
        and the upper end of BETWEEN).
        """
        condition, names, values = "#p = :p", {"#p": partition[0]}, {":p": partition[1]}
        if sort:
            attribute, operator, value, *upper = sort
            forms = {"begins_with": "begins_with(#s, :s)", "BETWEEN": "#s BETWEEN :s AND :t"}
            condition += " AND " + forms.get(operator, f"#s {operator} :s")
            names["#s"], values[":s"] = attribute, value
            if upper:
                values[":t"] = upper[0]
        request: dict[str, Any] = {"TableName": self.name, "KeyConditionExpression": condition, "ConsistentRead": True}
        request |= {"ExpressionAttributeNames": names, "ExpressionAttributeValues": _pack(values)}
        request |= {"ScanIndexForward": not newest_first} | ({"IndexName": index} if index else {})
        left = limit
        while True:
            answer = client("dynamodb").query(**request, **({"Limit": left} if left else {}))
            yield from map(_unpack, answer["Items"])
            left = left - len(answer["Items"]) if left else None
            if left == 0 or not answer.get("LastEvaluatedKey"):
                return
            request["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    @property
    def name(self) -> str:
        """The table's real name in this stack."""
        return config.table(self._name)


def _condition(function: str, attribute: str | None) -> dict[str, Any]:
    if attribute is None:
        return {}
    return {"ConditionExpression": f"{function}(#a)", "ExpressionAttributeNames": {"#a": attribute}}


def _guarded(call: str, **request: Any) -> Any:
    try:
        return getattr(client("dynamodb"), call)(**request)
    except ClientError as error:
        if error.response["Error"]["Code"] == "ConditionalCheckFailedException":
            raise ConditionFailed from error
        raise


def _pack(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: _value(value) for name, value in item.items()}


def _value(value: Any) -> dict[str, Any]:  # noqa: PLR0911 - one a type
    """A plain value in DynamoDB's own notation."""
    match value:
        case None:
            return {"NULL": True}
        case bool():
            return {"BOOL": value}
        case str():
            return {"S": value}
        case int() | Decimal():
            return {"N": str(value)}
        case bytes():
            return {"B": value}
        case list() | tuple():
            return {"L": [_value(element) for element in value]}
        case dict():
            return {"M": _pack(value)}
    raise TypeError(f"{type(value).__name__} cannot be stored")


def _plain(value: Mapping[str, Any]) -> Any:
    ((kind, inner),) = value.items()
    match kind:
        case "NULL":
            return None
        case "N":
            number = Decimal(inner)
            return int(number) if number == number.to_integral_value() else number
        case "L":
            return [_plain(element) for element in inner]
        case "M":
            return _unpack(inner)
        case _:
            return inner


def _unpack(item: Mapping[str, Any]) -> Item:
    return {name: _plain(value) for name, value in item.items()}
