"""falcana as an account, against the sandbox."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from unittest import mock

import pytest
import requests

from local.sandbox.falcana import DEMO, OTHER, Falcana
from local.sandbox.falcana.app import SCOPES
from local.sandbox.faults import Fault
from local.sandbox.inprocess import WsgiAdapter
from renkei.accounts import Access, Report
from renkei.errors import Outcome, Reconnect, Retry
from renkei.vendors.falcana_account import ACCOUNT
from tests.harness import Clock

SANDBOX = "http://127.0.0.1:3001/falcana"
KEYS = {"base_url": SANDBOX, "client_id": DEMO.client_id, "client_secret": DEMO.client_secret}


class World:
    """The sandbox and a session that reaches it, under a name of its own, too."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.falcana = Falcana(self.clock)
        self.session = requests.Session()
        self.session.mount(SANDBOX, WsgiAdapter(self.falcana, "/falcana"))
        self.session.mount("https://muster.falcana.com", WsgiAdapter(self.falcana))

    def access(self, keys: Mapping[str, str] = KEYS) -> Access:
        return Access(self.session, keys, lambda *_: "")

    def probe(self, **changed: str) -> Report:
        return ACCOUNT.probe(self.access(KEYS | changed))


@pytest.fixture
def world() -> Iterator[World]:
    with mock.patch.dict("os.environ", {"RENKEI_FALCANA_HOSTS": "127.0.0.1"}):
        yield World()


def test_what_is_entered() -> None:
    assert [(one.name, one.hidden, one.optional) for one in ACCOUNT.fields] == [
        ("base_url", False, False),
        ("client_id", False, False),
        ("client_secret", True, False),
    ]


def test_a_probe_names_each_thing_that_works(world: World) -> None:
    report = world.probe()
    assert (report.account, report.name, report.missing) == ("muster-gmbh", "Muster GmbH", ())
    assert [(one.name, one.ok, one.params.get("scope")) for one in report.checks] == [
        ("check_account", True, None),
        *(("check_scope", True, scope) for scope in SCOPES),
        ("check_quota_untold", None, None),
    ]
    assert [(one.method, one.path) for one in world.falcana.calls] == [("POST", "/v1/token"), ("GET", "/v1/ping")]


def test_another_client_is_another_account(world: World) -> None:
    assert world.probe(client_id=OTHER.client_id, client_secret=OTHER.client_secret).account == "beispiel-ag"


@pytest.mark.parametrize("scope", SCOPES)
def test_a_scope_that_is_missing_is_named(world: World, scope: str) -> None:
    world.falcana.configure({"withheld": [scope]})
    assert [(one.name, one.params["scope"], one.remedy) for one in world.probe().missing] == [
        ("check_scope", scope, "falcana_scope")
    ]


@pytest.mark.parametrize("wrong", [{"client_id": "x"}, {"client_secret": "x"}, {"client_secret": OTHER.client_secret}])
def test_wrong_keys(world: World, wrong: dict[str, str]) -> None:
    with pytest.raises(Reconnect) as caught:
        world.probe(**wrong)
    assert (caught.value.code, caught.value.params) == ("key_refused", {"vendor": "falcana"})
    assert [one.path for one in world.falcana.calls] == ["/v1/token"]


def test_a_revoked_client(world: World) -> None:
    world.falcana.configure({"revoked": [DEMO.client_id]})
    with pytest.raises(Reconnect, match="key_refused"):
        world.probe()


def test_an_api_that_is_switched_off(world: World) -> None:
    world.falcana.configure({"api_enabled": False})
    with pytest.raises(Reconnect, match="falcana_api_off"):
        world.probe()


def test_a_token_that_is_refused_is_asked_for_once_more(world: World) -> None:
    world.falcana.faults.add(Fault(path="/v1/ping", status=401))
    assert world.probe().missing == ()
    assert [one.path for one in world.falcana.calls] == ["/v1/token", "/v1/ping"] * 2


@pytest.mark.parametrize(
    ("fault", "end", "code"),
    [
        (Fault(path="/v1/ping", status=401, times=2), Reconnect, "key_refused"),
        (Fault(path="/v1/ping", status=403), Reconnect, "falcana_api_off"),
        (Fault(path="/v1/token", status=404, body="<html>"), Reconnect, "falcana_not_there"),
        (Fault(path="/v1/token", status=400, body='{"error":"unauthorized_client"}'), Reconnect, "key_refused"),
        (Fault(path="/v1/token", status=503), Retry, "vendor_busy"),
        (Fault(path="/v1/ping", status=500), Retry, "vendor_busy"),
        (Fault(path="/v1/token", status=302), Retry, "vendor_busy"),
        (Fault(path="/v1/token", kind="cut_after"), Retry, "vendor_unreachable"),
        (Fault(path="/v1/ping", kind="timeout_before"), Retry, "vendor_unreachable"),
        (Fault(path="/v1/token", kind="junk_body"), Retry, "vendor_garbled"),
        (Fault(path="/v1/token", status=200, body="{}"), Retry, "vendor_garbled"),
        (Fault(path="/v1/ping", status=200, body="{}"), Retry, "vendor_garbled"),
        (Fault(path="/v1/ping", status=200, body='{"tenant":"Muster GmbH <x>"}'), Retry, "vendor_garbled"),
    ],
    ids=lambda value: f"{value.path}-{value.kind}-{value.status}" if isinstance(value, Fault) else str(value),
)
def test_what_a_refusal_means(world: World, fault: Fault, end: type[Outcome], code: str) -> None:
    world.falcana.faults.add(fault)
    with pytest.raises(end) as caught:
        world.probe()
    assert caught.value.code == code


def test_too_many_calls_wait_as_long_as_the_vendor_says(world: World) -> None:
    world.falcana.configure({"minute_limit": 1, "retry_after": 45})
    with pytest.raises(Retry) as caught:
        world.probe()
    assert caught.value.code == "vendor_rate"
    assert caught.value.after is not None
    assert caught.value.after.total_seconds() == 45


def test_a_real_address(world: World) -> None:
    with mock.patch.dict("os.environ", {"RENKEI_FALCANA_HOSTS": ""}):
        for address in ("https://muster.falcana.com", " https://muster.falcana.com/ "):
            assert world.probe(base_url=address).account == "muster-gmbh"


@pytest.mark.parametrize(
    "trick",
    [
        "https://falcana.com.evil.example",
        "https://evil.example/falcana.com",
        "https://evil.example?falcana.com",
        "https://evilfalcana.com",
        "https://falcana.com@evil.example",
        "https://user:secret@muster.falcana.com",
        "https://evil.example\\.falcana.com",
        "https://muster.falcana.com:8443",
        "https://muster.falcana.com?x=",
        "https://muster.falcana.com#",
        "http://muster.falcana.com",
        "muster.falcana.com",
        "http://127.0.0.1:3001/falcana",
        "http://169.254.169.254/latest",
        "",
    ],
)
def test_a_secret_goes_to_no_other_address(world: World, trick: str) -> None:
    hosts = {"RENKEI_FALCANA_HOSTS": "falcana.com"}
    with mock.patch.dict("os.environ", hosts), pytest.raises(Reconnect, match="falcana_address"):
        world.probe(base_url=trick)
    assert world.falcana.calls == []


def test_the_end_tells_what_a_person_has_to_do(world: World) -> None:
    assert ACCOUNT.end(world.access()) == ["falcana_end_client"]
    assert world.falcana.calls == []


def test_secrets_stay_out_of_what_is_shown(world: World) -> None:
    assert DEMO.client_secret not in repr(world.access()) + repr(world.probe()) + repr(DEMO)
