"""One local stack for all tests that need one: started once, stopped once, and gone afterwards."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.stack.children import answers
from tests.local.stack.running import PATIENCE, Aws, local_stack, said, until


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="session")
def stack(folder: Path) -> Iterator[dict[str, Any]]:
    ports = [f"--{name}-port=0" for name in ("front", "sandbox", "emulator")]
    with local_stack(folder, "up", *ports) as process:

        def started() -> dict[str, Any] | None:
            if process.poll() is not None:
                raise AssertionError(process.communicate()[0])
            file = folder / "stack.json"
            state: dict[str, Any] | None = json.loads(file.read_text(encoding="utf-8")) if file.exists() else None
            return state

        state = until(started)
        yield state
        assert said(folder, "down") == (0, "Stopped.\n")
        output, _ = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, output
    assert not (folder / "stack.json").exists()
    assert [part for part in ("url", "sandbox", "endpoint_url") if answers(state[part])] == []


@pytest.fixture(scope="session")
def aws(stack: dict[str, Any]) -> Aws:
    return Aws(stack["endpoint_url"], stack["region"])
