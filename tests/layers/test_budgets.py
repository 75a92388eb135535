"""A vendor account's budget: the arithmetic, many workers on one row, and the sandbox HubSpot with its limits on."""

from __future__ import annotations

import math
import random
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from unittest import mock

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st

from local.sandbox.faults import Fault
from local.sandbox.hubspot import HubSpot as Sandbox
from local.sandbox.inprocess import WsgiAdapter
from renkei import aws, budgets
from renkei.actions import Create, Item, Search
from renkei.budgets import FREE, Budget, Kind, Ledger, Left, Limits, Rate
from renkei.config import utc_now
from renkei.days import milliseconds, until_midnight, zone_of
from renkei.dynamo import ConditionFailed, Table
from renkei.errors import Retry
from renkei.vendors import hubspot
from renkei.vendors.hubspot import HubSpot
from tests.quick_moto import ours, quick

START = datetime(2026, 11, 22, 3, 0, tzinfo=UTC)
BASE = "http://127.0.0.1:3001/hubspot"
PORTAL = 111111
ZONES = ("Europe/Berlin", "Asia/Tokyo", "America/Santiago", "UTC")  # Santiago's clocks change at midnight
SECOND = timedelta(seconds=1)
BURST = Limits(burst=Rate(100, 10 * SECOND), search=Rate(5, SECOND))


@dataclass
class Clock:
    """A clock that stands still until told. `meanwhile` happens once, at the next look at it."""

    now: datetime = START
    meanwhile: list[Any] = field(default_factory=list)

    def __call__(self) -> datetime:
        if self.meanwhile:
            self.meanwhile.pop()()
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Counted(Table):
    """The table, which counts what it is asked, and answers one at a time as DynamoDB does for one row."""

    def __init__(self) -> None:
        super().__init__("workspaces")
        self.asked: list[str] = []
        self.overtaken = 0
        self._lock = threading.Lock()

    def get(self, key: Any) -> Any:
        with self._lock:
            self.asked.append("get")
            return super().get(key)

    def update(self, key: Any, **change: Any) -> Any:
        with self._lock:
            self.asked.append("update")
            try:
                return super().update(key, **change)
            except ConditionFailed:
                self.overtaken += 1
                raise


@pytest.fixture(autouse=True)
def _new_process() -> None:
    """Every test is a process that has seen no row yet."""
    budgets._seen.clear()


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Iterator[Counted]:
    """The table Workspaces on moto."""
    names = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": "ap-northeast-1"}
    with (
        ours(),
        mock.patch.dict("os.environ", names | {"RENKEI_WORKSPACES_TABLE": "w", "RENKEI_HUBSPOT_URL": BASE}),
        quick(),
    ):
        keys = {"workspace": "HASH", "item": "RANGE"}
        aws.client("dynamodb").create_table(
            TableName="w",
            BillingMode="PAY_PER_REQUEST",
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in keys],
            KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys.items()],
        )
        monkeypatch.setattr(budgets, "_TABLE", counted := Counted())
        yield counted


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def sandbox(clock: Clock) -> Sandbox:
    return Sandbox(clock)


def budget(clock: Clock, limits: Limits = BURST, *, live: bool = True, zone: str = "UTC", account: str = "1") -> Budget:
    return Budget("hubspot", account, limits, clock, clock.sleep, live=live, timezone=zone)


def portal(sandbox: Sandbox, clock: Clock, own: Budget) -> HubSpot:
    session = requests.Session()
    session.mount(BASE, WsgiAdapter(sandbox, "/hubspot"))
    return HubSpot(session, lambda _: sandbox.issue_token(PORTAL)[0], clock.sleep, own)


def fits(moments: Sequence[int], rate: Rate) -> bool:
    """Whether no window (half open, as vendors count) has more calls than allowed."""
    per, last = rate.per // timedelta(milliseconds=1), sorted(moments)
    return all(later - earlier >= per for earlier, later in zip(last, last[rate.calls :], strict=False))


# The arithmetic.

RATES = st.builds(
    Rate,
    calls=st.integers(1, 9) | st.integers(1, 120),
    per=st.integers(1, 12_000).map(lambda number: timedelta(milliseconds=10 * number)),
)
STEPS = st.lists(
    st.tuples(
        st.integers(0, 4),  # the worker
        st.sampled_from((0, 0, 0, 1 / 20, 1 / 4, 1 / 2, 1)),  # of a window has passed
        st.sampled_from(("call", "call", "search")),
    ),
    max_size=200,
)


@given(RATES, RATES, st.integers(1, 60) | st.none(), STEPS)
def test_no_window_ever_sees_too_many(burst: Rate, search: Rate, daily: int | None, steps: Any) -> None:
    """Five workers with one clock, two of them with bulk work, in any order; a block is used late or never."""
    limits, ledger, now = Limits(burst, search, daily), Ledger(), START
    blocks: dict[tuple[int, Kind], tuple[int, int]] = {}
    made: dict[Kind, list[int]] = {"call": [], "search": []}
    for worker, pause, kind in steps:
        now += pause * burst.per
        left, until = blocks.get((worker, kind), (0, 0))
        if not left or until <= milliseconds(now):
            ledger, left, wait = ledger.buy(kind, limits, now, UTC, live=worker < 3)
            until = milliseconds(now) + limits.rate(kind).life
            assert bool(left) is not bool(wait)
        if left:
            made[kind].append(milliseconds(now))
            blocks[worker, kind] = (left - 1, until)
    assert fits(made["call"], burst)
    assert fits(made["search"], search)
    if daily is not None:
        assert len(made["call"]) + len(made["search"]) <= ledger.used <= daily


@given(RATES)
def test_blocks_used_as_late_as_they_may_be_and_then_at_once(rate: Rate) -> None:
    """The worst there is: all that may be bought is used at its last moment, and all that comes next at its first."""
    limits, ledger, now, made = Limits(rate), Ledger(), START, list[int]()
    for late in (rate.life - 1, 0, 0):
        wait = 0
        while not wait:
            ledger, calls, wait = ledger.buy("call", limits, now, UTC, live=True)
            made += [milliseconds(now) + late] * calls
        now += timedelta(milliseconds=wait)
    assert len(made) == 3 * rate.calls
    assert fits(made, rate)


@given(RATES, STEPS, st.booleans())
def test_who_waits_as_told_gets_a_call(rate: Rate, steps: Any, live: bool) -> None:
    limits, ledger, now = Limits(rate), Ledger(), START
    for worker, pause, _ in steps:
        now += pause * rate.per
        ledger, _, _ = ledger.buy("call", limits, now, UTC, live=worker < 3)
    _, calls, wait = ledger.buy("call", limits, now, UTC, live=live)
    assert calls or 0 < wait <= rate.window
    if wait:
        _, calls, _ = ledger.buy("call", limits, now + timedelta(milliseconds=wait - 1), UTC, live=live)
        assert calls == 0, "and not before"
        _, calls, _ = ledger.buy("call", limits, now + timedelta(milliseconds=wait), UTC, live=live)
    assert 0 < calls <= rate.block


@given(st.integers(1, 300), st.integers(1, 300) | st.none())
def test_bulk_work_leaves_a_fifth(calls: int, daily: int | None) -> None:
    limits, ledger = Limits(Rate(calls, 10 * SECOND), daily=daily), Ledger()

    def all_of(*, live: bool) -> int:
        nonlocal ledger
        bought = 0
        while True:
            ledger, got, _ = ledger.buy("call", limits, START, UTC, live=live)
            if not got:
                return bought
            bought += got

    def share(limit: int) -> int:
        return max(limit - math.ceil(limit / 5), 1)

    most = min(calls, daily or calls)
    bulk = all_of(live=False)
    assert bulk == min(share(calls), share(daily) if daily else calls)
    assert bulk + all_of(live=True) == most
    assert all_of(live=False) == 0


@given(st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1)), st.sampled_from(ZONES))  # noqa: DTZ001 - made aware
def test_the_day_begins_at_midnight_whatever_the_clocks_do(naive: datetime, name: str) -> None:
    now, zone, limits = naive.replace(tzinfo=UTC), zone_of(name), Limits(Rate(100, 10 * SECOND), daily=1)
    ledger, calls, _ = Ledger().buy("call", limits, now, zone, live=True)
    _, none, wait = ledger.buy("call", limits, now, zone, live=True)
    assert (calls, none) == (1, 0)
    rest = until_midnight(now, zone)
    assert timedelta() < rest <= timedelta(hours=25)
    assert wait == -(-rest // timedelta(milliseconds=1))
    assert (now + rest).astimezone(zone).date() == now.astimezone(zone).date() + timedelta(days=1)
    before, after = now + rest - timedelta(microseconds=1), now + timedelta(milliseconds=wait)
    assert ledger.buy("call", limits, before, zone, live=True)[1] == 0
    assert ledger.buy("call", limits, after, zone, live=True)[1] == 1


@pytest.mark.parametrize(
    ("zone", "now", "hours"),
    [
        ("Europe/Berlin", datetime(2026, 3, 28, 23, 0, tzinfo=UTC), 23),
        ("Europe/Berlin", datetime(2026, 10, 24, 22, 0, tzinfo=UTC), 25),
        ("Asia/Tokyo", datetime(2026, 3, 28, 15, 0, tzinfo=UTC), 24),
        ("Asia/Tokyo", datetime(2026, 3, 28, 14, 0, tzinfo=UTC), 1),
    ],
)
def test_days_of_23_and_25_hours(zone: str, now: datetime, hours: int) -> None:
    assert until_midnight(now, zone_of(zone)) == timedelta(hours=hours)


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../../etc/passwd", "/etc", "Europe", "a\0b"])
def test_an_unknown_zone_is_utc(name: str) -> None:
    assert zone_of(name) is UTC


def test_free_knows_no_limit() -> None:
    for _ in range(1000):
        FREE.take("search")
    end = Retry("vendor_quota", daily=True, vendor="hubspot")
    assert FREE.refused(end) is end
    assert end.after is None


# Workers on one row.


@pytest.mark.parametrize("seed", range(2))
def test_workers_on_one_row_keep_the_rate_together(table: Counted, clock: Clock, seed: int) -> None:
    """Each in a process of its own; now and then one is overtaken between its look at the row and its write."""
    dice = random.Random(seed)  # noqa: S311 - to repeat a run
    made: list[tuple[Kind, int]] = []
    put_off: list[str] = []
    workers: list[tuple[Budget, dict[str, Ledger]]] = [(budget(clock, live=one < 3), {}) for one in range(4)]

    def work(number: int) -> None:
        own, seen = workers[number]
        kind: Kind = dice.choice(("call", "call", "call", "search"))
        with mock.patch.object(budgets, "_seen", seen):
            try:
                own.take(kind)
            except Retry as end:
                put_off.append(end.code)
                workers[number] = (budget(clock, live=number < 3), seen)
            else:
                made.append((kind, milliseconds(clock.now)))

    for _ in range(300):
        number = dice.randrange(4)
        if dice.random() < 0.2:
            clock.meanwhile.append(lambda other=(number + 1) % 4: work(other))
        work(number)
        clock.sleep(dice.choice((0, 0, 0, 0.01, 0.2)))
    moments = {name: [at for kind, at in made if kind == name] for name in ("call", "search")}
    assert len(made) > 200
    assert table.overtaken > 3
    assert set(put_off) <= {"budget_used"}
    assert fits(moments["call"], Rate(100, 10 * SECOND))
    assert fits(moments["search"], Rate(5, SECOND))


def test_one_account_is_one_row_and_another_is_not(table: Counted, clock: Clock) -> None:
    limits = Limits(Rate(2, 60 * SECOND))
    budget(clock, limits).take("call")
    budget(clock, limits).take("call")
    with pytest.raises(Retry) as refused:
        budget(clock, limits).take("call")
    assert (refused.value.code, refused.value.params) == ("budget_used", {"vendor": "hubspot"})
    assert refused.value.after == timedelta(seconds=90)
    budget(clock, limits, account="2").take("call")
    assert clock.now == START, "nobody slept"


def test_a_little_wait_is_slept(table: Counted, clock: Clock) -> None:
    limits = Limits(Rate(1, SECOND))
    for own in [budget(clock, limits) for _ in range(5)]:
        own.take("call")
    assert clock.now - START == timedelta(seconds=6), "one in a second and a half"


def test_a_batch_waits_only_so_long_in_all(table: Counted, clock: Clock) -> None:
    own = budget(clock, Limits(Rate(1, 4 * SECOND)))
    for _ in range(3):
        own.take("call")
    with pytest.raises(Retry, match="budget_used") as refused:
        own.take("call")
    assert clock.now - START == timedelta(seconds=12)
    assert refused.value.after == timedelta(seconds=6)


def test_searches_are_calls_where_they_have_no_limit_of_their_own(table: Counted, clock: Clock) -> None:
    own = budget(clock, Limits(Rate(2, 60 * SECOND)))
    own.take("call")
    own.take("search")
    with pytest.raises(Retry, match="budget_used"):
        own.take("search")


def test_an_account_without_limits_is_held_all_the_same(table: Counted, clock: Clock) -> None:
    own = budget(clock, Limits())
    for _ in range(300):
        own.take("call")
    assert clock.now == START
    budget(clock, Limits()).refused(Retry("vendor_rate", after=timedelta(minutes=20), vendor="slack"))
    with pytest.raises(Retry, match="budget_used") as held:
        budget(clock, Limits()).take("call")
    assert held.value.after == timedelta(minutes=20)


def test_the_day_is_counted_across_processes(table: Counted, clock: Clock) -> None:
    limits = Limits(Rate(3, SECOND), daily=5)

    def take(*, live: bool) -> None:
        budgets._seen.clear()
        clock.sleep(10)
        budget(clock, limits, live=live, zone="Asia/Tokyo").take("call")

    for _ in range(4):
        take(live=False)
    with pytest.raises(Retry, match="budget_used") as spent:
        take(live=False)
    assert spent.value.after == datetime(2026, 11, 22, 15, tzinfo=UTC) - clock.now
    take(live=True)
    with pytest.raises(Retry, match="budget_used"):
        take(live=True)
    clock.now += spent.value.after
    take(live=False)


def test_what_is_left_of_the_day_is_told_and_nothing_taken(table: Counted, clock: Clock) -> None:
    limits = Limits(Rate(3, SECOND), daily=10)
    own = budget(clock, limits, zone="Asia/Tokyo")
    assert own.left() == Left(live=10, bulk=8, limit=10)
    for _ in range(3):
        own.take("call")
    table.asked.clear()
    assert own.left() == budget(clock, limits, live=False, zone="Asia/Tokyo").left() == Left(7, 5, 10)
    assert table.asked == ["get", "get"]
    own.refused(Retry("vendor_rate", vendor="board"))
    assert own.left() == Left(7, 5, 10), "too fast, which is no matter of the day"
    own.refused(Retry("vendor_quota", daily=True, vendor="board"))
    assert own.left() == Left(0, 0, 10), "the vendor said so, whatever we counted"
    clock.now = datetime(2026, 11, 22, 15, tzinfo=UTC)
    assert own.left() == Left(10, 8, 10)
    assert budget(clock).left() is None
    assert FREE.left() is None


def test_a_slow_rate_keeps_a_call_free_for_live_work(table: Counted, clock: Clock) -> None:
    limits = Limits(Rate(3, SECOND), daily=3000)
    bulk = budget(clock, limits, live=False)
    for _ in range(2):
        bulk.take("call")
    live, started = budget(clock, limits), clock.now
    live.take("call")
    assert clock.now == started
    for _ in range(7):
        live.take("call")
    assert clock.now - started <= 5 * SECOND


def test_a_row_that_others_always_write_first_is_given_up(table: Counted, clock: Clock) -> None:
    with mock.patch.object(table, "update", side_effect=ConditionFailed) as update:
        with pytest.raises(Retry, match="budget_used"):
            budget(clock).take("call")
        assert clock.now - START > timedelta(seconds=14)
        assert update.call_count < 2000
    budget(clock).take("call")


def test_a_row_that_was_deleted_begins_anew(table: Counted, clock: Clock) -> None:
    limits = Limits(Rate(1, 60 * SECOND))
    budget(clock, limits).take("call")
    table.delete({"workspace": "budget#hubspot#1", "item": "budget"})
    budget(clock, limits).take("call")
    with pytest.raises(Retry, match="budget_used"):
        budget(clock, limits).take("call")


def test_a_row_holds_numbers_only(table: Counted, clock: Clock) -> None:
    budget(clock, zone="Asia/Tokyo").take("call")
    row = table.get({"workspace": "budget#hubspot#1", "item": "budget"})
    assert row["call"] == [[milliseconds(START), 10]]
    names = {"workspace", "item", "call", "search", "day", "used", "held_until", "mark", "quiet_at", "ttl"}
    assert set(row) == names
    assert row["quiet_at"] == milliseconds(START) + 15_000
    assert row["ttl"] == int((START + timedelta(days=7)).timestamp())


# HubSpot with its limits on.


def batch(portal: HubSpot, number: int) -> None:
    """About what a hundred bookings of new firms take."""
    names = [f"{number}-{one}" for one in range(100)]
    portal.do(Search("companies", {"domain": tuple(f"firma-{name}.example" for name in names)}, ("domain",)))
    items = tuple(Item(name, {"email": f"{name}@firma.example"}) for name in names)
    portal.do(Create("contacts", "email", items))


def test_a_batch_of_a_hundred_costs_two_writes(table: Counted, clock: Clock, sandbox: Sandbox) -> None:
    batch(portal(sandbox, clock, budget(clock)), 0)
    assert table.asked == ["update", "update"], "one for calls and one for searches"
    table.asked.clear()
    batch(portal(sandbox, clock, budget(clock)), 1)
    assert table.asked == ["update", "update"], "this process remembers the row"
    budgets._seen.clear()
    table.asked.clear()
    clock.sleep(16)
    batch(portal(sandbox, clock, budget(clock)), 2)
    assert table.asked == ["update", "update"], "nobody called for a while, so there is nothing to know"


def test_many_workers_never_meet_a_429(table: Counted, clock: Clock, sandbox: Sandbox) -> None:
    """Five workers with bulk and live work, as fast as they can, in the sandbox's narrowest settings."""
    sandbox.configure({"burst_limit": 100, "search_limit": 5})
    workers = [(portal(sandbox, clock, budget(clock, live=live)), live) for live in (True, False, False, True, False)]
    put_off: list[Retry] = []
    for number in range(200):
        worker, live = workers[number % 5]
        try:
            batch(worker, number) if number % 7 == 0 else worker.owners()
        except Retry as end:
            put_off.append(end)
            workers[number % 5] = (portal(sandbox, clock, budget(clock, live=live)), live)
            clock.sleep(end.after.total_seconds() if end.after else 0)
    assert {end.code for end in put_off} <= {"budget_used"}
    assert {call.status for call in sandbox.calls} <= {200, 201, 207}
    assert len(sandbox.calls) > 200 - len(put_off) > 150
    assert clock.now - START > 10 * SECOND, "the limits were felt"


def test_threads_in_real_time_never_meet_a_429(table: Counted) -> None:
    sandbox = Sandbox(utc_now)
    ends: list[object] = []

    def work(number: int) -> None:
        own = Budget("hubspot", "1", BURST, utc_now, time.sleep, live=True)
        session = requests.Session()
        session.mount(BASE, WsgiAdapter(sandbox, "/hubspot"))
        worker = HubSpot(session, lambda _: sandbox.issue_token(PORTAL)[0], time.sleep, own)
        for turn in range(3):
            search = Search("companies", {"domain": (f"{number}-{turn}.example",)}, ())
            ends.append(worker.do(search).failed)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert [call.status for call in sandbox.calls] == [200] * 15
    assert ends == [{}] * 15


def test_what_the_vendor_refuses_everybody_waits_for(table: Counted, clock: Clock, sandbox: Sandbox) -> None:
    first, second = (portal(sandbox, clock, budget(clock)) for _ in range(2))
    first.owners()
    sandbox.faults.add(Fault(status=429, headers={"Retry-After": "600"}))
    with pytest.raises(Retry, match="vendor_rate") as refused:
        first.owners()
    assert refused.value.after == timedelta(minutes=10)
    calls = len(sandbox.calls)
    for worker in (first, second, *(portal(sandbox, clock, budget(clock)) for _ in range(5))):
        budgets._seen.clear()
        with pytest.raises(Retry, match="budget_used") as held:
            worker.owners()
        assert held.value.after == timedelta(minutes=10)
    assert len(sandbox.calls) == calls, "nobody tried"
    clock.sleep(600)
    second.owners()
    assert sandbox.calls[-1].status == 200


def test_a_short_refusal_is_slept_through(table: Counted, clock: Clock, sandbox: Sandbox) -> None:
    first, second = (portal(sandbox, clock, budget(clock)) for _ in range(2))
    sandbox.faults.add(Fault(status=429))
    with pytest.raises(Retry, match="vendor_rate") as refused:
        first.owners()
    assert refused.value.after == timedelta(seconds=10)
    second.owners()
    assert clock.now - START == timedelta(seconds=10)


def test_a_shorter_word_does_not_shorten_the_wait(table: Counted, clock: Clock) -> None:
    budget(clock).refused(Retry("vendor_busy", after=timedelta(minutes=30), vendor="salesforce"))
    budget(clock).refused(Retry("vendor_rate", after=timedelta(seconds=1), vendor="salesforce"))
    with pytest.raises(Retry, match="budget_used") as held:
        budget(clock).take("call")
    assert held.value.after == timedelta(minutes=30)


def test_a_refusal_without_a_word_holds_the_others_and_leaves_the_pause_to_grow(table: Counted, clock: Clock) -> None:
    end = budget(clock).refused(Retry("vendor_busy", vendor="board"))
    assert end.after is None
    budget(clock).take("call")
    assert clock.now - START == timedelta(seconds=10)


def test_a_quota_of_the_day_is_waited_for_until_the_accounts_midnight(
    table: Counted, clock: Clock, sandbox: Sandbox
) -> None:
    sandbox.configure({"daily_limit": 2})

    def worker() -> HubSpot:
        budgets._seen.clear()
        return portal(sandbox, clock, budget(clock, zone="Asia/Tokyo"))

    worker().owners()
    worker().owners()
    with pytest.raises(Retry, match="vendor_quota") as refused:
        worker().owners()
    assert refused.value.daily
    assert refused.value.after == timedelta(hours=12), "03:00 UTC is noon in Tokyo"
    with pytest.raises(Retry, match="budget_used") as held:
        worker().owners()
    assert held.value.after == timedelta(hours=12)
    clock.now += timedelta(hours=12)
    worker().owners()
    assert [call.status for call in sandbox.calls] == [200, 200, 429, 200]


def test_right_after_midnight_the_quota_is_still_yesterdays(table: Counted, clock: Clock) -> None:
    clock.now = datetime(2026, 11, 22, 15, 0, 3, tzinfo=UTC)
    own = budget(clock, zone="Asia/Tokyo")
    assert own.refused(Retry("vendor_quota", daily=True, vendor="hubspot")).after == timedelta(minutes=10)
    named = Retry("vendor_quota", after=timedelta(minutes=5), daily=True, vendor="hubspot")
    assert own.refused(named).after == timedelta(minutes=5), "the vendor's word comes first"


def test_without_a_budget_searches_are_spaced_as_before(clock: Clock, sandbox: Sandbox, table: Counted) -> None:
    names = tuple(f"{number:03}-{'x' * 200}.example" for number in range(100))
    search = Search("companies", {"domain": names}, ())
    portal(sandbox, clock, FREE).do(search)
    moments = [call.at for call in sandbox.calls]
    assert len(moments) > 6
    assert moments == [START + number // 4 * SECOND for number in range(len(moments))]
    assert not table.asked
    clock.sleep(60)
    sandbox.calls.clear()
    portal(sandbox, clock, budget(clock, hubspot.LIMITS)).do(search)
    assert [call.status for call in sandbox.calls] == [200] * len(moments)
    assert fits([milliseconds(call.at) for call in sandbox.calls], Rate(5, SECOND))
