"""Deliveries: one source event (or run) for one integration, accepted once and ended once.

A delivery lives in a box (workspace and integration) under a key made of source, event type and event id, so
that a repeat is recognised by the write itself. While it waits it holds the sealed payload; once it settles
the payload goes and ids and outcome stay. What a run is to do is nothing personal, and is not sealed.
Index `due` holds what is pending, index `state` all by state.
"""

from __future__ import annotations

import gzip
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Literal

from renkei.config import Clock
from renkei.dynamo import ConditionFailed, Item, Table
from renkei.vault import Vault

type State = Literal["pending", "delivered", "skipped", "rejected", "parked"]
STATES: tuple[State, ...] = ("pending", "parked", "rejected", "delivered", "skipped")

_TABLE = Table("deliveries")
_PURPOSE = "delivery"
RUNS = ("schedule.", "manual.")
"""What the keys of runs begin with (`renkei.jobs`)."""
QUIET = "nothing_new"
"""The reason of a run that looked and found nothing to do."""
_HELD = ("sealed", "run")
_FEW = 10
_SETTLED = timedelta(days=400)
_QUIET = timedelta(days=2)  # of a run by the clock: there may be hundreds a day
_REJECTED = timedelta(days=30)
_BYTES_AT_ONCE = 4_000_000  # of sealed payload opened together, whatever the number of deliveries


class Deliveries:
    """The ledger of one stack."""

    def __init__(self, vault: Vault, clock: Clock) -> None:
        self._vault = vault
        self._clock = clock

    def accept(self, workspace: str, integration: str, key: str, payload: bytes) -> bool:
        """Store an event durably, sealed and due at once. False: it is there already, whatever its state."""
        place = f"{box_of(workspace, integration)}/{key}"
        sealed = self._vault.seal(gzip.compress(payload, 5), workspace=workspace, purpose=_PURPOSE, place=place)
        return self._put(self._due_now(workspace, integration, key) | {"sealed": sealed})

    def accept_run(self, workspace: str, integration: str, key: str, body: Mapping[str, str | bool]) -> bool:
        """Put a run, due at once. `body` says what to do: nothing personal. False: it is there already."""
        return self._put(self._due_now(workspace, integration, key) | {"run": dict(body)})

    def note_skipped(self, workspace: str, integration: str, key: str, reason: str, params: Mapping[str, str]) -> bool:
        """Note an event that nothing will be done about; its payload is not kept. False: it is there already."""
        now, box = self._clock(), box_of(workspace, integration)
        row = {"box": box, "id": key, "state": "skipped", "state_at": f"skipped#{stamp(now)}#{key}", "attempts": 0}
        row |= {"accepted_at": stamp(now), "settled_at": stamp(now), "reason": reason, "params": dict(params)}
        return self._put(row | {"ttl": _epoch(now + _SETTLED)})

    def due(self, workspace: str, integration: str, limit: int) -> tuple[list[Item], datetime | None]:
        """(the oldest deliveries that are due now, sealed; when the next one will be), at most `limit` together."""
        box, now = box_of(workspace, integration), stamp(self._clock())
        waiting = list(_TABLE.query(("box", box), index="due", limit=limit))
        later = next((datetime.fromisoformat(row["due_at"]) for row in waiting if row["due_at"] > now), None)
        keys = [row["id"] for row in waiting if row["due_at"] <= now]
        rows = {row["id"]: row for row in _TABLE.get_many({"box": box, "id": key} for key in keys)}
        chosen: list[Item] = []
        size = 0
        for key in keys:
            if key not in rows or rows[key]["state"] != "pending":
                continue
            size += len(rows[key].get("sealed", b""))
            if chosen and size > _BYTES_AT_ONCE:
                break
            chosen.append(rows[key])
        return chosen, later

    def next_due(self, workspace: str, integration: str) -> datetime | None:
        """When the earliest pending delivery is due; None if nothing is pending."""
        rows = _TABLE.query(("box", box_of(workspace, integration)), index="due", limit=1)
        return next((datetime.fromisoformat(row["due_at"]) for row in rows), None)

    def oldest_pending(self, workspace: str, integration: str) -> datetime | None:
        """When the oldest delivery that is still pending was accepted; None if nothing is pending.

        Runs of jobs do not count: a long one may take a day of a vendor's calls.
        """
        sort = ("state_at", "begins_with", "pending#")
        rows = _TABLE.query(("box", box_of(workspace, integration)), sort=sort, index="state", limit=_FEW)
        told = (row["state_at"].split("#")[1] for row in rows if not row["id"].startswith(RUNS))
        return next(map(datetime.fromisoformat, told), None)

    def open(self, row: Item) -> bytes:
        """The payload of a delivery that has not settled."""
        if "run" in row:
            return json.dumps({"source": row["id"].partition(".")[0], "body": row["run"]}).encode()
        workspace = row["box"].partition("#")[0]
        place = f"{row['box']}/{row['id']}"
        return gzip.decompress(self._vault.open(row["sealed"], workspace=workspace, purpose=_PURPOSE, place=place))

    def settle(self, row: Item, state: State, **facts: Any) -> bool:
        """End a delivery: payload gone (kept for a month if rejected), `facts` (ids and codes only) noted.

        A run by the clock that found nothing to do stands in no list of a state, and is forgotten after two days.
        False: somebody else changed it since it was read.
        """
        now = self._clock()
        keep = state == "rejected"
        quiet = facts.get("reason") == QUIET and row["id"].startswith("schedule.")
        life = _REJECTED if keep else _QUIET if quiet else _SETTLED
        put: Item = {"state": state, "state_at": _state_at("quiet" if quiet else state, row), "settled_at": stamp(now)}
        put |= {"ttl": _epoch(now + life), "attempts": row["attempts"] + 1, **facts}
        stale = [name for name in ("reason", "params") if name not in facts]  # of an attempt before
        return self._change(row, put, remove=["due_at", *stale, *(() if keep else _HELD)])

    def postpone(self, row: Item, due: datetime, **facts: Any) -> None:
        """Leave a delivery pending, due later."""
        self._change(row, {"due_at": stamp(due), "attempts": row["attempts"] + 1, **facts})

    def go_on(self, row: Item, **facts: Any) -> None:
        """Leave a delivery that has come further pending, due now: what failed before does not count any more."""
        now, attempts = stamp(self._clock()), row["attempts"] + 1
        self._change(row, {"due_at": now, "attempts": attempts, "went_on": attempts, "went_on_at": now, **facts})

    def park(self, row: Item, seen_at: datetime, **facts: Any) -> None:
        """Let a delivery wait for a person. `seen_at`: when what was missing was looked for."""
        put = {"state": "parked", "state_at": _state_at("parked", row), "seen_at": stamp(seen_at), **facts}
        self._change(row, put, remove=["due_at"])

    def unpark(self, workspace: str, integration: str, changed_at: datetime, until: datetime) -> tuple[int, bool]:
        """(how many were brought back, whether all were): oldest first, what last looked before something changed.

        It stops at `until`; to be called again for the rest.
        """
        done = 0
        for row in self.each(workspace, integration, "parked"):
            if row.get("seen_at", "") <= stamp(changed_at):
                if self._clock() > until:
                    return done, False
                done += self._revive(row)
        return done, True

    def retry(self, row: Item) -> bool:
        """Bring a delivery back by hand; one that is pending is due now. False: it holds no payload any more."""
        if not _held(row):
            return False
        if row["state"] == "pending":
            return self._change(row, {"due_at": row["accepted_at"]})
        return self._revive(row)

    def discard(self, row: Item) -> bool:
        """End a delivery that has not gone through, and its payload with it. False: it did, or it changed meanwhile."""
        return _held(row) and self.settle(row, "skipped", reason="discarded", params={})

    def page(
        self, workspace: str, integration: str, state: State, limit: int, after: str = ""
    ) -> tuple[list[Item], str | None]:
        """(the oldest deliveries of a state, where to go on); `after` is where the last page ended."""
        # `~` comes after every character of an id; the state's own range ends before `$`.
        sort = ("state_at", "BETWEEN", f"{state}#{after}~" if after else f"{state}#", f"{state}$")
        box = box_of(workspace, integration)
        found = list(_TABLE.query(("box", box), sort=sort, index="state", limit=limit))
        rows = sorted(_TABLE.get_many({"box": box, "id": row["id"]} for row in found), key=order)
        return [row for row in rows if row["state"] == state], order(found[-1]) if len(found) == limit else None

    def each(self, workspace: str, integration: str, state: State) -> Iterator[Item]:
        """All deliveries of a state, oldest first, page by page."""
        after: str | None = ""
        while after is not None:
            rows, after = self.page(workspace, integration, state, 100, after)
            yield from rows

    def unsettled(self, workspace: str, integration: str) -> Iterator[str]:
        """The keys of the deliveries that have not settled: pending or parked."""
        # No other state stands between the two; `$` is the character after `#`.
        sort = ("state_at", "BETWEEN", "parked#", "pending$")
        rows = _TABLE.query(("box", box_of(workspace, integration)), sort=sort, index="state")
        return (row["id"] for row in rows)

    def waiting(self, workspace: str, integration: str) -> int:
        """How many deliveries have not settled."""
        return sum(1 for _ in self.unsettled(workspace, integration))

    def oldest_parked(self, workspace: str, integration: str) -> str:
        """When the oldest delivery that waits for a person was accepted, as text; "" if none waits."""
        sort = ("state_at", "begins_with", "parked#")
        rows = _TABLE.query(("box", box_of(workspace, integration)), sort=sort, index="state", limit=1)
        return next((row["state_at"].split("#")[1] for row in rows), "")

    def woken(self, workspace: str, integration: str, since: str, healed_at: str) -> Counter[str]:
        """What became of the deliveries that were accepted from `since` on and brought back at `healed_at` or later."""
        box, ends = box_of(workspace, integration), Counter[str]()
        for state in STATES:
            sort = ("state_at", "BETWEEN", f"{state}#{since}", f"{state}#{healed_at}~")
            keys = [{"box": box, "id": row["id"]} for row in _TABLE.query(("box", box), sort=sort, index="state")]
            rows = [row for row in _TABLE.get_many(keys) if row["state"] == state]
            ends[state] += sum(row.get("since", "") >= healed_at for row in rows)
            # What still lies as it lay when the connection was made anew is about to be brought back.
            ends["pending"] += sum(state == "parked" and row["seen_at"] <= healed_at for row in rows)
        return ends

    def one(self, workspace: str, integration: str, key: str) -> Item | None:
        """A delivery, or None if there is no such one."""
        return _TABLE.get({"box": box_of(workspace, integration), "id": key}) if key else None

    def newest(
        self, workspace: str, integrations: Sequence[str], states: Sequence[State], limit: int, before: str = ""
    ) -> list[Item]:
        """The newest deliveries of these states, newest first; `before` is the `order` of the last one seen."""
        keys: list[tuple[str, str, str]] = []
        for box in (box_of(workspace, integration) for integration in integrations):
            for state in states:
                # `$` is the character after `#`: the end of the state's own range.
                sort = ("state_at", "BETWEEN", f"{state}#", f"{state}#{before}" if before else f"{state}$")
                found = _TABLE.query(("box", box), sort=sort, index="state", limit=limit + 1, newest_first=True)
                keys += [(order(row), box, row["id"]) for row in found if order(row) != before]
        chosen = sorted(keys, reverse=True)[:limit]
        wanted = {(box, key) for _, box, key in chosen}  # one that changes its state meanwhile is found twice
        rows = _TABLE.get_many({"box": box, "id": key} for box, key in wanted)
        return sorted(rows, key=order, reverse=True)

    def _due_now(self, workspace: str, integration: str, key: str) -> Item:
        """A row that is pending and due, without what it is about."""
        now = stamp(self._clock())
        row: Item = {"box": box_of(workspace, integration), "id": key, "state": "pending", "attempts": 0}
        return row | {"state_at": f"pending#{now}#{key}", "due_at": now, "accepted_at": now}

    def _put(self, row: Item) -> bool:
        try:
            _TABLE.put(row, unless="id")
        except ConditionFailed:
            return False
        return True

    def _revive(self, row: Item) -> bool:
        # Due since it was accepted: what waited goes before what came later, and in its own order.
        put = {"state": "pending", "state_at": _state_at("pending", row), "due_at": row["accepted_at"], "attempts": 0}
        put["since"] = stamp(self._clock())
        return self._change(row, put, remove=["seen_at", "settled_at", "ttl", "reason", "params", "went_on"])

    def _change(self, row: Item, put: Item, remove: Sequence[str] = ()) -> bool:
        """Change a delivery unless somebody else did since it was read."""
        try:
            _TABLE.update(
                {"box": row["box"], "id": row["id"]},
                put=put,
                remove=remove,
                when="#state_at = :was AND #attempts = :tried",
                given={":was": row["state_at"], ":tried": row["attempts"]},
            )
        except ConditionFailed:
            return False
        return True


def box_of(workspace: str, integration: str) -> str:
    """The box of a workspace's deliveries for one integration."""
    return f"{workspace}#{integration}"


def order(row: Item) -> str:
    """What deliveries are ordered by: when they were accepted, then their id."""
    return str(row["state_at"]).partition("#")[2]


def stamp(moment: datetime) -> str:
    """A moment as text that sorts by time."""
    return moment.isoformat(timespec="microseconds")


def _held(row: Item) -> bool:
    """Whether it still holds what it is about."""
    return any(name in row for name in _HELD)


def _state_at(state: str, row: Item) -> str:
    return f"{state}#{row['accepted_at']}#{row['id']}"


def _epoch(moment: datetime) -> int:
    return int(moment.timestamp())


def public_id(integration: str, key: str) -> str:
    """A delivery's id as people see it: `<integration>.<source>.<event type>.<event id>`."""
    return f"{integration}.{key}"


def parse_id(text: str) -> tuple[str, str]:
    """(integration, key) of an id as people see it."""
    integration, _, key = text.partition(".")
    return integration, key
