"""What the tests of troubles share: a firm that shows client pages, a new deal, and what must come of it."""

from __future__ import annotations

from typing import Any

from local.sandbox.board import DEMO
from tests.harness import Stack
from tests.office import Office

_BOARD = "/api/workspaces/demo/connections/board"


def opened(stack: Stack) -> Office:
    """A firm that shows the clients' pages in HubSpot."""
    office = Office(stack)
    stack.begin("office with pages", lambda: office.open(client_page={"property": "address2"}))
    return office


def new_deal(office: Office) -> str:
    """A new deal of a new company of which HubSpot tells."""
    deal = office.deal(office.company(), status="見積中(中)")
    office.tell()
    return deal


def told_of(office: Office, state: str) -> list[dict[str, Any]]:
    """The deliveries in a state."""
    return office.stack.deliveries(state)


def later(office: Office, seconds: float = 60) -> None:
    """Time passes, and what is due then is done."""
    office.wait(seconds)
    office.stack.sweep()
    office.work()


def one_of_each(office: Office) -> dict[str, Any]:
    """The one project, of the one client; nothing waits or was refused."""
    (client,), (project,) = office.clients(), office.projects()
    assert project["client"]["id"] == client["id"]
    assert {one["state"] for one in office.stack.deliveries()} <= {"delivered", "skipped"}
    return project


def connected(office: Office) -> bool:
    """Whether board could be connected with the right keys."""
    secrets = {"api_key": DEMO.api_key, "api_token": DEMO.api_token}
    return office.stack.api("POST", _BOARD, {"secrets": secrets})[0] == 200
