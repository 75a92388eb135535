"""What the run reads: only what changed, all of it, and what HubSpot's lost events would have told."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from local.sandbox.board.values import stamp
from renkei.vendors import hubspot_deals
from renkei.workers import account_of
from tests.functions.hubspot_to_board.masses import link, many, seeded
from tests.functions.hubspot_to_board.nights import (
    in_board,
    lose_events,
    meanwhile,
    order_status,
    others_go_on,
    project_of,
    quiet,
    rows_of,
    saved,
)
from tests.harness import PORTAL, Stack
from tests.office import PIPELINE, STAGES, UNMAPPED, Office


def set_changed(office: Office, deal: str, at: datetime, **values: object) -> None:
    """A change that shows in board only now, with the time at which it was begun."""
    row = rows_of(office, "projects")[project_of(office, deal)["id"]]
    row |= {**values, "updated_at": stamp(at)}


# How far it has read.


def test_it_remembers_the_latest_change_that_it_saw_and_not_the_time_of_the_run(office: Office) -> None:
    deal = office.linked()
    in_board(office, deal, order_status=5)
    changed = office.clock()
    office.night()
    assert datetime.fromisoformat(saved(office, "projects")["at"]) == changed
    office.night()
    assert datetime.fromisoformat(saved(office, "projects")["at"]) == changed, "nothing was seen since"


@pytest.mark.parametrize("late", [0, 1, 60, 110])
def test_a_change_that_shows_late_is_seen_by_the_overlap(office: Office, late: int) -> None:
    deal, other = office.linked(), office.linked(name="有限会社ほか")
    in_board(office, other, order_status=5)
    seen = office.clock()
    office.night()
    set_changed(office, deal, seen - timedelta(seconds=late), order_status=9)
    office.night()
    assert office.status(deal) == "失注"
    quiet(office)


@pytest.mark.parametrize("fraction", [0, 1, 500, 999])
def test_changes_within_a_second_are_all_seen(office: Office, fraction: int) -> None:
    """board's filters take whole seconds; its records have milliseconds."""
    deal, other = office.linked(), office.linked(name="有限会社ほか")
    moment = office.clock().replace(microsecond=0) + timedelta(hours=1)
    office.wait((moment - office.clock()).total_seconds())
    set_changed(office, other, moment + timedelta(milliseconds=999), order_status=5)
    office.night()
    assert office.status(other) == "受注済"
    set_changed(office, deal, moment + timedelta(milliseconds=fraction), order_status=9)
    office.night()
    assert office.status(deal) == "失注"


def test_a_night_reads_only_what_changed(office: Office) -> None:
    deal, other = office.linked(), office.linked(name="有限会社ほか")
    office.night()
    others_go_on(office)
    office.night()
    others_go_on(office)
    in_board(office, deal, order_status=5)
    run = office.night()
    assert int(run["outcome"]["projects_read"]) <= 3
    assert (office.status(deal), office.status(other)) == ("受注済", "見積中(中)")


# More than a page, and pages that do not fit.

MANY = 120


@pytest.fixture
def crowd(stack: Stack) -> Office:
    """Very many pairs, all of which were lost in board."""
    firm = Office(stack)
    stack.begin("crowd", lambda: many(firm, MANY))
    firm.wait(3600)
    for project in rows_of(firm, "projects"):
        firm.wait(10)
        firm.board.change("projects", project, {"order_status": 9})
    return firm


def stages(office: Office) -> set[str]:
    return {one["properties"]["dealstage"] for one in office.stack.the("deals")}


def test_all_pages_are_read(crowd: Office) -> None:
    run = crowd.night()
    assert (run["outcome"]["projects_read"], stages(crowd)) == (str(MANY), {STAGES["失注"]})
    quiet(crowd)


def test_a_total_that_does_not_fit_is_told_and_read_again(crowd: Office) -> None:
    before, answer = saved(crowd, "projects"), crowd.board.answer

    def wrong(request: Any) -> Any:
        found = answer(request)
        if request.path == "/v1/projects" and "updated_at_gteq" in request.args:
            total = int(found[0].headers["x-total-count"])
            found[0].headers["x-total-count"] = str(total + 1)
        return found

    crowd.board.answer = wrong  # type: ignore[method-assign]
    run = crowd.night()
    assert [one["code"] for one in run["warnings"]] == ["board_recount"]
    assert stages(crowd) == {STAGES["失注"]}, "what it saw, it dealt with"
    assert saved(crowd, "projects") == before
    crowd.board.answer = answer  # type: ignore[method-assign]
    run = crowd.night()
    assert (run["warnings"], saved(crowd, "projects") != before) == ([], True)
    quiet(crowd)


@pytest.mark.parametrize("what", ["deleted", "changed", "made"])
def test_changes_while_it_pages_are_not_missed(crowd: Office, what: str) -> None:
    ids = sorted(rows_of(crowd, "projects"), reverse=True)

    def deed() -> None:
        if what == "deleted":
            crowd.board.remove("projects", ids[5])
        elif what == "changed":
            crowd.board.change("projects", ids[5], {"order_status": 5})
        else:
            row = rows_of(crowd, "projects")[ids[0]]
            crowd.board.seed("projects", {"name": "割り込み", "client_id": row["client_id"], "user_id": row["user_id"]})

    meanwhile(crowd, "/v1/projects", deed, call=1)
    crowd.night()
    others_go_on(crowd)
    crowd.night()
    expected = {"失注": MANY - (what == "changed"), "受注済": int(what == "changed")}
    held = [one["properties"]["dealstage"] for one in crowd.stack.the("deals")]
    assert held.count(STAGES["失注"]) == expected["失注"]
    assert held.count(STAGES["受注済"]) == expected["受注済"]


# HubSpot's events that were lost.


def test_a_deal_whose_event_was_lost_becomes_a_project_by_night(office: Office) -> None:
    deal = office.deal(office.company())
    office.move(deal, "受注確定")
    lose_events(office)
    run = office.night()
    office.work()
    assert run["outcome"]["events_made_up_for"] == "1"
    assert order_status(office, deal) == "受注確定"
    quiet(office)
    assert len(office.projects()) == 2, "and the one of the others"


def test_a_deal_whose_event_came_after_all_becomes_one_project(office: Office) -> None:
    deal = office.deal(office.company())
    office.move(deal, "受注確定")
    late = office.hubspot.take_events()
    office.night()
    office.stack.hear(late)
    office.stack.hear(late)
    office.work()
    assert len(office.projects()) == 1
    assert order_status(office, deal) == "受注確定"
    quiet(office)


def test_a_deal_that_sat_in_its_stage_before_is_left_alone_until_it_enters_one(stack: Stack) -> None:
    office = Office(stack)
    old = office.deal(office.company(), status="受注済")
    office.wait(600)
    office.open()
    office.hubspot.change(PORTAL, "deals", old, {"amount": "5000"})
    lose_events(office)
    office.night()
    office.work()
    assert office.projects() == []
    office.move(old, "")
    office.move(old, "受注済")
    lose_events(office)
    office.night()
    office.work()
    assert order_status(office, old) == "受注済"


def test_more_lost_events_than_a_page_of_a_search(office: Office) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(hubspot_deals, "_PAGE", 20)
        pairs = seeded(office, 110)
        link(office, pairs)
        office.wait(60)
        for number, (deal, _) in enumerate(pairs):
            office.wait(0 if number % 60 else 1)  # many in one moment
            office.hubspot.change(PORTAL, "deals", deal, {"dealstage": STAGES["失注"]})
        lose_events(office)
        office.night()
    assert {one["order_status"] for one in rows_of(office, "projects").values()} == {9}


@pytest.mark.parametrize("same", [True, False])
def test_a_search_goes_on_behind_its_end(stack: Stack, same: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """All changed in one moment, or one after the other."""
    monkeypatch.setattr(hubspot_deals, "_PAGE", 50)
    office = Office(stack)
    assert stack.connect()["statusCode"] == 200
    portal = office.hubspot.portals[PORTAL]
    deal = {"dealname": "x", "pipeline": PIPELINE, "dealstage": UNMAPPED}
    begin = office.clock()
    for _ in range(1_220):
        office.wait(0 if same else 0.001)
        portal.create("deals", dict(deal), office.clock())
    portal.changes.clear()
    office.wait(60)
    office.hubspot.configure({"search_limit": None, "burst_limit": None})  # nobody counts here
    token = account_of(stack.platform, stack.workspace, "hubspot")
    client = hubspot_deals.HubSpotDeals(stack.platform.session, token, office.clock.sleep)
    found = [record.id for page in client.changed("deals", begin, ("dealstage",), [PIPELINE]) for record in page]
    assert (len(set(found)), set(found)) == (1_220, set(portal.records["deals"]))
