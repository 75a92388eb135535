import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
import requests

from local.sandbox.hubspot import HubSpot
from local.sandbox.inprocess import WsgiAdapter
from local.sandbox.server import serve
from tests.local.sandbox.contract import Checked, hubspot_checker

BASE = "http://127.0.0.1:3001/hubspot"
PORTAL, OTHER = 111111, 222222


class Clock:
    """A time that passes only when told."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 22, 1, 2, 3, 456000, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def pass_(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Api(requests.Session):
    """A caller in one portal: paths instead of addresses."""

    def __init__(self, adapter: WsgiAdapter, token: str = "") -> None:
        super().__init__()
        self.mount(BASE, adapter)
        if token:
            self.headers["Authorization"] = f"Bearer {token}"

    def request(self, method: str, url: str, *args: object, **more: object) -> requests.Response:  # type: ignore[override]
        address = BASE + url if url.startswith("/") else url
        return super().request(method, address, *args, **more)  # type: ignore[arg-type]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def hubspot(clock: Clock) -> HubSpot:
    return HubSpot(clock)


@pytest.fixture
def adapter(hubspot: HubSpot) -> Iterator[WsgiAdapter]:
    """Answers in process; whatever breaks HubSpot's specification fails the test in the end."""
    checked = Checked(hubspot, hubspot_checker())
    yield WsgiAdapter(checked, "/hubspot")
    assert checked.problems == []


@pytest.fixture
def caller(hubspot: HubSpot, adapter: WsgiAdapter) -> Callable[..., Api]:
    """Makes a caller with these scopes only."""
    return lambda *scopes, portal=PORTAL: Api(adapter, hubspot.issue_token(portal, frozenset(scopes))[0])


@pytest.fixture
def api(hubspot: HubSpot, adapter: WsgiAdapter) -> Api:
    """A caller with all scopes."""
    return Api(adapter, hubspot.issue_token(PORTAL)[0])


@pytest.fixture
def nobody(adapter: WsgiAdapter) -> Api:
    """A caller without a token."""
    return Api(adapter)


@pytest.fixture
def served(hubspot: HubSpot) -> Iterator[str]:
    """The sandbox on a free port of this machine; its address."""
    checked = Checked(hubspot, hubspot_checker())
    server = serve({"hubspot": checked}, port=0, hang=1.0)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    server.server_close()
    thread.join(5)
    assert checked.problems == []
