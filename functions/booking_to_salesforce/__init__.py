"""A scheduler's booking becomes a lead in Salesforce, and if wanted an event on it. Facts only."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from renkei.bookings import SCHEDULERS
from renkei.integration import Integration
from renkei.mapping import Row, reachable
from renkei.values import NameOrder

BOOKING_ID = "Renkei_Booking_Id__c"
"""The usual name of the external-id field that holds a booking's id."""

type Match = Literal["create", "skip", "update"]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Rules(_Model):
    """What one calendar's bookings become."""

    calendar: str = Field(
        "*", min_length=1, title="Calendar", description="Its name, its name in the URL, or its id; * for all"
    )
    lead: Annotated[tuple[Row, ...], Field(min_length=1, title="Lead", description="Rows for the lead's fields")]

    @model_validator(mode="after")
    def _once(self) -> Self:
        names = [row.target for row in self.lead]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice:
            raise ValueError(f"{twice} is mapped twice")
        return self


class Settings(_Model):
    """The integration's settings in the workspace file."""

    enabled: bool = Field(True, title="On")
    booking_id_field: str | None = Field(
        None,
        pattern=r"^[A-Za-z][A-Za-z0-9_]{0,60}__c$",
        title="Booking id field",
        description=f"The lead's external-id field for the booking's id, usually {BOOKING_ID}: with it, no lead is made"
        " twice whatever happens. Without it, Renkei looks by mail address.",
    )
    match: Match = Field(
        "create",
        title="If the guest is known",
        description="create: a new lead for each booking; skip: none if a lead or a contact has the mail address;"
        " update: change that lead (a contact is left as it is). Also what happens when a duplicate rule of the org"
        " finds a record",
    )
    assignment: str = Field(
        "auto",
        pattern=r"^(auto|on|off|01Q[A-Za-z0-9]{12}([A-Za-z0-9]{3})?)$",
        title="Assignment rules",
        description="on, off, or a rule's id; auto: on, but off where a row gives the owner",
    )
    blank_company: str | None = Field(
        None, min_length=1, title="Company if blank", description="A fixed text; none: the booking waits"
    )
    event: bool = Field(False, title="Event", description="Show each booking as an event on its lead")
    name_order: NameOrder = Field("family_first", title="Order of a guest's name")
    calendars: Annotated[tuple[Rules, ...], Field(min_length=1, title="Calendars", description="First match wins")]

    @model_validator(mode="after")
    def _whole(self) -> Self:
        reachable(rules.calendar for rules in self.calendars)
        for rules in self.calendars:
            if "Email" not in {row.target for row in rules.lead} and not (
                self.booking_id_field and self.match == "create"
            ):
                raise ValueError("lead: a row for Email is needed, unless booking_id_field is set and match is create")
        return self


INTEGRATION = Integration(
    key="booking_to_salesforce",
    title={"ja": "予約をSalesforceへ", "en": "Bookings to Salesforce", "de": "Buchungen nach Salesforce"},
    vendor="salesforce",
    sources=SCHEDULERS,
    settings=Settings,
)
