"""`board sync` and `board push-clients`: long work is asked for, watched, and told about when it has ended."""

import argparse
from datetime import datetime, timedelta
from typing import Final

from local.cli.context import Context
from local.cli.errors import FAILED, INTERRUPTED, OK, Failure
from local.cli.progress import counts_of, parts_of
from local.cli.screen import local_time, printable
from local.cli.shapes import Json, mapping, messages, text

INTEGRATION: Final = "hubspot_to_board"
_PATIENCE: Final = 7 * 24 * 3600.0
_WAITS: Final = timedelta(seconds=5)


def sync(context: Context, args: argparse.Namespace) -> int:
    """Bring board's statuses and amounts to HubSpot now."""
    return _run(context, {"job": "sync"}, wait=not args.no_wait)


def push_clients(context: Context, args: argparse.Namespace) -> int:
    """Make companies in HubSpot of board's clients, or (--dry-run) say which."""
    return _run(context, {"job": "push_clients", "dry_run": args.dry_run}, wait=not args.no_wait)


def _run(context: Context, body: Json, *, wait: bool) -> int:
    answer = context.api.call("POST", "workspaces", context.workspace, "jobs", INTEGRATION, body=body)
    delivery, already = text(answer.get("delivery")), answer.get("already") is True
    if not delivery:
        raise Failure("odd_answer", url=context.place.url, status=200)
    context.screen.note("board_already" if already else "board_begun", id=delivery)
    told: Json = {"delivery": delivery, "already": already}
    if not wait:
        context.screen.data(told)
        return OK
    try:
        row = _watch(context, delivery)
    except KeyboardInterrupt:
        context.screen.data({**told, "state": "pending"})
        context.screen.note("board_goes_on", id=delivery)
        return INTERRUPTED
    shown = ("state", "outcome", "warnings", "reason", "message", "progress", "vendor_calls")
    context.screen.data({**told, **{name: row.get(name) for name in shown}})
    return _ended(context, delivery, row, dry=body.get("dry_run") is True)


def _watch(context: Context, delivery: str) -> Json:
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
        now = _how_far(context, row)
        if now and now != said:
            context.screen.note("board_so_far", told=now)
        said = now or said
    return row


def _how_far(context: Context, row: Json) -> str:
    """Say in a line how far it is, and why it waits if it does."""
    told = [counts_of(context.screen, row.get("progress"))]
    try:
        waits = datetime.fromisoformat(text(row.get("due_at"))) > context.pause.wall() + _WAITS
    except (ValueError, TypeError):
        waits = False
    if waits:
        at, why = local_time(text(row.get("due_at"))), text(row.get("message"))
        told.append(context.screen.text("board_waits", at=at, why=why))
    return " ".join(part for part in told if part)


def _ended(context: Context, delivery: str, row: Json, *, dry: bool) -> int:
    state = text(row.get("state"))
    for warning in messages(row.get("warnings")):
        context.screen.note("warning", message=warning)
    if state != "delivered":
        why = text(row.get("message")) or text(row.get("reason")) or "?"
        context.screen.note("board_not_done", id=delivery, state=state or "?", why=why)
        return FAILED
    outcome = mapping(row.get("outcome"))
    context.screen.say("board_would" if dry else "board_done", told=counts_of(context.screen, outcome) or "–")
    for line in parts_of(context.screen, outcome):
        context.screen.line(printable(line))
    return OK
