"""One stack in process: the real handlers on moto's AWS and the sandbox HubSpot, with a clock of our own."""

from __future__ import annotations

import functools
import hashlib
import hmac
import json
import os
import pickle
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import batched
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock
from urllib.parse import parse_qsl, urlsplit

import boto3
import requests
from moto.backends import get_backend

import booking_to_hubspot.app
import booking_to_salesforce.app
import console.app
import falcana_hubspot.app
import hubspot_to_board.app
import lms_to_hubspot.app
import lms_to_mailchimp.app
import lms_to_slack.app
import notices.app
import oauth.app
import schedules.app
import schedules.daily
import schedules.dispatch
import webhooks.app
from local.sandbox.board import Board
from local.sandbox.falcana import DEMO as FALCANA_CLIENT
from local.sandbox.falcana import Falcana
from local.sandbox.hubspot import HubSpot
from local.sandbox.inprocess import WsgiAdapter
from local.sandbox.mailchimp import DEMO as MAILCHIMP_KEYS
from local.sandbox.mailchimp import Mailchimp
from local.sandbox.salesforce import Salesforce
from local.sandbox.salesforce.orgs import ORGS
from local.sandbox.slack import DEMO as SLACK_KEYS
from local.sandbox.slack import Slack
from renkei import aws, runtime
from renkei.deliveries import public_id
from renkei.runtime import Platform
from tests import rights
from tests.quick_moto import ours, quick

if TYPE_CHECKING:
    from tests.crash.world import World

ROOT = Path(__file__).parents[1]
SANDBOXES = "http://127.0.0.1:3001"
SANDBOX = f"{SANDBOXES}/hubspot"
PUBLIC = "https://renkei.example.com"
TOKEN = "timerex-security-token-0001"
LMS_SECRET = f"whsec_{b64encode(bytes(range(32))).decode()}"
SENDER = "renkei@sandbox.example"
ADMIN = "admin@aozora.example.jp"
PORTAL = 111111
REGION = "ap-northeast-1"
ACCOUNT = "123456789012"
QUEUES = {
    "booking_to_hubspot": "renkei-booking-to-hubspot.fifo",
    "booking_to_salesforce": "renkei-booking-to-salesforce.fifo",
    "hubspot_to_board": "renkei-hubspot-to-board.fifo",
    "falcana_hubspot": "renkei-falcana-hubspot.fifo",
    "lms_to_hubspot": "renkei-lms-to-hubspot.fifo",
    "lms_to_mailchimp": "renkei-lms-to-mailchimp.fifo",
    "lms_to_slack": "renkei-lms-to-slack.fifo",
}
QUEUE = QUEUES["booking_to_hubspot"]
WORKERS = {
    "booking_to_hubspot": (booking_to_hubspot.app, "BookingToHubspotRole"),
    "booking_to_salesforce": (booking_to_salesforce.app, "BookingToSalesforceRole"),
    "hubspot_to_board": (hubspot_to_board.app, "HubspotToBoardRole"),
    "falcana_hubspot": (falcana_hubspot.app, "FalcanaHubspotRole"),
    "lms_to_hubspot": (lms_to_hubspot.app, "LmsToHubspotRole"),
    "lms_to_mailchimp": (lms_to_mailchimp.app, "LmsToMailchimpRole"),
    "lms_to_slack": (lms_to_slack.app, "LmsToSlackRole"),
}
TABLES = {
    "connections": ("workspace", "vendor", ()),
    "links": ("scope", "link", ()),
    "deliveries": ("box", "id", (("due", "due_at"), ("state", "state_at"))),
    "workspaces": ("workspace", "item", ()),
}
SETTINGS: dict[str, Any] = {
    "calendars": [
        {
            "calendar": "*",
            "company": [
                {"property": "name", "from": "company_name"},
                {"property": "domain", "from": "guest_email"},
                {"property": "numberofemployees", "question": "従業員数"},
            ],
            "contact": [
                {"property": "email", "from": "guest_email"},
                {"property": "lastname", "from": "guest_last_name"},
                {"property": "firstname", "from": "guest_first_name"},
            ],
        }
    ]
}


def event(name: str) -> dict[str, Any]:
    """A recorded payload: `timerex/event_confirmed`."""
    found: dict[str, Any] = json.loads((ROOT / "events" / f"{name}.json").read_text("utf-8"))
    return found


def booking(number: int = 0, *, kind: str = "confirmed", **changes: str | None) -> dict[str, Any]:
    """A TimeRex payload with its own event id; `changes` are form values by field_type (None: not asked)."""
    payload = event(f"timerex/event_{kind}")
    payload["event"]["id"] = f"{number:020x}"
    for field_type, value in changes.items():
        items = [item for item in payload["event"]["form"] if item["field_type"] == field_type]
        for item in items:
            if value is None:
                payload["event"]["form"].remove(item)
            else:
                item["value"] = value
    return payload


@dataclass
class Clock:
    """A clock that stands still until told."""

    now: datetime = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        """The moment."""
        return self.now

    def sleep(self, seconds: float) -> None:
        """Pass time."""
        self.now += timedelta(seconds=seconds)


class Context:
    """What Lambda tells a handler of its invocation."""

    function_name = "renkei"
    memory_limit_in_mb = 512
    invoked_function_arn = "arn:aws:lambda:ap-northeast-1:123456789012:function:renkei"
    aws_request_id = "00000000-0000-0000-0000-000000000000"

    def get_remaining_time_in_millis(self) -> int:
        """Two minutes, always."""
        return 120_000


@dataclass
class Stack:
    """The stack, and what a person or a vendor does to it."""

    clock: Clock = field(default_factory=Clock)
    workspace: str = "demo"

    def __post_init__(self) -> None:
        """Put the parts together."""
        self.hubspot = HubSpot(self.clock, sleep=self.clock.sleep)
        self.salesforce = Salesforce(self.clock, sleep=self.clock.sleep)
        self.board = Board(self.clock, sleep=self.clock.sleep)
        self.mailchimp = Mailchimp(self.clock, sleep=self.clock.sleep)
        self.falcana = Falcana(self.clock, sleep=self.clock.sleep)
        self.slack = Slack(self.clock, sleep=self.clock.sleep)
        self.platform = Platform(self.clock, self.clock.sleep, self.session(), dice=lambda: 0.5)

    def session(self) -> requests.Session:
        """A session whose vendors are the sandboxes in this process."""
        session = requests.Session()
        session.trust_env = False  # to look for proxies and passwords takes longer than to answer
        for vendor in (self.hubspot, self.salesforce, self.board, self.mailchimp, self.slack, self.falcana):
            session.mount(f"{SANDBOXES}/{vendor.name}", WsgiAdapter(vendor, f"/{vendor.name}"))
        return session

    def restart(self) -> None:
        """A new process: what was only in memory is gone."""
        self.platform = Platform(self.clock, self.clock.sleep, self.session(), dice=lambda: 0.5)
        runtime.platform.cache_clear()
        webhooks.app._vault.cache_clear()
        webhooks.app._app_key.cache_clear()

    # What the outside does.

    def api(self, method: str, path: str, body: object = None, **headers: str) -> tuple[int, dict[str, Any]]:
        """Call `/api`: (status, JSON)."""
        parts = urlsplit(path)
        sent = json.dumps(body) if body is not None else None
        request = http_event(method, parts.path, sent, headers, parts.query)
        with rights.acting("ApiRole"):
            answer = console.app.handler(request, Context())  # type: ignore[arg-type]
        return answer["statusCode"], json.loads(answer["body"])

    def post(self, payload: object, token: str = TOKEN, **headers: str) -> tuple[int, dict[str, Any]]:
        """Send a webhook as TimeRex does."""
        raw = payload if isinstance(payload, str) else json.dumps(payload, ensure_ascii=False)
        sent = {"x-timerex-authorization": token, "content-type": "application/json", **headers}
        names = {"vendor": "timerex", "workspace": self.workspace}
        request = http_event("POST", f"/webhooks/timerex/{self.workspace}", raw, sent) | {"pathParameters": names}
        with rights.acting("WebhooksRole"):
            answer = webhooks.app.handler(request, Context())  # type: ignore[arg-type]
        return answer["statusCode"], json.loads(answer["body"])

    def send(self, source: str, payload: object, key: str = TOKEN) -> tuple[int, dict[str, Any]]:
        """Send a webhook as a scheduler does that signs its bodies (or as TimeRex)."""
        if source == "timerex":
            return self.post(payload, key)
        raw = json.dumps(payload, ensure_ascii=False)
        at = str(int(self.clock().timestamp()))
        signed = f"{at}.{raw}" if source == "calendly" else raw
        digest = hmac.new(key.encode(), signed.encode(), hashlib.sha256).hexdigest()
        return self._receive(
            source, raw, {"calendly-webhook-signature": f"t={at},v1={digest}", "x-cal-signature-256": digest}
        )

    def lms(self, payload: Mapping[str, Any], secret: str = LMS_SECRET) -> tuple[int, dict[str, Any]]:
        """Send an event as a school does: signed the way of Standard Webhooks."""
        raw, at = json.dumps(payload, ensure_ascii=False), str(int(self.clock().timestamp()))
        key, message = b64decode(secret.removeprefix("whsec_")), f"msg_{payload.get('id', '')}"
        digest = hmac.digest(key, f"{message}.{at}.{raw}".encode(), "sha256")
        shown = {"webhook-id": message, "webhook-timestamp": at}
        return self._receive("lms", raw, shown | {"webhook-signature": f"v1,{b64encode(digest).decode()}"})

    def _receive(self, source: str, raw: str, shown: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        names = {"vendor": source, "workspace": self.workspace}
        request = http_event("POST", f"/webhooks/{source}/{self.workspace}", raw, shown) | {"pathParameters": names}
        with rights.acting("WebhooksRole"):
            answer = webhooks.app.handler(request, Context())  # type: ignore[arg-type]
        return answer["statusCode"], json.loads(answer["body"])

    def hear(self, events: list[dict[str, Any]] | None = None) -> tuple[int, dict[str, Any]]:
        """Let HubSpot send events (those that wait), a hundred at most in a call; gives the last answer."""
        waiting = self.hubspot.take_events() if events is None else events
        told: tuple[int, dict[str, Any]] = (200, {})
        for batch in batched(waiting, 100, strict=False):
            raw = json.dumps(batch, ensure_ascii=False)
            signed = self.hubspot.signed(raw.encode(), f"{PUBLIC}/webhooks/hubspot")
            request = http_event(
                "POST", "/webhooks/hubspot", raw, {name.lower(): text for name, text in signed.items()}
            )
            with rights.acting("WebhooksRole"):
                answer = webhooks.app.handler(request, Context())  # type: ignore[arg-type]
            told = answer["statusCode"], json.loads(answer["body"])
        return told

    def browse(self, url: str, cookie: str = "") -> dict[str, Any]:
        """Open one of our own OAuth addresses as a browser would; gives Lambda's answer."""
        parts = urlsplit(url)
        request = http_event("GET", parts.path, None, {"accept-language": "en"}, parts.query)
        request |= {"pathParameters": {"vendor": parts.path.split("/")[2]}, "cookies": [cookie] if cookie else []}
        with rights.acting("OauthRole"):
            answer: dict[str, Any] = oauth.app.handler(request, Context())  # type: ignore[arg-type]
        return answer

    def consent(self, authorize_url: str, portal: int = PORTAL, answer: str = "allow") -> str:
        """Press the button on the vendor's consent page; gives where the browser is sent."""
        fields = {"portal": str(portal), "answer": answer}
        pressed = self.session().post(authorize_url, data=fields, allow_redirects=False, timeout=5)
        return pressed.headers["location"]

    def connect(self, portal: int = PORTAL, **asked: object) -> dict[str, Any]:
        """Connect HubSpot through the real routes; gives the answer of the callback."""
        return self.consented("hubspot", asked, portal=str(portal))

    def consented(self, vendor: str, asked: Mapping[str, object], **account: str) -> dict[str, Any]:
        """Connect a vendor through the real routes and its consent page; gives the answer of the callback."""
        _, told = self.api("POST", f"/api/workspaces/{self.workspace}/connections/{vendor}", asked)
        started = self.browse(told["url"])
        cookie = started["cookies"][0].partition(";")[0]
        fields = {"answer": "allow", **(account or {"org": ORGS[0].id})}
        pressed = self.session().post(started["headers"]["location"], data=fields, allow_redirects=False, timeout=5)
        return self.browse(pressed.headers["location"], cookie)

    def connect_falcana(self, **keys: str) -> tuple[int, dict[str, Any]]:
        """Connect falcana's demo tenant through the real route; gives its answer. `keys`: others than the demo's."""
        entered = {"base_url": f"{SANDBOXES}/falcana", "client_id": FALCANA_CLIENT.client_id}
        entered |= {"client_secret": FALCANA_CLIENT.client_secret, **keys}
        return self.connect_keys("falcana", entered)

    def connect_mailchimp(self, **keys: str) -> tuple[int, dict[str, Any]]:
        """Connect Mailchimp's demo audience through the real route. `keys`: others than the demo's."""
        entered = {"api_key": MAILCHIMP_KEYS.api_key, "audience": MAILCHIMP_KEYS.audience}
        return self.connect_keys("mailchimp", entered | keys)

    def connect_slack(self, *, hook: bool = True, **keys: str) -> tuple[int, dict[str, Any]]:
        """Connect Slack's demo team through the real route: its hook, or its bot token."""
        by_hook = {"hook_url": f"{SANDBOXES}/slack{SLACK_KEYS.hook}"}
        return self.connect_keys("slack", keys or (by_hook if hook else {"bot_token": SLACK_KEYS.bot_token}))

    def connect_lms(self, secret: str = LMS_SECRET, **asked: object) -> tuple[int, dict[str, Any]]:
        """Let a school send, with the secret that it signs with."""
        return self.api("POST", f"/api/workspaces/{self.workspace}/connections/lms", {"token": secret, **asked})

    def connect_keys(self, vendor: str, secrets: Mapping[str, str]) -> tuple[int, dict[str, Any]]:
        """Connect a vendor through the real route by what an admin enters."""
        return self.api("POST", f"/api/workspaces/{self.workspace}/connections/{vendor}", {"secrets": secrets})

    def apply(self, settings: Mapping[str, Any] | None = None, **document: object) -> tuple[int, dict[str, Any]]:
        """Apply a workspace file with these settings of booking_to_hubspot, or with other `integrations`."""
        whole = {"workspace": self.workspace, "integrations": {"booking_to_hubspot": settings or SETTINGS}, **document}
        whole.setdefault("notices", {"to": [{"mail": ADMIN}]})
        return self.api("PUT", f"/api/workspaces/{self.workspace}", whole)

    def set_up(self, settings: Mapping[str, Any] | None = None) -> None:
        """A workspace that is connected, listens to TimeRex and has its rules; call counting starts after it."""
        assert self.connect()["statusCode"] == 200
        self.api("POST", f"/api/workspaces/{self.workspace}/connections/timerex", {"token": TOKEN})
        status, told = self.apply(settings)
        assert status == 200, told
        self.hubspot.calls.clear()

    def begin(self, name: str, deeds: Callable[[], object]) -> None:
        """Do what a test begins with, or return to the world that came of it the last time in this process.

        That is the same but for what was heard on the way. `name` stands for the deeds, arguments and all.
        """
        from tests.crash.world import keep, return_to  # noqa: PLC0415 - it imports this

        fresh = keep(self).frozen in _NEW
        if fresh and name in _WORLDS:
            return_to(self, _WORLDS[name], bells=False)
            return
        deeds()
        if fresh:
            _WORLDS[name] = keep(self)

    def begun(self) -> None:
        """Note that nothing has been done yet. All stacks of a process begin alike."""
        from tests.crash.world import keep  # noqa: PLC0415 - as above

        if not _NEW:
            _NEW.append(keep(self).frozen)

    # What AWS does.

    def bells(self, key: str = "booking_to_hubspot") -> list[dict[str, Any]]:
        """Take what is on an integration's queue."""
        sqs, url = aws.client("sqs"), self.queue_url(key)
        taken: list[dict[str, Any]] = []
        while found := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
            for message in found:
                sqs.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
                taken.append({"body": message["Body"], "messageId": message["MessageId"]})
        return taken

    def queue_url(self, key: str = "booking_to_hubspot") -> str:
        """The address of an integration's queue."""
        url: str = aws.client("sqs").get_queue_url(QueueName=QUEUES[key])["QueueUrl"]
        return url

    def work(self) -> None:
        """Let the workers answer the bells that were rung, on all queues."""
        for key in QUEUES:
            self.answer(self.bells(key))

    def answer(self, bells: list[dict[str, Any]]) -> None:
        """Hand each bell to its integration's worker as Lambda does."""
        for bell in bells:
            worker, role = WORKERS[json.loads(bell["body"])["integration"]]
            with rights.acting(role):
                worker.handler({"Records": [bell]}, Context())

    def sweep(self) -> int:
        """Let the minute's sweep run; gives how many bells it rang."""
        with rights.acting("SweepRole"):
            rung: int = schedules.app.handler({"job": "sweep"}, Context())["rung"]  # type: ignore[arg-type]
        return rung

    def daily(self) -> dict[str, int]:
        """Let the daily look at connections run; gives what it did."""
        with rights.acting("DailyRole"):
            done: dict[str, int] = schedules.daily.handler({"job": "daily"}, Context())  # type: ignore[arg-type]
        return done

    def dispatch(self, integration: str, job: str) -> int:
        """Let the dispatcher run as if this were the time of a job's schedule; gives how many runs it put."""
        asked = {"job": "dispatch", "integration": integration, "run": job, "at": f"{self.clock():%Y-%m-%dT%H:%M:%SZ}"}
        with rights.acting("DispatchRole"):
            put: int = schedules.dispatch.handler(asked, Context())["put"]  # type: ignore[arg-type]
        return put

    def tell(self) -> dict[str, int]:
        """Let the minute's notices run; gives what became of them."""
        with rights.acting("NoticesRole"):
            done: dict[str, int] = notices.app.handler({"job": "notices"}, Context())  # type: ignore[arg-type]
        return done

    # What can be looked at.

    def deliveries(self, state: str = "") -> list[dict[str, Any]]:
        """The ledger as the API shows it."""
        query = f"?state={state}" if state else ""
        found: list[dict[str, Any]] = self.api("GET", f"/api/workspaces/{self.workspace}/deliveries{query}")[1][
            "deliveries"
        ]
        return found

    def ids(self) -> set[str]:
        """The ids of all deliveries, looked up where they are stored: a test that counts calls need not know."""
        from tests.crash.world import rows  # noqa: PLC0415 - it imports this

        return {public_id(row["box"].partition("#")[2], row["id"]) for row in rows("deliveries")}

    def the(self, kind: str, portal: int = PORTAL) -> list[dict[str, Any]]:
        """The living records of a portal."""
        found: Any = self.hubspot.state(portal)[kind]
        return [record for record in found if not record["archived"]]


def http_event(method: str, path: str, body: str | None, headers: Mapping[str, str], query: str = "") -> dict[str, Any]:
    """An HTTP API event, payload format 2.0."""
    return {
        "version": "2.0",
        "routeKey": f"{method} {path}",
        "rawPath": path,
        "rawQueryString": query,
        "headers": dict(headers),
        "queryStringParameters": dict(parse_qsl(query)),
        "requestContext": {
            "domainName": "renkei.example.com",
            "http": {"method": method, "path": path, "sourceIp": "192.0.2.1"},
            "requestId": "request",
            "stage": "$default",
        },
        "body": body,
        "isBase64Encoded": False,
    }


@contextmanager
def running() -> Iterator[Stack]:
    """A fresh stack for one test."""
    with ours(), mock.patch.dict("os.environ", _environment()), quick():
        stack = Stack()
        _make(stack)
        with (
            mock.patch.object(runtime, "Platform", side_effect=lambda: stack.platform),
            mock.patch.object(webhooks.app, "utc_now", stack.clock),
            rights.held(),
        ):
            stack.restart()
            stack.begun()
            yield stack
            runtime.platform.cache_clear()


_NEW: list[bytes] = []
"""The world of a new stack, once there was one."""
_WORLDS: dict[str, World] = {}
_MADE: dict[tuple[str, str], bytes] = {}
"""What is in a new stack, by (service, attribute of its backend), once it was made in this process."""
_KEYS: dict[str, Any] = {}
"""The stack's key: the same in all tests of a process, so that worlds can be returned to."""


@functools.cache
def _secrets() -> Any:
    """Made once: a client costs more than all of a test's calls."""
    return boto3.client("secretsmanager")


def _environment() -> dict[str, str]:
    names = {f"RENKEI_{name.upper()}_TABLE": f"renkei-{name}" for name in TABLES}
    names |= {
        f"RENKEI_QUEUE_{key.upper()}": f"https://sqs.{REGION}.amazonaws.com/123456789012/{name}"
        for key, name in QUEUES.items()
    }
    return names | {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "RENKEI_HUBSPOT_URL": SANDBOX,
        "RENKEI_HUBSPOT_AUTHORIZE_URL": f"{SANDBOX}/oauth/authorize",
        "RENKEI_HUBSPOT_APP_SECRET": "renkei/hubspot-app",
        "RENKEI_SALESFORCE_LOGIN_URL": f"{SANDBOXES}/salesforce",
        "RENKEI_SALESFORCE_HOSTS": "127.0.0.1",
        "RENKEI_SALESFORCE_APP_SECRET": "renkei/salesforce-app",
        "RENKEI_BOARD_URL": f"{SANDBOXES}/board/v1",
        "RENKEI_MAILCHIMP_URL": f"{SANDBOXES}/mailchimp/3.0",
        "RENKEI_SLACK_URL": f"{SANDBOXES}/slack/api",
        "RENKEI_SLACK_HOOKS_URL": f"{SANDBOXES}/slack",
        "RENKEI_FALCANA_HOSTS": "127.0.0.1",
        "RENKEI_PUBLIC_URL": PUBLIC,
        "RENKEI_NOTICE_FROM": SENDER,
        "RENKEI_IDLE_CONNECTION_DAYS": "180",
        "POWERTOOLS_SERVICE_NAME": "renkei",
        "POWERTOOLS_METRICS_NAMESPACE": "Renkei",
        "POWERTOOLS_PARAMETERS_MAX_AGE": "0",
    }


def _make(stack: Stack) -> None:
    """All that the template makes; but for the queues it is made once in a process, and then put there again."""
    if not _MADE:
        aws.client("kms").create_key()
        _KEYS.update(_backend("kms").keys)
        _make_tables()
        for vendor in (stack.hubspot, stack.salesforce):
            secret = json.dumps({"client_id": vendor.app.client_id, "client_secret": vendor.app.client_secret})
            _secrets().create_secret(Name=f"renkei/{vendor.name}-app", SecretString=secret)
        aws.client("sesv2").create_email_identity(EmailIdentity=SENDER)
        kept = (("dynamodb", "tables"), ("secretsmanager", "secrets"), ("ses", "email_identities"))
        _MADE.update({one: pickle.dumps(getattr(_backend(one[0]), one[1])) for one in kept})
    for (service, attribute), frozen in _MADE.items():
        setattr(_backend(service), attribute, pickle.loads(frozen))  # noqa: S301 - our own, of this process
    _backend("kms").keys.update(_KEYS)
    (key,) = _KEYS.values()
    os.environ["RENKEI_KEY_ID"] = key.arn
    for queue in QUEUES.values():
        _backend("sqs").create_queue(queue, FifoQueue="true")  # the client takes longer than the whole rest


def _backend(service: Any) -> Any:
    """moto's own state of a service."""
    return get_backend(service)[ACCOUNT][REGION]


def _make_tables() -> None:
    """As the template makes them (tests/test_structure.py compares the keys)."""
    for name, (partition, sort, indexes) in TABLES.items():
        attributes = {partition, sort, *(index_sort for _, index_sort in indexes)}
        local = [
            {
                "IndexName": index,
                "KeySchema": [
                    {"AttributeName": partition, "KeyType": "HASH"},
                    {"AttributeName": index_sort, "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
            for index, index_sort in indexes
        ]
        aws.client("dynamodb").create_table(
            TableName=f"renkei-{name}",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in sorted(attributes)],
            KeySchema=[
                {"AttributeName": partition, "KeyType": "HASH"},
                {"AttributeName": sort, "KeyType": "RANGE"},
            ],
            **({"LocalSecondaryIndexes": local} if local else {}),
        )
