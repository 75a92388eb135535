"""Connecting by keys: where they come from, what is shown, and that they are nowhere to be seen."""

import getpass
import io
import json
import sys
import warnings
from pathlib import Path
from typing import Any

import pytest

from tests.local.cli.conftest import Result, Run, Terminal
from tests.local.cli.fake_stack import VENDORS, FakeStack, field, vendor

CONNECTIONS = "/api/workspaces/demo/connections"
CHECKS = [
    {"name": "check_account", "ok": True, "message": "Account: Demo", "remedy": ""},
    {"name": "check_quota", "ok": None, "message": "Quota: 2,900 left", "remedy": ""},
]
CONNECTED = (200, {"connected": True, "message": "Fine.", "account": "7", "name": "Demo", "checks": CHECKS})


def sent(stack: FakeStack, vendor: str) -> Any:
    return stack.of("POST", f"{CONNECTIONS}/{vendor}")[-1].json


def quiet(*results: Result) -> bool:
    return "s3cret" not in "".join(result.out + result.err for result in results)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """A person who types s3cret-1, s3cret-2, … where nothing is echoed; what they were asked."""
    prompts: list[str] = []

    def hidden(prompt: str) -> str:
        prompts.append(prompt)
        return f"s3cret-{len(prompts)}"

    monkeypatch.setattr(getpass, "getpass", hidden)
    monkeypatch.setattr(sys, "stdin", Terminal(""))
    return prompts


def test_fields_are_asked_for_without_echo(run: Run, stack: FakeStack, asked: list[str]) -> None:
    stack.on("POST", f"{CONNECTIONS}/board", CONNECTED)
    result = run("connect", "board")
    assert result.code == 0
    assert asked == ["board, API key: ", "board, API token: "]
    assert sent(stack, "board") == {
        "switch_account": False,
        "secrets": {"api_key": "s3cret-1", "api_token": "s3cret-2"},
    }
    assert result.out.splitlines() == [
        "Connected: board 7",
        "board Demo (7): Fine.",
        "  ✓ Account: Demo",
        "  – Quota: 2,900 left",
    ]
    assert quiet(result)


def test_public_and_optional_fields_are_asked_for_openly(
    run: Run, stack: FakeStack, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stack.on("POST", f"{CONNECTIONS}/falcana", CONNECTED)
    monkeypatch.setattr(sys, "stdin", Terminal("https://demo.falcana.com\nclient-1\n\n"))
    result = run("connect", "falcana", "--language", "de", "--switch-account", "--json")
    assert asked == ["falcana, Client-Secret: "]
    assert "falcana, Basis-URL: " in result.err
    assert "falcana, scope_hint (leer: weglassen): " in result.err
    secrets = {"base_url": "https://demo.falcana.com", "client_id": "client-1", "client_secret": "s3cret-1"}
    assert sent(stack, "falcana") == {"switch_account": True, "secrets": secrets}
    told = {"connected": True, "message": "Fine.", "account": "7", "name": "Demo", "checks": CHECKS}
    assert json.loads(result.out) == told
    assert quiet(result)


def test_the_environment_and_files_come_before_asking(
    run: Run, stack: FakeStack, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for key in ("board", "falcana"):
        stack.on("POST", f"{CONNECTIONS}/{key}", CONNECTED)
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    monkeypatch.setenv("RENKEI_BOARD_API_KEY", "s3cret-env-key")
    monkeypatch.setenv("RENKEI_BOARD_API_TOKEN", "s3cret-env-token")
    results = [run("connect", "board")]
    assert sent(stack, "board")["secrets"] == {"api_key": "s3cret-env-key", "api_token": "s3cret-env-token"}
    # The file wins, and what it does not say comes from the environment.
    (tmp_path / "keys").write_text(
        "\ufeff# board\nexport RENKEI_BOARD_API_KEY='s3cret=file'\n\nRENKEI_SLACK_BOT_TOKEN=s3cret-other\nAPI-TOKEN=\n",
        encoding="utf-8",
    )
    results.append(run("connect", "board", "--secrets-file", "keys"))
    assert sent(stack, "board")["secrets"] == {"api_key": "s3cret=file", "api_token": "s3cret-env-token"}
    keys = {"base_url": "https://a.falcana.com", "client_id": "c", "client_secret": "s3cret-json"}
    monkeypatch.setattr(sys, "stdin", io.StringIO(json.dumps(keys)))
    results.append(run("connect", "falcana", "--secrets-file", "-", "--json"))
    assert sent(stack, "falcana")["secrets"] == keys
    assert [result.code for result in results] == [0, 0, 0]
    assert quiet(*results)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("api_key=a\ns3cretTokenOfManyCharacters==\n", ":2: this is not one of: api_key, api_token\n"),
        ("api_key=a\ns3cret\n", ":2: neither KEY=value nor a JSON object"),
        ('{"api_key": "s3cret",}', ":1: neither KEY=value nor a JSON object"),
        ('{"api_key": {"s3cret": 1}}', ":1: neither KEY=value nor a JSON object"),
        ('{"s3cret": "api_key"}', ":1: this is not one of"),
        ("api_key=s3cret\x01\napi_token=a", ": api_key holds more than one line or characters"),
        ("api_key=s3cret\u3000日本\napi_token=a", ": api_key holds more than one line or characters"),
        (
            "api_key=a\n",
            "Nobody is there to ask for: board, API token: Set RENKEI_BOARD_API_TOKEN, or name a file (--se",
        ),
        (b"api_key=s3cret\xff", ": this is not UTF-8 text"),
    ],
)
def test_odd_files_are_refused_by_line_and_never_repeated(
    run: Run, stack: FakeStack, monkeypatch: pytest.MonkeyPatch, content: str | bytes, says: str
) -> None:
    raw = content if isinstance(content, bytes) else content.encode()
    Path("keys").write_bytes(raw)
    for source in ("keys", "-"):
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(raw), encoding="utf-8"))
        result = run("connect", "board", "--secrets-file", source, "--workspace", "demo")
        assert result.code == 2
        assert says in result.err
        assert quiet(result)
    assert [call.path for call in stack.calls] == ["/api/vendors"] * 2


def test_slack_takes_one_of_its_groups(
    run: Run, stack: FakeStack, asked: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stack.on("POST", f"{CONNECTIONS}/slack", CONNECTED)
    monkeypatch.setattr(sys, "stdin", Terminal("3\nx\n²\n2\n"))
    result = run("connect", "slack")
    assert (result.code, asked) == (0, ["Slack, bot token: "])
    assert "  1  incoming webhook URL\n  2  bot token\n" in result.err
    assert sent(stack, "slack")["secrets"] == {"bot_token": "s3cret-1"}
    monkeypatch.setenv("RENKEI_SLACK_BOT_TOKEN", "s3cret-env")
    assert run("connect", "slack").code == 0
    assert sent(stack, "slack")["secrets"] == {"bot_token": "s3cret-env"}
    (tmp_path / "keys").write_text("hook_url=https://hooks.slack.com/services/s3cret\n", encoding="utf-8")
    others = [run("connect", "slack", "--secrets-file", "keys")]
    assert sent(stack, "slack")["secrets"] == {"hook_url": "https://hooks.slack.com/services/s3cret"}
    monkeypatch.setenv("RENKEI_SLACK_HOOK_URL", "https://hooks.slack.com/services/s3cret")
    others.append(run("connect", "slack"))
    assert others[-1].code == 2
    assert "exactly one of these, but more are given: RENKEI_SLACK_HOOK_URL | RENKEI_SLACK_BOT_TOKEN" in others[-1].err
    assert quiet(result, *others)


def test_slack_without_anybody_to_choose(run: Run, stack: FakeStack, monkeypatch: pytest.MonkeyPatch) -> None:
    for stdin, says in (
        (io.StringIO("1\n"), "RENKEI_SLACK_HOOK_URL | RENKEI_SLACK_BOT"),
        (Terminal("9\n"), "Nothing w"),
    ):
        monkeypatch.setattr(sys, "stdin", stdin)
        result = run("connect", "slack")
        assert result.code == 2
        assert says in result.err
    assert stack.of("POST", f"{CONNECTIONS}/slack") == []


def test_refused_keys_show_every_check_and_save_nothing(run: Run, stack: FakeStack, asked: list[str]) -> None:
    missing = {"name": "check_permission", "ok": False, "message": "Users cannot be read.", "remedy": "Tick ユーザー."}
    error = {"code": "not_enough", "message": "Permissions are missing.", "problems": [], "checks": [*CHECKS, missing]}
    stack.on("POST", f"{CONNECTIONS}/board", (409, {"error": error}))
    result = run("connect", "board")
    assert result.code == 1
    assert result.out.splitlines()[-2:] == ["  ✗ Users cannot be read.", "    Tick ユーザー."]
    assert result.err.endswith("Permissions are missing. [not_enough]\nNothing was saved.\n")
    as_json = run("connect", "board", "--json")
    assert json.loads(as_json.out) == {
        "connected": False,
        "code": "not_enough",
        "message": "Permissions are missing.",
        "checks": [*CHECKS, missing],
    }
    assert quiet(result, as_json)


def test_another_account_needs_the_flag(run: Run, stack: FakeStack, asked: list[str]) -> None:
    error = {"code": "already_connected_elsewhere", "message": "It is connected to 7.", "problems": []}
    stack.on("POST", f"{CONNECTIONS}/board", (409, {"error": error}))
    result = run("connect", "board")
    assert result.code == 1
    assert "add --switch-account" in result.err
    assert "add --switch-account" not in run("connect", "board", "--switch-account").err


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ((503, {"error": {"code": "store_down", "message": "Try again."}}), "[store_down]"),
        ((500, b"s3cret"), "The stack failed (500"),
        ((200, {"connected": False}), "does not understand (200)"),
        ((200, b"s3cret"), "does not understand (200)"),
        ((403, {"message": "Forbidden"}), "AWS refused the call"),
    ],
)
def test_broken_answers(run: Run, stack: FakeStack, asked: list[str], answer: tuple[int, object], says: str) -> None:
    stack.on("POST", f"{CONNECTIONS}/board", answer)
    result = run("connect", "board")
    assert (result.code, result.out) == (1, "")
    assert says in result.err
    assert quiet(result)


@pytest.mark.parametrize(
    ("vendors", "says"),
    [
        ([], "does not know board"),
        ([vendor("board", "board", field("a"), either=[["b"]])], "does not understand"),
        ([vendor("board", "board", field("a")) | {"kind": "saml"}], "does not understand"),
        ([vendor("board", "board") | {"kind": "keys"}], "does not understand"),
    ],
)
def test_vendors_that_this_version_does_not_understand(
    run: Run, stack: FakeStack, asked: list[str], vendors: object, says: str
) -> None:
    stack.on("GET", "/api/vendors", (200, {"vendors": vendors}))
    result = run("connect", "board")
    assert (result.code, asked) == (1, [])
    assert says in result.err


def test_what_is_not_said_to_be_public_is_hidden(run: Run, stack: FakeStack, asked: list[str]) -> None:
    stack.on("GET", "/api/vendors", (200, {"vendors": [{"key": "board", "kind": "keys", "fields": [{"name": "pin"}]}]}))
    stack.on("POST", f"{CONNECTIONS}/board", CONNECTED)
    assert run("connect", "board").code == 0
    assert asked == ["board, pin: "]


@pytest.mark.parametrize(
    "argv",
    [
        ("board", "--own-app"),
        ("board", "--secret-file", "x"),
        ("board", "--site", "a.example"),
        ("board", "--keep-old"),
        ("timerex", "--secrets-file", "x"),
        ("timerex", "--site", "a.example"),
        ("board", "--api-key", "s3cret"),
        ("s3cret",),
        ("slack", "s3cret"),
    ],
)
def test_options_that_do_not_go_together(run: Run, stack: FakeStack, asked: list[str], argv: tuple[str, ...]) -> None:
    result = run("connect", *argv)
    assert (result.code, asked) == (2, [])
    assert not [call for call in stack.calls if call.method == "POST"]
    assert quiet(result)


def test_a_terminal_that_cannot_hide_is_not_used(run: Run, stack: FakeStack, monkeypatch: pytest.MonkeyPatch) -> None:
    def echoing(prompt: str) -> str:
        warnings.warn("Can not control echo on the terminal.", getpass.GetPassWarning, stacklevel=2)
        return "s3cret"

    monkeypatch.setattr(getpass, "getpass", echoing)
    monkeypatch.setattr(sys, "stdin", Terminal(""))
    result = run("connect", "board")
    assert result.code == 2
    assert "cannot hide what is typed" in result.err


def test_stopped_while_asked(run: Run, stack: FakeStack, asked: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(prompt: str) -> str:
        raise KeyboardInterrupt

    monkeypatch.setattr(getpass, "getpass", stop)
    result = run("connect", "board")
    assert (result.code, result.out, result.err) == (130, "", "Stopped.\n")
    assert [call.method for call in stack.calls] == ["GET", "GET"]


def test_nothing_is_asked_where_the_workspace_is_unclear(run: Run, stack: FakeStack, asked: list[str]) -> None:
    stack.on("GET", "/api/workspaces", (200, {"workspaces": ["demo", "school"]}))
    assert (run("connect", "board").code, asked) == (2, [])


@pytest.mark.parametrize("language", ["ja", "de"])
def test_every_field_has_a_name_in_every_language(
    run: Run, stack: FakeStack, asked: list[str], monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    for row in VENDORS:
        key = row["key"]
        if row["kind"] == "keys":
            monkeypatch.setattr(sys, "stdin", Terminal("1\n" * 5))
            stack.on("POST", f"{CONNECTIONS}/{key}", CONNECTED)
            result = run("connect", key, "--language", language)
            assert result.code == 0
            known = {field["name"] for field in row["fields"]} - {"scope_hint"}
            assert not [name for name in known if name in result.err + "".join(asked)]
