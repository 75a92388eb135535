"""What most tests of this integration begin with."""

from __future__ import annotations

import pytest

from tests.harness import Stack
from tests.office import Office


@pytest.fixture
def office(stack: Stack) -> Office:
    firm = Office(stack)
    stack.begin("office", firm.open)
    return firm
