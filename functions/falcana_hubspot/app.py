"""Takes bells from the queue and works off runs. Thin: `plan` decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from falcana_hubspot import INTEGRATION
from falcana_hubspot.desk import Desk
from falcana_hubspot.sync import Sync
from falcana_hubspot.whole import RUNS, WAYS
from renkei.errors import Outcome
from renkei.integration import Job, Unfinished, Verdict
from renkei.runtime import Work, answer_bells
from renkei.watch import logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext


@logger.inject_lambda_context
def handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """SQS (FIFO) event of bells → drained boxes. Every bell is done: what fails stays due, and the sweep rings."""
    return answer_bells(
        event, INTEGRATION, work_off, lambda: timedelta(milliseconds=context.get_remaining_time_in_millis())
    )


def work_off(jobs: Sequence[Job], work: Work) -> Mapping[str, Verdict]:
    """Work runs of one workspace off, one after the other: first the short ones."""
    verdicts: dict[str, Verdict] = {}
    waiting = sorted(jobs, key=lambda job: job.payload["body"]["job"] != Sync.job)
    for number, job in enumerate(waiting):
        verdicts[job.id] = end = _run(job, work)
        if isinstance(end, Unfinished):  # the others after it
            return verdicts | {other.id: Unfinished() for other in waiting[number + 1 :]}
    return verdicts


def _run(job: Job, work: Work) -> Verdict:
    asked = job.payload["body"]
    desk = Desk(work)
    try:
        if asked["job"] == Sync.job:
            return Sync(desk, job.id, asked, desk.ways).go_on()
        return RUNS[asked["job"]](desk, job.id, asked, WAYS[asked["job"]]).go_on()
    except Outcome as end:
        return end
    finally:
        desk.close()
