"""HubSpot: everything that changed since a moment, by search. https://developers.hubspot.com/docs/api-reference/latest/crm/search-the-crm

A search reaches 10,000 results, and paging by offset skips what moves while it is read. So every page is a search
of its own that begins where the last one ended: at its last change, or, where a whole page changed in one moment,
inside that moment by id. A record may come twice, none is passed over. The index lags: that is the caller's part.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from renkei.actions import Record
from renkei.errors import Retry
from renkei.vendors.hubspot_shapes import moment_of, next_of, record_of

_EPOCH, _STEP = datetime(1970, 1, 1, tzinfo=UTC), timedelta(milliseconds=1)


@dataclass(frozen=True)
class Place:
    """Where a reading goes on: with what changed at `begin` or later, or, in that one moment, `behind` an id."""

    begin: datetime
    behind: str = ""

    def text(self) -> str:
        """The place as a checkpoint keeps it."""
        return f"{_milliseconds(self.begin)}:{self.behind}"

    @classmethod
    def of(cls, text: str) -> Place:
        """The place that a checkpoint keeps. ValueError if it is none."""
        begin, colon, behind = text.partition(":")
        if not colon:
            raise ValueError("no place of a reading")
        return cls(_EPOCH + int(begin) * _STEP, behind)


def search_body(
    place: Place,
    changed: str,
    properties: Sequence[str],
    limit: int,
    *,
    until: datetime | None = None,
    filters: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """The search for the next page. `changed` is the property that holds when a record changed, `until` inclusive."""
    inside = bool(place.behind)
    wanted = [_filter(changed, "EQ" if inside else "GTE", _milliseconds(place.begin))]
    if inside:
        wanted.append(_filter("hs_object_id", "GT", place.behind))
    elif until is not None:
        wanted.append(_filter(changed, "LTE", _milliseconds(until)))
    return {
        "filterGroups": [{"filters": [*wanted, *filters]}],
        "sorts": [{"propertyName": "hs_object_id" if inside else changed, "direction": "ASCENDING"}],
        "properties": [changed, *properties],
        "limit": limit,
        "after": "0",
    }


def turn(
    place: Place, changed: str, answer: Mapping[str, Any], until: datetime | None = None
) -> tuple[list[Record], Place | None]:
    """The records of a page, and where the reading goes on; None at the end. Retry for an answer that is none."""
    page, more = [record_of(one) for one in answer["results"]], next_of(answer) != ""
    if more and not page:
        raise Retry("vendor_garbled", vendor="hubspot")
    if place.behind:
        after = place.begin + _STEP
        return page, Place(place.begin, page[-1].id) if more else None if until and after > until else Place(after)
    if not more:
        return page, None
    last = moment_of(page[-1].properties.get(changed))
    if last > place.begin:
        return page, Place(last)
    # All of the page are of one moment, in an order of HubSpot's own: they come again in that of their ids.
    return [], Place(place.begin, "0")


def _filter(name: str, operator: str, value: object) -> dict[str, str]:
    return {"propertyName": name, "operator": operator, "value": str(value)}


def _milliseconds(moment: datetime) -> int:
    """HubSpot's times have no more than that; rounded down, so that nothing is left out."""
    return (moment - _EPOCH) // _STEP
