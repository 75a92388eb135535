"""A local stack that a test started: its commands, and AWS as one sees it from outside."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3

from local.stack.places import STACK_NAME

PATIENCE = 180


def local_stack(state: Path, *arguments: str) -> subprocess.Popen[str]:
    """Start a command of `python -m local.stack` whose state lies in a folder of its own."""
    command = [sys.executable, "-m", "local.stack", *arguments]
    environment = os.environ | {"RENKEI_LOCAL_STATE": str(state)}
    return subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL, text=True
    )


def said(state: Path, *arguments: str) -> tuple[int, str]:
    """Run a command to its end: (exit code, output)."""
    with local_stack(state, *arguments) as process:
        output, _ = process.communicate(timeout=PATIENCE)
    return process.returncode, output


def until[T](found: Callable[[], T | None], patience: float = PATIENCE) -> T:
    """Wait for something true."""
    end = time.monotonic() + patience
    while time.monotonic() < end:
        value = found()
        if value:
            return value
        time.sleep(0.2)
    raise TimeoutError(found)


@dataclass(frozen=True)
class Aws:
    """The emulator's AWS, as the account's owner."""

    endpoint: str
    region: str

    def client(self, service: str) -> Any:
        """A client of a service."""
        session = boto3.Session("test", "test", region_name=self.region)
        return session.client(service, endpoint_url=self.endpoint)  # type: ignore[call-overload]

    def physical(self, name: str) -> str:
        """The physical name of a resource of the stack."""
        found = self.client("cloudformation").describe_stack_resource(StackName=STACK_NAME, LogicalResourceId=name)
        return str(found["StackResourceDetail"]["PhysicalResourceId"])

    def environment(self, function: str) -> dict[str, str]:
        """What a deployed function sees: its variables, and credentials of its own role."""
        held = self.client("lambda").get_function_configuration(FunctionName=self.physical(function))
        variables: dict[str, str] = held["Environment"]["Variables"]
        given = self.client("sts").assume_role(RoleArn=held["Role"], RoleSessionName="test")["Credentials"]
        return variables | {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_DEFAULT_REGION": self.region,
            "AWS_ACCESS_KEY_ID": given["AccessKeyId"],
            "AWS_SECRET_ACCESS_KEY": given["SecretAccessKey"],
            "AWS_SESSION_TOKEN": given["SessionToken"],
        }
