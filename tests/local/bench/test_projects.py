from collections import Counter

import pytest

from local.bench.calls import Counts
from local.bench.projects import LINKED, MOST, MOST_STORE, NIGHTS, _row
from local.bench.tables import Cell

NEW = "new deal, new company"


@pytest.mark.parametrize(
    ("vendor", "stored", "missed"),
    [(MOST[NEW], MOST_STORE[NEW], 0), (MOST[NEW] + 1, 1, 1), (1, MOST_STORE[NEW] + 1, 1), (99, 99, 2)],
)
def test_more_calls_than_the_bound_are_a_target_that_is_missed(vendor: int, stored: int, missed: int) -> None:
    told: list[str] = []
    received = Counts(0, Counter(), deliveries=1)
    row: list[Cell] = _row(NEW, MOST[NEW], received, Counts(vendor, Counter(dynamodb=stored)), told)
    assert (row[:4], len(told)) == ([NEW, 1, vendor, MOST[NEW]], missed)


def test_calls_to_the_store_are_for_each_delivery() -> None:
    told: list[str] = []
    received = Counts(0, Counter(dynamodb=6), deliveries=2)
    row = _row(NEW, MOST[NEW], received, Counts(2, Counter(dynamodb=MOST_STORE[NEW] * 2)), told)
    assert (row[4], row[7], told) == ("3.00", f"{MOST_STORE[NEW]:.2f}", [])


def test_a_night_may_take_one_call_for_a_hundred_links_and_ten() -> None:
    assert set(NIGHTS.values()) == {LINKED // 100 + 10}
