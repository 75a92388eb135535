"""HubSpot's properties made by us for people: with a type, a label and options, not unique ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from renkei.vendors.hubspot import HubSpot


@dataclass(frozen=True)
class Definition:
    """A property to make. `type` and `field` as HubSpot names them; `options` are (value, label), for choices only."""

    name: str
    label: str
    type: str
    field: str
    description: str = ""
    options: tuple[tuple[str, str], ...] = ()


class HubSpotSchema(HubSpot):
    """One portal, with the making of its properties. Outcomes and budget as HubSpot's."""

    # https://developers.hubspot.com/docs/api-reference/latest/crm/properties
    def create_property(self, object_name: str, definition: Definition) -> bool:
        """Make a property, in the group of HubSpot's own; False if there is one with its name, whatever its type.

        One that somebody archived comes back as it was, with the type it had then. Misconfigured without the right
        to define properties of this object; Rejected for a definition that HubSpot does not take.
        """
        return self._define(object_name, _body(definition))


def _body(wanted: Definition) -> dict[str, Any]:
    body: dict[str, Any] = {"name": wanted.name, "label": wanted.label, "description": wanted.description}
    body |= {"type": wanted.type, "fieldType": wanted.field, "formField": False}
    options = [{"value": value, "label": label, "hidden": False} for value, label in wanted.options]
    return body | ({"options": [option | {"displayOrder": at} for at, option in enumerate(options)]} if options else {})
