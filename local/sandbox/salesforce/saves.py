"""Creating, changing and deleting one record, with everything that Salesforce checks on the way."""

from collections.abc import Iterator

from local.sandbox.salesforce import appointments, duplicates
from local.sandbox.salesforce.ask import WRITABLE, Ask
from local.sandbox.salesforce.errors import Refused, bad, no_column, no_external_id, not_found, now_and_then, together
from local.sandbox.salesforce.fields import PREFIXES, Facts
from local.sandbox.salesforce.ids import record_id, whole_id
from local.sandbox.salesforce.store import Record
from local.sandbox.salesforce.values import flaw, typed

# The org's active assignment rule for leads: what `Sforce-Auto-Assign` may name.
ASSIGNMENT_RULE = record_id("01Q", 1)
NAMES = {prefix: name for name, prefix in PREFIXES.items()}


def read(ask: Ask, name: str, body: Record) -> Record:
    """The values of a body, of the right kinds; raises what spoils a whole request."""
    fields = ask.fields(name)
    given = {column: value for column, value in body.items() if column != "attributes"}
    unknown = [column for column in given if column not in fields]
    if unknown:
        raise no_column(unknown[0], name)
    return {column: typed(fields[column], value) for column, value in given.items()}


def create(ask: Ask, name: str, values: Record) -> str:
    """Make a record of values that were read; its id."""
    if not ask.createable(name):
        raise bad("CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY", f"entity type cannot be inserted: {name}")
    fields = ask.fields(name)
    _permitted(fields, values, "createable", "create")
    given = {
        column: value
        for column, value in values.items()
        if value is not None or not fields[column]["defaultedOnCreate"]
    }
    _checked(ask, name, given, None)
    given |= _assigned(ask, name)
    return str(ask.store.add(name, ask.now, **given)["Id"])


def update(ask: Ask, name: str, record: Record, values: Record) -> None:
    """Change a record."""
    if record.get("IsConverted"):
        raise bad("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead")
    _permitted(ask.fields(name), values, "updateable", "create/update")
    _checked(ask, name, values, record)
    ask.store.write(record, values | _assigned(ask, name), ask.now)


def delete(ask: Ask, name: str, record: Record) -> None:
    """Delete a record."""
    if name not in WRITABLE:
        raise bad("INSUFFICIENT_ACCESS_OR_READONLY", f"entity type cannot be deleted: {name}")
    ask.store.delete(record, ask.now)


def addressed(ask: Ask, name: str, key: str) -> Record:
    """The living record with an id; 404 for one that never was, or is deleted."""
    ask.fields(name)
    if whole_id(key) is None:
        raise no_external_id(key)
    record = ask.store.find(name, key)
    if record is None:
        raise not_found()
    if record.get("IsDeleted"):
        raise Refused(404, "ENTITY_IS_DELETED", "entity is deleted", ())
    return record


def _permitted(fields: dict[str, Facts], values: Record, right: str, verb: str) -> None:
    closed = [column for column in values if not fields[column][right]]
    if closed:
        message = f"Unable to {verb} fields: {', '.join(closed)}. Please check the security settings of this field "
        raise bad("INVALID_FIELD_FOR_INSERT_UPDATE", message + "and verify that it is read/write.", *closed)


def _checked(ask: Ask, name: str, values: Record, before: Record | None) -> None:
    """Refuse values that cannot be stored; ids become whole ones, and an event's times complete."""
    told = ask.store.refusals.pop(0) if ask.store.refusals else ""
    if name == "Lead" and ask.settings.leads_read_only:
        told = "INSUFFICIENT_ACCESS_OR_READONLY"
    if told:
        raise now_and_then(told)
    together(_flaws(ask, name, values, before))
    for column, facts in ask.fields(name).items():
        if facts["type"] == "reference" and values.get(column):
            values[column] = _reference(ask, facts, values[column])
    if name == "Event":
        values |= appointments.completed(values, before)
    whole = (before or {}) | values
    needed = ask.settings.validation_field
    if name == "Lead" and needed and whole.get(needed) in (None, False):
        raise bad("FIELD_CUSTOM_VALIDATION_EXCEPTION", f"{needed}: fill this in first", needed)
    _unique(ask, name, values, before)
    moved = before is None or str(values.get("Email", "")).casefold() != str(before.get("Email") or "").casefold()
    if name == "Lead" and "Email" in values and moved:
        duplicates.check(ask, values, before["Id"] if before else "")


def _flaws(ask: Ask, name: str, values: Record, before: Record | None) -> Iterator[Refused]:
    fields = ask.fields(name)
    whole = (before or {}) | values
    missing = [
        column
        for column, facts in fields.items()
        if facts["createable" if before is None else "updateable"]
        and not facts["nillable"]
        and whole.get(column) is None
        and (before is not None or not facts["defaultedOnCreate"])
    ]
    if missing:
        yield bad("REQUIRED_FIELD_MISSING", f"Required fields are missing: [{', '.join(missing)}]", *missing)
    for column, value in values.items():
        found = flaw(fields[column], value)
        if found:
            yield found


def _reference(ask: Ask, facts: Facts, value: str) -> str:
    """The whole id of a record that may stand there."""
    whole, column = whole_id(value) or "", facts["name"]
    target = NAMES.get(whole[:3], "")
    if whole.startswith("00G") and "Group" in facts["referenceTo"]:
        target = "Group"
    if target not in facts["referenceTo"]:
        raise bad("MALFORMED_ID", f"{facts['label']}: id value of incorrect type: {value}", column)
    record = ask.store.find(target, whole)
    if record is not None and record.get("IsDeleted"):
        raise bad("ENTITY_IS_DELETED", "entity is deleted", column)
    if record is None and whole != ask.settings.assignment_owner:
        raise bad("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id", column)
    if record is not None and target == "User" and not record["IsActive"]:
        raise bad("INACTIVE_OWNER_OR_USER", f"operation performed with inactive user [{whole}] as owner", column)
    if record is not None and record.get("IsConverted"):
        raise bad("CANNOT_UPDATE_CONVERTED_LEAD", "cannot reference converted lead", column)
    return whole


def _unique(ask: Ask, name: str, values: Record, before: Record | None) -> None:
    for column, facts in ask.fields(name).items():
        if not facts["unique"] or values.get(column) is None:
            continue
        others = [one for one in ask.store.having(name, column, values[column]) if one is not before]
        if others:
            message = f"duplicate value found: {column} duplicates value on record with id: {others[0]['Id']}"
            raise bad("DUPLICATE_VALUE", message)


def _assigned(ask: Ask, name: str) -> Record:
    """Who gets a lead by the org's rule, which runs unless the caller says no."""
    told = ask.request.headers.get("Sforce-Auto-Assign", "TRUE").strip()
    if name != "Lead" or told.upper() == "FALSE":
        return {}
    if told.upper() != "TRUE" and whole_id(told) != ASSIGNMENT_RULE:
        raise bad("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
    return {"OwnerId": ask.settings.assignment_owner} if ask.settings.assignment_owner else {}
