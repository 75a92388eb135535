"""The app, and the codes and tokens it holds. Nothing here knows HTTP."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

ACCESS_LIFE, CODE_LIFE = timedelta(seconds=1800), timedelta(minutes=1)
CRM_SCOPES = frozenset(
    f"crm.{area}.{kind}.{verb}"
    for area in ("objects", "schemas")
    for kind in ("companies", "contacts", "deals")
    for verb in ("read", "write")
)


@dataclass(frozen=True)
class App:
    """A HubSpot app as its project file describes it."""

    client_id: str = "renkei-demo-app"
    client_secret: str = "renkei-demo-secret"
    app_id: int = 7_000_001
    name: str = "Renkei (demo)"
    required_scopes: frozenset[str] = frozenset({"oauth"})
    optional_scopes: frozenset[str] = CRM_SCOPES | {"crm.objects.owners.read"}
    redirect_urls: frozenset[str] = frozenset()  # none: any https or loopback address


@dataclass(frozen=True)
class Code:
    """What a person allowed, waiting to be exchanged."""

    portal: int
    scopes: frozenset[str]
    redirect_uri: str
    challenge: str | None
    until: datetime


@dataclass(frozen=True)
class Grant:
    """What a token stands for. Refresh tokens have no end of their own."""

    portal: int
    scopes: frozenset[str]
    until: datetime | None = None


@dataclass
class Tokens:
    """All codes and tokens that are good."""

    codes: dict[str, Code] = field(default_factory=dict)
    access: dict[str, Grant] = field(default_factory=dict)
    refresh: dict[str, Grant] = field(default_factory=dict)

    def new_code(self, code: Code) -> str:
        """Keep a code for what was allowed."""
        name = f"na1-{secrets.token_hex(16)}"
        self.codes[name] = code
        return name

    def take_code(self, name: str, now: datetime) -> Code | None:
        """What a code stands for; it works once and not for long."""
        code = self.codes.pop(name, None)
        return code if code and code.until > now else None

    def new_access(self, grant: Grant, now: datetime) -> str:
        """An access token; as long as real ones may become."""
        token = f"CP{secrets.token_urlsafe(384)}"
        self.access[token] = Grant(grant.portal, grant.scopes, now + ACCESS_LIFE)
        return token

    def new_refresh(self, portal: int, scopes: frozenset[str]) -> str:
        """A refresh token."""
        token = f"na1-{secrets.token_hex(24)}"
        self.refresh[token] = Grant(portal, scopes)
        return token

    def allows(self, token: str, now: datetime) -> Grant | None:
        """What an access token allows now."""
        grant = self.access.get(token)
        return grant if grant and grant.until and grant.until > now else None

    def granted(self, portal: int) -> frozenset[str]:
        """What the app may do in a portal; nothing where it is not installed."""
        return frozenset().union(*(grant.scopes for grant in self.refresh.values() if grant.portal == portal))

    def uninstall(self, portal: int) -> None:
        """End every token and code of a portal."""
        self.access = {t: g for t, g in self.access.items() if g.portal != portal}
        self.refresh = {t: g for t, g in self.refresh.items() if g.portal != portal}
        self.codes = {n: c for n, c in self.codes.items() if c.portal != portal}
