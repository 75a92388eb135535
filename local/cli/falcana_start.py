"""`falcana start`: the first time, in the order that is best for two systems that are both filled.

Test, rehearse taking HubSpot's data over, take it over, look for duplicates, take over what was decided, both ways.
"""

import argparse
from collections.abc import Sequence
from typing import Final

from local.cli import falcana_commands
from local.cli.context import Context
from local.cli.errors import FAILED, OK, Refused
from local.cli.falcana_runs import INTEGRATION, act, all_waiting, work
from local.cli.prompts import choose, confirm
from local.cli.screen import printable
from local.cli.shapes import Json, mapping, text, words
from local.cli.yaml_text import to_yaml

_BOTH: Final = {"hubspot_to_falcana": True, "falcana_to_hubspot": True}
_LINES: Final[Json] = {"integrations": {INTEGRATION: {"directions": _BOTH}}}
_ANSWERS: Final = ("link", "apart", "later", "enough")
_IMPORT: Final[Json] = {"job": "import", "dry_run": False}


class _Over(Exception):
    """It ends here, with this exit code."""

    def __init__(self, code: int) -> None:
        super().__init__(code)
        self.code = code


def start(context: Context, args: argparse.Namespace) -> int:
    """Begin, step by step. Whoever stops in between begins again: what is done is found and not done twice."""
    told: Json = {}
    try:
        _steps(context, told, ask=not args.yes)
    except _Over as over:
        context.screen.data({**told, "done": False})
        return over.code
    context.screen.data({**told, "done": True})
    return OK


def _steps(context: Context, told: Json, *, ask: bool) -> None:
    _step(context, 1, "test")
    told["test"] = tested = act(context, "test", {})
    if not falcana_commands.show_test(context, tested):
        raise _Over(FAILED)
    _step(context, 2, "dry")
    _work(context, told, "dry_run", {"job": "import", "dry_run": True})
    if ask and not _agreed(context, "start_ask_import"):
        context.screen.note("start_left")
        raise _Over(FAILED)
    _step(context, 3, "import")
    _work(context, told, "import", _IMPORT)
    _step(context, 4, "duplicates")
    _work(context, told, "duplicates", {"job": "duplicates"})
    decided, left = _decide(context, ask=ask)
    told |= {"decided": decided, "undecided": left}
    if left:
        context.screen.say("start_open", count=left)
    _step(context, 5, "again")
    if decided:
        _work(context, told, "import_again", _IMPORT)
    else:
        context.screen.say("start_nothing_decided")
    _step(context, 6, "directions")
    told |= {"lines": _LINES, "on": _directions(context, ask=ask)}


def _work(context: Context, told: Json, name: str, body: Json) -> None:
    code, told[name] = work(context, body)
    if code != OK:
        raise _Over(code)


def _decide(context: Context, *, ask: bool) -> tuple[int, int]:
    """Show each two that may be the same, and ask; give how many were decided, and how many are left.

    What was linked just now cannot be linked to another, too.
    """
    decided = left = 0
    linked: set[tuple[str, str]] = set()
    for pair in all_waiting(context, "undecided"):
        other = "company" if pair.get("kind") == "address" else "contact"
        ids = {text(pair.get("kind")): text(pair.get("id")), other: text(pair.get("with"))}
        answers = _ANSWERS if linked.isdisjoint(ids.items()) else _ANSWERS[1:]
        answer = _asked(context, pair, answers if ask else ())
        ask = ask and answer != "enough"
        if answer in {"link", "apart"}:
            said = act(context, "link" if answer == "link" else "keep_apart", {**ids})
            context.screen.note("word", word=text(said.get("message")))
            linked |= set(ids.items()) if answer == "link" else set()
            decided += 1
        else:
            left += 1
    return decided, left


def _asked(context: Context, pair: Json, answers: Sequence[str]) -> str:
    """Show two records; give what the person says of them, `later` where nobody is to be asked."""
    names = ("kind", "id", "name", "with", "with_name", "score")
    values = {name: text(pair.get(name)) for name in names}
    shown = context.screen.text("start_pair", **values, why=", ".join(words(pair.get("why"))))
    if not answers:
        context.screen.line(shown)
        return "later"
    return answers[choose(context, shown, [context.screen.text(f"start_{one}") for one in answers])]


def _directions(context: Context, *, ask: bool) -> bool:
    """Say which lines switch both directions on; switch them on if the person wants that. The file is theirs."""
    context.screen.say("start_lines")
    for line in to_yaml(_LINES).rstrip("\n").split("\n"):
        context.screen.line(printable(line))
    if not (ask and _agreed(context, "start_ask_directions")):
        context.screen.say("start_done")
        return False
    saved = context.api.call("GET", "workspaces", context.workspace)
    given = mapping(saved.get("integrations"))
    own = {**mapping(given.get(INTEGRATION)), "directions": _BOTH}
    try:
        body: Json = {**saved, "integrations": {**given, INTEGRATION: own}}
        context.api.call("PUT", "workspaces", context.workspace, body=body)
    except Refused as refused:
        if not refused.problems:
            raise
        for problem in refused.problems:
            context.screen.note("word", word=text(problem.get("message")))
        raise _Over(FAILED) from None
    context.screen.say("start_on")
    return True


def _step(context: Context, number: int, name: str) -> None:
    context.screen.note("start_step", number=number, told=context.screen.text(f"start_{name}"))


def _agreed(context: Context, question: str) -> bool:
    return confirm(f"{context.screen.text(question)} {context.screen.text('yes_or_no')}")
