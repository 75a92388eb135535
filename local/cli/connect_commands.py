"""`connect`: a vendor account by consent in the browser, by keys, or (who sends events) by its token or signing key."""

import argparse
import webbrowser
from urllib.parse import urlsplit

from local.cli.checks import checks_of, show_checks, show_tested
from local.cli.connection_commands import connections_of, look
from local.cli.context import Context
from local.cli.errors import FAILED, OK, Failure, Misuse, Refused
from local.cli.key_form import fill, own_app
from local.cli.prompts import obtain
from local.cli.schedulers import SCHEDULERS, SOURCES, Scheduler, usable
from local.cli.screen import local_time
from local.cli.sending import header_of
from local.cli.shapes import Json, messages, text
from local.cli.vendors import Vendor, find_vendor
from local.cli.workspace_commands import tell_bad, tell_problems, workspace_file
from local.cli.yaml_file import BadFile, WorkspaceFile

_CONSENT_SECONDS = 300
_ANOTHER_ACCOUNT = "already_connected_elsewhere"
_FOR_SOURCES = ("keep_old", "token_file", "generate")
_FOR_ACCOUNTS = ("switch_account", "own_app", "secret_file", "secrets_file", "site", "file", "token")


def connect(context: Context, args: argparse.Namespace) -> int:
    """Connect a vendor account."""
    _refuse(args, _FOR_ACCOUNTS if args.vendor in SOURCES else _FOR_SOURCES)
    if args.vendor in SOURCES:
        return _source(context, args, SCHEDULERS[args.vendor])
    vendor = find_vendor(context, args.vendor)
    if not vendor.site:
        _refuse(args, ("site",))
    if not vendor.by_consent:
        _refuse(args, ("own_app", "secret_file", "file", "token"))
        return _with_keys(context, args, vendor)
    if not vendor.fields:
        _refuse(args, ("token",))
    if args.token:
        _refuse(args, ("own_app", "secret_file"), "not_with_token")
    try:
        file = workspace_file(context, args.file) if args.file else None
    except BadFile as bad:
        return tell_bad(context, args.file, bad)
    return _with_keys(context, args, vendor, file) if args.token else _consent(context, args, vendor, file)


def _refuse(args: argparse.Namespace, names: tuple[str, ...], why: str = "not_for_vendor") -> None:
    for name in names:
        if getattr(args, name):
            raise Misuse(why, option="--" + name.replace("_", "-"), vendor=args.vendor)


def hand_over(context: Context, scheduler: Scheduler, secret: str, **how: bool) -> Json:
    """Give the stack a scheduler's token or signing key (`keep_old`, `take_back`: see the API); its answer."""
    body: Json = {"token": secret, **how}
    return context.api.call("POST", "workspaces", context.workspace, "connections", scheduler.key, body=body)


def _source(context: Context, args: argparse.Namespace, scheduler: Scheduler) -> int:
    if args.generate and scheduler.make is None:
        _refuse(args, ("generate",))
    if args.generate and args.token_file:
        raise Misuse("made_or_given")
    made = scheduler.make() if args.generate and scheduler.make else ""
    secret = made or usable(scheduler, obtain(context, scheduler.secret, args.token_file))
    answer = hand_over(context, scheduler, secret, keep_old=args.keep_old)
    header = text(answer.get("header")) or header_of(context, scheduler)
    url, tokens = text(answer.get("webhook_url")), text(answer.get("tokens"))
    told: Json = {"webhook_url": url, "header": header, "tokens": answer.get("tokens")}
    context.screen.data({**told, "token": secret} if args.generate else told)
    context.screen.say(f"{scheduler.key}_ready", url=url, header=header, tokens=tokens)
    if args.generate:
        context.screen.say("made_secret", title=scheduler.title, secret=secret)
    if args.keep_old and tokens != "1":  # it was the same one, or the first
        context.screen.note("rotation", title=scheduler.title, vendor=scheduler.key)
    return OK


def _with_keys(context: Context, args: argparse.Namespace, vendor: Vendor, file: WorkspaceFile | None = None) -> int:
    workspace = context.workspace  # before anybody types a secret for nothing
    body: Json = {"switch_account": args.switch_account, "secrets": fill(context, vendor, args.secrets_file)}
    if file:
        body["file"] = file.data
    context.screen.note("looking", vendor=vendor.title)
    try:
        answer = context.api.call("POST", "workspaces", workspace, "connections", vendor.key, body=body)
    except Refused as refused:
        return _refused(context, args, refused, file)
    if answer.get("connected") is not True:
        raise Failure("odd_answer", url=context.place.url, status=200)
    context.screen.say("connected", vendor=vendor.key, account=text(answer.get("account")))
    context.screen.data({"connected": True, **show_tested(context, vendor.key, answer)})
    if left := messages(answer.get("not_revoked")):
        context.screen.note("not_revoked", vendor=vendor.key)
        for message in left:
            context.screen.note("item", message=message)
    return OK


def _refused(context: Context, args: argparse.Namespace, refused: Refused, file: WorkspaceFile | None = None) -> int:
    """Say why nothing was saved: what is wrong in the file, which check failed, or that it is another account."""
    if file and refused.problems:
        return tell_problems(context, args.file, file, refused)
    if refused.passing:
        raise refused
    checks = checks_of(refused.error.get("checks"))
    message = text(refused.error.get("message"))
    context.screen.data({"connected": False, "code": refused.code, "message": message, "checks": checks})
    show_checks(context, checks)
    context.screen.note(refused.key, **refused.values)
    if refused.code == _ANOTHER_ACCOUNT and not args.switch_account:
        context.screen.note("switch", vendor=args.vendor)
    context.screen.note("nothing_saved")
    return FAILED


def _consent(context: Context, args: argparse.Namespace, vendor: Vendor, file: WorkspaceFile | None) -> int:
    body: Json = {"switch_account": args.switch_account}
    before = _so_far(context, vendor)
    if file:
        body["file"] = file.data
    if args.own_app or args.secret_file or args.secrets_file:
        body |= own_app(context, vendor, args.secrets_file, args.secret_file)
    if args.site:
        body["site"] = args.site
    try:
        answer = context.api.call("POST", "workspaces", context.workspace, "connections", args.vendor, body=body)
    except Refused as refused:
        return _refused(context, args, refused, file)
    url = text(answer.get("url"))
    if urlsplit(url).scheme not in ("https", "http"):
        raise Failure("odd_answer", url=context.place.url, status=200)
    context.screen.note("open_url", until=local_time(text(answer.get("expires_at"))), url=url)
    if not args.no_browser:
        webbrowser.open(url)
    seconds = _CONSENT_SECONDS if args.wait is None else args.wait
    connection = _wait(context, args.vendor, before, seconds)
    told: Json = {"url": url, "expires_at": answer.get("expires_at"), "connection": connection}
    if connection:
        return _agreed(context, args, connection, told)
    context.screen.data(told)
    if not seconds:
        return OK
    context.screen.note("not_connected", vendor=args.vendor)
    if before.get("account") and not args.switch_account:
        context.screen.note("switch_in_browser", vendor=args.vendor, account=text(before.get("account")))
    return FAILED


def _agreed(context: Context, args: argparse.Namespace, connection: Json, told: Json) -> int:
    """Show what the new connection can do."""
    context.screen.say("connected", vendor=args.vendor, account=text(connection.get("account")))
    for warning in messages(connection.get("warnings")):
        context.screen.note("warning", message=warning)
    try:
        test = look(context, args.vendor)
    except Failure as failure:
        # It is connected; that it could not be looked at changes nothing about that.
        context.screen.note(failure.key, **failure.values)
        context.screen.data(told)
        return OK
    context.screen.data({**told, "test": test})
    return OK if test["ok"] else FAILED


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


def _so_far(context: Context, vendor: Vendor) -> Json:
    """Give the connection that there is; say how it is renewed if it is by a key, which no consent gives."""
    found = _one(context, vendor.key)
    if vendor.fields and found.get("scopes") == []:
        context.screen.note("by_token", vendor=vendor.key)
    return found


def _one(context: Context, vendor: str) -> Json:
    return next((row for row in connections_of(context) if row.get("vendor") == vendor), {})
