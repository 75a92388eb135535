"""`POST /webhooks/{vendor}/{workspace}`: verify, one durable write for each listening integration, ring, 2xx.

`POST /webhooks/hubspot` is webhooks/hubspot.py.

Starts fast: what it imports is counted (`make bench`), so no pydantic, no requests, no boto3, no powertools.
"""

from __future__ import annotations

import functools
import hashlib
import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from renkei import workspaces
from renkei.aws import DOWN
from renkei.config import utc_now
from renkei.deliveries import Deliveries
from renkei.sources import SOURCES, Source, open_keys
from renkei.vault import Vault
from renkei.vendors import hubspot_webhooks, timerex
from renkei.webhooks import Refused, answer, one_of, oversized, parsed, raw_body
from webhooks import hubspot
from webhooks.storing import Event, Store

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = logging.getLogger("renkei")  # the runtime writes it as JSON (template.yaml)

_UNKNOWN = Refused(HTTPStatus.UNAUTHORIZED, "unknown workspace or wrong token")


@functools.cache
def _vault() -> Vault:
    return Vault(utc_now)


@functools.cache
def _app_key() -> hubspot.AppKey:
    return hubspot.AppKey(utc_now)


def handler(event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:  # noqa: ARG001
    """HTTP API event → answer. Anything but 2xx means that nothing was stored, or not all."""
    if event["rawPath"] == "/healthz":
        return answer(HTTPStatus.OK, {"ok": True})
    try:
        return answer(HTTPStatus.OK, _receive(event))
    except Refused as refused:
        logger.info("refused", extra={"status": int(refused.status)})
        return answer(refused.status, {"error": refused.reason})
    except DOWN as down:
        logger.error("store down", extra={"error": type(down).__name__})  # noqa: TRY400 - a trace could quote the payload
        return answer(HTTPStatus.SERVICE_UNAVAILABLE, {"error": "not stored; please send again"})


def _receive(event: Mapping[str, Any]) -> dict[str, int]:
    if event["rawPath"] == hubspot_webhooks.PATH:
        return hubspot.receive(event, _vault(), utc_now, _app_key())
    names = event.get("pathParameters") or {}
    source, workspace = SOURCES.get(names.get("vendor", "")), names.get("workspace", "")
    body = raw_body(event)
    if (problem := oversized(body)) and not (source and source.forgiving):
        raise Refused(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, problem)
    if source is None or not workspaces.NAME.fullmatch(workspace):
        raise _UNKNOWN
    row = workspaces.source(workspace, source.key)
    if row is None:
        raise _UNKNOWN
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    proved = _signed(source, workspace, row, headers, body) if source.signed else _shown(source, row, headers)
    if not proved:
        raise _UNKNOWN
    store = Store(Deliveries(_vault(), utc_now), source.key)
    store.keep(workspace, row, _read(source, body))
    told = store.done()
    logger.info("received", extra={"workspace": workspace, **told})
    return told


def _shown(source: Source, row: Mapping[str, Any], headers: Mapping[str, str]) -> bool:
    """Whether the sender shows one of the source's tokens."""
    token = headers.get(row.get("header") or timerex.TOKEN_HEADER, "").removeprefix("Bearer ")
    try:
        token.encode()
    except UnicodeEncodeError:  # half of a surrogate pair is in no token
        return False
    return bool(token) and one_of(_vault().digest(f"token {source.key}", token), row.get("tokens") or ())


def _signed(source: Source, workspace: str, row: Mapping[str, Any], headers: Mapping[str, str], body: bytes) -> bool:
    """Whether the raw body is signed with one of the source's keys."""
    keys = open_keys(_vault(), workspace, source.key, row)
    return source.signed is not None and source.signed(headers, body, keys, utc_now())


def _read(source: Source, body: bytes) -> Event:
    """The event in a body that its sender has proved. Refused if it is none, unless the source stops after errors."""
    if problem := oversized(body):
        return _unmappable(source, body, problem)
    content = parsed(body)
    try:
        key, known = source.receive(content)
    except ValueError as wrong:
        if not source.forgiving:
            raise Refused(HTTPStatus.BAD_REQUEST, str(wrong)) from None
        return _unmappable(source, body, str(wrong))
    return Event(f"{source.key}.{key}", content, "" if known else "unknown_event")


def _unmappable(source: Source, body: bytes, problem: str) -> Event:
    """What is noted of a body out of which no booking can be read."""
    key = _vault().digest("unreadable body", hashlib.sha256(body).hexdigest())[:32]
    return Event(f"{source.key}.unreadable.{key}", reason="unmappable", params={"problem": problem})
