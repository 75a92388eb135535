"""`apply`, `export` and `properties`: the workspace file and what it may name."""

import argparse
import difflib
import sys
from collections.abc import Sequence
from pathlib import Path

from local.cli.context import Context
from local.cli.errors import FAILED, OK, Misuse, Refused
from local.cli.screen import Screen, mark, printable
from local.cli.shapes import Json, messages, rows, text, words
from local.cli.yaml_file import BadFile, Problem, Step, WorkspaceFile, dotted, read_workspace_file
from local.cli.yaml_text import to_yaml

# HubSpot has hundreds of properties: the likeliest are enough to see the mistake.
_SHOWN = 12
_COLUMNS = ("name", "label", "type")


def apply(context: Context, args: argparse.Namespace) -> int:
    """Save the workspace file; say for each problem which line it is in and what is allowed."""
    try:
        file = workspace_file(context, args.file)
    except BadFile as bad:
        return tell_bad(context, args.file, bad)
    try:
        answer = context.api.call("PUT", "workspaces", file.workspace, body=file.data)
    except Refused as refused:
        if not refused.problems:
            raise
        return tell_problems(context, args.file, file, refused)
    warnings = messages(answer.get("warnings"))
    for warning in warnings:
        context.screen.note("warning", message=warning)
    context.screen.say("saved", workspace=file.workspace)
    context.screen.data({"saved": True, "workspace": file.workspace, "warnings": warnings})
    return OK


def export(context: Context, args: argparse.Namespace) -> int:
    """Write the workspace file back, as YAML or (--json) as JSON."""
    target = Path(args.output) if args.output else None
    if target and target.exists() and not args.force:
        raise Misuse("file_exists", file=target)
    saved = context.api.call("GET", "workspaces", context.workspace)
    context.screen.data(saved)
    if target is None:
        context.screen.line(to_yaml(saved).rstrip("\n"))
        return OK
    try:
        target.write_text(to_yaml(saved), encoding="utf-8")
    except OSError as error:
        raise Misuse("no_file", file=target, reason=error.strerror or error) from error
    context.screen.note("written", file=target)
    return OK


def properties(context: Context, args: argparse.Namespace) -> int:
    """List the properties or fields that rows can name, with what the vendor says of each."""
    answer = context.api.call("GET", "workspaces", context.workspace, "properties", args.object)
    found = rows(answer.get("properties"))
    if args.rows:
        return _first_rows(context, args.object, [row["row"] for row in found if isinstance(row.get("row"), dict)])
    context.screen.data({"properties": found})
    if not found:
        context.screen.note("nothing")
        return FAILED
    facts = [name for name in ("required", "changeable") if any(name in row for row in found)]
    context.screen.table(
        [f"h_{name}" for name in (*facts, *_COLUMNS)],
        [
            [
                *(mark(ok=True) if row.get(name) is True else "" for name in facts),
                *(text(row.get(name)) for name in _COLUMNS),
            ]
            for row in found
        ],
    )
    return OK


def _first_rows(context: Context, name: str, found: list[object]) -> int:
    """Print the rows that a workspace file cannot do without, ready to be put into it."""
    context.screen.data({"rows": found})
    if not found:
        context.screen.note("nothing")
        return FAILED
    context.screen.line(to_yaml({name.lower(): found}).rstrip("\n"))
    return OK


def workspace_file(context: Context, name: str) -> WorkspaceFile:
    """Read a workspace file, which is for the workspace that was asked for, if one was. BadFile if not."""
    file = read_workspace_file(Path(name))
    _same_workspace(context, file)
    return file


def tell_bad(context: Context, name: str, bad: BadFile) -> int:
    """Say what is wrong in a file that was not sent."""
    found = [Problem(line, path, context.screen.text(key, **values)) for line, path, key, values in bad.found]
    return _report(context.screen, name, found, bad.exit_code)


def tell_problems(context: Context, name: str, file: WorkspaceFile, refused: Refused) -> int:
    """Say what the stack found wrong in a file, with the lines."""
    return _report(context.screen, name, [_located(file, problem) for problem in refused.problems], FAILED)


def _same_workspace(context: Context, file: WorkspaceFile) -> None:
    asked = context.asked_workspace
    if asked and asked != file.workspace:
        values: dict[str, object] = {"inside": file.workspace, "asked": asked}
        raise BadFile([(file.line(["workspace"]), "workspace", "other_workspace", values)])


def _located(file: WorkspaceFile, problem: Json) -> Problem:
    steps = problem.get("path")
    path: list[Step] = [step for step in steps if isinstance(step, str | int)] if isinstance(steps, list) else []
    allowed = tuple(words(problem.get("allowed")))
    return Problem(file.line(path), dotted(path), text(problem.get("message")), _nearest(file.value(path), allowed))


def _nearest(value: object, allowed: tuple[str, ...]) -> tuple[str, ...]:
    """Put what was probably meant first."""
    names = {word.partition(" (")[0]: word for word in allowed}  # `zip (Postal code)`: it is the name that is misspelt
    near = [names[name] for name in difflib.get_close_matches(text(value), names, n=3)]
    return (*near, *(word for word in allowed if word not in near))


def _report(screen: Screen, name: str, problems: Sequence[Problem], exit_code: int) -> int:
    problems = sorted(problems, key=lambda problem: problem.line)
    for problem in problems:
        where = f"{name}:{problem.line}: " + (f"{problem.path}: " if problem.path else "")
        print(printable(f"{where}{problem.message} {_allowed(screen, problem.allowed)}".rstrip()), file=sys.stderr)
    screen.note("not_saved", count=len(problems))
    screen.data({"saved": False, "problems": [vars(problem) for problem in problems]})
    return exit_code


def _allowed(screen: Screen, allowed: Sequence[str]) -> str:
    if not allowed:
        return ""
    shown = list(allowed[:_SHOWN])
    if len(allowed) > _SHOWN:
        shown.append(screen.text("and_more", count=len(allowed) - _SHOWN))
    return screen.text("allowed", allowed=", ".join(shown))
