import getpass
import io
import json
import sys
import webbrowser
from pathlib import Path

import pytest

from local.cli.main import main
from tests.local.cli.conftest import Run, Terminal
from tests.local.cli.fake_stack import FakeStack

CONNECTIONS = "/api/workspaces/demo/connections"
START = "https://renkei.example/oauth/hubspot/start?ticket=abc"
OLD = {
    "vendor": "hubspot",
    "state": "connected",
    "account": "123 (old)",
    "scopes": ["crm.objects.contacts.write"],
    "connected_at": "2026-11-01T00:00:00+00:00",
    "last_used_at": "2026-11-20T00:00:00+00:00",
    "warnings": ["Scope missing: crm.objects.owners.read"],
}
NEW = OLD | {"account": "456", "connected_at": "2026-11-22T00:00:00+00:00", "warnings": []}


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    addresses: list[str] = []
    monkeypatch.setattr(webbrowser, "open", addresses.append)
    return addresses


SHOWN = ["  ✓ Account: Demo", "  – 4,000 calls left today"]


CHECKS = [
    {"name": "check_account", "ok": True, "message": "Account: Demo", "remedy": ""},
    {"name": "check_quota", "ok": None, "message": "4,000 calls left today", "remedy": ""},
]
TESTED = {"ok": True, "message": "All is well.", "state": "connected", "account": "456", "name": "Demo"}


def works() -> tuple[int, object]:
    return 200, {**TESTED, "checks": CHECKS}


def lacking(check: dict[str, str]) -> tuple[int, object]:
    return 200, {**TESTED, "ok": False, "message": "Something is missing.", "checks": [*CHECKS, check | {"ok": False}]}


def of(*connections: object) -> tuple[int, object]:
    return 200, {"connections": list(connections)}


def test_connect_opens_the_browser_and_waits_for_the_new_consent(run: Run, stack: FakeStack, opened: list[str]) -> None:
    stack.on("POST", f"{CONNECTIONS}/hubspot", (200, {"url": START, "expires_at": "2026-11-22T00:10:00+00:00"}))
    # Before; still the old one; a passing failure; then the new one.
    stack.on("GET", CONNECTIONS, of(OLD), of(OLD), (503, b"down"), of(NEW))
    stack.on("POST", f"{CONNECTIONS}/hubspot/test", works())
    result = run("connect", "hubspot")
    assert result.code == 0
    assert result.out.splitlines() == ["Connected: hubspot 456", "hubspot Demo (456): All is well.", *SHOWN]
    assert START in result.err
    assert "until 2026-11-22 09:10:00" in result.err
    assert "Waiting for hubspot … 300 s left" in result.err
    assert opened == [START]
    assert stack.of("POST", f"{CONNECTIONS}/hubspot")[0].json == {"switch_account": False}
    assert len(stack.of("GET", CONNECTIONS)) == 4


def test_connect_says_what_the_new_connection_cannot_do(run: Run, stack: FakeStack, opened: list[str]) -> None:
    stack.on("POST", f"{CONNECTIONS}/hubspot", (200, {"url": START}))
    stack.on("GET", CONNECTIONS, of(OLD), of(NEW))
    missing = {"name": "check_scope", "message": "Scope missing: x", "remedy": "Agree \x1b[1mto x."}
    stack.on("POST", f"{CONNECTIONS}/hubspot/test", lacking(missing))
    result = run("connect", "hubspot")
    assert result.code == 1
    assert result.out.splitlines()[-2:] == ["  ✗ Scope missing: x", "    Agree ·[1mto x."]
    stack.on("GET", CONNECTIONS, of(OLD), of(NEW))
    as_json = json.loads(run("connect", "hubspot", "--json").out)
    assert as_json["connection"] == NEW
    assert as_json["test"]["ok"] is False
    assert as_json["test"]["checks"][2] == missing | {"ok": False}


def test_connect_stays_connected_where_the_look_afterwards_fails(run: Run, stack: FakeStack, opened: list[str]) -> None:
    stack.on("POST", f"{CONNECTIONS}/hubspot", (200, {"url": START}))
    stack.on("GET", CONNECTIONS, of(OLD), of(NEW))
    stack.on("POST", f"{CONNECTIONS}/hubspot/test", (503, b"down"))
    result = run("connect", "hubspot", "--json")
    assert result.code == 0
    assert json.loads(result.out)["connection"] == NEW
    assert "The stack failed (503" in result.err


def test_connect_names_the_flag_for_another_account(run: Run, stack: FakeStack, opened: list[str]) -> None:
    stack.on("POST", f"{CONNECTIONS}/hubspot", (200, {"url": START}))
    stack.on("GET", CONNECTIONS, of(OLD))
    assert "another account than 123 (old)" in run("connect", "hubspot", "--wait", "4").err
    refusal = {"error": {"code": "already_connected_elsewhere", "message": "It is connected to 123."}}
    stack.on("POST", f"{CONNECTIONS}/hubspot", (409, refusal))
    result = run("connect", "hubspot")
    assert (result.code, result.out) == (1, "")
    assert result.err.startswith("It is connected to 123. [already_connected_elsewhere]\n")
    assert "--switch-account" in result.err


def test_connect_gives_up_when_the_time_is_over(run: Run, stack: FakeStack, opened: list[str]) -> None:
    stack.on("POST", f"{CONNECTIONS}/hubspot", (200, {"url": START, "expires_at": None}))
    stack.on("GET", CONNECTIONS, of())
    result = run("connect", "hubspot", "--no-browser", "--switch-account", "--wait", "10")
    assert (result.code, result.out, opened) == (1, "", [])
    assert "hubspot was not connected in time" in result.err
    assert len(stack.of("GET", CONNECTIONS)) == 6
    assert stack.of("POST", f"{CONNECTIONS}/hubspot")[0].json == {"switch_account": True}

    result = run("connect", "hubspot", "--no-browser", "--wait", "0", "--json")
    assert result.code == 0
    assert json.loads(result.out) == {"url": START, "expires_at": None, "connection": None}


def test_connect_asks_for_what_a_file_needs(run: Run, stack: FakeStack, opened: list[str], tmp_path: Path) -> None:
    stack.on("POST", f"{CONNECTIONS}/hubspot", (200, {"url": START}))
    stack.on("GET", CONNECTIONS, of())
    file = tmp_path / "workspace.yaml"
    file.write_text("workspace: demo\nintegrations:\n  falcana_hubspot:\n    region: Germany\n", encoding="utf-8")
    assert run("connect", "hubspot", "--file", str(file), "--wait", "0").code == 0
    integrations = {"falcana_hubspot": {"region": "Germany"}}
    assert stack.of("POST", f"{CONNECTIONS}/hubspot")[0].json["file"] == {
        "workspace": "demo",
        "integrations": integrations,
    }
    problem = {"path": ["integrations", "falcana_hubspot", "region"], "message": "Not a country."}
    refusal = {"error": {"code": "invalid", "message": "the workspace file is wrong", "problems": [problem]}}
    stack.on("POST", f"{CONNECTIONS}/hubspot", (422, refusal))
    result = run("connect", "hubspot", "--file", str(file))
    assert result.code == 1
    assert f"{file}:4: integrations.falcana_hubspot.region: Not a country." in result.err
    assert opened == [START]


@pytest.mark.parametrize(
    ("content", "words"), [("workspace: [", "workspace.yaml:1"), ("workspace: other\n", "workspace.yaml:1: workspace")]
)
def test_connect_sends_no_bad_file(run: Run, stack: FakeStack, tmp_path: Path, content: str, words: str) -> None:
    file = tmp_path / "workspace.yaml"
    file.write_text(content, encoding="utf-8")
    result = run("connect", "hubspot", "--workspace", "demo", "--file", str(file))
    assert (result.code, words in result.err) == (2, True)
    assert stack.of("POST", f"{CONNECTIONS}/hubspot") == []


@pytest.mark.parametrize("vendor", ["board", "timerex"])
def test_a_file_is_for_a_consent_only(run: Run, stack: FakeStack, vendor: str) -> None:
    result = run("connect", vendor, "--file", "workspace.yaml")
    assert (result.code, "--file" in result.err) == (2, True)


def test_connect_opens_no_odd_address(run: Run, stack: FakeStack, opened: list[str]) -> None:
    stack.on("POST", f"{CONNECTIONS}/hubspot", (200, {"url": "file:///etc/passwd"}))
    stack.on("GET", CONNECTIONS, of())
    assert run("connect", "hubspot").code == 1
    assert opened == []


def test_connect_own_app_from_the_environment_or_a_file(
    run: Run, stack: FakeStack, opened: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stack.on("POST", f"{CONNECTIONS}/hubspot", (200, {"url": START}))
    stack.on("GET", CONNECTIONS, of())
    monkeypatch.setenv("RENKEI_HUBSPOT_CLIENT_ID", "app-1")
    monkeypatch.setenv("RENKEI_HUBSPOT_CLIENT_SECRET", "s3cret-env")
    result = run("connect", "hubspot", "--own-app", "--wait", "0")
    assert result.code == 0
    (tmp_path / "secret").write_text("s3cret-file\n", encoding="utf-8")
    other = run("connect", "hubspot", "--secret-file", "secret", "--wait", "0")
    bodies = [call.json for call in stack.of("POST", f"{CONNECTIONS}/hubspot")]
    assert [body["client_secret"] for body in bodies] == ["s3cret-env", "s3cret-file"]
    assert {body["client_id"] for body in bodies} == {"app-1"}
    assert "s3cret" not in result.out + result.err + other.out + other.err


def test_connect_salesforce_at_a_site_with_an_own_app(
    run: Run, stack: FakeStack, opened: list[str], tmp_path: Path
) -> None:
    stack.on("POST", f"{CONNECTIONS}/salesforce", (200, {"url": START}))
    stack.on("GET", CONNECTIONS, of())
    argv = ("connect", "salesforce", "--site", "test.salesforce.com", "--wait", "0")
    assert run(*argv).code == 0
    (tmp_path / "app.json").write_text('{"client_id": "app-3", "client_secret": "s3cret-json"}', encoding="utf-8")
    result = run(*argv, "--own-app", "--secrets-file", "app.json")
    assert result.code == 0
    site = {"switch_account": False, "site": "test.salesforce.com"}
    assert [call.json for call in stack.of("POST", f"{CONNECTIONS}/salesforce")] == [
        site,
        {**site, "client_id": "app-3", "client_secret": "s3cret-json"},
    ]
    assert "s3cret" not in result.out + result.err
    assert run("connect", "hubspot", "--site", "test.salesforce.com").code == 2


def test_connect_asks_for_secrets_without_echo(
    run: Run, stack: FakeStack, opened: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    stack.on("POST", f"{CONNECTIONS}/hubspot", (200, {"url": START}))
    stack.on("GET", CONNECTIONS, of())
    prompts: list[str] = []

    def hidden(prompt: str) -> str:
        prompts.append(prompt)
        return "s3cret"

    monkeypatch.setattr(getpass, "getpass", hidden)
    monkeypatch.setattr(sys, "stdin", Terminal("app-2\n"))
    assert run("connect", "hubspot", "--own-app", "--wait", "0", "--language", "ja").code == 0
    assert prompts == ["HubSpot のクライアントシークレット: "]
    body = stack.of("POST", f"{CONNECTIONS}/hubspot")[0].json
    assert (body["client_id"], body["client_secret"]) == ("app-2", "s3cret")


def test_connect_timerex_says_what_to_enter_there(
    run: Run, stack: FakeStack, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    stack.on(
        "POST", f"{CONNECTIONS}/timerex", (200, {"webhook_url": "https://r.example/webhooks/timerex/demo", "tokens": 2})
    )
    stack.on("GET", "/api/workspaces/demo", (200, {"sources": {"timerex": {"header": "authorization"}}}))
    monkeypatch.setenv("RENKEI_TIMEREX_TOKEN", "t0ken-env")
    result = run("connect", "timerex", "--keep-old")
    assert result.code == 0
    assert "https://r.example/webhooks/timerex/demo\n" in result.out
    assert "header  authorization\n" in result.out
    assert stack.of("POST", f"{CONNECTIONS}/timerex")[0].headers["accept-language"] == "en"
    assert "without --keep-old" in result.err
    (tmp_path / "token").write_text("t0ken-file\n", encoding="utf-8")
    monkeypatch.setattr(sys, "stdin", io.StringIO("t0ken-stdin\n"))
    others = [run("connect", "timerex", "--token-file", name, "--json") for name in ("token", "-")]
    assert json.loads(others[0].out)["header"] == "authorization"
    assert [call.json for call in stack.of("POST", f"{CONNECTIONS}/timerex")] == [
        {"token": "t0ken-env", "keep_old": True},
        {"token": "t0ken-file", "keep_old": False},
        {"token": "t0ken-stdin", "keep_old": False},
    ]
    assert "t0ken" not in "".join(each.out + each.err for each in (result, *others))


@pytest.mark.parametrize(
    ("token", "says"),
    [("", "RENKEI_TIMEREX_TOKEN is empty."), ("t0ken\nx-evil: 1", "more than one line"), ("t0ken日本", "characters")],
)
def test_connect_refuses_what_cannot_be_a_token(
    run: Run, stack: FakeStack, monkeypatch: pytest.MonkeyPatch, token: str, says: str
) -> None:
    monkeypatch.setenv("RENKEI_TIMEREX_TOKEN", token)
    result = run("connect", "timerex")
    assert result.code == 2
    assert says in result.err
    assert "t0ken" not in result.err
    assert stack.calls == []


def test_connect_without_anybody_to_ask(run: Run, stack: FakeStack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("never read"))
    result = run("connect", "timerex")
    assert result.code == 2
    assert "RENKEI_TIMEREX_TOKEN" in result.err
    assert "--token-file" in result.err
    assert stack.calls == []


@pytest.mark.parametrize(
    "argv", [("timerex", "--own-app"), ("hubspot", "--keep-old"), ("dropbox",), ("hubspot", "extra")]
)
def test_connect_refuses_options_that_do_not_go_together(run: Run, stack: FakeStack, argv: tuple[str, ...]) -> None:
    assert run("connect", *argv).code == 2
    assert stack.calls == []


@pytest.mark.parametrize("argv", [("--token", "t0ken"), ("--token=t0ken",), ("t0ken",)])
def test_secrets_on_the_command_line_are_refused_and_not_repeated(
    run: Run, stack: FakeStack, argv: tuple[str, ...]
) -> None:
    result = run("connect", "timerex", *argv)
    assert result.code == 2
    assert "Secrets are never given on the command line." in result.err
    assert "t0ken" not in result.out + result.err
    assert stack.calls == []


def test_connections(run: Run, stack: FakeStack) -> None:
    idle = OLD | {"idle_until": "2027-05-19T00:00:00+00:00"}
    stack.on("GET", CONNECTIONS, of(idle, {"vendor": "timerex", "state": "connected", "account": None}))
    result = run("connections")
    assert result.code == 0
    assert result.out.splitlines() == [
        "Vendor   State      Account    Connected            Last used            Unused, ends",
        "hubspot  connected  123 (old)  2026-11-01 09:00:00  2026-11-20 09:00:00  2027-05-19 09:00:00",
        "timerex  connected",
    ]
    assert result.err == "Warning: hubspot: Scope missing: crm.objects.owners.read\n"
    assert json.loads(run("connections", "--json").out)["connections"][0] == idle
    stack.on("GET", CONNECTIONS, of())
    assert run("connections").code == 1


def test_connections_say_what_is_broken_and_what_expired(run: Run, stack: FakeStack) -> None:
    times = {"broken_at": "2026-11-21T00:00:00+00:00", "expired_at": "2026-11-20T00:00:00+00:00"}
    broken = {"vendor": "board", "state": "reconnect", "cause": "key_refused", "message": "board refuses the key."}
    expired = {"vendor": "slack", "state": "expired", **times}
    stack.on("GET", CONNECTIONS, of(broken | times, expired, {"vendor": "falcana", "state": "reconnect"}))
    lines = run("connections").out.splitlines()[4:]
    assert lines[0].startswith("board: broken since 2026-11-21 09:00:00: board refuses the key. [key_refused] Mend it ")
    assert "`renkei connect board`" in lines[0]
    assert lines[1].startswith("slack: expired at 2026-11-20 09:00:00")
    assert lines[2].startswith("falcana: broken since ?: ?")


def test_test_connection(run: Run, stack: FakeStack, monkeypatch: pytest.MonkeyPatch) -> None:
    stack.on("POST", f"{CONNECTIONS}/hubspot/test", works())
    result = run("test-connection", "hubspot")
    assert (result.code, result.out.splitlines()) == (0, ["hubspot Demo (456): All is well.", *SHOWN])
    assert result.err == "Checking hubspot …\n"
    assert stack.calls[-1].body == b""
    missing = {"name": "check_api", "message": "The API is off.", "remedy": "Switch it on.", "key": "s3cret"}
    stack.on("POST", f"{CONNECTIONS}/hubspot/test", lacking(missing))
    assert "s3cret" not in run("test-connection", "hubspot", "--json").out
    # A Japanese Windows terminal has none of the signs.
    plain = io.TextIOWrapper(buffer := io.BytesIO(), encoding="cp932")
    monkeypatch.setattr(sys, "stdout", plain)
    assert main(["test-connection", "hubspot"]) == 1
    assert buffer.getvalue().decode("cp932").splitlines() == [
        "hubspot Demo (456): Something is missing.",
        "  OK Account: Demo",
        "  -- 4,000 calls left today",
        "  NO The API is off.",
        "     Switch it on.",
    ]


def test_test_connection_of_all(run: Run, stack: FakeStack) -> None:
    others = [{"vendor": "slack", "state": "disconnected"}, {"vendor": "timerex", "state": "connected"}]
    stack.on("GET", CONNECTIONS, of(OLD, {"vendor": "board", "state": "reconnect"}, *others))
    stack.on("POST", f"{CONNECTIONS}/hubspot/test", works())
    refusal = {"error": {"code": "not_connected", "message": "board is not connected"}}
    stack.on("POST", f"{CONNECTIONS}/board/test", works(), (404, refusal), (503, b""), (200, {"ok": "yes"}))
    assert run("test-connection").code == 0
    result = run("test-connection", "--json")
    assert result.code == 1
    told = json.loads(result.out)
    assert (told["ok"], [test["ok"] for test in told["connections"]]) == (False, [True, False])
    assert told["connections"][1]["code"] == "not_connected"
    assert "board: board is not connected [not_connected]" in result.err
    assert json.loads(run("test-connection", "--json").out)["connections"][1]["code"] == "server"
    assert run("test-connection").code == 1
    stack.on("GET", CONNECTIONS, of(*others))
    assert (run("test-connection").code, run("test-connection", "timerex").code) == (1, 2)
    assert json.loads(run("test-connection", "--json").out) == {"ok": False, "connections": []}
