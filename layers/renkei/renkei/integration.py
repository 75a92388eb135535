"""What an integration is to the platform: its facts, and the function that works through deliveries."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydantic import BaseModel

    from renkei.errors import Outcome
    from renkei.mapping import Warn
    from renkei.runtime import Work


def _always(given: Mapping[str, Any]) -> bool:  # noqa: ARG001 - as every integration's
    return True


def _all_of_them(given: Mapping[str, Any]) -> Mapping[str, tuple[str, ...]]:  # noqa: ARG001 - as every integration's
    return {}


@dataclass(frozen=True)
class Integration:
    """One folder under functions/. `title` is for people; `vendor` owns the connection it writes through.

    `needs` are the other connections without which it cannot work; `jobs` what it does by the clock, or when asked to.
    `completed` are the codes of what parks for a record that a person completes at a vendor, and for no setting.
    `by_itself` tells of settings as they are kept whether they want the jobs that the clock starts.
    `scopes` tells of such settings what a vendor by OAuth must allow; where it says nothing, all that we ever ask for.
    """

    key: str
    title: Mapping[str, str]
    vendor: str
    sources: tuple[str, ...]
    settings: type[BaseModel]
    needs: tuple[str, ...] = ()
    jobs: tuple[str, ...] = ()
    completed: frozenset[str] = frozenset()
    by_itself: Callable[[Mapping[str, Any]], bool] = _always
    scopes: Callable[[Mapping[str, Any]], Mapping[str, tuple[str, ...]]] = _all_of_them

    @property
    def vendors(self) -> tuple[str, ...]:
        """All vendors whose connections it works with."""
        return (self.vendor, *self.needs)


@dataclass(frozen=True)
class Job:
    """A delivery to work on: its id and its opened payload."""

    id: str
    payload: Mapping[str, Any]


@dataclass(frozen=True)
class Done:
    """A delivery went through. `outcome` holds ids and words only, nothing personal.

    People are told by mail of what is in `notices`, beside the warnings that the delivery shows.
    """

    outcome: Mapping[str, Any]
    warnings: tuple[Warn, ...] = ()
    notices: tuple[Warn, ...] = ()


@dataclass(frozen=True)
class Unfinished:
    """A long piece of work has saved how far it is, and goes on at once. `progress` holds ids, words and counts."""

    progress: Mapping[str, Any] = field(default_factory=dict)


type Verdict = Done | Unfinished | Outcome
type Worker = Callable[[Sequence[Job], Work], Mapping[str, Verdict]]
"""Works through jobs of one workspace together; a raised Outcome means all of them."""
