"""Lists of users as schools export them: what becomes of columns and cells, and what is wrong with a line."""

import csv
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from local.cli.errors import Misuse
from local.cli.lms_cells import BadCellError, NoZoneError, items, moment, number, yes_or_no
from local.cli.lms_file import UserList, read_users, too_large
from local.cli.lms_parts import Whole, cut, name_of
from local.cli.texts import TEXTS

TOKYO = ZoneInfo("Asia/Tokyo")
AS_OF = "2026-11-22T00:00:00+00:00"
FULL = {
    "ユーザーID": ("id", "20481", "20481"),
    "メールアドレス": ("email", "a@example.co.jp", "a@example.co.jp"),
    "アカウント名": ("username", "hanako", "hanako"),
    "氏名": ("nickname", "佐々木 花子", "佐々木 花子"),
    "メール認証有無": ("email_verified", "有", True),
    "アカウント種類": ("account_type", "有料", "有料"),
    "権限": ("admin_role", "", ""),
    "グループ": ("groups", "営業部、2026年度", ["営業部", "2026年度"]),
    "登録日時": ("created_at", "2026/11/20 9:15", "2026-11-20T09:15:00+09:00"),
    "認証タイプ": ("auth_type", "パスワード", "パスワード"),
    "パスワード設定": ("has_password", "いいえ", False),
    "新規登録ページ": ("signup_page", "https://school.example/a,b", "https://school.example/a,b"),
    "言語": ("language", "ja", "ja"),
    "通貨": ("currency", "JPY", "JPY"),
    "受講コースID": ("course_ids", "101, 102;103|104", ["101", "102", "103", "104"]),
    "受講完了レクチャー": ("completed_lecture_ids", "", []),
    "最終利用日時": ("last_used_at", "", None),
    "状態": ("status", "受講中", "受講中"),
    "更新日時": ("updated_at", "2026-11-21T10:00:00Z", "2026-11-21T10:00:00+00:00"),
}
FORMS = {f"カスタムフォーム{digit}": (f"custom_form_{digit}", f"答え\n{digit}", "") for digit in range(1, 10)}


def written(path: Path, header: list[str], *rows: list[str], encoding: str = "utf-8", delimiter: str = ",") -> Path:
    with path.open("w", encoding=encoding, newline="") as file:
        csv.writer(file, delimiter=delimiter).writerows([header, *rows])
    return path


def read(path: Path, encoding: str = "", zone: Any = TOKYO) -> UserList:
    return read_users(path, encoding, zone, AS_OF)


@pytest.mark.parametrize("japanese", [True, False])
@pytest.mark.parametrize(("encoding", "found"), [("utf-8", "utf-8"), ("utf-8-sig", "utf-8"), ("cp932", "cp932")])
def test_every_column_of_the_export(tmp_path: Path, encoding: str, found: str, japanese: bool) -> None:
    columns = {**FULL, **FORMS}
    header = [name if japanese else field for name, (field, _, _) in columns.items()]
    file = written(tmp_path / "u.csv", header, [cell for _, cell, _ in columns.values()], encoding=encoding)
    users = read(file)
    assert (users.encoding, users.ignored, users.bad) == (found, (), [])
    (line,) = users.lines
    expected = {field: value for field, _, value in FULL.values()}
    assert line.user == {**expected, "custom_forms": {str(digit): f"答え\n{digit}" for digit in range(1, 10)}}
    assert line.number == 2


@pytest.mark.parametrize(
    ("encoding", "told", "delimiter"),
    [("cp932", "shift_jis", ","), ("cp932", "cp932", "\t"), ("utf-16", "", "\t"), ("utf-8", "utf-8", ";")],
)
def test_encodings_and_separators(tmp_path: Path, encoding: str, told: str, delimiter: str) -> None:
    header, row = ["ID", " Email ", "氏名"], ["1", "a@x.jp", "髙橋①"]
    file = written(tmp_path / "u.csv", header, row, encoding=encoding, delimiter=delimiter)
    assert [line.user for line in read(file, told).lines] == [{"id": "1", "email": "a@x.jp", "nickname": "髙橋①"}]


def test_what_has_no_column_is_not_told_and_what_is_unknown_is_named(tmp_path: Path) -> None:
    header = ["id", "email", "Memo", "", "ｶｽﾀﾑﾌｫｰﾑ 3", "カスタムフォーム10", "version", "updated_at"]
    file = written(tmp_path / "u.csv", header, ["1", "a@x.jp", "x", "", "", "no", "", ""])
    users = read(file)
    assert users.ignored == ("Memo", "カスタムフォーム10")
    assert users.lines[0].user == {"id": "1", "email": "a@x.jp", "custom_forms": {"3": ""}}


def test_a_bad_line_is_told_by_number_and_column_and_the_others_are_sent(tmp_path: Path) -> None:
    header = ["id", "email", "email_verified", "created_at", "version", "nickname", "custom_form_2"]
    good = ["", "", "", "two\nlines", ""]
    file = written(
        tmp_path / "u.csv",
        header,
        ["1", "a@x.jp", *good],
        ["", "b@x.jp", *good],
        ["3", "", *good],
        ["4", "no address", *good],
        ["5", "e@x.jp", "maybe", "", "", "", ""],
        ["", "", "", "", "", "", ""],
        ["6", "f@x.jp", "", "32.13.2026", "", "", ""],
        ["7", "g@x.jp", "", "", "-1", "", ""],
        ["8", "h@x.jp"],
        ["9", "i@x.jp", "", "", "", "", "x" * 65_537],
        ["i" * 129, "j@x.jp", "", "", "", "", ""],
        ["1", "a@x.jp", *good],
        ["1", "a@x.jp", "", "", "1", "", ""],
        ["12", "l@x.jp", "", "", "", noise(65_000, 1), noise(65_000, 2)],
    )
    users = read(file)
    assert [line.number for line in users.lines] == [2, 19]
    assert [(line.number, line.column, line.key) for line in users.bad] == [
        (4, "id", "lms_cell_empty"),
        (6, "email", "lms_cell_empty"),
        (8, "email", "lms_cell_form"),
        (10, "email_verified", "lms_cell_yes_no"),
        (12, "created_at", "lms_cell_time"),
        (13, "version", "lms_cell_number"),
        (14, "", "lms_line_cells"),
        (15, "custom_form_2", "lms_cell_long"),
        (16, "id", "lms_cell_long"),
        (17, "", "lms_line_twice"),
        (20, "", "lms_line_large"),
    ]
    assert {line.key for line in users.bad} <= TEXTS.keys()


@pytest.mark.parametrize(
    ("content", "key", "named"),
    [
        (b"", "lms_empty", ""),
        (b"id,name\n1,x\n", "lms_no_column", "メールアドレス"),
        ("佐々木,花子,hanako@example.jp\n".encode(), "lms_no_column", "id, email"),
        (b"id,email,ID\n", "lms_column_twice", "ID"),
        ("id,email,グループ,groups\n".encode(), "lms_column_twice", "groups"),
        (b'id,email\n1,"a@x.jp\n', "lms_no_table", "2"),
        (b"id,email\n1,\x81\xff\n", "lms_encoding", "utf-8, cp932"),
    ],
)
def test_what_is_no_list_is_refused_and_shows_nobody(tmp_path: Path, content: bytes, key: str, named: str) -> None:
    file = tmp_path / "u.csv"
    file.write_bytes(content)
    with pytest.raises(Misuse) as refused:
        read(file)
    told = TEXTS[key][0].format(**refused.value.values)
    assert (refused.value.key, named in told, "花子" in told) == (key, True, False)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(Misuse) as refused:
        read(tmp_path / "nowhere.csv")
    assert refused.value.key == "no_file"


def test_a_time_without_a_zone_needs_one(tmp_path: Path) -> None:
    file = written(tmp_path / "u.csv", ["id", "email", "created_at"], ["1", "a@x.jp", "2026/11/20 09:00"])
    with pytest.raises(Misuse) as refused:
        read(file, zone=None)
    assert (refused.value.key, refused.value.values) == ("lms_no_zone", {"line": 2, "column": "created_at"})


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("2026/1/2 3:04", "2026-01-02T03:04:00+09:00"),
        ("2026/01/02 03:04:05", "2026-01-02T03:04:05+09:00"),
        ("２０２６年１月２日 ３時４分", "2026-01-02T03:04:00+09:00"),
        ("2026-01-02", "2026-01-02T00:00:00+09:00"),
        ("2026-01-02T03:04:05.5-05:00", "2026-01-02T03:04:05.500000-05:00"),
        ("2026-01-02 03:04", "2026-01-02T03:04:00+09:00"),
        ("", None),
    ],
)
def test_times(cell: str, expected: str | None) -> None:
    assert moment(cell, TOKYO) == expected


@pytest.mark.parametrize("cell", ["yesterday", "2026/02/30", "2026/01/02 25:00", "1764000000"])
def test_what_is_no_time(cell: str) -> None:
    with pytest.raises(BadCellError):
        moment(cell, TOKYO)


def test_a_zone_of_its_own_needs_no_other() -> None:
    assert moment("2026-01-02T03:04Z", None) == "2026-01-02T03:04:00+00:00"
    with pytest.raises(NoZoneError):
        moment("2026-01-02T03:04", None)


def test_yes_no_lists_and_numbers() -> None:
    assert {yes_or_no(cell) for cell in ("true", "TRUE", "1", "１", "はい", "有", "Ja", "yes")} == {True}
    assert {yes_or_no(cell) for cell in ("false", "0", "いいえ", "無", "nein", "No")} == {False}
    assert yes_or_no("") is None
    assert items(" a、b , c；d|; e") == ["a", "b", "c", "d", "e"]
    assert number("007") == 7
    for cell in ("1.0", "²", "１", ""):
        with pytest.raises(BadCellError):
            number(cell)


def noise(length: int, seed: int) -> str:
    """A text that does not pack."""
    random = Random(seed)  # noqa: S311 - no secret
    return "".join(chr(random.randrange(0x4E00, 0x9FA0)) for _ in range(length))


def test_parts_hold_what_the_stack_takes(tmp_path: Path) -> None:
    rows = [[str(number), f"u{number}@x.jp", noise(number % 3 * 9_000, number)] for number in range(60)]
    lines = read(written(tmp_path / "u.csv", ["id", "email", "nickname"], *rows)).lines
    whole = Whole("demo", AS_OF, lines)
    for most in (7, 1000):
        parts = cut(whole, most)
        assert [line for part in parts for line in part] == lines
        assert all(0 < len(part) <= most and not too_large(part) for part in parts)
    assert 3 < len(cut(whole, 1000)) < len(cut(whole, 3)) == 20


def test_large_lines_leave_no_batch_half_full(tmp_path: Path) -> None:
    rows = [[str(number), f"u{number}@x.jp", noise(500, number)] for number in range(700)]
    whole = Whole("demo", AS_OF, read(written(tmp_path / "u.csv", ["id", "email", "nickname"], *rows)).lines)
    sizes = [len(part) for part in cut(whole, 1000)]
    assert len(sizes) > 1
    assert all(size % 100 == 0 for size in sizes)


def test_usual_lines_fill_a_part(tmp_path: Path) -> None:
    courses = ", ".join(str(number) for number in range(1000, 1040))
    rows = [[str(number), f"u{number}@x.jp", noise(20, number), courses] for number in range(2000)]
    heads = ["id", "email", "nickname", "course_ids"]
    whole = Whole("demo", AS_OF, read(written(tmp_path / "u.csv", heads, *rows)).lines)
    assert [len(part) for part in cut(whole, 1000)] == [1000, 1000]


def test_a_name_is_the_same_for_the_same_only(tmp_path: Path) -> None:
    lines = read(written(tmp_path / "u.csv", ["id", "email"], ["1", "a@x.jp"], ["2", "b@x.jp"])).lines
    whole = Whole("demo", AS_OF, lines)
    one = name_of(whole, "hubspot", 500, 0)
    assert name_of(Whole("demo", AS_OF, list(lines)), "hubspot", 500, 0) == one
    others = {
        name_of(Whole("other", AS_OF, lines), "hubspot", 500, 0),
        name_of(Whole("demo", datetime(2026, 1, 1, tzinfo=UTC).isoformat(), lines), "hubspot", 500, 0),
        name_of(Whole("demo", AS_OF, lines[:1]), "hubspot", 500, 0),
        name_of(whole, "mailchimp", 500, 0),
        name_of(whole, "hubspot", 499, 0),
        name_of(whole, "hubspot", 500, 1),
    }
    assert len({one, *others}) == 7
