"""Projects: what 請求タイミング needs, the seven 受注ステータス, locked ones, and what each response_group shows."""

from collections.abc import Callable
from typing import Any

import pytest

from local.sandbox.board import Board, clients, projects
from tests.local.sandbox.callers import Caller
from tests.local.sandbox.conftest import Clock

type Wanted = Callable[..., dict[str, Any]]


def test_a_project_as_board_answers_it(api: Caller, user: int, wanted: Wanted) -> None:
    body = wanted(client_id=str(wanted()["client_id"]), order_status="5", management_no="hubspot-1-2", colour="blue")
    made = api.post("/v1/projects", json=body)
    assert made.status_code == 201
    shown = made.json()
    assert shown == api.get(f"/v1/projects/{shown['id']}").json()
    assert shown["client"] == {
        "id": int(body["client_id"]),
        "name": "株式会社あおぞら",
        "name_disp": "株式会社あおぞら",
        "custom_no": None,
    }
    assert shown["user"] == {"id": user, "last_name": "担当", "first_name": "一郎"}
    assert (shown["total"], shown["tax"], shown["invoice_total"]) == ("0.0", "0.0", "0.0")
    assert (shown["order_status"], shown["order_status_name"]) == (5, "受注済")
    assert (shown["estimate_date"], shown["invoice_dates"]) == ("2026-11-22", ["2026-12-31"])
    assert (shown["management_no"], shown["hubspot"]) == ("hubspot-1-2", {"hubspot_deal_id": None})
    assert shown["created_at"] == shown["updated_at"] == "2026-11-22T10:02:03.456+09:00"
    assert not {"client_id", "user_id", "colour", "estimate", "invoices", "invoice_ids"} & shown.keys()


def test_project_numbers_run_through_the_account(api: Caller, board: Board, wanted: Wanted) -> None:
    made = [api.post("/v1/projects", json=wanted()).json() for _ in range(3)]
    assert [one["project_no"] for one in made] == [1, 2, 3]
    board.remove("projects", made[2]["id"])
    fourth = api.post("/v1/projects", json=wanted()).json()
    assert (fourth["project_no"], fourth["id"]) == (4, made[2]["id"] + 1), "neither comes twice"


PERIOD = {"contract_start_date": "2026-12-15", "contract_end_date": "2027-02-14"}


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        *(({name: None}, {name}) for name in ("name", "client_id", "user_id", "order_status", "invoice_timing_kbn")),
        ({"name": ""}, {"name"}),
        ({"invoice_date": None}, {"invoice_date"}),
        ({"invoice_date": ""}, {"invoice_date"}),
        ({"invoice_date": "2026/12/31"}, {"invoice_date"}),
        ({"invoice_date": "2026-02-30"}, {"invoice_date"}),
        ({"invoice_date": "2026-12-31T00:00:00+09:00"}, {"invoice_date"}),
        ({"invoice_timing_kbn": 2}, {"contract_start_date", "contract_end_date"}),
        ({"invoice_timing_kbn": 2} | PERIOD | {"contract_end_date": "2026-12-14"}, {"contract_end_date"}),
        ({"invoice_timing_kbn": 3}, {"invoice_dates"}),
        ({"invoice_timing_kbn": 3, "invoice_dates": []}, {"invoice_dates"}),
        ({"invoice_timing_kbn": 3, "invoice_dates": "2026-12-31"}, {"invoice_dates"}),
        ({"invoice_timing_kbn": 3, "invoice_dates": ["2026-12-31", ""]}, {"invoice_dates"}),
        ({"invoice_timing_kbn": 4}, {"invoice_timing_kbn"}),
        ({"order_status": 6}, {"order_status"}),
        ({"order_status": 7}, {"order_status"}),
        ({"order_status": "受注済"}, {"order_status"}),
        ({"order_status": 5.0}, {"order_status"}),
        ({"client_id": 99}, {"client_id"}),
        ({"user_id": 99}, {"user_id"}),
        ({"user_id": "担当"}, {"user_id"}),
        ({"estimate_date": "today", "name": None}, {"estimate_date", "name"}),
    ],
)
def test_what_is_missing_or_wrong_is_told_by_field(
    api: Caller, board: Board, wanted: Wanted, values: dict[str, object], fields: set[str]
) -> None:
    refused = api.post("/v1/projects", json=wanted(**values))
    assert (refused.status_code, refused.json()["errors"].keys()) == (422, fields)
    assert board.state()["projects"] == board.state()["invoices"] == []


def test_a_user_who_left_gets_no_project(api: Caller, board: Board, wanted: Wanted, user: int) -> None:
    board.change("users", user, {"valid_flg": 0})
    assert api.post("/v1/projects", json=wanted()).json()["errors"].keys() == {"user_id"}
    assert api.get("/v1/users").json()[0]["valid_flg"] == 0


def test_one_invoice_or_several(api: Caller, wanted: Wanted) -> None:
    several = {"invoice_timing_kbn": 3, "invoice_dates": ["2027-03-31", "2027-01-15"]}
    made = [
        api.post("/v1/projects", json=wanted(**values)).json()
        for values in ({}, {"invoice_timing_kbn": "2"} | PERIOD, several)
    ]
    assert [one["invoice_dates"] for one in made] == [
        ["2026-12-31"],
        ["2026-12-31", "2027-01-31", "2027-02-28"],
        several["invoice_dates"],
    ]
    invoices = api.get("/v1/invoices").json()
    assert [one["project_id"] for one in invoices] == [made[0]["id"]] + [made[1]["id"]] * 3 + [made[2]["id"]] * 2
    assert {(one["invoice_status"], one["total"]) for one in invoices} == {(1, "0.0")}


@pytest.mark.parametrize(
    ("status", "label"),
    [
        (1, "見積中(高)"),
        (2, "見積中(中)"),
        (3, "見積中(低)"),
        (8, "見積中(除)"),
        (4, "受注確定"),
        (5, "受注済"),
        (9, "失注"),
    ],
)
def test_the_status_by_itself(api: Caller, board: Board, clock: Clock, status: int, label: str) -> None:
    number = board.seed("projects", {"name": "一", "order_status": 1})
    clock.pass_(1)
    shown = api.patch(f"/v1/projects/order_status/{number}", json={"order_status": str(status), "name": "二"}).json()
    assert (shown["order_status"], shown["order_status_name"], shown["name"]) == (status, label, "一")
    assert (shown["updated_at"] > shown["created_at"]) is (status != 1), "the same again is no change"


@pytest.mark.parametrize("body", [{}, {"order_status": 6}, {"order_status": None}, {"lock_flg": 1}], ids=str)
def test_a_status_that_is_none(api: Caller, board: Board, body: dict[str, object]) -> None:
    number = board.seed("projects", {"name": "一"})
    refused = api.patch(f"/v1/projects/order_status/{number}", json=body)
    assert (refused.status_code, refused.json()["errors"].keys()) == (422, {"order_status"})
    assert api.patch("/v1/projects/order_status/9", json={"order_status": 5}).status_code == 404


def test_a_locked_project_refuses_changes(api: Caller, board: Board) -> None:
    number = board.seed("projects", {"name": "一"})
    assert api.patch(f"/v1/projects/lock_flg/{number}", json={}).status_code == 422
    assert api.patch(f"/v1/projects/lock_flg/{number}", json={"lock_flg": 1}).json()["lock_flg"] == 1
    before = board.state()["projects"]
    for method, path, body in (
        ("PATCH", f"/v1/projects/{number}", {"name": "二"}),
        ("PATCH", f"/v1/projects/order_status/{number}", {"order_status": 5}),
        ("DELETE", f"/v1/projects/{number}", {}),
    ):
        refused = api.request(method, path, json=body)
        assert (refused.status_code, refused.json().keys()) == (422, {"message"})
    assert board.state()["projects"] == before
    api.patch(f"/v1/projects/lock_flg/{number}", json={"lock_flg": 0})
    assert api.patch(f"/v1/projects/{number}", json={"name": "二"}).json()["name"] == "二"


def test_a_change_of_some_fields(api: Caller, board: Board, wanted: Wanted, clock: Clock) -> None:
    before = api.post("/v1/projects", json=wanted()).json()
    path = f"/v1/projects/{before['id']}"
    clock.pass_(1)
    fixed = {"invoice_timing_kbn": 3, "invoice_dates": ["2027-01-31"], "lock_flg": 1, "total": "5.0", "project_no": 9}
    assert api.patch(path, json=fixed).json() == before
    after = api.patch(path, json={"name": "改修", "invoice_date": "2027-01-31", "order_status": 9}).json()
    assert after == before | {
        "name": "改修",
        "invoice_dates": ["2027-01-31"],
        "order_status": 9,
        "order_status_name": "失注",
        "updated_at": "2026-11-22T10:02:04.456+09:00",
    }
    for wrong in ({"name": ""}, {"client_id": 99}, {"user_id": None}, {"invoice_date": None}):
        assert api.patch(path, json=wrong).json()["errors"].keys() == wrong.keys()
    assert api.delete(path).status_code == 204
    assert api.get(path).status_code == 404
    assert board.state()["invoices"] == []


ONLY_LARGE = {"lock_flg", "archive_flg", "in_house_memo", "tags", "hubspot", "invoice_total", "ordered_date"}
DOCUMENTS = {"estimate", "order", "deliveries", "invoices", "receipts", "project_costs"}


@pytest.mark.parametrize(
    ("group", "documents"),
    [
        *((group, set()) for group in ("", "small", "medium", "large", "nonsense")),
        ("estimate", {"estimate"}),
        ("order", {"order"}),
        ("delivery", {"deliveries"}),
        ("invoice", {"invoices"}),
        ("receipt", {"receipts"}),
        ("project_cost", {"project_costs"}),
        ("all", DOCUMENTS),
    ],
)
def test_what_a_response_group_shows(api: Caller, board: Board, group: str, documents: set[str]) -> None:
    number = board.seed("projects", {"name": "一", "total": 90000, "tax": "9000", "hubspot_deal_id": "77"})
    (listed,) = api.get(f"/v1/projects?response_group={group}").json()
    read = api.get(f"/v1/projects/{number}?response_group={group}").json()
    assert DOCUMENTS & listed.keys() == DOCUMENTS & read.keys() == documents
    assert ONLY_LARGE & listed.keys() == (ONLY_LARGE if group in ("large", "all") else set())
    assert read.keys() >= ONLY_LARGE
    assert (listed["total"], listed["tax"], read["hubspot"]) == ("90000.0", "9000.0", {"hubspot_deal_id": "77"})
    if "estimate" in documents:
        assert (listed["estimate"]["total"], listed["estimate"]["tax"]) == ("90000.0", "9000.0")


def test_a_list_may_show_all_but_the_memo(api: Caller, board: Board) -> None:
    board.seed("projects", {"name": "一", "in_house_memo": "メモ"})
    board.configure({"lists_show_all": True})
    (listed,) = api.get("/v1/projects").json()
    assert ONLY_LARGE - listed.keys() == {"in_house_memo"}
    assert api.get("/v1/projects?response_group=large").json()[0]["in_house_memo"] == "メモ"


ODD: tuple[object, ...] = (
    None,
    "",
    -1,
    10**30,
    "x",
    "9999-12-31",
    "0001-01-01",
    [],
    [None],
    {},
    True,
    1.5,
    "\ud800",
    "あ" * 30_000,
)


@pytest.mark.parametrize("field", sorted(projects.FIELDS))
def test_no_value_of_a_projects_field_brings_it_down(api: Caller, wanted: Wanted, field: str) -> None:
    path = f"/v1/projects/{api.post('/v1/projects', json=wanted()).json()['id']}"
    whole = wanted(**PERIOD, invoice_dates=["2026-12-31"])
    for value in ODD:
        for timing in (1, 2, 3) if "date" in field else (1,):
            made = api.post("/v1/projects", json={**whole, "invoice_timing_kbn": timing, field: value})
            assert made.status_code in (201, 422), made.text
        assert api.patch(path, json={field: value}).status_code in (200, 422)
    for page in ("/v1/projects?response_group=all&per_page=100", "/v1/invoices", "/_sandbox/", "/_sandbox/state.json"):
        assert api.get(page).status_code == 200


@pytest.mark.parametrize("field", sorted(clients.FIELDS))
def test_no_value_of_a_clients_field_brings_it_down(api: Caller, board: Board, field: str) -> None:
    path = f"/v1/clients/{board.seed('clients', {'name': '一'})}"
    for value in ODD:
        made = api.post("/v1/clients", json={"name": "一", "name_disp": "一", field: value})
        assert made.status_code in (201, 422), made.text
        assert api.patch(path, json={field: value}).status_code in (200, 422)
    for page in ("/v1/clients?response_group=large&per_page=100", "/_sandbox/", "/_sandbox/state.json"):
        assert api.get(page).status_code == 200


def test_a_text_has_an_end(api: Caller, wanted: Wanted) -> None:
    assert api.post("/v1/projects", json=wanted(in_house_memo="あ" * 21_845)).status_code == 201
    assert api.post("/v1/projects", json=wanted(in_house_memo="あ" * 21_846)).status_code == 422
