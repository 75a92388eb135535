"""What answers which path, and the tick it needs."""

from collections.abc import Callable, Mapping

from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Response

from local.sandbox.board import clients, invoices, projects, shapes
from local.sandbox.board.accounts import Row, Tick
from local.sandbox.board.ask import Ask
from local.sandbox.board.lists import listed
from local.sandbox.vendor import json_response

OK, CREATED, NO_CONTENT = 200, 201, 204

type Endpoint = Callable[[Ask], Response]


def list_users(ask: Ask) -> Response:
    """GET /users."""
    return listed(ask, "users", dict)


def list_clients(ask: Ask) -> Response:
    """GET /clients."""
    whole = ask.group == "large" or ask.settings.lists_show_all
    return listed(ask, "clients", lambda row: clients.shape(row, whole=whole))


def read_client(ask: Ask) -> Response:
    """GET /clients/{id}."""
    return json_response(OK, clients.shape(ask.row("clients"), whole=True))


def create_client(ask: Ask) -> Response:
    """POST /clients."""
    row = clients.create(ask.account, ask.body(), ask.now, ask.settings)
    return _written(ask, CREATED, clients.shape(row, whole=True))


def update_client(ask: Ask) -> Response:
    """PATCH /clients/{id}: what is not named stays."""
    row = ask.row("clients")
    clients.update(row, ask.body(), ask.now, ask.settings)
    return _written(ask, OK, clients.shape(row, whole=True))


def delete_client(ask: Ask) -> Response:
    """DELETE /clients/{id}."""
    clients.delete(ask.account, ask.row("clients"))
    return json_response(NO_CONTENT, None)


def list_projects(ask: Ask) -> Response:
    """GET /projects."""

    def show(row: Row) -> Mapping[str, object]:
        shown = shapes.project(ask.account, row, ask.group, whole=ask.settings.lists_show_all)
        return shown if ask.group in ("large", "all") else shapes.without_memo(shown)

    return listed(ask, "projects", show)


def read_project(ask: Ask) -> Response:
    """GET /projects/{id}."""
    return json_response(OK, _project(ask, ask.row("projects")))


def create_project(ask: Ask) -> Response:
    """POST /projects."""
    return _written(ask, CREATED, _project(ask, projects.create(ask.account, ask.body(), ask.now)))


def update_project(ask: Ask) -> Response:
    """PATCH /projects/{id}: what is not named stays."""
    row = ask.row("projects")
    projects.update(ask.account, row, ask.body(), ask.now)
    return _written(ask, OK, _project(ask, row))


def delete_project(ask: Ask) -> Response:
    """DELETE /projects/{id}."""
    projects.delete(ask.account, ask.row("projects"))
    return json_response(NO_CONTENT, None)


def update_order_status(ask: Ask) -> Response:
    """PATCH /projects/order_status/{id}."""
    row = ask.row("projects")
    projects.update_order_status(row, ask.body(), ask.now)
    return _written(ask, OK, _project(ask, row))


def update_lock(ask: Ask) -> Response:
    """PATCH /projects/lock_flg/{id}."""
    row = ask.row("projects")
    projects.update_lock(row, ask.body(), ask.now)
    return _written(ask, OK, _project(ask, row))


def list_invoices(ask: Ask) -> Response:
    """GET /invoices."""
    return listed(ask, "invoices", lambda row: shapes.invoice(ask.account, row))


def update_invoice_status(ask: Ask) -> Response:
    """PATCH /invoices/invoice_status/{id}."""
    row = ask.row("invoices")
    invoices.update_status(ask.account, row, ask.body(), ask.now, ask.settings)
    return _written(ask, OK, shapes.invoice(ask.account, row))


def _project(ask: Ask, row: Row) -> dict[str, object]:
    return shapes.project(ask.account, row, ask.group, whole=True)


def _written(ask: Ask, status: int, shown: Mapping[str, object]) -> Response:
    """What a write is answered with is not written down, so it can be switched."""
    match ask.settings.write_answers:
        case "whole":
            return json_response(status, shown)
        case "id":
            return json_response(status, {"id": shown["id"]})
    return json_response(NO_CONTENT, None)


def _rule(method: str, path: str, endpoint: Endpoint, tick: Tick) -> Rule:
    return Rule(f"/v1{path}", methods=[method], endpoint=(endpoint, tick))


ROUTES = Map(
    [
        _rule("GET", "/users", list_users, "users.list"),
        _rule("GET", "/clients", list_clients, "clients.list"),
        _rule("POST", "/clients", create_client, "clients.create"),
        _rule("GET", "/clients/<int:number>", read_client, "clients.read"),
        _rule("PATCH", "/clients/<int:number>", update_client, "clients.update"),
        _rule("DELETE", "/clients/<int:number>", delete_client, "clients.delete"),
        _rule("GET", "/projects", list_projects, "projects.list"),
        _rule("POST", "/projects", create_project, "projects.create"),
        _rule("GET", "/projects/<int:number>", read_project, "projects.read"),
        _rule("PATCH", "/projects/<int:number>", update_project, "projects.update"),
        _rule("DELETE", "/projects/<int:number>", delete_project, "projects.delete"),
        _rule("PATCH", "/projects/order_status/<int:number>", update_order_status, "projects.order_status"),
        _rule("PATCH", "/projects/lock_flg/<int:number>", update_lock, "projects.lock_flg"),
        _rule("GET", "/invoices", list_invoices, "invoices.list"),
        _rule("PATCH", "/invoices/invoice_status/<int:number>", update_invoice_status, "invoices.invoice_status"),
    ]
)
