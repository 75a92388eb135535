"""What a school sells, and who leaves it, is told in a Slack channel. Facts only."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict, Field

from renkei.integration import Integration


class Settings(BaseModel):
    """The integration's settings in the workspace file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = Field(True, title="On")


INTEGRATION = Integration(
    key="lms_to_slack",
    title={"ja": "受講者と購入をSlackへ", "en": "School to Slack", "de": "Schule nach Slack"},
    vendor="slack",
    sources=("lms",),
    settings=Settings,
)
