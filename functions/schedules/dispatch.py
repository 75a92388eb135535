"""At its time: puts a run of an integration's job into the ledger of each workspace that has it on."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from integrations import INTEGRATIONS
from renkei import jobs, workspaces
from renkei.aws import DOWN
from renkei.errors import Outcome
from renkei.integration import Integration
from renkei.runtime import Platform, platform
from renkei.watch import bugs_told, logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


@logger.inject_lambda_context
def handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, int]:  # noqa: ARG001
    """{"job": "dispatch", "integration": key, "run": job, "at": its time} → how many runs were put.

    EventBridge Scheduler fills in the time it was to come at, the same at each try:
    https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
    """
    with bugs_told():
        at = datetime.fromisoformat(event["at"])
        return {"put": dispatch(platform(), INTEGRATIONS[event["integration"]], event["run"], at)}


def dispatch(parts: Platform, integration: Integration, job: str, at: datetime) -> int:
    """Put a run for each workspace that has the integration on; gives how many. One that fails keeps no other from it.

    What failed (AWS errors, a bug of ours) is raised at the end, so that all of it is done again: what was put stays.
    """
    put, failed = 0, None
    for workspace in workspaces.names():
        try:
            with bugs_told(workspace):
                put += jobs.accept(parts, workspace, integration, job, at) is not None
        except (*DOWN, Outcome) as end:
            failed = end
            logger.error("not dispatched", workspace=workspace, error=type(end).__name__)
    logger.info("dispatched", extra={"integration": integration.key, "run": job, "put": put})
    if failed:
        raise failed
    return put
