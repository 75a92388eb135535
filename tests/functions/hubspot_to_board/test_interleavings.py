"""From any interleaving of changes on both sides, webhooks lost, doubled or late, both sides come to agree.

RENKEI_EXAMPLES sets for how many lives (then they differ from run to run, unless RENKEI_SEED is given).
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.crash.world import keep
from tests.functions.hubspot_to_board.agreeing import TWO_PIPELINES
from tests.functions.hubspot_to_board.living import NAMES, Life
from tests.harness import Stack
from tests.office import Office

LONG_RUN = int(os.environ.get("RENKEI_EXAMPLES", "0"))
SEED = os.environ.get("RENKEI_SEED")


def lives(examples: int) -> settings:
    """How many lives, of which length."""
    return settings(
        max_examples=examples,
        stateful_step_count=20 if LONG_RUN else 12,
        deadline=None,
        database=None,
        derandomize=not LONG_RUN,
        print_blob=False,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )


@pytest.fixture
def life(stack: Stack) -> type[Life]:
    """Lives that all start on the same stack: both connected, one pair linked a night ago."""
    office = Office(stack)
    dates = [{"property": "closedate"}, {"property": "closedate", "month_end": True}]
    timing = {"invoice_timing": "分割請求", "invoice_date": None, "invoice_dates": dates}
    office.open(pipelines=TWO_PIPELINES, **timing)
    companies = [office.company(name=name) for name in NAMES]
    office.deal(companies[0], status="受注確定")
    office.deal()
    office.tell()
    office.night()
    office.tell()
    worlds = {"all": keep(stack)}
    for invoices in ("first", "last"):
        office.apply(pipelines=TWO_PIPELINES, invoices=invoices, **timing)
        worlds[invoices] = keep(stack)

    class OnThisStack(Life):
        """Lives on the test's stack."""

    OnThisStack.stack, OnThisStack.worlds = stack, worlds
    return OnThisStack


@pytest.mark.timeout(300 + 30 * LONG_RUN)
def test_after_two_runs_both_sides_agree_and_a_third_writes_nothing(life: type[Life]) -> None:
    if SEED:
        life = seed(int(SEED))(life)
    run_state_machine_as_test(life, settings=lives(LONG_RUN or 12))
