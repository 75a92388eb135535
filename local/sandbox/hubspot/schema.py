"""The properties API: definitions and their groups.

https://developers.hubspot.com/docs/api-reference/crm-properties-v3/guide
"""

import re
from dataclasses import replace

from local.sandbox.hubspot.ask import Answer, Ask
from local.sandbox.hubspot.batches import answered, capped
from local.sandbox.hubspot.definitions import Option, Property
from local.sandbox.hubspot.errors import Refused, invalid
from local.sandbox.hubspot.kinds import kind_of, schema_scopes
from local.sandbox.hubspot.shapes import Json, items, needed, number, text
from local.sandbox.hubspot.store import stamp

NAME = re.compile(r"[a-z][a-z0-9_]{0,99}")
MOST_UNIQUE, MOST = 10, 100
WITHOUT_UNIQUE = {"products"}
FIELDS = {
    "string": {"text", "textarea", "html", "phonenumber", "file", "calculation_equation"},
    "phone_number": {"phonenumber"},
    "number": {"number", "calculation_equation"},
    "bool": {"booleancheckbox", "calculation_equation"},
    "enumeration": {"select", "radio", "checkbox", "booleancheckbox", "calculation_equation"},
    "date": {"date"},
    "datetime": {"date"},
}


def page(ask: Ask, kind: str) -> Answer:
    """GET …/{type}: all definitions, labels in the language of `locale`."""
    kind = kind_of(kind)
    ask.need(*schema_scopes(kind, "read"))
    archived = ask.flag("archived")
    locale = ask.query("locale")
    found = [p.as_json(locale) for p in ask.portal.properties[kind].values() if p.archived == archived]
    return 200, {"results": found}


def get(ask: Ask, kind: str, name: str) -> Answer:
    """GET …/{type}/{name}."""
    kind = kind_of(kind)
    ask.need(*schema_scopes(kind, "read"))
    found = _existing(ask, kind, name, archived=ask.flag("archived"))
    return 200, found.as_json(ask.query("locale"))


def create(ask: Ask, kind: str) -> Answer:
    """POST …/{type}; the name of an archived property restores it."""
    kind = kind_of(kind)
    ask.need(*schema_scopes(kind, "write"))
    return 201, _create(ask, kind, ask.body())


def update(ask: Ask, kind: str, name: str) -> Answer:
    """PATCH …/{type}/{name}: label, description, group, options (the whole list)."""
    kind = kind_of(kind)
    ask.need(*schema_scopes(kind, "write"))
    found = _existing(ask, kind, name)
    body = ask.body()
    if found.hubspot_defined and set(body) - {"options"}:
        raise invalid(f"The definition of {name} is read only")
    changed = replace(
        found,
        labels={"en": text(body, "label") or found.labels["en"]},
        description=text(body, "description") or found.description,
        group=_group(ask, kind, body) if "groupName" in body else found.group,
        options=_options(body) if "options" in body else found.options,
        hidden=bool(body.get("hidden", found.hidden)),
        updated_at=stamp(ask.now),
    )
    ask.portal.properties[kind][name] = changed
    return 200, changed.as_json()


def archive(ask: Ask, kind: str, name: str) -> Answer:
    """DELETE …/{type}/{name}: only for custom properties."""
    kind = kind_of(kind)
    ask.need(*schema_scopes(kind, "write"))
    _archive(ask, kind, name)
    return 204, None


def batch_create(ask: Ask, kind: str) -> Answer:
    """POST …/{type}/batch/create."""
    kind = kind_of(kind)
    ask.need(*schema_scopes(kind, "write"))
    results = [_create(ask, kind, b) for b in capped(items(ask.body(), "inputs"), MOST)]
    return 201, answered(ask.now, results)


def batch_read(ask: Ask, kind: str) -> Answer:
    """POST …/{type}/batch/read."""
    kind = kind_of(kind)
    ask.need(*schema_scopes(kind, "read"))
    results: list[Json] = []
    errors: list[Json] = []
    for entry in capped(items(ask.body(), "inputs"), MOST):
        try:
            found = _existing(ask, kind, needed(entry, "name"))
        except Refused as refusal:
            errors.append(refusal.batch_error({"name": [needed(entry, "name")]}))
        else:
            results.append(found.as_json(ask.query("locale")))
    return (207 if errors else 200), answered(ask.now, results, errors)


def batch_archive(ask: Ask, kind: str) -> Answer:
    """POST …/{type}/batch/archive."""
    kind = kind_of(kind)
    ask.need(*schema_scopes(kind, "write"))
    for entry in capped(items(ask.body(), "inputs"), MOST):
        _archive(ask, kind, needed(entry, "name"))
    return 204, None


def groups(ask: Ask, kind: str) -> Answer:
    """GET …/{type}/groups."""
    kind = kind_of(kind)
    ask.need(*schema_scopes(kind, "read"))
    return 200, {"results": [_shown(*pair) for pair in ask.portal.groups[kind].items()]}


def create_group(ask: Ask, kind: str) -> Answer:
    """POST …/{type}/groups."""
    kind = kind_of(kind)
    ask.need(*schema_scopes(kind, "write"))
    body = ask.body()
    name, label = needed(body, "name"), needed(body, "label")
    if name in ask.portal.groups[kind]:
        message = f"A property group named '{name}' already exists."
        raise Refused(409, "OBJECT_ALREADY_EXISTS", message)
    ask.portal.groups[kind][name] = label
    return 201, _shown(name, label)


def _shown(name: str, label: str) -> Json:
    return {"name": name, "label": label, "displayOrder": -1, "archived": False}


def _existing(ask: Ask, kind: str, name: str, *, archived: bool = False) -> Property:
    found = ask.portal.properties[kind].get(name)
    if found is None or found.archived != archived:
        message = f"Property {name} does not exist"
        raise Refused(404, "OBJECT_NOT_FOUND", message, context={"propertyName": [name]})
    return found


def _create(ask: Ask, kind: str, body: Json) -> Json:
    name = needed(body, "name")
    known = ask.portal.properties[kind]
    before = known.get(name)
    if before and not before.archived:
        message = f"A property named '{name}' already exists."
        raise Refused(409, "OBJECT_ALREADY_EXISTS", message, "Properties.PROPERTY_WITH_NAME_EXISTS")
    if before:
        known[name] = replace(before, archived=False, archived_at=None)
        return known[name].as_json()
    if not NAME.fullmatch(name):
        raise invalid(f"{name} is not a valid property name", propertyName=[name])
    value_type, field_type = needed(body, "type"), needed(body, "fieldType")
    if field_type not in FIELDS.get(value_type, set()):
        raise invalid(f"fieldType {field_type} does not fit type {value_type}")
    unique = bool(body.get("hasUniqueValue"))
    if unique and kind in WITHOUT_UNIQUE:
        raise invalid(f"Unique properties are not supported for {kind}", propertyName=[name])
    custom_keys = [p for p in known.values() if p.unique and not p.hubspot_defined]
    if unique and len(custom_keys) >= MOST_UNIQUE:
        raise invalid(f"At most {MOST_UNIQUE} unique properties are allowed")
    made = Property(
        name,
        value_type,
        field_type,
        _group(ask, kind, body),
        {"en": needed(body, "label")},
        options=_choices(name, value_type, body),
        calculated=field_type == "calculation_equation",
        hidden=bool(body.get("hidden")),
        unique=unique,
        form_field=bool(body.get("formField")),
        hubspot_defined=False,
        description=text(body, "description") or "",
        display_order=number(body, "displayOrder", -1),
        created_at=stamp(ask.now),
        updated_at=stamp(ask.now),
    )
    known[name] = made
    return made.as_json()


def _archive(ask: Ask, kind: str, name: str) -> None:
    found = _existing(ask, kind, name)
    if found.hubspot_defined:
        raise invalid(f"{name} is a HubSpot property and cannot be archived")
    ask.portal.properties[kind][name] = replace(found, archived=True, archived_at=stamp(ask.now))


def _group(ask: Ask, kind: str, body: Json) -> str:
    group = needed(body, "groupName")
    if group not in ask.portal.groups[kind]:
        raise invalid(f"Property group {group} does not exist", groupName=[group])
    return group


def _choices(name: str, value_type: str, body: Json) -> tuple[Option, ...]:
    """The options of a new property: needed where one is to be chosen; a bool has these two."""
    found, external = _options(body), body.get("externalOptions")
    if value_type == "enumeration" and not found and not external:
        raise invalid(f"{name} needs options", propertyName=[name])
    if value_type == "bool" and {option.value for option in found} != {"true", "false"}:
        raise invalid(f"{name} needs exactly the options true and false", propertyName=[name])
    return found


def _options(body: Json) -> tuple[Option, ...]:
    if body.get("options") is None:
        return ()
    return tuple(
        Option(
            needed(option, "value"),
            needed(option, "label"),
            number(option, "displayOrder", order),
            bool(option.get("hidden")),
        )
        for order, option in enumerate(items(body, "options"))
    )
