"""Deals and their projects, side by side: what differs from what was agreed is settled, many at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from hubspot_to_board import plan
from hubspot_to_board.desk import Desk
from hubspot_to_board.plan import Deal, Link, Step, deal_of
from hubspot_to_board.stages import FROM_BOARD_ONLY, WON, Bill
from renkei.actions import Item, Read, Update
from renkei.errors import Misconfigured, NotFound, Outcome, Rejected, Skip
from renkei.vendors.hubspot_deals import DEALS

AGAIN = "again"
"""In a deal's row: the next run is to look at it, whether or not it changes."""
_PROPERTIES = ("amount", "dealstage", "pipeline")


@dataclass(frozen=True)
class Pair:
    """A linked project as a list of board's shows it, and its deal. `billed`: its invoices changed.

    `locked` None: the list does not show it.
    """

    deal: str
    order_status: int
    changed_at: datetime
    number: int
    amount: str | None = None
    locked: bool | None = None
    billed: bool = False


class Notes(Protocol):
    """Where it is noted what was done, and what people are to be told."""

    def count(self, what: str, number: int = 1) -> None:
        """Count something."""

    def tell(self, code: str, /, **params: str) -> None:
        """Note what people are to be told of."""


class Pairs:
    """What is done with pairs."""

    def __init__(self, desk: Desk, notes: Notes) -> None:
        self._desk = desk
        self._notes = notes
        self._later: set[str] = set()
        self._looked: set[str] = set()
        self._asked = False

    def looked_up(self, deals: Iterable[str]) -> list[Pair]:
        """The pairs of these deals, read one by one; projects that are gone are unlinked."""
        found = []
        for deal in deals:
            id_ = self._desk.row(f"deal#{deal}").get("project")
            if not id_:
                continue
            try:
                one = self._desk.board.project(int(id_))
            except NotFound:
                self.gone(deal, int(id_))
                continue
            amount = plan.amount_text(one.total, one.tax, self._desk.settings)
            pair = Pair(deal, one.order_status, one.updated_at, one.number, amount, one.locked, billed=True)
            found.append(pair)
        return found

    def gone(self, deal: str, project: int) -> None:
        """Unlink a deal whose project was deleted in board."""
        self._notes.count("unlinked")
        self._notes.tell("board_project_gone", project=str(project), deal=deal)
        self._desk.note(f"deal#{deal}", {"gone": str(project), "project": ""})

    def settle(self, pairs: Sequence[Pair]) -> None:
        """Let the side follow that is to follow, and remember what both agree on then."""
        desk = self._desk
        desk.recall(f"deal#{pair.deal}" for pair in pairs)
        wanted = {pair.deal: pair for pair in pairs if (desk.row(f"deal#{pair.deal}")).get("project")}
        if not wanted:
            return
        records = desk.hubspot.do(Read(DEALS, tuple(wanted), _PROPERTIES)).records
        sides: dict[str, tuple[Deal, plan.Project, Link]] = {}
        for id_, record in records.items():
            deal, link = deal_of(record), self._link(id_)
            if link:
                sides[id_] = (deal, self._project(wanted[id_], deal, link), link)
        self._notes.count("pairs_read", len(sides))
        steps = self._steps(sides)
        steps = self._still(steps, {id_: side[0].stage for id_, side in sides.items()})
        self._write({id_: step for id_, step in steps.items() if step.properties})
        for id_, step in steps.items():
            if step.order_status is not None:
                self._push(id_, sides[id_][2].project, step, seen=wanted[id_].locked is not None)
            elif step.agreed and not step.properties:
                desk.note(f"deal#{id_}", step.agreed)
        for id_ in sides.keys() - self._later:
            if desk.row(f"deal#{id_}").get(AGAIN):
                desk.note(f"deal#{id_}", {AGAIN: ""})

    def _link(self, id_: str) -> Link | None:
        try:
            return plan.link_of(self._desk.row(f"deal#{id_}"))
        except Skip:
            return None

    def _project(self, pair: Pair, deal: Deal, link: Link) -> plan.Project:
        """The project, with its invoices where they decide what it is."""
        settings, digest = self._desk.settings, self._desk.of_deal(pair.deal)
        project = plan.Project(pair.order_status, pair.changed_at, pair.locked is True, pair.amount)
        mapped = settings.stage_map.get(deal.pipeline, {}).values()
        looks = pair.billed and pair.order_status == WON and not FROM_BOARD_ONLY.isdisjoint(mapped)
        known = pair.deal in self._looked  # and noted, in this run
        if not looks and (known or not plan.asks_for_bills(project, deal, link, settings, digest)):
            return project
        self._looked.add(pair.deal)
        bills, page, more = [], 1, True
        changed_at = pair.changed_at
        self._asked = True
        while more:
            found = self._desk.board.invoices(page, project_number=pair.number)
            mine = [one for one in found.rows if one.project == link.project]  # filters it does not know, board ignores
            bills += [Bill(one.id, one.status, one.date) for one in mine]
            changed_at = max([changed_at, *(one.updated_at for one in mine)])
            page, more = page + 1, found.more
        return replace(project, bills=tuple(bills), changed_at=changed_at)

    def _steps(self, sides: dict[str, tuple[Deal, plan.Project, Link]]) -> dict[str, Step]:
        settings, desk = self._desk.settings, self._desk
        unsure = [id_ for id_, side in sides.items() if plan.both_changed(*side, settings, desk.of_deal(id_))]
        moved = desk.hubspot.moved_at(unsure)
        self._asked |= bool(unsure)
        return {
            id_: plan.by_night(replace(deal, moved_at=moved.get(id_)), project, link, settings, desk.of_deal(id_))
            for id_, (deal, project, link) in sides.items()
        }

    def _still(self, steps: dict[str, Step], stages: Mapping[str, str]) -> dict[str, Step]:
        """The steps without those of deals that somebody moved while invoices were asked for: these come again."""
        judged = [id_ for id_, step in steps.items() if step.side == "deal"]
        if not judged or not self._asked:
            return steps
        self._asked = False
        now = self._desk.hubspot.do(Read(DEALS, tuple(judged), ("dealstage",))).records
        moved = {id_ for id_ in judged if id_ not in now or now[id_].properties.get("dealstage", "") != stages[id_]}
        for id_ in moved:
            self._again(id_)
        return {id_: step for id_, step in steps.items() if id_ not in moved}

    def _write(self, steps: dict[str, Step]) -> None:
        """Let deals follow, a hundred in a call; one that HubSpot refuses fails alone, and comes again next time."""
        if not steps:
            return
        items = tuple(Item(id_, step.properties) for id_, step in steps.items())
        try:
            failed = self._desk.hubspot.do(Update(DEALS, items)).failed
        except (Rejected, Misconfigured) as refused:
            if len(items) > 1:
                for id_, step in steps.items():
                    self._write({id_: step})
                return
            failed = {items[0].key: refused}
        for id_, step in steps.items():
            if end := failed.get(id_):
                self._failed(id_, end)
                continue
            self._desk.note(f"deal#{id_}", step.agreed)
            self._notes.count("stages_moved", "dealstage" in step.properties)
            self._notes.count("amounts_written", "amount" in step.properties)

    def _push(self, id_: str, project: int, step: Step, *, seen: bool) -> None:
        """Let a project follow its deal, whose event was lost. `seen`: it is known not to be locked."""
        board = self._desk.board
        try:
            if not seen and board.project(project).locked:
                return
            board.set_order_status(project, int(step.order_status or 0))
        except (Rejected, Misconfigured) as refused:
            if not self.looked_up([id_]):  # gone, as asked for by its id
                return
            self._failed(id_, refused)
        else:
            self._desk.note(f"deal#{id_}", step.agreed)
            self._notes.count("statuses_set")

    def _failed(self, id_: str, end: Outcome) -> None:
        if isinstance(end, NotFound):
            return  # the deal was deleted this very moment
        self._again(id_)
        self._notes.count("failed")
        self._notes.tell("deal_not_settled", deal=id_, code=end.code)

    def _again(self, id_: str) -> None:
        """Let the next run look at a deal, whether or not it changes."""
        self._later.add(id_)
        self._desk.note(f"deal#{id_}", {AGAIN: "1"})
