"""`lms prepare-hubspot` and `lms prepare-mailchimp`: what the school's integrations need there is made, or named."""

import argparse
from collections.abc import Iterable

from local.cli.context import Context
from local.cli.errors import FAILED, OK
from local.cli.lms_parts import TARGETS
from local.cli.shapes import Json, rows, text, words


def prepare_hubspot(context: Context, args: argparse.Namespace) -> int:
    """Make the properties that are missing in HubSpot."""
    return _prepare(context, "hubspot", dry=args.dry_run)


def prepare_mailchimp(context: Context, args: argparse.Namespace) -> int:
    """Make the merge fields that are missing in the audience."""
    return _prepare(context, "mailchimp", dry=args.dry_run)


def _prepare(context: Context, target: str, *, dry: bool) -> int:
    path = ("workspaces", context.workspace, "tools", TARGETS[target], "prepare")
    answer = context.api.call("POST", *path, body={"dry_run": dry})
    made, there, wrong = (rows(answer.get(name)) for name in ("made", "there", "wrong"))
    context.screen.data({"made": made, "there": there, "wrong": wrong})
    if made:
        context.screen.say("lms_would_make" if dry else "lms_made", names=_names(made))
    if there:
        context.screen.say("lms_there", count=len(there))
    for one in wrong:
        fits = ", ".join(words(one.get("fits")))
        context.screen.say(f"lms_wrong_{target}", name=_name(one), type=text(one.get("type")), fits=fits)
    if not wrong:
        context.screen.say("lms_all_would_be_there" if dry and made else "lms_all_there")
    return FAILED if wrong else OK


def _names(found: Iterable[Json]) -> str:
    return ", ".join(map(_name, found))


def _name(one: Json) -> str:
    """Give `contacts.username` of HubSpot, `USERNAME` of Mailchimp."""
    return ".".join(part for name in ("object", "property", "tag") if (part := text(one.get(name))))
