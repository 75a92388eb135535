"""Takes bells from the queue and works bookings off into HubSpot. Thin: `plan` decides."""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from booking_to_hubspot import INTEGRATION, Settings
from booking_to_hubspot.known import COMPANIES, CONTACTS, Known, Task
from booking_to_hubspot.plan import draft, plan, verdict
from renkei import links
from renkei.actions import Action, Forget, Remember, Result
from renkei.chains import booking_link
from renkei.errors import Outcome
from renkei.freemail import free_mail
from renkei.integration import Job, Verdict
from renkei.mapping import Reading
from renkei.runtime import Work, answer_bells
from renkei.schedulers import booking_of
from renkei.vendors.hubspot import HubSpot
from renkei.watch import logger
from renkei.workers import token_source

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

_ROUNDS = 60  # a plan takes about ten


@logger.inject_lambda_context
def handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """SQS (FIFO) event of bells → drained boxes. Every bell is done: what fails stays due, and the sweep rings."""
    return answer_bells(
        event, INTEGRATION, work_off, lambda: timedelta(milliseconds=context.get_remaining_time_in_millis())
    )


def work_off(jobs: Sequence[Job], work: Work) -> Mapping[str, Verdict]:
    """Work jobs of one workspace off together. A raised Outcome means all of them."""
    token = token_source(work.platform, work.connection)
    hubspot = HubSpot(work.platform.session, token, work.platform.sleep, work.budget)
    try:
        return Run(work, hubspot).all(jobs)
    finally:
        work.calls += hubspot.calls
        work.connection = token.connection


class Run:
    """One batch of bookings on its way into one portal."""

    def __init__(self, work: Work, hubspot: HubSpot) -> None:
        self._work = work
        self._hubspot = hubspot
        self._scope = links.scope(work.workspace, INTEGRATION.vendor, work.connection.account)
        self._settings = Settings.model_validate(work.settings)

    def all(self, jobs: Sequence[Job]) -> Mapping[str, Verdict]:
        """Draft, then plan and apply until there is nothing more to ask for."""
        drafted = {job.id: self.task(job) for job in jobs}
        tasks = [task for task in drafted.values() if isinstance(task, Task)]
        known = self.known(tasks)
        for _ in range(_ROUNDS):
            actions = plan(tasks, known, meeting=self._settings.meeting)
            if not actions:
                break
            for action in actions:
                known.absorb(action, self.apply(action))
        else:
            raise RuntimeError("the plan does not come to an end")
        return {id_: verdict(task, tasks, known) if isinstance(task, Task) else task for id_, task in drafted.items()}

    def task(self, job: Job) -> Task | Outcome:
        """The task of a job, or why there is none."""
        digest = self._work.platform.vault.digest
        try:
            return draft(job.id, booking_of(job.payload), self._settings, self._readings, digest)
        except Outcome as end:
            return end

    def known(self, tasks: Sequence[Task]) -> Known:
        """What is known before the first call: what we remember, and the portal's owners where meetings want them."""
        wanted = [link for task in tasks if task.firm for link in task.firm.links]
        meetings = [task.booking for task in tasks] if self._settings.meeting else []
        for booking in meetings:
            wanted += [booking_link(booking.source, id_) for id_ in (booking.id, booking.previous_id) if id_]
        hosts = any(booking.hosts for booking in meetings if booking.kind != "cancelled")
        return Known(links=dict(links.recall(self._scope, wanted)), owners=self._hubspot.owners() if hosts else {})

    def apply(self, action: Action) -> Result:
        """Carry one action out."""
        match action:
            case Remember():
                links.remember(self._scope, action.link, action.values)
            case Forget():
                links.forget(self._scope, action.link)
            case _:
                return self._hubspot.do(action)
        return Result()

    @functools.cached_property
    def _readings(self) -> Mapping[str, Reading]:
        settings, work = self._settings, self._work
        free = free_mail(settings.free_mail.add, settings.free_mail.remove)
        return {
            name: Reading(work.types.get(name, {}), free, settings.name_order, german=work.language == "de")
            for name in (COMPANIES, CONTACTS)
        }
