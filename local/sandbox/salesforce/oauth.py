"""OAuth at a login host: consent page, token, revocation, and who the user is.

https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_web_server_flow.htm
"""

import hmac
from base64 import b64encode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import urlencode, urlsplit

from werkzeug.utils import redirect
from werkzeug.wrappers import Request, Response

from local.sandbox.salesforce import pages
from local.sandbox.salesforce.errors import Told
from local.sandbox.salesforce.orgs import LOGIN, LOOPBACK, TEST, Org, Settings
from local.sandbox.salesforce.tokens import CODE_LIFE, App, Approval, Code, Tokens
from local.sandbox.vendor import json_response

OVER = "expired access/refresh token"


@dataclass
class OAuth:
    """The endpoints; each answers a whole request."""

    app: App
    tokens: Tokens
    orgs: Mapping[str, Org]
    settings: Settings

    def authorize(self, request: Request, now: datetime) -> Response:
        """GET shows the consent page; POST is a press on one of its buttons (`org`, `answer`)."""
        query = request.args
        try:
            self._check_link(query)
        except Told as wrong:
            return Response(pages.refused(wrong.error, wrong.description), 400, mimetype="text/html")
        state = {"state": query["state"]} if "state" in query else {}
        try:
            scopes = self._asked(query)
        except Told as wrong:
            answer = {"error": wrong.error, "error_description": wrong.description}
            return _back(query["redirect_uri"], answer | state)
        here = [org for org in self.orgs.values() if org.signs_in_at(host_of(request))]
        if request.method == "GET":
            return Response(pages.consent(self.app, here, sorted(scopes)), mimetype="text/html")
        if request.form.get("answer") != "allow":
            answer = {"error": "access_denied", "error_description": "end-user denied authorization"}
            return _back(query["redirect_uri"], answer | state)
        org = request.form.get("org", "")
        if org not in {one.id for one in here}:
            return Response(pages.refused("unknown_org", "Choose an org."), 400, mimetype="text/html")
        code = Code(org, scopes, query["redirect_uri"], query["code_challenge"], now + CODE_LIFE)
        return _back(query["redirect_uri"], {"code": self.tokens.new_code(code)} | state)

    def token(self, request: Request, now: datetime) -> Response:
        """POST …/token: a code or a refresh token for an access token. The answer names no end (`expires_in`)."""
        try:
            self._check_app(request)
            approval, refresh = self._approved(request, now)
        except Told as refusal:
            return refusal.response()
        org = self.orgs[approval.org]
        issued = str(int(now.timestamp() * 1000))
        identity = f"{self._login_url(request, org)}/id/{org.id}/{org.user.id}"
        signed = hmac.digest(self.app.client_secret.encode(), (identity + issued).encode(), "sha256")
        body = {
            "access_token": self.tokens.new_session(approval, now),
            **({"refresh_token": refresh} if refresh else {}),
            "signature": b64encode(signed).decode(),
            "scope": " ".join(sorted(approval.scopes)),
            "instance_url": self.settings.instance_url or self.instance_url(request, org),
            "id": identity,
            "token_type": "Bearer",
            "issued_at": issued,
        }
        return json_response(200, body, {"Cache-Control": "no-store"})

    def revoke(self, request: Request) -> Response:
        """POST …/revoke: takes no credentials but the token itself. 200 without a body."""
        token = request.form.get("token") or request.args.get("token", "")
        if not token:
            return Told("unsupported_token_type", "this token type is not supported").response()
        if not self.tokens.revoke(token):
            return Told("invalid_token", "invalid token").response()
        return Response("", 200)

    def userinfo(self, request: Request, now: datetime) -> Response:
        """…/userinfo: of any good access token. Refuses with a 403 and one word of plain text."""
        _, _, token = request.headers.get("Authorization", "").partition("Bearer ")
        if not token:
            return Response("Missing_OAuth_Token", 403, mimetype="text/html")
        session = self.tokens.session(token, now, timedelta(seconds=self.settings.session_seconds))
        if session is None or not self.settings.user_active:
            return Response("Bad_OAuth_Token", 403, mimetype="text/html")
        org = self.orgs[session.approval.org]
        user, login = org.user, self._login_url(request, org)
        body = {
            "sub": f"{login}/id/{org.id}/{user.id}",
            "user_id": user.id,
            "organization_id": org.id,
            "preferred_username": user.username,
            "nickname": user.username.partition("@")[0],
            "name": user.name,
            "email": user.username,
            "email_verified": True,
            "given_name": user.first_name,
            "family_name": user.last_name,
            "zoneinfo": user.time_zone,
            "active": True,
            "user_type": "STANDARD",
            "language": user.language,
            "urls": {"rest": f"{self.instance_url(request, org)}/services/data/v{{version}}/"},
        }
        return json_response(200, body)

    @staticmethod
    def instance_url(request: Request, org: Org) -> str:
        """Where an org's API is: its My Domain, or on this machine the sandbox itself."""
        return request.root_url.rstrip("/") if host_of(request) in LOOPBACK else f"https://{org.host}"

    @staticmethod
    def _login_url(request: Request, org: Org) -> str:
        if host_of(request) in LOOPBACK:
            return request.root_url.rstrip("/")
        return f"https://{TEST if org.sandbox else LOGIN}"

    def _check_link(self, query: Mapping[str, str]) -> None:
        """Refuse what ends on Salesforce's own page, because there is nobody to send the browser back to."""
        if query.get("client_id") != self.app.client_id:
            raise Told("invalid_client_id", "client identifier invalid")
        if not self._may_return_to(query.get("redirect_uri", "")):
            raise Told("redirect_uri_mismatch", "redirect_uri must match configuration")

    def _asked(self, query: Mapping[str, str]) -> frozenset[str]:
        """The scopes asked for; Told where the browser is sent back with an error."""
        if query.get("response_type") != "code":
            raise Told("unsupported_response_type", "response type not supported")
        if not query.get("code_challenge"):
            raise Told("invalid_request", "missing required code challenge")
        if query.get("code_challenge_method", "S256") != "S256":
            raise Told("invalid_request", "code challenge method not supported")
        asked = frozenset(query.get("scope", "").replace("offline_access", "refresh_token").split())
        if not asked <= self.app.scopes:
            raise Told("invalid_scope", "the requested scope is not allowed")
        return asked or self.app.scopes

    def _may_return_to(self, address: str) -> bool:
        if self.app.redirect_urls:
            return address in self.app.redirect_urls
        parts = urlsplit(address)
        loopback = parts.scheme == "http" and parts.hostname in LOOPBACK
        return bool(parts.hostname) and (parts.scheme == "https" or loopback)

    def _check_app(self, request: Request) -> None:
        """The app's credentials, in the form or by HTTP Basic. What stands in the query is ignored."""
        basic = request.authorization if request.authorization and request.authorization.type == "basic" else None
        name = (basic.username if basic else request.form.get("client_id")) or ""
        secret = (basic.password if basic else request.form.get("client_secret")) or ""
        if name != self.app.client_id:
            raise Told("invalid_client_id", "client identifier invalid")
        if not hmac.compare_digest(secret.encode(), self.app.client_secret.encode()):
            raise Told("invalid_client", "invalid client credentials")

    def _approved(self, request: Request, now: datetime) -> tuple[Approval, str]:
        """The consent that a form stands for, and the refresh token to hand out with it ("" for none)."""
        if request.form.get("grant_type") == "authorization_code":
            return self._from_code(request, now)
        if request.form.get("grant_type") == "refresh_token":
            return self._from_refresh(request, now)
        raise Told("unsupported_grant_type", "grant type not supported")

    def _from_code(self, request: Request, now: datetime) -> tuple[Approval, str]:
        form = request.form
        code = self.tokens.take_code(form.get("code", ""), now)
        if code is None or not self.orgs[code.org].signs_in_at(host_of(request)):
            raise Told("invalid_grant", "expired authorization code")
        if form.get("redirect_uri") != code.redirect_uri:
            raise Told("redirect_uri_mismatch", "redirect_uri must match configuration")
        if not form.get("code_verifier"):
            raise Told("invalid_grant", "missing code verifier")
        if _challenge(form["code_verifier"]) != code.challenge:
            raise Told("invalid_request", "invalid code verifier")
        self._check_user()
        approval = self.tokens.approve(code.org, code.scopes, now)
        return approval, approval.refresh

    def _from_refresh(self, request: Request, now: datetime) -> tuple[Approval, str]:
        approval = self.tokens.redeem(request.form.get("refresh_token", ""), now)
        if approval is None or not self.orgs[approval.org].signs_in_at(host_of(request)):
            raise Told("invalid_grant", OVER)
        self._check_user()
        return approval, self.tokens.rotate(approval) if self.settings.rotate_refresh_tokens else ""

    def _check_user(self) -> None:
        if not self.settings.user_active:
            raise Told("invalid_grant", "authentication failure")


def host_of(request: Request) -> str:
    """The host that was asked, without a port."""
    return urlsplit(request.host_url).hostname or ""


def _challenge(verifier: str) -> str:
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def _back(address: str, answer: Mapping[str, str]) -> Response:
    joint = "&" if "?" in address else "?"
    return redirect(f"{address}{joint}{urlencode(answer)}", 302, Response)
