"""The run of 03:00: what changed in board comes to HubSpot, what HubSpot's lost events would have told goes to board.

What is read is only what changed since the last run, with an overlap; what is written is only what differs from what
both sides last agreed on. So a run after a run writes nothing.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property
from itertools import batched
from typing import Any

from hubspot_to_board import INTEGRATION
from hubspot_to_board.customers import Customers
from hubspot_to_board.desk import Desk, since
from hubspot_to_board.events import STAGE, deal_in
from hubspot_to_board.pairs import AGAIN, Pair, Pairs
from hubspot_to_board.plan import MERGED, UNSURE, amount_text, merged_into
from hubspot_to_board.runs import Run, Steps
from hubspot_to_board.sweep import Sweep
from renkei import links
from renkei.actions import Record
from renkei.deliveries import stamp
from renkei.errors import Misconfigured, Rejected, Skip
from renkei.vendors.board import Invoice, Page, Project
from renkei.vendors.hubspot_deals import CHANGED, COMPANIES, DEALS

_OVERLAP = timedelta(minutes=2)
_LAG = timedelta(hours=1)  # by which HubSpot's search index may be behind
_RULES = {"pipelines", "amount", "amount_tax", "invoices"}
_AT_ONCE = 20  # projects whose invoices may have to be asked for
_REVIVED = {*INTEGRATION.completed, "board_permission"}
"""Reasons that pass when somebody completes or links a record; of some of that no event tells."""


class Night(Run):
    """One run."""

    name = "run"

    def __init__(self, desk: Desk, id_: str, asked: Mapping[str, Any]) -> None:
        super().__init__(desk, id_, asked)
        self._unsure: list[str] = []

    def phases(self) -> Sequence[Callable[[], Steps]]:
        """Deals first: what a person moved in HubSpot is newer than what is read of board afterwards."""
        sweep = Sweep(self, self._pairs, self._linked)
        return (self._deals, self._companies, self._again, self._invoices, self._projects, sweep.steps, self._revive)

    @cached_property
    def _pairs(self) -> Pairs:
        return Pairs(self.desk, self)

    @cached_property
    def _since(self) -> datetime:
        return since(self.desk.work.workspace, self.desk.portal, self.desk.now)

    @cached_property
    def _linked(self) -> dict[int, str]:
        """The deals by their projects."""
        found = {}
        for row in links.rows(self.desk.scope, "deal#"):
            if row.get("project"):
                found[int(row["project"])] = deal = row["link"].partition("#")[2]
                if row.get("status", UNSURE) == UNSURE or row.get(AGAIN):
                    self._unsure.append(deal)
        return found

    # What HubSpot's events may have told already, and what they did not.

    def _deals(self) -> Steps:
        stages = self.desk.settings.stage_map

        def settle(page: Sequence[Record]) -> None:
            self._moved([one for one in page if one.properties.get(STAGE) in stages.get(_pipeline(one), {})])

        return self._told(DEALS, ("pipeline", STAGE, MERGED), settle, list(stages))

    def _companies(self) -> Steps:
        if self.desk.settings.keep_company == "first":
            return iter(())
        return self._told(COMPANIES, ("name",), self._refresh)

    def _told(
        self,
        object_name: str,
        properties: Sequence[str],
        settle: Callable[[Sequence[Record]], None],
        pipelines: Sequence[str] = (),
    ) -> Steps:
        """Read what changed in HubSpot, page by page, as its events should have told."""
        state, name = self.state, f"{object_name}.{self.desk.portal}"
        begin = datetime.fromisoformat(state["at"]) if "at" in state else self.moment(name, self._since) - _LAG
        for number, page in enumerate(self.desk.hubspot.changed(object_name, begin, properties, pipelines)):
            if number:  # who goes on begins with the last page again, and must come further than that
                yield
            settle(page)
            state["at"] = max(state.get("at", ""), _utc(page[-1].properties[CHANGED]))
            self.count(f"{object_name}_read", len(page))
        if "at" in state:
            self.save(name, {"at": state["at"]})

    def _refresh(self, companies: Sequence[Record]) -> None:
        """Push the data of linked companies that changed."""
        self.desk.recall(f"company#{one.id}" for one in companies)
        customers = Customers(self.desk)
        for one in companies:
            try:
                done = customers.refresh(one.id)
            except Skip:
                continue
            except (Rejected, Misconfigured) as refused:
                self.tell("company_not_pushed", company=one.id, code=refused.code)
                continue
            self.count("companies_pushed")
            for warn in done.notices:
                self.tell(warn.code, **dict(warn.params))

    def _moved(self, records: Sequence[Record]) -> None:
        """Settle the pairs whose deal moved; let deals that came into a stage unseen be told of after all."""
        desk = self.desk
        desk.recall(f"deal#{id_}" for one in records for id_ in (one.id, *merged_into(one)))
        for one in records:
            for old in merged_into(one):
                self._merged(old, one.id)
        moved, new = [], []
        for one in records:
            row = desk.row(f"deal#{one.id}")
            if row.get("project"):
                if desk.of_deal(one.id)("stage", one.properties[STAGE]) != row.get("stage"):
                    moved.append(one.id)
            elif not row.get("gone"):
                new.append(one.id)
        for part in batched(moved, _AT_ONCE, strict=False):
            self._pairs.settle(self._pairs.looked_up(part))
        waiting = {deal for key in self._ledger.unsettled(*self._box) if (deal := deal_in(key, desk.portal))}
        entered = desk.hubspot.moved_at([id_ for id_ in new if id_ not in waiting])
        for id_, at in entered.items():
            if at >= self._since:
                self._tell_of(id_, at)

    def _merged(self, old: str, new: str) -> None:
        """Let a deal's link go on under its new id, here too."""
        project = self.desk.row(f"deal#{old}").get("project")
        self.desk.moved("deal", old, new)
        if project and self.desk.row(f"deal#{new}").get("project") == project:
            self._linked[int(project)] = new
        elif project:
            self._linked.pop(int(project), None)

    def _tell_of(self, deal: str, at: datetime) -> None:
        """Put the event that was lost into the ledger; a repeat of one that was not is recognised there."""
        moment = round(at.timestamp() * 1000)
        body = {"subscriptionType": "deal.propertyChange", "portalId": int(self.desk.portal), "objectId": int(deal)}
        body |= {"propertyName": STAGE, "occurredAt": moment}
        key = f"hubspot.deal.propertyChange.{self.desk.portal}-{deal}-{STAGE}-{moment}"
        payload = json.dumps({"source": "hubspot", "body": body}).encode()
        self.count("events_made_up_for", self._ledger.accept(*self._box, key, payload))

    # What changed in board.

    def _again(self) -> Steps:
        """Pairs that could not be settled the last time, and those of which nobody knows whether they are billed."""
        again = list(self._unsure) if self._linked else []
        for part in batched(again, _AT_ONCE, strict=False):
            self._pairs.settle(self._pairs.looked_up(part))
            yield

    def _invoices(self) -> Steps:
        return self._changes("invoices", self.desk.board.invoices, self._of_invoices)

    def _projects(self) -> Steps:
        def listed(page: int, *, changed_since: datetime | None) -> Page[Project]:
            return self.desk.board.projects(page, changed_since=changed_since, amounts=True, whole=True)

        return self._changes("projects", listed, self._of_projects)

    def _changes[T: (Invoice, Project)](
        self, name: str, listed: Callable[..., Page[T]], pairs: Callable[[Iterable[T]], Iterable[Pair]]
    ) -> Steps:
        """Read what changed, page by page, and settle it. How far it is read is saved if all of it was read."""
        state, since = self.state, self._read_since(name)
        state.setdefault("begun", stamp(self.desk.now))  # what changes after its page was read is later than that
        while state.get("page") != "end":
            number = int(state.get("page", 1))
            page: Page[T] = listed(number, changed_since=since - _OVERLAP)
            for part in batched(pairs(page.rows), _AT_ONCE, strict=False):
                self._pairs.settle(part)
            state["at"] = max([state.get("at", ""), *(stamp(row.updated_at) for row in page.rows)])
            state["read"] = int(state.get("read", 0)) + len(page.rows)
            state["page"] = number + 1 if page.more else "end"
            self.count(f"{name}_read", len(page.rows))
            state["total"] = max(int(state.get("total", 0)), page.total)  # it falls when rows go meanwhile
            if not page.more and state["read"] < state["total"]:
                self.tell("board_recount", list=name)  # rows went while they were paged: read from there once more
            elif not page.more and state["at"]:
                self.save(name, {"at": max(min(state["at"], state["begun"]), stamp(since)), "by": self._rules})
            yield

    def _read_since(self, name: str) -> datetime:
        """Since when a list is to be read: from the beginning where the rules were others when it was read last."""
        return self.moment(name, self._since) if self.load(name).get("by") == self._rules else self._since

    @cached_property
    def _rules(self) -> str:
        """A digest of the settings that say what a project is in HubSpot."""
        return self.desk.digest("rules", self.desk.settings.model_dump_json(include=_RULES))

    def _of_invoices(self, invoices: Iterable[Invoice]) -> list[Pair]:
        newest: dict[int, Invoice] = {}
        for one in invoices:
            if one.project in self._linked and one.updated_at >= newest.get(one.project, one).updated_at:
                newest[one.project] = one
        return [
            Pair(self._linked[one.project], one.order_status, one.updated_at, one.project_number, billed=True)
            for one in newest.values()
        ]

    def _of_projects(self, projects: Iterable[Project]) -> list[Pair]:
        chosen = [one for one in projects if one.id in self._linked]
        if any(one.hubspot_deal for one in chosen):
            self.tell("board_two_links")
        return [self._pair(one) for one in chosen]

    def _pair(self, one: Project) -> Pair:
        amount = amount_text(one.total, one.tax, self.desk.settings)
        deal = self._linked[one.id]
        return Pair(deal, one.order_status, one.updated_at, one.number, amount=amount, locked=one.locked)

    # In the end.

    def _revive(self) -> Steps:
        """Look again at deals that wait for something in HubSpot."""
        for row in list(self._ledger.each(*self._box, "parked")):
            if row.get("reason") in _REVIVED:
                self.count("woken", self._ledger.retry(row))
        self.save("ran", {"at": stamp(self.desk.now)})
        return iter(())

    @property
    def _ledger(self) -> Any:
        return self.desk.work.platform.deliveries

    @property
    def _box(self) -> tuple[str, str]:
        return self.desk.work.workspace, INTEGRATION.key


def _pipeline(record: Record) -> str:
    return record.properties.get("pipeline", "")


def _utc(text: str) -> str:
    return stamp(datetime.fromisoformat(text))
