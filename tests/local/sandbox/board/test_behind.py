"""What people do at board, invoices by API, effects that come late, and the pages."""

from decimal import Decimal

import pytest
import requests

from local.sandbox.board import OTHER, Board
from local.sandbox.faults import Fault
from tests.local.sandbox.callers import Caller
from tests.local.sandbox.conftest import Clock

NAMES = {"name": "株式会社あおぞら", "name_disp": "あおぞら"}


@pytest.mark.parametrize(
    ("status", "label", "paid"),
    [
        (1, "未請求", None),
        (4, "請求OK", None),
        (2, "請求済", None),
        (5, "一部入金済", None),
        (3, "入金済", "2026-11-22"),
        (9, "回収不能", None),
    ],
)
def test_an_invoice_and_its_status(
    api: Caller, board: Board, clock: Clock, *, status: int, label: str, paid: str | None
) -> None:
    client = board.seed("clients", NAMES)
    number = board.seed("projects", {"name": "一", "client_id": client, "order_status": 5, "management_no": "m-1"})
    (before,) = api.get("/v1/invoices").json()
    assert (before["project_id"], before["project_no"], before["management_no"]) == (number, 1, "m-1")
    assert (before["name"], before["client"]["id"], before["order_status_name"]) == ("一", client, "受注済")
    assert before["id"] != number
    clock.pass_(1)
    after = api.patch(f"/v1/invoices/invoice_status/{before['id']}", json={"invoice_status": status}).json()
    at = before["updated_at"] if status == 1 else "2026-11-22T10:02:04.456+09:00"
    changed = {"invoice_status": status, "invoice_status_name": label, "paid_date": paid, "updated_at": at}
    assert after == before | changed == api.get("/v1/invoices").json()[0]
    assert api.get(f"/v1/invoices/{before['id']}").status_code == 404, "there is no GET of one"
    for body in ({}, {"invoice_status": 6}, {"invoice_status": "paid"}):
        assert api.patch(f"/v1/invoices/invoice_status/{before['id']}", json=body).status_code == 422


@pytest.mark.parametrize("switched", [False, True])
def test_whether_an_invoice_moves_its_project_can_be_switched(board: Board, clock: Clock, switched: bool) -> None:
    board.seed("projects", {"name": "一"})
    board.configure({"invoice_bumps_project": switched})
    clock.pass_(1)
    board.bill(board.state()["invoices"][0]["id"], 2)
    (project,) = board.state()["projects"]
    assert (project["updated_at"] > project["created_at"]) is switched


@pytest.mark.parametrize("switched", [False, True])
def test_whether_an_estimate_moves_its_project_can_be_switched(board: Board, clock: Clock, switched: bool) -> None:
    number = board.seed("projects", {"name": "一"})
    board.configure({"estimate_bumps_project": switched})
    clock.pass_(1)
    board.set_estimate(number, Decimal("1234567.5"), 0)
    (project,) = board.state()["projects"]
    assert (project["total"], project["estimate"]["total"], project["tax"]) == ("1234567.5", "1234567.5", "0.0")
    assert (project["updated_at"] > project["created_at"]) is switched


def test_people_change_what_they_like(board: Board, clock: Clock) -> None:
    number = board.seed("projects", {"name": "一", "total": 10})
    before = board.state()["projects"][0]
    clock.pass_(1)
    board.change("projects", number, {"order_status": 9, "lock_flg": 1, "hubspot_deal_id": "5", "tax": 1})
    after = board.state()["projects"][0]
    assert {name for name in after if after[name] != before[name]} == {
        *("order_status", "order_status_name", "lock_flg", "hubspot", "tax", "estimate", "updated_at")
    }
    assert (after["total"], after["tax"]) == ("10.0", "1.0")
    invoice = board.seed("invoices", {"project_id": number, "invoice_date": "2027-01-31", "total": "5"})
    board.change("invoices", invoice, {"invoice_status": 3, "payment_limit_date": "2027-04-30"})
    shown = {one["id"]: one for one in board.state()["invoices"]}[invoice]
    assert (shown["invoice_status"], shown["total"], shown["payment_limit_date"]) == (3, "5.0", "2027-04-30")
    board.remove("invoices", invoice)
    assert len(board.state()["projects"][0]["invoice_dates"]) == 1


def test_what_cannot_be_done_by_hand_either(board: Board) -> None:
    number = board.seed("projects", {"name": "一"})
    with pytest.raises(ValueError, match="colour"):
        board.seed("clients", {"colour": "blue"})
    with pytest.raises(ValueError, match="payees"):
        board.seed("payees", {})
    with pytest.raises(ValueError, match="no such status"):
        board.bill(board.state()["invoices"][0]["id"], 7)
    with pytest.raises(ValueError, match="amount"):
        board.set_estimate(number, 1_000_000_000)
    with pytest.raises(KeyError, match="no record 9"):
        board.change("clients", 9, {})
    with pytest.raises(KeyError, match=str(number)):
        board.remove("projects", number, OTHER.api_key)


def test_an_effect_that_comes_when_its_caller_has_gone(api: Caller, board: Board, clock: Clock) -> None:
    board.configure({"late_seconds": 30})
    board.faults.add(Fault(path="/v1/clients", kind="timeout_before"))
    with pytest.raises(requests.ReadTimeout):
        api.post("/v1/clients", json=NAMES)
    clock.pass_(29)
    assert api.get("/v1/clients").json() == []
    clock.pass_(60)
    (made,) = api.get("/v1/clients").json()
    assert (made["name"], made["created_at"]) == (NAMES["name"], "2026-11-22T10:02:33.456+09:00")
    clock.pass_(60)
    assert len(board.state()["clients"]) == 1, "once"


@pytest.mark.parametrize(
    ("kind", "seconds", "made"),
    [("timeout_before", 0, 0), ("cut_before", 30, 0), ("timeout_after", 0, 1), ("cut_after", 0, 1)],
)
def test_no_answer(api: Caller, board: Board, clock: Clock, *, kind: str, seconds: int, made: int) -> None:
    board.configure({"late_seconds": seconds})
    board.faults.add(Fault.from_json({"path": "/v1/clients", "kind": kind}))
    with pytest.raises(requests.RequestException):
        api.post("/v1/clients", json=NAMES)
    clock.pass_(60)
    assert len(api.get("/v1/clients").json()) == made


def test_the_page_shows_what_arrived(api: Caller, board: Board) -> None:
    client = board.seed("clients", {"name": "<b>あおぞら</b>"})
    board.seed("projects", {"name": "制作", "client_id": client, "order_status": 5, "total": 90000, "lock_flg": 1})
    page = api.get("/_sandbox/").text
    for shown in ("&lt;b&gt;あおぞら", "制作", "受注済 (lock)", "90000.0", "未請求", "担当 一郎"):
        assert shown in page
    state = api.get("/_sandbox/state.json").json()
    assert state["accounts"]["demo-board-key"]["projects"][0]["client"]["id"] == client
    assert state["settings"]["late_seconds"] == 0


def test_people_work_at_its_pages(api: Caller, board: Board) -> None:
    made = api.post("/_sandbox/seed", json={"kind": "projects", "values": {"name": "一"}}).json()["id"]
    values = {"order_status": 5, "total": "90000", "tax": "9000"}
    assert api.post("/_sandbox/change", json={"kind": "projects", "id": made, "values": values}).json() == {"id": made}
    (invoice,) = board.state()["invoices"]
    paid = {"kind": "invoices", "id": invoice["id"], "values": {"invoice_status": 3}}
    assert api.post("/_sandbox/change", json=paid).status_code == 200
    assert (board.state()["projects"][0]["total"], board.state()["invoices"][0]["invoice_status"]) == ("90000.0", 3)
    assert api.post("/_sandbox/remove", json={"kind": "projects", "id": made}).json() == {"id": made}
    assert board.state()["projects"] == []


@pytest.mark.parametrize(
    ("page", "body", "status"),
    [
        ("change", {}, 400),
        ("change", {"kind": "projects", "values": {}}, 400),
        ("change", {"kind": "projects", "id": 9, "values": {}}, 400),
        ("change", {"kind": "projects", "id": "{project}", "values": {"colour": 1}}, 400),
        ("change", {"kind": "projects", "id": "{project}", "values": {"total": "much"}}, 400),
        ("change", {"kind": "projects", "id": "{project}", "values": {}, "api_key": "nobody"}, 400),
        ("change", {"kind": "projects", "id": "{project}", "values": {"order_status": 6}}, 400),
        ("change", {"kind": "projects", "id": "{project}", "values": {"name": ""}}, 400),
        ("seed", {"kind": "payees"}, 400),
        ("seed", {"kind": "projects", "values": {"invoice_timing_kbn": 2}}, 400),
        ("remove", {"kind": "clients", "id": 9}, 400),
        ("fly", {}, 404),
    ],
    ids=str,
)
def test_a_page_says_what_cannot_be_done(
    api: Caller, board: Board, *, page: str, body: dict[str, object], status: int
) -> None:
    number = board.seed("projects", {"name": "一"})
    asked = body | ({"id": number} if body.get("id") == "{project}" else {})
    refused = api.post(f"/_sandbox/{page}", json=asked)
    assert (refused.status_code, refused.json().keys()) == (status, {"error"})
