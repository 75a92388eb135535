"""What the tests of the admin's side share: a workspace that is connected to both, and its settings."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

from local.sandbox.board import DEMO
from tests.harness import Stack

KEY = "hubspot_to_board"
OWN = "8001000"
SETTINGS: dict[str, Any] = {
    "pipelines": [
        {
            "pipeline": OWN,
            "stages": [{"status": "見積中(高)", "stage": "8001003"}, {"status": "受注済", "stage": "8001005"}],
        },
        {"pipeline": "default", "stages": [{"status": "受注済", "stage": "closedwon"}]},
    ],
    "invoice_timing": "一括請求",
    "invoice_date": {"property": "closedate"},
}


def settings(**changes: Any) -> dict[str, Any]:
    """The usual settings with changes."""
    return {**copy.deepcopy(SETTINGS), **changes}


def stages(*rows: tuple[str, str], pipeline: str = OWN) -> dict[str, Any]:
    """Settings of one pipeline with these (status, stage)."""
    found = [{"status": status, "stage": stage} for status, stage in rows]
    return settings(pipelines=[{"pipeline": pipeline, "stages": found}])


def connected(stack: Stack) -> None:
    """A workspace that is connected to both."""
    assert stack.connect()["statusCode"] == 200
    keys = {"api_key": DEMO.api_key, "api_token": DEMO.api_token}
    status, told = stack.api("POST", f"/api/workspaces/{stack.workspace}/connections/board", {"secrets": keys})
    assert status == 200, told
    stack.clock.sleep(10)


def applied(stack: Stack, given: Mapping[str, Any]) -> tuple[int, dict[str, Any]]:
    """What applying settings answers."""
    return stack.apply(integrations={KEY: given}, language="en")


def problems(stack: Stack, given: Mapping[str, Any]) -> list[tuple[str, str, list[str]]]:
    """What is wrong with settings: (place, message, what is allowed)."""
    status, told = applied(stack, given)
    assert status == 422, told
    return [
        (".".join(map(str, one["path"][2:])), one["message"], one.get("allowed", []))
        for one in told["error"]["problems"]
    ]


def tool(stack: Stack, method: str, name: str, body: object = None, query: str = "") -> tuple[int, dict[str, Any]]:
    """Use a tool."""
    path = f"/api/workspaces/{stack.workspace}/tools/{KEY}/{name}{query}"
    return stack.api(method, path, body, **{"accept-language": "en"})
