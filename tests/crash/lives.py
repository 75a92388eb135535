"""The crash harness: a story is told once undisturbed; then again from every moment at which a process can die.

A process can die right before and right after each of its effects. A kill leaves the world as it is at that
moment and takes everything in memory, so the harness keeps the world at each moment of the undisturbed run and
later returns to it with new processes; what a dying process could still do (`finally`, flushing) does not happen.
The one who was talking to the dead process does the same again, the rest of the story follows, and the end must
be that of the undisturbed run: nothing lost, nothing doubled, no payload left on what is settled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count, product
from typing import Any, Literal

from local.sandbox.faults import Fault
from local.sandbox.faults import Kind as FaultKind
from local.sandbox.vendor import Vendor
from tests.crash.effects import Side, watched
from tests.crash.outside import Deed, settles
from tests.crash.world import World, keep, return_to, rows
from tests.harness import Stack

STEPS, EFFECTS = "crash_steps", "crash_effects"
"""The properties under which a test reports how often it killed, and around how many effects."""

type Mode = Literal["at once", "later"]
MODES: tuple[Mode, ...] = ("at once", "later")
"""`at once`: bells are given out again at the same moment, before any search index has caught up.
`later`: the bells are lost, and only the sweep a minute later finds what is due."""

type Picture = Callable[[Stack], Any]
"""Gives what an integration left behind, in terms that are the same in every life: no ids, no times."""

SETTLED = {"delivered", "skipped", "rejected"}


class Killed(BaseException):
    """The end of a process."""


@dataclass(frozen=True)
class Story:
    """What happens to a delivery or several. `prepare` is not killed; each deed is; `end` is checked on its picture.

    `same` are states of deliveries that stand for each other: who finds all done by the one who died has nothing to do.
    """

    name: str
    prepare: Callable[[Stack], None]
    deeds: Sequence[Deed]
    picture: Picture
    end: Callable[[Any], object]
    same: frozenset[str] = frozenset()


def named(one: object) -> str:
    """How a story, or what else a test is given, is called among the tests."""
    return one.name if isinstance(one, Story) else str(one)


def in_modes(stories: Sequence[Story], later: Sequence[str]) -> list[tuple[Story, Mode]]:
    """Each story with its modes. Lost bells are the sweep's matter, whatever the story: a few tell enough of it."""
    return [(story, mode) for story, mode in product(stories, MODES) if mode == "at once" or story.name in later]


def report(steps: int, record: Callable[[str, object], None]) -> None:
    """Note how often a test killed; `record` is pytest's record_property."""
    record(STEPS, steps)
    record(EFFECTS, steps // 2)


@dataclass(frozen=True)
class Kill:
    """A moment at which a process can die: around which effect of which deed, and the world it leaves."""

    number: int
    side: Side
    effect: str
    deed: int
    world: World

    @property
    def vendor(self) -> bool:
        """Whether the effect is a call of a vendor: a method and a path."""
        return " /" in self.effect

    def __str__(self) -> str:
        """For messages."""
        return f"killed {self.side} effect {self.number} ({self.effect}, deed {self.deed})"


class Lives:
    """All lives of one story on one stack."""

    def __init__(self, stack: Stack, story: Story) -> None:
        """Tell the story once, undisturbed, and keep the world at each moment."""
        self._stack = stack
        self._story = story
        story.prepare(stack)
        self.kills: list[Kill] = []
        self._starts: list[World] = []
        for number, deed in enumerate(story.deeds):
            self._starts.append(keep(stack))
            with watched(lambda side, effect, number=number: self._note(side, effect, number)):  # type: ignore[misc]
                deed(stack)
        self.expected = self._end()
        assert set(self.expected["deliveries"].values()) <= SETTLED | {"done"}, self.expected["deliveries"]
        assert not self.expected["sealed"], "a settled delivery still holds its payload"
        story.end(self.expected["left"])

    def die_everywhere(self, mode: Mode, each: Callable[[str], object] = str) -> int:
        """Die at every moment and resume. Gives the number of kills; AssertionError names the first that hurt.

        `each` looks at the end of every life, and gets the effect that it was killed around.
        """
        for kill in self._distinct():
            return_to(self._stack, kill.world, bells=mode == "at once")
            if mode == "later":
                self._stack.clock.sleep(60)
            self._tell(kill.deed, f"{self._story.name}, {kill}, resumed {mode}")
            each(kill.effect)
        return len(self.kills)

    def die_really(self) -> int:
        """Die of an exception that nothing may catch, to see that a dying process has no further effect."""
        for kill in self.kills:
            return_to(self._stack, self._starts[kill.deed], bells=True)
            moments = count()
            first = next(index for index, one in enumerate(self.kills) if one.deed == kill.deed)
            last = self.kills.index(kill) - first

            def die(_side: Side, _effect: str, moments: Iterator[int] = moments, last: int = last) -> None:
                if next(moments) >= last:
                    raise Killed

            try:
                with watched(die):
                    self._story.deeds[kill.deed](self._stack)
            except Killed:
                return_to(self._stack, keep(self._stack), bells=True)
                self._tell(kill.deed, f"{self._story.name}, {kill}, really")
            else:
                raise AssertionError(f"{kill}: it went on living")
        return len(self.kills)

    def lose_every_answer(self, vendor: Vendor, path: str, kinds: Sequence[FaultKind]) -> int:
        """Let each call of a vendor at `path` (as in a Fault) go wrong in each way. Gives how many times that was."""
        lost = 0
        for number, world in enumerate(self._starts):
            calls = sum(kill.vendor and kill.side == "before" for kill in self.kills if kill.deed == number)
            for kind, call in product(kinds, range(1, calls + 1)):
                return_to(self._stack, world, bells=True)
                fault = vendor.faults.add(Fault(path=path, kind=kind, every=call))
                self._tell(number, f"{self._story.name}, {kind} at vendor call {call} of deed {number}")
                assert fault.struck == 1, kind
                lost += 1
        return lost

    def go_wrong(self, deed: int, wrong: Callable[[], object], name: str) -> None:
        """Return to the beginning of a deed, let something be wrong, and go on from there."""
        return_to(self._stack, self._starts[deed], bells=True)
        wrong()
        self._tell(deed, f"{self._story.name}, {name} in deed {deed}")

    def _tell(self, start: int, name: str) -> None:
        try:
            for deed in (*self._story.deeds[start:], settles):
                deed(self._stack)
        except AssertionError as wrong:
            raise AssertionError(f"{name}: {wrong}") from wrong
        end = self._end()
        for part, wanted in self.expected.items():
            assert end[part] == wanted, f"{name}: {part}: {_differing(end[part], wanted)}"

    def _distinct(self) -> Iterator[Kill]:
        """The kills, without those that leave the very world that the one before left to the same deed."""
        before: tuple[int, World] | None = None
        for kill in self.kills:
            if (kill.deed, kill.world) != before:
                yield kill
            before = (kill.deed, kill.world)

    def _note(self, side: Side, effect: str, deed: int) -> None:
        number = len(self.kills) // 2 + 1
        self.kills.append(Kill(number, side, effect, deed, keep(self._stack)))

    def _state(self, state: str) -> str:
        return "done" if state in self._story.same else state

    def _end(self) -> dict[str, Any]:
        return {
            "deliveries": {row["id"]: self._state(row["state"]) for row in rows("deliveries")},
            "sealed": sorted(row["id"] for row in rows("deliveries") if "sealed" in row and row["state"] in SETTLED),
            "left": self._story.picture(self._stack),
        }


def _differing(found: Any, wanted: Any) -> str:
    """Where two ends differ, for messages."""
    if isinstance(found, dict) and isinstance(wanted, dict):
        names = [name for name in found.keys() | wanted.keys() if found.get(name) != wanted.get(name)]
        return "; ".join(f"{name} {_differing(found.get(name), wanted.get(name))}" for name in sorted(names))
    return f"is {found!r}, was {wanted!r}"
