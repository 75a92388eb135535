"""Chains of rescheduled bookings, whose events come in any order: one living meeting, at the last booking's time."""

from __future__ import annotations

import functools
import itertools
import random
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from booking_to_hubspot import Settings
from booking_to_hubspot.known import COMPANIES, CONTACTS, MEETINGS, Known, Task
from booking_to_hubspot.plan import draft, plan, verdict
from renkei.actions import Action, Create, Read, Record, Remember, Result, Update
from renkei.chains import booking_link
from renkei.errors import Conflict, NotFound, Rejected
from renkei.integration import Verdict
from renkei.mapping import Reading
from renkei.vendors.timerex import booking as read_booking
from tests.harness import SETTINGS, Stack, event

type Event = tuple[str, int]  # what happened, and to which booking of the chain

READINGS = {name: Reading({}, frozenset()) for name in (COMPANIES, CONTACTS)}
ALIVE, CANCELLED = ("SCHEDULED", "RESCHEDULED"), "CANCELED"


def chain(length: int, *, cancelled: bool = False) -> tuple[Event, ...]:
    """The events of a chain in the order in which they happened."""
    events: list[Event] = [("confirmed", 0)]
    for number in range(1, length):
        events += [("moved", number - 1), ("confirmed", number)]
    return (*events, *([("cancelled", length - 1)] if cancelled else []))


def payload(happened: str, number: int) -> dict[str, Any]:
    """What TimeRex sends of it; booking 0 is on December 10th, 1 on the 11th and so on."""
    sent = event(f"timerex/event_{'confirmed' if happened == 'confirmed' else 'cancelled'}")
    sent["event"]["id"] = f"b{number}"
    for name, time in (("start", "01:00"), ("end", "02:00")):
        sent["event"][f"{name}_datetime"] = sent["event"][f"local_{name}_datetime"] = f"{day(number)}T{time}:00+00:00"
    if happened == "moved":
        sent["event"] |= {"is_changed": True, "new_event_id": f"b{number + 1}"}
    if happened == "confirmed" and number:
        sent["event"] |= {"is_changed": True, "old_event_id": f"b{number - 1}"}
    return sent


def day(number: int) -> str:
    return f"2026-12-{10 + number}"


@functools.cache
def task(happened: str, number: int) -> Task:
    settings = Settings.model_validate({"calendars": [{**SETTINGS["calendars"][0], "company": []}], "meeting": True})
    booking = read_booking(payload(happened, number))
    return draft(f"{happened} {number}", booking, settings, READINGS, "{}:{}".format)


class World:
    """Our memory and a portal, as far as planning sees them."""

    def __init__(self) -> None:
        self.links: dict[str, dict[str, object]] = {}
        self.objects: dict[str, dict[str, dict[str, str]]] = {CONTACTS: {}, MEETINGS: {}}  # by unique key

    def drain(self, *events: Event, steps: int | None = None) -> list[Verdict]:
        """One batch, which dies after so many steps; how its deliveries end."""
        ends: list[Verdict] = []
        for _ in itertools.islice(self._steps([task(*one) for one in events], ends), steps):
            pass
        return ends

    def _steps(self, tasks: Sequence[Task], ends: list[Verdict]) -> Iterator[None]:
        ids = [(one.booking.source, id_) for one in tasks for id_ in (one.booking.id, one.booking.previous_id) if id_]
        links = {booking_link(*id_) for id_ in ids}
        known = Known(links={link: dict(self.links[link]) for link in links if link in self.links})
        rounds = 0
        while actions := plan(tasks, known, meeting=True):
            rounds += 1
            assert rounds < 20, "it goes on for ever"
            for action in actions:
                known.absorb(action, self.apply(action))
                yield
        ends += [verdict(one, tasks, known) for one in tasks]

    def apply(self, action: Action) -> Result:
        match action:
            case Remember():
                self.links.setdefault(action.link, {}).update(action.values)
            case Read():
                held = self.objects[action.object]
                found = {key: Record(f"id {key}", dict(held[key])) for key in action.keys if key in held}
                return Result(found, {key: NotFound("gone") for key in action.keys if key not in held})
            case Create() | Update():
                return self._write(action)
            case _:
                pytest.fail(f"nobody expected {action}")
        return Result()

    def _write(self, action: Create | Update) -> Result:
        held, result, new = self.objects[action.object], Result(), isinstance(action, Create)
        for item in action.items:
            if new == (item.key in held):
                result.failed[item.key] = Conflict("taken") if new else NotFound("gone")
                continue
            held.setdefault(item.key, {}).update(item.properties)
            result.records[item.key] = Record(f"id {item.key}", dict(held[item.key]), new=new)
        return result

    def check(self, length: int, *, cancelled: bool, of: object) -> None:
        """One living meeting at the last booking's time, or none if that was cancelled."""
        outcomes = [(meeting["hs_meeting_outcome"], meeting) for meeting in self.objects[MEETINGS].values()]
        alive = [meeting["hs_meeting_start_time"][:10] for outcome, meeting in outcomes if outcome in ALIVE]
        assert alive == ([] if cancelled else [day(length - 1)]), of
        assert {outcome for outcome, _ in outcomes} <= {*ALIVE, CANCELLED}, of
        assert len(self.objects[CONTACTS]) == 1, of


def shuffled(events: Sequence[Event], count: int) -> list[tuple[Event, ...]]:
    """Some orders, always the same."""
    dice = random.Random(8)  # noqa: S311 - no secret
    return [tuple(dice.sample(events, len(events))) for _ in range(count)]


CHAINS = pytest.mark.parametrize(("length", "cancelled"), [(2, False), (2, True), (3, False), (3, True)])


@CHAINS
def test_one_by_one_in_every_order(length: int, cancelled: bool) -> None:
    for order in itertools.permutations(chain(length, cancelled=cancelled)):
        world = World()
        for one in order:
            world.drain(one)
        world.check(length, cancelled=cancelled, of=order)


@CHAINS
def test_as_one_batch_in_every_order(length: int, cancelled: bool) -> None:
    for order in itertools.permutations(chain(length, cancelled=cancelled)):
        world = World()
        world.drain(*order)
        world.check(length, cancelled=cancelled, of=order)


@pytest.mark.parametrize("cancelled", [False, True])
@pytest.mark.parametrize("length", [3, 4, 5])
def test_in_batches_of_any_size_with_repeats(length: int, cancelled: bool) -> None:
    events = chain(length, cancelled=cancelled)
    for number, order in enumerate(shuffled(events, 150)):
        world = World()
        cut = 1 + number % (len(order) - 1)
        world.drain(*order[:cut])
        world.drain(*order[cut:])
        world.check(length, cancelled=cancelled, of=(cut, order))
        for one in reversed(order):
            world.drain(one)
        world.drain(*order)
        world.check(length, cancelled=cancelled, of=("repeated", cut, order))


@pytest.mark.parametrize("steps", range(1, 8))
def test_a_batch_that_died_on_the_way_is_done_again(steps: int) -> None:
    for order in shuffled(chain(3), 60):
        world = World()
        for one in order:
            world.drain(one, steps=steps)
            world.drain(one)
        world.check(3, cancelled=False, of=order)
        world = World()
        world.drain(*order, steps=steps)
        world.drain(*order)
        world.check(3, cancelled=False, of=order)


LATE: tuple[Event, ...] = (("confirmed", 0), ("moved", 0), ("moved", 1), ("confirmed", 2), ("confirmed", 1))


def test_the_meeting_of_the_chain_before_is_closed_and_not_moved() -> None:
    world = World()
    for one in LATE:
        world.drain(one)
    before, after = world.objects[MEETINGS]["timerex-b0"], world.objects[MEETINGS]["timerex-b1"]
    assert (before["hs_meeting_outcome"], before["hs_meeting_start_time"][:10]) == (CANCELLED, day(0))
    assert (after["hs_meeting_outcome"], after["hs_meeting_start_time"][:10]) == ("RESCHEDULED", day(2))


def test_a_meeting_that_cannot_be_closed_is_not_passed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    for one in LATE[:-1]:
        world.drain(one)
    write = world._write

    def refuse(action: Create | Update) -> Result:
        if isinstance(action, Update):
            return Result(failed={item.key: Rejected("vendor_garbled") for item in action.items})
        return write(action)

    monkeypatch.setattr(world, "_write", refuse)
    (end,) = world.drain(LATE[-1])
    assert isinstance(end, Rejected)


@pytest.mark.parametrize("together", [False, True])
@pytest.mark.parametrize(
    ("order", "cancelled"),
    [
        (LATE, False),
        (tuple(reversed(chain(3))), False),
        ((("cancelled", 2), *LATE), True),
        ((*LATE, ("cancelled", 2)), True),
    ],
)
def test_on_the_whole_stack(stack: Stack, order: tuple[Event, ...], cancelled: bool, together: bool) -> None:
    stack.set_up({**SETTINGS, "meeting": True})
    for one in order:
        assert stack.post(payload(*one))[0] == 200
        stack.clock.sleep(1)
        if not together:
            stack.work()
    stack.work()
    assert {delivery["state"] for delivery in stack.deliveries()} <= {"delivered", "skipped"}
    assert (len(stack.the("companies")), len(stack.the("contacts"))) == (1, 1)
    found = [meeting["properties"] for meeting in stack.the("meetings")]
    alive = [meeting["hs_meeting_start_time"][:10] for meeting in found if meeting["hs_meeting_outcome"] in ALIVE]
    assert alive == ([] if cancelled else [day(2)])
