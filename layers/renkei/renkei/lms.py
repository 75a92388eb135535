"""The events of a school (an LMS): who joined, what was bought. docs/lms-events.yaml is their contract.

Each event holds the whole present state of its user, so that a late or a lost one is healed by the next. Which state
is the newest is told by `renkei.lms_users`.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from renkei.currencies import WHOLE
from renkei.errors import Rejected
from renkei.values import normal_mail

type Type = Literal[
    "user.created", "user.updated", "user.deleted", "course.purchased", "course.granted", "membership.cancelled"
]
AHEAD = timedelta(days=31)
"""How far a time of change may be ahead: what comes later than that would keep all newer states out."""
TOO_LATE = "updated_at: in the future"
FORMS = tuple(str(number) for number in range(1, 10))


def _id(value: object) -> object:
    """Ids may come as numbers."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _text(value: object) -> object:
    return "" if value is None else _id(value)


def _mail(value: object) -> object:
    return normal_mail(value) if isinstance(value, str) else value


def _amount(value: object) -> object:
    """A JSON number or text; a float's text is what its sender wrote."""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _listed(value: object) -> object:
    return () if value is None else value


def _shown(at: datetime) -> datetime:
    """A time that every zone can show; else ValueError (an empty date is the year 1 with many senders)."""
    if not 1 < at.year < 9999:  # noqa: PLR2004 - datetime's own ends
        raise ValueError("no time of people")
    return at


type Time = Annotated[AwareDatetime, AfterValidator(_shown)]
type Id = Annotated[str, BeforeValidator(_id), Field(min_length=1, max_length=128, pattern=r"^\S(.*\S)?$")]
type Text = Annotated[str, BeforeValidator(_text), Field(max_length=65_536)]
type Mail = Annotated[str, BeforeValidator(_mail), Field(max_length=254, pattern=r"^[^@\s<>,;\"]+@[^@\s<>,;\"]+$")]
type Amount = Annotated[
    Decimal, BeforeValidator(_amount), Field(ge=0, max_digits=18, decimal_places=4, allow_inf_nan=False)
]
type Currency = Annotated[str, Field(pattern=r"^[A-Z]{3}$")]
type Ids = Annotated[tuple[Id, ...], BeforeValidator(_listed), Field(max_length=10_000)]


class _Model(BaseModel):
    # What a newer sender tells beside it is no error.
    model_config = ConfigDict(frozen=True, extra="ignore")


class User(_Model):
    """The whole state of a user. What is absent was not told (`model_fields_set`); null and "" are empty."""

    id: Id
    email: Mail
    updated_at: Time
    version: Annotated[int, Field(ge=0, lt=10**18)] = 0
    username: Text = ""
    nickname: Text = ""
    email_verified: bool | None = None
    account_type: Text = ""
    admin_role: Text = ""
    groups: Annotated[tuple[Text, ...], BeforeValidator(_listed)] = ()
    auth_type: Text = ""
    has_password: bool | None = None
    signup_page: Text = ""
    language: Text = ""
    currency: Text = ""
    created_at: Time | None = None
    last_used_at: Time | None = None
    status: Text = ""
    course_ids: Ids = ()
    completed_lecture_ids: Ids = ()
    custom_forms: Annotated[dict[Literal[FORMS], Text], BeforeValidator(lambda value: value or {})] = Field(  # type: ignore[valid-type]
        default_factory=dict
    )

    def told(self, name: str) -> bool:
        """Whether the sender told this of the user at all."""
        return name in self.model_fields_set


def _whole(amount: Decimal | None, currency: str | None) -> None:
    """ValueError for a fraction of a currency that has none."""
    if amount is not None and currency in WHOLE and amount != amount.to_integral_value():
        raise ValueError(f"{currency} has no fractions")


class Course(_Model):
    """A course, as it is sold."""

    id: Id
    title: Annotated[str, Field(min_length=1, max_length=1000)]
    url: Annotated[str, BeforeValidator(_text), Field(max_length=2000, pattern=r"^(https?://\S+)?$")] = ""
    type: Text = ""
    price: Amount | None = None
    currency: Currency | None = None

    @model_validator(mode="after")
    def _without_fractions(self) -> Self:
        _whole(self.price, self.currency)
        return self


class Paid(_Model):
    """An amount and its currency."""

    amount: Amount | None = None
    currency: Currency | None = None

    @model_validator(mode="after")
    def _without_fractions(self) -> Self:
        _whole(self.amount, self.currency)
        return self


class Order(Paid):
    """A purchase."""

    id: Id
    amount: Amount
    currency: Currency
    purchased_at: Time


class Grant(_Model):
    """A course that was given to somebody (コース配布)."""

    id: Id
    granted_at: Time


class Membership(Paid):
    """A paid membership that was cancelled (有料会員の解約)."""

    id: Id
    plan: Text = ""
    cancelled_at: Time
    ends_at: Time | None = None
    url: Annotated[str, BeforeValidator(_text), Field(max_length=2000, pattern=r"^(https?://\S+)?$")] = ""


class Previous(_Model):
    """What a user had before an update."""

    email: Annotated[str, BeforeValidator(lambda value: _mail(_text(value)))] = ""


class Data(_Model):
    """What an event tells of."""

    user: User
    previous: Annotated[Previous, BeforeValidator(lambda value: value or {})] = Previous()
    course: Course | None = None
    order: Order | None = None
    grant: Grant | None = None
    membership: Membership | None = None


_NEEDS = {
    "course.purchased": ("course", "order"),
    "course.granted": ("course", "grant"),
    "membership.cancelled": ("membership",),
}


class Event(_Model):
    """One event of a school."""

    id: Id
    type: Type
    occurred_at: Time
    school_id: Id
    schema_version: Literal[1]
    data: Data

    @model_validator(mode="after")
    def _complete(self) -> Self:
        for name in _NEEDS.get(self.type, ()):
            if getattr(self.data, name) is None:
                raise ValueError(f"{self.type} needs data.{name}")
        return self

    @property
    def user(self) -> User:
        """Whom it is about."""
        return self.data.user


def event_of(body: object, now: datetime | None = None) -> Event:
    """The event in a delivery's body. Rejected if it is none (by the clock, if it is given), naming what is wrong."""
    try:
        event = Event.model_validate(mended(body))
    except ValidationError as error:
        raise Rejected("lms_payload", problem=problem_of(error)) from None
    if now and max(event.occurred_at, event.user.updated_at) > now + AHEAD:
        raise Rejected("lms_payload", problem=TOO_LATE)
    return event


def mended(body: object) -> Any:
    """JSON in which half of a character (of an emoji that somebody cut in two) is a question mark."""
    return json.loads(json.dumps(body, ensure_ascii=False).encode(errors="replace"))


def problem_of(error: ValidationError) -> str:
    """Which fields are wrong, and how: names and codes, none of the values."""
    entries = error.errors(include_url=False, include_input=False, include_context=False)
    told = dict.fromkeys(f"{'.'.join(map(_plain, entry['loc'])) or 'event'}: {entry['type']}" for entry in entries)
    return ", ".join(list(told)[:10])


_NAMES = {
    name for model in (Event, Data, User, Previous, Course, Order, Grant, Membership) for name in model.model_fields
}


def _plain(part: str | int) -> str:
    """A step of a place; keys that somebody made up are not shown."""
    return str(part) if isinstance(part, int) or part in {*_NAMES, *FORMS} else "?"


def listed(values: Sequence[str], most: int) -> tuple[str, bool]:
    """Values in one text of `most` characters; where they are too many, it ends after a whole one with an ellipsis.

    Also tells whether it was cut.
    """
    text = ", ".join(values)
    if len(text) <= most:
        return text, False
    kept = text[: most - 1]
    return (kept if text[most - 1 : most + 1] == ", " else kept.rpartition(", ")[0]) + "…", True
