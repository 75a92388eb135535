"""How many calls a list costs, counted on the plan itself with a portal of dictionaries. Pure, but for its size."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import count
from math import ceil

import pytest

from lms_to_hubspot import Settings
from lms_to_hubspot.known import Known, Recall, Rules, Step
from lms_to_hubspot.plan import plan, remembered, verdict
from renkei.actions import Create, Read, Record, Result, Update
from renkei.errors import NotFound
from renkei.integration import Done
from renkei.lms_list import part_of
from renkei.lms_users import Standing, tasks_of, user_link, wishes
from renkei.vendors.hubspot_shapes import LMS_PURCHASE

AS_OF = "2026-11-22T00:00:00Z"
NOW = datetime(2026, 11, 24, tzinfo=UTC)
RULES = Rules(Settings(), {}, LMS_PURCHASE)
ROWS, AT_ONCE = 1000, 100
"""Lines in a part of a list, each of which is worked off by itself: ten of them are ten thousand users."""


class Portal:
    """Contacts by address, what we remember, and the calls that were made."""

    def __init__(self) -> None:
        self.contacts: dict[str, str] = {}
        self.rows: dict[str, dict[str, str]] = {}
        self.calls = 0
        self.ids = (str(number) for number in count(1))

    def do(self, step: Step) -> Result:
        """Answer as HubSpot does: in hundreds; what is not found is only missing."""
        match step:
            case Read(object="contacts", by="email", keys=keys):
                self.calls += ceil(len(keys) / AT_ONCE)
                there = {key: Record(self.contacts[key], {}) for key in keys if key in self.contacts}
                return Result(there, {key: NotFound("none") for key in keys if key not in there})
            case Create(object="contacts", by="email", items=items):
                made = {item.key: next(self.ids) for item in items if item.key not in self.contacts}
                self.contacts |= made
            case Update(object="contacts", items=items):
                made = {item.key: item.key for item in items}
            case _:
                raise AssertionError(step)
        assert len(items) <= AT_ONCE
        assert len(made) == len(items)
        self.calls += 1
        return Result({key: Record(id_, {}) for key, id_ in made.items()})

    def take(self, numbers: Sequence[int], as_of: str = AS_OF) -> int:
        """Work a part of a list off; gives how many lines got through."""
        rows = [{"number": one, "user": {"id": f"u{one}", "email": f"u{one}@x.example"}} for one in numbers]
        part = part_of({"school_id": "demo", "as_of": as_of, "rows": rows}, NOW)
        tasks = tasks_of(part, lambda purpose, text: f"{purpose}{text}")
        known = Known({user_link(task.key): self.rows.get(user_link(task.key), {}) for task in tasks})
        wanted = wishes(tasks, lambda key: Standing.of(known.rows[user_link(key)]))
        while asked := plan(wanted, (), known, RULES):
            for step in asked:
                if isinstance(step, Recall):
                    known.rows |= {link: self.rows.get(link, {}) for link in step.links}
                else:
                    known.absorb(step, self.do(step))
        self.rows |= remembered(wanted, known, RULES)
        return sum(isinstance(verdict(task, wanted[task.key], None, known), Done) for task in tasks)


@pytest.mark.parametrize(
    ("known", "there"),
    [
        ((), ()),
        (range(ROWS), ()),
        ((), range(ROWS)),
        ((), range(0, ROWS, 2)),
        (range(0, ROWS, 3), range(1, ROWS, 3)),
        ([5], [7]),
        (range(0, ROWS, 90), range(0, ROWS, 7)),
        (range(432), range(400, 876)),
    ],
    ids=["new", "known", "by address", "halves", "thirds", "one of each", "some", "blocks"],
)
def test_ten_thousand_users_cost_210_calls_at_most(known: Sequence[int], there: Sequence[int]) -> None:
    portal = Portal()
    assert portal.take(known, "2026-11-21T00:00:00Z") == len(known)
    for number in there:
        portal.contacts.setdefault(f"u{number}@x.example", next(portal.ids))
    portal.calls = 0
    assert portal.take(range(ROWS)) == ROWS
    assert len(portal.contacts) == len(set(portal.contacts.values())) == ROWS
    assert portal.calls <= 210 / 10
    assert {row["record"] for row in portal.rows.values() if "record" in row} == set(portal.contacts.values())


def test_a_list_of_what_is_older_costs_no_more() -> None:
    portal = Portal()
    assert portal.take(range(ROWS), "2026-11-23T00:00:00Z") == ROWS
    portal.calls = 0
    assert portal.take(range(ROWS)) == 0
    assert portal.calls <= 210 / 10
