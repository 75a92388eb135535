"""Checks settings against the portal: every row names a property that HubSpot lets us write."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from booking_to_hubspot import Settings
from booking_to_hubspot.known import COMPANIES, CONTACTS
from renkei.mapping import Row
from renkei.settings import Problem
from renkei.values import number
from renkei.vendors.hubspot import Property


def types_of(portal: Mapping[str, Sequence[Property]]) -> dict[str, dict[str, str]]:
    """{object: {property: type}} of what can be mapped; kept with the settings for shaping values."""
    return {name: {prop.name: prop.type for prop in properties if prop.mappable} for name, properties in portal.items()}


def problems(settings: Settings, portal: Mapping[str, Sequence[Property]]) -> Iterator[Problem]:
    """What is wrong with the rows, at their places below the integration."""
    for number_, rules in enumerate(settings.calendars):
        for part, rows, object_name in (("company", rules.company, COMPANIES), ("contact", rules.contact, CONTACTS)):
            known = {prop.name: prop for prop in portal[object_name]}
            allowed = tuple(f"{prop.name} ({prop.label})" for prop in portal[object_name] if prop.mappable)
            for index, row in enumerate(rows):
                place = ("calendars", number_, part, index)
                yield from _row(row, known.get(row.target), allowed, place)


def _row(row: Row, prop: Property | None, allowed: tuple[str, ...], place: tuple[str | int, ...]) -> Iterator[Problem]:
    if prop is None:
        yield Problem((*place, "property"), f"HubSpot has no property {row.target}", allowed)
    elif not prop.mappable:
        message = f"{row.target} ({prop.label}) is read-only, hidden, or neither a text nor a number"
        yield Problem((*place, "property"), message, allowed)
    elif prop.type == "number" and row.text is not None and number(row.text) is None:
        yield Problem((*place, "text"), f"{row.target} ({prop.label}) takes a number")
