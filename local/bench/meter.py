"""What a run takes: calls, the time that these would take, and our own time and memory beside them."""

from __future__ import annotations

import gc
import time
import tracemalloc
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

from botocore.client import BaseClient

from local.sandbox.inprocess import WsgiAdapter
from tests import rights
from tests.firm import KEY, Firm
from tests.harness import WORKERS, Clock, Context, Stack

VENDOR_SECONDS, AWS_SECONDS = 0.1, 0.005
"""How long a call takes; the stack's clock goes on by that."""
_INVOCATION = 120  # seconds that a worker has
_PATIENCE = 500  # invocations, or minutes until the next
_LOOKED_AT = 3  # one in so many workers, because that makes it slow; none has anything of the one before it
_ENDED = {"delivered", "skipped"}


@dataclass
class Meter:
    """What happened inside `metered`, all in all. `seconds` are the clock's, `own` a processor's, `peak` is in bytes.

    `own` is without what the stand-ins of the vendors and of AWS took.
    """

    vendors: Counter[str] = field(default_factory=Counter)
    aws: Counter[str] = field(default_factory=Counter)
    workers: int = 0
    seconds: float = 0
    own: float = 0
    peak: int = 0


class Hourglass(Context):
    """What Lambda tells of an invocation that began now, by the stack's clock."""

    def __init__(self, clock: Clock) -> None:
        """Begin."""
        self._clock, self._began = clock, clock()

    def get_remaining_time_in_millis(self) -> int:
        """What is left."""
        return int((_INVOCATION - (self._clock() - self._began).total_seconds()) * 1000)


@contextmanager
def metered(stack: Stack, meter: Meter, *, memory: bool = False) -> Iterator[None]:
    """Measure what happens inside. With `memory` all is slower, so that `own` says nothing."""
    others = 0.0

    def counted(who: Counter[str], name: str, seconds: float, call: Callable[[], Any]) -> Any:
        nonlocal others
        who[name] += 1
        stack.clock.sleep(seconds)
        began = time.process_time()
        try:
            return call()
        finally:
            others += time.process_time() - began

    def sent(adapter: WsgiAdapter, request: Any, *told: Any, **named: Any) -> Any:
        answer = counted(
            meter.vendors, request.url.split("/")[3], VENDOR_SECONDS, lambda: send(adapter, request, *told, **named)
        )
        for vendor in (stack.hubspot, stack.falcana):
            vendor.calls.clear()  # they are counted here, and a list of them would grow
        return answer

    def asked(client: Any, operation: str, given: Any) -> Any:
        name = client.meta.service_model.service_name
        return counted(meter.aws, name, AWS_SECONDS, lambda: ask(client, operation, given))

    send, ask = WsgiAdapter.send, vars(BaseClient)["_make_api_call"]
    with mock.patch.object(WsgiAdapter, "send", sent), mock.patch.object(BaseClient, "_make_api_call", asked):
        began = time.process_time()
        if memory:
            gc.collect()
            gc.freeze()  # as in a worker, which has no sandboxes in it: with them, garbage is hardly ever looked for
            tracemalloc.start()
        try:
            yield
        finally:
            meter.own += time.process_time() - began - others
            if memory:
                meter.peak = max(meter.peak, tracemalloc.get_traced_memory()[1])
                tracemalloc.stop()
                gc.unfreeze()


def by_the_clock(firm: Firm, *, memory: bool = False) -> Meter:
    """Measure the automatic run that comes in five minutes."""
    firm.wait(300)
    firm.stack.dispatch(KEY, "sync")
    return _worked(firm, f"schedule.sync.{firm.clock():%Y%m%dT%H%M%SZ}", memory=memory)


def asked_for(firm: Firm, job: str, *, memory: bool = False) -> Meter:
    """Measure a run that a person asks for."""
    firm.wait(1)
    path = f"/api/workspaces/{firm.stack.workspace}/jobs/{KEY}"
    _, told = firm.stack.api("POST", path, {"job": job, "dry_run": False})
    return _worked(firm, told["delivery"].partition(".")[2], memory=memory)


def _worked(firm: Firm, key: str, *, memory: bool) -> Meter:
    """Let workers go on with a run as Lambda does, two minutes at a time, until it has ended."""
    stack, meter, began = firm.stack, Meter(), firm.clock()
    worker, role = WORKERS[KEY]
    for _ in range(_PATIENCE):
        bells = stack.bells(KEY)
        for bell in bells:
            meter.workers += 1
            look = memory and meter.workers % _LOOKED_AT == 1
            with rights.acting(role), metered(stack, meter, memory=look):
                worker.handler({"Records": [bell]}, Hourglass(stack.clock))
        row = firm.row(key)
        if row["state"] in _ENDED:
            meter.seconds = (firm.clock() - began).total_seconds()
            return meter
        if not bells:
            firm.wait(60)
            stack.sweep()
    raise RuntimeError(f"not done: {key}")
