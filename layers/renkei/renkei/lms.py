"""The events of a school (an LMS): who joined, what was bought. docs/lms-events.yaml is their contract.

Each event holds the whole present state of its user, so that a late or a lost one is healed by the next, and states
have an order of their own: it does not matter in which order they come, or how often.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from renkei.currencies import WHOLE
from renkei.errors import Rejected
from renkei.values import normal_mail

type Type = Literal[
    "user.created", "user.updated", "user.deleted", "course.purchased", "course.granted", "membership.cancelled"
]
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
    updated_at: AwareDatetime
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
    created_at: AwareDatetime | None = None
    last_used_at: AwareDatetime | None = None
    status: Text = ""
    course_ids: Ids = ()
    completed_lecture_ids: Ids = ()
    custom_forms: Annotated[dict[Literal[FORMS], Text], BeforeValidator(lambda value: value or {})] = Field(  # type: ignore[valid-type]
        default_factory=dict
    )

    def told(self, name: str) -> bool:
        """Whether the sender told this of the user at all."""
        return name in self.model_fields_set


class Course(_Model):
    """A course, as it is sold."""

    id: Id
    title: Annotated[str, Field(min_length=1, max_length=1000)]
    url: Annotated[str, BeforeValidator(_text), Field(max_length=2000, pattern=r"^(https?://\S+)?$")] = ""
    type: Text = ""
    price: Amount | None = None
    currency: Currency | None = None


class Price(_Model):
    """An amount and its currency. ValueError for a fraction of a currency that has none."""

    amount: Amount
    currency: Currency

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if self.currency in WHOLE and self.amount != self.amount.to_integral_value():
            raise ValueError(f"{self.currency} has no fractions")
        return self


class Order(Price):
    """A purchase."""

    id: Id
    purchased_at: AwareDatetime


class Grant(_Model):
    """A course that was given to somebody (コース配布)."""

    id: Id
    granted_at: AwareDatetime


class Membership(_Model):
    """A paid membership that was cancelled (有料会員の解約)."""

    id: Id
    plan: Text = ""
    amount: Amount | None = None
    currency: Currency | None = None
    cancelled_at: AwareDatetime
    ends_at: AwareDatetime | None = None
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
    occurred_at: AwareDatetime
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


def event_of(body: object) -> Event:
    """The event in a delivery's body. Rejected if it is none, naming the fields that are wrong."""
    try:
        return Event.model_validate(mended(body))
    except ValidationError as error:
        raise Rejected("lms_payload", problem=problem_of(error)) from None


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


@dataclass(frozen=True, order=True)
class Stamp:
    """Where a state stands in the order of its user's states. `at` is the sender's time, and its version if it has one.

    Of several states of one `at` the one of the later event is newer, and after that any fixed order will do: `mark`.
    """

    at: str
    rest: str = ""

    @property
    def text(self) -> str:
        """As it is remembered."""
        return f"{self.at}|{self.rest}"

    @classmethod
    def of(cls, text: object) -> Stamp:
        """What was remembered; before everything if nothing was."""
        at, _, rest = str(text or "").partition("|")
        return cls(at, rest)


def stamp_of(user: User, occurred_at: datetime, digest: Callable[[str, str], str]) -> Stamp:
    """The place of a user's state. `digest` makes keyed digests of (purpose, text)."""
    state = json.dumps(user.model_dump(mode="json"), sort_keys=True, ensure_ascii=False)
    return Stamp(
        f"{_moment(user.updated_at)}.{user.version:018d}", f"{_moment(occurred_at)}.{digest('lms state', state)[:8]}"
    )


def gone_at(event: Event) -> str:
    """When a user was deleted, to be compared with `Stamp.at`: a state of a later time is a user who came back."""
    return f"{_moment(max(event.user.updated_at, event.occurred_at))}.{10**18 - 1}"


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y%m%dT%H%M%S.%fZ")


def user_key(event_school: str, user_id: str, digest: Callable[[str, str], str]) -> str:
    """How a user of a school stands in links: a keyed digest, because an id may be anything."""
    return digest("lms user", f"{event_school}\n{user_id}")[:32]


def listed(values: Sequence[str], most: int) -> tuple[str, bool]:
    """Values in one text of `most` characters; where they are too many, it ends after a whole one with an ellipsis.

    Also tells whether it was cut.
    """
    text = ", ".join(values)
    if len(text) <= most:
        return text, False
    kept = text[: most - 1]
    return (kept if text[most - 1 : most + 1] == ", " else kept.rpartition(", ")[0]) + "…", True
