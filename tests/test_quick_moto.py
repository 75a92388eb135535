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


def _ours(condition: str, **more: Any) -> Call:
    """As `renkei.dynamo` asks; `more`: values of placeholders, and other parameters."""
    texts = {name: more.pop(name) for name in ("p", "s", "t") if name in more}
    sort = {"#s": more.pop("sort", "id")} if "s" in texts else {}
    more = {"ScanIndexForward": True, "ConsistentRead": True, **more, "ExpressionAttributeNames": {"#p": "box"} | sort}
    values = {f":{name}": {"S": text} for name, text in texts.items()}
    return "query", {"KeyConditionExpression": condition, "ExpressionAttributeValues": values, **more}


def _under(condition: str, attribute: str) -> dict[str, Any]:
    return {"ConditionExpression": condition, "ExpressionAttributeNames": {"#a": attribute}}


def _given(**attributes: str) -> dict[str, Any]:
    """Names, and values that are as long as they are used."""
    values = {":a": {"S": "9"}, ":b": {"L": [{"S": "x"}, {"M": {"y": {"B": b"z"}}}]}, ":c": {"S": "9"}}
    used = [name for name in attributes if name != "b" or attributes[name] == "list"]
    names = {f"#{name}": text for name, text in attributes.items() if name != "c" or text == "yes"}
    return {
        "ExpressionAttributeNames": names,
        "ExpressionAttributeValues": {f":{name}": values[f":{name}"] for name in used if attributes[name] != "yes"},
    }


def _batch(*requests: Any) -> Call:
    return "batch_write_item", {"RequestItems": {"t": list(requests)}}


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
    _ours("#p = :p", p="b"),
    _ours("#p = :p", p="b", ScanIndexForward=False, Limit=1),
    _ours("#p = :p", p="b", Limit=2),
    _ours("#p = :p", p="b", Limit=9),
    _ours("#p = :p", p="nobody"),
    _ours("#p = :p", p=""),
    _ours("#p = :p AND begins_with(#s, :s)", p="b", s="1"),
    _ours("#p = :p AND #s > :s", p="b", s="1", Limit=1),
    _ours("#p = :p AND #s <= :s", p="b", s="1", Limit=1),
    _ours("#p = :p AND #s BETWEEN :s AND :t", p="b", s="0", t="3", ScanIndexForward=False),
    _ours("#p = :p AND #s > :s", p="b", s="0", sort="due", IndexName="due"),
    _ours("#p = :p AND #s > :s", p="b", s="0", sort="id", IndexName="due"),
    _ours("#p = :p", p="b", IndexName="due", Limit=1),
    _ours("#p = :p", p="b", IndexName="none"),
    _ours("#p = :p", p="b", TableName="nowhere"),
    ("batch_get_item", {"RequestItems": {"t": {"Keys": [KEY, OTHER], "ConsistentRead": True}}}),
    _batch({"PutRequest": {"Item": FAR | VALUES}}, {"PutRequest": {"Item": FAR}}),
    _batch({"PutRequest": {"Item": FAR}}, {"DeleteRequest": {"Key": FAR}}),
    _batch({"PutRequest": {"Item": FAR | {"n": {"N": "one"}}}}, {"DeleteRequest": {"Key": KEY}}),
    _batch({"PutRequest": {"Item": FAR | {"due": {"S": ""}}}}),
    _batch({"DeleteRequest": {"Key": {"box": {"S": "b"}, "id": {"S": "9"}}}}),
    ("put_item", {"Item": KEY | {"n": {"N": "1" * 39}}}),
    ("put_item", {"Item": KEY | {"n": {"N": " 1"}}}),
    ("put_item", {"Item": KEY | {"n": {"NULL": False}}}),
    ("put_item", {"Item": KEY | {"n": {"SS": ["a", "b"]}}}),
    ("get_item", {"Key": KEY}),
    ("get_item", {"Key": {"box": {"S": "b"}}}),
    ("get_item", {"Key": {"box": {"S": "b"}, "id": {"S": ""}}}),
    ("put_item", {"Item": KEY | VALUES}),
    ("put_item", {"Item": KEY, "ConditionExpression": "attribute_not_exists(#a)", "ExpressionAttributeNames": NAMES}),
    ("put_item", {"Item": KEY, **_under("attribute_not_exists(#a)", "id")}),
    ("put_item", {"Item": {"box": {"S": "b"}, "id": {"S": "3"}}, **_under("attribute_not_exists(#a)", "id")}),
    _update("SET #a = :a,", **SET),
    _update("SET #a = :a, #b = :b REMOVE #c", **_given(a="text", b="list", c="yes")),
    _update("SET #a = :a REMOVE #b", ConditionExpression="#a = :c", **_given(a="text", b="none", c="map")),
    _update("SET #a = :a", ConditionExpression="#a < :c AND attribute_exists(#a)", **_given(a="text", c="")),
    _update("SET #a = :a", ConditionExpression="NOT attribute_exists(#b)", **_given(a="text", b="gone", c="")),
    _update("SET #a = :a", ConditionExpression="NOT attribute_exists(#b)", **_given(a="text", b="gone")),
    _update("SET #a = :a", FAR | {"id": {"S": "newer"}}, ConditionExpression="attribute_not_exists(#a)", **SET),
    _update("SET #a = :a", FAR | {"id": {"S": "newest"}}, ConditionExpression="attribute_exists(#a)", **SET),
    _update("SET #a = :a", **_given(a="due")),
    ("delete_item", {"Key": OTHER, "ReturnValues": "ALL_OLD", **_under("attribute_exists(#a)", "sealed")}),
    ("delete_item", {"Key": OTHER, "ReturnValues": "ALL_OLD", **_under("attribute_exists(#a)", "sealed")}),
    ("delete_item", {"Key": OTHER, "ReturnValues": "ALL_OLD"}),
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
