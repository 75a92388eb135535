"""One built function in the real Lambda runtime.

The runtime interface emulator comes with aws-sam-cli, the runtime interface client stands in .venv-runtime with boto3
and nothing else: what the layer forgets is missing here as it would be on Lambda.
https://github.com/aws/aws-lambda-runtime-interface-emulator
"""

import json
import os
import platform
import re
import signal
import socket
import subprocess
import tempfile
import threading
import time
import urllib.request
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from types import TracebackType
from typing import Any, Self

PYTHON = Path(__file__).resolve().parents[2] / ".venv-runtime" / "bin" / "python"
HOST = "127.0.0.1"
PATIENCE = 15.0
# "Init Duration" in the REPORT line is wrong in the emulator; this line is right.
INIT_FAILED = "INIT RTDONE(status: error"
INIT = re.compile(r"INIT REPORT\(durationMs: ([\d.]+)")


class RuntimeTrouble(Exception):
    """The runtime cannot be started or does not answer; the message says what to do."""


@dataclass(frozen=True)
class Answer:
    """What one invocation gave: the payload, the time INIT took (only the first one has it), and the log so far."""

    payload: Any
    init_ms: float | None
    log: str


class Runtime:
    """A context manager: starts the runtime, invokes the function in it one event at a time, stops it.

    The emulator takes no two invocations at once; start a second Runtime for that.
    """

    def __init__(
        self, handler: str, path: Sequence[Path], environment: Mapping[str, str], *, timeout: int = 30
    ) -> None:
        """Take a handler (module.function), the folders that stand for /var/task and /opt/python, and variables."""
        self._handler = handler
        self._path = path
        self._environment = environment
        self._timeout = timeout
        self._port = _free_port()

    def __enter__(self) -> Self:
        """Start the emulator; INIT runs at the first invocation."""
        if not PYTHON.exists():
            raise RuntimeTrouble("The runtime is not installed yet: run it through make (make runtime, make bench).")
        self._log = tempfile.NamedTemporaryFile(prefix="renkei-runtime-", suffix=".log")
        command = [
            *(str(interface_emulator()), "--log-level", "info"),
            *("--runtime-interface-emulator-address", f"{HOST}:{self._port}"),
            *("--runtime-api-address", f"{HOST}:{_free_port()}"),
            *(str(PYTHON), "-m", "awslambdaric", self._handler),
        ]
        self._process = subprocess.Popen(
            command,
            cwd=self._path[0],  # as on Lambda: what lies beside the code is found, this repository is not
            env=self._variables(),
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self._wait()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the emulator and the function."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait(timeout=PATIENCE)
        self._log.close()

    def invoke(self, event: object) -> Answer:
        """Invoke the function with an event that JSON can hold; errors of the function come back as its payload."""
        request = urllib.request.Request(
            f"http://{HOST}:{self._port}/2015-03-31/functions/function/invocations",
            data=json.dumps(event).encode(),
            method="POST",
        )
        with urllib.request.urlopen(request, timeout=self._timeout + PATIENCE) as response:  # noqa: S310 - loopback
            raw = response.read()
        return Answer(_json(raw), self._init_seen(), self.log())

    def init_ms(self) -> float:
        """Start the function and give the time INIT took, without waiting for what it makes of the event."""

        def nudge() -> None:
            with suppress(OSError):  # the runtime is stopped while it answers
                self.invoke({})

        threading.Thread(target=nudge, daemon=True).start()
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if (seen := self._init_seen()) is not None:
                return seen
            time.sleep(0.01)
        raise RuntimeTrouble(f"INIT does not end within {PATIENCE:.0f} s:\n{self.log()}")

    def _init_seen(self) -> float | None:
        log = self.log()
        if INIT_FAILED in log:
            raise RuntimeTrouble(f"{self._handler} cannot be imported:\n{log}")
        found = INIT.findall(log)
        return float(found[-1]) if found else None

    def log(self) -> str:
        """Give what the runtime and the function wrote so far."""
        return Path(self._log.name).read_text(encoding="utf-8", errors="replace")

    def _variables(self) -> dict[str, str]:
        return {
            "PATH": os.defpath,
            "HOME": tempfile.gettempdir(),
            "LANG": "en_US.UTF-8",
            "TZ": ":UTC",
            "PYTHONPATH": os.pathsep.join(map(str, self._path)),
            # /var/task and /opt are read-only on Lambda: what has no .pyc is compiled at every cold start.
            "PYTHONDONTWRITEBYTECODE": "1",
            "AWS_REGION": "ap-northeast-1",
            "AWS_DEFAULT_REGION": "ap-northeast-1",
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_EC2_METADATA_DISABLED": "true",
            "AWS_LAMBDA_FUNCTION_NAME": self._handler.split(".", maxsplit=1)[0],
            "AWS_LAMBDA_FUNCTION_TIMEOUT": str(self._timeout),
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "1024",
            **self._environment,
        }

    def _wait(self) -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if self._process.poll() is not None:
                raise RuntimeTrouble(f"The runtime stopped at once:\n{self.log()}")
            with suppress(OSError), socket.create_connection((HOST, self._port), timeout=1):
                return
            time.sleep(0.01)
        raise RuntimeTrouble(f"The runtime does not listen after {PATIENCE:.0f} s:\n{self.log()}")


def interface_emulator() -> Path:
    """Find the runtime interface emulator that aws-sam-cli ships for this machine's processor."""
    machine = {"x86_64": "x86_64", "amd64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}.get(platform.machine())
    if platform.system() != "Linux" or machine is None:
        raise RuntimeTrouble("The Lambda runtime needs Linux on x86_64 or arm64.")
    return Path(str(resources.files("samcli") / "local" / "rapid" / f"aws-lambda-rie-{machine}"))


def _json(raw: bytes) -> object:
    try:
        return json.loads(raw)
    except ValueError:  # a function that ran out of time answers with a sentence
        return raw.decode("utf-8", errors="replace")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])
