"""Deliver webhooks on a port: batches to one address, and again what was not answered with 2xx.

https://developers.hubspot.com/docs/api-reference/latest/webhooks/guide
"""

import json
import time
from collections.abc import Callable, Sequence
from threading import Event as Bell
from threading import Thread

import requests

from local.sandbox.hubspot.webhooks import Event

TIMEOUT = 5.0
# The real one tries ten times within a day; these pauses suit a person who watches.
PAUSES = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0, 30.0)

type Batch = list[Event]


class Sender:
    """A thread that posts what waits until it is stopped. Nobody waits for it."""

    def __init__(
        self,
        target: str,
        take: Callable[[], Batch],
        signed: Callable[[bytes, str], dict[str, str]],
        pauses: Sequence[float] = PAUSES,
    ) -> None:
        """`take` gives the next events, at most a batch of them; `signed` the headers for a body."""
        self.target = target
        self._take, self._signed, self._pauses = take, signed, pauses
        self._bell, self._stopped = Bell(), Bell()
        self._again: list[tuple[float, Batch]] = []
        self._session = requests.Session()
        self._session.trust_env = False  # the target is on this machine: no proxy
        Thread(target=self._run, name="hubspot-webhooks", daemon=True).start()

    def ring(self) -> None:
        """There is something to send."""
        self._bell.set()

    def stop(self) -> None:
        """Send nothing more; what is on its way goes its way."""
        self._stopped.set()
        self._bell.set()

    def _run(self) -> None:
        self._bell.set()
        while not self._stopped.is_set():
            pause = max(0.0, min(due for due, _ in self._again) - time.monotonic()) if self._again else None
            self._bell.wait(pause)
            self._bell.clear()
            while not self._stopped.is_set() and (batch := self._take()):
                self._send(batch)
            now = time.monotonic()
            due, self._again = _split(self._again, now)
            for batch in due:
                if not self._stopped.is_set():
                    self._send(batch)

    def _send(self, batch: Batch) -> None:
        body = json.dumps(batch, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json"} | self._signed(body, self.target)
        try:
            answer = self._session.post(self.target, body, headers=headers, timeout=TIMEOUT, allow_redirects=False)
            taken = answer.status_code // 100 == 2  # noqa: PLR2004 - 2xx
        except requests.RequestException:
            taken = False
        tries = int(str(batch[0]["attemptNumber"]))
        if not taken and tries < len(self._pauses):
            again = [event | {"attemptNumber": tries + 1} for event in batch]
            self._again.append((time.monotonic() + self._pauses[tries], again))


def _split(waiting: list[tuple[float, Batch]], now: float) -> tuple[list[Batch], list[tuple[float, Batch]]]:
    """What is due now, and the rest."""
    return [batch for due, batch in waiting if due <= now], [entry for entry in waiting if entry[0] > now]
