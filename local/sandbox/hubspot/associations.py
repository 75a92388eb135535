"""Associations between records.

https://developers.hubspot.com/docs/api-reference/latest/crm/associations/overview
"""

from collections.abc import Iterable

from local.sandbox.hubspot.ask import Answer, Ask
from local.sandbox.hubspot.batches import answered, capped
from local.sandbox.hubspot.errors import bad_json, not_found
from local.sandbox.hubspot.kinds import (
    SINGULAR,
    TYPE_IDS,
    association_type,
    association_types,
    kind_of,
)
from local.sandbox.hubspot.links import CATEGORY, drop_primary, link, type_id
from local.sandbox.hubspot.shapes import Json, items, mapping, needed
from local.sandbox.hubspot.store import Record

MOST_READ, MOST_CREATED, MOST_ARCHIVED = 1000, 2000, 100


def put_default(ask: Ask, kind: str, object_id: str, to_kind: str, to_id: str) -> Answer:
    """PUT …/associations/default/…: the unlabelled association."""
    record, other = _pair(ask, kind, object_id, to_kind, to_id)
    _add(ask, record, other, [])
    return 200, answered(ask.now, _default_results(record, other))


def put_labels(ask: Ask, kind: str, object_id: str, to_kind: str, to_id: str) -> Answer:
    """PUT …/associations/…: replaces the set of types between two records."""
    specs = ask.json()
    if not isinstance(specs, list):
        raise bad_json("a list of association types is expected")
    record, other = _pair(ask, kind, object_id, to_kind, to_id)
    types = [type_id(mapping(spec)) for spec in specs]
    drop_primary(ask.portal, record, other, ask.now)
    link(ask.portal, record, other, types, ask.now, first_is_primary=ask.settings.first_company_is_primary)
    return 201, _labels_between(record, other, types)


def delete(ask: Ask, kind: str, object_id: str, to_kind: str, to_id: str) -> Answer:
    """DELETE …/associations/…: everything between two records."""
    record, other = _pair(ask, kind, object_id, to_kind, to_id)
    ask.portal.unlink((record.kind, record.id), (other.kind, other.id), ask.now)
    return 204, None


def read(ask: Ask, kind: str, object_id: str, to_kind: str) -> Answer:
    """GET …/associations/…: what a record is associated with."""
    kind, to_kind = kind_of(kind), kind_of(to_kind)
    ask.need_objects("read", kind, to_kind)
    record = ask.portal.find(kind, object_id, merged=True)
    if record is None:
        raise not_found(object_id)
    return 200, _page(_targets(ask, record, to_kind), ask.limit(500, 500), ask.query("after"))


def batch_read(ask: Ask, kind: str, to_kind: str) -> Answer:
    """POST …/batch/read."""
    kind, to_kind = kind_of(kind), kind_of(to_kind)
    ask.need_objects("read", kind, to_kind)
    results: list[Json] = []
    errors: list[Json] = []
    for entry in capped(items(ask.body(), "inputs"), MOST_READ):
        object_id = needed(entry, "id")
        record = ask.portal.find(kind, object_id)
        targets = _targets(ask, record, to_kind) if record else []
        if targets:
            page = _page(targets, 500, str(entry.get("after") or "") or None)
            found: Json = {"from": {"id": object_id}, "to": page.pop("results")}
            results.append(found | page)
        else:
            errors.append(_none_found(kind, object_id, to_kind))
    return (207 if errors else 200), answered(ask.now, results, errors)


def batch_default(ask: Ask, kind: str, to_kind: str) -> Answer:
    """POST …/batch/associate/default."""
    results: list[Json] = []
    with ask.portal.all_or_nothing():
        for entry in capped(items(ask.body(), "inputs"), MOST_CREATED):
            record, other = _pair(ask, kind, *_ends(entry, to_kind))
            _add(ask, record, other, [])
            results += _default_results(record, other)
    return 200, answered(ask.now, results)


def batch_create(ask: Ask, kind: str, to_kind: str) -> Answer:
    """POST …/batch/create: adds types."""
    results: list[Json] = []
    with ask.portal.all_or_nothing():
        for entry in capped(items(ask.body(), "inputs"), MOST_CREATED):
            record, other = _pair(ask, kind, *_ends(entry, to_kind))
            types = [type_id(spec) for spec in items(entry, "types")]
            _add(ask, record, other, types)
            results.append(_labels_between(record, other, types))
    return 201, answered(ask.now, results)


def batch_archive(ask: Ask, kind: str, to_kind: str) -> Answer:
    """POST …/batch/archive."""
    with ask.portal.all_or_nothing():
        for entry in capped(items(ask.body(), "inputs"), MOST_ARCHIVED):
            object_id = needed(mapping(entry.get("from"), "from"), "id")
            for to in items(entry, "to"):
                delete(ask, kind, object_id, to_kind, needed(to, "id"))
    return 200, answered(ask.now, [])


def labels(ask: Ask, kind: str, to_kind: str) -> Answer:
    """GET …/labels: the association types between two object types."""
    kind, to_kind = kind_of(kind), kind_of(to_kind)
    ask.need_objects("read", kind, to_kind)
    types = association_types(kind, to_kind)
    return 200, {"results": [_shown(t.type_id, t.label) for t in types]}


def _add(ask: Ask, record: Record, other: Record, types: Iterable[int]) -> None:
    before = ask.portal.linked((record.kind, record.id), other.kind).get(other.id, set())
    first = ask.settings.first_company_is_primary
    link(ask.portal, record, other, {*types, *before}, ask.now, first_is_primary=first)


def _pair(ask: Ask, kind: str, object_id: str, to_kind: str, to_id: str) -> tuple[Record, Record]:
    kind, to_kind = kind_of(kind), kind_of(to_kind)
    association_types(kind, to_kind)
    ask.need_objects("write", kind, to_kind)
    record, other = ask.portal.find(kind, object_id), ask.portal.find(to_kind, to_id)
    if record is None or other is None:
        raise not_found(object_id if record is None else to_id)
    return record, other


def _ends(entry: Json, to_kind: str) -> tuple[str, str, str]:
    from_id = needed(mapping(entry.get("from"), "from"), "id")
    return from_id, to_kind, needed(mapping(entry.get("to"), "to"), "id")


def _shown(type_id: int, label: str | None) -> Json:
    return {"category": CATEGORY, "typeId": type_id, "label": label}


def _targets(ask: Ask, record: Record, to_kind: str) -> list[Json]:
    labels_of = {t.type_id: t.label for t in association_types(record.kind, to_kind)}
    return [
        {
            "toObjectId": other,
            "associationTypes": [_shown(t, labels_of[t]) for t in sorted(types)],
        }
        for other, types in ask.portal.linked((record.kind, record.id), to_kind).items()
    ]


def _page(targets: list[Json], limit: int, after: str | None) -> Json:
    start = int(after) if after and after.isdecimal() else 0
    page: Json = {"results": targets[start : start + limit]}
    if start + limit < len(targets):
        page["paging"] = {"next": {"after": str(start + limit)}}
    return page


def _default_results(record: Record, other: Record) -> list[Json]:
    return [
        {
            "from": {"id": a.id},
            "to": {"id": b.id},
            "associationSpec": {
                "associationCategory": CATEGORY,
                "associationTypeId": association_types(a.kind, b.kind)[0].type_id,
            },
        }
        for a, b in ((record, other), (other, record))
    ]


def _labels_between(record: Record, other: Record, types: Iterable[int]) -> Json:
    found = [association_type(record.kind, other.kind, t).label for t in types]
    return {
        "fromObjectTypeId": TYPE_IDS[record.kind],
        "fromObjectId": record.id,
        "toObjectTypeId": TYPE_IDS[other.kind],
        "toObjectId": other.id,
        "labels": [label for label in found if label],
    }


def _none_found(kind: str, object_id: str, to_kind: str) -> Json:
    one, other = SINGULAR[kind], SINGULAR[to_kind]
    return {
        "status": "error",
        "category": "OBJECT_NOT_FOUND",
        "subCategory": "crm.associations.NO_ASSOCIATIONS_FOUND",
        "message": f"No {other} is associated with {one} {object_id}.",
        "context": {
            "fromObjectId": [object_id],
            "fromObjectType": [one],
            "toObjectType": [other],
        },
        "errors": [],
        "links": {},
    }
