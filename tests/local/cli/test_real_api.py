"""The commands against the real handlers in process: what these answer is what they read, and the other way round."""

import getpass
import json
import sys
import threading
import webbrowser
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

import pytest

import console.app
import webhooks.app
from local.sandbox import board, calendly, hubspot, mailchimp, slack
from local.sandbox.falcana import Falcana
from local.sandbox.inprocess import WsgiAdapter
from local.sandbox.server import serve
from tests.functions.hubspot_to_board.admin import connected
from tests.harness import PUBLIC, REGION, SANDBOXES, Context, Stack, booking, http_event, running
from tests.local.cli.conftest import Run, Terminal
from tests.local.cli.fake_stack import Answer, FakeStack

EVENTS = Path(__file__).parents[3] / "events"
EXAMPLE = Path(__file__).parents[3] / "docs" / "workspace.example.yaml"
BOARD_EXAMPLE = EXAMPLE.with_name("workspace.hubspot-board.example.yaml")


class RealStack(FakeStack):
    """Hands what arrives to the console's handler, as API Gateway does."""

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Answer:
        self.region = REGION
        if target.startswith("/webhooks/"):
            return self.received(target, headers, body)
        if not self.signed_rightly(method, target, headers, body):
            return 403, {"message": "Forbidden"}
        parts = urlsplit(target)
        names = {name.lower(): value for name, value in headers.items()}
        event = http_event(method, parts.path, body.decode() or None, names, parts.query)
        event["queryStringParameters"] = dict(parse_qsl(parts.query))
        answer = console.app.handler(event, Context())  # type: ignore[arg-type]
        return answer["statusCode"], answer["body"].encode()

    def received(self, path: str, headers: dict[str, str], body: bytes) -> Answer:
        """Hand what a scheduler sends to the receiver, as API Gateway does."""
        _, _, vendor, workspace = path.split("/")
        event = http_event("POST", path, body.decode(), headers)
        event["pathParameters"] = {"vendor": vendor, "workspace": workspace}
        answer = webhooks.app.handler(event, Context())  # type: ignore[arg-type]
        return answer["statusCode"], answer["body"].encode()


@pytest.fixture
def real() -> Iterator[Stack]:
    with running() as stack:
        falcana = Falcana(stack.clock, sleep=stack.clock.sleep)
        stack.platform.session.mount(f"{SANDBOXES}/falcana", WsgiAdapter(falcana, "/falcana"))
        yield stack


@pytest.fixture
def stack(real: Stack) -> Iterator[FakeStack]:
    bridge = RealStack()
    real.board.settings.burst_limit = None  # the clock stands still, so a second never ends
    yield bridge
    bridge.close()


@pytest.fixture
def waiting(real: Stack) -> list[str]:
    """Three bookings that wait for a connection that broke; their ids."""
    real.set_up()
    real.hubspot.uninstall(111111)
    for number in range(3):
        real.post(booking(number))
    real.work()
    found = real.deliveries("parked")
    assert len(found) == 3
    return [row["id"] for row in found]


def test_connect_consents_and_shows_what_works(run: Run, real: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    real.connect()
    real.clock.sleep(60)

    def person(url: str) -> None:
        started = real.browse(url)
        real.browse(real.consent(started["headers"]["location"]), started["cookies"][0].partition(";")[0])

    monkeypatch.setattr(webbrowser, "open", person)
    result = run("connect", "hubspot", "--language", "de")
    assert result.code == 0, result.err
    assert "Verbunden: hubspot 111111" in result.out
    assert "Die Verbindung wurde erfolgreich hergestellt." in result.out
    assert "✓" in result.out
    assert "✗" not in result.out


def test_apply_and_export_the_example(run: Run, real: Stack) -> None:
    real.connect()
    assert run("apply", str(EXAMPLE)).code == 0
    exported = run("export").out
    assert "    - {mail: technik@example.com, language: de}\nconnections:\n  hubspot:\n" in exported
    Path("again.yaml").write_text(exported, encoding="utf-8")
    assert run("apply", "again.yaml").code == 0
    assert run("export").out == exported


def test_a_broken_connection_is_shown_and_tested(run: Run, waiting: list[str]) -> None:
    shown = run("connections")
    assert shown.code == 0
    assert "hubspot: broken since 2026-11-22 12:00:00: " in shown.out
    tested = run("test-connection")
    assert tested.code == 1
    assert "✗" in tested.out


def test_disconnect_needs_a_decision_and_does_it(run: Run, real: Stack, waiting: list[str]) -> None:
    undecided = run("disconnect", "hubspot", "--yes")
    assert undecided.code == 1
    assert "3 waiting; nothing was changed" in undecided.err
    assert all(delivery in undecided.out for delivery in waiting)
    result = run("disconnect", "hubspot", "--discard", "--forget", "--yes", "--json")
    assert result.code == 0, result.err
    told = json.loads(result.out)
    assert (told["discarded"], told["waiting"], told["complete"]) == (3, 0, True)
    assert {row["state"] for row in real.deliveries()} == {"skipped"}
    assert run("test-connection", "hubspot").code == 1


def test_retry_and_discard_all(run: Run, real: Stack, waiting: list[str]) -> None:
    cause = real.deliveries("parked")[0]["reason"]
    assert run("retry", "--cause", "no_such_cause").code == 1
    result = run("retry", "--cause", cause, "--connection", "hubspot", "--json")
    assert (result.code, json.loads(result.out)["done"]) == (0, 3), result.err
    assert len(real.deliveries("pending")) == 3
    one = run("discard", waiting[0], "--yes")
    assert (one.code, one.out) == (0, f"{waiting[0]}: skipped\n")
    assert "[nothing_to_retry]" in run("retry", waiting[0]).err
    result = run("discard", "--connection", "hubspot", "--yes")
    assert (result.code, len(real.deliveries("pending"))) == (0, 0)
    assert "[bad_filter]" in run("retry", "--connection", "timerex").err


@pytest.mark.parametrize(
    ("vendor", "keys"),
    [
        ("board", vars(board.DEMO)),
        ("mailchimp", vars(mailchimp.DEMO)),
        ("slack", {"bot_token": slack.DEMO.bot_token}),
        ("slack", {"hook_url": f"{SANDBOXES}/slack{slack.DEMO.hook}"}),
        ("falcana", {"base_url": f"{SANDBOXES}/falcana", "client_id": "demo-client", "client_secret": "demo-secret"}),
        ("hubspot", {"access_token": hubspot.demo_key(111111)}),
    ],
    ids=lambda value: value if isinstance(value, str) else "+".join(value),
)
def test_keys_are_looked_at_saved_tested_and_ended(run: Run, real: Stack, vendor: str, keys: dict[str, str]) -> None:
    Path("keys.json").write_text(json.dumps(keys), encoding="utf-8")
    argv = ("--workspace", "demo", "--language", "de")
    by_token = ("--token",) if vendor == "hubspot" else ()
    connected = run("connect", vendor, *by_token, "--secrets-file", "keys.json", *argv)
    assert connected.code == 0, connected.err
    assert "Die Verbindung wurde erfolgreich hergestellt." in connected.out
    assert "✗" not in connected.out
    tested = run("test-connection", *argv)
    assert tested.code == 0
    # Whose calls are counted is known only once it is connected.
    assert _without_calls(connected.out)[1:] == _without_calls(tested.out)
    shown = run("connections", *argv)
    ended = run("disconnect", vendor, "--yes", *argv)
    assert (ended.code, ended.out) == (0, f"Getrennt: {vendor}\n")
    # Only a bot token can be revoked by itself.
    assert ("bleibt von Hand zu tun" in ended.err) is ("bot_token" not in keys)
    everything = "".join(result.out + result.err for result in (connected, tested, shown, ended))
    assert not [name for name, value in keys.items() if value in everything and name not in ("base_url", "audience")]


def _without_calls(said: str) -> list[str]:
    return [line for line in said.splitlines() if "Aufrufe" not in line]


@pytest.mark.parametrize("vendor", ["board", "mailchimp", "slack", "falcana"])
def test_wrong_keys_are_refused_with_a_reason(
    run: Run, real: Stack, monkeypatch: pytest.MonkeyPatch, vendor: str
) -> None:
    monkeypatch.setattr(getpass, "getpass", lambda _: "s3cret0123456789abcdef0123456789-us21")
    monkeypatch.setattr(sys, "stdin", Terminal(f"{SANDBOXES}/falcana\nclient\n" if vendor == "falcana" else "2\n"))
    result = run("connect", vendor, "--workspace", "demo")
    assert result.code == 1
    assert "Nothing was saved." in result.err
    assert "s3cret" not in result.out + result.err
    assert run("connections", "--workspace", "demo").code == 1


def test_another_account_names_the_flag(run: Run, real: Stack) -> None:
    for number, keys in enumerate((board.DEMO, board.OTHER)):
        Path(f"{number}.json").write_text(json.dumps(vars(keys)), encoding="utf-8")
    argv = ("connect", "board", "--workspace", "demo", "--secrets-file")
    assert run(*argv, "0.json").code == 0
    refused = run(*argv, "1.json")
    assert refused.code == 1
    assert "[already_connected_elsewhere]" in refused.err
    assert "--switch-account" in refused.err
    assert run(*argv, "1.json", "--switch-account").code == 0


def test_salesforce_starts_at_the_site_that_was_chosen(run: Run, real: Stack) -> None:
    argv = ("connect", "salesforce", "--wait", "0", "--no-browser", "--workspace", "demo")
    assert run(*argv, "--json").code == 0
    assert "[bad_site]" in run(*argv, "--site", "evil.example").err


RECORDED = {
    "timerex": "event_confirmed.json",
    "calendly": "invitee_created.json",
    "calcom": "booking_created.json",
}


@pytest.mark.parametrize("source", RECORDED)
def test_every_scheduler_is_connected_played_and_ended(run: Run, real: Stack, source: str) -> None:
    real.set_up()
    argv = ("--workspace", "demo")
    if source == "timerex":
        secret = "timerex-security-token-0002"
        Path("secret").write_text(secret, encoding="utf-8")
        assert run("connect", source, "--token-file", "secret", *argv).code == 0
    else:
        made = run("connect", source, "--generate", "--json", *argv)
        secret = json.loads(made.out)["token"]
        Path("secret").write_text(secret, encoding="utf-8")
    (shown,) = json.loads(run("sources", source, "--json", *argv).out)["sources"]
    assert (shown["connected"], shown["tokens"]) == (True, 1)
    file = str(EVENTS / source / RECORDED[source])
    previewed = json.loads(run("preview", file, "--json", *argv).out)
    assert (previewed["integration"], previewed["outcome"]) == ("booking_to_hubspot", "delivered")
    sent = run("send", file, "--token-file", "secret", *argv)
    assert sent.out == "Accepted: 1, repeated: 0, skipped: 0\n", sent.err
    real.work()
    again = run("send", file, "--token-file", "secret", "--wait", *argv)
    assert again.code == 0, again.err
    assert f"booking_to_hubspot.{source}." in again.out
    assert len(real.the("contacts")) == 1
    Path("secret").write_text("another-secret-0000001", encoding="utf-8")
    refused = run("send", file, "--token-file", "secret", *argv)
    assert (refused.code, f"`renkei connect {source}`" in refused.err) == (1, True)
    assert run("disconnect", source, "--yes", *argv).code == 0
    Path("secret").write_text(secret, encoding="utf-8")
    assert run("send", file, "--token-file", "secret", *argv).code == 1
    assert run("disconnect", source, "--yes", *argv).code == 1


def test_a_school_is_connected_played_and_ended(run: Run, real: Stack) -> None:
    argv, file = ("--workspace", "demo"), str(EVENTS / "lms" / "user_created.json")
    assert real.api("PUT", "/api/workspaces/demo", {"workspace": "demo"})[0] == 200
    secrets = [json.loads(run("connect", "lms", "--generate", "--json", *argv).out)["token"]]
    secrets.append(json.loads(run("connect", "lms", "--generate", "--keep-old", "--json", *argv).out)["token"])
    (shown,) = json.loads(run("sources", "lms", "--json", *argv).out)["sources"]
    assert (shown["connected"], shown["tokens"], shown["header"]) == (True, 2, "webhook-signature")
    for secret, told in zip(secrets, ("Accepted: 3, repeated: 0", "Accepted: 0, repeated: 3"), strict=True):
        Path("secret").write_text(secret, encoding="utf-8")
        sent = run("send", file, "--token-file", "secret", *argv)
        assert sent.out == f"{told}, skipped: 0\n", sent.err
    wrong = json.loads(Path(file).read_text("utf-8"))
    wrong["data"]["user"]["email"] = None
    Path("wrong.json").write_text(json.dumps(wrong), encoding="utf-8")
    refused = run("send", "wrong.json", "--token-file", "secret", *argv)
    assert (refused.code, "data.user.email is missing or not a mail address" in refused.err) == (1, True)
    Path("secret").write_text(f"whsec_{'A' * 32}", encoding="utf-8")
    refused = run("send", file, "--token-file", "secret", *argv)
    assert (refused.code, "`renkei connect lms`" in refused.err) == (1, True)
    assert run("disconnect", "lms", "--yes", *argv).code == 0
    assert run("disconnect", "lms", "--yes", *argv).code == 1


def test_what_calendly_was_given_is_what_the_receiver_takes(
    run: Run, real: Stack, monkeypatch: pytest.MonkeyPatch
) -> None:
    real.set_up()
    sandbox = calendly.Calendly(real.clock)
    server = serve({"calendly": sandbox}, port=0)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    monkeypatch.setenv("RENKEI_CALENDLY_URL", f"http://127.0.0.1:{server.port}/calendly")
    monkeypatch.setenv("CALENDLY_TOKEN", calendly.DEMO.token)
    argv = ("--workspace", "demo")
    keys, addresses = [], set()
    for more in ((), ("--replace",), ("--replace",)):
        assert run("sources", "calendly", "--create", *more, *argv).code == 0
        (subscription,) = sandbox.subscriptions.values()
        keys.append(str(subscription.signing_key))
        addresses.add(subscription.callback_url)
    server.shutdown()
    server.server_close()
    thread.join(5)
    answers = []
    for key in keys:
        monkeypatch.setenv("RENKEI_CALENDLY_SIGNING_KEY", key)
        answers.append(run("send", str(EVENTS / "calendly" / "invitee_created.json"), *argv).code)
    assert answers == [1, 0, 0], "the newest two are valid"
    assert addresses == {f"{PUBLIC}/webhooks/calendly/demo"}
    assert calendly.DEMO.token not in json.dumps(real.api("GET", "/api/workspaces/demo/connections")[1])


def test_board_from_the_first_look_to_linked_clients(run: Run, real: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    handed = RealStack.answer

    def worked_first(self: RealStack, method: str, target: str, headers: dict[str, str], body: bytes) -> Answer:
        if method == "GET" and "/deliveries/" in target:
            real.work()
        return handed(self, method, target, headers, body)

    monkeypatch.setattr(RealStack, "answer", worked_first)
    real.workspace = "eigyo"
    connected(real)
    assert '- {status: 受注済, stage: "8001005"}' in run("board", "pipelines", "--rows").out
    assert run("apply", str(BOARD_EXAMPLE)).code == 0
    assert run("export", "--output", "again.yaml").code == 0
    assert run("apply", "again.yaml").code == 0
    for number in range(3):
        real.board.seed("clients", {"name": f"株式会社{number}", "name_disp": str(number)})
    dry = run("board", "push-clients", "--dry-run")
    assert (dry.code, "made: 3" in dry.out, real.the("companies")) == (0, True, []), dry.err
    assert run("board", "push-clients").code == 0
    made = {one["properties"]["name"]: one["id"] for one in real.the("companies")}
    assert set(made) == {"株式会社0", "株式会社1", "株式会社2"}
    real.clock.sleep(1)
    again = run("board", "push-clients", "--json")
    assert json.loads(again.out)["outcome"]["linked_before"] == "3"
    assert len(real.the("companies")) == 3
    user = real.board.seed("users", {"email": "h@example.co.jp", "last_name": "山田"})
    assert str(user) in run("board", "users").out
    assert "Linked: deals 0, companies 3" in run("board", "status").out
    argv = ("--company", made["株式会社0"])
    assert run("board", "unlink", *argv).code == 0
    assert "[board_tool_not_linked]" in run("board", "unlink", *argv).err
    other = real.board.seed("clients", {"name": "別の会社", "name_disp": "別"})
    linked = run("board", "link", *argv, "--client", str(other))
    assert (linked.code, "“株式会社0”" in linked.out, "“別の会社”" in linked.out) == (0, True, True)
    synced = run("board", "sync")
    assert (synced.code, synced.out[:5]) == (0, "Done."), synced.err
