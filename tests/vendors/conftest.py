"""Every vendor on the bench, one after the other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.vendors.bench import Bench, on_the_bench
from tests.vendors.cases import CASES


@pytest.fixture(params=CASES, ids=lambda case: case.name)
def bench(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> Iterator[Bench]:
    """One vendor on the bench."""
    with on_the_bench(request.param, monkeypatch, caplog, capfd) as fresh:
        yield fresh
