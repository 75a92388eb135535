"""What follows at once when HubSpot tells of deals and companies: projects are made, and their status is set."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cached_property

from hubspot_to_board import ORDER_STATUS
from hubspot_to_board.clients import company_of
from hubspot_to_board.customers import LATE, Customers, Unclear, not_sent, wait
from hubspot_to_board.desk import Desk
from hubspot_to_board.pairs import Pairs
from hubspot_to_board.plan import (
    LEFT,
    Deal,
    Link,
    agreed_on,
    amount_text,
    at_once,
    deal_of,
    left,
    link_of,
    merged_into,
    pushed,
)
from hubspot_to_board.projects import key_of, ours, project_values, wanted_properties
from renkei.actions import Read, Record
from renkei.errors import Misconfigured, NotFound, Outcome, Reconnect, Rejected, Retry, Skip
from renkei.integration import Done, Verdict
from renkei.mapping import Warn
from renkei.vendors.board import Project, User
from renkei.vendors.hubspot_deals import DEALS


class _Heard:
    """What weighing a pair came to."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.told: list[Warn] = []

    def count(self, what: str, number: int = 1) -> None:
        """Count something."""
        self.counts[what] += number

    def tell(self, code: str, /, **params: str) -> None:
        """Note what people are to be told of."""
        self.told.append(Warn(code, tuple(sorted(params.items()))))


_PROMPT = timedelta(minutes=2)
"""An event that took longer to be dealt with is late: something newer may have happened in board."""


class Live:
    """One batch of deals and companies. Each is dealt with once, however many events speak of it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._customers = Customers(desk)
        self._companies: dict[str, list[tuple[str, bool]]] = {}

    def deals(self, moved: Mapping[str, datetime]) -> dict[str, Verdict]:
        """What became of each deal, by when HubSpot says that it last moved."""
        desk, ids = self._desk, list(moved)
        desk.recall(f"deal#{id_}" for id_ in ids)
        records = self._read(ids)
        desk.recall(f"deal#{old}" for one in records.values() for old in (one.id, *merged_into(one)))
        new = [one.id for id_, one in records.items() if len(ids) > 1 and self._enters(id_, one)]
        for id_, companies in desk.hubspot.companies_of(new).items():
            self._companies[id_] = [(one.id, one.primary) for one in companies]
        late = {id_ for id_, at in moved.items() if desk.now - at > _PROMPT}
        return _each(ids, lambda id_: self._deal(id_, records.get(id_), late=id_ in late))

    def companies(self, ids: Sequence[str]) -> dict[str, Verdict]:
        """What became of each company's data."""
        self._desk.recall(f"company#{id_}" for id_ in ids)
        return _each(ids, self._customers.refresh)

    def _read(self, ids: Sequence[str]) -> Mapping[str, Record]:
        """The deals that are there. A single one that has no project yet comes with its companies, in one call."""
        desk, properties = self._desk, wanted_properties(self._desk.settings)
        if len(ids) != 1 or desk.row(f"deal#{ids[0]}").get("project"):
            found = desk.hubspot.do(Read(DEALS, tuple(ids), properties))
            return found.records if ids else {}
        try:
            record, companies = desk.hubspot.deal(ids[0], properties)
        except NotFound:
            return {}
        if len(companies) < 2:  # noqa: PLR2004 - of several it must be seen which one is the primary
            self._companies[record.id] = [(company, True) for company in companies]
        return {ids[0]: record}

    def _enters(self, id_: str, record: Record) -> bool:
        """Whether a deal is in a stage of ours and has no project yet."""
        row, deal = self._desk.row(f"deal#{id_}"), deal_of(record)
        mapped = deal.stage in self._desk.settings.stage_map.get(deal.pipeline, {})
        return mapped and not row.get("project") and not row.get("gone")

    def _deal(self, id_: str, record: Record | None, *, late: bool) -> Done:
        if record is None:
            raise Skip("deal_gone")
        for old in (id_, *merged_into(record)):  # what was remembered goes on under the new id
            self._desk.moved("deal", old, record.id)
        digest = self._desk.of_deal(record.id)
        deal, link = deal_of(record), link_of(self._desk.row(f"deal#{record.id}"))
        if link and left(deal, link, self._desk.settings, digest):
            self._desk.note(f"deal#{record.id}", {"stage": LEFT})
        status = at_once(deal, link, self._desk.settings, digest)
        if link is None:
            return self._make(record, deal, status)
        return (
            self._weighed(record.id, link) if late or link.stage == LEFT else self._set(record.id, deal, link, status)
        )

    def _set(self, id_: str, deal: Deal, link: Link, status: str) -> Done:
        """Let a project follow its deal."""
        desk = self._desk
        try:
            desk.board.set_order_status(link.project, ORDER_STATUS[status])
        except Rejected:
            try:  # it is gone only if it is asked for by its id
                locked = desk.board.project(link.project).locked
            except NotFound:
                return gone(desk, id_, link.project)
            if locked:
                raise Skip("project_locked", project=str(link.project)) from None
            raise
        desk.note(f"deal#{id_}", pushed(deal, status, desk.settings, desk.of_deal(id_)))
        return Done({"project": str(link.project), "project_was": "changed"})

    def _weighed(self, id_: str, link: Link) -> Done:
        """Let the newest change win: what is heard late may be older than what somebody did in board."""
        heard = _Heard()
        pairs = Pairs(self._desk, heard)
        pairs.settle(pairs.looked_up([id_]))
        told = tuple(heard.told)
        was = "changed" if heard.counts["statuses_set"] else "left"
        return Done({"project": str(link.project), "project_was": was}, told, told)

    def _make(self, record: Record, deal: Deal, status: str) -> Done:
        """Make the project of a deal that never had one, and its client where there is none."""
        desk, id_ = self._desk, record.id
        company = company_of(self._companies_of(id_))
        key = key_of(desk.portal, id_)
        values = project_values(record.properties, ORDER_STATUS[status], desk.settings, desk.zone, key)
        owner = record.properties.get("hubspot_owner_id", "")
        values["user_id"] = self._user(owner)
        customer = self._customers.of(company)
        values["client_id"] = customer.client
        project, there = self._project(id_, key, values)
        if there and there.order_status != ORDER_STATUS[status] and not there.locked:  # the deal moved on meanwhile
            desk.board.set_order_status(project, ORDER_STATUS[status])
        agreed = agreed_on(deal, status, desk.of_deal(id_))
        amount = amount_text(there.total, there.tax, desk.settings) if there else "0"  # of a new one
        agreed |= {"amount": desk.of_deal(id_)("amount", amount)} if amount else {}
        desk.note(f"deal#{id_}", {"project": str(project), **agreed, "sent": ""})
        outcome = {"project": str(project), "project_was": "there" if there else "created", "company": customer.company}
        return Done(outcome | {"client": str(customer.client)}, customer.warns + customer.notices, customer.notices)

    def _companies_of(self, id_: str) -> Iterable[tuple[str, bool]]:
        if id_ not in self._companies:
            found = self._desk.hubspot.companies_of([id_])[id_]
            self._companies[id_] = [(one.id, one.primary) for one in found]
        return self._companies[id_]

    def _user(self, owner: str) -> int:
        """board's user for a deal's owner, by mail address; else the one that is set for such deals."""
        desk, link = self._desk, f"owner#{owner}"
        if owner and (known := desk.row(link).get("user")):
            return int(known)
        mail = desk.owners.get(owner, "") if owner else ""
        # Not by board's filter, which may tell capitals apart: HubSpot's addresses are in small letters.
        users = self._users if mail else []
        found = next((one.id for one in users if one.valid and one.mail.lower() == mail), None)
        if found is not None:
            desk.note(link, {"user": str(found)})
            return found
        if desk.settings.fallback_user is None:
            raise Misconfigured("board_setting_missing", setting="fallback_user")
        return desk.settings.fallback_user

    @cached_property
    def _users(self) -> list[User]:
        return self._desk.board.users()

    def _project(self, id_: str, key: str, values: Mapping[str, object]) -> tuple[int, Project | None]:
        """(the id of a deal's project, the project if it was there already).

        Who does not know whether it was made looks for it first.
        """
        desk, link = self._desk, f"deal#{id_}"
        if sent := desk.row(link).get("sent"):
            given_up = str(desk.row(link).get("given_up", ""))
            if found := self._ours(key, datetime.fromisoformat(sent) - LATE, given_up):
                return found.id, found
            wait(sent, desk.now)
        desk.note(link, {"sent": desk.stamp()})
        try:
            return desk.board.create_project(values), None
        except Outcome as end:
            if not_sent(end):
                desk.note(link, {"sent": ""})
            if isinstance(end, Rejected):
                self._reconsider(end, values)
            raise

    def _ours(self, key: str, since: datetime, given_up: str) -> Project | None:
        """The project that bears our key. board can only look for it by number; by memo, what changed since is read."""
        by_number = self._desk.settings.project_key == "management_no"
        page, more = 1, True
        while more:
            found = self._desk.board.projects(
                page,
                management_no=key if by_number else "",
                changed_since=None if by_number else since,
                whole=not by_number,
            )
            rows = [(one.id, one.management_no, one.memo) for one in found.rows if str(one.id) != given_up]
            chosen = ours(rows, key)
            if chosen is not None:
                return next(one for one in found.rows if one.id == chosen)
            page, more = page + 1, found.more
        return None

    def _reconsider(self, refused: Rejected, values: Mapping[str, object]) -> None:
        """Forget whom we remembered where board says that there is no such user or client (any more)."""
        desk, fields = self._desk, refused.params.get("field", "").split(", ")
        stale = {"user_id": ("owner#", "user"), "client_id": ("company#", "client")}
        for prefix, name in (stale[field] for field in fields if field in stale):
            wrong = str(values[f"{name}_id"])
            links = [link for link in desk.remembered(prefix) if desk.row(link).get(name) == wrong]
            for link in links:
                desk.forget(link)
            if links:
                raise Retry("record_gone", vendor="board") from None
        if "user_id" in fields and values["user_id"] == desk.settings.fallback_user:
            raise Misconfigured("board_user_refused", setting="fallback_user") from None


def gone(desk: Desk, deal: str, project: int) -> Done:
    """A project was deleted in board: unlink it and tell. Nothing is deleted in HubSpot, or made again by itself."""
    desk.note(f"deal#{deal}", {"gone": str(project), "project": ""})
    told = Warn("board_project_gone", (("project", str(project)), ("deal", deal)))
    return Done({"deal": deal, "unlinked": str(project)}, (told,), (told,))


def _each(ids: Sequence[str], settle: Callable[[str], Done]) -> dict[str, Verdict]:
    """The verdict on each. What ails a vendor or a connection ends the batch; what ails one ends that one."""
    verdicts: dict[str, Verdict] = {}
    for number, id_ in enumerate(ids):
        try:
            verdicts[id_] = settle(id_)
        except Unclear as end:
            verdicts[id_] = end
        except (Retry, Reconnect) as end:
            return verdicts | dict.fromkeys(ids[number:], end)
        except Outcome as end:
            verdicts[id_] = end
    return verdicts
