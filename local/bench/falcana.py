"""What it costs that falcana and HubSpot stay the same, in calls: a quiet run, changes on each side, the first run."""

from __future__ import annotations

from contextlib import redirect_stdout
from io import StringIO

from local.bench.calls import quiet
from local.bench.large import QUIET_MOST, change, hubspot_most
from local.bench.linked import linked, quick_links
from local.bench.meter import Meter, by_the_clock
from local.bench.tables import Cell, Table
from tests.firm import Firm
from tests.harness import running

LINKED, FIRST = 2_400, 200
COUNTS = (1, 100, 1_000)
QUIET = 6
"""Runs after which each has had its turn of what is looked at in turns."""
ALSO = 4
"""Calls to HubSpot that only a first run makes: where the next one begins, and what may be the same."""
COLUMNS = ("case", "changed", "HubSpot", "at most", "falcana", "dynamodb", "kms", "sqs")


def section(_samples: int) -> Table:
    """The table of calls of automatic runs."""
    rows: list[list[Cell]] = []
    missed: list[str] = []
    with redirect_stdout(StringIO()), quiet():
        with running() as stack:
            firm = Firm(stack)
            firm.open()
            with quick_links(firm):
                _runs(firm, rows, missed)
        with running() as stack:
            firm = Firm(stack)
            firm.open()
            _fill(firm)
            name, most = f"first run, {FIRST} + {FIRST}", hubspot_most(2 * FIRST) + ALSO
            rows.append(row(name, 2 * FIRST, by_the_clock(firm), missed, most))
    return Table("Calls between falcana and HubSpot", COLUMNS, rows, missed=missed)


def _runs(firm: Firm, rows: list[list[Cell]], missed: list[str]) -> None:
    ids = linked(firm, LINKED)
    rows += [row(f"quiet, {number} of {QUIET}", 0, by_the_clock(firm), missed) for number in range(1, QUIET + 1)]
    for number, count in enumerate(COUNTS):
        sides = (("HubSpot", count, 0), ("falcana", 0, count), ("each", count, count))
        for side, there, here in sides:
            change(firm, ids, there, here, f"{number} {side}")
            rows.append(row(f"{count:,} changed in {side}", there + here, by_the_clock(firm), missed))
            after = by_the_clock(firm)  # HubSpot tells it what was written: that is looked at once more
            if here == COUNTS[-1]:
                rows.append(row(f"the run after {here:,} were written", here, after, missed))


def _fill(firm: Firm) -> None:
    """Half companies with a contact each in HubSpot, half addresses with a person each in falcana."""
    for number in range(FIRST // 2):
        company = firm.company(f"Mühle {number} GmbH", city="Ulm", domain=f"muehle-{number}.example")
        firm.contact(company, f"erika@muehle-{number}.example")
        firm.person(firm.address(f"Hafen {number} AG", city="Kiel"), "Hansen", email=f"h{number}@hafen.example")
        firm.wait(-3.9)


def row(name: str, changed: int, meter: Meter, missed: list[str], most: int | None = None) -> list[Cell]:
    """A line of the table; what is more than it may be goes into `missed`."""
    hubspot, falcana = meter.vendors["hubspot"], meter.vendors["falcana"]
    most = hubspot_most(changed) if most is None else most
    if hubspot > most:
        missed.append(f"{name}: {hubspot} calls to HubSpot, at most {most}")
    if not changed and hubspot + falcana > QUIET_MOST:
        missed.append(f"{name}: {hubspot + falcana} vendor calls, at most {QUIET_MOST}")
    return [name, changed, hubspot, most, falcana, *(meter.aws[one] for one in ("dynamodb", "kms", "sqs"))]
