"""What a school sells, and who leaves it, is told in a Slack channel. Facts only."""

from __future__ import annotations

import re

from pydantic import BaseModel, ConfigDict, Field, field_validator

from renkei.integration import Integration

_CHANNEL = re.compile(r"[CG][0-9A-Z]{2,30}|#[^\s#@<>&|\"'.,A-Z]{1,80}")


class Settings(BaseModel):
    """The integration's settings in the workspace file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = Field(True, title="On")
    channel: str = Field(
        "",
        title="Channel",
        description="Its id (C0123456789), or #name of a public one; empty with a webhook, which has its own",
    )
    show_name: bool = Field(False, title="Show names", description="Whose purchase or membership it is")
    on_purchase: bool = Field(True, title="Purchases")
    on_cancel: bool = Field(True, title="Cancelled memberships")
    fold_above: int = Field(
        5, ge=1, le=10, title="Fold above", description="More messages than this at once become one summary"
    )

    @field_validator("channel")
    @classmethod
    def _addressed(cls, channel: str) -> str:
        if channel and not _CHANNEL.fullmatch(channel):
            raise ValueError("give a channel's id, such as C0123456789, or #name of a public channel")
        return channel


INTEGRATION = Integration(
    key="lms_to_slack",
    title={"ja": "受講者と購入をSlackへ", "en": "School to Slack", "de": "Schule nach Slack"},
    vendor="slack",
    sources=("lms",),
    settings=Settings,
)
