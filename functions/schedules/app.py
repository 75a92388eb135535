"""Each minute: ring for whatever is due, and say how old the oldest waiting delivery is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.metrics import MetricUnit

from integrations import INTEGRATIONS
from renkei import workspaces
from renkei.bells import Bell, ring
from renkei.runtime import Platform, platform
from renkei.waking import wake
from renkei.watch import bugs_told, logger, measure

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


@logger.inject_lambda_context
def handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, int]:  # noqa: ARG001
    """{"job": "sweep"} → how many bells were rung."""
    with bugs_told():
        return {"rung": sweep(platform())}


def sweep(parts: Platform) -> int:
    """Ring one bell for each box with something due. Gives their number; AWS errors are botocore's."""
    now, oldest, rung = parts.clock(), 0.0, 0
    for workspace in workspaces.names():
        for integration in INTEGRATIONS.values():
            due = parts.deliveries.next_due(workspace, integration.key)
            if due is None:
                continue
            accepted = parts.deliveries.oldest_pending(workspace, integration.key)
            oldest = max(oldest, (now - accepted).total_seconds() if accepted else 0.0)
            if due <= now:
                ring(Bell(workspace, integration.vendor, integration.key))
                rung += 1
    for workspace, key in workspaces.waking(now):
        rung += bool(key in INTEGRATIONS and wake(parts, workspace, INTEGRATIONS[key]))
    measure("OldestPendingSeconds", oldest, MetricUnit.Seconds)
    return rung
