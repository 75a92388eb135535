"""`connect`, `disconnect` and `connections`: a workspace's accounts at the vendors."""

import argparse
import webbrowser
from urllib.parse import urlsplit

from local.cli.context import Context
from local.cli.errors import FAILED, OK, Failure, Misuse
from local.cli.prompts import CLIENT_ID, CLIENT_SECRET, TIMEREX_TOKEN, confirm, obtain
from local.cli.screen import local_time
from local.cli.shapes import Json, messages, rows, text, words
from local.cli.timerex import token_header

OAUTH_VENDORS = ("hubspot",)
VENDORS = (*OAUTH_VENDORS, "timerex")
_CONSENT_SECONDS = 300


def connect(context: Context, args: argparse.Namespace) -> int:
    """Connect a vendor account: by consent in the browser, or by handing its token over."""
    _check_options(args)
    return _hand_over(context, args) if args.vendor == "timerex" else _consent(context, args)


def disconnect(context: Context, args: argparse.Namespace) -> int:
    """Disconnect a vendor account, after a yes."""
    question = context.screen.text("confirm", vendor=args.vendor, workspace=context.workspace)
    if not (args.yes or confirm(question)):
        context.screen.note("kept")
        return FAILED
    answer = context.api.call("DELETE", "workspaces", context.workspace, "connections", args.vendor)
    context.screen.data(answer)
    if answer.get("disconnected") is not True:
        raise Failure("odd_answer", url=context.place.url, status=200)
    context.screen.say("disconnected", vendor=args.vendor)
    if left := words(answer.get("not_revoked")):
        context.screen.note("not_revoked", vendor=args.vendor, what=", ".join(left))
    return OK


def connections(context: Context, _args: argparse.Namespace) -> int:
    """List the connections with what a person should know of each."""
    found = _all(context)
    context.screen.data({"connections": found})
    if not found:
        context.screen.note("nothing")
        return FAILED
    context.screen.table(
        ["h_vendor", "h_state", "h_account", "h_connected", "h_used"],
        [
            [
                *(text(row.get(name)) for name in ("vendor", "state", "account")),
                *(local_time(text(row.get(name))) for name in ("connected_at", "last_used_at")),
            ]
            for row in found
        ],
    )
    for row in found:
        for warning in messages(row.get("warnings")):
            context.screen.note("warning", message=f"{text(row.get('vendor'))}: {warning}")
    return OK


def _check_options(args: argparse.Namespace) -> None:
    for_oauth = {"--switch-account": args.switch_account, "--own-app": args.own_app, "--secret-file": args.secret_file}
    for_timerex = {"--keep-old": args.keep_old, "--token-file": args.token_file}
    for option, given in (for_oauth if args.vendor == "timerex" else for_timerex).items():
        if given:
            raise Misuse("not_for_vendor", option=option, vendor=args.vendor)


def _hand_over(context: Context, args: argparse.Namespace) -> int:
    token = obtain(context, TIMEREX_TOKEN, args.token_file)
    body: Json = {"token": token, "keep_old": args.keep_old}
    answer = context.api.call("POST", "workspaces", context.workspace, "connections", "timerex", body=body)
    header = text(answer.get("header")) or token_header(context)
    url, tokens = text(answer.get("webhook_url")), text(answer.get("tokens"))
    context.screen.data({"webhook_url": url, "header": header, "tokens": answer.get("tokens")})
    context.screen.line(context.screen.text("timerex_ready", url=url, header=header, tokens=tokens))
    if args.keep_old and tokens != "1":  # it was the same one, or the first
        context.screen.note("rotation")
    return OK


def _consent(context: Context, args: argparse.Namespace) -> int:
    body: Json = {"switch_account": args.switch_account}
    if args.own_app or args.secret_file:
        body["client_id"] = obtain(context, CLIENT_ID)
        body["client_secret"] = obtain(context, CLIENT_SECRET, args.secret_file)
    before = _one(context, args.vendor)
    answer = context.api.call("POST", "workspaces", context.workspace, "connections", args.vendor, body=body)
    url = text(answer.get("url"))
    if urlsplit(url).scheme not in ("https", "http"):
        raise Failure("odd_answer", url=context.place.url, status=200)
    context.screen.note("open_url", until=local_time(text(answer.get("expires_at"))), url=url)
    if not args.no_browser:
        webbrowser.open(url)
    seconds = _CONSENT_SECONDS if args.wait is None else args.wait
    connection = _wait(context, args.vendor, before, seconds)
    context.screen.data({"url": url, "expires_at": answer.get("expires_at"), "connection": connection})
    if connection:
        context.screen.say("connected", vendor=args.vendor, account=text(connection.get("account")))
        for warning in messages(connection.get("warnings")):
            context.screen.note("warning", message=warning)
    elif seconds:
        context.screen.note("not_connected", vendor=args.vendor)
    return OK if connection or not seconds else FAILED


def _wait(context: Context, vendor: str, before: Json, seconds: float) -> Json | None:
    """Wait until the consent given now has arrived: a connection that stood before does not count."""
    for left in context.pause.until(seconds):
        context.screen.note("waiting", vendor=vendor, seconds=left)
        try:
            now = _one(context, vendor)
        except Failure as failure:
            if not failure.passing:
                raise
            continue
        if now.get("state") == "connected" and now.get("connected_at") != before.get("connected_at"):
            return now
    return None


def _all(context: Context) -> list[Json]:
    return rows(context.api.call("GET", "workspaces", context.workspace, "connections").get("connections"))


def _one(context: Context, vendor: str) -> Json:
    return next((row for row in _all(context) if row.get("vendor") == vendor), {})
