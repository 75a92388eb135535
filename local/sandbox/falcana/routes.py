"""What answers which path."""

import json
import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from hashlib import sha256
from typing import get_args

from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Response

from local.sandbox.falcana.accounts import Answered
from local.sandbox.falcana.ask import MOST, Ask, etag, limit, unreadable
from local.sandbox.falcana.changes import KEPT, Expired
from local.sandbox.falcana.fields import Bad, text, whole
from local.sandbox.falcana.records import ENTITIES, EXTERNAL, MAIL, NUMBER, Entity, Record, Value
from local.sandbox.falcana.refusals import Problem, bad_request
from local.sandbox.falcana.shapes import change_shape, instant, record_shape
from local.sandbox.falcana.values import read
from local.sandbox.falcana.writes import create, look_at_group, remove, update
from local.sandbox.vendor import json_response

FOUND_AT_ONCE = 100
REMEMBERED = timedelta(hours=24)
KEY = re.compile(r"[\x21-\x7e]{1,255}")
FEED = "changes"
FIND: Mapping[str, tuple[str, Callable[[object], Value]]] = {
    "ids": ("", whole),
    "external_ids": (EXTERNAL, text(MOST)),
    "customer_numbers": (NUMBER, text(MOST)),
    "emails": (MAIL, text(MOST)),
}
"""What can be looked for: under which name, and how one of the values is read."""

type Endpoint = Callable[[Ask], Response]


def ping(ask: Ask) -> Response:
    """GET /v1/ping."""
    body = {
        "tenant": ask.client.tenant,
        "tenant_name": ask.client.tenant_name,
        "api_version": "1",
        "server_time": instant(ask.now),
        "scopes": list(ask.scopes),
    }
    return json_response(200, body)


def list_records(ask: Ask) -> Response:
    """GET /v1/{entity}: the living ones by id."""
    ask.need("read")
    query = ask.query("limit", "cursor")
    most = limit(query)
    after = ask.place(query["cursor"], of=ask.entity) if "cursor" in query else 0
    found = ask.tenant.tables[ask.entity].after(after, most + 1)
    more = ask.cursor(found[most - 1].id, of=ask.entity) if len(found) > most else None
    items = [record_shape(ask.entity, record) for record in found[:most]]
    return json_response(200, {"items": items, "next_cursor": more})


def find_records(ask: Ask) -> Response:
    """POST /v1/{entity}/find: the living ones that have one of the values."""
    ask.need("read")
    table = ask.tenant.tables[ask.entity]
    name, values = _looked_for(ask)
    if name:
        numbers = {number for value in values for number in table.having(name, value)}
    else:
        numbers = {value for value in values if isinstance(value, int) and value in table.rows}
    # The order is nobody's to rely on: the latest first is as good as any.
    items = [record_shape(ask.entity, table.rows[number]) for number in sorted(numbers, reverse=True)]
    return json_response(200, {"items": items})


def read_record(ask: Ask) -> Response:
    """GET /v1/{entity}/{id}."""
    ask.need("read")
    return _answer(ask, 200, ask.record())


def create_record(ask: Ask) -> Response:
    """POST /v1/{entity}: once for each Idempotency-Key."""
    ask.need("write")
    key = ask.request.headers.get("Idempotency-Key", "")
    if not KEY.fullmatch(key):
        raise Problem(400, "idempotency_key_required")
    body = ask.body()
    _forget_keys(ask)
    asked = sha256(json.dumps([ask.entity, body], sort_keys=True).encode()).digest()
    made = ask.tenant.answered.get(key)
    if made is None:
        values = read(ask.tenant, ask.entity, body, None)
        look_at_group(ask.tenant, ask.entity, None, values)
        record = create(ask.tenant, ask.entity, values, ask.commit)
        told = json.dumps(record_shape(ask.entity, record), ensure_ascii=False)
        made = ask.tenant.answered[key] = Answered(asked, record.id, told, ask.now)
    elif made.asked != asked:
        raise Problem(422, "idempotency_mismatch")
    headers = {"Location": f"/v1/{ask.entity}/{made.record}", "ETag": '"1"'}
    return Response(made.body, 201, headers, mimetype="application/json")


def update_record(ask: Ask) -> Response:
    """PATCH /v1/{entity}/{id}: what is not named stays."""
    ask.need("write")
    record = ask.record()
    ask.expected(record)
    changes = read(ask.tenant, ask.entity, ask.body(), record)
    look_at_group(ask.tenant, ask.entity, record, changes)
    update(ask.tenant, ask.entity, record, changes, ask.commit)
    return _answer(ask, 200, record)


def delete_record(ask: Ask) -> Response:
    """DELETE /v1/{entity}/{id}."""
    ask.need("write")
    record = ask.record()
    ask.expected(record)
    look_at_group(ask.tenant, ask.entity, record, {})
    remove(ask.tenant, ask.entity, record, ask.commit)
    return json_response(204, None)


def list_changes(ask: Ask) -> Response:
    """GET /v1/changes: what was committed after the cursor's place; without a cursor only the place of now."""
    query = ask.query("entity", "cursor", "limit")
    entities = _entities(query.get("entity", ""))
    for entity in entities:
        ask.need("read", entity)
    feed, most = ask.tenant.feed, limit(query)
    feed.forget(ask.now - KEPT)
    after = ask.place(query["cursor"], of=FEED) if "cursor" in query else feed.last
    if after > feed.last:
        raise unreadable()
    most = min(most, ask.settings.feed_page or most)
    again = ask.settings.repeat_changes if "cursor" in query else 0
    try:
        page = feed.read(after, entities, most, again=again)
    except Expired:
        raise Problem(410, "cursor_expired") from None
    body = {
        "items": [change_shape(row) for row in page.rows],
        "next_cursor": ask.cursor(page.last, of=FEED),
        "has_more": page.more,
        "earliest_cursor": ask.cursor(feed.earliest, of=FEED),
    }
    return json_response(200, body)


def list_custom_fields(ask: Ask) -> Response:
    """GET /v1/custom-fields."""
    (entity,) = _entities(ask.query("entity").get("entity", ""), most=1)
    ask.need("read", entity)
    return json_response(200, {"items": [one.shown(entity) for one in ask.tenant.customs[entity].values()]})


def list_users(ask: Ask) -> Response:
    """GET /v1/users."""
    ask.query()
    users = ask.tenant.users.values()
    items = [{"id": one.id, "name": one.name, "email": one.email, "active": one.active} for one in users]
    return json_response(200, {"items": items})


def list_sales_groups(ask: Ask) -> Response:
    """GET /v1/sales-groups."""
    ask.query()
    return json_response(200, {"items": [{"id": one, "name": name} for one, name in ask.tenant.groups.items()]})


def _answer(ask: Ask, status: int, record: Record) -> Response:
    return json_response(status, record_shape(ask.entity, record), {"ETag": etag(record)})


def _looked_for(ask: Ask) -> tuple[str, list[Value]]:
    """By what and for which values; 400 unless there is one list of 1 to 100 values of the right type."""
    body = ask.body()
    ((told, values),) = body.items() if len(body) == 1 else [("", None)]
    if told not in FIND or not isinstance(values, list) or not 1 <= len(values) <= FOUND_AT_ONCE:
        raise bad_request()
    if told == "customer_numbers" and ask.entity != "addresses":
        raise bad_request()
    name, one = FIND[told]
    try:
        return name, [one(value) for value in values]
    except Bad:
        raise bad_request() from None


def _entities(told: str, most: int = len(ENTITIES)) -> list[Entity]:
    names = told.split(",")
    found = [entity for entity in ENTITIES if entity in names]
    if len(found) != len(names) or len(found) > most:
        raise bad_request()
    return found


def _forget_keys(ask: Ask) -> None:
    """Keys are remembered for a day; the oldest stand first."""
    answered = ask.tenant.answered
    while answered and answered[oldest := next(iter(answered))].at <= ask.now - REMEMBERED:
        del answered[oldest]


def _rule(method: str, path: str, endpoint: Endpoint | None) -> Rule:
    return Rule(f"/v1{path}", methods=[method], endpoint=endpoint)


_ENTITY = "/<any({}):entity>".format(", ".join(f'"{one}"' for one in get_args(Entity.__value__)))
ROUTES = Map(
    [
        _rule("POST", "/token", None),
        _rule("GET", "/ping", ping),
        _rule("GET", "/changes", list_changes),
        _rule("GET", "/custom-fields", list_custom_fields),
        _rule("GET", "/users", list_users),
        _rule("GET", "/sales-groups", list_sales_groups),
        _rule("GET", _ENTITY, list_records),
        _rule("POST", _ENTITY, create_record),
        _rule("POST", f"{_ENTITY}/find", find_records),
        _rule("GET", f"{_ENTITY}/<int:number>", read_record),
        _rule("PATCH", f"{_ENTITY}/<int:number>", update_record),
        _rule("DELETE", f"{_ENTITY}/<int:number>", delete_record),
    ]
)
"""The token endpoint stands here without what answers it: nobody has a token yet."""
