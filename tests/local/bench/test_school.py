from collections import Counter
from typing import Any
from unittest import mock

from local.bench import school
from local.bench.__main__ import SECTIONS
from local.bench.calls import Counts
from tests.harness import Stack
from tests.school import HUBSPOT, School


def test_each_case_has_its_most_calls_and_its_own_events(stack: Stack) -> None:
    found = school.cases(School(stack))
    assert list(found) == list(school.MOST)
    assert [len(events) for events in found.values()] == [*[1] * (len(found) - 1), school.BURST]
    states = [event["data"]["user"]["updated_at"] for events in found.values() for event in events]
    told_again = {"the same event again", "purchase told again"}
    assert len(set(states)) == len(states) - len(told_again)


def test_what_is_more_than_it_may_be_is_missed() -> None:
    missed: list[str] = []
    worked, calls = Counts(0, Counter(dynamodb=37)), {"hubspot": 3, "mailchimp": 1, "slack": 0}
    line = school.row("new user", 1, (Counts(0, Counter(sqs=3)), worked, calls), missed)
    assert line[:5] == ["new user", 1, "3 / 2", "1 / 1", "0 / 0"]
    assert missed == [
        "new user: 3 calls to hubspot, at most 2",
        "new user: 12.33 DynamoDB calls per delivery, at most 12",
    ]


def test_a_list_is_sent_in_parts_and_all_its_lines_are_told_of(stack: Stack) -> None:
    desk = School(stack)
    desk.open(HUBSPOT)
    with mock.patch.object(school, "USERS", 6):
        taken: Any = school._mixed(desk)
    assert taken.outcome == Counter(created=2, updated=4)
    assert taken.calls == 3  # four are looked up by address, four changed, two made
    assert taken.seconds == 0


def test_both_tables_are_measured() -> None:
    assert {school.section, school.lists} <= set(SECTIONS)
