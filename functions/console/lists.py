"""Lists of a school's users, as an admin sends them (`renkei lms import`): in parts, each of which is a delivery."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Callable, Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any

from console import bulk
from console.answers import Wrong
from renkei.bells import Bell, ring
from renkei.config import Language
from renkei.deliveries import public_id
from renkei.integration import Done, Integration, Job, Verdict
from renkei.lms_list import IMPORT
from renkei.runtime import Platform, prepare
from renkei.texts import text

type Given = Mapping[str, Any]
type Rehearse = Callable[[Platform, str, Job, Language], Verdict]

_NAME = re.compile(r"[0-9a-f]{16,64}")
LARGEST = 300_000
"""Bytes of a part, packed: what a delivery may hold."""
_LONGEST = 3_000_000  # unpacked: what a call may hold
_MOST_PARTS = 100_000


def part(
    parts: Platform,
    workspace: str,
    integration: Integration,
    given: Given,
    rehearse: Rehearse,
    *,
    language: Language,
    most: int,
) -> dict[str, Any]:
    """Take a part of a list: {`import`, `part`, `school_id`, `as_of`, `rows`, `dry_run`}.

    Gives {delivery, state, already}: `already` where it was taken before (the same import and part). Rehearsed it
    gives {outcome}, and nothing is kept. Wrong if it is no part, or if the integration could not work as things are.
    """
    body, key = _body(given, most), f"lms.{IMPORT}.{given['import']}-{given['part']}"
    prepare(parts, workspace, integration)
    if given.get("dry_run") is True:
        end = rehearse(parts, workspace, Job(key, {"source": "lms", "body": body}), language)
        if isinstance(end, Done):
            return {"outcome": dict(end.outcome)}
        code, params = getattr(end, "code", "try_again"), getattr(end, "params", {})
        raise Wrong(HTTPStatus.CONFLICT, code, text(code, language, params))
    payload = json.dumps({"source": "lms", "body": body}, separators=(",", ":")).encode()
    new = parts.deliveries.accept(workspace, integration.key, key, payload)
    if new:
        ring(Bell(workspace, integration.vendor, integration.key))
    delivery = public_id(integration.key, key)
    return {"delivery": delivery, "state": bulk.existing(parts, workspace, delivery)["state"], "already": not new}


def _body(given: Given, most: int) -> dict[str, Any]:
    number, rows = given.get("part"), given.get("rows")
    if not isinstance(given.get("import"), str) or not _NAME.fullmatch(given["import"]):
        raise _bad("import is 16 to 64 hexadecimal digits that tell this import from others")
    if not isinstance(number, int) or not 0 < number <= _MOST_PARTS:
        raise _bad(f"part is a number from 1 to {_MOST_PARTS}")
    if not isinstance(given.get("school_id"), str) or not given["school_id"]:
        raise _bad("school_id is the school's id, as its events have it")
    if not isinstance(rows, list) or not 0 < len(rows) <= most or not all(map(_row, rows)):
        raise _bad(f"rows is a list of at most {most} objects with a number and a user")
    body = {"type": IMPORT, "school_id": given["school_id"], "as_of": _moment(given.get("as_of")), "rows": rows}
    whole = json.dumps(body).encode()
    if len(whole) > _LONGEST or len(gzip.compress(whole, 5)) > LARGEST:
        message = f"a part has at most {_LONGEST} bytes, and {LARGEST} once they are gzipped"
        raise Wrong(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "too_large", message)
    return body


def _row(row: object) -> bool:
    return isinstance(row, dict) and isinstance(row.get("number"), int) and isinstance(row.get("user"), dict)


def _moment(given: object) -> str:
    try:
        at = datetime.fromisoformat(str(given))
    except ValueError:
        at = None
    if at is None or at.tzinfo is None or not 1 < at.year < 9999:  # noqa: PLR2004 - datetime's own ends
        raise _bad("as_of is a time with its zone, as 2026-11-22T03:00:00+09:00")
    return at.isoformat()


def _bad(message: str) -> Wrong:
    return Wrong(HTTPStatus.BAD_REQUEST, "bad_part", message)
