"""Deliveries that a person brings back or ends: one, all of a cause, or all of a connection."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from itertools import product
from typing import Any, Literal

from console.answers import Wrong
from integrations import INTEGRATIONS
from renkei.bells import Bell, ring
from renkei.deliveries import Deliveries, State, parse_id
from renkei.dynamo import Item
from renkei.runtime import Platform

type Deed = Literal["retry", "discard"]
_OPEN: tuple[State, ...] = ("pending", "parked", "rejected")
_AT_ONCE = 100
_BECOMES = {"retry": "pending", "discard": "skipped"}
_NOTHING = "it is settled and its payload is gone; let the sender send it again"
_FILTERS = {"cause", "connection", "integration", "state", "after"}


def existing(parts: Platform, workspace: str, delivery: str) -> Item:
    """A delivery by the id that people see. Wrong if there is none."""
    integration, key = parse_id(delivery)
    row = parts.deliveries.one(workspace, integration, key) if integration in INTEGRATIONS else None
    if row is None:
        raise Wrong(HTTPStatus.NOT_FOUND, "unknown_delivery", f"there is no delivery {delivery}")
    return row


def one(parts: Platform, workspace: str, delivery: str, deed: Deed) -> dict[str, Any]:
    """{state}: what one delivery became. Wrong if it is settled."""
    row = existing(parts, workspace, delivery)
    if not _do(parts.deliveries, row, deed):
        raise Wrong(HTTPStatus.CONFLICT, f"nothing_to_{deed}", _NOTHING)
    _ring(workspace, parse_id(delivery)[0], deed)
    return {"state": _BECOMES[deed]}


def many(parts: Platform, workspace: str, body: Mapping[str, Any], deed: Deed) -> dict[str, Any]:
    """{done, seen, next}: the next hundred, oldest first; to be called again with `after` = `next` until that is null.

    At least a `cause` (a reason's code) or a `connection` (a vendor) is named; also `integration` and `state`.
    """
    wanted = _wanted(body)
    boxes = list(product(_integrations(wanted), _states(wanted)))
    number, after = _place(wanted.get("after", ""), len(boxes))
    integration, state = boxes[number]
    rows, further = parts.deliveries.page(workspace, integration, state, _AT_ONCE, after)
    chosen = [row for row in rows if row.get("reason", "") == wanted.get("cause", row.get("reason", ""))]
    done = sum(_do(parts.deliveries, row, deed) for row in chosen)
    if done:
        _ring(workspace, integration, deed)
    place = f"{number}:{further}" if further else f"{number + 1}:" if number + 1 < len(boxes) else None
    return {"done": done, "seen": len(rows), "next": place}


def _do(ledger: Deliveries, row: Item, deed: Deed) -> bool:
    return ledger.retry(row) if deed == "retry" else ledger.discard(row)


def _ring(workspace: str, integration: str, deed: Deed) -> None:
    if deed == "retry":
        ring(Bell(workspace, INTEGRATIONS[integration].vendor, integration))


def _wanted(body: Mapping[str, Any]) -> dict[str, str]:
    wanted = {name: value for name, value in body.items() if value is not None}
    if not wanted.keys() <= _FILTERS or not all(isinstance(value, str) for value in wanted.values()):
        raise _bad(f"these texts are understood: {', '.join(sorted(_FILTERS))}")
    if not {"cause", "connection"} & wanted.keys():
        raise _bad("name a cause or a connection")
    return wanted


def _integrations(wanted: Mapping[str, str]) -> list[str]:
    keys = [
        one.key
        for one in INTEGRATIONS.values()
        if wanted.get("connection", one.vendor) in one.vendors and wanted.get("integration", one.key) == one.key
    ]
    if not keys:
        raise _bad("no integration writes through that connection, or there is no such integration")
    return keys


def _states(wanted: Mapping[str, str]) -> list[State]:
    states = [state for state in _OPEN if wanted.get("state", state) == state]
    if not states:
        raise _bad(f"state is one of {', '.join(_OPEN)}")
    return states


def _place(after: str, boxes: int) -> tuple[int, str]:
    number, _, order = after.partition(":") if after else ("0", "", "")
    if not number.isdecimal() or int(number) >= boxes:
        raise _bad("after is what the last answer gave as next")
    return int(number), order


def _bad(message: str) -> Wrong:
    return Wrong(HTTPStatus.BAD_REQUEST, "bad_filter", message)
