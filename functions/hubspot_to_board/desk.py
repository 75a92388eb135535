"""What a batch works with: both vendors' clients, the settings, and what is remembered of deals and companies."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from datetime import datetime, tzinfo
from typing import Any

from hubspot_to_board import INTEGRATION, Settings
from hubspot_to_board.plan import Digest
from renkei import checkpoints, links, notices
from renkei.causes import Cause
from renkei.days import zone_of
from renkei.deliveries import stamp
from renkei.runs import ENOUGH
from renkei.runtime import Work
from renkei.vendors.board import Board
from renkei.vendors.hubspot_deals import HubSpotDeals
from renkei.workers import token_source

HUBSPOT = "hubspot"

_SHORT = 32  # characters of a digest that are kept


_MERGED = {"deal": ("project", "deals_merged"), "company": ("client", "companies_merged")}


def scope_of(workspace: str, board: str, portal: str) -> str:
    """The scope of the links between a board account and a portal."""
    return links.pair_scope(workspace, INTEGRATION.vendor, board, portal)


def since(workspace: str, portal: str, now: datetime) -> datetime:
    """Since when a workspace links the deals of a portal; from now on, if it never did.

    What sat in a stage before that is left alone.
    """
    name = f"since.{portal}"
    saved = checkpoints.load(workspace, INTEGRATION.key, name).get("at")
    if not saved:
        checkpoints.save(workspace, INTEGRATION.key, name, {"at": stamp(now)})
    return datetime.fromisoformat(saved) if saved else now


class Desk:
    """One batch. `patient`: a long run, which rather waits for the vendors' rates than come back later."""

    def __init__(self, work: Work, *, patient: bool = False) -> None:
        self.work = work
        self.settings = Settings.model_validate(work.settings)
        parts, hubspot, board = work.platform, work.connection_to(HUBSPOT), work.connection
        self._token = token_source(parts, hubspot)
        budgets = {one.vendor: parts.budget(one, live=work.live and not patient) for one in (hubspot, board)}
        if patient:
            for budget in budgets.values():
                budget.wait_up_to(work.left() - ENOUGH)
        self.hubspot = HubSpotDeals(parts.session, self._token, parts.sleep, budgets[HUBSPOT])
        self.board = Board(parts.session, parts.connections.secrets(board), budgets[board.vendor])
        self.portal = hubspot.account
        self.scope = scope_of(work.workspace, board.account, hubspot.account)
        self._rows: dict[str, dict[str, Any]] = {}

    @property
    def now(self) -> datetime:
        """The moment."""
        return self.work.platform.clock()

    @functools.cached_property
    def zone(self) -> tzinfo:
        """Where the portal's people live."""
        return zone_of(self.work.connection_to(HUBSPOT).row.get("timezone") or "Asia/Tokyo")

    @functools.cached_property
    def owners(self) -> Mapping[str, str]:
        """The mail addresses of the portal's owners by their ids."""
        return {id_: mail for mail, id_ in self.hubspot.owners().items()}

    def close(self) -> None:
        """Hand back what was found out about calls and tokens."""
        self.work.calls += self.hubspot.calls + self.board.calls
        self.work.others[HUBSPOT] = self._token.connection

    # What is remembered.

    def recall(self, wanted: Iterable[str]) -> None:
        """Read what is remembered under these links, at once."""
        new = [link for link in dict.fromkeys(wanted) if link not in self._rows]
        if new:
            self._rows |= {link: {} for link in new} | links.recall(self.scope, new)

    def row(self, link: str) -> Mapping[str, Any]:
        """What is remembered under a link."""
        self.recall([link])
        return self._rows[link]

    def remembered(self, prefix: str) -> list[str]:
        """The links of this batch that begin so."""
        return [link for link in self._rows if link.startswith(prefix)]

    def note(self, link: str, values: Mapping[str, str]) -> None:
        """Add to what is remembered under a link."""
        links.remember(self.scope, link, values)
        self._rows[link] = {**self.row(link), **values}

    def forget(self, link: str) -> None:
        """Remember nothing under a link."""
        links.forget(self.scope, link)
        self._rows[link] = {}

    def moved(self, kind: str, old: str, new: str) -> None:
        """Let a record that was merged keep its link under its new id. If that has another one, people are told."""
        was, now = self.row(f"{kind}#{old}"), self.row(f"{kind}#{new}")
        if old == new or not was:
            return
        name, code = _MERGED[kind]
        if now.get(name) and was.get(name) and now[name] != was[name]:
            cause = Cause("noticed", INTEGRATION.key, code, {"id": new, "alone": str(was[name])})
            notices.note(self.work.workspace, cause, self.now)
        if not now.get(name):
            kept = {"of": old, **{word: str(value) for word, value in was.items() if word not in {"scope", "link"}}}
            self.note(f"{kind}#{new}", kept)
        self.forget(f"{kind}#{old}")

    # Digests.

    def digest(self, purpose: str, text: str) -> str:
        """A keyed digest of what was agreed on."""
        return self.work.platform.vault.digest(f"board {purpose}", text)[:_SHORT]

    def of_deal(self, deal: str) -> Digest:
        """Digests for one deal: equal values of two deals must not look equal."""
        return lambda what, value: self.digest(f"deal {what}", f"{self.first_id('deal', deal)}\0{value}")

    def first_id(self, kind: str, id_: str) -> str:
        """The id that a record had when it was linked, by which its digests are made: a merge gives it another one."""
        return str(self.row(f"{kind}#{id_}").get("of") or id_)

    def stamp(self) -> str:
        """The moment as text."""
        return stamp(self.now)
