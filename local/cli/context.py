"""What every command works with: the screen, the API, the chosen workspace, and a way to wait."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from local.cli.client import Api
from local.cli.errors import Failure, Misuse
from local.cli.place import Place, find_place
from local.cli.screen import Screen
from local.cli.shapes import words
from local.cli.signing import Signer, credentials_for, region_of


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Pause:
    """How time passes while something is waited for, and what the clock on the wall says; tests let it pass at once."""

    sleep: Callable[[float], None] = time.sleep
    now: Callable[[], float] = time.monotonic
    wall: Callable[[], datetime] = _utc_now
    step: float = 2.0

    def until(self, seconds: float) -> Iterator[int]:
        """Give the seconds left, again after each step, until there are none."""
        end = self.now() + seconds
        while (left := end - self.now()) > 0:
            yield round(left)
            self.sleep(min(self.step, left))


@dataclass
class Context:
    """One call of the command line."""

    screen: Screen
    environ: Mapping[str, str]
    folder: Path
    url_option: str | None
    workspace_option: str | None
    pause: Pause

    @cached_property
    def place(self) -> Place:
        """Give the stack to talk to. Raises Misuse if none is named."""
        return find_place(self.url_option, self.environ, self.folder)

    @cached_property
    def api(self) -> Api:
        """Give the API, ready to be called. Raises Misuse or Failure if the call could not be signed."""
        region = region_of(self.place.url, self.environ, self.place.region)
        signer = Signer(credentials_for(self.place.url, self.environ), region)
        return Api(self.place.url, signer, self.screen.language)

    @property
    def asked_workspace(self) -> str | None:
        """Give the workspace that was named by option or environment."""
        return self.workspace_option or self.environ.get("RENKEI_WORKSPACE") or None

    @cached_property
    def workspace(self) -> str:
        """Give the workspace: the named one, or the only one there is. Raises Failure or Misuse if that is unclear."""
        if self.asked_workspace:
            return self.asked_workspace
        names = words(self.api.call("GET", "workspaces").get("workspaces"))
        if not names:
            raise Failure("no_workspace")
        if len(names) > 1:
            raise Misuse("which_workspace", names=", ".join(names))
        return names[0]
