"""Hears everything that leaves our processes for a place where people look: logs, metrics, bells, unsealed rows."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Any
from unittest import mock
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from local.sandbox.hubspot.tokens import Tokens as HubSpotTokens
from local.sandbox.salesforce import tokens as salesforce_tokens
from local.sandbox.salesforce.tokens import Tokens as SalesforceTokens
from renkei import aws, connecting, oauth
from tests.crash.effects import Side, watched
from tests.crash.world import all_rows
from tests.harness import TOKEN, Stack


@dataclass
class Ears:
    """What was heard, by where; what must not be heard, and what must: (where, text)."""

    secrets: set[str] = field(default_factory=lambda: {TOKEN, "renkei-demo-secret"})
    heard: dict[str, list[str]] = field(default_factory=dict)
    expected: set[tuple[str, str]] = field(default_factory=set)

    def hear(self, where: str, text: str) -> None:
        """Take a text in."""
        self.heard.setdefault(where, []).append(text)

    def missed(self) -> list[tuple[str, str]]:
        """What had to be heard and was not."""
        return sorted(one for one in self.expected if not any(one[1] in text for text in self.heard.get(one[0], ())))

    def leaks(self) -> list[tuple[str, str]]:
        """(where, secret) of everything that was heard and must not be."""
        heard = {where: set(texts) for where, texts in self.heard.items()}  # tables say the same again and again
        return sorted(
            (where, secret)
            for secret in self.secrets
            for forms in (_forms(secret),)
            for where, texts in heard.items()
            if any(form in text for text in texts for form in forms)
        )

    def learn_url(self, url: str) -> None:
        """The OAuth parameters of an address are secrets."""
        query = parse_qs(urlsplit(url).query)
        self.secrets |= {value for name in ("ticket", "state", "code") for value in query.get(name, ())}


def _forms(secret: str) -> set[str]:
    """A text as it is, in JSON, in a URL, in Python's repr of its bytes, and in small letters."""
    return {secret, secret.lower(), json.dumps(secret)[1:-1], quote(secret), repr(secret.encode())[2:-1]}


@contextmanager
def listening(stack: Stack, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]) -> Iterator[Ears]:
    """Listen while this lasts."""
    ears, lines = Ears(), io.StringIO()
    with ExitStack() as cleaning:
        for handler in logging.getLogger("renkei").handlers:
            if isinstance(handler, logging.StreamHandler):
                before = handler.setStream(lines)
                cleaning.callback(handler.setStream, before)
        cleaning.enter_context(caplog.at_level(logging.DEBUG))
        cleaning.enter_context(watched(lambda side, effect: _rows(ears, side, effect)))
        cleaning.enter_context(_bells(ears))
        cleaning.enter_context(_tokens(ears))
        yield ears
    for record in caplog.records:
        ears.hear("records", f"{record.getMessage()} {vars(record)}")
    printed = capfd.readouterr()
    ears.hear("log", lines.getvalue())
    ears.hear("printed", printed.out + printed.err)


def _rows(ears: Ears, side: Side, effect: str) -> None:
    """After each write, all rows of all tables; only what is sealed stays out."""
    if side == "after" and effect.startswith("dynamodb"):
        for table, row in all_rows():
            ears.hear(f"table {table}", repr({name: value for name, value in row.items() if name != "sealed"}))


@contextmanager
def _bells(ears: Ears) -> Iterator[None]:
    events, name = aws.client("sqs").meta.events, "provide-client-params.sqs.SendMessage"

    def sent(params: dict[str, Any], **_: Any) -> None:
        ears.hear("bells", repr(params))

    events.register(name, sent)
    try:
        yield
    finally:
        events.unregister(name, sent)


_BIRTHS: tuple[tuple[Any, str], ...] = (
    (HubSpotTokens, "new_access"),
    (HubSpotTokens, "new_refresh"),
    (HubSpotTokens, "new_code"),
    (SalesforceTokens, "new_session"),
    (SalesforceTokens, "new_code"),
    (salesforce_tokens, "_refresh_token"),
)


@contextmanager
def _tokens(ears: Ears) -> Iterator[None]:
    """Learn every token, code and PKCE verifier at its birth."""
    pkce = oauth.pkce

    def verifier() -> tuple[str, str]:
        born = pkce()
        ears.secrets.add(born[0])
        return born

    with ExitStack() as patches:
        patches.enter_context(mock.patch.object(connecting, "pkce", verifier))
        for mother, name in _BIRTHS:
            patches.enter_context(mock.patch.object(mother, name, _noted(ears, getattr(mother, name))))
        yield


def _noted(ears: Ears, birth: Any) -> Any:
    def born(*args: Any, **named: Any) -> str:
        token: str = birth(*args, **named)
        ears.secrets.add(token)
        return token

    return born
