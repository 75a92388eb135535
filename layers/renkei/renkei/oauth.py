"""OAuth 2 for vendors that are records of data: authorize URL, code exchange, refresh, introspection.

Follows RFC 6749 with PKCE (RFC 7636, S256). A token's life is kept by `renkei.connections`; `TokenSource`
gives a token that lives, with one refresh at a time for each connection.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import requests

from renkei import http
from renkei.config import Clock
from renkei.connections import LEASE, Connection, Connections
from renkei.errors import Outcome, Reconnect, Retry

_AHEAD = timedelta(minutes=5)
_POLL = 0.2  # seconds between two looks at a token that somebody else refreshes
_OURS = {"invalid_client", "unauthorized_client"}  # the app's own credentials


@dataclass(frozen=True)
class OAuthVendor:
    """A vendor's OAuth as data. The addresses are read when used, so that a stand-in is a URL."""

    key: str
    authorize_url: Callable[[], str]
    token_url: Callable[[], str]
    introspect_url: Callable[[], str]
    revoke_url: Callable[[], str]
    scopes: tuple[str, ...]
    account_field: str


@dataclass(frozen=True)
class App:
    """Our app at a vendor: the deployment's, or one that a connection brought."""

    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True)
class Grant:
    """What a token endpoint gave. `account` is empty where it did not say."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    lasts: timedelta
    account: str
    scopes: tuple[str, ...]


def pkce() -> tuple[str, str]:
    """A fresh code verifier and its S256 challenge."""
    verifier = secrets.token_urlsafe(48)
    digest = hashlib.sha256(verifier.encode()).digest()
    return verifier, base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def authorize_url(vendor: OAuthVendor, app: App, redirect_uri: str, state: str, challenge: str) -> str:
    """Where to send the browser so that a person allows the connection."""
    query = {
        "client_id": app.client_id,
        "redirect_uri": redirect_uri,
        "scope": " ".join(vendor.scopes),
        "state": state,
        "response_type": "code",
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    return f"{vendor.authorize_url()}?{urlencode(query).replace('+', '%20')}"


class Tokens:
    """Calls a vendor's token endpoints for an app. Errors are Retry, or Reconnect where only a person can help."""

    def __init__(self, vendor: OAuthVendor, app: App, session: requests.Session) -> None:
        self._vendor = vendor
        self._app = app
        self._session = session

    def exchange(self, code: str, verifier: str, redirect_uri: str) -> Grant:
        """Turn the code of a callback into tokens; looks the account up where the answer does not name it."""
        fields = {"code": code, "code_verifier": verifier, "redirect_uri": redirect_uri}
        grant = self._grant("authorization_code", fields)
        if grant.account and grant.scopes:
            return grant
        told = self._post(self._vendor.introspect_url(), token=grant.access_token, token_type_hint="access_token")  # noqa: S106 - a hint
        account, scopes = _text(told.get(self._vendor.account_field)), tuple(told.get("scopes") or ())
        if not account:
            raise Retry("vendor_garbled", vendor=self._vendor.key)
        return Grant(grant.access_token, grant.refresh_token, grant.lasts, account, grant.scopes or scopes)

    def refresh(self, refresh_token: str) -> Grant:
        """A new access token; the refresh token is the new one where the vendor rotates it."""
        return self._grant("refresh_token", {"refresh_token": refresh_token}, refresh_token)

    def revoke(self, refresh_token: str) -> None:
        """End a refresh token at the vendor."""
        self._post(self._vendor.revoke_url(), token=refresh_token, token_type_hint="refresh_token")  # noqa: S106 - a hint

    def _grant(self, grant_type: str, fields: Mapping[str, str], refresh_token: str = "") -> Grant:
        told = self._post(self._vendor.token_url(), grant_type=grant_type, **fields)
        try:
            return Grant(
                access_token=_given(told["access_token"]),
                refresh_token=told.get("refresh_token") or refresh_token,
                lasts=timedelta(seconds=int(told["expires_in"])),
                account=_text(told.get(self._vendor.account_field)),
                scopes=tuple(told.get("scopes") or ()),
            )
        except (KeyError, TypeError, ValueError):
            raise Retry("vendor_garbled", vendor=self._vendor.key) from None

    def _post(self, url: str, **fields: str) -> dict[str, Any]:
        data = {**fields, "client_id": self._app.client_id, "client_secret": self._app.client_secret}
        answer = http.send(self._vendor.key, self._session, "POST", url, data=data)
        body = answer.body if isinstance(answer.body, dict) else {}
        if answer.status < 300:  # noqa: PLR2004
            return body
        raise self._outcome(answer, body)

    def _outcome(self, answer: http.Answer, body: Mapping[str, Any]) -> Outcome:
        """Only a refusal of the grant is for a person; a busy or broken token endpoint is not."""
        general = http.outcome(self._vendor.key, answer)
        if isinstance(general, Retry):
            return general
        code = "app_refused" if body.get("error") in _OURS else "grant_refused"
        return Reconnect(code, vendor=self._vendor.key)


class TokenSource:
    """Gives the access token of one connection, refreshed ahead of its end by one worker at a time.

    `connection` is the connection as it is now: a refresh makes a new version of it.
    """

    def __init__(
        self,
        connection: Connection,
        connections: Connections,
        tokens: Callable[[Mapping[str, Any]], Tokens],
        clock: Clock,
        sleep: Callable[[float], None],
    ) -> None:
        self.connection = connection
        self._connections = connections
        self._tokens = tokens
        self._clock = clock
        self._sleep = sleep
        self._secrets = connections.secrets(connection)

    def __call__(self, fresh: bool = False) -> str:
        """The token; `fresh` after the vendor refused the last one. Retry or Reconnect if there is none to be had."""
        left = self.connection.expires_at - self._clock()
        if fresh or left < _AHEAD:
            self._renew(must=fresh or left <= timedelta())
        return str(self._secrets["access_token"])

    def _renew(self, *, must: bool) -> None:
        seen = self.connection.version
        for _ in range(int(LEASE.total_seconds() / _POLL) + 1):
            if owner := self._connections.lease(self.connection):
                return self._refresh(owner)
            self._reload()
            if self.connection.version != seen or not must:
                return None
            self._sleep(_POLL)
        raise Retry("refresh_busy", vendor=self.connection.vendor)

    def _refresh(self, owner: str) -> None:
        grant = None
        try:
            grant = self._tokens(self._secrets).refresh(self._secrets["refresh_token"])
        finally:
            if grant is None:  # whatever it was: nobody else need wait for the lease's end
                self._connections.release(self.connection, owner)
        kept = {**self._secrets, "access_token": grant.access_token, "refresh_token": grant.refresh_token}
        stored = self._connections.refreshed(self.connection, owner, kept, grant.lasts)
        if stored is None:
            return self._reload()
        self.connection, self._secrets = stored, kept
        return None

    def _reload(self) -> None:
        found = self._connections.get(self.connection.workspace, self.connection.vendor)
        if found is None or found.state != "connected":
            raise Reconnect("not_connected", vendor=self.connection.vendor)
        self.connection, self._secrets = found, self._connections.secrets(found)


def _given(token: object) -> str:
    if not isinstance(token, str) or not token:
        raise ValueError("no token")
    return token


def _text(value: object) -> str:
    return "" if value is None else str(value)
