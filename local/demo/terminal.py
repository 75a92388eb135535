"""An admin's terminal: runs `renkei` as a person does, and shows what was typed and what it said."""

import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from local.stack.places import aws_environment
from local.stack.template import ROOT

PATIENCE = 240
RENKEI = Path(sys.executable).with_name("renkei")


@dataclass(frozen=True)
class Terminal:
    """A terminal in the project's folder, for one workspace of the stack at `url`."""

    url: str
    workspace: str
    say: Callable[[str], None]

    def renkei(self, *words: str, **typed: str) -> int:
        """Run a command, e.g. `renkei("board", "sync")`, with more environment variables; gives its exit code."""
        self.say(f"     $ renkei {' '.join(words)}")
        ran = subprocess.run(
            [str(RENKEI), *words],
            cwd=ROOT,
            env=self._environment() | typed,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            timeout=PATIENCE,
            check=False,
        )
        for line in ran.stdout.splitlines():
            self.say(f"       {line}".rstrip())
        return ran.returncode

    def _environment(self) -> dict[str, str]:
        """What a person's shell holds: the stack's address, the workspace, AWS credentials; nothing of an own setup."""
        kept = {key: value for key, value in aws_environment("").items() if not key.startswith("RENKEI_")}
        shell = {"LC_ALL": "en_US.UTF-8", "PYTHONIOENCODING": "utf-8", "PYTHONUNBUFFERED": "1"}
        return kept | shell | {"RENKEI_URL": self.url, "RENKEI_WORKSPACE": self.workspace}
