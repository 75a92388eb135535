"""A school's people and what they buy become contacts, deals and products in HubSpot. Facts only."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from renkei.integration import Integration


class Settings(BaseModel):
    """The integration's settings in the workspace file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = Field(True, title="On")
    deals: bool = Field(True, title="Deals", description="Purchases and grants become deals with a line item")
    pipeline: str = Field("default", min_length=1, title="Pipeline", description="HubSpot's internal id")
    stage: str = Field("closedwon", min_length=1, title="Stage", description="Of a purchase; HubSpot's internal id")
    grant_stage: str = Field("", title="Stage of a grant", description="Of a course that was given away; else the same")
    grant_amount: Literal["zero", "price"] = Field(
        "zero", title="Amount of a grant", description="zero, or the course's price"
    )
    deleted: Literal["keep", "archive"] = Field(
        "keep",
        title="Contact of a deleted user",
        description="keep: its property status becomes deleted; archive: it goes to the recycle bin, too",
    )


_ALWAYS = ("oauth", "crm.objects.contacts.read", "crm.objects.contacts.write", "crm.schemas.contacts.write")
_DEALS = (
    "crm.objects.deals.read",
    "crm.objects.deals.write",
    "crm.schemas.deals.write",
    "crm.objects.products.read",
    "crm.objects.products.write",
    "crm.objects.line_items.read",
    "crm.objects.line_items.write",
    "e-commerce",  # properties of line items
)


def _scopes(given: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """What HubSpot must allow for settings as they are kept."""
    return {"hubspot": (*_ALWAYS, *(_DEALS if given.get("deals") is not False else ()))}


INTEGRATION = Integration(
    key="lms_to_hubspot",
    title={"ja": "受講者と購入をHubSpotへ", "en": "School to HubSpot", "de": "Schule nach HubSpot"},
    vendor="hubspot",
    sources=("lms",),
    settings=Settings,
    completed=frozenset({"lms_address_taken"}),
    scopes=_scopes,
)
