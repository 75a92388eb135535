"""Scheduled and asked-for work: it stands in the ledger as deliveries do, one at a time for each job."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Literal

from renkei import workspaces
from renkei.bells import Bell, ring
from renkei.deliveries import parse_id, public_id
from renkei.integration import Integration
from renkei.runtime import Platform

type Source = Literal["schedule", "manual"]


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

    Gives the delivery's id as people see it. None: the integration is not switched on, the last run has not ended
    (if it waits for a person, it tries again now), or this one (told by `at`, to the second) was put before.
    """
    if not switched_on(workspace, integration):
        return None
    if last := running(parts, workspace, integration, job, dry_run=dry_run):
        row = parts.deliveries.one(workspace, integration.key, parse_id(last)[1])
        if row and row["state"] == "parked" and parts.deliveries.retry(row):  # what it waited for may be there by now
            ring(Bell(workspace, integration.vendor, integration.key))
        return None
    key = f"{source}.{_name(job, dry_run=dry_run)}.{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"
    payload = {"source": source, "body": {"job": job, "dry_run": dry_run}}
    if not parts.deliveries.accept(workspace, integration.key, key, json.dumps(payload).encode()):
        return None
    ring(Bell(workspace, integration.vendor, integration.key))
    return public_id(integration.key, key)


def switched_on(workspace: str, integration: Integration) -> bool:
    """Whether the integration stands in the workspace file, and is on."""
    kept = workspaces.settings(workspace)
    given = (kept["document"].get("integrations") or {}).get(integration.key) if kept else None
    return given is not None and given.get("enabled") is not False


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
