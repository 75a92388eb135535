"""Every vendor's connection on the deployed stack: made, tested and ended under the rights that the roles have."""

from __future__ import annotations

from typing import Any

import pytest

from local.demo.visitor import DemoTrouble, Visitor
from local.sandbox import board, falcana, mailchimp, slack
from local.stack import scheduled
from renkei.accounts import VENDORS

pytestmark = [pytest.mark.stack, pytest.mark.xdist_group("build"), pytest.mark.timeout(300)]

KEYS: dict[str, dict[str, str]] = {
    "board": {"api_key": board.DEMO.api_key, "api_token": board.DEMO.api_token},
    "mailchimp": {"api_key": mailchimp.DEMO.api_key, "audience": mailchimp.DEMO.audience},
    "slack": {"bot_token": slack.DEMO.bot_token},
    "falcana": {"client_id": falcana.DEMO.client_id, "client_secret": falcana.DEMO.client_secret},
}
ENDED_BY_HAND = {"board", "mailchimp", "falcana"}


@pytest.fixture
def visitor(stack: dict[str, Any]) -> Visitor:
    return Visitor(stack["url"], stack["sandbox"], stack["region"], "vendors")


def address(visitor: Visitor, vendor: str) -> str:
    return f"workspaces/{visitor.workspace}/connections/{vendor}"


def entered(visitor: Visitor, vendor: str) -> dict[str, str]:
    return KEYS[vendor] | ({"base_url": f"{visitor.sandbox}/falcana"} if vendor == "falcana" else {})


def connect(visitor: Visitor, vendor: str) -> None:
    if vendor in KEYS:
        body = {"switch_account": False, "secrets": entered(visitor, vendor)}
        assert visitor.api("POST", address(visitor, vendor), body)["connected"] is True
    else:
        url = visitor.api("POST", address(visitor, vendor), {"switch_account": False})["url"]
        # A portal that no other workspace uses: what is shared is not revoked.
        visitor.consent(url, **({"portal": "222222"} if vendor == "hubspot" else {}))


def test_every_vendor_is_offered(visitor: Visitor) -> None:
    assert {vendor["key"] for vendor in visitor.api("GET", "vendors")["vendors"]} == set(VENDORS)


@pytest.mark.parametrize("vendor", VENDORS)
def test_a_connection_is_made_tested_looked_after_and_ended(
    visitor: Visitor, stack: dict[str, Any], vendor: str
) -> None:
    connect(visitor, vendor)
    assert visitor.connection(vendor)["state"] == "connected"
    told = visitor.api("POST", f"{address(visitor, vendor)}/test")
    assert told["ok"] is True, told
    assert told["checks"]
    assert "expired" in scheduled.run(stack["endpoint_url"], "daily")
    ended = visitor.api("DELETE", address(visitor, vendor))
    assert ended["disconnected"] is True
    assert bool(ended["not_revoked"]) is (vendor in ENDED_BY_HAND)
    assert visitor.connection(vendor)["state"] == "disconnected"
    assert visitor.api("DELETE", f"{address(visitor, vendor)}?forget=true")["disconnected"] is True
    assert visitor.connection(vendor) == {}


@pytest.mark.parametrize("vendor", KEYS)
def test_wrong_keys_are_not_kept(visitor: Visitor, vendor: str) -> None:
    wrong = entered(visitor, vendor)
    last = max(wrong, key=list(wrong).index)
    body = {"switch_account": False, "secrets": wrong | {last: wrong[last][:-1] + "x"}}
    with pytest.raises(DemoTrouble, match="409"):
        visitor.api("POST", address(visitor, vendor), body)
    assert visitor.connection(vendor) == {}


def test_slack_is_connected_by_a_hook_too(visitor: Visitor) -> None:
    secrets = {"hook_url": f"{visitor.sandbox}/slack{slack.DEMO.hook}"}
    assert visitor.api("POST", address(visitor, "slack"), {"secrets": secrets})["connected"] is True
    assert visitor.api("POST", f"{address(visitor, 'slack')}/test")["ok"] is True
    assert visitor.api("DELETE", f"{address(visitor, 'slack')}?forget=true")["disconnected"] is True
