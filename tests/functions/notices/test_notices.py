"""The minute's notices on the whole stack: who is told what, when, and what is held back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from integrations import INTEGRATIONS
from local.sandbox.faults import Fault
from renkei import notices
from renkei.accounts import VENDORS
from renkei.bells import Bell
from renkei.dynamo import Table
from renkei.errors import Misconfigured, Rejected, Retry
from renkei.integration import Done, Job
from renkei.mapping import Warn
from renkei.runtime import Work, drain
from tests import mails
from tests.functions.notices.steps import (
    ADMIN,
    BOSS,
    DAY,
    broken,
    connected,
    connection,
    parked,
    people,
    row_of,
    run,
)
from tests.harness import PUBLIC, Stack, booking

PROPERTY = Misconfigured("hubspot_property", property="company_size", problem="READ_ONLY_VALUE")


@pytest.fixture
def told(stack: Stack) -> Stack:
    """A stack whose workspace has one recipient, and a Slack connection."""
    people(stack, ADMIN)
    connected(stack)
    return stack


@pytest.fixture
def whole(ready: Stack) -> Stack:
    """A stack that takes bookings, with one recipient."""
    people(ready, ADMIN)
    return ready


def recent(stack: Stack) -> list[dict[str, Any]]:
    return notices.recent(stack.workspace, stack.platform.vault, "en", {"booking_to_hubspot": "Bookings to HubSpot"})


def subjects() -> list[str]:
    return [mail.subject for mail in mails.sent()]


def test_nothing_to_tell_sends_and_writes_nothing(told: Stack) -> None:
    assert run(told) == {}
    assert (mails.sent(), recent(told)) == ([], [])


def test_a_broken_connection_is_told_at_once_with_what_to_do_and_a_link(told: Stack) -> None:
    broken(told)
    assert run(told) == {"sent": 1}
    (mail,) = mails.sent()
    assert mail.to == ADMIN
    assert mail.subject == "[Renkei] The connection to Slack is broken: please mend it (demo)"
    assert mail.first_line.startswith("The connection to Slack stopped working. Please mend")
    assert mail.link.startswith(f"{PUBLIC}/notices/demo/broken.slack.key_refused?")
    assert "renkei connect slack --workspace demo" in mail.text


def test_what_breaks_while_working_is_told_and_healing_tells_how_many_went_through(whole: Stack) -> None:
    whole.hubspot.uninstall(111111)
    for number in range(3):
        whole.post(booking(number, guest_email=f"guest{number}@aozora-shoji.example.jp"))
    whole.work()
    run(whole)
    (mail,) = mails.sent()
    assert mail.cause == "broken.hubspot.grant_refused"
    assert "Still waiting: 3" in mail.text
    mails.clear()
    whole.clock.sleep(600)
    assert whole.connect()["statusCode"] == 200
    assert run(whole) == {}, "it waits until what waited went on"
    whole.work()
    run(whole)
    (mail,) = mails.sent()
    assert mail.subject == "[Renkei] HubSpot works again, went through: 3 (demo)"
    assert "Went through: 3\nNothing to do: 0\nRejected: 0\nStill waiting: 0" in mail.text
    assert run(whole) == {"recoveries": 1}
    assert "healed_at" not in connection(whole, "hubspot").row
    assert run(whole) == {}
    assert len(mails.sent()) == 1


def test_a_recovery_counts_what_was_rejected_and_what_still_waits(told: Stack) -> None:
    for number in range(3):
        parked(told, number, PROPERTY)
    since = row_of(told, 0)["accepted_at"]
    connected(told, "hubspot")
    broken(told, "hubspot", "grant_refused")
    told.clock.sleep(60)
    connected(told, "hubspot", since)
    assert told.platform.deliveries.unpark("demo", "booking_to_hubspot", told.clock(), told.clock()) == (3, True)
    run(told)
    assert [mail for mail in mails.sent() if mail.cause.startswith("recovered")] == []
    deliveries = told.platform.deliveries
    deliveries.settle(row_of(told, 0), "delivered", outcome={})
    deliveries.settle(row_of(told, 1), "rejected", reason="bug", params={})
    told.clock.sleep(1)
    deliveries.park(row_of(told, 2), told.clock(), reason=PROPERTY.code, params={})
    run(told)
    mail = mails.sent()[-1]
    assert mail.cause.startswith("recovered.hubspot")
    assert "Went through: 1\nNothing to do: 0\nRejected: 1\nStill waiting: 1" in mail.text
    assert "renkei deliveries --workspace demo" in mail.text


def test_a_recovery_that_nothing_waited_for_says_so(told: Stack) -> None:
    broken(told)
    connected(told)
    run(told)
    (mail,) = mails.sent()
    assert mail.first_line == (
        "The connection to Slack works again. Nothing had waited for it, and nothing needs to be done."
    )


def test_at_most_one_mail_a_cause_and_week_but_a_different_cause_does_send(told: Stack) -> None:
    broken(told)
    for _ in range(6):
        run(told)
        told.clock.sleep(DAY)
    assert len(mails.sent()) == 1
    connected(told)
    run(told)
    broken(told, code="hook_gone")
    run(told)
    assert [mail.cause for mail in mails.sent()] == [
        "broken.slack.key_refused", "recovered.slack.key_refused", "broken.slack.hook_gone",
    ]  # fmt: skip


def test_the_same_break_anew_is_held_back_and_that_is_shown(told: Stack) -> None:
    broken(told)
    run(told)
    told.clock.sleep(DAY)
    connected(told)
    run(told)
    told.clock.sleep(DAY)
    broken(told)
    mails.clear()
    for _ in range(3):
        run(told)
        told.clock.sleep(60)
    assert mails.sent() == []
    (one,) = [one for one in recent(told) if one["kind"] == "broken"]
    assert (one["state"], one["why"], one["held"], one["to"]) == ("sent", "told_already", 1, ADMIN)
    assert one["message"] == "Held back: the same was told within seven days."


def test_a_still_broken_connection_is_told_again_after_seven_days(told: Stack) -> None:
    broken(told)
    for _ in range(15):
        run(told)
        told.clock.sleep(DAY)
    assert [mail.cause for mail in mails.sent()] == ["broken.slack.key_refused"] * 3


def test_two_connections_are_told_of_each(told: Stack) -> None:
    connected(told, "board")
    broken(told)
    broken(told, "board")
    run(told)
    assert {mail.cause for mail in mails.sent()} == {"broken.slack.key_refused", "broken.board.key_refused"}


def test_idle_connections_are_warned_of_twice_and_then_expire(told: Stack) -> None:
    for _ in range(60):
        run(told)
        told.clock.sleep(3 * DAY)
    assert [mail.cause for mail in mails.sent() if "slack" in mail.cause] == ["idle30.slack", "idle7.slack"]
    warning = next(mail for mail in mails.sent() if mail.cause == "idle30.slack")
    assert (
        warning.subject
        == "[Renkei] The unused connection to Slack ends on 2027-05-21: act if you want to keep it (demo)"
    )
    assert "slack: {keep_alive: true}" in warning.text
    assert told.platform.connections.expire(connection(told, "slack"))
    mails.clear()
    run(told)
    (mail,) = [mail for mail in mails.sent() if "slack" in mail.cause]
    assert mail.subject == "[Renkei] The unused connection to Slack has ended: connect again if you need it (demo)"


def test_the_workspace_says_what_idle_is_and_what_is_kept_alive(told: Stack) -> None:
    connected(told, "board")
    people(told, ADMIN, connections={"slack": {"idle_days": 60}, "board": {"keep_alive": True}})
    told.clock.sleep(31 * DAY)
    run(told)
    assert [mail.cause for mail in mails.sent()] == ["idle30.slack"]
    told.clock.sleep(140 * DAY)
    run(told)
    assert "idle30.board" not in {mail.cause for mail in mails.sent()}


def test_a_booking_for_an_expired_connection_is_a_reason_to_tell_again(whole: Stack) -> None:
    assert whole.platform.connections.expire(connection(whole, "hubspot"))
    for _ in range(40):
        run(whole)
        whole.clock.sleep(DAY)
    assert [mail.cause for mail in mails.sent()] == ["expired.hubspot"]
    whole.post(booking())
    whole.work()
    run(whole)
    assert [mail.cause for mail in mails.sent()] == ["expired.hubspot"] * 2
    assert "Still waiting: 1" in mails.sent()[-1].text


def test_what_is_parked_for_a_setting_names_the_field(told: Stack) -> None:
    parked(told, 1, PROPERTY)
    run(told)
    (mail,) = mails.sent()
    assert mail.subject == "[Renkei] Bookings to HubSpot: deliveries wait for something to be put right (demo)"
    assert "Where: company_size" in mail.text
    assert "HubSpot's property company_size cannot be written (READ_ONLY_VALUE)." in mail.text


def test_another_field_is_told_too_and_the_same_one_is_not(told: Stack) -> None:
    parked(told, 1, PROPERTY)
    run(told)
    parked(told, 2, PROPERTY)
    parked(told, 3, Misconfigured("hubspot_property", property="industry", problem="NO_OPTION"))
    run(told)
    assert len(mails.sent()) == 2
    assert "Where: industry" in mails.sent()[1].text


def test_a_worker_parks_and_it_is_told(whole: Stack) -> None:
    people(whole, ADMIN, integrations={})
    whole.post(booking())
    whole.work()
    run(whole)
    (mail,) = mails.sent()
    assert mail.cause.startswith("parked.booking_to_hubspot.no_settings.")
    assert "Where: booking_to_hubspot" in mail.text


def test_a_worker_fails_for_an_hour_and_it_is_told(whole: Stack) -> None:
    whole.hubspot.faults.add(Fault(status=503, times=None))
    whole.post(booking())
    for _ in range(5):
        whole.sweep()
        whole.work()
        run(whole)
        whole.clock.sleep(1000)
    (mail,) = mails.sent()
    assert mail.cause == "late.booking_to_hubspot.vendor_busy"


def test_what_was_noted_but_has_passed_is_not_told(told: Stack) -> None:
    parked(told, 1, PROPERTY)
    told.platform.deliveries.settle(row_of(told, 1), "delivered", outcome={})
    assert run(told) == {"early": 1}, "the delivery may not show it yet"
    told.clock.sleep(400)
    assert run(told) == {"held": 1}
    assert run(told) == {}
    (one,) = recent(told)
    assert (one["state"], one["why"], mails.sent()) == ("held", "passed", [])


def test_what_fails_for_an_hour_is_told(told: Stack) -> None:
    parked(told, 1, Retry("vendor_busy", vendor="hubspot", status="503"), "late")
    run(told)
    (mail,) = mails.sent()
    assert (
        mail.subject
        == "[Renkei] Bookings to HubSpot: failing for more than an hour, please have a look (still trying) (demo)"
    )
    assert "HubSpot is busy or down (status 503)" in mail.text


FOUND = (Warn("hubspot_property", (("property", "board_url"), ("problem", "NOT_FOUND"))),)


def finding(stack: Stack, number: int, *found: Warn) -> None:
    """Let a booking go through, and its worker find something that people should know of."""
    stack.post(booking(number))
    bell = Bell(**json.loads(stack.bells()[0]["body"]))

    def works(jobs: Sequence[Job], _: Work) -> dict[str, Done]:
        return {job.id: Done({}, notices=found) for job in jobs}

    drain(bell, INTEGRATIONS["booking_to_hubspot"], works, stack.platform, lambda: timedelta(minutes=2))


def test_what_a_worker_notices_is_told_although_nothing_waits_for_it(whole: Stack) -> None:
    finding(whole, 1, *FOUND)
    assert whole.deliveries()[0]["state"] == "delivered"
    assert run(whole) == {"sent": 1}
    (mail,) = mails.sent()
    assert mail.cause.startswith("noticed.booking_to_hubspot.hubspot_property.")
    assert mail.subject == "[Renkei] Bookings to HubSpot: please have a look (demo)"
    assert mail.first_line.startswith("“Bookings to HubSpot” goes on working, but came upon something")
    assert "HubSpot's property board_url cannot be written (NOT_FOUND)." in mail.text
    assert "Where: board_url" in mail.text
    assert "waiting:" not in mail.text
    assert "renkei deliveries" not in mail.text


def test_what_is_noticed_every_night_is_told_once_a_week(whole: Stack) -> None:
    for night in range(8):
        finding(whole, night, *FOUND)
        run(whole)
        whole.clock.sleep(DAY)
    assert [mail.cause for mail in mails.sent()] == [mails.sent()[0].cause] * 2
    shown = [one for one in recent(whole) if one["kind"] == "noticed"]
    assert [(one["state"], one["held"], one["why"]) for one in shown] == [("sent", 6, "")]


def test_what_is_noticed_of_another_field_is_news(whole: Stack) -> None:
    finding(whole, 1, *FOUND, Warn("hubspot_property", (("property", "phone"), ("problem", "NOT_FOUND"))))
    run(whole)
    assert len(mails.sent()) == 2


def test_rejected_deliveries_come_as_a_digest_once_a_day(told: Stack) -> None:
    for number in range(3):
        parked(told, number, Rejected("guest_email_invalid"), "rejected")
    assert run(told) == {"early": 1}
    told.clock.sleep(200)
    run(told)
    (mail,) = mails.sent()
    assert mail.first_line.startswith("Rejected deliveries: 3.")
    for number in range(3):
        assert f"- booking_to_hubspot.timerex.event_confirmed.{number}\n  HubSpot does not accept" in mail.text
    for hour in range(1, 24):
        told.clock.sleep(3500)
        parked(told, 10 + hour, Rejected("guest_email_invalid"), "rejected")
        run(told)
    assert len(mails.sent()) == 1
    told.clock.sleep(2 * 3600)
    run(told)
    assert mails.sent()[1].first_line.startswith("Rejected deliveries: 23.")
    assert "confirmed.2\n" not in mails.sent()[1].text, "it was in the first one"


def test_what_is_rejected_right_around_a_digest_is_in_one_of_them(told: Stack) -> None:
    parked(told, 0, Rejected("guest_email_invalid"), "rejected")
    told.clock.sleep(190)
    for number in range(1, 5):
        parked(told, number, Rejected("guest_email_invalid"), "rejected")
        run(told)
        told.clock.sleep(60)
    told.clock.sleep(DAY)
    run(told)
    named = [mail.text.count("confirmed.") for mail in mails.sent()]
    assert (len(named), sum(named)) == (2, 5)


def test_a_rejected_delivery_that_was_retried_is_not_told(told: Stack) -> None:
    parked(told, 1, Rejected("guest_email_invalid"), "rejected")
    assert told.platform.deliveries.retry(row_of(told, 1))
    told.platform.deliveries.settle(row_of(told, 1), "delivered", outcome={})
    told.clock.sleep(400)
    assert run(told) == {"held": 1}
    assert mails.sent() == []


def test_everybody_gets_a_mail_of_their_own_in_their_language(told: Stack) -> None:
    people(told, f"{ADMIN}=ja", f"{BOSS}=de", "third@example.com")
    broken(told)
    run(told)
    assert {mail.to: mail.subject for mail in mails.sent()} == {
        ADMIN: "【Renkei】Slack との接続が切れました。復旧してください（demo）",
        BOSS: "[Renkei] Verbindung zu Slack unterbrochen: bitte wiederherstellen (demo)",
        "third@example.com": "[Renkei] The connection to Slack is broken: please mend it (demo)",
    }


def test_workspaces_are_told_of_their_own(told: Stack) -> None:
    told.workspace = "osaka"
    people(told, BOSS)
    connected(told)
    broken(told)
    run(told)
    assert [(mail.to, "/notices/osaka/" in mail.link) for mail in mails.sent()] == [(BOSS, True)]


def test_without_recipients_it_is_held_back_until_there_is_one(told: Stack) -> None:
    people(told)
    broken(told)
    run(told)
    run(told)
    (one,) = recent(told)
    assert (one["state"], one["why"], one["held"]) == ("held", "no_recipient", 1)
    people(told, ADMIN)
    run(told)
    assert len(mails.sent()) == 1


def test_without_a_sender_it_is_held_back_until_there_is_one(told: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    broken(told)
    with monkeypatch.context() as patch:
        patch.setenv("RENKEI_NOTICE_FROM", "")
        run(told)
        run(told)
    (one,) = recent(told)
    assert (one["state"], one["why"], one["held"], mails.sent()) == ("held", "no_sender", 1, [])
    run(told)
    assert len(mails.sent()) == 1


def test_without_our_own_address_mails_come_without_links(told: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RENKEI_PUBLIC_URL", "")
    Table("workspaces").delete({"workspace": "-", "item": "address"})
    broken(told)
    run(told)
    (mail,) = mails.sent()
    assert (mail.link, mail.unsubscribe, "href" in mail.html) == ("", "", False)
    assert "renkei connect slack" in mail.text


def test_rows_and_logs_know_nobody(told: Stack, capfd: pytest.CaptureFixture[str]) -> None:
    broken(told)
    run(told)
    rows = list(Table("workspaces").query(("workspace", "demo"), sort=("item", "begins_with", "mail#")))
    rows += list(Table("workspaces").query(("workspace", "demo"), sort=("item", "begins_with", "cause#")))
    out, err = capfd.readouterr()
    assert rows
    assert "admin@" not in json.dumps(rows, default=str) + out + err


def test_what_is_shown_has_all_that_an_admin_wants_to_know(told: Stack) -> None:
    broken(told)
    run(told)
    parked(told, 1, PROPERTY)
    due, one = sorted(recent(told), key=lambda row: str(row["state"]))
    assert one == {
        "cause": "broken.slack.key_refused",
        "kind": "broken",
        "about": "slack",
        "subject": "[Renkei] The connection to Slack is broken: please mend it (demo)",
        "to": ADMIN,
        "state": "sent",
        "why": "",
        "message": "",
        "sent_at": "2026-11-22T03:00:00.000000+00:00",
        "noted_at": "2026-11-22T03:00:00.000000+00:00",
        "tries": 1,
        "held": 0,
        "next_at": None,
    }
    assert (due["state"], due["kind"], due["to"]) == ("due", "parked", "")
    assert "Bookings to HubSpot" in str(due["subject"])


@pytest.mark.parametrize("vendor", VENDORS)
def test_every_vendor_has_a_name_in_its_mails(told: Stack, vendor: str) -> None:
    if vendor != "slack":
        connected(told, vendor)
    broken(told, vendor)
    run(told)
    (mail,) = mails.sent()
    assert f"to {vendor} is" not in mail.subject or vendor in {"board", "falcana"}
