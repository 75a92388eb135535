"""What a project is to be in HubSpot, and which of the two sides follows the other. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from hubspot_to_board import BILLED, ORDER_STATUS, PAID

WON = ORDER_STATUS["受注済"]
LABELS = {number: label for label, number in ORDER_STATUS.items()}
FROM_BOARD_ONLY = frozenset({BILLED, PAID})
_BILLED, _PAID, _LOST = {2, 5}, 3, 9
"""board's 請求ステータス: 請求済 and 一部入金済, 入金済, 回収不能; the others (1, 4) are not billed yet."""

type Side = Literal["deal", "board", "agreed", "left"]
"""Who is to follow: the deal, the project; nobody, since they are the same; nobody, though they are not."""


@dataclass(frozen=True)
class Bill:
    """One invoice (請求) of a project."""

    id: int
    status: int
    date: str


@dataclass(frozen=True)
class Seen:
    """What one side shows now: whether that changed since both agreed, and when it last changed."""

    changed: bool
    at: datetime | None = None


def effective(order_status: int, bills: Sequence[Bill], rule: str, mapped: Collection[str]) -> str:
    """What a project is, among what is mapped: its 受注ステータス, or 請求済 or 入金済 where it is won and billed.

    `rule` says which of several invoices count; those that nobody will ever pay (回収不能) never do.
    """
    label = LABELS.get(order_status, "")
    if order_status != WON:
        return label
    state = _billing(bills, rule)
    if state == PAID and PAID not in mapped:
        state = BILLED
    return state if state in mapped else label


def _billing(bills: Sequence[Bill], rule: str) -> str:
    counted = sorted((bill for bill in bills if bill.status != _LOST), key=lambda bill: (bill.date, bill.id))
    if rule != "all":
        counted = counted[:1] if rule == "first" else counted[-1:]
    if counted and all(bill.status == _PAID for bill in counted):
        return PAID
    return BILLED if any(bill.status in {*_BILLED, _PAID} for bill in counted) else ""


def follows(
    stage: str, stages: Mapping[str, str], status: str, deal: Seen, board: Seen, *, order_status: int, locked: bool
) -> Side:
    """Which side is to follow the other, for a deal in `stage` and a project that is `status` (by `effective`).

    `stages` maps the stages of the deal's pipeline to statuses. The newest change wins; what only invoices can say
    is board's alone, and so is a locked project.
    """
    wanted = stages.get(stage)
    if wanted is None:
        return "left"  # a stage that is not mapped is nobody's business
    if wanted == status:
        return "agreed"
    able = wanted not in FROM_BOARD_ONLY and ORDER_STATUS[wanted] != order_status and not locked
    newer = deal.changed and not (board.changed and _later(board.at, deal.at))
    if able and newer:
        return "board"
    if status not in stages.values() or (locked and newer):
        return "left"
    return "deal"


def _later(one: datetime | None, other: datetime | None) -> bool:
    """Whether the one is later; a time that nobody knows is not."""
    return one is not None and (other is None or one >= other)
