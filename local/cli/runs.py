"""Jobs of an integration: long work is asked for, watched, and told about when it has ended."""

from datetime import datetime, timedelta
from typing import Final

from local.cli.context import Context
from local.cli.errors import FAILED, INTERRUPTED, OK, Failure
from local.cli.progress import counts_of, parts_of
from local.cli.screen import local_time, printable
from local.cli.shapes import Json, mapping, messages, text

_PATIENCE: Final = 7 * 24 * 3600.0
_WAITS: Final = timedelta(seconds=5)


def run(context: Context, integration: str, body: Json, *, wait: bool, goes_on: str = "run_goes_on") -> int:
    """Have a {job, dry_run} done, and tell of it. `goes_on` names what is said after Ctrl-C, with `id` and `job`."""
    delivery, already = ask(context, integration, body)
    told: Json = {"delivery": delivery, "already": already}
    if not wait:
        context.screen.data(told)
        return OK
    try:
        row = watch(context, delivery)
    except KeyboardInterrupt:
        context.screen.data({**told, "state": "pending"})
        context.screen.note(goes_on, id=delivery, job=text(body.get("job")))
        return INTERRUPTED
    context.screen.data({**told, **shown(row)})
    return tell(context, delivery, row, dry=body.get("dry_run") is True)


def ask(context: Context, integration: str, body: Json) -> tuple[str, bool]:
    """Ask for a job; give the id of its delivery, and whether it had been asked for before."""
    answer = context.api.call("POST", "workspaces", context.workspace, "jobs", integration, body=body)
    delivery, already = text(answer.get("delivery")), answer.get("already") is True
    if not delivery:
        raise Failure("odd_answer", url=context.place.url, status=200)
    context.screen.note("run_already" if already else "run_begun", id=delivery)
    return delivery, already


def watch(context: Context, delivery: str) -> Json:
    """Show how far it is until it has ended; give the delivery as it is then."""
    row: Json = {}
    said = ""
    for _ in context.pause.until(_PATIENCE):
        try:
            row = context.api.call("GET", "workspaces", context.workspace, "deliveries", delivery)
        except Failure as failure:
            if not failure.passing:
                raise
            continue
        if row.get("state") != "pending":
            break
        now = how_far(context, row)
        if now and now != said:
            context.screen.note("run_so_far", told=now)
        said = now or said
    return row


def shown(row: Json) -> Json:
    """Give what a script is told of a delivery that has ended."""
    names = ("state", "outcome", "warnings", "reason", "message", "progress", "vendor_calls")
    return {name: row.get(name) for name in names}


def tell(context: Context, delivery: str, row: Json, *, dry: bool) -> int:
    """Say what came of it; give the exit code."""
    state = text(row.get("state"))
    for warning in messages(row.get("warnings")):
        context.screen.note("warning", message=warning)
    if state != "delivered":
        why = text(row.get("message")) or text(row.get("reason")) or "?"
        context.screen.note("run_not_done", id=delivery, state=state or "?", why=why)
        return FAILED
    outcome = mapping(row.get("outcome"))
    context.screen.say("run_would" if dry else "run_done", told=counts_of(context.screen, outcome) or "–")
    for line in parts_of(context.screen, outcome):
        context.screen.line(printable(line))
    return OK


def how_far(context: Context, row: Json) -> str:
    """Say in a line how far it is, and why it waits if it does."""
    told = [counts_of(context.screen, row.get("progress"))]
    try:
        waits = datetime.fromisoformat(text(row.get("due_at"))) > context.pause.wall() + _WAITS
    except (ValueError, TypeError):
        waits = False
    if waits:
        at, why = local_time(text(row.get("due_at"))), text(row.get("message"))
        told.append(context.screen.text("run_waits", at=at, why=why))
    return " ".join(part for part in told if part)
