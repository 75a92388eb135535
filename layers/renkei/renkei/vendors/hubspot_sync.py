"""HubSpot's companies and contacts as a sync reads them: whole, by what changed, and what was archived."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from typing import Any

from renkei.actions import Read, Record
from renkei.vendors.hubspot import VERSION, HubSpot
from renkei.vendors.hubspot_paging import Place, search_body, turn
from renkei.vendors.hubspot_shapes import FALCANA_ID, moment_of, next_of, record_of

__all__ = ["COMPANIES", "CONTACTS", "FALCANA_ID", "MODIFIED", "HubSpotSync", "Place", "Seen"]
COMPANIES, CONTACTS = "companies", "contacts"
MODIFIED = {COMPANIES: "hs_lastmodifieddate", CONTACTS: "lastmodifieddate"}
"""The property that holds when a record changed last. What `do` reads and writes carries it unasked."""
_OBJECTS = f"/crm/objects/{VERSION}"
_FOUND, _LISTED = 200, 100
"""Records in a page of a search, and of a list or batch."""


@dataclass(frozen=True)
class Seen:
    """A record that a reading came by: its id, and when it changed or was archived."""

    id: str
    at: datetime


class HubSpotSync(HubSpot):
    """One portal, with what only a sync needs. Outcomes and budget as HubSpot's."""

    # https://developers.hubspot.com/docs/api-reference/latest/crm/search-the-crm
    def modified(
        self, object_name: str, place: Place, until: datetime | None = None
    ) -> tuple[list[Seen], Place | None]:
        """One page of what changed from a place on (and at `until` at the latest), oldest first; then the next place.

        One search, up to 200 records; the place is None at the end. A page may be empty before that, and a record
        may come twice. The index lags: what changed a moment ago may be missing, and come later than its time says.
        """
        changed = MODIFIED[object_name]
        answer = self._search_for(object_name, search_body(place, changed, (), _FOUND, until=until))
        page, going = turn(place, changed, answer, until)
        return [Seen(one.id, moment_of(one.properties.get(changed))) for one in page], going

    def newest(self, object_name: str) -> datetime | None:
        """When a record of this object changed last, as far as the index knows; None if there is none."""
        changed = MODIFIED[object_name]
        sorts = [{"propertyName": changed, "direction": "DESCENDING"}]
        body = {"filterGroups": [], "sorts": sorts, "properties": [changed], "limit": 1, "after": "0"}
        found = [record_of(one) for one in self._search_for(object_name, body)["results"]]
        return moment_of(found[0].properties.get(changed)) if found else None

    # https://developers.hubspot.com/docs/api-reference/latest/crm/using-object-apis
    def page(self, object_name: str, properties: Sequence[str], after: str = "") -> tuple[list[Record], str]:
        """A page of all records that are not archived, in the order of their ids, and where the next one begins."""
        answer = self._listed(object_name, after, {"properties": ",".join(properties)} if properties else {})
        return [record_of(one) for one in answer["results"]], next_of(answer)

    def archived(self, object_name: str, after: str = "") -> tuple[list[Seen], str]:
        """A page of the records in the recycle bin, with when they came there, and where the next one begins."""
        answer = self._listed(object_name, after, {"archived": "true"})
        found = [Seen(str(one["id"]), moment_of(one.get("archivedAt"))) for one in answer["results"]]
        return found, next_of(answer)

    # https://developers.hubspot.com/docs/api-reference/latest/crm/objects/batch-read
    def having(self, object_name: str, by: str, values: Sequence[str], properties: Sequence[str]) -> dict[str, Record]:
        """The records with these values of a unique property, by value; a call for each hundred. Does not lag.

        A contact answers to its first address only.
        """
        return self._read_batch(Read(object_name, tuple(values), tuple(properties), by)).records

    # https://developers.hubspot.com/docs/api-reference/latest/crm/objects/batch-archive
    def archive(self, object_name: str, ids: Sequence[str]) -> None:
        """Put records into the recycle bin, where they stay for 90 days; what is gone already is no error."""
        for part in batched(dict.fromkeys(ids), _LISTED, strict=False):
            body = {"inputs": [{"id": id_} for id_ in part]}
            self._client.call("POST", f"{_OBJECTS}/{object_name}/batch/archive", json=body)

    def _listed(self, object_name: str, after: str, query: dict[str, str]) -> dict[str, Any]:
        query |= {"limit": str(_LISTED)} | ({"after": after} if after else {})
        answer: dict[str, Any] = self._client.call(
            "GET", f"{_OBJECTS}/{object_name}", params=query, needs="results"
        ).body
        return answer

    def _search_for(self, object_name: str, body: dict[str, Any]) -> dict[str, Any]:
        path = f"{_OBJECTS}/{object_name}/search"
        answer: dict[str, Any] = self._client.call("POST", path, json=body, needs="results", kind="search").body
        return answer
