"""A school's LMS: events of users, courses and memberships. The contract is ours: docs/lms-events.yaml.

Signed as https://www.standardwebhooks.com has it. `receive` and `signed` are what the webhook function needs, and
import nothing beyond the standard library; `renkei.lms` makes the model for the workers, and takes all that is let in.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta

from renkei.currencies import WHOLE
from renkei.webhooks import moment

KEY = "lms"
ID_HEADER, TIME_HEADER, SIGNATURE_HEADER = "webhook-id", "webhook-timestamp", "webhook-signature"
TOLERANCE = timedelta(minutes=5)
SCHEMA = 1
"""The version of the contract that is understood."""
PREFIX = "whsec_"
_SHORTEST, _LONGEST = 24, 64
SECRET_FORM = f"{PREFIX} and then {_SHORTEST} to {_LONGEST} random bytes in base64 (with + and /)"
_LONGEST_SECRET = 100  # in characters
_SECONDS = r"[0-9]{1,11}"


def secret_of(text: str) -> bytes | None:
    """The bytes of a signing secret (SECRET_FORM, padded or not); None if it is none."""
    coded = text.removeprefix(PREFIX)
    if coded == text or len(text) > _LONGEST_SECRET:
        return None
    try:
        found = base64.b64decode(coded + "=" * (-len(coded) % 4), validate=True)
    except (binascii.Error, ValueError):
        return None
    return found if _SHORTEST <= len(found) <= _LONGEST else None


def signed(headers: Mapping[str, str], body: bytes, keys: Sequence[bytes], now: datetime) -> bool:
    """Whether a raw body is signed with one of the keys, and was within the last (or next) five minutes.

    https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md: HMAC-SHA256 over
    `<id>.<seconds>.<body>`, shown as `v1,<base64>`; several stand with spaces between them where keys change. What is
    of another version is passed over.
    """
    named, seconds = headers.get(ID_HEADER, ""), headers.get(TIME_HEADER, "")
    if not named or not re.fullmatch(_SECONDS, seconds):
        return False
    if abs(now.timestamp() - int(seconds)) > TOLERANCE.total_seconds():
        return False
    parts = [part.partition(",") for part in headers.get(SIGNATURE_HEADER, "").split(" ")]
    theirs = [proof.encode() for version, _, proof in parts if version == "v1" and proof.isascii()]
    try:
        message = f"{named}.{seconds}.".encode() + body
    except UnicodeEncodeError:  # half of a surrogate pair
        return False
    secrets = [secret for key in keys if (secret := secret_of(key.decode(errors="replace")))]
    ours = [base64.b64encode(hmac.digest(secret, message, "sha256")) for secret in secrets]
    matches = [hmac.compare_digest(made, one) for made in ours for one in theirs]  # all, always
    return any(matches)


# What an event must look like: as strict as `renkei.lms`, so that whoever sends something else is told so at once.
# The patterns are compiled when the first event comes: other sources' events need none of them.

type Fits = Callable[[object], bool]
type Rule = tuple[Fits, str]

_KEY_ID = r"[A-Za-z0-9_-]{1,64}"
_TYPE = r"[a-z][a-z0-9_]{0,40}\.[a-z][a-z0-9_]{0,40}"
_ID = r"(?=.{1,128}\Z)\S(.*\S)?"
_MAIL = r"(?=.{3,254}\Z)[^@\s<>,;\"]+@[^@\s<>,;\"]+"
_TIME = r"(?a)\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:[0-5]\d)"
_AMOUNT = r"[0-9]{1,14}(\.[0-9]{1,4})?"
_CURRENCY = r"[A-Z]{3}"
_URL = r"(?=.{0,2000}\Z)(https?://\S+)?"
_HALF = "[\ud800-\udfff]"
_FORMS = frozenset("123456789")
_LONGEST_TEXT, _LONGEST_TITLE, _MOST, _VERSIONS = 65_536, 1000, 10_000, 10**18


def _like(form: str, value: object) -> bool:
    """Whether a text (or whole number) has a form. Half of a surrogate pair is in no id, address or amount."""
    text = str(value) if type(value) is int else value
    return isinstance(text, str) and re.fullmatch(form, text) is not None and not re.search(_HALF, text)


def _is_id(value: object) -> bool:
    return _like(_ID, value)


def _is_text(value: object) -> bool:
    """What people wrote. An emoji that was cut in two is mended by the workers."""
    return value is None or type(value) is int or (isinstance(value, str) and len(value) <= _LONGEST_TEXT)


def _is_title(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= _LONGEST_TITLE


def _is_mail(value: object) -> bool:
    if not isinstance(value, str):
        return False
    if not value.isascii():
        import unicodedata  # noqa: PLC0415 - hardly ever needed

        value = unicodedata.normalize("NFKC", value)
    return _like(_MAIL, value.strip())


def _is_time(value: object) -> bool:
    return isinstance(value, str) and re.fullmatch(_TIME, value) is not None and moment(value) is not None


def _is_amount(value: object) -> bool:
    return (
        isinstance(value, str | int | float)
        and type(value) is not bool
        and re.fullmatch(_AMOUNT, str(value)) is not None
    )


def _or_null(fits: Fits) -> Fits:
    return lambda value: value is None or fits(value)


def _list_of(fits: Fits) -> Fits:
    return lambda value: value is None or (isinstance(value, list) and len(value) <= _MOST and all(map(fits, value)))


def _is_forms(value: object) -> bool:
    return value is None or (isinstance(value, dict) and value.keys() <= _FORMS and all(map(_is_text, value.values())))


_AN_ID: Rule = (_is_id, "an id (text or whole number) of 1 to 128 characters")
_A_TEXT: Rule = (_is_text, "a text, or null")
_AN_EMAIL: Rule = (_is_mail, "a mail address")
_A_TIME: Rule = (_is_time, "a time with an offset, as in 2026-11-22T09:00:00+09:00")
_A_TIME_OR_NULL: Rule = (_or_null(_is_time), f"{_A_TIME[1]}, or null")
_YES_OR_NO: Rule = (lambda value: value is None or isinstance(value, bool), "true, false or null")
_IDS: Rule = (_list_of(_is_id), "a list of ids, or null")
_TEXTS: Rule = (_list_of(_is_text), "a list of texts, or null")
_AN_AMOUNT: Rule = (_is_amount, "an amount without a sign, with at most 4 decimals")
_A_URL: Rule = (_or_null(lambda value: _like(_URL, value)), "an address with http or https, or null")
_AN_AMOUNT_OR_NULL: Rule = (_or_null(_is_amount), f"{_AN_AMOUNT[1]}, or null")
_A_CURRENCY: Rule = (lambda value: _like(_CURRENCY, value), "a currency's three capital letters, as in JPY")
_A_CURRENCY_OR_NULL: Rule = (_or_null(_A_CURRENCY[0]), f"{_A_CURRENCY[1]}, or null")

EVENTS: Mapping[str, tuple[str, ...]] = {
    "user.created": (),
    "user.updated": (),
    "user.deleted": (),
    "course.purchased": ("course", "order"),
    "course.granted": ("course", "grant"),
    "membership.cancelled": ("membership",),
}
"""The types, each with what stands in `data` beside the user."""
_NEEDED: Mapping[str, Mapping[str, Rule]] = {
    "user": {"id": _AN_ID, "email": _AN_EMAIL, "updated_at": _A_TIME},
    "course": {"id": _AN_ID, "title": (_is_title, "a text of 1 to 1000 characters")},
    "order": {"id": _AN_ID, "amount": _AN_AMOUNT, "currency": _A_CURRENCY, "purchased_at": _A_TIME},
    "grant": {"id": _AN_ID, "granted_at": _A_TIME},
    "membership": {"id": _AN_ID, "cancelled_at": _A_TIME},
}
_TEXT_FIELDS = (
    "username", "nickname", "account_type", "admin_role", "auth_type", "signup_page", "language", "currency", "status",
)  # fmt: skip
_MORE: Mapping[str, Mapping[str, Rule]] = {
    "user": {
        "version": (lambda value: type(value) is int and 0 <= value < _VERSIONS, "a whole number from 0"),
        **dict.fromkeys(_TEXT_FIELDS, _A_TEXT),
        **dict.fromkeys(("email_verified", "has_password"), _YES_OR_NO),
        **dict.fromkeys(("created_at", "last_used_at"), _A_TIME_OR_NULL),
        **dict.fromkeys(("course_ids", "completed_lecture_ids"), _IDS),
        "groups": _TEXTS,
        "custom_forms": (_is_forms, 'an object of texts under "1" to "9", or null'),
    },
    "course": {"type": _A_TEXT, "price": _AN_AMOUNT_OR_NULL, "currency": _A_CURRENCY_OR_NULL, "url": _A_URL},
    "grant": {"granted_by": _A_TEXT},
    "membership": {
        "plan": _A_TEXT,
        "amount": _AN_AMOUNT_OR_NULL,
        "currency": _A_CURRENCY_OR_NULL,
        "ends_at": _A_TIME_OR_NULL,
        "url": _A_URL,
    },
}


def receive(body: object) -> tuple[str, bool]:
    """A delivery's key (`<type>.<school>.<event id>`) and whether we know the type.

    ValueError says what is wrong, and no value. Of a type that we do not know only type and id are looked at.
    """
    if not isinstance(body, dict):
        raise ValueError("the body is no JSON object")  # noqa: TRY004 - one error for what is wrong
    kind, id_ = body.get("type"), body.get("id")
    if not isinstance(kind, str) or not re.fullmatch(_TYPE, kind):
        raise ValueError(f"type is missing or no event's name: {', '.join(EVENTS)}")
    if not _like(_KEY_ID, id_):
        raise ValueError("id is missing or no id of 1 to 64 letters, digits, - and _")
    name = kind.replace(".", "_")
    if kind not in EVENTS:
        return f"{name}.{id_}", False
    _check(kind, body)
    return f"{name}.{_school(body['school_id'])}.{id_}", True


def _school(id_: object) -> str:
    """A school in a key: two that count their events from 1 do not swallow each other's. Told apart, if not shown."""
    return str(id_) if _like(_KEY_ID, id_) else hashlib.sha256(str(id_).encode()).hexdigest()[:16]


def _check(kind: str, body: Mapping[str, object]) -> None:
    version, data = body.get("schema_version"), body.get("data")
    if type(version) is not int or version != SCHEMA:
        raise ValueError(f"schema_version is not {SCHEMA}, the one that is understood here")
    _fields("", body, {"occurred_at": _A_TIME, "school_id": _AN_ID}, {})
    if not isinstance(data, dict):
        raise ValueError("data is missing or no object")  # noqa: TRY004 - as above
    for name, needed in _NEEDED.items():
        told = data.get(name)
        if not isinstance(told, dict):
            if told is None and name not in ("user", *EVENTS[kind]):
                continue
            raise ValueError(f"data.{name} is missing or no object")
        _fields(f"data.{name}.", told, needed, _MORE.get(name, {}))
    for place, amount in (("order", "amount"), ("course", "price"), ("membership", "amount")):
        told = data.get(place) or {}
        fraction = str(told.get(amount) or "").partition(".")[2].strip("0")
        if fraction and told.get("currency") in WHOLE:
            raise ValueError(f"data.{place}.{amount} has a fraction, which its currency has not")
    _before(data)


def _fields(place: str, holder: Mapping[str, object], needed: Mapping[str, Rule], more: Mapping[str, Rule]) -> None:
    for name, (fits, expected) in needed.items():
        if not fits(holder.get(name)):
            raise ValueError(f"{place}{name} is missing or not {expected}")
    for name, (fits, expected) in more.items():
        if name in holder and not fits(holder[name]):
            raise ValueError(f"{place}{name} is not {expected}")


def _before(data: Mapping[str, object]) -> None:
    """What an update may tell of the state before it."""
    previous = data.get("previous")
    if previous is not None and not isinstance(previous, dict):
        raise ValueError("data.previous is no object")
    _fields("data.previous.", previous or {}, {}, {"email": _A_TEXT})
    _fields("data.", data, {}, {"changed": _TEXTS})
