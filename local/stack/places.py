"""Where the local stack listens and what it writes down."""

import json
import os
import socket
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self

from local.stack.errors import StackError
from local.stack.template import REGION, ROOT

HOST = "127.0.0.1"
# The tests keep theirs apart, so that they do not disturb a stack somebody works with.
STATE = Path(os.environ.get("RENKEI_LOCAL_STATE", ROOT / ".local"))
STATE_FILE = STATE / "stack.json"
STACK_NAME = "renkei-local"


def free_port() -> int:
    """Ask the system for a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True)
class Ports:
    """The three ports of the local stack."""

    front: int = 3000
    sandbox: int = 3001
    emulator: int = 4566

    @classmethod
    def chosen(cls, environ: Mapping[str, str], **flags: int | None) -> Self:
        """Take each port from its flag, else from RENKEI_{NAME}_PORT, else the default; 0 means any free one."""
        picked: dict[str, int] = {}
        for name, default in asdict(cls()).items():
            flag = flags.get(name)
            wish = int(environ.get(f"RENKEI_{name.upper()}_PORT", default)) if flag is None else flag
            picked[name] = wish or free_port()
        return cls(**picked)

    def check_free(self) -> None:
        """Raise StackError if something listens on one of the ports already."""
        for name, port in asdict(self).items():
            with socket.socket() as probe:
                probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                try:
                    probe.bind((HOST, port))
                except OSError as error:
                    raise StackError(
                        f"Port {port} ({name}) is taken. Is a local stack running (make stop)? "
                        f"Another port: --{name}-port N, or RENKEI_{name.upper()}_PORT=N."
                    ) from error


@dataclass(frozen=True)
class State:
    """What the command line and the tests need to find a running local stack; kept in .local/stack.json."""

    url: str
    region: str
    endpoint_url: str
    sandbox: str
    pid: int
    outputs: dict[str, str] = field(default_factory=dict)

    def write(self) -> None:
        """Write the state file."""
        STATE.mkdir(exist_ok=True)
        STATE_FILE.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")

    @classmethod
    def read(cls) -> Self | None:
        """Read the state file; None if no stack was started or it stopped."""
        try:
            return cls(**json.loads(STATE_FILE.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return None
        except (ValueError, TypeError) as error:
            raise StackError(f"{STATE_FILE} cannot be read ({error}); delete it and start the stack again.") from error


def aws_environment(endpoint: str) -> dict[str, str]:
    """Give the environment that points every AWS client, and nothing else, at the emulator."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("AWS_", "PYTHONPATH", "UV_PYTHON"))}
    return kept | {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        # A person's profile and its region are not meant here.
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "SAM_CLI_TELEMETRY": "0",
        "UV_PYTHON_DOWNLOADS": "never",
        "PATH": f"{ROOT / '.venv' / 'bin'}{os.pathsep}{os.environ.get('PATH', '')}",
    }
