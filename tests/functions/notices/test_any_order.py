"""Connections break and heal, SES fails and processes die in any order: the rules about mails hold all the same."""

from __future__ import annotations

from collections import defaultdict
from contextlib import ExitStack
from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from renkei.dynamo import Table
from tests import mails
from tests.functions.notices.steps import (
    ADMIN,
    BOSS,
    Killed,
    Wrong,
    broken,
    connected,
    connection,
    dying,
    people,
    refusal,
    run,
    ses,
)
from tests.harness import running

CODES = ("key_refused", "hook_gone")
WEEK = timedelta(days=7)


class AnyOrder(RuleBasedStateMachine):
    """One workspace with two recipients and one connection."""

    @initialize()
    def begin(self) -> None:
        """A stack whose connection works."""
        self.world = ExitStack()
        self.stack = self.world.enter_context(running())
        people(self.stack, ADMIN, BOSS)
        connected(self.stack)
        self.sent: dict[tuple[str, str], list[datetime]] = defaultdict(list)
        self.unclear: dict[tuple[str, str], int] = defaultdict(int)
        self.seen = 0

    def teardown(self) -> None:
        """Leave."""
        self.world.close()

    @rule(code=st.sampled_from(CODES))
    def breaks(self, code: str) -> None:
        """The vendor refuses the key."""
        broken(self.stack, code=code)

    @rule()
    def heals(self) -> None:
        """A person connects again."""
        connected(self.stack)

    @rule(hours=st.sampled_from([0.02, 0.1, 3, 24, 80, 169]))
    def time_passes(self, hours: float) -> None:
        """Nothing happens for a while."""
        self.stack.clock.sleep(hours * 3600)

    @rule()
    def runs(self) -> None:
        """The minute's run."""
        run(self.stack)
        self.note()

    @rule(code=st.sampled_from(["MessageRejected", "TooManyRequestsException"]), times=st.none() | st.just(1))
    def is_refused(self, code: str, times: int | None) -> None:
        """SES refuses all mails of a run, or one."""
        with ses(refusal(code), times=times):
            run(self.stack)
        self.note()

    @rule(wrong=st.sampled_from(["time-out before", "time-out after", "unreachable"]))
    def is_cut_off(self, wrong: Wrong) -> None:
        """One mail of a run has no answer."""
        with ses(wrong, times=1):
            run(self.stack)
        self.note(unclear=wrong == "time-out after")

    @rule(
        event=st.sampled_from([
            "before-call.sesv2.SendEmail", "after-call.sesv2.SendEmail",
            "before-call.dynamodb.UpdateItem", "after-call.dynamodb.UpdateItem",
        ])
    )  # fmt: skip
    def dies(self, event: str) -> None:
        """The process dies at its first effect of a kind."""
        try:
            with dying(event):
                run(self.stack)
        except Killed:
            self.stack.restart()
        self.note(unclear=event == "after-call.sesv2.SendEmail")

    def note(self, *, unclear: bool = False) -> None:
        """Take down what has arrived. `unclear`: of the first one, the process does not know."""
        for number, mail in enumerate(mails.sent()[self.seen :]):
            self.sent[mail.cause, mail.to].append(self.stack.clock())
            self.unclear[mail.cause, mail.to] += unclear and number == 0
        self.seen = len(mails.sent())

    @invariant()
    def nobody_is_told_twice_in_a_week(self) -> None:
        """But for one more try of a mail of which nobody knows whether it went out."""
        for key, moments in getattr(self, "sent", {}).items():
            near = sum(later - earlier < WEEK for earlier, later in pairwise(moments))
            assert near <= self.unclear[key], key

    @invariant()
    def no_row_knows_an_address(self) -> None:
        """Recipients stand in rows as digests."""
        if hasattr(self, "stack"):
            rows = list(Table("workspaces").query(("workspace", "demo"), sort=("item", "begins_with", "mail#")))
            assert "@" not in str(rows)

    @rule()
    def in_the_end_everybody_knows(self) -> None:
        """Whatever went wrong before: once all works again for a week, what is so is known to everybody."""
        begin = self.stack.clock()
        for _ in range(16):
            run(self.stack)
            self.note()
            self.stack.clock.sleep(12 * 3600)
        state, row = connection(self.stack, "slack").state, connection(self.stack, "slack").row
        if state == "reconnect":
            for to in (ADMIN, BOSS):
                told = self.sent[f"broken.slack.{row['cause']}", to]
                unknown = not told or max(told) < begin - WEEK
                assert not unknown or self.left_unknown(), (to, told)
        else:
            assert "healed_at" not in row

    def left_unknown(self) -> bool:
        """Whether a mail was given up after two tries of which nobody knows the end."""
        rows = Table("workspaces").query(("workspace", "demo"), sort=("item", "begins_with", "mail#"))
        return any(row["state"] == "unknown" for row in rows)


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(
    max_examples=5, stateful_step_count=16, deadline=None, suppress_health_check=list(HealthCheck)
)
