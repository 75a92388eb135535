"""`renkei lms` against the real handlers in process: lists in HubSpot and Mailchimp, and what is prepared there."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local.cli import lms_import
from local.cli.shapes import Json
from tests.harness import Stack, running
from tests.local.cli.conftest import NOW, Result, Run
from tests.local.cli.fake_stack import Answer, FakeStack
from tests.local.cli.test_real_api import RealStack
from tests.school import HUBSPOT, MAILCHIMP, School

EXAMPLE = Path(__file__).parents[3] / "docs" / "workspace.school.example.yaml"
HEADER = (
    "ユーザーID,メールアドレス,アカウント名,氏名,グループ,登録日時,パスワード設定,受講コースID,状態,"
    "カスタムフォーム3,備考"
)


class Working(RealStack):
    """Has what was asked for done before somebody looks how far it is."""

    real: Stack

    def answer(self, method: str, target: str, headers: dict[str, str], body: bytes) -> Answer:
        if method == "GET" and "/deliveries/" in target:
            self.real.work()
        return super().answer(method, target, headers, body)


@pytest.fixture
def real() -> Iterator[Stack]:
    with running() as stack:
        yield stack


@pytest.fixture
def stack(real: Stack) -> Iterator[FakeStack]:
    bridge = Working()
    bridge.real = real
    yield bridge
    bridge.close()


@pytest.fixture
def school(real: Stack) -> School:
    one = School(real)
    one.open(HUBSPOT, MAILCHIMP)
    return one


def line(number: int, address: str = "") -> str:
    mail = address or f"u{number}@example.co.jp"
    return (
        f'u-{number},{mail},user{number},名 {number},"春、営業部",2026/11/20 09:00,有,"101、102",active,"紹介\nから",x'
    )


def exported(*lines: str) -> None:
    """The school's export, an hour older than its first event."""
    file = Path("users.csv")
    file.write_text("\n".join([HEADER, *lines]) + "\n", encoding="cp932")
    at = NOW.timestamp() - 4 * 3600
    os.utime(file, (at, at))


def bring(run: Run, *more: str) -> Result:
    return run("lms", "import", "users.csv", "--school", "demo", "--workspace", "demo", "--language", "ja", *more)


def test_a_list_arrives_in_both_and_each_bad_line_is_told(run: Run, real: Stack, school: School) -> None:
    known = school.tell("user.created", {"id": "u-1", "email": "u1@example.co.jp", "nickname": "新しい名"})
    school.forget_calls()
    exported(*(line(number) for number in range(1, 5)), line(5, "somebody"), line(6, "u6@example"))
    dry = bring(run, "--dry-run")
    assert "hubspot: 何も書き込んでいません。実行した場合: 作成: " in dry.out, dry.err
    assert len(school.contacts()) == 1
    result = bring(run)
    assert result.code == 1, result.err
    assert "備考" in result.err
    assert "10 行目、メールアドレス: 形式が正しくありません。送信していません。" in result.out
    told = json.loads(bring(run, "--json").out)["targets"]
    assert told["hubspot"]["before"] is told["mailchimp"]["before"] is True
    assert (told["hubspot"]["counts"]["stale"], told["mailchimp"]["counts"]["stale"]) == (1, 1)
    contacts = {one["email"]: one for one in school.contacts()}
    assert contacts["u1@example.co.jp"]["nickname"] == known["data"]["user"]["nickname"]
    two = contacts["u2@example.co.jp"]
    assert (two["username"], two["nickname"], two["group"]) == ("user2", "名 2", "春, 営業部")
    assert (two["purchased_courses"], two["custom_form_3"], two["has_password"]) == ("101, 102", "紹介\nから", "true")
    assert two["created_at"] == "2026-11-20T00:00:00.000Z"
    codes = {target: [(row["line"], row["code"]) for row in found["rows"]] for target, found in told.items()}
    assert codes == {"hubspot": [(12, "lms_email_invalid")], "mailchimp": [(12, "mailchimp_address")]}
    assert "hubspot、12 行目: " in result.out
    assert "u6@" not in result.out + result.err
    assert school.ended(HUBSPOT)[f"{told['hubspot']['import']}-1"]["outcome"]["created"] == "3"


def test_the_same_list_goes_on_after_a_cut_and_is_taken_once(
    run: Run, real: Stack, school: School, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("lms_to_hubspot.console._ROWS", 2)
    exported(*(line(number) for number in range(1, 6)))
    send, left = lms_import._part, iter(range(2))

    def cut_off(*args: Any) -> Json:
        if next(left, None) is None:
            raise KeyboardInterrupt
        return send(*args)

    with monkeypatch.context() as patch:
        patch.setattr(lms_import, "_part", cut_off)
        assert bring(run, "--to", "hubspot").code == 130
    real.work()
    assert len(school.contacts()) == 4
    going = bring(run, "--to", "hubspot", "--json")
    assert going.code == 0, going.err
    assert json.loads(going.out)["targets"]["hubspot"]["counts"] == {"created": 5}
    school.forget_calls()
    again = bring(run, "--to", "hubspot")
    assert (again.code, "処理済みです" in again.err, school.hubspot.calls) == (0, True, [])
    anew = bring(run, "--to", "hubspot", "--again", "--json")
    assert json.loads(anew.out)["targets"]["hubspot"]["counts"] == {"updated": 5}
    assert (len(school.contacts()), len(school.ended(HUBSPOT))) == (5, 6)


def test_a_school_begins_with_the_example(run: Run, real: Stack) -> None:
    real.workspace = "school"
    argv = ("--workspace", "school")
    assert "[not_connected]" in run("lms", "prepare-hubspot", *argv).err
    assert real.connect()["statusCode"] == 200
    assert real.connect_mailchimp()[0] == real.connect_slack()[0] == real.connect_lms()[0] == 200
    assert "renkei lms prepare-hubspot" in run("apply", str(EXAMPLE)).err
    for target, name in (("hubspot", "contacts.purchased_courses"), ("mailchimp", "LECTURES")):
        command = ("lms", f"prepare-{target}", *argv)
        dry = run(*command, "--dry-run")
        assert (dry.code, name in dry.out, "Nothing was changed" in dry.out) == (0, True, True), dry.err
        made = run(*command)
        assert (made.code, name in made.out, "All that is needed is there." in made.out) == (0, True, True)
        again = run(*command)
        assert (again.code, "Made" in again.out, "There already: " in again.out) == (0, False, True)
    applied = run("apply", str(EXAMPLE))
    assert applied.code == 0, applied.err
    exported(line(1))
    told = run("lms", "import", "users.csv", "--school", "aoi", "--timezone", "Asia/Tokyo", *argv)
    assert (told.code, told.out) == (0, "hubspot: made: 1\nmailchimp: made: 1\n"), told.err
