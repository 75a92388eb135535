"""The world outside our processes at one moment: tables, bells, vendors, mails, time. All that outlives a kill."""

from __future__ import annotations

import pickle
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools.utilities.parameters.constants import DEFAULT_PROVIDERS
from moto.backends import get_backend
from moto.dynamodb.models.dynamo_type import DynamoType
from moto.ses.models import ses_backends

from local.sandbox.vendor import Vendor
from renkei import aws, config
from tests.harness import QUEUES, REGION, TABLES, Stack

_ACCOUNT = "123456789012"
_KEPT_ELSEWHERE = {"clock", "sleep", "_lock", "_gate", "faults", "calls"}


@dataclass(frozen=True)
class World:
    """A moment that can be returned to, any number of times. Equal bytes: the same world."""

    frozen: bytes
    bells: tuple[tuple[str, str], ...]
    """(integration, bell) of what is on the queues."""


def keep(stack: Stack) -> World:
    """The world as it is now."""
    vendors = [
        {name: value for name, value in vars(vendor).items() if name not in _KEPT_ELSEWHERE}
        for vendor in _vendors(stack)
    ]
    frozen = pickle.dumps((stack.clock.now, _dynamodb().tables, vendors, _mails()))
    return World(frozen, tuple((key, message.body) for key in QUEUES for message in _queue(key)._messages))


def return_to(stack: Stack, world: World, *, bells: bool) -> None:
    """Make the world what it was, with new processes in it. `bells`: the queues give their bells out again."""
    stack.clock.now, _dynamodb().tables, vendors, mails = pickle.loads(world.frozen)  # noqa: S301 - our own, of this process
    _mails()[:] = mails
    for vendor, state in zip(_vendors(stack), vendors, strict=True):
        vars(vendor).update(state)
        vendor.faults.clear()
        vendor.calls.clear()
    for queue in map(_queue, QUEUES):
        queue._messages.clear()
        queue._pending_messages.clear()
    for number, (key, body) in enumerate(world.bells if bells else ()):
        aws.client("sqs").send_message(
            QueueUrl=config.queue_url(key),
            MessageBody=body,
            MessageGroupId="again",
            MessageDeduplicationId=f"again-{number}-{len(_queue(key).deleted_messages)}",
        )
    stack.restart()
    for provider in DEFAULT_PROVIDERS.values():
        provider.clear_cache()  # and not clear_caches, which throws costly clients away too


def rows(table: str) -> Iterator[dict[str, Any]]:
    """All rows of one of our tables in plain values; what is sealed stays sealed."""
    for item in _dynamodb().tables[f"renkei-{table}"].all_items():
        yield {name: _plain(value) for name, value in item.attrs.items()}


def all_rows() -> Iterator[tuple[str, dict[str, Any]]]:
    """(table, row) of everything we store."""
    for table in TABLES:
        for row in rows(table):
            yield table, row


def _vendors(stack: Stack) -> list[Vendor]:
    return [value for value in vars(stack).values() if isinstance(value, Vendor)]


def _plain(value: DynamoType) -> Any:
    match value.type:
        case "M":
            return {name: _plain(entry) for name, entry in value.value.items()}
        case "L":
            return [_plain(entry) for entry in value.value]
        case "NULL":
            return None
        case _:
            return value.value


def _dynamodb() -> Any:
    return get_backend("dynamodb")[_ACCOUNT][REGION]


def _mails() -> list[Any]:
    sent: list[Any] = ses_backends[_ACCOUNT][REGION].sent_messages
    return sent


def _queue(key: str) -> Any:
    return get_backend("sqs")[_ACCOUNT][REGION].queues[QUEUES[key]]
