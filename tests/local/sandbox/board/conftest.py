from collections.abc import Callable
from typing import Any

import pytest

from local.sandbox.board import DEMO, Board
from tests.local.sandbox.callers import Caller
from tests.local.sandbox.conftest import Clock

ADDRESS = "http://127.0.0.1:3001/board"


@pytest.fixture
def board(clock: Clock) -> Board:
    board = Board(clock)
    board.configure({"burst_limit": None})
    return board


@pytest.fixture
def api(board: Board) -> Caller:
    keys = {"x-api-key": DEMO.api_key, "authorization": f"Bearer {DEMO.api_token}"}
    return Caller(board, ADDRESS, **keys)


@pytest.fixture
def user(board: Board) -> int:
    """The user that is there at the start."""
    return int(board.state()["users"][0]["id"])


@pytest.fixture
def wanted(board: Board, user: int) -> Callable[..., dict[str, Any]]:
    """A body for POST /projects, of a client of its own; None takes a field out."""

    def body(**values: object) -> dict[str, Any]:
        client = board.seed("clients", {"name": "株式会社あおぞら"})
        whole = {
            "name": "サイト制作",
            "client_id": client,
            "user_id": user,
            "order_status": 1,
            "invoice_timing_kbn": 1,
            "invoice_date": "2026-12-31",
        } | values
        return {name: value for name, value in whole.items() if value is not None}

    return body
