"""What people are told of by mail: its cause, and what became of the mail to one recipient. Pure.

Both live in the Workspaces table (`renkei.notices`); what is to be done is decided in `functions/notices/plan.py`.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

type Kind = Literal["broken", "expired", "idle30", "idle7", "recovered", "parked", "late", "rejected", "noticed"]
type MailState = Literal["claimed", "sent", "held", "refused", "unknown"]

NOBODY = "-"
"""Stands for the recipient where a workspace has none."""


@dataclass(frozen=True)
class Cause:
    """Something that a person should know of.

    `about` is the key of a vendor (broken, expired, idle…, recovered) or of an integration (parked, late,
    rejected, noticed). `code` and `params` are those of the Outcome behind it: codes and names only, nothing personal.
    """

    kind: Kind
    about: str
    code: str = ""
    params: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """What tells causes apart. Two that are parked or noticed with other params (another field) are two causes."""
        parts = [self.kind, self.about, self.code]
        if self.kind in {"parked", "noticed"}:
            canonical = json.dumps(dict(self.params), sort_keys=True, ensure_ascii=False)
            parts.append(hashlib.sha256(canonical.encode()).hexdigest()[:8])
        return ".".join(filter(None, parts))


@dataclass(frozen=True)
class Mail:
    """What is known of the mail about a cause to a recipient (`who`, a keyed digest of the address).

    `since` is when that began which the mail is or was about; `at` when it was last tried, `told_at` when it last
    went out for all we know. `unclear` and `refused` count the tries since then whose end we do not know, and
    that were refused. `held_since` is what was last held back, `why` the code of why, or of a refusal.
    `turn` counts the writes of the row: each is conditional on the one before.
    """

    cause: Cause
    who: str
    state: MailState | None = None
    turn: int = 0
    since: datetime | None = None
    at: datetime | None = None
    told_at: datetime | None = None
    next_at: datetime | None = None
    refused_at: datetime | None = None
    held_since: datetime | None = None
    unclear: int = 0
    refused: int = 0
    held: int = 0
    why: str = ""
    why_params: Mapping[str, str] = field(default_factory=dict)

    @property
    def open(self) -> bool:
        """Whether it is still to be sent."""
        return self.state in {"claimed", "refused"} or (self.state == "unknown" and self.next_at is not None)

    def done(self, since: datetime) -> bool:
        """Whether nothing more is to come of what began then: it was told, or held back for good."""
        return not self.open and ((self.told_at is not None and self.told_at >= since) or self.held_since == since)
