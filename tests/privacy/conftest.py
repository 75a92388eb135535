"""Open ears for every test here."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.harness import ADMIN, SETTINGS, Stack
from tests.privacy.ears import Ears, listening
from tests.privacy.guest import GUEST


@pytest.fixture
def ears(stack: Stack, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> Iterator[Ears]:
    """Ears that are open from the first connection on; at the end they must have heard a lot, and no secret."""
    with listening(stack, caplog, capfd) as open_ears:
        open_ears.secrets |= {*GUEST, ADMIN}
        open_ears.expected |= {
            ("log", '"connected"'),
            ("table workspaces", "従業員数"),
            ("table connections", "scopes"),
        }
        stack.set_up({**SETTINGS, "meeting": True})
        yield open_ears
        open_ears.hear("ledger", json.dumps(stack.deliveries(), ensure_ascii=False))
        open_ears.hear("api", repr(stack.api("GET", "/api/workspaces/demo/connections")))
    assert open_ears.leaks() == []
    assert open_ears.missed() == []
