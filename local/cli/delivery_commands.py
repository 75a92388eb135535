"""`deliveries`, `send` and `preview`: what became of bookings, and what would become of one."""

import argparse
from pathlib import Path
from typing import Final

from local.cli.context import Context
from local.cli.errors import FAILED, OK, Failure, Misuse, Refused
from local.cli.progress import counts_of
from local.cli.prompts import obtain
from local.cli.schedulers import delivery_name, read_event, scheduler_of
from local.cli.screen import local_time, printable
from local.cli.sending import header_of, post_event
from local.cli.shapes import Json, mapping, messages, rows, text
from renkei.vendors import timerex

STATES: Final = ("pending", "parked", "delivered", "skipped", "rejected")
_GOOD_ENDS: Final = ("delivered", "skipped")
_PAGE: Final = 100


def deliveries(context: Context, args: argparse.Namespace) -> int:
    """List deliveries, so many or all of them."""
    limit = None if args.all else args.limit
    found, cursor = _list(context, args.state, limit)
    context.screen.data({"deliveries": found, "next": cursor or None})
    if not found:
        context.screen.note("nothing")
        return FAILED
    show_deliveries(context, found)
    if cursor and limit is not None:
        context.screen.note("more")
    return OK


def send(context: Context, args: argparse.Namespace) -> int:
    """Send a recorded event to the webhook route, byte for byte; with --wait, show how its deliveries end."""
    file = Path(args.file)
    event = read_event(file)
    scheduler = scheduler_of(file, event, args.source)
    if args.header and scheduler.key != timerex.KEY:
        raise Misuse("not_for_vendor", option="--header", vendor=scheduler.key)
    ending = ""
    try:
        ending = delivery_name(scheduler, event)
    except ValueError as wrong:  # to be sent all the same: to see what is answered
        if args.wait:
            raise Misuse("no_event_id", file=file, reason=wrong) from None
    secret = obtain(context, scheduler.secret, args.token_file)
    header = args.header or header_of(context, scheduler)
    answer = post_event(context, scheduler, file.read_bytes(), header, secret)
    counts = {name: answer.get(name) for name in ("accepted", "repeated", "skipped")}
    context.screen.say("sent", **{name: text(count) or "?" for name, count in counts.items()})
    if not args.wait:
        context.screen.data(counts)
        return OK
    number = sum(count for count in counts.values() if isinstance(count, int))
    ended = _wait(context, ending, number, args.wait)
    context.screen.data({**counts, "deliveries": ended})
    if ended:
        show_deliveries(context, ended)
    if not ended or any(row.get("state") == "pending" for row in ended):
        context.screen.note("still_open")
    return OK if ended and all(row.get("state") in _GOOD_ENDS for row in ended) else FAILED


def preview(context: Context, args: argparse.Namespace) -> int:
    """Show in words what a recorded booking would do in each integration, and why each field gets its value."""
    file = Path(args.file)
    payload = read_event(file)
    source = scheduler_of(file, payload, args.source).key
    names = [args.integration] if args.integration else _integrations(context)
    told: list[Json] = []
    for name in names:
        body: Json = {"integration": name, "source": source, "payload": payload}
        try:
            answer = context.api.call("POST", "workspaces", context.workspace, "preview", body=body)
        except Refused as refused:
            if refused.code != "unknown_source" or (name == names[-1] and not told):
                raise
            continue  # that integration takes other events
        told.append({"integration": name, **answer})
        if len(names) > 1:
            context.screen.line(f"{name}:")
        _show_preview(context, answer)
    context.screen.data(told[0] if len(told) == 1 else {"previews": told})
    return OK


def _integrations(context: Context) -> list[str]:
    """Give the integrations that the workspace file names."""
    saved = context.api.call("GET", "workspaces", context.workspace)
    names = list(mapping(saved.get("integrations")))
    if not names:
        raise Failure("no_integration", workspace=context.workspace)
    return names


def _show_preview(context: Context, answer: Json) -> None:
    actions, fields = rows(answer.get("would")), rows(answer.get("fields"))
    context.screen.say("would" if actions else "would_nothing")
    for action in actions:
        context.screen.line(f"  {printable(text(action.get('text')))}")
    if fields:
        context.screen.line("")
        context.screen.table(
            ["h_field", "h_value", "h_why", "h_policy"],
            [
                [
                    f"{text(row.get('object'))}.{text(row.get('property'))}",
                    "← " + text(row.get("value")),
                    text(row.get("why")),
                    text(row.get("policy")),
                ]
                for row in fields
            ],
        )
        context.screen.line("")
    for message in messages(answer.get("warnings")):
        context.screen.line(context.screen.text("warning", message=message))
    outcome, reason = text(answer.get("outcome")), text(answer.get("reason"))
    context.screen.say("outcome_because" if reason else "outcome", outcome=outcome, reason=reason)


def _list(context: Context, state: str | None, limit: int | None) -> tuple[list[Json], str]:
    """Give deliveries, all or `limit` of them, and the cursor of what was left ('' for nothing)."""
    found: list[Json] = []
    cursor = ""
    while True:
        page = _page(context, state, _PAGE if limit is None else min(_PAGE, limit - len(found)), cursor)
        found += rows(page.get("deliveries"))
        # The same cursor again would mean going round in circles.
        cursor, previous = text(page.get("next")), cursor
        if not cursor or cursor == previous or (limit is not None and len(found) >= limit):
            return found, cursor


def _page(context: Context, state: str | None, limit: int, cursor: str) -> Json:
    query: dict[str, str | int] = {"limit": limit}
    if state:
        query["state"] = state
    if cursor:
        query["after"] = cursor
    return context.api.call("GET", "workspaces", context.workspace, "deliveries", query=query)


def show_deliveries(context: Context, found: list[Json]) -> None:
    """Show deliveries as a table, each with why it is as it is."""
    context.screen.table(
        ["h_accepted", "h_state", "h_attempts", "h_calls", "h_id", "h_reason"],
        [
            [
                local_time(text(row.get("accepted_at"))),
                *(text(row.get(name)) for name in ("state", "attempts", "vendor_calls", "id")),
                _remark(context, row),
            ]
            for row in found
        ],
    )
    for row in found:
        for message in messages(row.get("warnings")):
            context.screen.note("warning", message=f"{text(row.get('id'))}: {message}")


def _remark(context: Context, row: Json) -> str:
    """Say why a delivery is as it is, and how far a long one has come."""
    said = [text(row.get("message")) or text(row.get("reason"))]
    if row.get("state") == "pending":
        said.append(counts_of(context.screen, row.get("progress")))
    return " ".join(part for part in said if part)


def _wait(context: Context, ending: str, number: int, seconds: float) -> list[Json]:
    """Wait until the event's deliveries (so many) are settled or need a person; give them as they are then."""
    found: list[Json] = []
    for _ in context.pause.until(seconds):
        try:
            # Looked for in the list until their ids are known, then only at these.
            found = [_again(context, row) for row in found] or _ending_with(context, ending, number)
        except Failure as failure:
            if not failure.passing:
                raise
            continue
        if found and all(row.get("state") != "pending" for row in found):
            break
    return found


def _again(context: Context, row: Json) -> Json:
    if row.get("state") != "pending":
        return row
    return context.api.call("GET", "workspaces", context.workspace, "deliveries", text(row.get("id")))


def _ending_with(context: Context, ending: str, number: int) -> list[Json]:
    """Give the deliveries whose ids end so; the newest come first, so what was sent now is soon found."""
    found: list[Json] = []
    cursor = ""
    while True:
        page = _page(context, None, _PAGE, cursor)
        found += [row for row in rows(page.get("deliveries")) if text(row.get("id")).endswith(ending)]
        cursor, previous = text(page.get("next")), cursor
        if (number and len(found) >= number) or not cursor or cursor == previous:
            return found
