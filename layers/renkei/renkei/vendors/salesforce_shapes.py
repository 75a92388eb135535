"""How requests to Salesforce look, and its answers: queries, values by type, records and fields."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

from renkei.actions import Item, Read, Record, Search

ID = re.compile(r"[a-zA-Z0-9]{18}|[a-zA-Z0-9]{15}", re.ASCII)
"""A record's id."""

type Kinds = Mapping[str, Mapping[str, str]]
"""The type of each field, by object; what is not listed is text."""

_LONGEST = 8_000  # bytes of an encoded query: half of what an address may have
_UNCONVERTED = {"Lead": "IsConverted = false AND "}
# https://developer.salesforce.com/docs/atlas.en-us.soql_sosl.meta/soql_sosl/sforce_api_calls_soql_select_quotedstringescapes.htm
_ESCAPES = str.maketrans(
    {"\\": "\\\\", "'": "\\'", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f", "\0": None}
)


def literal(text: str) -> str:
    """A text as a query quotes it."""
    return f"'{text.translate(_ESCAPES)}'"


def queries(action: Search | Read) -> Iterator[str]:
    """SOQL for an action, newest first, in as few queries as fit."""
    names = dict.fromkeys(("Id", *action.properties))
    if isinstance(action, Read):
        by = action.by or "Id"
        wanted = [(by, key) for key in action.keys]
        names[by] = None
        only = ""
    else:
        wanted = [(name, value) for name, values in action.any_of.items() for value in values]
        only = "" if action.closed else _UNCONVERTED.get(action.object, "")
    head = f"SELECT {', '.join(names)} FROM {action.object} WHERE {only}"  # noqa: S608 - values are literals
    groups: dict[str, list[str]] = {}

    def whole() -> str:
        clauses = [f"{name} IN ({', '.join(texts)})" for name, texts in groups.items()]
        return f"{head}({' OR '.join(clauses)}) ORDER BY CreatedDate DESC, Id DESC"

    size = 0
    for name, value in dict.fromkeys(wanted):
        text = literal(value)
        size += len(quote(text, safe="")) + len("%2C%20")
        if groups and size > _LONGEST:
            yield whole()
            groups, size = {}, len(quote(text, safe=""))
        groups.setdefault(name, []).append(text)
    if groups:
        yield whole()


def values_of(item: Item, kinds: Mapping[str, str]) -> dict[str, Any]:
    """An item's values as JSON; relations by id."""
    return {name: _json(text, kinds.get(name, "")) for name, text in item.properties.items()}


def _json(text: str, kind: str) -> str | bool | int | float:
    match kind:
        case "boolean":
            return text == "true"
        case "int":
            return int(text)
        case "double" | "currency" | "percent":
            return float(text) if "." in text else int(text)
    return text


def record_of(entry: Mapping[str, Any]) -> Record:
    """The record that a query shows; values as text, empty ones left out."""
    values = {name: _text(value) for name, value in entry.items() if name != "attributes" and value not in (None, "")}
    return Record(str(entry["Id"]), values)


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() else repr(value)
    return str(value)


def field_of(entry: Mapping[str, Any]) -> dict[str, Any]:
    """What is kept of a described field; small, since it is stored with the settings.

    `required`: a creation without it is refused. `options`: [value, label] of a list that takes nothing else.
    """
    restricted = entry.get("restrictedPicklist") is True
    options = [
        [str(one["value"]), str(one.get("label") or one["value"])]
        for one in entry.get("picklistValues") or ()
        if restricted and one.get("active") is True
    ]
    createable = entry.get("createable") is True
    required = createable and entry.get("nillable") is False and entry.get("defaultedOnCreate") is not True
    return {
        "name": str(entry["name"]),
        "label": str(entry.get("label") or entry["name"]),
        "type": str(entry["type"]),
        "length": int(entry.get("length") or 0),
        "digits": int(entry.get("digits") or 0),
        "precision": int(entry.get("precision") or 0),
        "scale": int(entry.get("scale") or 0),
        "createable": createable and entry.get("calculated") is not True,
        "updateable": entry.get("updateable") is True and entry.get("calculated") is not True,
        "required": required,
        "key": entry.get("externalId") is True and entry.get("unique") is True,
        "options": options if restricted else None,
    }
