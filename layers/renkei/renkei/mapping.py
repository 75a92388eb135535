"""Mapping rows: `property ← booking field | question label | fixed text`, with a write policy. Pure.

Every booking integration shares them, so that a row means the same whichever CRM it fills.
"""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from renkei.bookings import FIELDS, Booking, field
from renkei.values import NameOrder, fold_name, normal_domain, normal_mail, number

type Policy = Literal["create", "fill", "overwrite"]


class Row(BaseModel):
    """One line of a mapping. Exactly one of `from`, `question` and `text` says where the value comes from."""

    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)

    target: str = Field(
        alias="property", min_length=1, title="Property", description="The property's internal name in the CRM"
    )
    source: str | None = Field(None, alias="from", title="Booking field", json_schema_extra={"enum": list(FIELDS)})
    question: str | None = Field(None, min_length=1, title="Question", description="The label of a question")
    text: str | None = Field(None, min_length=1, title="Fixed text")
    policy: Policy = Field(
        "create",
        title="When to write",
        description="create: only on a new record; fill: also where the property is empty; overwrite: always",
    )

    @model_validator(mode="after")
    def _one_source(self) -> Self:
        if sum(value is not None for value in (self.source, self.question, self.text)) != 1:
            raise ValueError("give exactly one of from, question and text")
        if self.source is not None and self.source not in FIELDS:
            raise ValueError(f"from: unknown booking field; allowed: {', '.join(FIELDS)}")
        return self

    @property
    def why(self) -> str:
        """Where the value comes from, for a person: `from company_name`, `question 従業員数`, `text`."""
        if self.source is not None:
            return f"from {self.source}"
        return f"question {self.question}" if self.question is not None else "text"


def reachable(calendars: Iterable[str]) -> None:
    """ValueError unless each of the calendars that rules name, in their order, can be the first that matches."""
    names = list(calendars)
    if len(set(names)) < len(names):
        raise ValueError("calendars: one calendar stands twice; the first match wins")
    if "*" in names[:-1]:
        raise ValueError('calendars: put "*" last; what follows it can never match')


@dataclass(frozen=True)
class Warn:
    """Something a person should know of a delivery that went through. Holds nothing personal."""

    code: str
    params: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Value:
    """What a row makes of a booking."""

    property: str
    value: str
    policy: Policy
    why: str


@dataclass(frozen=True)
class Reading:
    """How to read a booking: the portal's property types and the workspace's choices."""

    types: Mapping[str, str]
    free_mail: Container[str] = frozenset()
    order: NameOrder = "family_first"
    german: bool = False


def read(rows: Iterable[Row], booking: Booking, reading: Reading) -> tuple[list[Value], list[Warn]]:
    """The values that rows take from a booking, blank ones left out, and what a person should know of it."""
    values: list[Value] = []
    warns: list[Warn] = []
    for row in rows:
        text = _text(row, booking, reading.order)
        if text is None:
            warns.append(Warn("question_missing", (("question", row.question or ""), ("property", row.target))))
            continue
        shaped = _shape(row, text.strip(), reading)
        if isinstance(shaped, Warn):
            warns.append(shaped)
        elif shaped:
            values.append(Value(row.target, shaped, row.policy, row.why))
    return values, warns


def _text(row: Row, booking: Booking, order: NameOrder) -> str | None:
    """A row's text; None where the form has no such question (any more)."""
    if row.text is not None:
        return row.text
    if row.source is not None:
        return field(booking, row.source, order)
    label = fold_name(row.question or "")
    for answer in booking.answers:
        if fold_name(answer.label) == label:
            return ", ".join(filter(None, (value.strip() for value in answer.values)))
    return None


def _shape(row: Row, text: str, reading: Reading) -> str | Warn:  # noqa: PLR0911 - one a kind of property
    """The text as the property wants it, or why it is left out."""
    if not text:
        return ""
    if row.target == "domain":
        domain = normal_domain(text)
        if domain is None:
            return Warn("no_domain", (("property", row.target),))
        if row.text is None and domain in reading.free_mail:
            return Warn("free_mail")
        return domain
    if row.target == "email":
        return normal_mail(text)
    if reading.types.get(row.target) == "number":
        digits = number(text, german=reading.german)
        return digits if digits is not None else Warn("no_number", (("property", row.target),))
    return text
