"""A school's people become members of an audience in Mailchimp. Facts only."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from renkei.integration import Integration


class Settings(BaseModel):
    """The integration's settings in the workspace file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = Field(True, title="On")


INTEGRATION = Integration(
    key="lms_to_mailchimp",
    title={"ja": "受講者と購入をMailchimpへ", "en": "School to Mailchimp", "de": "Schule nach Mailchimp"},
    vendor="mailchimp",
    sources=("lms",),
    settings=Settings,
)
