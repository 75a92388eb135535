"""`falcana sync`, `import`, `export`, `duplicates` and `stop`: work that takes long."""

import argparse
from collections.abc import Iterator
from typing import Final

from local.cli import runs
from local.cli.context import Context
from local.cli.errors import INTERRUPTED, OK
from local.cli.screen import printable
from local.cli.shapes import Json, rows, text, words

INTEGRATION: Final = "falcana_hubspot"
GOES_ON: Final = "falcana_goes_on"
JOBS: Final = ("sync", "import", "export", "duplicates")
WAITS: Final = ("parked", "undecided", "ended", "deletes")


def sync(context: Context, args: argparse.Namespace) -> int:
    """Have the automatic run done now."""
    if args.confirm_deletes:
        context.screen.note("word", word=text(act(context, "confirm_deletes", {}).get("message")))
    return runs.run(context, INTEGRATION, {"job": "sync"}, wait=not args.no_wait, goes_on=GOES_ON)


def transfer(context: Context, args: argparse.Namespace) -> int:
    """Take over everything one way, or (--dry-run) say what that would do."""
    if args.from_start:
        context.screen.note("word", word=text(act(context, "forget_progress", {"job": args.job}).get("message")))
    body: Json = {"job": args.job, "dry_run": args.dry_run}
    return runs.run(context, INTEGRATION, body, wait=not args.no_wait, goes_on=GOES_ON)


def duplicates(context: Context, args: argparse.Namespace) -> int:
    """Look for what may be the same on both sides, then list it."""
    if args.no_wait:
        return runs.run(context, INTEGRATION, {"job": "duplicates"}, wait=False)
    code, told = work(context, {"job": "duplicates"})
    found = list(all_waiting(context, "undecided")) if code == OK else []
    context.screen.data({**told, "waiting": found})
    if found:
        show_pairs(context, found)
    return code


def stop(context: Context, args: argparse.Namespace) -> int:
    """Have a run end after its present step."""
    answer = act(context, "stop", {"job": args.job})
    context.screen.data(answer)
    context.screen.say("word", word=text(answer.get("message")))
    return OK


def work(context: Context, body: Json) -> tuple[int, Json]:
    """Have a {job, dry_run} done, watched and told of; give the exit code, and what a script is told."""
    delivery, already = runs.ask(context, INTEGRATION, body)
    told: Json = {"delivery": delivery, "already": already}
    try:
        row = runs.watch(context, delivery)
    except KeyboardInterrupt:
        context.screen.note(GOES_ON, id=delivery, job=text(body.get("job")))
        return INTERRUPTED, {**told, "state": "pending"}
    return runs.tell(context, delivery, row, dry=body.get("dry_run") is True), {**told, **runs.shown(row)}


def act(context: Context, tool: str, body: Json) -> Json:
    """Have a tool change something; its answer."""
    return context.api.call("POST", "workspaces", context.workspace, "tools", INTEGRATION, tool, body=body)


def look(context: Context, tool: str, **query: str) -> Json:
    """Give what a tool shows."""
    return context.api.call("GET", "workspaces", context.workspace, "tools", INTEGRATION, tool, query={**query})


def all_waiting(context: Context, kind: str) -> Iterator[Json]:
    """Give everything of a kind that waits for a person, page by page."""
    after = ""
    while True:
        answer = look(context, "waiting", kind=kind, after=after)
        yield from rows(answer.get("waiting"))
        after = text(answer.get("next"))
        if not after:
            return


def show_pairs(context: Context, found: list[Json]) -> None:
    """Show what may be the same, with the score and why."""
    context.screen.table(
        ["h_kind", "h_falcana", "h_hubspot", "h_score", "h_why"],
        [
            [
                text(row.get("kind")),
                *(_both(row, *names) for names in (("id", "name"), ("with", "with_name"))),
                text(row.get("score")),
                printable(", ".join(words(row.get("why")))),
            ]
            for row in found
        ],
    )


def _both(row: Json, *names: str) -> str:
    return " ".join(part for name in names if (part := text(row.get(name))))
