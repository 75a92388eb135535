"""The thin client of board, against its sandbox: what it asks, what it reads, and what it takes for no answer."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import cycle
from typing import Any
from unittest import mock

import pytest
import requests
from hypothesis import given, settings
from hypothesis import strategies as st

from local.sandbox.board import DEMO
from local.sandbox.board import Board as Sandbox
from local.sandbox.faults import Fault
from local.sandbox.inprocess import WsgiAdapter
from renkei import aws
from renkei.budgets import Budget
from renkei.errors import Misconfigured, NotFound, Outcome, Reconnect, Rejected, Retry
from renkei.vendors.board import LIMITS, Board, Page, Project
from tests.harness import Clock
from tests.layers.telling import told
from tests.quick_moto import ours, quick

ADDRESS = "http://127.0.0.1:3001/board"
KEYS = {"api_key": DEMO.api_key, "api_token": DEMO.api_token}
DEAL = {"name": "案件", "order_status": 1, "invoice_timing_kbn": 1, "invoice_date": "2026-11-30"}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sandbox(clock: Clock, monkeypatch: pytest.MonkeyPatch) -> Sandbox:
    monkeypatch.setenv("RENKEI_BOARD_URL", f"{ADDRESS}/v1")
    made = Sandbox(clock)
    made.configure({"burst_limit": None})
    return made


@pytest.fixture
def board(sandbox: Sandbox) -> Board:
    return Board(session_of(sandbox), KEYS)


def session_of(sandbox: Sandbox) -> requests.Session:
    session = requests.Session()
    session.mount(ADDRESS, WsgiAdapter(sandbox, "/board"))
    return session


def seeded(sandbox: Sandbox, **values: object) -> int:
    """A project with its client and the account's user."""
    client = sandbox.seed("clients", {"name": "株式会社青空", "name_disp": "青空"})
    user = sandbox.state()["users"][0]["id"]
    return sandbox.seed("projects", {"name": "案件", "client_id": client, "user_id": user} | values)


def ids(page: Page[Any]) -> list[int]:
    return [row.id for row in page.rows]


# What is asked and read.


def test_a_client_is_made_read_and_changed(sandbox: Sandbox, board: Board) -> None:
    number = board.create_client({"name": "株式会社青空", "name_disp": "青空", "zip": "100-0001", "note": "秘"})
    made = board.client(number)
    assert (made.id, made.name, made.updated_at.tzinfo is None) == (number, "株式会社青空", False)
    assert made.values["zip"] == "100-0001"
    assert not {"tel", "created_at", "updated_at", "nda_flg"} & made.values.keys(), "blanks, stamps and numbers"
    board.update_client(number, {"tel": "03-1234-5678"})
    assert board.client(number).values == {**made.values, "tel": "03-1234-5678"}
    assert board.calls == len(sandbox.calls) == 4


def test_clients_are_found_by_a_part_of_their_name_archived_ones_too(sandbox: Sandbox, board: Board) -> None:
    shown = sandbox.seed("clients", {"name": "株式会社青空", "name_disp": "青空"})
    archived = sandbox.seed("clients", {"name": "青空商店", "name_disp": "青空", "archive_flg": 1, "note": "古い"})
    sandbox.seed("clients", {"name": "別", "name_disp": "別"})
    assert set(ids(board.clients(1, named="青空"))) == {shown, archived}
    assert all("note" not in row.values for row in board.clients(1).rows)
    assert [row.values.get("note") for row in board.clients(1, named="商店", whole=True).rows] == ["古い"]


def test_pages_tell_the_total_and_whether_more_follow(sandbox: Sandbox, board: Board) -> None:
    for number in range(5):
        sandbox.seed("clients", {"name": f"{number}", "name_disp": f"{number}"})
    pages = [board.clients(page, size=2) for page in (1, 2, 3, 4)]
    assert [(len(page.rows), page.total, page.more) for page in pages] == [
        (2, 5, True),
        (2, 5, True),
        (1, 5, False),
        (0, 5, False),
    ]
    assert not board.clients(1, size=5).more, "a full page may be the last"


def test_times_are_asked_for_in_japans_time(sandbox: Sandbox, board: Board, clock: Clock) -> None:
    before = seeded(sandbox)
    clock.sleep(60)
    since = clock.now.replace(microsecond=0)
    clock.sleep(60)
    after = seeded(sandbox)
    assert ids(board.projects(1, changed_since=since)) == [after]
    assert ids(board.projects(1, created_until=since)) == [before]
    assert len(board.clients(1, changed_since=since).rows) == 1
    assert board.invoices(1, changed_since=since).total == 1


def test_lost_and_archived_projects_are_always_listed(sandbox: Sandbox, board: Board) -> None:
    made = {seeded(sandbox), seeded(sandbox, order_status=9), seeded(sandbox, archive_flg=1)}
    assert set(ids(board.projects(1))) == made


def test_a_project_with_all_that_is_read(sandbox: Sandbox, board: Board) -> None:
    number = seeded(
        sandbox, order_status=5, management_no="hubspot-1-2", in_house_memo="メモ", lock_flg=1, hubspot_deal_id="99"
    )
    sandbox.set_estimate(number, "90000.5", 9000)
    alone = board.project(number)
    assert (alone.id, alone.order_status, alone.locked) == (number, 5, True)
    assert (alone.management_no, alone.memo, alone.hubspot_deal) == ("hubspot-1-2", "メモ", "99")
    assert (alone.total, alone.tax) == (Decimal("90000.5"), Decimal(9000))
    [plain] = board.projects(1).rows
    assert (plain.memo, plain.locked, plain.hubspot_deal) == ("", False, ""), "lists show less"
    assert board.projects(1, whole=True).rows == (alone,)
    assert board.projects(1, whole=True, amounts=True).rows == (alone,)
    [priced] = board.projects(1, amounts=True).rows
    assert (priced.total, priced.tax) == (alone.total, alone.tax)


def test_projects_by_their_number_and_by_their_client(sandbox: Sandbox, board: Board) -> None:
    first, second = seeded(sandbox, management_no="hubspot-1-2"), seeded(sandbox)
    assert ids(board.projects(1, management_no="hubspot-1-2")) == [first]
    [client] = [row["client"]["id"] for row in sandbox.state()["projects"] if row["id"] == second]
    assert ids(board.projects(1, client=client)) == [second]


@pytest.mark.parametrize("answers", ["whole", "id"])
def test_a_project_is_made_whatever_board_answers_with(sandbox: Sandbox, board: Board, answers: str) -> None:
    sandbox.configure({"write_answers": answers})
    client = board.create_client({"name": "青空", "name_disp": "青空"})
    [user] = board.users()
    made = board.create_project(DEAL | {"client_id": client, "user_id": user.id, "management_no": "m-1"})
    found = board.project(made)
    assert (found.order_status, found.management_no, found.locked) == (1, "m-1", False)


def test_the_status_is_set(sandbox: Sandbox, board: Board) -> None:
    number = seeded(sandbox)
    for answers, status in (("whole", 4), ("id", 5), ("none", 9)):
        sandbox.configure({"write_answers": answers})
        board.set_order_status(number, status)
        assert board.project(number).order_status == status


def test_invoices_are_a_projects_by_its_number(sandbox: Sandbox, board: Board) -> None:
    number, _ = seeded(sandbox, order_status=5, invoice_date="2026-12-31"), seeded(sandbox)
    project = board.project(number)
    page = board.invoices(1, project_number=project.number)
    [bill] = page.rows
    assert (page.total, bill.project, bill.project_number) == (1, number, project.number)
    assert (bill.order_status, bill.status, bill.date) == (5, 1, "2026-12-31")
    sandbox.bill(bill.id, 3)
    assert board.invoices(1, project_number=project.number).rows[0].status == 3


def test_users_all_of_them_or_by_their_address(sandbox: Sandbox, board: Board) -> None:
    for number in range(120):
        user = {"email": f"U{number}@example.co.jp", "last_name": "青空", "first_name": f"{number}"}
        sandbox.seed("users", user | {"valid_flg": number % 2})
    found = board.users()
    assert len(found) == 121
    assert board.calls == 2
    [one] = board.users("U7@example.co.jp")
    assert (one.mail, one.name, one.valid) == ("U7@example.co.jp", "青空 7", True)
    assert not board.users("U8@example.co.jp")[0].valid
    calls = board.calls
    assert board.users("nobody@example.co.jp") == []
    assert board.users("") == [], "a filter without a value would give everybody"
    assert board.calls == calls + 1


def test_a_filter_that_board_ignores_gives_nobody_else(sandbox: Sandbox, board: Board) -> None:
    user = {"id": 7, "email": "else@example.co.jp", "last_name": "別", "first_name": "人", "valid_flg": 1}
    sandbox.faults.add(answer("/v1/users", [user]))
    assert board.users("tantou@example.co.jp") == []


# What board refuses.


@pytest.mark.parametrize(
    ("tick", "label", "call"),
    [
        ("users.list", "ユーザー: リストの取得", lambda board: board.users()),
        ("clients.list", "顧客: リストの取得", lambda board: board.clients(1)),
        ("clients.read", "顧客: 取得", lambda board: board.client(1)),
        ("clients.create", "顧客: 登録", lambda board: board.create_client({"name": "一", "name_disp": "一"})),
        ("clients.update", "顧客: 更新", lambda board: board.update_client(1, {"tel": "1"})),
        ("projects.list", "案件: リストの取得", lambda board: board.projects(1)),
        ("projects.read", "案件: 取得", lambda board: board.project(1)),
        ("projects.create", "案件: 登録", lambda board: board.create_project(DEAL)),
        ("projects.order_status", "案件: 受注ステータス更新", lambda board: board.set_order_status(1, 5)),
        ("invoices.list", "請求: リストの取得", lambda board: board.invoices(1)),
    ],
)
def test_a_missing_tick_is_named(
    sandbox: Sandbox, board: Board, tick: str, label: str, call: Callable[[Board], object]
) -> None:
    sandbox.configure({"withheld": [tick]})
    with pytest.raises(Misconfigured) as refused:
        call(board)
    assert (refused.value.code, refused.value.params["permission"]) == ("board_permission", label)
    assert all(label in line for line in told(refused.value.code, refused.value.params))


@pytest.mark.parametrize(
    "call",
    [
        lambda board: board.client(404),
        lambda board: board.update_client(404, {"tel": "1"}),
        lambda board: board.project(404),
        lambda board: board.set_order_status(404, 5),
    ],
)
def test_what_is_not_there(board: Board, call: Callable[[Board], object]) -> None:
    with pytest.raises(NotFound) as missing:
        call(board)
    assert missing.value.code == "board_not_found"
    told(missing.value.code, missing.value.params)


def test_what_board_does_not_take_is_told_by_field_and_without_its_value(sandbox: Sandbox, board: Board) -> None:
    with pytest.raises(Rejected) as refused:
        board.create_client({"name": "青空", "pref": "東京"})
    assert (refused.value.code, refused.value.params["field"]) == ("board_value", "name_disp, pref")
    told(refused.value.code, refused.value.params)
    locked = seeded(sandbox, lock_flg=1)
    with pytest.raises(Rejected) as refused:
        board.set_order_status(locked, 5)
    assert refused.value.params["field"] == "-"


@pytest.mark.parametrize(
    ("switches", "kind", "code"),
    [
        ({"paid_plan": False}, Reconnect, "board_key_refused"),
        ({"withdrawn": [DEMO.api_token]}, Reconnect, "board_token_refused"),
        ({"daily_limit": 0}, Retry, "vendor_quota"),
        ({"burst_limit": 0}, Retry, "vendor_rate"),
    ],
)
def test_what_board_refuses_to_everybody(
    sandbox: Sandbox, board: Board, switches: dict[str, object], kind: type[Outcome], code: str
) -> None:
    sandbox.configure(switches)
    with pytest.raises(Outcome) as refused:
        board.clients(1)
    assert (type(refused.value), refused.value.code) == (kind, code)
    assert len(sandbox.calls) == 1


# What is no answer.

STAMP: dict[str, object] = {"updated_at": "2026-11-22T12:00:00.000+09:00"}
PROJECT: dict[str, object] = {"id": 1, "project_no": 1, "order_status": 1, "total": "1.0", "tax": "0.1"} | STAMP
INVOICE: dict[str, object] = {"id": 1, "project_id": 1, "project_no": 1, "order_status": 5, "invoice_status": 1} | STAMP


def answer(path: str, body: object, total: str | None = "1") -> Fault:
    headers = {} if total is None else {"X-Total-Count": total}
    return Fault(path=path, status=200, body=json.dumps(body), headers=headers)


@pytest.mark.parametrize(
    ("path", "rows"),
    [
        ("/v1/clients", {"clients": []}),
        ("/v1/clients", None),
        ("/v1/clients", [1]),
        ("/v1/clients", [{"id": "1", "name": "一"} | STAMP]),
        ("/v1/clients", [{"id": True, "name": "一"} | STAMP]),
        ("/v1/clients", [{"name": "一"} | STAMP]),
        ("/v1/clients", [{"id": 1} | STAMP]),
        ("/v1/clients", [{"id": 1, "name": "一"}]),
        ("/v1/clients", [{"id": 1, "name": "一", "updated_at": "yesterday"}]),
        ("/v1/clients", [{"id": 1, "name": "一", "updated_at": "2026-11-22T12:00:00"}]),
        ("/v1/projects", [PROJECT | {"order_status": None}]),
        ("/v1/projects", [PROJECT | {"project_no": "1"}]),
        ("/v1/projects", [PROJECT | {"total": "many"}]),
        ("/v1/projects", [PROJECT | {"total": "NaN"}]),
        ("/v1/projects", [PROJECT | {"tax": "1E999999"}]),
        ("/v1/projects", [PROJECT | {"estimate": {"total": [], "tax": "1"}}]),
        ("/v1/invoices", [INVOICE | {"invoice_status": "請求済"}]),
        ("/v1/invoices", [INVOICE | {"project_id": None}]),
    ],
)
def test_a_garbled_list_is_no_answer(sandbox: Sandbox, board: Board, path: str, rows: object) -> None:
    sandbox.faults.add(answer(path, rows))
    with pytest.raises(Retry, match="vendor_garbled"):
        getattr(board, path.removeprefix("/v1/"))(1)


@pytest.mark.parametrize("total", [None, "", "-1", "1.0", "１", "many"])
def test_a_list_without_its_total_is_no_answer(sandbox: Sandbox, board: Board, total: str | None) -> None:
    sandbox.faults.add(answer("/v1/projects", [PROJECT], total))
    with pytest.raises(Retry, match="vendor_garbled"):
        board.projects(1)


def test_amounts_that_are_not_shown_are_none(sandbox: Sandbox, board: Board) -> None:
    bare = {name: value for name, value in PROJECT.items() if name not in {"total", "tax"}}
    shown = {"total": "2.50", "tax": None}
    sandbox.faults.add(answer("/v1/projects", [bare, PROJECT | {"estimate": None}, PROJECT | {"estimate": shown}], "3"))
    amounts = [(row.total, row.tax) for row in board.projects(1).rows]
    assert amounts == [(None, None), (Decimal(1), Decimal("0.1")), (Decimal("2.5"), None)]


@pytest.mark.parametrize("body", ["", "{}", "[]", '{"id": "1"}', '{"id": null}', "<html>"])
@pytest.mark.parametrize(
    ("path", "make"),
    [
        ("/v1/clients", lambda board: board.create_client({"name": "一", "name_disp": "一"})),
        ("/v1/projects", lambda board: board.create_project(DEAL)),
    ],
)
def test_a_creation_without_an_id_may_have_happened(
    sandbox: Sandbox, board: Board, path: str, make: Callable[[Board], object], body: str
) -> None:
    sandbox.faults.add(Fault(path=path, status=201, body=body))
    with pytest.raises(Retry, match="vendor_garbled"):
        make(board)
    assert len(sandbox.calls) == 1


SCALARS = st.none() | st.booleans() | st.integers(-1, 99) | st.sampled_from(("", "1.0", "秘密", STAMP["updated_at"]))
NAMES = st.sampled_from(
    (*PROJECT, *INVOICE, "name", "email", "estimate", "hubspot", "hubspot_deal_id", "errors", "message")
)
JSON = st.recursive(
    SCALARS, lambda one: st.lists(one, max_size=2) | st.dictionaries(NAMES, one, max_size=6), max_leaves=12
)


def _with_odd_name(row: dict[str, object]) -> st.SearchStrategy[dict[str, object]]:
    return JSON.map(lambda odd: row | {"name": odd})


ROWS = st.lists(st.sampled_from((PROJECT, INVOICE)).flatmap(_with_odd_name), max_size=2)
STATUSES = st.sampled_from((200, 201, 204, 302, 400, 401, 403, 404, 409, 422, 429, 500))


class Parrot(requests.Session):
    """Gives these answers in turn, fifty at most."""

    def __init__(self, answers: Sequence[tuple[int, Any]]) -> None:
        super().__init__()
        self._answers = cycle(answers)
        self._left = 50

    def request(self, *_: Any, **__: Any) -> requests.Response:
        """The next answer."""
        self._left -= 1
        if not self._left:
            raise requests.ConnectionError
        response = requests.Response()
        response.status_code, body = next(self._answers)
        response._content = json.dumps(body).encode()
        response.headers["X-Total-Count"] = "1"
        return response


@given(st.lists(st.tuples(STATUSES, JSON | ROWS), min_size=1, max_size=3))
@settings(max_examples=100)
def test_any_answer_is_an_outcome_or_a_whole_record(answers: list[tuple[int, Any]]) -> None:
    verbs: tuple[Callable[[Board], object], ...] = (
        lambda board: board.users(),
        lambda board: board.clients(1),
        lambda board: board.client(1),
        lambda board: board.projects(1),
        lambda board: board.project(1),
        lambda board: board.invoices(1),
        lambda board: board.create_client({"name": "秘密"}),
        lambda board: board.create_project({"name": "秘密"}),
        lambda board: board.set_order_status(1, 5),
    )
    for verb in verbs:
        found: object = None
        try:
            found = verb(Board(Parrot(answers), KEYS))
        except Outcome as end:
            found = end
        if isinstance(found, Outcome):
            assert "秘密" not in f"{found!r} {vars(found)}"
        rows = found.rows if isinstance(found, Page) else (found,)
        projects = [row for row in rows if isinstance(row, Project)]
        assert all(row.updated_at.tzinfo and type(row.number) is int for row in projects)


# The limits.


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The table that budgets are in."""
    names = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "ap-northeast-1"}
    with ours(), mock.patch.dict("os.environ", names | {"RENKEI_WORKSPACES_TABLE": "w"}), quick():
        keys = {"workspace": "HASH", "item": "RANGE"}
        aws.client("dynamodb").create_table(
            TableName="w",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in keys],
            KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys.items()],
        )
        yield


@pytest.mark.usefixtures("table")
def test_a_new_deal_s_calls_go_through_by_waiting_a_little(sandbox: Sandbox, clock: Clock) -> None:
    """Eight calls, though board takes three a second only."""
    sandbox.configure({"burst_limit": 3})
    started = clock.now
    board = Board(session_of(sandbox), KEYS, Budget("board", "deal", LIMITS, clock, clock.sleep, live=True))
    for _ in range(8):
        board.clients(1)
    assert {call.status for call in sandbox.calls} == {200}
    assert clock.now - started == timedelta(seconds=3)


@pytest.mark.usefixtures("table")
def test_a_nightly_run_goes_on_after_a_short_pause_and_meets_no_refusal(sandbox: Sandbox, clock: Clock) -> None:
    sandbox.configure({"burst_limit": 3})
    pauses: list[timedelta] = []
    done, started = 0, clock.now
    while done < 110:
        board = Board(session_of(sandbox), KEYS, Budget("board", "night", LIMITS, clock, clock.sleep, live=False))
        try:
            while done < 110:
                board.projects(1)
                done += 1
        except Retry as end:
            pauses.append(end.after or timedelta(days=1))
            clock.sleep(pauses[-1].total_seconds())
    assert {call.status for call in sandbox.calls} == {200}
    assert pauses
    assert max(pauses) <= timedelta(seconds=1.5)
    assert clock.now - started < timedelta(seconds=90)


@pytest.mark.usefixtures("table")
def test_a_used_up_day_is_waited_for_until_boards_midnight(sandbox: Sandbox, clock: Clock) -> None:
    sandbox.configure({"daily_limit": 0})
    own = Budget("board", "day", LIMITS, clock, clock.sleep, live=True)
    with pytest.raises(Retry, match="vendor_quota") as refused:
        Board(session_of(sandbox), KEYS, own).clients(1)
    midnight = datetime(clock.now.year, clock.now.month, clock.now.day, tzinfo=UTC) + timedelta(days=1)
    assert refused.value.after == midnight - clock.now
    with pytest.raises(Retry, match="budget_used"):
        Board(session_of(sandbox), KEYS, own).clients(1)
    assert len(sandbox.calls) == 1
