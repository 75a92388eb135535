"""The sandbox board is as strict as board's own documentation says, and as an API Gateway is before it."""

from datetime import UTC, datetime

import pytest

from local.sandbox.board import DEMO, OTHER, Board
from local.sandbox.board.accounts import TICKS, Tick
from tests.local.sandbox.board.conftest import ADDRESS
from tests.local.sandbox.callers import Caller
from tests.local.sandbox.conftest import Clock

NOT_ALLOWED = {"message": "許可されていません。"}


def _caller(board: Board, api_key: str = DEMO.api_key, token: str = DEMO.api_token) -> Caller:
    return Caller(board, ADDRESS, **{"x-api-key": api_key, "authorization": f"Bearer {token}"})


@pytest.mark.parametrize(
    ("headers", "status", "message"),
    [
        ({}, 403, "Forbidden"),
        ({"authorization": "Bearer demo-board-token"}, 403, "Forbidden"),
        ({"x-api-key": "nonsense", "authorization": "Bearer demo-board-token"}, 403, "Forbidden"),
        ({"x-api-key": "demo-board-key"}, 401, "認証に失敗しました。"),
        ({"x-api-key": "demo-board-key", "authorization": "Bearer nonsense"}, 401, "認証に失敗しました。"),
        ({"x-api-key": "demo-board-key", "authorization": "demo-board-token"}, 401, "認証に失敗しました。"),
        ({"x-api-key": "demo-board-key", "authorization": "Bearer other-board-token"}, 401, "認証に失敗しました。"),
    ],
    ids=str,
)
def test_both_keys_on_every_call(board: Board, headers: dict[str, str], status: int, message: str) -> None:
    answer = Caller(board, ADDRESS, **headers).get("/v1/users")
    assert (answer.status_code, answer.json()) == (status, {"message": message})


def test_a_user_as_board_shows_one(api: Caller) -> None:
    (user,) = api.get("/v1/users").json()
    assert {"id", "email", "last_name", "first_name", "role_id", "role_name", "valid_flg"} <= user.keys()
    assert "name" not in user


@pytest.mark.parametrize(
    ("method", "path", "body", "tick", "status"),
    [
        ("GET", "/users", None, "users.list", 200),
        ("GET", "/clients", None, "clients.list", 200),
        ("POST", "/clients", {"name": "二", "name_disp": "二"}, "clients.create", 201),
        ("GET", "/clients/{client}", None, "clients.read", 200),
        ("PATCH", "/clients/{client}", {"tel": "03-1234-5678"}, "clients.update", 200),
        ("DELETE", "/clients/{client}", None, "clients.delete", 204),
        ("GET", "/projects", None, "projects.list", 200),
        ("POST", "/projects", {"name": "二"}, "projects.create", 422),
        ("GET", "/projects/{project}", None, "projects.read", 200),
        ("PATCH", "/projects/{project}", {"name": "二"}, "projects.update", 200),
        ("PATCH", "/projects/order_status/{project}", {"order_status": 5}, "projects.order_status", 200),
        ("PATCH", "/projects/lock_flg/{project}", {"lock_flg": 1}, "projects.lock_flg", 200),
        ("DELETE", "/projects/{project}", None, "projects.delete", 204),
        ("GET", "/invoices", None, "invoices.list", 200),
        ("PATCH", "/invoices/invoice_status/{invoice}", {"invoice_status": 2}, "invoices.invoice_status", 200),
    ],
)
def test_each_endpoint_has_a_tick_of_its_own(
    board: Board, *, method: str, path: str, body: dict[str, object] | None, tick: Tick, status: int
) -> None:
    ids = {"client": board.seed("clients", {"name": "一"}), "project": board.seed("projects", {"name": "一"})}
    ids["invoice"] = board.state()["invoices"][0]["id"]
    path = "/v1" + path.format(**ids)
    refused = _caller(board, token=board.issue_token(ticks=TICKS - {tick})).request(method, path, json=body)
    assert (refused.status_code, refused.json()) == (403, NOT_ALLOWED)
    board.configure({"withheld": [tick]})
    assert _caller(board).request(method, path, json=body).status_code == 403
    board.configure({"withheld": []})
    only = _caller(board, token=board.issue_token(ticks=frozenset({tick})))
    assert only.request(method, path, json=body).status_code == status


def test_what_is_not_there(api: Caller) -> None:
    assert api.get("/v1/nonsense").status_code == 404
    assert api.get("/v1/clients/9").status_code == 404
    assert api.post("/v1/invoices", json={}).status_code == 405


def test_three_calls_a_second_and_key(board: Board, clock: Clock) -> None:
    board.configure({"burst_limit": 3})
    api, second = _caller(board), _caller(board, token=board.issue_token())
    assert [api.get("/v1/users").status_code for _ in range(2)] == [200, 200]
    assert [second.get("/v1/users").status_code for _ in range(2)] == [200, 429], "tokens share the key's limit"
    refused = api.get("/v1/users")
    assert (refused.status_code, refused.json()) == (429, {"message": "Too Many Requests"})
    assert "Retry-After" not in refused.headers
    assert _caller(board, OTHER.api_key, OTHER.api_token).get("/v1/users").status_code == 200
    clock.pass_(1)
    assert api.get("/v1/users").status_code == 200


def test_three_thousand_a_day_that_starts_at_midnight_utc(board: Board, clock: Clock) -> None:
    api = _caller(board)
    clock.now = datetime(2026, 11, 22, 23, 59, 58, tzinfo=UTC)
    assert board.settings.daily_limit == 3000
    board.configure({"daily_limit": 5})
    assert [api.get("/v1/users").status_code for _ in range(5)] == [200] * 5
    refused = api.get("/v1/users")
    assert (refused.status_code, refused.json()) == (429, {"message": "Limit Exceeded"})
    clock.pass_(1)
    assert api.get("/v1/users").status_code == 429
    clock.pass_(1)
    assert api.get("/v1/users").status_code == 200


def test_a_withdrawn_token_and_a_new_one(api: Caller, board: Board) -> None:
    board.configure({"withdrawn": [DEMO.api_token]})
    assert api.get("/v1/users").status_code == 401
    assert _caller(board, token=board.issue_token()).get("/v1/users").status_code == 200
    board.configure({"unknown_token": 403})
    answer = api.get("/v1/users")
    assert (answer.status_code, answer.json()) == (403, NOT_ALLOWED)


def test_a_plan_without_api_looks_like_a_wrong_key(api: Caller, board: Board) -> None:
    board.configure({"paid_plan": False})
    answer = api.get("/v1/users")
    assert (answer.status_code, answer.json()) == (403, {"message": "Forbidden"})


@pytest.mark.parametrize(
    "wrong", [{"colour": "red"}, {"paid_plan": "no"}, {"withheld": ["users.fly"]}, {"unknown_token": 500}], ids=str
)
def test_a_switch_that_makes_no_sense_is_refused(api: Caller, board: Board, wrong: dict[str, object]) -> None:
    before = board.settings
    assert api.post("/_sandbox/settings", json=wrong).status_code == 400
    assert board.settings == before


def test_pages_and_reset(api: Caller, board: Board) -> None:
    board.seed("clients", {"name": "<b>一</b>"})
    api.get("/v1/clients")
    page = api.get("/_sandbox/").text
    assert "demo-board-key" in page
    assert "/v1/clients" in page
    assert DEMO.api_token not in page + api.get("/_sandbox/state.json").text
    board.configure({"paid_plan": False, "retry_after": 7})
    assert api.post("/_sandbox/reset").json() == {"reset": True}
    assert api.get("/v1/clients").json() == []


@pytest.mark.parametrize(("status", "message"), [(429, "Too Many Requests"), (503, "Internal Server Error")])
def test_told_to_fail(api: Caller, status: int, message: str) -> None:
    api.post("/_sandbox/faults", json={"path": "/v1/*", "status": status})
    answer = api.get("/v1/users")
    assert (answer.status_code, answer.json()) == (status, {"message": message})
