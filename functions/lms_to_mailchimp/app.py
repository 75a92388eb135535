"""Takes bells from the queue and works a school's events off into Mailchimp. Thin: `plan` decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from lms_to_mailchimp import INTEGRATION
from lms_to_mailchimp.importing import take_in
from lms_to_mailchimp.plan import verdict
from lms_to_mailchimp.run import Run
from renkei.errors import Outcome
from renkei.integration import Job, Unfinished, Verdict
from renkei.lms import event_of
from renkei.lms_list import IMPORT
from renkei.lms_users import Task, task_of
from renkei.runtime import Work, answer_bells
from renkei.vendors.mailchimp import Mailchimp
from renkei.watch import logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

_ENOUGH = timedelta(seconds=60)  # less time than that: no further part of a list is begun


@logger.inject_lambda_context
def handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """SQS (FIFO) event of bells → drained boxes. Every bell is done: what fails stays due, and the sweep rings."""
    return answer_bells(
        event, INTEGRATION, work_off, lambda: timedelta(milliseconds=context.get_remaining_time_in_millis())
    )


def work_off(jobs: Sequence[Job], work: Work) -> Mapping[str, Verdict]:
    """Work jobs of one workspace off together: first events, then parts of lists as long as there is time."""
    mailchimp = client_of(work)
    lists = [job for job in jobs if job.payload["body"].get("type") == IMPORT]
    try:
        verdicts = of_events(Run(work, mailchimp), [job for job in jobs if job not in lists])
        for number, job in enumerate(lists):
            waits = number and (work.left() < _ENOUGH or verdicts.keys() - {one.id for one in lists})
            verdicts[job.id] = Unfinished() if waits else take_in(job, Run(work, mailchimp, job.id))
        return verdicts
    finally:
        work.calls += mailchimp.calls


def client_of(work: Work) -> Mailchimp:
    """The client of a connection's audience."""
    secrets = work.platform.connections.secrets(work.connection)
    return Mailchimp(work.platform.session, secrets, work.budget)


def of_events(run: Run, jobs: Sequence[Job]) -> dict[str, Verdict]:
    """Each event's end. All that the batch tells of a user is one course."""
    verdicts: dict[str, Verdict] = {}
    tasks: list[Task] = []
    for job in jobs:
        try:
            tasks.append(task_of(job.id, event_of(job.payload["body"], run.now), run.digest))
        except Outcome as unreadable:
            verdicts[job.id] = unreadable
    for wish, end in run.all(tasks):
        verdicts |= {task.id: verdict(task, wish, end) for task in wish.tasks}
    return verdicts
