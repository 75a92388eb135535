"""`python -m local.stack`: starts, stops, updates and describes the local stack."""

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from types import FrameType
from urllib.parse import urlsplit

from local.stack import scheduled
from local.stack.children import PATIENCE, answers
from local.stack.errors import StackError
from local.stack.logs import FUNCTIONS, lines
from local.stack.places import STATE_FILE, Ports, State
from local.stack.stack import redeploy, running


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; gives the exit code."""
    parser = argparse.ArgumentParser(prog="python -m local.stack", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    up = commands.add_parser("up", help="start everything and stay up until Ctrl-C; state is fresh each time")
    add_ports(up)
    commands.add_parser("down", help="stop the stack that was started elsewhere")
    commands.add_parser("deploy", help="build and deploy what changed to the running stack")
    commands.add_parser("status", help="show the running stack's addresses")
    logs = commands.add_parser("logs", help="show what the functions logged")
    logs.add_argument("function", nargs="?", help=f"{', '.join(FUNCTIONS)} (default: all)")
    run = commands.add_parser("run", help="run a scheduled function now, without waiting for its time")
    run.add_argument("job", choices=scheduled.JOBS)
    given = parser.parse_args(arguments)
    todo: dict[str, Callable[[], int]] = {
        "up": lambda: _up(chosen_ports(given)),
        "down": _down,
        "deploy": _deploy,
        "status": _status,
        "logs": lambda: _logs(given.function),
        "run": lambda: _run(given.job),
    }
    try:
        return todo[given.command]()
    except StackError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1


def add_ports(parser: argparse.ArgumentParser) -> None:
    """Give a parser the flags for the three ports."""
    for name, what in (("front", "the API"), ("sandbox", "the sandbox vendors"), ("emulator", "the AWS emulator")):
        default = getattr(Ports(), name)
        wish = f"port of {what} (default: RENKEI_{name.upper()}_PORT or {default}; 0 = any free one)"
        parser.add_argument(f"--{name}-port", type=int, metavar="N", help=wish)


def chosen_ports(given: argparse.Namespace) -> Ports:
    """Read the ports from flags and environment."""
    flags = {name: getattr(given, f"{name}_port") for name in ("front", "sandbox", "emulator")}
    return Ports.chosen(os.environ, **flags)


def stop_on_signals() -> None:
    """Make `kill` end this process the way Ctrl-C does; once it stops its parts, no further signal disturbs it."""

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, interrupt)


def say(line: str) -> None:
    """Print a line at once, also into a pipe."""
    print(line, flush=True)


def wait_for_ctrl_c() -> None:
    """Stay until Ctrl-C or SIGTERM."""
    while True:
        time.sleep(3600)


def _up(ports: Ports) -> int:
    stop_on_signals()
    try:
        with running(ports, say) as stack:
            _show(stack.state)
            say("Ctrl-C stops it.")
            wait_for_ctrl_c()
    except KeyboardInterrupt:
        say("\nStopped.")
    return 0


def _down() -> int:
    state = State.read()
    if state is None or not _alive(state.pid):
        STATE_FILE.unlink(missing_ok=True)
        say("No local stack is running.")
        return 0
    os.kill(state.pid, signal.SIGTERM)
    until = time.monotonic() + 20
    while _alive(state.pid) and time.monotonic() < until:
        time.sleep(0.1)
    if _alive(state.pid):
        raise StackError(f"Process {state.pid} does not stop.")
    say("Stopped.")
    return 0


def _deploy() -> int:
    state = _needed()
    addresses = {"front": state.url, "sandbox": state.sandbox, "emulator": state.endpoint_url}
    ports = Ports(**{name: urlsplit(address).port or 0 for name, address in addresses.items()})
    deployed = redeploy(ports, say)
    say(f"{deployed.routes} routes answer on {state.url}")
    return 0


def _status() -> int:
    state = _needed()
    _show(state)
    return 0 if answers(f"{state.url}/healthz", PATIENCE) else 1  # a function's first start takes its time


def _logs(function: str | None) -> int:
    for line in lines(_needed().endpoint_url, function):
        say(line)
    return 0


def _run(job: str) -> int:
    say(scheduled.run(_needed().endpoint_url, job))
    return 0


def _needed() -> State:
    state = State.read()
    if state is None or not _alive(state.pid):
        raise StackError("No local stack is running: start it with make stack (or make demo).")
    return state


def _show(state: State) -> None:
    say(f"  API       {state.url}")
    say(f"  sandbox   {state.sandbox}")
    say(f"  emulator  {state.endpoint_url} (AWS_ENDPOINT_URL)")
    for name, value in sorted(state.outputs.items()):
        say(f"  {name:<21} {value}")


def _alive(pid: int) -> bool:
    """Tell whether that process runs and is a local stack of ours, and not another one that got its number."""
    command = ["ps", "-p", str(pid), "-o", "command="]
    found = subprocess.run(command, capture_output=True, text=True, check=False).stdout
    return "local.stack" in found or "local.demo" in found


if __name__ == "__main__":
    sys.exit(main())
