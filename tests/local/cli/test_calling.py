"""Where calls go, how they are signed, and what is said when they fail."""

import json
import re
import socket
from pathlib import Path
from string import Formatter

import pytest
import requests

from local.cli.errors import Failure, Misuse
from local.cli.main import main
from local.cli.place import find_place
from local.cli.signing import Signer, credentials_for, is_loopback, region_of
from local.cli.texts import LANGUAGES, TEXTS, language_of
from tests.local.cli.conftest import Run
from tests.local.cli.fake_stack import FakeStack

CONNECTIONS = "/api/workspaces/demo/connections"
DEPLOYED = "https://abc123.execute-api.eu-central-1.amazonaws.com"
COMMANDS = (
    *("apply", "export", "properties", "connect", "disconnect"),
    *("test-connection", "connections", "notices", "sources"),
    *("deliveries", "retry", "discard", "send", "preview"),
    *("board sync", "board push-clients", "board pipelines", "board users"),
    *("board status", "board link", "board unlink"),
)


@pytest.fixture
def connected(stack: FakeStack) -> FakeStack:
    stack.on("GET", CONNECTIONS, (200, {"connections": [{"vendor": "hubspot", "state": "connected"}]}))
    return stack


def test_local_calls_are_signed_with_fixed_credentials(run: Run, connected: FakeStack) -> None:
    assert run("connections").code == 0
    assert "Credential=test/" in connected.calls[-1].headers["Authorization"]


def test_local_calls_are_signed_with_those_of_the_environment(
    run: Run, connected: FakeStack, monkeypatch: pytest.MonkeyPatch
) -> None:
    connected.keys, connected.region = {"AKIAEXAMPLE": "very/secret"}, "ap-northeast-1"
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "very/secret")
    monkeypatch.setenv("AWS_SESSION_TOKEN", "session")
    monkeypatch.setenv("AWS_REGION", "ap-northeast-1")
    result = run("connections", "--json")
    assert result.code == 0
    headers = connected.calls[-1].headers
    assert headers["X-Amz-Security-Token"] == "session"
    assert "x-amz-security-token" in headers["Authorization"]
    assert "secret" not in result.out + result.err


def test_the_stack_refuses_a_wrong_signature(run: Run, connected: FakeStack, monkeypatch: pytest.MonkeyPatch) -> None:
    connected.keys = {"test": "another"}
    result = run("connections")
    assert result.code == 1
    assert "AWS refused the call (403: Forbidden)" in result.err
    assert "AWS_PROFILE" in result.err


def test_deployed_stacks_are_signed_for_by_the_default_chain(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws" / "credentials").write_text(
        "[admin]\naws_access_key_id = AKIAADMIN\naws_secret_access_key = hush\n", encoding="utf-8"
    )
    (tmp_path / ".aws" / "config").write_text("[profile admin]\nregion = ap-northeast-1\n", encoding="utf-8")
    monkeypatch.setenv("AWS_PROFILE", "admin")
    credentials = credentials_for(DEPLOYED, {})
    assert (credentials.access_key, credentials.secret_key) == ("AKIAADMIN", "hush")
    # A domain of one's own tells no region; the profile does.
    assert region_of("https://renkei.example", {}, "") == "ap-northeast-1"
    request = requests.Request("GET", f"{DEPLOYED}/api/workspaces", auth=Signer(credentials, "eu-central-1")).prepare()
    assert "/eu-central-1/execute-api/aws4_request" in request.headers["Authorization"]
    monkeypatch.setenv("AWS_PROFILE", "misspelt")
    with pytest.raises(Failure, match="no_credentials"):
        credentials_for(DEPLOYED, {})


def test_deployed_stack_without_credentials(run: Run) -> None:
    result = run("--url", DEPLOYED, "connections")
    assert result.code == 1
    assert "No usable AWS credentials" in result.err
    assert "AWS_PROFILE" in result.err


def test_region() -> None:
    assert region_of(DEPLOYED, {"AWS_REGION": "us-west-2"}, "x") == "eu-central-1"
    assert region_of("http://127.0.0.1:3000", {"AWS_DEFAULT_REGION": "us-west-2"}, "x") == "us-west-2"
    assert region_of("http://127.0.0.1:3000", {}, "ap-northeast-1") == "ap-northeast-1"
    with pytest.raises(Misuse, match="no_region"):
        region_of("https://renkei.example", {}, "")
    assert region_of("https://abc.execute-api.us-west-2.amazonaws.com.evil.example", {"AWS_REGION": "r"}, "") == "r"


def test_place_is_found_in_the_project(tmp_path: Path) -> None:
    project, deep = tmp_path / "project", tmp_path / "project" / "a" / "b"
    deep.mkdir(parents=True)
    (tmp_path / ".local").mkdir()
    (tmp_path / ".local" / "stack.json").write_text('{"url": "http://127.0.0.1:1"}', encoding="utf-8")
    (project / "pyproject.toml").touch()
    with pytest.raises(Misuse, match="no_url"):
        find_place(None, {}, deep)
    (project / ".local").mkdir()
    file = project / ".local" / "stack.json"
    file.write_text('{"url": "http://127.0.0.1:3000/", "region": "ap-northeast-1"}', encoding="utf-8")
    place = find_place(None, {}, deep)
    assert (place.url, place.region) == ("http://127.0.0.1:3000", "ap-northeast-1")
    assert find_place(None, {"RENKEI_URL": "http://127.0.0.1:2"}, deep).url == "http://127.0.0.1:2"
    assert find_place(DEPLOYED, {"RENKEI_URL": "http://127.0.0.1:2"}, deep).url == DEPLOYED
    for content in ("{", "[]", "{}"):
        file.write_text(content, encoding="utf-8")
        with pytest.raises(Misuse, match="bad_stack_file"):
            find_place(None, {}, deep)


@pytest.mark.parametrize(
    "url", ["http://renkei.example", "ftp://127.0.0.1", "renkei", "https://", "https://a:x", f"{DEPLOYED}?a"]
)
def test_addresses_that_are_not_fit_for_secrets(run: Run, url: str) -> None:
    result = run("--url", url, "connections")
    assert result.code == 2
    assert "https:// address is needed" in result.err


def test_loopback() -> None:
    assert all(is_loopback(f"http://{host}:1") for host in ("localhost", "127.0.0.1", "127.1.2.3", "[::1]"))
    assert not any(is_loopback(f"http://{host}") for host in ("localhost.evil.example", "10.0.0.1", "127.0.0.1.x"))


def test_no_url(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RENKEI_URL")
    result = run("connections")
    assert result.code == 2
    assert "RENKEI_URL" in result.err


def test_nobody_listens(run: Run) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{free.getsockname()[1]}"
        result = run("--url", url, "connections")
    assert result.code == 1
    assert f"{url} does not answer" in result.err
    assert "Connection refused" in result.err


def test_no_answer_in_time(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("local.cli.client.TIME_OUT", (0.2, 0.2))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        result = run("--url", f"http://127.0.0.1:{silent.getsockname()[1]}", "connections")
    assert result.code == 1
    assert "took too long to answer" in result.err


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        ((403, {"Message": "User is not authorized"}), "AWS refused the call (403: User is not authorized)"),
        ((403, {"error": {"code": "forbidden", "message": "Not yours."}}), "Not yours. [forbidden]"),
        ((404, {"error": {"code": "unknown_workspace", "message": "No such workspace."}}), "[unknown_workspace]"),
        ((404, {"message": "Not Found"}), "There is no Renkei API at"),
        ((301, b""), "There is no Renkei API at"),
        ((429, {"message": "Too Many Requests"}), "(429)"),
        ((500, {"message": "Internal Server Error"}), "The stack failed (500, request request-7)"),
        ((503, {"error": {"code": "store_down", "message": "Try again."}}), "Try again. [store_down] The fault is on"),
        ((502, b"<html>"), "The stack failed (502"),
        ((200, b"<html>"), "does not understand (200)"),
        ((200, []), "does not understand (200)"),
        ((204, b""), "does not understand (204)"),
        ((418, {"error": "tea"}), "does not understand (418)"),
    ],
)
def test_failures_say_what_to_do(run: Run, stack: FakeStack, answer: tuple[int, object], says: str) -> None:
    stack.on("GET", CONNECTIONS, answer)
    result = run("connections", "--workspace", "demo")
    assert (result.code, result.out) == (1, "")
    assert says in result.err


def test_odd_shapes_do_not_crash(run: Run, stack: FakeStack) -> None:
    odd = {"connections": [1, {"vendor": {}, "warnings": 3}]}
    stack.on("GET", CONNECTIONS, (200, {}), (200, {"connections": None}), (200, odd))
    assert [run("connections").code for _ in range(3)] == [1, 1, 0]
    stack.on("GET", "/api/workspaces/demo/deliveries", (200, {"deliveries": [{"warnings": "x"}], "next": {}}))
    assert run("deliveries").code == 0
    stack.on("PUT", "/api/workspaces/demo", (422, {"error": {"message": "x", "problems": [{"path": 3}, 4]}}))
    Path("w.yaml").write_text("workspace: demo\n", encoding="utf-8")
    assert run("apply", "w.yaml").code == 1


def test_the_only_workspace_is_taken(run: Run, stack: FakeStack, connected: FakeStack) -> None:
    stack.on("GET", "/api/workspaces", (200, {"workspaces": ["demo", "school"]}))
    result = run("connections")
    assert result.code == 2
    assert "demo, school" in result.err
    assert run("connections", "--workspace", "demo").code == 0
    stack.on("GET", "/api/workspaces", (200, {"workspaces": []}))
    result = run("connections")
    assert result.code == 1
    assert "--workspace demo connect hubspot" in result.err


def test_stopped_by_the_person(run: Run, connected: FakeStack, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("local.cli.connection_commands.rows", stop)
    assert run("connections", "--workspace", "demo").code == 130


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help_with_an_example(run: Run, language: str, command: str) -> None:
    result = run("--language", language, *command.split(), "--help")
    assert result.code == 0
    assert re.search(rf"(Example|例|Beispiel): renkei {command}", result.out)


def test_help_is_in_the_language_of_the_locale(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANG", "de_DE.UTF-8")
    assert "Rückgabewerte" in run("--help").out
    assert "終了コード" in run("--help", "--language", "ja").out
    assert run("--language", "fr", "connections").code == 2
    assert run().code == 2
    assert language_of({"LANG": "de_DE.UTF-8", "LC_ALL": "ja_JP"}) == "ja"
    assert language_of({"LANG": "C"}) == "en"


def test_texts_say_the_same_in_every_language() -> None:
    for key, texts in TEXTS.items():
        assert len(texts) == len(LANGUAGES), key
        assert all(texts), key
        names = [{name for _, name, _, _ in Formatter().parse(text) if name} for text in texts]
        assert names[0] == names[1] == names[2], key


def test_entry_point_takes_the_process_arguments(
    connected: FakeStack, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["renkei", "--url", connected.url, "connections", "--json"])
    assert main() == 0
    assert json.loads(capsys.readouterr().out)["connections"][0]["vendor"] == "hubspot"
