"""A connection's whole life lets nothing out: made of keys or by consent, tested, broken, told of, healed, ended.

Beside what `test_nothing_leaks` searches, the answers, pages and mails are searched too.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from local.sandbox.board import DEMO as BOARD
from local.sandbox.falcana import DEMO as FALCANA
from local.sandbox.faults import Fault
from local.sandbox.mailchimp import DEMO as MAILCHIMP
from local.sandbox.slack import DEMO as SLACK
from local.sandbox.vendor import Vendor
from tests import mails
from tests.crash.outside import settles, works
from tests.crash.world import rows
from tests.functions.notices.steps import refusal, ses, visit
from tests.harness import ADMIN, PORTAL, SANDBOXES, Stack
from tests.privacy.ears import Ears
from tests.privacy.guest import full, states

DAY = 24 * 3600.0
BOSS = "boss@berlin.example.de"
NOT_AN_ADDRESS = "hanako at aozora"


@dataclass(frozen=True)
class Keys:
    """What an admin enters for a vendor, what of it nobody else may see, and something wrong in its place."""

    vendor: str
    right: dict[str, str]
    hidden: tuple[str, ...]
    wrong: dict[str, str]


KEYS = (
    Keys(
        "board",
        {"api_key": BOARD.api_key, "api_token": BOARD.api_token},
        ("api_key", "api_token"),
        {"api_token": "a-wrong-token-of-board"},
    ),
    Keys(
        "mailchimp",
        {"api_key": MAILCHIMP.api_key, "audience": MAILCHIMP.audience},
        ("api_key",),
        {"api_key": "fedcba9876543210fedcba9876543210-us21"},
    ),
    Keys("slack", {"bot_token": SLACK.bot_token}, ("bot_token",), {"bot_token": "xoxb-a-wrong-token"}),
    Keys("slack", {"hook_url": f"{SANDBOXES}/slack{SLACK.hook}"}, ("hook_url",), {"hook_url": f"{SANDBOXES}/slack/x"}),
    Keys(
        "falcana",
        {"base_url": f"{SANDBOXES}/falcana", "client_id": FALCANA.client_id, "client_secret": FALCANA.client_secret},
        ("client_secret",),
        {"client_secret": "a-wrong-secret-of-falcana"},
    ),
)
EACH = pytest.mark.parametrize("keys", KEYS, ids=lambda keys: f"{keys.vendor} {keys.hidden[0]}")


def at(stack: Stack, path: str, method: str = "POST", body: object = None) -> Any:
    """(status, answer) of `/api/workspaces/demo/<path>`."""
    return stack.api(method, f"/api/workspaces/demo/{path}", body)


def learn(ears: Ears, keys: Keys, entered: dict[str, str]) -> None:
    """What of the entered keys is secret; of a hook's address, what follows the host."""
    ears.secrets |= {urlsplit(entered[name]).path if "://" in entered[name] else entered[name] for name in keys.hidden}


def sandbox(stack: Stack, keys: Keys) -> Vendor:
    """The vendor."""
    found: Vendor = getattr(stack, keys.vendor)
    return found


def quoting(ears: Ears, status: int, path: str = "*") -> Fault:
    """A vendor that answers with everything that it must not be asked to keep to itself."""
    quoted = " ".join(sorted(ears.secrets))
    body = {"error": quoted, "message": quoted, "detail": quoted, "title": quoted, "error_description": quoted}
    return Fault(status=status, body=json.dumps(body, ensure_ascii=False), path=path, times=None)


def hear_mails(ears: Ears) -> None:
    """What stands in the mails, and the keys of their links, which nobody else may have."""
    for mail in mails.sent():
        (key,) = parse_qs(urlsplit(mail.link).query)["key"]
        ears.secrets.add(key)
        ears.hear("mails", "\n".join([mail.subject, mail.text, mail.html]).replace(key, ""))
        ears.expected.add(("mails", mail.first_line))


@EACH
def test_keys_that_are_right(stack: Stack, ears: Ears, keys: Keys) -> None:
    learn(ears, keys, keys.right)
    answers = [
        at(stack, f"connections/{keys.vendor}", body={"secrets": keys.right}),
        at(stack, f"connections/{keys.vendor}/test", body={}),
        at(stack, "connections", "GET"),
        at(stack, f"connections/{keys.vendor}", body={"secrets": keys.right}),
        at(stack, f"connections/{keys.vendor}", "DELETE"),
        at(stack, f"connections/{keys.vendor}?forget=true", "DELETE"),
    ]
    assert [status for status, _ in answers] == [200] * 6
    ears.hear("answers", repr(answers))
    ears.expected |= {("table connections", f"'vendor': '{keys.vendor}'"), ("answers", "'connected': True")}


@EACH
@pytest.mark.parametrize("status", [0, 400, 401, 403, 404, 429, 500])
def test_keys_that_are_wrong(stack: Stack, ears: Ears, keys: Keys, status: int) -> None:
    """A wrong key (0), or a vendor that refuses any and quotes what it was sent."""
    entered = keys.right | ({} if status else keys.wrong)
    learn(ears, keys, entered)
    if status:
        sandbox(stack, keys).faults.add(quoting(ears, status))
    answers = [
        at(stack, f"connections/{keys.vendor}", body={"secrets": entered}),
        at(stack, f"connections/{keys.vendor}", body={"secrets": {**entered, "surprise": "x"}}),
        at(stack, f"connections/{keys.vendor}", body={"secrets": dict.fromkeys(entered, 5)}),
    ]
    assert [answer[0] for answer in answers] == [409, 409, 400]
    assert not [row for row in rows("connections") if row["vendor"] == keys.vendor]
    ears.hear("answers", repr(answers))


@EACH
def test_keys_that_break_are_told_of_and_end(stack: Stack, ears: Ears, keys: Keys) -> None:
    learn(ears, keys, keys.right)
    assert at(stack, f"connections/{keys.vendor}", body={"secrets": keys.right})[0] == 200
    body = {"error": "invalid_client", "ok": False, "message": " ".join(sorted(ears.secrets))}
    text = "invalid_token" if "hook_url" in keys.right else json.dumps(body | {"error": "invalid_auth"})
    sandbox(stack, keys).faults.add(Fault(status=403 if "hook_url" in keys.right else 401, body=text, times=None))
    answers = [at(stack, f"connections/{keys.vendor}/test", body={})]
    assert answers[0][1]["state"] == "reconnect", answers
    stack.tell()
    ears.hear("pages", repr([visit(mail.link) for mail in mails.sent()]))
    sandbox(stack, keys).faults.clear()
    answers.append(at(stack, f"connections/{keys.vendor}", body={"secrets": keys.right}))
    stack.clock.sleep(60)
    stack.tell()
    sandbox(stack, keys).faults.add(quoting(ears, 500))
    answers.append(at(stack, f"connections/{keys.vendor}", "DELETE"))
    assert [status for status, _ in answers] == [200] * 3
    ears.hear("answers", repr(answers))
    hear_mails(ears)
    assert [mail.cause.partition(".")[0] for mail in mails.sent()] == ["broken", "recovered"]


def test_salesforce_with_an_app_of_its_own(stack: Stack, ears: Ears) -> None:
    app = stack.salesforce.app
    ears.secrets.add(app.client_secret)
    own = {"client_id": app.client_id, "client_secret": app.client_secret}
    page = stack.consented("salesforce", own)
    assert page["statusCode"] == 200
    answers = [at(stack, "connections/salesforce/test", body={})]
    stack.clock.sleep(4 * 3600)
    answers.append(at(stack, "connections/salesforce/test", body={}))
    assert stack.apply(connections={"salesforce": {"keep_alive": True}})[0] == 200
    stack.clock.sleep(16 * DAY)
    assert stack.daily()["kept_alive"] == 1
    stack.clock.sleep(4 * 3600)
    stack.salesforce.faults.add(Fault("POST", "*/token", "timeout_after"))
    answers += [at(stack, "connections/salesforce/test", body={}) for _ in range(2)]
    assert [answer["state"] for _, answer in answers] == ["connected", "connected", "connected", "reconnect"]
    stack.tell()
    ears.hear("pages", repr([page, *(visit(mail.link) for mail in mails.sent())]))
    stack.salesforce.faults.add(quoting(ears, 400))
    answers.append(at(stack, "connections/salesforce", "DELETE"))
    ears.hear("answers", repr(answers))
    hear_mails(ears)
    ears.expected |= {("table connections", "refresh_cut_off"), ("log", '"connection')}


def test_a_connection_that_is_told_of_and_healed_through_its_mail(stack: Stack, ears: Ears) -> None:
    ears.secrets.add(BOSS)
    to = [{"mail": ADMIN, "language": "ja"}, {"mail": BOSS, "language": "de"}]
    assert stack.apply(notices={"to": to})[0] == 200
    stack.hubspot.uninstall(PORTAL)
    stack.post(full())
    stack.work()
    with ses(refusal("MessageRejected", f"Email address is not verified: {ADMIN}, {BOSS}")):
        stack.tell()
    stack.clock.sleep(3600)
    stack.tell()
    told = mails.sent()[0].link
    pages = [visit(told), visit(told.replace("key=", "key=0")), visit(told, "POST", "action=connect")]
    assert [page["statusCode"] for page in pages] == [200, 404, 303]
    ears.learn_url(start := pages.pop()["headers"]["location"])
    started = stack.browse(start)
    cookie = started["cookies"][0].partition(";")[0]
    ears.secrets.add(cookie.partition("=")[2])
    ears.learn_url(back := stack.consent(started["headers"]["location"]))
    assert stack.browse(back, cookie)["statusCode"] == 200
    settles(stack)
    stack.clock.sleep(60)
    stack.tell()
    assert states(stack) == ["delivered"]
    pages += [visit(mail.link) for mail in mails.sent()]
    pages += [visit(mails.sent()[0].unsubscribe, "POST", "List-Unsubscribe=One-Click")]
    ears.hear("pages", repr(pages))
    hear_mails(ears)
    assert {mail.to for mail in mails.sent()} == {ADMIN, BOSS}
    assert [mail.cause.partition(".")[0] for mail in mails.sent()] == ["broken"] * 2 + ["recovered"] * 2
    ears.hear("notices", repr(at(stack, "notices", "GET")).replace(ADMIN, "").replace(BOSS, ""))
    ears.expected |= {("notices", "broken.hubspot.grant_refused"), ("log", '"mail refused"')}


def test_what_is_rejected_late_or_parked_is_told_of_by_ids(stack: Stack, ears: Ears) -> None:
    ears.secrets.add(NOT_AN_ADDRESS)
    stack.post(full(number=1, guest_email=NOT_AN_ADDRESS))
    works(stack)
    stack.hubspot.faults.add(quoting(ears, 503, "/crm/*"))
    stack.post(full(number=2))
    for _ in range(4):
        stack.clock.sleep(1800)
        stack.sweep()
        stack.work()
        stack.tell()
    stack.hubspot.faults.clear()
    told = " ".join(sorted(ears.secrets))
    problem = {"message": told, "code": "PROPERTY_DOESNT_EXIST", "context": {"propertyName": ["numberofemployees"]}}
    body = json.dumps({"status": "error", "message": told, "category": "VALIDATION_ERROR", "errors": [problem]})
    stack.hubspot.faults.add(Fault("POST", "/crm/*", status=400, body=body, times=None))
    stack.clock.sleep(2 * 3600)
    stack.sweep()
    stack.work()
    stack.tell()
    assert states(stack) == ["parked", "rejected"]
    ears.hear("pages", repr([visit(mail.link) for mail in mails.sent()]))
    hear_mails(ears)
    assert {mail.cause.partition(".")[0] for mail in mails.sent()} == {"rejected", "late", "parked"}
    ears.expected.add(("mails", f"{1:020x}"))


def test_what_a_person_decides_in_bulk(stack: Stack, ears: Ears) -> None:
    ears.secrets.add(NOT_AN_ADDRESS)
    stack.post(full(number=1, guest_email=NOT_AN_ADDRESS))
    works(stack)
    stack.hubspot.uninstall(PORTAL)
    for number in (2, 3):
        stack.post(full(number=number))
    stack.work()
    answers = [
        at(stack, "deliveries/retry", body={"cause": "guest_email_invalid"}),
        at(stack, "deliveries/retry", body={"connection": NOT_AN_ADDRESS}),
        at(stack, "deliveries/discard", body={"connection": "hubspot", "state": "rejected"}),
        at(stack, f"deliveries/booking_to_hubspot.timerex.event_confirmed.{2:020x}/discard"),
        at(stack, "connections/hubspot", "DELETE"),
        at(stack, "connections/hubspot?waiting=discard&forget=true", "DELETE"),
    ]
    assert [status for status, _ in answers] == [200, 400, 200, 200, 409, 200]
    assert set(states(stack)) == {"skipped"}
    assert not [row for row in rows("deliveries") if "sealed" in row]
    ears.hear("answers", repr(answers))
    ears.expected |= {("answers", "decision_needed"), ("answers", f"{3:020x}")}


def test_a_connection_that_expires(stack: Stack, ears: Ears) -> None:
    for days in (151, 24, 6):
        stack.clock.sleep(days * DAY)
        stack.daily()
        stack.tell()
    stack.post(full())
    stack.work()
    stack.tell()
    assert states(stack) == ["parked"]
    ears.hear("pages", repr([visit(mail.link) for mail in mails.sent()]))
    hear_mails(ears)
    assert [mail.cause.partition(".")[0] for mail in mails.sent()] == ["idle30", "idle7", "expired"]


@pytest.mark.parametrize("status", [400, 500])
def test_a_daily_refresh_that_is_refused(stack: Stack, ears: Ears, status: int) -> None:
    assert stack.apply(connections={"hubspot": {"keep_alive": True}})[0] == 200
    stack.hubspot.faults.add(quoting(ears, status, "/oauth/*/token"))
    stack.clock.sleep(40 * DAY)
    assert stack.daily()["failed"] == 1
    stack.tell()
    hear_mails(ears)
    assert len(mails.sent()) == (status == 400)
    ears.expected.add(("log", '"not kept"'))
