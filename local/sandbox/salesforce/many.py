"""sObject Collections: up to 200 records in one request, each with its own result.

https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_composite_sobjects_collections.htm
"""

from collections import Counter
from collections.abc import Callable, Iterable
from itertools import groupby
from typing import Any

from local.sandbox.salesforce.ask import Answer, Ask
from local.sandbox.salesforce.errors import Refused, bad, no_column, no_external_id, not_json
from local.sandbox.salesforce.ids import whole_id
from local.sandbox.salesforce.saves import NAMES, create, delete, read, update
from local.sandbox.salesforce.sobjects import asked, view
from local.sandbox.salesforce.store import Record
from local.sandbox.salesforce.values import typed

MOST, MOST_CHUNKS = 200, 10
ROLLED_BACK = bad(
    "ALL_OR_NONE_OPERATION_ROLLED_BACK",
    "Record rolled back because not all records were valid and the request was using AllOrNone header",
)

# A record of the request: what it is, and its values or what was wrong with them.
type Part = tuple[str, Record, Refused | None]
type Result = dict[str, Any]


def create_many(ask: Ask) -> Answer:
    """POST …/composite/sobjects."""

    def one(name: str, values: Record) -> Result:
        if "Id" in values:
            raise bad("INVALID_FIELD_FOR_INSERT_UPDATE", "cannot specify Id in an insert call", "Id")
        return {"id": create(ask, name, values)}

    body = ask.body()
    return _each(ask, _parts(ask, body), _all_or_none(body), one)


def update_many(ask: Ask) -> Answer:
    """PATCH …/composite/sobjects: each record names its `Id`."""
    body = ask.body()
    parts = _parts(ask, body)
    seen = Counter(whole_id(str(values.get("Id", ""))) for _, values, _ in parts)

    def one(name: str, values: Record) -> Result:
        if values.get("Id") is None:
            raise bad("MISSING_ARGUMENT", "Id not specified in an update call")
        record = _record(ask, name, values["Id"])
        if seen[record["Id"]] > 1:
            raise bad("DUPLICATE_VALUE", f"duplicate id in list: {record['Id']}")
        update(ask, name, record, {column: value for column, value in values.items() if column != "Id"})
        return {"id": record["Id"]}

    return _each(ask, parts, _all_or_none(body), one)


def upsert_many(ask: Ask, name: str, column: str) -> Answer:
    """PATCH …/composite/sobjects/{name}/{external id field}: each record holds its external id."""
    facts = ask.fields(name).get(column)
    if facts is None or not facts["externalId"]:
        raise no_external_id(column)
    body = ask.body()
    parts = _parts(ask, body, name)
    seen = Counter(str(values.get(column)).casefold() for _, values, _ in parts)

    def one(kind: str, values: Record) -> Result:
        key = values.get(column)
        if key is None:
            raise bad("MISSING_ARGUMENT", f"{column} not specified")
        if seen[str(key).casefold()] > 1:
            raise bad("DUPLICATE_VALUE", f"Duplicate external id specified: {key}", column)
        found = ask.store.having(kind, column, key)
        if len(found) > 1:
            raise bad("DUPLICATE_EXTERNAL_ID", f"{column}: more than one record found for external id field", column)
        if found:
            update(ask, kind, found[0], {other: value for other, value in values.items() if other != column})
        return {"id": found[0]["Id"] if found else create(ask, kind, values), "created": not found}

    return _each(ask, parts, _all_or_none(body), one, {"created": False})


def delete_many(ask: Ask) -> Answer:
    """DELETE …/composite/sobjects?ids=…&allOrNone=…."""
    ids = [one.strip() for one in ask.request.args.get("ids", "").split(",") if one.strip()]
    _counted(ids)

    def one(name: str, values: Record) -> Result:
        record = _record(ask, name, values["Id"])
        delete(ask, name, record)
        return {"id": record["Id"]}

    return _each(ask, [(NAMES.get(key[:3], ""), {"Id": key}, None) for key in ids], ask.flag("allOrNone"), one)


def get_many(ask: Ask, name: str) -> Answer:
    """GET …/composite/sobjects/{name}?ids=…&fields=…; null for an id that is not there."""
    columns = asked(ask)
    unknown = [column for column in columns if column not in ask.fields(name)]
    if unknown or not columns:
        raise no_column(unknown[0] if unknown else "", name)
    found = [ask.store.find(name, key) for key in ask.request.args.get("ids", "").split(",")]
    return Answer([view(ask, name, one, columns) if one and not one.get("IsDeleted") else None for one in found])


def _parts(ask: Ask, body: Record, only: str = "") -> list[Part]:
    """The records of a body. What cannot be read spoils the whole request, unless the switch says otherwise."""
    records = body.get("records")
    if not isinstance(records, list) or not all(isinstance(one, dict) for one in records):
        raise not_json("The property 'records' must be a list of objects")
    _counted(records)
    names = [_type(ask, record) for record in records]
    if only and set(names) - {only}:
        raise Refused(400, "INVALID_TYPE", f"All records must be of type {only}")
    if len(list(groupby(names))) > MOST_CHUNKS:
        message = "Cannot have more than 10 chunks in a single operation. Please rearrange the data to reduce chunking."
        raise Refused(400, "LIMIT_EXCEEDED", message)
    return [_part(ask, name, record) for name, record in zip(names, records, strict=True)]


def _part(ask: Ask, name: str, record: Record) -> Part:
    values = {("Id" if column == "id" else column): value for column, value in record.items()}
    try:
        return name, read(ask, name, values), None
    except Refused as refusal:
        if ask.settings.unreadable_fails_whole_collection:
            raise
        return name, {}, refusal


def _type(ask: Ask, record: Record) -> str:
    attributes = record.get("attributes")
    name = attributes.get("type") if isinstance(attributes, dict) else None
    if not isinstance(name, str):
        raise Refused(400, "INVALID_INPUT", "Include the type in the attributes of each record.")
    if not ask.sees(name):
        raise Refused(400, "INVALID_TYPE", f"sObject type '{name}' is not supported.")
    return name


def _counted(found: list[Any]) -> None:
    if len(found) > MOST:
        message = "record limit reached. cannot submit more than 200 records into this call"
        raise Refused(400, "EXCEEDED_ID_LIMIT", message)
    if not found:
        raise Refused(400, "INVALID_INPUT", "Specify at least one record.")


def _all_or_none(body: Record) -> bool:
    return typed({"type": "boolean"}, body.get("allOrNone", False)) is True


def _record(ask: Ask, name: str, key: object) -> Record:
    """The living record with an id. In a collection an id that never was is a wrong reference, not a 404."""
    whole = whole_id(key) if isinstance(key, str) else None
    if whole is None or NAMES.get(whole[:3]) != name:
        raise bad("MALFORMED_ID", f"malformed id {key}")
    record = ask.store.find(name, whole)
    if record is None:
        raise bad("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
    if record.get("IsDeleted"):
        raise bad("ENTITY_IS_DELETED", "entity is deleted")
    return record


def _each(
    ask: Ask,
    parts: Iterable[Part],
    all_or_none: bool,
    one: Callable[[str, Record], Result],
    extra: Result | None = None,
) -> Answer:
    """Do every record; with `all_or_none` one that fails takes back all others."""
    results: list[Result] = []
    try:
        if not all_or_none:
            return Answer([_result(ask, part, one, extra or {}) for part in parts])
        with ask.store.all_or_nothing():
            results = [_result(ask, part, one, extra or {}) for part in parts]
            if not all(result["success"] for result in results):
                raise ROLLED_BACK
    except Refused as refusal:
        if refusal is not ROLLED_BACK:
            raise
        gone = {"success": False, "errors": ROLLED_BACK.results()} | (extra or {})
        results = [gone if result["success"] else result for result in results]
    return Answer(results)


def _result(ask: Ask, part: Part, one: Callable[[str, Record], Result], extra: Result) -> Result:
    name, values, wrong = part
    try:
        if wrong:
            raise wrong
        done = one(name, values)
    except Refused as refusal:
        errors = refusal.results()
        if ask.settings.duplicate_details_in_collections:
            errors = [error | dict(refusal.more) for error in errors]
        return {"success": False, "errors": errors} | extra
    return {"id": done.pop("id"), "success": True, "errors": []} | done
