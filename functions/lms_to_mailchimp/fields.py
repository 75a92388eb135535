"""The table of what Mailchimp holds of a user: merge tag, label, and where its text comes from. Pure."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from lms_to_mailchimp.steps import Aim
from renkei.lms import User, listed

MOST = 255
"""Characters that a text field of Mailchimp holds."""
TEXT = "text"
"""The type that each field must have."""


@dataclass(frozen=True)
class Column:
    """A merge field. `told`: the field of the user without which it is left alone."""

    tag: str
    label: Mapping[str, str]
    told: str
    value: Callable[[User], object]


def _label(ja: str, en: str, de: str) -> dict[str, str]:
    return {"ja": ja, "en": en, "de": de}


COLUMNS = (
    Column("USERNAME", _label("アカウント名", "User name", "Benutzername"), "username", lambda user: user.username),
    Column("NICKNAME", _label("氏名", "Name", "Name"), "nickname", lambda user: user.nickname),
    Column(
        "VERIFIED",
        _label("メール認証有無", "Mail address verified", "E-Mail-Adresse bestätigt"),
        "email_verified",
        lambda user: user.email_verified,
    ),
    Column("ACCTYPE", _label("アカウント種類", "Account type", "Kontoart"), "account_type", lambda u: u.account_type),
    Column("GROUP", _label("グループ", "Groups", "Gruppen"), "groups", lambda user: user.groups),
    Column("COURSES", _label("受講中のコースID", "Course IDs", "Kurs-IDs"), "course_ids", lambda user: user.course_ids),
    Column(
        "LECTURES",
        _label("受講完了レクチャー", "Completed lectures", "Abgeschlossene Lektionen"),
        "completed_lecture_ids",
        lambda user: user.completed_lecture_ids,
    ),
    Column("SIGNUP", _label("新規登録日時", "Signed up at", "Registriert am"), "created_at", lambda u: u.created_at),
    Column(
        "LASTUSAGE",
        _label("最終利用日時", "Last used at", "Zuletzt genutzt am"),
        "last_used_at",
        lambda u: u.last_used_at,
    ),
)
"""The table of the product that this replaces, with its tags as Mailchimp stores them; the address stands beside."""

# https://mailchimp.com/help/view-and-edit-contact-languages/
_LANGUAGES = re.compile(
    "af|ar|be|bg|ca|cs|da|de|el|en|es|et|fa|fi|fr|ga|he|hi|hr|hu|id|is|it|ja|km|ko|lt|lv|mk|ms|mt|nl|no|pl|pt|ro|ru|sk"
    "|sl|sr|sv|sw|ta|th|tr|uk|vi|zh"
)
_REGIONS = {"fr-ca": "fr_CA", "pt-pt": "pt_PT", "es-es": "es_ES", "zh-tw": "zh_TW", "zh-hk": "zh_TW", "zh-mo": "zh_TW"}
_OTHER_NAMES = {"iw": "he", "in": "id", "nb": "no", "nn": "no", "cmn": "zh"}


def values_of(user: User) -> tuple[dict[str, str], tuple[str, ...]]:
    """({tag: text}, the tags that were cut) of a user. What was not told is left out; empty is ""."""
    found: dict[str, str] = {}
    cut = []
    for column in COLUMNS:
        if user.told(column.told):
            found[column.tag], shortened = _shaped(column.value(user))
            cut += [column.tag] if shortened else []
    return found, tuple(cut)


def language_of(tag: str) -> str:
    """Mailchimp's code of a language (BCP 47); "" for one that it does not know."""
    parts = tag.strip().replace("_", "-").lower().split("-")
    if parts[0] == "zh" and "hant" in parts:
        return "zh_TW"
    region = next((part for part in parts[1:] if len(part) == 2), "")  # noqa: PLR2004
    if exact := _REGIONS.get(f"{parts[0]}-{region}"):
        return "zh" if "hans" in parts else exact
    plain = _OTHER_NAMES.get(parts[0], parts[0])
    return plain if _LANGUAGES.fullmatch(plain) else ""


def aim_of(user: User, digest: Callable[[str, str], str]) -> Aim:
    """What a user's member is to hold."""
    fields, cut = values_of(user)
    language = language_of(user.language)
    whole = json.dumps([user.email, fields, language], sort_keys=True, ensure_ascii=False)
    mark = digest("lms mailchimp member", whole)[:32]
    return Aim(user.email, fields, language, cut, mark, address_mark(user.email, digest))


def address_mark(email: str, digest: Callable[[str, str], str]) -> str:
    """The keyed digest of an address."""
    return digest("lms mailchimp address", email.lower())[:32]


def _shaped(value: object) -> tuple[str, bool]:
    match value:
        case bool():
            return ("true" if value else "false"), False
        case datetime():
            return f"{value.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}", False
        case tuple():
            return listed(value, MOST)
    text = "" if value is None else str(value)
    return (text, False) if len(text) <= MOST else (f"{text[: MOST - 1]}…", True)


def lacking(there: Mapping[str, str]) -> tuple[list[Column], list[Column]]:
    """(what the audience does not have, what it has with a wrong type); `there` is its types by tag."""
    absent = [column for column in COLUMNS if column.tag not in there]
    return absent, [column for column in COLUMNS if there.get(column.tag, TEXT) != TEXT]
