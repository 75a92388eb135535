"""`disconnect`: end a connection, with a decision about what waits for it."""

import argparse
from dataclasses import dataclass, field

from local.cli.context import Context
from local.cli.delivery_commands import show_deliveries
from local.cli.errors import FAILED, OK, Failure, Misuse, Refused
from local.cli.prompts import confirm
from local.cli.schedulers import SCHEDULERS, SOURCES
from local.cli.shapes import Json, mapping, rows, text

_DECIDE = "decision_needed"


@dataclass
class _Done:
    """What the calls so far have done."""

    begun: bool = False
    waiting: int = 0
    discarded: int = 0
    forgotten: int = 0
    not_revoked: dict[str, str] = field(default_factory=dict)

    def add(self, answer: Json) -> bool:
        """Add an answer; say whether anything was done beside disconnecting."""
        self.begun = True
        discarded, forgotten = _count(answer, "discarded"), _count(answer, "forgotten")
        self.discarded += discarded
        self.forgotten += forgotten
        self.waiting = _count(answer, "waiting")
        for row in rows(answer.get("not_revoked")):
            self.not_revoked[text(row.get("code"))] = text(row.get("message"))
        return discarded + forgotten > 0

    def json(self, *, complete: bool) -> Json:
        """Give it for a script."""
        left = [{"code": code, "message": message} for code, message in self.not_revoked.items()]
        counts = {"waiting": self.waiting, "discarded": self.discarded, "forgotten": self.forgotten}
        return {"disconnected": True, **counts, "not_revoked": left, "complete": complete}


def disconnect(context: Context, args: argparse.Namespace) -> int:
    """Disconnect a vendor account, after a yes."""
    _refuse_for_sources(args)
    if not (args.yes or confirm(_question(context, args))):
        context.screen.note("kept")
        return FAILED
    done = _Done()
    try:
        _all(context, args, done)
    except Refused as refused:
        if refused.code != _DECIDE:
            raise
        return _undecided(context, args, mapping(refused.error.get("waiting")))
    context.screen.data(done.json(complete=True))
    context.screen.say("disconnected", vendor=args.vendor)
    for key, count in (("waits", done.waiting), ("thrown_away", done.discarded), ("forgotten", done.forgotten)):
        if count:
            context.screen.say(key, count=count, vendor=args.vendor)
    if args.vendor in SOURCES:
        context.screen.note("source_ended", title=SCHEDULERS[args.vendor].title)
    if done.not_revoked:
        context.screen.note("not_revoked", vendor=args.vendor)
        for code, message in done.not_revoked.items():
            context.screen.note("item", message=message or code)
    return OK


def _refuse_for_sources(args: argparse.Namespace) -> None:
    """Nothing waits for a source, and nothing is remembered of it."""
    for option in ("keep", "discard", "forget"):
        if args.vendor in SOURCES and getattr(args, option):
            raise Misuse("not_for_vendor", option=f"--{option}", vendor=args.vendor)


def _question(context: Context, args: argparse.Namespace) -> str:
    question = "ask_disconnect_source" if args.vendor in SOURCES else "ask_disconnect"
    parts = [question, *(["ask_discard_too"] if args.discard else []), *(["ask_forget"] if args.forget else [])]
    said = [context.screen.text(part, vendor=args.vendor, workspace=context.workspace) for part in parts]
    return " ".join([*said, context.screen.text("yes_or_no")])


def _all(context: Context, args: argparse.Namespace, done: _Done) -> None:
    """Call until nothing is left to be discarded or forgotten; say on the way how far it is."""
    try:
        while _step(context, args, done):
            context.screen.note("disconnecting", discarded=done.discarded, forgotten=done.forgotten)
    except (KeyboardInterrupt, Failure):
        if done.begun:
            context.screen.data(done.json(complete=False))
            context.screen.note("go_on_disconnecting", vendor=args.vendor)
        raise


def _step(context: Context, args: argparse.Namespace, done: _Done) -> bool:
    """Call once; say whether more is to be done."""
    query: dict[str, str | int] = {}
    if args.keep or args.discard:
        query["waiting"] = "keep" if args.keep else "discard"
    if args.forget:
        query["forget"] = "true"
    answer = context.api.call("DELETE", "workspaces", context.workspace, "connections", args.vendor, query=query)
    if answer.get("disconnected") is not True:
        raise Failure("odd_answer", url=context.place.url, status=200)
    moved = done.add(answer)
    more = answer.get("more") is True
    if more and not moved:
        raise Failure("no_progress")
    return more


def _undecided(context: Context, args: argparse.Namespace, waiting: Json) -> int:
    """Show what waits, and what can be chosen."""
    found, count = rows(waiting.get("deliveries")), _count(waiting, "count")
    context.screen.data({"disconnected": False, "waiting": {"count": count, "deliveries": found}})
    show_deliveries(context, found)
    if count > len(found):
        context.screen.note("and_more", count=count - len(found))
    context.screen.note("decide", vendor=args.vendor, count=count)
    return FAILED


def _count(answer: Json, name: str) -> int:
    value = answer.get(name)
    return value if isinstance(value, int) else 0
