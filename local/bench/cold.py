"""Cold starts: INIT of every built function in the real Lambda runtime, beside two handlers to compare with.

All are measured in the same run, one after the other in every round, so that a busy machine is busy for all of them.
"""

import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

from local.bench.tables import Table
from local.runtime.built import functions
from local.runtime.runtime import Runtime

HANDLERS = Path(__file__).parent / "handlers"
EMPTY, USUAL, RECEIVER = "(empty handler)", "(usual handler)", "WebhooksFunction"
TARGET = 0.6


def section(samples: int) -> Table:
    """Measure and compare. Raises StackError if the build fails, RuntimeTrouble if the runtime is not there."""
    built = functions()
    environment = _environment(built[0].variables)
    layer = built[0].layer / "python"
    subjects = {
        EMPTY: Runtime("empty.handler", [HANDLERS, layer], environment),
        USUAL: Runtime("usual.handler", [HANDLERS, layer], environment),
        **{function.name: function.runtime(environment) for function in built},
    }
    measured: dict[str, list[float]] = {name: [] for name in subjects}
    for _ in range(samples):
        for name, runtime in subjects.items():
            with runtime:
                measured[name].append(runtime.init_ms())
    return compared(measured)


def compared(measured: Mapping[str, list[float]]) -> Table:
    """Turn samples into the table; the receiver has a target against the usual handler."""
    usual = median(measured[USUAL])
    rows = [
        (name, round(median(values)), round(min(values)), round(max(values)), median(values) / usual)
        for name, values in measured.items()
    ]
    ratio = median(measured[RECEIVER]) / usual
    target = f"{RECEIVER} starts in at most {TARGET} of the usual handler's time (measured: {ratio:.2f})"
    return Table(
        title=f"Cold start: INIT in the real runtime, median of {len(measured[USUAL])}, in ms",
        columns=("function", "median", "min", "max", "of usual"),
        rows=rows,
        notes=(*([] if ratio > TARGET else [f"Met: {target}"]), *busy(os.getloadavg()[0], os.cpu_count() or 1)),
        missed=(target,) if ratio > TARGET else (),
    )


def busy(load: float, processors: int) -> Sequence[str]:
    """Warn if others wanted the processors too: the function that imports more suffers more."""
    if load <= processors:
        return ()
    return (f"The machine was busy (load {load:.1f} on {processors} processors): measure again when it is not.",)


def _environment(variables: tuple[str, ...]) -> dict[str, str]:
    """Give every variable some value: INIT calls nobody."""
    key = {"RENKEI_KEY_ID": "arn:aws:kms:ap-northeast-1:123456789012:key/1a2b3c4d-0000-0000-0000-000000000000"}
    level = {"POWERTOOLS_LOG_LEVEL": "INFO"}
    return dict.fromkeys(variables, "bench") | key | level | {"AWS_ENDPOINT_URL": "http://127.0.0.1:9"}
