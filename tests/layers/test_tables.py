"""Many rows at once: written, deleted and read page by page, also by a DynamoDB that is busy."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest import mock

import pytest
from botocore.exceptions import ClientError

from renkei import aws, checkpoints, links
from renkei.dynamo import Table
from tests.harness import Stack

HERE = "demo#falcana#k1.111111"
TABLE = Table("links")


def _row(number: int) -> dict[str, Any]:
    return {"scope": HERE, "link": f"address#{number:03d}", "with": str(number)}


@pytest.fixture
def busy(stack: Stack) -> Iterator[list[int]]:
    """DynamoDB leaves undone what is beyond these numbers of rows, one for each call; then it does all."""
    takes: list[int] = []
    real = aws.client("dynamodb").batch_write_item

    def write(RequestItems: dict[str, list[Any]]) -> Any:  # noqa: N803 - botocore's
        ((table, asked),) = RequestItems.items()
        taken = takes.pop(0) if takes else len(asked)
        if taken:
            real(RequestItems={table: asked[:taken]})
        return {"UnprocessedItems": {table: asked[taken:]} if asked[taken:] else {}}

    with mock.patch.object(aws.client("dynamodb"), "batch_write_item", write):
        yield takes


@pytest.mark.parametrize("count", [0, 1, 25, 26, 101])
def test_many_are_written_and_deleted(stack: Stack, count: int) -> None:
    """Whatever was there before is replaced; what was not there is no error."""
    links.replace(HERE, "address#000", {"old": "x"})
    links.put_many(HERE, {f"address#{number:03d}": {"with": str(number)} for number in range(count)})
    assert [row for row in links.rows(HERE, "address#") if "with" in row] == [_row(number) for number in range(count)]
    links.forget_many(HERE, [*(f"address#{number:03d}" for number in range(1, count)), "person#1", "person#1"])
    assert [row["link"] for row in links.rows(HERE, "address#")] == ["address#000"]


@pytest.mark.parametrize("takes", [[0], [3, 0, 5], [24, 1], [0] * 7])
def test_what_is_left_undone_is_done(busy: list[int], takes: list[int]) -> None:
    """After short pauses, in which nobody is called."""
    busy += takes
    pauses: list[float] = []
    TABLE.put_many([_row(number) for number in range(60)], sleep=pauses.append)
    assert list(links.rows(HERE, "address#")) == [_row(number) for number in range(60)]
    assert len(pauses) == len(takes)
    assert sum(pauses) < 10


def test_one_that_stays_busy_is_told(busy: list[int]) -> None:
    """As AWS tells of a table that is throttled, so that the caller's delivery stays due."""
    busy += [0] * 8
    with pytest.raises(ClientError, match="ProvisionedThroughputExceeded"):
        TABLE.delete_many([{"scope": HERE, "link": "address#1"}], sleep=lambda _: None)


@pytest.mark.parametrize(("count", "limit"), [(0, 3), (2, 3), (3, 3), (4, 3), (7, 3), (7, 1)])
def test_pages(stack: Stack, count: int, limit: int) -> None:
    """Every link once, in order, whoever stands beside them; none is asked for after the last."""
    links.put_many(HERE, {f"address#{number}": {} for number in range(count)} | {"address": {}, "addressé#1": {}})
    links.put_many(HERE, {"person#1": {}, "address_other#1": {}})
    pages, after = [], ""
    while True:
        rows, after = links.page(HERE, "address#", after, limit)
        pages.append([row["link"] for row in rows])
        if not after:
            break
    assert [link for page in pages for link in page] == [f"address#{number}" for number in range(count)]
    assert len(pages) == max(1, -(-count // limit))


def test_a_page_goes_on_where_a_link_was_dropped(stack: Stack) -> None:
    """Also if what comes after it was dropped or added meanwhile."""
    links.put_many(HERE, {f"waits#{number}": {} for number in range(6)})
    rows, after = links.page(HERE, "waits#", limit=2)
    links.forget_many(HERE, [row["link"] for row in rows] + ["waits#3"])
    links.replace(HERE, "waits#11", {})
    rows, after = links.page(HERE, "waits#", after, 2)
    assert [row["link"] for row in rows] == ["waits#11", "waits#2"]
    rows, after = links.page(HERE, "waits#", after, 2)
    assert [row["link"] for row in rows] == ["waits#4", "waits#5"]
    assert after == ""


def test_a_checkpoint_is_dropped(stack: Stack) -> None:
    """Its neighbours stay; one that was never saved is no error."""
    for name in ("run", "run2"):
        checkpoints.save("demo", "falcana_hubspot", name, {"cursor": "7"})
    checkpoints.drop("demo", "falcana_hubspot", "run")
    checkpoints.drop("demo", "falcana_hubspot", "run")
    assert checkpoints.load("demo", "falcana_hubspot", "run") == {}
    assert checkpoints.load("demo", "falcana_hubspot", "run2") == {"cursor": "7"}
