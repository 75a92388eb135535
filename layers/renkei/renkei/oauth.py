"""OAuth 2 for vendors that are records of data: authorize URL, code exchange, refresh, introspection.

Follows RFC 6749 with PKCE (RFC 7636, S256). A token's life is kept by `renkei.connections`, a living one is
given by `renkei.tokens`.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import requests

from renkei import http
from renkei.errors import Outcome, Reconnect, Retry

_PASSING = {"rate_limit_exceeded", "server_error", "temporarily_unavailable", "unknown_error"}
_OURS = {"invalid_client", "invalid_client_id", "unauthorized_client"}  # the app's own credentials


@dataclass(frozen=True)
class Told:
    """What a token answer (or an introspection) says; empty where it does not say.

    `kept` is stored, sealed, beside the tokens.
    """

    account: str
    scopes: tuple[str, ...]
    kept: Mapping[str, str] = field(default_factory=dict)


def no_site(site: str) -> str:
    """The site of a vendor that has but one."""
    if site:
        raise ValueError("this vendor has no sites to choose from")
    return ""


@dataclass(frozen=True)
class OAuthVendor:
    """A vendor's OAuth as data. Addresses are read when used, so that a stand-in is a URL; they depend on the
    site ("" or what `site` made of a person's choice, or ValueError).

    `read` raises ValueError for an answer that is not to be believed. `timed`: answers tell how long an access
    token lives; else it lives until it is refused. A refresh token that is unused for `lapses` ends.
    """

    key: str
    authorize_url: Callable[[str], str]
    token_url: Callable[[str], str]
    revoke_url: Callable[[str], str]
    scopes: tuple[str, ...]
    read: Callable[[Mapping[str, Any]], Told]
    introspect_url: Callable[[str], str] | None = None
    site: Callable[[str], str] = no_site
    timed: bool = True
    lapses: timedelta | None = None


@dataclass(frozen=True)
class App:
    """Our app at a vendor: the deployment's, or one that a connection brought."""

    client_id: str
    client_secret: str = field(repr=False)


@dataclass(frozen=True)
class Grant:
    """What a token endpoint gave. `account` is empty where it did not say; `lasts` None: until it is refused."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    lasts: timedelta | None
    account: str
    scopes: tuple[str, ...]
    kept: Mapping[str, str] = field(default_factory=dict)

    @property
    def secrets(self) -> dict[str, str]:
        """What of it is stored sealed."""
        return {**self.kept, "access_token": self.access_token, "refresh_token": self.refresh_token}


def pkce() -> tuple[str, str]:
    """A fresh code verifier and its S256 challenge."""
    verifier = secrets.token_urlsafe(48)
    digest = hashlib.sha256(verifier.encode()).digest()
    return verifier, base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def authorize_url(
    vendor: OAuthVendor,
    app: App,
    redirect_uri: str,
    state: str,
    challenge: str,
    *,
    site: str = "",
    scopes: Sequence[str] = (),
) -> str:
    """Where to send the browser so that a person allows the connection, with these scopes (none: all of them)."""
    query = {
        "client_id": app.client_id,
        "redirect_uri": redirect_uri,
        "scope": " ".join(scopes or vendor.scopes),
        "state": state,
        "response_type": "code",
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    return f"{vendor.authorize_url(site)}?{urlencode(query).replace('+', '%20')}"


class Tokens:
    """Calls a vendor's token endpoints for an app. Errors are Retry, or Reconnect where only a person can help."""

    def __init__(self, vendor: OAuthVendor, app: App, session: requests.Session, site: str = "") -> None:
        self._vendor = vendor
        self._app = app
        self._session = session
        self._site = site

    def exchange(self, code: str, verifier: str, redirect_uri: str) -> Grant:
        """Turn the code of a callback into tokens; looks the account up where the answer does not name it."""
        fields = {"code": code, "code_verifier": verifier, "redirect_uri": redirect_uri}
        grant = self._grant("authorization_code", fields)
        if not (grant.account and grant.scopes) and self._vendor.introspect_url:
            told = self.introspect(grant.access_token)
            grant = replace(grant, account=grant.account or told.account, scopes=grant.scopes or told.scopes)
        if not grant.account:
            raise Retry("vendor_garbled", vendor=self._vendor.key)
        return grant

    def refresh(self, refresh_token: str) -> Grant:
        """A new access token; the refresh token is the new one where the vendor rotates it."""
        return self._grant("refresh_token", {"refresh_token": refresh_token}, refresh_token)

    def introspect(self, access_token: str) -> Told:
        """What the vendor says of an access token; nothing where it has no such endpoint."""
        if self._vendor.introspect_url is None:
            return Told("", ())
        body = self._post(self._vendor.introspect_url(self._site), token=access_token, token_type_hint="access_token")  # noqa: S106 - a hint
        return self._read(body)

    def revoke(self, refresh_token: str) -> None:
        """End a refresh token at the vendor; one that is gone already needs nothing."""
        fields = {"token": refresh_token, "token_type_hint": "refresh_token"}
        answer, body = self._asked(self._vendor.revoke_url(self._site), fields)
        if answer.status >= 300 and body.get("error") != "invalid_token":  # noqa: PLR2004
            raise self._outcome(answer, body)

    def _grant(self, grant_type: str, fields: Mapping[str, str], refresh_token: str = "") -> Grant:
        body = self._post(self._vendor.token_url(self._site), grant_type=grant_type, **fields)
        told = self._read(body)
        try:
            lasts = timedelta(seconds=int(body["expires_in"])) if self._vendor.timed else None
            access, renewed = _given(body["access_token"]), body.get("refresh_token") or refresh_token
            return Grant(access, _given(renewed), lasts, told.account, told.scopes, told.kept)
        except (KeyError, TypeError, ValueError):
            raise Retry("vendor_garbled", vendor=self._vendor.key) from None

    def _read(self, body: Mapping[str, Any]) -> Told:
        try:
            return self._vendor.read(body)
        except (KeyError, TypeError, ValueError):
            raise Retry("vendor_garbled", vendor=self._vendor.key) from None

    def _post(self, url: str, **fields: str) -> dict[str, Any]:
        answer, body = self._asked(url, fields)
        if answer.status < 300:  # noqa: PLR2004
            return body
        raise self._outcome(answer, body)

    def _asked(self, url: str, fields: Mapping[str, str]) -> tuple[http.Answer, dict[str, Any]]:
        data = {**fields, "client_id": self._app.client_id, "client_secret": self._app.client_secret}
        answer = http.send(self._vendor.key, self._session, "POST", url, data=data)
        return answer, answer.body if isinstance(answer.body, dict) else {}

    def _outcome(self, answer: http.Answer, body: Mapping[str, Any]) -> Outcome:
        """Only a refusal of the grant is for a person; a busy or broken token endpoint is not."""
        general = http.outcome(self._vendor.key, answer)
        if isinstance(general, Retry):
            return general
        being_done = "already being processed" in str(body.get("error_description"))  # said with invalid_grant
        if body.get("error") in _PASSING or being_done:
            return Retry("vendor_busy", vendor=self._vendor.key, status=str(answer.status))
        code = "app_refused" if body.get("error") in _OURS else "grant_refused"
        return Reconnect(code, vendor=self._vendor.key)


def _given(token: object) -> str:
    if not isinstance(token, str) or not token:
        raise ValueError("no token")
    return token
