"""`renkei sources calendly --create` against the sandbox Calendly on a port: one subscription, whatever happens."""

import getpass
import json
import sys
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from local.cli.context import Pause
from local.sandbox.calendly import DEMO, MEMBER, Calendly
from local.sandbox.calendly.accounts import SCOPES, Subscription
from local.sandbox.faults import Fault
from local.sandbox.server import serve
from tests.local.cli.conftest import NOW, Result, Run, Terminal
from tests.local.cli.fake_stack import Answer, FakeStack

SOURCES = "/api/workspaces/demo/sources"
CONNECTION = "/api/workspaces/demo/connections/calendly"
HOOK = "https://renkei.example.com/webhooks/calendly/demo"
CREATE = ("sources", "calendly", "--create")
OLD_KEY = "the-key-used-so-far-1"


class KeyStack(FakeStack):
    """Keeps Calendly's signing keys as the real one does: two at once."""

    def __init__(self) -> None:
        super().__init__()
        self.signing_keys: list[str] = []
        self.watch: Callable[[], object] = lambda: None

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Answer:
        laid_down = super().answer(method, target, headers, body)
        if laid_down[0] != 200:
            return laid_down
        if (method, target) == ("POST", CONNECTION):
            self.watch()
            told = json.loads(body)
            others = [key for key in self.signing_keys if key != told["token"]]
            self.signing_keys = others if told.get("take_back") else [told["token"], *others][:2]
        count = len(self.signing_keys)
        row = {"key": "calendly", "title": "Calendly", "webhook_url": HOOK, "connected": count > 0, "tokens": count}
        proof = {"proof": "signature", "header": "calendly-webhook-signature"}
        return 200, {**row, **proof, "sources": [row | proof]}


@pytest.fixture
def stack() -> Iterator[KeyStack]:
    stack = KeyStack()
    stack.on("GET", "/api/workspaces", (200, {"workspaces": ["demo"]}))
    for method, path in (("GET", SOURCES), ("POST", CONNECTION)):
        stack.on(method, path, (200, {}))
    yield stack
    stack.close()


@pytest.fixture
def calendly(monkeypatch: pytest.MonkeyPatch) -> Iterator[Calendly]:
    calendly = Calendly(lambda: NOW)
    server = serve({"calendly": calendly}, port=0, hang=1.0)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    monkeypatch.setenv("RENKEI_CALENDLY_URL", f"http://127.0.0.1:{server.port}/calendly")
    monkeypatch.setenv("CALENDLY_TOKEN", DEMO.token)
    monkeypatch.setenv("RENKEI_WORKSPACE", "demo")
    yield calendly
    server.shutdown()
    server.server_close()
    thread.join(5)


@pytest.fixture
def create(run: Run, stack: KeyStack, calendly: Calendly) -> Run:
    """Create; whatever comes of it, no secret is shown, and our stack never sees the token."""

    def call(*argv: str) -> Result:
        result = run(*CREATE, *argv)
        secrets = {DEMO.token, MEMBER.token, *stack.signing_keys, *(one.signing_key for one in made(calendly))}
        assert not [secret for secret in secrets if secret and secret in result.out + result.err]
        assert not [call for call in stack.calls if DEMO.token.encode() in call.body or DEMO.token in str(call.headers)]
        return result

    return call


def made(calendly: Calendly) -> list[Subscription]:
    return list(calendly.subscriptions.values())


def there(stack: KeyStack, calendly: Calendly, **changes: Any) -> Subscription:
    """A subscription that stands already, with the key that our stack has."""
    facts: dict[str, Any] = {"events": ["invitee.created", "invitee.canceled"], "scope": "organization", "user": None}
    facts |= {"organization": DEMO.organization, "creator": DEMO.uri, "created_at": NOW - timedelta(days=3)}
    facts |= {"key": "STANDING0000001", "callback_url": HOOK, "signing_key": OLD_KEY}
    one = Subscription(**facts | changes)
    calendly.subscriptions[one.key] = one
    stack.signing_keys = [OLD_KEY]
    return one


def calls(calendly: Calendly, method: str) -> list[int]:
    return [call.status for call in calendly.calls if call.method == method]


def test_a_subscription_is_made_with_a_key_that_the_stack_has_first(
    create: Run, stack: KeyStack, calendly: Calendly
) -> None:
    there_were: list[int] = []
    stack.watch = lambda: there_were.append(len(made(calendly)))
    result = create()
    events = "invitee.created, invitee.canceled"
    assert (result.code, result.out) == (0, f"Calendly now sends {events} to {HOOK} (scope organization).\n")
    (one,) = made(calendly)
    assert (one.callback_url, one.scope, one.organization, one.user) == (HOOK, "organization", DEMO.organization, None)
    assert stack.signing_keys == [one.signing_key]
    assert len(one.signing_key or "") >= 43
    assert there_were == [0]


def test_as_json_and_for_one_user(create: Run, stack: KeyStack, calendly: Calendly) -> None:
    told = json.loads(create("--scope", "user", "--json").out)
    (one,) = made(calendly)
    assert told == {
        "created": True,
        "replaced": False,
        "webhook_url": HOOK,
        "subscription": {
            "uri": f"https://api.calendly.com/webhook_subscriptions/{one.key}",
            "callback_url": HOOK,
            "state": "active",
            "scope": "user",
            "events": ["invitee.created", "invitee.canceled"],
            "created_at": "2026-11-22T03:00:00.000000Z",
        },
        "tokens": 1,
    }
    assert (one.scope, one.user) == ("user", DEMO.uri)


def test_the_token_is_asked_for_or_read_from_a_file(
    create: Run, calendly: Calendly, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("CALENDLY_TOKEN")
    assert create().code == 2
    monkeypatch.setattr(
        getpass, "getpass", lambda prompt: DEMO.token if "Calendly personal access token" in prompt else ""
    )
    monkeypatch.setattr(sys, "stdin", Terminal())
    assert create().code == 0
    Path("token").write_text(f"{DEMO.token}\n", encoding="utf-8")
    assert create("--secret-file", "token").code == 0
    assert len(made(calendly)) == 1


def test_the_same_again_changes_nothing(create: Run, stack: KeyStack, calendly: Calendly) -> None:
    assert create().code == 0
    keys = stack.signing_keys
    again = create()
    assert (again.code, stack.signing_keys, len(made(calendly))) == (0, keys, 1)
    assert f"Calendly has a subscription for {HOOK} already: active, scope organization" in again.out
    told = json.loads(create("--json").out)
    assert (told["created"], told["ok"], told["subscription"]["state"]) == (False, True, "active")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"state": "disabled"}, "Calendly disabled it"),
        ({"events": ["invitee.created"]}, "It does not send invitee.created and invitee.canceled both"),
        ({}, "This stack has no signing key for it"),
    ],
)
def test_one_that_is_of_no_use_is_shown_and_can_be_replaced(
    create: Run, stack: KeyStack, calendly: Calendly, changes: dict[str, Any], says: str
) -> None:
    old = there(stack, calendly, **changes)
    keys = [OLD_KEY] if changes else []
    stack.signing_keys = keys
    shown = create()
    assert (shown.code, made(calendly), stack.signing_keys) == (1, [old], keys)
    assert says in shown.err
    assert "--replace" in shown.err
    replaced = create("--replace", "--json")
    (one,) = made(calendly)
    assert (replaced.code, json.loads(replaced.out)["replaced"], one.state) == (0, True, "active")
    assert (one.key != old.key, stack.signing_keys) == (True, [one.signing_key, *keys])


def test_replacing_keeps_the_old_key_for_what_is_on_its_way(create: Run, stack: KeyStack, calendly: Calendly) -> None:
    there(stack, calendly)
    result = create("--replace")
    assert result.code == 0
    assert "The key used so far stays valid too" in result.err
    assert stack.signing_keys == [made(calendly)[0].signing_key, OLD_KEY]


def test_what_sends_elsewhere_is_left_alone(create: Run, stack: KeyStack, calendly: Calendly) -> None:
    for number in range(150):
        there(stack, calendly, key=f"OTHER{number}", callback_url=f"https://other.example/{number}")
    stack.signing_keys = []
    assert create("--replace").code == 0
    assert len(made(calendly)) == 151
    assert create().code == 0  # it stands on the second page
    assert len(made(calendly)) == 151


@pytest.mark.parametrize(
    ("settings", "says"),
    [
        ({"revoked": [DEMO.token]}, "does not know this personal access token (401)"),
        ({"webhooks_in_plan": False}, "plan (403: Please upgrade to a paid Calendly account.)"),
        ({"scopes": sorted(SCOPES - {"users:read"})}, "without these scopes (403): users:read"),
        ({"scopes": sorted(SCOPES - {"webhooks:write"})}, "without these scopes (403): webhooks:write"),
        ({"minute_limit": 1}, "(429). Try again in 60 s"),
        ({"minute_limit": 2}, "(429). Try again in 60 s"),
    ],
    ids=str,
)
@pytest.mark.parametrize("replaced", [False, True])
def test_what_calendly_refuses_is_said_and_leaves_the_keys(
    create: Run, stack: KeyStack, calendly: Calendly, settings: dict[str, object], says: str, *, replaced: bool
) -> None:
    if replaced:
        there(stack, calendly)
    keys = stack.signing_keys
    calendly.configure(settings)
    for _ in range(3):  # however often: the key that is in use is not pushed out
        result = create("--replace")
        assert (result.code, result.out, stack.signing_keys) == (1, "", keys)
        if not made(calendly) and replaced:
            assert "Calendly may have no subscription now" in result.err
            break
        assert says in result.err
    calendly.configure({"revoked": [], "webhooks_in_plan": True, "scopes": sorted(SCOPES), "minute_limit": None})
    assert create("--replace").code == 0
    assert stack.signing_keys[0] == made(calendly)[0].signing_key


def test_older_words_for_a_plan_without_webhooks(create: Run, calendly: Calendly) -> None:
    told = {"title": "Permission Denied", "message": "Please upgrade your Calendly account to Standard"}
    calendly.faults.add(Fault("POST", "/webhook_subscriptions", status=403, body=json.dumps(told)))
    assert "Upgrade it in Calendly" in create().err


def test_a_member_is_told_of_the_other_scope(create: Run, calendly: Calendly, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CALENDLY_TOKEN", MEMBER.token)
    refused = create()
    assert (refused.code, made(calendly)) == (1, [])
    assert "an owner or admin is needed; --scope user" in refused.err
    assert create("--scope", "user").code == 0


def test_a_third_key_needs_a_word(create: Run, stack: KeyStack, calendly: Calendly) -> None:
    stack.signing_keys = [OLD_KEY, "the-key-of-somebody-else"]
    refused = create("--scope", "user")
    assert (refused.code, made(calendly)) == (1, [])
    assert "two signing keys" in refused.err
    assert stack.signing_keys == [OLD_KEY, "the-key-of-somebody-else"]
    assert create("--scope", "user", "--replace").code == 0
    assert stack.signing_keys == [made(calendly)[0].signing_key, OLD_KEY]


def test_what_to_run_again_names_the_scope(create: Run, calendly: Calendly) -> None:
    calendly.faults.add(Fault("POST", status=503, times=None))
    result = create("--scope", "user")
    assert result.code == 1
    assert "Run `renkei sources calendly --create --scope user` again" in result.err
    assert "it is not known whether the subscription was made" in result.err


def test_an_address_that_is_taken_in_the_other_scope(create: Run, stack: KeyStack, calendly: Calendly) -> None:
    there(stack, calendly)
    refused = create("--scope", "user")
    assert (refused.code, stack.signing_keys, len(made(calendly))) == (1, [OLD_KEY], 1)
    assert "Calendly has this address already (409)" in refused.err


BROKEN = [
    Fault("POST", "/webhook_subscriptions", kind="cut_after"),
    Fault("POST", "/webhook_subscriptions", kind="cut_before"),
    Fault("POST", "/webhook_subscriptions", kind="timeout_after"),
    Fault("POST", "/webhook_subscriptions", kind="junk_body"),
    Fault("POST", "/webhook_subscriptions", status=503),
    Fault("POST", "/webhook_subscriptions", status=503, times=2),
    Fault("DELETE", kind="cut_after"),
    Fault("DELETE", kind="cut_before"),
    Fault("DELETE", status=502, times=2),
]


@pytest.mark.parametrize("fault", BROKEN, ids=lambda fault: f"{fault.method}-{fault.kind}-{fault.status}x{fault.times}")
def test_a_cut_connection_makes_no_second_one(
    create: Run, stack: KeyStack, calendly: Calendly, monkeypatch: pytest.MonkeyPatch, fault: Fault
) -> None:
    monkeypatch.setattr("local.cli.client.TIME_OUT", (0.3, 0.3))
    there(stack, calendly)
    calendly.faults.add(Fault(**{**vars(fault), "seen": 0, "struck": 0}))
    result = create("--replace")
    assert result.code == 0, result.err
    (one,) = made(calendly)
    assert stack.signing_keys == [one.signing_key, OLD_KEY]
    assert create().code == 0
    assert len(made(calendly)) == 1


def test_an_answer_that_comes_too_late_is_found_in_the_way(
    create: Run, stack: KeyStack, calendly: Calendly, monkeypatch: pytest.MonkeyPatch
) -> None:
    calendly.faults.add(Fault("POST", kind="cut_after"))
    lists: list[int] = []
    answered = calendly._list

    def late(request: Any, user: Any) -> Any:
        lists.append(1)
        held = dict(calendly.subscriptions)
        if len(lists) == 2:  # the look after the cut: what was sent is still on its way
            calendly.subscriptions.clear()
        try:
            return answered(request, user)
        finally:
            calendly.subscriptions.update(held)

    monkeypatch.setattr(calendly, "_list", late)
    assert create().code == 0
    assert calls(calendly, "POST") == [0, 409]
    assert stack.signing_keys == [made(calendly)[0].signing_key]


def test_what_is_not_known_keeps_the_key_and_says_what_to_do(create: Run, stack: KeyStack, calendly: Calendly) -> None:
    calendly.faults.add(Fault("POST", kind="cut_after"))
    stack.watch = lambda: calendly.faults.add(Fault("GET", "/webhook_subscriptions", status=503, times=None))
    result = create()
    assert result.code == 1
    assert "Run `renkei sources calendly --create` again" in result.err
    (one,) = made(calendly)
    assert stack.signing_keys == [one.signing_key]
    calendly.faults.clear()
    assert create().code == 0
    assert (len(made(calendly)), stack.signing_keys) == (1, [one.signing_key])


def test_a_delete_that_never_works_leaves_all_as_it_is(create: Run, stack: KeyStack, calendly: Calendly) -> None:
    old = there(stack, calendly)
    calendly.faults.add(Fault("DELETE", kind="cut_before", times=None))
    for _ in range(3):
        result = create("--replace")
        assert (result.code, made(calendly), stack.signing_keys) == (1, [old], [OLD_KEY])
        assert "`renkei sources calendly --create`" in result.err


def test_a_stack_that_does_not_answer_changes_nothing_at_calendly(
    create: Run, stack: KeyStack, calendly: Calendly
) -> None:
    old = there(stack, calendly)
    stack.on("POST", CONNECTION, (503, b"down"))
    assert create("--replace").code == 1
    assert (made(calendly), calls(calendly, "POST"), calls(calendly, "DELETE")) == ([old], [], [])


def test_a_key_that_cannot_be_taken_back_is_told(create: Run, stack: KeyStack, calendly: Calendly) -> None:
    calendly.configure({"webhooks_in_plan": False})
    stack.on("POST", CONNECTION, (200, {}), (503, b"down"))
    result = create()
    assert result.code == 1
    assert "could not be taken back" in result.err
    assert "Upgrade it in Calendly" in result.err


def test_stopped_between_the_old_and_the_new_one(
    create: Run, stack: KeyStack, calendly: Calendly, monkeypatch: pytest.MonkeyPatch
) -> None:
    there(stack, calendly)

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("local.cli.calendly_api.Calendly.create", stop)
    result = create("--replace")
    assert (result.code, made(calendly)) == (130, [])
    assert "Calendly may have no subscription now" in result.err


@pytest.mark.parametrize("url", ["http://calendly.example", "ftp://127.0.0.1", "calendly"])
def test_the_token_goes_only_where_it_is_safe(
    create: Run, stack: KeyStack, monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    monkeypatch.setenv("RENKEI_CALENDLY_URL", url)
    assert create().code == 2
    assert stack.signing_keys == []


def test_calendly_reaches_public_addresses_only(create: Run, stack: KeyStack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RENKEI_CALENDLY_URL")
    local = {"key": "calendly", "webhook_url": "http://127.0.0.1:3000/webhooks/calendly/demo"}
    monkeypatch.setattr(KeyStack, "answer", lambda *_: (200, {"sources": [local]}))
    result = create()
    assert result.code == 1
    assert "public https addresses only" in result.err


def test_nobody_listens_at_calendly(create: Run, stack: KeyStack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RENKEI_CALENDLY_URL", "http://127.0.0.1:9")
    result = create()
    assert (result.code, stack.signing_keys) == (1, [])
    assert "Calendly (http://127.0.0.1:9) does not answer" in result.err


def test_the_wall_clock_is_the_worlds_by_default() -> None:
    assert Pause().wall().tzinfo is not None
