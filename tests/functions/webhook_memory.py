"""AWS as far as the webhook receiver uses it, in memory: fast enough for tens of thousands of requests.

Everything of ours is real, the sealing too; only botocore's clients are not. What is written and sent is kept in
plain sight, so that a test can look for what must not be there.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest import mock

from botocore.exceptions import ClientError

import webhooks.app
import webhooks.hubspot
from renkei import bells, dynamo, vault
from tests.harness import PUBLIC

_KEYS = {"workspaces": ("workspace", "item"), "deliveries": ("box", "id")}
_LONGEST_SORT_KEY, _LARGEST_ITEM = 1024, 400 * 1024


class Memory:
    """DynamoDB, KMS, SQS and Secrets Manager (`secret`: the text that it holds)."""

    def __init__(self) -> None:
        self.rows: dict[tuple[str, ...], dict[str, Any]] = {}
        self.written: list[dict[str, Any]] = []
        self.sent: list[dict[str, Any]] = []
        self.secret = ""
        self._wrapped: dict[tuple[bytes, str], bytes] = {}

    def __call__(self, service: str) -> Memory:
        """The client of a service."""
        assert service in {"dynamodb", "kms", "secretsmanager", "sqs"}
        return self

    def get_item(self, TableName: str, Key: dict[str, Any], ConsistentRead: bool) -> dict[str, Any]:  # noqa: N803
        """DynamoDB's GetItem."""
        assert ConsistentRead
        row = self.rows.get(_place(TableName, Key))
        return {"Item": row} if row else {}

    def query(
        self,
        TableName: str,  # noqa: N803
        KeyConditionExpression: str,  # noqa: N803
        ExpressionAttributeValues: dict[str, Any],  # noqa: N803
        ConsistentRead: bool,  # noqa: N803
        **_: Any,
    ) -> dict[str, Any]:
        """DynamoDB's Query, of a whole partition."""
        assert (KeyConditionExpression, ConsistentRead) == ("#p = :p", True)
        partition = (TableName, ExpressionAttributeValues[":p"]["S"])
        return {"Items": [row for place, row in self.rows.items() if place[:2] == partition]}

    def put_item(self, TableName: str, Item: dict[str, Any], **condition: Any) -> dict[str, Any]:  # noqa: N803
        """DynamoDB's PutItem, with the one condition that we use; it refuses what DynamoDB refuses."""
        place = _place(TableName, Item)
        if not 0 < len(place[2].encode()) <= _LONGEST_SORT_KEY or _size(Item) > _LARGEST_ITEM:
            raise AssertionError("DynamoDB would refuse this row")
        if condition and place in self.rows:
            assert condition["ConditionExpression"] == "attribute_not_exists(#a)"
            raise ClientError({"Error": {"Code": "ConditionalCheckFailedException"}}, "PutItem")
        self.rows[place] = Item
        self.written.append(Item)
        return {}

    def generate_data_key(self, KeyId: str, KeySpec: str, EncryptionContext: dict[str, str]) -> dict[str, bytes]:  # noqa: N803
        """KMS's GenerateDataKey."""
        assert (KeyId, KeySpec) == ("key", "AES_256")
        wrapped, key = os.urandom(40), os.urandom(32)
        self._wrapped[wrapped, repr(sorted(EncryptionContext.items()))] = key
        return {"CiphertextBlob": wrapped, "Plaintext": key}

    def decrypt(self, CiphertextBlob: bytes, KeyId: str, EncryptionContext: dict[str, str]) -> dict[str, bytes]:  # noqa: N803
        """KMS's Decrypt."""
        assert KeyId == "key"
        key = self._wrapped.get((CiphertextBlob, repr(sorted(EncryptionContext.items()))))
        if key is None:
            raise ClientError({"Error": {"Code": "InvalidCiphertextException"}}, "Decrypt")
        return {"Plaintext": key}

    def get_secret_value(self, SecretId: str) -> dict[str, str]:  # noqa: N803
        """Secrets Manager's GetSecretValue."""
        assert SecretId == "app"
        return {"SecretString": self.secret}

    def send_message(self, **message: str) -> dict[str, Any]:
        """SQS's SendMessage."""
        self.sent.append(message)
        return {}


def _place(table: str, item: dict[str, Any]) -> tuple[str, ...]:
    return (table, *(item[name]["S"] for name in _KEYS[table]))


def _size(value: Any) -> int:
    """About how DynamoDB counts; texts must be UTF-8."""
    if isinstance(value, dict):
        return sum(len(name) + _size(one) for name, one in value.items())
    return (
        sum(map(_size, value)) if isinstance(value, list) else len(value.encode() if isinstance(value, str) else value)
    )


@contextmanager
def in_memory(clock: Any) -> Iterator[Memory]:
    """The receiver on an empty memory."""
    memory = Memory()
    environment = {
        "RENKEI_WORKSPACES_TABLE": "workspaces",
        "RENKEI_DELIVERIES_TABLE": "deliveries",
        "RENKEI_KEY_ID": "key",
        "RENKEI_QUEUE_BOOKING_TO_HUBSPOT": "queue",
        "RENKEI_HUBSPOT_APP_SECRET": "app",
        "RENKEI_PUBLIC_URL": PUBLIC,
    }
    with (
        mock.patch.dict("os.environ", environment),
        mock.patch.object(dynamo, "client", memory),
        mock.patch.object(vault, "client", memory),
        mock.patch.object(bells, "client", memory),
        mock.patch.object(webhooks.hubspot, "client", memory),
        mock.patch.object(webhooks.app, "utc_now", clock),
    ):
        _restart()
        yield memory
        _restart()


def _restart() -> None:
    webhooks.app._vault.cache_clear()
    webhooks.app._app_key.cache_clear()
