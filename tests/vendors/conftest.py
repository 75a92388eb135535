"""Every vendor on the bench, one after the other."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.vendors.bench import Bench, on_the_bench
from tests.vendors.cases import CASES


@pytest.fixture(params=[case for case in CASES if case.verbs], ids=lambda case: case.name)
def bench(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> Iterator[Bench]:
    """One vendor that we have a client for, on the bench."""
    with on_the_bench(request.param, monkeypatch, caplog, capfd) as fresh:
        yield fresh


@pytest.fixture(params=[case for case in CASES if case.endpoints], ids=lambda case: case.name)
def door(
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> Iterator[Bench]:
    """One vendor that connects by OAuth, on the bench."""
    with on_the_bench(request.param, monkeypatch, caplog, capfd) as fresh:
        yield fresh
