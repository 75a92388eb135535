"""What happened to a portal's records: who did it, and to what. The webhooks are made from it."""

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True)
class Source:
    """Who changes something, as history and webhooks name it."""

    type: str
    id: str


PERSON = Source("CRM_UI", "userId:51001")


def integration(app_id: int) -> Source:
    """An app that calls the API."""
    return Source("INTEGRATION", str(app_id))


@dataclass(frozen=True)
class Change:
    """One change. `what` is the webhooks' word for it; `detail` its own fields in their names."""

    what: str
    kind: str
    id: str
    at: datetime
    source: Source
    detail: dict[str, object] = field(default_factory=dict)
    to_kind: str = ""
