"""Scheduled and asked-for work: it stands in the ledger as deliveries do, one at a time for each job."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from renkei import workspaces
from renkei.bells import Bell, ring
from renkei.deliveries import parse_id, public_id, stamp
from renkei.integration import Integration
from renkei.runtime import Platform

type Source = Literal["schedule", "manual"]
_HOUR = timedelta(hours=1)


def accept(
    parts: Platform,
    workspace: str,
    integration: Integration,
    job: str,
    at: datetime,
    *,
    source: Source = "schedule",
    dry_run: bool = False,
) -> str | None:
    """Put the run of one of an integration's jobs into the ledger, and ring. AWS errors are botocore's.

    Gives the delivery's id as people see it. None: the integration is not switched on (or, by the clock, wants no run
    by itself), the last run has not ended (if it has waited for a person for an hour, it tries again now), or this one
    (told by `at`, to the second) was put before.
    """
    if not wants(workspaces.settings(workspace), integration, source):
        return None
    return put(parts, workspace, integration, job, at, source=source, dry_run=dry_run)


def wants(kept: Mapping[str, Any] | None, integration: Integration, source: Source = "schedule") -> bool:
    """Whether a workspace's settings (as kept) have an integration on; by the clock: and let it run by itself."""
    given = (kept["document"].get("integrations") or {}).get(integration.key) if kept else None
    if given is None or given.get("enabled") is False:
        return False
    return source == "manual" or integration.by_itself(given)


def put(
    parts: Platform,
    workspace: str,
    integration: Integration,
    job: str,
    at: datetime,
    *,
    source: Source = "schedule",
    dry_run: bool = False,
) -> str | None:
    """As `accept`, for a workspace whose settings want it."""
    if last := running(parts, workspace, integration, job, dry_run=dry_run):
        row = parts.deliveries.one(workspace, integration.key, parse_id(last)[1])
        waits = row is not None and row["state"] == "parked" and row["seen_at"] <= stamp(parts.clock() - _HOUR)
        if row and waits and parts.deliveries.retry(row):  # what it waited for may be there, and nothing told of it
            ring(Bell(workspace, integration.vendor, integration.key))
        return None
    key = f"{source}.{_name(job, dry_run=dry_run)}.{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    if not parts.deliveries.accept_run(workspace, integration.key, key, {"job": job, "dry_run": dry_run}):
        return None
    ring(Bell(workspace, integration.vendor, integration.key))
    return public_id(integration.key, key)


def switched_on(workspace: str, integration: Integration) -> bool:
    """Whether the integration stands in the workspace file, and is on."""
    return wants(workspaces.settings(workspace), integration, "manual")


def running(
    parts: Platform, workspace: str, integration: Integration, job: str, *, dry_run: bool = False
) -> str | None:
    """The id, as people see it, of a job's run that has not ended: pending, or parked. None if there is none.

    A dry run and a real one do not wait for each other.
    """
    name = _name(job, dry_run=dry_run)
    for key in parts.deliveries.unsettled(workspace, integration.key):
        source, _, rest = key.partition(".")
        if source in {"schedule", "manual"} and rest.partition(".")[0] == name:
            return public_id(integration.key, key)
    return None


def _name(job: str, *, dry_run: bool) -> str:
    """What a run is called in its key."""
    return f"{job}-dry" if dry_run else job
