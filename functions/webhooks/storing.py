"""What the receiver does with an event: a durable write for each listening integration, then the bells."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from renkei.aws import DOWN
from renkei.bells import Bell, ring
from renkei.deliveries import Deliveries

logger = logging.getLogger("renkei")


@dataclass(frozen=True)
class Event:
    """What is noted of one event: its key; its body if something may be done about it, else why nothing will be."""

    key: str
    body: Any = None
    reason: str = ""
    params: Mapping[str, str] = field(default_factory=dict)


class Store:
    """Stores the events of one request, and counts what became of them (`told`). AWS errors are botocore's."""

    def __init__(self, ledger: Deliveries, source: str) -> None:
        self._ledger = ledger
        self._source = source
        self._bells: dict[Bell, None] = {}
        self.told = {"accepted": 0, "repeated": 0, "skipped": 0}

    def keep(self, workspace: str, row: Mapping[str, Any], event: Event) -> None:
        """One conditional put for each integration that listens, says the source's row; a put recognises a repeat."""
        payload = json.dumps({"source": self._source, "body": event.body}, separators=(",", ":")).encode()
        off = set(row.get("off") or ())
        for integration, connection in (row.get("listeners") or {}).items():
            reason = event.reason or ("integration_off" if integration in off else "")
            if reason:
                new = self._ledger.note_skipped(workspace, integration, event.key, reason, event.params)
                self.told["skipped" if new else "repeated"] += 1
            elif self._ledger.accept(workspace, integration, event.key, payload):
                self.told["accepted"] += 1
                self._bells[Bell(workspace, connection, integration)] = None
            else:
                self.told["repeated"] += 1

    def done(self) -> dict[str, int]:
        """Ring for what was accepted, once for each worker; gives the counts."""
        for bell in self._bells:
            try:
                ring(bell)
            except DOWN as down:  # costs a minute: the sweep finds what is due
                told = {"workspace": bell.workspace, "error": type(down).__name__}
                logger.warning("bell not rung", extra=told)
        return self.told
