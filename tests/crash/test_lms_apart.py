"""A school's three targets are three deliveries: whatever is wrong with one, the others have theirs at once.

And who is told of it is told of that one only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from local.sandbox.faults import Fault
from local.sandbox.mailchimp import DEMO as MAILCHIMP_KEYS
from local.sandbox.vendor import Vendor
from tests import mails
from tests.crash.lms_picture import many
from tests.crash.lms_stories import in_all
from tests.harness import PORTAL, Stack
from tests.school import HUBSPOT, MAILCHIMP, SLACK, School

ALL = {"hubspot": HUBSPOT, "mailchimp": MAILCHIMP, "slack": SLACK}

type Mend = Callable[[], None]


def opened(stack: Stack) -> School:
    """A school whose events go to all three."""
    school = School(stack)
    stack.begin("school all three", lambda: school.open(*ALL.values()))
    school.number = 0
    return school


def tells(school: School) -> None:
    """Somebody joins, buys and leaves."""
    school.send(school.event("user.created"), school.bought(title="〔簿記〕"), school.cancelled())


def states(school: School, vendor: str) -> list[str]:
    """In what state a vendor's deliveries are."""
    return sorted({row["state"] for row in school.ended(ALL[vendor]).values()})


def minutes(stack: Stack, many: int) -> None:
    """Let minutes go by, with all that runs each minute."""
    for _ in range(many):
        stack.clock.sleep(60)
        stack.sweep()
        stack.work()
        stack.tell()


def _down(stack: Stack, vendor: str) -> Mend:
    """It says that it is broken, for more than an hour."""
    return _bad(stack, vendor, Fault(status=503, times=None))


def _silent(stack: Stack, vendor: str) -> Mend:
    """It takes what it is sent and never answers."""
    return _bad(stack, vendor, Fault(kind="timeout_before", times=None))


def _full(stack: Stack, vendor: str) -> Mend:
    """It asks for an hour's pause."""
    return _bad(stack, vendor, Fault(status=429, headers={"Retry-After": "3600"}, times=None))


def _bad(stack: Stack, vendor: str, fault: Fault) -> Mend:
    sandbox: Vendor = getattr(stack, vendor)
    sandbox.faults.add(fault)
    return sandbox.faults.clear


def _closed(stack: Stack, vendor: str) -> Mend:
    """It does not let us in any more, until somebody connects it again."""
    if vendor == "hubspot":
        stack.hubspot.uninstall(PORTAL)
        return lambda: _ok(stack.connect()["statusCode"])
    if vendor == "mailchimp":
        stack.mailchimp.configure({"withdrawn": [MAILCHIMP_KEYS.api_key]})

        def again() -> None:
            stack.mailchimp.configure({"withdrawn": []})
            _ok(stack.connect_mailchimp()[0])

        return again
    stack.slack.faults.add(Fault(status=403, body="invalid_token", times=None))

    def anew() -> None:
        stack.slack.faults.clear()
        _ok(stack.connect_slack()[0])

    return anew


def _ok(status: int) -> None:
    assert status == 200


WRONGS = {"pending": (_down, _silent, _full), "parked": (_closed,)}


def arrived(stack: Stack) -> Any:
    """What is at each vendor in the end, but for what says when or in what order it came."""
    found = in_all(stack)
    members = [(email, status) for email, status, *_ in found["members"]]
    return many(found["hubspot"]), members, found["slack"]["said"], found["slack"]["silently again"]


@pytest.mark.parametrize("vendor", ALL)
@pytest.mark.parametrize(
    ("wrong", "waits"),
    [(wrong, state) for state, wrongs in WRONGS.items() for wrong in wrongs],
    ids=lambda one: getattr(one, "__name__", str(one)).strip("_"),
)
def test_one_that_fails_holds_up_no_other(stack: Stack, vendor: str, wrong: Any, waits: str) -> None:
    school = opened(stack)
    mend = wrong(stack, vendor)
    tells(school)
    others = ALL.keys() - {vendor}
    assert {state for name in others for state in states(school, name)} <= {"delivered", "skipped"}
    assert waits in states(school, vendor)
    minutes(stack, 75)
    told = [mail.cause for mail in mails.sent()]
    assert told, "an hour is long enough to be told of"
    assert all(vendor in cause for cause in told), told
    mend()
    minutes(stack, 60)
    assert {state for name in ALL for state in states(school, name)} <= {"delivered", "skipped"}
    assert all(vendor in mail.cause for mail in mails.sent())
    assert arrived(stack) == (
        {"contacts": 1, "deals": 1, "products": 1, "line_items": 1},
        [("hanako@example.co.jp", "transactional")],
        ["簿記"],
        [],
    )
