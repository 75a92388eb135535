"""falcana's tenants, and the clients that their admins made for the API."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from local.sandbox.falcana.changes import Feed
from local.sandbox.falcana.fields import Custom, Option
from local.sandbox.falcana.records import ENTITIES, Entity, Table

type Scope = Literal["addresses:read", "addresses:write", "contact-persons:read", "contact-persons:write"]
SCOPES: tuple[Scope, ...] = ("addresses:read", "addresses:write", "contact-persons:read", "contact-persons:write")
# Ids of different entities and tenants are far apart, so that a mix-up shows.
FIRST: dict[Entity, int] = {"addresses": 1_000_001, "contact-persons": 5_000_001}
TENANTS_APART = 10_000_000
FIRST_NUMBER = 10_001


@dataclass(frozen=True)
class Client:
    """An API client as a tenant's admin made it."""

    client_id: str
    client_secret: str = field(repr=False)
    tenant: str
    tenant_name: str


DEMO = Client("demo-client", "demo-secret", "muster-gmbh", "Muster GmbH")
OTHER = Client("other-client", "other-secret", "beispiel-ag", "Beispiel AG")


@dataclass(frozen=True)
class User:
    """A person who works with falcana."""

    id: int
    name: str
    email: str
    active: bool = True


USERS = (User(11, "Anna Vertrieb", "anna@example.com"), User(12, "Bernd Innendienst", "bernd@example.com"))
GROUPS = {21: "Vertrieb Nord", 22: "Vertrieb Süd"}
CUSTOMS = (
    Custom("notiz", "text", "Notiz", "Note"),
    Custom("newsletter", "checkbox", "Newsletter", "Newsletter"),
    Custom(
        "branche",
        "dropdown",
        "Branche",
        "Industry",
        options=(
            Option("handel", "Handel", "Trade"),
            Option("industrie", "Industrie", "Manufacturing"),
            Option("dienstleistung", "Dienstleistung", "Services"),
            Option("bergbau", "Bergbau", "Mining", active=False),
        ),
    ),
)


@dataclass(frozen=True, slots=True)
class Answered:
    """What was made under an Idempotency-Key: a digest of what was asked for, and the answer, as text."""

    asked: bytes
    record: int
    body: str
    at: datetime


@dataclass
class Tenant:
    """One tenant: its records, its feed, and what these refer to."""

    apart: int = 0
    users: dict[int, User] = field(default_factory=lambda: {user.id: user for user in USERS})
    groups: dict[int, str] = field(default_factory=lambda: dict(GROUPS))
    closed: set[int] = field(default_factory=set)
    """The sales groups into which the client may not write."""
    feed: Feed = field(default_factory=Feed)
    answered: dict[str, Answered] = field(default_factory=dict)
    next_number: int = FIRST_NUMBER

    def __post_init__(self) -> None:
        """No records yet; the same fields of its own for both entities."""
        self.tables: dict[Entity, Table] = {entity: Table(FIRST[entity] + self.apart) for entity in ENTITIES}
        self.customs: dict[Entity, dict[str, Custom]] = {
            entity: {custom.key: custom for custom in CUSTOMS} for entity in ENTITIES
        }
