"""A scheduler's booking becomes a company, a contact and their association in HubSpot. Facts only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from renkei.bookings import SCHEDULERS
from renkei.integration import Integration
from renkei.mapping import Row, reachable
from renkei.values import NameOrder, normal_domain


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class FreeMail(_Model):
    """This workspace's own view of which mail domains are free mail."""

    add: tuple[str, ...] = Field((), title="Free-mail domains to add")
    remove: tuple[str, ...] = Field((), title="Domains that are no free mail here")

    @field_validator("add", "remove")
    @classmethod
    def _domains(cls, texts: tuple[str, ...]) -> tuple[str, ...]:
        domains = [normal_domain(text) for text in texts]
        if None in domains:
            raise ValueError(f"{texts[domains.index(None)]} is no domain")
        return tuple(filter(None, domains))


def _once(rows: tuple[Row, ...]) -> None:
    seen: set[str] = set()
    for row in rows:
        if row.target in seen:
            raise ValueError(f"{row.target} is mapped twice")
        seen.add(row.target)


class Rules(_Model):
    """What one calendar's bookings become."""

    calendar: str = Field(
        "*", min_length=1, title="Calendar", description="Its name, its name in the URL, or its id; * for all"
    )
    company: tuple[Row, ...] = Field((), title="Company", description="Rows for the company; none: no company")
    contact: tuple[Row, ...] = Field((), title="Contact", description="Rows for the contact; none: no contact")

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if not self.company and not self.contact:
            raise ValueError("map a company, a contact, or both")
        _once(self.company)
        _once(self.contact)
        if self.company and not {"name", "domain"} & {row.target for row in self.company}:
            raise ValueError("company: HubSpot needs a row for name or for domain")
        if self.contact and "email" not in {row.target for row in self.contact}:
            raise ValueError("contact: HubSpot needs a row for email")
        return self


class Settings(_Model):
    """The integration's settings in the workspace file."""

    enabled: bool = Field(True, title="On")
    meeting: bool = Field(False, title="Meeting", description="Show bookings as meetings on the timeline")
    name_order: NameOrder = Field("family_first", title="Order of a guest's name")
    free_mail: FreeMail = FreeMail()
    calendars: Annotated[tuple[Rules, ...], Field(min_length=1, title="Calendars", description="First match wins")]

    @model_validator(mode="after")
    def _reachable(self) -> Self:
        reachable(rules.calendar for rules in self.calendars)
        return self


def _scopes(given: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """What HubSpot must allow for settings as they are kept. A meeting's record takes the scopes of contacts."""
    asked = ["oauth", "crm.objects.companies.read", "crm.objects.contacts.read"]
    calendars, meeting = given.get("calendars") or (), given.get("meeting") is True
    if any(rules.get("company") for rules in calendars):
        asked += ["crm.objects.companies.write", "crm.schemas.companies.write"]
    if meeting or any(rules.get("contact") for rules in calendars):
        asked += ["crm.objects.contacts.write"]
    if meeting:
        asked += ["crm.schemas.contacts.write", "crm.objects.owners.read"]
    return {"hubspot": tuple(asked)}


INTEGRATION = Integration(
    key="booking_to_hubspot",
    title={"ja": "予約をHubSpotへ", "en": "Bookings to HubSpot", "de": "Buchungen nach HubSpot"},
    vendor="hubspot",
    sources=SCHEDULERS,
    settings=Settings,
    scopes=_scopes,
)
