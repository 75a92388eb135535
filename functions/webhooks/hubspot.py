"""`POST /webhooks/hubspot`: what happens in all connected HubSpot accounts (portals), up to 100 events at once.

HubSpot waits five seconds for an answer and sends everything again after any error; what was stored is recognised.
"""

from __future__ import annotations

import functools
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from http import HTTPStatus
from typing import Any

from renkei import config, portals, workspaces
from renkei.aws import client
from renkei.config import Clock
from renkei.deliveries import Deliveries
from renkei.dynamo import Item
from renkei.vault import Vault
from renkei.vendors.hubspot_webhooks import KEY, PATH, events, fresh, portals_in, signed
from renkei.vendors.hubspot_webhooks import Event as Posted
from renkei.webhooks import Refused, oversized, parsed, raw_body
from webhooks.storing import Event, Store

type Homes = Mapping[str, Sequence[Item]]
"""The rows of each portal: whose events they are."""

logger = logging.getLogger("renkei")
_KEPT = timedelta(minutes=5)
_MOST_PORTALS = 25
"""More than that an app of somebody's own is never installed in: what names more is not worth looking keys up for."""
_UNPROVED = Refused(HTTPStatus.UNAUTHORIZED, "not signed by an app that we know, or too long ago")


class AppKey:
    """The client secret of the deployment's app, read again every five minutes."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._read: tuple[datetime, bytes] | None = None

    def __call__(self) -> bytes:
        """The secret; empty if there is none yet. AWS errors are botocore's."""
        now = self._clock()
        if self._read is None or not timedelta() <= now - self._read[0] < _KEPT:
            held = client("secretsmanager").get_secret_value(SecretId=config.app_secret(KEY))
            self._read = now, _secret_in(held.get("SecretString") or "")
        return self._read[1]


def _secret_in(text: str) -> bytes:
    """The client secret, as renkei/workers.py reads it; empty where nobody has put one in."""
    try:
        secret = json.loads(text)["client_secret"]
    except (ValueError, TypeError, KeyError):
        return b""
    return secret.encode() if isinstance(secret, str) else b""


def receive(event: Mapping[str, Any], vault: Vault, clock: Clock, app_key: AppKey) -> dict[str, int]:
    """Store what is in an HTTP API event, and ring; gives the counts.

    Refused if HubSpot did not sign it, or it is no list of events. AWS errors are botocore's: then nobody was told
    that it is stored. Signed by the deployment's app, all of it counts; signed by an app that a workspace brought,
    what belongs to that workspace does.
    """
    body, now = raw_body(event), clock()
    if problem := oversized(body):
        raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, problem)
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    if not fresh(headers, now):
        raise _UNPROVED
    uri = config.public_url(event["requestContext"]["domainName"]) + PATH
    fits = functools.partial(signed, headers, body, now=now, uri=uri)
    ours = fits([app_key()])
    content = parsed(body)
    homes = {} if ours else _of_own_apps(vault, content, fits)
    try:
        found = events(content)
    except ValueError as wrong:
        raise Refused(HTTPStatus.BAD_REQUEST, str(wrong)) from None
    if ours:
        wanted = dict.fromkeys(one.portal for one in found if one.key)
        homes = {portal: portals.of(KEY, portal) for portal in wanted}
    return _store(found, homes, Store(Deliveries(vault, clock), KEY))


def _of_own_apps(vault: Vault, content: object, fits: Callable[[list[bytes]], bool]) -> Homes:
    """The rows of the named portals whose workspaces brought the app that signed. Refused if there is none."""
    named = portals_in(content)
    homes: dict[str, list[Item]] = {}
    for portal in named if len(named) <= _MOST_PORTALS else ():
        homes[portal] = [row for row in portals.of(KEY, portal) if fits(portals.keys(vault, KEY, portal, row))]
    if not any(homes.values()):
        raise _UNPROVED
    return homes


def _store(found: Sequence[Posted], homes: Homes, store: Store) -> dict[str, int]:
    """Store each event for the workspaces of its portal that listen; one that nobody wants counts as skipped.

    One after the other: a hundred take less than a second, and their order is kept where it was one.
    """
    names = dict.fromkeys(row["item"] for rows in homes.values() for row in rows)
    listening = {name: row for name in names if (row := workspaces.source(name, KEY)) and row.get("listeners")}
    for one in found:
        rows = homes.get(one.portal, ()) if one.key else ()
        hearing = [row["item"] for row in rows if row["item"] in listening]
        for name in hearing:
            store.keep(name, listening[name], Event(f"{KEY}.{one.key}", one.body))
        store.told["skipped"] += not hearing
    told = store.done()
    logger.info("received", extra={"source": KEY, "portals": len(homes), "workspaces": len(listening), **told})
    return told
