"""`renkei lms` against a stack that plays the API: what is sent, what is said, and how it ends."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from local.cli import lms_import
from local.cli.texts import LANGUAGES
from tests.local.cli.conftest import NOW, Run
from tests.local.cli.fake_stack import Call, FakeStack

API = "/api/workspaces/demo"
TOOLS = f"{API}/tools/lms_to_hubspot"
PREPARED: dict[str, Any] = {
    "made": [{"object": "contacts", "property": "username"}, {"object": "deals", "property": "course_type"}],
    "there": [{"object": "contacts", "property": "status"}],
    "wrong": [],
}


def view(state: str = "delivered", **more: Any) -> tuple[int, dict[str, Any]]:
    row: dict[str, Any] = {
        "id": "d",
        "state": state,
        "reason": None,
        "message": "",
        "warnings": [],
        "outcome": {},
        "progress": {},
    }
    return 200, row | {"due_at": None, "settled_at": "2026-11-22T02:00:00Z"} | more


def accepted(number: int, state: str = "pending", *, already: bool = False) -> tuple[int, dict[str, Any]]:
    return 200, {"delivery": f"d{number}", "state": state, "already": already}


def refused(code: str, message: str, status: int = 409) -> tuple[int, dict[str, Any]]:
    return status, {"error": {"code": code, "message": message, "problems": []}}


@pytest.fixture
def users() -> Path:
    """Five users, as of an hour ago."""
    return listed(*(f"u-{number},u{number}@example.co.jp,名 {number}" for number in range(5)))


def listed(*lines: str) -> Path:
    file = Path("users.csv")
    file.write_text("\n".join(["id,email,nickname", *lines]) + "\n", encoding="utf-8")
    at = NOW.timestamp() - 3600
    os.utime(file, (at, at))
    return file


@pytest.fixture
def stack(stack: FakeStack) -> FakeStack:
    stack.on("GET", API, (200, {"integrations": {"lms_to_hubspot": {}, "lms_to_slack": {}}}))
    stack.on("GET", f"{TOOLS}/size", (200, {"rows": 2}))
    stack.on("POST", f"{TOOLS}/part", accepted(1), accepted(2), accepted(3))
    for number, counts in enumerate([{"created": "2"}, {"updated": "1", "stale": "1"}, {"unchanged": "1"}], 1):
        stack.on("GET", f"{API}/deliveries/d{number}", view("pending"), view(outcome=counts))
    return stack


def parts(stack: FakeStack) -> list[Any]:
    return [call.json for call in stack.of("POST", f"{TOOLS}/part")]


IMPORT = ("lms", "import", "users.csv", "--school", "aoi")


# Preparing


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("dry", [False, True])
def test_prepare_says_what_was_made(run: Run, stack: FakeStack, language: str, dry: bool) -> None:
    stack.on("POST", f"{TOOLS}/prepare", (200, PREPARED))
    result = run("lms", "prepare-hubspot", "--language", language, *(["--dry-run"] if dry else []))
    assert (result.code, result.err) == (0, "")
    assert "contacts.username, deals.course_type" in result.out
    (call,) = stack.of("POST", f"{TOOLS}/prepare")
    assert call.json == {"dry_run": dry}
    words = {"en": "Nothing was changed", "ja": "何も変更していません", "de": "Nichts wurde geändert"}
    assert (words[language] in result.out) is dry


@pytest.mark.parametrize(
    ("target", "wrong", "named"),
    [
        (
            "hubspot",
            {"object": "contacts", "property": "group", "type": "enumeration", "fits": ["string"]},
            "contacts.group is of the type enumeration, and has to be: string.",
        ),
        (
            "mailchimp",
            {"tag": "LASTUSAGE", "type": "date", "fits": ["text"]},
            "The merge field LASTUSAGE is of the type date, and has to be: text.",
        ),
    ],
)
def test_prepare_names_what_is_wrong_and_fails(
    run: Run, stack: FakeStack, target: str, wrong: dict[str, Any], named: str
) -> None:
    answer = {"made": [], "there": [{"tag": "X"}], "wrong": [wrong]}
    stack.on("POST", f"{API}/tools/lms_to_{target}/prepare", (200, answer))
    result = run("lms", f"prepare-{target}")
    assert (result.code, named in result.out, "is there." in result.out) == (1, True, False)
    told = run("lms", f"prepare-{target}", "--json")
    assert (told.code, json.loads(told.out)) == (1, answer)


def test_prepare_needs_a_connection(run: Run, stack: FakeStack) -> None:
    stack.on("POST", f"{TOOLS}/prepare", refused("not_connected", "HubSpot is not connected"))
    result = run("lms", "prepare-hubspot")
    assert (result.code, "HubSpot is not connected" in result.err) == (1, True)


# Importing


def test_a_list_is_sent_in_parts_watched_and_counted(run: Run, stack: FakeStack, users: Path) -> None:
    result = run(*IMPORT)
    assert result.code == 0, result.err
    sent = parts(stack)
    assert [body["part"] for body in sent] == [1, 2, 3]
    assert [[row["number"] for row in body["rows"]] for body in sent] == [[2, 3], [4, 5], [6]]
    first = {"id": "u-0", "email": "u0@example.co.jp", "nickname": "名 0"}
    assert sent[0]["rows"][0]["user"] == first
    assert {body["school_id"] for body in sent} == {"aoi"}
    assert {body["as_of"] for body in sent} == {"2026-11-22T02:00:00+00:00"}
    assert {len(body["import"]) for body in sent} == {64}
    assert len({body["import"] for body in sent}) == 1
    assert result.out == "hubspot: made: 2, changed: 1, as they were: 1, older than what is known: 1\n"
    assert "parts 3/3, users 5 of 5" in result.err
    assert "example.co.jp" not in result.out + result.err
    stack.on("POST", f"{TOOLS}/part", accepted(1), accepted(2), accepted(3))
    told = json.loads(run(*IMPORT, "--json").out)
    assert told["targets"]["hubspot"]["counts"] == {"created": 2, "updated": 1, "unchanged": 1, "stale": 1}
    assert (told["lines"], told["not_sent"]) == (5, [])
    assert told["targets"]["hubspot"]["import"] == sent[0]["import"]


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", ["hubspot, line 2: The mail address belongs to another contact (7); this user's contact is 5."]),
        ("ja", ["hubspot、2 行目: ", "5", "7", "2 行目"]),
        ("de", ["hubspot, Zeile 2: ", "(7)", "1 weitere Zeilen"]),
    ],
)
def test_every_refused_line_is_told_in_the_persons_language(
    run: Run, stack: FakeStack, users: Path, language: str, said: list[str]
) -> None:
    rows = "2 lms_address_taken (contact 5, other 7); 3 lms_payload (email: string_too_long, id: missing)"
    stack.on("GET", f"{API}/deliveries/d1", view(outcome={"rejected": "2", "rows": rows}))
    stack.on("GET", f"{API}/deliveries/d2", view(outcome={"rejected": "2", "rows": "4 new_code (some thing)"}))
    stack.on("GET", f"{API}/deliveries/d3", view("parked", reason="x", message="Connect again"))
    result = run(*IMPORT, "--language", language)
    assert result.code == 1
    assert all(one in result.out for one in said)
    assert "email: string_too_long, id: missing" in result.out
    assert "new_code (some thing)" in result.out
    assert "Connect again" in result.out
    assert "$" not in result.out
    assert "--again" in result.err


def test_bad_lines_are_told_and_not_sent(run: Run, stack: FakeStack) -> None:
    listed("u-1,a@example.co.jp,A", "u-2,somebody,B", ",c@example.co.jp,C")
    stack.on("POST", f"{TOOLS}/part", accepted(1))
    result = run(*IMPORT)
    assert result.code == 1
    assert [row["number"] for row in parts(stack)[0]["rows"]] == [2]
    assert "Line 3, email: This does not have the form that it must have. Not sent." in result.out
    assert "Line 4, id: This must not be empty. Not sent." in result.out
    assert "somebody" not in result.out + result.err
    assert json.loads(run(*IMPORT, "--json").out)["not_sent"][1]["line"] == 4


def test_a_rehearsal_keeps_nothing(run: Run, stack: FakeStack, users: Path) -> None:
    outcome = {"created": "1", "rejected": "1", "rows": "3 lms_email_invalid"}
    stack.on("POST", f"{TOOLS}/part", (200, {"outcome": {"created": "2"}}), (200, {"outcome": outcome}))
    result = run(*IMPORT, "--dry-run")
    assert result.code == 1
    assert [body["dry_run"] for body in parts(stack)] == [True] * 3
    assert "hubspot: nothing was written. It would be: made: 4, refused: 2" in result.out
    assert not [call for call in stack.calls if "/deliveries/" in call.path]


def test_the_same_command_goes_on_and_again_begins_anew(run: Run, stack: FakeStack, users: Path) -> None:
    assert run(*IMPORT, "--no-wait").code == 0
    first = parts(stack)[0]["import"]

    stack.on("POST", f"{TOOLS}/part", accepted(1, "delivered", already=True), accepted(2), accepted(3))
    going = run(*IMPORT)
    assert (going.code, "worked off" in going.err) == (0, False)
    done = [accepted(number, "delivered", already=True) for number in (1, 2, 3)]
    stack.on("POST", f"{TOOLS}/part", *done)
    before = run(*IMPORT)
    assert (before.code, before.out) == (0, going.out)
    assert "this list was worked off at 2026-11-22 11:00:00" in before.err
    assert {body["import"] for body in parts(stack)} == {first}

    stack.calls.clear()
    stack.on("POST", f"{TOOLS}/part", *done, accepted(1), accepted(2), accepted(3))
    assert run(*IMPORT, "--again").code == 0
    names = [body["import"] for body in parts(stack)]
    assert (names[:3], len(set(names[3:])), first in names[3:]) == ([first] * 3, 1, False)
    second = names[3]

    stack.calls.clear()
    still = [accepted(1, "delivered", already=True), *(accepted(number, already=True) for number in (2, 3))]
    stack.on("POST", f"{TOOLS}/part", *done, *still)
    result = run(*IMPORT, "--again")
    assert (result.code, "still under way" in result.err) == (0, True)
    assert [body["import"] for body in parts(stack)][3:] == [second] * 3


def test_a_stack_that_does_not_answer_is_asked_again(run: Run, stack: FakeStack, users: Path) -> None:
    down = refused("store_down", "AWS did not answer; try again", 503)
    stack.on("POST", f"{TOOLS}/part", accepted(1), down, down, accepted(2), accepted(3))
    stack.on("GET", f"{API}/deliveries/d1", view("pending"), down, view(outcome={"created": "2"}))
    result = run(*IMPORT)
    assert result.code == 0, result.err
    assert [body["part"] for body in parts(stack)] == [1, 2, 2, 2, 3]
    stack.on("POST", f"{TOOLS}/part", accepted(1), down)
    result = run(*IMPORT)
    assert (result.code, "The same command goes on" in result.err) == (1, True)


def test_one_target_that_refuses_does_not_hold_up_the_other(run: Run, stack: FakeStack, users: Path) -> None:
    stack.on("GET", API, (200, {"integrations": {"lms_to_hubspot": {}, "lms_to_mailchimp": {"enabled": True}}}))
    stack.on("POST", f"{TOOLS}/part", refused("not_connected", "Connect HubSpot"))
    other = f"{API}/tools/lms_to_mailchimp"
    stack.on("GET", f"{other}/size", (200, {"rows": 500}))
    stack.on("POST", f"{other}/part", accepted(9))
    stack.on("GET", f"{API}/deliveries/d9", view(outcome={"created": "5"}))
    result = run(*IMPORT)
    assert result.code == 1
    assert "hubspot: Connect HubSpot\nmailchimp: made: 5\n" in result.out
    stack.calls.clear()
    assert run(*IMPORT, "--to", "mailchimp").code == 0
    assert parts(stack) == []


def test_who_waits_for_a_vendor_is_told_why(run: Run, stack: FakeStack, users: Path) -> None:
    later = view("pending", due_at="2026-11-22T04:00:00Z", message="HubSpot is down", reason="vendor_down")
    stack.on("GET", f"{API}/deliveries/d1", later, view(outcome={"created": "2"}))
    result = run(*IMPORT)
    assert (result.code, "(goes on at 2026-11-22 13:00:00: HubSpot is down)" in result.err) == (0, True)


@pytest.mark.parametrize("during", ["_part", "_view"])
def test_ctrl_c_leaves_it_running(
    run: Run, stack: FakeStack, users: Path, monkeypatch: pytest.MonkeyPatch, during: str
) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(lms_import, during, stop)
    result = run(*IMPORT)
    said = {"_part": "Not all parts were sent.", "_view": "It goes on without you."}
    assert (result.code, said[during] in result.err) == (130, True)


# Wrong calls


def calls_of_import(stack: FakeStack) -> list[Call]:
    return [call for call in stack.calls if "/tools/" in call.path]


@pytest.mark.parametrize(
    ("keys", "more", "said"),
    [
        ({"lms_to_hubspot": {}}, ("--to", "mailchimp"), "demo does not have lms_to_mailchimp"),
        ({"lms_to_slack": {}}, (), "none of these switched on: lms_to_hubspot, lms_to_mailchimp"),
        ({"lms_to_hubspot": {"enabled": False}}, (), "none of these switched on"),
        ({"lms_to_hubspot": {}}, ("--as-of", "2026-11-22T12:30+09:00"), "has not come yet"),
        ({"lms_to_hubspot": {}}, ("--as-of", "2026-11-22T09:00"), "--as-of has no zone"),
        ({"lms_to_hubspot": {}}, ("--as-of", "yesterday"), "--as-of is a time"),
        ({"lms_to_hubspot": {}}, ("--timezone", "Tokyo/Asia"), "no time zone Tokyo/Asia"),
        ({"lms_to_hubspot": {}}, ("--timezone", "../etc"), "no time zone"),
    ],
)
def test_wrong_calls_send_nothing(
    run: Run, stack: FakeStack, keys: dict[str, Any], more: tuple[str, ...], said: str
) -> None:
    listed("u-1,a@example.co.jp,A")
    stack.on("GET", API, (200, {"integrations": keys}))
    result = run(*IMPORT, *more)
    assert (result.code, said in result.err, calls_of_import(stack)) == (2, True, []), result.err


def test_the_school_has_to_be_told(run: Run, stack: FakeStack, users: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = run("lms", "import", "users.csv")
    assert (result.code, "RENKEI_SCHOOL" in result.err, calls_of_import(stack)) == (2, True, [])
    monkeypatch.setenv("RENKEI_SCHOOL", "aoi")
    assert run("lms", "import", "users.csv").code == 0
    assert parts(stack)[0]["school_id"] == "aoi"


def test_no_users_is_a_wrong_file_and_only_bad_ones_are_told(run: Run, stack: FakeStack) -> None:
    listed()
    assert (run(*IMPORT).code, calls_of_import(stack)) == (2, [])
    listed("u-1,nobody,X")
    result = run(*IMPORT)
    assert (result.code, parts(stack), "Line 2, email" in result.out) == (1, [], True)


def test_times_without_a_zone_are_tokyos_for_who_speaks_japanese(run: Run, stack: FakeStack, users: Path) -> None:
    text = users.read_text("utf-8").replace("nickname", "created_at").replace("名 ", "2026/11/20 09:0")
    users.write_text(text, encoding="utf-8")
    os.utime(users, (NOW.timestamp() - 3600,) * 2)
    assert "Line 2, created_at: the time has no zone." in run(*IMPORT).err
    assert calls_of_import(stack) == []
    assert run(*IMPORT, "--language", "ja").code == 0
    assert parts(stack)[0]["rows"][0]["user"]["created_at"] == "2026-11-20T09:00:00+09:00"
    stack.calls.clear()
    run(*IMPORT, "--timezone", "Europe/Berlin", "--as-of", "2026-11-22 02:00")
    assert parts(stack)[0]["rows"][0]["user"]["created_at"] == "2026-11-20T09:00:00+01:00"
    assert parts(stack)[0]["as_of"] == "2026-11-22T02:00:00+01:00"
