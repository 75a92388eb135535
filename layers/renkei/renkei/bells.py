"""The doorbell: tells an integration's worker that a connection has something due. Carries nothing personal.

The queue is FIFO with the connection as its message group: one worker at a time serves one vendor account.
A lost bell costs nothing, because the sweep rings each minute for whatever is due.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from uuid import uuid4

from renkei import config
from renkei.aws import client


@dataclass(frozen=True)
class Bell:
    """Which worker should look where."""

    workspace: str
    connection: str
    integration: str

    @property
    def group(self) -> str:
        """The message group: one connection of one workspace."""
        return f"{self.workspace}.{self.connection}"


def ring(bell: Bell) -> None:
    """Put the bell on its integration's queue. AWS errors are botocore's."""
    client("sqs").send_message(
        QueueUrl=config.queue_url(bell.integration),
        MessageBody=json.dumps(asdict(bell)),
        MessageGroupId=bell.group,
        MessageDeduplicationId=uuid4().hex,  # each ring counts: equal bells within five minutes are not one
    )
