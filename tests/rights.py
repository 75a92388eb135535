"""Whatever a function does to AWS in any test is in its role's rights in template.yaml, or the test fails.

The emulator checks rights too, but only on the ways that a deployed stack is driven; here all ways are.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from local.stack.template import parsed
from renkei import aws

type Right = tuple[str, str]
"""An action, and the table, index, queue, key or identity that it is done to."""

_SERVICES = {"dynamodb": "dynamodb", "kms": "kms", "sqs": "sqs", "sesv2": "ses", "secretsmanager": "secretsmanager"}
_acting: list[str] = []
_missing: list[tuple[str, Right]] = []


@contextmanager
def acting(role: str) -> Iterator[None]:
    """Whoever calls AWS meanwhile is the function that has this role."""
    _acting.append(role)
    try:
        yield
    finally:
        _acting.pop()


@contextmanager
def held() -> Iterator[None]:
    """Watch a test; AssertionError at its end if a function did what its role may not."""
    _missing.clear()
    for service in _SERVICES:
        aws.client(service).meta.events.register("provide-client-params", _look, unique_id="rights")
    yield
    assert not _missing, f"not among the rights in template.yaml: {sorted(set(_missing))}"


def forgive() -> None:
    """Forget what was missing so far: the test spoiled our code on purpose."""
    _missing.clear()


def _look(params: dict[str, Any], model: Any, **_: Any) -> None:
    if _acting:
        service = _SERVICES[model.service_model.service_name]
        for target in _targets(service, params):
            right = (f"{service}:{model.name}", target)
            if right not in rights()[_acting[-1]]:
                _missing.append((_acting[-1], right))


def _targets(service: str, params: dict[str, Any]) -> list[str]:
    match service:
        case "dynamodb":
            tables = [params["TableName"]] if "TableName" in params else list(params["RequestItems"])
            index = f"/{params['IndexName']}" if "IndexName" in params else ""
            return [f"{table.removeprefix('renkei-')}{index}" for table in tables if table.startswith("renkei-")]
        case "sqs":
            words = params["QueueUrl"].rpartition("/")[2].removeprefix("renkei-").removesuffix(".fifo").split("-")
            return ["".join(word.capitalize() for word in words)]
        case "kms":
            return ["key"]
        case "secretsmanager":
            return [params["SecretId"].removeprefix("renkei/")]
    return ["sender"]


@functools.cache
def rights() -> dict[str, set[Right]]:
    """What each role may do, as the template says."""
    roles = {name: one for name, one in parsed()["Resources"].items() if one["Type"] == "AWS::IAM::Role"}
    return {name: set(_rights(role["Properties"])) for name, role in roles.items()}


def _rights(properties: dict[str, Any]) -> Iterator[Right]:
    for statement in _statements(properties["Policies"]):
        resources = statement["Resource"] if isinstance(statement["Resource"], list) else [statement["Resource"]]
        for resource in resources:
            yield from ((action, _named(json.dumps(resource))) for action in statement["Action"])


def _statements(part: Any) -> Iterator[dict[str, Any]]:
    """The statements, those under a condition too."""
    if isinstance(part, dict) and "Action" in part:
        yield part
    else:
        for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
            yield from _statements(inner)


def _named(resource: str) -> str:
    if found := re.search(r"(\w+)Table", resource):
        index = re.search(r"/index/(\w+)", resource)
        return found[1].lower() + (f"/{index[1]}" if index else "")
    if found := re.search(r"(\w+)Queue", resource):
        return found[1]
    if found := re.search(r"(\w+)AppSecret", resource):
        return f"{found[1].lower()}-app"
    return next((name for part, name in _OTHERS.items() if part in resource), resource)


_OTHERS = {'"Key"': "key", "identity/": "sender"}
