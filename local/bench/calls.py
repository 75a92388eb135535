"""What a delivery costs, in calls: to the vendor, and to DynamoDB, KMS and SQS. Counted, not timed."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from typing import Any

from local.bench.tables import Cell, Table
from renkei import aws
from tests.harness import QUEUES, TOKEN, Stack, booking, running

SERVICES = ("dynamodb", "kms", "sqs")
FIRMS, BACKLOG = 60, 100
MOST = {"new firm": 3, "contact only": 1, "known firm": 2, "backlog": 8}
"""Vendor calls at most, for the whole case."""
MOST_STORE = {"new firm": 13, "contact only": 8, "known firm": 9, "backlog": 4.5}
"""DynamoDB calls at most, for each delivery: the rate budget may take two of a single booking's."""
MOST_LEADS = {
    "new lead": 2,
    "new lead, booking id": 1,
    "known lead, update": 2,
    "new lead, booking id, event": 3,
    "backlog": 4,
    "backlog, booking id, event": 4,
}
MOST_LEADS_STORE = {
    "new lead": 12,
    "new lead, booking id": 12,
    "known lead, update": 12,
    "new lead, booking id, event": 14,
    "backlog": 5.5,
    "backlog, booking id, event": 6.5,
}
"""Of these, two or three notes a lead: without the booking's id also which lead is which booking's of a guest."""
_ROWS = [
    {"property": "LastName", "from": "guest_last_name"},
    {"property": "Company", "from": "company_name"},
    {"property": "Email", "from": "guest_email", "policy": "fill"},
    {"property": "Title", "text": "Guest", "policy": "overwrite"},
]


@dataclass
class Counts:
    """Calls of one case, by where they went."""

    vendor: int
    aws: Counter[str]
    deliveries: int = 0


def section(_samples: int) -> Table:
    """The table of calls: each case warm, that is with token and data keys at hand."""
    rows: list[list[Cell]] = []
    missed = []
    with running() as stack, redirect_stdout(StringIO()), quiet():
        stack.set_up()
        _both(stack, [booking(1, company_name="株式会社最初", guest_email="a@first.example")])  # warms up
        cases = {
            "new firm": [booking(2)],
            "known firm": [booking(3, guest_email="second@aozora-shoji.example.jp")],
            "contact only": [booking(4, company_name="", guest_email="someone@gmail.com")],
            "backlog": [
                booking(
                    100 + n, company_name=f"株式会社製作所{n % FIRMS}", guest_email=f"g{n}@firm{n % FIRMS}.example.jp"
                )
                for n in range(BACKLOG)
            ],
        }
        for name, bookings in cases.items():
            received, worked = _both(stack, bookings)
            if worked.vendor > MOST[name]:
                missed.append(f"{name}: {worked.vendor} vendor calls, at most {MOST[name]}")
            if (stored := worked.aws["dynamodb"] / len(bookings)) > MOST_STORE[name]:
                missed.append(f"{name}: {stored:.2f} DynamoDB calls per delivery, at most {MOST_STORE[name]}")
            rows.append([name, len(bookings), worked.vendor, MOST[name], *each(received, worked, len(bookings))])
            stack.clock.sleep(60)
    return Table("Calls into HubSpot", headers(), rows, missed=missed)


def leads(_samples: int) -> Table:
    """The table of calls of bookings that become leads, each case warm."""
    rows: list[list[Cell]] = []
    missed = []
    with running() as stack, redirect_stdout(StringIO()), quiet():
        stack.salesforce.configure({"booking_id_field": True})
        stack.consented("salesforce", {})
        stack.api("POST", f"/api/workspaces/{stack.workspace}/connections/timerex", {"token": TOKEN})
        for number, name in enumerate(MOST_LEADS):
            settings: dict[str, Any] = {"calendars": [{"lead": _ROWS}], "event": "event" in name}
            settings |= {"booking_id_field": "Renkei_Booking_Id__c"} if "booking id" in name else {}
            settings |= {"match": "update"} if "update" in name else {}
            stack.apply(integrations={"booking_to_salesforce": settings})
            _both(stack, [booking(1000 * number, guest_email="known@example.jp")])  # warms up
            count = BACKLOG if "backlog" in name else 1
            mails = [f"g{number}-{n}@example.jp" if "known" not in name else "known@example.jp" for n in range(count)]
            bookings = [booking(1000 * number + 1 + n, guest_email=mail) for n, mail in enumerate(mails)]
            received, worked = _both(stack, bookings)
            if worked.vendor > MOST_LEADS[name]:
                missed.append(f"{name}: {worked.vendor} vendor calls, at most {MOST_LEADS[name]}")
            if (stored := worked.aws["dynamodb"] / count) > MOST_LEADS_STORE[name]:
                missed.append(f"{name}: {stored:.2f} DynamoDB calls per delivery, at most {MOST_LEADS_STORE[name]}")
            rows.append([name, count, worked.vendor, MOST_LEADS[name], *each(received, worked, count)])
            stack.clock.sleep(60)
    return Table("Calls into Salesforce", headers(), rows, missed=missed)


def headers(what: str = "bookings") -> list[str]:
    """The columns of a table of calls."""
    first = ["case", what, "vendor calls", "at most"]
    return first + [f"{service} / {when}" for when in ("webhook", "delivery") for service in SERVICES]


def each(received: Counts, worked: Counts, bookings: int) -> list[str]:
    """The AWS calls of each, of receiving and of working."""
    return [f"{counts.aws[service] / bookings:.2f}" for counts in (received, worked) for service in SERVICES]


def _both(stack: Stack, bookings: list[dict[str, Any]]) -> tuple[Counts, Counts]:
    """The calls of receiving bookings, and of one worker run over them."""
    with counted(stack) as received:
        for payload in bookings:
            status, told = stack.post(payload)
            if status != 200:  # noqa: PLR2004
                raise RuntimeError(f"not received: {told}")
    bells = [bell for key in QUEUES for bell in stack.bells(key)]
    with counted(stack) as worked:
        stack.answer(bells)
    return received, worked


@contextmanager
def counted(stack: Stack) -> Iterator[Counts]:
    """The calls that are made inside."""
    counts = Counts(0, Counter())
    before = _asked(stack)
    handlers = {}
    for service in SERVICES:

        def count(service: str = service, **_: object) -> None:
            counts.aws[service] += 1

        handlers[service] = count
        aws.client(service).meta.events.register("before-call", count)
    try:
        yield counts
    finally:
        for service, handler in handlers.items():
            aws.client(service).meta.events.unregister("before-call", handler)
        counts.vendor = _asked(stack) - before


def _asked(stack: Stack) -> int:
    return sum(len(vendor.calls) for vendor in (stack.hubspot, stack.salesforce, stack.board))


@contextmanager
def quiet() -> Iterator[None]:
    """Nobody hears the log inside."""
    logging.disable(logging.CRITICAL)
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)
