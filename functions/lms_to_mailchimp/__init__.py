"""A school's people become members of an audience in Mailchimp. Facts only."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from renkei.integration import Integration

type NewStatus = Literal["transactional", "pending", "subscribed"]


class Settings(BaseModel):
    """The integration's settings in the workspace file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = Field(True, title="On")
    status_if_new: NewStatus = Field(
        "transactional",
        title="Status of new members",
        description="transactional: they are stored and get no campaigns; pending: Mailchimp asks each by mail whether"
        " to subscribe; subscribed: only if they have agreed to that. Who is a member already keeps their status",
    )
    on_delete: Literal["archive", "permanent", "keep"] = Field(
        "archive",
        title="Member of a deleted user",
        description="archive: out of the audience, and back if the user comes back; keep: stays as it is; permanent:"
        " deleted with all that Mailchimp knows of it. That cannot be undone, and Mailchimp never takes that mail"
        " address from us again, also if the user comes back",
    )


INTEGRATION = Integration(
    key="lms_to_mailchimp",
    title={"ja": "受講者と購入をMailchimpへ", "en": "School to Mailchimp", "de": "Schule nach Mailchimp"},
    vendor="mailchimp",
    sources=("lms",),
    settings=Settings,
    completed=frozenset({"mailchimp_address_taken"}),
)
