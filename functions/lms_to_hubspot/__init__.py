"""A school's people and what they buy become contacts, deals and products in HubSpot. Facts only."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from renkei.integration import Integration


class Settings(BaseModel):
    """The integration's settings in the workspace file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = Field(True, title="On")


INTEGRATION = Integration(
    key="lms_to_hubspot",
    title={"ja": "受講者と購入をHubSpotへ", "en": "School to HubSpot", "de": "Schule nach HubSpot"},
    vendor="hubspot",
    sources=("lms",),
    settings=Settings,
)
