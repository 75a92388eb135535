"""What the tests of the night share: pairs, and how one sees that nothing comes back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from local.sandbox.board import DEMO
from renkei import checkpoints
from tests.harness import PORTAL
from tests.office import KEY, Office


def project_of(office: Office, deal: str) -> dict[str, Any]:
    """A deal's project as board shows it, found by our key."""
    (found,) = [one for one in office.projects() if one["management_no"] == f"hubspot-{PORTAL}-{deal}"]
    return found


def in_board(office: Office, deal: str, **values: object) -> None:
    """Somebody changes a deal's project in board."""
    office.wait(1)
    office.board.change("projects", project_of(office, deal)["id"], values)


def bills(office: Office, deal: str, *statuses: int) -> None:
    """Somebody gives a project's invoices these statuses; those that are not there yet are made, a month apart."""
    office.wait(1)
    project = project_of(office, deal)
    held = invoices(office, deal)
    for number, status in enumerate(statuses):
        if number < len(held):
            office.board.bill(held[number], status)
            continue
        date = f"2027-{number:02d}-28"
        values = {"project_id": project["id"], "invoice_date": date, "invoice_status": status}
        office.board.seed("invoices", values)


def invoices(office: Office, deal: str) -> list[int]:
    """The ids of a project's invoices."""
    project = project_of(office, deal)
    return [one["id"] for one in office.board.state()["invoices"] if one["project_id"] == project["id"]]


def order_status(office: Office, deal: str) -> str:
    """A project's 受注ステータス."""
    return str(project_of(office, deal)["order_status_name"])


def lose_events(office: Office) -> None:
    """HubSpot's webhooks of what happened so far never come."""
    office.hubspot.take_events()


def others_go_on(office: Office) -> None:
    """Other projects change in board later, so that the next run does not read ours again only because of the overlap.

    They are not linked.
    """
    office.wait(3600)
    user = office.board.state()["users"][0]["id"]
    client = office.board.seed("clients", {"name": "有限会社よそ"})
    project = office.board.seed("projects", {"name": "よその案件", "client_id": client, "user_id": user})
    (invoice,) = [one["id"] for one in office.board.state()["invoices"] if one["project_id"] == project]
    office.board.bill(invoice, 4)


def quiet(office: Office) -> None:
    """The webhooks that our writes cause, and a further run, write nothing anywhere."""
    office.forget_calls()
    office.tell()
    assert office.writes() == [], "of webhooks of our own"
    others_go_on(office)
    run = office.night()
    assert run["state"] == "delivered", run
    assert office.writes() == [], "of a run after a run"


def saved(office: Office, name: str) -> dict[str, Any]:
    """A checkpoint."""
    return checkpoints.load(office.stack.workspace, KEY, name)


def meanwhile(office: Office, path: str, deed: Callable[[], object], *, call: int = 1) -> None:
    """Let a deed happen right after board answered the n-th call of a path."""
    answer, seen = office.board.answer, [0]

    def watched(request: Any) -> Any:
        found = answer(request)
        if request.path == path:
            seen[0] += 1
            if seen[0] == call:
                deed()
        return found

    office.board.answer = watched  # type: ignore[method-assign]


def rows_of(office: Office, kind: str) -> dict[int, dict[str, Any]]:
    """board's own records, behind everything."""
    return office.board.accounts[DEMO.api_key].records[kind]
