"""Carries out what the plan asks for: composes, claims, sends, marks.

A mail is claimed in the ledger before it is sent and marked afterwards. Who dies in between leaves a mail of which
nobody knows whether it went out: it is sent once more, and then left. Nothing here raises but bugs of ours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.message import EmailMessage
from functools import cached_property
from urllib.parse import quote

from notices.mails import Content, Links, message
from notices.plan import (
    CLAIMED,
    DIGEST,
    SETTLING,
    TRIES,
    Close,
    Hold,
    Person,
    Send,
    Step,
    Told,
    pause,
    settled,
    told_up_to,
)
from notices.telling import Teller
from renkei import config, notices, workspaces
from renkei.aws import DOWN
from renkei.causes import Mail
from renkei.config import Language
from renkei.errors import Outcome
from renkei.mail import Posted, post
from renkei.runtime import Platform
from renkei.watch import bugs_told, logger

ENOUGH = timedelta(seconds=12)
"""What one mail may take at most, with every call timing out once."""
_THROTTLED = 1.0  # seconds: a new SES account may send one mail a second


@dataclass(frozen=True)
class Recipient:
    """Somebody to be told."""

    person: Person
    address: str = field(repr=False)
    language: Language


class Postman:
    """Works for one workspace during one run, which began at `now`."""

    def __init__(self, parts: Platform, workspace: str, recipients: Mapping[str, Recipient], now: datetime) -> None:
        self._parts = parts
        self._workspace = workspace
        self._recipients = recipients
        self._now = now
        self._teller = Teller(parts, workspace)

    def carry_out(self, step: Step) -> str:
        """Do one step; gives how it ended. What goes wrong with one mail leaves the others alone."""
        try:
            with bugs_told(self._workspace):
                return self._do(step)
        except DOWN as down:
            logger.error("store down", workspace=self._workspace, error=type(down).__name__)
            return "down"
        except Outcome:  # a bug, which `bugs_told` told
            return "bugs"

    def _do(self, step: Step) -> str:
        match step:
            case Send():
                return self._send(step)
            case Hold():
                return self._hold(step.mail, step.standing.since, step.why)
            case Close(unknown=True):
                self._write(step.mail, state="unknown", told_at=step.mail.at, why=step.why, next_at=None)
                return "unknown"
            case Close():
                return self._hold(step.mail, step.mail.since, step.why)
            case Told():
                connection = self._parts.connections.get(self._workspace, step.vendor)
                if connection and connection.row.get("healed_at") == step.healed_at:
                    self._parts.connections.recovery_told(connection)
                return "recoveries"

    def _send(self, step: Send) -> str:
        one, recipient = step.standing, self._recipients[step.mail.who]
        composed = self._composed(step, recipient)
        if composed is None:
            # A worker notes a cause before it shows in the deliveries; later, nothing there means that it has passed.
            return self._hold(step.mail, one.since, "passed") if settled(one, self._now) else "early"
        mail = replace(step.mail, cause=one.cause)
        again = {"unclear": mail.unclear, "refused": mail.refused} if mail.open else {"unclear": 0, "refused": 0}
        claimed = self._write(
            mail, state="claimed", at=self._now, since=one.since, tries=sum(again.values()) + 1, next_at=None, **again
        )
        if claimed is None:
            return "taken"
        if isinstance(composed, Posted):
            return self._mark(claimed, composed)
        return self._mark(claimed, post(composed, config.notice_from(), recipient.address))

    def _composed(self, step: Send, recipient: Recipient) -> EmailMessage | Posted | None:
        """The mail, or why it cannot be made; None if there is nothing to tell (yet, or any more)."""
        try:
            with bugs_told(self._workspace):
                content = self._content(step, recipient.language)
        except Outcome as bug:
            return Posted("refused", bug.code)
        if content is None:
            return None
        links = self._links(step.standing.cause.key, recipient)
        try:
            return message(
                content, self._workspace, links, sender=config.notice_from(), to=recipient.address, now=self._now
            )
        except ValueError:
            return Posted("refused", "bad_address")

    def _content(self, step: Send, language: Language) -> Content | None:
        cause, rejected = step.standing.cause, []
        if cause == DIGEST:
            rejected = self._teller.rejected(told_up_to(step.mail, self._now), self._now - SETTLING)
        if (cause == DIGEST and not rejected) or not self._teller.still(cause):
            return None
        return self._teller.content(cause, step.standing.since, language, rejected)

    def _links(self, cause_key: str, recipient: Recipient) -> Links:
        if not self._base:
            return Links()
        who = recipient.person.who
        key = notices.link_key(self._parts.vault, self._workspace, cause_key, who)
        page = f"{self._base}/notices/{self._workspace}/{quote(cause_key)}?key={key}&who={who}"
        return Links(f"{page}&lang={recipient.language}", page)

    @cached_property
    def _base(self) -> str:
        return workspaces.address()

    def _mark(self, mail: Mail, posted: Posted) -> str:
        """Note how sending went. Where that fails, the claim is found in a few minutes."""
        now = self._parts.clock()
        why = {"why": posted.why or None, "why_params": dict(posted.params) or None}
        match posted.state:
            case "sent":
                gone = dict.fromkeys(("next_at", "refused_at"))
                self._write(mail, state="sent", told_at=mail.at, sent_at=now, unclear=0, refused=0, **gone, **why)
            case "refused":
                due = now + pause(mail.refused + 1, self._parts.dice())
                first = mail.refused_at if mail.refused and mail.refused_at else now
                self._write(mail, state="refused", refused=mail.refused + 1, refused_at=first, next_at=due, **why)
                logger.warning("mail refused", workspace=self._workspace, cause=mail.cause.key, reason=posted.why)
                if posted.why == "throttled":
                    self._parts.sleep(_THROTTLED)
            case "unknown":
                last = mail.unclear + 1 >= TRIES
                end = {"told_at": mail.at, "next_at": None} if last else {"next_at": now + CLAIMED}
                self._write(mail, state="unknown", unclear=mail.unclear + 1, **end, **why)
                logger.warning("mail unknown", workspace=self._workspace, cause=mail.cause.key)
        return posted.state

    def _hold(self, mail: Mail, since: datetime | None, why: str) -> str:
        # What was told, and happened again too soon, stays told.
        state = {} if why in {"told_already", "digest_waits"} else {"state": "held"}
        self._write(mail, held=mail.held + 1, held_since=since, why=why, why_params=None, next_at=None, **state)
        return "held"

    def _write(self, mail: Mail, **changes: object) -> Mail | None:
        return notices.write(self._workspace, mail, self._parts.clock(), **changes)
