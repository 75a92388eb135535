"""A property-based state machine over two accounts that change as they please, while webhooks come as they please.

At the end all that waits settles, and two runs later both sides agree by the map; a third run writes nothing.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from local.sandbox.faults import Fault
from tests import harness
from tests.crash.world import World, return_to, rows
from tests.functions.hubspot_to_board.agreeing import LABELS, NUMBERS, Firm, Story
from tests.harness import PORTAL, Stack
from tests.office import KEY, UNMAPPED, Office

HOUR = 3600.0
NAMES = ["株式会社青空商事", "株式会社青空商事", "みどり工業"]
MOST_DEALS = 4
STAGE = st.sampled_from([*LABELS, UNMAPPED, "presentationscheduled"])
DEAL, COMPANY, SEEDS = st.integers(0, MOST_DEALS - 1), st.integers(0, len(NAMES) - 1), st.integers(0, 9)
THEN = st.sampled_from(["told", "", "lost", "told", "work", "a minute", "an hour", "a night", "5 hours"])
FAULTS = ("cut_before", "cut_after", "timeout_before", "timeout_after", "junk_body")


def step(**arguments: st.SearchStrategy[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A rule: something happens, and then time passes, or webhooks come, or the workers work."""

    def of(deed: Callable[..., None]) -> Callable[..., None]:
        def whole(self: Life, then: str, **chosen: Any) -> None:
            self.office.wait(2)
            deed(self, **chosen)
            self.goes_on(then)
            self.firm.check()

        whole.__name__, whole.__qualname__, whole.__doc__ = deed.__name__, deed.__qualname__, deed.__doc__
        ruled: Callable[..., None] = rule(**{**arguments, "then": THEN})(whole)  # type: ignore[call-overload]
        return ruled

    return of


class Life(RuleBasedStateMachine):
    """One life of a firm. `worlds` are its beginnings, by which invoices count."""

    stack: Stack
    worlds: dict[str, World]

    def __init__(self) -> None:
        super().__init__()
        self.office = Office(self.stack)
        self.kept: list[dict[str, Any]] = []
        self.heard: list[dict[str, Any]] = []

    def teardown(self) -> None:
        """The end: what is left of the webhooks comes or is lost, all settles, and three nights pass."""
        if sys.exc_info()[0] is None and hasattr(self, "firm"):
            self._ends_well()

    @initialize(invoices=st.sampled_from(["all", "first", "last"]), lag=st.sampled_from([10, 900]), late=st.booleans())
    def begins(self, invoices: str, lag: int, late: bool) -> None:
        """Two deals of three companies; one was linked long ago. Requests without an answer may act late."""
        return_to(self.stack, self.worlds[invoices], bells=False)
        self.stack.hubspot.configure({"search_lag_seconds": lag})
        self.stack.board.configure({"late_seconds": 45 if late else 0})
        self.firm = Firm(self.office, invoices)
        self.companies = [one["id"] for one in self.stack.the("companies")]
        self.firm.names = {id_: {name} for id_, name in zip(self.companies, NAMES, strict=True)}
        for id_, deal in self.firm.deals().items():
            stage = deal["properties"]["dealstage"]
            self.firm.stories[id_] = Story(stage, [("deal", LABELS.get(stage))])
        self.firm.check()

    # What people do in HubSpot.

    @precondition(lambda self: len(self.firm.deals()) < MOST_DEALS)
    @step(stage=STAGE, companies=st.lists(COMPANY, max_size=2, unique=True))
    def makes_a_deal(self, stage: str, companies: list[int]) -> None:
        """Of no company, one or two; the first is the primary one."""
        of = [self.companies[one] for one in companies]
        id_ = self.office.deal(*of, pipeline="", dealstage=stage)
        self.firm.stories[id_] = Story(stage, [("deal", LABELS.get(stage))])

    @step(deal=DEAL, company=COMPANY)
    def associates(self, deal: int, company: int) -> None:
        """A deal gets a company more."""
        self.stack.hubspot.associate(PORTAL, "deals", self._deal(deal), "companies", self.companies[company])

    @step(deal=DEAL, stage=STAGE)
    def moves_a_deal(self, deal: int, stage: str) -> None:
        """To any stage of either pipeline."""
        id_ = self._deal(deal)
        story = self.firm.stories[id_]
        if self.office.held(id_)["dealstage"] != stage:
            story.touches.append(("deal", LABELS.get(stage)))
        story.stage = stage
        self.stack.hubspot.change(PORTAL, "deals", id_, {"dealstage": stage})

    @step(company=COMPANY, name=st.sampled_from(["株式会社青空商事", "みどり工業", "合同会社しらかば"]))
    def renames_a_company(self, company: int, name: str) -> None:
        """It may get the name of another one."""
        id_ = self.companies[company]
        self.firm.names[id_].add(name)
        self.stack.hubspot.change(PORTAL, "companies", id_, {"name": name})

    @precondition(lambda self: len(self.firm.deals()) > 1)
    @step(deal=DEAL, other=st.none() | DEAL)
    def loses_a_deal(self, deal: int, other: int | None) -> None:
        """Deleted, or merged with another one."""
        id_ = self._deal(deal)
        if other is None or (second := self._deal(other)) == id_:
            self.stack.hubspot.archive(PORTAL, "deals", id_)
            return
        new = self.stack.hubspot.merge(PORTAL, "deals", id_, second)
        touches = [touch for one in (id_, second) for touch in self.firm.stories[one].touches]
        for one in (new, id_, second):  # any of their projects may be the one that goes on
            self.firm.stories[one] = Story(self.office.held(new)["dealstage"], touches, fated=True)

    # What people do in board.

    @precondition(lambda self: self.firm.keyed())
    @step(deal=DEAL, label=st.sampled_from(sorted(NUMBERS)))
    def sets_a_status(self, deal: int, label: str) -> None:
        """受注ステータス."""
        story, project = self._project(deal)
        if project["order_status_name"] != label:
            story.touches.append(("board", label))
            story.unsure |= self._waits()
        self.office.board.change("projects", project["id"], {"order_status": NUMBERS[label]})

    @precondition(lambda self: self.firm.keyed())
    @step(deal=DEAL, total=st.sampled_from(["120000.0", "98000.5"]))
    def estimates(self, deal: int, total: str) -> None:
        """見積額."""
        story, project = self._project(deal)
        story.touches.append(("board", None))
        story.estimated = True
        self.office.board.set_estimate(project["id"], total, "9800.0")

    @precondition(lambda self: self.firm.keyed())
    @step(deal=DEAL, number=st.integers(0, 1), status=st.sampled_from([2, 3, 1, 5, 9]))
    def bills(self, deal: int, number: int, status: int) -> None:
        """One of a project's two invoices is billed, paid, or given up."""
        story, project = self._project(deal)
        bills = [one["id"] for one in self.office.board.state()["invoices"] if one["project_id"] == project["id"]]
        story.touches.append(("board", None))
        self.office.board.bill(bills[number], status)

    @precondition(lambda self: self.firm.keyed())
    @step(deal=DEAL)
    def locks(self, deal: int) -> None:
        """Or unlocks."""
        story, project = self._project(deal)
        story.unsure = True
        self.office.board.change("projects", project["id"], {"lock_flg": 1 - project["lock_flg"]})

    @precondition(lambda self: self.firm.keyed())
    @step(deal=DEAL)
    def deletes_a_project(self, deal: int) -> None:
        """Only one that we know of: of another one nobody could tell that it ever was there."""
        story, project = self._project(deal)
        if str(project["id"]) in {row.get("project") for row in rows("links")}:
            story.fated = True
            self.office.board.remove("projects", project["id"])

    # What webhooks and vendors do.

    @step(order=SEEDS)
    def webhooks_in_disorder(self, order: int) -> None:
        """Some come, shuffled, some of them twice; some are kept back for later; some come that came before."""
        dice = Random(order)  # noqa: S311 - no secret
        new = self.kept + self.stack.hubspot.take_events()
        chosen = [one for one in new if dice.random() < 0.6]
        self.kept = [one for one in new if one not in chosen]
        chosen += [one for one in chosen + self.heard[-5:] if dice.random() < 0.4]
        dice.shuffle(chosen)
        self._hears(chosen)

    @step()
    def webhooks_are_lost(self) -> None:
        """All that were not delivered."""
        self.kept = []
        self.stack.hubspot.take_events()

    @step(board=st.booleans(), kind=st.sampled_from(FAULTS), nth=st.integers(1, 6))
    def a_vendor_fails(self, board: bool, kind: Any, nth: int) -> None:
        """Once, at one of the next calls."""
        vendor = self.stack.board if board else self.stack.hubspot
        vendor.faults.add(Fault(path="^/v1/" if board else "^/crm/", kind=kind, every=nth))

    @step(after=st.integers(1, 40))
    def a_night_is_cut_off(self, after: int) -> None:
        """The time of the function is up in the midst of it."""
        with _short_of_time(after):
            self._night()

    # How.

    def goes_on(self, then: str) -> None:
        """Nothing, webhooks, the workers, or time and the minute's sweep."""
        match then:
            case "told":
                new, self.kept = self.kept + self.stack.hubspot.take_events(), []
                self._hears(new)
                self._works()
            case "lost":
                self.stack.hubspot.take_events()
            case "work":
                self._works()
            case "a night":
                self._night()
            case "a minute" | "an hour" | "5 hours":
                self.office.wait({"a minute": 60, "an hour": HOUR, "5 hours": 5 * HOUR}[then])
                self._sweeps()

    def _night(self) -> None:
        self.office.wait(6 * HOUR)
        self.stack.dispatch(KEY, "sync")
        self._works()

    def _hears(self, events: list[dict[str, Any]]) -> None:
        self.heard += events
        assert self.stack.hear(events)[0] == 200

    def _works(self) -> None:
        self.stack.answer(self.stack.bells(KEY))

    def _sweeps(self) -> None:
        if self._pending():
            self.stack.sweep()
            self._works()

    def _pending(self) -> bool:
        return any(row["state"] == "pending" for row in rows("deliveries"))

    def _waits(self) -> bool:
        """Whether something that people did in HubSpot has not come to board yet."""
        return bool(self.kept or self.stack.hubspot.webhooks.waiting or self._pending())

    def _deal(self, number: int) -> str:
        deals = sorted(self.firm.deals())
        return deals[number % len(deals)]

    def _project(self, number: int) -> tuple[Story, dict[str, Any]]:
        keyed = sorted(self.firm.keyed().items())
        id_, project = keyed[number % len(keyed)]
        return self.firm.stories[id_], project

    def _settles(self) -> None:
        for _ in range(20):
            if not self._pending():
                return
            self._sweeps()
            self.office.wait(600)
        raise AssertionError("something never comes to its end")

    def _ends_well(self) -> None:
        for vendor in (self.stack.hubspot, self.stack.board):
            vendor.faults.clear()
        self._settles()
        for night in range(3):
            self.firm.check()
            self.office.forget_calls()
            self.office.wait(18 * HOUR)
            self._night()
            self._hears(self.stack.hubspot.take_events())
            self._settles()
            if night:
                self.firm.agrees()
        self.firm.check()
        assert self.office.writes() == [], "the third run writes"
        assert not [row["id"] for row in rows("deliveries") if row["state"] == "rejected"]


@contextmanager
def _short_of_time(after: int) -> Iterator[None]:
    """Lambda tells after some looks at it that there is little time left."""
    looks = iter([120_000] * after)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(harness.Context, "get_remaining_time_in_millis", lambda _: next(looks, 20_000))
        yield
