"""The fields of the objects, as the describe call names their facts.

A field is the very dictionary that describe shows, so that a test changes what a client reads.
https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_describesobjects_describesobjectresult.htm
"""

import csv
import pickle
from functools import cache
from pathlib import Path
from typing import Any

type Facts = dict[str, Any]

PREFIXES = {"Lead": "00Q", "Contact": "003", "Event": "00U", "User": "005", "Organization": "00D"}
REFERENCES = {"OwnerId": ["Group", "User"], "MasterRecordId": ["Lead"], "WhoId": ["Contact", "Lead"]} | {
    "CreatedById": ["User"], "LastModifiedById": ["User"],
    "ConvertedAccountId": ["Account"], "ConvertedContactId": ["Contact"],
}  # fmt: skip
TEXTS = frozenset({"string", "textarea", "phone", "url", "email", "picklist", "combobox", "multipicklist"})
DECIMALS = frozenset({"double", "currency", "percent"})
CHOICES = frozenset({"picklist", "combobox", "multipicklist"})
TYPES = TEXTS | DECIMALS | {"boolean", "int", "date", "datetime", "id", "reference", "address"}
LONG_TEXT = 255
# What an admin adds to Lead, so that each booking has one lead.
BOOKING_ID: Facts = {"name": "Renkei_Booking_Id__c", "label": "Renkei Booking ID", "type": "string", "length": 255} | {
    "externalId": True, "unique": True, "idLookup": True
}  # fmt: skip


def standard(name: str) -> dict[str, Facts]:
    """The fields that an object has at the start."""
    found: dict[str, Facts] = pickle.loads(_standard(name))  # noqa: S301 - our own; a copy is quicker made so
    return found


@cache
def _standard(name: str) -> bytes:
    return pickle.dumps({row["name"]: _field(name, row) for row in _rows(name)})


def custom(**facts: Any) -> Facts:
    """A new field: nillable and writable unless told. Raises ValueError for facts that are none."""
    whole = _blank(str(facts.get("name", "")), str(facts.get("type", "")))
    whole |= {"createable": True, "updateable": True, "nillable": True, "custom": True}
    return changed(whole, **facts)


def changed(field: Facts, **facts: Any) -> Facts:
    """A field with other facts, named as describe names them; `picklistValues` may be bare words."""
    if facts.get("type", field["type"]) not in TYPES or not facts.get("name", field["name"]):
        raise ValueError(f"no such field: {facts}")
    values = facts.pop("picklistValues", None)
    for name, value in facts.items():
        if name not in field:
            raise ValueError(f"unknown: {name}; allowed: {', '.join(field)}")
        if field[name] is not None and type(value) is not type(field[name]):
            raise ValueError(f"{name} cannot be {value!r}")
    whole = field | facts
    if values is not None:
        whole["picklistValues"] = choices(values)
    whole["filterable"] = whole["sortable"] = not _unsearchable(whole)
    return whole


def choices(values: list[Any]) -> list[Facts]:
    """Picklist values as describe shows them, of bare words or of parts of them."""
    bare = {"active": True, "defaultValue": False, "validFor": None}
    found = [one if isinstance(one, dict) else {"value": one} for one in values]
    return [bare | {"label": one["value"]} | one for one in found]


def label(name: str, field: Facts, language: str) -> str:
    """What a field is called in a user's language."""
    translated = _translations(name).get(field["name"], "") if language == "ja" else ""
    # A label that somebody changed is no longer the standard one.
    original = standard_label(name, field["name"])
    return translated if translated and field["label"] == original else str(field["label"])


def standard_label(name: str, field: str) -> str:
    """The English label a field came with."""
    return next((row["label"] for row in _rows(name) if row["name"] == field), "")


@cache
def _rows(name: str) -> tuple[dict[str, str], ...]:
    with Path(__file__).with_name(f"{name.lower()}.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


@cache
def _translations(name: str) -> dict[str, str]:
    return {row["name"]: row["ja"] for row in _rows(name)}


def _field(owner: str, row: dict[str, str]) -> Facts:
    name, kind, flags = row["name"], row["type"], row["flags"]
    whole = _blank(name, kind)
    words = [word for word in row["picklist"].split("|") if word]
    whole |= {
        "label": row["label"],
        "createable": "c" in flags,
        "updateable": "u" in flags,
        "nillable": "n" in flags,
        "defaultedOnCreate": "d" in flags,
        "restrictedPicklist": "r" in flags,
        "calculated": "f" in flags,
        "compoundFieldName": row["compound"] or None,
        "custom": name.endswith("__c"),
        "picklistValues": choices(
            [{"value": word, "defaultValue": "d" in flags and word == words[0]} for word in words]
        ),
        "referenceTo": ["User"] if (owner, name) == ("Event", "OwnerId") else list(REFERENCES.get(name, [])),
        "idLookup": kind == "id" or (name == "Email" and owner in ("Lead", "Contact")),
        "nameField": name == "Name",
    }
    if kind in DECIMALS:
        precision, scale = row["size"].split(".")
        whole |= {"precision": int(precision), "scale": int(scale)}
    elif kind == "int":
        whole["digits"] = int(row["size"])
    else:
        whole["length"] = int(row["size"] or 0)
    whole["filterable"] = whole["sortable"] = not _unsearchable(whole)
    return whole


def _blank(name: str, kind: str) -> Facts:
    """Every fact at its usual value."""
    return {
        "name": name,
        "label": name,
        "type": kind,
        "length": 0,
        "digits": 0,
        "precision": 0,
        "scale": 0,
        "createable": False,
        "updateable": False,
        "nillable": False,
        "defaultedOnCreate": kind == "boolean",
        "calculated": False,
        "calculatedFormula": None,
        "caseSensitive": False,
        "compoundFieldName": None,
        "controllerName": None,
        "custom": False,
        "defaultValue": False if kind == "boolean" else None,
        "dependentPicklist": False,
        "deprecatedAndHidden": False,
        "externalId": False,
        "filterable": True,
        "idLookup": False,
        "inlineHelpText": None,
        "nameField": False,
        "picklistValues": [],
        "referenceTo": [],
        "restrictedPicklist": False,
        "sortable": True,
        "unique": False,
    }


def _unsearchable(field: Facts) -> bool:
    long = field["type"] == "textarea" and int(field["length"]) > LONG_TEXT
    return long or field["type"] == "address"
