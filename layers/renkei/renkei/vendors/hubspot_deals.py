"""HubSpot's deals: pipelines, which companies a deal belongs to, when it moved, and what changed since a moment."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import batched
from typing import Any

from renkei.actions import Record
from renkei.vendors.hubspot import VERSION, HubSpot
from renkei.vendors.hubspot_paging import Place, search_body, turn
from renkei.vendors.hubspot_shapes import moment_of, record_of

DEALS, COMPANIES = "deals", "companies"
CHANGED = "hs_lastmodifieddate"
_OBJECTS = f"/crm/objects/{VERSION}/{DEALS}"
_PRIMARY = 5  # deal → company
_ASSOCIATIONS_AT_ONCE, _HISTORIES_AT_ONCE = 1000, 50
_PAGE = 200
"""Results of a search."""


@dataclass(frozen=True)
class Stage:
    """A stage of a pipeline."""

    id: str
    label: str


@dataclass(frozen=True)
class Pipeline:
    """A deal pipeline with its stages in their order."""

    id: str
    label: str
    stages: tuple[Stage, ...]


@dataclass(frozen=True)
class Companion:
    """A company that a deal belongs to."""

    id: str
    primary: bool


class HubSpotDeals(HubSpot):
    """One portal, with what only deals need. Outcomes and budget as HubSpot's."""

    # https://developers.hubspot.com/docs/api-reference/latest/crm/pipelines/guide
    def pipelines(self) -> list[Pipeline]:
        """The deal pipelines of the portal that are not archived."""
        answer = self._client.call("GET", f"/crm/pipelines/{VERSION}/{DEALS}", needs="results")
        return [
            Pipeline(
                str(one["id"]),
                str(one.get("label", "")),
                tuple(Stage(str(row["id"]), str(row.get("label", ""))) for row in one["stages"] if not _gone(row)),
            )
            for one in answer.body["results"]
            if not _gone(one)
        ]

    # https://developers.hubspot.com/docs/api-reference/latest/crm/using-object-apis
    def deal(self, id_: str, properties: Sequence[str]) -> tuple[Record, tuple[str, ...]]:
        """A deal, and the ids of its companies. NotFound if there is none; a merged one shows its new id."""
        query = {"properties": ",".join(properties), "associations": COMPANIES}
        body = self._client.call("GET", f"{_OBJECTS}/{id_}", params=query, needs="id").body
        linked = ((body.get("associations") or {}).get(COMPANIES) or {}).get("results") or ()
        return record_of(body), tuple(dict.fromkeys(str(one["id"]) for one in linked))

    # https://developers.hubspot.com/docs/guides/api/crm/associations/associations-v4
    def companies_of(self, ids: Sequence[str]) -> dict[str, list[Companion]]:
        """The companies of each deal."""
        found: dict[str, list[Companion]] = {id_: [] for id_ in ids}
        wanted: list[dict[str, str]] = [{"id": id_} for id_ in ids]
        path = f"/crm/associations/{VERSION}/{DEALS}/{COMPANIES}/batch/read"
        while wanted:
            part, wanted = wanted[:_ASSOCIATIONS_AT_ONCE], wanted[_ASSOCIATIONS_AT_ONCE:]
            for entry in self._client.call("POST", path, json={"inputs": part}, needs="results").body["results"]:
                id_ = str(entry["from"]["id"])
                found[id_] += [Companion(str(to["toObjectId"]), _primary(to)) for to in entry["to"]]
                if after := ((entry.get("paging") or {}).get("next") or {}).get("after"):
                    wanted.append({"id": id_, "after": after})
        return found

    # https://developers.hubspot.com/docs/api-reference/latest/crm/objects/batch-read
    def moved_at(self, ids: Sequence[str]) -> dict[str, datetime]:
        """When each deal came into the stage that it is in. Deals that are gone are left out."""
        found: dict[str, datetime] = {}
        for part in batched(ids, _HISTORIES_AT_ONCE, strict=False):
            body = {
                "inputs": [{"id": id_} for id_ in part],
                "properties": ["dealstage"],
                "propertiesWithHistory": ["dealstage"],
            }
            for entry in self._client.call("POST", f"{_OBJECTS}/batch/read", json=body, needs="results").body[
                "results"
            ]:
                past = (entry.get("propertiesWithHistory") or {}).get("dealstage") or ()
                if moments := [moment_of(one["timestamp"]) for one in past]:
                    found[str(entry["id"])] = max(moments)
        return found

    # https://developers.hubspot.com/docs/api-reference/latest/crm/search-the-crm
    def changed(
        self, object_name: str, since: datetime, properties: Sequence[str], pipelines: Sequence[str] = ()
    ) -> Iterator[list[Record]]:
        """Pages of the deals (of these pipelines) or companies that changed at `since` or later, in their order.

        The index may lag, and a record may come twice: see `hubspot_paging`.
        """
        path = f"/crm/objects/{VERSION}/{object_name}/search"
        filters = [{"propertyName": "pipeline", "operator": "IN", "values": list(pipelines)}] if pipelines else []
        going: Place | None = Place(since)
        while going:
            body = search_body(going, CHANGED, properties, _PAGE, filters=filters)
            answer = self._client.call("POST", path, json=body, needs="results", kind="search").body
            page, going = turn(going, CHANGED, answer)
            if page:
                yield page


def _primary(to: dict[str, Any]) -> bool:
    return any(one.get("typeId") == _PRIMARY for one in to.get("associationTypes") or ())


def _gone(entry: dict[str, Any]) -> bool:
    return bool(entry.get("archived"))
