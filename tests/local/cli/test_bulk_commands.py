import io
import json
import sys

import pytest

from local.cli.client import Api
from tests.local.cli.conftest import Run, Terminal
from tests.local.cli.fake_stack import FakeStack

DELIVERIES = "/api/workspaces/demo/deliveries"
ID = "booking_to_hubspot.timerex.event_confirmed.0123456789abcdef0123"
VERBS = ("retry", "discard")


def page(done: int, seen: int, following: str | None = None) -> tuple[int, object]:
    return 200, {"done": done, "seen": seen, "next": following}


def argv(verb: str, *rest: str) -> tuple[str, ...]:
    return (verb, *rest, *(["--yes"] if verb == "discard" else []))


@pytest.mark.parametrize(("verb", "state"), [("retry", "pending"), ("discard", "skipped")])
def test_one(run: Run, stack: FakeStack, verb: str, state: str) -> None:
    stack.on("POST", f"{DELIVERIES}/{ID}/{verb}", (200, {"state": state}))
    result = run(*argv(verb, ID))
    assert (result.code, result.out) == (0, f"{ID}: {state}\n")
    assert json.loads(run(*argv(verb, ID, "--json")).out) == {"id": ID, "state": state}
    refusal = {"error": {"code": "settled", "message": "It is delivered already."}}
    stack.on("POST", f"{DELIVERIES}/{ID}/{verb}", (409, refusal))
    result = run(*argv(verb, ID))
    assert (result.code, result.err) == (1, "It is delivered already. [settled]\n")


@pytest.mark.parametrize("verb", VERBS)
def test_one_cannot_leave_its_place(run: Run, stack: FakeStack, verb: str) -> None:
    assert run(*argv(verb, "../../demo?x=1")).code == 1
    assert stack.calls[-1].path == f"{DELIVERIES}/..%2F..%2Fdemo%3Fx%3D1/{verb}"


@pytest.mark.parametrize(
    ("verb", "total"),
    [("retry", "Will be tried again: 130 (of 210 looked at)\n"), ("discard", "Discarded: 130 (of 210 looked at)\n")],
)
def test_all_of_a_cause_page_by_page(run: Run, stack: FakeStack, verb: str, total: str) -> None:
    stack.on("POST", f"{DELIVERIES}/{verb}", page(100, 100, "c1"), page(20, 100, "c2"), page(10, 10))
    result = run(*argv(verb, "--cause", "hubspot_down", "--integration", "booking_to_hubspot", "--state", "rejected"))
    assert (result.code, result.out) == (0, total)
    assert result.err == "100 done, 100 looked at …\n120 done, 200 looked at …\n"
    which = {"cause": "hubspot_down", "integration": "booking_to_hubspot", "state": "rejected"}
    assert [call.json for call in stack.of("POST", f"{DELIVERIES}/{verb}")] == [
        which,
        {**which, "after": "c1"},
        {**which, "after": "c2"},
    ]


def test_all_of_a_connection_as_json(run: Run, stack: FakeStack) -> None:
    stack.on("POST", f"{DELIVERIES}/retry", page(3, 4))
    result = run("retry", "--connection", "hubspot", "--cause", "key_refused", "--json")
    assert (result.code, json.loads(result.out)) == (0, {"done": 3, "seen": 4, "complete": True})
    assert stack.calls[-1].json == {"connection": "hubspot", "cause": "key_refused"}


@pytest.mark.parametrize("verb", VERBS)
def test_none_found_or_none_that_could_be_changed(run: Run, stack: FakeStack, verb: str) -> None:
    stack.on("POST", f"{DELIVERIES}/{verb}", page(0, 0), page(0, 2))
    result = run(*argv(verb, "--cause", "x"))
    assert (result.code, result.out, result.err) == (1, "", "Nothing found.\n")
    result = run(*argv(verb, "--cause", "x"))
    assert result.code == 1
    assert "0 (of 2 looked at)" in result.out


def test_discard_asks_first_and_says_what_is_lost(run: Run, stack: FakeStack, monkeypatch: pytest.MonkeyPatch) -> None:
    stack.on("POST", f"{DELIVERIES}/discard", page(1, 1))
    stack.on("POST", f"{DELIVERIES}/{ID}/discard", (200, {"state": "skipped"}))
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    assert run("discard", ID).code == 2
    monkeypatch.setattr(sys, "stdin", Terminal("n\n"))
    result = run("discard", "--connection", "slack", "--state", "parked")
    assert (result.code, result.out) == (1, "")
    assert (
        "Discard all deliveries in workspace demo with --connection slack --state parked? Their content" in result.err
    )
    assert "Nothing was changed." in result.err
    assert not [call for call in stack.calls if call.method == "POST"]
    monkeypatch.setattr(sys, "stdin", Terminal("y\ny\n"))
    assert run("discard", "--connection", "slack").code == 0
    assert run("discard", ID).code == 0


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(
    "rest",
    [
        (),
        ("--state", "parked"),
        (ID, "--cause", "x"),
        (ID, "--state", "parked"),
        ("--cause", "x", "--state", "delivered"),
    ],
)
def test_which_ones_must_be_clear(run: Run, stack: FakeStack, verb: str, rest: tuple[str, ...]) -> None:
    assert run(*argv(verb, *rest)).code == 2
    assert stack.calls == []


def test_what_passes_is_waited_for_once_it_has_begun(run: Run, stack: FakeStack) -> None:
    retry = f"{DELIVERIES}/retry"
    stack.on("POST", retry, page(100, 100, "c1"), (503, b""), (429, {"message": "Too Many Requests"}), page(1, 1))
    result = run("retry", "--cause", "x", "--json")
    assert (result.code, json.loads(result.out)) == (0, {"done": 101, "seen": 101, "complete": True})
    assert "The stack failed (503" in result.err
    assert [call.json.get("after") for call in stack.of("POST", retry)] == [None, "c1", "c1", "c1"]
    # The first one tells at once that it does not work.
    stack.on("POST", retry, (503, b""))
    assert (run("retry", "--cause", "x").code, len(stack.of("POST", retry))) == (1, 5)


@pytest.mark.parametrize(
    "answer",
    [
        (503, b"down"),
        (400, {"error": {"code": "bad_cursor", "message": "No."}}),
        page(1, 1, "c1"),
        (200, {"done": 1, "seen": 1, "next": {}}),
        (200, {"done": "1", "seen": 1, "next": None}),
        (200, {}),
    ],
)
def test_what_was_done_before_a_failure_is_told(run: Run, stack: FakeStack, answer: tuple[int, object]) -> None:
    stack.on("POST", f"{DELIVERIES}/retry", page(100, 120, "c1"), answer)
    result = run("retry", "--cause", "x", "--json")
    assert result.code == 1
    told = json.loads(result.out)
    assert told["complete"] is False
    assert told["done"] in (100, 101)
    assert "The same command goes on with the rest." in result.err


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ((400, {"error": {"code": "unknown_state", "message": "no such state"}}), "no such state [unknown_state]"),
        ((200, {"done": 1, "seen": True, "next": None}), "does not understand"),
        ((200, b"<html>"), "does not understand"),
    ],
)
def test_a_refusal_at_once(run: Run, stack: FakeStack, answer: tuple[int, object], says: str) -> None:
    stack.on("POST", f"{DELIVERIES}/retry", answer)
    result = run("retry", "--cause", "x", "--json")
    assert (result.code, result.out) == (1, "")
    assert says in result.err
    assert "goes on" not in result.err


def test_stopped_by_the_person(run: Run, stack: FakeStack, monkeypatch: pytest.MonkeyPatch) -> None:
    stack.on("POST", f"{DELIVERIES}/retry", page(100, 110, "c1"))
    call = Api.call

    def stop_at_the_second(self: Api, method: str, *path: str, **given: object) -> object:
        if stack.of("POST", f"{DELIVERIES}/retry"):
            raise KeyboardInterrupt
        return call(self, method, *path, **given)  # type: ignore[arg-type]

    monkeypatch.setattr(Api, "call", stop_at_the_second)
    result = run("retry", "--cause", "x", "--json")
    assert (result.code, json.loads(result.out)) == (130, {"done": 100, "seen": 110, "complete": False})
    assert result.err.splitlines()[-2:] == [
        "100 done, 110 looked at. The same command goes on with the rest.",
        "Stopped.",
    ]
