"""The local stack as one thing: starts its parts in order, and stops them whatever happens."""

import os
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from local.stack import deploy as deployment
from local.stack import emulator
from local.stack.build import build
from local.stack.children import Child
from local.stack.front import Front
from local.stack.places import HOST, STATE, STATE_FILE, Ports, State, aws_environment
from local.stack.template import REGION

type Say = Callable[[str], None]


@dataclass(frozen=True)
class Running:
    """A running local stack."""

    state: State
    ports: Ports
    deployed: deployment.Deployed


@contextmanager
def running(ports: Ports, say: Say) -> Iterator[Running]:
    """Start everything, give it while it runs, stop everything. Raises StackError with what a person can do."""
    ports.check_free()
    shutil.rmtree(STATE / "emulator", ignore_errors=True)
    with ExitStack() as parts:
        with step(say, "Building the functions and their layer (sam build)"):
            template = build()
        with step(say, f"Starting the AWS emulator on http://{HOST}:{ports.emulator}"):
            parts.callback(emulator.start(ports.emulator).stop)
        with step(say, f"Starting the sandbox vendors on http://{HOST}:{ports.sandbox}"):
            parts.callback(_sandbox(ports).stop)
        with step(say, "Deploying template.yaml (sam deploy)"):
            deployed = deployment.deploy(template, ports)
        parts.callback(Front(ports.front, ports.emulator, deployed.api_id).stop)
        state = describe(ports, deployed)
        state.write()
        parts.callback(STATE_FILE.unlink, missing_ok=True)
        say(f"The API answers on {state.url}")
        yield Running(state, ports, deployed)


def redeploy(ports: Ports, say: Say) -> deployment.Deployed:
    """Build and deploy what changed to a stack that runs already."""
    with step(say, "Building the functions and their layer (sam build)"):
        template = build()
    with step(say, "Deploying template.yaml (sam deploy)"):
        return deployment.deploy(template, ports)


def describe(ports: Ports, deployed: deployment.Deployed) -> State:
    """Give what the state file says of a stack that this process runs."""
    return State(
        url=f"http://{HOST}:{ports.front}",
        region=REGION,
        endpoint_url=f"http://{HOST}:{ports.emulator}",
        sandbox=f"http://{HOST}:{ports.sandbox}",
        pid=os.getpid(),
        outputs=deployed.outputs,
    )


@contextmanager
def step(say: Say, what: str) -> Iterator[None]:
    """Say what begins, and afterwards how long it took."""
    started = time.monotonic()
    yield
    say(f"{what}: {time.monotonic() - started:.1f} s")


def _sandbox(ports: Ports) -> Child:
    address = f"http://{HOST}:{ports.sandbox}"
    command = [sys.executable, "-m", "local.sandbox.server", "--port", str(ports.sandbox)]
    command += ["--mail", str(emulator.MAIL)]
    child = Child("sandbox", command, aws_environment(""), STATE / "sandbox.log")
    try:
        child.wait_until_it_answers(address)
    except BaseException:
        child.stop()
        raise
    return child
