"""Takes bells from the queue and works a school's events off into HubSpot. Thin: `plan` decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from lms_to_hubspot import INTEGRATION
from lms_to_hubspot.office import Office
from renkei.integration import Job, Unfinished, Verdict
from renkei.lms_list import IMPORT
from renkei.runtime import Work, answer_bells
from renkei.watch import logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

_PARTS = 3
"""Parts of lists that are worked off before looking for what somebody waits for."""


@logger.inject_lambda_context
def handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """SQS (FIFO) event of bells → drained boxes. Every bell is done: what fails stays due, and the sweep rings."""
    return answer_bells(
        event, INTEGRATION, work_off, lambda: timedelta(milliseconds=context.get_remaining_time_in_millis())
    )


def work_off(jobs: Sequence[Job], work: Work) -> Mapping[str, Verdict]:
    """Work jobs of one workspace off together: first events, then parts of lists. A raised Outcome means all."""
    parts = [job for job in jobs if job.payload["body"].get("type") == IMPORT]
    events = [job for job in jobs if job not in parts]
    office = Office(work)
    try:
        verdicts = dict(office.events(events)) if events else {}
        for number, job in enumerate(parts):
            verdicts[job.id] = office.part(job) if number < _PARTS and not (number and events) else Unfinished()
        return verdicts
    finally:
        office.close()
