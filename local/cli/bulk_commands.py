"""`retry` and `discard`: one delivery, or all of a cause or a connection, page by page."""

import argparse
from dataclasses import dataclass
from typing import Final, Literal

from local.cli.context import Context
from local.cli.errors import FAILED, OK, Failure, Misuse
from local.cli.prompts import confirm
from local.cli.shapes import Json, text

type _Verb = Literal["retry", "discard"]

OPEN_STATES: Final = ("pending", "parked", "rejected")
_FILTERS: Final = ("cause", "connection", "integration", "state")
_PATIENCE: Final = 30.0


@dataclass
class _Total:
    """What has been done so far."""

    done: int = 0
    seen: int = 0
    pages: int = 0

    @property
    def counts(self) -> dict[str, int]:
        """Give what people and scripts are told."""
        return {"done": self.done, "seen": self.seen}


def retry(context: Context, args: argparse.Namespace) -> int:
    """Have deliveries tried again."""
    _check(args, "retry")
    return _one(context, args.id, "retry") if args.id else _many(context, args, "retry")


def discard(context: Context, args: argparse.Namespace) -> int:
    """End deliveries without doing them, after a yes: their payloads are destroyed."""
    _check(args, "discard")
    if not (args.yes or confirm(_question(context, args))):
        context.screen.note("kept")
        return FAILED
    return _one(context, args.id, "discard") if args.id else _many(context, args, "discard")


def _check(args: argparse.Namespace, verb: _Verb) -> None:
    chosen = [name for name in _FILTERS if getattr(args, name)]
    if args.id and chosen:
        raise Misuse("id_or_filter", option=f"--{chosen[0]}")
    if not (args.id or args.cause or args.connection):
        raise Misuse("which_deliveries", command=verb)


def _question(context: Context, args: argparse.Namespace) -> str:
    which = " ".join(f"--{name} {value}" for name, value in _filters(args).items())
    key = "ask_discard_one" if args.id else "ask_discard_all"
    said = context.screen.text(key, which=args.id or which, workspace=context.workspace)
    return f"{said} {context.screen.text('yes_or_no')}"


def _one(context: Context, delivery: str, verb: _Verb) -> int:
    answer = context.api.call("POST", "workspaces", context.workspace, "deliveries", delivery, verb)
    context.screen.data({"id": delivery, "state": answer.get("state")})
    context.screen.say("now_in_state", id=delivery, state=text(answer.get("state")))
    return OK


def _many(context: Context, args: argparse.Namespace, verb: _Verb) -> int:
    total = _Total()
    try:
        _all_pages(context, dict(_filters(args)), verb, total)
    except (KeyboardInterrupt, Failure):
        if total.pages:
            context.screen.data({**total.counts, "complete": False})
            context.screen.note("go_on", **total.counts)
        raise
    context.screen.data({**total.counts, "complete": True})
    if not total.seen:
        context.screen.note("nothing")
        return FAILED
    context.screen.say("all_retried" if verb == "retry" else "all_discarded", **total.counts)
    return OK if total.done else FAILED


def _all_pages(context: Context, body: Json, verb: _Verb, total: _Total) -> None:
    while True:
        answer = _page(context, body, verb, patient=total.pages > 0)
        total.done += _count(context, answer, "done")
        total.seen += _count(context, answer, "seen")
        total.pages += 1
        cursor = answer.get("next")
        if cursor is None:
            return
        if not text(cursor) or cursor == body.get("after"):
            raise Failure("no_progress")  # the same place again would mean going round in circles
        body["after"] = cursor
        if total.seen:
            context.screen.note("so_far", **total.counts)


def _page(context: Context, body: Json, verb: _Verb, *, patient: bool) -> Json:
    """Have one page done. `patient`: what passes is waited for; to do a page again does no harm."""
    for _ in context.pause.until(_PATIENCE if patient else 0):
        try:
            return context.api.call("POST", "workspaces", context.workspace, "deliveries", verb, body=body)
        except Failure as failure:
            if not failure.passing:
                raise
            context.screen.note(failure.key, **failure.values)
    return context.api.call("POST", "workspaces", context.workspace, "deliveries", verb, body=body)


def _filters(args: argparse.Namespace) -> dict[str, str]:
    return {name: getattr(args, name) for name in _FILTERS if getattr(args, name)}


def _count(context: Context, answer: Json, name: str) -> int:
    value = answer.get(name)
    if isinstance(value, bool) or not isinstance(value, int):
        raise Failure("odd_answer", url=context.place.url, status=200)
    return value
