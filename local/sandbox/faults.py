"""Fault plans: how a sandbox vendor is told to misbehave, the same way for every vendor."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from fnmatch import fnmatchcase
from typing import Literal, get_args

Kind = Literal["status", "delay", "cut_before", "cut_after", "timeout_before", "timeout_after", "junk_body"]
KINDS: frozenset[str] = frozenset(get_args(Kind))


class Cut(Exception):
    """The connection is to be closed without an answer."""


class TimedOut(Exception):
    """The connection is to stay silent until the caller gives up."""


@dataclass
class Fault:
    """One way of misbehaving, for the requests it fits.

    `method` is a method or "*". `path` is a glob over the whole path ("/crm/*"), or a regular
    expression when it starts with "^". It strikes at every n-th fitting request (`every`), at most
    `times` times (None: for ever). The kinds ending in `_before` keep the request from having any
    effect; those ending in `_after`, and `junk_body`, let it take effect and spoil the answer.
    """

    method: str = "*"
    path: str = "*"
    kind: Kind = "status"
    status: int = 500
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None
    every: int = 1
    times: int | None = 1
    seconds: float = 1.0
    seen: int = 0
    struck: int = 0

    def __post_init__(self) -> None:
        """Refuse what could never strike."""
        if self.kind not in KINDS:
            raise ValueError(f"unknown kind of fault: {self.kind}")
        if self.every < 1 or (self.times is not None and self.times < 1):
            raise ValueError("every and times start at 1")

    def fits(self, method: str, path: str) -> bool:
        """Whether a request is one of those this fault is for."""
        if self.method not in ("*", method):
            return False
        if self.path.startswith("^"):
            return re.search(self.path, path) is not None
        return fnmatchcase(path, self.path)

    def strikes(self) -> bool:
        """Count a fitting request; whether it is hit."""
        if self.times is not None and self.struck >= self.times:
            return False
        self.seen += 1
        if self.seen % self.every:
            return False
        self.struck += 1
        return True

    @staticmethod
    def from_json(value: Mapping[str, object]) -> "Fault":
        """Read a fault as it is posted; raises ValueError with what is wrong."""
        known = {f.name for f in fields(Fault)} - {"seen", "struck"}
        unknown = sorted(set(value) - known)
        if unknown:
            raise ValueError(f"unknown: {', '.join(unknown)}; allowed: {', '.join(sorted(known))}")
        try:
            return Fault(**value)  # type: ignore[arg-type]
        except TypeError as error:
            raise ValueError(str(error)) from error


class Faults:
    """The faults in force. The first one that strikes is used."""

    def __init__(self) -> None:
        """Start well-behaved."""
        self._plan: list[Fault] = []

    def add(self, fault: Fault) -> Fault:
        """Put a fault in force and give it back, for its counters."""
        self._plan.append(fault)
        return fault

    def clear(self) -> None:
        """Behave again."""
        self._plan.clear()

    def pick(self, method: str, path: str) -> Fault | None:
        """The fault that hits this request, if any; counts the request."""
        fitting = [fault for fault in self._plan if fault.fits(method, path)]
        return next((fault for fault in fitting if fault.strikes()), None)
