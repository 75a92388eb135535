"""OAuth: the consent page and the token endpoints, and what a key says of itself.

https://developers.hubspot.com/docs/api-reference/latest/authentication/manage-oauth-tokens
"""

import hmac
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from urllib.parse import urlencode, urlsplit

from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from local.sandbox.hubspot import pages
from local.sandbox.hubspot.ask import Settings
from local.sandbox.hubspot.errors import correlation_id, not_found
from local.sandbox.hubspot.store import Portal
from local.sandbox.hubspot.tokens import ACCESS_LIFE, CODE_LIFE, App, Code, Grant, Tokens
from local.sandbox.vendor import json_response

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
USER_ID, USER = 51001, "admin@example.co.jp"


@dataclass
class Told(Exception):
    """A refusal in the form of RFC 6749, with HubSpot's own status beside it."""

    error: str
    status: str
    description: str

    def response(self) -> Response:
        """The answer."""
        body = {
            "error": self.error,
            "error_description": self.description,
            "status": self.status,
            "message": self.description,
            "correlationId": correlation_id(),
        }
        return json_response(400, body)


@dataclass
class OAuth:
    """The endpoints; each answers a whole request."""

    app: App
    tokens: Tokens
    portals: Mapping[int, Portal]
    settings: Settings

    def answer(self, endpoint: str, request: Request, now: datetime) -> Response:
        """The answer of an endpoint that needs no access token, by its name in the routes."""
        match endpoint:
            case "authorize":
                return self.authorize(request, now)
            case "introspect":
                return self.introspect(request, now)
            case "revoke":
                return self.revoke(request)
            case "key_info":
                return self.key_info(request)
        return self.token(request, now, v1=endpoint == "token_v1")

    def authorize(self, request: Request, now: datetime) -> Response:
        """GET shows the consent page; POST is a press on one of its buttons."""
        query = request.args
        wrong = self._bad_link(query)
        if wrong:
            return Response(pages.refused(wrong), 400, mimetype="text/html")
        scopes = self._scopes(query)
        if request.method == "GET":
            text = pages.consent(self.app, list(self.portals.values()), sorted(scopes))
            return Response(text, mimetype="text/html")
        state = {"state": query["state"]} if "state" in query else {}
        if request.form.get("answer") != "allow":
            answer = {"error": "access_denied", "error_description": "The user denied the request"}
            return _back(query["redirect_uri"], answer | state)
        portal = int(request.form.get("portal") or 0)
        if portal not in self.portals:
            return Response(pages.refused("Choose an account."), 400, mimetype="text/html")
        until = now + CODE_LIFE
        challenge = query.get("code_challenge")
        code = Code(portal, scopes, query["redirect_uri"], challenge, until)
        return _back(query["redirect_uri"], {"code": self.tokens.new_code(code)} | state)

    def token(self, request: Request, now: datetime, *, v1: bool = False) -> Response:
        """POST …/token: a code or a refresh token for an access token."""
        try:
            grant, refresh = self._granted(self._form(request), now)
        except Told as refusal:
            return refusal.response()
        body: dict[str, object] = {
            "access_token": self.tokens.new_access(grant, now),
            "refresh_token": refresh,
            "expires_in": int(ACCESS_LIFE.total_seconds()),
            "token_type": "bearer",
        }
        if not v1:
            more = {"scopes": sorted(grant.scopes), "user_id": USER_ID}
            body |= {"token_use": "access_token"} | more
            body |= {} if self.settings.omit_hub_id else {"hub_id": grant.portal}
        return json_response(200, body)

    def introspect(self, request: Request, now: datetime) -> Response:
        """POST …/token/introspect: what a token stands for; {"active": false} when nothing."""
        try:
            form = self._form(request)
        except Told as refusal:
            return refusal.response()
        token = form.get("token", "")
        access = self.tokens.allows(token, now)
        grant = access or self.tokens.refresh.get(token)
        if grant is None:
            return json_response(200, {"active": False})
        body = self._info(token, grant)
        if access and access.until:
            body |= {
                "token_use": "access_token",
                "expires_in": int((access.until - now).total_seconds()),
                "is_private_distribution": False,
                "signed_access_token": self._signed(access),
            }
        return json_response(200, body)

    # https://developers.hubspot.com/docs/apps/legacy-apps/private-apps/overview
    def key_info(self, request: Request) -> Response:
        """POST …/private-apps/get/access-token-info: whose a key is, and what it may do."""
        told = request.get_json(silent=True)
        grant = self.tokens.keys.get(str(told.get("tokenKey"))) if isinstance(told, dict) else None
        if not self.settings.key_info or grant is None:
            return json_response(404, not_found("token").body())
        body = {"userId": USER_ID, "hubId": grant.portal, "appId": self.app.app_id + 1, "scopes": sorted(grant.scopes)}
        return json_response(200, body)

    def revoke(self, request: Request) -> Response:
        """POST …/token/revoke: access tokens made from a refresh token live on."""
        try:
            form = self._form(request)
        except Told as refusal:
            return refusal.response()
        self.tokens.refresh.pop(form.get("token", ""), None)
        self.tokens.access.pop(form.get("token", ""), None)
        return json_response(200, None)

    def _form(self, request: Request) -> Mapping[str, str]:
        """The form of a token endpoint, the app's credentials checked. The query is ignored."""
        form = request.form
        if not form:
            raise Told("invalid_request", "BAD_REQUEST", "a form body is needed")
        if form.get("client_id") != self.app.client_id:
            raise Told("invalid_client", "BAD_CLIENT_ID", "missing or unknown client id")
        if not hmac.compare_digest(form.get("client_secret", ""), self.app.client_secret):
            raise Told("invalid_client", "BAD_CLIENT_SECRET", "missing or invalid client secret")
        return form

    def _granted(self, form: Mapping[str, str], now: datetime) -> tuple[Grant, str]:
        """What is granted for a form, and the refresh token that goes with it."""
        if form.get("grant_type") == "authorization_code":
            return self._from_code(form, now)
        if form.get("grant_type") == "refresh_token":
            return self._from_refresh(form)
        raise Told("unsupported_grant_type", "BAD_GRANT_TYPE", "unknown grant_type")

    def _from_code(self, form: Mapping[str, str], now: datetime) -> tuple[Grant, str]:
        code = self.tokens.take_code(form.get("code", ""), now)
        if code is None:
            raise Told("invalid_grant", "BAD_AUTH_CODE", "missing or unknown auth code")
        if form.get("redirect_uri") != code.redirect_uri:
            raise Told("invalid_grant", "BAD_REDIRECT_URI", "redirect_uri does not match")
        if code.challenge and code.challenge != _challenge(form.get("code_verifier", "")):
            raise Told("invalid_grant", "BAD_CODE_VERIFIER", "code_verifier does not match")
        # Whoever agrees again takes nothing away that the app's configuration still names:
        # https://developers.hubspot.com/changelog/public-app-reauthorization-and-advanced-scope-settings
        kept = self.tokens.granted(code.portal) & self._known
        refresh = self.tokens.new_refresh(code.portal, code.scopes | kept)
        return Grant(code.portal, code.scopes | kept), refresh

    def _from_refresh(self, form: Mapping[str, str]) -> tuple[Grant, str]:
        token = form.get("refresh_token", "")
        grant = self.tokens.refresh.get(token)
        if grant is None:
            message = "missing or invalid refresh token"
            raise Told("invalid_grant", "BAD_REFRESH_TOKEN", message)
        if self.settings.rotate_refresh_tokens:
            del self.tokens.refresh[token]
            token = self.tokens.new_refresh(grant.portal, grant.scopes)
        return grant, token

    def _bad_link(self, query: Mapping[str, str]) -> str | None:
        """What is wrong with an install link; such links end on HubSpot's own page."""
        if query.get("client_id") != self.app.client_id:
            return "The client ID is missing or unknown."
        if not self._may_return_to(query.get("redirect_uri", "")):
            return "The redirect URL is not one of the app's."
        if wrong := self._odd_scopes(query):
            return f"The scopes of the install link do not match the app's configuration: {', '.join(wrong)}."
        if "code_challenge" in query and query.get("code_challenge_method") != "S256":
            return "The code challenge method must be S256."
        return None

    def _may_return_to(self, address: str) -> bool:
        if self.app.redirect_urls:
            return address in self.app.redirect_urls
        parts = urlsplit(address)
        loopback = parts.scheme == "http" and parts.hostname in LOOPBACK
        return bool(parts.hostname) and (parts.scheme == "https" or loopback)

    def _odd_scopes(self, query: Mapping[str, str]) -> list[str]:
        """Scopes that the app's configuration does not name, and required ones that the link leaves out.

        A required one must stand in `scope`: a person may leave out what is optional.
        """
        missing = self.app.required_scopes - set(query.get("scope", "").split())
        return sorted(self._scopes(query) - self._known | missing)

    @property
    def _known(self) -> frozenset[str]:
        return self.app.required_scopes | self.app.optional_scopes

    @staticmethod
    def _scopes(query: Mapping[str, str]) -> frozenset[str]:
        optional = query.get("optional_scope") or query.get("optional_scopes") or ""
        return frozenset(query.get("scope", "").split()) | frozenset(optional.split())

    def _info(self, token: str, grant: Grant) -> dict[str, object]:
        return {
            "active": True,
            "app_id": self.app.app_id,
            "client_id": self.app.client_id,
            "hub_id": grant.portal,
            "hub_domain": self.portals[grant.portal].domain,
            "scopes": sorted(grant.scopes),
            "token": token,
            "token_type": "bearer",
            "token_use": "refresh_token",
            "user": USER,
            "user_id": USER_ID,
        }

    def _signed(self, grant: Grant) -> dict[str, object]:
        until = int(grant.until.timestamp() * 1000) if grant.until else 0
        return {
            "appId": self.app.app_id,
            "appInstallId": "1",
            "audience": "public",
            "expiresAt": until,
            "hubId": grant.portal,
            "hublet": "na1",
            "installingUserId": USER_ID,
            "isPrivateDistribution": False,
            "isServiceAccount": False,
            "isUserLevel": False,
            "newSignature": "",
            "scopeToScopeGroupPks": "",
            "scopes": "",
            "signature": "",
            "trialScopeToScopeGroupPks": "",
            "trialScopes": "",
            "userId": USER_ID,
        }


def _challenge(verifier: str) -> str:
    digest = sha256(verifier.encode()).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def _back(address: str, answer: Mapping[str, str]) -> Response:
    joint = "&" if "?" in address else "?"
    return redirect(f"{address}{joint}{urlencode(answer)}", 302, Response)
