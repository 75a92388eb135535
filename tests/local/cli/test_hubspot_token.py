"""Connecting HubSpot by a token: where consent would do as well, it has to be asked for."""

from pathlib import Path

import pytest

from tests.local.cli import test_keys
from tests.local.cli.conftest import Run
from tests.local.cli.fake_stack import FakeStack
from tests.local.cli.test_keys import CONNECTED, CONNECTIONS, quiet, sent

asked = test_keys.asked


def test_where_consent_or_a_token_will_do_the_token_is_asked_for(
    run: Run, stack: FakeStack, asked: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    left = {"not_revoked": [{"code": "hubspot_end_key", "message": "Delete the other key in HubSpot."}]}
    stack.on("POST", f"{CONNECTIONS}/hubspot", CONNECTED, (200, {**CONNECTED[1], **left}), CONNECTED)
    results = [run("connect", "hubspot", "--token", "--language", "ja")]
    assert asked == ["HubSpot のサービスキーまたはトークン: "]
    assert sent(stack, "hubspot") == {"switch_account": False, "secrets": {"access_token": "s3cret-1"}}
    (tmp_path / "keys").write_text("access_token=s3cret-file\n", encoding="utf-8")
    (tmp_path / "workspace.yaml").write_text("workspace: demo\n", encoding="utf-8")
    options = ("--secrets-file", "keys", "--file", "workspace.yaml", "--switch-account")
    results.append(run("connect", "hubspot", "--token", *options))
    secrets = {"access_token": "s3cret-file"}
    assert sent(stack, "hubspot") == {"switch_account": True, "secrets": secrets, "file": {"workspace": "demo"}}
    assert "  - Delete the other key in HubSpot.\n" in results[-1].err
    monkeypatch.setenv("RENKEI_HUBSPOT_ACCESS_TOKEN", "s3cret-env")
    results.append(run("connect", "hubspot", "--token"))
    assert sent(stack, "hubspot")["secrets"] == {"access_token": "s3cret-env"}
    assert [result.code for result in results] == [0, 0, 0]
    assert quiet(*results)


@pytest.mark.parametrize(
    ("argv", "names"),
    [
        (("hubspot", "--token", "--own-app"), "--own-app"),
        (("hubspot", "--token", "--secret-file", "app"), "--secret-file"),
        (("hubspot", "--token", "--site", "a.example"), "--site"),
        (("salesforce", "--token"), "--token"),
        (("board", "--token"), "--token"),
        (("timerex", "--token"), "--token"),
        (("hubspot", "--token=s3cret"), "--token"),
    ],
)
def test_a_token_is_refused_where_it_does_not_go(
    run: Run, stack: FakeStack, asked: list[str], argv: tuple[str, ...], names: str
) -> None:
    result = run("connect", *argv, "--language", "de")
    assert (result.code, names in result.err, asked) == (2, True, [])
    assert quiet(result)
    assert [call.path for call in stack.calls] in ([], ["/api/vendors"])


def test_who_agrees_where_a_token_was_entered_is_told_of_the_other_way(run: Run, stack: FakeStack) -> None:
    stack.on("POST", f"{CONNECTIONS}/hubspot", (200, {"url": "https://vendor.example/start"}))
    for found, told in (([], True), (["oauth"], False)):
        row = {"vendor": "hubspot", "state": "connected", "account": "1", "scopes": found}
        stack.on("GET", CONNECTIONS, (200, {"connections": [row]}))
        result = run("connect", "hubspot", "--no-browser", "--wait", "0")
        assert ("renkei connect hubspot --token" in result.err) is told
