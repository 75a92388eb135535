"""hubspot_to_board, killed around its effects in every story.

Around each write to a vendor it is always killed; of all other moments an even sample is taken, since a life with its
further night takes half a second.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial

import pytest

from local.sandbox.faults import Fault
from renkei import tokens
from tests.crash.board_stories import NAMES, stories
from tests.crash.lives import Kill, Lives, Mode, report
from tests.crash.outside import loses_bells, works
from tests.crash.world import return_to
from tests.harness import Stack
from tests.office import Office

MOMENTS: dict[Mode, int] = {"at once": 6, "later": 3}
"""How many moments beside the writes are taken of a story."""
LATER = NAMES[:1]
READS = ("/search", "/batch/read")


@pytest.fixture(autouse=True)
def _look_less_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tokens, "_POLL", 5.0)


def _writes(kill: Kill) -> bool:
    """Whether a vendor was written to at this moment."""
    return kill.vendor and not kill.effect.startswith("GET ") and not kill.effect.endswith(READS)


def _sample(kills: list[Kill], mode: Mode) -> list[Kill]:
    """Those around writes to vendors, and some of the others: in each mode other ones."""
    others = [index for index, kill in enumerate(kills) if not _writes(kill)]
    step = len(others) / MOMENTS[mode]
    chosen = {others[int((number + (mode == "later") / 2) * step)] for number in range(MOMENTS[mode])}
    return [kill for index, kill in enumerate(kills) if index in chosen or _writes(kill)]


@pytest.mark.parametrize("name", NAMES)
def test_no_death_loses_or_doubles_anything(
    stack: Stack, name: str, record_property: Callable[[str, object], None]
) -> None:
    lives = Lives(stack, stories()[name])
    kills, steps = lives.kills, 0
    modes: tuple[Mode, ...] = ("at once", "later") if name in LATER else ("at once",)
    for mode in modes:
        lives.kills = _sample(kills, mode)
        steps += lives.die_everywhere(mode)
    assert steps >= sum(MOMENTS[mode] for mode in modes)
    report(steps, record_property)


def _calls(kills: list[Kill], vendor: str) -> Iterator[tuple[int, int, Kill]]:
    """(deed, the number of the call in it, the call) of a vendor."""
    counts: dict[int, int] = {}
    for kill in kills:
        if kill.vendor and kill.side == "before" and kill.effect.partition(" /")[2].startswith(f"{vendor}/"):
            counts[kill.deed] = counts.get(kill.deed, 0) + 1
            yield kill.deed, counts[kill.deed], kill


@pytest.mark.parametrize("name", NAMES)
def test_no_unknown_outcome_loses_or_doubles_anything(stack: Stack, name: str) -> None:
    """The vendor did it and the answer never came: at each write in turn, and in the first story at each call."""
    lives = Lives(stack, stories()[name])
    lost = 0
    for vendor, sandbox in (("hubspot", stack.hubspot), ("board", stack.board)):
        for deed, number, kill in _calls(lives.kills, vendor):
            if name == NAMES[0] or _writes(kill):
                fault = Fault(kind="timeout_after", every=number)
                lives.go_wrong(deed, partial(sandbox.faults.add, fault), f"no answer to {kill.effect}")
                assert fault.struck == 1, kill
                lost += 1
    assert lost


# The receiver.


def test_a_receiver_that_died_and_is_never_asked_again_is_made_up_for_by_night(stack: Stack) -> None:
    lives = Lives(stack, stories()[NAMES[0]])
    for kill in [kill for kill in lives.kills if kill.deed == 0][::4]:
        return_to(stack, kill.world, bells=True)
        office = Office(stack)
        office.night()
        works(stack)
        assert [one["order_status_name"] for one in office.projects()] == ["見積中(中)"], kill
        assert len(office.clients()) == 1, kill
        assert stack.deliveries("rejected") == []


def test_what_was_acknowledged_is_worked_off_though_its_bell_is_lost(stack: Stack) -> None:
    story = stories()[NAMES[0]]
    story.prepare(stack)
    story.deeds[0](stack)
    loses_bells(stack)
    assert Office(stack).projects() == []
    works(stack)
    assert len(Office(stack).projects()) == 1


def test_events_that_come_again_and_in_any_order_make_nothing_twice(stack: Stack) -> None:
    stories()["two deals of one new company"].prepare(stack)
    office, events = Office(stack), stack.hubspot.take_events()
    for batch in (events[1::2], events, [*reversed(events)], events + events):
        assert stack.hear(batch)[0] == 200
        office.work()
        assert stack.hear(batch)[0] == 200
    works(stack)
    assert (len(office.clients()), len(office.projects())) == (1, 2)
    assert len(stack.deliveries()) == len(events)
