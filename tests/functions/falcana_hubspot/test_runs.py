"""Runs on demand: they say first what they would do, show how far they are, can be stopped and go on."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.crash.world import rows
from tests.firm import KEY, TENANT, Firm
from tests.functions.falcana_hubspot.pace import ended, little_time, real_time
from tests.harness import PORTAL

ONE_WAY = {"hubspot_to_falcana": True, "falcana_to_hubspot": False}
NEITHER = {"hubspot_to_falcana": False, "falcana_to_hubspot": False}


def _counts(run: dict[str, Any], *leave_out: str) -> dict[str, int]:
    """What a run counted; its examples are left out."""
    found = {name: text for name, text in run["outcome"].items() if not name.startswith("examples")}
    return {name: int(text) for name, text in found.items() if int(text) and name not in leave_out}


def _many(firm: Firm, number: int) -> None:
    for one in range(number):
        firm.hubspot.seed(PORTAL, "companies", {"name": f"Firma {one}"})


def _turns_until(firm: Firm, reached: Callable[[], bool], turns: int = 30) -> None:
    """Let a run go on turn by turn, until something is reached."""
    while not reached():
        turns -= 1
        assert turns
        firm.stack.answer(firm.stack.bells(KEY)[:1])
        firm.stack.sweep()


def _world(firm: Firm) -> dict[str, str]:
    """One record for each thing that a run may do to it, by what it is; nothing runs by itself any more."""
    names = ("same", "later here", "later there", "parted")
    found = {what: firm.company(f"{what} GmbH", city="Berlin") for what in names}
    firm.five()
    firm.delete("company", found["parted"])
    for _ in range(12):
        firm.five()
        if firm.waiting("ended"):
            break
    firm.apply(directions=NEITHER)
    found["new there"] = firm.company("Neue GmbH")
    found["person"] = firm.contact(found["new there"], "neu@muster.example")
    found["new here"] = firm.address("Andere AG")
    found["alike"] = firm.address("Nordwind GmbH", phone="040 998877")
    found["alike there"] = firm.company("Nordwind AG", phone="+49 40 998877")
    found["certain"] = firm.person(firm.partner(found["same"]), "Sicher", email="sicher@muster.example")
    found["certain there"] = firm.contact(found["same"], "sicher@muster.example", firstname="", lastname="Sicher")
    firm.edit("company", found["later there"], city="Potsdam")
    firm.change("address", firm.partner(found["later here"]), city="Werder")
    firm.wait(60)
    firm.forget_calls()
    return found


def test_a_dry_run_writes_nowhere_and_tells_what_the_real_one_then_does(firm: Firm) -> None:
    found = _world(firm)
    before = (firm.companies(), firm.contacts(), firm.addresses(), firm.persons())
    kept = {row["link"]: row for row in rows("links") if not row["link"].startswith("alike#")}
    dry = firm.press("import", dry_run=True)
    assert dry["state"] == "delivered", dry
    assert firm.writes() == []
    assert (firm.companies(), firm.contacts(), firm.addresses(), firm.persons()) == before
    after = {row["link"]: row for row in rows("links") if not row["link"].startswith("alike#")}
    assert after == kept, "nothing is remembered of it either"
    told = dry["outcome"]
    assert _counts(dry) == {
        "seen": 7, "create_in_falcana": 2, "linked": 1, "update_in_falcana": 1, "same": 3, "undecided": 1, "alike": 1,
    }  # fmt: skip
    examples = {name.removeprefix("examples_"): ids for name, ids in told.items() if name.startswith("examples")}
    assert examples["create_in_falcana"] == f"{found['new there']} {found['person']}"
    assert examples["linked"] == f"{found['certain']}/{found['certain there']}"
    assert examples["update_in_falcana"] == firm.partner(found["later there"])
    assert examples["undecided"] == found["alike there"]
    real = firm.press("import")
    assert real["state"] == "delivered", real
    counted = _counts(real, "seen")
    assert (counted["created_in_falcana"], counted["linked"], counted["undecided"]) == (2, 1, 1)
    assert counted["updated_in_falcana"] == 1
    assert firm.addresses()[firm.partner(found["later there"])]["city"] == "Potsdam"
    assert firm.companies()[found["later here"]]["city"] == "Berlin", "an import writes nothing into HubSpot"
    assert firm.writes()
    assert not [one for one in firm.writes() if "/crm/" in one]


def test_a_dry_run_the_other_way_tells_what_the_export_then_does(firm: Firm) -> None:
    found = _world(firm)
    dry = firm.press("export", dry_run=True)
    assert firm.writes() == []
    counted = _counts(dry, "seen", "same", "alike")
    assert counted == {"create_in_hubspot": 1, "linked": 1, "update_in_hubspot": 1, "undecided": 1}
    assert dry["outcome"]["examples_create_in_hubspot"] == found["new here"]
    real = firm.press("export")
    counted = _counts(real, "seen")
    assert (counted["created_in_hubspot"], counted["updated_in_hubspot"]) == (1, 1)
    assert (counted["linked"], counted["undecided"]) == (1, 1)
    assert firm.companies()[found["later here"]]["city"] == "Werder"
    assert firm.addresses()[firm.partner(found["later there"])]["city"] == "Berlin"


def test_a_dry_run_counts_who_would_belong_to_what_it_would_make(firm: Firm) -> None:
    firm.apply(directions=NEITHER)
    firm.person(firm.address("Neue AG"), "Sicher", email="sicher@muster.example")
    firm.contact("", "sicher@muster.example", firstname="", lastname="Sicher")
    firm.wait(60)
    dry, real = firm.press("export", dry_run=True)["outcome"], firm.press("export")["outcome"]
    assert (real["created_in_hubspot"], real["updated_in_hubspot"]) == ("1", "1")
    assert (dry["create_in_hubspot"], dry.get("update_in_hubspot")) == ("1", "1")


def test_a_dry_run_counts_who_would_have_to_wait(firm: Firm) -> None:
    firm.apply(directions=NEITHER, without_company="wait")
    alone = firm.contact("", "allein@muster.example")
    firm.contact(firm.company(), "zusammen@muster.example")
    firm.wait(60)
    dry, real = firm.press("import", dry_run=True)["outcome"], firm.press("import")["outcome"]
    assert (real["created_in_falcana"], real["waiting"]) == ("2", "1")
    assert (dry["create_in_falcana"], dry.get("waiting"), dry.get("examples_waiting")) == ("2", "1", alone)


def test_a_dry_run_tells_of_changes_on_both_sides(firm: Firm) -> None:
    company = firm.company(city="Berlin")
    firm.five()
    address = firm.partner(company)
    firm.change("address", address, city="Werder")
    firm.edit("company", company, city="Potsdam")
    dry = firm.press("import", dry_run=True)
    assert (dry["outcome"]["conflicts"], dry["outcome"]["examples_conflicts"]) == ("1", f"{address}/{company}")
    assert firm.companies()[company]["city"] == "Potsdam"
    assert firm.addresses()[address]["city"] == "Werder"


def test_a_long_run_shows_how_far_it_is_stops_where_it_is_told_to_and_goes_on_there(firm: Firm) -> None:
    firm.apply(directions=NEITHER)
    _many(firm, 350)
    firm.wait(60)
    body = {"job": "import"}
    with real_time(firm):
        _, told = firm.stack.api("POST", f"/api/workspaces/demo/jobs/{KEY}", body)
        key = told["delivery"].partition(".")[2]
        _turns_until(firm, lambda: len(firm.addresses()) >= 100)
        (shown,) = [one for one in firm.stack.deliveries() if one["id"] == told["delivery"]]
        assert shown["state"] == "pending"
        assert int(shown["progress"]["created_in_falcana"]) >= 100
        assert 1 < shown["progress"]["phase"] <= shown["progress"]["of"]
        assert firm.tool("stop", job="import")["delivery"] == told["delivery"]
        firm.wait(1)
        firm.stack.sweep()
        firm.work()
    run = firm.row(key)
    assert (run["state"], run["reason"]) == ("skipped", "falcana_stopped"), run
    made = len(firm.addresses())
    assert 100 <= made < 350
    firm.forget_calls()
    again = ended(firm, firm.press("import"))
    assert again["state"] == "delivered", again
    assert len(firm.addresses()) == 350
    posted = [one for one in firm.writes() if one == "POST /v1/addresses"]
    assert len(posted) <= 350 - made, "what is there is not made again"
    pages = [one for one in firm.calls() if one.startswith("GET /crm/objects/") and one.endswith("/companies")]
    assert len(pages) <= 4, "it goes on where it was stopped"


def test_who_wants_it_lets_a_stopped_run_begin_at_the_beginning(firm: Firm) -> None:
    firm.apply(directions=NEITHER)
    _many(firm, 120)
    firm.wait(60)
    with little_time(5):
        _, told = firm.stack.api("POST", f"/api/workspaces/demo/jobs/{KEY}", {"job": "import"})
        _turns_until(firm, lambda: bool(firm.addresses()))
        firm.tool("stop", job="import")
        firm.work()
    assert firm.row(told["delivery"].partition(".")[2])["reason"] == "falcana_stopped"
    firm.tool("forget_progress", job="import")
    again = ended(firm, firm.press("import"))
    assert (again["outcome"]["seen"], len(firm.addresses())) == ("120", 120)


@pytest.mark.parametrize("looks", [5, 6, 9])
def test_a_run_without_time_saves_how_far_it_is_and_the_next_turn_goes_on(firm: Firm, looks: int) -> None:
    company = firm.company("Erste GmbH")
    address = firm.address("Nordwind AG")
    for one in range(4):
        firm.contact(company, f"c{one}@muster.example")
        firm.person(address, f"L{one}", email=f"l{one}@muster.example")
    with little_time(looks) as turns:
        run = ended(firm, firm.five())
        assert run["state"] == "delivered", run
        first = len(turns)
        assert first > 1
        assert (len(firm.addresses()), len(firm.companies())) == (2, 2)
        assert (len(firm.persons()), len(firm.contacts())) == (8, 8)
        firm.edit("company", company, city="Potsdam")
        firm.change("address", address, city="Werder")
        firm.remove("person", next(iter(firm.persons())))
        ended(firm, firm.five())
    assert firm.addresses()[firm.partner(company)]["city"] == "Potsdam"
    assert firm.companies()[firm.addresses()[address]["external_ids"]["hubspot"]]["city"] == "Werder"
    assert (len(firm.persons()), len(firm.contacts())) == (7, 7)
    firm.forget_calls()
    firm.five()
    assert firm.writes() == []


def test_an_automatic_run_that_was_stopped_loses_nothing(firm: Firm) -> None:
    company, address = firm.company("Eine GmbH"), firm.address("Andere AG")
    with little_time(4):
        firm.wait(300)
        assert firm.stack.dispatch(KEY, "sync") == 1
        firm.stack.answer(firm.stack.bells(KEY)[:1])
        firm.tool("stop", job="sync")
        firm.work()
    (run,) = firm.stack.deliveries()
    assert (run["state"], run["reason"]) == ("skipped", "falcana_stopped")
    firm.edit("company", company, city="Ulm")
    firm.change("address", address, city="Kiel")
    for _ in range(2):
        ended(firm, firm.five())
    assert firm.addresses()[firm.partner(company)]["city"] == "Ulm"
    assert firm.companies()[firm.addresses()[address]["external_ids"]["hubspot"]]["city"] == "Kiel"
    firm.five()
    firm.forget_calls()
    assert firm.five()["reason"] == "nothing_new"


def test_there_is_one_run_of_a_job_at_a_time(firm: Firm) -> None:
    firm.company()
    path = f"/api/workspaces/demo/jobs/{KEY}"
    assert firm.stack.dispatch(KEY, "sync") == 1
    assert firm.stack.dispatch(KEY, "sync") == 0, "the same time, tried again"
    firm.wait(300)
    assert firm.stack.dispatch(KEY, "sync") == 0, "the last one has not ended"
    assert firm.stack.api("POST", path, {"job": "sync"})[1]["already"] is True
    assert firm.stack.api("POST", path, {"job": "import"})[1]["already"] is False
    assert firm.stack.api("POST", path, {"job": "import"})[1]["already"] is True
    firm.work()
    assert [len(firm.addresses()), len(firm.companies())] == [1, 1]
    settled = {one["id"].split(".")[2]: one["state"] for one in firm.stack.deliveries()}
    assert settled == {"sync": "delivered", "import": "delivered"}


def test_a_long_import_lets_the_automatic_run_pass(firm: Firm) -> None:
    firm.apply(directions=ONE_WAY)
    firm.five()
    _many(firm, 280)
    firm.wait(3600)
    with real_time(firm):
        _, told = firm.stack.api("POST", f"/api/workspaces/demo/jobs/{KEY}", {"job": "import"})
        key = told["delivery"].partition(".")[2]
        _turns_until(firm, lambda: bool(firm.addresses()))
        assert firm.row(key)["state"] == "pending"
        urgent = firm.company("Eilig GmbH")
        run = ended(firm, firm.five())
        assert run["state"] == "delivered", run
        assert firm.partner(urgent)
        ended(firm, firm.row(key))
    names = [one["name"] for one in firm.addresses().values()]
    assert len(names) == len(set(names)) == 281


def test_all_runs_that_are_asked_for_at_once_end_and_double_nothing(firm: Firm) -> None:
    company = firm.company("Eine GmbH")
    firm.contact(company)
    firm.person(firm.address("Andere AG"), email="hans@andere.example")
    firm.wait(300)
    assert firm.stack.dispatch(KEY, "sync") == 1
    asked = [("export", False), ("import", True), ("duplicates", False), ("import", False), ("export", True)]
    for job, dry_run in asked:
        path = f"/api/workspaces/demo/jobs/{KEY}"
        assert firm.stack.api("POST", path, {"job": job, "dry_run": dry_run})[1]["already"] is False
    firm.work()
    for _ in range(3):
        firm.wait(60)
        firm.stack.sweep()
        firm.work()
    assert [one["state"] for one in firm.stack.deliveries()] == ["delivered"] * 6
    assert (len(firm.addresses()), len(firm.companies())) == (2, 2)
    assert (len(firm.persons()), len(firm.contacts())) == (2, 2)


def test_nothing_of_what_people_typed_stands_in_a_runs_row(firm: Firm) -> None:
    company = firm.company("Geheim GmbH")
    firm.contact(company, "geheim@muster.example")
    dry = firm.press("import", dry_run=True)
    text = json.dumps(dry["outcome"], default=str).casefold()
    assert company in text
    assert "geheim" not in text
    assert TENANT not in text
