"""The JSON API that `renkei` (the command line) calls. IAM lets nobody else in: there is no password here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.logging import correlation_paths

from console import setup
from console.answers import Wrong, connection_view, delivery_view, problem_view
from console.preview import preview
from integrations import INTEGRATIONS
from renkei import workspaces
from renkei.aws import DOWN
from renkei.bells import Bell, ring
from renkei.config import Language
from renkei.deliveries import STATES, order, parse_id
from renkei.errors import Outcome, Rejected
from renkei.runtime import bugs_told, logger, platform
from renkei.texts import language_of, text
from renkei.webhooks import answer

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

app = APIGatewayHttpResolver()
_PAGE = 100


@logger.inject_lambda_context(correlation_id_path=correlation_paths.API_GATEWAY_HTTP)
def handler(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """HTTP API event → JSON answer."""
    try:
        with bugs_told():
            return app.resolve(event, context)
    except Rejected as bug:
        message = text(bug.code, "en", bug.params)
        return answer(
            HTTPStatus.INTERNAL_SERVER_ERROR, {"error": {"code": bug.code, "message": message, "problems": []}}
        )


@app.get("/api/workspaces")
def all_workspaces() -> dict[str, Any]:
    """The names of all workspaces."""
    return {"workspaces": workspaces.names()}


@app.get("/api/workspaces/<workspace>")
def export(workspace: str) -> dict[str, Any]:
    """The workspace file, without secrets."""
    kept = workspaces.settings(workspace)
    if kept is None:
        raise Wrong(HTTPStatus.NOT_FOUND, "unknown_workspace", f"no workspace file was applied for {workspace}")
    document: dict[str, Any] = kept["document"]
    return document


@app.put("/api/workspaces/<workspace>")
def apply(workspace: str) -> dict[str, Any]:
    """Check a workspace file against its models and the portal, and keep it."""
    return setup.apply(platform(), workspace, _body())


@app.get("/api/workspaces/<workspace>/connections")
def connections(workspace: str) -> dict[str, Any]:
    """The connections, without their secrets."""
    return {"connections": [*map(connection_view, platform().connections.of(workspace)), *setup.sources(workspace)]}


@app.post("/api/workspaces/<workspace>/connections/<vendor>")
def connect(workspace: str, vendor: str) -> dict[str, Any]:
    """A start URL for an OAuth vendor; a token kept for a source."""
    domain = app.current_event.request_context.domain_name or ""
    return setup.connect(platform(), workspace, vendor, _body(), domain)


@app.delete("/api/workspaces/<workspace>/connections/<vendor>")
def end_connection(workspace: str, vendor: str) -> dict[str, Any]:
    """Uninstall, revoke, destroy the tokens."""
    failed = setup.end(platform(), workspace, vendor)
    if failed is None:
        raise Wrong(HTTPStatus.NOT_FOUND, "not_connected", f"{vendor} is not connected")
    return {"disconnected": True, "not_revoked": failed}


@app.get("/api/workspaces/<workspace>/deliveries")
def deliveries(workspace: str) -> dict[str, Any]:
    """Deliveries of one state, or of all, newest first, in pages."""
    query = app.current_event.query_string_parameters or {}
    state, limit = query.get("state", ""), query.get("limit", str(_PAGE))
    if state and state not in STATES:
        raise Wrong(HTTPStatus.BAD_REQUEST, "unknown_state", f"no such state; allowed: {', '.join(STATES)}")
    if not limit.isdecimal() or not 0 < int(limit) <= _PAGE:
        raise Wrong(HTTPStatus.BAD_REQUEST, "bad_limit", f"limit is a number from 1 to {_PAGE}")
    states = [one for one in STATES if state in {"", one}]
    rows = platform().deliveries.newest(workspace, list(INTEGRATIONS), states, int(limit), query.get("after", ""))
    language = _language(workspace)
    more = order(rows[-1]) if len(rows) == int(limit) else None
    return {"deliveries": [delivery_view(row, language) for row in rows], "next": more}


@app.get("/api/workspaces/<workspace>/deliveries/<delivery>")
def one_delivery(workspace: str, delivery: str) -> dict[str, Any]:
    """One delivery."""
    row = platform().deliveries.one(workspace, *parse_id(delivery))
    if row is None:
        raise _unknown(delivery)
    return delivery_view(row, _language(workspace))


@app.post("/api/workspaces/<workspace>/deliveries/<delivery>/retry")
def retry(workspace: str, delivery: str) -> dict[str, Any]:
    """Bring one delivery back."""
    integration, key = parse_id(delivery)
    done = platform().deliveries.retry(workspace, integration, key) if integration in INTEGRATIONS else None
    if done is None:
        raise _unknown(delivery)
    if not done:
        message = "it is settled and its payload is gone; let the scheduler send it again"
        raise Wrong(HTTPStatus.CONFLICT, "nothing_to_retry", message)
    ring(Bell(workspace, INTEGRATIONS[integration].vendor, integration))
    return {"state": "pending"}


@app.post("/api/workspaces/<workspace>/preview")
def show_preview(workspace: str) -> dict[str, Any]:
    """What a booking would become, without doing it."""
    return preview(platform(), workspace, _body(), _language(workspace))


@app.get("/api/workspaces/<workspace>/properties/<object_name>")
def properties(workspace: str, object_name: str) -> dict[str, Any]:
    """What can be mapped, with the portal's labels in the workspace's language."""
    if object_name not in {"companies", "contacts"}:
        raise Wrong(HTTPStatus.NOT_FOUND, "unknown_object", "allowed: companies, contacts")
    found = setup.properties(platform(), workspace, object_name, _language(workspace))
    return {"properties": [{"name": prop.name, "label": prop.label, "type": prop.type} for prop in found]}


@app.exception_handler(Wrong)  # type: ignore[untyped-decorator]
def _wrong(wrong: Wrong) -> Response[Any]:
    error = {"code": wrong.code, "message": wrong.message, "problems": [problem_view(one) for one in wrong.problems]}
    return _json(wrong.status, {"error": error})


@app.exception_handler(Outcome)  # type: ignore[untyped-decorator]
def _outcome(end: Outcome) -> Response[Any]:
    message = text(end.code, language_of(app.current_event.headers.get("accept-language") or ""), end.params)
    return _json(HTTPStatus.CONFLICT, {"error": {"code": end.code, "message": message, "problems": []}})


@app.exception_handler(list(DOWN))  # type: ignore[untyped-decorator]
def _down(down: Exception) -> Response[Any]:
    logger.error("store down", error=type(down).__name__)
    error = {"code": "store_down", "message": "AWS did not answer; try again", "problems": []}
    return _json(HTTPStatus.SERVICE_UNAVAILABLE, {"error": error})


def _unknown(delivery: str) -> Wrong:
    return Wrong(HTTPStatus.NOT_FOUND, "unknown_delivery", f"there is no delivery {delivery}")


def _json(status: HTTPStatus, body: Mapping[str, Any]) -> Response[Any]:
    return Response(int(status), "application/json", json.dumps(body))


def _body() -> dict[str, Any]:
    try:
        body = app.current_event.json_body
    except ValueError:
        body = None
    if not isinstance(body, dict):
        raise Wrong(HTTPStatus.BAD_REQUEST, "no_json", "the body is no JSON object")
    return body


def _language(workspace: str) -> Language:
    """The caller's language if it names one that we speak, else the workspace's."""
    accept = app.current_event.headers.get("accept-language") or ""
    if accept[:2].lower() in {"ja", "en", "de"}:
        return language_of(accept)
    kept = workspaces.settings(workspace)
    return kept["document"]["language"] if kept else "en"
