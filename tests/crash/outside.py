"""What the outside does, and does again when our process died on it: senders, the queue, the minute's sweep."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from renkei import aws, config
from tests.crash.world import rows
from tests.harness import QUEUES, Stack

type Deed = Callable[[Stack], None]
"""One thing that the outside does. Whoever does it repeats it after a kill."""

_REPEATS = 2  # TimeRex tries twice more
_ROUNDS = 10  # minutes


def sends(payload: Any) -> Deed:
    """A scheduler sends a webhook, and repeats it until it gets its 2xx."""

    def deed(stack: Stack) -> None:
        answers = []
        for _ in range(1 + _REPEATS):
            answers.append(stack.post(payload))
            if answers[-1][0] == 200:
                return
        raise AssertionError(f"the sender gave up: {answers}")

    return deed


def loses_bells(stack: Stack) -> None:
    """Bells get lost on their way."""
    for key in QUEUES:
        stack.bells(key)


def passes_time(seconds: float) -> Deed:
    """Time passes."""
    return lambda stack: stack.clock.sleep(seconds)


def works(stack: Stack) -> None:
    """The queue gives out its bells; while anything is still pending, the sweep rings each minute."""
    _until({"pending"}, stack)


def settles(stack: Stack) -> None:
    """The minutes go by until nothing is pending or waits for a person any more."""
    _until({"pending", "parked"}, stack)


def _until(over: set[str], stack: Stack) -> None:
    poll(stack)
    for _ in range(_ROUNDS):
        if over.isdisjoint(row["state"] for row in rows("deliveries")):
            return
        stack.clock.sleep(60)
        stack.sweep()
        poll(stack)
    raise AssertionError(f"still {' or '.join(over)} after {_ROUNDS} minutes")


def poll(stack: Stack) -> None:
    """Hand bells to the workers one by one as Lambda does: a message is deleted once the worker returned."""
    sqs = aws.client("sqs")
    for url in map(config.queue_url, QUEUES):
        while found := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=1).get("Messages"):
            (message,) = found
            record = {"body": message["Body"], "messageId": message["MessageId"]}
            stack.answer([record])
            sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
