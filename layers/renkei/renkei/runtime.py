"""What every worker runs on: the platform's parts put together, and the drain that works a box off."""

from __future__ import annotations

import functools
import json
import random
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import requests
from pydantic import BaseModel, ValidationError

from renkei import notices, workspaces
from renkei.accounts import vendor_of
from renkei.aws import DOWN
from renkei.bells import Bell, ring
from renkei.budgets import Budget
from renkei.config import Clock, Language, utc_now
from renkei.connections import Connection, Connections
from renkei.deliveries import QUIET, Deliveries
from renkei.dynamo import Item
from renkei.errors import Misconfigured, Outcome, Reconnect, Retry, Skip
from renkei.integration import Done, Integration, Job, Unfinished, Verdict, Worker
from renkei.retrying import causes, pause, worth_trying
from renkei.vault import Vault
from renkei.watch import bugs_told, logger, measure

AT_ONCE = 100
_ENOUGH = timedelta(seconds=45)  # what a batch may take; less time left than that: ring again and leave
_WORTH_WAITING = timedelta(seconds=15)
_LIVE = timedelta(minutes=15)  # older than that, a delivery is part of a backlog


@dataclass
class Platform:
    """The parts of one stack. A test gives its own clock, sleep, session and dice."""

    clock: Clock = utc_now
    sleep: Callable[[float], None] = time.sleep
    session: requests.Session = field(default_factory=requests.Session)
    dice: Callable[[], float] = random.random

    @functools.cached_property
    def vault(self) -> Vault:
        """Seals and opens."""
        return Vault(self.clock)

    @functools.cached_property
    def deliveries(self) -> Deliveries:
        """The ledger."""
        return Deliveries(self.vault, self.clock)

    @functools.cached_property
    def connections(self) -> Connections:
        """The links to vendor accounts."""
        return Connections(self.vault, self.clock)

    @functools.cached_property
    def sessions(self) -> workspaces.Sessions:
        """Single-use tokens of browsers."""
        return workspaces.Sessions(self.vault, self.clock)

    def budget(self, connection: Connection, *, live: bool) -> Budget:
        """The rate budget of a connection's account. `live`: may use the part that is kept free of backlogs."""
        account = (connection.vendor, connection.account, vendor_of(connection.vendor).limits)
        return Budget(*account, self.clock, self.sleep, live=live, timezone=connection.row.get("timezone") or "UTC")


@functools.cache
def platform() -> Platform:
    """The platform of this process."""
    return Platform()


@dataclass
class Work:
    """What a worker gets beside its jobs. `calls` is where it counts the vendor calls it made.

    `live`: somebody waits for these; else they are a backlog, which leaves a part of the rate budget alone.
    `others` are the connections that the integration needs beside its own; `left` tells the time that remains.
    """

    platform: Platform
    workspace: str
    language: Language
    settings: BaseModel
    types: Mapping[str, Mapping[str, Any]]
    connection: Connection
    others: dict[str, Connection] = field(default_factory=dict)
    left: Callable[[], timedelta] = lambda: _ENOUGH
    live: bool = True
    calls: int = 0

    @functools.cached_property
    def budget(self) -> Budget:
        """The rate budget of the account, for this batch."""
        return self.platform.budget(self.connection, live=self.live)

    def connection_to(self, vendor: str) -> Connection:
        """The connection to one of the integration's vendors."""
        return self.connection if vendor == self.connection.vendor else self.others[vendor]


def prepare(platform: Platform, workspace: str, integration: Integration) -> Work:
    """Gather what a worker needs. Misconfigured, Reconnect or Skip where a piece is missing."""
    kept = workspaces.settings(workspace)
    given = (kept["document"].get("integrations") or {}).get(integration.key) if kept else None
    if kept and given is None and integration.key in kept.get("passed_over", ()):
        raise Skip("integration_off", integration=integration.key)
    if kept is None or given is None:
        raise Misconfigured("no_settings", integration=integration.key)
    if given.get("enabled") is False:
        raise Skip("integration_off", integration=integration.key)
    connection, *others = (_connected(platform, workspace, vendor) for vendor in integration.vendors)
    language = kept["document"]["language"]
    try:
        settings = integration.settings.model_validate(given)
    except ValidationError:  # saved by an older version
        raise Misconfigured("no_settings", integration=integration.key) from None
    types = kept["types"].get(integration.key, {})
    return Work(platform, workspace, language, settings, types, connection, {one.vendor: one for one in others})


def _connected(platform: Platform, workspace: str, vendor: str) -> Connection:
    connection = platform.connections.get(workspace, vendor)
    if connection is None or connection.state != "connected":
        # What is broken or expired tells of itself; what a person ended, or never made, is told of as a setting is.
        telling = connection is not None and connection.state != "disconnected"
        raise (Reconnect if telling else Misconfigured)("not_connected", vendor=vendor)
    return connection


def answer_bells(
    event: Mapping[str, Any], integration: Integration, worker: Worker, left: Callable[[], timedelta]
) -> dict[str, Any]:
    """Answer an SQS event of bells. Every bell is done: what fails stays due, and the sweep rings again.

    A bell given back would hold up its connection until the queue shows it again, which helps nobody.
    """
    for record in event["Records"]:
        bell = Bell(**json.loads(record["body"]))
        try:
            drain(bell, integration, worker, platform(), left)
        except DOWN as down:
            logger.error("store down", workspace=bell.workspace, error=type(down).__name__)
            measure("StoreErrors")
    return {"batchItemFailures": []}


def drain(
    bell: Bell, integration: Integration, worker: Worker, platform: Platform, left: Callable[[], timedelta]
) -> None:
    """Work off what is due in a box, in batches, until nothing is or the time is nearly up.

    `left` tells the time that remains. What is not finished rings again; AWS errors are botocore's.
    """
    box = (bell.workspace, bell.integration)
    while left() > _ENOUGH:
        rows, later = platform.deliveries.due(*box, AT_ONCE)
        if rows:
            _attempt(rows, bell, integration, worker, platform, left=left)
            continue
        pause = later - platform.clock() if later else _WORTH_WAITING
        if pause >= _WORTH_WAITING:
            return
        platform.sleep(max(pause.total_seconds(), 0.05))
    ring(bell)


def _attempt(
    rows: Sequence[Item],
    bell: Bell,
    integration: Integration,
    worker: Worker,
    platform: Platform,
    *,
    left: Callable[[], timedelta],
) -> None:
    work: Work | None = None
    seen_at = platform.clock()
    try:
        work = prepare(platform, bell.workspace, integration)
    except Outcome as end:
        verdicts: Mapping[str, Verdict] = dict.fromkeys((row["id"] for row in rows), end)
    else:
        work.live = seen_at - datetime.fromisoformat(max(row["accepted_at"] for row in rows)) < _LIVE
        work.left = left
        verdicts = _verdicts(rows, worker, work)
        if any(map(_used, verdicts.values())):
            for connection in (work.connection, *work.others.values()):
                platform.connections.used(connection)
        verdicts = _after_refusals(verdicts, work)
    for cause in {cause.key: cause for cause in causes(rows, verdicts, integration, seen_at)}.values():
        notices.note(bell.workspace, cause, seen_at)
    facts = {"vendor_calls": work.calls if work else 0, "batch": len(rows)}
    ends = Counter(_settle(row, verdicts[row["id"]], platform, seen_at, facts) for row in rows)
    told = {"workspace": bell.workspace, "integration": integration.key, "ends": dict(ends), **facts}
    logger.info("drained", extra=told)


def _used(verdict: Verdict) -> bool:
    """Whether the vendors answered: also one who looked and found nothing new has used its connections."""
    return isinstance(verdict, Done | Unfinished) or (isinstance(verdict, Skip) and verdict.code == QUIET)


def _after_refusals(verdicts: Mapping[str, Verdict], work: Work) -> Mapping[str, Verdict]:
    """The verdicts, once each connection that was refused is noted as broken."""
    ends: dict[str, Outcome] = {}

    def noted(refused: Reconnect) -> Outcome:
        vendor = refused.params.get("vendor", work.connection.vendor)
        if vendor not in ends:
            ends[vendor] = refused
            if work.platform.connections.broken(work.connection_to(vendor), refused):
                logger.warning("connection broken", workspace=work.workspace, vendor=vendor, reason=refused.code)
            else:  # somebody renewed the token, or connected again, while we worked: the old one was refused
                ends[vendor] = Retry("refresh_busy", vendor=vendor)
        return ends[vendor]

    return {key: noted(end) if isinstance(end, Reconnect) else end for key, end in verdicts.items()}


def _verdicts(rows: Sequence[Item], worker: Worker, work: Work) -> Mapping[str, Verdict]:
    """The verdict on each row. What is refused as a whole is tried one by one, so that a bad record fails alone."""
    ids = [row["id"] for row in rows]
    try:
        return _guarded(rows, worker, work)
    except (Retry, Reconnect) as end:
        return dict.fromkeys(ids, end)
    except Outcome as end:
        if len(rows) == 1:
            return {ids[0]: end}
    verdicts: dict[str, Verdict] = {}
    for number, row in enumerate(rows):
        try:
            verdicts |= _guarded([row], worker, work)
        except (Retry, Reconnect) as end:
            return verdicts | dict.fromkeys(ids[number:], end)
        except Outcome as end:
            verdicts[row["id"]] = end
    return verdicts


def _guarded(rows: Sequence[Item], worker: Worker, work: Work) -> Mapping[str, Verdict]:
    with bugs_told(work.workspace, counted=len(rows) == 1):
        jobs = [Job(row["id"], json.loads(work.platform.deliveries.open(row))) for row in rows]
        return worker(jobs, work)


def _settle(row: Item, verdict: Verdict, platform: Platform, seen_at: datetime, facts: Mapping[str, Any]) -> str:
    """Write a verdict down. Gives the state the delivery is in now."""
    ledger = platform.deliveries
    if isinstance(verdict, Done):
        warnings = [{"code": warn.code, "params": dict(warn.params)} for warn in dict.fromkeys(verdict.warnings)]
        ledger.settle(row, "delivered", outcome=dict(verdict.outcome), warnings=warnings, **facts)
        return "delivered"
    if isinstance(verdict, Unfinished):
        ledger.go_on(row, progress=dict(verdict.progress), **facts)
        return "pending"
    why = {"reason": verdict.code, "params": dict(verdict.params), **facts}
    match verdict:
        case Skip():
            ledger.settle(row, "skipped", **why)
            return "skipped"
        case Reconnect() | Misconfigured():
            ledger.park(row, seen_at, **why)
            return "parked"
        case Retry() if worth_trying(row, platform.clock()):
            attempts = row["attempts"] - row.get("went_on", 0)
            ledger.postpone(row, platform.clock() + pause(verdict, attempts, platform.dice()), **why)
            return "pending"
    measure("Rejected")
    ledger.settle(row, "rejected", **why)
    return "rejected"
