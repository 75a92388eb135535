"""The guided start: each step in its order, what is asked, and what is done with the answers."""

import io
import json
from typing import Any

import pytest
import yaml

from tests.local.cli.conftest import Run, Terminal
from tests.local.cli.fake_stack import FakeStack
from tests.local.cli.test_falcana_commands import DEMO, ID, JOBS, PAIRS, RUN, STARTED, TESTED, TOOLS, ended

DRY, REAL, DUPLICATES = {"job": "import", "dry_run": True}, {"job": "import", "dry_run": False}, {"job": "duplicates"}
SAVED = {"workspace": "demo", "integrations": {"falcana_hubspot": {"region": "AT"}, "hubspot_to_board": {"x": 1}}}
BOTH = {"hubspot_to_falcana": True, "falcana_to_hubspot": True}


@pytest.fixture
def able(stack: FakeStack) -> FakeStack:
    stack.on("POST", f"{TOOLS}/test", (200, TESTED))
    stack.on("POST", JOBS, STARTED)
    stack.on("GET", RUN, ended(created_in_falcana="3"))
    stack.on("GET", f"{TOOLS}/waiting", (200, {"waiting": PAIRS, "next": None}))
    stack.on("POST", f"{TOOLS}/link", (200, {"message": "Linked."}))
    stack.on("POST", f"{TOOLS}/keep_apart", (200, {"message": "Apart."}))
    stack.on("GET", DEMO, (200, SAVED))
    stack.on("PUT", DEMO, (200, {"saved": True, "warnings": []}))
    return stack


def answering(monkeypatch: pytest.MonkeyPatch, *answers: str) -> None:
    monkeypatch.setattr("sys.stdin", Terminal("".join(f"{one}\n" for one in answers)))


def asked(stack: FakeStack) -> list[Any]:
    return [call.json for call in stack.of("POST", JOBS)]


def test_all_steps_with_answers(run: Run, able: FakeStack, monkeypatch: pytest.MonkeyPatch) -> None:
    answering(monkeypatch, "y", "1", "2", "y")
    result = run("falcana", "start")
    assert (result.code, asked(able)) == (0, [DRY, REAL, DUPLICATES, REAL])
    assert able.of("POST", f"{TOOLS}/link")[0].json == {"address": "7", "company": "301"}
    assert able.of("POST", f"{TOOLS}/keep_apart")[0].json == {"person": "9", "contact": "402"}
    saved = able.of("PUT", DEMO)[0].json
    own = {"region": "AT", "directions": BOTH}
    assert saved == {**SAVED, "integrations": {"falcana_hubspot": own, "hubspot_to_board": {"x": 1}}}
    assert [line[:3] for line in result.err.splitlines() if line[1:3] == "/6"] == [f"{one}/6" for one in range(1, 7)]
    assert "falcana address 7 “Muster GmbH” – HubSpot 301 “Muster”: 75 of 100 (name, phone)" in result.err
    lines = result.out[result.out.index("integrations:") : result.out.index("Both directions are on")]
    assert yaml.safe_load(lines) == {"integrations": {"falcana_hubspot": {"directions": BOTH}}}
    assert result.out.splitlines()[-1] == "Both directions are on. The first run begins within five minutes."


def test_later_leaves_it_undecided_and_nothing_is_taken_over_again(
    run: Run, able: FakeStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    answering(monkeypatch, "y", "4", "n")
    result = run("falcana", "start", "--json")
    told = json.loads(result.out)
    assert (result.code, asked(able)) == (0, [DRY, REAL, DUPLICATES])
    assert (told["decided"], told["undecided"], told["on"], told["done"]) == (0, 2, False, True)
    assert told["lines"] == {"integrations": {"falcana_hubspot": {"directions": BOTH}}}
    assert able.of("PUT", DEMO) == []


def test_what_was_linked_just_now_is_not_linked_to_another_too(
    run: Run, able: FakeStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = [{**PAIRS[0], "with": "301"}, {**PAIRS[0], "with": "302"}, {**PAIRS[0], "id": "8"}, PAIRS[1]]
    able.on("GET", f"{TOOLS}/waiting", (200, {"waiting": found, "next": None}))
    answering(monkeypatch, "y", "1", "1", "2", "2", "n")
    told = json.loads(run("falcana", "start", "--json").out)
    assert (told["decided"], told["undecided"]) == (3, 1)
    assert [call.json for call in able.of("POST", f"{TOOLS}/link")] == [{"address": "7", "company": "301"}]
    apart = [call.json for call in able.of("POST", f"{TOOLS}/keep_apart")]
    assert apart == [{"address": "7", "company": "302"}, {"person": "9", "contact": "402"}]


def test_with_yes_nothing_is_asked_and_no_direction_is_switched_on(run: Run, able: FakeStack) -> None:
    result = run("falcana", "start", "--yes")
    assert (result.code, asked(able), able.of("PUT", DEMO)) == (0, [DRY, REAL, DUPLICATES], [])
    assert "Left undecided: 2" in result.out


def test_without_yes_or_a_person_nothing_is_written(run: Run, able: FakeStack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO())
    assert (run("falcana", "start").code, asked(able)) == (2, [DRY])
    answering(monkeypatch, "n")
    result = run("falcana", "start")
    assert (result.code, asked(able)) == (1, [DRY, DRY])
    assert "nothing was written" in result.err


def test_it_ends_where_something_is_missing_or_does_not_go_through(run: Run, able: FakeStack) -> None:
    able.on("GET", RUN, ended(), (200, {"id": ID, "state": "parked", "message": "Give new_addresses."}))
    result = run("falcana", "start", "--yes", "--json")
    assert (result.code, asked(able), json.loads(result.out)["done"]) == (1, [DRY, REAL], False)
    assert "Give new_addresses." in result.err
    able.on("POST", f"{TOOLS}/test", (200, {**TESTED, "ok": False}))
    assert (run("falcana", "start", "--yes").code, len(asked(able))) == (1, 2)


def test_directions_that_cannot_be_switched_on_say_why(
    run: Run, able: FakeStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    able.on("GET", f"{TOOLS}/waiting", (200, {"waiting": [], "next": None}))
    problem = {"path": ["integrations", "falcana_hubspot"], "message": "HubSpot does not allow x yet"}
    error = {"code": "invalid", "message": "the workspace file was not saved", "problems": [problem]}
    able.on("PUT", DEMO, (422, {"error": error}))
    answering(monkeypatch, "y", "y")
    result = run("falcana", "start", "--language", "de")
    assert (result.code, result.err.endswith("HubSpot does not allow x yet\n")) == (1, True)
