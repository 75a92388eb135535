"""falcana's addresses and contact persons, and HubSpot's companies and contacts, stay the same. Facts only."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from renkei.integration import Integration

ADDRESS_FIELDS = {
    "name": "text",
    "name2": "text",
    "street": "text",
    "zip": "text",
    "city": "text",
    "country": "country",
    "phone": "phone",
    "email": "mail",
    "website": "website",
}
"""What an address of falcana has beside its own fields (custom.<key>), and the form in which it is compared."""
PERSON_FIELDS = {
    "salutation": "text",
    "title": "text",
    "first_name": "text",
    "last_name": "text",
    "email": "mail",
    "phone": "phone",
    "mobile": "phone",
    "position": "text",
}
"""The same of a contact person."""

_WORDS = {"->": "→", "to_falcana": "→", "<-": "←", "to_hubspot": "←"}


def _arrow(given: object) -> object:
    return _WORDS.get(given, given) if isinstance(given, str) else given


type Rule = Annotated[Literal["→", "←", "newest", "fill", "off"], BeforeValidator(_arrow)]
type Kind = Literal["company", "association", "family", "private"]


class _Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class Directions(_Model):
    """Which way changes go by themselves. With neither on there is no automatic run."""

    hubspot_to_falcana: bool = Field(False, title="HubSpot → falcana")
    falcana_to_hubspot: bool = Field(False, title="falcana → HubSpot")


class FieldRule(_Model):
    """A field of falcana, and the property of HubSpot that holds the same."""

    falcana: str = Field(min_length=1, title="Field in falcana", description="For fields of your own: custom.<key>")
    hubspot: str = Field(min_length=1, title="Property in HubSpot")
    rule: Rule = Field(
        "newest",
        title="Which side holds",
        description="→ HubSpot's, ← falcana's, newest: what was changed later, fill: only what is empty, off",
    )
    clear: bool = Field(False, title="Emptying travels", description="Else a blank never overwrites anything")


class NewAddresses(_Model):
    """What falcana wants of an address that is made, and HubSpot does not know."""

    owner_user: int = Field(ge=1, title="User", description="`renkei falcana users`")
    sales_group: int = Field(ge=1, title="Vertriebsgruppe", description="`renkei falcana sales-groups`")


def _rules(pairs: Mapping[str, str]) -> tuple[FieldRule, ...]:
    return tuple(FieldRule(falcana=field, hubspot=name) for field, name in pairs.items())


SEED_ADDRESS_FIELDS = _rules(
    {
        "name": "name",
        "street": "address",
        "zip": "zip",
        "city": "city",
        "country": "country",
        "phone": "phone",
        "website": "domain",
    }
)
SEED_CONTACT_FIELDS = _rules(
    {
        "salutation": "salutation",
        "first_name": "firstname",
        "last_name": "lastname",
        "email": "email",
        "phone": "phone",
        "mobile": "mobilephone",
        "position": "jobtitle",
    }
)


class Settings(_Model):
    """The integration's settings in the workspace file."""

    enabled: bool = Field(True, title="On")
    directions: Directions = Field(Directions(), title="Automatic run", description="Every five minutes")
    address_fields: tuple[FieldRule, ...] = Field(SEED_ADDRESS_FIELDS, title="Addresses and companies")
    contact_fields: tuple[FieldRule, ...] = Field(SEED_CONTACT_FIELDS, title="Contact persons and contacts")
    customer_number: str | None = Field(
        None,
        min_length=1,
        title="Customer number",
        description="A single-line company property that shows falcana's number; equal ones are linked",
    )
    new_addresses: NewAddresses | None = Field(None, title="New addresses", description="For HubSpot → falcana")
    kinds: Annotated[tuple[Kind, ...], Field(min_length=1)] = Field(
        ("company", "association"),
        title="Kinds of address that are companies",
        description="The first one is that of new addresses",
    )
    without_company: Literal["private", "wait"] = Field(
        "private",
        title="Contacts without a company",
        description="private: they get an address of their own in falcana; wait: until they have a company",
    )
    on_falcana_delete: Literal["archive", "unlink"] = Field(
        "archive", title="What is deleted in falcana", description="archive: also in HubSpot; unlink: it stays there"
    )
    on_tie: Literal["hubspot", "falcana"] = Field("hubspot", title="Both changed at the same time", description="Whose")
    region: str = Field("DE", pattern=r"^[A-Z]{2}$", title="Country", description="Of phone numbers without +49 or so")

    @model_validator(mode="after")
    def _once(self) -> Self:
        for rules in (self.address_fields, self.contact_fields):
            _each_once("falcana field", (rule.falcana for rule in rules))
            _each_once("HubSpot property", (rule.hubspot for rule in rules))
        if self.customer_number in {rule.hubspot for rule in self.address_fields}:
            raise ValueError(f"the HubSpot property {self.customer_number} stands twice; keep one of them")
        return self


def _each_once(name: str, values: Iterable[str]) -> None:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise ValueError(f"the {name} {value} stands twice; keep one of them")
        seen.add(value)


def _by_itself(given: Mapping[str, Any]) -> bool:
    """Whether settings as they are kept want the automatic run."""
    directions = given.get("directions") or {}
    return any(directions.get(name) is True for name in Directions.model_fields)


def _scopes(given: Mapping[str, Any]) -> dict[str, tuple[str, ...]]:
    """What HubSpot must allow for settings as they are kept: it is only written, and archived in, one way."""
    asked = ["oauth", "crm.objects.companies.read", "crm.objects.contacts.read"]
    if (given.get("directions") or {}).get("falcana_to_hubspot") is True:
        asked += [f"crm.{area}.{kind}.write" for area in ("objects", "schemas") for kind in ("companies", "contacts")]
    return {"hubspot": tuple(asked)}


INTEGRATION = Integration(
    key="falcana_hubspot",
    title={"ja": "falcanaとHubSpotの同期", "en": "falcana and HubSpot", "de": "falcana und HubSpot"},
    vendor="falcana",
    needs=("hubspot",),
    sources=(),
    jobs=("sync", "import", "export", "duplicates"),
    settings=Settings,
    by_itself=_by_itself,
    scopes=_scopes,
)
