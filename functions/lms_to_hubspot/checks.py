"""What HubSpot must have for this integration, and whether it has it. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lms_to_hubspot import Settings
from lms_to_hubspot.columns import COLUMNS, COURSE_TYPE, COURSE_TYPE_LABEL, Column
from lms_to_hubspot.known import CONTACTS, DEALS
from renkei.config import Language
from renkei.settings import Problem
from renkei.vendors.hubspot_deals import Pipeline
from renkei.vendors.hubspot_schema import Definition
from renkei.vendors.hubspot_shapes import Property

PREPARE = "run: renkei lms prepare-hubspot"
_COURSE_TYPE = Column(COURSE_TYPE, COURSE_TYPE_LABEL, "course_ids", str)
_OPTIONS = {"ja": ("はい", "いいえ"), "en": ("Yes", "No"), "de": ("Ja", "Nein")}

type Portal = Mapping[str, Sequence[Property]]


@dataclass(frozen=True)
class Wrong:
    """A property that is there with a type that cannot take what the school tells, and those that could."""

    object: str
    name: str
    type: str
    fits: tuple[str, ...]


def wanted(settings: Settings) -> dict[str, tuple[Column, ...]]:
    """The properties that are to be there, by object."""
    return {CONTACTS: COLUMNS} | ({DEALS: (_COURSE_TYPE,)} if settings.deals else {})


def missing(settings: Settings, portal: Portal) -> Iterator[tuple[str, Column]]:
    """(object, column) of what is not there."""
    for object_name, columns in wanted(settings).items():
        there = {prop.name for prop in portal[object_name]}
        yield from ((object_name, column) for column in columns if column.name not in there)


def wrong(settings: Settings, portal: Portal) -> Iterator[Wrong]:
    """What is there, and cannot be used: of another type, or read-only."""
    for object_name, columns in wanted(settings).items():
        there = {prop.name: prop for prop in portal[object_name]}
        for column in columns:
            prop = there.get(column.name)
            if prop and (prop.type not in column.fits or not prop.writable):
                shown = prop.type if prop.writable else f"{prop.type}, read-only"
                yield Wrong(object_name, prop.name, shown, column.fits)


def definition(column: Column, language: Language) -> Definition:
    """How a property is made that is missing."""
    kind = column.fits[0]
    field = {"bool": "booleancheckbox", "datetime": "date", "date": "date"}.get(
        kind, "textarea" if column.long else "text"
    )
    yes, no = _OPTIONS[language]
    options = (("true", yes), ("false", no)) if kind == "bool" else ()
    return Definition(column.name, column.label[language], kind, field, options=options)


def problems(settings: Settings, portal: Portal, pipelines: Sequence[Pipeline]) -> Iterator[Problem]:
    """What is wrong with the settings against the portal. Forms that a school does not use need not be there."""
    lacking = [column.name for _, column in missing(settings, portal) if column.told != "custom_forms"]
    if lacking:
        yield Problem((), f"HubSpot has no property {', '.join(lacking)}; {PREPARE}")
    for one in wrong(settings, portal):
        allowed = " or ".join(one.fits)
        yield Problem((), f"the property {one.name} of {one.object} is of type {one.type}; it has to be {allowed}")
    if not settings.deals:
        return
    stages = {line.id: tuple(stage.id for stage in line.stages) for line in pipelines}
    if settings.pipeline not in stages:
        yield Problem(("pipeline",), f"HubSpot has no pipeline {settings.pipeline}", tuple(stages))
        return
    for name in ("stage", "grant_stage"):
        stage = getattr(settings, name)
        if stage and stage not in stages[settings.pipeline]:
            message = f"the pipeline {settings.pipeline} has no stage {stage}"
            yield Problem((name,), message, stages[settings.pipeline])
