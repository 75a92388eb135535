"""What an integration is to the platform: its facts, and the function that works through deliveries."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import BaseModel

    from renkei.errors import Outcome
    from renkei.mapping import Warn
    from renkei.runtime import Work


@dataclass(frozen=True)
class Integration:
    """One folder under functions/. `title` is for people; `vendor` owns the connection it writes through."""

    key: str
    title: Mapping[str, str]
    vendor: str
    sources: tuple[str, ...]
    settings: type[BaseModel]


@dataclass(frozen=True)
class Job:
    """A delivery to work on: its id and its opened payload."""

    id: str
    payload: Mapping[str, Any]


@dataclass(frozen=True)
class Done:
    """A delivery went through. `outcome` holds ids and words only, nothing personal."""

    outcome: Mapping[str, Any]
    warnings: tuple[Warn, ...] = ()


type Verdict = Done | Outcome
type Worker = Callable[[Sequence[Job], Work], Mapping[str, Verdict]]
"""Works through jobs of one workspace together; a raised Outcome means all of them."""
