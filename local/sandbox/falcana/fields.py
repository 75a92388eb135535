"""What records are made of: falcana's own fields, and the tenant's („Individualfelder“)."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

from local.sandbox.falcana.records import EXTERNAL, Entity, Value

type Code = Literal["required", "invalid_option", "too_long", "read_only", "unknown_reference", "invalid"]
type Type = Literal["text", "textarea", "checkbox", "dropdown", "autocomplete", "file"]
type Reference = Literal["user", "group", "address"]

MAIL = re.compile(r"[^\s@]+@[^\s@.]+(\.[^\s@.]+)+")
READ_ONLY = frozenset({"id", "version", "created_at", "updated_at", "updated_by"})
KINDS = ("company", "association", "family", "private")
LONG, MIDDLE, SHORT, CUSTOM, OTHER_ID = 200, 100, 50, 1000, 64


class Bad(Exception):
    """A value that a field does not take."""

    def __init__(self, code: Code) -> None:
        """`code` says why."""
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Field:
    """One of falcana's own fields: how its value is read, and what it refers to if it is an id."""

    read: Callable[[object], Value]
    required: bool = False
    refers: Reference | None = None


@dataclass(frozen=True)
class Option:
    """An option of a dropdown. An inactive one stays where it is and cannot be chosen any more."""

    key: str
    de: str = ""
    en: str = ""
    active: bool = True


@dataclass(frozen=True)
class Custom:
    """A field of the tenant's own. Its value is text: "true" or "false" of a checkbox, the option's key of a dropdown.

    An autocomplete field without options takes any text; a file cannot be written by the API.
    """

    key: str
    type: Type = "text"
    de: str = ""
    en: str = ""
    required: bool = False
    read_only: bool = False
    options: tuple[Option, ...] = ()

    def read(self, value: object, now: Value | None) -> str:
        """A value as it is kept; what is there `now` may stay, even if its option is no longer active."""
        found = text(CUSTOM)(value)
        if self.type == "checkbox" and found not in ("true", "false"):
            raise Bad("invalid")
        chosen = self.type == "dropdown" or (self.type == "autocomplete" and self.options)
        if chosen and found != now and found not in {option.key for option in self.options if option.active}:
            raise Bad("invalid_option")
        return found

    def shown(self, entity: Entity) -> dict[str, object]:
        """As the API shows it."""
        options = [{"key": one.key, "label": _label(one), "active": one.active} for one in self.options]
        return {
            "key": self.key,
            "label": _label(self),
            "entity": entity,
            "type": self.type,
            "required": self.required,
            "read_only": self.read_only or self.type == "file",
            "options": options,
        }


def _label(one: Option | Custom) -> dict[str, str]:
    return {"de": one.de or one.key, "en": one.en or one.de or one.key}


def text(most: int) -> Callable[[object], str]:
    """Text, and how long it may be."""

    def read(value: object) -> str:
        if not isinstance(value, str):
            raise Bad("invalid")
        if len(value) > most:
            raise Bad("too_long")
        return value

    return read


def _mail(value: object) -> str:
    found = text(MIDDLE)(value)
    if not MAIL.fullmatch(found):
        raise Bad("invalid")
    return found


def _kind(value: object) -> str:
    if not isinstance(value, str):
        raise Bad("invalid")
    if value not in KINDS:
        raise Bad("invalid_option")
    return value


def whole(value: object) -> int:
    """An id."""
    if not isinstance(value, int) or isinstance(value, bool):
        raise Bad("invalid")
    return value


def _texts(most: int, *names: str) -> dict[str, Field]:
    return {name: Field(text(most)) for name in names}


FIELDS: Mapping[Entity, Mapping[str, Field]] = {
    "addresses": {
        "kind": Field(_kind, required=True),
        **_texts(MIDDLE, "customer_number"),
        "name": Field(text(LONG), required=True),
        **_texts(LONG, "name2", "street"),
        **_texts(MIDDLE, "zip", "city", "country"),
        **_texts(SHORT, "phone"),
        "email": Field(_mail),
        **_texts(MIDDLE, "website"),
        "owner_user_id": Field(whole, required=True, refers="user"),
        "sales_group_id": Field(whole, required=True, refers="group"),
    },
    "contact-persons": {
        "address_id": Field(whole, required=True, refers="address"),
        **_texts(MIDDLE, "salutation", "title", "first_name"),
        "last_name": Field(text(MIDDLE), required=True),
        "email": Field(_mail),
        **_texts(SHORT, "phone", "mobile"),
        **_texts(MIDDLE, "position"),
    },
}
_OUTSIDE = Field(text(OTHER_ID))


def own(entity: Entity, name: str) -> Field | None:
    """A field that every tenant has, the external id too; None for any other name."""
    return _OUTSIDE if name == EXTERNAL else FIELDS[entity].get(name)
