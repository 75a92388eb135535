import io
import json
import sys

import pytest

from local.cli.client import Api
from tests.local.cli.conftest import Run, Terminal
from tests.local.cli.fake_stack import FakeStack

BOARD = "/api/workspaces/demo/connections/board"
LEFT = {"code": "end_delete_key", "message": "Delete the key in board: settings, API."}


def ended(**more: object) -> tuple[int, object]:
    told: dict[str, object] = {"waiting": 0, "discarded": 0, "forgotten": 0, "not_revoked": [], "more": False}
    return 200, {"disconnected": True, **told, **more}


def test_disconnect_asks_first(run: Run, stack: FakeStack, monkeypatch: pytest.MonkeyPatch) -> None:
    stack.on("DELETE", BOARD, ended(waiting=2, not_revoked=[LEFT]))
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    assert run("disconnect", "board").code == 2
    for reply in ("n\n", "\n", ""):
        monkeypatch.setattr(sys, "stdin", Terminal(reply))
        assert run("disconnect", "board").code == 1
    assert stack.of("DELETE", BOARD) == []
    monkeypatch.setattr(sys, "stdin", Terminal("yes\n"))
    result = run("disconnect", "board", "--keep")
    assert result.code == 0
    assert result.out.splitlines() == [
        "Disconnected: board",
        "Deliveries that wait until board is connected again: 2",
    ]
    assert "left to you:\n  - Delete the key in board: settings, API.\n" in result.err
    assert stack.of("DELETE", BOARD)[0].query == {"waiting": ["keep"]}
    assert json.loads(run("disconnect", "board", "--yes", "--json").out) == {
        "disconnected": True,
        "waiting": 2,
        "discarded": 0,
        "forgotten": 0,
        "not_revoked": [LEFT],
        "complete": True,
    }
    assert stack.of("DELETE", BOARD)[1].query == {}


def test_the_question_says_what_will_be_lost(run: Run, stack: FakeStack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal("\n"))
    assert "destroyed" not in run("disconnect", "board").err
    monkeypatch.setattr(sys, "stdin", Terminal("\n"))
    result = run("disconnect", "board", "--discard", "--forget", "--language", "de")
    assert "unwiderruflich gelöscht. Die gemerkten Datensätze werden vergessen" in result.err
    assert "[j/N]" in result.err


def test_waiting_deliveries_need_a_decision(run: Run, stack: FakeStack) -> None:
    delivery = {"id": "hubspot_to_board.x.1", "state": "parked", "attempts": 3, "message": "board is not connected."}
    waiting = {"count": 25, "deliveries": [delivery]}
    error = {"code": "decision_needed", "message": "25 wait.", "problems": [], "waiting": waiting}
    stack.on("DELETE", BOARD, (409, {"error": error}))
    result = run("disconnect", "board", "--yes")
    assert result.code == 1
    assert "hubspot_to_board.x.1" in result.out
    assert "Disconnected" not in result.out
    assert "… and 24 more\n25 waiting; nothing was changed. Choose: --keep" in result.err
    assert "--discard" in result.err
    as_json = json.loads(run("disconnect", "board", "--yes", "--json").out)
    assert as_json == {"disconnected": False, "waiting": waiting}


def test_disconnect_goes_on_until_all_is_done(run: Run, stack: FakeStack) -> None:
    stack.on(
        "DELETE",
        BOARD,
        ended(discarded=100, more=True, not_revoked=[LEFT]),
        ended(discarded=20, forgotten=80, more=True),
        ended(forgotten=5),
    )
    result = run("disconnect", "board", "--discard", "--forget", "--yes")
    assert result.code == 0
    assert result.out.splitlines() == [
        "Disconnected: board",
        "Deliveries discarded: 120",
        "Links of records forgotten: 85",
    ]
    assert result.err.startswith("100 discarded, 0 forgotten …\n120 discarded, 80 forgotten …\n")
    assert "Delete the key" in result.err
    assert {json.dumps(call.query) for call in stack.of("DELETE", BOARD)} == {
        '{"waiting": ["discard"], "forget": ["true"]}'
    }


@pytest.mark.parametrize("answer", [(503, b"down"), ended(more=True), (200, {"disconnected": False})])
def test_disconnect_says_that_it_is_not_done(run: Run, stack: FakeStack, answer: tuple[int, object]) -> None:
    stack.on("DELETE", BOARD, ended(discarded=100, more=True), answer)
    result = run("disconnect", "board", "--discard", "--yes", "--json")
    assert result.code == 1
    told = json.loads(result.out)
    assert (told["discarded"], told["complete"]) == (100, False)
    assert "The same command goes on" in result.err


def test_disconnect_can_be_stopped(run: Run, stack: FakeStack, monkeypatch: pytest.MonkeyPatch) -> None:
    stack.on("DELETE", BOARD, ended(discarded=100, more=True))
    call = Api.call

    def stop_at_the_second(self: Api, method: str, *path: str, **given: object) -> object:
        if len(stack.of("DELETE", BOARD)) == 1:
            raise KeyboardInterrupt
        return call(self, method, *path, **given)  # type: ignore[arg-type]

    monkeypatch.setattr(Api, "call", stop_at_the_second)
    result = run("disconnect", "board", "--discard", "--yes")
    assert (result.code, result.out) == (130, "")
    assert result.err.splitlines()[-2].startswith("board is disconnected, but not all is done.")


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ((404, {"error": {"code": "not_connected", "message": "board is not connected"}}), "[not_connected]"),
        ((200, {}), "does not understand"),
        ((200, {"disconnected": 1}), "does not understand"),
        ((500, b""), "The stack failed"),
    ],
)
def test_disconnect_refused(run: Run, stack: FakeStack, answer: tuple[int, object], says: str) -> None:
    stack.on("DELETE", BOARD, answer)
    result = run("disconnect", "board", "--yes", "--json")
    assert (result.code, result.out) == (1, "")
    assert says in result.err


def test_disconnect_timerex(run: Run, stack: FakeStack) -> None:
    stack.on("DELETE", "/api/workspaces/demo/connections/timerex", (200, {"disconnected": True, "not_revoked": []}))
    assert run("disconnect", "timerex", "--yes").out == "Disconnected: timerex\n"
    for option in ("--keep", "--discard", "--forget"):
        assert run("disconnect", "timerex", option, "--yes").code == 2
    assert run("disconnect", "board", "--keep", "--discard").code == 2
    assert len(stack.calls) == 2
