"""Sees every effect that our processes have on the outside, right before and right after it takes place.

AWS calls that change something are seen through botocore's events, vendor calls through the adapter of the
sandbox vendors. Reads are no effects: a process that dies around one leaves the same world.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any, Literal
from unittest import mock
from urllib.parse import urlsplit

import requests

from local.sandbox.inprocess import WsgiAdapter
from renkei import aws

type Side = Literal["before", "after"]
type Told = Callable[[Side, str], None]

AWS_EFFECTS = {
    "dynamodb": ("PutItem", "UpdateItem", "DeleteItem", "BatchWriteItem", "TransactWriteItems"),
    "sqs": ("SendMessage", "SendMessageBatch", "ReceiveMessage", "DeleteMessage", "DeleteMessageBatch"),
    "sesv2": ("SendEmail",),
    "kms": ("GenerateDataKey", "Decrypt", "Encrypt"),
}
_PERSON = "/oauth/authorize"  # the consent page: a person's browser goes there, not a process of ours


@contextmanager
def watched(told: Told) -> Iterator[None]:
    """Tell of every effect while this lasts."""
    with ExitStack() as stack:
        for service, operations in AWS_EFFECTS.items():
            for operation in operations:
                stack.enter_context(_aws(told, service, operation))
        stack.enter_context(_vendors(told))
        yield


@contextmanager
def _aws(told: Told, service: str, operation: str) -> Iterator[None]:
    events, name = aws.client(service).meta.events, f"{service} {operation}"

    def before(**_: Any) -> None:
        told("before", name)

    def after(**_: Any) -> None:
        told("after", name)

    hooks = {f"before-call.{service}.{operation}": before, f"after-call.{service}.{operation}": after}
    for event, hook in hooks.items():
        events.register(event, hook)
    try:
        yield
    finally:
        for event, hook in hooks.items():
            events.unregister(event, hook)


@contextmanager
def _vendors(told: Told) -> Iterator[None]:
    send = WsgiAdapter.send

    def seen(adapter: WsgiAdapter, request: requests.PreparedRequest, *args: Any, **named: Any) -> requests.Response:
        path = urlsplit(request.url or "").path
        if path.endswith(_PERSON):
            return send(adapter, request, *args, **named)
        told("before", f"{request.method} {path}")
        response = send(adapter, request, *args, **named)
        told("after", f"{request.method} {path}")
        return response

    with mock.patch.object(WsgiAdapter, "send", seen):
        yield
