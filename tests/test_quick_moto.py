"""What makes moto quick changes nothing: each call gives, stores and refuses what it does without."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, ParamValidationError
from moto import mock_aws

from tests.quick_moto import quick

KEY = {"box": {"S": "b"}, "id": {"S": "1"}}
OTHER = {"box": {"S": "b"}, "id": {"S": "2"}}
FAR = {"box": {"S": "c"}, "id": {"S": "1"}}
VALUES: dict[str, Any] = {
    "text": {"S": "青空"}, "number": {"N": "1.5"}, "bytes": {"B": b"\x00\xff"}, "yes": {"BOOL": True},
    "none": {"NULL": True}, "list": {"L": [{"N": "1"}, {"M": {"a": {"S": ""}}}]}, "map": {"M": {"b": {"B": b"x"}}},
}  # fmt: skip
NAMES = {"#a": "text", "#b": "number"}
BIG = {"S": "あ" * 140_000}

type Call = tuple[str, dict[str, Any]]


def _update(expression: str, key: Any = KEY, **more: Any) -> Call:
    return "update_item", {"Key": key, "UpdateExpression": expression, "ReturnValues": "ALL_NEW", **more}


def _query(**more: Any) -> Call:
    values = {":b": {"S": "b"}}
    return "query", {"KeyConditionExpression": "box = :b", "ExpressionAttributeValues": values, **more}


SET: dict[str, Any] = {"ExpressionAttributeNames": {"#a": "text"}, "ExpressionAttributeValues": {":a": {"S": "new"}}}
CALLS: list[Call] = [
    ("put_item", {"Item": KEY | VALUES}),
    ("put_item", {"Item": OTHER | {"due": {"S": "9"}, "sealed": {"B": b"s"}}}),
    ("put_item", {"Item": FAR | {"due": {"S": "1"}}}),
    ("put_item", {"Item": KEY, "ConditionExpression": "attribute_not_exists(id)"}),
    ("put_item", {"Item": {"box": {"S": "b"}}}),
    ("put_item", {"Item": KEY | {"big": BIG}}),
    ("put_item", {"Item": KEY | {"wrong": {"S": 1}}}),
    ("put_item", {"Item": KEY | {"wrong": {"L": [{"M": {"x": {"N": 2}}}]}}}),
    ("put_item", {"Item": KEY | {"wrong": {"S": "a", "N": "1"}}}),
    ("get_item", {"Key": KEY, "ConsistentRead": True}),
    ("get_item", {"Key": {"box": {"S": "b"}, "id": {"S": "9"}}}),
    ("get_item", {"Key": KEY, "Unknown": 1}),
    ("get_item", {"Key": KEY, "TableName": "nowhere"}),
    _update("SET #a = :a", **SET),
    _update("SET #a = :a", FAR | {"id": {"S": "new"}}, **SET),
    _update("SET #a = :a REMOVE #b", **SET | {"ExpressionAttributeNames": NAMES}),
    _update("SET #a = :a, #a = :a", **SET),
    _update("SET #a = :a, #b = :a", **SET | {"ExpressionAttributeNames": {"#a": "text", "#b": "text"}}),
    _update("SET #a = :a", **SET | {"ExpressionAttributeNames": {"#a": "id"}}),
    _update("SET #a = :a", **SET | {"ExpressionAttributeNames": NAMES}),
    _update("SET #a = :b", **SET),
    _update("SET #c = :a", **SET),
    _update("SET #a = :a", **SET | {"ExpressionAttributeValues": {":a": BIG}}),
    _update("SET #a = :a", ConditionExpression="attribute_exists(#a) AND #a = :a", **SET),
    _update("SET #a = :a", ConditionExpression="attribute_not_exists(#a)", **SET),
    _update("REMOVE #a", ExpressionAttributeNames={"#a": "yes"}),
    _update("SET #a.#b = :a", **SET | {"ExpressionAttributeNames": {"#a": "map", "#b": "b"}}),
    _update("SET #a = if_not_exists(#a, :a)", **SET),
    _update("ADD n :a", ExpressionAttributeValues={":a": {"N": "2"}}),
    _update("SET #a", **SET),
    _query(),
    _query(ScanIndexForward=False, Limit=1),
    _query(Limit=1, ExclusiveStartKey=KEY),
    _query(IndexName="due"),
    _query(IndexName="none"),
    ("batch_get_item", {"RequestItems": {"t": {"Keys": [KEY, OTHER, {"box": {"S": "b"}, "id": {"S": "9"}}]}}}),
    ("batch_get_item", {"RequestItems": {"t": {"Keys": [KEY, KEY]}}}),
    ("batch_write_item", {"RequestItems": {"t": [{"PutRequest": {"Item": FAR}}, {"DeleteRequest": {"Key": OTHER}}]}}),
    ("delete_item", {"Key": KEY, "ReturnValues": "ALL_OLD"}),
    ("delete_item", {"Key": KEY, "ConditionExpression": "attribute_exists(id)"}),
]  # fmt: skip


def _told(call: Callable[..., Any], **params: Any) -> Any:
    try:
        answer = call(**params)
    except ClientError as error:
        return type(error).__name__, error.response["Error"], error.response["ResponseMetadata"]["HTTPStatusCode"]
    except ParamValidationError as error:
        return str(error)
    return answer.pop("ResponseMetadata")["HTTPStatusCode"], answer


def _life(*, fast: bool) -> list[Any]:
    """What all calls give one after the other, and the whole table after each."""
    with mock_aws(), quick() if fast else nullcontext():
        table = boto3.client("dynamodb", "ap-northeast-1")
        keys: list[Any] = [{"AttributeName": "box", "KeyType": "HASH"}]
        index: dict[str, Any] = {"IndexName": "due", "KeySchema": [*keys, {"AttributeName": "due", "KeyType": "RANGE"}]}
        index["Projection"] = {"ProjectionType": "KEYS_ONLY"}
        table.create_table(
            TableName="t",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("box", "due", "id")],
            KeySchema=[*keys, {"AttributeName": "id", "KeyType": "RANGE"}],
            LocalSecondaryIndexes=[index],  # type: ignore[list-item]
        )
        seen = []
        for name, params in CALLS:
            where = {} if "RequestItems" in params else {"TableName": "t"}
            seen.append((name, _told(getattr(table, name), **where | params), table.scan(TableName="t")["Items"]))
        return seen


def test_dynamodb_is_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    for fast, plain in zip(_life(fast=True), _life(fast=False), strict=True):
        assert fast == plain
