"""SES refuses, is silent, or the process dies: nothing is lost, at most one mail is doubled, nothing else waits."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from unittest import mock

import pytest
from botocore.exceptions import ClientError

from notices.telling import Teller
from renkei import notices
from renkei.causes import Cause
from renkei.dynamo import Table
from tests import mails
from tests.functions.notices.steps import (
    ADMIN,
    BOSS,
    DAY,
    Killed,
    Wrong,
    broken,
    connected,
    connection,
    dying,
    hooked,
    people,
    refusal,
    run,
    ses,
)
from tests.harness import Stack, booking

_SEND, _MARK = "call.sesv2.SendEmail", "call.dynamodb.UpdateItem"


@pytest.fixture
def told(stack: Stack) -> Stack:
    """A stack whose Slack connection broke a moment ago."""
    people(stack, ADMIN)
    connected(stack)
    broken(stack)
    return stack


def one(stack: Stack) -> dict[str, Any]:
    """The one notice as an admin sees it."""
    (found,) = notices.recent(stack.workspace, stack.platform.vault, "en")
    return found


REFUSALS = [
    (refusal("MessageRejected", "Email address is not verified. The following …: admin@example.co.jp"), "not_verified"),
    (refusal("MailFromDomainNotVerifiedException"), "not_verified"),
    (refusal("MessageRejected", "Transaction failed"), "mail_rejected"),
    (refusal("TooManyRequestsException"), "throttled"),
    (refusal("LimitExceededException"), "throttled"),
    (refusal("SendingPausedException"), "paused"),
    (refusal("AccountSuspendedException"), "paused"),
    (refusal("AccessDeniedException"), "not_allowed"),
    (refusal("BadRequestException"), "mail_refused"),
    (refusal("InternalFailure"), "mail_refused"),
]


@pytest.mark.parametrize(("wrong", "why"), REFUSALS, ids=lambda value: value if isinstance(value, str) else "")
def test_a_refused_mail_is_retried_and_shown(told: Stack, wrong: ClientError, why: str) -> None:
    with ses(wrong) as seen:
        assert run(told)["refused"] == 1
    assert len(seen) == 1
    shown = one(told)
    assert (shown["state"], shown["why"], shown["tries"]) == ("refused", why, 1)
    assert str(shown["next_at"]) > str(shown["noted_at"])
    assert not str(shown["message"]).startswith("notice_why")
    told.clock.sleep(60)
    run(told)
    assert [mail.cause for mail in mails.sent()] == ["broken.slack.key_refused"]
    assert (one(told)["state"], one(told)["why"], one(told)["next_at"]) == ("sent", "", None)


def test_pauses_grow_and_it_goes_on_as_long_as_it_is_so(told: Stack) -> None:
    pauses = []
    with ses(refusal("SendingPausedException")) as seen:
        for _ in range(12):
            run(told)
            due = datetime.fromisoformat(str(one(told)["next_at"]))
            pauses.append((due - told.clock()).total_seconds())
            told.clock.sleep(pauses[-1] - 1)
            run(told)
            told.clock.sleep(1)
    assert len(seen) == 12, "never before its time"
    assert pauses == sorted(pauses)
    assert (pauses[0], pauses[-1]) == (45, 0.75 * 6 * 3600)
    run(told)
    assert len(mails.sent()) == 1


def test_mails_that_fail_for_an_hour_are_measured(told: Stack, capsys: pytest.CaptureFixture[str]) -> None:
    with ses(refusal("SendingPausedException")):
        run(told)
        capsys.readouterr()
        told.clock.sleep(3000)
        run(told)
        assert "NoticesFailed" not in capsys.readouterr().out
        told.clock.sleep(700)
        run(told)
        assert '"NoticesFailed":[1.0]' in capsys.readouterr().out


def test_what_ses_says_of_an_address_goes_nowhere(told: Stack, capfd: pytest.CaptureFixture[str]) -> None:
    with ses(REFUSALS[0][0]):
        run(told)
    out, err = capfd.readouterr()
    rows = list(Table("workspaces").query(("workspace", "demo"), sort=("item", "begins_with", "mail#")))
    assert "admin@" not in out + err + str(rows)


def test_a_refusal_holds_up_no_other_mail(told: Stack) -> None:
    people(told, ADMIN, BOSS)
    with ses(refusal("MessageRejected"), times=1):
        run(told)
    assert len(mails.sent()) == 1
    told.clock.sleep(60)
    run(told)
    assert {mail.to for mail in mails.sent()} == {ADMIN, BOSS}


def test_ses_being_down_holds_up_no_delivery(ready: Stack) -> None:
    people(ready, ADMIN)
    connected(ready)
    broken(ready)
    with ses("unreachable"):
        run(ready)
        ready.post(booking())
        ready.work()
    assert ready.deliveries()[0]["state"] == "delivered"


def test_what_never_left_is_refused_not_unknown(told: Stack) -> None:
    with ses("unreachable") as seen:
        run(told)
    assert len(seen) == 1, "botocore does not repeat it"
    assert (one(told)["state"], one(told)["why"]) == ("refused", "unreachable")


@pytest.mark.parametrize(("wrong", "arrived"), [("time-out before", 0), ("time-out after", 1)])
def test_a_time_out_is_unknown_and_tried_once_more(told: Stack, wrong: Wrong, arrived: int) -> None:
    with ses(wrong, times=1) as seen:
        run(told)
        assert len(seen) == 1, "a repetition by botocore would be a second mail"
        assert (one(told)["state"], one(told)["why"]) == ("unknown", "no_answer")
        assert len(mails.sent()) == arrived
        run(told)
        assert len(seen) == 1, "not at once"
        told.clock.sleep(301)
        run(told)
    assert one(told)["state"] == "sent"
    assert len(mails.sent()) == arrived + 1


def test_after_the_second_time_out_it_is_left_for_a_week(told: Stack) -> None:
    with ses("time-out after") as seen:
        for _ in range(8):
            run(told)
            told.clock.sleep(301)
        assert len(seen) == 2
        assert (one(told)["state"], one(told)["why"], one(told)["next_at"]) == ("unknown", "no_answer", None)
        told.clock.sleep(7 * DAY)
        run(told)
        assert len(seen) == 3


@pytest.mark.parametrize(("event", "arrived"), [(f"before-{_SEND}", 0), (f"after-{_SEND}", 1)])
def test_who_dies_around_the_sending_leaves_one_more_try(told: Stack, event: str, arrived: int) -> None:
    for _ in range(2):
        with dying(event), pytest.raises(Killed):
            run(told)
        run(told)
        assert one(told)["state"] == "due"
        told.clock.sleep(301)
    assert len(mails.sent()) == 2 * arrived
    run(told)
    assert (one(told)["state"], one(told)["why"]) == ("unknown", "no_answer")
    told.clock.sleep(DAY)
    run(told)
    assert len(mails.sent()) == 2 * arrived


@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize("write", [1, 2])
def test_who_dies_around_any_write_loses_nothing(told: Stack, side: str, write: int) -> None:
    seen = []

    def count(**_: Any) -> None:
        seen.append(1)
        if len(seen) == write:
            raise Killed

    with hooked(f"{side}-{_MARK}", count), pytest.raises(Killed):
        run(told)
    told.clock.sleep(301)
    run(told)
    assert one(told)["state"] == "sent"
    assert len(mails.sent()) == (2 if (side, write) == ("before", 2) else 1)


def test_two_runs_at_once_send_one_mail(told: Stack) -> None:
    """A second run gathers while the first one is about to send; only one of them gets the claim."""
    nested: list[dict[str, int]] = []
    post = "notices.postman.notices.write"
    write = notices.write

    def late(*args: Any, **named: Any) -> Any:
        if not nested:
            nested.append({})
            nested[0] = run(told)
        return write(*args, **named)

    with mock.patch(post, late):
        done = run(told)
    assert (nested, done) == ([{"sent": 1}], {"taken": 1})
    assert len(mails.sent()) == 1


def test_what_heals_while_its_mail_is_refused_is_not_told_any_more(told: Stack) -> None:
    with ses(refusal("SendingPausedException")):
        run(told)
    connected(told)
    told.clock.sleep(60)
    run(told)
    assert [mail.cause for mail in mails.sent()] == ["recovered.slack.reconnect"]
    (held,) = [one for one in notices.recent("demo", told.platform.vault, "en") if one["kind"] == "broken"]
    assert (held["state"], held["why"]) == ("held", "passed")


def test_a_refused_recovery_is_told_later(told: Stack) -> None:
    run(told)
    connected(told)
    with ses(refusal("SendingPausedException")):
        run(told)
        run(told)
    assert "healed_at" in connection(told, "slack").row
    told.clock.sleep(60)
    run(told)
    run(told)
    assert mails.sent()[-1].cause == "recovered.slack.key_refused"
    assert "healed_at" not in connection(told, "slack").row


def test_a_bug_in_one_mail_leaves_the_others_alone(told: Stack) -> None:
    connected(told, "board")
    broken(told, "board")
    content = Teller.content

    def buggy(teller: Teller, cause: Cause, *args: Any) -> Any:
        if cause.about == "board":
            raise ZeroDivisionError
        return content(teller, cause, *args)

    with mock.patch.object(Teller, "content", buggy):
        assert run(told) == {"refused": 1, "sent": 1}
        assert run(told) == {}, "it has its pause as well"
    told.clock.sleep(60)
    run(told)
    assert {mail.cause for mail in mails.sent()} == {"broken.slack.key_refused", "broken.board.key_refused"}


def test_a_bug_in_one_workspace_leaves_the_others_alone(told: Stack) -> None:
    told.workspace = "akita"
    people(told, BOSS)
    mails_of = notices.mails
    wrong = mock.patch.object(
        notices, "mails", lambda workspace: mails_of(workspace) if workspace != "akita" else 1 / 0
    )
    with wrong:
        assert run(told) == {"bugs": 1, "sent": 1}


def test_the_store_being_down_is_no_bug_and_leaves_the_others_alone(told: Stack) -> None:
    down = ClientError({"Error": {"Code": "InternalServerError", "Message": ""}}, "UpdateItem")
    people(told, ADMIN, BOSS)
    write = notices.write
    failed: list[int] = []

    def flaky(*args: Any, **named: Any) -> Any:
        if not failed:
            failed.append(1)
            raise down
        return write(*args, **named)

    with mock.patch("notices.postman.notices.write", flaky):
        assert run(told) == {"down": 1, "sent": 1}
    run(told)
    assert len(mails.sent()) == 2


def test_an_address_that_mail_cannot_carry_is_shown(told: Stack) -> None:
    people(told, "名前@example.co.jp")
    run(told)
    assert (one(told)["state"], one(told)["why"], mails.sent()) == ("refused", "bad_address", [])


def test_without_time_the_next_run_goes_on(told: Stack) -> None:
    people(told, ADMIN, BOSS)
    with mock.patch("tests.harness.Context.get_remaining_time_in_millis", side_effect=[50_000, 50_000, 11_000]):
        assert run(told) == {"sent": 1}
    assert run(told) == {"sent": 1}
