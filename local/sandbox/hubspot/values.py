"""What HubSpot accepts as a property value, and how it keeps it.

https://developers.hubspot.com/docs/api-reference/crm-properties-v3/guide
"""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

from local.sandbox.hubspot.definitions import Property
from local.sandbox.hubspot.errors import Problem, Refused, bad_values, contact_exists, invalid
from local.sandbox.hubspot.kinds import TYPE_IDS
from local.sandbox.hubspot.lines import wrong
from local.sandbox.hubspot.stages import DEFAULT
from local.sandbox.hubspot.store import Portal, Record, stamp

LONGEST = 65_536
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
EMAIL = re.compile(r"[^@\s,;<>()]+@[^@\s,;<>()]+\.[^@\s,;<>().]+")
NEEDED_FOR = {
    "companies": ("name", "domain"),
    "contacts": ("email", "firstname", "lastname"),
    "meetings": ("hs_timestamp",),
}
ALL_NEEDED_FOR = {"deals": ("dealname", "dealstage"), "products": ("name",)}


def checked(portal: Portal, kind: str, given: Mapping[str, str], record: Record | None = None) -> dict[str, str]:
    """The values as they are to be kept. `record` is the one they are for; None for a new one.

    Refuses with 400 for bad values and 409 for an e-mail address of another contact.
    """
    definitions = portal.properties[kind]
    problems: list[Problem] = []
    kept: dict[str, str] = {}
    for name, value in given.items():
        definition = definitions.get(name)
        if definition is None or definition.archived:
            message = f'Property "{name}" does not exist'
            problems.append(Problem(name, "PROPERTY_DOESNT_EXIST", message))
            continue
        before = record.properties.get(name, "") if record else ""
        answer = _kept(portal, definition, value, before)
        if isinstance(answer, Problem):
            problems.append(answer)
        else:
            kept[name] = answer
    problems += _taken(portal, kind, kept, record)
    problems += _no_company(portal, kind, kept)
    if kind == "deals" and not problems:
        problems += _misplaced(portal, kept, record)
    problems += wrong(portal, kind, kept) if not problems else []
    if problems:
        raise bad_values(problems, portal.id)
    if kind == "contacts" and kept.get("email"):
        other = portal.contact_with(kept["email"])
        if other and other is not record:
            raise contact_exists(other.id)
    return kept


def complete(kind: str, kept: dict[str, str]) -> dict[str, str]:
    """Check that a new record has what its type needs."""
    if kind == "meetings" and not kept.get("hs_timestamp") and kept.get("hs_meeting_start_time"):
        kept = kept | {"hs_timestamp": kept["hs_meeting_start_time"]}
    if kind == "deals" and not kept.get("pipeline"):
        kept = kept | {"pipeline": DEFAULT}
    missing = [name for name in ALL_NEEDED_FOR.get(kind, ()) if not kept.get(name)]
    if missing:
        raise _incomplete(kind, f"These properties are required: {', '.join(missing)}", missing)
    names = NEEDED_FOR.get(kind, ())
    if names and not any(kept.get(name) for name in names):
        raise _incomplete(kind, f"One of the following properties is required: {', '.join(names)}", names)
    return kept


def _incomplete(kind: str, why: str, names: Sequence[str]) -> Refused:
    message = f"Error creating {kind}. Some required properties were not set."
    detail = {"message": why, "code": "MISSING_REQUIRED_PROPERTY", "context": {"propertyName": list(names)}}
    return Refused(400, "VALIDATION_ERROR", message, errors=[detail])


def unique_property(portal: Portal, kind: str, name: str, verb: str) -> Property:
    """The definition of a property that may address records; 400 for any other."""
    definition = portal.properties[kind].get(name)
    if definition is None or definition.archived or not definition.unique:
        raise invalid(f"Unable to perform {verb} by non-unique {TYPE_IDS[kind]} property {name}")
    return definition


def epoch_ms(value: str) -> int | None:
    """A date or time as milliseconds: ISO 8601, or milliseconds already; None when neither."""
    if re.fullmatch(r"-?[0-9]+", value):
        return int(value)
    if not value.isascii():
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return round(moment.timestamp() * 1000)


def _kept(portal: Portal, definition: Property, value: str, before: str) -> str | Problem:
    name = definition.name
    if not definition.writable:
        return Problem(name, "READ_ONLY_VALUE", f'"{name}" is a read only property; its value cannot be set.')
    if value == "":
        return ""
    if definition.type in ("date", "datetime"):
        return _kept_time(definition, value)
    if definition.type == "enumeration":
        return _kept_option(portal, definition, value, before)
    return _kept_scalar(definition, value.strip().lower() if name == "email" else value)


def _kept_scalar(definition: Property, value: str) -> str | Problem:
    if definition.name == "email" and not EMAIL.fullmatch(value):
        return Problem("email", "INVALID_EMAIL", f"Email address {value} is invalid")
    if definition.type == "number" and not NUMBER.fullmatch(value):
        return Problem(definition.name, "INVALID_INTEGER", f"{value} was not a valid number.")
    if definition.type == "bool" and value not in ("true", "false"):
        message = f"{value} was not one of the allowed options: true, false"
        return Problem(definition.name, "INVALID_OPTION", message)
    if len(value) > LONGEST:
        return Problem(definition.name, "VALUE_TOO_LONG", f"{definition.name} is longer than {LONGEST}")
    return value


def _kept_time(definition: Property, value: str) -> str | Problem:
    milliseconds = epoch_ms(value)
    if milliseconds is None:
        message = f"{value} was not a valid {definition.type}."
        return Problem(definition.name, "INVALID_DATE", message)
    moment = datetime.fromtimestamp(milliseconds / 1000, UTC)
    return moment.date().isoformat() if definition.type == "date" else stamp(moment)


def _kept_option(portal: Portal, definition: Property, value: str, before: str) -> str | Problem:
    parts = [value]
    if definition.external:  # which are allowed depends on the whole record
        return value
    if definition.multiple:
        parts = [part for part in value.split(";") if part]
    if definition.owner:
        allowed = [owner.id for owner in portal.owners if not owner.archived]
    else:
        allowed = [option.value for option in definition.options]
    for part in parts:
        if part not in allowed:
            return _no_option(definition.name, part, allowed)
    if definition.multiple and value.startswith(";"):
        parts = [part for part in before.split(";") if part and part not in parts] + parts
    return ";".join(parts)


def _misplaced(portal: Portal, kept: Mapping[str, str], record: Record | None) -> list[Problem]:
    """A pipeline that is not there, or a stage that is not in the deal's pipeline.

    A new deal without a pipeline is in the default one.
    """
    if not {"pipeline", "dealstage"} & kept.keys():
        return []
    before = record.properties if record else {}
    stage = kept.get("dealstage", before.get("dealstage", ""))
    wanted = kept.get("pipeline", before.get("pipeline", ""))
    if record is None:
        wanted = wanted or DEFAULT
    pipeline = next((pipeline for pipeline in portal.pipelines if pipeline.id == wanted), None)
    if pipeline is None:
        return [_no_option("pipeline", wanted, [pipeline.id for pipeline in portal.pipelines])]
    if pipeline.stage(stage) is None and (stage or record):
        return [_no_option("dealstage", stage, [stage.id for stage in pipeline.stages])]
    return []


def _no_option(name: str, value: str, allowed: list[str]) -> Problem:
    return Problem(name, "INVALID_OPTION", f"{value} was not one of the allowed options: {allowed}")


def _no_company(portal: Portal, kind: str, kept: Mapping[str, str]) -> list[Problem]:
    """A primary company that is not there. HubSpot's own code for it is not known."""
    company = kept.get("associatedcompanyid", "") if kind == "contacts" else ""
    if not company or portal.find("companies", company):
        return []
    return [Problem("associatedcompanyid", "INVALID_OBJECT_ID", f"There is no company {company}")]


def _taken(portal: Portal, kind: str, kept: Mapping[str, str], record: Record | None) -> list[Problem]:
    """Values of unique properties that another record has; e-mail is a conflict instead."""
    found = []
    for name, value in kept.items():
        if not portal.properties[kind][name].unique or (kind, name) == ("contacts", "email"):
            continue
        other = portal.find_by(kind, name, value)
        if other and other is not record:
            message = (
                f"Cannot set PropertyValueCoordinates{{portalId={portal.id}, "
                f"objectTypeId={TYPE_IDS[kind]}, propertyName={name}, value={value}}}. "
                f"{other.id} already has that value."
            )
            found.append(Problem(name, "CONFLICTING_UNIQUE_VALUE", message))
    return found
