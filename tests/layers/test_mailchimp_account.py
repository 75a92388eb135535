"""Mailchimp as an account, against its sandbox and its description: the key goes to its data centre, or nowhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from requests.adapters import BaseAdapter

from local.sandbox.faults import Fault
from local.sandbox.inprocess import WsgiAdapter
from local.sandbox.mailchimp import DEMO, OTHER, Mailchimp
from renkei.accounts import Access, vendor_of
from renkei.errors import Reconnect, Retry
from tests.harness import Clock
from tests.layers.telling import prober, told
from tests.local.sandbox.contract import Checked
from tests.local.sandbox.mailchimp.contract import FILE, mailchimp_checker, parameters

ADDRESS = "http://127.0.0.1:3001/mailchimp"
probe, refused = prober("mailchimp")


class Recording(WsgiAdapter):
    """Also keeps the addresses that were asked for."""

    def __init__(self, app: Checked, script_name: str) -> None:
        super().__init__(app, script_name)
        self.urls: list[str] = []

    def send(self, request: requests.PreparedRequest, *args: object, **more: object) -> requests.Response:
        self.urls.append(str(request.url))
        return super().send(request, *args, **more)  # type: ignore[arg-type]


class Nowhere(BaseAdapter):
    """Where nothing may go."""

    def send(self, request: requests.PreparedRequest, *_: object, **__: object) -> requests.Response:
        raise AssertionError(f"a request left for {urlsplit(str(request.url)).netloc}")

    def close(self) -> None:
        """Nothing is held."""


@pytest.fixture
def mailchimp() -> Mailchimp:
    return Mailchimp(Clock())


@pytest.fixture
def adapters(mailchimp: Mailchimp) -> Iterator[dict[str, Recording]]:
    """Mailchimp's data centres; whatever breaks its description fails the test in the end."""
    checked = Checked(mailchimp, mailchimp_checker())
    yield {f"https://{dc}.api.mailchimp.com/": Recording(checked, "") for dc in ("us21", "us6")}
    assert checked.problems == []


@pytest.fixture
def access(adapters: Mapping[str, Recording]) -> Callable[..., Access]:
    def made(api_key: str = DEMO.api_key, audience: str = DEMO.audience) -> Access:
        session = requests.Session()
        session.mount("https://", Nowhere())
        session.mount("http://", Nowhere())
        for address, adapter in adapters.items():
            session.mount(address, adapter)
        return Access(session, {"api_key": api_key, "audience": audience}, lambda why, what: why + what)

    return made


def test_account_and_audience_are_named(access: Callable[..., Access], adapters: Mapping[str, Recording]) -> None:
    report = probe(access())
    assert (report.account, report.name) == ("8d3a3db4d97663a9074efcc16.a1b2c3d4e5", "Demo School")
    assert [(check.name, check.ok) for check in report.checks] == [
        ("check_account", True),
        ("mailchimp_audience", True),
        ("check_quota_untold", None),
    ]
    assert report.checks[0].params == {"account": "8d3a3db4d97663a9074efcc16", "name": "Demo School"}
    assert report.checks[1].params == {"audience": "a1b2c3d4e5", "name": "受講者"}
    assert len(adapters["https://us21.api.mailchimp.com/"].urls) == 2
    assert adapters["https://us6.api.mailchimp.com/"].urls == []


def test_another_account_in_another_data_centre(
    access: Callable[..., Access], adapters: Mapping[str, Recording]
) -> None:
    assert probe(access(OTHER.api_key, OTHER.audience)).account == "1f0c2b7e5a9d4c3b8e6f7a012.f6e7d8c9b0"
    assert adapters["https://us21.api.mailchimp.com/"].urls == []


def test_only_described_parameters_are_sent(access: Callable[..., Access], adapters: Mapping[str, Recording]) -> None:
    probe(access())
    audience = urlsplit(adapters["https://us21.api.mailchimp.com/"].urls[1])
    assert audience.path == f"/3.0/lists/{DEMO.audience}"
    if FILE.is_file():
        assert parse_qs(audience.query).keys() <= parameters("/lists/{list_id}")


def test_a_stand_in_needs_no_data_centre(
    mailchimp: Mailchimp, access: Callable[..., Access], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RENKEI_MAILCHIMP_URL", f"{ADDRESS}/3.0")
    made = access()
    made.session.mount(ADDRESS, WsgiAdapter(mailchimp, "/mailchimp"))
    assert probe(made).name == "Demo School"


@pytest.mark.parametrize("audience", ["nonsense00", OTHER.audience])
def test_an_audience_that_is_not_there_is_named_with_its_remedy(access: Callable[..., Access], audience: str) -> None:
    (missing,) = probe(access(audience=audience)).missing
    assert (missing.name, missing.params["audience"]) == ("mailchimp_audience", audience)
    assert all(audience in line for line in told(missing.remedy, missing.params))


def test_a_deleted_audience(mailchimp: Mailchimp, access: Callable[..., Access]) -> None:
    mailchimp.configure({"deleted_audiences": [DEMO.audience]})
    assert [check.name for check in probe(access()).missing] == ["mailchimp_audience"]


@pytest.mark.parametrize(
    ("switch", "code"),
    [({"withdrawn": [DEMO.api_key]}, "key_refused"), ({"deactivated": True}, "mailchimp_account_disabled")],
    ids=str,
)
def test_what_ends_a_connection(
    mailchimp: Mailchimp, access: Callable[..., Access], switch: dict[str, object], code: str
) -> None:
    mailchimp.configure(switch)
    end = refused(access())
    assert (type(end), end.code) == (Reconnect, code)


def test_a_key_of_another_data_centre(access: Callable[..., Access]) -> None:
    end = refused(access(api_key=DEMO.api_key.replace("us21", "us6")))
    assert (type(end), end.code) == (Reconnect, "key_refused")


@pytest.mark.parametrize("path", ["/3.0/", "/3.0/lists/*"])
def test_a_key_that_may_not(mailchimp: Mailchimp, access: Callable[..., Access], path: str) -> None:
    mailchimp.faults.add(Fault(path=path, status=403))
    end = refused(access())
    assert (type(end), end.code) == (Reconnect, "mailchimp_forbidden")


@pytest.mark.parametrize(
    ("fault", "code", "after"),
    [
        (Fault(status=429), "vendor_rate", None),
        (Fault(status=403, body="<html>Slow down"), "vendor_rate", None),
        (Fault(status=429, headers={"retry-after": "9"}), "vendor_rate", timedelta(seconds=9)),
        (Fault(status=503), "vendor_busy", None),
        (Fault(status=302, headers={"location": "https://evil.example/"}), "vendor_busy", None),
        (Fault(kind="cut_after"), "vendor_unreachable", None),
        (Fault(kind="junk_body"), "vendor_garbled", None),
        (Fault(status=200, body="[]"), "vendor_garbled", None),
        (Fault(status=200, body='{"account_id": "a b/../c"}'), "vendor_garbled", None),
    ],
    ids=str,
)
def test_mailchimp_does_not_answer(
    mailchimp: Mailchimp, access: Callable[..., Access], fault: Fault, code: str, after: timedelta | None
) -> None:
    mailchimp.faults.add(fault)
    end = refused(access())
    assert isinstance(end, Retry)
    assert (end.code, end.after) == (code, after)


@pytest.mark.parametrize(
    "api_key",
    [
        "",
        "0123456789abcdef0123456789abcdef",
        "0123456789abcdef0123456789abcdef-",
        "0123456789abcdef0123456789abcdef-US21",
        "0123456789abcdef0123456789abcdef-us2100",
        "0123456789abcdef0123456789abcdef-us２１",
        "0123456789abcdef0123456789abcdef-us21\n",
        "0123456789abcdef0123456789abcdef-x-evil.example/",
        "0123456789abcdef0123456789abcdef-evil.example/",
        "0123456789abcdef0123456789abcdef-evil.example#us21",
        "0123456789abcdef0123456789abcdef-us21.evil.example",
        "0123456789abcdef0123456789abcdef-us21@evil.example/",
        "0123456789abcdef0123456789abcdef-us21/../..",
        "evil@0123456789abcdef-us21",
        "0123456789abcdef\r\nx-evil: 1-us21",
    ],
)
def test_what_is_no_key_never_leaves(mailchimp: Mailchimp, access: Callable[..., Access], api_key: str) -> None:
    end = refused(access(api_key=api_key))
    assert (type(end), end.code) == (Reconnect, "mailchimp_key_form")
    assert api_key == "" or api_key not in repr(end)
    assert mailchimp.calls == []


@pytest.mark.parametrize("audience", ["", "../root", "a1b2c3d4e5/merge-fields", "a1b2c3d4e5?x=1", "受講者", "a" * 41])
def test_what_is_no_audience_never_leaves(mailchimp: Mailchimp, access: Callable[..., Access], audience: str) -> None:
    end = refused(access(audience=audience))
    assert (type(end), end.code) == (Reconnect, "mailchimp_audience_form")
    assert mailchimp.calls == []


def test_what_a_vendor_says_of_itself(mailchimp: Mailchimp, access: Callable[..., Access]) -> None:
    vendor = vendor_of("mailchimp")
    assert [(field.name, field.hidden) for field in vendor.fields] == [("api_key", True), ("audience", False)]
    assert vendor.end(access()) == ["mailchimp_end_key"]
    assert mailchimp.calls == []
    assert all("API keys" in line for line in told("mailchimp_end_key", {}))
    assert DEMO.api_key not in repr(access())
