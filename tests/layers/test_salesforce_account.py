"""Salesforce as an account, against the sandbox."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from unittest import mock
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from local.sandbox.faults import Fault
from local.sandbox.inprocess import WsgiAdapter
from local.sandbox.salesforce import DEMO, Salesforce
from local.sandbox.salesforce.orgs import ORGS
from renkei import accounts
from renkei.accounts import Access, Check
from renkei.errors import Outcome, Reconnect, Retry
from renkei.oauth import App, Grant, OAuthVendor, Tokens, authorize_url, pkce
from renkei.vendors.salesforce_account import ACCOUNT
from tests.harness import Clock

SANDBOX = "http://127.0.0.1:3001/salesforce"
BACK = "https://renkei.example.com/oauth/salesforce/callback"
KAISHA, FIRMA, TESTS = ORGS
APP = App(DEMO.client_id, DEMO.client_secret)
OWN = {"RENKEI_SALESFORCE_LOGIN_URL": "", "RENKEI_SALESFORCE_HOSTS": ""}
LOCAL = {"RENKEI_SALESFORCE_LOGIN_URL": SANDBOX, "RENKEI_SALESFORCE_HOSTS": "127.0.0.1"}


class World:
    """The sandbox, a session that reaches it under every name, and what a person and our code do."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.salesforce = Salesforce(self.clock)
        self.session = requests.Session()
        self.session.mount(SANDBOX, WsgiAdapter(self.salesforce, "/salesforce"))
        for host in ("login.salesforce.com", "test.salesforce.com", *(org.host for org in ORGS)):
            self.session.mount(f"https://{host}", WsgiAdapter(self.salesforce))

    def tokens(self, site: str = "") -> Tokens:
        return Tokens(vendor(), APP, self.session, site)

    def connect(self, org: str = KAISHA.id, site: str = "") -> Grant:
        """A person's consent, and the exchange that follows."""
        verifier, challenge = pkce()
        url = authorize_url(vendor(), APP, BACK, "state", challenge, site=site)
        pressed = self.session.post(url, data={"org": org, "answer": "allow"}, allow_redirects=False, timeout=5)
        back = parse_qs(urlsplit(pressed.headers["Location"]).query)
        return self.tokens(site).exchange(back["code"][0], verifier, BACK)

    def access(self, grant: Grant, **changed: Any) -> Access:
        given: dict[str, Any] = {"secrets": grant.secrets, "scopes": grant.scopes}
        given |= {"token": lambda _: grant.access_token} | changed
        return Access(self.session, digest=lambda *_: "", **given)

    def probe(self, **changed: Any) -> accounts.Report:
        return ACCOUNT.probe(self.access(self.connect(), **changed))


@pytest.fixture
def world() -> Iterator[World]:
    with mock.patch.dict("os.environ", LOCAL):
        yield World()


def vendor() -> OAuthVendor:
    return accounts.oauth_of("salesforce")


def named(checks: tuple[Check, ...]) -> dict[tuple[str, ...], bool | None]:
    """The checks by name, with the scope or permission that is meant."""
    return {
        (check.name, *(check.params[name] for name in ("scope", "permission") if name in check.params)): check.ok
        for check in checks
    }


def test_a_person_s_consent_makes_a_grant(world: World) -> None:
    grant = world.connect(FIRMA.id)
    assert (grant.account, grant.lasts, grant.scopes) == (FIRMA.id, None, ("api", "refresh_token"))
    assert grant.kept == {"instance_url": SANDBOX, "org": FIRMA.id, "user": FIRMA.user.id}


def test_a_probe_names_each_thing_that_works(world: World) -> None:
    grant = world.connect()
    world.salesforce.calls.clear()
    report = ACCOUNT.probe(world.access(grant))
    assert (report.account, report.name, report.missing) == (KAISHA.id, "Kaisha One", ())
    assert named(report.checks) == {
        ("check_account",): True,
        ("salesforce_api",): True,
        ("salesforce_edition",): None,
        ("salesforce_user",): None,
        ("check_scope", "api"): True,
        ("check_scope", "refresh_token"): True,
        ("check_permission", "Lead: Create"): True,
        ("check_quota",): True,
    }
    params = {name: value for check in report.checks for name, value in check.params.items()}
    assert params["edition"] == "Enterprise Edition"
    assert params["user"] == "admin@kaisha-one.example"
    assert params["left"] == "99998 / 100000"
    assert len(world.salesforce.calls) == 3


@pytest.mark.parametrize("switch", ["lead_createable", "lead_visible"])
def test_a_user_who_may_not_create_leads(world: World, switch: str) -> None:
    world.salesforce.configure({switch: False})
    report = world.probe()
    assert [(check.name, check.remedy) for check in report.missing] == [("check_permission", "salesforce_lead")]
    assert named(report.checks)["check_quota",] is True


def test_an_org_that_is_not_shown_to_the_user_goes_by_its_id(world: World) -> None:
    world.salesforce.configure({"organization_visible": False})
    report = world.probe()
    assert (report.account, report.name, report.missing) == (KAISHA.id, KAISHA.id, ())
    assert ("salesforce_edition",) not in named(report.checks)
    assert named(report.checks)["check_quota",] is True


@pytest.mark.parametrize(("given", "lost"), [(("api",), "refresh_token"), (("refresh_token",), "api")])
def test_a_scope_that_is_missing_is_named(world: World, given: tuple[str, ...], lost: str) -> None:
    report = world.probe(scopes=given)
    assert [(check.name, check.params["scope"], check.remedy) for check in report.missing] == [
        ("check_scope", lost, "remedy_scope")
    ]


def test_no_calls_left_is_said_but_refuses_nothing(world: World) -> None:
    world.salesforce.configure({"daily_limit": 2})  # who the user is does not count
    report = world.probe()
    [quota] = [check for check in report.checks if check.name == "check_quota"]
    assert (quota.ok, quota.params["left"], report.missing) == (False, "0 / 2", ())


def test_a_used_up_limit_waits_for_tens_of_minutes(world: World) -> None:
    world.salesforce.configure({"daily_limit": 0})
    with pytest.raises(Retry) as caught:
        world.probe()
    assert (caught.value.code, caught.value.daily) == ("salesforce_quota", False)
    assert caught.value.after is not None
    assert 600 <= caught.value.after.total_seconds() <= 3600


@pytest.mark.parametrize(
    ("fault", "end", "code"),
    [
        (Fault(path="*/Lead/describe", status=401, times=2), Reconnect, "grant_refused"),
        (Fault(path="*/Lead/describe", status=503), Retry, "vendor_busy"),
        (Fault(path="*/Organization/*", status=500), Retry, "vendor_busy"),
        (Fault(path="*/userinfo", kind="timeout_before"), Retry, "vendor_unreachable"),
        (Fault(path="*/Lead/describe", kind="cut_after"), Retry, "vendor_unreachable"),
        (Fault(path="*/Lead/describe", kind="junk_body"), Retry, "vendor_garbled"),
        (
            Fault(path="*/Lead/describe", status=403, body='[{"errorCode":"API_CURRENTLY_DISABLED","message":"x"}]'),
            Reconnect,
            "api_disabled",
        ),
    ],
    ids=lambda value: str(getattr(value, "status", value)),
)
def test_what_a_refusal_means(world: World, fault: Fault, end: type[Outcome], code: str) -> None:
    grant = world.connect()
    world.salesforce.faults.add(fault)
    with pytest.raises(end) as caught:
        ACCOUNT.probe(world.access(grant))
    assert caught.value.code == code


def test_an_api_that_is_switched_off(world: World) -> None:
    world.salesforce.configure({"api_enabled": False})
    with pytest.raises(Reconnect) as caught:
        world.probe()
    assert (caught.value.code, caught.value.params) == ("api_disabled", {"vendor": "salesforce"})


def test_a_session_that_timed_out_is_renewed_within_the_call(world: World) -> None:
    grant = world.connect()
    held = [grant]
    world.clock.sleep(7200)

    def token(fresh: bool) -> str:
        if fresh:
            held.append(world.tokens().refresh(held[-1].refresh_token))
        return held[-1].access_token

    assert ACCOUNT.probe(world.access(grant, token=token)).missing == ()
    assert len(held) == 2


def test_a_refresh_token_works_once_and_its_reuse_ends_all(world: World) -> None:
    grant = world.connect()
    renewed = world.tokens().refresh(grant.refresh_token)
    assert renewed.refresh_token != grant.refresh_token
    assert (renewed.account, renewed.lasts) == (grant.account, None)
    for token in (grant.refresh_token, renewed.refresh_token):
        with pytest.raises(Reconnect, match="grant_refused"):
            world.tokens().refresh(token)
    with pytest.raises(Reconnect, match="grant_refused"):
        ACCOUNT.probe(world.access(renewed))


@pytest.mark.parametrize("change", [{"user_active": False}, {"revoke": KAISHA.id}])
def test_what_an_admin_ends_is_refused(world: World, change: dict[str, object]) -> None:
    grant = world.connect()
    world.salesforce.configure(change)
    with pytest.raises(Reconnect, match="grant_refused"):
        world.tokens().refresh(grant.refresh_token)


def test_thirty_idle_days_are_what_we_know_of(world: World) -> None:
    lapses = vendor().lapses
    assert lapses is not None
    grant = world.connect()
    world.clock.sleep(lapses.total_seconds())
    renewed = world.tokens().refresh(grant.refresh_token)
    world.clock.sleep(lapses.total_seconds() + 1)
    with pytest.raises(Reconnect, match="grant_refused"):
        world.tokens().refresh(renewed.refresh_token)


def test_the_end_revokes_at_the_vendor(world: World) -> None:
    grant = world.connect()
    assert ACCOUNT.end(world.access(grant)) == []
    world.tokens().revoke(grant.refresh_token)
    assert world.salesforce.living() == (0, 0)


@pytest.mark.parametrize(
    ("given", "kept", "login"),
    [
        ("", "", "https://login.salesforce.com"),
        ("  ", "", "https://login.salesforce.com"),
        ("test.salesforce.com", "test.salesforce.com", "https://test.salesforce.com"),
        ("https://TEST.salesforce.com/", "test.salesforce.com", "https://test.salesforce.com"),
        (
            "https://kaisha.lightning.force.com/lightning/page/home?x=1",
            "kaisha.my.salesforce.com",
            "https://kaisha.my.salesforce.com",
        ),
        (
            "kaisha--test.sandbox.my.salesforce.com",
            "kaisha--test.sandbox.my.salesforce.com",
            "https://kaisha--test.sandbox.my.salesforce.com",
        ),
    ],
)
def test_where_a_person_logs_in(given: str, kept: str, login: str) -> None:
    with mock.patch.dict("os.environ", OWN):
        site = vendor().site(given)
        assert site == kept
        assert vendor().authorize_url(site) == f"{login}/services/oauth2/authorize"
        assert vendor().token_url(site) == f"{login}/services/oauth2/token"
        assert vendor().revoke_url(site) == f"{login}/services/oauth2/revoke"


TRICKS = [
    "https://salesforce.com.evil.example",
    "https://evil.example/salesforce.com",
    "https://evil.example?salesforce.com",
    "https://evil.example#.salesforce.com",
    "https://evilsalesforce.com",
    "https://salesforce.com@evil.example",
    "https://user:secret@login.salesforce.com",
    "https://evil.example\\.salesforce.com",
    "https://login.salesforce.com:8443",
    "https://login.salesforce.com.",
    "http://login.salesforce.com",
    "ftp://login.salesforce.com",
    "https://",
    "https://127.0.0.1",
    "http://127.0.0.1:3001/salesforce",
    "http://169.254.169.254/latest",
    "https://ſalesforce.com",
]


@pytest.mark.parametrize("trick", [*TRICKS, "evil.example", "javascript:alert(1)", "//evil.example"])
def test_no_other_login_host_is_taken(trick: str) -> None:
    with mock.patch.dict("os.environ", OWN), pytest.raises(ValueError, match=r"address|Port"):
        vendor().site(trick)


@pytest.mark.parametrize("trick", [*TRICKS, "https://kaisha.my.salesforce.com?x=", "https://kaisha.my.salesforce.com#"])
def test_a_token_goes_to_no_other_address(world: World, trick: str) -> None:
    """Whatever the vendor's answer says, at connecting, at each refresh, and again when it is used."""
    grant = world.connect()
    world.salesforce.configure({"instance_url": trick})
    with mock.patch.dict("os.environ", {"RENKEI_SALESFORCE_HOSTS": "salesforce.com,force.com"}):
        world.salesforce.calls.clear()
        with pytest.raises(Reconnect, match="salesforce_host"):
            world.connect()
        with pytest.raises(Reconnect, match="salesforce_host"):
            world.tokens().refresh(grant.refresh_token)
        secrets = {**grant.secrets, "instance_url": trick}
        with pytest.raises(Reconnect, match="salesforce_host"):
            ACCOUNT.probe(world.access(grant, secrets=secrets))
        assert {call.path.rpartition("/")[2] for call in world.salesforce.calls} == {"authorize", "token"}


def test_every_real_host_does_its_part(world: World) -> None:
    with mock.patch.dict("os.environ", OWN):
        production = world.connect(KAISHA.id)
        assert production.kept["instance_url"] == f"https://{KAISHA.host}"
        site = vendor().site("test.salesforce.com")
        tests = world.connect(TESTS.id, site)
        assert tests.account == TESTS.id
        checks = named(ACCOUNT.probe(world.access(tests)).checks)
        assert checks["salesforce_sandbox",] is None
        assert ("salesforce_sandbox",) not in named(ACCOUNT.probe(world.access(production)).checks)
        own = vendor().site(KAISHA.host)
        assert world.tokens(own).refresh(world.connect(KAISHA.id, own).refresh_token).account == KAISHA.id
        with pytest.raises(Reconnect, match="grant_refused"):
            world.tokens().refresh(tests.refresh_token)


def test_a_refresh_may_move_the_org(world: World) -> None:
    grant = world.connect()
    with mock.patch.dict("os.environ", {"RENKEI_SALESFORCE_HOSTS": "127.0.0.1,salesforce.com"}):
        world.salesforce.configure({"instance_url": "https://moved.my.salesforce.com/"})
        assert world.tokens().refresh(grant.refresh_token).kept["instance_url"] == "https://moved.my.salesforce.com/"


@pytest.mark.parametrize(
    "identity", ["", "https://login.salesforce.com/id/x/y", "https://login.salesforce.com/id/00D/005"]
)
def test_an_answer_without_an_org_is_not_believed(identity: str) -> None:
    body = {"id": identity, "instance_url": "https://kaisha.my.salesforce.com", "scope": "api"}
    with mock.patch.dict("os.environ", OWN), pytest.raises(ValueError, match="no org"):
        vendor().read(body)
    with pytest.raises(KeyError):
        vendor().read({})


def test_secrets_stay_out_of_what_is_shown(world: World) -> None:
    grant = world.connect()
    shown = repr(world.access(grant)) + repr(grant) + repr(ACCOUNT.probe(world.access(grant)))
    for secret in (grant.access_token, grant.refresh_token):
        assert secret not in shown
