"""What was looked at on a connection, for people and for scripts."""

from local.cli.context import Context
from local.cli.screen import mark, printable
from local.cli.shapes import Json, rows, text


def checks_of(value: object) -> list[Json]:
    """Give the checks of an answer: name, ok (null: not looked at), message, remedy. Nothing else is passed on."""
    return [
        {
            "name": text(row.get("name")),
            "ok": row["ok"] if isinstance(row.get("ok"), bool) else None,
            "message": text(row.get("message")),
            "remedy": text(row.get("remedy")),
        }
        for row in rows(value)
    ]


def show_tested(context: Context, vendor: str, answer: Json) -> Json:
    """Show what a look at a connection found, and give it for a script."""
    named, message = account(answer), text(answer.get("message")) or text(answer.get("state"))
    checks = checks_of(answer.get("checks"))
    context.screen.say("tested" if named else "tested_unnamed", vendor=vendor, account=named, message=message)
    show_checks(context, checks)
    return {"message": message, **{name: text(answer.get(name)) for name in ("account", "name")}, "checks": checks}


def show_checks(context: Context, checks: list[Json]) -> None:
    """Show each check with its sign, and below it what to do."""
    for check in checks:
        ok = check["ok"]
        sign = mark(ok if isinstance(ok, bool) else None)
        context.screen.line(f"  {sign} {printable(text(check['message']) or text(check['name']))}")
        if text(check["remedy"]):
            indent = " " * (len(sign) + 3)
            context.screen.line(indent + printable(text(check["remedy"])))


def account(answer: Json) -> str:
    """Name an account for people: its name with its id, or the one that there is."""
    name, key = text(answer.get("name")), text(answer.get("account"))
    return f"{name} ({key})" if name and key and name != key else name or key
