import io
import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import pytest

from local.cli.context import Pause
from local.cli.main import main
from tests.local.cli.fake_stack import VENDORS, FakeStack

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
"""What the clock on the wall says."""


class Terminal(io.StringIO):
    """Standard input with a person in front of it."""

    def isatty(self) -> bool:
        return True


@dataclass(frozen=True)
class Result:
    code: int
    out: str
    err: str


class Run(Protocol):
    def __call__(self, *argv: str) -> Result: ...


@pytest.fixture(autouse=True)
def clean_surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Nobody's settings, a terminal that nobody sits at, and Tokyo's clock."""
    for name in list(os.environ):
        if name.startswith(("AWS_", "RENKEI_", "CALENDLY_", "LC_")) or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.setenv("TZ", "Asia/Tokyo")
    time.tzset()
    monkeypatch.chdir(tmp_path)
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def stack() -> Iterator[FakeStack]:
    stack = FakeStack()
    stack.on("GET", "/api/workspaces", (200, {"workspaces": ["demo"]}))
    stack.on("GET", "/api/vendors", (200, {"vendors": VENDORS}))
    yield stack
    stack.close()


@pytest.fixture
def run(stack: FakeStack, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Call the command line against the stack; waiting takes no time."""
    monkeypatch.setenv("RENKEI_URL", stack.url)
    clock = [0.0]

    def sleep(seconds: float) -> None:
        clock[0] += seconds

    def call(*argv: str) -> Result:
        capsys.readouterr()
        code = main(argv, Pause(sleep=sleep, now=lambda: clock[0], wall=lambda: NOW))
        captured = capsys.readouterr()
        return Result(code, captured.out, captured.err)

    return call
