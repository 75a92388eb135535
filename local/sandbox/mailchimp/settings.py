"""The sandbox Mailchimp's switches."""

from typing import Literal

from pydantic import BaseModel, ConfigDict

from local.sandbox.mailchimp.members import Status


class Settings(BaseModel):
    """What can be switched, most of it because nobody has said for certain what Mailchimp does.

    `connections`: how many a key may have open at once. `fake_addresses`: what "looks fake or invalid", besides
    what has no dot in its domain. `unknown_tags`: what becomes of merge tags that the audience does not have.
    `text_limit`: characters of a text merge value; `required_fields`: tags without which nobody is accepted.
    `archived_counts_as_new`: whether `status_if_new` and adding take somebody out of the archive.
    `never_archived`: whom DELETE refuses with 405, by status. None is no limit.
    """

    model_config = ConfigDict(extra="forbid", strict=True)

    withdrawn: list[str] = []
    deactivated: bool = False
    deleted_audiences: list[str] = []
    connections: int | None = 10
    fake_addresses: list[str] = []
    unknown_tags: Literal["dropped", "refused"] = "dropped"
    text_limit: int | None = 255
    required_fields: list[str] = []
    merge_field_limit: int = 30
    archived_counts_as_new: bool = False
    never_archived: list[Status] = ["archived", "cleaned", "pending"]
