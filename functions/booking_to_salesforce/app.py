"""Takes bells from the queue and works bookings off into Salesforce. Thin: `plan` decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from booking_to_salesforce import INTEGRATION, Settings
from booking_to_salesforce.fields import Fact, facts_of
from booking_to_salesforce.known import LEAD, Known, Step, Task
from booking_to_salesforce.plan import draft, plan, verdict
from renkei import links
from renkei.actions import Remember, Result
from renkei.chains import booking_link
from renkei.errors import Outcome
from renkei.integration import Job, Verdict
from renkei.runtime import Work, answer_bells
from renkei.schedulers import booking_of
from renkei.tokens import TokenSource
from renkei.vendors.salesforce import Salesforce
from renkei.vendors.salesforce_account import instance
from renkei.watch import logger
from renkei.workers import token_source

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

_ROUNDS, _EACH = 60, 10  # a plan takes about ten; bookings of one guest take theirs one after the other


@logger.inject_lambda_context
def handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """SQS (FIFO) event of bells → drained boxes. Every bell is done: what fails stays due, and the sweep rings."""
    return answer_bells(
        event, INTEGRATION, work_off, lambda: timedelta(milliseconds=context.get_remaining_time_in_millis())
    )


def work_off(jobs: Sequence[Job], work: Work) -> Mapping[str, Verdict]:
    """Work jobs of one workspace off together. A raised Outcome means all of them."""
    token = token_source(work.platform, work.connection)
    salesforce = client_of(work, token, facts_of(work.types.get(LEAD, {})))
    try:
        return Run(work, salesforce, str(token.secrets["user"])).all(jobs)
    finally:
        work.calls += salesforce.calls
        work.connection = token.connection


def client_of(work: Work, token: TokenSource, facts: Mapping[str, Fact]) -> Salesforce:
    """The client of a connection's org; where that answers may change with each token."""
    kinds = {LEAD: {name: fact.type for name, fact in facts.items()}}
    return Salesforce(work.platform.session, token, lambda: instance(token.secrets), kinds, work.budget)


class Run:
    """One batch of bookings on its way into one org. `me`: the id of the user we are there."""

    def __init__(self, work: Work, salesforce: Salesforce, me: str) -> None:
        self._work = work
        self._salesforce = salesforce
        self._scope = links.scope(work.workspace, INTEGRATION.vendor, work.connection.account)
        self._settings = Settings.model_validate(work.settings)
        self._me = me
        self._facts = facts_of(work.types.get(LEAD, {}))

    def all(self, jobs: Sequence[Job]) -> Mapping[str, Verdict]:
        """Draft, then plan and apply until there is nothing more to ask for."""
        drafted = {job.id: self.task(job) for job in jobs}
        tasks = [task for task in drafted.values() if isinstance(task, Task)]
        known = self.known(tasks)
        for _ in range(_ROUNDS + _EACH * len(tasks)):
            actions = plan(tasks, known)
            if not actions:
                break
            for action in actions:
                known.absorb(action, self.apply(action))
        else:
            raise RuntimeError("the plan does not come to an end")
        return {id_: verdict(task, known) if isinstance(task, Task) else task for id_, task in drafted.items()}

    def task(self, job: Job) -> Task | Outcome:
        """The task of a job, or why there is none."""
        digest, german = self._work.platform.vault.digest, self._work.language == "de"
        try:
            return draft(job.id, booking_of(job.payload), self._settings, self._facts, digest, german=german)
        except Outcome as end:
            return end

    def known(self, tasks: Sequence[Task]) -> Known:
        """What we remember: of the bookings and those before them, of their chains' first ones, and of the hosts."""
        known = Known(self._settings, self._work.platform.clock(), self._me)
        bookings = [task.booking for task in tasks]
        wanted = [booking_link(one.source, id_) for one in bookings for id_ in (one.id, one.previous_id) if id_]
        wanted += [link for task in tasks for link in (task.user, task.guest) if link]
        known.links |= links.recall(self._scope, wanted)
        roots = [str(row["root"]) for row in known.links.values() if row.get("root")]
        first = {booking_link(one.source, root) for one in bookings for root in roots} - known.links.keys()
        known.links |= links.recall(self._scope, sorted(first)) if first else {}
        return known

    def apply(self, action: Step) -> Result:
        """Carry one action out."""
        if isinstance(action, Remember):
            links.remember(self._scope, action.link, action.values)
            return Result()
        return self._salesforce.do(action)
