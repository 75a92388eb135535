"""The tools of the admin's door: what can be mapped, how it goes, and which records belong together."""

from __future__ import annotations

import json
from typing import Any

import pytest

from local.sandbox.board import DEMO
from renkei import jobs, links
from renkei.dynamo import Table
from tests.functions.hubspot_to_board.admin import KEY, applied, connected, settings, tool
from tests.harness import PORTAL, Stack
from tests.office import Office

JOBS = f"/api/workspaces/demo/jobs/{KEY}"
COMPANY_NAME, CLIENT_NAME = "株式会社あおぞら", "あおぞら商事"


@pytest.fixture
def both(stack: Stack) -> Stack:
    stack.begin("connected to hubspot and board", lambda: connected(stack))
    return stack


@pytest.fixture
def able(both: Stack) -> Stack:
    assert applied(both, settings())[0] == 200
    return both


def in_scope(stack: Stack) -> str:
    found = {one.vendor: one.account for one in stack.platform.connections.of("demo")}
    return links.scope("demo", "board", f"{found['board']}.{found['hubspot']}")


def row(stack: Stack, name: str) -> dict[str, Any] | None:
    found = links.recall(in_scope(stack), [name]).get(name)
    return found and {key: value for key, value in found.items() if key not in {"scope", "link"}}


@pytest.fixture
def pair(both: Stack) -> tuple[str, str]:
    """A company and a client, by their ids."""
    company = both.hubspot.seed(PORTAL, "companies", {"name": COMPANY_NAME})
    client = both.board.seed("clients", {"name": CLIENT_NAME, "name_disp": CLIENT_NAME})
    return company, str(client)


# What can be mapped and named.


def test_pipelines_show_which_status_each_stage_has_now(both: Stack) -> None:
    status, told = tool(both, "GET", "pipelines")
    assert status == 200, told
    assert {one["id"]: len(one["stages"]) for one in told["pipelines"]} == {"default": 7, "8001000": 8}
    assert not any(stage["status"] for one in told["pipelines"] for stage in one["stages"])
    assert applied(both, settings())[0] == 200
    _, told = tool(both, "GET", "pipelines")
    mapped = {(one["id"], stage["id"]): stage["status"] for one in told["pipelines"] for stage in one["stages"]}
    assert {place: status for place, status in mapped.items() if status} == {
        ("8001000", "8001003"): "見積中(高)",
        ("8001000", "8001005"): "受注済",
        ("default", "closedwon"): "受注済",
    }


def test_users_are_shown_whether_they_may_log_in_or_not(both: Stack) -> None:
    ids = [
        both.board.seed("users", {"email": f"{valid}@example.jp", "last_name": "山田", "valid_flg": valid})
        for valid in (1, 0)
    ]
    _, told = tool(both, "GET", "users")
    found = {one["id"]: one for one in told["users"]}
    assert found[ids[0]] == {"id": ids[0], "name": "山田", "mail": "1@example.jp", "valid": True}
    assert found[ids[1]]["valid"] is False


@pytest.mark.parametrize(("name", "vendor"), [("pipelines", "hubspot"), ("users", "board")])
def test_a_tool_that_needs_a_connection_says_which(stack: Stack, name: str, vendor: str) -> None:
    status, told = tool(stack, "GET", name)
    assert (status, told["error"]["message"].rpartition(": ")[2]) == (409, f"renkei connect {vendor}")


# How it goes.


def test_status_before_anything_is_there(stack: Stack) -> None:
    status, told = tool(stack, "GET", "status")
    assert status == 200
    assert told == {
        "connections": [
            {"vendor": "board", "state": "disconnected", "account": ""},
            {"vendor": "hubspot", "state": "disconnected", "account": ""},
        ],
        "calls": None,
        "checkpoints": {},
        "linked": {"deals": 0, "companies": 0},
        "runs": [],
    }


def test_status_counts_calls_links_and_runs(able: Stack) -> None:
    for number in range(3):
        links.remember(in_scope(able), f"deal#{number}", {"project": str(number), "stage": "digest"})
    links.remember(in_scope(able), "deal#8", {"gone": "8", "project": "8"})
    links.remember(in_scope(able), "company#1", {"client": "1"})
    links.remember(in_scope(able), "company#2", {"sent": "2026-11-22T00:00:00+00:00"})
    _, run = able.api("POST", JOBS, {"job": "sync"})
    able.clock.sleep(1)
    _, dry = able.api("POST", JOBS, {"job": "push_clients", "dry_run": True})
    _, told = tool(able, "GET", "status")
    assert [one["state"] for one in told["connections"]] == ["connected", "connected"]
    assert told["connections"][1]["account"] == str(PORTAL)
    assert told["linked"] == {"deals": 3, "companies": 1}
    assert list(told["checkpoints"]) == ["since.111111"]
    assert [one["id"] for one in told["runs"]] == [dry["delivery"], run["delivery"]]
    assert told["calls"]["used"] + told["calls"]["left"] == 3000
    assert 0 < told["calls"]["left_for_bulk"] < told["calls"]["left"]


# Which records belong together.


def test_a_company_and_a_client_are_linked_by_id_and_shown_by_name(both: Stack, pair: tuple[str, str]) -> None:
    company, client = pair
    status, told = tool(both, "POST", "link", {"company": company, "client": client})
    assert status == 200, told
    assert told["company"] == {"id": company, "name": COMPANY_NAME}
    assert told["client"] == {"id": client, "name": CLIENT_NAME}
    assert (told["before"], told["woken"]) == (None, 0)
    assert COMPANY_NAME in told["message"]
    assert row(both, f"company#{company}") == {"client": client}


def test_names_are_stored_nowhere(both: Stack, pair: tuple[str, str]) -> None:
    tool(both, "POST", "link", {"company": pair[0], "client": pair[1]})
    tool(both, "GET", "pipelines")
    tool(both, "GET", "users")
    from tests.crash.world import rows  # noqa: PLC0415 - as the harness does

    kept = json.dumps([list(rows(name)) for name in ("connections", "links", "deliveries", "workspaces")], default=str)
    kept = kept.encode().decode("unicode-escape")
    assert COMPANY_NAME not in kept
    assert CLIENT_NAME not in kept


def test_another_link_replaces_what_was_agreed_on(both: Stack, pair: tuple[str, str]) -> None:
    company, client = pair
    links.remember(in_scope(both), f"company#{company}", {"client": "999", "pushed": "digest", "gone": "1"})
    _, told = tool(both, "POST", "link", {"company": company, "client": client})
    assert told["before"] == "999"
    assert row(both, f"company#{company}") == {"client": client}


def test_a_merged_company_is_linked_by_the_id_that_is_left(both: Stack, pair: tuple[str, str]) -> None:
    company, client = pair
    other = both.hubspot.seed(PORTAL, "companies", {"name": "あおぞら"})
    left = both.hubspot.merge(PORTAL, "companies", company, other)
    status, told = tool(both, "POST", "link", {"company": other, "client": client})
    assert (status, told["company"]["id"]) == (200, left)
    assert row(both, f"company#{left}") == {"client": client}


def test_what_waited_for_a_link_goes_on(able: Stack, pair: tuple[str, str]) -> None:
    ledger = able.platform.deliveries
    body = json.dumps({"source": "hubspot", "body": {}}).encode()
    ledger.accept("demo", KEY, "hubspot.deal.propertyChange.1", body)
    (waiting,), _ = ledger.due("demo", KEY, 10)
    ledger.park(waiting, able.clock(), reason="board_permission", params={})
    able.bells(KEY)
    _, told = tool(able, "POST", "link", {"company": pair[0], "client": pair[1]})
    assert told["woken"] == 1
    assert [one["state"] for one in able.deliveries()] == ["pending"]
    assert len(able.bells(KEY)) == 1


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"company": "999999"}, 409, "hubspot_not_found"),
        ({"client": "999999"}, 409, "board_not_found"),
        ({"company": "1/../2"}, 400, "bad_tool_call"),
        ({"company": ""}, 400, "bad_tool_call"),
        ({"client": "１"}, 400, "bad_tool_call"),
        ({"client": None}, 400, "bad_tool_call"),
        ({"client": "9" * 30}, 400, "bad_tool_call"),
    ],
)
def test_what_is_not_there_is_not_linked(
    both: Stack, pair: tuple[str, str], change: dict[str, object], status: int, code: str
) -> None:
    answer, told = tool(both, "POST", "link", {"company": pair[0], "client": pair[1], **change})
    assert (answer, told["error"]["code"]) == (status, code)
    assert list(links.rows(in_scope(both), "company#")) == []


def test_a_company_is_unlinked(both: Stack, pair: tuple[str, str]) -> None:
    company, client = pair
    tool(both, "POST", "link", {"company": company, "client": client})
    status, told = tool(both, "POST", "unlink", {"company": company})
    assert (status, told["company"], told["was"]) == (200, company, client)
    assert row(both, f"company#{company}") is None
    status, told = tool(both, "POST", "unlink", {"company": company})
    assert (status, told["error"]["code"]) == (409, "board_tool_not_linked")


@pytest.mark.parametrize(("again", "left"), [(False, {"gone": "70001"}), (True, {"given_up": "70001"})])
def test_a_deal_is_unlinked_for_good_or_for_a_new_project(both: Stack, again: bool, left: dict[str, str]) -> None:
    links.remember(in_scope(both), "deal#12", {"project": "70001", "stage": "digest", "sent": "x"})
    status, told = tool(both, "POST", "unlink", {"deal": "12", "again": again})
    assert (status, told["was"], "new project" in told["message"]) == (200, "70001", True)
    assert row(both, "deal#12") == left


def test_a_deal_whose_project_is_gone_may_get_a_new_one(both: Stack) -> None:
    links.remember(in_scope(both), "deal#12", {"project": "", "gone": "70001"})
    assert tool(both, "POST", "unlink", {"deal": "12", "again": True})[0] == 200
    assert row(both, "deal#12") == {"given_up": "70001"}


@pytest.mark.parametrize(
    "body",
    [{}, {"company": "1", "deal": "2"}, {"company": "1", "again": True}, {"deal": "1", "again": "yes"}, {"deal": "x"}],
)
def test_what_is_to_be_unlinked_must_be_clear(both: Stack, body: dict[str, object]) -> None:
    status, told = tool(both, "POST", "unlink", body)
    assert (status, told["error"]["code"]) == (400, "bad_tool_call")


# The doors themselves.


def test_an_unknown_tool_names_those_that_there_are(both: Stack) -> None:
    for path in (f"{KEY}/else", "booking_to_hubspot/users", "nobody/users"):
        status, told = both.api("GET", f"/api/workspaces/demo/tools/{path}")
        assert (status, told["error"]["code"]) == (404, "unknown_tool")
        assert f"{KEY}: pipelines, users, status, link, unlink" in told["error"]["message"]


@pytest.mark.parametrize(("method", "name"), [("GET", "link"), ("POST", "users")])
def test_what_shows_is_got_and_what_acts_is_posted(both: Stack, method: str, name: str) -> None:
    status, told = tool(both, method, name, {} if method == "POST" else None)
    assert (status, told["error"]["code"]) == (405, "other_method")


# Runs.


def test_a_run_is_put_into_the_ledger_once(able: Stack) -> None:
    status, told = able.api("POST", JOBS, {"job": "sync"})
    assert (status, told["already"]) == (200, False)
    assert told["delivery"].startswith(f"{KEY}.manual.sync.")
    (delivery,) = able.deliveries()
    assert (delivery["id"], delivery["state"]) == (told["delivery"], "pending")
    assert delivery["progress"] == {}
    able.clock.sleep(5)
    assert able.api("POST", JOBS, {"job": "sync"})[1] == {"delivery": told["delivery"], "already": True}
    assert len(able.deliveries()) == 1
    assert len(able.bells(KEY)) == 1


def test_a_run_that_waits_for_a_person_is_brought_back_by_who_asks_again(able: Stack) -> None:
    _, told = able.api("POST", JOBS, {"job": "sync"})
    (row,), _ = able.platform.deliveries.due("demo", KEY, 10)
    able.platform.deliveries.park(row, able.clock(), reason="board_permission", params={"permission": "案件: 更新"})
    able.bells(KEY)
    assert able.api("POST", JOBS, {"job": "sync"})[1] == {"delivery": told["delivery"], "already": True}
    assert [one["state"] for one in able.deliveries()] == ["pending"]
    assert len(able.bells(KEY)) == 1


def test_a_dry_run_and_a_real_one_do_not_stand_for_each_other(able: Stack) -> None:
    _, dry = able.api("POST", JOBS, {"job": "push_clients", "dry_run": True})
    _, real = able.api("POST", JOBS, {"job": "push_clients", "dry_run": False})
    assert (dry["already"], real["already"]) == (False, False)
    assert dry["delivery"] != real["delivery"]
    bodies = [
        json.loads(able.platform.deliveries.open(one)) for one in Table("deliveries").query(("box", f"demo#{KEY}"))
    ]
    assert [one["body"]["dry_run"] for one in bodies if one["source"] == "manual"] == [True, False]


def test_somebody_who_was_faster_is_told(able: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "accept", lambda *_, **__: None)
    status, told = able.api("POST", JOBS, {"job": "sync"})
    assert (status, told["error"]["code"]) == (409, "busy")


@pytest.mark.parametrize(
    ("path", "body", "status", "code"),
    [
        (JOBS, {"job": "else"}, 404, "unknown_job"),
        (JOBS, {}, 404, "unknown_job"),
        (JOBS, {"job": ["sync"]}, 404, "unknown_job"),
        ("/api/workspaces/demo/jobs/booking_to_hubspot", {"job": "sync"}, 404, "unknown_job"),
        (JOBS, {"job": "sync", "dry_run": True}, 400, "bad_dry_run"),
        (JOBS, {"job": "push_clients", "dry_run": "yes"}, 400, "bad_dry_run"),
    ],
)
def test_a_job_that_is_none(able: Stack, path: str, body: dict[str, object], status: int, code: str) -> None:
    answer, told = able.api("POST", path, body)
    assert (answer, told["error"]["code"]) == (status, code)
    assert code != "unknown_job" or f"{KEY}: sync, push_clients" in told["error"]["message"]
    assert able.deliveries() == []


def test_a_run_that_could_not_work_is_refused_and_says_what_to_do(stack: Stack) -> None:
    def refused() -> tuple[str, str]:
        status, told = stack.api("POST", JOBS, {"job": "sync"}, **{"accept-language": "en"})
        assert status == 409, told
        return told["error"]["code"], told["error"]["message"]

    code, message = refused()
    assert (code, "renkei apply" in message) == ("no_settings", True)
    connected(stack)
    assert applied(stack, settings(enabled=False))[0] == 200
    assert refused()[0] == "integration_off"
    assert applied(stack, settings())[0] == 200
    stack.api("DELETE", "/api/workspaces/demo/connections/board")
    code, message = refused()
    assert (code, message.rpartition(": ")[2]) == ("not_connected", "renkei connect board")
    assert stack.deliveries() == []
    assert DEMO.api_key not in message


def test_a_preview_names_only_what_can_be_rehearsed(both: Stack) -> None:
    body = {"integration": KEY, "source": "hubspot", "payload": {}}
    status, told = both.api("POST", "/api/workspaces/demo/preview", body)
    assert (status, told["error"]["code"]) == (400, "unknown_source")
    assert "booking_to_hubspot from timerex" in told["error"]["message"]
    assert KEY not in told["error"]["message"]


# What follows for deals.


def test_a_choice_among_clients_lets_the_deal_go_through(office: Office) -> None:
    ids = [office.board.seed("clients", {"name": "株式会社青空商事", "name_disp": "青空商事"}) for _ in range(2)]
    company = office.company()
    office.deal(company, status="見積中(中)")
    office.tell()
    waiting = office.stack.deliveries("parked")
    assert {one["reason"] for one in waiting} == {"client_ambiguous"}
    _, told = tool(office.stack, "POST", "link", {"company": company, "client": str(ids[1])})
    assert told["woken"] == len(waiting)
    office.work()
    assert office.stack.deliveries("parked") == []
    (project,) = office.projects()
    assert project["client"]["id"] == ids[1]


@pytest.mark.parametrize(("again", "projects"), [(False, 1), (True, 2)])
def test_a_deal_that_was_unlinked_gets_a_new_project_only_if_it_is_to(
    office: Office, again: bool, projects: int
) -> None:
    deal = office.deal(office.company(), status="見積中(中)")
    office.tell()
    assert len(office.projects()) == 1
    assert tool(office.stack, "POST", "unlink", {"deal": deal, "again": again})[0] == 200
    office.move(deal, "見積中(高)")
    office.tell()
    assert len(office.projects()) == projects
