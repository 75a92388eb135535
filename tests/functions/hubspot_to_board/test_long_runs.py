"""Runs: asked for and at their time, one at a time, cut off, failing, and within board's limits."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from local.sandbox.faults import Fault
from local.sandbox.hubspot.stages import Pipeline
from renkei.dynamo import Table
from tests import harness
from tests.functions.hubspot_to_board.masses import many
from tests.functions.hubspot_to_board.nights import (
    bills,
    in_board,
    lose_events,
    order_status,
    others_go_on,
    project_of,
    quiet,
)
from tests.harness import PORTAL, Stack
from tests.office import KEY, PIPELINE, STAGES, Office

DAILY, RESERVE = 3000, 600


def runs(office: Office) -> list[dict[str, Any]]:
    """The runs in the ledger, oldest first."""
    found = [one for one in office.stack.deliveries() if ".sync." in one["id"]]
    return sorted(found, key=lambda one: str(one["accepted_at"]))


def until_done(office: Office, attempts: int = 25) -> dict[str, Any]:
    """Let the time go by for which the last run waits, again and again, until it has ended."""
    while (run := runs(office)[-1])["state"] == "pending":
        attempts -= 1
        assert attempts, run["progress"]
        office.wait(max((datetime.fromisoformat(run["due_at"]) - office.clock()).total_seconds(), 0) + 30)
        office.stack.sweep()
        office.work()
    return run


# When they happen.


def test_a_run_can_be_asked_for_at_any_time(office: Office) -> None:
    """受注ステータス更新より任意のタイミングで更新が可能。"""
    deal = office.linked()
    in_board(office, deal, order_status=5, total="7000")
    office.press("sync")
    (run,) = runs(office)
    assert (run["state"], ".manual.sync." in run["id"]) == ("delivered", True)
    assert (office.status(deal), office.held(deal)["amount"]) == ("受注済", "7000")
    quiet(office)


def test_there_is_one_run_at_a_time(office: Office) -> None:
    path = f"/api/workspaces/{office.stack.workspace}/jobs/{KEY}"
    assert office.stack.dispatch(KEY, "sync") == 1
    assert office.stack.dispatch(KEY, "sync") == 0, "the same schedule, tried again"
    office.wait(60)
    assert office.stack.dispatch(KEY, "sync") == 0
    status, told = office.stack.api("POST", path, {"job": "sync"})
    assert (status, told["already"]) == (200, True)
    office.work()
    assert [one["state"] for one in runs(office)] == ["delivered"]
    office.wait(60)
    _, told = office.stack.api("POST", path, {"job": "sync"})
    assert told["already"] is False
    assert office.stack.dispatch(KEY, "sync") == 0
    office.work()
    assert [one["state"] for one in runs(office)] == ["delivered"] * 2


# What stops them.


def changes_of_all_kinds(office: Office) -> dict[str, tuple[str, str]]:
    """Deals by what is to come of them by night: (status of the deal, of the project)."""
    names = ["board", "HubSpot", "billed", "both", "unseen", "deleted"]
    deals = {name: office.linked(name=f"株式会社{name}") for name in names if name != "unseen"}
    office.night()
    others_go_on(office)
    in_board(office, deals["board"], order_status=9, total="1000")
    office.move(deals["HubSpot"], "受注確定")
    in_board(office, deals["billed"], order_status=5)
    bills(office, deals["billed"], 2, 1)
    in_board(office, deals["both"], order_status=9)
    office.move(deals["both"], "見積中(高)")
    deals["unseen"] = office.deal(office.company(name="有限会社みない"), status="見積中(高)")
    office.board.remove("projects", project_of(office, deals["deleted"])["id"])
    lose_events(office)
    expected = {"board": ("失注", "失注"), "HubSpot": ("受注確定", "受注確定"), "billed": ("請求済", "受注済")}
    expected |= {"both": ("見積中(高)", "見積中(高)"), "unseen": ("見積中(高)", "見積中(高)")}
    return {deals[name]: both for name, both in expected.items()}


def statuses(office: Office, expected: dict[str, tuple[str, str]]) -> dict[str, tuple[str, str]]:
    """What became of the deals."""
    return {deal: (office.status(deal), order_status(office, deal)) for deal in expected}


@pytest.mark.parametrize("allowed", [2, 3, 4, 6])
def test_a_run_that_is_cut_off_by_time_goes_on_and_loses_nothing(
    office: Office, allowed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An invocation may look at its time so often before that is up."""
    expected = changes_of_all_kinds(office)
    looks: dict[int, int] = {}

    def left(context: object) -> int:
        looks[id(context)] = looks.get(id(context), 0) + 1
        kept.append(context)
        return 120_000 if looks[id(context)] <= allowed else 30_000

    kept: list[object] = []
    monkeypatch.setattr(harness.Context, "get_remaining_time_in_millis", left)
    office.wait(24 * 3600)
    assert office.stack.dispatch(KEY, "sync") == 1
    office.work()
    run = until_done(office)
    assert run["state"] == "delivered"
    assert len(looks) > 1, "it was cut off"
    monkeypatch.undo()
    office.work()
    office.stack.sweep()
    office.work()
    assert statuses(office, expected) == expected
    assert run["outcome"]["unlinked"] == "1"
    assert len({one["management_no"] for one in office.projects() if one["management_no"]}) == len(expected)
    quiet(office)


@pytest.mark.parametrize("kind", ["status", "cut_before", "cut_after", "junk_body"])
@pytest.mark.parametrize("vendor", ["board", "hubspot"])
def test_a_vendor_that_fails_at_any_call_only_delays(stack: Stack, vendor: str, kind: str) -> None:
    """Every third call fails, five times, wherever that is; the sweep of the minutes after makes up for it."""
    firm = Office(stack)
    stack.begin("office", firm.open)
    expected = changes_of_all_kinds(firm)
    sandbox: Any = getattr(firm, vendor)
    path = "/v1/*" if vendor == "board" else "/crm/*"
    fault = sandbox.faults.add(Fault("*", path, kind, 502, every=3, times=5))  # type: ignore[arg-type]
    firm.wait(24 * 3600)
    assert stack.dispatch(KEY, "sync") == 1
    firm.work()
    run = until_done(firm)
    assert (run["state"], fault.struck > 1) == ("delivered", True)
    sandbox.faults.clear()
    for _ in range(3):
        firm.wait(3600)
        stack.sweep()
        firm.work()
    lose_events(firm)
    firm.night()
    assert statuses(firm, expected) == expected
    assert len([one for one in firm.projects() if one["management_no"]]) == len(expected)
    quiet(firm)


def test_a_deal_that_hubspot_refuses_does_not_hold_up_the_others(office: Office) -> None:
    default = {"pipeline": "default", "stages": [{"status": "見積中(中)", "stage": "contractsent"}]}
    default["stages"] += [{"status": "失注", "stage": "closedlost"}]  # type: ignore[operator]
    own = {"pipeline": PIPELINE, "stages": [{"status": one, "stage": STAGES[one]} for one in ("見積中(中)", "失注")]}
    office.apply(pipelines=[own, default])
    first, last = office.linked(), office.linked(name="有限会社うしろ")
    office.wait(1)
    refused = office.deal(office.company(), pipeline="default", dealstage="contractsent")
    office.tell()
    for deal in (first, refused, last):
        in_board(office, deal, order_status=9)
    portal = office.hubspot.portals[PORTAL]
    pipelines = portal.pipelines
    portal.pipelines = [_without(one, "closedlost") for one in pipelines]
    run = office.night()
    assert [office.status(one) for one in (first, last)] == ["失注", "失注"]
    assert office.held(refused)["dealstage"] == "contractsent"
    assert run["state"] == "delivered"
    assert [(one["code"], refused in one["message"]) for one in run["warnings"]] == [("deal_not_settled", True)]
    others_go_on(office)
    office.night()
    portal.pipelines = pipelines
    others_go_on(office)
    office.night()
    assert office.held(refused)["dealstage"] == "closedlost"
    quiet(office)


def _without(pipeline: Pipeline, stage: str) -> Pipeline:
    return replace(pipeline, stages=tuple(one for one in pipeline.stages if one.id != stage))


# board's 3 calls a second, and 3,000 a day.


def used(office: Office, calls: int) -> None:
    """So many calls of today are used up."""
    (account,) = [one.account for one in office.stack.platform.connections.of("demo") if one.vendor == "board"]
    key = {"workspace": f"budget#board#{account}", "item": "budget"}
    Table("workspaces").update(key, put={"used": calls, "day": f"{office.clock():%Y-%m-%d}", "mark": "set"})


def test_board_never_gets_more_calls_than_it_allows(office: Office) -> None:
    changes_of_all_kinds(office)
    office.forget_calls()
    office.night()
    times = [one.at for one in office.board.calls]
    assert not [one for one in office.board.calls if one.status == 429]
    assert max(sum(at <= one < at + timedelta(seconds=1) for one in times) for at in times) <= 3


def test_a_run_leaves_the_reserve_for_live_deals_and_waits_for_the_day(office: Office) -> None:
    """The day of board's key begins at 00:00 UTC."""
    expected = changes_of_all_kinds(office)
    office.wait(24 * 3600)
    used(office, DAILY - RESERVE - 3)
    assert office.stack.dispatch(KEY, "sync") == 1
    office.work()
    run = runs(office)[-1]
    assert (run["state"], run["reason"]) == ("pending", "budget_used")
    midnight = datetime.combine(office.clock().date() + timedelta(days=1), time(), UTC)
    assert midnight <= datetime.fromisoformat(run["due_at"]) < midnight + timedelta(hours=3)
    office.wait(3600)
    live = office.deal(office.company(name="株式会社いそぐ"), status="受注済")
    office.tell()
    assert order_status(office, live) == "受注済", "with the reserve"
    run = until_done(office)
    assert run["state"] == "delivered"
    assert midnight <= datetime.fromisoformat(run["settled_at"]) < midnight + timedelta(hours=3)
    assert statuses(office, expected) == expected
    quiet(office)


def test_a_day_that_is_used_up_lets_deals_wait_and_loses_none(office: Office) -> None:
    office.wait(60)
    used(office, DAILY)
    deal = office.deal(office.company(), status="受注済")
    office.tell()
    assert office.projects() == []
    office.wait(24 * 3600)
    office.stack.sweep()
    office.work()
    assert order_status(office, deal) == "受注済"


# A night over very many.


def test_a_night_over_ten_thousand_of_which_fifty_changed(stack: Stack) -> None:
    """All fifty were won and billed, which is the worst of changes: each one's invoices have to be looked at."""
    office = Office(stack)
    pairs = many(office, 10_000)[::200]
    for _, project in pairs:
        office.board.change("projects", project, {"order_status": 5, "total": "1000"})
    records = office.board.accounts["demo-board-key"].records["projects"]
    for _, project in pairs:
        office.board.bill(records[project]["invoice_ids"][0], 2)
    office.night()
    assert len(office.calls()) <= 10_000 // 100 + 10
    held = office.hubspot.portals[PORTAL].records["deals"]
    shown = [held[deal].properties for deal, _ in pairs]
    assert [(one["dealstage"], one["amount"]) for one in shown] == [(STAGES["請求済"], "1000")] * 50
