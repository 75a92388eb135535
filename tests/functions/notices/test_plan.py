"""What people are told, what is held back and why: rule by rule, and whatever happens in whatever order."""

from __future__ import annotations

import ast
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notices.plan import (
    CLAIMED,
    DIGEST,
    SETTLING,
    TRIES,
    Close,
    Facts,
    Hold,
    Person,
    Send,
    Standing,
    Told,
    failing,
    outdated,
    pause,
    plan,
    settled,
    standing,
    told_up_to,
)
from renkei.causes import NOBODY, Cause, Kind, Mail, MailState
from renkei.deliveries import stamp
from tests.harness import ROOT

NOW = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
A, B = Person("a" * 32), Person("b" * 32)
BROKEN = Cause("broken", "hubspot", "grant_refused")


def row(state: str = "connected", vendor: str = "hubspot", **facts: Any) -> dict[str, Any]:
    times = {name: stamp(value) if isinstance(value, datetime) else value for name, value in facts.items()}
    return {"vendor": vendor, "state": state, "last_used_at": stamp(NOW), **times}


def keys(facts: Facts) -> list[str]:
    return [one.cause.key for one in standing(facts)]


def mail(cause: Cause = BROKEN, who: str = A.who, state: MailState = "sent", **more: Any) -> Mail:
    return replace(Mail(cause, who, state, turn=1), **more)


def told(ago: timedelta, cause: Cause = BROKEN, **more: Any) -> Mail:
    return mail(cause, since=NOW - ago, at=NOW - ago, told_at=NOW - ago, **more)


def one_step(found: Standing, known: Mail | None = None, person: Person = A) -> Any:
    steps = plan([found], [known] if known else [], [person], NOW)
    assert len(steps) <= 1
    return steps[0] if steps else None


def broken(ago: timedelta = timedelta()) -> Standing:
    return Standing(BROKEN, NOW - ago, repeats=True)


# What people should know.


def test_a_broken_connection_is_a_cause_with_its_reason() -> None:
    facts = Facts(
        NOW, [row("reconnect", broken_at=NOW - HOUR, cause="grant_refused", cause_params={"vendor": "hubspot"})]
    )
    (one,) = standing(facts)
    assert (one.cause.key, one.since, one.repeats) == ("broken.hubspot.grant_refused", NOW - HOUR, True)


def test_another_reason_is_another_cause() -> None:
    rows = [
        row("reconnect", broken_at=NOW, cause=cause, cause_params={}) for cause in ("api_disabled", "grant_refused")
    ]
    assert keys(Facts(NOW, rows[:1])) != keys(Facts(NOW, rows[1:]))


@pytest.mark.parametrize("state", ["connected", "disconnected"])
def test_a_connection_that_works_or_was_ended_on_purpose_is_no_cause(state: str) -> None:
    assert keys(Facts(NOW, [row(state)], idle={"hubspot": timedelta(days=180)})) == []


@pytest.mark.parametrize(
    ("unused", "expected"),
    [
        (149, []),
        (150, ["idle30.hubspot"]),
        (172, ["idle30.hubspot"]),
        (173, ["idle7.hubspot"]),
        (181, ["idle7.hubspot"]),
    ],
)
def test_idle_connections_are_warned_of_30_and_7_days_before(unused: int, expected: list[str]) -> None:
    facts = Facts(NOW, [row(last_used_at=NOW - unused * DAY)], idle={"hubspot": 180 * DAY})
    assert keys(facts) == expected


def test_the_warning_names_the_day() -> None:
    (one,) = standing(Facts(NOW, [row(last_used_at=NOW - 150 * DAY)], idle={"hubspot": 180 * DAY}))
    assert one.cause.params == {"until": "2026-12-22"}


def test_what_is_kept_alive_is_not_warned_of() -> None:
    assert keys(Facts(NOW, [row(last_used_at=NOW - 179 * DAY)], idle={"hubspot": None})) == []


@pytest.mark.parametrize(("idle", "expected"), [(30, []), (31, ["idle30.hubspot"]), (7, []), (8, ["idle7.hubspot"])])
def test_no_warning_comes_before_the_connection_was_made(idle: int, expected: list[str]) -> None:
    facts = Facts(NOW, [row(last_used_at=NOW - DAY)], idle={"hubspot": timedelta(days=idle)})
    assert keys(facts) == expected


def test_only_the_last_warning_is_due() -> None:
    facts = Facts(NOW, [row(last_used_at=NOW - 178 * DAY)], idle={"hubspot": 180 * DAY})
    assert keys(facts) == ["idle7.hubspot"]


def test_an_expired_connection_is_told_and_repeated_only_if_something_waits_for_it() -> None:
    expired = row("expired", expired_at=NOW - DAY)
    (one,) = standing(Facts(NOW, [expired]))
    assert (one.cause.key, one.repeats) == ("expired.hubspot", False)
    (one,) = standing(Facts(NOW, [expired], wanted={"hubspot"}))
    assert one.repeats


def test_a_long_expired_connection_is_a_cause_again_when_something_waits_for_it() -> None:
    expired = row("expired", expired_at=NOW - 60 * DAY)
    assert keys(Facts(NOW, [expired])) == []
    found = standing(Facts(NOW, [expired], wanted={"hubspot"}))
    known = told(60 * DAY, Cause("expired", "hubspot"))
    assert isinstance(plan(found, [known], [A], NOW)[0], Send)


def healed(**ends: int) -> Facts:
    healed_row = row(healed_at=NOW - HOUR, healed_from="reconnect", waiting_since=NOW - DAY)
    return Facts(NOW, [healed_row], woken={"hubspot": ends})


def test_a_recovery_says_what_became_of_what_waited() -> None:
    (one,) = standing(healed(delivered=5, skipped=1, rejected=2, parked=3))
    assert one.cause.params == {"delivered": "5", "skipped": "1", "rejected": "2", "waiting": "3"}


def test_a_recovery_waits_until_everything_went_through_but_not_for_ever() -> None:
    assert keys(healed(delivered=5, pending=1)) == []
    late = replace(healed(pending=1), now=NOW + DAY)
    (one,) = standing(late)
    assert one.cause.params["waiting"] == "1"


def test_a_recovery_that_nobody_could_be_told_of_is_let_go_after_a_week() -> None:
    late = replace(healed(), now=NOW + 7 * DAY)
    assert keys(late) == []
    assert outdated(late) == [Told("hubspot", stamp(NOW - HOUR))]
    assert outdated(healed()) == []


def test_a_recovery_is_of_the_trouble_that_was_told_last() -> None:
    other = Cause("broken", "hubspot", "app_refused")
    known = [told(3 * DAY), told(2 * DAY, other), told(HOUR / 2, Cause("broken", "hubspot", "later"))]
    assert keys(replace(healed(), mails=known)) == ["recovered.hubspot.app_refused"]
    assert keys(healed()) == ["recovered.hubspot.reconnect"]


def test_a_connection_that_broke_again_has_not_recovered() -> None:
    again = row("reconnect", broken_at=NOW, cause="grant_refused", cause_params={}, healed_at=NOW - HOUR)
    assert keys(Facts(NOW, [again])) == ["broken.hubspot.grant_refused"]


def test_what_workers_noted_is_spoken_of_for_a_week() -> None:
    cause = Cause("parked", "booking_to_hubspot", "hubspot_property", {"property": "size"})
    assert keys(Facts(NOW, noted=[(cause, NOW - 6 * DAY)])) == [cause.key]
    assert keys(Facts(NOW, noted=[(cause, NOW - 7 * DAY)])) == []


def test_another_field_is_another_cause() -> None:
    size, name = (Cause("parked", "x", "hubspot_property", {"property": name}) for name in ("size", "name"))
    assert size.key != name.key
    assert size.key == Cause("parked", "x", "hubspot_property", {"property": "size"}).key
    assert size.key.startswith("parked.x.hubspot_property.")


def test_all_rejected_deliveries_come_in_one_mail() -> None:
    noted = [(Cause("rejected", key, code), NOW - HOUR) for key in ("x", "y") for code in ("bug", "value")]
    (one,) = standing(Facts(NOW, noted=[*noted, (Cause("rejected", "z", "bug"), NOW)]))
    assert (one.cause, one.since, one.window) == (DIGEST, NOW, DAY)


def test_the_urgent_comes_first() -> None:
    causes = [Cause("rejected", "x", "bug"), Cause("noticed", "x", "y"), Cause("parked", "x", "no_settings")]
    noted = [(cause, NOW) for cause in (*causes, Cause("late", "x", "vendor_busy"))]
    rows = [
        row("expired", "board", expired_at=NOW),
        row("reconnect", "slack", broken_at=NOW, cause="key_refused", cause_params={}),
    ]
    kinds = [one.cause.kind for one in standing(Facts(NOW, rows, noted))]
    assert kinds == ["broken", "expired", "parked", "late", "noticed", "rejected"]


# Who is told, and how often.


def test_everybody_is_told_at_once() -> None:
    steps = plan([broken()], [], [A, B], NOW)
    assert [(type(step), step.mail.who) for step in steps if isinstance(step, Send)] == [(Send, A.who), (Send, B.who)]


def test_what_was_told_is_not_told_again_within_seven_days() -> None:
    assert one_step(broken(6 * DAY), told(6 * DAY)) is None


def test_what_is_still_broken_is_told_again_after_seven_days() -> None:
    assert isinstance(one_step(broken(7 * DAY), told(7 * DAY)), Send)


def test_what_was_noticed_is_told_once_and_not_as_long_as_it_lasts() -> None:
    cause = Cause("noticed", "x", "project_gone", {"projects": "1"})
    (one,) = standing(Facts(NOW, noted=[(cause, NOW - 6 * DAY)]))
    assert isinstance(one_step(one), Send)
    assert one_step(one, told(6 * DAY, cause)) is None
    assert one_step(replace(one, since=NOW), replace(told(8 * DAY, cause), told_at=NOW)) is None
    assert standing(Facts(NOW, noted=[(cause, NOW - 7 * DAY)])) == []
    assert isinstance(one_step(replace(one, since=NOW), told(6 * DAY, cause)), Hold)


def test_the_same_trouble_anew_is_held_back_and_noted_once() -> None:
    step = one_step(broken(DAY), told(2 * DAY))
    assert isinstance(step, Hold)
    assert step.why == "told_already"
    assert one_step(broken(DAY), told(2 * DAY, held_since=NOW - DAY)) is None


def test_a_different_trouble_is_told_at_once() -> None:
    other = Standing(Cause("broken", "hubspot", "app_refused"), NOW, repeats=True)
    assert isinstance(plan([other], [told(HOUR)], [A], NOW)[0], Send)


def test_the_same_trouble_of_another_connection_is_told_at_once() -> None:
    other = Standing(Cause("broken", "salesforce", "grant_refused"), NOW, repeats=True)
    assert isinstance(plan([other], [told(HOUR)], [A], NOW)[0], Send)


def test_somebody_who_is_new_is_told() -> None:
    steps = plan([broken(DAY)], [told(DAY)], [A, B], NOW)
    assert [step.mail.who for step in steps if isinstance(step, Send)] == [B.who]


def test_a_warning_is_given_once() -> None:
    warning = Standing(Cause("idle30", "hubspot"), NOW - 20 * DAY)
    assert one_step(warning, told(20 * DAY, warning.cause)) is None
    again = Standing(warning.cause, NOW - DAY)
    assert isinstance(one_step(again, told(180 * DAY, warning.cause)), Send)


def test_a_digest_comes_once_a_day() -> None:
    news = Standing(DIGEST, NOW, window=DAY, lag=SETTLING)
    step = one_step(news, told(23 * HOUR, DIGEST))
    assert isinstance(step, Hold)
    assert step.why == "digest_waits"
    assert isinstance(one_step(news, told(DAY, DIGEST)), Send)
    assert one_step(Standing(DIGEST, NOW - 2 * DAY, window=DAY, lag=SETTLING), told(DAY, DIGEST)) is None


def test_what_was_noted_right_before_a_digest_may_be_missing_in_it() -> None:
    last = told(DAY, DIGEST)
    noted = Standing(DIGEST, NOW - DAY - SETTLING / 2, window=DAY, lag=SETTLING)
    assert isinstance(one_step(noted, last), Send)
    assert told_up_to(last, NOW) == NOW - DAY - SETTLING
    assert told_up_to(Mail(DIGEST, A.who), NOW) == NOW - 7 * DAY


def test_what_is_noted_has_a_while_to_show() -> None:
    assert not settled(broken(SETTLING), NOW)
    assert settled(broken(2 * SETTLING), NOW)


@pytest.mark.parametrize("why", ["no_sender", "unsubscribed"])
def test_who_gets_no_mails_is_held_back_once_and_told_when_that_ends(why: str) -> None:
    step = one_step(broken(), person=Person(A.who, why))
    assert isinstance(step, Hold)
    assert step.why == why
    kept = mail(state="held", why=why, held_since=NOW)
    assert one_step(broken(), kept, Person(A.who, why)) is None
    assert isinstance(one_step(broken(), kept), Send)


def test_without_recipients_that_is_noted_and_the_first_one_is_told() -> None:
    (step,) = plan([broken()], [], [], NOW)
    assert isinstance(step, Hold)
    assert (step.mail.who, step.why) == (NOBODY, "no_recipient")
    kept = mail(who=NOBODY, state="held", why="no_recipient", held_since=NOW)
    assert plan([broken()], [kept], [], NOW) == []
    assert isinstance(plan([broken()], [kept], [A], NOW)[0], Send)


# What went wrong.


def test_a_refused_mail_waits_for_its_pause() -> None:
    refused = mail(state="refused", since=NOW, at=NOW, refused=1, next_at=NOW + HOUR)
    assert one_step(broken(), refused) is None
    assert isinstance(one_step(broken(), replace(refused, next_at=NOW)), Send)


@pytest.mark.parametrize("dice", [0.0, 0.5, 1.0])
def test_pauses_grow_up_to_six_hours(dice: float) -> None:
    pauses = [pause(refused, dice) for refused in range(1, 30)]
    assert pauses == sorted(pauses)
    assert timedelta(seconds=30) <= pauses[0] <= timedelta(minutes=1)
    assert 3 * HOUR <= pauses[-1] <= 6 * HOUR


def test_mails_that_fail_for_an_hour_are_counted() -> None:
    known = [mail(state="refused", refused_at=NOW - ago) for ago in (HOUR, 2 * HOUR, HOUR / 2)]
    assert failing([*known, told(DAY)], NOW) == 2


def test_a_claimed_mail_is_left_to_who_claimed_it() -> None:
    assert one_step(broken(), mail(state="claimed", at=NOW - CLAIMED / 2)) is None
    assert plan([], [mail(state="claimed", at=NOW - CLAIMED / 2)], [A], NOW) == []


def test_a_mail_whose_process_died_is_sent_once_more_and_then_left() -> None:
    step = one_step(broken(), mail(state="claimed", at=NOW - CLAIMED))
    assert isinstance(step, Send)
    assert step.mail.unclear == 1
    step = one_step(broken(), mail(state="claimed", at=NOW - CLAIMED, unclear=1))
    assert isinstance(step, Close)
    assert (step.why, step.unknown) == ("no_answer", True)


def test_a_mail_without_an_answer_is_sent_once_more_and_counts_as_told_then() -> None:
    first = mail(state="unknown", at=NOW - HOUR, unclear=1, next_at=NOW)
    assert isinstance(one_step(broken(HOUR), first), Send)
    last = mail(state="unknown", at=NOW - HOUR, told_at=NOW - HOUR, unclear=2)
    assert one_step(broken(HOUR), last) is None
    assert isinstance(one_step(broken(8 * DAY), replace(last, told_at=NOW - 7 * DAY)), Send)


@pytest.mark.parametrize(
    ("known", "unknown"),
    [
        (mail(state="refused", next_at=NOW + HOUR), False),
        (mail(state="refused", next_at=NOW + HOUR, unclear=1), True),
        (mail(state="unknown", next_at=NOW + HOUR, unclear=1), True),
        (mail(state="claimed", at=NOW - CLAIMED), True),
    ],
)
def test_what_has_passed_is_not_sent_any_more(known: Mail, unknown: bool) -> None:
    assert plan([], [known], [A], NOW) == [Close(known, "passed", unknown=unknown)]


def test_who_is_no_longer_named_gets_nothing_any_more() -> None:
    refused = mail(who=B.who, state="refused", next_at=NOW)
    assert plan([], [refused], [A], NOW) == [Close(refused, "removed")]


def test_what_is_done_is_left_alone() -> None:
    assert plan([], [told(DAY), mail(state="held", held_since=NOW)], [A], NOW) == []


def test_a_recovery_is_over_when_everybody_was_told_or_held_back() -> None:
    since = NOW - HOUR
    found = [Standing(Cause("recovered", "hubspot", "reconnect"), since)]
    cause = found[0].cause
    known = [mail(cause, A.who, told_at=NOW), mail(cause, B.who, "held", held_since=since, why="unsubscribed")]
    barred = Person(B.who, "unsubscribed")
    assert plan(found, known, [A, barred], NOW) == [Told("hubspot", stamp(since))]
    waiting = mail(cause, A.who, "refused", next_at=NOW + HOUR)
    assert plan(found, [waiting, known[1]], [A, barred], NOW) == []


# Whatever happens.

KINDS: tuple[Kind, ...] = (
    "broken", "expired", "idle30", "idle7", "recovered", "parked", "late", "rejected", "noticed",
)  # fmt: skip
moments = st.integers(-20 * 24, 0).map(lambda hours: NOW + timedelta(hours=hours))
causes = st.builds(Cause, st.sampled_from(KINDS), st.just("hubspot"), st.sampled_from(["", "a", "b"]))
mails = st.builds(
    Mail,
    causes,
    st.sampled_from([A.who, B.who, NOBODY]),
    st.sampled_from(["claimed", "sent", "held", "refused", "unknown"]),
    turn=st.just(1),
    since=st.none() | moments,
    at=moments,
    told_at=st.none() | moments,
    next_at=st.none() | moments,
    held_since=st.none() | moments,
    unclear=st.integers(0, 1),
    why=st.sampled_from(["", "passed", "unsubscribed", "no_sender"]),
)
found = st.builds(Standing, causes, moments, repeats=st.booleans())


@given(st.lists(found, unique_by=lambda one: one.cause.key), st.lists(mails, unique_by=lambda m: (m.cause.key, m.who)))
def test_nobody_is_told_the_same_twice_in_a_week(stands: list[Standing], known: list[Mail]) -> None:
    before = {(one.cause.key, one.who): one for one in known}
    steps = plan(stands, known, [A, Person(B.who, "unsubscribed")], NOW)
    sent = [step for step in steps if isinstance(step, Send)]
    for step in sent:
        last = before.get((step.mail.cause.key, step.mail.who))
        assert step.mail.who == A.who
        # What was begun was allowed to begin; anything else was last told a week ago or never.
        assert last is None or last.open or last.told_at is None or NOW - last.told_at >= timedelta(days=7)
        assert step.mail.unclear < TRIES
    touched = [(step.mail.cause.key, step.mail.who) for step in steps if not isinstance(step, Told)]
    assert len(touched) == len(set(touched)), "one step a mail"


@given(st.lists(found, unique_by=lambda one: one.cause.key), st.lists(mails, unique_by=lambda m: (m.cause.key, m.who)))
def test_nothing_is_forgotten(stands: list[Standing], known: list[Mail]) -> None:
    """What stands is told, held back, or waits for a moment that comes; what does not is closed."""
    before = {(one.cause.key, one.who): one for one in known}
    steps = plan(stands, known, [A], NOW)
    touched: Mapping[tuple[str, str], Any] = {
        (step.mail.cause.key, step.mail.who): step for step in steps if not isinstance(step, Told)
    }
    for one in stands:
        if (one.cause.key, A.who) in touched:
            continue
        last = before[(one.cause.key, A.who)]  # somebody knows of it, or it would have been touched
        waits = last.open and ((last.next_at or NOW) > NOW or last.state == "claimed")
        assert waits or last.told_at is not None or last.held_since == one.since
    standing_keys = {one.cause.key for one in stands}
    for left in known:
        if left.open and left.cause.key not in standing_keys and NOW - (left.at or NOW) >= CLAIMED:
            assert isinstance(touched[left.cause.key, left.who], Close)


def test_deciding_is_pure() -> None:
    pure = {"causes", "config", "errors"}
    for path in (ROOT / "functions/notices/plan.py", ROOT / "layers/renkei/renkei/causes.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                top, _, rest = node.module.partition(".")
                assert top in sys.stdlib_module_names or (top == "renkei" and rest in pure), node.module
            assert not isinstance(node, ast.Import) or all(name.name in sys.stdlib_module_names for name in node.names)
