"""Each minute: ring for whatever is due, and say how old the oldest waiting delivery is."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.metrics import MetricUnit

from integrations import INTEGRATIONS
from renkei import workspaces
from renkei.bells import Bell, ring
from renkei.integration import Integration
from renkei.runtime import Platform, platform
from renkei.waking import wake
from renkei.watch import bugs_told, logger, measure
from schedules.spread import over_all

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


@logger.inject_lambda_context
def handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, int]:  # noqa: ARG001
    """{"job": "sweep"} → how many bells were rung."""
    with bugs_told():
        return {"rung": sweep(platform())}


def sweep(parts: Platform) -> int:
    """Ring one bell for each box with something due. Gives their number; AWS errors are botocore's."""
    now = parts.clock()
    found = over_all(lambda names: [_box(parts, name, one, now) for name in names for one in INTEGRATIONS.values()])
    boxes = [box for piece in found for box in piece]
    rung = sum(due for due, _ in boxes)
    for workspace, key in workspaces.waking(now):
        rung += bool(key in INTEGRATIONS and wake(parts, workspace, INTEGRATIONS[key]))
    measure("OldestPendingSeconds", max((age for _, age in boxes), default=0.0), MetricUnit.Seconds)
    return rung


def _box(parts: Platform, workspace: str, integration: Integration, now: datetime) -> tuple[bool, float]:
    """(whether something was due, so that a bell was rung; how many seconds the oldest delivery is pending)."""
    due = parts.deliveries.next_due(workspace, integration.key)
    if due is None:
        return False, 0.0
    accepted = parts.deliveries.oldest_pending(workspace, integration.key)
    if due <= now:
        ring(Bell(workspace, integration.vendor, integration.key))
    return due <= now, (now - accepted).total_seconds() if accepted else 0.0
