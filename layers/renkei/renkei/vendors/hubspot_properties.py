"""HubSpot: the properties of its objects, and the unique ones that we put there.

https://developers.hubspot.com/docs/api-reference/latest/crm/properties
"""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import quote

from renkei.actions import UNIQUE
from renkei.errors import Conflict, NotFound
from renkei.vendors.hubspot_shapes import OURS, VERSION, Property, property_of, unique_body

if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from renkei.config import Language
    from renkei.http import Client

# Groups have other names in other portals: ours go where a property of HubSpot's own is.
_BESIDE = {
    "companies": "domain",
    "contacts": "email",
    "deals": "dealname",
    "line_items": "name",
    "meetings": "hs_meeting_title",
    "products": "name",
}


class HubSpotProperties:
    """The definitions of a portal. Outcomes and budget as HubSpot's."""

    _client: Client

    # https://developers.hubspot.com/docs/api-reference/latest/crm/properties
    def properties(self, object_name: str, language: Language) -> list[Property]:
        """The portal's properties of an object, with HubSpot's labels in a language."""
        answer = self._client.call("GET", _path(object_name), params={"locale": language}, needs="results")
        return [property_of(entry) for entry in answer.body["results"]]

    def ensure(self, object_name: str, name: str, label: str) -> None:
        """Make sure that the object has this unique property of ours; there already is fine."""
        self._define(object_name, unique_body(name, label))

    def ensure_unique(self, object_name: str) -> None:
        """Make sure that the object has the unique property that our keys are in."""
        self.ensure(object_name, UNIQUE, OURS[UNIQUE])

    def has(self, object_name: str, name: str) -> bool:
        """Whether the object has a property."""
        try:
            self._client.call("GET", f"{_path(object_name)}/{quote(name, safe='')}")
        except NotFound:
            return False
        return True

    def has_unique(self, object_name: str) -> bool:
        """Whether the object has the unique property that our keys are in."""
        return self.has(object_name, UNIQUE)

    def _define(self, object_name: str, body: Mapping[str, Any]) -> bool:
        """Make a property in the group of HubSpot's own; False if its name is there already, whatever it is like."""
        path = _path(object_name)
        group = self._client.call("GET", f"{path}/{_BESIDE[object_name]}", needs="groupName").body["groupName"]
        try:
            self._client.call("POST", path, json={**body, "groupName": group})
        except Conflict:
            return False
        return True


def _path(object_name: str) -> str:
    return f"/crm/properties/{VERSION}/{object_name}"
