"""What whoever runs the stack sees of it: log lines, metrics, and bugs without what they were about.

This is the one place that catches what nobody expected (`bugs_told`).
"""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit, single_metric

from renkei.aws import DOWN, passes
from renkei.errors import Outcome, Rejected

logger = Logger(service="renkei")


@contextmanager
def bugs_told(workspace: str = "", *, counted: bool = True) -> Iterator[None]:
    """Turn what nobody expected into a Rejected, a log line and (if `counted`) an alarm. Outcomes and AWS pass."""
    try:
        yield
    except Outcome:
        raise
    except Exception as bug:
        if isinstance(bug, DOWN) and passes(bug):
            raise
        # The message may quote a payload: only the kind of error and where it happened go out.
        frames = traceback.extract_tb(bug.__traceback__)[-4:]
        where = " < ".join(f"{Path(frame.filename).name}:{frame.lineno}" for frame in reversed(frames))
        logger.error("bug", workspace=workspace, error=type(bug).__name__, where=where)  # noqa: TRY400 - see above
        if counted:
            measure("Bugs")
        raise Rejected("bug", error=type(bug).__name__, where=where) from None


def measure(name: str, value: float = 1, unit: MetricUnit = MetricUnit.Count) -> None:
    """Write a CloudWatch metric (namespace Renkei)."""
    with single_metric(name, unit, value, namespace="Renkei", default_dimensions={"service": "renkei"}):
        pass
