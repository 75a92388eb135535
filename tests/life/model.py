"""What must be so, whatever happened: the model beside the stack, and the rules that it is held against.

The model knows what came in, what a person threw away on purpose, which accounts were connected meanwhile, and which
mails went out when. Everything else is read from the stack's tables and from the sandbox HubSpot.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from renkei import notices
from tests import mails
from tests.crash.world import all_rows, rows
from tests.harness import ADMIN, TOKEN, Stack
from tests.privacy.ears import Ears

VENDOR, OTHER_PORTAL = "hubspot", 222222
BOSS = "boss@berlin.example.de"
PEOPLE = (ADMIN, BOSS)
GUEST, FIRM = "hisoka", "ヒソカ商事"
"""Stand in everything that a guest tells us."""
WEEK, DAY, IDLE = timedelta(days=7), timedelta(days=1), timedelta(days=180)
_DIGEST = "rejected.all"
_SEALED = {"pending": True, "parked": True, "rejected": True, "delivered": False, "skipped": False}
_HELD = {"connected": True, "reconnect": True, "expired": False, "disconnected": False}
_SAYS: dict[str, set[str]] = {
    "connected": set(),
    "reconnect": {"broken_at", "cause", "cause_params"},
    "expired": {"expired_at"},
    "disconnected": {"disconnected_at"},
}
_OPEN_ATTRIBUTES = {"sealed", "recipients"}


@dataclass(frozen=True)
class Sent:
    """One mail that went out. `doubtful`: we were not told, or died of it, so it may go out once more."""

    at: datetime
    to: str
    cause: str
    doubtful: bool


@dataclass
class Booked:
    """One booking that was accepted, and the accounts that it may have gone to since."""

    email: str
    firm: str
    accounts: set[str]


@dataclass
class Model:
    """What is known beside the stack."""

    stack: Stack
    booked: dict[str, Booked] = field(default_factory=dict)
    discarded: set[str] = field(default_factory=set)
    delivered: dict[str, str] = field(default_factory=dict)
    given_up: set[str] = field(default_factory=set)
    mails: list[Sent] = field(default_factory=list)
    unsubscribed: set[str] = field(default_factory=set)
    used_at: datetime = datetime(2000, 1, 1, tzinfo=UTC)
    keep_alive: bool = False
    harmed: bool = False
    """Whether something happened, since it was connected, that can break it."""
    secrets: set[str] = field(default_factory=lambda: {TOKEN, "renkei-demo-secret", GUEST, FIRM, *PEOPLE})

    # What can be looked at.

    def connection(self) -> dict[str, Any]:
        """The one connection's row."""
        (row,) = rows("connections")
        return row

    def deliveries(self, *states: str) -> dict[str, dict[str, Any]]:
        """The deliveries by key, of these states or all."""
        return {row["id"]: row for row in rows("deliveries") if not states or row["state"] in states}

    def living(self) -> bool:
        """Whether the vendor would still refresh the token that the connection holds."""
        found = self.stack.platform.connections.get(self.stack.workspace, VENDOR)
        assert found
        if "sealed" not in found.row:
            return False
        held: str = self.stack.platform.connections.secrets(found)["refresh_token"]
        return held in self.stack.hubspot.tokens.refresh

    # What happens.

    def books(self, number: int) -> tuple[str, Booked]:
        """The key and the facts of a booking."""
        email, firm = f"{GUEST}{number}@{GUEST}{number % 3}.example.jp", f"{FIRM}{number % 3}"
        return f"timerex.event_confirmed.{number:020x}", Booked(email, firm, {self.connection()["account"]})

    def switched(self) -> None:
        """Another account may be connected: what has not settled may go there."""
        account = self.connection()["account"]
        for key in self.deliveries("pending", "parked", "rejected"):
            self.booked[key].accounts.add(account)

    def hears_mails(self, at: datetime, *, doubtful: bool = False) -> None:
        """Take in the mails that went out in a run of the notices which began `at` this moment."""
        for mail in mails.sent()[len(self.mails) :]:
            assert mail.to not in self.unsubscribed, "a mail to somebody who wants none"
            whole = "\n".join([mail.subject, mail.text, mail.html])
            assert not [word for word in self.secrets - set(PEOPLE) if word in whole], "a mail tells too much"
            self.mails.append(Sent(at, mail.to, mail.cause, doubtful))

    # What must be so.

    def check(self) -> None:
        """Everything that holds at any moment."""
        self._no_delivery_is_lost()
        self._no_secret_survives()
        self._it_breaks_for_a_reason()
        self._nobody_is_told_too_often()
        self._nothing_leaks()

    def _no_delivery_is_lost(self) -> None:
        found = self.deliveries()
        assert found.keys() == self.booked.keys() - self.given_up
        account = self.connection()["account"]
        for key, row in found.items():
            state = row["state"]
            assert ("sealed" in row) == _SEALED[state], row
            assert row["state_at"].startswith(f"{state}#{row['accepted_at']}#"), row
            assert ("due_at" in row) == (state == "pending"), row
            assert ("ttl" in row) == (state not in {"pending", "parked"}), "DynamoDB deletes what has a ttl"
            assert (state == "skipped") == (key in self.discarded), row
            if state == "rejected":  # here the vendor refuses nothing for good
                tried = datetime.fromisoformat(row["settled_at"]) - datetime.fromisoformat(
                    row.get("since", row["accepted_at"])
                )
                assert tried >= WEEK, f"given up after {tried}: {row['reason']}"
            if state == "delivered":
                if key not in self.delivered:
                    self.delivered[key], self.used_at = account, self.stack.clock()
                self._is_there(key, row["outcome"]["contact"])
            else:
                assert key not in self.delivered, f"it was delivered, and is {state}"

    def _is_there(self, key: str, contact: str) -> None:
        """A delivery that says it went through did so, into the account of the connection at that time."""
        booked, portal = self.booked[key], int(self.delivered[key])
        records = self.stack.hubspot.portals[portal].records["contacts"]
        assert contact in records, f"it was delivered, but not into {portal}"
        assert records[contact].properties["email"] == booked.email

    def _no_secret_survives(self) -> None:
        row = self.connection()
        assert ("sealed" in row) == _HELD[row["state"]], "a secret survived, or was lost"
        says = {name for names in _SAYS.values() for name in names if name in row}
        assert says == _SAYS[row["state"]], f"{row['state']} with {says}"

    def _it_breaks_for_a_reason(self) -> None:
        """It breaks only where something broke it; and then it does not look as if it worked."""
        row = self.connection()
        assert row["state"] != "reconnect" or self.harmed, row["cause"]
        for waiting in self.deliveries("parked").values():
            refused = waiting["reason"] in {"grant_refused", "refresh_cut_off"}
            assert not refused or row["state"] != "connected" or waiting["seen_at"] <= row["connected_at"], waiting

    def _nobody_is_told_too_often(self) -> None:
        last: dict[tuple[str, str], list[Sent]] = {}
        for mail in self.mails:
            before = last.setdefault((mail.to, mail.cause), [])
            window = DAY if mail.cause == _DIGEST else WEEK
            recent = [one for one in before if mail.at - one.at < window]
            assert len(recent) <= 1, f"told {len(recent) + 1} times: {mail}"
            assert all(one.doubtful for one in recent), f"told twice: {mail}"
            before.append(mail)

    def _nothing_leaks(self) -> None:
        """No row tells of a guest, a recipient or a secret outside of what is sealed."""
        tokens = self.stack.hubspot.tokens
        self.secrets |= {*tokens.access, *tokens.refresh, *tokens.codes}
        ears = Ears(self.secrets)
        shown = [(table, {k: v for k, v in row.items() if k not in _OPEN_ATTRIBUTES}) for table, row in all_rows()]
        ears.hear("tables", repr(shown))
        assert ears.leaks() == []

    # What must be so at certain moments.

    def told_loudly(self) -> None:
        """After a run of the notices while mails go out: whoever is to know of a broken connection was told."""
        row, now = self.connection(), self.stack.clock()
        match row["state"]:
            case "reconnect":
                cause, since = f"broken.{VENDOR}.{row['cause']}", now - WEEK
            case "expired" if now - datetime.fromisoformat(row["expired_at"]) < timedelta(days=30):
                cause, since = f"expired.{VENDOR}", datetime.fromisoformat(row["expired_at"]) - WEEK
            case _:
                return
        vault, ledger = self.stack.platform.vault, notices.mails(self.stack.workspace)
        trying = {mail.who for mail in ledger if mail.cause.key == cause and (mail.open or mail.state == "unknown")}
        for person in set(PEOPLE) - self.unsubscribed:
            told = any(one.to == person and one.cause == cause and one.at >= since for one in self.mails)
            assert told or notices.who(vault, person) in trying, f"{person} was not told of {cause}"

    def not_idle(self) -> None:
        """After a daily look: no secret that nobody has used for long; and none destroyed that somebody has."""
        row = self.connection()
        if row["state"] == "expired":  # a use is noted once an hour
            assert datetime.fromisoformat(row["expired_at"]) - self.used_at > IDLE - timedelta(hours=1), "it was in use"
        if "sealed" in row and not self.keep_alive:
            idle = self.stack.clock() - datetime.fromisoformat(row["last_used_at"])
            assert idle < IDLE, "it should have expired"

    def reaped(self, key: str, row: dict[str, Any]) -> None:
        """DynamoDB deleted a row that said it may."""
        settled = datetime.fromisoformat(row["settled_at"])
        held = timedelta(days=30 if row["state"] == "rejected" else 400)
        assert self.stack.clock() - settled >= held, "it went too early"
        self.given_up.add(key)

    def delivered_once(self) -> None:
        """At the end: each guest that was not discarded is exactly once where it went, each firm at most once."""
        for key, booked in self.booked.items():
            if key in self.discarded | self.given_up:
                continue
            assert key in self.delivered, f"{key} never went through"
            assert self._count("contacts", "email", booked.email, int(self.delivered[key])) == 1
        for portal in self.stack.hubspot.portals:
            for booked in self.booked.values():
                there = self._count("contacts", "email", booked.email, portal)
                assert there <= (str(portal) in booked.accounts), f"{booked.email} {there} times in {portal}"
                firms = self._count("companies", "name", booked.firm, portal)
                assert firms <= 1, f"{booked.firm} {firms} times in {portal}"

    def _count(self, kind: str, name: str, value: str, portal: int) -> int:
        return sum(record["properties"].get(name) == value for record in self.stack.the(kind, portal))
