"""The table of what Mailchimp holds of a user, and what becomes of odd values."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest

from lms_to_mailchimp.fields import COLUMNS, MOST, aim_of, lacking, language_of, values_of
from renkei.lms import User
from tests.school import USER

TABLE = {
    "アカウント名": ("username", "hanako"),
    "氏名": ("nickname", "佐々木 花子"),
    "メール認証有無": ("verified", "true"),
    "アカウント種類": ("acctype", "free"),
    "グループ": ("group", "2026年春, 営業部"),
    "受講中のコースID": ("courses", "101, 102"),
    "受講完了レクチャー": ("lectures", "7"),
    "新規登録日時": ("signup", "2026-11-20T00:00:00Z"),
    "最終利用日時": ("lastusage", "2026-11-21T01:00:00Z"),
}
"""By what the school calls it: the merge tag, and the demo user's value."""


def user(**told: Any) -> User:
    return User.model_validate({"id": "u", "email": "a@b.example", "updated_at": "2026-11-22T00:00:00Z", **told})


def test_the_table_is_whole() -> None:
    told = User.model_validate(
        {**USER, "updated_at": "2026-11-22T00:00:00Z", "course_ids": [101, "102"], "completed_lecture_ids": [7]}
    )
    assert values_of(told) == ({tag.upper(): value for tag, value in TABLE.values()}, ())
    assert {column.label["ja"]: column.tag.lower() for column in COLUMNS} == {ja: tag for ja, (tag, _) in TABLE.items()}
    assert all(len(column.tag) <= 10 and column.label.keys() == {"ja", "en", "de"} for column in COLUMNS)


@pytest.mark.parametrize(
    ("told", "values", "cut"),
    [
        ({}, {}, ()),
        (
            {"username": None, "groups": None, "email_verified": None, "last_used_at": None},
            {"USERNAME": "", "GROUP": "", "VERIFIED": "", "LASTUSAGE": ""},
            (),
        ),
        ({"email_verified": False, "course_ids": []}, {"VERIFIED": "false", "COURSES": ""}, ()),
        ({"nickname": "あ" * 255}, {"NICKNAME": "あ" * 255}, ()),
        ({"nickname": "あ" * 256}, {"NICKNAME": "あ" * 254 + "…"}, ("NICKNAME",)),
        ({"groups": ["a" * 126, "b" * 127]}, {"GROUP": "a" * 126 + ", " + "b" * 127}, ()),
        ({"groups": ["a" * 126, "b" * 128]}, {"GROUP": "a" * 126 + "…"}, ("GROUP",)),
        ({"groups": ["a" * 300]}, {"GROUP": "…"}, ("GROUP",)),
        ({"created_at": "2026-11-22T09:00:00.5+09:00"}, {"SIGNUP": "2026-11-22T00:00:00Z"}, ()),
    ],
)
def test_what_a_user_becomes(told: dict[str, Any], values: dict[str, str], cut: tuple[str, ...]) -> None:
    assert values_of(user(**told)) == (values, cut)
    assert all(len(text) <= MOST for text in values.values())


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("ja", "ja"),
        ("ja-JP", "ja"),
        ("DE_at", "de"),
        ("en-GB-oxendict", "en"),
        ("zh", "zh"),
        ("zh-CN", "zh"),
        ("zh-Hans-TW", "zh"),
        ("zh-Hant", "zh_TW"),
        ("zh-HK", "zh_TW"),
        ("zh-TW", "zh_TW"),
        ("fr", "fr"),
        ("fr-CA", "fr_CA"),
        ("pt-BR", "pt"),
        ("pt-PT", "pt_PT"),
        ("es-MX", "es"),
        ("es-ES", "es_ES"),
        ("nb-NO", "no"),
        ("iw", "he"),
        ("tlh", ""),
        ("english", ""),
        ("日本語", ""),
        ("", ""),
        (" ", ""),
        ("-", ""),
    ],
)
def test_languages_as_mailchimp_calls_them(tag: str, code: str) -> None:
    assert language_of(tag) == code


def test_an_aim_is_told_by_digests_only() -> None:
    def digest(purpose: str, text: str) -> str:
        return sha256(f"{purpose}: {text}".encode()).hexdigest()

    one, same, other = (
        aim_of(user(email="A@b.example", nickname="花"), digest),
        aim_of(user(email="A@b.example", nickname="花", last_used_at=None, version=7), digest),
        aim_of(user(email="a@b.example", nickname="花"), digest),
    )
    assert one.mark != same.mark, "emptied is not the same as not told"
    assert one.mark == aim_of(user(email="A@b.example", nickname="花", version=7), digest).mark
    assert one.at == other.at
    assert (len(one.mark), len(one.at)) == (32, 32)
    assert "花" not in repr(one)
    assert "b.example" not in repr(one)


def test_what_an_audience_lacks() -> None:
    there = {"FNAME": "text", "USERNAME": "text", "GROUP": "dropdown"}
    absent, wrong = lacking(there)
    assert [column.tag for column in wrong] == ["GROUP"]
    assert {column.tag for column in absent} == {column.tag for column in COLUMNS} - {"USERNAME", "GROUP"}
