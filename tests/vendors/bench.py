"""One vendor on the bench: its sandbox, a client, and everything that the attempt let out."""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import pytest

from local.sandbox.faults import Fault
from local.sandbox.vendor import Vendor
from renkei.errors import Outcome
from tests.harness import Clock
from tests.vendors.cases import NAME, PERSON, Endpoints, VendorCase, Verbs

ECHO = "echoed by the vendor"


@dataclass
class Bench:
    """Calls the vendor and catches what comes out: the outcome, and every text that a log could show."""

    case: VendorCase
    vendor: Vendor
    token: str
    caplog: pytest.LogCaptureFixture
    capfd: pytest.CaptureFixture[str]
    asked: list[bool] = field(default_factory=list)
    secrets: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Stand on the sandbox."""
        self.secrets += [self.token, PERSON, PERSON.partition("@")[0], NAME, *self.case.secrets]
        self.session = self.case.session(self.vendor)

    def give_token(self, fresh: bool) -> str:
        """The token; notes whether a fresh one was asked for."""
        self.asked.append(fresh)
        return self.token

    def fault(self, kind: str = "status", status: int = 500, *, times: int | None = None, **more: Any) -> Fault:
        """Let the vendor misbehave; with a status it echoes in its body what it was sent."""
        if kind == "status" and "body" not in more:
            more["body"] = json.dumps(self.echo())
        return self.vendor.faults.add(Fault(kind=kind, status=status, times=times, **more))  # type: ignore[arg-type]

    def echo(self) -> object:
        """An error body that quotes what was sent, token and all."""
        quoted = " ".join((f"{ECHO}:", PERSON, NAME, self.token, *self.case.secrets))
        return self.verbs.refusal(quoted) if self.case.verbs else {"message": quoted, "error_description": quoted}

    @property
    def verbs(self) -> Verbs:
        """What the vendor's client does."""
        assert self.case.verbs
        return self.case.verbs

    @property
    def endpoints(self) -> Endpoints:
        """The vendor's token endpoints."""
        assert self.case.endpoints
        return self.case.endpoints

    @cached_property
    def client(self) -> Any:
        """The client on the sandbox."""
        return self.verbs.client(self.session, self.give_token)

    def attempt(self, verb: str) -> Outcome | None:
        """Call a verb: its outcome, raised or in its result; None if it went well. Nothing secret may come out."""
        call: Callable[[Any], Outcome | None] = getattr(self.verbs, verb)
        with self.silent():
            try:
                end = call(self.client)
            except Outcome as raised:
                end = raised
            if end is not None:
                self.harmless(end)
        return end

    @contextmanager
    def silent(self) -> Iterator[None]:
        """Whatever is logged or printed meanwhile, at any level, holds no secret."""
        self.caplog.clear()
        self.capfd.readouterr()
        with self.caplog.at_level(logging.DEBUG):
            yield
        printed = self.capfd.readouterr()
        records = [f"{record.getMessage()} {vars(record)}" for record in self.caplog.records]
        self.clean("\n".join([printed.out, printed.err, *records]))

    def harmless(self, error: BaseException) -> None:
        """An error's text, its repr and its trace hold no secret."""
        trace = "".join(traceback.format_exception(error))
        self.clean("\n".join([str(error), repr(error), trace, repr(error.args), repr(vars(error))]))

    def clean(self, text: str) -> None:
        """No secret is in a text."""
        found = [secret for secret in self.secrets if secret in text]
        assert not found, text


@contextmanager
def on_the_bench(
    case: VendorCase,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
    capfd: pytest.CaptureFixture[str],
) -> Iterator[Bench]:
    """A fresh bench for one test."""
    for name, value in case.environment.items():
        monkeypatch.setenv(name, value)
    vendor = case.sandbox(Clock())
    yield Bench(case, vendor, case.token(vendor), caplog, capfd)
