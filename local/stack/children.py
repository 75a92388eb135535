"""Processes the local stack starts, and stops again whatever happens."""

import contextlib
import os
import signal
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path

from local.stack.errors import StackError
from local.stack.template import ROOT

PATIENCE = 30.0


class Child:
    """One process in a group of its own, so that Ctrl-C reaches us first and we stop it with all it started."""

    def __init__(self, name: str, command: Sequence[str], environment: Mapping[str, str], log: Path) -> None:
        """Start the process; its output goes to the log file."""
        self.name = name
        self.log = log
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as output:
            self.process = subprocess.Popen(
                list(command),
                cwd=ROOT,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait_until_it_answers(self, url: str) -> None:
        """Wait until the address answers anything over HTTP; StackError if the process ends or takes too long."""
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise StackError(f"The {self.name} stopped at once. Its last words:\n{self.last_words()}")
            if answers(url):
                return
            time.sleep(0.05)
        raise StackError(f"The {self.name} did not answer within {PATIENCE:.0f} s at {url}; see {self.log}.")

    def last_words(self) -> str:
        """Give the end of the log."""
        return self.log.read_text(encoding="utf-8", errors="replace")[-2000:]

    def stop(self) -> None:
        """End the process and everything it started; asks first, then insists."""
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.terminate()
        # What it started may outlive it.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(timeout=5)


def answers(url: str, seconds: float = 2) -> bool:
    """Tell whether an address answers over HTTP within some seconds, with whatever status."""
    try:
        with urllib.request.urlopen(url, timeout=seconds):  # noqa: S310 - our own loopback address
            return True
    except urllib.error.HTTPError:
        return True
    except (urllib.error.URLError, OSError):
        return False
