"""The JSON API that `renkei` (the command line) calls. IAM lets nobody else in: there is no password here."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response
from aws_lambda_powertools.logging import correlation_paths

from console import accounts, bulk, runs, setup, sources, tools
from console.answers import Wrong, delivery_view, problem_view
from console.preview import preview
from integrations import INTEGRATIONS
from renkei import notices, workspaces
from renkei.accounts import VENDORS, vendor_of
from renkei.aws import DOWN
from renkei.config import Language, public_url
from renkei.deliveries import STATES, order
from renkei.errors import Outcome, Reconnect, Rejected, Retry
from renkei.runtime import platform
from renkei.texts import language_of, text
from renkei.watch import bugs_told, logger
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
    document = workspaces.export(workspace, platform().vault)
    if document is None:
        raise Wrong(HTTPStatus.NOT_FOUND, "unknown_workspace", f"no workspace file was applied for {workspace}")
    return document


@app.put("/api/workspaces/<workspace>")
def apply(workspace: str) -> dict[str, Any]:
    """Check a workspace file against its models and the portal, and keep it."""
    return setup.apply(platform(), workspace, _body(), _domain())


@app.get("/api/vendors")
def vendors() -> dict[str, Any]:
    """What can be connected, and what is entered for it."""
    return {"vendors": accounts.vendors()}


@app.get("/api/workspaces/<workspace>/connections")
def connections(workspace: str) -> dict[str, Any]:
    """The connections, without their secrets."""
    return {"connections": accounts.shown(platform(), workspace, _language(workspace))}


@app.get("/api/workspaces/<workspace>/sources")
def all_sources(workspace: str) -> dict[str, Any]:
    """Who may send events: addresses, proofs, and whether each is connected."""
    return {"sources": sources.offered(workspace, public_url(_domain()))}


@app.post("/api/workspaces/<workspace>/connections/<vendor>")
def connect(workspace: str, vendor: str) -> dict[str, Any]:
    """A start URL for an OAuth vendor; a connection made of keys; a token kept for a source."""
    return accounts.connect(platform(), workspace, vendor, _body(), _domain(), language=_language(workspace))


@app.post("/api/workspaces/<workspace>/connections/<vendor>/test")
def test(workspace: str, vendor: str) -> dict[str, Any]:
    """What works of a connection, and what does not."""
    return accounts.test(platform(), workspace, vendor, _language(workspace))


@app.delete("/api/workspaces/<workspace>/connections/<vendor>")
def end_connection(workspace: str, vendor: str) -> dict[str, Any]:
    """Uninstall, revoke, destroy the secret; what waits is kept or discarded."""
    query = app.current_event.query_string_parameters or {}
    return accounts.end(platform(), workspace, vendor, query, _language(workspace))


@app.get("/api/workspaces/<workspace>/notices")
def all_notices(workspace: str) -> dict[str, Any]:
    """What people were told, and what was held back and why."""
    language = _language(workspace)
    names = {vendor: vendor_of(vendor).title for vendor in VENDORS}
    names |= {one.key: one.title[language] for one in INTEGRATIONS.values()}
    return {"notices": notices.recent(workspace, platform().vault, language, names)}


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
    return delivery_view(bulk.existing(platform(), workspace, delivery), _language(workspace))


@app.post("/api/workspaces/<workspace>/deliveries/<delivery>/retry")
def retry(workspace: str, delivery: str) -> dict[str, Any]:
    """Bring one delivery back."""
    return bulk.one(platform(), workspace, delivery, "retry")


@app.post("/api/workspaces/<workspace>/deliveries/<delivery>/discard")
def discard(workspace: str, delivery: str) -> dict[str, Any]:
    """End one delivery, and its payload with it."""
    return bulk.one(platform(), workspace, delivery, "discard")


@app.post("/api/workspaces/<workspace>/deliveries/retry")
def retry_many(workspace: str) -> dict[str, Any]:
    """Bring the next hundred of a cause, or of a connection, back."""
    return bulk.many(platform(), workspace, _body(), "retry")


@app.post("/api/workspaces/<workspace>/deliveries/discard")
def discard_many(workspace: str) -> dict[str, Any]:
    """End the next hundred of a cause, or of a connection."""
    return bulk.many(platform(), workspace, _body(), "discard")


@app.post("/api/workspaces/<workspace>/preview")
def show_preview(workspace: str) -> dict[str, Any]:
    """What a booking would become, without doing it."""
    return preview(platform(), workspace, _body(), _language(workspace))


@app.get("/api/workspaces/<workspace>/properties/<object_name>")
def properties(workspace: str, object_name: str) -> dict[str, Any]:
    """What can be mapped, with the portal's labels in the workspace's language."""
    return {"properties": setup.properties(platform(), workspace, object_name, _language(workspace))}


@app.post("/api/workspaces/<workspace>/jobs/<integration>")
def start_job(workspace: str, integration: str) -> dict[str, Any]:
    """Have a job of an integration done now; it stands among the deliveries."""
    return runs.start(platform(), workspace, integration, _body(), _language(workspace))


@app.get("/api/workspaces/<workspace>/tools/<integration>/<tool>")
def look_with(workspace: str, integration: str, tool: str) -> dict[str, Any]:
    """What a tool of an integration shows."""
    given = app.current_event.query_string_parameters or {}
    return tools.use(platform(), workspace, integration, tool, given, language=_language(workspace), acting=False)


@app.post("/api/workspaces/<workspace>/tools/<integration>/<tool>")
def act_with(workspace: str, integration: str, tool: str) -> dict[str, Any]:
    """Have a tool of an integration change something."""
    return tools.use(platform(), workspace, integration, tool, _body(), language=_language(workspace), acting=True)


@app.exception_handler(Wrong)  # type: ignore[untyped-decorator]
def _wrong(wrong: Wrong) -> Response[Any]:
    error = {"code": wrong.code, "message": wrong.message, "problems": [problem_view(one) for one in wrong.problems]}
    return _json(wrong.status, {"error": {**error, **wrong.more}})


@app.exception_handler(Outcome)  # type: ignore[untyped-decorator]
def _outcome(end: Outcome) -> Response[Any]:
    if isinstance(end, Reconnect):
        accounts.note_broken(platform(), app.current_event.path, end)
    code = "try_again" if isinstance(end, Retry) else end.code  # here it is a person who tries again
    message = text(code, language_of(app.current_event.headers.get("accept-language") or ""), end.params)
    return _json(HTTPStatus.CONFLICT, {"error": {"code": end.code, "message": message, "problems": []}})


@app.exception_handler(list(DOWN))  # type: ignore[untyped-decorator]
def _down(down: Exception) -> Response[Any]:
    logger.error("store down", error=type(down).__name__)
    error = {"code": "store_down", "message": "AWS did not answer; try again", "problems": []}
    return _json(HTTPStatus.SERVICE_UNAVAILABLE, {"error": error})


def _json(status: HTTPStatus, body: Mapping[str, Any]) -> Response[Any]:
    return Response(int(status), "application/json", json.dumps(body))


def _domain() -> str:
    return app.current_event.request_context.domain_name or ""


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
