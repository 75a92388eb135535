"""A small world for many lives: the real runs and clients and sandboxes, on tables in memory and a wire of our own.

What is left out costs most of a run's time and decides nothing: AWS, sealing, queues, the ledger, budgets. The whole
stack has its own tests, and `tests.life.test_falcana_world` compares the two.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from hashlib import blake2b
from io import BytesIO
from typing import Any
from urllib.parse import urlencode, urlsplit

import requests
from werkzeug.wrappers import Request

from falcana_hubspot import INTEGRATION, Settings, checks
from falcana_hubspot.app import work_off
from falcana_hubspot.desk import scope_of
from local.sandbox.falcana import DEMO, Falcana
from local.sandbox.hubspot import HubSpot
from local.sandbox.hubspot.definitions import Option, Property
from renkei import checkpoints
from renkei.budgets import FREE, Budget
from renkei.connections import Connection
from renkei.dynamo import Item
from renkei.errors import Outcome, Retry
from renkei.integration import Done, Job, Unfinished, Verdict
from renkei.runs import ENOUGH
from renkei.runtime import Platform, Work
from renkei.vendors.falcana import Falcana as FalcanaClient
from renkei.vendors.hubspot_sync import HubSpotSync
from tests.harness import PORTAL, SANDBOXES, Clock
from tests.life.falcana_memory import Effects, Memory

WORKSPACE, TENANT = "demo", DEMO.tenant
ENVIRONMENT = {"RENKEI_HUBSPOT_URL": f"{SANDBOXES}/hubspot", "RENKEI_FALCANA_HOSTS": "127.0.0.1"}
SECRETS = {
    "hubspot": {"access_token": ""},
    "falcana": {
        "base_url": f"{SANDBOXES}/falcana",
        "client_id": DEMO.client_id,
        "client_secret": DEMO.client_secret,
    },
}
READING = ("/search", "/batch/read", "/token", "/find")
LASTS = 0.005  # seconds of a call: nobody does anything in the same millisecond as we

FACTS: dict[object, checks.Facts] = {}
"""What both sides have, by the options of the one choice that changes: asked for once in a process."""


class Answered:
    """As much of a response as our client looks at."""

    def __init__(self, status: int, headers: Mapping[str, str], content: bytes) -> None:
        """An answer."""
        self.status_code, self.headers, self.content = status, headers, content
        self.ok = status < 400

    def json(self) -> Any:
        """The body."""
        return json.loads(self.content)


class Wire(requests.Session):
    """A session whose vendors are the two sandboxes: no adapters, no cookies, nothing to be prepared."""

    def __init__(
        self, vendors: Mapping[str, HubSpot | Falcana], effects: Effects, sleep: Callable[[float], None]
    ) -> None:
        """`effects` hears of every call that writes."""
        super().__init__()
        self._sleep = sleep
        self._vendors, self._effects = vendors, effects
        self.writes: list[str] = []
        self.calls = 0

    def request(self, method: str, url: str, **request: Any) -> requests.Response:  # type: ignore[override]
        """Answer."""
        parts = urlsplit(url)
        _, name, path = parts.path.split("/", 2)
        data, headers = request.get("data") or b"", request.get("headers") or {}
        data = data if isinstance(data, bytes) else urlencode(data).encode()
        environ: dict[str, Any] = {
            "REQUEST_METHOD": method,
            "SCRIPT_NAME": "",
            "PATH_INFO": f"/{path}",
            "QUERY_STRING": urlencode(request.get("params") or {}),
            "SERVER_NAME": "127.0.0.1",
            "SERVER_PORT": "3001",
            "SERVER_PROTOCOL": "HTTP/1.1",
            "CONTENT_TYPE": headers.get("content-type", "application/x-www-form-urlencoded"),
            "CONTENT_LENGTH": str(len(data)),
            "wsgi.url_scheme": "http",
            "wsgi.input": BytesIO(data),
        }
        environ |= {f"HTTP_{key.upper().replace('-', '_')}": text for key, text in headers.items()}
        if auth := request.get("auth"):
            environ["HTTP_AUTHORIZATION"] = f"Basic {base64.b64encode(':'.join(auth).encode()).decode()}"
        self._sleep(LASTS)
        self.calls += 1
        writes = method != "GET" and not path.endswith(READING)
        if writes:
            self.writes.append(f"{method} {path} {data.decode()}")
            self._effects.begin("wire")
        answer, _ = self._vendors[name].answer(Request(environ))
        if writes:
            self._effects.now("after")
        return Answered(answer.status_code, answer.headers, answer.get_data())  # type: ignore[return-value, arg-type]


class _Vault:
    def digest(self, purpose: str, text: str) -> str:
        return blake2b(f"{purpose}\0{text}".encode(), digest_size=16).hexdigest()


class _Connections:
    def secrets(self, connection: Connection) -> dict[str, str]:
        return SECRETS[connection.vendor]


class _Deliveries:
    def due(self, *_: object) -> tuple[list[Item], None]:
        return [], None


class Light(Platform):
    """A platform without AWS."""

    def __init__(self, clock: Clock, session: requests.Session) -> None:
        """Put what needs no AWS in the places of what does."""
        super().__init__(clock, clock.sleep, session)
        self.__dict__ |= {"vault": _Vault(), "connections": _Connections(), "deliveries": _Deliveries()}

    def budget(self, connection: Connection, *, live: bool) -> Budget:
        """Calls are counted by nobody."""
        return FREE


class World:
    """Both vendors, and our runs between them."""

    def __init__(self) -> None:
        """Both vendors are empty, and connected."""
        self.clock = Clock()
        self.effects = Effects()
        self.hubspot = HubSpot(self.clock, timedelta(seconds=5), subscriptions=())
        self.hubspot.configure({"burst_limit": None, "search_limit": None})
        choice = Property("branche", "enumeration", "select", "companyinformation", {"en": "Branche"})
        self.choices = tuple(Option(one, one.title()) for one in ("handel", "industrie", "dienstleistung"))
        choice.options = self.choices
        self.hubspot.portals[PORTAL].properties["companies"]["branche"] = self._choice = choice
        self.falcana = Falcana(self.clock)
        self.falcana.configure({"minute_limit": None})
        self.memory = Memory(self.effects)
        self.wire = Wire({"hubspot": self.hubspot, "falcana": self.falcana}, self.effects, self.clock.sleep)
        self.platform = Light(self.clock, self.wire)
        self.scope = scope_of(WORKSPACE, TENANT, str(PORTAL))
        self.due: dict[str, dict[str, Any]] = {}
        self.put = 0
        self.ends: list[Verdict] = []
        self.settings, self.types = Settings(), dict[str, Any]()

    def save(self, *, strict: bool = True, **given: Any) -> None:
        """Settings are applied: what both sides have is looked at, as at the door (which is `strict`)."""
        self.settings = Settings.model_validate(given)
        known = self.falcana.tenants[TENANT].customs["addresses"]["branche"], self._choice.options
        if known not in FACTS:
            FACTS[known] = self._facts()
        found = list(checks.problems(self.settings, FACTS[known]))
        assert not (found and strict), found
        self.types = checks.kept(self.settings, FACTS[known])

    def _facts(self) -> checks.Facts:
        SECRETS["hubspot"]["access_token"], _ = self.hubspot.issue_token(PORTAL)
        portal = HubSpotSync(self.wire, lambda _: SECRETS["hubspot"]["access_token"])
        falcana = FalcanaClient(self.wire, SECRETS["falcana"])
        return checks.gather(falcana, portal, "de", people=True)

    def tick(self, job: str = "sync", *, dry: bool = False, steps: int = 0) -> list[Verdict]:
        """A worker answers: a run is put unless one waits, and all that wait are worked off as far as they get.

        `steps`: after so many a worker's time is up (0: never).
        """
        if job not in {body["job"] for body in self.due.values()}:
            self.put += 1
            self.due[f"{'schedule' if job == 'sync' else 'manual'}.{job}.{self.put}"] = {"job": job, "dry_run": dry}
        left = iter([ENOUGH] * steps)
        work = Work(
            self.platform, WORKSPACE, "de", self.settings, self.types, _connection("falcana", TENANT),
            {"hubspot": _connection("hubspot", str(PORTAL))}, (lambda: next(left, timedelta())) if steps else _long,
        )  # fmt: skip
        SECRETS["hubspot"]["access_token"], _ = self.hubspot.issue_token(PORTAL)
        self.hubspot.tokens.refresh.clear()
        ends = work_off([Job(id_, {"body": body}) for id_, body in self.due.items()], work)
        for id_, end in ends.items():
            if not isinstance(end, Retry | Unfinished):
                del self.due[id_]
            assert isinstance(end, Done | Unfinished | Outcome), end
        return list(ends.values())

    def checkpoint(self, name: str, facts: dict[str, Any]) -> None:
        """Save a checkpoint of the integration, as its tools do."""
        checkpoints.save(WORKSPACE, INTEGRATION.key, name, facts)

    def row(self, link: str) -> Item:
        """A row of the links."""
        return self.memory.rows["links"].get(self.scope, {}).get(link, {})

    def rows(self, prefix: str) -> list[Item]:
        """Those that begin so."""
        found = self.memory.rows["links"].get(self.scope, {})
        return [row for link, row in sorted(found.items()) if link.startswith(prefix)]


def _connection(vendor: str, account: str) -> Connection:
    return Connection(WORKSPACE, vendor, "connected", account, 1, None, (), {})


def _long() -> timedelta:
    return 2 * ENOUGH
