"""Tens of thousands of requests to each webhook route: no 5xx, nobody in without a secret, nothing in the open."""

from __future__ import annotations

import json
import logging
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from random import Random
from typing import Any
from unittest import mock

import pytest

import webhooks.app
from renkei import aws, portals
from renkei.deliveries import Deliveries
from renkei.dynamo import Table
from renkei.lms import event_of
from renkei.sources import SOURCES, seal_key
from renkei.vault import Vault
from tests.functions.webhook_cases import KEYS, PERSONAL, STRANGER, WORKSPACE, Case, case
from tests.functions.webhook_memory import Memory, in_memory
from tests.harness import PORTAL, Context, Stack

VENDORS = ("timerex", "calendly", "calcom", "lms", "hubspot")
PARTS, EACH = 4, 5_000
NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
APP = json.dumps({"client_id": "app", "client_secret": KEYS[0]})
NOT_HUBSPOTS = "not signed by an app that we know, or too long ago"
BOX = f"{WORKSPACE}#booking_to_hubspot"


@pytest.fixture
def memory() -> Iterator[Memory]:
    with in_memory(lambda: NOW) as made:
        yield made


class Log(logging.Handler):
    """Keeps all that log lines would tell."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.getMessage()} {vars(record)}")


@pytest.fixture
def log() -> Iterator[Log]:
    handler, logger = Log(), logging.getLogger("renkei")
    with mock.patch.multiple(logger, level=logging.INFO, propagate=False, handlers=[handler]):
        yield handler


def source(vendor: str, vault: Vault) -> None:
    """Let a vendor send with either of two secrets; HubSpot's are the deployment's app's and an own app's."""
    row: dict[str, Any] = {"workspace": WORKSPACE, "item": f"source#{vendor}", "off": []}
    row |= {"listeners": {"booking_to_hubspot": "hubspot"}}
    if vendor == "hubspot":
        portals.note(vault, vendor, str(PORTAL), WORKSPACE, KEYS[1])
        Table("workspaces").put(row)
        return
    row |= {"tokens": [vault.digest(f"token {vendor}", key) for key in KEYS]}
    if SOURCES[vendor].signed:
        row["keys"] = [seal_key(vault, WORKSPACE, vendor, key) for key in KEYS]
    Table("workspaces").put(row)


def answered(vendor: str, one: Case) -> tuple[int, dict[str, Any]]:
    """What the route answers, if that is what it may answer to such a request."""
    answer = webhooks.app.handler(one.request, Context())  # type: ignore[arg-type]
    status, told = answer["statusCode"], json.loads(answer["body"])
    forgiving = vendor in SOURCES and SOURCES[vendor].forgiving
    if status == 413 and not forgiving:
        assert len(one.raw) > 256 * 1024
        return status, told
    allowed = {401, 400} if not one.proved else {200} if forgiving else {200, 400}
    if one.kind.endswith("own"):
        allowed.add(401)  # unless it names the portal that the app is of
    assert status in allowed, f"{status} for {one.kind}: {told}"
    if not one.proved:
        reasons = ("unknown workspace or wrong token", "the body is not readable", NOT_HUBSPOTS)
        assert told in [{"error": reason} for reason in reasons], told
    return status, told


def unsealed(row: dict[str, Any]) -> str:
    return repr({name: value for name, value in row.items() if name != "sealed"})


def hears_nothing(texts: list[str]) -> None:
    """Nothing personal, no secret."""
    whole = "\n".join(texts)
    assert not [word for word in (*PERSONAL, *KEYS, STRANGER) if word in whole]


@pytest.mark.parametrize("part", range(PARTS))
@pytest.mark.parametrize("vendor", VENDORS)
def test_nothing_breaks_and_nobody_gets_in(vendor: str, part: int, memory: Memory, log: Log) -> None:
    random, vault = Random(f"{vendor} {part}"), Vault(lambda: NOW)  # noqa: S311 - to be repeated
    memory.secret = APP
    source(vendor, vault)
    kinds: Counter[str] = Counter()
    bodies: dict[str, bytes] = {}
    memory.written.clear()
    for _ in range(EACH):
        one, before = case(random, vendor, NOW.timestamp()), len(memory.written)
        status, told = answered(vendor, one)
        kinds[f"{status} {'proved' if one.proved else 'unproved'}"] += 1
        kinds |= Counter({name: kinds[name] + count for name, count in told.items() if isinstance(count, int)})
        new = memory.written[before:]
        noted = 0 if vendor == "hubspot" else told.get("skipped", 0)  # of a batch, what nobody wants is not even noted
        assert len(new) == (told.get("accepted", 0) + noted if status == 200 else 0)
        kinds["rung"] += told.get("accepted", 0) > 0
        bodies |= {row["id"]["S"]: one.raw for row in new if "sealed" in row and row["box"]["S"] == BOX}
    print(f"{vendor}, part {part}: {EACH} requests, {dict(sorted(kinds.items()))}")  # noqa: T201 - how many is part of the proof
    rows = [row for row in memory.written if row.get("box")]
    assert len(memory.sent) == kinds["rung"] > EACH / 50
    assert kinds["accepted"] == len(bodies)
    assert min(kinds["200 proved"], kinds["401 unproved"]) > EACH / 20
    assert kinds["repeated"] > EACH / (30 if vendor == "lms" else 20)  # more of a school's events are refused
    assert {tuple(row) for row in memory.written if "sealed" not in row} <= {tuple(row) for row in rows}
    hears_nothing([*map(unsealed, memory.written), *map(repr, memory.sent), *log.lines])
    opens(vault, rows, bodies)
    for raw in bodies.values() if vendor == "lms" else ():
        event_of(json.loads(raw))


def opens(vault: Vault, rows: list[dict[str, Any]], bodies: dict[str, bytes]) -> None:
    """What was accepted is sealed, and opens to what was sent."""
    ledger = Deliveries(vault, lambda: NOW)
    for row in rows:
        if "sealed" in row:
            plain = {"box": row["box"]["S"], "id": row["id"]["S"], "sealed": row["sealed"]["B"]}
            assert not [word for word in PERSONAL if len(word) > 1 and word.encode() in plain["sealed"]]
            sent = json.loads(bodies[plain["id"]])
            kept = json.dumps(json.loads(ledger.open(plain))["body"])
            assert kept in [json.dumps(one) for one in (sent if isinstance(sent, list) else [sent])]


@pytest.mark.parametrize("vendor", VENDORS)
def test_the_same_on_a_whole_stack(vendor: str, stack: Stack, log: Log) -> None:
    random = Random(f"{vendor} on a stack")  # noqa: S311 - as above
    aws.client("secretsmanager").put_secret_value(SecretId="renkei/hubspot-app", SecretString=APP)
    source(vendor, Vault(stack.clock))
    for _ in range(120):
        answered(vendor, case(random, vendor, stack.clock.now.timestamp()))
    rows = list(Table("deliveries").query(("box", BOX)))
    assert rows
    hears_nothing([*map(unsealed, rows), *(bell["body"] for bell in stack.bells()), *log.lines])
