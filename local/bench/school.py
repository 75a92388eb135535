"""What a school's people and purchases cost, in calls: event by event, and a list of ten thousand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import redirect_stdout
from io import StringIO
from itertools import count
from math import gcd
from random import Random
from typing import Any

from local.bench.calls import SERVICES, Counts, counted, quiet
from local.bench.tables import Cell, Table
from local.cli.lms_file import Line
from local.cli.lms_parts import Sent, Whole, body_of, cut, name_of
from local.sandbox.mailchimp import DEMO
from tests.harness import PORTAL, QUEUES, running
from tests.school import HUBSPOT, MAILCHIMP, SLACK, School

BURST = 100
USERS = 10_000
NEW_PEOPLE, CHANGED, MEMBERS = 9_800, 100, 100
"""Of a list for Mailchimp: never heard of, known and changed, in the audience already."""
MOST: dict[str, tuple[int, int, int]] = {
    "new user": (2, 1, 0),
    "the same event again": (0, 0, 0),
    "user changed": (1, 1, 0),
    "mail address changed": (1, 1, 0),
    "purchase, new course": (5, 1, 1),
    "purchase, known course": (3, 1, 1),
    "purchase told again": (1, 0, 0),  # by now an older state: HubSpot is asked whose its address is
    "course given": (3, 1, 0),
    "membership cancelled": (1, 1, 1),
    "user deleted": (1, 2, 0),
    f"{BURST} purchases at once": (3, 1, 1),
}
"""Calls at most: to HubSpot, Mailchimp and Slack."""
MOST_STORE = 12
"""DynamoDB calls at most, for each delivery of a single event."""
VENDORS = ("hubspot", "mailchimp", "slack")
LISTS = {"HubSpot": USERS // 100 * 2 * 105 // 100, "Mailchimp": USERS // 500 + CHANGED + MEMBERS}
"""Calls at most, for a list of ten thousand."""
_GOOD = {"created", "updated", "unchanged"}
_AS_OF = "2026-11-22T09:00:00+09:00"
_BELLS = 1_000


def section(_samples: int) -> Table:
    """The table of calls of a school's events, each case warm: for one event, which is three deliveries."""
    rows: list[list[Cell]] = []
    missed: list[str] = []
    with running() as stack, redirect_stdout(StringIO()), quiet():
        school = School(stack)
        school.open(HUBSPOT, MAILCHIMP, SLACK)
        school.send(school.bought(person(0), "o-0", id="100"))  # warms up
        for name, events in cases(school).items():
            stack.clock.sleep(60)
            rows.append(row(name, len(events), both(school, events), missed))
    columns = ("case", "events", *(f"{vendor} / at most" for vendor in ("HubSpot", "Mailchimp", "Slack")))
    each = [f"{service} / {when}" for when in ("event", "delivery") for service in SERVICES]
    return Table("Calls of a school's events", (*columns, *each), rows, missed=missed)


def cases(school: School) -> dict[str, list[dict[str, Any]]]:
    """The events of each case, in the order in which they happen."""
    moved = {**person(1), "email": "elsewhere@example.co.jp"}
    found = {
        "new user": [new := school.event("user.created", person(1))],
        "the same event again": [new | {"id": "evt_again"}],
        "user changed": [school.event("user.updated", {**person(1), "nickname": "花"})],
        "mail address changed": [school.event("user.updated", moved, previous={"email": person(1)["email"]})],
        "purchase, new course": [first := school.bought(moved, "o-1")],
        "purchase, known course": [school.bought({**moved, "groups": []}, "o-2")],
        "purchase told again": [first | {"id": "evt_repeated"}],
        "course given": [school.granted({**moved, "groups": ["2027"]})],
        "membership cancelled": [school.cancelled({**moved, "account_type": "free again"})],
        "user deleted": [school.event("user.deleted", moved)],
    }
    return found | {f"{BURST} purchases at once": [school.bought(person(0), f"burst-{n}") for n in range(BURST)]}


def person(number: int) -> dict[str, Any]:
    """A user's id and address."""
    return {"id": f"u-{number}", "username": f"user{number}", "email": f"user{number}@example.co.jp"}


def both(school: School, events: Iterable[dict[str, Any]]) -> tuple[Counts, Counts, dict[str, int]]:
    """The AWS calls of receiving events and of working them off, and by vendor what it was asked."""
    stack = school.stack
    school.forget_calls()
    with counted(stack) as received:
        for event in events:
            status, told = stack.lms(event)
            if status != 200:  # noqa: PLR2004
                raise RuntimeError(f"not received: {told}")
    bells = [bell for key in QUEUES for bell in stack.bells(key)]
    with counted(stack) as worked:
        stack.answer(bells)
    if waiting := [one for one in stack.deliveries() if one["state"] not in ("delivered", "skipped")]:
        raise RuntimeError(f"not done: {waiting[0]}")
    return received, worked, {name: len(getattr(stack, name).calls) for name in VENDORS}


def row(name: str, events: int, measured: tuple[Counts, Counts, dict[str, int]], missed: list[str]) -> list[Cell]:
    """A line of the table; what is more than it may be goes into `missed`."""
    received, worked, calls = measured
    asked: list[Cell] = []
    for vendor, most in zip(VENDORS, MOST[name], strict=True):
        asked.append(f"{calls[vendor]} / {most}")
        if calls[vendor] > most:
            missed.append(f"{name}: {calls[vendor]} calls to {vendor}, at most {most}")
    deliveries = len(VENDORS) * events
    if (stored := worked.aws["dynamodb"] / deliveries) > MOST_STORE:
        missed.append(f"{name}: {stored:.2f} DynamoDB calls per delivery, at most {MOST_STORE}")
    per_event = [f"{received.aws[service] / events:.2f}" for service in SERVICES]
    return [name, events, *asked, *per_event, *(f"{worked.aws[one] / deliveries:.2f}" for one in SERVICES)]


def lists(_samples: int) -> Table:
    """The table of calls of a list of ten thousand users, in any mix."""
    rows: list[list[Cell]] = []
    missed: list[str] = []
    mixed = f"{USERS:,}: a third new, known, there"
    for target, name, case in (
        ("HubSpot", f"{USERS:,} new", _new),
        ("HubSpot", mixed, _mixed),
        ("HubSpot", f"{mixed}; long lines", _mixed_long),
        ("Mailchimp", f"{NEW_PEOPLE:,} new, {CHANGED} changed, {MEMBERS} there", _audience),
    ):
        with running() as stack, redirect_stdout(StringIO()), quiet():
            meter = case(School(stack))
        found = dict(meter.outcome)
        told = ", ".join(f"{count} {word}" for word, count in sorted(found.items()))
        rows.append([name, target, meter.calls, LISTS[target], meter.store, f"{meter.seconds:.0f}", told])
        if meter.calls > LISTS[target]:
            missed.append(f"{name}: {meter.calls} calls to {target}, at most {LISTS[target]}")
        if found.keys() - _GOOD or sum(found.values()) != USERS:
            missed.append(f"{name}: {told}, and not {USERS:,} that are through")
    columns = ("list", "target", "calls", "at most", "DynamoDB", "seconds", "told")
    return Table("A list of a school's users", columns, rows, missed=missed)


class Taken:
    """What taking a list in cost: calls, DynamoDB calls, seconds by the stack's clock; and what was told of it."""

    def __init__(self) -> None:
        self.calls, self.store, self.seconds = 0, 0, 0.0
        self.outcome: Counter[str] = Counter()


def _new(school: School) -> Taken:
    school.open(HUBSPOT)
    return imported(school, HUBSPOT, people(0, USERS))


def _mixed_long(school: School) -> Taken:
    return _mixed(school, lengthened)


def lengthened(number: int) -> dict[str, Any]:
    """What a line of a large school holds besides: some 1,000 bytes, and no two alike, since parts are packed."""
    dice = Random(number)  # noqa: S311 - not for secrets
    return {
        "course_ids": [str(course) for course in dice.sample(range(1000, 2000), 30)],
        "completed_lecture_ids": [str(lecture) for lecture in dice.sample(range(50_000, 90_000), 60)],
        "groups": [f"{dice.choice('春夏秋冬')}の新入社員", "営業部"],
        "custom_forms": {"1": "青空商事株式会社", "2": "営業企画", "3": "知人の紹介"},
    }


def _mixed(school: School, more: Callable[[int], dict[str, Any]] = lambda _: {}) -> Taken:
    school.open(HUBSPOT)
    third = USERS // 3
    imported(school, HUBSPOT, people(0, third))
    for user in people(third, 2 * third):
        school.hubspot.seed(PORTAL, "contacts", {"email": user["email"], "firstname": "there"})
    changed = [user | {"nickname": "花"} | more(number) for number, user in enumerate(people(0, USERS))]
    step = next(step for step in count(USERS // 3) if gcd(step, USERS) == 1)  # from third to third, and nobody twice
    mixed = [changed[number * step % USERS] for number in range(USERS)]
    return imported(school, HUBSPOT, mixed, as_of="2026-11-22T10:00:00+09:00")


def _audience(school: School) -> Taken:
    school.open(MAILCHIMP)
    imported(school, MAILCHIMP, people(0, CHANGED))
    for user in people(CHANGED, CHANGED + MEMBERS):
        school.mailchimp.seed(DEMO.api_key, DEMO.audience, user["email"])
    changed = [user | {"nickname": "花"} for user in people(0, CHANGED)]
    return imported(school, MAILCHIMP, changed + people(CHANGED, USERS), as_of="2026-11-22T10:00:00+09:00")


def people(first: int, end: int) -> list[dict[str, Any]]:
    """Users of a list."""
    return [person(number) | {"nickname": f"名{number}", "course_ids": ["101"]} for number in range(first, end)]


def imported(school: School, key: str, users: list[dict[str, Any]], as_of: str = _AS_OF) -> Taken:
    """Send a list part by part as the command line does, and work it off."""
    stack, taken = school.stack, Taken()
    lines = [Line(number, user) for number, user in enumerate(users, 2)]
    whole, target = Whole("demo", as_of, lines), "hubspot" if key == HUBSPOT else "mailchimp"
    most = school.tool(key, "size")[1]["rows"]
    sent = Sent(target, most, cut(whole, most), name_of(whole, target, most, 0))
    began = stack.clock()
    school.forget_calls()
    with counted(stack) as counts:
        bodies = (body_of(whole, sent, number, dry_run=False) for number in range(1, len(sent.parts) + 1))
        told = [school.tool(key, "part", dict(body)) for body in bodies]
        if refused := [answer for status, answer in told if status != 200]:  # noqa: PLR2004
            raise RuntimeError(f"not taken: {refused[0]}")
        for _ in range(_BELLS):
            if bells := stack.bells(key):
                stack.answer(bells)
            elif all(one["state"] != "pending" for one in stack.deliveries()):
                break
            else:
                stack.clock.sleep(60)
                stack.sweep()
    taken.calls = len(getattr(stack, target).calls)
    taken.store, taken.seconds = counts.aws["dynamodb"], (stack.clock() - began).total_seconds()
    parts = {answer["delivery"] for _, answer in told}
    for delivery in stack.deliveries():
        if delivery["id"] in parts:
            outcome = delivery["outcome"]
            taken.outcome.update({word: int(count) for word, count in outcome.items() if word != "rows"})
    return taken
