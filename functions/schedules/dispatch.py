"""At its time: puts a run of an integration's job into the ledger of each workspace that wants it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from integrations import INTEGRATIONS
from renkei import jobs, workspaces
from renkei.aws import DOWN
from renkei.errors import Outcome
from renkei.integration import Integration
from renkei.runtime import Platform, platform
from renkei.watch import bugs_told, logger
from schedules.spread import over_all

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

_ENOUGH = timedelta(seconds=30)  # what a hundred workspaces may take


@logger.inject_lambda_context
def handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, int]:
    """{"job": "dispatch", "integration": key, "run": job, "at": its time} → how many runs were put.

    EventBridge Scheduler fills in the time it was to come at, the same at each try:
    https://docs.aws.amazon.com/scheduler/latest/UserGuide/managing-schedule-context-attributes.html
    """
    with bugs_told():
        at, integration = datetime.fromisoformat(event["at"]), INTEGRATIONS[event["integration"]]
        left = lambda: timedelta(milliseconds=context.get_remaining_time_in_millis())  # noqa: E731
        return {"put": dispatch(platform(), integration, event["run"], at, left)}


def dispatch(
    parts: Platform, integration: Integration, job: str, at: datetime, left: Callable[[], timedelta] = lambda: _ENOUGH
) -> int:
    """Put a run for each workspace that wants it; gives how many. One that fails keeps no other from it.

    What failed (AWS errors, a bug of ours), and that the time was over (`left` tells what remains), is raised at the
    end, so that all of it is done again: what was put stays, and costs the next try a look.
    """
    failed: list[Exception] = []

    def piece(names: Sequence[str]) -> int:
        if left() < _ENOUGH:
            failed.append(TimeoutError())
            logger.error("no time left", extra={"integration": integration.key, "workspaces": len(names)})
            return 0
        try:
            kept = workspaces.settings_of(names)
        except DOWN as down:
            failed.append(down)
            return 0
        put = 0
        for workspace in names:
            try:
                with bugs_told(workspace):
                    if jobs.wants(kept.get(workspace), integration):
                        put += jobs.put(parts, workspace, integration, job, at) is not None
            except (*DOWN, Outcome) as end:
                failed.append(end)
                logger.error("not dispatched", workspace=workspace, error=type(end).__name__)
        return put

    put = sum(over_all(piece))
    logger.info("dispatched", extra={"integration": integration.key, "run": job, "put": put})
    if failed:
        raise failed[0]
    return put
