"""`connections` and `test-connection`: how a workspace's accounts at the vendors are."""

import argparse

from local.cli.checks import show_tested
from local.cli.context import Context
from local.cli.errors import FAILED, OK, Failure, Refused
from local.cli.screen import local_time
from local.cli.shapes import Json, messages, rows, text
from local.cli.vendors import ACCOUNTS

_LIVING = ("connected", "reconnect", "expired")


def connections(context: Context, _args: argparse.Namespace) -> int:
    """List the connections with what a person should know of each."""
    found = connections_of(context)
    context.screen.data({"connections": found})
    if not found:
        context.screen.note("nothing")
        return FAILED
    context.screen.table(
        ["h_vendor", "h_state", "h_account", "h_connected", "h_used", "h_until"],
        [
            [
                *(text(row.get(name)) for name in ("vendor", "state", "account")),
                *(local_time(text(row.get(name))) for name in ("connected_at", "last_used_at", "idle_until")),
            ]
            for row in found
        ],
    )
    for row in found:
        _explain(context, row)
    for row in found:
        for warning in messages(row.get("warnings")):
            context.screen.note("warning", message=f"{text(row.get('vendor'))}: {warning}")
    return OK


def check(context: Context, args: argparse.Namespace) -> int:
    """Look at one connection or at all, and say of each what works, what is missing and what to do."""
    vendors = [args.vendor] if args.vendor else _testable(context)
    if not vendors:
        context.screen.data({"ok": False, "connections": []})
        context.screen.note("nothing")
        return FAILED
    tests = [_tested(context, vendor) for vendor in vendors]
    ok = all(test["ok"] is True for test in tests)
    context.screen.data({"ok": ok, "connections": tests})
    return OK if ok else FAILED


def look(context: Context, vendor: str) -> Json:
    """Have a connection tested, show the checks, and give what came out. Raises Failure if it cannot be tested."""
    context.screen.note("looking", vendor=vendor)
    answer = context.api.call("POST", "workspaces", context.workspace, "connections", vendor, "test")
    if not isinstance(answer.get("ok"), bool):
        raise Failure("odd_answer", url=context.place.url, status=200)
    told = {"vendor": vendor, "ok": answer["ok"], "state": text(answer.get("state"))}
    return {**told, **show_tested(context, vendor, answer)}


def connections_of(context: Context) -> list[Json]:
    """Give the workspace's connections."""
    return rows(context.api.call("GET", "workspaces", context.workspace, "connections").get("connections"))


def _tested(context: Context, vendor: str) -> Json:
    try:
        return look(context, vendor)
    except Failure as failure:
        # A vendor that cannot be looked at must not hide how the others are; without the stack there are no others.
        if not isinstance(failure, Refused) and (not failure.passing or failure.key == "unreachable"):
            raise
        message = context.screen.text(failure.key, **failure.values)
        context.screen.note("tested_unnamed", vendor=vendor, message=message)
        code = failure.code if isinstance(failure, Refused) else failure.key
        return {"vendor": vendor, "ok": False, "code": code, "message": message, "checks": []}


def _testable(context: Context) -> list[str]:
    """Give the vendors of the connections that there are, and that have an account to look at."""
    found = connections_of(context)
    return [text(row.get("vendor")) for row in found if row.get("vendor") in ACCOUNTS and row.get("state") in _LIVING]


def _explain(context: Context, row: Json) -> None:
    """Say what is the matter with a connection that a person must mend, and how."""
    vendor, cause = text(row.get("vendor")), text(row.get("cause"))
    if row.get("state") == "reconnect":
        since = local_time(text(row.get("broken_at"))) or "?"
        why = " ".join(part for part in (text(row.get("message")), f"[{cause}]" if cause else "") if part)
        context.screen.say("broken", vendor=vendor, since=since, why=why or "?")
    elif row.get("state") == "expired":
        context.screen.say("expired", vendor=vendor, at=local_time(text(row.get("expired_at"))) or "?")
