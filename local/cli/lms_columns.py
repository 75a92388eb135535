"""The columns of a list of users, by the names of the events' fields or as the school's own export calls them."""

import unicodedata
from collections.abc import Mapping, Sequence
from datetime import tzinfo
from typing import Final

from local.cli.errors import Misuse
from local.cli.lms_cells import items, moment, number, yes_or_no
from local.cli.shapes import Json

FORM: Final = "custom_form_"
_NEEDED: Final = ("id", "email")
_YES_NO: Final = {"email_verified", "has_password"}
_TIMES: Final = {"created_at", "last_used_at", "updated_at"}
_LISTS: Final = {"groups", "course_ids", "completed_lecture_ids"}
_TEXTS: Final = {
    "id",
    "email",
    "username",
    "nickname",
    "account_type",
    "admin_role",
    "auth_type",
    "signup_page",
    "language",
    "currency",
    "status",
}
_ORDER: Final = {"updated_at", "version"}
"""What an empty cell leaves to the time of the whole list."""
_JAPANESE: Final = {
    "ユーザーid": "id",
    "メールアドレス": "email",
    "アカウント名": "username",
    "氏名": "nickname",
    "メール認証有無": "email_verified",
    "アカウント種類": "account_type",
    "権限": "admin_role",
    "グループ": "groups",
    "認証タイプ": "auth_type",
    "パスワード設定": "has_password",
    "新規登録ページ": "signup_page",
    "言語": "language",
    "通貨": "currency",
    "登録日時": "created_at",
    "新規登録日時": "created_at",
    "最終利用日時": "last_used_at",
    "状態": "status",
    "受講コースid": "course_ids",
    "受講中のコースid": "course_ids",
    "受講完了レクチャー": "completed_lecture_ids",
    "更新日時": "updated_at",
}
_FORMS: Final = {f"{FORM}{digit}" for digit in range(1, 10)}
_KNOWN: Final = {*_TEXTS, *_YES_NO, *_TIMES, *_LISTS, *_ORDER, *_FORMS}


def columns_of(header: Sequence[str]) -> dict[int, str]:
    """Give {place: field} of the columns that are known.

    Raises Misuse if the id or the mail address is missing, or a field has two columns.
    """
    found: dict[int, str] = {}
    for place, heading in enumerate(header):
        field = field_of(heading)
        if field in found.values():
            raise Misuse("lms_column_twice", column=heading.strip())
        if field:
            found[place] = field
    missing = [field for field in _NEEDED if field not in found.values()]
    if missing:
        # What the first line holds instead is not shown: it may be a person.
        names = [next(name for name, field in _JAPANESE.items() if field == one) for one in missing]
        raise Misuse("lms_no_column", names=", ".join(missing), japanese=", ".join(names))
    return found


def field_of(heading: str) -> str:
    """Give the field that a heading names; empty if it names none."""
    plain = unicodedata.normalize("NFKC", heading).strip().casefold()
    name = "_".join(plain.replace("-", " ").replace("_", " ").split())
    if name in _KNOWN:
        return name
    if name.startswith("カスタムフォーム"):
        form = FORM + name.removeprefix("カスタムフォーム").strip("_")
        return form if form in _FORMS else ""
    return _JAPANESE.get(name, "")


def put(user: Json, field: str, cell: str, zone: tzinfo | None) -> None:
    """Put what a cell says into the user's state, as an event tells it. Raises BadCellError or NoZoneError."""
    if field in _ORDER and not cell:
        return
    if field.startswith(FORM):
        forms = user.setdefault("custom_forms", {})
        if isinstance(forms, dict):
            forms[field.removeprefix(FORM)] = cell
    elif field == "version":
        user[field] = number(cell)
    elif field in _YES_NO:
        user[field] = yes_or_no(cell)
    elif field in _TIMES:
        user[field] = moment(cell, zone)
    else:
        user[field] = items(cell) if field in _LISTS else cell


def heading_of(place: Sequence[object], columns: Mapping[int, str], header: Sequence[str]) -> str:
    """Give the heading of the column that the place of a wrong value (`custom_forms`, `3`) comes from."""
    name = str(place[0]) if place else ""
    if name == "custom_forms" and len(place) > 1:
        name = f"{FORM}{place[1]}"
    return next((header[at].strip() for at, field in columns.items() if field == name), name)
