"""`falcana`: whether it works, how it goes, what can be named, and which records belong together."""

import argparse

from local.cli import connect_commands
from local.cli.checks import checks_of, show_checks
from local.cli.context import Context
from local.cli.delivery_commands import show_deliveries
from local.cli.errors import FAILED, OK, Misuse
from local.cli.falcana_runs import act, all_waiting, look, show_pairs
from local.cli.progress import counts_of
from local.cli.screen import local_time, mark, printable
from local.cli.shapes import Json, mapping, rows, text, words

_PAIRS = (("address", "company"), ("person", "contact"))
_NAMED = tuple(name for pair in _PAIRS for name in pair)


def test(context: Context, _args: argparse.Namespace) -> int:
    """Test both connections, and say what a run would still lack."""
    answer = act(context, "test", {})
    context.screen.data(answer)
    return OK if show_test(context, answer) else FAILED


def show_test(context: Context, answer: Json) -> bool:
    """Show what the test found; give whether all is there."""
    ok = answer.get("ok") is True
    for one in rows(answer.get("connections")):
        context.screen.line(printable(text(one.get("message"))))
        show_checks(context, checks_of(one.get("checks")))
    show_checks(context, checks_of(answer.get("checks")))
    context.screen.line(printable(text(answer.get("message"))))
    if not ok:
        context.screen.line(printable(text(answer.get("rights"))))
    return ok


def connect(context: Context, args: argparse.Namespace) -> int:
    """Request HubSpot's permissions: the consent that `connect hubspot` opens."""
    context.screen.note("falcana_admin_rights")
    return connect_commands.connect(context, args)


def status(context: Context, _args: argparse.Namespace) -> int:
    """Show how it goes."""
    answer = look(context, "status")
    context.screen.data(answer)
    for row in rows(answer.get("connections")):
        context.screen.line("  ".join(printable(text(row.get(name))) for name in ("vendor", "state", "account")))
    directions = mapping(answer.get("directions"))
    if directions:
        to = {"to_falcana": "hubspot_to_falcana", "to_hubspot": "falcana_to_hubspot"}
        context.screen.say(
            "falcana_directions", **{way: mark(ok=directions.get(name) is True) for way, name in to.items()}
        )
    else:
        context.screen.say("falcana_no_settings")
    counts = {name: _count(context, found) for name, found in mapping(answer.get("counts")).items()}
    if counts:
        context.screen.say("falcana_linked", **{name: counts.get(name, "0") for name in ("address", "person")})
        waits = ("parked", "undecided", "ended", "deletes")
        context.screen.say("falcana_waits", **{name: counts.get(name, "0") for name in waits})
    for name, facts in mapping(answer.get("checkpoints")).items():
        told = counts_of(context.screen, {key: _moment(value) for key, value in mapping(facts).items()})
        if told:
            context.screen.say("board_checkpoint", name=name, told=told)
    if found := rows(answer.get("runs")):
        context.screen.line("")
        show_deliveries(context, found)
    return OK


def users(context: Context, _args: argparse.Namespace) -> int:
    """List who uses falcana."""
    return _people(context, "users", ("id", "name", "mail", "active"))


def sales_groups(context: Context, _args: argparse.Namespace) -> int:
    """List falcana's sales groups."""
    return _people(context, "sales_groups", ("id", "name"))


def fields(context: Context, args: argparse.Namespace) -> int:
    """List what rows of the workspace file may name."""
    answer = look(context, "fields")
    context.screen.data(answer)
    found = rows(answer.get("fields"))
    if found:
        context.screen.table(
            ["h_kind", "h_name", "h_label", "h_form", "h_required", "h_writable", "h_options", "h_fitting"],
            [
                [
                    *(text(row.get(name)) for name in ("kind", "name", "label", "form")),
                    *(mark(ok=True) if row.get(name) is True else "" for name in ("required", "writable")),
                    " ".join(words(row.get("options"))),
                    " ".join(words(row.get("fitting"))[:_FITTING]),
                ]
                for row in found
            ],
        )
    if args.properties:
        context.screen.line("")
        context.screen.table(
            ["h_kind", "h_name", "h_label", "h_type", "h_writable"],
            [
                [
                    *(text(row.get(name)) for name in ("kind", "name", "label", "type")),
                    mark(ok=True) if row.get("writable") is True else "",
                ]
                for row in rows(answer.get("properties"))
            ],
        )
    return _found(context, found)


_FITTING = 6  # of what may be dozens: the workspace file's check names all


def waiting(context: Context, args: argparse.Namespace) -> int:
    """List what waits for a person."""
    if args.all:
        found, further = list(all_waiting(context, args.kind)), ""
    else:
        answer = look(context, "waiting", kind=args.kind, after=args.after)
        found, further = rows(answer.get("waiting")), text(answer.get("next"))
    context.screen.data({"waiting": found, "next": further or None})
    if found and args.kind == "undecided":
        show_pairs(context, found)
    elif found:
        context.screen.table(
            ["h_kind", "h_id", "h_with", "h_when", "h_reason"],
            [
                [
                    *(text(row.get(name)) for name in ("kind", "id", "with")),
                    _moment(row.get("at")),
                    text(row.get("message")),
                ]
                for row in found
            ],
        )
    if further:
        context.screen.note("falcana_further")
        return OK
    return _found(context, found)


def link(context: Context, args: argparse.Namespace) -> int:
    """Say that two records are the same."""
    return _say(context, "link", _pair(args))


def keep_apart(context: Context, args: argparse.Namespace) -> int:
    """Say that two records are not the same."""
    return _say(context, "keep_apart", _pair(args))


def unlink(context: Context, args: argparse.Namespace) -> int:
    """End a link, or let an ended one begin anew."""
    named: Json = {name: getattr(args, name) for name in _NAMED if getattr(args, name)}
    return _say(context, "unlink", {**named, "again": args.again})


def _pair(args: argparse.Namespace) -> Json:
    given = {name: getattr(args, name) for name in _NAMED if getattr(args, name)}
    if tuple(given) not in _PAIRS:
        raise Misuse("falcana_one_pair")
    return {**given}


def _say(context: Context, tool: str, body: Json) -> int:
    answer = act(context, tool, body)
    context.screen.data(answer)
    context.screen.say("word", word=text(answer.get("message")) or tool)
    return OK


def _people(context: Context, tool: str, names: tuple[str, ...]) -> int:
    found = rows(look(context, tool).get(tool))
    context.screen.data({tool: found})
    if found:
        headings = {"id": "h_id", "name": "h_name", "mail": "h_mail", "active": "h_valid"}
        context.screen.table(
            [headings[name] for name in names], [[_cell(row, name) for name in names] for row in found]
        )
    return _found(context, found)


def _cell(row: Json, name: str) -> str:
    return mark(ok=row.get(name) is True) if name == "active" else text(row.get(name))


def _count(context: Context, found: object) -> str:
    counted = mapping(found)
    number = text(counted.get("count")) or "0"
    return context.screen.text("falcana_more_than", count=number) if counted.get("more") is True else number


def _found(context: Context, found: list[Json]) -> int:
    if not found:
        context.screen.note("nothing")
    return OK if found else FAILED


def _moment(value: object) -> str:
    return local_time(text(value)) if isinstance(value, str) else text(value)
