"""The way out: one small client over requests, and the table that turns answers into outcomes.

Every call has time-outs, follows no redirect and goes to https (or to a loopback stand-in). Bodies, tokens
and query values stay out of errors and logs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from json import dumps
from typing import Any
from urllib.parse import urlsplit

import requests

from renkei.errors import Conflict, Misconfigured, NotFound, Outcome, Reconnect, Rejected, Retry

TIMEOUT = (5, 20)
"""Seconds to connect, and to wait for each part of an answer."""
_LOOPBACK = {"127.0.0.1", "localhost", "::1"}
_LONGEST = timedelta(days=1)  # that we wait because a vendor says so
_SERVER_ERROR = 500
_RETRIED = {408, 423, 425, 429, 477}
_ENDS: dict[int, type[Outcome]] = {401: Reconnect, 403: Misconfigured, 404: NotFound, 409: Conflict}


@dataclass(frozen=True)
class Answer:
    """A vendor's answer: status, parsed JSON (None if there was none) and headers (case-insensitive)."""

    status: int
    body: Any
    headers: Mapping[str, str]


type Classify = Callable[[Answer], Outcome | None]
"""A vendor's own reading of an error answer; None leaves it to the table."""


def checked_url(url: str) -> str:
    """The URL if secrets may be sent there: https, or http on this machine. Else ValueError."""
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        return url
    raise ValueError("a vendor's address must be https")


def retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """The pause that a Retry-After header asks for, if it gives seconds; a day at most."""
    seconds = headers.get("retry-after", "").strip()
    return min(timedelta(seconds=int(seconds[:9])), _LONGEST) if seconds.isdecimal() else None


def outcome(vendor: str, answer: Answer) -> Outcome:
    """What an error answer means when the vendor has no word of its own for it."""
    params = {"vendor": vendor, "status": str(answer.status)}
    if answer.status in _RETRIED or answer.status >= _SERVER_ERROR or answer.status // 100 == 3:  # noqa: PLR2004
        return Retry("vendor_busy", after=retry_after(answer.headers), **params)
    return _ENDS.get(answer.status, Rejected)("vendor_refused", **params)


class Client:
    """Calls one vendor account. `token(fresh)` gives the bearer token, a new one where `fresh` is asked for."""

    def __init__(
        self,
        vendor: str,
        base_url: str,
        session: requests.Session,
        token: Callable[[bool], str],
        classify: Classify = lambda _: None,
    ) -> None:
        self._vendor = vendor
        self._base = checked_url(base_url)
        self._session = session
        self._token = token
        self._classify = classify
        self.calls = 0

    def call(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        params: Mapping[str, str] | None = None,
        needs: str | None = None,
    ) -> Answer:
        """Make one call. Gives answers below 300; everything else raises an Outcome.

        A 401 is answered once with a fresh token: the refused call had no effect. An answer without the field
        that the caller `needs` is no answer: what was asked for may have happened, so it is a Retry.
        """
        answer = self._send(method, path, json, params, fresh=False)
        if answer.status == 401:  # noqa: PLR2004
            answer = self._send(method, path, json, params, fresh=True)
        if answer.status >= 300:  # noqa: PLR2004
            raise self._classify(answer) or outcome(self._vendor, answer)
        if needs is not None and not (isinstance(answer.body, dict) and needs in answer.body):
            raise Retry("vendor_garbled", vendor=self._vendor)
        return answer

    def _send(self, method: str, path: str, json: Any, params: Mapping[str, str] | None, *, fresh: bool) -> Answer:
        headers = {"authorization": f"Bearer {self._token(fresh)}", "accept": "application/json"}
        data = None
        if json is not None:
            headers["content-type"], data = "application/json", encoded(json)
        self.calls += 1
        url = self._base + path
        return send(self._vendor, self._session, method, url, data=data, params=params, headers=headers)


def encoded(body: Any) -> bytes:
    """A JSON body as it is sent: UTF-8, no spare space (vendors limit bodies, and Japanese escapes sextuple)."""
    return dumps(body, ensure_ascii=False, separators=(",", ":")).encode()


def send(vendor: str, session: requests.Session, method: str, url: str, **request: Any) -> Answer:
    """Send one request and give the answer, whatever its status. No answer, or a broken one, is a Retry."""
    try:
        response = session.request(method, checked_url(url), timeout=TIMEOUT, allow_redirects=False, **request)
    except requests.RequestException:
        raise Retry("vendor_unreachable", vendor=vendor) from None  # its text may hold the URL's query
    try:
        body = response.json() if response.content else None
    except requests.JSONDecodeError:
        if response.ok:
            raise Retry("vendor_garbled", vendor=vendor) from None
        body = None
    return Answer(response.status_code, body, response.headers)
