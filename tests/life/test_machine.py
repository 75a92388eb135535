"""A property-based state machine over a connection's life with faults: whatever the order, nothing is lost.

The vendor, the mails, people and time do as they please for a while; after each step the rules of
`tests.life.model` hold. At the end everything is in order again, a person connects once, and all that was booked
goes through. RENKEI_EXAMPLES sets for how many lives (then they differ from run to run).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, Literal

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError
from hypothesis import HealthCheck, Phase, Verbosity, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from moto.core.models import botocore_stubber

from local.sandbox.faults import Fault
from renkei import aws, tokens
from tests import mails
from tests.crash.effects import Side, watched
from tests.crash.lives import Killed
from tests.crash.world import World, keep, return_to, rows
from tests.functions.notices.steps import visit
from tests.harness import ADMIN, PORTAL, TABLES, Stack, booking
from tests.life.model import BOSS, OTHER_PORTAL, PEOPLE, VENDOR, Model

HOUR, DAY = 3600.0, 24 * 3600.0
LONG_RUN = int(os.environ.get("RENKEI_EXAMPLES", "0"))
API, TOKENS = r"^/(crm|account-info|integrations|appinstalls)", r"^/oauth/[^/]+/token$"
FAULTS: dict[str, dict[str, Any]] = {
    "429 and how long": {"path": API, "status": 429, "headers": {"Retry-After": "3600"}},
    "429": {"path": API, "status": 429},
    "503": {"path": API, "status": 503},
    "cut before": {"path": API, "kind": "cut_before"},
    "cut after": {"path": API, "kind": "cut_after"},
    "time-out after": {"path": API, "kind": "timeout_after"},
    "junk": {"path": API, "kind": "junk_body"},
    "no token": {"path": TOKENS, "status": 500},
    "lost token": {"path": TOKENS, "kind": "timeout_after"},
}
TIMES = {
    "a minute": 60.0,
    "3 hours": 3 * HOUR,
    "13 hours": 13 * HOUR,
    "a day": DAY,
    "8 days": 8 * DAY,
    "31 days": 31 * DAY,
    "160 days": 160 * DAY,
}
BOOKINGS = st.sampled_from([1, 0])
THEN = st.sampled_from(["a moment", "", "a minute", "a moment", *TIMES])
REFUSALS = ("MessageRejected", "TooManyRequestsException", "unreachable", "lost answer")
NOTICES = [{"mail": ADMIN, "language": "ja"}, {"mail": BOSS, "language": "de"}]
type Deed = Literal["retry", "discard"]


def step(**arguments: st.SearchStrategy[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """A rule: some bookings come, something happens, and some time passes."""

    def of(deed: Callable[..., None]) -> Callable[..., None]:
        def whole(self: Life, bookings: int, then: str, **chosen: Any) -> None:
            self.books(bookings)
            deed(self, **chosen)
            self.model.check()
            self.passes(then)

        whole.__name__, whole.__qualname__, whole.__doc__ = deed.__name__, deed.__qualname__, deed.__doc__
        ruled: Callable[..., None] = rule(**{**arguments, "bookings": BOOKINGS, "then": THEN})(whole)  # type: ignore[call-overload]
        return ruled

    return of


class Life(RuleBasedStateMachine):
    """One life of a connection. `stack` stands where `start` says when it begins."""

    stack: Stack
    start: World

    def __init__(self) -> None:
        super().__init__()
        return_to(self.stack, self.start, bells=False)
        self.model = Model(self.stack)
        self.ses = ""
        self.faults: list[Fault] = []
        events = aws.client("sesv2").meta.events
        events.register_first("before-send.sesv2.SendEmail", self._posted, unique_id="life")

    def teardown(self) -> None:
        """The end: everything is in order again, a person connects and retries, and time passes."""
        try:
            if sys.exc_info()[0] is None:
                self._ends_well()
        finally:
            aws.client("sesv2").meta.events.unregister("before-send.sesv2.SendEmail", unique_id="life")

    @initialize(rotates=st.booleans(), begins=st.sampled_from(["broken", "rejected", "expired", "new"]))
    def begins(self, rotates: bool, begins: str) -> None:
        """Some vendors give a new refresh token each time, and the old one ends. Trouble may be there already."""
        self.stack.hubspot.configure({"rotate_refresh_tokens": rotates})
        match begins:
            case "broken":
                self.the_app_is_uninstalled(bookings=2, then="a minute")
            case "rejected":
                self.the_vendor_fails(bookings=2, then="8 days", fault="503", times=None)
            case "expired":
                self.nothing_happens(bookings=0, then="160 days")
                self.nothing_happens(bookings=1, then="a minute")
                self.model.check()
                self.nothing_happens(bookings=0, then="31 days")
                self.nothing_happens(bookings=0, then="160 days")
                self.nothing_happens(bookings=2, then="a minute")

    @step()
    def nothing_happens(self) -> None:
        """But bookings and time."""

    # What goes wrong.

    @step()
    def the_app_is_uninstalled(self) -> None:
        """An admin takes the app out of the portal that is connected. HubSpot tells nobody: it shows at a use."""
        self.stack.hubspot.uninstall(int(self.model.connection()["account"]))
        self.model.harmed = True

    @step()
    def access_tokens_die(self) -> None:
        """The vendor ends access tokens before their time; what refreshes them lives on."""
        self.model.secrets |= self.stack.hubspot.tokens.access.keys()
        self.stack.hubspot.tokens.access.clear()

    @step(fault=st.sampled_from(sorted(FAULTS)), times=st.sampled_from([1, 3, None]))
    def the_vendor_fails(self, fault: str, times: int | None) -> None:
        """A few times, or until it is mended."""
        self.faults.append(self.stack.hubspot.faults.add(Fault(**FAULTS[fault], times=times)))
        self.model.harmed |= fault == "lost token"

    @precondition(lambda self: self.faults)
    @step()
    def the_vendor_is_mended(self) -> None:
        """It works again."""
        self.stack.hubspot.faults.clear()
        self.faults.clear()

    @step(how=st.sampled_from(["", *REFUSALS]))
    def mails_fail(self, how: str) -> None:
        """SES refuses, throttles, cannot be reached, takes a mail without a word; or works."""
        self.ses = how

    @step(after=st.integers(1, 60))
    def the_worker_dies(self, after: int) -> None:
        """A worker dies at one of its effects, and its bells with it."""
        if bells := self.stack.bells():
            self.model.harmed = True
            with self._dying(after):
                self.stack.answer(bells)

    @step(after=st.integers(1, 12))
    def the_notices_die(self, after: int) -> None:
        """The minute's notices die at one of their effects."""
        began = self.stack.clock()
        with self._dying(after):
            self.stack.tell()
        self.model.hears_mails(began, doubtful=True)

    # What people do.

    @step()
    def connects_the_same(self) -> None:
        """A person connects the account that was connected."""
        self._connects(int(self.model.connection()["account"]), switch=False)

    @step(switch=st.booleans())
    def connects_another(self, switch: bool) -> None:
        """A person connects another account, knowing that or not."""
        other = {str(PORTAL): OTHER_PORTAL, str(OTHER_PORTAL): PORTAL}[self.model.connection()["account"]]
        self._connects(other, switch=switch)

    @precondition(lambda self: any(mail.cause.startswith(("broken", "expired")) for mail in self.model.mails))
    @step()
    def follows_a_mail(self) -> None:
        """Somebody opens the page of the last mail of trouble, and connects again if there is such a button."""
        told = next(mail for mail in reversed(mails.sent()) if mail.cause.startswith(("broken", "expired")))
        before = _tables()
        page = visit(told.link)
        assert page["statusCode"] == 200
        assert _tables() == before, "looking at a page changes nothing"
        pressed = visit(told.link, "POST", "action=connect")
        if pressed["statusCode"] == 303:
            self._consents(pressed["headers"]["location"], int(self.model.connection()["account"]))

    @step()
    def tests_it(self) -> None:
        """A person tests the connection."""
        self.stack.clock.sleep(20)
        alive, quiet = self.model.living(), self._quiet()
        status, told = self.stack.api("POST", f"/api/workspaces/demo/connections/{VENDOR}/test", {})
        row = self.model.connection()
        assert (status, told["state"]) == (200, row["state"])
        if alive and quiet:
            assert (told["ok"], row["state"]) == (True, "connected")

    @step(decision=st.sampled_from(["", "keep", "discard"]))
    def disconnects(self, decision: str) -> None:
        """A person ends the connection."""
        before, waiting = self.model.connection(), set(self.model.deliveries("pending", "parked"))
        status, told = self._ended(decision)
        row = self.model.connection()
        if before["state"] == "disconnected" and decision != "discard":
            assert (status, row) == (404, before)
        elif waiting and not decision:
            assert (status, row) == (409, before)
            assert told["error"]["waiting"]["count"] == len(waiting)
        else:
            assert (status, row["state"]) == (200, "disconnected")
            self.model.discarded |= waiting if decision == "discard" else set()
            if "sealed" in before and not told["not_revoked"]:
                refresh = self.stack.hubspot.tokens.refresh.values()
                assert not [grant for grant in refresh if str(grant.portal) == row["account"]], "a grant lives on"

    @precondition(lambda self: self.model.deliveries("pending", "parked", "rejected"))
    @step(deed=st.sampled_from(["retry", "retry", "discard"]), by_cause=st.booleans())
    def a_person_decides(self, deed: Deed, by_cause: bool) -> None:
        """A person retries or discards all of the connection, or of the cause of the oldest."""
        waiting = self.model.deliveries("pending", "parked", "rejected")
        cause = min(waiting.values(), key=lambda row: str(row["accepted_at"])).get("reason")
        wanted = {"cause": cause} if by_cause and cause else {"connection": VENDOR}
        chosen = {key for key, row in waiting.items() if row.get("reason") == wanted.get("cause", row.get("reason"))}
        assert self._in_bulk(deed, wanted) == len(chosen)
        if deed == "discard":
            self.model.discarded |= chosen
        assert {row["state"] for key, row in self.model.deliveries().items() if key in chosen} == {
            "pending" if deed == "retry" else "skipped"
        }

    @precondition(lambda self: self.model.mails)
    @step(person=st.sampled_from(PEOPLE), off=st.booleans())
    def unsubscribes(self, person: str, off: bool) -> None:
        """Somebody wants no more mails, with their mail program's one click, or wants them again."""
        theirs = [mail for mail in mails.sent() if mail.to == person]
        if not theirs:
            return
        done = visit(theirs[-1].unsubscribe, "POST", "List-Unsubscribe=One-Click" if off else "action=subscribe")
        assert done["statusCode"] == 200
        (self.model.unsubscribed.add if off else self.model.unsubscribed.discard)(person)

    @step(keep_alive=st.booleans())
    def changes_the_file(self, keep_alive: bool) -> None:
        """An admin wants the connection kept alive, or no more. The file is checked against the portal."""
        life = {VENDOR: {"keep_alive": keep_alive}}
        status, told = self.stack.apply(notices={"to": NOTICES}, connections=life)
        assert status in {200, 409, 422}, told
        if status == 200:
            self.model.keep_alive = keep_alive

    @invariant()
    def everything_holds(self) -> None:
        """What must be so at any moment."""
        self.model.check()

    # How.

    def books(self, count: int) -> None:
        """TimeRex sends bookings, and the one before again."""
        for _ in range(count):
            number = len(self.model.booked)
            key, booked = self.model.books(number)
            self.model.booked[key] = booked
            for one in {max(number - 1, 0), number}:
                key, facts = self.model.books(one)
                if key in self.model.given_up:
                    continue  # nobody sends a booking again after a month
                assert self.stack.post(booking(one, guest_email=facts.email, company_name=facts.firm))[0] == 200

    def passes(self, time: str) -> None:
        """Nothing, the moment that a worker takes, minutes, hours, or days with their daily look."""
        if time == "a moment":
            self.stack.work()
        elif time:
            self.stack.clock.sleep(TIMES[time])
            if TIMES[time] >= DAY:
                self._reap()
                self.stack.daily()
                self.model.not_idle()
            self._minute()

    def _quiet(self) -> bool:
        """Whether the vendor has no fault left."""
        return not any(fault.times is None or fault.struck < fault.times for fault in self.faults)

    def _minute(self) -> None:
        self.stack.sweep()
        self.stack.work()
        began, went_on = self.stack.clock(), len(mails.sent())
        self.stack.tell()
        self.model.hears_mails(began, doubtful=self.ses == "lost answer")
        assert not self.ses or self.ses == "lost answer" or len(mails.sent()) == went_on
        if not self.ses:
            self.model.told_loudly()

    def _reap(self) -> None:
        """DynamoDB's time to live."""
        now = self.stack.clock().timestamp()
        for table, (partition, sort, _) in TABLES.items():
            for row in [row for row in rows(table) if float(row.get("ttl", now)) < now]:
                key = {partition: {"S": row[partition]}, sort: {"S": row[sort]}}
                aws.client("dynamodb").delete_item(TableName=f"renkei-{table}", Key=key)
                if table == "deliveries":
                    self.model.reaped(row["id"], row)

    def _connects(self, portal: int, *, switch: bool) -> None:
        body = {"switch_account": switch}
        _, told = self.stack.api("POST", f"/api/workspaces/demo/connections/{VENDOR}", body)
        self._consents(told["url"], portal, switch=switch)

    def _consents(self, start: str, portal: int, *, switch: bool = False) -> None:
        """A person follows a start address to the vendor and back; checks what must come of it."""
        before, deliveries, quiet = self.model.connection(), self.model.deliveries(), self._quiet()
        grants = self._grants()
        self.stack.clock.sleep(20)  # a person needs some; the vendor's rate limit allows no thirty consents a second
        started = self.stack.browse(start)
        cookie = started["cookies"][0].partition(";")[0]
        page = self.stack.browse(self.stack.consent(started["headers"]["location"], portal), cookie)
        row = self.model.connection()
        refused = str(portal) != before["account"] and not switch
        if refused or page["statusCode"] != 200:
            assert refused or not quiet, page["body"]
            assert page["statusCode"] == 400 or not quiet, page["body"]
            assert (row, self.model.deliveries()) == (before, deliveries), "a refusal changed something"
            assert self._grants() == grants or not quiet, "a grant lives on that nobody holds"
        else:
            assert (row["state"], row["account"]) == ("connected", str(portal))
            self.model.switched()
            self.model.harmed = not quiet

    def _grants(self) -> dict[str, Any]:
        return dict(self.stack.hubspot.tokens.refresh)

    def _ended(self, decision: str) -> tuple[int, dict[str, Any]]:
        query = f"?waiting={decision}" if decision else ""
        while True:
            status, told = self.stack.api("DELETE", f"/api/workspaces/demo/connections/{VENDOR}{query}")
            if not told.get("more"):
                return status, told

    def _in_bulk(self, deed: Deed, wanted: dict[str, Any]) -> int:
        done, after = 0, ""  # type: int, str | None
        while after is not None:
            body = wanted | ({"after": after} if after else {})
            status, told = self.stack.api("POST", f"/api/workspaces/demo/deliveries/{deed}", body)
            assert status == 200, told
            done, after = done + told["done"], told["next"]
        return done

    @contextmanager
    def _dying(self, after: int) -> Iterator[None]:
        """A process that dies at its n-th effect (each counts before and after), and has no effect any more."""
        count = 0

        def effect(_: Side, __: str) -> None:
            nonlocal count
            count += 1
            if count >= after:
                raise Killed

        try:
            with watched(effect):
                yield
        except Killed:
            self.stack.restart()

    def _posted(self, request: Any, **_: Any) -> Any:
        match self.ses:
            case "":
                return None
            case "unreachable":
                raise EndpointConnectionError(endpoint_url=request.url)
            case "lost answer":
                botocore_stubber("before-send.sesv2.SendEmail", request)
                raise ReadTimeoutError(endpoint_url=request.url)
        raise ClientError({"Error": {"Code": self.ses, "Message": f"no mail to {ADMIN}"}}, "SendEmail")

    def _ends_well(self) -> None:
        self.stack.hubspot.faults.clear()
        self.faults.clear()
        self.ses = ""
        self._connects(int(self.model.connection()["account"]), switch=False)
        self._time_passes()
        assert not self.model.deliveries("pending", "parked"), "what waited did not go on by itself"
        if self._in_bulk("retry", {"connection": VENDOR, "state": "rejected"}):
            self.model.check()
            self._time_passes()
        self.model.check()
        self.model.delivered_once()
        assert "healed_at" not in self.model.connection(), "nobody was told that it works again"

    def _time_passes(self) -> None:
        """Minutes, then hours, then more than a day, until nothing waits."""
        for pause in (60, 60, 3 * HOUR, 26 * HOUR, 60):
            if not self.model.deliveries("pending", "parked") and "healed_at" not in self.model.connection():
                return
            self.stack.clock.sleep(pause)
            self._minute()


def _tables() -> dict[str, list[dict[str, Any]]]:
    return {table: list(rows(table)) for table in TABLES}


def lives(examples: int) -> settings:
    """How many lives, of which length."""
    return settings(
        max_examples=examples,
        stateful_step_count=20 if LONG_RUN else 10,
        deadline=None,
        database=None,
        derandomize=not LONG_RUN,
        print_blob=False,
        verbosity=Verbosity.normal,
        phases=(Phase.generate, Phase.shrink),
        suppress_health_check=list(HealthCheck),
    )


@pytest.fixture
def life(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> type[Life]:
    """Lives that all start on the same stack: connected, with two people to be told."""
    monkeypatch.setattr(tokens, "_POLL", 5.0)
    stack.set_up()
    assert stack.apply(notices={"to": NOTICES})[0] == 200

    class OnThisStack(Life):
        """Lives on the test's stack."""

    OnThisStack.stack, OnThisStack.start = stack, keep(stack)
    return OnThisStack


@pytest.mark.timeout(300 + 30 * LONG_RUN)
def test_no_life_loses_a_delivery_keeps_a_secret_or_tells_too_often(life: type[Life]) -> None:
    run_state_machine_as_test(life, settings=lives(LONG_RUN or 12))
