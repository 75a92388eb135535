"""Decides what follows for a deal: at once, when HubSpot tells of it, and by night, with both sides in view. Pure.

What was last agreed is remembered as digests only: equal digests mean that a side has not changed since.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from hubspot_to_board import ORDER_STATUS, Settings
from hubspot_to_board.stages import FROM_BOARD_ONLY, LABELS, WON, Bill, Seen, Side, effective, follows
from renkei.actions import Record
from renkei.errors import Skip

MERGED = "hs_merged_object_ids"

LEFT, UNSURE = "-", ""
"""Instead of a digest. Of a stage: the deal was in a stage that is not mapped, so that its coming back, though it be to
the same stage, is a change. Of a status: the invoices are to be looked at."""

type Digest = Callable[[str, str], str]
"""A digest of (what, value) for one deal."""


@dataclass(frozen=True)
class Link:
    """A deal's project, and digests of what both sides last agreed on."""

    project: int
    status: str = ""
    stage: str = ""
    amount: str = ""


@dataclass(frozen=True)
class Deal:
    """A deal as HubSpot holds it. `moved_at`: when it came into its stage, where somebody looked."""

    pipeline: str
    stage: str
    amount: str = ""
    moved_at: datetime | None = None


@dataclass(frozen=True)
class Project:
    """A project as board holds it. `bills` None: nobody looked, because nothing can have changed about them."""

    order_status: int
    changed_at: datetime
    locked: bool = False
    amount: str | None = None
    bills: Sequence[Bill] | None = None


@dataclass(frozen=True)
class Step:
    """What is to be done about a pair: who follows, the properties to write to the deal, the status to set in board,
    and the digests to remember once that is done.
    """

    side: Side
    properties: Mapping[str, str]
    order_status: int | None
    agreed: Mapping[str, str]


def deal_of(record: Record) -> Deal:
    """A deal as HubSpot shows it."""
    held = record.properties
    return Deal(held.get("pipeline", ""), held.get("dealstage", ""), held.get("amount", ""))


def merged_into(record: Record) -> tuple[str, ...]:
    """The ids of the records that were merged into this one."""
    return tuple(filter(None, record.properties.get(MERGED, "").split(";")))


def link_of(row: Mapping[str, Any]) -> Link | None:
    """The link in a remembered row. Skip where the project was deleted in board: nothing makes it anew by itself."""
    if row.get("project"):
        agreed = {name: str(row.get(name, "")) for name in ("status", "stage", "amount")}
        return Link(int(row["project"]), **agreed)
    if row.get("gone"):
        raise Skip("project_gone", project=str(row["gone"]))
    return None


def at_once(deal: Deal, link: Link | None, settings: Settings, digest: Digest) -> str:
    """The status that a project is to have, or to be made with. Skip where there is nothing to do."""
    status = settings.stage_map.get(deal.pipeline, {}).get(deal.stage)
    if status is None:
        raise Skip("stage_not_mapped", pipeline=deal.pipeline or "-", stage=deal.stage or "-")
    if link and digest("stage", deal.stage) == link.stage:
        raise Skip("nothing_changed")
    if status in FROM_BOARD_ONLY:
        raise Skip("status_from_board_only", status=status)
    return status


def left(deal: Deal, link: Link, settings: Settings, digest: Digest) -> bool:
    """Whether a deal has gone to a stage that is not mapped, which is to be remembered: its coming back is a change."""
    mapped = deal.stage in settings.stage_map.get(deal.pipeline, {})
    return not mapped and link.stage not in {LEFT, digest("stage", deal.stage)}


def agreed_on(deal: Deal, status: str, digest: Digest) -> dict[str, str]:
    """What to remember of a deal and its project that are the same now."""
    return {"stage": digest("stage", deal.stage), "status": digest("status", status)}


def pushed(deal: Deal, status: str, settings: Settings, digest: Digest) -> dict[str, str]:
    """What to remember of a project that was told to follow its deal.

    One that is won may be billed already, so that nobody knows what it is until its invoices are looked at.
    """
    mapped = settings.stage_map.get(deal.pipeline, {}).values()
    unsure = status == LABELS[WON] and not FROM_BOARD_ONLY.isdisjoint(mapped)
    return agreed_on(deal, status, digest) | ({"status": UNSURE} if unsure else {})


def asks_for_bills(project: Project, deal: Deal, link: Link, settings: Settings, digest: Digest) -> bool:
    """Whether one must look at a project's invoices, though none of them changed, to know what it is."""
    mapped = settings.stage_map.get(deal.pipeline, {}).values()
    if project.order_status != WON or FROM_BOARD_ONLY.isdisjoint(mapped):
        return False
    # What was billed may be so no more: an invoice that was deleted does not tell.
    return _won(link, digest) in {None, *FROM_BOARD_ONLY}


def by_night(deal: Deal, project: Project, link: Link, settings: Settings, digest: Digest) -> Step:
    """What follows for a linked pair that changed on either side."""
    stages = settings.stage_map.get(deal.pipeline, {})
    status = _status(project, link, settings, digest, list(stages.values()))
    changed = Seen(digest("stage", deal.stage) != link.stage, deal.moved_at)
    theirs = Seen(digest("status", status) != link.status, project.changed_at)
    side = follows(
        deal.stage, stages, status, changed, theirs, order_status=project.order_status, locked=project.locked
    )
    properties: dict[str, str] = {}
    agreed: dict[str, str] = {}
    order_status = None
    if side == "deal":
        target = next(stage for stage, mapped in stages.items() if mapped == status)
        properties["dealstage"] = target
        agreed = {"stage": digest("stage", target), "status": digest("status", status)}
    elif side == "board":
        order_status = ORDER_STATUS[stages[deal.stage]]
        agreed = pushed(deal, stages[deal.stage], settings, digest)
    elif deal.stage not in stages and link.stage != LEFT and _differs(theirs, project, link, settings, digest):
        agreed = {"stage": LEFT}
    elif side == "agreed" and (changed.changed or theirs.changed):
        agreed = agreed_on(deal, status, digest)
    # A deal in a stage that is not mapped is left alone.
    if deal.stage in stages and project.amount is not None and _other_amount(project, link, settings, digest):
        agreed["amount"] = digest("amount", project.amount)
        if not same_amount(deal.amount, project.amount):
            properties["amount"] = project.amount
    return Step(side, properties, order_status, agreed)


def _differs(theirs: Seen, project: Project, link: Link, settings: Settings, digest: Digest) -> bool:
    return theirs.changed or _other_amount(project, link, settings, digest)


def _other_amount(project: Project, link: Link, settings: Settings, digest: Digest) -> bool:
    return settings.amount and project.amount is not None and digest("amount", project.amount) != link.amount


def both_changed(deal: Deal, project: Project, link: Link, settings: Settings, digest: Digest) -> bool:
    """Whether one must know when the deal moved, to say which change is the newest."""
    stages = settings.stage_map.get(deal.pipeline, {})
    status = _status(project, link, settings, digest, list(stages.values()))
    wanted = stages.get(deal.stage)
    moved = wanted is not None and wanted != status and digest("stage", deal.stage) != link.stage
    return moved and digest("status", status) != link.status


def amount_text(total: Decimal | None, tax: Decimal | None, settings: Settings) -> str | None:
    """A project's 見積額 as HubSpot takes it: a plain decimal. None where board does not show it."""
    if total is None:
        return None
    amount = total + (tax or Decimal(0)) if settings.amount_tax == "included" else total
    text = f"{amount:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def same_amount(one: str, other: str) -> bool:
    """Whether two amounts are equal as numbers; an empty one is equal to none."""
    try:
        return Decimal(one) == Decimal(other)
    except ArithmeticError:
        return False


def _status(project: Project, link: Link, settings: Settings, digest: Digest, mapped: Sequence[str]) -> str:
    if project.bills is None and project.order_status == WON and (known := _won(link, digest)) is not None:
        return known if known in mapped else LABELS[WON]
    return effective(project.order_status, project.bills or (), settings.invoices, mapped)


def _won(link: Link, digest: Digest) -> str | None:
    """What a won project was when both sides last agreed; None where it was not won then."""
    known = (LABELS[WON], *sorted(FROM_BOARD_ONLY))
    return next((status for status in known if digest("status", status) == link.status), None)
