"""A property-based state machine over falcana and HubSpot: whatever people, time and faults do, both come to agree.

People make, type, empty, move, delete, restore and merge on both sides, also while a run is at work; HubSpot's index
lags and loses records for a while; processes die around any of their effects, answers are lost, time runs out. In the
end `falcana_model.Verdicts` must find nothing against the rules, and further runs write nothing.

RENKEI_EXAMPLES sets for how many lives (then they differ from run to run, unless RENKEI_SEED is given).
"""

from __future__ import annotations

import os
import sys
from typing import Literal
from unittest import mock

import pytest
import requests
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from falcana_hubspot.kinds import ADDRESS, BY_NAME, PERSON
from renkei.integration import Done
from tests.life.falcana_memory import Killed
from tests.life.falcana_model import Verdicts
from tests.life.falcana_past import Vendor
from tests.life.falcana_people import People
from tests.life.falcana_world import ENVIRONMENT, World

LONG_RUN = int(os.environ.get("RENKEI_EXAMPLES", "0"))
SEED = os.environ.get("RENKEI_SEED")
EXAMPLES, PARTS = 2000, 8
VENDORS: st.SearchStrategy[Vendor] = st.sampled_from(["hubspot", "falcana"])
KIND = st.sampled_from(["address", "person"])
WHICH = st.integers(0, 5)
PAUSES = st.sampled_from([300.0, 0.0, 60.0, 1200.0, 4000.0])
RULES = st.sampled_from(["newest", "newest", "clear", "→", "←", "fill"])
WAYS = {"both": (True, True), "to falcana": (True, False), "to HubSpot": (False, True)}
type Trouble = Literal["", "dies before", "dies half-way", "dies after", "lost before", "lost after", "meanwhile"]
TROUBLES = st.sampled_from(
    ["", "", "", "dies after", "dies before", "dies half-way", "lost after", "lost before", "meanwhile", "meanwhile"]
)


class Life(RuleBasedStateMachine):
    """One life of a firm."""

    def __init__(self) -> None:
        """Two empty systems."""
        super().__init__()
        self.world = World()
        self.tables = self.world.memory.instead()
        self.tables.__enter__()
        self.people = People(self.world)
        self.model = self.people.model

    def teardown(self) -> None:
        """The end: no more trouble, people confirm what waits for them, and time passes."""
        try:
            if sys.exc_info()[0] is None:
                self.ends_well()
        finally:
            self.tables.__exit__(None, None, None)

    # Beginnings.

    @initialize(
        ways=st.sampled_from(["both", "both", "both", *WAYS]),
        rules=st.tuples(RULES, RULES),
        unlink=st.sampled_from([False, False, True]),
        waits=st.booleans(),
        falcana_wins=st.booleans(),
        quiet=st.booleans(),
        first=st.booleans(),
    )
    def begins(  # noqa: PLR0917 - by keyword
        self, ways: str, rules: tuple[str, str], unlink: bool, waits: bool, falcana_wins: bool, quiet: bool, first: bool
    ) -> None:
        """A firm with some records on both sides, which mostly were transferred already."""
        self.world.hubspot.configure({"association_bumps_modified": not quiet})
        self.people.settle_for(ways=WAYS[ways], rules=rules, unlink=unlink, waits=waits, falcana_wins=falcana_wins)
        for number, vendor in enumerate(("hubspot", "falcana", "hubspot")):
            self.people.makes(vendor, ADDRESS, 0, twin=False)  # type: ignore[arg-type]
            self.people.makes(vendor, PERSON, number, twin=False)  # type: ignore[arg-type]
        if first:
            self.runs("", 1, 300.0)

    # What people do.

    @rule(vendor=VENDORS, kind=KIND, which=WHICH, twin=st.booleans())
    def makes(self, vendor: Vendor, kind: str, which: int, twin: bool) -> None:
        """A new record, or one with a mail address that stands on the other side only."""
        self.people.makes(vendor, BY_NAME[kind], which, twin=twin)

    @rule(
        vendor=VENDORS,
        kind=KIND,
        which=WHICH,
        fields=st.integers(1, 15),
        how=st.sampled_from(["new", "new", "blank", "same"]),
    )
    def types(self, vendor: Vendor, kind: str, which: int, fields: int, how: str) -> None:
        """Somebody types something else, empties fields, or writes the same in another way."""
        self.people.types(vendor, BY_NAME[kind], which, fields, how)

    @rule(kind=KIND, which=WHICH, fields=st.integers(1, 15), others=st.integers(1, 15), falcana_first=st.booleans())
    def both_type(self, kind: str, which: int, fields: int, others: int, falcana_first: bool) -> None:
        """Both sides of a pair are changed."""
        self.people.both_type(BY_NAME[kind], which, fields, others, falcana_first=falcana_first)

    @rule(vendor=VENDORS, which=WHICH, to=st.integers(-1, 5))
    def moves(self, vendor: Vendor, which: int, to: int) -> None:
        """Somebody comes to another firm."""
        self.people.moves(vendor, which, to)

    @rule(vendor=VENDORS, kind=KIND, which=WHICH)
    def deletes(self, vendor: Vendor, kind: str, which: int) -> None:
        """A record is deleted."""
        self.people.deletes(vendor, BY_NAME[kind], which)

    @rule(kind=KIND, which=WHICH)
    def restores(self, kind: str, which: int) -> None:
        """Somebody takes a record out of HubSpot's recycle bin."""
        self.people.restores(BY_NAME[kind], which)

    @rule(vendor=VENDORS, kind=KIND, which=WHICH, other=WHICH)
    def merges(self, vendor: Vendor, kind: str, which: int, other: int) -> None:
        """Two records become one."""
        self.people.merges(vendor, BY_NAME[kind], which, other)

    @rule(which=WHICH, kind=KIND)
    def links_again(self, kind: str, which: int) -> None:
        """A person lets an ended pair begin anew."""
        self.people.links_again(BY_NAME[kind], which)

    @rule(side=VENDORS, saved=st.booleans())
    def changes_options(self, side: Vendor, saved: bool) -> None:
        """An option of a choice goes, or comes back; the settings may be saved after it."""
        self.people.changes_options(side, saved=saved)

    @rule()
    def switches_on(self) -> None:
        """The other direction is switched on, too."""
        self.people.switches_on()

    # What goes wrong by itself.

    @rule(kind=KIND, which=WHICH, seconds=st.integers(0, 3000), hidden=st.booleans())
    def lags(self, kind: str, which: int, seconds: int, hidden: bool) -> None:
        """HubSpot's index does not show a record for a while, or shows it as it was."""
        self.people.lags(BY_NAME[kind], which, seconds, hidden=hidden)

    # What our side does.

    @rule(
        trouble=TROUBLES,
        number=st.integers(1, 24),
        pause=PAUSES,
        steps=st.sampled_from([0, 0, 0, 1, 3]),
        data=st.data(),
    )
    def sync(self, trouble: Trouble, number: int, pause: float, steps: int, data: st.DataObject) -> None:
        """The automatic run; in the middle of it something may happen."""
        self.runs(trouble, number, pause, steps=steps, data=data)

    @rule(
        trouble=TROUBLES,
        number=st.integers(1, 40),
        job=st.sampled_from(["import", "export", "duplicates"]),
        dry=st.booleans(),
    )
    def asks(self, trouble: Trouble, number: int, job: str, dry: bool) -> None:
        """Somebody asks for a run by hand; one that is dry writes nothing."""
        if not self.people.may_ask(job):
            return
        before = len(self.world.wire.writes)
        dry = dry and job != "duplicates" and not self.world.due
        self.runs("" if dry else trouble, number, 60.0, job=job, dry=dry)
        if dry:
            assert self.world.wire.writes[before:] == []

    def runs(
        self,
        trouble: Trouble,
        number: int,
        pause: float,
        job: str = "sync",
        *,
        dry: bool = False,
        steps: int = 0,
        data: st.DataObject | None = None,
    ) -> None:
        """One visit of a worker, with at most one trouble."""
        world = self.world
        world.clock.sleep(pause)
        self.people.unhide()
        side, *_ = [one for one in ("before", "half", "after") if one in trouble.replace("half-way", "half")] or [
            "after"
        ]
        if trouble == "meanwhile" and data is not None:
            chosen = data.draw(st.tuples(VENDORS, KIND, WHICH, st.integers(1, 15)), label="meanwhile")
            world.effects.plan(number, "after", lambda: self.meanwhile(*chosen))
        elif trouble and trouble != "meanwhile":
            world.effects.plan(number, side, self.dies if trouble.startswith("dies") else self.loses)  # type: ignore[arg-type]
        try:
            ends = world.tick(job, dry=dry, steps=steps)
        except Killed:
            ends = []
        finally:
            world.effects.clear()
            world.clock.sleep(0.01)
        for end in ends:
            fine = isinstance(end, Done) or not isinstance(end, Exception) or end.args[0] == "nothing_new" or world.due
            assert fine, end

    def meanwhile(self, vendor: Vendor, kind: str, which: int, fields: int) -> None:
        """Somebody types while a run is at work."""
        self.world.clock.sleep(0.01)
        self.people.types(vendor, BY_NAME[kind], which, fields, "new")
        self.world.clock.sleep(0.01)

    def dies(self) -> None:
        """The process ends."""
        raise Killed

    def loses(self) -> None:
        """The vendor's answer, or what it was asked, gets lost; where a table is written, the process ends."""
        if self.world.effects.place == "table":
            raise Killed
        raise requests.ConnectionError

    # The end.

    def ends_well(self) -> None:
        """After some hours both sides are as the rules want them; then nothing more is written."""
        world, people = self.world, self.people
        people.lags_no_more()
        for _ in range(4):  # in the last two everything is an hour old, which each kind has a turn for
            people.confirms()
            self.runs("", 0, 1200.0)
            while world.due:
                self.runs("", 0, 60.0)
        people.confirms()
        self.runs("", 0, 300.0)
        before = len(world.wire.writes)
        for _ in range(3):
            self.runs("", 0, 300.0)
        found = list(Verdicts(self.model, people.rules(), people.ways()).found())
        assert not found, "\n".join(found)
        assert world.wire.writes[before:] == []


def lives(examples: int) -> settings:
    """How many lives, of which length."""
    return settings(
        max_examples=examples,
        stateful_step_count=15 if LONG_RUN else 12,
        deadline=None,
        database=None,
        derandomize=not LONG_RUN,
        print_blob=False,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )


@pytest.mark.timeout(600 + LONG_RUN)
@pytest.mark.parametrize("part", range(PARTS))
def test_both_sides_come_to_agree_by_the_rules_and_then_nothing_is_written(part: int) -> None:
    number = int(SEED) if SEED else part
    life = type(f"Life{part}", (Life,), {})
    if SEED or not LONG_RUN:
        life = seed(number * PARTS + part)(life)
    with mock.patch.dict("os.environ", ENVIRONMENT):
        run_state_machine_as_test(life, settings=lives((LONG_RUN or EXAMPLES) // PARTS))
