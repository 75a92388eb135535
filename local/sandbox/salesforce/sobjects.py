"""Single records: create, read, change, delete, and upsert by an external id.

https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/resources_sobject_basic_info_post.htm
https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/dome_upsert.htm
"""

from collections.abc import Sequence
from typing import Any

from local.sandbox.salesforce.ask import Answer, Ask
from local.sandbox.salesforce.errors import Refused, no_column, no_external_id, not_found
from local.sandbox.salesforce.fields import Facts
from local.sandbox.salesforce.saves import addressed, create, delete, read, update
from local.sandbox.salesforce.store import Record
from local.sandbox.salesforce.values import typed

UPSERT_TELLS = 46  # from this version on an upsert that changed something answers with a body
PARTS = {"street": "Street", "city": "City", "state": "State", "postalCode": "PostalCode", "country": "Country"}


def new(ask: Ask, name: str) -> Answer:
    """POST …/sobjects/{name}."""
    ask.fields(name)
    record = create(ask, name, _read(ask, name))
    return Answer({"id": record, "success": True, "errors": []}, 201, {"Location": ask.path(name, record)})


def get(ask: Ask, name: str, key: str) -> Answer:
    """GET …/sobjects/{name}/{id}?fields=…; all fields unless told."""
    return Answer(view(ask, name, addressed(ask, name, key), asked(ask)))


def change(ask: Ask, name: str, key: str) -> Answer:
    """PATCH …/sobjects/{name}/{id}; 204."""
    record = addressed(ask, name, key)
    update(ask, name, record, _read(ask, name))
    return Answer(None, 204)


def remove(ask: Ask, name: str, key: str) -> Answer:
    """DELETE …/sobjects/{name}/{id}; 204."""
    delete(ask, name, addressed(ask, name, key))
    return Answer(None, 204)


def get_by(ask: Ask, name: str, column: str, value: str) -> Answer:
    """GET …/sobjects/{name}/{external id field}/{value}."""
    found = matches(ask, name, column, value)
    if not found:
        raise not_found()
    return several(ask, name, found) or Answer(view(ask, name, found[0], asked(ask)))


def upsert(ask: Ask, name: str, column: str, value: str) -> Answer:
    """PATCH …/sobjects/{name}/{external id field}/{value}: 201 for a new record, 200 for one that was there."""
    found = matches(ask, name, column, value)
    values = _read(ask, name)
    if column in values:
        raise Refused(400, "INVALID_FIELD", f"The {column} field should not be specified in the sobject data.")
    ambiguous = several(ask, name, found)
    if ambiguous:
        return ambiguous
    if found:
        update(ask, name, found[0], values)
    elif ask.flag("updateOnly"):
        raise not_found()
    record = found[0]["Id"] if found else create(ask, name, values | {column: _key(ask, name, column, value)})
    if found and ask.version < UPSERT_TELLS:
        return Answer(None, 204)
    body: Record = {"id": record, "success": True, "errors": [], "created": not found}
    return Answer(body, 200 if found else 201, {"Location": ask.path(name, record)})


def matches(ask: Ask, name: str, column: str, value: str) -> list[Record]:
    """The living records with an external id; 404 for a field that is none."""
    facts = ask.fields(name).get(column)
    if facts is None or not facts["externalId"]:
        raise no_external_id(column)
    return ask.store.having(name, column, _key(ask, name, column, value))


def several(ask: Ask, name: str, found: Sequence[Record]) -> Answer | None:
    """300 with the addresses of all records, where there is more than one."""
    return Answer([ask.path(name, one["Id"]) for one in found], 300) if len(found) > 1 else None


def asked(ask: Ask) -> list[str]:
    """The columns of the parameter `fields`."""
    return [one.strip() for one in ask.request.args.get("fields", "").split(",") if one.strip()]


def view(ask: Ask, name: str, record: Record, columns: Sequence[str]) -> dict[str, Any]:
    """A record as it is shown; raises for a column that is not there."""
    fields = ask.fields(name)
    unknown = [column for column in columns if column not in fields]
    if unknown:
        raise no_column(unknown[0], name)
    shown: dict[str, Any] = {"attributes": {"type": name, "url": ask.path(name, record["Id"])}}
    shown |= {column: value(record, fields[column]) for column in (columns or fields)}
    return shown | {"Id": record["Id"]}


def value(record: Record, field: Facts) -> object:
    """A column of a record; an address is put together of its parts."""
    if field["type"] == "address":
        parts = {part: record.get(column) for part, column in PARTS.items()}
        return parts if any(parts.values()) else None
    return record.get(field["name"])


def _read(ask: Ask, name: str) -> Record:
    body = ask.body()
    if "Id" in body or "id" in body:
        raise Refused(400, "INVALID_FIELD", "The Id field should not be specified in the sobject data.")
    return read(ask, name, body)


def _key(ask: Ask, name: str, column: str, text: str) -> object:
    """The value in an address, of its field's kind."""
    facts = ask.fields(name)[column]
    number = facts["type"] in ("double", "int")
    try:
        found = typed(facts, float(text) if number else text)
    except ValueError:
        raise not_found() from None
    if found is None:
        raise not_found()
    return found
