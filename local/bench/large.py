"""What 100,000 linked pairs of falcana and HubSpot cost, beside 10,000: calls, time at a fixed latency, memory.

Time is counted, not waited for. With fewer pairs each case is run once more for the processor's time: a look at memory
makes all of it slower.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from local.bench.calls import quiet
from local.bench.linked import Ids, linked, quick_links
from local.bench.meter import AWS_SECONDS, VENDOR_SECONDS, Meter, asked_for, by_the_clock
from local.bench.tables import Cell, Table
from tests.firm import Firm
from tests.harness import running

SIZES = (10_000, 100_000)
CHANGED = 1_000
QUIET_MOST = 8
GROWTH = 1.5
"""How much more memory ten times the pairs may take: the stand-ins keep a little of each call."""
_TURNS = 6  # runs after which all that is looked at in turns was looked at
_MB = 1_000_000
COLUMNS = ("case", "pairs", "HubSpot", "at most", "falcana", "DynamoDB", "workers", "seconds", "a second", "CPU", "MB")

type Measure = Callable[[bool], Meter]


def hubspot_most(changed: int) -> int:
    """How many calls to HubSpot a run may take with so many changed records."""
    return 8 + 3 * -(-changed // 100)


def section(_samples: int) -> Table:
    """The table; says how far it is, because it takes a while."""
    rows: list[list[Cell]] = []
    missed: list[str] = []
    for size in SIZES:
        told(f"{size:,} pairs: linking them")
        with _firm(size) as (firm, ids):
            for name, records, most, measure in cases(firm, ids, size):
                told(f"{size:,} pairs: {name}")
                weighed = measure(True)
                own = round(measure(False).own, 1) if size == SIZES[0] else None
                rows.append(row(name, size, records, most, weighed, own, missed))
    missed += grown(rows)
    notes = (
        f"seconds: as if each call to a vendor took {VENDOR_SECONDS} s and each to AWS {AWS_SECONDS} s, and with the",
        "  waits for the vendors' rates; a second: records in one of these.",
        f"CPU: seconds of a processor that our own code takes beside, with {SIZES[0]:,} pairs.",
        "MB: the most that was allocated at once during the run, the sandboxes' answers too.",
    )
    return Table("falcana and HubSpot, very many linked pairs", COLUMNS, rows, notes, missed)


@contextmanager
def _firm(size: int) -> Iterator[tuple[Firm, Ids]]:
    with running() as stack, quiet():
        firm = Firm(stack)
        firm.open()
        with quick_links(firm):
            yield firm, linked(firm, size)


def cases(firm: Firm, ids: Ids, size: int) -> Iterator[tuple[str, int, int, Measure]]:
    """Each case: its name, how many records it is about, calls to HubSpot at most, and how it is measured."""
    turn = 0

    def calm(memory: bool) -> Meter:
        found = [by_the_clock(firm, memory=memory) for _ in range(_TURNS)]
        return max(found, key=lambda one: (one.peak, one.vendors.total()))

    def busy(memory: bool) -> Meter:
        nonlocal turn
        turn += 1
        by_the_clock(firm)  # looks once more at what was written before
        change(firm, ids, CHANGED, CHANGED, f"{turn}")
        return by_the_clock(firm, memory=memory)

    def whole(memory: bool) -> Meter:
        return asked_for(firm, "import", memory=memory)

    yield "quiet run", 0, QUIET_MOST, calm
    yield f"{CHANGED:,} changed on each side", 2 * CHANGED, hubspot_most(2 * CHANGED), busy
    yield "import, all the same", size, 10 + 2 * size // 100, whole


def change(firm: Firm, ids: Ids, there: int, here: int, word: str) -> None:
    """Let people change so many records in HubSpot, and other ones in falcana; half of them contacts."""
    firm.wait(60)
    for number in range(there):
        if number % 2:
            firm.edit("contact", ids["contact"][number // 2], jobtitle=f"Leitung {word}")
        else:
            firm.edit("company", ids["company"][number // 2], city=f"Ulm {word}")
        firm.wait(-0.99)  # a hundred a second
    for number in range(here):
        if number % 2:
            firm.change("person", ids["person"][-1 - number // 2], position=f"Einkauf {word}")
        else:
            firm.change("address", ids["address"][-1 - number // 2], city=f"Bonn {word}")
        firm.wait(-0.99)


def row(  # noqa: PLR0917 - a line of the table
    name: str, size: int, records: int, most: int, meter: Meter, own: float | None, missed: list[str]
) -> list[Cell]:
    """A line of the table; what is more than it may be goes into `missed`."""
    hubspot, falcana = meter.vendors["hubspot"], meter.vendors["falcana"]
    if hubspot > most:
        missed.append(f"{name}, {size:,} pairs: {hubspot} calls to HubSpot, at most {most}")
    if not records and hubspot + falcana > QUIET_MOST:
        missed.append(f"{name}, {size:,} pairs: {hubspot + falcana} vendor calls, at most {QUIET_MOST}")
    seconds, rate = round(meter.seconds, 1), round(records / meter.seconds) if records else None
    aws = meter.aws["dynamodb"]
    return [name, size, hubspot, most, falcana, aws, meter.workers, seconds, rate, own, meter.peak / _MB]


def grown(rows: Sequence[Sequence[Cell]]) -> list[str]:
    """The cases that take more memory with more pairs."""
    first: dict[Cell, float] = {}
    found = []
    for line in rows:
        name, peak = line[0], float(line[-1] or 0)
        if peak > GROWTH * first.setdefault(name, peak):
            found.append(f"{name}: memory grew from {first[name]:.1f} MB to {peak:.1f} MB with {line[1]:,} pairs")
    return found


def told(what: str) -> None:
    """Say how far it is."""
    print(what, file=sys.stderr, flush=True)
