"""What most tests of this integration begin with."""

from __future__ import annotations

import pytest

from tests.firm import Firm
from tests.harness import Stack


@pytest.fixture
def firm(stack: Stack) -> Firm:
    """A firm with both directions on, in which nothing was ever transferred."""
    one = Firm(stack)
    stack.begin("firm", one.open)
    return one
