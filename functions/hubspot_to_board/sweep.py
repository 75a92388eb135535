"""Which linked projects and clients were deleted in board: it tells of no deletion, so one has to count.

Of the projects that were made up to some moment there can only be fewer later: if their count has fallen, all ids
are read. A client that a project uses cannot be deleted; so clients are read when projects went, or when their
number has changed. Once a week all are read, whatever the counts say. Nobody is taken for deleted without being
asked for by id.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from hubspot_to_board.pairs import Pairs
from hubspot_to_board.runs import Run, Steps
from renkei import links
from renkei.deliveries import stamp
from renkei.errors import NotFound
from renkei.vendors.board import Client, Page, Project

_SETTLED = timedelta(minutes=5)  # ago: nothing is made there any more
_ANYWAY = timedelta(days=7)
_MANY, _PART = 10, 20
"""How many may be deleted between two runs before a person is asked: ten, or one in twenty."""


class Sweep:
    """One look for what is gone."""

    def __init__(self, run: Run, pairs: Pairs, linked: Mapping[int, str]) -> None:
        self._run = run
        self._desk = run.desk
        self._pairs = pairs
        self._linked = linked

    def steps(self) -> Steps:
        """Count; read ids where the counts say so; count anew for the next time."""
        state, board = self._run.state, self._desk.board
        before = self._run.load("count")
        if "what" not in state:
            clients = board.clients(1, size=1).total
            state |= {"what": self._what(before, clients), "clients": clients}
            yield
        newest = max(self._linked, default=0)
        if "projects" in state["what"]:
            yield from self._read("projects", board.projects, self._linked, self._project, falling=True)
        elif newest > (known := int(before.get("known", 0))):  # made since the last count but one
            young = {id_ for id_ in self._linked if id_ > known}
            yield from self._read("projects", board.projects, young, self._project, falling=True, down_to=known)
        if "clients" in state["what"]:
            yield from self._read("clients", board.clients, self._companies, self._client, falling=False)
        if state.get("held"):  # the next look must find them again
            return
        now, until = self._desk.now, self._desk.now - _SETTLED
        full = stamp(now) if "projects" in state["what"] or not before else before["full"]
        count = board.projects(1, created_until=until, size=1).total
        facts = {"until": stamp(until), "count": count, "clients": state["clients"], "full": full}
        self._run.save("count", facts | {"known": int(before.get("newest", 0)), "newest": newest})

    def _what(self, before: Mapping[str, Any], clients: int) -> list[str]:
        """The lists whose ids are to be read."""
        if not before:
            return []
        until, full = datetime.fromisoformat(before["until"]), datetime.fromisoformat(before["full"])
        fewer = self._desk.board.projects(1, created_until=until, size=1).total < before["count"]
        if fewer or self._desk.now - full >= _ANYWAY:
            return ["projects", "clients"]
        return ["clients"] if clients != before["clients"] else []

    def _read(
        self,
        name: str,
        listed: Callable[[int], Page[Client] | Page[Project]],
        linked: Collection[int],
        ask: Callable[[int], None],
        *,
        falling: bool,
        down_to: int = 0,
    ) -> Steps:
        """Read all ids of a list in its order, page by page, and ask for each linked one that is not in its place.

        `falling`: the newest come first, and reading ends at the id `down_to`. Were the order another one, more would
        be asked for, and none taken for gone.
        """
        state = self._run.state
        page, edge = f"{name}_page", f"{name}_edge"
        while state.get(page) != "end":
            found = listed(int(state.get(page, 1)))
            there = {row.id for row in found.rows}
            more = found.more and (not falling or min(there, default=0) > down_to)
            begin = state.get(edge, math.inf if falling else -1)
            end = (min(there) if falling else max(there)) if more and there else (-1 if falling else math.inf)
            low, high = min(begin, end), max(begin, end)
            for id_ in sorted(one for one in linked if low <= one <= high and one not in there and one != begin):
                ask(id_)
            if more:
                state[edge] = int(end)
            state[page] = int(state.get(page, 1)) + 1 if more else "end"
            self._run.count(f"{name}_seen", len(there))
            yield

    def _project(self, id_: int) -> None:
        try:
            self._desk.board.project(id_)
        except NotFound:
            if self._may_unlink(len(self._linked)):
                self._pairs.gone(self._linked[id_], id_)

    def _client(self, id_: int) -> None:
        try:
            self._desk.board.client(id_)
        except NotFound:
            for company in self._companies[id_] if self._may_unlink(len(self._companies)) else ():
                self._run.count("unlinked")
                self._run.tell("board_client_gone", client=str(id_), company=company)
                self._desk.forget(f"company#{company}")

    def _may_unlink(self, linked: int) -> bool:
        """Whether one more may be unlinked. Of very many at once nobody is sure: a run that was asked for does it."""
        state = self._run.state
        state["unlinked"] = int(state.get("unlinked", 0)) + 1
        if self._run.by_hand or state["unlinked"] <= max(_MANY, linked // _PART):
            return True
        state["held"] = True
        self._run.tell("board_many_gone")
        return False

    @cached_property
    def _companies(self) -> dict[int, list[str]]:
        """The companies by their clients."""
        found: dict[int, list[str]] = {}
        for row in links.rows(self._desk.scope, "company#"):
            if row.get("client"):
                found.setdefault(int(row["client"]), []).append(row["link"].partition("#")[2])
        return found
