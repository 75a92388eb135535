"""The app, and the codes, approvals and sessions it holds. Nothing here knows HTTP.

https://help.salesforce.com/s/articleView?id=xcloud.remoteaccess_oauth_refresh_token_flow.htm
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

CODE_LIFE, IDLE, MOST_APPROVALS = timedelta(minutes=15), timedelta(days=30), 5


@dataclass(frozen=True)
class App:
    """An external client app as its owner set it up, with the rules for apps that many customers use.

    Those rules ask for PKCE (S256) beside the secret, for refresh tokens that work once, and end them after 30
    idle days.
    """

    client_id: str = "renkei-demo-app"
    client_secret: str = "renkei-demo-secret"
    name: str = "Renkei (demo)"
    scopes: frozenset[str] = frozenset({"api", "refresh_token", "id"})
    redirect_urls: frozenset[str] = frozenset()  # none: any https or loopback address


@dataclass(frozen=True)
class Code:
    """What a person allowed, waiting to be exchanged."""

    org: str
    scopes: frozenset[str]
    redirect_uri: str
    challenge: str
    until: datetime


@dataclass(eq=False)
class Approval:
    """One consent of the org's user, with its refresh token, those that were used up, and its last refresh."""

    org: str
    scopes: frozenset[str]
    used_at: datetime
    refresh: str = ""
    spent: set[str] = field(default_factory=set)


@dataclass(eq=False)
class Session:
    """What an access token stands for. It ends when nobody used it for the org's session time."""

    approval: Approval
    seen_at: datetime


@dataclass
class Tokens:
    """All codes and tokens that are good."""

    codes: dict[str, Code] = field(default_factory=dict)
    approvals: list[Approval] = field(default_factory=list)
    sessions: dict[str, Session] = field(default_factory=dict)

    def new_code(self, code: Code) -> str:
        """Keep a code for what was allowed."""
        name = f"aPrx{secrets.token_urlsafe(60)}=="
        self.codes[name] = code
        return name

    def take_code(self, name: str, now: datetime) -> Code | None:
        """What a code stands for; it works once and not for long."""
        code = self.codes.pop(name, None)
        return code if code and code.until > now else None

    def approve(self, org: str, scopes: frozenset[str], now: datetime) -> Approval:
        """Note a consent. A user has five for an app: one more, and the oldest silently loses its refresh token."""
        approval = Approval(org, scopes, now)
        if "refresh_token" in scopes:
            approval.refresh = _refresh_token()
        self.approvals.append(approval)
        living = [one for one in self.approvals if one.org == org and one.refresh]
        for oldest in living[:-MOST_APPROVALS]:
            oldest.refresh = ""
        return approval

    def redeem(self, token: str, now: datetime) -> Approval | None:
        """What a refresh token stands for. One that was used up before ends everything that came of its consent."""
        for approval in list(self.approvals):
            if token in approval.spent:
                self.end(approval)
                return None
            if token and secrets.compare_digest(token.encode(), approval.refresh.encode()):
                if now - approval.used_at > IDLE:
                    self.end(approval)
                    return None
                approval.used_at = now
                return approval
        return None

    @staticmethod
    def rotate(approval: Approval) -> str:
        """A new refresh token in place of the one just used."""
        approval.spent.add(approval.refresh)
        approval.refresh = _refresh_token()
        return approval.refresh

    def new_session(self, approval: Approval, now: datetime) -> str:
        """An access token."""
        token = f"{approval.org[:15]}!AQEAQ{secrets.token_urlsafe(66)}"
        self.sessions[token] = Session(approval, now)
        return token

    def session(self, token: str, now: datetime, life: timedelta) -> Session | None:
        """What an access token stands for now. Use prolongs it, but is noted only in the second half of its life."""
        session = self.sessions.get(token)
        if session is None:
            return None
        if now - session.seen_at >= life:
            del self.sessions[token]
            return None
        if now - session.seen_at >= life / 2:
            session.seen_at = now
        return session

    def revoke(self, token: str) -> bool:
        """End a refresh token with all its sessions, or one session; whether there was one."""
        for approval in list(self.approvals):
            if token and token == approval.refresh:
                self.end(approval)
                return True
        return self.sessions.pop(token, None) is not None

    def end(self, approval: Approval) -> None:
        """End a consent: its refresh token and every session of it."""
        self.approvals.remove(approval)
        self.sessions = {name: one for name, one in self.sessions.items() if one.approval is not approval}

    def end_org(self, org: str) -> None:
        """End everything in an org, as its admin does under "Connected Apps OAuth Usage"."""
        for approval in [one for one in self.approvals if one.org == org]:
            self.end(approval)
        self.codes = {name: code for name, code in self.codes.items() if code.org != org}


def _refresh_token() -> str:
    return f"5Aep861{secrets.token_urlsafe(60)}"
