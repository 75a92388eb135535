"""`POST /webhooks/{vendor}/{workspace}`: verify, one durable write for each listening integration, ring, 2xx.

Starts fast: what it imports is counted (`make bench`), so no pydantic, no requests, no boto3, no powertools.
"""

from __future__ import annotations

import functools
import json
import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from renkei import workspaces
from renkei.aws import DOWN
from renkei.bells import Bell, ring
from renkei.config import utc_now
from renkei.deliveries import Deliveries
from renkei.vault import Vault
from renkei.vendors import timerex
from renkei.webhooks import Refused, answer, one_of, parsed, raw_body

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

logger = logging.getLogger("renkei")  # the runtime writes it as JSON (template.yaml)

_RECEIVERS = {timerex.KEY: timerex}
_UNKNOWN = Refused(HTTPStatus.UNAUTHORIZED, "unknown workspace or wrong token")


@functools.cache
def _vault() -> Vault:
    return Vault(utc_now)


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
    names = event.get("pathParameters") or {}
    vendor, workspace = names.get("vendor", ""), names.get("workspace", "")
    body = raw_body(event)
    receiver = _RECEIVERS.get(vendor)
    if receiver is None or not workspaces.NAME.fullmatch(workspace):
        raise _UNKNOWN
    source = workspaces.source(workspace, vendor)
    if source is None or not source.get("tokens"):
        raise _UNKNOWN
    _verify(event, vendor, source)
    content = parsed(body)
    try:
        key, known = receiver.receive(content)
    except ValueError as wrong:
        raise Refused(HTTPStatus.BAD_REQUEST, str(wrong)) from None
    return _store(workspace, f"{vendor}.{key}", {"source": vendor, "body": content}, source, known=known)


def _verify(event: Mapping[str, Any], vendor: str, source: Mapping[str, Any]) -> None:
    """The sender must show one of the source's tokens; an unknown workspace answers the same."""
    headers = {name.lower(): value for name, value in (event.get("headers") or {}).items()}
    shown = headers.get(source.get("header") or timerex.TOKEN_HEADER, "").removeprefix("Bearer ")
    if not shown or not one_of(_vault().digest(f"token {vendor}", shown), source["tokens"]):
        raise _UNKNOWN


def _store(
    workspace: str, key: str, payload: Mapping[str, Any], source: Mapping[str, Any], *, known: bool
) -> dict[str, int]:
    """One conditional put for each listening integration, then the bells; a repeat is recognised by the put."""
    ledger = Deliveries(_vault(), utc_now)
    told = {"accepted": 0, "repeated": 0, "skipped": 0}
    sealed = json.dumps(payload, separators=(",", ":")).encode()
    off = set(source.get("off") or ())
    for integration, connection in source["listeners"].items():
        reason = "unknown_event" if not known else "integration_off" if integration in off else ""
        if reason:
            told["skipped" if ledger.note_skipped(workspace, integration, key, reason, {}) else "repeated"] += 1
        elif ledger.accept(workspace, integration, key, sealed):
            told["accepted"] += 1
            _ring(Bell(workspace, connection, integration))
        else:
            told["repeated"] += 1
    logger.info("received", extra={"workspace": workspace, **told})
    return told


def _ring(bell: Bell) -> None:
    """A bell that cannot be rung costs a minute: the sweep finds what is due."""
    try:
        ring(bell)
    except DOWN as down:
        logger.warning("bell not rung", extra={"workspace": bell.workspace, "error": type(down).__name__})
