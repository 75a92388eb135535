"""board as an account, against its sandbox: each tick named, each refusal its own code, never too fast."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
import requests

from local.sandbox.board import DEMO, OTHER, Board
from local.sandbox.faults import Fault
from local.sandbox.inprocess import WsgiAdapter
from renkei.accounts import Access, Report, vendor_of
from renkei.budgets import Left
from renkei.errors import Reconnect, Retry
from tests.harness import Clock, Stack
from tests.layers.telling import prober, told

ADDRESS = "http://127.0.0.1:3001/board"
probe, refused = prober("board")
LISTS = ["ユーザー: リストの取得", "顧客: リストの取得", "案件: リストの取得", "請求: リストの取得"]
READS = ["顧客: 取得", "案件: 取得"]
WRITES = ["顧客: 登録", "顧客: 更新", "案件: 登録", "案件: 更新", "案件: 受注ステータス更新"]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def board(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Board:
    monkeypatch.setenv("RENKEI_BOARD_URL", f"{ADDRESS}/v1")
    return Board(clock)


@pytest.fixture
def access(board: Board, clock: Clock) -> Callable[..., Access]:
    """What a probe gets of these keys; the digest is one that tests can read."""

    def made(api_key: str = DEMO.api_key, api_token: str = DEMO.api_token) -> Access:
        session = requests.Session()
        session.mount(ADDRESS, WsgiAdapter(board, "/board"))
        secrets = {"api_key": api_key, "api_token": api_token}
        return Access(session, secrets, lambda why, what: f"{why}/{what}" * 3, sleep=clock.sleep)

    return made


def _ticks(report: Report) -> dict[str, bool | None]:
    return {c.params["permission"]: c.ok for c in report.checks if c.name == "check_permission"}


def test_each_tick_is_named(board: Board, access: Callable[..., Access]) -> None:
    for kind in ("clients", "projects"):
        board.seed(kind, {"name": "一"})
    report = probe(access())
    assert _ticks(report) == dict.fromkeys(LISTS + READS, True) | dict.fromkeys(WRITES)
    assert {c.remedy for c in report.checks if c.ok is None} == {"board_unseen", ""}
    assert not report.missing
    assert (report.account, report.timezone) == ("board-account/demo-board-keyboard-account"[:32], "UTC")
    assert {call.method for call in board.calls} == {"GET"}, "nothing was changed"


def test_it_waits_where_board_says_that_it_is_too_fast(
    board: Board, access: Callable[..., Access], clock: Clock
) -> None:
    started = clock.now
    probe(access())
    assert [call.status for call in board.calls] == [200, 200, 200, 429, 200]
    assert clock.now - started == timedelta(seconds=1)


def test_reading_one_record_needs_one(access: Callable[..., Access]) -> None:
    assert {name: ok for name, ok in _ticks(probe(access())).items() if name in READS} == dict.fromkeys(READS)


@pytest.mark.parametrize(
    ("tick", "label"),
    [
        ("users.list", LISTS[0]),
        ("clients.list", LISTS[1]),
        ("projects.list", LISTS[2]),
        ("invoices.list", LISTS[3]),
        ("clients.read", READS[0]),
        ("projects.read", READS[1]),
    ],
)
def test_a_missing_tick_is_named_with_its_remedy(
    board: Board, access: Callable[..., Access], tick: str, label: str
) -> None:
    for kind in ("clients", "projects"):
        board.seed(kind, {"name": "一"})
    board.configure({"withheld": [tick]})
    (missing,) = probe(access()).missing
    assert (missing.params["permission"], missing.remedy) == (label, "board_tick")
    assert all(label in line for line in told(missing.remedy, missing.params))
    assert all(label in line for line in told(missing.name, missing.params))


def _linked(report: Report) -> list[tuple[bool | None, str, str]]:
    return [(c.ok, c.params["linked"], c.params["count"]) for c in report.checks if c.name == "check_board_link"]


def test_boards_own_hubspot_link_is_warned_of(board: Board, access: Callable[..., Access], clock: Clock) -> None:
    """Two integrations would be running."""
    board.configure({"burst_limit": None})
    assert _linked(probe(access())) == [], "no project, nothing to say"
    board.seed("projects", {"name": "リンク済み", "hubspot_deal_id": "5012345678"})
    assert _linked(probe(access())) == [(False, "1", "1")]
    for _ in range(100):
        board.seed("projects", {"name": "リンクなし"})
    assert _linked(probe(access())) == [(True, "0", "100")], "of the newest hundred only"
    board.seed("projects", {"name": "失注", "order_status": 9, "hubspot_deal_id": "5012345679"})
    board.calls.clear()
    report = probe(access())
    assert _linked(report) == [(False, "1", "100")]
    assert not report.missing, "a warning refuses nothing"
    assert len(board.calls) <= 6
    board.configure({"withheld": ["projects.list"]})
    assert _linked(probe(access())) == []


@pytest.mark.parametrize(
    ("left", "name", "ok", "params"),
    [
        (None, "check_quota_untold", None, {}),
        (Left(2990, 2390, 3000), "check_board_quota", True, {"left": "2990", "bulk": "2390", "limit": "3000"}),
        (Left(0, 0, 3000), "check_board_quota", False, {"left": "0", "bulk": "0", "limit": "3000"}),
    ],
    ids=["not counted", "left", "used up"],
)
def test_what_is_left_of_the_day_by_our_own_count(
    access: Callable[..., Access], left: Left | None, name: str, ok: bool | None, params: dict[str, str]
) -> None:
    report = probe(replace(access(), left=lambda: left))
    [check] = [check for check in report.checks if "quota" in check.name]
    assert (check.name, check.ok, check.params, check.needed) == (name, ok, params, False)
    assert all(value in line for value in params.values() for line in told(check.name, check.params))


def test_a_connection_s_test_tells_what_its_workers_used(stack: Stack) -> None:
    path = f"/api/workspaces/{stack.workspace}/connections/board"
    status, told_ = stack.api("POST", path, {"secrets": vars(DEMO)})
    assert (status, [check["name"] for check in told_["checks"]][-1]) == (200, "check_quota_untold")
    connection = stack.platform.connections.get(stack.workspace, "board")
    assert connection
    budget = stack.platform.budget(connection, live=True)
    for _ in range(3):
        budget.take("call")
    checks = stack.api("POST", f"{path}/test", {})[1]["checks"]
    assert (checks[-1]["name"], checks[-1]["ok"]) == ("check_board_quota", True)
    assert "2997" in checks[-1]["message"]
    assert budget.left() == Left(2997, 2397, 3000), "telling takes nothing"


def test_two_accounts_are_two(access: Callable[..., Access], clock: Clock) -> None:
    first = probe(access()).account
    clock.sleep(1)
    assert probe(access(OTHER.api_key, OTHER.api_token)).account != first


@pytest.mark.parametrize("status", [401, 403])
def test_a_withdrawn_token_whatever_board_answers(board: Board, access: Callable[..., Access], status: int) -> None:
    board.configure({"withdrawn": [DEMO.api_token], "unknown_token": status})
    end = refused(access())
    assert (type(end), end.code) == (Reconnect, "board_token_refused")
    renewed = access(api_token=board.issue_token())
    board.configure({"burst_limit": None})
    assert not probe(renewed).missing


def test_a_token_without_any_tick(board: Board, access: Callable[..., Access]) -> None:
    end = refused(access(api_token=board.issue_token(ticks=frozenset())))
    assert (type(end), end.code) == (Reconnect, "board_token_refused")


def test_a_wrong_key(access: Callable[..., Access]) -> None:
    end = refused(access(api_key="nonsense"))
    assert (type(end), end.code) == (Reconnect, "board_key_refused")


def test_a_plan_without_api(board: Board, access: Callable[..., Access]) -> None:
    board.configure({"paid_plan": False})
    end = refused(access())
    assert (type(end), end.code) == (Reconnect, "board_key_refused")


def test_the_quota_of_the_day(board: Board, access: Callable[..., Access]) -> None:
    board.configure({"daily_limit": 2})
    end = refused(access())
    assert isinstance(end, Retry)
    assert (end.code, end.daily) == ("vendor_quota", True)
    assert len(board.calls) == 3, "asking again would not help"


def test_too_fast_for_long(board: Board, access: Callable[..., Access]) -> None:
    board.configure({"burst_limit": 0, "retry_after": 7})
    end = refused(access())
    assert isinstance(end, Retry)
    assert (end.code, end.after) == ("vendor_rate", timedelta(seconds=7))


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (Fault(status=503), "vendor_busy"),
        (Fault(kind="timeout_before"), "vendor_unreachable"),
        (Fault(kind="junk_body"), "vendor_garbled"),
        (Fault(status=302, headers={"location": "https://evil.example/"}), "vendor_busy"),
    ],
    ids=str,
)
def test_board_does_not_answer(board: Board, access: Callable[..., Access], fault: Fault, code: str) -> None:
    board.faults.add(fault)
    end = refused(access())
    assert (type(end), end.code) == (Retry, code)
    assert len(board.calls) == 1


@pytest.mark.parametrize(
    ("path", "body"),
    [("/v1/clients", '{"clients": []}'), ("/v1/clients", '[{"id": "1"}]'), ("/v1/projects", "[1]"), ("/v1/users", "")],
)
def test_a_list_that_is_none_is_no_answer(board: Board, access: Callable[..., Access], path: str, body: str) -> None:
    board.faults.add(Fault(path=path, status=200, body=body))
    end = refused(access())
    assert (type(end), end.code) == (Retry, "vendor_garbled")


def test_a_list_that_is_not_there_is_no_answer_either(
    board: Board, access: Callable[..., Access], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RENKEI_BOARD_URL", f"{ADDRESS}/v2")
    end = refused(access())
    assert (type(end), end.code, end.params["status"]) == (Retry, "vendor_busy", "404")


def test_a_record_that_was_deleted_meanwhile_may_be_read(board: Board, access: Callable[..., Access]) -> None:
    board.seed("clients", {"name": "一"})
    board.faults.add(Fault(path="/v1/clients/1", status=404))
    assert _ticks(probe(access()))[READS[0]] is True


@pytest.mark.parametrize("field", ["api_key", "api_token"])
@pytest.mark.parametrize("wrong", ["", "key\r\nx-evil: 1", "ｋｅｙ", "a key", "k" * 501])
def test_what_is_no_key_never_leaves(board: Board, access: Callable[..., Access], field: str, wrong: str) -> None:
    end = refused(access(**{field: wrong}))
    assert (type(end), end.code, end.params["field"]) == (Reconnect, "board_key_form", field)
    assert board.calls == []


def test_what_a_vendor_says_of_itself(board: Board, access: Callable[..., Access]) -> None:
    vendor = vendor_of("board")
    assert [(field.name, field.hidden) for field in vendor.fields] == [("api_key", True), ("api_token", True)]
    assert vendor.limits.burst is not None
    assert (vendor.limits.burst.calls, vendor.limits.burst.per, vendor.limits.daily) == (3, timedelta(seconds=1), 3000)
    assert vendor.end(access()) == ["board_end_token"]
    assert board.calls == []
    assert all("API設定" in line for line in told("board_end_token", {}))
    assert DEMO.api_token not in repr(access())
