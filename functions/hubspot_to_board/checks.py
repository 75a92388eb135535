"""Whether settings fit the portal and the board account: what is wrong, before a deal meets with it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from hubspot_to_board import BILLED, PAID, DateRule, Pipeline, Settings
from renkei.settings import Path, Problem

if TYPE_CHECKING:
    from renkei.vendors import board, hubspot, hubspot_deals

DATES = {"date", "datetime"}
_WON = "受注済"
_BY_INVOICES = (BILLED, PAID)


def problems(
    settings: Settings,
    pipelines: Sequence[hubspot_deals.Pipeline],
    deals: Sequence[hubspot.Property],
    companies: Sequence[hubspot.Property],
    users: Sequence[board.User],
) -> Iterator[Problem]:
    """What is wrong with settings, against what the portal and the account have.

    `deals` and `companies` are the properties of these; `users` may be empty where `fallback_user` is not given.
    """
    known = {one.id: one for one in pipelines}
    for index, one in enumerate(settings.pipelines):
        place: Path = ("pipelines", index)
        if one.pipeline in known:
            yield from _stages(one, known[one.pipeline], place)
        else:
            allowed = tuple(f"{there.id} ({there.label})" for there in pipelines)
            yield Problem((*place, "pipeline"), f"HubSpot has no deal pipeline {one.pipeline}", allowed)
    for place, rule in rules(settings):
        yield from _date(rule, deals, (*place, "property"))
    for index, field in enumerate(settings.client_fields):
        for number, name in enumerate(field.properties):
            if name not in {one.name for one in companies}:
                message = f"HubSpot's companies have no property {name}"
                yield Problem(("client_fields", index, "from", number), message, _shown(companies))
    if settings.client_page:
        yield from _page(settings.client_page.property, companies)
    if settings.fallback_user is not None:
        yield from _user(settings.fallback_user, users)


def rules(settings: Settings) -> Iterator[tuple[Path, DateRule]]:
    """The dates of a deal that settings name, each with its place."""
    for name in ("invoice_date", "contract_start", "contract_end", "estimate_date"):
        if rule := getattr(settings, name):
            yield (name,), rule
    yield from ((("invoice_dates", index), rule) for index, rule in enumerate(settings.invoice_dates))


def kept(
    settings: Settings, deals: Iterable[hubspot.Property], companies: Iterable[hubspot.Property]
) -> dict[str, dict[str, str]]:
    """{object: {property: type}} of the properties that settings name."""
    dates = {rule.property for _, rule in rules(settings)}
    named = {name for field in settings.client_fields for name in field.properties}
    named |= {settings.client_page.property} if settings.client_page else set()
    return {
        "deals": {one.name: one.type for one in deals if one.name in dates},
        "companies": {one.name: one.type for one in companies if one.name in named},
    }


def _stages(given: Pipeline, there: hubspot_deals.Pipeline, place: Path) -> Iterator[Problem]:
    """Each stage is one of that pipeline's; what comes of invoices comes only while a project is won."""
    names = {stage.id for stage in there.stages}
    allowed = tuple(f"{stage.id} ({stage.label})" for stage in there.stages)
    for index, row in enumerate(given.stages):
        if row.stage not in names:
            message = f"the pipeline {there.id} ({there.label}) has no stage {row.stage}"
            yield Problem((*place, "stages", index, "stage"), message, allowed)
    mapped = {row.status: index for index, row in enumerate(given.stages)}
    for status in _BY_INVOICES:
        if status in mapped and _WON not in mapped:
            message = f"{status} only comes while board's project is {_WON}: give {_WON} a stage of this pipeline, too"
            yield Problem((*place, "stages", mapped[status], "status"), message)


def _date(rule: DateRule, deals: Sequence[hubspot.Property], place: Path) -> Iterator[Problem]:
    found = next((one for one in deals if one.name == rule.property), None)
    allowed = _shown(one for one in deals if one.type in DATES)
    if found is None:
        yield Problem(place, f"HubSpot's deals have no property {rule.property}", allowed)
    elif found.type not in DATES:
        yield Problem(place, f"{found.name} ({found.label}) is no date", allowed)


def _page(name: str, companies: Sequence[hubspot.Property]) -> Iterator[Problem]:
    found = next((one for one in companies if one.name == name), None)
    place, allowed = ("client_page", "property"), _shown(one for one in companies if _fits(one))
    if found is None:
        made = "make one under Settings → Properties: object company, field type single-line text"
        yield Problem(place, f"HubSpot's companies have no property {name}; {made}", allowed)
    elif not _fits(found):
        yield Problem(place, f"{found.name} ({found.label}) is no single-line text that may be written", allowed)


def _fits(one: hubspot.Property) -> bool:
    return (one.type, one.field) == ("string", "text") and one.mappable


def _user(number: int, users: Sequence[board.User]) -> Iterator[Problem]:
    if any(user.id == number and user.valid for user in users):
        return
    why = "may no longer log in" if any(user.id == number for user in users) else "is not there"
    allowed = tuple(f"{user.id} ({user.name})" for user in users if user.valid)
    yield Problem(("fallback_user",), f"board's user {number} {why}", allowed)


def _shown(found: Iterable[hubspot.Property]) -> tuple[str, ...]:
    return tuple(f"{one.name} ({one.label})" for one in found)
