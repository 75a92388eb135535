"""What the tests of the push of clients share: an office that also takes bookings, and what its people do."""

from __future__ import annotations

from typing import Any

from tests.crash.world import rows
from tests.functions.booking_to_hubspot.steps import COMPANY, MAIL
from tests.harness import SETTINGS, TOKEN, booking
from tests.office import KEY, Office, settings

PAGE = "address2"
FIRM = COMPANY["name"]
WHOLE = {
    "name": FIRM,
    "name_disp": "青空",
    "zip": "105-0001",
    "tel": "03-1234-5678",
    "pref": "東京都",
    "address1": "港区虎ノ門1-1",
    "to": f"keiri@gmail.com,{MAIL}",
}


def opened(firm: Office) -> None:
    """An office that also takes bookings into the same portal, and shows clients' pages."""
    firm.open()
    firm.stack.api("POST", f"/api/workspaces/{firm.stack.workspace}/connections/timerex", {"token": TOKEN})
    shown = settings(client_page={"property": PAGE})
    status, told = firm.stack.apply(integrations={KEY: shown, "booking_to_hubspot": SETTINGS})
    assert status == 200, told
    firm.wait(10)
    firm.forget_calls()


def push(office: Office, *, dry_run: bool = False) -> dict[str, Any]:
    """Ask for a push and let it run to its end; gives its delivery."""
    delivery = ask(office, dry_run=dry_run)
    for _ in range(9):
        office.work()
        if shown(office, delivery)["state"] != "pending":
            break
        office.wait(600)
        office.stack.sweep()
    return shown(office, delivery)


def ask(office: Office, *, dry_run: bool = False) -> str:
    """Ask for a push; gives its delivery's id."""
    office.wait(30)
    path = f"/api/workspaces/{office.stack.workspace}/jobs/{KEY}"
    status, told = office.stack.api("POST", path, {"job": "push_clients", "dry_run": dry_run})
    assert status in {200, 202}, told
    return str(told["delivery"])


def shown(office: Office, delivery: str) -> dict[str, Any]:
    """A delivery as the API shows it."""
    return next(one for one in office.stack.deliveries() if one["id"] == delivery)


def client(office: Office, **values: Any) -> int:
    """A client as a person makes it in board."""
    office.wait(1)
    return office.board.seed("clients", {"name": FIRM, **values})


def companies(office: Office) -> list[dict[str, str]]:
    """The portal's companies, oldest first."""
    return [one["properties"] for one in office.stack.the("companies")]


def book(office: Office, mail: str = MAIL) -> None:
    """A booking by somebody of the firm comes in."""
    assert office.stack.post(booking(guest_email=mail, company_name=FIRM))[0] == 200


def linked(office: Office) -> dict[str, str]:
    """Clients by their companies, as they are linked."""
    return {row["link"].partition("#")[2]: row["client"] for row in rows("links") if row.get("client")}
