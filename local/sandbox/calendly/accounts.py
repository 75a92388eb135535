"""Calendly's users with their tokens, and the webhook subscriptions. Nothing here knows HTTP."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

API = "https://api.calendly.com"
"""What every URI starts with, wherever the sandbox is served."""

type Scope = Literal["users:read", "webhooks:read", "webhooks:write", "scheduled_events:read", "routing_forms:read"]
SCOPES: frozenset[Scope] = frozenset(Scope.__value__.__args__)
"""What a token may be made for; https://developer.calendly.com/docs/authentication/scopes has more."""
type Role = Literal["owner", "admin", "user"]


@dataclass(frozen=True)
class User:
    """A user of an organization: only owners and admins may look at the whole of it."""

    key: str
    name: str
    email: str
    organization_key: str
    role: Role
    token: str = field(repr=False)

    @property
    def uri(self) -> str:
        """The user's name in the API."""
        return f"{API}/users/{self.key}"

    @property
    def organization(self) -> str:
        """The organization's name in the API."""
        return f"{API}/organizations/{self.organization_key}"

    @property
    def leads(self) -> bool:
        """Whether the user may act for the whole organization."""
        return self.role != "user"


DEMO = User("DEMOOWNER0000001", "佐藤 恵", "megumi@demo.example", "DEMOORG000000001", "owner", "demo-calendly-token")
MEMBER = User(
    "DEMOMEMBER000001", "鈴木 一郎", "ichiro@demo.example", "DEMOORG000000001", "user", "demo-calendly-member"
)
OTHER = User(
    "OTHEROWNER000001", "Erika Muster", "erika@other.example", "OTHERORG00000001", "owner", "other-calendly-token"
)
USERS = (DEMO, MEMBER, OTHER)


@dataclass
class Subscription:
    """A webhook subscription. The signing key is never shown again."""

    key: str
    callback_url: str
    events: list[str]
    scope: str
    organization: str
    user: str | None
    creator: str
    created_at: datetime
    signing_key: str | None = field(repr=False)
    retry_started_at: datetime | None = None
    state: Literal["active", "disabled"] = "active"

    def shown(self) -> dict[str, object]:
        """As the API shows it."""
        return {
            "uri": f"{API}/webhook_subscriptions/{self.key}",
            "callback_url": self.callback_url,
            "created_at": stamp(self.created_at),
            "updated_at": stamp(self.retry_started_at or self.created_at),
            "retry_started_at": stamp(self.retry_started_at) if self.retry_started_at else None,
            "state": self.state,
            "events": self.events,
            "scope": self.scope,
            "organization": self.organization,
            "user": self.user,
            "group": None,
            "creator": self.creator,
        }


def new_key() -> str:
    """The last part of a new subscription's URI."""
    return secrets.token_hex(8).upper()


def stamp(moment: datetime) -> str:
    """A time as Calendly writes it: UTC, with microseconds."""
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
