"""What answers which path."""

from collections.abc import Callable, Mapping

from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Response

from local.sandbox.mailchimp import writes
from local.sandbox.mailchimp.ask import Ask
from local.sandbox.mailchimp.batch import subscribe
from local.sandbox.mailchimp.members import STATUSES
from local.sandbox.mailchimp.problems import Refused, invalid
from local.sandbox.vendor import json_response

NOT_ARCHIVED = "This list member cannot be removed. Can not archive a contact that is bounced, pending or archived."
_LIST, _MEMBER = "/3.0/lists/<audience>", "/3.0/lists/<audience>/members/<member>"
_FIELD = f"{_LIST}/merge-fields/<int:field>"
ROUTES = Map(
    [
        Rule("/3.0", endpoint="root", methods=["GET"]),
        Rule("/3.0/ping", endpoint="ping", methods=["GET"]),
        Rule(_LIST, endpoint="audience", methods=["GET"]),
        Rule(_LIST, endpoint="subscribe", methods=["POST"]),
        Rule(f"{_LIST}/members", endpoint="members", methods=["GET"]),
        Rule(f"{_LIST}/members", endpoint="add", methods=["POST"]),
        Rule(_MEMBER, endpoint="member", methods=["GET"]),
        Rule(_MEMBER, endpoint="put", methods=["PUT"]),
        Rule(_MEMBER, endpoint="patch", methods=["PATCH"]),
        Rule(_MEMBER, endpoint="archive", methods=["DELETE"]),
        Rule(f"{_MEMBER}/actions/delete-permanent", endpoint="forget", methods=["POST"]),
        Rule(f"{_LIST}/merge-fields", endpoint="merge_fields", methods=["GET"]),
        Rule(f"{_LIST}/merge-fields", endpoint="add_merge_field", methods=["POST"]),
        Rule(_FIELD, endpoint="merge_field", methods=["GET"]),
        Rule(_FIELD, endpoint="remove_merge_field", methods=["DELETE"]),
    ],
    strict_slashes=False,
)


def answer(endpoint: str, ask: Ask) -> Response:
    """The answer of an endpoint, also where it refuses."""
    try:
        return ENDPOINTS[endpoint](ask)
    except Refused as refused:
        return refused.response()


def _about_audience(ask: Ask) -> Response:
    return ask.shown(ask.audience.shape())


def _members(ask: Ask) -> Response:
    (count, offset), status = ask.page(), ask.request.args.get("status", "")
    if status and status not in STATUSES:
        raise invalid([("status", f"Value must be one of: {', '.join(STATUSES)}")])
    found, total = ask.audience.members.listed(status, offset, count)
    shapes = [ask.shape(member) for member in found]
    return ask.shown({"members": shapes, "list_id": ask.audience.id, "total_items": total, "_links": []})


def _member(ask: Ask) -> Response:
    return ask.shown(ask.shape(ask.member()))


def _add(ask: Ask) -> Response:
    body = ask.body()
    status = writes.status_of(body, "status", writes.NEW)
    return ask.shown(ask.shape(writes.add(ask, writes.address(ask, body), status, body)))


def _put(ask: Ask) -> Response:
    return ask.shown(ask.shape(writes.put(ask, ask.body())))


def _patch(ask: Ask) -> Response:
    return ask.shown(ask.shape(writes.patch(ask, ask.body())))


def _archive(ask: Ask) -> Response:
    member = ask.member()
    if member.status == "archived" or member.status in ask.settings.never_archived:
        raise Refused("Method Not Allowed", NOT_ARCHIVED)
    ask.audience.members.turn(member, "archived", ask.now)
    return json_response(204, None)


def _forget(ask: Ask) -> Response:
    """Delete for good. Described for the hash alone, not for the other keys."""
    member = ask.audience.members.by_hash.get(ask.parts["member"])
    if member is None:
        raise Refused("Resource Not Found")
    ask.audience.members.forget(member)
    return json_response(204, None)


def _merge_fields(ask: Ask) -> Response:
    (count, offset), kind, required = ask.page(), ask.request.args.get("type"), "required" in ask.request.args
    rows = [
        one.shape(ask.audience.id)
        for one in ask.audience.fields.by_tag.values()
        if kind in (None, one.type) and (not required or one.required == ask.flag("required"))
    ]
    page = rows[offset:][:count]
    return ask.shown({"merge_fields": page, "list_id": ask.audience.id, "total_items": len(rows), "_links": []})


def _add_merge_field(ask: Ask) -> Response:
    made = ask.audience.fields.add(ask.body(), ask.settings.merge_field_limit)
    return ask.shown(made.shape(ask.audience.id))


def _merge_field(ask: Ask) -> Response:
    found = ask.audience.fields.found(ask.parts["field"])
    if found is None:
        raise Refused("Resource Not Found")
    return ask.shown(found.shape(ask.audience.id))


def _remove_merge_field(ask: Ask) -> Response:
    if not ask.audience.fields.remove(ask.parts["field"]):
        raise Refused("Resource Not Found")
    return json_response(204, None)


ENDPOINTS: Mapping[str, Callable[[Ask], Response]] = {
    "audience": _about_audience,
    "subscribe": subscribe,
    "members": _members,
    "add": _add,
    "member": _member,
    "put": _put,
    "patch": _patch,
    "archive": _archive,
    "forget": _forget,
    "merge_fields": _merge_fields,
    "add_merge_field": _add_merge_field,
    "merge_field": _merge_field,
    "remove_merge_field": _remove_merge_field,
}
"""The endpoints of an audience."""
