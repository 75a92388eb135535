"""The workspace file: its model, and checking it against the portals it speaks of.

The JSON schema of `Workspace` and of each integration's `Settings` is the documentation and, later, the form.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from renkei.accounts import Vendor
from renkei.config import Language
from renkei.integration import Integration
from renkei.workspaces import NAME

type Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Problem:
    """What is wrong at a place of the workspace file, and what is allowed there."""

    path: Path
    message: str
    allowed: tuple[str, ...] = ()


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class TimeRex(_Model):
    """How TimeRex sends to this workspace. The token itself is given by `renkei connect timerex`."""

    header: str = Field(
        "x-timerex-authorization",
        pattern=r"^[A-Za-z0-9-]{1,64}$",
        title="Token header",
        description="The header that carries the security token; older set-ups use `authorization`",
    )


class Sources(_Model):
    """Who may send events to this workspace."""

    timerex: TimeRex = TimeRex()


class Recipient(_Model):
    """Somebody who gets this workspace's notices."""

    mail: str = Field(pattern=r"^[^@\s<>,;\"]+@[^@\s<>,;\"]+\.[^@\s<>,;\".]+$", max_length=254, title="Mail address")
    language: Language | None = Field(None, title="Language", description="Else the workspace's")


class Notices(_Model):
    """Who is told when something needs a person."""

    to: tuple[Recipient, ...] = Field((), max_length=20, title="Recipients")

    @field_validator("to")
    @classmethod
    def _once(cls, to: tuple[Recipient, ...]) -> tuple[Recipient, ...]:
        if len({one.mail.lower() for one in to}) < len(to):
            raise ValueError("an address stands twice")
        return to


class ConnectionLife(_Model):
    """How long a connection that nobody uses is kept."""

    keep_alive: bool = Field(False, title="Keep alive", description="Refresh it instead of letting it expire")
    idle_days: int | None = Field(None, ge=1, le=3650, title="Idle days", description="Else the deployment's")


class Workspace(_Model):
    """The workspace file. `integrations` holds the settings of each integration under its key."""

    workspace: str = Field(pattern=f"^{NAME.pattern}$", title="Workspace")
    language: Language = Field("ja", title="Language", description="Of messages and of HubSpot's labels")
    sources: Sources = Sources()
    notices: Notices = Notices()
    connections: dict[Vendor, ConnectionLife] = Field(default_factory=dict, title="Connections")
    integrations: dict[str, dict[str, Any]] = Field(default_factory=dict, title="Integrations")


def check(
    document: object, workspace: str, integrations: Mapping[str, Integration]
) -> tuple[dict[str, Any], list[Problem]]:
    """(the document with defaults filled in, what is wrong with it) for a workspace of this name."""
    try:
        whole = Workspace.model_validate(document)
    except ValidationError as error:
        return {}, list(_problems(error, ()))
    problems = []
    if whole.workspace != workspace:
        problems.append(Problem(("workspace",), f"this file is for {whole.workspace}", (workspace,)))
    filled = whole.model_dump(mode="json", by_alias=True)
    for key, given in whole.integrations.items():
        place: Path = ("integrations", key)
        if key not in integrations:
            problems.append(Problem(place, "there is no such integration", tuple(integrations)))
            continue
        try:
            settings = integrations[key].settings.model_validate(given)
        except ValidationError as error:
            problems += _problems(error, place)
        else:
            filled["integrations"][key] = settings.model_dump(mode="json", by_alias=True, exclude_none=True)
    return filled, problems


def _problems(error: ValidationError, place: Path) -> Iterator[Problem]:
    entries = error.errors(include_url=False, include_input=False)
    for entry in entries:
        inner = (other["loc"][: len(entry["loc"])] == entry["loc"] for other in entries if other is not entry)
        if entry["type"] == "too_short" and any(inner):
            continue  # what is wrong inside already says it
        expected = str(entry.get("ctx", {}).get("expected", ""))
        allowed = tuple(part.strip(" '") for part in expected.replace(" or ", ",").split(",")) if expected else ()
        message = entry["msg"].removeprefix("Value error, ")
        yield Problem((*place, *entry["loc"]), message, allowed)
