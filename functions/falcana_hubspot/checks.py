"""Whether settings fit falcana and the portal, and what a run needs to know of the fields of both.

A kind is `address` (HubSpot: company) or `person` (HubSpot: contact).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from falcana_hubspot import ADDRESS_FIELDS, PERSON_FIELDS, FieldRule, Settings
from falcana_hubspot.kinds import COMPANY_OF, KINDS
from renkei.actions import UNIQUE
from renkei.settings import Path, Problem
from renkei.vendors.hubspot_sync import FALCANA_ID

if TYPE_CHECKING:
    from renkei.config import Language
    from renkei.vendors.falcana import CustomField, Falcana, Named, Option
    from renkei.vendors.hubspot import HubSpot, Property

TO_FALCANA, TO_HUBSPOT = "to_falcana", "to_hubspot"
KEPT_BY_US = frozenset({FALCANA_ID, UNIQUE, COMPANY_OF})
"""Properties that say what belongs together: no row may name them."""
_ROWS = {"address": "address_fields", "person": "contact_fields"}
_BUILT_IN = {"address": ADDRESS_FIELDS, "person": PERSON_FIELDS}
_REQUIRED = {"address": "name", "person": "last_name"}
_CUSTOM = {"text": "text", "textarea": "long_text", "checkbox": "yes_no", "dropdown": "option"}
_FLOWS = {
    "→": frozenset({TO_FALCANA}),
    "←": frozenset({TO_HUBSPOT}),
    "newest": frozenset({TO_FALCANA, TO_HUBSPOT}),
    "fill": frozenset({TO_FALCANA, TO_HUBSPOT}),
    "off": frozenset[str](),
}


@dataclass(frozen=True)
class Facts:
    """What both sides have: falcana's own fields and HubSpot's properties by kind, falcana's users and groups."""

    custom: Mapping[str, Sequence[CustomField]]
    properties: Mapping[str, Sequence[Property]]
    users: Sequence[Named] = ()
    groups: Sequence[Named] = ()


@dataclass(frozen=True)
class Field:
    """A field of falcana. `form` is how its values are compared; "" for what holds no text (a file)."""

    name: str
    label: str
    form: str
    custom: bool = False
    writable: bool = True
    required: bool = False
    options: tuple[Option, ...] = ()


def definitions(settings: Settings, falcana: Falcana, portal: HubSpot, language: Language) -> dict[str, Any]:
    """`kept` of what both sides say now: four calls. A run may call it again; what is not there any more is left out.

    The vendors' outcomes pass.
    """
    return kept(settings, gather(falcana, portal, language))


def gather(falcana: Falcana, portal: HubSpot, language: Language, *, people: bool = False) -> Facts:
    """Ask both sides; `people`: falcana's users and sales groups, too. The vendors' outcomes pass."""
    return Facts(
        {kind.name: falcana.custom_fields(kind.entity, language) for kind in KINDS},
        {kind.name: portal.properties(kind.object, language) for kind in KINDS},
        falcana.users() if people else (),
        falcana.sales_groups() if people else (),
    )


def kept(settings: Settings, facts: Facts) -> dict[str, Any]:
    """{kind: {field: {form, property, options}}} of the rows whose two sides are there and fit.

    `options` are {falcana's key: HubSpot's value} of those that both sides have.
    """
    return {kind.name: dict(_kept(settings, kind.name, facts)) for kind in KINDS}


def problems(settings: Settings, facts: Facts) -> Iterator[Problem]:
    """What is wrong with settings, against what both sides have. Needs users and groups where `settings` names some."""
    ways = ways_of(settings)
    for kind in (one.name for one in KINDS):
        ours = fields(kind, facts.custom[kind])
        for index, rule in enumerate(rules(settings, kind)):
            place = (_ROWS[kind], index)
            yield from _row(rule, ours, facts.properties[kind], place, ways & _FLOWS[rule.rule])
        if settings.directions.hubspot_to_falcana:
            yield from _unfilled(kind, ours.values(), rules(settings, kind))
    if settings.customer_number:
        yield from _number(settings.customer_number, facts.properties["address"])
    if settings.new_addresses:
        chosen = settings.new_addresses
        yield from _listed(chosen.owner_user, facts.users, ("new_addresses", "owner_user"), "user")
        yield from _listed(chosen.sales_group, facts.groups, ("new_addresses", "sales_group"), "sales group")
    elif settings.directions.hubspot_to_falcana:
        say = "HubSpot → falcana makes addresses, and falcana wants to know whose they are: give owner_user and"
        yield Problem(("new_addresses",), f"{say} sales_group (renkei falcana users, renkei falcana sales-groups)")


def rules(settings: Settings, kind: str) -> tuple[FieldRule, ...]:
    """The rows of a kind."""
    return settings.address_fields if kind == "address" else settings.contact_fields


def ways_of(settings: Settings) -> frozenset[str]:
    """The sides that are written to. With neither direction on it is both: what remains are the runs by hand."""
    on = settings.directions
    found = {TO_FALCANA: on.hubspot_to_falcana, TO_HUBSPOT: on.falcana_to_hubspot}
    return frozenset(way for way, there in found.items() if there) or frozenset(found)


def fields(kind: str, custom: Iterable[CustomField]) -> dict[str, Field]:
    """The fields of falcana by the names that rows give them."""
    found = {name: Field(name, name, form, required=name == _REQUIRED[kind]) for name, form in _BUILT_IN[kind].items()}
    for one in custom:
        form = _CUSTOM.get(one.type, "")
        if one.type == "autocomplete":
            form = "option" if one.options else "text"
        name, options = f"custom.{one.key}", tuple(option for option in one.options if option.active)
        found[name] = Field(name, one.label, form, True, not one.read_only, one.required, options)
    return found


def form_of(field: Field, there: Property) -> str:
    """The form in which the two are compared; "" if they do not fit."""
    switch, several = there.type == "bool" or there.field == "booleancheckbox", there.field == "checkbox"
    if field.form == "yes_no":
        return "yes_no" if switch else ""
    if field.form == "option":
        return "option" if there.type == "enumeration" and there.options and not (switch or several) else ""
    if field.custom and field.form in {"text", "long_text"} and there.type in {"number", "date"}:
        return there.type
    return field.form if there.type in {"string", "phone_number"} and there.field != "file" else ""


def fits(field: Field, there: Property) -> bool:
    """Whether a row may name the two together."""
    return there.name not in KEPT_BY_US and bool(form_of(field, there))


def same_options(field: Field, there: Property) -> dict[str, str]:
    """{falcana's key: HubSpot's value}: the key, else a label, is HubSpot's value or label. Each is taken once."""
    values = {_folded(value): value for value, _ in reversed(there.options)}
    named = {_folded(label): value for value, label in reversed(there.options)} | values
    found: dict[str, str] = {}
    for option in field.options:
        if (value := values.get(_folded(option.key))) and value not in found.values():
            found[option.key] = value
    for option in field.options:
        names = (_folded(name) for name in (option.key, *option.labels))
        value = next((value for name in names if (value := named.get(name)) and value not in found.values()), None)
        if value and option.key not in found:
            found[option.key] = value
    return found


def _kept(settings: Settings, kind: str, facts: Facts) -> Iterator[tuple[str, dict[str, Any]]]:
    ours, theirs = fields(kind, facts.custom[kind]), {one.name: one for one in facts.properties[kind]}
    for rule in rules(settings, kind):
        field, there = ours.get(rule.falcana), theirs.get(rule.hubspot)
        if field and there and (form := form_of(field, there)):
            options = same_options(field, there) if form == "option" else {}
            yield field.name, {"form": form, "property": there.name, "options": options}


def _row(
    rule: FieldRule, ours: Mapping[str, Field], theirs: Sequence[Property], place: Path, ways: frozenset[str]
) -> Iterator[Problem]:
    """What is wrong with a row; `ways` are the sides that it writes to."""
    field, there = ours.get(rule.falcana), next((one for one in theirs if one.name == rule.hubspot), None)
    if field is None:
        yield Problem((*place, "falcana"), f"falcana has no field {rule.falcana} here", _fields(ours.values()))
    if rule.hubspot in KEPT_BY_US:
        yield Problem((*place, "hubspot"), f"{rule.hubspot} is kept by Renkei itself; take another property")
    elif there is None:
        allowed = _shown(one for one in theirs if field is None or form_of(field, one))
        yield Problem((*place, "hubspot"), f"HubSpot has no property {rule.hubspot} here", allowed)
    elif field:
        yield from _pair(field, there, theirs, place, ways)


def _pair(
    field: Field, there: Property, theirs: Sequence[Property], place: Path, ways: frozenset[str]
) -> Iterator[Problem]:
    if not field.writable and TO_FALCANA in ways:
        yield Problem((*place, "falcana"), f"{_told(field)} may not be written in falcana; take the rule ← or off")
    if not there.writable and TO_HUBSPOT in ways:
        message = f"{there.name} ({there.label}) is calculated or read-only in HubSpot; take the rule → or off"
        yield Problem(
            (*place, "hubspot"), message, _shown(one for one in theirs if one.writable and form_of(field, one))
        )
    if not form_of(field, there):
        yield Problem((*place, "hubspot"), _misfit(field, there), _shown(one for one in theirs if form_of(field, one)))
    elif field.form == "option":
        yield from _options(field, there, place, ways)


def _misfit(field: Field, there: Property) -> str:
    ours, name = _told(field), f"{there.name} ({there.label})"
    if field.form == "option":
        return f"{ours} is a dropdown in falcana, but {name} is no choice of one in HubSpot; give both the same options"
    if there.type == "enumeration" and field.form not in {"", "yes_no"}:
        return f"{name} is a choice in HubSpot, but {ours} is no dropdown in falcana; give both the same options"
    if not field.form:
        return f"{ours} holds files in falcana, which are not transferred; take another field, or leave the row out"
    return f"{name} has the type {there.type} ({there.field}) in HubSpot, which does not fit falcana's {ours}"


def _options(field: Field, there: Property, place: Path, ways: frozenset[str]) -> Iterator[Problem]:
    """Each option that one side lacks, where it would be written to."""
    pairs = same_options(field, there)
    if TO_FALCANA in ways:
        lacking = [f"{label} ({value})" for value, label in there.options if value not in pairs.values()]
        if lacking:
            yield Problem(
                (*place, "falcana"), f"falcana's {_told(field)} lacks options of HubSpot: {', '.join(lacking)}"
            )
    if TO_HUBSPOT in ways:
        lacking = [f"{next(iter(one.labels), one.key)} ({one.key})" for one in field.options if one.key not in pairs]
        if lacking:
            message = f"HubSpot's {there.name} ({there.label}) lacks options of falcana: {', '.join(lacking)}"
            yield Problem((*place, "hubspot"), message)


def _unfilled(kind: str, ours: Iterable[Field], rows: Iterable[FieldRule]) -> Iterator[Problem]:
    """What falcana wants of each record, and no row brings."""
    brought = {rule.falcana for rule in rows if TO_FALCANA in _FLOWS[rule.rule]}
    for field in ours:
        if field.required and field.writable and field.name not in brought:
            message = f"falcana wants {_told(field)} of every new one, and no row brings it from HubSpot"
            yield Problem((_ROWS[kind],), message)


def _number(name: str, theirs: Sequence[Property]) -> Iterator[Problem]:
    found, place = next((one for one in theirs if one.name == name), None), ("customer_number",)
    allowed = _shown(one for one in theirs if _single_line(one))
    if found is None:
        made = "make one under Settings → Properties: object company, field type single-line text"
        yield Problem(place, f"HubSpot's companies have no property {name}; {made}", allowed)
    elif not _single_line(found):
        yield Problem(place, f"{name} ({found.label}) is no single-line text that may be written", allowed)


def _single_line(one: Property) -> bool:
    return (one.type, one.field) == ("string", "text") and one.writable and one.name not in KEPT_BY_US


def _listed(number: int, there: Sequence[Named], place: Path, what: str) -> Iterator[Problem]:
    found = next((one for one in there if one.id == str(number)), None)
    if found is None or not found.active:
        why = "is no longer active" if found else "is not there"
        allowed = tuple(f"{one.id} ({one.name})" for one in there if one.active)
        yield Problem(place, f"falcana's {what} {number} {why}", allowed)


def _told(field: Field) -> str:
    return field.name if field.label == field.name else f"{field.name} ({field.label})"


def _fields(found: Iterable[Field]) -> tuple[str, ...]:
    return tuple(_told(one) for one in found if one.form)


def _shown(found: Iterable[Property]) -> tuple[str, ...]:
    return tuple(f"{one.name} ({one.label})" for one in found if one.name not in KEPT_BY_US)


def _folded(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())
