"""The two kinds of record that are linked, and what either vendor calls them. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, cast

from falcana_hubspot import ADDRESS_FIELDS, PERSON_FIELDS, FieldRule, Settings
from falcana_hubspot.plan import Rule
from falcana_hubspot.values import Form

PARENT, COMPANY_OF = "address_id", "associatedcompanyid"
"""Where a contact person has its address, and a contact its (primary) company."""
NUMBER = "customer_number"


@dataclass(frozen=True)
class Kind:
    """`name` in falcana and `other` in HubSpot, as links are called; `entity` and `object` as their APIs say it."""

    name: Literal["address", "person"]
    other: Literal["company", "contact"]
    entity: Literal["addresses", "contact-persons"]
    object: Literal["companies", "contacts"]
    modified: str


ADDRESS = Kind("address", "company", "addresses", "companies", "hs_lastmodifieddate")
PERSON = Kind("person", "contact", "contact-persons", "contacts", "lastmodifieddate")
KINDS = (ADDRESS, PERSON)  # in this order: a person belongs to an address
BY_ENTITY = {kind.entity: kind for kind in KINDS}
OTHER: Mapping[str, str] = {kind.name: kind.other for kind in KINDS} | {kind.other: kind.name for kind in KINDS}
BY_NAME: Mapping[str, Kind] = {name: kind for kind in KINDS for name in (kind.name, kind.other)}


def rules_of(kind: Kind, settings: Settings, types: Mapping[str, Mapping[str, object]]) -> tuple[Rule, ...]:
    """The rules by which a kind is compared. `types`: the forms and options that were found at saving, by field."""
    given = settings.address_fields if kind is ADDRESS else settings.contact_fields
    builtin: Mapping[str, str] = ADDRESS_FIELDS if kind is ADDRESS else PERSON_FIELDS
    rules = [_rule(one, builtin, types.get(one.falcana, {})) for one in given if one.rule != "off"]
    if kind is PERSON:
        rules.append(Rule(PARENT, COMPANY_OF, "newest", False, "parent", {}))
    elif settings.customer_number:
        rules.append(Rule(NUMBER, settings.customer_number, "←", False, "text", {}))
    return tuple(rules)


def _rule(one: FieldRule, builtin: Mapping[str, str], known: Mapping[str, object]) -> Rule:
    form = cast("Form", str(known.get("form") or builtin.get(one.falcana, "text")))
    options = known.get("options")
    told = dict(options) if isinstance(options, Mapping) else {}
    return Rule(one.falcana, one.hubspot, one.rule, one.clear, form, told)
