"""Property definitions: what a new portal has, and how the API shows them.

https://developers.hubspot.com/docs/api-reference/crm-properties-v3/guide
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
SINCE = "2019-08-06T02:41:08.000Z"


@dataclass(frozen=True)
class Option:
    """One allowed value of an enumeration."""

    value: str
    label: str
    order: int = 0
    hidden: bool = False

    def as_json(self) -> dict[str, object]:
        """As the API shows it."""
        return {
            "label": self.label,
            "value": self.value,
            "displayOrder": self.order,
            "hidden": self.hidden,
            "description": "",
        }


@dataclass
class Property:
    """A property of an object type. `labels` is by language; "en" is always there.

    The options of an `external` one (pipelines and their stages) are kept elsewhere.
    """

    name: str
    type: str
    field_type: str
    group: str
    labels: dict[str, str]
    options: tuple[Option, ...] = ()
    read_only: bool = False
    calculated: bool = False
    hidden: bool = False
    unique: bool = False
    owner: bool = False
    external: bool = False
    form_field: bool = False
    hubspot_defined: bool = True
    description: str = ""
    display_order: int = -1
    archived: bool = False
    created_at: str = SINCE
    updated_at: str = SINCE
    archived_at: str | None = None
    more: Mapping[str, object] = field(default_factory=dict)

    @property
    def multiple(self) -> bool:
        """Whether a value is a list written a;b."""
        return self.field_type == "checkbox"

    @property
    def writable(self) -> bool:
        """Whether a value may be set through the API."""
        return not (self.read_only or self.calculated)

    def label(self, locale: str | None) -> str:
        """The label in a language; "ja-jp" is "ja"."""
        language = (locale or "en").lower().replace("_", "-").partition("-")[0]
        return self.labels.get(language) or self.labels["en"]

    def as_json(self, locale: str | None = None) -> dict[str, object]:
        """As the API shows it."""
        shown: dict[str, object] = {
            "name": self.name,
            "label": self.label(locale),
            "type": self.type,
            "fieldType": self.field_type,
            "description": self.description,
            "groupName": self.group,
            "options": [option.as_json() for option in self.options],
            "displayOrder": self.display_order,
            "calculated": self.calculated,
            "externalOptions": self.owner or self.external,
            "archived": self.archived,
            "hasUniqueValue": self.unique,
            "hidden": self.hidden,
            "hubspotDefined": self.hubspot_defined,
            "formField": self.form_field,
            "dataSensitivity": "non_sensitive",
            "createdAt": self.created_at,
            "updatedAt": self.updated_at,
            "modificationMetadata": {
                "archivable": not self.hubspot_defined,
                "readOnlyDefinition": self.hubspot_defined,
                "readOnlyOptions": self.hubspot_defined and self.type != "enumeration",
                "readOnlyValue": not self.writable,
            },
        }
        if self.owner:
            shown["referencedObjectType"] = "OWNER"
        if self.archived_at:
            shown["archivedAt"] = self.archived_at
        return shown | dict(self.more)


def standard() -> dict[str, dict[str, Property]]:
    """A new portal's properties: object type → name → definition."""
    found: dict[str, dict[str, Property]] = {}
    for row in _rows("properties.csv"):
        flags = set(row["flags"].split(","))
        found.setdefault(row["object"], {})[row["name"]] = Property(
            name=row["name"],
            type=row["type"],
            field_type=row["field"],
            group=row["group"],
            labels={language: row[language] for language in ("en", "ja", "de")},
            options=_options(row["options"]),
            read_only="ro" in flags,
            calculated="calc" in flags,
            hidden="hidden" in flags,
            unique="unique" in flags,
            owner="owner" in flags,
            external="external" in flags,
            form_field="form" in flags,
        )
    return found


def _options(text: str) -> tuple[Option, ...]:
    if text.startswith("@"):
        pairs = [(r["value"], r["label"]) for r in _rows("options.csv") if r["set"] == text[1:]]
    else:
        pairs = [(value, label) for value, _, label in map(_split, filter(None, text.split("|")))]
    return tuple(Option(value, label, order) for order, (value, label) in enumerate(pairs))


def _split(pair: str) -> tuple[str, str, str]:
    return pair.partition("=")


@cache
def _rows(name: str) -> tuple[dict[str, str], ...]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file, delimiter=";"))
