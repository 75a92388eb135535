"""falcana_hubspot, killed around its effects in every story.

It is killed after each write to a vendor and after each part of a page's memory; of all other moments an even sample is
taken. A life ends with a further run that writes nothing, and with changes of people on both sides of all pairs, which
come over (`falcana_picture`).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import pytest

from local.sandbox.faults import Fault
from renkei import tokens
from tests.crash.falcana_stories import NAMES, stories
from tests.crash.lives import EFFECTS, STEPS, Kill, Lives, Mode
from tests.crash.outside import loses_bells, works
from tests.crash.world import rows
from tests.firm import Firm
from tests.harness import Stack

MOMENTS: dict[Mode, int] = {"at once": 3, "later": 3}
"""How many moments beside the writes are taken of a story."""
MEMORY = "dynamodb BatchWriteItem"
LATER = ("a change each way",)
UNKNOWN = ("a change each way", "import", "export")
"""Changes and creations on both sides are in these."""
READS = ("/search", "/batch/read", "/find", "/token")


@pytest.fixture(autouse=True)
def _look_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "_POLL", 5.0)


def _writes(kill: Kill) -> bool:
    """Whether a vendor was written to at this moment."""
    return kill.vendor and not kill.effect.startswith("GET ") and not kill.effect.endswith(READS)


def _sample(kills: list[Kill], mode: Mode) -> list[Kill]:
    """`at once`, those right after what must not be done twice; and some of the others, in each mode other ones."""
    at_once = mode == "at once"
    kills = [kill for kill in kills if kill.deed or at_once]  # a schedule that rings later is another one
    wanted = [at_once and kill.side == "after" and (_writes(kill) or kill.effect == MEMORY) for kill in kills]
    others = [index for index, is_wanted in enumerate(wanted) if not is_wanted]
    step = len(others) / MOMENTS[mode]
    chosen = {others[int((number + (mode == "later") / 2) * step)] for number in range(MOMENTS[mode])}
    return [kill for index, kill in enumerate(kills) if index in chosen or wanted[index]]


@pytest.mark.parametrize("name", NAMES)
def test_no_death_loses_or_doubles_anything(
    stack: Stack, name: str, record_property: Callable[[str, object], None]
) -> None:
    lives = Lives(stack, stories()[name])
    kills, steps = lives.kills, 0
    if name == NAMES[0]:  # import and export are the same, a half each
        kills = [kill for kill in kills if kill.number % 2]
    modes: tuple[Mode, ...] = ("at once", "later") if name in LATER else ("at once",)
    for mode in modes:
        lives.kills = _sample(kills, mode)
        steps += lives.die_everywhere(mode)
    assert steps >= sum(MOMENTS[mode] for mode in modes)
    record_property(STEPS, steps)
    record_property(EFFECTS, steps)


def _calls(kills: list[Kill], vendor: str) -> Iterator[tuple[int, int, Kill]]:
    """(deed, the number of the call in it, the call) of a vendor."""
    counts: dict[int, int] = {}
    for kill in kills:
        if kill.vendor and kill.side == "before" and kill.effect.partition(" /")[2].startswith(f"{vendor}/"):
            counts[kill.deed] = counts.get(kill.deed, 0) + 1
            yield kill.deed, counts[kill.deed], kill


@pytest.mark.parametrize("name", UNKNOWN)
def test_no_unknown_outcome_loses_or_doubles_anything(stack: Stack, name: str) -> None:
    """The vendor did it and the answer never came: at each write in turn."""
    lives = Lives(stack, stories()[name])
    lost = 0
    for vendor, sandbox in (("hubspot", stack.hubspot), ("falcana", stack.falcana)):
        for deed, number, kill in _calls(lives.kills, vendor):
            if _writes(kill):
                fault = Fault(kind="timeout_after", every=number)
                lives.go_wrong(deed, partial(sandbox.faults.add, fault), f"no answer to {kill.effect}")
                assert fault.struck == 1, kill
                lost += 1
    assert lost


def test_a_run_that_was_put_is_done_though_its_bell_is_lost(stack: Stack) -> None:
    story = stories()["deletions"]
    story.prepare(stack)
    story.deeds[0](stack)
    loses_bells(stack)
    firm = Firm(stack)
    assert len(firm.contacts()) == 1  # of two: the other was deleted there
    works(stack)
    assert (firm.contacts(), len(firm.persons())) == ({}, 1)


def test_nobody_is_put_a_second_run_while_one_is_not_over(stack: Stack) -> None:
    """Bells that come again, and a schedule that rings again: one run, one record of each."""
    story = stories()["first run both ways"]
    story.prepare(stack)
    for _ in range(2):
        story.deeds[0](stack)
        stack.clock.sleep(300)
    assert len([row for row in rows("deliveries") if row["id"].startswith("schedule.sync.")]) == 1
    bells = stack.bells("falcana_hubspot")
    for _ in range(2):
        stack.answer(bells)
    firm = Firm(stack)
    assert [len(side) for side in (firm.addresses(), firm.companies(), firm.persons(), firm.contacts())] == [2, 2, 2, 2]
    assert len([row for row in rows("deliveries") if row["state"] == "delivered"]) == 1
