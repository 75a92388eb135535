"""`sources`: who can send events, and what to enter there; for Calendly also: enter it."""

import argparse

from local.cli.context import Context
from local.cli.errors import OK, Failure, Misuse
from local.cli.schedulers import SCHEDULERS, filled_in
from local.cli.shapes import Json, rows, text
from local.cli.subscribing import subscribe

_FOR_CREATE = ("replace", "secret_file", "scope")


def sources(context: Context, args: argparse.Namespace) -> int:
    """Say of each sender where it sends to, whether it may, and the steps to take; or subscribe at Calendly."""
    for name in () if args.create else _FOR_CREATE:
        if getattr(args, name):
            raise Misuse("only_with_create", option="--" + name.replace("_", "-"))
    if args.create and args.source != "calendly":
        raise Misuse("only_calendly")
    found = rows(context.api.call("GET", "workspaces", context.workspace, "sources").get("sources"))
    asked = [row for row in found if row.get("key") in SCHEDULERS and args.source in (None, row.get("key"))]
    if not asked:
        raise Failure("odd_answer", url=context.place.url, status=200)
    if args.create:
        args.scope = args.scope or "organization"
        return subscribe(context, args, asked[0])
    context.screen.data({"sources": [_told(context, row) for row in asked]})
    for number, row in enumerate(asked):
        if number:
            context.screen.line("")
        _show(context, row)
    return OK


def _told(context: Context, row: Json) -> Json:
    scheduler = SCHEDULERS[text(row.get("key"))]
    fields = filled_in(scheduler, text(row.get("webhook_url")), text(row.get("header")))
    return {**row, "fields": fields, "steps": _steps(context, row).splitlines()}


def _show(context: Context, row: Json) -> None:
    title, tokens = text(row.get("title")), text(row.get("tokens"))
    state = context.screen.text("source_connected" if row.get("connected") is True else "source_open", tokens=tokens)
    context.screen.line(f"{title}: {state}")
    context.screen.line(f"  URL  {text(row.get('webhook_url'))}")
    for line in _steps(context, row).splitlines():
        context.screen.line(f"  {line}")


def _steps(context: Context, row: Json) -> str:
    key, values = text(row.get("key")), {name: text(row.get(name)) for name in ("webhook_url", "header")}
    events = SCHEDULERS[key].fields.get("events", "")
    return context.screen.text(f"steps_{key}", workspace=context.workspace, events=events, **values)
