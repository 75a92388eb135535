import json

import pytest

from local.bench.cold import EMPTY, RECEIVER, USUAL, busy, compared
from local.bench.tables import Table


def test_a_table_is_aligned_also_with_wide_letters() -> None:
    table = Table("題", ("what", "n"), [("全角", 1), ("ab", 0.5), ("c", None)], notes=["said"])
    assert table.text().splitlines() == [
        "題",
        "",
        "what     n",
        "----  ----",
        "全角     1",
        "ab    0.50",
        "c        -",
        "",
        "said",
    ]


def test_a_table_is_plain_data_too() -> None:
    table = Table("t", ("what", "n"), [("a", 1)])
    assert json.loads(json.dumps(table.json())) == {
        "title": "t",
        "columns": ["what", "n"],
        "rows": [{"what": "a", "n": 1}],
        "notes": [],
        "missed": [],
    }


@pytest.mark.parametrize(("receiver", "missed"), [(60.0, 0), (61.0, 1)])
def test_the_receiver_has_a_target_against_the_usual_handler(receiver: float, missed: int) -> None:
    table = compared({EMPTY: [10.0], USUAL: [90.0, 100.0, 200.0], RECEIVER: [receiver]})
    assert len(table.missed) == missed
    assert any(note.startswith("Met:") for note in table.notes) == (not missed)
    assert table.rows[1] == (USUAL, 100, 90, 200, 1.0)
    assert table.rows[2][4] == receiver / 100


def test_a_busy_machine_is_told() -> None:
    assert not busy(1.9, 2)
    assert "load 2.5 on 2" in busy(2.5, 2)[0]
