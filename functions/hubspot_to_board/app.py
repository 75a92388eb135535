"""Takes bells from the queue and works off what HubSpot told of, and runs. Thin: `plan` decides."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from hubspot_to_board import INTEGRATION
from hubspot_to_board.desk import Desk
from hubspot_to_board.events import Event, deal_in, event_of
from hubspot_to_board.live import Live
from hubspot_to_board.night import Night
from hubspot_to_board.pushing import Pushing
from renkei.errors import Outcome, Skip
from renkei.integration import Done, Job, Unfinished, Verdict
from renkei.runtime import Work, answer_bells
from renkei.watch import logger

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

_RUNS = {"sync": Night, "push_clients": Pushing}


@logger.inject_lambda_context
def handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
    """SQS (FIFO) event of bells → drained boxes. Every bell is done: what fails stays due, and the sweep rings."""
    return answer_bells(
        event, INTEGRATION, work_off, lambda: timedelta(milliseconds=context.get_remaining_time_in_millis())
    )


def work_off(jobs: Sequence[Job], work: Work) -> Mapping[str, Verdict]:
    """Work jobs of one workspace off together: first what somebody waits for, then runs."""
    told = {job.id: event_of(job.payload["body"]) for job in jobs if job.payload["source"] == "hubspot"}
    verdicts = _told(told, work)
    waiting = [job for job in jobs if job.id not in told]
    for number, job in enumerate(waiting):
        verdicts[job.id] = end = _run(job, work)
        if isinstance(end, Unfinished):  # the others after it
            return verdicts | {other.id: Unfinished() for other in waiting[number + 1 :]}
    return verdicts


def _run(job: Job, work: Work) -> Verdict:
    desk = Desk(work, patient=True)
    try:
        return _RUNS[job.payload["body"]["job"]](desk, job.id, job.payload["body"]).go_on()
    except Outcome as end:
        return end
    finally:
        desk.close()


def _told(events: Mapping[str, Event], work: Work) -> dict[str, Verdict]:
    """What becomes of events: each deal and company is dealt with once."""
    if not events:
        return {}
    desk = Desk(work)
    verdicts: dict[str, Verdict] = {}
    mine = {}
    for id_, event in events.items():
        if event.portal != desk.portal:
            verdicts[id_] = Skip("other_portal", portal=event.portal)
        elif event.kind in {"gone", "other"}:
            verdicts[id_] = Skip("deal_gone" if event.object == "deal" else "nothing_changed")
        else:
            mine[id_] = event
    try:
        live = Live(desk)
        verdicts |= _each(mine, "merged", lambda chosen: _merged(desk, chosen))
        verdicts |= _each(mine, "deal_moved", lambda chosen: _by_id(chosen, live.deals))
        verdicts |= _each(mine, "company_changed", lambda chosen: _by_id(chosen, lambda ids: live.companies(list(ids))))
        verdicts |= _each(mine, "deal_changed", lambda chosen: _changed(desk, chosen))
    finally:
        desk.close()
    return verdicts


def _each(
    events: Mapping[str, Event], kind: str, settle: Callable[[Mapping[str, Event]], Mapping[str, Verdict]]
) -> Mapping[str, Verdict]:
    """The verdicts on the events of a kind; what ends them all is each one's."""
    chosen = {id_: event for id_, event in events.items() if event.kind == kind}
    try:
        return settle(chosen) if chosen else {}
    except Outcome as end:
        return dict.fromkeys(chosen, end)


def _by_id(
    events: Mapping[str, Event], settle: Callable[[Mapping[str, datetime]], Mapping[str, Verdict]]
) -> dict[str, Verdict]:
    """The verdicts on events by those on their records; of several events of one record, the last one waits for all."""
    newest = {event.id: id_ for id_, event in sorted(events.items(), key=lambda one: one[1].at)}
    found = settle({event.id: events[newest[event.id]].at for event in events.values()})
    verdicts: dict[str, Verdict] = {}
    for id_, event in events.items():
        end = found[event.id]
        stands_for_it = isinstance(end, Done | Skip) or id_ == newest[event.id]
        verdicts[id_] = end if stands_for_it else Skip("told_together")
    return verdicts


def _merged(desk: Desk, events: Mapping[str, Event]) -> dict[str, Verdict]:
    """Links go on under the id that is left."""
    desk.recall(f"{event.object}#{one}" for event in events.values() for one in (event.id, *event.old))
    for event in events.values():
        for old in event.old:
            desk.moved(event.object, old, event.id)
    return {id_: Done({event.object: event.id}) for id_, event in events.items()}


def _changed(desk: Desk, events: Mapping[str, Event]) -> dict[str, Verdict]:
    """Deals that wait for something that they lacked are looked at again: a company was associated, say."""
    ledger, count = desk.work.platform.deliveries, dict.fromkeys((event.id for event in events.values()), 0)
    for row in list(ledger.each(desk.work.workspace, INTEGRATION.key, "parked")):
        if (deal := deal_in(row["id"], desk.portal)) in count:
            count[deal] += ledger.retry(row)
    return {
        id_: Done({"woken": str(count[event.id])}) if count[event.id] else Skip("nothing_waits")
        for id_, event in events.items()
    }
