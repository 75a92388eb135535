"""Each minute: gathers what is known, lets `plan` decide what people are told, and carries it out. Thin."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from integrations import through
from notices.plan import Facts, Person, Step, failing, healing, outdated, plan, standing
from notices.postman import ENOUGH, Postman, Recipient
from renkei import config, notices, workspaces
from renkei.aws import DOWN
from renkei.dynamo import Item
from renkei.errors import Outcome
from renkei.idling import ends_at
from renkei.runtime import Platform, platform
from renkei.watch import bugs_told, logger, measure

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

type Left = Callable[[], timedelta]


@logger.inject_lambda_context
def handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, int]:  # noqa: ARG001
    """{"job": "notices"} → how many mails were sent, held, refused, …"""
    with bugs_told():
        return notify(platform(), lambda: timedelta(milliseconds=context.get_remaining_time_in_millis()))


def notify(parts: Platform, left: Left) -> dict[str, int]:
    """Go through all workspaces; what goes wrong in one stays there. `left` tells the time that remains.

    Outcome: how many steps ended how. What there was no time for is done by the next run.
    """
    done: Counter[str] = Counter()
    for workspace in workspaces.names():
        if left() < ENOUGH:
            break
        try:
            with bugs_told(workspace):
                done += one_workspace(parts, workspace, left)
        except DOWN as down:
            logger.error("store down", workspace=workspace, error=type(down).__name__)
        except Outcome:  # a bug, which `bugs_told` told
            done["bugs"] += 1
    if done["failing"]:
        measure("NoticesFailed", done["failing"])
    return dict(done)


def one_workspace(parts: Platform, workspace: str, left: Left) -> Counter[str]:
    """Tell one workspace's people what they should know. Gives how many steps ended how."""
    facts = gather(parts, workspace)
    found = standing(facts)
    done = +Counter(failing=failing(facts.mails, facts.now))
    steps: list[Step] = [*outdated(facts)]
    recipients: dict[str, Recipient] = {}
    if found or any(mail.open for mail in facts.mails):
        recipients = _recipients(parts, workspace)
        steps += plan(found, facts.mails, [one.person for one in recipients.values()], facts.now)
    postman = Postman(parts, workspace, recipients, facts.now)
    for step in steps:
        if left() < ENOUGH:
            break
        done[postman.carry_out(step)] += 1
    if set(done) - {"failing"}:
        logger.info("notices", extra={"workspace": workspace, "ends": dict(done)})
    return done


def gather(parts: Platform, workspace: str) -> Facts:
    """What is known of a workspace now."""
    now = parts.clock()
    rows = [connection.row for connection in parts.connections.of(workspace)]
    kept = workspaces.settings(workspace)
    expired = [row["vendor"] for row in rows if row["state"] == "expired"]
    return Facts(
        now,
        rows,
        notices.noted(workspace),
        notices.mails(workspace),
        idle={row["vendor"]: _idle(row, kept) for row in rows},
        woken={row["vendor"]: _woken(parts, workspace, row) for row in rows if healing(row)},
        wanted={vendor for vendor in expired if _wanted(parts, workspace, vendor)},
    )


def _recipients(parts: Platform, workspace: str) -> dict[str, Recipient]:
    """Who is to be told, by digest."""
    off, sender = notices.unsubscribed(workspace), config.notice_from()
    found = {}
    for address, language in workspaces.recipients(workspace, parts.vault):
        who = notices.who(parts.vault, address)
        barred = "unsubscribed" if who in off else "" if sender else "no_sender"
        found[who] = Recipient(Person(who, barred), address, language)
    return found


def _idle(row: Item, kept: Item | None) -> timedelta | None:
    """After how long without use a connection ends; None: never."""
    ends = ends_at(row, kept)
    return ends - datetime.fromisoformat(row["last_used_at"]) if ends else None


def _woken(parts: Platform, workspace: str, row: Item) -> Counter[str]:
    """What became of the deliveries that waited for a connection."""
    ends: Counter[str] = Counter()
    for integration in through(row["vendor"]):
        ends += parts.deliveries.woken(workspace, integration.key, row["waiting_since"], row["healed_at"])
    return ends


def _wanted(parts: Platform, workspace: str, vendor: str) -> bool:
    """Whether something waits for a vendor's connection."""
    return any(parts.deliveries.oldest_parked(workspace, integration.key) for integration in through(vendor))
