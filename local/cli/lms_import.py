"""`lms import`: a school's list of users to HubSpot and Mailchimp, in parts, each of which is a delivery."""

import argparse
from datetime import UTC, datetime, timedelta, tzinfo
from http import HTTPStatus
from itertools import count
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from local.cli.context import Context
from local.cli.errors import FAILED, INTERRUPTED, OK, Failure, Misuse, Refused
from local.cli.lms_cells import BadCellError, NoZoneError, moment
from local.cli.lms_file import UserList, read_users
from local.cli.lms_parts import TARGETS, Sent, Whole, body_of, cut, name_of
from local.cli.lms_report import report, result, tell_list, tell_not_sent
from local.cli.prompts import Wanted, obtain
from local.cli.runs import how_far
from local.cli.screen import local_time
from local.cli.shapes import Json, mapping, text

_TOKYO: Final = "Asia/Tokyo"
_SCHOOL: Final = Wanted("ask_school", "RENKEI_SCHOOL", "--school", hidden=False)
_PATIENCE: Final = 7 * 24 * 3600.0
_TRIES: Final = 300.0
"""Seconds in which a part is sent again while the stack does not answer."""
_AHEAD: Final = timedelta(minutes=5)
_SETTLED: Final = {"delivered", "skipped", "rejected"}


def import_users(context: Context, args: argparse.Namespace) -> int:
    """Send a list, watch it, and tell of every line that did not get through. The same command goes on."""
    file, zone = Path(args.file), _zone(context, args.timezone)
    as_of = _as_of(context, file, args.as_of, zone)
    users = read_users(file, args.encoding or "", zone, as_of)
    if not (users.lines or users.bad):
        raise Misuse("lms_empty", file=file)
    targets = _targets(context, args.to)
    whole = Whole(args.school or obtain(context, _SCHOOL), as_of, users.lines)
    tell_list(context.screen, users, whole, told_time=bool(args.as_of))
    sent: list[Sent] = []
    try:
        for target in targets:
            sent.append(_begun(context, target))
            _guarded(context, sent[-1], whole, args)
        if args.dry_run:
            return _end(context, users, whole, sent, dry=True)
    except KeyboardInterrupt:
        context.screen.note("lms_cut")
        return INTERRUPTED
    except Failure:
        if not args.dry_run and any(one.deliveries for one in sent):
            context.screen.note("lms_cut")
        raise
    try:
        if not args.no_wait:
            _watch(context, sent)
            return _end(context, users, whole, sent, dry=False)
        code = OK if not users.bad and not any(one.refused for one in sent) else FAILED
    except KeyboardInterrupt:
        code = INTERRUPTED
    told = result(context.screen, users, whole, sent)
    context.screen.data(told)
    tell_not_sent(context.screen, told)
    context.screen.note("lms_goes_on")
    return code


def _end(context: Context, users: UserList, whole: Whole, sent: list[Sent], *, dry: bool) -> int:
    told = result(context.screen, users, whole, sent)
    context.screen.data(told)
    code = report(context.screen, told, dry=dry)
    if code != OK and not dry and any(one.views for one in sent):
        context.screen.note("lms_mend")
    return code


def _zone(context: Context, name: str | None) -> tzinfo | None:
    """Give the zone of times that name none: the one that was told, Tokyo's for who speaks Japanese, else none."""
    if not name and context.screen.language != "ja":
        return None
    try:
        return ZoneInfo(name or _TOKYO)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise Misuse("lms_unknown_zone", zone=name) from None


def _as_of(context: Context, file: Path, given: str | None, zone: tzinfo | None) -> str:
    """Give when the school had its users so. Raises Misuse if that is no time, or has not come yet."""
    if given:
        try:
            told = moment(given.strip(), zone)
        except BadCellError:
            told = None
        except NoZoneError:
            raise Misuse("lms_as_of_zone") from None
        if not told:
            raise Misuse("lms_bad_as_of")
    else:
        try:
            told = datetime.fromtimestamp(int(file.stat().st_mtime), UTC).isoformat()
        except OSError as error:
            raise Misuse("no_file", file=file, reason=error.strerror or error) from error
    if datetime.fromisoformat(told) > context.pause.wall() + _AHEAD:
        # What happens until then would count as older than the list.
        raise Misuse("lms_future", at=told)
    return told


def _targets(context: Context, asked: list[str] | None) -> list[str]:
    """Give whom the list goes to: those that were named, else all that the workspace file has and has not switched off.

    Raises Misuse if one is not in the workspace file.
    """
    saved = mapping(context.api.call("GET", "workspaces", context.workspace).get("integrations"))
    there = [target for target, key in TARGETS.items() if key in saved]
    for target in asked or ():
        if target not in there:
            raise Misuse("lms_not_there", target=target, integration=TARGETS[target], workspace=context.workspace)
    found = [one for one in there if mapping(saved[TARGETS[one]]).get("enabled") is not False]
    if not asked and not found:
        raise Misuse("lms_nowhere", workspace=context.workspace, names=", ".join(TARGETS.values()))
    return list(dict.fromkeys(asked)) if asked else found


def _begun(context: Context, target: str) -> Sent:
    answer = context.api.call("GET", "workspaces", context.workspace, "tools", TARGETS[target], "size")
    most = answer.get("rows")
    if not isinstance(most, int) or most < 1:
        raise Failure("odd_answer", url=context.place.url, status=int(HTTPStatus.OK))
    return Sent(target, most, [])


def _guarded(context: Context, sent: Sent, whole: Whole, args: argparse.Namespace) -> None:
    """Send all parts of one target. What the stack refuses ends this target only."""
    sent.parts = cut(whole, sent.most)
    try:
        if args.dry_run:
            _rehearse(context, sent, whole)
        else:
            _send(context, sent, whole, again=args.again)
    except Refused as refused:
        if refused.passing:
            raise
        sent.refused = text(refused.error.get("message"))
        context.screen.note("lms_target_refused", target=sent.target, message=sent.refused)


def _rehearse(context: Context, sent: Sent, whole: Whole) -> None:
    sent.name = name_of(whole, sent.target, sent.most, 0)
    for number in range(1, len(sent.parts) + 1):
        answer = _part(context, sent, body_of(whole, sent, number, dry_run=True))
        sent.views[number] = {"state": "delivered", "outcome": answer.get("outcome")}
        _tell_sent(context, sent, number)


def _send(context: Context, sent: Sent, whole: Whole, *, again: bool) -> None:
    """Send the parts; those that the stack has already are only recognised.

    Where it has all of them and is done with them, the list is not sent once more unless that is asked for (`again`):
    then under the first name that is not done with, so that this goes on as well if it is cut off.
    """
    for time in count():
        sent.name, sent.deliveries, sent.views = name_of(whole, sent.target, sent.most, time), [], {}
        new = 0
        for number in range(1, len(sent.parts) + 1):
            answer = _part(context, sent, body_of(whole, sent, number, dry_run=False))
            delivery = text(answer.get("delivery"))
            if not delivery:
                raise Failure("odd_answer", url=context.place.url, status=int(HTTPStatus.OK))
            sent.deliveries.append(delivery)
            sent.views[number] = {"state": text(answer.get("state")) or "pending"}
            new += answer.get("already") is not True
            _tell_sent(context, sent, number)
        sent.before = bool(sent.parts) and not new
        done = all(view.get("state") in _SETTLED for view in sent.views.values())
        if not (again and sent.before and done):
            if sent.before:
                _tell_before(context, sent, done=done)
            return


def _tell_sent(context: Context, sent: Sent, number: int) -> None:
    if len(sent.parts) > 1:
        context.screen.note("lms_sent", target=sent.target, part=number, parts=len(sent.parts))


def _tell_before(context: Context, sent: Sent, *, done: bool) -> None:
    if not done:
        context.screen.note("lms_under_way", target=sent.target)
        return
    for number, delivery in enumerate(sent.deliveries, 1):
        sent.views[number] = _view(context, delivery)
    ended = max(text(view.get("settled_at")) for view in sent.views.values())
    context.screen.note("lms_before", target=sent.target, at=local_time(ended))


def _part(context: Context, sent: Sent, body: Json) -> Json:
    """Have the stack take a part; what passes is tried again, since a part that came twice is taken once."""
    cause: Failure | None = None
    for _ in context.pause.until(_TRIES):
        try:
            path = ("workspaces", context.workspace, "tools", sent.integration, "part")
            return context.api.call("POST", *path, body=body)
        except Failure as failure:
            if not failure.passing:
                raise
            cause = failure
    raise cause or Failure("busy", passing=True)


def _watch(context: Context, sent: list[Sent]) -> None:
    """Show how far the parts are until none is pending."""
    said: dict[str, str] = {}
    for _ in context.pause.until(_PATIENCE):
        for one in sent:
            _look(context, one, said)
        if not any(_open(one) for one in sent):
            return


def _look(context: Context, sent: Sent, said: dict[str, str]) -> None:
    """Look at the parts in their order, up to the first that is pending; say how far it is if that is news."""
    row: Json = {}
    for number in _open(sent):
        try:
            row = sent.views[number] = _view(context, sent.deliveries[number - 1])
        except Failure as failure:
            if not failure.passing:
                raise
            return
        if row.get("state") == "pending":
            break
    if not row:
        return
    done = [number for number, view in sent.views.items() if view.get("state") != "pending"]
    counted = {"parts": f"{len(done)}/{len(sent.parts)}", "rows": sum(len(sent.parts[n - 1]) for n in done)}
    waits = how_far(context, row) if row.get("state") == "pending" else ""
    told = context.screen.text("lms_so_far", target=sent.target, **counted, of=sent.rows, waits=waits).rstrip()
    if said.get(sent.target) != told:
        context.screen.note("word", word=told)
        said[sent.target] = told


def _open(sent: Sent) -> list[int]:
    """Give the parts that may still be pending, or were never looked at."""
    return [number for number, view in sent.views.items() if view.get("state") == "pending" or "outcome" not in view]


def _view(context: Context, delivery: str) -> Json:
    return {"outcome": {}, **context.api.call("GET", "workspaces", context.workspace, "deliveries", delivery)}
