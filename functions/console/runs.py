"""Work that an admin asks for: starting an integration's jobs, and their last runs."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from console import bulk
from console.answers import Wrong
from integrations import INTEGRATIONS, console_of
from renkei import jobs
from renkei.config import Language
from renkei.deliveries import box_of
from renkei.dynamo import Item, Table
from renkei.errors import Misconfigured, Reconnect, Skip
from renkei.integration import Integration
from renkei.runtime import Platform, prepare
from renkei.texts import text

_NAMES = ("schedule.{job}.", "manual.{job}.", "manual.{job}-dry.")
_DELIVERIES = Table("deliveries")


def start(parts: Platform, workspace: str, key: str, body: Mapping[str, Any], language: Language) -> dict[str, Any]:
    """{delivery}: the run of a {job, dry_run} that begins now; `already`: it had been asked for, and has not ended.

    One that waits for a person is brought back: who asks again has done what was missing, or will hear of it anew.
    Wrong if there is no such job, or if it could not work as things are.
    """
    integration, job = _job(key, body.get("job"))
    dry_run, able = body.get("dry_run", False), console_of(key).DRY_RUNS
    if not isinstance(dry_run, bool) or (dry_run and job not in able):
        message = f"dry_run is true or false; true only for {', '.join(able)}"
        raise Wrong(HTTPStatus.BAD_REQUEST, "bad_dry_run", message)
    _able(parts, workspace, integration, language)
    if running := jobs.running(parts, workspace, integration, job, dry_run=dry_run):
        if bulk.existing(parts, workspace, running)["state"] == "parked":
            bulk.one(parts, workspace, running, "retry")
        return {"delivery": running, "already": True}
    made = jobs.accept(parts, workspace, integration, job, parts.clock(), source="manual", dry_run=dry_run)
    if made is None:
        raise Wrong(HTTPStatus.CONFLICT, "busy", "it was asked for a moment ago; try again")
    return {"delivery": made, "already": False}


def last(workspace: str, key: str, job: str, most: int) -> list[Item]:
    """The last runs of a job, by schedule or asked for, newest first."""
    box, found = ("box", box_of(workspace, key)), list[Item]()
    for name in _NAMES:  # each ends with its time
        sort = ("id", "begins_with", name.format(job=job))
        found += _DELIVERIES.query(box, sort=sort, limit=most, newest_first=True)
    return sorted(found, key=lambda row: str(row["accepted_at"]), reverse=True)[:most]


def _job(key: str, job: object) -> tuple[Integration, str]:
    integration = INTEGRATIONS.get(key)
    if integration is None or job not in integration.jobs:
        pairs = (f"{one.key}: {', '.join(one.jobs)}" for one in INTEGRATIONS.values() if one.jobs)
        raise Wrong(HTTPStatus.NOT_FOUND, "unknown_job", f"there is no such job; allowed: {'; '.join(pairs)}")
    return integration, str(job)


def _able(parts: Platform, workspace: str, integration: Integration, language: Language) -> None:
    """Whether it could work now. Wrong if not, saying what to do."""
    try:
        prepare(parts, workspace, integration)
    except Skip as off:
        raise Wrong(HTTPStatus.CONFLICT, off.code, text(off.code, language, off.params)) from None
    except (Misconfigured, Reconnect) as end:
        message = text(f"board_tool_{end.code}", language, end.params)
        raise Wrong(HTTPStatus.CONFLICT, end.code, message) from None
