"""The table of what HubSpot holds of a user: property, label, and where its value comes from. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from renkei.lms import FORMS, User, listed

MOST = 65_536
"""Characters of a text property."""
DELETED = "deleted"
STATUS = "status"
_TEXTS = ("string",)
_TIMES = ("datetime", "date", "string")
_YES_NO = ("bool", "string")


@dataclass(frozen=True)
class Column:
    """A property. `fits`: the types that it may have in the portal, the first is the one that it is made with.

    `told`: the fields of the user without which it is left alone; `value` gives a bool, a time or a text.
    """

    name: str
    label: Mapping[str, str]
    told: str
    value: Callable[[User], object]
    fits: tuple[str, ...] = _TEXTS
    long: bool = False


def _label(ja: str, en: str, de: str) -> dict[str, str]:
    return {"ja": ja, "en": en, "de": de}


def _form(number: str) -> Column:
    label = _label(f"カスタムフォーム{number}", f"Custom form {number}", f"Eigenes Feld {number}")
    return Column(f"custom_form_{number}", label, "custom_forms", lambda user: user.custom_forms.get(number), long=True)


COLUMNS = (
    Column("username", _label("アカウント名", "User name", "Benutzername"), "username", lambda user: user.username),
    Column("nickname", _label("氏名", "Name", "Name"), "nickname", lambda user: user.nickname),
    Column(
        "has_password",
        _label("パスワード設定", "Has a password", "Hat ein Passwort"),
        "has_password",
        lambda user: user.has_password,
        _YES_NO,
    ),
    Column("admin_role", _label("権限", "Role", "Rolle"), "admin_role", lambda user: user.admin_role),
    Column("group", _label("グループ", "Groups", "Gruppen"), "groups", lambda user: user.groups),
    Column(
        "created_at", _label("登録日時", "Joined at", "Beigetreten am"), "created_at", lambda u: u.created_at, _TIMES
    ),
    Column("auth_type", _label("認証タイプ", "Sign-in by", "Anmeldung mit"), "auth_type", lambda user: user.auth_type),
    Column(
        "signup_page",
        _label("新規登録ページ", "Sign-up page", "Anmeldeseite"),
        "signup_page",
        lambda user: user.signup_page,
    ),
    Column(
        "purchased_courses",
        _label("受講コースID", "Course IDs", "Kurs-IDs"),
        "course_ids",
        lambda user: user.course_ids,
        long=True,
    ),
    Column(STATUS, _label("状態", "Status", "Status"), STATUS, lambda user: user.status),
    *map(_form, FORMS),
)
"""The table of the product that this replaces; the mail address stands in HubSpot's own property."""
COURSE_TYPE, COURSE_TYPE_LABEL = "course_type", _label("コースタイプ", "Course type", "Kursart")
"""A deal's only property of that table that HubSpot has not by itself: a text."""


def values_of(user: User, types: Mapping[str, str]) -> tuple[dict[str, str], tuple[str, ...]]:
    """({property: text}, the properties that were cut) of a user. What was not told is left out; empty is "".

    `types` are the portal's, where they are known.
    """
    found, cut = {"email": user.email}, []
    for column in COLUMNS:
        if not user.told(column.told):
            continue
        value = column.value(user)
        if value is None and column.told == "custom_forms":
            continue  # of nine forms a school uses some
        if isinstance(value, tuple):
            value, shortened = listed(value, MOST)
            cut += [column.name] if shortened else []
        found[column.name] = _shaped(value, types.get(column.name, column.fits[0]))
    return found, tuple(cut)


def _shaped(value: object, kind: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        if kind == "date":  # the day that it was at the school
            return value.date().isoformat()
        at = value.astimezone(UTC)
        return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"
    return "" if value is None else str(value)
