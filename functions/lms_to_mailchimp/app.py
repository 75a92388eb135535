"""Takes bells from the queue and works a school's events off into Mailchimp."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from lms_to_mailchimp import INTEGRATION
from renkei.errors import Skip
from renkei.integration import Job, Verdict
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


def work_off(jobs: Sequence[Job], work: Work) -> Mapping[str, Verdict]:  # noqa: ARG001 - as every integration's
    """Nothing is written yet: every event is skipped."""
    return {job.id: Skip("integration_off", integration=INTEGRATION.key) for job in jobs}
