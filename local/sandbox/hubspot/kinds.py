"""Object types and association types: their names, ids and required scopes.

https://developers.hubspot.com/docs/api-reference/latest/crm/associations/overview
"""

from dataclasses import dataclass

from local.sandbox.hubspot.errors import invalid

# A further type needs its rows here and in properties.csv.
TYPE_IDS = {
    "contacts": "0-1",
    "companies": "0-2",
    "deals": "0-3",
    "products": "0-7",
    "line_items": "0-8",
    "meetings": "0-47",
}
SINGULAR = {
    "contacts": "contact",
    "companies": "company",
    "deals": "deal",
    "products": "product",
    "line_items": "line_item",
    "meetings": "meeting",
}
NAMES = (
    {name: name for name in TYPE_IDS}
    | {type_id: name for name, type_id in TYPE_IDS.items()}
    | {one: name for name, one in SINGULAR.items()}
)
# Engagements have no scopes of their own: those of contacts cover them.
SCOPE_TYPES = {"meetings": "contacts"}
# Of these there are no crm.schemas scopes to write with; which one does is told by others, not by HubSpot.
SCHEMA_SCOPES = {"products": "e-commerce", "line_items": "e-commerce"}
MODIFIED = {"contacts": "lastmodifieddate"}
CREATED = {"meetings": "hs_createdate"}
DEFAULT_PROPERTIES = {
    "contacts": ("email", "firstname", "lastname"),
    "companies": ("name", "domain"),
    "deals": ("dealname", "amount", "closedate", "pipeline", "dealstage"),
    "products": ("name", "description", "price"),
    "line_items": ("quantity", "amount", "price"),
    "meetings": (),
}
SEARCHED = {
    "contacts": (
        "firstname",
        "lastname",
        "email",
        "hs_additional_emails",
        "phone",
        "mobilephone",
        "fax",
        "company",
    ),
    "companies": ("name", "domain", "website", "phone"),
    "deals": ("dealname", "description", "dealtype", "dealstage", "pipeline"),
    "products": ("name", "description", "price", "hs_sku"),
    "line_items": ("name",),
    "meetings": ("hs_meeting_title", "hs_meeting_body"),
}


def modified_name(kind: str) -> str:
    """The property that holds when a record changed last."""
    return MODIFIED.get(kind, "hs_lastmodifieddate")


def created_name(kind: str) -> str:
    """The property that holds when a record was made."""
    return CREATED.get(kind, "createdate")


def kind_of(name: str) -> str:
    """The plural name for a name, a singular or a type id; 400 for what is none."""
    kind = NAMES.get(name.lower())
    if kind is None:
        raise invalid(f"Unable to infer object type from: {name}")
    return kind


def object_scope(kind: str, verb: str) -> str:
    """The scope for reading or writing records of a type."""
    return f"crm.objects.{SCOPE_TYPES.get(kind, kind)}.{verb}"


def schema_scopes(kind: str, verb: str) -> tuple[str, ...]:
    """The scopes of which one lets the caller read or write property definitions."""
    schema = SCHEMA_SCOPES.get(kind) or f"crm.schemas.{SCOPE_TYPES.get(kind, kind)}.{verb}"
    if verb == "read" or kind in SCOPE_TYPES:
        return (object_scope(kind, verb), schema)
    return (schema,)


@dataclass(frozen=True)
class AssociationType:
    """One direction of an association."""

    type_id: int
    label: str | None
    inverse: int


ASSOCIATIONS: dict[tuple[str, str], tuple[AssociationType, ...]] = {
    ("contacts", "companies"): (
        AssociationType(279, None, 280),
        AssociationType(1, "Primary", 2),
    ),
    ("companies", "contacts"): (
        AssociationType(280, None, 279),
        AssociationType(2, "Primary", 1),
    ),
    ("deals", "companies"): (
        AssociationType(341, None, 342),
        AssociationType(5, "Primary", 6),
    ),
    ("companies", "deals"): (
        AssociationType(342, None, 341),
        AssociationType(6, "Primary", 5),
    ),
    ("deals", "contacts"): (AssociationType(3, None, 4),),
    ("contacts", "deals"): (AssociationType(4, None, 3),),
    ("deals", "line_items"): (AssociationType(19, None, 20),),
    ("line_items", "deals"): (AssociationType(20, None, 19),),
    ("meetings", "contacts"): (AssociationType(200, None, 199),),
    ("contacts", "meetings"): (AssociationType(199, None, 200),),
    ("meetings", "companies"): (AssociationType(188, None, 187),),
    ("companies", "meetings"): (AssociationType(187, None, 188),),
}
PRIMARY_TYPES = frozenset(t.type_id for types in ASSOCIATIONS.values() for t in types if t.label == "Primary")
# What has one primary company among its companies: the type that says so.
PRIMARY_COMPANY = {
    kind: found.type_id
    for (kind, to_kind), types in ASSOCIATIONS.items()
    for found in types
    if to_kind == "companies" and found.type_id in PRIMARY_TYPES
}


def association_types(from_kind: str, to_kind: str) -> tuple[AssociationType, ...]:
    """The types between two object types, the unlabelled one first; 400 when there is none."""
    found = ASSOCIATIONS.get((from_kind, to_kind))
    if found is None:
        raise invalid(f"No association types exist between {from_kind} and {to_kind}")
    return found


def association_type(from_kind: str, to_kind: str, type_id: int) -> AssociationType:
    """One type by its id; 400 when it does not lead from the one to the other."""
    for found in association_types(from_kind, to_kind):
        if found.type_id == type_id:
            return found
    raise invalid(f"Association type {type_id} is not valid between {TYPE_IDS[from_kind]} and {TYPE_IDS[to_kind]}")
