"""The app with its codes and tokens, and the keys that portals made without it. Nothing here knows HTTP."""

import secrets
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

ACCESS_LIFE, CODE_LIFE = timedelta(seconds=1800), timedelta(minutes=1)
CRM_SCOPES = frozenset(
    f"crm.{area}.{kind}.{verb}"
    for area in ("objects", "schemas")
    for kind in ("companies", "contacts", "deals")
    for verb in ("read", "write")
)
SHOP_SCOPES = frozenset(
    f"crm.objects.{kind}.{verb}" for kind in ("products", "line_items") for verb in ("read", "write")
)

KEY_START = "pat-"


@dataclass(frozen=True)
class App:
    """A HubSpot app as its project file describes it."""

    client_id: str = "renkei-demo-app"
    client_secret: str = "renkei-demo-secret"
    app_id: int = 7_000_001
    name: str = "Renkei (demo)"
    required_scopes: frozenset[str] = frozenset({"oauth"})
    optional_scopes: frozenset[str] = CRM_SCOPES | SHOP_SCOPES | {"crm.objects.owners.read", "e-commerce"}
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
    """What a token stands for. Refresh tokens and keys have no end of their own."""

    portal: int
    scopes: frozenset[str]
    until: datetime | None = None


@dataclass
class Tokens:
    """All codes and tokens that are good."""

    codes: dict[str, Code] = field(default_factory=dict)
    access: dict[str, Grant] = field(default_factory=dict)
    refresh: dict[str, Grant] = field(default_factory=dict)
    keys: dict[str, Grant] = field(default_factory=dict)

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

    def new_key(self, portal: int, scopes: frozenset[str]) -> str:
        """A service key, or a private app's token: both look the same."""
        token = f"{KEY_START}na1-{uuid.uuid4()}"
        self.keys[token] = Grant(portal, scopes)
        return token

    def drop_keys(self, portal: int) -> None:
        """End every key of a portal."""
        self.keys = {key: grant for key, grant in self.keys.items() if grant.portal != portal}

    def allows(self, token: str, now: datetime) -> Grant | None:
        """What an access token or a key allows now."""
        if token in self.keys:
            return self.keys[token]
        grant = self.access.get(token)
        return grant if grant and grant.until and grant.until > now else None

    def granted(self, portal: int) -> frozenset[str]:
        """What the app may do in a portal; nothing where it is not installed."""
        return frozenset().union(*(grant.scopes for grant in self.refresh.values() if grant.portal == portal))

    def uninstall(self, portal: int) -> None:
        """End every token and code of the app in a portal. Its keys are not the app's."""
        self.access = {t: g for t, g in self.access.items() if g.portal != portal}
        self.refresh = {t: g for t, g in self.refresh.items() if g.portal != portal}
        self.codes = {n: c for n, c in self.codes.items() if c.portal != portal}


def demo_key(portal: int) -> str:
    """The key that a portal has from the start."""
    return f"{KEY_START}na1-00000000-0000-4000-8000-{portal:012d}"


def demo_keys(portals: Iterable[int], scopes: frozenset[str]) -> dict[str, Grant]:
    """These keys, each with all that the portal's key may have."""
    return {demo_key(portal): Grant(portal, scopes) for portal in portals}
