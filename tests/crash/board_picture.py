"""What lies in the sandboxes board and HubSpot and in our memory, without ids and times: the same in every life.

A company's page names its client by id; the stories make but one client, or have theirs from the beginning.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.crash.world import rows
from tests.harness import Stack
from tests.office import Office

PAGE = "address2"
"""The company property in which the stories show the client's page."""
_CLIENT = ("name", "name_disp", "zip", "pref", "address1", "tel")
_PROJECT = ("management_no", "name", "order_status_name", "invoice_dates", "total", "tax")
_INVOICE = ("management_no", "invoice_date", "invoice_status_name")
_DEAL = ("dealname", "dealstage", "amount")
_COMPANY = ("name", "domain", "phone", "zip", "state", "city", PAGE)


def picture(stack: Stack) -> dict[str, Any]:
    """All records of board, the deals and companies, our links, and what a further run of the night writes."""
    state = stack.board.state()
    names = {str(one["id"]): str(one["name"]) for kind in ("clients", "projects") for one in state[kind]}
    shown: dict[str, Any] = {
        "clients": _sorted(_chosen(one, _CLIENT) for one in state["clients"]),
        "projects": _sorted(
            {**_chosen(one, _PROJECT), "client": one["client"]["name"], "user": one["user"]["id"]}
            for one in state["projects"]
        ),
        "invoices": _sorted(_chosen(one, _INVOICE) for one in state["invoices"]),
        "deals": _sorted(_chosen(one["properties"], _DEAL) for one in stack.the("deals")),
        "companies": _sorted(_chosen(one["properties"], _COMPANY) for one in stack.the("companies")),
    }
    links = {row["link"]: _link(row, names) for row in rows("links")}
    return {**shown, "links": links, "further": _further(stack)}


def _further(stack: Stack) -> list[str]:
    """What is written when HubSpot tells of our own writes, and when another night's run comes."""
    office = Office(stack)
    office.forget_calls()
    office.tell()
    office.night()
    assert not stack.deliveries("pending")
    return office.writes()


def _sorted(records: Any) -> list[dict[str, Any]]:
    return sorted(records, key=repr)


def _chosen(record: Mapping[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    return {name: record[name] for name in names if record.get(name)}


def _link(row: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """A row of our memory. A note of something in progress is shown as it is: in the end there must be none."""
    told = {name: value for name, value in row.items() if name not in {"scope", "link"} and value != ""}
    return {
        name: names.get(str(value), value) if name in {"project", "client"} else value for name, value in told.items()
    }
