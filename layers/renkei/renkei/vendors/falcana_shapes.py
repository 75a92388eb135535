"""What falcana's answers show: records, changes and definitions, read or refused as garbled. Ids are text here.

**The contract is ours, not falcana's** (docs/falcana-api.yaml).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from renkei.config import Language
from renkei.errors import Retry
from renkei.vendors.falcana_errors import KEY

type Entity = Literal["addresses", "contact-persons"]
type Op = Literal["upsert", "delete", "merge"]
type By = Literal["ids", "external_ids", "customer_numbers", "emails"]

ENTITIES: tuple[Entity, ...] = ("addresses", "contact-persons")
NUMBERS = {"address_id", "owner_user_id", "sales_group_id"}
"""Fields that hold the id of something else."""
CUSTOM = "custom."
_FIELDS: dict[Entity, tuple[str, ...]] = {
    "addresses": (
        "kind", "customer_number", "name", "name2", "street", "zip", "city", "country", "phone", "email", "website",
        "owner_user_id", "sales_group_id",
    ),
    "contact-persons": (
        "address_id", "salutation", "title", "first_name", "last_name", "email", "phone", "mobile", "position",
    ),
}  # fmt: skip
_OPS: tuple[Op, ...] = ("upsert", "delete", "merge")


@dataclass(frozen=True)
class Record:
    """An address or a contact person. `values` are its fields and `custom.<key>` as text, blanks left out."""

    id: str
    version: int
    updated_at: datetime
    external_id: str
    values: Mapping[str, str]


@dataclass(frozen=True)
class Change:
    """A row of the feed. `into`: the id that a record was merged into, `""` unless it was."""

    entity: Entity
    id: str
    op: Op
    version: int
    into: str


@dataclass(frozen=True)
class Feed:
    """Changes in the order in which they happened. `cursor`: where to go on; `more`: others are there already."""

    changes: tuple[Change, ...]
    cursor: str
    more: bool


@dataclass(frozen=True)
class Option:
    """What can be chosen in a field. `labels`: its names in all languages."""

    key: str
    labels: tuple[str, ...]
    active: bool


@dataclass(frozen=True)
class CustomField:
    """A field that a tenant defined. `label`: its name in the language that was asked for, as far as there is one."""

    key: str
    label: str
    type: str
    required: bool
    read_only: bool
    options: tuple[Option, ...]


@dataclass(frozen=True)
class Named:
    """A user, or a sales group, which has no mail address and is always active."""

    id: str
    name: str
    mail: str = ""
    active: bool = True


def garbled() -> Retry:
    """An answer that is none: what was asked for may have happened all the same."""
    return Retry("vendor_garbled", vendor=KEY)


def record_of(entity: Entity, row: object) -> Record:
    """A record, of a list or alone."""
    shown = _object(row)
    external = _object(shown.get("external_ids", {})).get("hubspot")
    return Record(
        id_of(shown),
        _number(shown, "version"),
        _moment(shown),
        _optional(external),
        dict(_values(entity, shown)),
    )


def change_of(row: object) -> Change:
    """A row of the feed. A merge without a winner is none."""
    shown = _object(row)
    entity, op = shown.get("entity"), shown.get("op")
    if entity not in ENTITIES or op not in _OPS:
        raise garbled()
    into = id_of(shown, "merged_into") if op == "merge" else ""
    return Change(entity, id_of(shown), op, _number(shown, "version"), into)


def custom_field_of(row: object, language: Language) -> CustomField:
    """A definition."""
    shown = _object(row)
    key, labels = _text(shown, "key"), _labels(shown)
    label = next((labels[name] for name in (language, "en", "de") if name in labels), key)
    options = tuple(map(_option, list_of(shown.get("options") or [])))
    required, read_only = _truth(shown, "required"), _truth(shown, "read_only")
    return CustomField(key, label, _text(shown, "type"), required, read_only, options)


def user_of(row: object) -> Named:
    """A user."""
    shown = _object(row)
    return Named(id_of(shown), _text(shown, "name"), _optional(shown.get("email")), _truth(shown, "active"))


def group_of(row: object) -> Named:
    """A sales group."""
    shown = _object(row)
    return Named(id_of(shown), _text(shown, "name"))


def items[T](body: object, shape: Callable[[object], T]) -> list[T]:
    """What a list's answer has, each in its shape."""
    return [shape(row) for row in list_of(_object(body).get("items"))]


def cursor_of(body: object) -> str:
    """Where a list goes on; `""` at its end."""
    return _optional(_object(body).get("next_cursor"))


def id_of(row: Mapping[str, Any], name: str = "id") -> str:
    """An id, which is a number that must be there."""
    return str(_number(row, name))


def truth_of(body: object, name: str) -> bool:
    """A yes or no that must be there."""
    return _truth(_object(body), name)


def list_of(found: object) -> list[object]:
    """A list that must be one."""
    if not isinstance(found, list):
        raise garbled()
    return found


def _values(entity: Entity, row: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name in _FIELDS[entity]:
        if name in NUMBERS and row.get(name) is not None:
            yield name, id_of(row, name)
        elif text := _optional(row.get(name)):
            yield name, text
    for key, found in _object(row.get("custom", {})).items():
        if text := _optional(found):
            yield CUSTOM + key, text


def _option(row: object) -> Option:
    shown = _object(row)
    return Option(_text(shown, "key"), tuple(dict.fromkeys(_labels(shown).values())), _truth(shown, "active"))


def _labels(row: Mapping[str, Any]) -> dict[str, str]:
    named = {language: _optional(found) for language, found in _object(row.get("label") or {}).items()}
    return {language: label for language, label in named.items() if label}


def _object(found: object) -> Mapping[str, Any]:
    if not isinstance(found, dict):
        raise garbled()
    return found


def _number(row: Mapping[str, Any], name: str) -> int:
    found = row.get(name)
    if type(found) is not int or found < 0:  # True is no number
        raise garbled()
    return found


def _truth(row: Mapping[str, Any], name: str) -> bool:
    found = row.get(name)
    if not isinstance(found, bool):
        raise garbled()
    return found


def _text(row: Mapping[str, Any], name: str) -> str:
    found = _optional(row.get(name))
    if not found:
        raise garbled()
    return found


def _optional(found: object) -> str:
    """A text that may be null; `""` if it is blank."""
    if found is not None and not isinstance(found, str):
        raise garbled()
    return found if found and found.strip() else ""


def _moment(row: Mapping[str, Any]) -> datetime:
    try:
        moment = datetime.fromisoformat(_text(row, "updated_at"))
    except ValueError:
        raise garbled() from None
    if moment.tzinfo is None:
        raise garbled()
    return moment
