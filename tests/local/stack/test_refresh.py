"""Fifty workers and one access token that has ended: real threads, the emulator's DynamoDB and KMS, real HTTP.

Every worker has a platform, AWS clients and a session of its own, as fifty processes would, and the rights of one
role. The sandbox is served by this test, so that time can pass there.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
import requests
from aws_lambda_powertools.utilities.parameters.constants import DEFAULT_PROVIDERS

import renkei.aws
import renkei.dynamo
import renkei.vault
from local.sandbox.faults import Fault
from local.sandbox.hubspot import HubSpot
from local.sandbox.salesforce import Salesforce
from local.sandbox.salesforce.orgs import ORGS
from local.sandbox.server import serve
from local.sandbox.vendor import Vendor
from renkei.config import utc_now
from renkei.runtime import Platform
from renkei.tokens import TokenSource
from renkei.workers import account_of, app_of
from tests.local.stack.running import Aws

pytestmark = [pytest.mark.stack, pytest.mark.xdist_group("build"), pytest.mark.timeout(300)]

WORKERS = 50
WORKSPACE = "race"


@dataclass
class Moving:
    """The machine's time, and as much more as a test let pass."""

    ahead: timedelta = field(default_factory=timedelta)

    def __call__(self) -> datetime:
        """The moment."""
        return utc_now() + self.ahead


@dataclass
class World:
    """The sandbox vendors at their address, and the time that everybody goes by."""

    clock: Moving
    hubspot: HubSpot
    salesforce: Salesforce
    address: str

    def worker(self) -> Platform:
        """A worker's platform."""
        session = requests.Session()
        session.trust_env = False
        return Platform(self.clock, session=session)

    def connect(self, vendor: str, account: str, secrets: dict[str, str], lasts: timedelta | None) -> None:
        """A connection whose access token has ended a while ago."""
        self.worker().connections.connect(WORKSPACE, vendor, account, secrets, before=None, lasts=lasts)
        self.clock.ahead += timedelta(hours=7)
        app_of(vendor, {})  # the client of Secrets Manager is powertools', one for the whole process

    def all_at_once(self, vendor: str, wish: Callable[[TokenSource], str]) -> list[str]:
        """Let every worker read the connection, and only then do what it wishes."""
        ready = threading.Barrier(WORKERS)

        def work(_: int) -> str:
            source = account_of(self.worker(), WORKSPACE, vendor)
            ready.wait(timeout=120)
            return wish(source)

        with ThreadPoolExecutor(WORKERS) as pool:
            return list(pool.map(work, range(WORKERS)))


def answered(address: str, token: str) -> bool:
    """Whether a vendor answers to an access token."""
    return requests.get(address, headers={"authorization": f"Bearer {token}"}, timeout=5).status_code == 200


def refreshes(sandbox: Vendor) -> list[int]:
    """The answers of a vendor's token endpoint, in order."""
    return [call.status for call in sandbox.calls if call.method == "POST" and call.path.endswith("/token")]


@pytest.fixture
def own_clients(aws: Aws, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A deployed function's variables and rights, and AWS clients for each thread instead of for the process."""
    held, making = threading.local(), threading.Lock()

    def client(service: str) -> Any:
        if not hasattr(held, service):
            with making:
                setattr(held, service, renkei.aws.client.__wrapped__(service))
        return getattr(held, service)

    for name, value in aws.environment("DailyFunction").items():
        monkeypatch.setenv(name, value)
    for module in (renkei.dynamo, renkei.vault):
        monkeypatch.setattr(module, "client", client)
    renkei.aws._session.cache_clear()
    DEFAULT_PROVIDERS.clear()
    yield
    renkei.aws._session.cache_clear()
    DEFAULT_PROVIDERS.clear()


@pytest.fixture
def world(own_clients: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    clock = Moving()
    hubspot, salesforce = HubSpot(clock, sleep=time.sleep), Salesforce(clock, sleep=time.sleep)
    server = serve({"hubspot": hubspot, "salesforce": salesforce}, port=0)
    address = f"http://127.0.0.1:{server.port}"
    monkeypatch.setenv("RENKEI_HUBSPOT_URL", f"{address}/hubspot")
    monkeypatch.setenv("RENKEI_SALESFORCE_LOGIN_URL", f"{address}/salesforce")
    threading.Thread(target=server.serve_forever, daemon=True).start()
    for sandbox in (hubspot, salesforce):  # long enough that everybody else comes while the one is at it
        sandbox.faults.add(Fault("POST", "*/token", kind="delay", seconds=1.0, times=None))
    yield World(clock, hubspot, salesforce, address)
    server.shutdown()
    server.server_close()


def test_fifty_workers_make_one_refresh_call(world: World) -> None:
    account = "111111"
    access, refresh = world.hubspot.issue_token(int(account))
    tokens_kept = {"access_token": access, "refresh_token": refresh}
    world.connect("hubspot", account, tokens_kept, lasts=timedelta(minutes=30))

    def lives(token: str) -> bool:
        return answered(f"{world.address}/hubspot/account-info/2026-09/details", token)

    assert not lives(access), "the token that was stored has ended"
    tokens = world.all_at_once("hubspot", lambda source: source())
    assert refreshes(world.hubspot) == [200]
    assert len(tokens) == WORKERS
    assert len(set(tokens)) == 1
    assert lives(tokens[0])
    # The vendor refuses what everybody holds: again one of them asks.
    world.hubspot.tokens.access.clear()
    assert not lives(tokens[0])
    renewed = world.all_at_once("hubspot", lambda source: source(True))
    assert refreshes(world.hubspot) == [200, 200]
    assert len(set(renewed)) == 1
    assert lives(renewed[0])
    stored = world.worker().connections.get(WORKSPACE, "hubspot")
    assert stored is not None
    assert stored.version == 3
    assert "owner" not in stored.row, "nobody holds the lease any more"


def test_fifty_workers_use_a_single_use_refresh_token_once(world: World) -> None:
    """Salesforce's refresh tokens work once: a used one, shown again, would end every token of the connection."""
    access, refresh = world.salesforce.issue_token()
    org = ORGS[0].id
    kept = {"access_token": access, "refresh_token": refresh, "instance_url": f"{world.address}/salesforce", "org": org}
    world.connect("salesforce", org, kept, lasts=None)
    limits = f"{world.address}/salesforce/services/data/v67.0/limits"
    assert not answered(limits, access), "the session that was stored has ended"
    for number in (1, 2):
        # Its sessions name no end: everybody was refused, and wants another one.
        tokens = world.all_at_once("salesforce", lambda source: source(True))
        assert refreshes(world.salesforce) == [200] * number
        assert len(set(tokens)) == 1
        assert answered(limits, tokens[0])
        assert world.salesforce.living(org) == (1, number)
    stored = world.worker().connections.get(WORKSPACE, "salesforce")
    assert stored is not None
    assert (stored.state, stored.version) == ("connected", 3)
    assert world.worker().connections.secrets(stored)["refresh_token"] != refresh
