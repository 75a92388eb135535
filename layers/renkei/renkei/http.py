"""The way out: one small client over requests, and the table that turns answers into outcomes.

Every call has time-outs, follows no redirect and goes to https (or to a loopback stand-in). Bodies, tokens
and query values stay out of errors and logs. What a vendor account may be asked how often is `renkei.budgets`'.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from json import dumps
from typing import Any
from urllib.parse import urlsplit

import requests

from renkei.budgets import FREE, Budget, Kind
from renkei.errors import Conflict, Misconfigured, NotFound, Outcome, Reconnect, Rejected, Retry

TIMEOUT, BRIEF = (5, 20), (2, 4)
"""Seconds to connect, and to wait for each part of an answer."""
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_LONGEST = timedelta(days=1)  # that we wait because a vendor says so
_SERVER_ERROR = 500
_UNAUTHORIZED, _TOO_MANY = 401, 429
_TEXT = 2000  # characters of an answer that are kept as text
_RETRIED = {408, 423, 425, 429, 477}
_ENDS: dict[int, type[Outcome]] = {403: Misconfigured, 404: NotFound, 409: Conflict}


# RFC 3986, appendix A, without what a host cannot hold: two readers of a URL must not find two hosts in it.
_URL = re.compile(r"[A-Za-z0-9\-._~:/?#\[\]@!$&'()*+,;=%]+")
_HOST = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*|::1")


@dataclass(frozen=True)
class Answer:
    """A vendor's answer: status, parsed JSON (None if there was none) and headers (case-insensitive).

    `text` is its first 2,000 characters, for vendors that answer in plain text. Neither is for logs.
    """

    status: int
    body: Any = field(repr=False)
    headers: Mapping[str, str]
    text: str = field(default="", repr=False)


type Classify = Callable[[Answer], Outcome | None]
"""A vendor's own reading of an error answer; None leaves it to the table."""


def checked_url(url: str) -> str:
    """The URL if secrets may be sent there: https, or http on this machine. Else ValueError."""
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        return url
    raise ValueError("a vendor's address must be https")


def checked_host(url: str, hosts: str) -> str:
    """The URL if its host is one of the comma-separated hosts or a sub-domain of one. Else ValueError.

    For addresses that come from outside: https on its usual port, or http on this machine if `hosts` lists it; no
    user info, plain letters only (a name in other letters is written in its `xn--` form).
    """
    parts = urlsplit(url)
    host, allowed = parts.hostname or "", [name for part in hosts.split(",") if (name := part.strip().lower())]
    if not _URL.fullmatch(url) or not _HOST.fullmatch(host) or "@" in parts.netloc:
        raise ValueError("this is no plain https address")
    if host in _LOOPBACK:
        fits, reached = host in allowed, parts.scheme in {"http", "https"} and parts.port != 0
    else:
        fits = any(host == name or host.endswith(f".{name}") for name in allowed)
        reached = parts.scheme == "https" and parts.port in {None, 443} and not parts.netloc.endswith(":")
    if not fits:
        raise ValueError(f"this address is not at {' or '.join(allowed) or 'an allowed host'}")
    if not reached:
        raise ValueError("a vendor's address must be https, on its usual port")
    return url


class Brief(requests.Session):
    """A session that gives every call a few seconds only, for what a person waits for."""

    def __init__(self, session: requests.Session) -> None:
        super().__init__()
        self._inner = session

    def request(self, method: str, url: str, **request: Any) -> requests.Response:  # type: ignore[override]
        """As requests' own, with other time-outs."""
        return self._inner.request(method, url, **{**request, "timeout": BRIEF})


def retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """The pause that a Retry-After header asks for, if it gives seconds; a day at most."""
    seconds = headers.get("retry-after", "").strip()
    return min(timedelta(seconds=int(seconds[:9])), _LONGEST) if seconds.isdecimal() else None


def outcome(vendor: str, answer: Answer) -> Outcome:
    """What an error answer means when the vendor has no word of its own for it."""
    status = str(answer.status)
    if answer.status in _RETRIED or answer.status >= _SERVER_ERROR or answer.status // 100 == 3:  # noqa: PLR2004
        return Retry("vendor_busy", after=retry_after(answer.headers), vendor=vendor, status=status)
    if answer.status == _UNAUTHORIZED:
        return Reconnect("grant_refused", vendor=vendor)
    return _ENDS.get(answer.status, Rejected)("vendor_refused", vendor=vendor, status=status)


class Client:
    """Calls one vendor account.

    `token(fresh)` gives the bearer token, a new one where `fresh` is asked for; a vendor without such tokens has
    None and its own `headers`. `base_url` is a function where a new token may come with a new address. Each call is
    taken from the account's `budget` first.
    """

    def __init__(
        self,
        vendor: str,
        base_url: str | Callable[[], str],
        session: requests.Session,
        token: Callable[[bool], str] | None,
        classify: Classify = lambda _: None,
        *,
        headers: Mapping[str, str] | None = None,
        budget: Budget = FREE,
    ) -> None:
        self._vendor = vendor
        self._base = base_url if callable(base_url) else checked_url(base_url)
        self._session = session
        self._token = token
        self._classify = classify
        self._headers = {"accept": "application/json", **(headers or {})}
        self._budget = budget
        self.calls = 0

    def call(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        needs: str | None = None,
        kind: Kind = "call",
        plain: bool = False,
    ) -> Answer:
        """Make one call. Gives answers below 300; everything else raises an Outcome.

        A 401 is answered once with a fresh token: the refused call had no effect. An answer without the field
        that the caller `needs` is no answer: what was asked for may have happened, so it is a Retry; so is one
        that is no JSON, unless it may be `plain` text.
        """
        request: dict[str, Any] = {"params": params, "plain": plain, "headers": headers or {}}
        if json is not None:
            request["data"] = encoded(json)
        answer = self._send(method, path, kind, request, fresh=False)
        if answer.status == _UNAUTHORIZED and self._token:
            answer = self._send(method, path, kind, request, fresh=True)
        if answer.status >= 300:  # noqa: PLR2004
            raise self.refusal(answer)
        if needs is not None and not (isinstance(answer.body, dict) and needs in answer.body):
            raise Retry("vendor_garbled", vendor=self._vendor)
        return answer

    def _send(self, method: str, path: str, kind: Kind, request: Mapping[str, Any], *, fresh: bool) -> Answer:
        headers = {**self._headers, **request["headers"]}
        if "data" in request:
            headers["content-type"] = "application/json"
        if self._token:
            headers["authorization"] = f"Bearer {self._token(fresh)}"
        self._budget.take(kind)  # last, because a token may take its time
        self.calls += 1
        base = self._base() if callable(self._base) else self._base
        return send(self._vendor, self._session, method, base + path, **{**request, "headers": headers})

    def refusal(self, answer: Answer) -> Outcome:
        """The outcome of an error answer, or of a part of a whole one."""
        return self.held(self._classify(answer) or outcome(self._vendor, answer), answer.status)

    def held(self, end: Outcome, status: int = 0) -> Outcome:
        """The outcome; a vendor that names a pause means everybody on the account."""
        if isinstance(end, Retry) and (status == _TOO_MANY or end.daily or end.after is not None):
            return self._budget.refused(end)
        return end


def encoded(body: Any) -> bytes:
    """A JSON body as it is sent: UTF-8, no spare space (vendors limit bodies, and Japanese escapes sextuple)."""
    return dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def send(
    vendor: str, session: requests.Session, method: str, url: str, *, plain: bool = False, **request: Any
) -> Answer:
    """Send one request and give the answer, whatever its status. No answer, or a broken one, is a Retry.

    An answer that is no JSON is broken, unless it may be `plain` text.
    """
    try:
        response = session.request(method, checked_url(url), timeout=TIMEOUT, allow_redirects=False, **request)
    except requests.RequestException:
        raise Retry("vendor_unreachable", vendor=vendor) from None  # its text may hold the URL's query
    try:
        body = response.json() if response.content else None
    except requests.JSONDecodeError:
        if response.ok and not plain:
            raise Retry("vendor_garbled", vendor=vendor) from None
        body = None
    # Four bytes a character at most; requests' own `text` would guess at an encoding, which is slow.
    text = response.content[: 4 * _TEXT].decode(errors="replace")[:_TEXT]
    return Answer(response.status_code, body, response.headers, text)
