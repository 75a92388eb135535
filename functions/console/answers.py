"""What the API shows: rows without their secrets, and errors that say what to do."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any

from renkei.accounts import Report
from renkei.config import Language
from renkei.connections import Connection
from renkei.deliveries import public_id, stamp
from renkei.dynamo import Item
from renkei.settings import Problem
from renkei.texts import text


class Wrong(Exception):
    """An answer that is no success: status, code and message, what is wrong where in a workspace file, and more."""

    def __init__(
        self,
        status: HTTPStatus,
        code: str,
        message: str,
        problems: Sequence[Problem] = (),
        more: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message
        self.problems = problems
        self.more = more or {}


def problem_view(problem: Problem) -> dict[str, Any]:
    """A problem as JSON."""
    shown: dict[str, Any] = {"path": list(problem.path), "message": problem.message}
    return shown | ({"allowed": list(problem.allowed)} if problem.allowed else {})


def connection_view(connection: Connection, ends: datetime | None, language: Language) -> dict[str, Any]:
    """A connection as JSON; `ends` is when it expires if nobody uses it."""
    row, cause = connection.row, connection.row.get("cause")
    return {
        "vendor": connection.vendor,
        "state": connection.state,
        "account": connection.account,
        "scopes": list(connection.scopes),
        "connected_at": row.get("connected_at"),
        "last_used_at": row.get("last_used_at"),
        "cause": cause,
        "message": text(cause, language, row.get("cause_params")) if cause else "",
        "broken_at": row.get("broken_at"),
        "expired_at": row.get("expired_at"),
        "idle_until": stamp(ends) if ends else None,
    }


def check_views(report: Report, language: Language) -> list[dict[str, Any]]:
    """What a look at an account found, in words: what works, what is missing, and what to do."""
    return [
        {
            "name": check.name,
            "ok": check.ok,
            "message": text(check.name, language, check.params),
            "remedy": text(check.remedy, language, check.params) if check.remedy and check.ok is not True else "",
        }
        for check in report.checks
    ]


def delivery_view(row: Item, language: Language) -> dict[str, Any]:
    """A delivery as JSON, with its reason and warnings in words."""
    warnings = [
        {"code": warn["code"], "message": text(warn["code"], language, warn["params"])}
        for warn in row.get("warnings", [])
    ]
    reason, integration = row.get("reason"), row["box"].partition("#")[2]
    return {
        "id": public_id(integration, row["id"]),
        "integration": integration,
        "state": row["state"],
        "reason": reason,
        "message": text(reason, language, row.get("params")) if reason else "",
        "warnings": warnings,
        "attempts": row["attempts"],
        "accepted_at": row["accepted_at"],
        "due_at": row.get("due_at"),
        "settled_at": row.get("settled_at"),
        "outcome": row.get("outcome", {}),
        "progress": row.get("progress", {}),
        "vendor_calls": row.get("vendor_calls"),
        "batch": row.get("batch"),
    }
