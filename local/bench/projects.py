"""What deals that become projects cost, in calls: one at a time, and a night over very many."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import redirect_stdout
from io import StringIO

from local.bench.calls import Counts, counted, each, headers, quiet
from local.bench.tables import Cell, Table
from tests.functions.hubspot_to_board.masses import many
from tests.harness import running
from tests.office import KEY, Office

LINKED, CHANGED = 10_000, 50
MOST = {"new deal, new company": 8, "new deal, known company": 6, "stage change": 3, "night, 3 new deals": 12}
NIGHTS = {"night, 50 changed": LINKED // 100 + 10, "night, 50 won and billed": LINKED // 100 + 10}
"""Vendor calls at most, for the whole case."""
MOST_STORE = {"new deal, new company": 30, "new deal, known company": 25, "stage change": 15}
"""DynamoDB calls at most, for each delivery. What a night takes is for all its pairs, and not bounded here."""


def section(_samples: int) -> Table:
    """The table of calls of deals, each case warm."""
    rows: list[list[Cell]] = []
    missed: list[str] = []
    with running() as stack, redirect_stdout(StringIO()), quiet():
        office = Office(stack)
        pairs = many(office, LINKED)[:: LINKED // CHANGED]
        office.linked("見積中(中)", name="株式会社最初")  # warms up
        company = office.company(name="株式会社二番")
        deals = [office.deal(company), office.deal(company)]
        office.tell()
        steps: dict[str, Callable[[], object]] = {
            "new deal, new company": lambda: office.move(deals[0], "見積中(中)"),
            "new deal, known company": lambda: office.move(deals[1], "見積中(中)"),
            "stage change": lambda: office.move(deals[0], "受注確定"),
        }
        for name, step in steps.items():
            office.wait(60)
            step()
            rows.append(_row(name, MOST[name], *_both(office), missed))
            stack.hubspot.take_events()
        changes: dict[str, Callable[[int], object]] = {
            "night, 3 new deals": lambda _: None,
            "night, 50 changed": lambda project: _change(office, project, order_status=9, total="1000"),
            "night, 50 won and billed": lambda project: _bill(office, project),
        }
        for name, change in changes.items():
            office.wait(3600)
            for _, project in pairs:
                change(project)
            rows.append(_row(name, (MOST | NIGHTS)[name], *_night(office), missed))
            stack.hubspot.take_events()
    return Table("Calls between HubSpot and board", headers("deliveries"), rows, missed=missed)


def _row(name: str, most: int, received: Counts, worked: Counts, missed: list[str]) -> list[Cell]:
    if worked.vendor > most:
        missed.append(f"{name}: {worked.vendor} vendor calls, at most {most}")
    deliveries = max(received.deliveries, 1)
    stored = worked.aws["dynamodb"] / deliveries
    if name in MOST_STORE and stored > MOST_STORE[name]:
        missed.append(f"{name}: {stored:.2f} DynamoDB calls per delivery, at most {MOST_STORE[name]}")
    return [name, deliveries, worked.vendor, most, *each(received, worked, deliveries)]


def _both(office: Office) -> tuple[Counts, Counts]:
    """The calls of hearing of what happened, and of what follows."""
    before = len(office.stack.ids())
    with counted(office.stack) as received:
        office.stack.hear()
    received.deliveries = len(office.stack.ids()) - before
    bells = office.stack.bells(KEY)
    with counted(office.stack) as worked:
        office.stack.answer(bells)
    return received, worked


def _night(office: Office) -> tuple[Counts, Counts]:
    """The calls of the dispatcher, and of the run."""
    office.wait(24 * 3600)
    with counted(office.stack) as put:
        office.stack.dispatch(KEY, "sync")
    put.deliveries = 1
    bells = office.stack.bells(KEY)
    with counted(office.stack) as worked:
        office.stack.answer(bells)
    waiting = [one for one in office.stack.deliveries() if one["state"] not in ("delivered", "skipped")]
    if waiting:
        raise RuntimeError(f"not done: {waiting[0]}")
    return put, worked


def _change(office: Office, project: int, **values: object) -> None:
    office.board.change("projects", project, values)


def _bill(office: Office, project: int) -> None:
    """Win a project, and give its invoice out."""
    _change(office, project, order_status=5)
    (held,) = (one for one in office.board.accounts.values() if project in one.records["projects"])
    office.board.bill(held.records["projects"][project]["invoice_ids"][0], 2)
