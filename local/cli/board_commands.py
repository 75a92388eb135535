"""`board`: what can be mapped, who can be named, how it goes, and which records belong together."""

import argparse

from local.cli.board_runs import INTEGRATION
from local.cli.context import Context
from local.cli.delivery_commands import show_deliveries
from local.cli.errors import FAILED, OK, Misuse
from local.cli.progress import counts_of
from local.cli.screen import local_time, mark
from local.cli.shapes import Json, mapping, rows, text
from local.cli.stage_rows import as_yaml, likely


def pipelines(context: Context, args: argparse.Namespace) -> int:
    """List HubSpot's deal pipelines with their stages, or print them as rows for the workspace file."""
    found = rows(_look(context, "pipelines").get("pipelines"))
    if args.rows:
        guessed = likely(found)
        context.screen.data({"pipelines": guessed})
        for line in as_yaml(context.screen, guessed):
            context.screen.line(line)
    else:
        context.screen.data({"pipelines": found})
        table = [
            [*(text(one.get(name)) for name in ("id", "label")), *(text(stage.get(name)) for name in _STAGE)]
            for one in found
            for stage in rows(one.get("stages"))
        ]
        if table:
            context.screen.table(["h_pipeline", "h_label", "h_stage", "h_label", "h_status"], table)
    return _found(context, found)


_STAGE = ("id", "label", "status")


def users(context: Context, _args: argparse.Namespace) -> int:
    """List who uses board."""
    found = rows(_look(context, "users").get("users"))
    context.screen.data({"users": found})
    if found:
        context.screen.table(
            ["h_id", "h_name", "h_mail", "h_valid"],
            [
                [*(text(row.get(name)) for name in ("id", "name", "mail")), mark(ok=row.get("valid") is True)]
                for row in found
            ],
        )
    return _found(context, found)


def status(context: Context, _args: argparse.Namespace) -> int:
    """Show how it goes: connections, board's calls, how far it has read, what is linked, the last runs."""
    answer = _look(context, "status")
    context.screen.data(answer)
    for row in rows(answer.get("connections")):
        context.screen.line("  ".join(context.screen.text("word", word=text(row.get(name))) for name in _CONNECTION))
    calls, linked = mapping(answer.get("calls")), mapping(answer.get("linked"))
    context.screen.say("board_linked", **{name: text(linked.get(name)) or "0" for name in ("deals", "companies")})
    if calls:
        context.screen.say("board_calls", **{name: text(calls.get(name)) or "?" for name in _CALLS})
    for name, facts in mapping(answer.get("checkpoints")).items():
        told = counts_of(context.screen, {key: _moment(value) for key, value in mapping(facts).items()})
        if told:
            context.screen.say("board_checkpoint", name=name, told=told)
    runs = rows(answer.get("runs"))
    if runs:
        context.screen.line("")
        show_deliveries(context, runs)
    return OK


_CONNECTION = ("vendor", "state", "account")
_CALLS = ("used", "left", "left_for_bulk")


def link(context: Context, args: argparse.Namespace) -> int:
    """Say which client of board a company is."""
    return _act(context, "link", {"company": args.company, "client": args.client})


def unlink(context: Context, args: argparse.Namespace) -> int:
    """End a link; of a deal, for good or so that it gets a new project."""
    if args.again and not args.deal:
        raise Misuse("again_for_deals")
    if args.company:
        return _act(context, "unlink", {"company": args.company})
    return _act(context, "unlink", {"deal": args.deal, "again": args.again})


def _look(context: Context, tool: str) -> Json:
    return context.api.call("GET", "workspaces", context.workspace, "tools", INTEGRATION, tool)


def _act(context: Context, tool: str, body: Json) -> int:
    answer = context.api.call("POST", "workspaces", context.workspace, "tools", INTEGRATION, tool, body=body)
    context.screen.data(answer)
    context.screen.say("word", word=text(answer.get("message")) or tool)
    return OK


def _found(context: Context, found: list[Json]) -> int:
    if not found:
        context.screen.note("nothing")
    return OK if found else FAILED


def _moment(value: object) -> str:
    return local_time(text(value)) if isinstance(value, str) else text(value)
