from collections import Counter
from contextlib import redirect_stdout
from io import StringIO

import pytest

from local.bench import falcana, large
from local.bench.linked import Rows, linked, quick_links
from local.bench.meter import Meter, asked_for, by_the_clock
from local.bench.tables import Cell
from tests.firm import Firm
from tests.harness import Stack


@pytest.fixture
def firm(stack: Stack) -> Firm:
    one = Firm(stack)
    stack.begin("firm", one.open)
    return one


def test_linked_pairs_are_as_after_many_runs_and_changes_are_counted(firm: Firm) -> None:
    with quick_links(firm), redirect_stdout(StringIO()):
        ids = linked(firm, 20)
        assert {name: len(found) for name, found in ids.items()} == dict.fromkeys(ids, 10)
        before = firm.companies(), firm.contacts(), firm.addresses(), firm.persons()
        for _ in range(falcana.QUIET):
            quiet = by_the_clock(firm)
            assert 0 < quiet.vendors.total() <= large.QUIET_MOST
        whole = asked_for(firm, "import", memory=True)
        assert (firm.companies(), firm.contacts(), firm.addresses(), firm.persons()) == before
        assert (whole.workers, whole.peak > 0) == (1, True)
        seconds = whole.vendors.total() * 0.1 + whole.aws.total() * 0.005
        assert whole.seconds == pytest.approx(seconds, abs=0.2)
        large.change(firm, ids, 3, 2, "am Neckar")
        busy = by_the_clock(firm)
    assert 0 < busy.vendors["hubspot"] <= large.hubspot_most(5)
    cities = [one["city"] for one in firm.addresses().values()]
    assert (cities.count("Ulm am Neckar"), cities.count("Bonn am Neckar")) == (2, 1)
    assert [one["city"] for one in firm.companies().values()].count("Bonn am Neckar") == 1


@pytest.mark.parametrize(("changed", "most"), [(0, 8), (1, 11), (100, 11), (101, 14), (2_000, 68)])
def test_a_run_may_take_three_calls_for_a_hundred_changes_and_eight(changed: int, most: int) -> None:
    assert large.hubspot_most(changed) == most


@pytest.mark.parametrize(
    ("changed", "vendors", "missed"),
    [
        (0, {"hubspot": 5, "falcana": 3}, 0),
        (0, {"hubspot": 5, "falcana": 4}, 1),
        (1, {"hubspot": 11, "falcana": 90}, 0),
        (1, {"hubspot": 12}, 1),
    ],
)
def test_more_calls_than_the_bound_are_a_target_that_is_missed(
    changed: int, vendors: dict[str, int], missed: int
) -> None:
    told: list[str] = []
    meter = Meter(Counter(vendors), Counter(dynamodb=7), seconds=2, peak=1_500_000)
    falcana.row("case", changed, meter, told)
    assert len(told) == missed
    told.clear()
    line = large.row("case", 10_000, changed, large.hubspot_most(changed), meter, 0.5, told)
    assert (len(told), line[8:]) == (missed, [round(changed / 2) if changed else None, 0.5, 1.5])


def test_memory_that_grows_with_the_pairs_is_a_target_that_is_missed() -> None:
    small: list[list[Cell]] = [["a", 10_000, 2.0], ["b", 10_000, 2.0]]
    assert large.grown([*small, ["a", 100_000, 3.0], ["b", 100_000, 2.4]]) == []
    (told,) = large.grown([*small, ["a", 100_000, 3.1], ["b", 100_000, 2.4]])
    assert told.startswith("a: memory grew from 2.0 MB to 3.1 MB")


class Key(str):
    """A key as moto's, that bears its text in an attribute."""

    __slots__ = ()

    @property
    def value(self) -> str:
        return str(self)


def test_rows_of_a_partition_are_found_in_their_order() -> None:
    rows = Rows()
    for name in ("c", "a", "b", "d", "a"):
        rows[Key(name)] = name.upper()
    assert list(rows.between("a", "c", 9).values()) == ["A", "B", "C"]
    assert list(rows.between("b", "z", 2).values()) == ["B", "C"]
    assert (rows.pop(Key("b")), rows.pop(Key("x"), None)) == ("B", None)
    assert list(rows.between("a", "z", 9)) == ["a", "c", "d"]
