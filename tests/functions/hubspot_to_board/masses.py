"""Very many linked pairs at once: put where both vendors and we keep them, and not through any API."""

from __future__ import annotations

from typing import Any

from moto.backends import get_backend

from hubspot_to_board import INTEGRATION, ORDER_STATUS
from hubspot_to_board.desk import Desk
from hubspot_to_board.plan import Deal, agreed_on
from renkei import checkpoints
from renkei.runtime import prepare
from tests.harness import ACCOUNT, PORTAL, REGION
from tests.office import KEY, PIPELINE, STAGES, Office


def seeded(office: Office, count: int, status: str = "見積中(中)") -> list[tuple[str, int]]:
    """Deals and projects, one for one, in a status: as they are after they went over, but for that nobody knows it."""
    board, portal = office.board, office.hubspot.portals[PORTAL]
    client = board.seed("clients", {"name": "株式会社青空商事"})
    user = board.state()["users"][0]["id"]
    deal = {"dealname": "基幹システム刷新", "pipeline": PIPELINE, "dealstage": STAGES[status]}
    pairs = []
    for _ in range(count):
        id_ = portal.create("deals", dict(deal), office.clock()).id
        values = {"name": "基幹システム刷新", "client_id": client, "user_id": user}
        values |= {"order_status": ORDER_STATUS[status], "management_no": f"hubspot-{PORTAL}-{id_}"}
        pairs.append((id_, board.seed("projects", values)))
    portal.changes.clear()
    return pairs


def link(office: Office, pairs: list[tuple[str, int]], status: str = "見積中(中)") -> None:
    """Link seeded pairs, as agreed on in their status."""
    desk = Desk(prepare(office.stack.platform, office.stack.workspace, INTEGRATION))
    rows: Any = get_backend("dynamodb")[ACCOUNT][REGION].tables["renkei-links"]
    for deal, project in pairs:
        digest = desk.of_deal(deal)
        facts = {"scope": desk.scope, "link": f"deal#{deal}", "project": str(project), "sent": ""}
        facts |= {**agreed_on(Deal(PIPELINE, STAGES[status]), status, digest), "amount": digest("amount", "0")}
        rows.put_item({name: {"S": value} for name, value in facts.items()})


def many(office: Office, count: int, status: str = "見積中(中)", **settings: Any) -> list[tuple[str, int]]:
    """Open an office that has had linked pairs for longer than yesterday's run, which happened."""
    office.open(**settings)
    office.wait(-4 * 3600)  # they were there before
    pairs = seeded(office, count, status)
    office.wait(4 * 3600)
    link(office, pairs[-1:], status)
    office.night()
    link(office, pairs, status)
    counted = checkpoints.load(office.stack.workspace, KEY, "count")  # as after another night: the youngest is known
    checkpoints.save(office.stack.workspace, KEY, "count", counted | {"known": counted.get("newest", 0)})
    office.forget_calls()
    return pairs
